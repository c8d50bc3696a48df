"""The trainer ``preference_pairs``: a language model learns from pairs of answers in a file."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import LudensError
from ..parameters import filled
from ..rates import set_rate, to_zero
from ..record import LogProbs
from ..registry import Say, Task, require_packages
from ..saves import open_log, read_state, write_state
from .config import Config, PairsConfig
from .pairs import Pair, Words, read_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from ..language_policy import LanguagePolicy, TokenBatch
    from .answers import Row, Seen

__all__ = ["Laid", "PairsTrainer"]


class Laid:
    """Pairs, and how likely the model found them at the start, which is computed once.

    Args:
        policy: as it begins.
        pairs: what it learns from.
        config: how.
    """

    def __init__(self, policy: LanguagePolicy, pairs: Sequence[Pair], config: PairsConfig) -> None:
        self._policy, self._pairs, self.shares = policy, pairs, policy.shares
        self.config = Config(method=config.method, temperature=config.temperature, micro_tokens=config.micro_tokens, group=2)
        self._reference: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        size = config.minibatch
        for begin in range(0, len(pairs), size):
            chunk = range(begin, min(begin + size, len(pairs)))
            own = self.read(self.seen(chunk))
            self._reference += [(own[2 * number], own[2 * number + 1]) for number in range(len(chunk))]

    def logprobs(self, module: Any, batch: TokenBatch) -> Tensor:
        """See :class:`~ludens.trainers.preference.learning.Scorer`."""
        return self._policy.logprobs(batch)

    def read(self, seen: Seen) -> list[NDArray[np.float32]]:
        """Give the log-probabilities of the tokens of all answers, the preferred one of each pair first."""
        import torch

        from .learning import logprobs

        with torch.no_grad():
            own = logprobs(self, self._policy.model, seen.answers.batch, self.config.micro_tokens)
        return [own[row][seen.answers.batch.sampled[row]].numpy() for row in seen.answers.row.tolist()]

    def seen(self, chosen: Sequence[int]) -> Seen:
        """Lay some pairs out as a loss looks at them."""
        import torch

        from .answers import Answers, Seen

        answers = Answers.of([[row] for number in chosen for row in self._rows(number)], 2)
        table = torch.tensor([[0.5, 1.0], [0.0, 0.5]]).expand(len(chosen), 2, 2)
        none = torch.zeros(len(chosen), 2)
        return Seen(answers, table, none, none)

    def _rows(self, number: int) -> tuple[Row, Row]:
        pair = self._pairs[number]
        known = self._reference[number] if number < len(self._reference) else (np.zeros(len(pair.chosen)), np.zeros(len(pair.rejected)))
        return _row(pair.prompt, pair.chosen, known[0]), _row(pair.prompt, pair.rejected, known[1])


def _row(prompt: Sequence[int], reply: Sequence[int], known: NDArray[Any]) -> Row:
    before = len(prompt)
    return [*prompt, *reply], [*[False] * before, *[True] * len(reply)], [*[0.0] * before, *known.tolist()]


class PairsTrainer:
    """Trains a language model by pairs of answers (DPO, IPO), with the model at the start as the reference.

    The run's folder holds ``log.jsonl`` (a line an update: loss, norm of the gradient, how many pairs are told apart rightly, margin and log-ratios to the
    start of preferred and other answers, in nats), what a run that was cut off goes on from, ``checkpoint`` (with ``lora`` the adapter alone) and
    ``result.json``.

    Args:
        task: a model of the engine nano or transformers; no games.
        **parameters: see :class:`PairsConfig`.

    Raises:
        MissingExtra: torch is not installed; or peft, and an adapter is to be learned.
        ParameterError: a parameter is out of range.
        LudensError: the file cannot be read, or the model not be trained here.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("preference_pairs", "torch")
        from .weights import policy_of

        self.task, self.config = task, filled(PairsConfig, parameters, "trainer preference_pairs")
        self.model = task.language_model("preference_pairs")
        self.policy = policy_of(self.model, "preference_pairs", lora=self.config.lora, seed=task.seed)
        self.file = read_pairs(Path(self.config.pairs).expanduser(), Words.of(self.model, self.policy))
        order = np.random.default_rng([task.seed, 0]).permutation(len(self.file.pairs))
        out = int(self.config.held_out * len(order))
        self.held_out, self.learned = order[:out], order[out:]

    def run(self, say: Say) -> Mapping[str, Any]:
        place = self.task.place
        say(
            f"{len(self.learned):,} pairs to learn from, {len(self.held_out):,} held out; left out: {self.file.long:,} too long for the model, "
            f"{self.file.same:,} of two equal answers"
        )
        laid = Laid(self.policy, self.file.pairs, self.config)
        seconds = self._fit(laid, say)
        checkpoint = self.policy.save(place / "checkpoint")
        facts = {"checkpoint": str(checkpoint), "seconds": round(seconds, 1), "pairs": len(self.file.pairs)}
        if len(self.held_out):
            facts["held_out"] = found = self._measured(laid)
            say(f"held out: {found['accuracy']:.1%} of the pairs are told apart rightly, margin {found['margin']:.3f} nats")
        (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        return facts

    def _fit(self, laid: Laid, say: Say) -> float:
        """Take the updates, from the last save where there is one; give the seconds of computing."""
        import torch

        from .learning import gradients

        config, place = self.config, self.task.place
        weights = torch.nn.ParameterList([weight for weight in self.policy.model.parameters() if weight.requires_grad])
        optimizer = torch.optim.Adam(weights, lr=config.learning_rate)
        place.mkdir(parents=True, exist_ok=True)
        first, seconds = read_state(place, weights, optimizer) or (0, 0.0)
        began, batches = time.perf_counter() - seconds, self._batches()
        with open_log(place, first) as log:
            for number in range(first, len(batches)):
                set_rate(optimizer, config.learning_rate * to_zero(number / len(batches)))
                seen = laid.seen(batches[number].tolist())
                known = seen.answers.batch.logprobs
                optimizer.zero_grad(set_to_none=True)
                loss, own = gradients(laid, self.policy.model, laid.config, seen, (known, known))
                height = float(torch.nn.utils.clip_grad_norm_(weights, config.norm))
                if not np.isfinite(height):
                    raise LudensError(f"update {number + 1}: the gradient is no finite number; a smaller learning_rate would be right")
                optimizer.step()
                ratios = seen.answers.whole(LogProbs(own, known, known, known)).from_reference
                facts = {"loss": loss, "norm": height, **_facts(ratios.numpy())}
                log.write(json.dumps({"step": number + 1, **{name: round(value, 6) for name, value in facts.items()}}) + "\n")
                if (number + 1) % config.save_every == 0 or number + 1 == len(batches):
                    log.flush()
                    seconds = time.perf_counter() - began
                    write_state(place, weights, optimizer, [number + 1, seconds])
                    say(f"update {number + 1}/{len(batches)}: loss {loss:.4f}, accuracy {facts['accuracy']:.0%}, margin {facts['margin']:.3f}")
        return seconds

    def _batches(self) -> list[NDArray[np.int64]]:
        size, rng = self.config.minibatch, np.random.default_rng([self.task.seed, 1])
        orders = [rng.permutation(self.learned) for _ in range(self.config.epochs)]
        return [order[begin : begin + size] for order in orders for begin in range(0, len(order), size)]

    def _measured(self, laid: Laid) -> dict[str, float]:
        ratios = []
        for begin in range(0, len(self.held_out), self.config.minibatch):
            seen = laid.seen(self.held_out[begin : begin + self.config.minibatch].tolist())
            batch = seen.answers.batch
            known = [batch.logprobs[row][batch.sampled[row]].numpy() for row in seen.answers.row.tolist()]
            ratios += [float((own - before).sum()) for own, before in zip(laid.read(seen), known, strict=True)]
        return {name: round(value, 4) for name, value in _facts(np.array(ratios).reshape(-1, 2)).items()}


def _facts(ratios: NDArray[Any]) -> dict[str, float]:
    """Say how log-ratios to the start, ``(B, 2)``, tell preferred answers from the others."""
    margins = ratios[:, 0] - ratios[:, 1]
    return {
        "accuracy": float((margins > 0).mean()),
        "margin": float(margins.mean()),
        "chosen": float(ratios[:, 0].mean()),
        "rejected": float(ratios[:, 1].mean()),
    }
