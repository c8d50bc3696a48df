"""Contests for several prizes at once: Colonel Blotto.

**Rules in words.** Both players spread ``troops`` over ``fields`` battlefields, without seeing what the other does. A field goes to whoever has more
troops on it, to nobody where both have as many. Who takes more fields wins 1 from the other; where both take as many, nobody wins anything.

**Parameters.** ``troops``, ``fields``, and those of every matrix game (:mod:`ludens.games.matrix.rules`), which also tells actions, observation and events. An
action is named by its troops field by field: ``3-2-0``.

**Sources.** Borel, La théorie du jeu et les équations intégrales à noyau symétrique (1921); Gross and Wagner, A continuous Colonel Blotto game, RAND (1950);
Roberson, The Colonel Blotto game, Economic Theory 29 (2006).

**Versions.** v0: first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .rules import MAX_ENTRIES, MatrixGame, Payoffs, nested
from .text import number, scaled_text

__all__ = ["Blotto"]


@dataclass(frozen=True, kw_only=True)
class Blotto(MatrixGame):
    """Spread troops over fields; who takes more fields wins.

    Attributes:
        troops: how many each player has.
        fields: how many battlefields there are.
    """

    troops: int = 5
    fields: int = 3

    def __post_init__(self) -> None:
        self.require(type(self.troops) is int and 1 <= self.troops <= 100, "troops", "should be a whole number from 1 to 100")
        self.require(type(self.fields) is int and 2 <= self.fields <= 20, "fields", "should be a whole number from 2 to 20")
        ways = math.comb(self.troops + self.fields - 1, self.fields - 1)
        self.require(2 * ways**2 <= MAX_ENTRIES, "troops", f"can be spread over {self.fields} fields in {ways} ways, which are too many")
        super().__post_init__()

    @cached_property
    def allocations(self) -> np.ndarray:
        """All ways to spread the troops: int64 array of shape ``(actions, fields)``, in ascending lexicographic order."""
        return np.array(list(_spread(self.troops, self.fields)))

    @cached_property
    def payoffs(self) -> Payoffs:
        taken = np.sign(self.allocations[:, None, :] - self.allocations[None, :, :]).sum(axis=2)
        own = np.sign(taken).astype(float)
        return nested(np.stack([own, -own]))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        names = tuple("-".join(map(str, row)) for row in self.allocations.tolist())
        return names, names

    def payoff_text(self, seat: int | None) -> str:
        # the rule speaks of allocations, so it can stand for the table only where they are shown as such and told in full
        if self.labels != "plain" or (seat is not None and self.show_payoffs != "all"):
            return super().payoff_text(seat)
        one = number(1)
        return (
            f"Each option says how a player spreads {self.troops} troops over {self.fields} battlefields: how many on the first, on the second, and so on. "
            f"The player with more troops on a battlefield takes it; with equal troops nobody does. The player who takes more battlefields than the other "
            f"earns {one} {self.unit.removesuffix('s')} and the other loses {one}; if both take equally many, both earn 0.{scaled_text(self)}"
        )


def _spread(troops: int, fields: int) -> list[tuple[int, ...]]:
    if fields == 1:
        return [(troops,)]
    return [(first, *rest) for first in range(troops + 1) for rest in _spread(troops - first, fields - 1)]
