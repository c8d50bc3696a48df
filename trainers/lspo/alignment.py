"""Teaching a language model which of two things to say: direct preference optimisation on the very tokens that it sampled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import LudensError
from ...llm.nano.model import folder
from ...llm.spec import ModelSpec
from ..language_policy import LanguagePolicy, TokenBatch
from ..preference.weights import NanoPolicy
from ..samples import Sample
from .config import Config
from .preferences import Pair

__all__ = ["Aligned", "Aligner", "align"]


class Aligned(NamedTuple):
    """How teaching went.

    Attributes:
        trace: per step the loss, and the log-ratios to the reference of chosen and rejected utterances, as JSON values.
        margins: per role, how much more the chosen ones gained on the reference than the rejected, at the end.
        kl: mean of log(policy / reference) a token of all utterances at the end, below 0 where they have become less likely.
    """

    trace: list[dict[str, float]]
    margins: dict[str, float]
    kl: float


Aligner = Callable[[ModelSpec, Path, Sequence[Pair], Config, int], Aligned]
"""Teaches a model pairs with a seed, and writes it to a folder."""


def align(start: ModelSpec, place: Path, pairs: Sequence[Pair], config: Config, seed: int) -> Aligned:
    """Minimise DPO's loss, with the model at the start as the reference, and a little of the chosen utterance's own log-probability.

    Rafailov et al. 2023, arXiv 2305.18290; the anchor keeps chosen utterances from becoming rarer together with rejected ones (Razin et al. 2024, arXiv
    2410.08847).

    Raises:
        LudensError: the model's engine does not tell the tokens that it sampled, or the loss is no finite number.
    """
    import torch

    from ..objectives import dpo
    from ..record import LogProbs, Pairs

    if any(not pair.statement.prompt or not pair.statement.candidates[pair.first].tokens for pair in pairs):
        raise LudensError(
            "the model's engine does not tell which tokens it sampled: they are what DPO learns from (the engines nano, transformers and vllm do)"
        )
    policy = _policy(start, config, seed)
    torch.manual_seed(seed)
    size = config.batch
    chunks = [pairs[begin : begin + size] for begin in range(0, len(pairs), size)]
    with torch.no_grad():
        reference = torch.cat([_sums(policy, chunk, config.device)[0] for chunk in chunks], dim=1) if pairs else torch.zeros(2, 0)
    learned = [weight for weight in policy.model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=config.learning_rate, weight_decay=0.0)
    rng = np.random.default_rng(seed)
    preference = torch.tensor([pair.preference for pair in pairs], device=config.device)
    trace: list[dict[str, float]] = []
    for _ in range(config.epochs):
        order = rng.permutation(len(pairs))
        for begin in range(0, len(order), size):
            rows = order[begin : begin + size]
            found, lengths = _sums(policy, [pairs[row] for row in rows], config.device)
            known = reference[:, rows]
            both = [LogProbs(found[side], known[side], known[side], known[side]) for side in (0, 1)]
            loss = dpo(Pairs(both[0], both[1], preference[rows]), config.temperature) - config.anchor * (found[0] / lengths[0]).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            ratios = (found.detach() - known).mean(dim=1)
            trace.append({"loss": loss.item(), "chosen": ratios[0].item(), "rejected": ratios[1].item()})
    if trace and not np.isfinite([step["loss"] for step in trace]).all():
        raise LudensError("the loss of DPO is no finite number: a smaller learning_rate would be right")
    margins: dict[str, list[float]] = {}
    drift: list[float] = []
    with torch.no_grad():
        for number, chunk in enumerate(chunks):
            found, lengths = _sums(policy, chunk, config.device)
            ratios = found - reference[:, number * size : number * size + len(chunk)]
            drift += (ratios / lengths).mean(dim=0).tolist()
            for pair, margin in zip(chunk, (ratios[0] - ratios[1]).tolist(), strict=True):
                margins.setdefault(pair.statement.role, []).append(margin)
    policy.merged().save(place)
    return Aligned(trace, {role: float(np.mean(found)) for role, found in margins.items()}, float(np.mean(drift)) if drift else 0.0)


def _policy(start: ModelSpec, config: Config, seed: int) -> LanguagePolicy:
    if start.engine != "nano":
        return LanguagePolicy.load(start.model, dtype=config.dtype, device=config.device, lora=config.lora, seed=seed)
    if not config.lora:
        return NanoPolicy.load(start.model, device=config.device)
    # its network has no adapters, and transformers plays its checkpoints
    return LanguagePolicy.load(folder(start.model), device=config.device, lora=config.lora, seed=seed)


def _sums(policy: LanguagePolicy, pairs: Sequence[Pair], device: str) -> tuple[Any, Any]:
    """Give log-probabilities of whole utterances, and their lengths: two tensors of shape (2, pairs), first and second candidates."""
    sides = [[pair.first for pair in pairs], [pair.second for pair in pairs]]
    batch = TokenBatch.of([_sample(pair, number) for side in sides for pair, number in zip(pairs, side, strict=True)], device)
    tokens = policy.logprobs(batch)
    return tokens.sum(-1).reshape(2, -1), batch.sampled.sum(-1).reshape(2, -1)


def _sample(pair: Pair, number: int) -> Sample:
    statement = pair.statement
    said = statement.candidates[number]
    where = (f"{statement.game}", "", "", statement.seat, statement.turn)
    return Sample(statement.prompt, said.tokens, said.logprobs, 0.0, 0.0, True, *where)
