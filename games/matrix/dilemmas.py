"""The symmetric two-by-two games: prisoner's dilemma, stag hunt, chicken, hawk-dove, deadlock, harmony, hero.

**Rules in words.** Two players choose between two actions at the same time. Both taking the first earns each ``reward``; both taking the second earns
each ``punishment``; who takes the second against the first earns ``temptation`` and leaves the other ``sucker``. The order of the four numbers makes
the game, and each game insists on its order.

| game | order | default R, S, T, P | first / second action | pure equilibria |
|---|---|---|---|---|
| ``prisoners_dilemma`` | T > R > P > S | 3, 0, 5, 1 | cooperate / defect | both defect |
| ``stag_hunt`` | R > T >= P > S | 4, 1, 3, 2 | stag / hare | both stag, both hare |
| ``chicken`` | T > R > S > P | 3, 2, 4, 1 | swerve / straight | one swerves |
| ``hawk_dove`` | made from a value V and a cost C > V > 0 | V = 4, C = 6 | dove / hawk | one is a hawk |
| ``deadlock`` | T > P > R > S | 2, 1, 4, 3 | cooperate / defect | both defect |
| ``harmony`` | R > S > T > P | 4, 3, 2, 1 | cooperate / defect | both cooperate |
| ``hero`` | T > S > P > R | 1, 3, 4, 2 | wait / act | one acts |

**Parameters.** ``reward``, ``sucker``, ``temptation``, ``punishment`` (``value`` and ``cost`` in hawk-dove) and those of every matrix game
(:mod:`ludens.games.matrix.rules`), which also tells actions, observation and events. The prisoner's dilemma is played for 10 rounds unless told
otherwise, the others once.

**Sources.** Rapoport and Guyer, A taxonomy of 2 x 2 games, General Systems 11 (1966); Axelrod, The Evolution of Cooperation (1984), for the payoffs
3, 0, 5, 1; Maynard Smith and Price, The logic of animal conflict, Nature 246 (1973), for hawk-dove; Robinson and Goforth, The Topology of the 2 x 2
Games (2005).

**Versions.** v0: first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from ..core import Prediction
from . import laboratory
from .rules import MatrixGame, Payoffs

__all__ = ["Chicken", "Deadlock", "Harmony", "HawkDove", "Hero", "PrisonersDilemma", "StagHunt", "SymmetricTwoByTwo"]


@dataclass(frozen=True, kw_only=True)
class SymmetricTwoByTwo(MatrixGame):
    """Any symmetric two-by-two game.

    Attributes:
        reward: what each earns when both take the first action (R).
        sucker: what the first action earns against the second (S).
        temptation: what the second action earns against the first (T).
        punishment: what each earns when both take the second action (P).
    """

    reward: float = 3
    sucker: float = 0
    temptation: float = 5
    punishment: float = 1

    words: ClassVar[tuple[str, str]] = ("cooperate", "defect")
    cooperative: ClassVar[int | None] = 0

    @cached_property
    def payoffs(self) -> Payoffs:
        own = ((self.reward, self.sucker), (self.temptation, self.punishment))
        return own, tuple(zip(*own, strict=True))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return self.words, self.words


@dataclass(frozen=True, kw_only=True)
class PrisonersDilemma(SymmetricTwoByTwo):
    """Defection dominates, and both defecting is worse for both than both cooperating."""

    rounds: int = 10

    def __post_init__(self) -> None:
        self.require(
            self.temptation > self.reward > self.punishment > self.sucker,
            "temptation",
            "breaks the order temptation > reward > punishment > sucker of this game",
        )
        super().__post_init__()

    def extra_predictions(self) -> tuple[Prediction, ...]:
        return laboratory.prisoners_dilemma(self.reward, self.sucker, self.temptation, self.punishment, repeated=self.rounds > 1)


@dataclass(frozen=True, kw_only=True)
class StagHunt(SymmetricTwoByTwo):
    """Hunting the stag together is best, hunting the hare is safe."""

    reward: float = 4
    sucker: float = 1
    temptation: float = 3
    punishment: float = 2

    words: ClassVar[tuple[str, str]] = ("stag", "hare")

    def __post_init__(self) -> None:
        self.require(
            self.reward > self.temptation >= self.punishment > self.sucker, "reward", "breaks the order reward > temptation >= punishment > sucker of this game"
        )
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class Chicken(SymmetricTwoByTwo):
    """Going straight against one who swerves is best, against one who does not it is worst."""

    reward: float = 3
    sucker: float = 2
    temptation: float = 4
    punishment: float = 1

    words: ClassVar[tuple[str, str]] = ("swerve", "straight")

    def __post_init__(self) -> None:
        self.require(
            self.temptation > self.reward > self.sucker > self.punishment,
            "temptation",
            "breaks the order temptation > reward > sucker > punishment of this game",
        )
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class Deadlock(SymmetricTwoByTwo):
    """Defection dominates, and both prefer it so."""

    reward: float = 2
    sucker: float = 1
    temptation: float = 4
    punishment: float = 3

    def __post_init__(self) -> None:
        self.require(
            self.temptation > self.punishment > self.reward > self.sucker,
            "temptation",
            "breaks the order temptation > punishment > reward > sucker of this game",
        )
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class Harmony(SymmetricTwoByTwo):
    """Cooperation dominates and is best for both."""

    reward: float = 4
    sucker: float = 3
    temptation: float = 2
    punishment: float = 1

    def __post_init__(self) -> None:
        self.require(
            self.reward > self.sucker > self.temptation > self.punishment, "reward", "breaks the order reward > sucker > temptation > punishment of this game"
        )
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class Hero(SymmetricTwoByTwo):
    """One should act and be rewarded most, the other wait; both waiting is worst."""

    reward: float = 1
    sucker: float = 3
    temptation: float = 4
    punishment: float = 2

    words: ClassVar[tuple[str, str]] = ("wait", "act")
    cooperative: ClassVar[int | None] = None

    def __post_init__(self) -> None:
        self.require(
            self.temptation > self.sucker > self.punishment > self.reward,
            "temptation",
            "breaks the order temptation > sucker > punishment > reward of this game",
        )
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class HawkDove(MatrixGame):
    """Two contest a good: doves share it, a hawk takes it from a dove, two hawks fight.

    Attributes:
        value: what the good is worth (V).
        cost: what losing a fight costs (C); above V, else being a hawk dominates.
    """

    value: float = 4
    cost: float = 6

    cooperative: ClassVar[int | None] = 0

    def __post_init__(self) -> None:
        self.require(self.value > 0, "value", "should be positive")
        self.require(self.cost > self.value, "cost", f"should be above value={self.value!r}")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        own = ((self.value / 2, 0.0), (float(self.value), (self.value - self.cost) / 2))
        return own, tuple(zip(*own, strict=True))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return ("dove", "hawk"), ("dove", "hawk")
