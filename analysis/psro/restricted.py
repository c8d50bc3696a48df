"""The double oracle over a game whose payoffs are all known: which strategies a population needs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..equilibria.meta import solve_meta
from ..equilibria.profiles import Floats, Payoffs, as_table, deviations, expected, nash_conv

__all__ = ["Growth", "grown"]


class Growth(NamedTuple):
    """One turn.

    Attributes:
        members: for each seat the strategies it had.
        mixtures: what the meta-solver made of them, over all strategies.
        joining: for each seat the strategy that joins; None where none gains.
        gains: what the best strategies gained.
        inner, outer: NashConv of the mixtures among the members, and among all strategies.
    """

    members: tuple[tuple[int, ...], ...]
    mixtures: tuple[Floats, ...]
    joining: tuple[int | None, ...]
    gains: tuple[float, ...]
    inner: float
    outer: float


def grown(payoffs: Payoffs, *, meta: str = "nash", symmetric: bool = False, start: int | None = None, tolerance: float = 1e-9) -> tuple[Growth, ...]:
    """Grow populations by best responses until nobody gains.

    Args:
        payoffs: one tensor a seat.
        meta: a name of ``equilibria.meta.META_SOLVERS``.
        symmetric: seats share their members.
        start: the first member of every seat; None for whoever earns least against all alike.
        tolerance: gains up to which nobody joins.
    """
    table = as_table(payoffs)
    alike = [np.full(size, 1 / size) for size in table.shape[1:]]
    members = [[int(worth.argmin()) if start is None else start] for worth in deviations(table, alike)]
    if symmetric:
        members = [list(members[0]) for _ in members]
    turns: list[Growth] = []
    while True:
        inner = table[np.ix_(range(len(table)), *members)]
        parts = solve_meta(inner, meta)
        mixtures = []
        for size, own, part in zip(table.shape[1:], members, parts, strict=True):
            whole = np.zeros(size)
            whole[own] = part
            mixtures.append(whole)
        worth, now = deviations(table, mixtures), expected(table, mixtures)
        best = [int(one.argmax()) for one in worth]
        gains = tuple(float(one.max() - value) for one, value in zip(worth, now, strict=True))
        joining = [one if gain > tolerance and one not in own else None for one, gain, own in zip(best, gains, members, strict=True)]
        turns.append(Growth(tuple(map(tuple, members)), tuple(mixtures), tuple(joining), gains, nash_conv(inner, parts), float(sum(gains))))
        new = [set() if one is None else {one} for one in joining]
        if symmetric:
            new = [set().union(*new)] * len(new)
        if not any(new):
            return tuple(turns)
        members = [[*own, *sorted(some - set(own))] for own, some in zip(members, new, strict=True)]
