"""Which data lead to equilibria: exact Nash gaps over many games, by mix of data and by learner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...analysis.resample import student_intervals
from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable, Estimate
from ...arena.seeds import child_rng
from .data import MIXES, compare
from .learners import LEARNERS, imitate
from .markov import Floats, nash_gap, random_game
from .reward import learn

__all__ = ["Setting", "findings", "gaps", "mean"]


class Setting(NamedTuple):
    """What is learned from.

    Attributes:
        pairs: comparisons a game.
        alpha: weight of the regulariser along time.
        steps, states, actions: size of the games.
    """

    pairs: int = 1000
    alpha: float = 0.0
    steps: int = 3
    states: int = 3
    actions: int = 3


def gaps(games: int, setting: Setting, *, mixes: Sequence[str] = tuple(MIXES), seed: int = 0) -> dict[tuple[str, str], Floats]:
    """Give the exact Nash gap, by mix and learner, in each of some random games, ``(games,)``; the games are the same for all."""
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(games):
        game = random_game(child_rng(seed, "game", number), steps=setting.steps, states=setting.states, actions=setting.actions)
        for mix in mixes:
            data = compare(game, MIXES[mix], setting.pairs, child_rng(seed, "pairs", number, mix))
            learned, reference = learn(game, data, alpha=setting.alpha), imitate(game, data)
            for name, learner in LEARNERS.items():
                found.setdefault((mix, name), []).append(nash_gap(game, learner(game, learned, reference)))
    return {key: np.array(column) for key, column in found.items()}


def mean(column: Floats) -> Estimate:
    """Average over games, with a Student interval."""
    (found,) = student_intervals(column, np.zeros(len(column), np.int64), np.arange(len(column)), 1, level=0.95)
    assert found is not None
    return found


def findings(games: int, setting: Setting, *, seed: int = 0) -> Findings:
    """Lay out the gaps of all mixes and learners."""
    found = gaps(games, setting, seed=seed)
    rows: tuple[tuple[Cell, ...], ...] = tuple((mix, *(mean(found[mix, name]) for name in LEARNERS)) for mix in MIXES)
    gains: tuple[tuple[Cell, ...], ...] = tuple((name, mean(found["single", name] - found["unilateral", name])) for name in LEARNERS)
    size = f"{setting.steps} steps, {setting.states} states, {setting.actions} actions each"
    return Findings(
        kind="marlhf",
        title="Equilibria out of preferences",
        about=f"{games} random general-sum games of two ({size}), {setting.pairs} comparisons each, time regulariser {setting.alpha:g}.",
        tables=(
            DataTable("Exact Nash gap", "What both players could gain by best replies, with 95 % intervals over games.", ("data", *LEARNERS), rows),
            DataTable("What unilateral coverage saves", "Gap on data 'single' less that on 'unilateral', game by game.", ("learner", "saved"), gains),
        ),
    )
