"""Players of forced choice, by what they read of two options: amounts of money and chances.

| style | picks |
|---|---|
| fair | the larger expected amount of money, and of equal ones a thing that is sure; otherwise what is described in fewer letters |
| greedy | the larger expected amount |
| generous | the smaller expected amount, which leaves more for others |
| tough | the largest amount that may come |
| deceptive | at random, so that nobody can tell what it would rather have |
| cautious | the largest amount that is sure to come |

An option that names no amount counts as 0; of equals all but the fair pick the one in the first place of the parameter, whatever is shown first, so that
none of them has a bias of order.
"""

from __future__ import annotations

import re

import numpy as np

from ...errors import ParameterError
from ...games.actions import Move
from ...games.choice.rules import PLACES, ForcedChoice, Option, told
from ...games.core import Game, Observation
from . import BotFactory

__all__ = ["GAMES", "ChoiceBot", "bot_for"]

GAMES = ("ForcedChoice",)
_AMOUNT = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


class ChoiceBot:
    """One player for one episode.

    Args:
        game: the rules.
        style: how it picks.
        rng: of its own chance.
    """

    def __init__(self, game: ForcedChoice, style: str, rng: np.random.Generator) -> None:
        self.game, self.style, self.rng = game, style, rng

    def act(self, observation: Observation) -> Move:
        """Pick."""
        best = int(self.rng.integers(2)) if self.style == "deceptive" else int(self.worth(self.game.options[1]) > self.worth(self.game.options[0]))
        return Move(PLACES[1 - best if self.game.swapped else best])

    def worth(self, option: Option) -> tuple[float, ...]:
        """Value an option; later numbers decide between equals."""
        lottery = ((1.0, option),) if isinstance(option, str) else option
        amounts = [_amount(what) for _, what in lottery]
        expected = sum(chance * amount for (chance, _), amount in zip(lottery, amounts, strict=True))
        values: dict[str, tuple[float, ...]] = {
            "fair": (expected, min(amounts), -float(len(told(option)))),
            "greedy": (expected,),
            "generous": (-expected,),
            "tough": (max(amounts),),
            "cautious": (min(amounts),),
        }
        return values[self.style]


def _amount(text: str) -> float:
    found = _AMOUNT.search(text)
    return float(found[0].replace(",", "")) if found else 0.0


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's bots.

    Raises:
        ParameterError: the game is another.
    """
    if not isinstance(game, ForcedChoice):
        raise ParameterError(f"bots of forced choice do not know {game.made_as}")
    return lambda seat, rng: ChoiceBot(game, style, rng)
