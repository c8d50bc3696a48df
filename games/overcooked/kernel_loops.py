"""The compiled rules of :mod:`.kernel`; importing this module needs numba.

A game is a row of ``facts``, in the order of ``Tables.fresh``: cells, directions and hands of the cooks, dishes on counters, ticks of the pots, contents of
the cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .encode import URGENT
from .features import OWN
from .game import PLANES
from .kernel_tables import (
    COOKING,
    DELIVERED,
    DISH,
    DISH_WAY,
    INTERACT,
    NO_EVENT,
    ONION,
    ONION_WAY,
    POT,
    POTS,
    POTTED,
    READY,
    SERVE_WAY,
    SOUP,
    SOUP_TAKEN,
    TOMATO,
    TOMATO_WAY,
    WALLS,
)  # fmt: skip
from .kitchen import MOST_INGREDIENTS, RECIPES

if TYPE_CHECKING:
    _Function = TypeVar("_Function", bound=Callable[..., Any])

    # numba has no types; a compiled function has those of its source
    def njit(**options: Any) -> Callable[[_Function], _Function]: ...
else:
    from numba import njit

__all__ = ["look", "measure", "random_actions", "random_steps", "restart", "step"]

Numbers = NDArray[np.int16]
Floats = NDArray[np.float32]

_RECIPES = np.array(RECIPES, np.int16)
_COOKS, _THINGS = 10, 16
"""The planes before the first, and from the second on but for the last, are of what moves."""
_GAMMA, _MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32, _ACTIONS = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32), np.uint64(6)


@njit(cache=True, error_model="numpy", inline="always")
def _play(  # noqa: PLR0917  # numba unpacks containers slowly
    i: int, cooks: int, facts: Numbers, actions: NDArray[np.int8], kind: Numbers, front: Numbers, go: Numbers, pots: Numbers, use: Numbers,
    waits: Numbers, times: Numbers, values: Floats, shaping: Floats, old: bool, shaped: Floats, target: Numbers,
) -> float:  # fmt: skip
    """Play one step of a game; give what it earns everybody."""
    hands, dishes = 2 * cooks, 3 * cooks
    ticks = dishes + 1
    cells = ticks + len(pots)
    waiting = 0
    for k in range(len(pots)):
        waiting += waits[facts[i, cells + pots[k]]]
    earned = np.float32(0.0)
    for cook in range(cooks):
        action = actions[i, cook]
        here = facts[i, cook]
        shaped[i, cook] = 0.0
        target[cook] = go[here, action]
        if action == INTERACT:
            ahead = front[here, facts[i, cooks + cook]]
            what, held, there = kind[ahead], facts[i, hands + cook], facts[i, cells + ahead]
            after, event = use[what, held, there, 1], use[what, held, there, 2]
            if event != NO_EVENT:
                if event == POTTED:
                    shaped[i, cook] = shaping[0]
                elif event == SOUP_TAKEN:
                    shaped[i, cook] = shaping[2]
                elif event >= DELIVERED:
                    earned += values[event - DELIVERED]
                elif cooks == 2 and facts[i, dishes] == 0 and (facts[i, hands] == DISH) + (facts[i, hands + 1] == DISH) < waiting:
                    shaped[i, cook] = shaping[1]
            facts[i, hands + cook] = use[what, held, there, 0]
            if after != there:
                facts[i, cells + ahead] = after
                facts[i, dishes] += (after == DISH) - (there == DISH)
                if after >= COOKING and what == POT:
                    for k in range(len(pots)):
                        if pots[k] == ahead:
                            facts[i, ticks + k] = 0
        elif action < 4:
            facts[i, cooks + cook] = action
    clash = False
    for a in range(1, cooks):
        for b in range(a):
            clash = clash or target[a] == target[b] or (target[a] == facts[i, b] and target[b] == facts[i, a])
    if not clash:
        for cook in range(cooks):
            facts[i, cook] = target[cook]
    for k in range(len(pots)):
        content = facts[i, cells + pots[k]]
        if content == 0 or content >= READY:
            continue
        if content < COOKING:
            if not old or _RECIPES[content - SOUP, 0] + _RECIPES[content - SOUP, 1] != MOST_INGREDIENTS:
                continue
            content += COOKING - SOUP
            facts[i, ticks + k] = 0
        # a soup that takes no time is ready once it has been started
        if facts[i, ticks + k] < times[content - COOKING]:
            facts[i, ticks + k] += 1
        if facts[i, ticks + k] >= times[content - COOKING]:
            content += READY - COOKING
        facts[i, cells + pots[k]] = content
    return float(earned)


@njit(cache=True, error_model="numpy", nogil=True)
def step(  # noqa: PLR0917  # as above
    facts: Numbers, actions: NDArray[np.int8], fresh: Numbers, kind: Numbers, front: Numbers, go: Numbers, pots: Numbers, use: Numbers, waits: Numbers,
    times: Numbers, values: Floats, shaping: Floats, old: bool, clock: NDArray[np.int64], horizon: int, rewards: Floats, shaped: Floats, auto_reset: bool,
) -> int:  # fmt: skip
    """Play one step of every game that is not over; begin the others anew where ``auto_reset``.

    Returns:
        -1, or the place in ``actions`` of the first that is none, counting along its rows; nothing has changed then.
    """
    cooks = actions.shape[1]
    for i in range(len(facts)):
        for cook in range(cooks):
            if actions[i, cook] < 0 or actions[i, cook] > INTERACT:
                return i * cooks + cook
    target = np.zeros(cooks, np.int16)
    for i in range(len(facts)):
        if clock[i] < horizon:
            rewards[i] = _play(i, cooks, facts, actions, kind, front, go, pots, use, waits, times, values, shaping, old, shaped, target)
            clock[i] += 1
        else:
            rewards[i] = 0.0
            for cook in range(cooks):
                shaped[i, cook] = 0.0
            if auto_reset:
                for column in range(len(fresh)):
                    facts[i, column] = fresh[column]
                clock[i] = 0
    return -1


@njit(cache=True, error_model="numpy", nogil=True)
def restart(facts: Numbers, fresh: Numbers, clock: NDArray[np.int64], which: NDArray[np.bool_]) -> None:
    """Begin some games anew."""
    for i in range(len(facts)):
        if which[i]:
            for column in range(len(fresh)):
                facts[i, column] = fresh[column]
            clock[i] = 0


@njit(cache=True, error_model="numpy", inline="always")
def _draw(seeds: NDArray[np.uint64], i: int) -> np.uint64:
    """SplitMix64 (Steele, Lea and Flood 2014)."""
    seeds[i] += _GAMMA
    word = seeds[i]
    word = (word ^ (word >> _30)) * _MIX_1
    word = (word ^ (word >> _27)) * _MIX_2
    return word ^ (word >> _31)


@njit(cache=True, error_model="numpy", inline="always")
def _draw_actions(seeds: NDArray[np.uint64], i: int, actions: NDArray[np.int8]) -> None:
    word = _draw(seeds, i)
    for cook in range(actions.shape[1]):
        if cook % 2 == 0 and cook:
            word = _draw(seeds, i)
        half = word >> _32 if cook % 2 else word & np.uint64(0xFFFFFFFF)
        actions[i, cook] = np.int8((half * _ACTIONS) >> _32)


@njit(cache=True, error_model="numpy", nogil=True)
def random_actions(seeds: NDArray[np.uint64], actions: NDArray[np.int8]) -> None:
    """Draw an action for every cook, all alike likely but for a part in 2**32."""
    for i in range(len(actions)):
        _draw_actions(seeds, i, actions)


@njit(cache=True, error_model="numpy", nogil=True)
def random_steps(  # noqa: PLR0917  # as above
    steps: int, seeds: NDArray[np.uint64], facts: Numbers, actions: NDArray[np.int8], fresh: Numbers, kind: Numbers, front: Numbers, go: Numbers,
    pots: Numbers, use: Numbers, waits: Numbers, times: Numbers, values: Floats, shaping: Floats, old: bool, clock: NDArray[np.int64], horizon: int,
    rewards: Floats, shaped: Floats,
) -> float:  # fmt: skip
    """Play so many steps of every game at random, each begun anew when it is over; give what they earned in all."""
    cooks, total = actions.shape[1], 0.0
    target = np.zeros(cooks, np.int16)
    for i in range(len(facts)):
        for _ in range(steps):
            if clock[i] == horizon:
                for column in range(len(fresh)):
                    facts[i, column] = fresh[column]
                clock[i] = 0
            _draw_actions(seeds, i, actions)
            rewards[i] = _play(i, cooks, facts, actions, kind, front, go, pots, use, waits, times, values, shaping, old, shaped, target)
            total += rewards[i]
            clock[i] += 1
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def look(  # noqa: PLR0917  # as above
    facts: Numbers, kind: Numbers, pots: Numbers, times: Numbers, clock: NDArray[np.int64], horizon: int, marks: Numbers, pages: NDArray[np.uint8]
) -> None:  # fmt: skip
    """Bring what every cook sees up to date: shape (games, cooks, cells * planes), the planes of :mod:`.encode`.

    Only cells where something was or is are written. ``marks`` lists them for each game: their number, whether the last steps are shown, and the cells.
    """
    cooks = pages.shape[1]
    hands, ticks = 2 * cooks, 3 * cooks + 1
    cells = ticks + len(pots)
    for i in range(len(facts)):
        for view in range(cooks):
            page = pages[i, view]
            for mark in range(2, 2 + marks[i, 0]):
                at = marks[i, mark] * PLANES
                for plane in range(_COOKS):
                    page[at + plane] = 0
                for plane in range(_THINGS, PLANES - 1):
                    page[at + plane] = 0
        count = 2
        for cell in range(len(kind)):
            there = facts[i, cells + cell]
            if there:
                marks[i, count] = cell
                count += 1
                if kind[cell] != POT:
                    for view in range(cooks):
                        _show(pages[i, view], cell * PLANES, there)
        for k in range(len(pots)):
            there = facts[i, cells + pots[k]]
            if there:
                recipe, first = (there - SOUP) % len(_RECIPES), 16 if there < COOKING else 18
                for view in range(cooks):
                    page, at = pages[i, view], pots[k] * PLANES
                    page[at + first], page[at + first + 1] = _RECIPES[recipe, 0], _RECIPES[recipe, 1]
                    if there >= COOKING:
                        page[at + 20], page[at + 21] = times[recipe] - facts[i, ticks + k], there >= READY
        for cook in range(cooks):
            marks[i, count] = facts[i, cook]
            count += 1
            at, facing, held = facts[i, cook] * PLANES, facts[i, cooks + cook], facts[i, hands + cook]
            for view in range(cooks):
                other = int(cook != view)
                pages[i, view, at + other] = 1
                pages[i, view, at + 2 + 4 * other + facing] = 1
                if held:
                    _show(pages[i, view], at, held)
        marks[i, 0] = count - 2
        urgent = horizon - clock[i] < URGENT
        if urgent != marks[i, 1]:
            marks[i, 1] = urgent
            for view in range(cooks):
                for cell in range(len(kind)):
                    pages[i, view, cell * PLANES + PLANES - 1] = urgent


@njit(cache=True, error_model="numpy", inline="always")
def _show(page: NDArray[np.uint8], at: int, thing: int) -> None:
    if thing >= SOUP:
        page[at + 18], page[at + 19], page[at + 21] = _RECIPES[thing - SOUP, 0], _RECIPES[thing - SOUP, 1], 1
    else:
        page[at + 22 + thing % 3] = 1


@njit(cache=True, error_model="numpy", nogil=True)
def measure(  # noqa: PLR0917  # as above
    facts: Numbers, pots: Numbers, times: Numbers, height: int, sights: Numbers, pages: Floats
) -> None:  # fmt: skip
    """Write the hand-made features of every cook: shape (games, cooks, numbers), the numbers of :mod:`.features`."""
    cooks = pages.shape[1]
    for i in range(len(facts)):
        for cook in range(cooks):
            page = pages[i, cook]
            _about(i, cook, cooks, facts, pots, times, sights, page, 0)
            part = 1
            for other in range(cooks):
                if other != cook:
                    _about(i, other, cooks, facts, pots, times, sights, page, part * OWN)
                    at = cooks * OWN + 2 * (part - 1)
                    page[at] = facts[i, other] // height - facts[i, cook] // height
                    page[at + 1] = facts[i, other] % height - facts[i, cook] % height
                    part += 1
            page[-2], page[-1] = facts[i, cook] // height, facts[i, cook] % height


@njit(cache=True, error_model="numpy", inline="always")
def _about(  # noqa: PLR0917  # as above
    i: int, cook: int, cooks: int, facts: Numbers, pots: Numbers, times: Numbers, sights: Numbers, page: Floats, at: int
) -> None:  # fmt: skip
    """Write the part of the features that is about one cook."""
    facing, held = facts[i, cooks + cook], facts[i, 2 * cooks + cook]
    seen = sights[facts[i, cook], facing]
    ticks = 3 * cooks + 1
    cells = ticks + len(pots)
    for column in range(OWN):
        page[at + column] = 0.0
    page[at + facing] = 1.0
    if held:
        page[at + (4 if held == ONION else 7 if held == TOMATO else 6 if held == DISH else 5)] = 1.0
    for column, thing in ((ONION_WAY, ONION), (TOMATO_WAY, TOMATO), (DISH_WAY, DISH)):
        if held != thing:
            page[at + 8 + column], page[at + 9 + column] = seen[column], seen[column + 1]
    if held >= SOUP:
        page[at + 16], page[at + 17] = _RECIPES[held - SOUP, 0], _RECIPES[held - SOUP, 1]
    page[at + 18], page[at + 19] = seen[SERVE_WAY], seen[SERVE_WAY + 1]
    for number in range(2):
        column, first = POTS + 3 * number, at + 22 + 10 * number
        pot = seen[column]
        if pot < 0:
            continue
        content = facts[i, cells + pots[pot]]
        page[first], page[first + 8], page[first + 9] = 1.0, seen[column + 1], seen[column + 2]
        if content == 0:
            page[first + 1] = 1.0
            continue
        recipe = (content - SOUP) % len(_RECIPES)
        page[first + 2] = content >= COOKING or _RECIPES[recipe, 0] + _RECIPES[recipe, 1] == MOST_INGREDIENTS
        page[first + 3], page[first + 4] = COOKING <= content < READY, content >= READY
        page[first + 5], page[first + 6] = _RECIPES[recipe, 0], _RECIPES[recipe, 1]
        if COOKING <= content < READY:
            page[first + 7] = times[recipe] - facts[i, ticks + pot]
    for number in range(4):
        page[at + 42 + number] = seen[WALLS + number]
