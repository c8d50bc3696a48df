"""Preference data from mixes of policies: trajectories of known players, compared in pairs by every player's own return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError, nearest
from .markov import Floats, MarkovGame, Profile, equilibrium, uniform

__all__ = ["MIXES", "SOURCES", "Comparisons", "compare", "policies", "sampled"]

Ints = NDArray[np.int64]

SOURCES = ("expert", "decoy", "unilateral", "rookie", "trivial")
"""Whose play it is: an equilibrium's; that of another fixed pair of pure policies, which differ from it in every action; an equilibrium's in which one
player, each half of the time, acts at random instead; an equilibrium's with half the actions at random; random."""

MIXES: dict[str, dict[str, float]] = {
    "pure-expert": {"expert": 1.0},
    "single": {"expert": 0.5, "decoy": 0.5},
    "unilateral": {"expert": 1 / 3, "decoy": 1 / 3, "unilateral": 1 / 3},
    "mix-expert": {"expert": 0.75, "trivial": 0.25},
    "mix-unilateral": {"expert": 0.5, "unilateral": 0.25, "trivial": 0.25},
    "diversified": {"expert": 0.25, "unilateral": 0.25, "rookie": 0.25, "trivial": 0.25},
    "uniform": {"trivial": 1.0},
}
"""Shares of the sources. ``single`` covers an equilibrium and cannot tell which of two policies it is; ``unilateral`` covers what one player alone could do
instead. The rest is in the manner of the paper's mixes."""


class Comparisons(NamedTuple):
    """Pairs of trajectories, N of them.

    Attributes:
        cells: ``(N, 2, H)``: for each step the number of the cell (step, state, both actions) in the game's flattened reward table.
        prefers: ``(N, 2)``: 1 where the player prefers the first of the pair, else 0.
    """

    cells: Ints
    prefers: Floats

    def counted(self, size: int) -> Floats:
        """Give how often each of ``size`` cells occurs in each trajectory, ``(N, 2, size)``."""
        out = np.zeros((*self.cells.shape[:2], size))
        np.put_along_axis(out, self.cells, 1.0, axis=2)  # a cell names its step, so that none occurs twice
        return out


def policies(game: MarkovGame, source: str) -> list[Profile]:
    """Give the policies of a source, each as often as the others."""
    expert, anyhow = equilibrium(game), uniform(game)
    if source == "expert":
        return [expert]
    if source == "decoy":
        return [(_shifted(expert[0]), _shifted(expert[1]))]
    if source == "unilateral":
        return [(anyhow[0], expert[1]), (expert[0], anyhow[1])]
    if source == "rookie":
        return [((expert[0] + anyhow[0]) / 2, (expert[1] + anyhow[1]) / 2)]
    if source == "trivial":
        return [anyhow]
    raise ParameterError(f"marlhf: {source!r} is no source of data{nearest(source, SOURCES)}")


def _shifted(policy: Floats) -> Floats:
    """Give the pure policy whose every action is the one after the likeliest."""
    return np.asarray(np.eye(policy.shape[2])[(policy.argmax(2) + 1) % policy.shape[2]])


def sampled(game: MarkovGame, profile: Profile, count: int, rng: np.random.Generator) -> Ints:
    """Play a profile; give the cells of ``count`` trajectories, ``(count, H)``."""
    steps, states, one, other = game.shape
    cells = np.empty((count, steps), np.int64)
    state = _drawn(np.broadcast_to(game.begin, (count, states)), rng)
    for step in range(steps):
        first, second = _drawn(profile[0][step, state], rng), _drawn(profile[1][step, state], rng)
        cells[:, step] = ((step * states + state) * one + first) * other + second
        state = _drawn(game.moves[step, state, first, second], rng)
    return cells


def _drawn(chances: Floats, rng: np.random.Generator) -> Ints:
    return np.asarray((chances.cumsum(1) < rng.random((len(chances), 1))).sum(1).clip(max=chances.shape[1] - 1), np.int64)


def compare(game: MarkovGame, mix: Mapping[str, float], pairs: int, rng: np.random.Generator, *, steepness: float = 5.0) -> Comparisons:
    """Draw pairs of trajectories from a mix and have every player compare them.

    Player i prefers the first with probability sigmoid(steepness (R_i - R_i') / H): Bradley and Terry's model on returns, H being their range. An answer is
    drawn once and stays.

    Args:
        game: the rules; rewards from 0 to 1.
        mix: shares of the sources.
        pairs: how many.
        rng: source of chance.
        steepness: how sure the answers are.
    """
    steps = game.shape[0]
    drawn = rng.choice(len(mix), size=2 * pairs, p=np.array(list(mix.values())) / sum(mix.values()))
    cells = np.empty((2 * pairs, steps), np.int64)
    for number, source in enumerate(mix):
        rows = np.flatnonzero(drawn == number)
        kinds = policies(game, source)
        for index, profile in enumerate(kinds):
            part = rows[index :: len(kinds)]
            cells[part] = sampled(game, profile, len(part), rng)
    pairwise = cells.reshape(pairs, 2, steps)
    returns = game.rewards.reshape(2, -1)[:, pairwise].sum(-1)  # (2, pairs, 2)
    odds = steepness * (returns[..., 0] - returns[..., 1]) / steps
    return Comparisons(pairwise, (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).T.astype(float))
