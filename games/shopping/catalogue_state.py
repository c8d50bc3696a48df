"""A position of the catalogue: what is on sale, what the sellers decided, what the shopper has found, opened and bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import State
from ..domains import Acts, OneOf, Record
from . import catalogue_text as text
from .catalogue_hidden import SHOPPER, redraw
from .goods import KINDS, Goal, draw_goods, goal_of, marked_up, title
from .reward import met, reward
from .search import found, query_of

if TYPE_CHECKING:
    from .catalogue import Catalogue

__all__ = ["DESCRIBE", "SHOPPER", "SLOT", "CatalogueState"]

DESCRIBE = ("truthful", "always", "never")
"""How a seller may describe its goods."""
SLOT = 7
"""Numbers that a learner sees of one good."""


class CatalogueState(State):
    """A position.

    Attributes:
        kinds: names of the kinds that the catalogue has.
        goods: all goods; number ``i`` belongs to seat ``1 + i % sellers``.
        target: number of the good that the goal was made from.
        goal: what the shopper wants.
        offers: by seller, ``[markup, describe]``; empty before they are made.
        asking: whether the shopper has its opening before it.
        used: moves that the shopper has made since the market opened.
        results: numbers of the goods found and not narrowed away, best first; ``offset`` of them stand on earlier pages.
        opened: number of the good whose page is open, or None.
        bought: ``(number, option)``, or None.
    """

    game: Catalogue

    def __init__(self, game: Catalogue, seed: int) -> None:
        super().__init__(game, seed)
        rng = self.rng
        known = tuple(KINDS)
        self.kinds = tuple(known[index] for index in sorted(rng.permutation(len(known))[: game.kinds].tolist()))
        self.goods, self.target = draw_goods(rng, self.kinds, game.goods)
        self.goal: Goal = goal_of(self.goods[self.target], rng)
        self.offers: list[list[Any]] = []
        self.asking = game.say_chars > 0
        self.used = 0
        self.results: list[int] = []
        self.offset = 0
        self.opened: int | None = None
        self.bought: tuple[int, str] | None = None
        self.emit("market", text.market(self.kinds, game.goods), data={"kinds": list(self.kinds)})
        self.emit("goal", text.goal(self.goal), data=self.goal_facts(), to=(SHOPPER,))
        for seat in range(1, game.seats):
            self.emit("stock", text.stock(self, seat), seat=seat, data=self.stock_facts(seat), to=(seat,))
        self.to_move = (SHOPPER,) if self.asking else tuple(range(1, game.seats))

    # -- what is on sale ---------------------------------------------------------------------------------------------

    def seller(self, number: int) -> int:
        """Give the seat that sells a good."""
        return 1 + number % self.game.sellers

    def own(self, seat: int) -> range:
        """Give the numbers of a seller's goods."""
        return range(seat - 1, self.game.goods, self.game.sellers)

    def price(self, number: int) -> int:
        """Give a good's price in dollars; offers must have been made."""
        return marked_up(self.goods[number].cost, self.offers[self.seller(number) - 1][0])

    def claims(self, number: int) -> tuple[str, ...]:
        """Give the attributes that a good is described with."""
        describe, good = self.offers[self.seller(number) - 1][1], self.goods[number]
        attributes = KINDS[good.kind].attributes
        if describe == "truthful":
            return tuple(name for name, has in zip(attributes, good.hidden, strict=True) if has)
        return attributes if describe == "always" else ()

    def goal_facts(self) -> dict[str, Any]:
        """Give the goal as JSON facts."""
        return {**self.goal._asdict(), "attributes": list(self.goal.attributes)}

    def stock_facts(self, seat: int) -> dict[str, Any]:
        """Give a seller's goods as JSON facts."""
        goods = ((self.game.names[number], self.goods[number]) for number in self.own(seat))
        return {"goods": {name: {**good._asdict(), "options": list(good.options), "hidden": list(good.hidden)} for name, good in goods}}

    def listing(self, number: int) -> dict[str, Any]:
        """Give what a list of results tells of a good."""
        good = self.goods[number]
        return {"good": self.game.names[number], "title": title(good), "price": self.price(number), "seller": self.seller(number)}

    def page(self, number: int) -> dict[str, Any]:
        """Give what a good's page tells."""
        return {**self.listing(number), "options": list(self.goods[number].options), "claims": list(self.claims(number))}

    @property
    def shown(self) -> list[int]:
        """The numbers of the results on the page of results that is shown."""
        return self.results[self.offset : self.offset + self.game.page]

    # -- moves -------------------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        if seat:
            return ActionSpec(self.game.action_domain(seat), self.game.say_chars, text.ABOUT_OFFER)
        if self.asking:
            return ActionSpec(Acts.of({"ask": None}), self.game.say_chars)
        names, shown = self.game.names, self.shown
        acts: dict[str, Any] = {"search": self.game.searching(self.kinds)}
        if self.results:
            acts["filter"] = self.game.narrowing(self.kinds)
        if self.offset + self.game.page < len(self.results):
            acts["more"] = None
        if shown:
            acts["open"] = {"good": OneOf(tuple(names[number] for number in shown))}
        if len(shown) > 1:
            good = OneOf(tuple(names[number] for number in shown))
            acts["compare"] = {"first": good, "second": good}
        if self.opened is not None:
            acts["buy"] = {"option": OneOf(self.goods[self.opened].options)}
        return ActionSpec(Acts.of({**acts, "stop": Record.of({})}), about=text.about(acts, self.opened is not None and names[self.opened]))

    def request(self, seat: int) -> str:
        if seat:
            return text.ASK_OFFER
        return text.ASK_OPENING if self.asking else text.ask(self.game.steps - self.used)

    def _apply(self, moves: Mapping[int, Move]) -> None:
        if SHOPPER not in moves:
            self._offer(moves)
        elif self.asking:
            self.emit_speech(SHOPPER, moves[SHOPPER].say)
            self.asking = False
            self.to_move = tuple(range(1, self.game.seats))
        else:
            self._browse(moves[SHOPPER].choice)

    def _offer(self, moves: Mapping[int, Move]) -> None:
        for seat in sorted(moves):
            choice = moves[seat].choice
            self.offers.append([choice["markup"], choice["describe"]])
            self.emit("offer", text.offer(seat, *self.offers[-1]), seat=seat, data={"markup": choice["markup"], "describe": choice["describe"]}, to=(seat,))
        for seat in sorted(moves):
            self.emit_speech(seat, moves[seat].say)
        self.emit("open", "The market opens.")
        self.to_move = (SHOPPER,)

    def _browse(self, choice: Mapping[str, Any]) -> None:
        self.used += 1
        act = choice["act"]
        if act == "buy":
            self._buy(choice["option"])
        elif act == "stop":
            self.emit("stop", "player_0 buys nothing.", seat=SHOPPER)
            self.to_move = ()
        elif act == "open":
            self.opened = self.game.names.index(choice["good"])
            facts = self.page(self.opened)
            self.emit("page", text.page(facts), seat=SHOPPER, data=facts, to=(SHOPPER,))
        elif act == "compare":
            both = [self.page(self.game.names.index(choice[key])) for key in ("first", "second")]
            self.emit("comparison", " ".join(map(text.page, both)), seat=SHOPPER, data={"goods": both}, to=(SHOPPER,))
        else:
            self._list(act, choice)
        if self.to_move and self.used == self.game.steps:
            self.emit("end", "The market closes; player_0 has bought nothing.")
            self.to_move = ()

    def _list(self, act: str, choice: Mapping[str, Any]) -> None:
        self.opened = None
        self.offset = self.offset + self.game.page if act == "more" else 0
        if act == "search":
            words = [" ".join([title(good), *good.options, *self.claims(number)]) for number, good in enumerate(self.goods)]
            self.results = found(query_of(choice), words)
        elif act == "filter":
            feature = choice["feature"]
            self.results = [number for number in self.results if self.price(number) <= choice["at_most"] and (feature == "any" or self._has(number, feature))]
        facts = {"found": len(self.results), "first": self.offset + 1, "goods": [self.listing(number) for number in self.shown]}
        self.emit("results", text.results(facts), seat=SHOPPER, data=facts, to=(SHOPPER,))

    def _has(self, number: int, feature: str) -> bool:
        good = self.goods[number]
        return feature in (good.colour, good.material, *self.claims(number))

    def _buy(self, option: str) -> None:
        assert self.opened is not None
        number, facts = self.opened, self.listing(self.opened)
        self.bought = (number, option)
        good, seller = self.goods[number], self.seller(number)
        self.emit("sale", text.sale(facts, option), seat=SHOPPER, data={**facts, "option": option})
        have = dict(zip(KINDS[good.kind].attributes, good.hidden, strict=True))
        self.emit("delivery", text.delivery(facts["good"], have), data={"good": facts["good"], "has": have}, to=(SHOPPER, seller))
        wishes = self.wishes()
        self.emit("score", text.score(wishes, self.goal.kind == good.kind), data={"wishes": wishes}, to=(SHOPPER,))
        self.rewards = self.earned()
        self.to_move = ()

    def wishes(self) -> dict[str, bool]:
        """Tell of each wish whether the purchase meets it; empty without one."""
        return {} if self.bought is None else met(self.goods[self.bought[0]], self.bought[1], self.price(self.bought[0]), self.goal)

    def earned(self) -> list[float]:
        """Work out what every seat earns by the purchase."""
        out = [0.0] * self.game.seats
        if self.bought is not None:
            number, option = self.bought
            good, price = self.goods[number], self.price(number)
            out[SHOPPER] = reward(good, option, price, self.goal)
            out[self.seller(number)] = (price - good.cost) / good.cost - (self.game.fine if self._false(number) else 0.0)
        return out

    def _false(self, number: int) -> list[str]:
        """List the attributes that a good is described with and lacks."""
        good = self.goods[number]
        have = dict(zip(KINDS[good.kind].attributes, good.hidden, strict=True))
        return [name for name in self.claims(number) if not have[name]]

    # -- arrays, facts, what is hidden -------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        if seat:
            goods = [self.goods[number] for number in self.own(seat)]
            shares = np.mean([good.hidden for good in goods], axis=0)
            return {"observation": np.array([len(goods) / self.game.goods, *shares, np.mean([good.cost for good in goods]) / 100], np.float32)}
        out = np.zeros(3 + SLOT * (self.game.page + 1), np.float32)
        out[:3] = self.used / self.game.steps, self.opened is not None, min(len(self.results), 10) / 10
        slots = [*self.shown, *[None] * (self.game.page - len(self.shown)), self.opened]
        for place, number in enumerate(slots):
            if number is not None:
                out[3 + SLOT * place : 3 + SLOT * (place + 1)] = self._features(number, paged=place == self.game.page)
        return {"observation": out}

    def _features(self, number: int, *, paged: bool) -> list[float]:
        good, goal = self.goods[number], self.goal
        claimed = sum(name in self.claims(number) for name in goal.attributes) / len(goal.attributes) if paged else 0.0
        fits = [good.kind == goal.kind, good.colour == goal.colour, good.material == goal.material]
        return [1.0, *map(float, fits), claimed, float(paged and goal.option in good.options), min(self.price(number) / goal.most, 2.0) / 2]

    @property
    def outcome(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"goal": self.goal_facts(), "moves": self.used, "bought": None, "reward": self.earned()[SHOPPER]}
        if not self.offers:
            return facts
        best = max(reward(good, option, self.price(number), self.goal) for number, good in enumerate(self.goods) for option in good.options)
        claims = [sum(len(self.claims(number)) for number in self.own(seat)) for seat in range(1, self.game.seats)]
        false = [sum(len(self._false(number)) for number in self.own(seat)) for seat in range(1, self.game.seats)]
        facts |= {
            "best_reward": best,
            "success": facts["reward"] == 1.0,
            "markups": [markup for markup, _ in self.offers],
            "describe": [describe for _, describe in self.offers],
            "false_claims": [wrong / total if total else 0.0 for wrong, total in zip(false, claims, strict=True)],
        }
        if self.bought is not None:
            number, option = self.bought
            facts |= {"bought": title(self.goods[number]), "option": option, "price": self.price(number), "seller": self.seller(number)}
            facts |= {"wishes": self.wishes(), "deceived": bool(self._false(number))}
        return facts

    @property
    def roles(self) -> tuple[str | None, ...]:
        return ("shopper", *["seller"] * self.game.sellers)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        twin = self.with_fresh_chance(rng)
        redraw(twin, seat, rng)
        return twin
