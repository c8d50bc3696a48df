"""Strategies that hold a grudge, for ever or for a while."""

from __future__ import annotations

from ...errors import ParameterError
from .base import C, D, Strategy, Talk, whole

__all__ = [
    "Aggravater",
    "Capri",
    "EasyGo",
    "FoolMeOnce",
    "ForgetfulGrudger",
    "Grudger",
    "GrudgerAlternator",
    "InversePunisher",
    "LimitedRetaliate",
    "OnceBitten",
    "OppositeGrudger",
    "Punisher",
    "Retaliate",
    "SoftGrudger",
]

_LIBRARY = "Axelrod-Python library (Knight et al. 2016)"
_LILLE = "Beaufils, Delahaye and Mathieu, PRISON, the iterated prisoner's dilemma simulator (1998)"


class Grudger(Strategy[tuple[int, int]]):
    """Cooperates for some rounds whatever happens, then until the other has defected more than it forgives; from there on it defects.

    Grim trigger with its defaults. It remembers the rounds (up to ``patience``) and the other's defections (up to one more than ``forgives``).

    Args:
        patience: first rounds in which it cooperates whatever happens.
        forgives: defections it bears.
        talk: what it says where it may speak.
    """

    source = "Friedman, A non-cooperative equilibrium for supergames (1971); Davis's entry of 1980 with patience=10"

    def __init__(self, patience: int = 0, forgives: int = 0, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 0, patience=patience, forgives=forgives)
        self.patience, self.forgives = patience, forgives

    def opening(self) -> tuple[int, int]:
        return 0, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        rounds, defections = memory
        return rounds < self.patience or defections <= self.forgives

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        rounds, defections = memory
        return min(rounds + 1, self.patience), min(defections + (theirs == D), self.forgives + 1)


class FoolMeOnce(Grudger):
    """Forgives one defection and none after it."""

    source = _LIBRARY

    def __init__(self, *, talk: Talk = "honest") -> None:
        super().__init__(forgives=1, talk=talk)


class Aggravater(Grudger):
    """Defects three times, then is a grim trigger. It remembers the rounds and the defections as that does."""

    source = _LIBRARY

    def __init__(self, *, talk: Talk = "honest") -> None:
        super().__init__(patience=3, talk=talk)

    def cooperates(self, memory: tuple[int, int]) -> float:
        rounds, defections = memory
        return rounds == self.patience and not defections


class OppositeGrudger(Strategy[int]):
    """Defects until the other cooperates, then cooperates for ever."""

    source = _LIBRARY

    def opening(self) -> int:
        return D

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return C if theirs == C else memory


class EasyGo(Strategy[int]):
    """Defects until the other defects, then cooperates for ever."""

    source = _LILLE

    def opening(self) -> int:
        return D

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return C if theirs == D else memory


class GrudgerAlternator(Strategy[tuple[bool, int]]):
    """Cooperates until the other defects, then alternates, defecting first. It remembers the grudge and the next action."""

    source = _LILLE

    def opening(self) -> tuple[bool, int]:
        return False, C

    def cooperates(self, memory: tuple[bool, int]) -> float:
        return memory[1] == C

    def after(self, memory: tuple[bool, int], mine: int, theirs: int) -> tuple[bool, int]:
        grudge = memory[0] or theirs == D
        return grudge, 1 - mine if grudge else C


class ForgetfulGrudger(Strategy[int]):
    """Answers a defection with a number of its own, and then forgets. It remembers how many it still owes.

    Args:
        rounds: how long the grudge lasts.
        talk: what it says where it may speak.
    """

    source = _LIBRARY

    def __init__(self, rounds: int = 10, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 1, rounds=rounds)
        self.rounds = rounds

    def opening(self) -> int:
        return 0

    def cooperates(self, memory: int) -> float:
        return memory == 0

    def after(self, memory: int, mine: int, theirs: int) -> int:
        owed = max(memory - 1, 0)
        return self.rounds if owed == 0 and theirs == D else owed


class OnceBitten(Strategy[tuple[int, int]]):
    """Bears one defection, but two in a row start a grudge of eleven rounds. It remembers the other's run of defections and what it still owes."""

    source = _LIBRARY
    _LENGTH = 11

    def opening(self) -> tuple[int, int]:
        return 0, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[1] == 0

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        run, owed = min(memory[0] + 1, 2) if theirs == D else 0, max(memory[1] - 1, 0)
        return run, self._LENGTH if owed == 0 and run == 2 else owed


