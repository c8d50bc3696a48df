"""Repeated 2x2 games at speed: strategies as finite automata, played in compiled batches.

An :class:`Automaton` is a Moore machine that cooperates in each state with a given probability and moves on by what
both seats were seen to do. That covers memory-one and memory-n strategies, deterministic machines and everything with
bounded counters; trembles (a wrong action played, seen by both) only change the probabilities. A match is summed up by how often each of the four
joint outcomes came about, which gives the payoffs of *any* 2x2 game without playing again.

Action 0 is the game's first action ("cooperate"), 1 its second ("defect"). Outcomes are ordered CC, CD, DC, DD as seat 0 sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..compiled import compiled

__all__ = ["PRISONERS_DILEMMA", "Automaton", "Batch", "RoundRobin", "play_matches", "play_round_robin", "trace_match"]

PRISONERS_DILEMMA = (((3.0, 0.0), (5.0, 1.0)), ((3.0, 5.0), (0.0, 1.0)))
"""Payoffs ``[seat][action of seat 0][action of seat 1]``, as in a matrix game's ``table``: R=3, S=0, T=5, P=1 (Axelrod 1980)."""

_LOOPS, _ENGINE = "ludens.games.matrix.kernel_loops", "the batched match engine"
_ONE = 1 << 32  # probabilities are compared as whole numbers of 2**-32
_MIRROR = [0, 2, 1, 3]  # CC, CD, DC, DD seen from the other seat


@dataclass(frozen=True)
class Automaton:
    """A strategy with finitely many states for a repeated game of two seats and two actions; state 0 is the first.

    Attributes:
        cooperation: per state, the probability of action 0.
        successors: per state, the next one after CC, CD, DC, DD (own action first).
        name: for tables.

    Raises:
        ParameterError: no state, a probability outside [0, 1], or a successor that is not a state.
    """

    cooperation: tuple[float, ...]
    successors: tuple[tuple[int, int, int, int], ...]
    name: str = ""

    def __post_init__(self) -> None:
        states = len(self.cooperation)
        if not states or np.shape(self.successors) != (states, 4):
            raise ParameterError(f"automaton {self.name!r}: {states} states need {states} rows of four successors, got shape {np.shape(self.successors)}")
        if not all(0 <= chance <= 1 for chance in self.cooperation):
            raise ParameterError(f"automaton {self.name!r}: probabilities of cooperation should lie in [0, 1]")
        if np.min(self.successors) < 0 or np.max(self.successors) >= states:
            raise ParameterError(f"automaton {self.name!r}: successors should be states 0 to {states - 1}")

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self.cooperation)

    @cached_property
    def deterministic(self) -> bool:
        """Whether no state draws at random."""
        return all(chance in (0, 1) for chance in self.cooperation)

    def trembling(self, noise: float) -> Automaton:
        """Return the automaton whose intended action is swapped with probability ``noise``, seen by both seats.

        Successors depend on actions as played, so a tremble is the same as the probability p(1-noise) + (1-p)noise.
        """
        _check_noise(noise)
        if noise == 0:
            return self
        return Automaton(tuple(chance * (1 - noise) + (1 - chance) * noise for chance in self.cooperation), self.successors, self.name)


@dataclass(frozen=True)
class Batch:
    """Matches as played.

    Attributes:
        counts: shape (pairs, repetitions, 4): rounds that ended CC, CD, DC, DD as the pair's first seat sees them.
        turns: rounds in each match.
        simulated: rounds stepped through one by one; less than all of them where shortcuts were taken.
    """

    counts: NDArray[np.int64]
    turns: int
    simulated: int

    def scores(self, payoffs: ArrayLike = PRISONERS_DILEMMA) -> NDArray[np.float64]:
        """Total payoffs, shape (pairs, repetitions, 2 seats), in the game's unit."""
        return self.counts @ _payoffs(payoffs).reshape(2, 4).T


@dataclass(frozen=True)
class RoundRobin:
    """Everybody against everybody (and a copy of oneself), ``n`` automata.

    Attributes:
        counts: shape (n, n, repetitions, 4): rounds that ended CC, CD, DC, DD with i in seat 0 and j in seat 1, as i sees them.
        scores: shape (n, n, repetitions): total payoff of i, in seat 0, against j.
        second_scores: the same shape: total payoff of j in those matches.
        turns: rounds in each match.
        played: rounds of all matches together, each match counted once.
        simulated: rounds that were stepped through one by one.
    """

    counts: NDArray[np.int64]
    scores: NDArray[np.float64]
    second_scores: NDArray[np.float64]
    turns: int
    played: int
    simulated: int

    @property
    def cooperations(self) -> NDArray[np.int64]:
        """How often i cooperated against j, shape (n, n, repetitions)."""
        return self.counts[..., 0] + self.counts[..., 1]

    @property
    def mean_scores(self) -> NDArray[np.float64]:
        """Payoff a round of i against j over the repetitions, shape (n, n)."""
        return self.scores.mean(axis=2) / self.turns


