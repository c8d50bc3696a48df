"""The compiled loops of :mod:`ludens.games.matrix.kernel`; importing this module needs numba.

Random numbers are SplitMix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014): one 64-bit draw a round, its upper half for
seat 0 and its lower half for seat 1. Each match has a stream of its own, keyed by seed, pair and repetition, so the order of play does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    _Function = TypeVar("_Function", bound=Callable[..., Any])

    # numba has no types; a compiled function has those of its source
    def njit(**options: Any) -> Callable[[_Function], _Function]: ...
else:
    from numba import njit

__all__ = ["play", "trace"]

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


@njit(cache=True, inline="always")
def _mix(word: np.uint64) -> np.uint64:
    word = (word ^ (word >> _30)) * _MIX_1
    word = (word ^ (word >> _27)) * _MIX_2
    return word ^ (word >> _31)


@njit(cache=True)
def _key(seed: np.uint64, first: int, second: int, repetition: int) -> np.uint64:
    """Start of the stream of one match."""
    key = _mix(seed + _GAMMA)
    for number in (first, second, repetition):
        key = _mix((key ^ np.uint64(number)) + _GAMMA)
    return key


@njit(cache=True, inline="always")
def _fill(out: Numbers, turns: int, defected_one: int, defected_two: int, both: int) -> None:
    """Turn the defections of each seat and of both into counts of CC, CD, DC, DD."""
    out[0] = turns - defected_one - defected_two + both
    out[1] = defected_two - both
    out[2] = defected_one - both
    out[3] = both


@njit(cache=True, nogil=True)
def _drawn(cut: Words, step: Numbers, one: int, two: int, turns: int, stream: np.uint64, out: Numbers) -> None:  # noqa: PLR0917  # arrays and numbers only
    """Play a match with draws."""
    defected_one = defected_two = both = 0
    for _ in range(turns):
        stream += _GAMMA
        word = _mix(stream)
        mine = int((word >> _32) >= cut[one])
        theirs = int((word & _LOW) >= cut[two])
        defected_one += mine
        defected_two += theirs
        both += mine & theirs
        one = step[4 * one + 2 * mine + theirs]
        two = step[4 * two + 2 * theirs + mine]
    _fill(out, turns, defected_one, defected_two, both)


@njit(cache=True, nogil=True)
def _fixed(cut: Words, step: Numbers, one: int, two: int, turns: int, shortcuts: bool, out: Numbers) -> int:  # noqa: PLR0917  # as above
    """Play a match without draws; return the rounds stepped through.

    With ``shortcuts`` a checkpoint of the joint state is kept and moved on at powers of two (Brent, An improved Monte Carlo factorization algorithm,
    1980); when the state is met again, the rounds in between are a cycle, and whole cycles of what remains are counted at once.
    """
    defected_one = defected_two = both = 0
    mark_one, mark_two, mark_turn, mark_next = one, two, 0, 1
    seen_one = seen_two = seen_both = 0
    turn = stepped = 0
    while turn < turns:
        mine = int(cut[one] == 0)
        theirs = int(cut[two] == 0)
        defected_one += mine
        defected_two += theirs
        both += mine & theirs
        one = step[4 * one + 2 * mine + theirs]
        two = step[4 * two + 2 * theirs + mine]
        turn += 1
        stepped += 1
        if shortcuts:
            if one == mark_one and two == mark_two:
                period = turn - mark_turn
                cycles = (turns - turn) // period
                defected_one += cycles * (defected_one - seen_one)
                defected_two += cycles * (defected_two - seen_two)
                both += cycles * (both - seen_both)
                turn += cycles * period
                shortcuts = False
            elif turn == mark_next:
                mark_one, mark_two, mark_turn, mark_next = one, two, turn, 2 * turn
                seen_one, seen_two, seen_both = defected_one, defected_two, both
    _fill(out, turns, defected_one, defected_two, both)
    return stepped


@njit(cache=True, nogil=True)
def play(  # noqa: PLR0917  # as above
    cut: Words,
    step: Numbers,
    start: Numbers,
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
        cut: per state, how many of the 2**32 draws cooperate.
        step: four successors a state (after CC, CD, DC, DD, own action first).
        start: per automaton, its first state.
        sure: per automaton, whether it draws nothing.
        pairs: shape (pairs, 2), automata in seat 0 and seat 1.
        turns: rounds a match.
        repetitions: matches a pair.
        seed: of all draws.
        shortcuts: whether matches without draws may skip cycles and repetitions.
        counts: shape (pairs, repetitions, 4), filled.
    """
    simulated = 0
    for index in range(len(pairs)):
        first, second = pairs[index, 0], pairs[index, 1]
        for repetition in range(repetitions):
            out = counts[index, repetition]
            if not (sure[first] and sure[second]):
                _drawn(cut, step, start[first], start[second], turns, _key(seed, first, second, repetition), out)
                simulated += turns
            elif shortcuts and repetition > 0:
                out[:] = counts[index, 0]
            else:
                simulated += _fixed(cut, step, start[first], start[second], turns, shortcuts, out)
    return simulated


@njit(cache=True, nogil=True)
def trace(cut: Words, step: Numbers, start: Numbers, first: int, second: int, repetition: int, seed: np.uint64, actions: NDArray[np.uint8]) -> None:  # noqa: PLR0917  # as above
    """Write the actions of one match into ``actions``, shape (turns, 2); the same draws as :func:`play`."""
    one, two, stream = start[first], start[second], _key(seed, first, second, repetition)
    for turn in range(len(actions)):
        stream += _GAMMA
        word = _mix(stream)
        mine = int((word >> _32) >= cut[one])
        theirs = int((word & _LOW) >= cut[two])
        actions[turn, 0], actions[turn, 1] = mine, theirs
        one = step[4 * one + 2 * mine + theirs]
        two = step[4 * two + 2 * theirs + mine]
