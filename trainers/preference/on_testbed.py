"""The trainer ``preference_tokens``: a small transformer on a testbed, with its distance from the exact solutions."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import ParameterError
from ..parameters import filled
from ..registry import Say, Task, require_packages
from ..saves import LOG
from ..tabular.game import Floats, PreferenceGame
from ..tabular.solutions import divergence, exploitability, maxmin_policy, minimax_winner, regularised_exploitability, regularised_nash
from ..testbeds import make_testbed
from .config import TokenConfig
from .methods import METHODS, Method

__all__ = ["Point", "PreferenceTokens", "train"]

_POINTS = 60


class Point(NamedTuple):
    """Where the policy stood after some steps, and the mean of its iterates (one every ``refresh`` steps, the start among them).

    Attributes:
        step: collections so far.
        queries: pairs that were asked about.
        exploitability, mean_exploitability: in the original game.
        regularised, mean_regularised: exploitability in the regularised game.
        divergence, mean_divergence: KL to them of the regularised Nash policy, or of the minimax winner or the max-min policy for methods that come to those.
        anchor: P(policy > reference).
    """

    step: int
    queries: int
    exploitability: float
    mean_exploitability: float
    regularised: float
    mean_regularised: float
    divergence: float
    mean_divergence: float
    anchor: float


class PreferenceTokens:
    """Trains a small transformer by comparisons of its own answers on a testbed.

    The run's folder holds ``curve.csv`` (columns: :class:`Point`), ``result.json`` (policies, target, distances), ``log.jsonl`` and what a run that was cut off
    goes on from.

    Args:
        task: no games and no model.
        **parameters: see :class:`TokenConfig`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range.
        UnknownName: there is no such testbed.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("preference_tokens", "torch")
        self.task, self.config = task, filled(TokenConfig, parameters, "trainer preference_tokens")
        self.game = make_testbed(self.config.testbed)

    def run(self, say: Say) -> Mapping[str, Any]:
        return train(self.game, self.config, self.task.place, self.task.seed, say)


def train(game: PreferenceGame, config: TokenConfig, place: Path, seed: int, say: Say) -> dict[str, Any]:
    """Train on any preference game; write ``curve.csv`` and ``result.json``, and give the last point with what was written where."""
    import torch

    from .judged import Judged
    from .running import Step, run

    method = METHODS[config.method]
    if method.target == "max-min" and not len(game.groups):
        raise ParameterError(f"trainer preference_tokens: {method.name} needs a testbed of several groups of people, such as two_groups")
    target = _target(game, method, config.temperature)
    field = Judged(game, config.prompts, config.group, seed)
    start = field.start()
    # the sum of iterates, how many they are, and the queries: kept beside the weights
    kept = torch.nn.ParameterDict({"total": torch.zeros(game.reference.shape, dtype=torch.float64), "counts": torch.zeros(2, dtype=torch.float64)})
    kept.requires_grad_(False)
    wanted = {config.steps, *(round(float(value)) for value in np.geomspace(1, config.steps, _POINTS))}
    iterate = [field.policy(start)]

    def done(step: Step) -> Mapping[str, float]:
        if (step.number - 1) % config.refresh == 0:
            kept["total"] += torch.from_numpy(iterate[0])
            kept["counts"][0] += 1
        kept["counts"][1] += step.facts["queries"]
        iterate[0] = field.policy(step.policies.policy)
        if step.number not in wanted:
            return {}
        mean = (kept["total"] / kept["counts"][0]).numpy()
        point = Point(step.number, int(kept["counts"][1]), *_distances(game, target, iterate[0], mean, config.temperature))
        if step.number == config.steps:
            _say(say, point, method.target, method.iterate)
        return point._asdict()

    end = run(field, start, config, seed=seed, place=place, done=done, more=kept)
    rows = [json.loads(line) for line in (place / LOG).read_text(encoding="utf-8").splitlines()]
    points = [{name: row[name] for name in Point._fields} for row in rows if "divergence" in row]
    with (place / "curve.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, Point._fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(points)
    facts = {
        "method": method.name,
        "target": method.target,
        "iterate": method.iterate,
        "game": game.name,
        "answers": list(game.answers),
        "target_policy": target.tolist(),
        "last_policy": field.policy(end.policies.policy).tolist(),
        "mean_policy": (kept["total"] / kept["counts"][0]).tolist(),
        "end": points[-1],
    }
    (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return {"checkpoint": str(place / "result.json"), **points[-1], "seconds": round(end.seconds, 1)}


def _target(game: PreferenceGame, method: Method, temperature: float) -> Floats:
    if method.target == "minimax winner":
        return minimax_winner(game)
    return maxmin_policy(game, temperature)[0] if method.target == "max-min" else regularised_nash(game, temperature)


def _distances(game: PreferenceGame, target: Floats, last: Floats, mean: Floats, temperature: float) -> tuple[float, ...]:
    both = (last, mean)
    return (
        *(exploitability(game, policy) for policy in both),
        *(regularised_exploitability(game, policy, temperature) for policy in both),
        *(divergence(game, target, policy) for policy in both),
        float(game.weights @ np.einsum("ci,cij,cj->c", last, game.tables, game.reference)),
    )


def _say(say: Say, point: Point, target: str, iterate: str) -> None:
    say(f"aims at the {target} by its {iterate} iterate; {point.step:,} steps, {point.queries:,} queries")
    say(f"exploitability: last {point.exploitability:.4f}, average {point.mean_exploitability:.4f}")
    say(f"regularised exploitability: last {point.regularised:.5f}, average {point.mean_regularised:.5f}")
    say(f"KL of the target: last {point.divergence:.4f}, average {point.mean_divergence:.4f}; preferred to the reference {point.anchor:.3f}")