def play_round_robin(
    automata: Sequence[Automaton],
    turns: int,
    repetitions: int = 1,
    payoffs: ArrayLike = PRISONERS_DILEMMA,
    *,
    noise: float = 0.0,
    seed: int = 0,
    ordered: bool = False,
    shortcuts: bool = True,
) -> RoundRobin:
    """Play every pair of automata, each also against itself.

    Args:
        automata: the players; their order is part of what the seed fixes.
        turns: rounds a match.
        repetitions: matches a pair.
        payoffs: shape (2, 2, 2), ``[seat][action of seat 0][action of seat 1]``: a matrix game's ``table``.
        noise: probability that an action is swapped, for each seat and round.
        seed: equal seeds give equal results, on every machine.
        ordered: play each pair twice, in both seatings; needed where the seats' payoffs differ.
        shortcuts: see :func:`play_matches`.

    Raises:
        ParameterError: an argument is out of range, or the game is not symmetric and ``ordered`` is False.
        MissingExtra: numba is not installed.
    """
    table, count = _payoffs(payoffs), len(automata)
    if not ordered and not np.array_equal(table[0], table[1].T):
        raise ParameterError("the payoffs of the two seats differ: play the round robin with ordered=True")
    first, second = np.divmod(np.arange(count * count), count) if ordered else np.triu_indices(count)
    batch = play_matches(automata, np.stack([first, second], axis=1), turns, repetitions, noise=noise, seed=seed, shortcuts=shortcuts)
    counts = np.zeros((count, count, repetitions, 4), np.int64)
    if not ordered:
        counts[second, first] = batch.counts[..., _MIRROR]
    counts[first, second] = batch.counts
    both = counts @ table.reshape(2, 4).T
    return RoundRobin(counts, both[..., 0], both[..., 1], turns, len(first) * repetitions * turns, batch.simulated)


def play_matches(
    automata: Sequence[Automaton], pairs: ArrayLike, turns: int, repetitions: int = 1, *, noise: float = 0.0, seed: int = 0, shortcuts: bool = True
) -> Batch:
    """Play chosen pairs. The draws of a match depend only on the seed, the pair's two numbers and the repetition.

    Args:
        automata: the players.
        pairs: shape (pairs, 2): numbers of the automata in seat 0 and seat 1.
        turns: rounds a match, at least 1.
        repetitions: matches a pair, at least 1.
        noise: probability that an action is swapped, for each seat and round.
        seed: of all draws.
        shortcuts: play a pair that draws nothing once for all repetitions, and stop stepping when its joint state comes
            back (the rest is counted by whole cycles). The results are the same either way.

    Raises:
        ParameterError: an argument is out of range.
        MissingExtra: numba is not installed.
    """
    indices = np.asarray(pairs, np.int64).reshape(-1, 2)
    if not len(automata):
        raise ParameterError("there is no automaton to play")
    if turns < 1 or repetitions < 1:
        raise ParameterError(f"turns={turns} and repetitions={repetitions} should be at least 1")
    if indices.size and (indices.min() < 0 or indices.max() >= len(automata)):
        raise ParameterError(f"pairs should name automata 0 to {len(automata) - 1}")
    own, mirror, start, sure = _tables(automata, noise)
    counts = np.zeros((len(indices), repetitions, 4), np.int64)
    simulated = compiled(_LOOPS, _ENGINE).play(own, mirror, start, sure, indices, turns, repetitions, np.uint64(seed % 2**64), shortcuts, counts)
    return Batch(counts, turns, int(simulated))


def trace_match(
    automata: Sequence[Automaton], pair: tuple[int, int], turns: int, repetition: int = 0, *, noise: float = 0.0, seed: int = 0
) -> NDArray[np.uint8]:
    """Return the actions of one match of :func:`play_matches` round by round, shape (turns, 2 seats).

    Raises:
        MissingExtra: numba is not installed.
    """
    own, mirror, start, _ = _tables(automata, noise)
    actions = np.zeros((turns, 2), np.uint8)
    compiled(_LOOPS, _ENGINE).trace(own, mirror, start, pair[0], pair[1], repetition, np.uint64(seed % 2**64), actions)
    return actions


def _tables(automata: Sequence[Automaton], noise: float) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.bool_]]:
    """Lay all automata end to end, one row of eight words a state (see the loops), as seat 0 and as seat 1 read them."""
    shaken = [automaton.trembling(noise) for automaton in automata]
    first = np.cumsum([0, *(automaton.size for automaton in shaken)])
    rows = np.zeros((first[-1], 8), np.uint64)
    for automaton, begin, end in zip(shaken, first, first[1:], strict=False):
        rows[begin:end, 0] = np.rint(np.multiply(automaton.cooperation, _ONE)).astype(np.uint64)
        rows[begin:end, 1:5] = 8 * (np.asarray(automaton.successors, np.uint64) + np.uint64(begin))
    mirror = rows.copy()
    mirror[:, 1:5] = rows[:, 1:5][:, _MIRROR]
    sure = np.array([automaton.deterministic for automaton in shaken])
    return rows.ravel(), mirror.ravel(), 8 * first[:-1].astype(np.uint64), sure


def _payoffs(payoffs: ArrayLike) -> NDArray[np.float64]:
    table = np.asarray(payoffs, float)
    if table.shape != (2, 2, 2) or not np.isfinite(table).all():
        raise ParameterError(f"payoffs should be finite with shape (2, 2, 2), got shape {table.shape}")
    return table


def _check_noise(noise: float) -> None:
    if not 0 <= noise <= 1:
        raise ParameterError(f"noise={noise} should be a probability")
