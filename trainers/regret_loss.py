"""Regret as a loss: a layer of self-attention learns to learn from nothing but the regret that its mixtures would have had.

On N drawn sequences the loss is ``f(h(R_1), ..., h(R_N))`` with the external regrets R against the exact best arm, ``h(x) = max(x, 0)^2`` and ``f`` a mean
weighted by ``exp(h)``, which tends to the largest as N grows: so the worst sequences count, and nobody says what should have been done. Park, Liu, Ozdaglar
and Zhang 2024, "Do LLM agents have regret?", arXiv 2403.16843, section 5. Regrets are divided by ``sqrt(T ln(d) / 2)``, the bound of Hedge, so that 1 means
as much on every horizon.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from ..agents.learners import learner
from ..agents.learners.attention import AttentionWeights
from ..agents.learners.learning import run as learn
from ..analysis.regret import external
from ..errors import ParameterError
from ..games.online.predictions import hedge_bound
from ..games.online.rules import ADAPTIVE, OnlineGame
from ..games.online.sequences import draw
from .parameters import Parameters, filled
from .registry import Say, Task, require_packages

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["Config", "RegretLoss", "attend", "plain", "regrets", "sequences", "surrogate"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a learner is trained by its regret.

    Attributes:
        steps: of the optimizer.
        samples: sequences whose regrets are aggregated in one term of the loss, N.
        terms: such terms a step.
        attention: ``linear`` or ``softmax``.
        begin: ``random``, or ``leader``: sharp values that follow the leader.
        relabel: shuffle the arms of every sequence, so that none is preferred for its name.
        learning_rate: at the beginning; it falls linearly to a tenth.
        norm: most norm of a gradient.
        save_every: steps from save to save, from which a run that was cut off goes on.
        held_out: sequences of each game on which the result is measured.
    """

    TRAINER: ClassVar[str] = "regret_loss"

    steps: int = 400
    samples: int = 16
    terms: int = 4
    attention: Literal["linear", "softmax"] = "softmax"
    begin: Literal["random", "leader"] = "random"
    relabel: bool = True
    learning_rate: float = 0.05
    norm: float = 1.0
    save_every: int = 100
    held_out: int = 200

    def __post_init__(self) -> None:
        self._whole("steps", "samples", "terms", "save_every", "held_out")
        self._positive("learning_rate", "norm")
        self._require(self.attention in ("linear", "softmax"), "attention", "should be 'linear' or 'softmax'")
        self._require(self.begin in ("random", "leader"), "begin", "should be 'random' or 'leader'")


