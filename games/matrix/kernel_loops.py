"""The compiled loops of :mod:`ludens.games.matrix.kernel`; importing this module needs numba.

Random numbers are SplitMix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014): one 64-bit draw a round, its upper half for
seat 0 and its lower half for seat 1. Each match has a stream of its own, keyed by seed, pair and repetition, so the order of play does not matter.

A state is one row of eight words: how many of the 2**32 draws cooperate, then the places of the rows that follow CC, CD, DC, DD. There are two such
tables, ``own`` for seat 0 and ``mirror`` for seat 1, whose rows have CD and DC swapped, so that one outcome number serves both seats. Places are unsigned
because a compiler must otherwise provide for negative ones. Four matches of a pair are played side by side: each is a chain of dependent
look-ups, and four chains keep the processor busy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from ..splitmix import GAMMA, mix

__all__ = ["play", "trace"]

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_LOW = np.uint64(0xFFFFFFFF)
_FIELD = np.uint64(0xFFFF)
_1, _4, _16, _32 = (np.uint64(number) for number in (1, 4, 16, 32))
_BLOCK = 0xFFFF
"""Rounds after which the four 16-bit counters of one word are emptied."""


@njit(cache=True)
def _key(seed: np.uint64, first: int, second: int, repetition: int) -> np.uint64:
    """Start of the stream of one match."""
    key = mix(seed + GAMMA)
    for number in (first, second, repetition):
        key = mix((key ^ np.uint64(number)) + GAMMA)
    return key


@njit(cache=True, inline="always")
def _turn(own: Words, mirror: Words, one: np.uint64, two: np.uint64, word: np.uint64) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Play one round: the outcome's number (CC 0, CD 1, DC 2, DD 3) and the places of the next states."""
    outcome = (np.uint64((word >> _32) >= own[one]) << _1) | np.uint64((word & _LOW) >= mirror[two])
    return outcome, own[one + outcome + _1], mirror[two + outcome + _1]


@njit(cache=True, inline="always")
def _empty(counters: np.uint64, out: Numbers) -> None:
    """Add four packed counters to an array."""
    out[0] += counters & _FIELD
    out[1] += (counters >> _16) & _FIELD
    out[2] += (counters >> _32) & _FIELD
    out[3] += counters >> (_32 + _16)


@njit(cache=True, nogil=True)
def _one_match(own: Words, mirror: Words, one: np.uint64, two: np.uint64, turns: int, stream: np.uint64, out: Numbers) -> None:  # noqa: PLR0917  # arrays and numbers only
    left = turns
    while left > 0:
        counters = np.uint64(0)
        for _ in range(min(left, _BLOCK)):
            stream += GAMMA
            outcome, one, two = _turn(own, mirror, one, two, mix(stream))
            counters += _1 << (outcome << _4)
        _empty(counters, out)
        left -= _BLOCK


@njit(cache=True, nogil=True)
def _four_matches(own: Words, mirror: Words, one: np.uint64, two: np.uint64, turns: int, streams: Words, out: Numbers) -> None:  # noqa: PLR0917  # as above
    one_0 = one_1 = one_2 = one_3 = one
    two_0 = two_1 = two_2 = two_3 = two
    stream_0, stream_1, stream_2, stream_3 = streams[0], streams[1], streams[2], streams[3]
    left = turns
    while left > 0:
        counters_0 = counters_1 = counters_2 = counters_3 = np.uint64(0)
        for _ in range(min(left, _BLOCK)):
            stream_0 += GAMMA
            stream_1 += GAMMA
            stream_2 += GAMMA
            stream_3 += GAMMA
            outcome, one_0, two_0 = _turn(own, mirror, one_0, two_0, mix(stream_0))
            counters_0 += _1 << (outcome << _4)
            outcome, one_1, two_1 = _turn(own, mirror, one_1, two_1, mix(stream_1))
            counters_1 += _1 << (outcome << _4)
            outcome, one_2, two_2 = _turn(own, mirror, one_2, two_2, mix(stream_2))
            counters_2 += _1 << (outcome << _4)
            outcome, one_3, two_3 = _turn(own, mirror, one_3, two_3, mix(stream_3))
            counters_3 += _1 << (outcome << _4)
        _empty(counters_0, out[0])
        _empty(counters_1, out[1])
        _empty(counters_2, out[2])
        _empty(counters_3, out[3])
        left -= _BLOCK


