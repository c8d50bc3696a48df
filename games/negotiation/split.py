"""Splitting a pie: what alternating offers and ultimatum chains have in common; see :mod:`.alternating` and :mod:`.ultimatum`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import seat_name
from ..domains import Integer, Record
from ..words import number
from .outcome import envy_count
from .table import MAX_DEALS, Bargain, Deal, Private, Setting
from .text import measure

__all__ = ["Split"]


@dataclass(frozen=True, kw_only=True)
class Split(Bargain):
    """Two sides split a pie that both value alike; nothing is hidden.

    Args:
        pie: what there is to split, in the game's unit.
        grain: into how many equal pieces it is cut; a deal is how many of them player_0 gets.
    """

    pie: float = 1.0
    grain: int = 100
    walk: bool = False

    @property
    def hidden(self) -> bool:
        return False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(0 < self.pie <= 1e9, "pie", "should be above 0 and at most a thousand million")
        self.require(1 <= self.grain < MAX_DEALS, "grain", f"should be from 1 to {MAX_DEALS - 1} pieces")

    def draw(self, rng: np.random.Generator) -> tuple[Setting, list[Private]]:
        return {"pie": self.pie, "grain": self.grain}, [{}, {}]

    def redraw(self, setting: Setting, seat: int, known: Private, rng: np.random.Generator) -> Private:
        return {}

    def offer_fields(self, setting: Setting | None, seat: int) -> Record:
        return Record.of({"keep": Integer(0, self.grain)})

    def to_deal(self, setting: Setting, seat: int, fields: Mapping[str, Any]) -> Deal:
        return (int(fields["keep"]) if seat == 0 else self.grain - int(fields["keep"]),)

    def to_fields(self, setting: Setting, seat: int, deal: Deal) -> dict[str, Any]:
        return {"keep": deal[0] if seat == 0 else self.grain - deal[0]}

    def deals(self, setting: Setting) -> NDArray[np.int64]:
        return np.arange(self.grain + 1, dtype=np.int64)[:, None]

    def worth(self, setting: Setting, seat: int, private: Private, deals: NDArray[np.int64]) -> NDArray[np.float64]:
        pieces = deals[:, 0] if seat == 0 else self.grain - deals[:, 0]
        return np.asarray(pieces * (self.pie / self.grain), dtype=np.float64)

    def deal_bounds(self) -> tuple[float, float]:
        return 0.0, self.pie

    def scale(self, setting: Setting, deal: Deal) -> list[float]:
        return [deal[0] / self.grain]

    def setting_features(self, setting: Setting) -> list[float]:
        return []

    def private_features(self, setting: Setting, private: Private) -> list[float]:
        return []

    def setting_text(self, setting: Setting) -> str:
        return f"To split: {measure(self.pie, self.unit)}."

    def private_text(self, setting: Setting, seat: int, private: Private) -> str:
        return f"{seat_name(seat)} earns what it gets of this."

    def deal_text(self, setting: Setting, deal: Deal) -> str:
        mine, theirs = (number(part * self.pie / self.grain) for part in (deal[0], self.grain - deal[0]))
        return f"player_0 gets {mine} and player_1 gets {theirs} of {measure(self.pie, self.unit)}"

    def topic(self) -> str:
        piece = "" if self.pie == self.grain else f" A proposal counts pieces: {self.grain} of them make up the whole."
        return f"Two sides split {measure(self.pie, self.unit)}. A proposal says how much you, the proposer, keep; the other side gets the rest.{piece}"

    def more_facts(self, setting: Setting, private: list[Private], deal: Deal | None) -> dict[str, Any]:
        if deal is None:
            return {"envy": None, "share": None}
        share = deal[0] / self.grain
        return {"envy": envy_count(np.array([[share, 1 - share], [share, 1 - share]])), "share": share}
