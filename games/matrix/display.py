"""How actions are displayed: neutral letters, permutations of them and of the order of options, all counted by one index."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["MOST", "Display", "alphabet", "count", "displays", "permutation"]

MOST = 1_000_000_000
"""How many displays an index can tell apart."""

_NEUTRAL = "JFQXKMZVWRHGPTLN"
"""Letters without a usual place in game theory (no A/B, no C/D, no U/L) come first."""


class Display(NamedTuple):
    """One seat's actions as displayed: ``names`` in canonical order, ``order`` the canonical indices in the order of the options."""

    names: tuple[str, ...]
    order: tuple[int, ...]


def alphabet(size: int) -> tuple[str, ...]:
    """Name ``size`` actions A, B, C... (A1, A2... beyond 26)."""
    return tuple(chr(ord("A") + index) for index in range(size)) if size <= 26 else tuple(f"A{index + 1}" for index in range(size))


def _letters(size: int) -> tuple[str, ...]:
    if size <= len(_NEUTRAL):
        return tuple(_NEUTRAL[:size])
    return tuple(f"{_NEUTRAL[index % len(_NEUTRAL)]}{index // len(_NEUTRAL) + 1}" for index in range(size))


def permutation(size: int, rank: int) -> tuple[int, ...]:
    """Give the permutation of ``range(size)`` with this lexicographic rank (Lehmer code); rank 0 is the identity."""
    left, out = list(range(size)), []
    for place in range(size, 0, -1):
        step = math.factorial(place - 1)
        out.append(left.pop(rank // step))
        rank %= step
    return tuple(out)


def count(sizes: Sequence[int], letters: bool) -> int:
    """Count the displays: an order of options for each seat and, with letters, also a naming; at most :data:`MOST` are told apart."""
    return min(MOST, _exact(sizes, letters))


def _exact(sizes: Sequence[int], letters: bool) -> int:
    return math.prod(math.factorial(size) ** (2 if letters else 1) for size in sizes)


def displays(actions: Sequence[Sequence[str]], letters: bool, index: int) -> tuple[Display, ...]:
    """Decode an index below :func:`count` into each seat's display.

    The index is a number in mixed radix: seat 0's order changes fastest, then (with letters) seat 0's naming, then seat 1's order...
    Action names that mean something keep to their actions, so without letters only the order is permuted. Where there are more displays than
    :data:`MOST`, index 0 stands for the identity and every other index for permutations drawn from a generator that it seeds.
    """
    if _exact([len(names) for names in actions], letters) > MOST:
        return _drawn(actions, letters, index)
    out = []
    for names in actions:
        size = len(names)
        index, rank = divmod(index, math.factorial(size))
        order = permutation(size, rank)
        if letters:
            index, rank = divmod(index, math.factorial(size))
            drawn = _letters(size)
            out.append(Display(tuple(drawn[place] for place in permutation(size, rank)), order))
        else:
            out.append(Display(tuple(names), order))
    return tuple(out)


def _drawn(actions: Sequence[Sequence[str]], letters: bool, index: int) -> tuple[Display, ...]:
    rng = np.random.default_rng(index)
    out = []
    for names in actions:
        shown = _letters(len(names)) if letters else tuple(names)
        order, naming = (rng.permutation(len(names)) if index else np.arange(len(names)) for _ in range(2))
        out.append(Display(tuple(shown[int(place)] for place in naming) if letters else shown, tuple(order.tolist())))
    return tuple(out)
