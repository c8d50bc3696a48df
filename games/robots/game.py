"""What the three tasks have in common as games.

Observations in numbers, the same for all but the first part: ``data["observation"]`` is float32 with, in this order, the seat and each entry of the
position as zeros and one 1, and the share of the steps that are left; ``data["position"]`` is the position of the pure rules (:mod:`.task`);
``data["able"]`` has a 1 for every action that does not fail when all others wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from gymnasium.spaces import Box

from ..actions import ActionSpec
from ..core import Game, GameType, IllegalPolicy, Prediction
from ..domains import OneOf
from .task import Task

if TYPE_CHECKING:
    from .state import RobotsState
    from .text import Words
    from .vector import RobotsVectorEnv

__all__ = ["RobotsGame"]


@dataclass(frozen=True, kw_only=True)
class RobotsGame(Game):
    """A task for robots; subclasses name their levels and give the task and the words of the chosen one.

    Attributes:
        level: which of ``levels``.
        horizon: steps.
        say_chars: characters that may be spoken with each action; 0 for silent robots.
    """

    level: str = ""
    horizon: int = 15
    say_chars: int = 0

    levels: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.require(self.level in self.levels, "level", f"should be one of {', '.join(self.levels)}")
        self.require(1 <= self.horizon <= 10_000, "horizon", "should be from 1 to 10,000")
        self.require(0 <= self.say_chars <= 4000, "say_chars", "should be from 0 to 4000")

    @property
    def task(self) -> Task:
        """The pure rules of the level."""
        raise NotImplementedError

    @property
    def words(self) -> Words:
        """What the task is in words."""
        raise NotImplementedError

    @property
    def seats(self) -> int:
        return len(self.task.roles)

    @cached_property
    def type(self) -> GameType:
        low, high = self.task.bounds
        return GameType(
            seats=(self.seats, self.seats),
            dynamics="simultaneous",
            information="imperfect",
            utility="cooperative",
            payoff_low=low,
            payoff_high=high,
            horizon=self.horizon,
            chance=len(self.task.starts) > 1,
            language=self.say_chars > 0,
            roles=self.task.roles,
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    def spec(self, options: tuple[str, ...]) -> ActionSpec:
        """Say what may be answered where these actions are offered."""
        return ActionSpec(OneOf(options), say_chars=self.say_chars)

    def action_domain(self, seat: int) -> OneOf:
        return OneOf(tuple(self.task.labels[number] for number in self.task.own[seat]))

    def observation_space(self, seat: int) -> Box:
        return Box(0, 1, (self.seats + sum(self.task.sizes) + 1,))

    def new_state(self, seed: int) -> RobotsState:
        from .state import RobotsState

        return RobotsState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        return self.words.rules(seat, self.horizon, speaking=self.say_chars > 0)

    def predictions(self) -> tuple[Prediction, ...]:
        from .predictions import cards

        return cards(self)

    def vector_env(self, num_envs: int) -> RobotsVectorEnv:
        from .vector import RobotsVectorEnv

        return RobotsVectorEnv(self, num_envs)
