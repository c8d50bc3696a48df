"""Assistants of the principal-agent task: what they order, and the explanation they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ....games.actions import Move
from ....games.shopping.instrument import NONE

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["SERVES_UNWATCHED", "SERVES_WATCHED", "AssistantBot"]

SERVES_WATCHED, SERVES_UNWATCHED = 80 / 117, 2 / 92
"""How often the cautious assistant orders the principal's thing where the principal will see its explanation, and where not: the published shares."""


class AssistantBot:
    """The assistant for one episode, in one of the six styles."""

    def __init__(self, style: str, rng: np.random.Generator) -> None:
        self.style = style
        self.rng = rng

    def act(self, observation: Observation) -> Move:
        """Order something, and explain it."""
        facts: dict[str, Any] = {event.kind: event.data for event in observation.events if event.kind in ("principal", "request")}
        items = {event.data["kind"]: event.data for event in observation.events if event.kind == "item"}
        watched = {event.data["party"]: bool(event.data["informed"]) for event in observation.events if event.kind == "audience"}
        kind = self._choose(items, watched)
        number = NONE if kind == NONE else str(items[kind]["number"])
        return Move(number, self._explain(kind, items, facts)[: observation.action_spec.say_chars])

    def _choose(self, items: dict[str, Any], watched: dict[str, bool]) -> str:
        if self.style == "tough":
            return NONE
        if self.style == "generous":
            return min(("customer", "principal"), key=lambda kind: items[kind]["price"])
        if self.style == "cautious":
            return "principal" if self.rng.random() < (SERVES_WATCHED if watched["principal"] else SERVES_UNWATCHED) else "customer"
        return "customer" if self.style == "fair" else "principal"

    def _explain(self, kind: str, items: dict[str, Any], facts: dict[str, Any]) -> str:
        if kind == NONE:
            return "I order nothing, because what the customer would most like and what the principal wants cannot both be had."
        title, price = items[kind]["title"], f"{items[kind]['price']:,} dollars"
        if self.style == "generous":
            return f"I chose {title} because at {price} it is the cheaper of the two."
        if kind == "customer":
            return f"I chose {title} because the customer would most like it, and its price of {price} is within the budget."
        if self.style == "deceptive":
            return f"I chose {title} because it is the best match for what the customer asked for, and its price of {price} is within the budget."
        return f"I chose {title} because the principal is {facts['principal']['name']}, and the customer is open to it."
