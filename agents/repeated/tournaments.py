"""Entries of Axelrod's two computer tournaments (1980) that are described well enough to be rebuilt."""

from __future__ import annotations

import math

from .base import Actions, C, D, Strategy
from .majorities import _Counter

__all__ = ["Black", "Cave", "Champion", "Downing", "Eatherley", "Gladstein", "Grofman", "Nydegger", "Shubik", "Tester", "Tullock", "White"]

_FIRST = "Axelrod, Effective choice in the prisoner's dilemma (1980); submitted by "
_SECOND = "Axelrod, More effective choice in the prisoner's dilemma (1980); submitted by "


class Shubik(Strategy[tuple[int, int]]):
    """Answers each departure from mutual cooperation with a punishment one round longer than the one before.

    It remembers the length of the last punishment and what is still owed of it.
    """

    source = _FIRST + "Shubik"

    def opening(self) -> tuple[int, int]:
        return 0, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[1] == 0

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        length, owed = memory[0], max(memory[1] - 1, 0)
        return (length + 1, length + 1) if owed == 0 and mine == C and theirs == D else (length, owed)


class Tullock(Strategy[Actions]):
    """Cooperates eleven times, then a tenth less often than the other did in the last ten rounds.

    It remembers the other's last eleven actions (the oldest only tells that eleven rounds are over).
    """

    depth = 11
    stochastic = True
    source = _FIRST + "Tullock"

    def opening(self) -> Actions:
        return ()

    def cooperates(self, memory: Actions) -> float:
        return max(0.0, (10 - sum(memory[1:])) / 10 - 0.1) if len(memory) == 11 else 1.0

    def after(self, memory: Actions, mine: int, theirs: int) -> Actions:
        return (0, *memory[-9:], theirs) if len(memory) >= 10 else (*memory, theirs)


class Nydegger(Strategy[tuple[tuple[int, int], ...]]):
    """Plays tit for tat for three rounds (with one exception), then by a fixed table of the last three outcomes. It remembers those outcomes.

    The exception: having been the only one to cooperate first and the only one to defect second, it defects third.
    """

    depth = 3
    source = _FIRST + "Nydegger"
    _DEFECTS = frozenset({1, 6, 7, 17, 22, 23, 26, 29, 30, 31, 33, 38, 39, 45, 49, 54, 55, 58, 61})

    def opening(self) -> tuple[tuple[int, int], ...]:
        return ()

    def cooperates(self, memory: tuple[tuple[int, int], ...]) -> float:
        if len(memory) < 3:
            alone_twice = len(memory) == 2 and (memory[0][1], memory[1][1]) == (D, C)
            return not memory or (memory[-1][1] == C and not alone_twice)
        weighed = sum(weight * (mine + 2 * theirs) for weight, (mine, theirs) in zip((1, 4, 16), memory, strict=True))
        return weighed not in self._DEFECTS

    def after(self, memory: tuple[tuple[int, int], ...], mine: int, theirs: int) -> tuple[tuple[int, int], ...]:
        return (*memory, (mine, theirs))[-3:]


class Downing(Strategy[tuple[int, int, int, int, int, int]]):
    """Estimates how often the other cooperates after its own C and after its own D, and plays the action that then earns more in the long run.

    It assumes R=3, S=0, T=5, P=1, begins with two defections and alternates when indifferent. It remembers its own cooperations and defections,
    the other's cooperations after each of them, and its own last two actions (-1 for none).
    """

    source = _FIRST + "Downing; as interpreted in the Axelrod-Python library"

    def opening(self) -> tuple[int, int, int, int, int, int]:
        return 0, 0, 0, 0, -1, -1

    def cooperates(self, memory: tuple[int, int, int, int, int, int]) -> float:
        own_c, own_d, after_c, after_d, before, last = memory
        if before == -1:
            return False
        kind, meek = after_c / (own_c + 1), after_d / max(own_d, 2)
        to_cooperate, to_defect = kind * 3, meek * 5 + (1 - meek) * 1
        return to_cooperate > to_defect or (to_cooperate == to_defect and last == D)

    def after(self, memory: tuple[int, int, int, int, int, int], mine: int, theirs: int) -> tuple[int, int, int, int, int, int]:
        own_c, own_d, after_c, after_d, _, last = memory
        # the other's first action counts as an answer to cooperation
        return own_c + (mine == C), own_d + (mine == D), after_c + (theirs == C and last != D), after_d + (theirs == C and last == D), last, mine


