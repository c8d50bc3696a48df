"""A layer of self-attention that learns to learn from nothing but the regret that its mixtures would have had."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...agents.learners import learner
from ...agents.learners.attention import AttentionWeights
from ...agents.learners.learning import run as learn
from ...analysis.regret import external
from ...games.online.predictions import hedge_bound
from ..parameters import filled
from ..rates import decay, set_rate
from ..registry import Say, Task, require_packages
from .config import Config
from .loss import online_games, regrets, sequences, surrogate

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["RegretLoss", "attend", "plain"]


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
        self.games = online_games(task, "regret_loss")

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from ..saves import open_log, read_state, write_state

        config, task, game = self.config, self.task, self.games[0]
        task.place.mkdir(parents=True, exist_ok=True)
        weights = _begun(config, game.arms, task.seed)
        optimizer = torch.optim.Adam(weights.parameters(), lr=config.learning_rate)
        bound = hedge_bound(game.rounds, game.arms)
        done, seconds = read_state(task.place, weights, optimizer) or (0, 0.0)
        began = time.perf_counter() - seconds
        with open_log(task.place, done) as log:
            for step in range(done, config.steps):
                set_rate(optimizer, config.learning_rate * decay(step / config.steps))
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


def plain(weights: torch.nn.ParameterDict, kind: Literal["linear", "softmax"]) -> AttentionWeights:
    """Give the weights as a player keeps them: keys and query are joined to scores."""
    parts: dict[str, np.ndarray] = {name: part.detach().double().numpy() for name, part in weights.items()}
    return AttentionWeights(kind, parts["V"], parts["v"], parts["K"].T @ parts["c"], float(parts["k"] @ parts["c"]))