class SoftGrudger(Strategy[tuple[int, int]]):
    """Answers a run of defections with a script: first defections, then cooperation as penance.

    It remembers the other's run of defections and how much of the script is still to be played.

    Args:
        tolerance: length of the run that is answered.
        punish: defections of the script.
        penance: cooperations after them.
        talk: what it says where it may speak.
    """

    source = "Li, Hingston and Kendall, Engineering design of strategies for winning iterated prisoner's dilemma competitions (2011)"

    def __init__(self, tolerance: int = 1, punish: int = 4, penance: int = 2, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 1, tolerance=tolerance, punish=punish)
        whole(self, 0, penance=penance)
        self.tolerance, self.punish, self.penance = tolerance, punish, penance

    def opening(self) -> tuple[int, int]:
        return 0, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[1] <= self.penance

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        run, left = min(memory[0] + 1, self.tolerance) if theirs == D else 0, max(memory[1] - 1, 0)
        return run, self.punish + self.penance if left == 0 and run == self.tolerance else left


class Punisher(Strategy[tuple[int, int, int]]):
    """Answers a defection with a grudge as long as the other's share of defections deserves (twentieths of all rounds).

    It remembers the rounds, the other's defections and how many defections it still owes.
    """

    source = _LIBRARY

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, 0

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        return memory[2] == 0

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        rounds, defections, owed = memory[0] + 1, memory[1] + (theirs == D), max(memory[2] - 1, 0)
        return rounds, defections, 1 + self.length(rounds, defections) if owed == 0 and theirs == D else owed

    def length(self, rounds: int, defections: int) -> int:
        """How many defections follow the first one."""
        return defections * 20 // rounds


class InversePunisher(Punisher):
    """Like the punisher, but the grudge is as long as the other's share of *cooperation* deserves."""

    def length(self, rounds: int, defections: int) -> int:
        return max((rounds - defections) * 20 // rounds, 1)


class Retaliate(Strategy[tuple[int, int]]):
    """Defects while it was exploited more often than a share of how often it exploited the other. It remembers both counts.

    Args:
        share: the share, 0 or more.
        talk: what it says where it may speak.
    """

    source = _LIBRARY

    def __init__(self, share: float = 0.1, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        if not share >= 0:
            raise ParameterError(f"{type(self).__name__}: share={share!r} should be at least 0")
        self.share = share

    def opening(self) -> tuple[int, int]:
        return 0, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[0] <= memory[1] * self.share

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        return memory[0] + (mine == C and theirs == D), memory[1] + (mine == D and theirs == C)


class LimitedRetaliate(Strategy[tuple[int, int, int]]):
    """Like :class:`Retaliate`, but cooperates once after a number of defections. It remembers both counts and the length of its retaliation.

    Args:
        share: the share of exploiting that it allows the other, 0 or more.
        limit: the longest retaliation.
        talk: what it says where it may speak.
    """

    source = _LIBRARY

    def __init__(self, share: float = 0.1, limit: int = 20, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        if not share >= 0:
            raise ParameterError(f"{type(self).__name__}: share={share!r} should be at least 0")
        whole(self, 1, limit=limit)
        self.share, self.limit = share, limit

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, 0

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        return memory[2] == 0

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        suffered, gained, length = memory[0] + (mine == C and theirs == D), memory[1] + (mine == D and theirs == C), memory[2]
        retaliates = suffered > gained * self.share and length < self.limit
        return suffered, gained, length + 1 if retaliates else 0


class Capri(Strategy[tuple[tuple[int, int], ...]]):
    """CAPRI: keeps mutual cooperation, accepts punishment, punishes once, recovers from mutual defection; defects in every other case.

    It remembers the last three rounds (own action, other's action), all taken for mutual cooperation before the first.
    """

    depth = 3
    source = "Murase and Baek, Five rules for friendly rivalry in direct reciprocity (2020)"

    # the three own actions, oldest first, and the three of the other, in which it cooperates
    _COOPERATES = frozenset(
        {
            ("CCC", "CCC"),  # cooperate
            *{("CCD", "CCC"), ("CDC", "CCD"), ("DCC", "CDC"), ("CCC", "DCC")},  # accept punishment
            *{("CCD", "CDC"), ("CDC", "DCC"), ("DCC", "CCC")},  # make peace after having punished once
            *{("DDD", "DDC"), ("DDC", "DCC"), ("DDC", "DDD"), ("DCC", "DDC"), ("DDC", "DDC"), ("DCC", "DCC")},  # recover
        }
    )

    def opening(self) -> tuple[tuple[int, int], ...]:
        return ((C, C),) * 3

    def cooperates(self, memory: tuple[tuple[int, int], ...]) -> float:
        own, other = ("".join("CD"[pair[seat]] for pair in memory) for seat in (0, 1))
        return (own, other) in self._COOPERATES

    def after(self, memory: tuple[tuple[int, int], ...], mine: int, theirs: int) -> tuple[tuple[int, int], ...]:
        return (*memory[1:], (mine, theirs))
