"""Item division: two sides share out items that each values in private.

Rules in words. On the table lie a few kinds of items, some of each. Each side privately learns what one item of each kind is worth
to it. In turn they propose how many of each kind they would take (the other side gets the rest), accept, reject or walk away, and
may speak with every act. What was agreed is what each earns; without an agreement each earns its outside option.

With default parameters the settings are those of *Deal or No Deal* (Lewis et al. 2017): three kinds, 5 to 7 items in
all, whole values that make the whole table worth 10 to each side, every kind of value to at least one side and at least one kind
of value to both. All such settings are enumerated (31 tables, and every ordered pair of values) and one is drawn uniformly.

With ``points`` each side's values are instead a random order of these points, as in CaSiNo (Chawla et al. 2021: three packages each
of food, water and firewood worth 5, 4 and 3; walking away pays 5).

| parameter | meaning | default |
|---|---|---|
| `items` | names of the kinds | book, hat, ball |
| `pool` | how many of each; drawn when empty | drawn |
| `points` | values that each side orders at random | none |
| `values` | fixed values of both sides (needs `pool`) | drawn |
| `units` | fewest and most items in all | 5, 7 |
| `total` | what the whole table is worth to each side | 10 |
| `known_values` | both sides see both values | no |

and those of the protocol (`deadline`, `breakdown`, `discount`, `outside`, `first`, `walk`, `talk`, `reject_ends`, `offers_lapse`,
`last_answers_only`, `disclose_deadline`, `say_chars`), see :class:`~ludens.games.negotiation.table.Bargain`.

Actions: `propose` with the number of each kind that the proposer would take, `accept`, `reject`, `walk`. Observation: time gone, whose
turn, which offers are open, both sides' latest offers as the share of each kind for player_0, the table, one's own values. Payoffs: points, from
0 to `total` (or the outside option).

The published game let both sides talk freely and then enter selections in secret; here the structured offer carries the agreement,
as in OpenSpiel's `bargaining`, whose discounting and random end (from the second act on) are also followed.

Sources: Lewis, Yarats, Dauphin, Parikh, Batra 2017, "Deal or No Deal? End-to-End Learning for Negotiation Dialogues",
arXiv 1706.05125; Chawla et al. 2021, "CaSiNo", arXiv 2103.15721; Lanctot et al. 2019, "OpenSpiel", arXiv 1908.09453.

Version history: v0, first version.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import Prediction, seat_name
from ..domains import Integer, Record
from ..words import listed
from .instances import Instance, grid, instances, orders
from .outcome import envy_count
from .predictions import division_card
from .table import MAX_DEALS, Bargain, Deal, Private, Setting
from .text import bundle, one

__all__ = ["ItemDivision"]


@dataclass(frozen=True, kw_only=True)
class ItemDivision(Bargain):
    """Two sides share out items; see the module for the parameters."""

    items: tuple[str, ...] = ("book", "hat", "ball")
    pool: tuple[int, ...] = ()
    points: tuple[int, ...] = ()
    values: tuple[tuple[int, ...], ...] = ()
    units: tuple[int, int] = (5, 7)
    total: int = 10
    known_values: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = len(self.items)
        names = {name.casefold() for name in self.items}
        plain = all(name.isidentifier() for name in self.items)
        self.require(2 <= kinds <= 5 and plain and len(names) == kinds and "act" not in names, "items", "should be 2 to 5 different words")
        self.require(not self.pool or (len(self.pool) == kinds and all(1 <= count <= 20 for count in self.pool)), "pool", "should give 1 to 20 of each kind")
        self.require(not self.pool or int(np.prod([count + 1 for count in self.pool])) <= MAX_DEALS, "pool", f"should allow at most {MAX_DEALS} deals")
        self.require(
            not self.points or (len(self.points) == kinds and min(self.points) >= 0 < max(self.points)),
            "points",
            "should give a value of 0 or more for each kind",
        )
        self.require(not self.points or bool(self.pool), "points", "need a pool")
        two = len(self.values) == 2 and all(len(row) == kinds and min(row) >= 0 for row in self.values)
        self.require(
            not self.values or (two and bool(self.pool) and not self.points), "values", "should be two rows of values of 0 or more, with a pool and no points"
        )
        low, high = self.units
        self.require(kinds <= low <= high <= 12, "units", f"should be two whole numbers from {kinds} to 12, the smaller first")
        self.require(1 <= self.total <= 20, "total", "should be from 1 to 20")
        if not self.values and not self.points:
            self.require(bool(self._instances()), "pool" if self.pool else "total", "allows no values that keep the rules")

    @property
    def hidden(self) -> bool:
        return not self.known_values

    def varies(self, seat: int) -> bool:
        return self.hidden and not self.values

    # -- the setting -------------------------------------------------------------------------------------------------

    def _instances(self) -> tuple[Instance, ...]:
        return instances(len(self.items), self.units, self.total, self.pool)

    def draw(self, rng: np.random.Generator) -> tuple[Setting, list[Private]]:
        if self.values:
            pool, rows = self.pool, self.values
        elif self.points:
            options = orders(self.points)
            pool, rows = self.pool, tuple(options[int(rng.integers(len(options)))] for _ in range(2))
        else:
            drawn = self._instances()
            pool, *both = drawn[int(rng.integers(len(drawn)))]
            rows = tuple(both)
        return {"pool": list(pool)}, [{"values": list(row)} for row in rows]

    def redraw(self, setting: Setting, seat: int, known: Private, rng: np.random.Generator) -> Private:
        if self.values:
            return {"values": list(self.values[seat])}
        if self.points:
            options = orders(self.points)
        else:
            pool, theirs = tuple(setting["pool"]), tuple(known["values"])
            options = tuple(row[1 + seat] for row in self._instances() if row[0] == pool and row[2 - seat] == theirs)
        return {"values": list(options[int(rng.integers(len(options)))])}

    def settings(self) -> Iterator[tuple[Setting, list[Private]]]:
        """Enumerate every setting that :meth:`draw` can give, each as likely as the others."""
        if self.values:
            yield self.draw(np.random.default_rng(0))
        elif self.points:
            for pair in itertools.product(orders(self.points), repeat=2):
                yield {"pool": list(self.pool)}, [{"values": list(row)} for row in pair]
        else:
            for pool, *rows in self._instances():
                yield {"pool": list(pool)}, [{"values": list(row)} for row in rows]

    def setting_text(self, setting: Setting) -> str:
        return f"On the table: {bundle(setting['pool'], self.items)}."

    def private_text(self, setting: Setting, seat: int, private: Private) -> str:
        each = listed(f"{one(name)} {value}" for name, value in zip(self.items, private["values"], strict=True))
        return f"What one of each is worth to {seat_name(seat)}, in points: {each}."

    # -- deals: what player_0 gets of each kind ----------------------------------------------------------------------

    def _most(self) -> int:
        return max(self.pool) if self.pool else self.units[1] - len(self.items) + 1

    def offer_fields(self, setting: Setting | None, seat: int) -> Record:
        pool = setting["pool"] if setting else self.pool or [self._most()] * len(self.items)
        return Record.of({name: Integer(0, count) for name, count in zip(self.items, pool, strict=True)})

    def to_deal(self, setting: Setting, seat: int, fields: Mapping[str, Any]) -> Deal:
        taken = [int(fields[name]) for name in self.items]
        return tuple(taken if seat == 0 else [count - mine for count, mine in zip(setting["pool"], taken, strict=True)])

    def to_fields(self, setting: Setting, seat: int, deal: Deal) -> dict[str, Any]:
        return dict(zip(self.items, self.share(setting, seat, deal), strict=True))

    def share(self, setting: Setting, seat: int, deal: Deal) -> list[int]:
        """Say how many of each kind ``seat`` gets."""
        return list(deal) if seat == 0 else [count - got for count, got in zip(setting["pool"], deal, strict=True)]

    def deals(self, setting: Setting) -> NDArray[np.int64]:
        return grid(tuple(setting["pool"]))

    def worth(self, setting: Setting, seat: int, private: Private, deals: NDArray[np.int64]) -> NDArray[np.float64]:
        shares = deals if seat == 0 else np.array(setting["pool"]) - deals
        return np.asarray(shares @ np.array(private["values"]), dtype=np.float64)

    def deal_text(self, setting: Setting, deal: Deal) -> str:
        return "; ".join(f"{seat_name(seat)} gets {bundle(self.share(setting, seat, deal), self.items)}" for seat in (0, 1))

    def deal_bounds(self) -> tuple[float, float]:
        if self.values:
            return 0.0, float(max(np.dot(self.pool, row) for row in self.values))
        return 0.0, float(np.dot(sorted(self.pool), sorted(self.points))) if self.points else float(self.total)

    # -- in words and numbers ----------------------------------------------------------------------------------------

    def topic(self) -> str:
        known = "Both sides see both sides' values." if self.known_values else "What they are worth to the other side you are not told."
        return (
            f"Two sides divide the items on a table: {listed(f'{name}s' if not name.endswith(('wood', 'water', 'food')) else name for name in self.items)}. "
            f"Each item has a value for each side; you earn the sum of the values, to you, of the items you get. {known} "
            "A proposal says how many of each kind you, the proposer, would take; the other side gets the rest."
        )

    def scale(self, setting: Setting, deal: Deal) -> list[float]:
        return [got / count for got, count in zip(deal, setting["pool"], strict=True)]

    def setting_features(self, setting: Setting) -> list[float]:
        return [count / self._most() for count in setting["pool"]]

    def private_features(self, setting: Setting, private: Private) -> list[float]:
        top = max(max(row) for row in self.values) if self.values else max(self.points) if self.points else self.total
        return [value / max(top, 1) for value in private["values"]]

    def more_facts(self, setting: Setting, private: list[Private], deal: Deal | None) -> dict[str, Any]:
        if deal is None:
            return {"envy": None}
        shares = np.array([self.share(setting, seat, deal) for seat in (0, 1)])
        return {"envy": envy_count(np.array([shares @ np.array(known["values"]) for known in private], dtype=np.float64))}

    def predictions(self) -> tuple[Prediction, ...]:
        return division_card(self)
