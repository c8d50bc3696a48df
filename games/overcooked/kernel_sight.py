"""What cooks see, out of the rows of :mod:`.kernel_loops`; importing this module needs numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from .encode import URGENT
from .features import OWN
from .game import PLANES
from .kernel_tables import COOKING, DISH, DISH_WAY, ONION, ONION_WAY, POTS, SERVE_WAY, SOUP, TOMATO, TOMATO_WAY, WALLS
from .kitchen import MOST_INGREDIENTS

__all__ = ["look", "measure"]

Rows = NDArray[np.uint16]
Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int16]
Floats = NDArray[np.float32]

_COOKS, _THINGS = 10, 16
"""The planes before the first, and from the second on but for the last, are of what moves."""


@njit(cache=True, error_model="numpy", nogil=True)
def look(  # noqa: PLR0917  # numba unpacks containers slowly
    rows: Rows, stands: Rows, inside: Bytes, left: Numbers, pots: Rows, clock: NDArray[np.int64], horizon: int, marks: Numbers, pages: Bytes
) -> None:  # fmt: skip
    """Bring what every cook sees up to date: shape (games, cooks, cells * planes), the planes of :mod:`.encode`.

    Only cells where something was or is are written. ``marks`` lists them for each game: their number, whether the last steps are shown, and the cells.
    """
    cooks = pages.shape[1]
    first, last = 2 * cooks, rows.shape[1] - 1
    for i in range(len(rows)):
        for view in range(cooks):
            page = pages[i, view]
            for mark in range(2, 2 + marks[i, 0]):
                at = marks[i, mark] * PLANES
                for plane in range(_COOKS):
                    page[at + plane] = 0
                for plane in range(_THINGS, PLANES - 1):
                    page[at + plane] = 0
        count = 2
        for cell in range(last - first):
            there = rows[i, first + cell]
            if there:
                marks[i, count] = cell
                count += 1
                if there < SOUP:
                    for view in range(cooks):
                        pages[i, view, cell * PLANES + 22 + there % 3] = 1
                else:
                    _soup(pages[i], cell, there, inside, left, pots)
        for cook in range(cooks):
            cell, facing, held = stands[rows[i, cook] >> 2], rows[i, cook] & 3, rows[i, cooks + cook]
            marks[i, count] = cell
            count += 1
            at = cell * PLANES
            for view in range(cooks):
                other = int(cook != view)
                pages[i, view, at + other] = 1
                pages[i, view, at + 2 + 4 * other + facing] = 1
                if held >= SOUP:
                    pages[i, view, at + 18], pages[i, view, at + 19], pages[i, view, at + 21] = inside[held, 0], inside[held, 1], 1
                elif held:
                    pages[i, view, at + 22 + held % 3] = 1
        marks[i, 0] = count - 2
        urgent = horizon - clock[i] < URGENT
        if urgent != marks[i, 1]:
            marks[i, 1] = urgent
            for view in range(cooks):
                for cell in range(last - first):
                    pages[i, view, cell * PLANES + PLANES - 1] = urgent


@njit(cache=True, error_model="numpy", inline="always")
def _soup(  # noqa: PLR0917  # as above
    page: Bytes, cell: int, there: int, inside: Bytes, left: Numbers, pots: Rows
) -> None:  # fmt: skip
    """Show a soup in a pot, or on a dish on a counter."""
    column = 18
    for pot in pots:
        if pot == cell and there < COOKING:
            column = 16
    at = cell * PLANES
    for view in range(len(page)):
        page[view, at + column], page[view, at + column + 1] = inside[there, 0], inside[there, 1]
        if column == 18:
            page[view, at + 20], page[view, at + 21] = max(0, left[there]), left[there] <= 0


@njit(cache=True, error_model="numpy", nogil=True)
def measure(  # noqa: PLR0917  # as above
    rows: Rows, stands: Rows, inside: Bytes, left: Numbers, pots: Rows, ways: Numbers, height: int, pages: Floats
) -> None:  # fmt: skip
    """Write the hand-made features of every cook: shape (games, cooks, numbers), the numbers of :mod:`.features`."""
    cooks = pages.shape[1]
    for i in range(len(rows)):
        for cook in range(cooks):
            page, here = pages[i, cook], int(stands[rows[i, cook] >> 2])
            _about(rows[i], cook, cooks, inside, left, pots, ways, page, 0)
            part = 1
            for other in range(cooks):
                if other != cook:
                    _about(rows[i], other, cooks, inside, left, pots, ways, page, part * OWN)
                    at, there = cooks * OWN + 2 * (part - 1), int(stands[rows[i, other] >> 2])
                    page[at], page[at + 1] = there // height - here // height, there % height - here % height
                    part += 1
            page[-2], page[-1] = here // height, here % height


@njit(cache=True, error_model="numpy", inline="always")
def _about(  # noqa: PLR0917  # as above
    row: Rows, cook: int, cooks: int, inside: Bytes, left: Numbers, pots: Rows, ways: Numbers, page: Floats, at: int
) -> None:  # fmt: skip
    """Write the part of the features that is about one cook."""
    held, seen = row[cooks + cook], ways[row[cook]]
    for column in range(OWN):
        page[at + column] = 0.0
    page[at + (row[cook] & 3)] = 1.0
    if held:
        page[at + (4 if held == ONION else 7 if held == TOMATO else 6 if held == DISH else 5)] = 1.0
    for column, thing in ((ONION_WAY, ONION), (TOMATO_WAY, TOMATO), (DISH_WAY, DISH)):
        if held != thing:
            page[at + 8 + column], page[at + 9 + column] = seen[column], seen[column + 1]
    if held >= SOUP:
        page[at + 16], page[at + 17] = inside[held, 0], inside[held, 1]
    page[at + 18], page[at + 19] = seen[SERVE_WAY], seen[SERVE_WAY + 1]
    for number in range(2):
        column, first = POTS + 3 * number, at + 22 + 10 * number
        pot = seen[column]
        if pot < 0:
            continue
        content = row[2 * cooks + pots[pot]]
        page[first], page[first + 8], page[first + 9] = 1.0, seen[column + 1], seen[column + 2]
        if content == 0:
            page[first + 1] = 1.0
            continue
        onions, tomatoes, cooking = inside[content, 0], inside[content, 1], content >= COOKING
        page[first + 2] = cooking or onions + tomatoes == MOST_INGREDIENTS
        page[first + 3], page[first + 4] = cooking and left[content] > 0, cooking and left[content] == 0
        page[first + 5], page[first + 6] = onions, tomatoes
        page[first + 7] = max(0, left[content])
    for number in range(4):
        page[at + 42 + number] = seen[WALLS + number]
