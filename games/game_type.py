"""What kind of game a game is, as data: :class:`GameType`, and what happens to a player without a legal move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["GameType", "IllegalPolicy"]


@dataclass(frozen=True)
class IllegalPolicy:
    """What happens when a player gives no legal move.

    Attributes:
        reask: how often a player that can be re-asked is told the problem and asked again.
        then: ``"random"`` draws a legal move from the runner's own generator, ``"default"`` plays :meth:`State.default_move`,
            ``"forfeit"`` ends the game by :meth:`State.forfeit`.
    """

    reask: int = 2
    then: Literal["random", "default", "forfeit"] = "random"


@dataclass(frozen=True)
class GameType:
    """What a game is, as data.

    Attributes:
        seats: smallest and largest number of seats these rules allow.
        dynamics: all seats at once, one by one, or both.
        information: ``"perfect"`` only when nothing is hidden and nothing simultaneous matters to what is known.
        utility: what returns add up to.
        payoff_low, payoff_high: bounds of one seat's total return, in ``unit``.
        horizon: the largest number of joint moves an episode can have.
        chance: the rules draw at random (deals, noise, random ends).
        language: seats may speak.
        symmetric: every seat has the same rules, so permuting players permutes returns.
        roles: names of the roles that seats can have, if any.
        illegal: what happens when a player gives no legal move.
    """

    seats: tuple[int, int]
    dynamics: Literal["sequential", "simultaneous", "mixed"]
    information: Literal["perfect", "imperfect"]
    utility: Literal["zero_sum", "constant_sum", "team", "general_sum", "cooperative"]
    payoff_low: float
    payoff_high: float
    horizon: int
    unit: str = "points"
    chance: bool = False
    language: bool = False
    symmetric: bool = False
    roles: tuple[str, ...] = ()
    illegal: IllegalPolicy = IllegalPolicy()
