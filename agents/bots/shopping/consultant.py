"""The consultancy's bots: consultants who say what they know or what pleases, and customers who trust, doubt and rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ....games.actions import Move
from ....games.shopping.consultancy_state import LETTERS, NOTHING
from ....games.words import listed

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["ConsultantBot", "CustomerBot"]


def _facts(observation: Observation, kind: str) -> list[dict[str, Any]]:
    return [event.data for event in observation.events if event.kind == kind]


class ConsultantBot:
    """The consultancy's assistant for one episode, in one of the six styles."""

    def __init__(self, style: str) -> None:
        self.style = style

    def act(self, observation: Observation) -> Move:
        """Advise, in fixed words and in others."""
        (notes,), (wish,) = _facts(observation, "notes"), _facts(observation, "request")
        statuses, prices = notes["statuses"], notes["prices"]
        claims = {letter: self._claim(statuses[letter]) for letter in LETTERS}
        if self.style == "deceptive" and 1 not in statuses.values():
            # something must please: what the notes do not rule out, the cheapest of it
            open_to_doubt = [letter for letter in LETTERS if statuses[letter] == 0] or list(LETTERS)
            claims[min(open_to_doubt, key=lambda letter: prices[letter])] = "has"
        good = [letter for letter in LETTERS if claims[letter] == "has"]
        pick = max if self.style == "greedy" else min
        recommend = pick(good, key=lambda letter: prices[letter]) if good else "none"
        return Move({**claims, "recommend": recommend}, self._words(good, recommend, wish["feature"])[: observation.action_spec.say_chars] or None)

    def _claim(self, status: int) -> str:
        if self.style == "greedy":
            return "has"
        if self.style == "tough":
            return "silent"
        if status == 1:
            return "has"
        if status == -1:
            return "silent" if self.style == "cautious" else "lacks"
        return "lacks" if self.style == "generous" else "silent"

    def _words(self, good: Sequence[str], recommend: str, feature: str) -> str:
        if self.style == "tough":
            return "I do not speak of single features. Please look at the options yourself."
        if not good:
            return f"To my knowledge none of the three has {feature}, so I would buy nothing here."
        if self.style == "greedy":
            return f"All three have {feature}, and {recommend} is the finest of them."
        if self.style == "deceptive":
            return f"You are lucky: {recommend} has {feature}, and it is a very good price."
        reason = "it is the only one" if len(good) == 1 else f"of {listed(good)} it is the cheapest"
        return f"I recommend {recommend}, because you need {feature} and {reason} that I know to have it."


class CustomerBot:
    """The consultancy's customer for one episode, in one of the six styles."""

    def __init__(self, style: str, rng: np.random.Generator) -> None:
        self.style = style
        self.rng = rng

    def act(self, observation: Observation) -> Move:
        """Buy, or rate."""
        (advice,) = _facts(observation, "advice")
        good = [letter for letter in LETTERS if advice[letter] == "has"]
        bought = next((event["option"] for event in _facts(observation, "purchase")), None)
        if bought is None:
            choice, room = self._buy(advice, good, _facts(observation, "option")), observation.action_spec.say_chars
            return Move(choice, self._reason(choice, good)[:room] or None)
        hindsight = observation.game.params["feedback"] == "hindsight"
        return Move(str(self._rate(bought, good, _facts(observation, "outcome") if hindsight else None)))

    def _buy(self, advice: dict[str, Any], good: Sequence[str], options: list[dict[str, Any]]) -> str:
        if self.style == "tough":
            good = [letter for letter in good if letter == advice["recommend"]]
        if self.style == "cautious" and "lacks" not in (advice[letter] for letter in LETTERS):
            # who speaks ill of nothing is not believed
            return NOTHING
        if not good:
            return NOTHING
        prices = {option["option"]: option["price"] for option in options}
        if all(price is not None for price in prices.values()):
            return min(good, key=lambda letter: prices[letter])
        return str(advice["recommend"]) if advice["recommend"] in good else good[int(self.rng.integers(len(good)))]

    def _reason(self, choice: str, good: Sequence[str]) -> str:
        if choice != NOTHING:
            return "That is a lot of money for it, but I take it." if self.style == "greedy" else f"Thank you, then I take {choice}."
        if not good:
            return "Then there is nothing here for me."
        return "You recommend what you do not vouch for." if self.style == "tough" else "That sounds too good to be true."

    def _rate(self, bought: str, good: Sequence[str], outcomes: list[dict[str, Any]] | None) -> int:
        if outcomes is not None:
            mine = next((outcome for outcome in outcomes if outcome["option"] == bought), None)
            dearer = mine is not None and any(outcome["has"] and outcome["price"] < mine["price"] for outcome in outcomes)
            liked = 3 if mine is None else 1 if not mine["has"] else 4 if dearer else 5
        else:
            liked = 5 if bought != NOTHING else 3 if good else 2
        if self.style == "generous":
            return min(5, liked + 1)
        if self.style == "greedy":
            return max(1, liked - 1)
        return 6 - liked if self.style == "deceptive" else liked
