"""Preference data from mixes of policies of networks: games by experts, rookies and others, compared in pairs by every seat's own return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....errors import ParameterError, nearest
from ..data import SOURCES
from .worlds import Play, Policy, World

__all__ = ["Compared", "compare", "ranges", "tables"]

Floats = NDArray[np.float64]


class Compared(NamedTuple):
    """Pairs of games: of 2P games, game 2k is compared with game 2k + 1.

    Attributes:
        play: the games.
        prefers: ``(P, N)``: how likely the seat is said to prefer the first of the pair, 1 or 0 where it is sure; NaN where nobody was asked.
    """

    play: Play
    prefers: Floats


def tables(world: World, expert: Policy, source: str) -> list[tuple[Policy, ...]]:
    """Give who sits at the table in a source of data, each table as often as the others.

    As on tabular games (:data:`~ludens.trainers.marlhf.data.SOURCES`): the decoy always does what counts for a seat that gives no
    legal move (it stays); a rookie acts at random every other time; unilateral is one seat at random, as a rookie or as a decoy among experts.
    """

    def trivial(seen: np.ndarray) -> np.ndarray:
        return np.full((len(seen), world.options), 1 / world.options, np.float32)

    def rookie(seen: np.ndarray) -> np.ndarray:
        return np.asarray((expert(seen) + trivial(seen)) / 2)

    def decoy(seen: np.ndarray) -> np.ndarray:
        return np.tile(np.eye(world.options, dtype=np.float32)[world.idle], (len(seen), 1))

    together: dict[str, Policy] = {"expert": expert, "decoy": decoy, "rookie": rookie, "trivial": trivial}
    if source in together:
        return [(together[source],) * world.seats]
    if source == "unilateral":
        return [tuple(one if seat == leaver else expert for seat in range(world.seats)) for leaver in range(world.seats) for one in (trivial, rookie, decoy)]
    raise ParameterError(f"marlhf: {source!r} is no source of data{nearest(source, SOURCES)}")


def ranges(world: World, expert: Policy, rng: np.random.Generator, games: int = 200) -> Floats:
    """Give the range of each seat's return over expert, decoy and random play, ``(N,)``: what preferences are measured by, in every mix alike."""
    returns = np.concatenate([world.play(tables(world, expert, source)[0], games, rng).returns for source in ("expert", "decoy", "trivial")])
    return np.asarray(np.maximum(returns.max(0) - returns.min(0), 1e-9))


def compare(world: World, expert: Policy, mix: Mapping[str, float], pairs: int, rng: np.random.Generator, *, scale: Floats, steepness: float) -> Compared:
    """Play pairs of games by a mix and have every seat compare them.

    Seat i prefers the first with probability sigmoid(steepness (R_i - R_i') / scale_i). An answer is drawn once and stays.

    Args:
        world: the game.
        expert: its expert policy.
        mix: shares of the sources.
        pairs: how many.
        rng: source of chance.
        scale: ``(N,)``, see :func:`ranges`.
        steepness: how sure the answers are.
    """
    kinds = [table for source in mix for table in tables(world, expert, source)]
    chances = np.concatenate([np.full(len(of), share / len(of)) for source, share in mix.items() for of in [tables(world, expert, source)]])
    drawn = rng.choice(len(kinds), size=2 * pairs, p=chances / chances.sum())
    counts = np.bincount(drawn, minlength=len(kinds))
    parts = [world.play(kind, int(count), rng) for kind, count in zip(kinds, counts, strict=True) if count]
    order = np.argsort(np.argsort(drawn, kind="stable"))
    play = Play(*(np.concatenate(columns)[order] for columns in zip(*parts, strict=True)))
    returns = play.returns
    odds = steepness * (returns[0::2] - returns[1::2]) / scale
    return Compared(play, (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(float))