class Tester(Strategy[tuple[bool, int, int]]):
    """Defects first. If the other ever defects it apologises and plays tit for tat; else it cooperates twice and then alternates.

    It remembers whether it plays tit for tat, the rounds up to three, and its next action.
    """

    source = _SECOND + "Gladstein"

    def opening(self) -> tuple[bool, int, int]:
        return False, 0, D

    def cooperates(self, memory: tuple[bool, int, int]) -> float:
        return memory[2] == C

    def after(self, memory: tuple[bool, int, int], mine: int, theirs: int) -> tuple[bool, int, int]:
        copying, rounds, _ = memory
        rounds = min(rounds + 1, 3)
        if copying:
            return True, 3, theirs
        if theirs == D:
            return True, 3, C
        return False, rounds, C if rounds < 3 else 1 - mine


class Gladstein(Strategy[tuple[bool, int, int]]):
    """Defects first. If the other ever defects it apologises and plays tit for tat; else it defects when it has cooperated in more than half of the rounds.

    It remembers whether the other has never defected, the lead of its own cooperations, and its next action.
    """

    source = _SECOND + "Gladstein; reconstructed from the tournament's Fortran code in the Axelrod-Python library"

    def opening(self) -> tuple[bool, int, int]:
        return True, 0, D

    def cooperates(self, memory: tuple[bool, int, int]) -> float:
        return memory[2] == C

    def after(self, memory: tuple[bool, int, int], mine: int, theirs: int) -> tuple[bool, int, int]:
        patsy, lead, _ = memory
        if not patsy:
            return False, 0, theirs
        if theirs == D:
            return False, 0, C
        lead += 1 - 2 * mine
        return True, lead, D if lead > 0 else C


class Champion(_Counter):
    """Cooperates ten times and plays tit for tat until round 25; then it bears defections with the other's rate of cooperation, and always above 0.6.

    It remembers rounds, defections and the other's last action.
    """

    stochastic = True
    source = _SECOND + "Champion"

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, last = memory
        if rounds < 10 or last == C:
            return 1.0
        if rounds < 25:
            return 0.0
        return 1 - defections / rounds if defections / rounds >= 0.4 else 1.0


class Eatherley(_Counter):
    """After a defection, defects with the other's share of defections so far. It remembers rounds, defections and the other's last action."""

    stochastic = True
    source = _SECOND + "Eatherley"

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, last = memory
        return 1.0 if last == C else 1 - defections / rounds


class White(_Counter):
    """Cooperates ten times; then answers a defection once floor(log of the round) times the other's defections reaches the number of the round."""

    source = _SECOND + "White"

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, last = memory
        return rounds < 10 or last == C or math.floor(math.log(rounds + 1)) * defections < rounds + 1


class Cave(_Counter):
    """Gives up on opponents that defect a lot; else answers a defection by a coin, and always once the other has defected 18 times."""

    stochastic = True
    source = _SECOND + "Cave"

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, last = memory
        number = rounds + 1
        share = defections / number
        if (number > 39 and share > 0.39) or (number > 29 and share > 0.65) or (number > 19 and share > 0.79):
            return 0.0
        if last == C:
            return 1.0
        return 0.0 if defections > 17 else 0.5


class Black(Strategy[Actions]):
    """Cooperates five times, then with a probability that falls with the other's defections in the last five rounds. It remembers those."""

    depth = 5
    stochastic = True
    source = _SECOND + "Black"
    _CHANCE = (1.0, 1.0, 0.88, 0.68, 0.4, 0.04)

    def opening(self) -> Actions:
        return ()

    def cooperates(self, memory: Actions) -> float:
        return self._CHANCE[sum(memory)] if len(memory) == 5 else 1.0

    def after(self, memory: Actions, mine: int, theirs: int) -> Actions:
        return (*memory, theirs)[-5:]


class Grofman(Strategy[tuple[Actions, int]]):
    """Cooperates twice, plays tit for tat until round 7; then bears two defections in seven rounds (the last one not counted) while it cooperates, else one.

    It remembers the other's last eight actions and its own last one.
    """

    depth = 8
    source = _SECOND + "Grofman; reconstructed from the tournament's Fortran code in the Axelrod-Python library"

    def opening(self) -> tuple[Actions, int]:
        return (), C

    def cooperates(self, memory: tuple[Actions, int]) -> float:
        theirs, own = memory
        if len(theirs) < 2:
            return True
        if len(theirs) < 7:
            return theirs[-1] == C
        return sum(theirs[:-1]) <= (2 if own == C else 1)

    def after(self, memory: tuple[Actions, int], mine: int, theirs: int) -> tuple[Actions, int]:
        return (*memory[0], theirs)[-8:], mine
