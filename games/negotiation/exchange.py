"""Resource exchange: two sides own different stocks and trade once, each for its own good.

Rules in words. Each side owns some of every resource; both see both stocks. With ``payoff="goal"`` each side wants given amounts and earns
the change in how many units towards its goal it holds; with ``payoff="value"`` (the default) each side privately learns what a unit
of each resource is worth to it and earns the change in the value of its stock. In turn they propose a trade (what the proposer gives
and gets), accept, reject or walk away. An accepted trade is carried out and ends the game; without a trade each earns its outside option.

| parameter | meaning | default |
|---|---|---|
| `resources` | names of the resources | X, Y |
| `stocks` | what each side owns at first | (25, 5), (5, 25) |
| `payoff` | `value` or `goal` | value |
| `value_range` | smallest and largest value of a unit, drawn uniformly, whole | 1, 5 |
| `goals` | wanted amounts, with `payoff="goal"` | (15, 15), (15, 15) |

and the parameters of the protocol, see :class:`~ludens.games.negotiation.table.Bargain`.

A proposer can only offer what it owns and ask for what the other owns: that is checked when the trade is proposed, and as
stocks change only by the one trade that ends the game, it holds when the trade is carried out. Which offers can still be accepted
and what a rejection does are parameters of the protocol; only an open offer of the other side can ever be accepted.

Actions: `propose` with `give_NAME` and `get_NAME` for each resource, `accept`, `reject`, `walk`. Observation: time gone, whose turn, which offers
are open, both latest offers as net flows from player_0 to player_1, one's own values or goals. Payoffs: points.

Sources: Bianchi et al. 2024, "How Well Can LLMs Negotiate? NegotiationArena Platform and Analysis", arXiv 2402.05863 (stocks, goals).

Version history: v0, first version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core import seat_name
from ..domains import Integer, Record
from ..words import listed
from .instances import grid
from .outcome import envy_count
from .table import MAX_DEALS, Bargain, Deal, Private, Setting

__all__ = ["ResourceExchange"]


@dataclass(frozen=True, kw_only=True)
class ResourceExchange(Bargain):
    """Two owners of different stocks trade once; see the module."""

    resources: tuple[str, ...] = ("X", "Y")
    stocks: tuple[tuple[int, ...], tuple[int, ...]] = ((25, 5), (5, 25))
    payoff: Literal["value", "goal"] = "value"
    value_range: tuple[int, int] = (1, 5)
    goals: tuple[tuple[int, ...], tuple[int, ...]] = ((15, 15), (15, 15))

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = len(self.resources)
        plain = all(name.isidentifier() for name in self.resources) and len({name.casefold() for name in self.resources}) == kinds
        self.require(1 <= kinds <= 4 and plain, "resources", "should be 1 to 4 different words")
        for name in ("stocks", "goals") if self.payoff == "goal" else ("stocks",):
            rows = getattr(self, name)
            fits = len(rows) == 2 and all(len(row) == kinds and all(0 <= count <= 1000 for count in row) for row in rows)
            self.require(fits, name, "should give each side 0 to 1000 of every resource")
        self.require(int(np.prod(self._span() + 1)) <= MAX_DEALS, "stocks", f"should allow at most {MAX_DEALS} trades")
        self.require(self.payoff in ("value", "goal"), "payoff", "should be 'value' or 'goal'")
        self.require(0 <= self.value_range[0] <= self.value_range[1] <= 100, "value_range", "should be two whole numbers from 0 to 100, the smaller first")

    @property
    def hidden(self) -> bool:
        return self.payoff == "value"

    def varies(self, seat: int) -> bool:
        return self.hidden and self.value_range[0] < self.value_range[1]

    def _span(self) -> NDArray[np.int64]:
        return np.array(self.stocks, dtype=np.int64).sum(axis=0)

    # -- the setting -------------------------------------------------------------------------------------------------

    def draw(self, rng: np.random.Generator) -> tuple[Setting, list[Private]]:
        setting = {"stocks": [list(row) for row in self.stocks]}
        return setting, [self._private(seat, rng) for seat in (0, 1)]

    def _private(self, seat: int, rng: np.random.Generator) -> Private:
        if self.payoff == "goal":
            return {"goals": list(self.goals[seat])}
        return {"values": rng.integers(self.value_range[0], self.value_range[1] + 1, size=len(self.resources)).tolist()}

    def redraw(self, setting: Setting, seat: int, known: Private, rng: np.random.Generator) -> Private:
        return self._private(seat, rng)

    def setting_text(self, setting: Setting) -> str:
        return "; ".join(f"{seat_name(seat)} owns {self._stock(row)}" for seat, row in enumerate(setting["stocks"])) + "."

    def private_text(self, setting: Setting, seat: int, private: Private) -> str:
        if "goals" in private:
            return f"{seat_name(seat)} wants to hold {self._stock(private['goals'])}."
        each = listed(f"{name} {value}" for name, value in zip(self.resources, private["values"], strict=True))
        return f"What one unit of each is worth to {seat_name(seat)}, in points: {each}."

    def _stock(self, counts: list[int] | tuple[int, ...]) -> str:
        return listed(f"{count} {name}" for count, name in zip(counts, self.resources, strict=True) if count)

    # -- deals: net flow from player_0 to player_1 -------------------------------------------------------------------

    def offer_fields(self, setting: Setting | None, seat: int) -> Record:
        mine, theirs = self.stocks[seat], self.stocks[1 - seat]
        give = {f"give_{name}": Integer(0, count) for name, count in zip(self.resources, mine, strict=True)}
        return Record.of({**give, **{f"get_{name}": Integer(0, count) for name, count in zip(self.resources, theirs, strict=True)}})

    def to_deal(self, setting: Setting, seat: int, fields: Mapping[str, Any]) -> Deal:
        sign = 1 if seat == 0 else -1
        return tuple(sign * (int(fields[f"give_{name}"]) - int(fields[f"get_{name}"])) for name in self.resources)

    def to_fields(self, setting: Setting, seat: int, deal: Deal) -> dict[str, Any]:
        out = [flow if seat == 0 else -flow for flow in deal]
        give = {f"give_{name}": max(flow, 0) for name, flow in zip(self.resources, out, strict=True)}
        return {**give, **{f"get_{name}": max(-flow, 0) for name, flow in zip(self.resources, out, strict=True)}}

    def deals(self, setting: Setting) -> NDArray[np.int64]:
        return grid(tuple(self._span().tolist())) - np.array(self.stocks[1])

    def worth(self, setting: Setting, seat: int, private: Private, deals: NDArray[np.int64]) -> NDArray[np.float64]:
        gains = -deals if seat == 0 else deals
        if "values" in private:
            return np.asarray(gains @ np.array(private["values"]), dtype=np.float64)
        stock, goal = np.array(self.stocks[seat]), np.array(private["goals"])
        return np.asarray((np.minimum(stock + gains, goal) - np.minimum(stock, goal)).sum(axis=1), dtype=np.float64)

    def deal_bounds(self) -> tuple[float, float]:
        if self.payoff == "value":
            most = self.value_range[1] * max(sum(row) for row in self.stocks)
            return -float(most), float(most)
        stocks, goals, span = np.array(self.stocks), np.array(self.goals), self._span()
        held = np.minimum(stocks, goals)
        return -float(held.sum(axis=1).max()), float((np.minimum(span, goals) - held).sum(axis=1).max())

    def deal_text(self, setting: Setting, deal: Deal) -> str:
        gives = [self._stock([max(sign * flow, 0) for flow in deal]) for sign in (1, -1)]
        return f"player_0 gives {gives[0]} and player_1 gives {gives[1]}"

    # -- in words and numbers ----------------------------------------------------------------------------------------

    def topic(self) -> str:
        aim = {
            "value": "What a unit of each resource is worth to a side is private; you earn the change in the value of what you own.",
            "goal": "Each side wants to hold given amounts; you earn the change in the number of units you hold that count towards your goal.",
        }[self.payoff]
        names = listed(self.resources)
        return f"Two sides own stocks of {names} and may agree on one trade, which ends the game. {aim} A proposal says what you, the proposer, give and get."

    def scale(self, setting: Setting, deal: Deal) -> list[float]:
        return [flow / max(total, 1) for flow, total in zip(deal, self._span().tolist(), strict=True)]

    def setting_features(self, setting: Setting) -> list[float]:
        return []

    def private_features(self, setting: Setting, private: Private) -> list[float]:
        if "values" in private:
            return [value / max(self.value_range[1], 1) for value in private["values"]]
        return [goal / 1000 for goal in private["goals"]]

    def more_facts(self, setting: Setting, private: list[Private], deal: Deal | None) -> dict[str, Any]:
        if deal is None or "values" not in private[0]:
            return {"envy": None}
        flow, stocks = np.array(deal), np.array(self.stocks)
        held = np.array([stocks[0] - flow, stocks[1] + flow])
        return {"envy": envy_count(np.array([held @ np.array(known["values"]) for known in private], dtype=np.float64))}
