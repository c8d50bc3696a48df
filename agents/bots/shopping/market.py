"""The catalogue's bots: sellers who price, describe and praise, and shoppers who ask, look and believe or doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....games.actions import Move

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["SELLING", "SellerBot", "Selling", "ShopperBot"]

Facts = dict[str, Any]


@dataclass(frozen=True)
class Selling:
    """How a style sells.

    Attributes:
        markup: in percent.
        describe: ``"truthful"``, ``"always"`` or ``"never"``.
        pitch: what it says.
    """

    markup: int
    describe: str
    pitch: str


SELLING = {
    "fair": Selling(20, "truthful", "What stands on my pages is so, and I add a fifth to what things cost me."),
    "greedy": Selling(50, "always", "My goods have it all. Quality has its price."),
    "generous": Selling(0, "truthful", "I sell at cost, and describe things as they are."),
    "tough": Selling(60, "truthful", "My descriptions are true and my prices are firm."),
    "deceptive": Selling(30, "always", "You can rely on every word of my descriptions."),
    "cautious": Selling(10, "never", "My prices are low; I promise nothing beyond what you can see."),
}
"""By style."""
_PAGES = {"greedy": 2, "generous": 1}
_MOST_PAGES = 4


class SellerBot:
    """A seller for one episode, in one of the six styles."""

    def __init__(self, style: str) -> None:
        self.selling = SELLING[style]

    def act(self, observation: Observation) -> Move:
        """Offer, and praise."""
        selling, room = self.selling, observation.action_spec.say_chars
        return Move({"act": "offer", "markup": selling.markup, "describe": selling.describe}, selling.pitch[:room] or None)


class ShopperBot:
    """The shopper for one episode, in one of the six styles: it searches for the looks, opens what looks right, and buys the best by its lights."""

    def __init__(self, style: str, *, by_words: bool) -> None:
        self.style = style
        self.by_words = by_words

    def act(self, observation: Observation) -> Move:
        """Ask, look or buy."""
        facts: dict[str, list[Facts]] = {}
        for event in observation.events:
            facts.setdefault(event.kind, []).append(event.data)
        (goal,), acts = facts["goal"], observation.action_spec.domain.names  # type: ignore[attr-defined]
        if acts == ("ask",):
            return Move({"act": "ask"}, self._opening(goal)[: observation.action_spec.say_chars])
        used = sum(len(facts.get(kind, [])) for kind in ("results", "page", "comparison"))
        return Move(self._move(goal, facts, acts, observation.game.params["steps"] - used))

    def _opening(self, goal: Facts) -> str:
        thing = f"a {goal['colour']} {goal['material']} {goal['kind']}"
        wish = f"{thing}, {' and '.join(goal['attributes'])}, in the option {goal['option']}"
        return {
            "fair": f"I look for {wish}.",
            "greedy": f"I look for {thing}, and I take the cheapest.",
            "generous": f"I look for {wish}, and I can pay up to {goal['most']} dollars.",
            "tough": f"I look for {wish}. If it is not just that, I buy nothing.",
            "deceptive": f"I look for {thing} and do not care for the rest, but I cannot pay more than {goal['most'] // 2} dollars.",
            "cautious": f"I look for a {goal['kind']}.",
        }[self.style]

    @staticmethod
    def _pages(facts: dict[str, list[Facts]]) -> dict[str, Facts]:
        """Collect the pages that have been seen, opened or compared, by the good's name."""
        seen = [*facts.get("page", []), *(page for pair in facts.get("comparison", []) for page in pair["goods"])]
        return {page["good"]: page for page in seen}

    def _move(self, goal: Facts, facts: dict[str, list[Facts]], acts: Sequence[str], left: int) -> Facts:
        lists, pages, opened = facts.get("results", []), self._pages(facts), facts.get("page", [])
        words = f"{goal['colour']} {goal['material']} {goal['kind']}"
        term = {"kind": goal["kind"], "colour": goal["colour"], "material": goal["material"], "attribute": "any"}
        search = {"act": "search", **({"words": words} if self.by_words else term)}
        if not lists:
            return search
        shown = lists[-1]["goods"]
        if self.style == "greedy" and len(lists) == 1 and "filter" in acts and left > 4:
            return {"act": "filter", "feature": "any", "at_most": goal["most"]}
        if not shown:
            # nothing is that cheap: all of them, then
            return search if left > 2 and len(lists) < 3 else {"act": "stop"}
        alike = [item["good"] for item in shown if item["title"] == words] or [item["good"] for item in shown if item["title"].endswith(goal["kind"])]
        if not alike:
            return {"act": "stop"}
        alike = alike[: _PAGES.get(self.style, _MOST_PAGES)]
        unseen = [name for name in alike if name not in pages]
        if unseen and left > 2:
            if self.style == "cautious" and len(unseen) > 1:
                return {"act": "compare", "first": unseen[0], "second": unseen[1]}
            return {"act": "open", "good": unseen[0]}
        known = [name for name in alike if name in pages] or alike[:1]
        best = max(known, key=lambda name: self._worth(pages[name], pages, goal) if name in pages else 0.0)
        if "buy" not in acts or not opened or opened[-1]["good"] != best:
            return {"act": "open", "good": best} if left > 1 else {"act": "stop"}
        page = pages[best]
        if self.style == "tough" and self._worth(page, pages, goal) < len(goal["attributes"]) + 1:
            return {"act": "stop"}
        return {"act": "buy", "option": goal["option"] if goal["option"] in page["options"] else page["options"][0]}

    def _worth(self, page: Facts, pages: dict[str, Facts], goal: Facts) -> float:
        """Count the wishes that a page promises; the cheaper of two that promise as much is worth more."""
        trust = 0.5 if self.style == "cautious" and self._boasts(page["seller"], pages) else 1.0
        promised = trust * sum(name in page["claims"] for name in goal["attributes"])
        kept = (goal["option"] in page["options"]) + (page["price"] <= goal["most"])
        return promised + kept - page["price"] / 10_000

    @staticmethod
    def _boasts(seller: int, pages: dict[str, Facts]) -> bool:
        """Whether every page seen of a seller claims both attributes."""
        return all(len(page["claims"]) == 2 for page in pages.values() if page["seller"] == seller)
