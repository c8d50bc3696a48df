"""Strategies that count: what the other did more often, lately or ever."""

from __future__ import annotations

from ...errors import ParameterError
from .base import Actions, C, D, Strategy, Talk, probability, whole

__all__ = [
    "AverageCopier",
    "Doubler",
    "Forgiver",
    "ForgivingTitForTat",
    "Grumpy",
    "LevelPunisher",
    "Majority",
    "ShortMemory",
    "WorseAndWorse",
    "WorseAndWorse2",
]

_LIBRARY = "Axelrod-Python library (Knight et al. 2016)"
_LILLE = "Beaufils, Delahaye and Mathieu, PRISON, the iterated prisoner's dilemma simulator (1998)"


class Majority(Strategy[int | Actions]):
    """Does what the other did more often, ever or in the last rounds.

    It remembers the other's lead of cooperation, or its last actions.

    Args:
        rounds: how many rounds count; 0 for all.
        soft: cooperate in a tie (and so in the first round).
        talk: what it says where it may speak.
    """

    source = "Axelrod, The Evolution of Cooperation (1984); submitted by Grisell"

    def __init__(self, rounds: int = 0, soft: bool = True, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 0, rounds=rounds)
        self.rounds, self.soft = rounds, soft

    def opening(self) -> int | Actions:
        return () if self.rounds else 0

    def cooperates(self, memory: int | Actions) -> float:
        lead = memory if isinstance(memory, int) else len(memory) - 2 * sum(memory)
        return lead > 0 or (lead == 0 and self.soft)

    def after(self, memory: int | Actions, mine: int, theirs: int) -> int | Actions:
        if isinstance(memory, int):
            return memory + 1 - 2 * theirs
        return (*memory, theirs)[-self.rounds :]


class _Counter(Strategy[tuple[int, int, int]]):
    """Remembers the rounds, the other's defections, and the other's last action."""

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, C

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        return memory[0] + 1, memory[1] + (theirs == D), theirs


class Forgiver(_Counter):
    """Defects while the other has defected in more than a tenth of the rounds. It remembers rounds, defections and the last action."""

    source = _LIBRARY

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, _ = memory
        return defections <= rounds / 10


class ForgivingTitForTat(_Counter):
    """Tit for tat, but forgiving while the other has defected in at most a tenth of the rounds. It remembers the same."""

    source = _LIBRARY

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, last = memory
        return defections <= rounds / 10 or last == C


class Doubler(_Counter):
    """Answers a defection unless the other has cooperated more than twice as often as it defected."""

    source = _LILLE

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, last = memory
        return last == C or rounds - defections > 2 * defections


class LevelPunisher(_Counter):
    """Cooperates ten times, then defects while the other has defected in more than a fifth of the rounds."""

    source = "Arnold, CoopSim, an iterated prisoner's dilemma simulator (2015)"

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, _ = memory
        return rounds < 10 or defections / rounds <= 0.2


class AverageCopier(_Counter):
    """Cooperates with the other's rate of cooperation so far.

    Args:
        first: probability of cooperation in the first round.
        talk: what it says where it may speak.
    """

    stochastic = True
    source = _LIBRARY

    def __init__(self, first: float = 0.5, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        probability(self, first=first)
        self.first = first

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, defections, _ = memory
        return 1 - defections / rounds if rounds else self.first


class Grumpy(Strategy[tuple[bool, int]]):
    """Turns to defection when the other's defections lead by more than a threshold, and back when its cooperations do.

    It remembers its mood and the lead of defection.

    Args:
        threshold: the lead that turns its mood, either way.
        talk: what it says where it may speak.
    """

    source = _LIBRARY

    def __init__(self, threshold: int = 10, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 0, threshold=threshold)
        self.threshold = threshold

    def opening(self) -> tuple[bool, int]:
        return False, 0

    def cooperates(self, memory: tuple[bool, int]) -> float:
        return not memory[0]

    def after(self, memory: tuple[bool, int], mine: int, theirs: int) -> tuple[bool, int]:
        grumpy, lead = memory
        lead += 2 * theirs - 1
        return (lead >= -self.threshold if grumpy else lead > self.threshold), lead


class ShortMemory(Strategy[tuple[bool, Actions]]):
    """Cooperates for eleven rounds, then follows a clear majority (a lead of three) of the last ten, and else plays tit for tat.

    It remembers whether eleven rounds are over, and the other's last ten actions.
    """

    source = "Andre, Honovan, Felipe and Frederico, Iterated prisoner's dilemma: an extended analysis (2013)"

    def opening(self) -> tuple[bool, Actions]:
        return False, ()

    def cooperates(self, memory: tuple[bool, Actions]) -> float:
        ready, last = memory
        lead = len(last) - 2 * sum(last)
        if not ready or lead >= 3:
            return True
        return lead > -3 and last[-1] == C

    def after(self, memory: tuple[bool, Actions], mine: int, theirs: int) -> tuple[bool, Actions]:
        return len(memory[1]) == 10, (*memory[1], theirs)[-10:]


class WorseAndWorse(Strategy[int]):
    """Defects ever more often: with probability round / ``horizon``. It remembers the number of the round.

    Args:
        horizon: the round from which on it always defects.
        talk: what it says where it may speak.
    """

    stochastic = True
    source = _LILLE

    def __init__(self, horizon: int = 1000, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 1, horizon=horizon)
        self.horizon = horizon

    def opening(self) -> int:
        return 1

    def cooperates(self, memory: int) -> float:
        return 1 - memory / self.horizon

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return min(memory + 1, self.horizon)


class WorseAndWorse2(Strategy[tuple[int, int]]):
    """Plays tit for tat for some rounds, then cooperates with probability rounds / round. It remembers the round and the other's last action.

    Args:
        rounds: how long it plays tit for tat.
        talk: what it says where it may speak.
    """

    stochastic = True
    source = _LILLE

    def __init__(self, rounds: int = 20, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        if rounds < 1:
            raise ParameterError(f"{type(self).__name__}: rounds={rounds!r} should be at least 1")
        self.rounds = rounds

    def opening(self) -> tuple[int, int]:
        return 1, C

    def cooperates(self, memory: tuple[int, int]) -> float:
        number, last = memory
        return last == C if number <= self.rounds else self.rounds / number

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        number = memory[0] + 1
        return number, theirs if number <= self.rounds else C
