"""A preference over finitely many answers, context by context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..preferences.oracle import complementary

__all__ = ["Floats", "PreferenceGame"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PreferenceGame:
    """Answers that are compared in pairs: ``C`` contexts, ``n`` answers. Make one with :meth:`of`.

    A *policy* is an array of shape ``(C, n)``, a distribution over the answers in every context.

    Attributes:
        name: for tables.
        tables: ``tables[c, i, j]`` is P(answer i > answer j | context c), ``(C, n, n)``.
        reference: the frozen policy that regularised methods stay near, positive everywhere, ``(C, n)``.
        weights: how likely each context is, ``(C,)``.
        answers: names of the answers.
        groups: utilities of ``G`` groups of people, ``(G, C, n)``, where the preference is theirs together; shape ``(0, C, n)`` where it is not.
        shares: how large each group is, ``(G,)``.
    """

    name: str
    tables: Floats
    reference: Floats
    weights: Floats
    answers: tuple[str, ...]
    groups: Floats
    shares: Floats

    @classmethod
    def of(
        cls,
        tables: ArrayLike,
        *,
        name: str = "",
        reference: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        answers: Sequence[str] = (),
        groups: ArrayLike | None = None,
        shares: ArrayLike = (),
    ) -> PreferenceGame:
        """Make a game from one table, or one a context.

        Args:
            tables: ``(n, n)`` or ``(C, n, n)``.
            name: for tables.
            reference: ``(n,)`` or ``(C, n)``; uniform by default.
            weights: of the contexts; equal by default.
            answers: their names; numbers from 1 by default.
            groups: ``(G, n)`` or ``(G, C, n)``.
            shares: of the groups.

        Raises:
            ParameterError: a table is no preference, or a reference is no distribution with full support.
        """
        table = np.asarray(tables, float)
        table = table[None] if table.ndim == 2 else table
        if table.ndim != 3 or table.shape[1] != table.shape[2] or not table.size:
            raise ParameterError(f"a preference should have the shape (n, n) or (contexts, n, n), got {np.shape(tables)}")
        contexts, size = table.shape[:2]
        complementary(table, table.swapaxes(1, 2))
        start = np.full((contexts, size), 1 / size) if reference is None else np.broadcast_to(np.asarray(reference, float), (contexts, size)).copy()
        if (start <= 0).any() or not np.allclose(start.sum(1), 1, atol=1e-9):
            raise ParameterError("reference should be positive everywhere and sum to 1 in every context")
        share = np.full(contexts, 1 / contexts) if weights is None else np.asarray(weights, float)
        people = np.zeros((0, contexts, size)) if groups is None else np.broadcast_to(_contextual(groups), (len(np.asarray(groups)), contexts, size)).copy()
        names = tuple(answers) or tuple(str(number + 1) for number in range(size))
        arrays = (table, start / start.sum(1, keepdims=True), share, people, np.asarray(shares, float))
        for array in arrays:
            array.setflags(write=False)
        return cls(name, arrays[0], arrays[1], arrays[2], names, arrays[3], arrays[4])

    @property
    def contexts(self) -> int:
        """How many contexts there are."""
        return len(self.tables)

    @property
    def size(self) -> int:
        """How many answers there are."""
        return self.tables.shape[1]

    @cached_property
    def rewards(self) -> Floats:
        """Bradley-Terry rewards fitted to pairs drawn uniformly, mean 0 in every context, ``(C, n)``."""
        from .solutions import bradley_terry

        return np.stack([bradley_terry(table) for table in self.tables])

    def against(self, policy: Floats) -> Floats:
        """Give P(y > policy) for every answer y, ``(C, n)``."""
        return np.einsum("cij,cj->ci", self.tables, policy)

    def with_reference(self, reference: ArrayLike) -> PreferenceGame:
        """Give the same preference with another reference."""
        people = self.groups if len(self.groups) else None
        return PreferenceGame.of(
            self.tables, name=self.name, reference=reference, weights=self.weights, answers=self.answers, groups=people, shares=self.shares
        )

    def blind(self) -> PreferenceGame:
        """Give the game of somebody who does not see the context: the mean preference."""
        table = np.tensordot(self.weights, self.tables, 1)
        return PreferenceGame.of(table, name=f"{self.name}_blind", reference=self.weights @ self.reference, answers=self.answers)


def _contextual(groups: ArrayLike) -> Floats:
    people = np.asarray(groups, float)
    return people[:, None, :] if people.ndim == 2 else people
