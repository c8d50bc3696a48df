"""Two-alternative forced choice: one seat, two options in words, one of which must be picked.

**Rules in words.** Two options, A and B, are described. The seat picks the one that it would rather have. Nothing is drawn, nobody else decides, and there
is no right answer: what is measured is a preference.

| parameter | meaning | default |
|---|---|---|
| `options` | the two options: a description each, or a lottery, a list of pairs (chance, description) | 20 dollars; 50 dollars or nothing, evenly |
| `swapped` | the second option is shown first, as A | false |
| `worth` | what each option pays, in points, for whoever rewards choices; the seat is never told | 20, 25 |

**Actions.** ``A`` or ``B``: the place, not the option, so that a bias to what is shown first can be told from a preference. **Observation.** One number: 1
once the choice is made. **Events.** ``choice`` with ``picked`` (A or B), ``option`` (0 or 1, as the parameter has them). **Payoffs.** The worth of the option.

A reply that cannot be read is asked for again once; then A is entered, and the record's status ``defaulted`` tells that there was no answer.

**Sources.** Thurstone 1927, Psychological Review 34 (choices between two as a measure of utility); Mazeika et al. 2025, Utility Engineering, arXiv:2502.08640
(the same asked of language models, in both orders).

**Versions.** v0: first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from ..actions import ActionSpec, Move
from ..core import Game, GameType, IllegalPolicy, Prediction, State
from ..domains import Domain, OneOf

__all__ = ["ForcedChoice", "ForcedChoiceState", "Lottery", "Option", "told"]

Lottery = tuple[tuple[float, str], ...]
Option = str | Lottery
PLACES = ("A", "B")
LONGEST = 300
"""Characters of a description."""


def told(option: Option) -> str:
    """Write an option in words."""
    if isinstance(option, str):
        return option
    return "; ".join(f"with a chance of {100 * chance:g} %: {what}" for chance, what in option)


@dataclass(frozen=True, kw_only=True)
class ForcedChoice(Game):
    """A choice between two described options; see the module for the parameters."""

    options: tuple[Option, Option] = ("20 dollars", ((0.5, "50 dollars"), (0.5, "nothing")))
    swapped: bool = False
    worth: tuple[float, float] = (20.0, 25.0)

    def __post_init__(self) -> None:
        for option in self.options:
            parts = [(1.0, option)] if isinstance(option, str) else list(option)
            fine = all(what.strip() and "\n" not in what and len(what) <= LONGEST for _, what in parts)
            self.require(fine, "options", f"should be described in one line each, of at most {LONGEST} characters")
            chances = [chance for chance, _ in parts]
            sure = bool(chances) and min(chances) > 0 and math.isclose(sum(chances), 1)
            self.require(sure, "options", "should have chances above 0 that sum to 1 where they are lotteries")
        self.require(told(self.options[0]) != told(self.options[1]), "options", "should be two different options")

    @property
    def seats(self) -> int:
        return 1

    @property
    def shown(self) -> tuple[Option, Option]:
        """The options in the order in which they are shown."""
        one, other = self.options
        return (other, one) if self.swapped else (one, other)

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(1, 1),
            dynamics="sequential",
            information="perfect",
            utility="general_sum",
            payoff_low=min(0.0, *self.worth),
            payoff_high=max(1.0, *self.worth),
            horizon=1,
            illegal=IllegalPolicy(reask=1, then="default"),
        )

    def action_domain(self, seat: int) -> Domain:
        return OneOf(PLACES)

    def observation_space(self, seat: int) -> Box:
        return Box(0.0, 1.0, (1,), np.float32)

    def rules_text(self, seat: int | None = None) -> str:
        return "\n".join(
            [
                "Two options are described, A and B. You pick the one that you would rather have."
                if seat is not None
                else "A player picks one of two options.",
                "There is no right answer, and nobody else decides.",
                *(f"Option {place}: {told(option)}." for place, option in zip(PLACES, self.shown, strict=True)),
                "",
            ]
        )

    def predictions(self) -> tuple[Prediction, ...]:
        cards = [Prediction("random", "first", 0.5, "a fair coin", "share of choices of what is shown first; also of whoever has no bias, over both orders")]
        if self.worth[0] != self.worth[1]:
            best = int(self.worth[1] > self.worth[0])
            cards.append(
                Prediction("rational", "option", best, "the option of the larger worth", "for a seat that knows the worth, which it is not told", 1e-9)
            )
        return tuple(cards)

    def new_state(self, seed: int) -> ForcedChoiceState:
        return ForcedChoiceState(self, seed)


class ForcedChoiceState(State):
    """A position: before the choice, and after it (``picked`` is the number of the place)."""

    game: ForcedChoice

    def __init__(self, game: ForcedChoice, seed: int) -> None:
        super().__init__(game, seed)
        self.picked: int | None = None
        self.to_move = (0,)

    def action_spec(self, seat: int) -> ActionSpec:
        return ActionSpec(OneOf(PLACES))

    def request(self, seat: int) -> str:
        return "Which option would you rather have, A or B?"

    def data(self, seat: int) -> dict[str, np.ndarray]:
        return {"observation": np.array([float(self.picked is not None)], np.float32)}

    def default_move(self, seat: int) -> Move:
        return Move(PLACES[0])

    def _apply(self, moves: Mapping[int, Move]) -> None:
        self.picked = PLACES.index(moves[0].choice)
        option = self.option
        assert option is not None
        self.rewards = [self.game.worth[option]]
        said = told(self.game.options[option])
        self.emit("choice", f"player_0 picked {PLACES[self.picked]}: {said}.", seat=0, data={"picked": PLACES[self.picked], "option": option})
        self.to_move = ()

    @property
    def option(self) -> int | None:
        """Which option was picked, by its number in the parameter; None before that."""
        return None if self.picked is None else 1 - self.picked if self.game.swapped else self.picked

    @property
    def outcome(self) -> dict[str, Any]:
        """``picked``: A or B; ``first``: whether it was the one shown first; ``option``: 0 or 1 as the parameter has them; ``chosen``: in words."""
        if self.picked is None or self.option is None:
            return {"picked": None, "first": None, "option": None, "chosen": None}
        return {"picked": PLACES[self.picked], "first": self.picked == 0, "option": self.option, "chosen": told(self.game.options[self.option])}
