"""Games of two seats with two roles, which may swap after each round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ...core import GameType, seat_name
from ...domains import Record
from .common import DEFAULT_POLICY, RoundGame, RoundState

__all__ = ["RoleGame", "RoleState"]


@dataclass(frozen=True, kw_only=True)
class RoleGame(RoundGame):
    """A game of two seats with two roles.

    Attributes:
        alternate: the seats swap roles after each round; else ``player_0`` keeps the first role.
    """

    alternate: bool = False

    roles: ClassVar[tuple[str, str]]
    talk_stage: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(type(self.alternate) is bool, "alternate", "should be true or false")

    @property
    def seats(self) -> int:
        return 2

    def acts_of(self, role: int) -> dict[str, Record]:
        """List every act of a role (0 or 1)."""
        raise NotImplementedError

    def acts(self, seat: int) -> dict[str, Record]:
        return {**self.acts_of(0), **self.acts_of(1)} if self.alternate else self.acts_of(seat)

    def role_lines(self, seat: int | None) -> list[str]:
        """Say who has which role."""
        if self.alternate:
            return [f"In odd rounds player_0 is the {self.roles[0]} and player_1 the {self.roles[1]}; in even rounds the other way round."]
        if seat is None:
            return [f"player_0 is the {self.roles[0]}, player_1 the {self.roles[1]}."]
        return [f"You are the {self.roles[seat]}; {seat_name(1 - seat)} is the {self.roles[1 - seat]}."]

    def role_type(self, low: float, high: float, **more: Any) -> GameType:
        """Declare a game of these roles with payoffs of one round between ``low`` and ``high``."""
        facts: dict[str, Any] = {"dynamics": "sequential", "information": "perfect", "utility": "general_sum", "illegal": DEFAULT_POLICY, **more}
        return GameType(seats=(2, 2), payoff_low=self.rounds * low, payoff_high=self.rounds * high, language=self.say_chars > 0, roles=self.roles, **facts)


class RoleState(RoundState):
    """A position of a :class:`RoleGame`."""

    game: RoleGame

    @property
    def first(self) -> int:
        """The seat that has the first role in this round."""
        return (self.round - 1) % 2 if self.game.alternate else 0

    def role(self, seat: int) -> int:
        """The role of ``seat`` in this round: 0 or 1."""
        return int(seat != self.first)

    @property
    def roles(self) -> tuple[str | None, ...]:
        return (None, None) if self.game.alternate and self.game.rounds > 1 else self.game.roles

    def role_facts(self) -> dict[str, Any]:
        """Give for the outcome: ``rounds`` finished, each role's mean payoff a round (``ROLE_payoff``) and ``total_per_round``; None before the first."""
        rounds = len(self.history)
        sums = [0.0, 0.0]
        for number, facts in enumerate(self.history):
            first = number % 2 if self.game.alternate else 0
            sums[0] += facts["payoffs"][first]
            sums[1] += facts["payoffs"][1 - first]
        means = [total / rounds if rounds else None for total in sums]
        one, other = self.game.roles
        return {"rounds": rounds, f"{one}_payoff": means[0], f"{other}_payoff": means[1], "total_per_round": sum(sums) / rounds if rounds else None}

    def by_seat(self, first: float, second: float) -> list[float]:
        """Order the two roles' amounts by seat."""
        return [first, second] if self.first == 0 else [second, first]
