"""The compiled rules of :mod:`.kernel`; importing this module needs numba.

Games lie one after another in ``rows``, in the order of ``Tables.fresh``. Everything is looked up, next to nothing is asked: what an action leads to is as
good as random, and a processor that guesses wrong loses more than it takes to look. Indices are unsigned because numba tests signed ones for being negative,
and a step is one function because numba counts references to arrays when it calls another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from ..splitmix import GAMMA, mix
from .kernel_tables import DISH, DISH_TAKEN, EVENT, INTERACT, KIND, NOW_HELD, PLACE, TURNED

__all__ = ["random_actions", "random_steps", "restart", "step"]

Row = NDArray[np.uint16]
Actions = NDArray[np.uint8]
Clock = NDArray[np.int64]
Floats = NDArray[np.float32]
Words = NDArray[np.uint64]

_0, _1, _2, _3, _4, _15, _FFFF = (np.uint64(number) for number in (0, 1, 2, 3, 4, 15, 0xFFFF))
_32, _32_BITS, _ACTIONS = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64(6)
_DISH, _DISH_TAKEN = np.uint64(DISH), np.uint64(DISH_TAKEN)
_TOGETHER = 256
"""Games played in turn at random: few enough to stay in a cache."""


@njit(cache=True, error_model="numpy")
def _is_wanted(  # noqa: PLR0917  # numba unpacks containers slowly
    rows: Row, first: np.uint64, width: int, waits: Row, pots: Words, place: np.uint64, before: np.uint64, hands: np.uint64
) -> np.uint64:  # fmt: skip
    """Tell whether the dish that one of two cooks has just taken is one too few; ``before`` lay in ``place`` when the step began."""
    waiting = _0
    for k in range(len(pots)):
        there = pots[k] + first
        waiting += np.uint64(waits[before if there == place else np.uint64(rows[there])])
    for k in range(4, width):
        if rows[first + np.uint64(k)] == DISH:
            return _0
    return np.uint64(hands < waiting)


@njit(cache=True, error_model="numpy")
def _rest(  # noqa: PLR0917  # as above
    i: int, rows: Row, cooks: int, fresh: Row, clock: Clock, rewards: Floats, shaped: Floats, auto_reset: bool
) -> None:  # fmt: skip
    """Play no step of a game that is over."""
    rewards[i] = 0.0
    for cook in range(cooks):
        shaped[i * cooks + cook] = 0.0
    if auto_reset:
        for k in range(len(fresh)):
            rows[i * len(fresh) + k] = fresh[k]
        clock[i] = 0


@njit(cache=True, error_model="numpy", nogil=True)
def _two(  # noqa: PLR0917  # as above
    rows: Row, actions: Actions, fresh: Row, moves: Words, use: NDArray[np.uint32], tick: Row, waits: Row, pays: Floats, shapes: Floats, pots: Words,
    shift: np.uint64, clock: Clock, horizon: int, rewards: Floats, shaped: Floats, auto_reset: bool,
) -> None:  # fmt: skip
    """Play one step of games of two cooks."""
    width = np.uint64(len(fresh))
    first = act = _0
    for i in range(len(clock)):
        if clock[i] >= horizon:
            _rest(i, rows, 2, fresh, clock, rewards, shaped, auto_reset)
            first += width
            act += _2
            continue
        clock[i] += 1
        pose, other_pose, held, other_held = np.uint64(rows[first]), np.uint64(rows[first + _1]), rows[first + _2], np.uint64(rows[first + _3])
        move, other_move = moves[(pose << _3) + np.uint64(actions[act])], moves[(other_pose << _3) + np.uint64(actions[act + _1])]
        cell, other_cell = (move & _FFFF) >> _2, (other_move & _FFFF) >> _2
        swap = (cell ^ (other_pose >> _2)) | (other_cell ^ (pose >> _2))
        # so many bits higher lies the pose of those who are in each other's way
        blocked = np.uint64((cell == other_cell) | (swap == _0)) << _4
        rows[first] = move >> blocked
        rows[first + _1] = other_move >> blocked
        place = ((move >> PLACE) & _FFFF) + first
        before = np.uint64(rows[place])
        done = np.uint64(use[(((move >> KIND) + np.uint64(held)) << shift) + before])
        rows[place] = done
        event = done >> EVENT
        if event == _DISH_TAKEN:
            event += _is_wanted(rows, first, len(fresh), waits, pots, place, before, np.uint64(other_held == _DISH))
        now_held = (done >> NOW_HELD) & _15
        rows[first + _2] = now_held
        other_place = ((other_move >> PLACE) & _FFFF) + first
        done = np.uint64(use[(((other_move >> KIND) + other_held) << shift) + np.uint64(rows[other_place])])
        rows[other_place] = done
        other_event = done >> EVENT
        if other_event == _DISH_TAKEN:
            other_event += _is_wanted(rows, first, len(fresh), waits, pots, place, before, np.uint64(now_held == _DISH))
        rows[first + _3] = (done >> NOW_HELD) & _15
        rewards[i] = pays[event] + pays[other_event]
        shaped[act], shaped[act + _1] = shapes[event], shapes[other_event]
        for k in range(len(pots)):
            pot = pots[k] + first
            rows[pot] = tick[rows[pot]]
        first += width
        act += _2


@njit(cache=True, error_model="numpy", nogil=True)
def _many(  # noqa: PLR0917  # as above
    rows: Row, actions: Actions, fresh: Row, moves: Words, use: NDArray[np.uint32], tick: Row, pays: Floats, shapes: Floats, pots: Words,
    shift: np.uint64, clock: Clock, horizon: int, rewards: Floats, shaped: Floats, auto_reset: bool,
) -> None:  # fmt: skip
    """Play one step of games of one cook or of more than two, whose dishes earn no shaped reward."""
    cooks = len(actions) // len(clock)
    chosen, before, after = np.zeros(cooks, np.uint64), np.zeros(cooks, np.uint64), np.zeros(cooks, np.uint64)
    for i in range(len(clock)):
        if clock[i] >= horizon:
            _rest(i, rows, cooks, fresh, clock, rewards, shaped, auto_reset)
            continue
        clock[i] += 1
        first, act = np.uint64(i * len(fresh)), i * cooks
        rewards[i] = 0.0
        for cook in range(cooks):
            pose, hand = np.uint64(rows[first + np.uint64(cook)]), first + np.uint64(cooks + cook)
            chosen[cook] = move = moves[(pose << _3) + np.uint64(actions[act + cook])]
            before[cook], after[cook] = pose >> _2, (move & _FFFF) >> _2
            place = ((move >> PLACE) & _FFFF) + first
            done = np.uint64(use[(((move >> KIND) + np.uint64(rows[hand])) << shift) + np.uint64(rows[place])])
            rows[place], rows[hand] = done, (done >> NOW_HELD) & _15
            rewards[i] += pays[done >> EVENT]
            shaped[act + cook] = shapes[done >> EVENT]
        blocked = _0
        for a in range(1, cooks):
            for b in range(a):
                if after[a] == after[b] or (after[a] == before[b] and after[b] == before[a]):
                    blocked = TURNED
        for cook in range(cooks):
            rows[first + np.uint64(cook)] = chosen[cook] >> blocked
        for k in range(len(pots)):
            pot = pots[k] + first
            rows[pot] = tick[rows[pot]]


@njit(cache=True, error_model="numpy", nogil=True)
def step(  # noqa: PLR0917  # as above
    rows: Row, actions: Actions, fresh: Row, moves: Words, use: NDArray[np.uint32], tick: Row, waits: Row, pays: Floats, shapes: Floats, pots: Words,
    shift: np.uint64, clock: Clock, horizon: int, rewards: Floats, shaped: Floats, auto_reset: bool,
) -> int:  # fmt: skip
    """Play one step of every game that is not over; begin the others anew where ``auto_reset``.

    Returns:
        -1, or the place in ``actions`` of the first that is none; nothing has changed then.
    """
    largest = np.uint8(0)
    for k in range(len(actions)):
        largest = max(largest, actions[k])
    if largest > INTERACT:
        return int(np.argmax(actions > INTERACT))
    if len(actions) == 2 * len(clock):
        _two(rows, actions, fresh, moves, use, tick, waits, pays, shapes, pots, shift, clock, horizon, rewards, shaped, auto_reset)
    else:
        _many(rows, actions, fresh, moves, use, tick, pays, shapes, pots, shift, clock, horizon, rewards, shaped, auto_reset)
    return -1


@njit(cache=True, error_model="numpy", nogil=True)
def restart(rows: Row, fresh: Row, clock: Clock, which: NDArray[np.bool_]) -> None:
    """Begin some games anew."""
    for i in range(len(clock)):
        if which[i]:
            for k in range(len(fresh)):
                rows[i * len(fresh) + k] = fresh[k]
            clock[i] = 0


@njit(cache=True, error_model="numpy", nogil=True)
def random_actions(seeds: Words, actions: Actions) -> None:
    """Draw an action for every cook by SplitMix64, all alike likely but for a part in 2**32."""
    cooks = len(actions) // len(seeds)
    for i in range(len(seeds)):
        word = _0
        for cook in range(cooks):
            if cook % 2:
                word >>= _32
            else:
                seeds[i] += GAMMA
                word = mix(seeds[i])
            actions[i * cooks + cook] = ((word & _32_BITS) * _ACTIONS) >> _32


@njit(cache=True, error_model="numpy", nogil=True)
def random_steps(  # noqa: PLR0917  # as above
    steps: int, seeds: Words, rows: Row, actions: Actions, fresh: Row, moves: Words, use: NDArray[np.uint32], tick: Row, waits: Row, pays: Floats,
    shapes: Floats, pots: Words, shift: np.uint64, clock: Clock, horizon: int, rewards: Floats, shaped: Floats, auto_reset: bool,
) -> float:  # fmt: skip
    """Play so many steps of every game at random; give what they earned in all."""
    width, cooks, total = len(fresh), len(actions) // len(clock), 0.0
    for start in range(0, len(clock), _TOGETHER):
        stop = min(start + _TOGETHER, len(clock))
        some, acts, those = rows[start * width : stop * width], actions[start * cooks : stop * cooks], shaped[start * cooks : stop * cooks]
        for _ in range(steps):
            random_actions(seeds[start:stop], acts)
            step(some, acts, fresh, moves, use, tick, waits, pays, shapes, pots, shift, clock[start:stop], horizon, rewards[start:stop], those, auto_reset)
            for i in range(start, stop):
                total += rewards[i]
    return total
