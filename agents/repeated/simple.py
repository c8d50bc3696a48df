"""Strategies that pay little heed to the other seat."""

from __future__ import annotations

from .base import C, D, Strategy, Talk, actions_of, probability

__all__ = ["Alternator", "Appeaser", "Coin", "Cooperator", "Cycler", "Defector", "TrickyCooperator", "TrickyDefector"]

_LIBRARY = "Axelrod-Python library (Knight et al., An open framework for the reproducible study of the iterated prisoner's dilemma, 2016)"


class Cooperator(Strategy[int]):
    """Always cooperates."""

    depth = 0
    source = "Axelrod, The Evolution of Cooperation (1984)"

    def opening(self) -> int:
        return C

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return C


class Defector(Strategy[int]):
    """Always defects."""

    depth = 0
    source = "Axelrod, The Evolution of Cooperation (1984)"

    def opening(self) -> int:
        return D

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return D


class Alternator(Strategy[int]):
    """Cooperates first, then does the opposite of what it did before."""

    depth = 1
    source = "Axelrod, The Evolution of Cooperation (1984)"

    def opening(self) -> int:
        return C

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return 1 - mine


class Cycler(Strategy[int]):
    """Repeats a pattern for ever.

    Args:
        pattern: a word of C and D.
        talk: what it says where it may speak.
    """

    source = "Mittal and Deb, Optimal strategies of the iterated prisoner's dilemma problem for multiple conflicting objectives (2009): periodic players"

    def __init__(self, pattern: str = "CCD", *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        self.pattern = actions_of(self, "pattern", pattern)

    def opening(self) -> int:
        return 0

    def cooperates(self, memory: int) -> float:
        return self.pattern[memory] == C

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return (memory + 1) % len(self.pattern)


class Coin(Strategy[None]):
    """Cooperates with the same probability in each round.

    Args:
        p: the probability.
        talk: what it says where it may speak.
    """

    depth = 0
    stochastic = True
    source = "Axelrod, Effective choice in the prisoner's dilemma (1980): RANDOM"

    def __init__(self, p: float = 0.5, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        probability(self, p=p)
        self.p = p

    def opening(self) -> None:
        return None

    def cooperates(self, memory: None) -> float:
        return self.p

    def after(self, memory: None, mine: int, theirs: int) -> None:
        return None


class Appeaser(Strategy[int]):
    """Cooperates first; changes its action each time the other defects."""

    source = _LIBRARY

    def opening(self) -> int:
        return C

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return mine if theirs == C else 1 - mine


class TrickyCooperator(Strategy[tuple[bool, int]]):
    """Cooperates, but from the fourth round on defects while none of the other's last ten actions was a defection.

    It remembers whether the other ever defected, and the length of its run of cooperation up to ten.
    """

    depth = 10
    source = _LIBRARY

    def opening(self) -> tuple[bool, int]:
        return False, 0

    def cooperates(self, memory: tuple[bool, int]) -> float:
        defected, run = memory
        return run < (10 if defected else 3)

    def after(self, memory: tuple[bool, int], mine: int, theirs: int) -> tuple[bool, int]:
        defected, run = memory
        return (True, 0) if theirs == D else (defected, min(run + 1, 10))


class TrickyDefector(Strategy[tuple[bool, int]]):
    """Defects, but cooperates when the other has cooperated before and defected in the last three rounds.

    It remembers whether the other ever cooperated, and the length of its run of defection up to three.
    """

    source = _LIBRARY

    def opening(self) -> tuple[bool, int]:
        return False, 0

    def cooperates(self, memory: tuple[bool, int]) -> float:
        return memory == (True, 3)

    def after(self, memory: tuple[bool, int], mine: int, theirs: int) -> tuple[bool, int]:
        cooperated, run = memory
        return (True, 0) if theirs == C else (cooperated, min(run + 1, 3))
