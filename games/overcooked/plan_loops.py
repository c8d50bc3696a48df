"""The compiled part of :mod:`.plan`; importing this module needs numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from .kernel_loops import Floats, Row, Words, step
from .kernel_tables import COOKING, DISH, ONION, SOUP, TOMATO

__all__ = ["expand", "judge"]

Ways = NDArray[np.int16]
Bytes = NDArray[np.int8]

_ON_THE_WAY, _DISH_ON_THE_WAY, _IDLE, _A_STEP, _EMPTY_STEP = 0.1, 0.075, 0.025, 0.005, 0.0025
"""In shares of a soup: an ingredient, or a dish, that is wanted and on its way; what is in vain; what a step costs what is on its way, and empty hands."""
_SOON, _SOON_HELD, _EARLY, _EARLY_HELD = 0.4, 0.2, 0.3, 0.15
"""Which part counts of an ingredient that will be wanted once a pot is emptied, lying about or held, and of a dish before a pot is full. Rules of thumb."""
_BASIS, _PRIME, _SPREAD = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_29 = np.uint64(29)
_FAR = 60


@njit(cache=True, error_model="numpy")
def expand(  # noqa: PLR0917  # numba unpacks containers slowly
    rows: NDArray[np.uint16], joint: NDArray[np.uint8], fresh: Row, moves: Words, use: NDArray[np.uint32], tick: Row, waits: Row, pays: Floats,
    shapes: Floats, pots: Words, shift: np.uint64,
) -> tuple[NDArray[np.uint16], Floats]:  # fmt: skip
    """Play every joint action in every position: positions and rewards, those of one position after another."""
    count, width = len(rows) * len(joint), rows.shape[1]
    reached, actions = np.zeros(count * width, np.uint16), np.zeros(2 * count, np.uint8)
    rewards, shaped, clock = np.zeros(count, np.float32), np.zeros(2 * count, np.float32), np.zeros(count, np.int64)
    for i in range(count):
        for k in range(width):
            reached[i * width + k] = rows[i // len(joint), k]
        actions[2 * i], actions[2 * i + 1] = joint[i % len(joint), 0], joint[i % len(joint), 1]
    step(reached, actions, fresh, moves, use, tick, waits, pays, shapes, pots, shift, clock, 1, rewards, shaped, False)
    return reached.reshape(count, width), rewards


@njit(cache=True, error_model="numpy")
def judge(  # noqa: PLR0917  # as above
    rows: NDArray[np.uint16], earned: Floats, most: float, pots: Words, starts: bool, inside: Floats, lacks: Bytes, later: Bytes, dishes: Bytes,
    soups: Floats, to_pot: Ways, to_serve: Ways, walk: Ways, fetch: Ways, counters: NDArray[np.int64],
) -> tuple[NDArray[np.float64], Words]:  # fmt: skip
    """Say how promising positions of two cooks are, in soups, and hash them.

    ``earned`` is what was earned on the way there, ``most`` what the dearest soup earns, ``pots`` the places of the pots in a row, and ``starts`` whether full
    pots must be started; the others are those of ``Outlook``.
    """
    promise, keys = np.zeros(len(rows)), np.zeros(len(rows), np.uint64)
    poses, wanted, soon, found = len(walk), np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2 + len(counters), np.int64)
    for i in range(len(rows)):
        row = rows[i]
        worth = earned[i] / most if most > 0 else 0.0
        wanted[:], soon[:] = 0, 0
        emptied, unstarted = 0, False
        for pot in pots:
            there = row[pot]
            worth += inside[there]
            emptied += dishes[there]
            unstarted = unstarted or (starts and SOUP <= there < COOKING and dishes[there] > 0)
            for kind in range(2):
                wanted[kind] += lacks[there, kind]
                soon[kind] += later[there, kind]
        lying = 0
        for number in range(2 + len(counters)):
            held = number < 2
            if held:
                thing, at = row[2 + number], int(row[number])
            else:
                thing, at = row[4 + counters[number - 2]], poses + counters[number - 2]
                if thing:
                    found[lying] = counters[number - 2]
                    lying += 1
            if thing in (ONION, TOMATO):
                way, kind = _ON_THE_WAY - _A_STEP * to_pot[at], 0 if thing == ONION else 1
                if wanted[kind] > 0:
                    wanted[kind] -= 1
                    worth += way
                elif soon[kind] > 0:
                    soon[kind] -= 1
                    worth += (_SOON_HELD if held else _SOON) * way
                else:
                    worth -= _IDLE
            elif thing == DISH:
                way = _DISH_ON_THE_WAY - _A_STEP * to_pot[at]
                if emptied > 0:
                    emptied -= 1
                    worth += way
                else:
                    worth += (_EARLY_HELD if held else _EARLY) * way - _A_STEP
            elif thing >= SOUP:
                worth += soups[thing - SOUP] - _A_STEP * to_serve[at]
        for cook in range(2):
            if row[2 + cook] == 0:
                worth -= _EMPTY_STEP * _nearest(row[cook], wanted + soon, emptied, unstarted, found[:lying], walk, fetch)
        promise[i], keys[i] = worth, _key(row, earned[i])
    return promise, keys


@njit(cache=True, error_model="numpy")
def _nearest(  # noqa: PLR0917  # as above
    pose: int, wanted: NDArray[np.int64], emptied: int, unstarted: bool, found: NDArray[np.int64], walk: Ways, fetch: Ways
) -> int:  # fmt: skip
    """Count the steps of empty hands to the nearest thing that is to be done."""
    nearest = _FAR
    for kind in range(2):
        if wanted[kind] > 0:
            nearest = min(nearest, walk[pose, kind])
    if emptied > 0:
        nearest = min(nearest, walk[pose, 2])
    if unstarted:
        nearest = min(nearest, walk[pose, 3])
    for cell in found:
        nearest = min(nearest, fetch[pose, cell] + 1)
    return nearest


@njit(cache=True, error_model="numpy")
def _key(row: Row, earned: float) -> np.uint64:
    """Hash a position and what it earned (FNV-1a)."""
    key = _BASIS
    for number in row:
        key = (key ^ np.uint64(number)) * _PRIME
    key ^= np.uint64(np.int64(earned)) * _SPREAD
    return key ^ (key >> _29)