@njit(cache=True, nogil=True)
def _without_draws(own: Words, mirror: Words, one: np.uint64, two: np.uint64, turns: int, out: Numbers) -> int:  # noqa: PLR0917  # as above
    """Play a match in which nothing is drawn until its joint state comes back; count the rest by whole cycles; return the rounds stepped through.

    A checkpoint of the joint state is kept and moved on at powers of two; when it is met again, the rounds in between are a cycle
    (Brent, An improved Monte Carlo factorization algorithm, 1980).
    """
    mark_one, mark_two, mark_turn, mark_next = one, two, 0, 1
    seen = np.zeros(4, np.int64)
    turn = stepped = 0
    searching = True
    while turn < turns:
        outcome, one, two = _turn(own, mirror, one, two, np.uint64(0))
        out[outcome] += 1
        turn += 1
        stepped += 1
        if searching and one == mark_one and two == mark_two:
            cycles = (turns - turn) // (turn - mark_turn)
            out += cycles * (out - seen)
            turn += cycles * (turn - mark_turn)
            searching = False
        elif searching and turn == mark_next:
            mark_one, mark_two, mark_turn, mark_next = one, two, turn, 2 * turn
            seen[:] = out
    return stepped


@njit(cache=True, nogil=True)
def play(  # noqa: PLR0917  # as above
    own: Words,
    mirror: Words,
    start: Words,
    sure: NDArray[np.bool_],
    pairs: Numbers,
    turns: int,
    repetitions: int,
    seed: np.uint64,
    shortcuts: bool,
    counts: Numbers,
) -> int:
    """Play all repetitions of all pairs into ``counts``; return the rounds stepped through.

    Args:
        own: the states as seat 0 reads them.
        mirror: the same as seat 1 reads them.
        start: per automaton, the place of its first state.
        sure: per automaton, whether it draws nothing.
        pairs: shape (pairs, 2), automata in seat 0 and seat 1.
        turns: rounds a match.
        repetitions: matches a pair.
        seed: of all draws.
        shortcuts: whether matches without draws may skip cycles and repetitions.
        counts: shape (pairs, repetitions, 4), all zero; filled.
    """
    simulated = 0
    streams = np.zeros(4, np.uint64)
    for index in range(len(pairs)):
        first, second = pairs[index, 0], pairs[index, 1]
        one, two, out = start[first], start[second], counts[index]
        if shortcuts and sure[first] and sure[second]:
            simulated += _without_draws(own, mirror, one, two, turns, out[0])
            for repetition in range(1, repetitions):
                out[repetition] = out[0]
            continue
        fours = repetitions - repetitions % 4
        for repetition in range(0, fours, 4):
            for lane in range(4):
                streams[lane] = _key(seed, first, second, repetition + lane)
            _four_matches(own, mirror, one, two, turns, streams, out[repetition : repetition + 4])
        for repetition in range(fours, repetitions):
            _one_match(own, mirror, one, two, turns, _key(seed, first, second, repetition), out[repetition])
        simulated += turns * repetitions
    return simulated


@njit(cache=True, nogil=True)
def trace(  # noqa: PLR0917  # as above
    own: Words, mirror: Words, start: Words, first: int, second: int, repetition: int, seed: np.uint64, actions: NDArray[np.uint8]
) -> None:
    """Write the actions of one match into ``actions``, shape (turns, 2); the same draws as :func:`play`."""
    one, two, stream = start[first], start[second], _key(seed, first, second, repetition)
    for turn in range(len(actions)):
        stream += GAMMA
        outcome, one, two = _turn(own, mirror, one, two, mix(stream))
        actions[turn, 0], actions[turn, 1] = outcome >> _1, outcome & _1
