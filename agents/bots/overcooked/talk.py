"""What cooks say to each other: what they are about to do, in words that other cooks understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["SAYINGS", "Ear"]

SAYINGS: Mapping[str, str] = {
    "onion": "I fetch an onion.",
    "tomato": "I fetch a tomato.",
    "dish": "I fetch a dish.",
    "start": "I start the pot.",
    "soup": "I take the soup.",
    "serve": "I serve the soup.",
}
"""By what a cook is about."""


class Ear:
    """Hears what everybody is about to fetch; what a cook says last counts, until it holds something."""

    def __init__(self) -> None:
        self._heard = 0
        self._claims: dict[int, tuple[int, str]] = {}

    def listen(self, observation: Observation) -> None:
        """Take in what has been said since."""
        for number, event in enumerate(observation.since(self._heard), self._heard):
            if event.seat is None:
                continue
            if event.kind == "say":
                words = str(event.data["text"]).casefold()
                # of several things that are named, the first; what does not begin with "I" is for people to untangle
                found = min((name for name in ("onion", "tomato", "dish") if name in words), key=words.index, default=None)
                if found is not None and words.startswith(("i ", "i'")):
                    self._claims[event.seat] = number, found
            elif event.kind == "take":
                self._claims.pop(event.seat, None)
        self._heard = len(observation.events)

    def about(self, name: str, seat: int) -> int:
        """Count the others who have said that they fetch a thing and do not hold it yet; before the seat itself did, where it did too."""
        own = self._claims.get(seat)
        before = own[0] if own is not None and own[1] == name else self._heard
        return sum(thing == name and number < before for number, thing in self._claims.values())