class RegretLoss:
    """Trains a layer of self-attention on sequences of ``experts`` games.

    The run's folder holds ``learner`` (a player's folder: ``players=[{kind: attention, path: ...}]``), ``log.jsonl`` and what a cut-off run goes on from.

    Args:
        task: one game or more of online learning with as many arms and rounds, whose losses answer nobody; no model.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, or the games are not of the kind.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("regret_loss", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer regret_loss")
        self.games = [game for game in task.games if isinstance(game, OnlineGame) and game.losses not in (*ADAPTIVE, "given")]
        if len(self.games) != len(task.games):
            raise ParameterError("trainer regret_loss: games should be experts or bandit, with losses that are drawn")
        if len({(game.arms, game.rounds) for game in self.games}) != 1:
            raise ParameterError("trainer regret_loss: all games should have as many arms, and as many rounds")

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from .saves import open_log, read_state, write_state

        config, task, game = self.config, self.task, self.games[0]
        task.place.mkdir(parents=True, exist_ok=True)
        weights = _begun(config, game.arms, task.seed)
        optimizer = torch.optim.Adam(weights.parameters(), lr=config.learning_rate)
        bound = hedge_bound(game.rounds, game.arms)
        done, seconds = read_state(task.place, weights, optimizer) or (0, 0.0)
        began = time.perf_counter() - seconds
        with open_log(task.place, done) as log:
            for step in range(done, config.steps):
                for group in optimizer.param_groups:
                    group["lr"] = config.learning_rate * (1 - 0.9 * step / config.steps)
                rng = np.random.default_rng([task.seed, step])
                losses = torch.from_numpy(self._batch(rng))
                found = regrets(attend(weights, losses, config.attention), losses)[:, -1]
                loss = surrogate(found.reshape(config.terms, config.samples) / bound)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(weights.parameters(), config.norm)
                optimizer.step()
                height, mean = loss.item(), found.mean().item()
                log.write(json.dumps({"step": step + 1, "loss": round(height, 6), "regret": round(mean, 4)}) + "\n")
                if (step + 1) % config.save_every == 0 or step + 1 == config.steps:
                    log.flush()
                    write_state(task.place, weights, optimizer, [step + 1, time.perf_counter() - began])
                    if task.progress:
                        say(f"{step + 1:>7,} steps  loss {height:.4f}  regret {mean:.3f}")
        kept = plain(weights, config.attention)
        path = kept.save(task.place / "learner")
        measured = self._measure(path.parent)
        for name, (own, hedge) in measured.items():
            say(f"{name}: regret {own:.3f} on held-out sequences, Hedge's {hedge:.3f}")
        facts = {name: {"regret": own, "hedge": hedge} for name, (own, hedge) in measured.items()}
        return {"checkpoint": str(path.parent), "held_out": facts, "seconds": round(time.perf_counter() - began, 1)}

    def _batch(self, rng: np.random.Generator) -> np.ndarray:
        """Draw a step's sequences, of all games in turns and shuffled, in [0, 1]: of shape (terms x samples, rounds, arms)."""
        count = self.config.terms * self.config.samples
        games = [self.games[number % len(self.games)] for number in range(count)]
        drawn = np.stack([sequences(game, 1, rng)[0] for game in games])[rng.permutation(count)]
        return self._relabelled(drawn, rng)

    def _relabelled(self, drawn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if not self.config.relabel:
            return drawn
        orders = np.argsort(rng.random((len(drawn), drawn.shape[2])), axis=1)
        return np.take_along_axis(drawn, orders[:, None, :], axis=2)

    def _measure(self, folder: Any) -> dict[str, tuple[float, float]]:
        """Give the mean regret on fresh sequences of each game, and Hedge's on the same."""
        out = {}
        for number, game in enumerate(self.games):
            rng = np.random.default_rng([self.task.seed, 10**9, number])
            losses = self._relabelled(sequences(game, self.config.held_out, rng), rng)
            both = (learner("attention", path=str(folder)), learner("hedge"))
            own, hedge = (float(external(losses, learn(rule, losses, rng).mixed)[:, -1].mean()) for rule in both)
            out[game.label] = (own, hedge)
        return out


def sequences(game: OnlineGame, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sequences of a game's losses, scaled to [0, 1]: of shape (count, rounds, arms)."""
    return np.stack([draw(game.losses, game.shape, rng) for _ in range(count)]) / game.high


def _begun(config: Config, arms: int, seed: int) -> torch.nn.ParameterDict:
    """Make weights: values V and v, keys K and k, and the query c, from which scores come."""
    import torch

    rng = np.random.default_rng(seed)
    sharp = config.begin == "leader"
    parts = {
        "V": -100.0 * np.eye(arms) if sharp else rng.normal(0, 0.1, (arms, arms)),
        "v": np.zeros(arms),
        "K": np.eye(arms) + rng.normal(0, 0.1, (arms, arms)),
        "k": np.ones(arms),
        # linear attention is all scores: with a zero query it would say nothing, and learn nothing
        "c": np.full(arms, 1 / arms) if config.attention == "linear" else np.zeros(arms),
    }
    if sharp and config.attention == "linear":
        parts["K"] = np.zeros((arms, arms))
    return torch.nn.ParameterDict({name: torch.nn.Parameter(torch.from_numpy(part)) for name, part in parts.items()})


def attend(weights: Mapping[str, Tensor] | torch.nn.ParameterDict, losses: Tensor, kind: str, *, raw: bool = False) -> Tensor:
    """Give what the layer mixes in every round, having seen those before.

    Args:
        weights: ``V``, ``v``, ``K``, ``k``, ``c``.
        losses: of shape (runs, rounds, arms).
        kind: ``"linear"`` or ``"softmax"``.
        raw: give the layer's outputs instead, before they are made distributions; there is one more: that after the last round.

    Returns:
        Of shape (runs, rounds, arms).
    """
    import torch

    values = losses @ weights["V"].T + weights["v"]
    scores = (losses @ weights["K"].T + weights["k"]) @ weights["c"]
    if kind == "linear":
        seen = torch.cumsum(values * scores[..., None], 1)
    else:
        heavy = torch.exp(scores - scores.max(1, keepdim=True).values)[..., None]
        rounds = torch.arange(1, losses.shape[1] + 1, dtype=losses.dtype)[:, None]
        seen = rounds * torch.cumsum(values * heavy, 1) / torch.cumsum(heavy, 1)
    outputs = torch.cat([torch.zeros_like(seen[:, :1]), seen], 1)
    return outputs if raw else torch.softmax(outputs[:, :-1], -1)


def regrets(mixed: Tensor, losses: Tensor) -> Tensor:
    """Give external regret after each round, of shape (runs, rounds): :func:`ludens.analysis.regret.external`, with gradients."""
    import torch

    return torch.cumsum((mixed * losses).sum(-1), 1) - torch.cumsum(losses, 1).min(-1).values


def surrogate(found: Tensor) -> Tensor:
    """Aggregate regrets of shape (terms, samples) to the loss: ``mean_terms sum_i h_i exp(h_i) / sum_i exp(h_i)`` with ``h = max(R, 0)^2``."""
    import torch

    heights = torch.relu(found) ** 2
    return (heights * torch.softmax(heights, 1)).sum(1).mean()


def plain(weights: torch.nn.ParameterDict, kind: Literal["linear", "softmax"]) -> AttentionWeights:
    """Give the weights as a player keeps them: keys and query are joined to scores."""
    parts: dict[str, np.ndarray] = {name: part.detach().double().numpy() for name, part in weights.items()}
    return AttentionWeights(kind, parts["V"], parts["v"], parts["K"].T @ parts["c"], float(parts["k"] @ parts["c"]))
