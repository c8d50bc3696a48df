"""Settings of item division by enumeration: all tables and pairs of values that keep the rules of *Deal or No Deal*."""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Instance", "grid", "instances", "orders", "pools", "valuations"]

Row = tuple[int, ...]
Instance = tuple[Row, Row, Row]
"""How many of each kind, and what one of each is worth to player_0 and to player_1."""


def pools(kinds: int, units: tuple[int, int]) -> tuple[Row, ...]:
    """List the tables with at least one of each kind and from ``units[0]`` to ``units[1]`` items in all."""
    counts = itertools.product(range(1, units[1] - kinds + 2), repeat=kinds)
    return tuple(pool for pool in counts if units[0] <= sum(pool) <= units[1])


def valuations(pool: Row, total: int) -> tuple[Row, ...]:
    """List the values of 0 or more that make the whole table worth ``total``."""
    if len(pool) == 1:
        return ((total // pool[0],),) if total % pool[0] == 0 else ()
    return tuple((value, *rest) for value in range(total // pool[0] + 1) for rest in valuations(pool[1:], total - value * pool[0]))


@lru_cache(maxsize=64)
def instances(kinds: int, units: tuple[int, int], total: int, pool: Row = ()) -> tuple[Instance, ...]:
    """List every setting: a table, and values of both sides such that each kind is worth something to somebody and one kind to both.

    Args:
        kinds: how many kinds of items.
        units: fewest and most items in all.
        total: what the whole table is worth to each side.
        pool: the one table to consider; all of them when empty.
    """
    found = []
    for table in (pool,) if pool else pools(kinds, units):
        for first, second in itertools.product(valuations(table, total), repeat=2):
            wanted = [bool(mine) + bool(theirs) for mine, theirs in zip(first, second, strict=True)]
            if min(wanted) >= 1 and max(wanted) == 2:
                found.append((table, first, second))
    return tuple(found)


@lru_cache(maxsize=64)
def orders(points: Row) -> tuple[Row, ...]:
    """List the different orders of ``points``."""
    return tuple(sorted(set(itertools.permutations(points))))


@lru_cache(maxsize=256)
def grid(counts: Row) -> NDArray[np.int64]:
    """List all ways to give one side 0 to ``counts[k]`` of each kind ``k``, shape (ways, kinds); not to be written to."""
    out = np.array(list(itertools.product(*(range(count + 1) for count in counts))), dtype=np.int64)
    out.setflags(write=False)
    return out
