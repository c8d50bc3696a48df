"""Strategies that open with a probe, judge the answer, and then settle."""

from __future__ import annotations

from typing import Literal

from .base import Actions, C, D, Strategy, Talk, actions_of, probability

__all__ = [
    "Collective",
    "Detective",
    "GradualKiller",
    "Handshake",
    "HardProber",
    "Opener",
    "Prober",
    "Prober2",
    "Prober3",
    "Prober4",
    "RemorsefulProber",
]

_LI = "Li, Hingston and Kendall, Engineering design of strategies for winning iterated prisoner's dilemma competitions (2011)"
_LILLE = "Beaufils, Delahaye and Mathieu, PRISON, the iterated prisoner's dilemma simulator (1998)"
Verdict = Literal["cooperate", "defect", "tit_for_tat", "grim"]
Probe = tuple[Verdict | None, Actions]


class Opener(Strategy[Probe]):
    """Plays a fixed opening, then settles on one way to go on, by what the other did meanwhile.

    During the opening it remembers all the other's actions, afterwards the verdict and the last one.

    Args:
        opening: the actions it begins with, a word of C and D; by default the class's own.
        talk: what it says where it may speak.
    """

    script = "CD"

    def __init__(self, opening: str | None = None, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        self.moves = actions_of(self, "opening", self.script if opening is None else opening)

    def verdict(self, theirs: Actions) -> Verdict:
        """Judge the other's actions during the opening."""
        raise NotImplementedError

    def opening(self) -> Probe:
        return None, ()

    def cooperates(self, memory: Probe) -> float:
        verdict, theirs = memory
        if verdict is None:
            return self.moves[len(theirs)] == C
        return verdict == "cooperate" or (verdict in ("tit_for_tat", "grim") and theirs[0] == C)

    def after(self, memory: Probe, mine: int, theirs: int) -> Probe:
        verdict, seen = memory
        if verdict is None:
            seen = (*seen, theirs)
            if len(seen) < len(self.moves):
                return None, seen
            verdict = self.verdict(seen)
            return verdict, (C if verdict == "grim" else theirs,)
        if verdict == "tit_for_tat":
            return verdict, (theirs,)
        return verdict, (D,) if theirs == D else seen


class Prober(Opener):
    """Opens D C C; defects for ever if the other cooperated in rounds 2 and 3, else plays tit for tat."""

    script = "DCC"
    source = _LI

    def verdict(self, theirs: Actions) -> Verdict:
        return "defect" if theirs[1:3] == (C, C) else "tit_for_tat"


class HardProber(Prober):
    """Opens D D C C; defects for ever if the other cooperated in rounds 2 and 3, else plays tit for tat."""

    script = "DDCC"
    source = _LILLE


class Prober2(Opener):
    """Opens D C C; cooperates for ever if the other played D C in rounds 2 and 3, else plays tit for tat."""

    script = "DCC"
    source = _LILLE

    def verdict(self, theirs: Actions) -> Verdict:
        return "cooperate" if theirs[1:3] == (D, C) else "tit_for_tat"


class Prober3(Opener):
    """Opens D C; defects for ever if the other cooperated in round 2, else plays tit for tat."""

    script = "DC"
    source = _LILLE

    def verdict(self, theirs: Actions) -> Verdict:
        return "defect" if theirs[1] == C else "tit_for_tat"


class Detective(Opener):
    """Opens C D C C; plays tit for tat if the other defected meanwhile, else defects for ever."""

    script = "CDCC"
    source = "Case, The Evolution of Trust (2017)"

    def verdict(self, theirs: Actions) -> Verdict:
        return "tit_for_tat" if D in theirs else "defect"


class Handshake(Opener):
    """Opens C D; cooperates for ever with whoever opened the same way, defects for ever else."""

    script = "CD"
    source = "Robson, Efficiency in evolutionary games: Darwin, Nash and the secret handshake (1990)"

    def verdict(self, theirs: Actions) -> Verdict:
        return "cooperate" if theirs == self.moves else "defect"


class Collective(Opener):
    """Opens C D; cooperates until the next defection with whoever opened the same way, defects for ever else."""

    script = "CD"
    source = "Li and Kendall, A strategy with novel evolutionary features for the iterated prisoner's dilemma (2009)"

    def verdict(self, theirs: Actions) -> Verdict:
        return "grim" if theirs == self.moves else "defect"


class GradualKiller(Opener):
    """Opens with five defections and two cooperations; defects for ever if the other defected in rounds 6 and 7, else cooperates for ever."""

    script = "DDDDDCC"
    source = _LILLE

    def verdict(self, theirs: Actions) -> Verdict:
        return "defect" if theirs[5:7] == (D, D) else "cooperate"


class Prober4(Strategy[tuple[int, int, int]]):
    """Plays twenty fixed actions and sets the other's defections against its own ones apart from those against its cooperations.

    If the two counts differ by at most two it defects for ever; else it cooperates five times and plays tit for tat.
    It remembers the rounds (up to 25, or -1 once it defects for ever), the difference of the counts and the other's last action.
    """

    source = _LILLE
    _SCRIPT = "CCDCDDDCCDCDCCDCDDCD"

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, C

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, _, last = memory
        if rounds < 0:
            return False
        if rounds < len(self._SCRIPT):
            return self._SCRIPT[rounds] == "C"
        return rounds < len(self._SCRIPT) + 5 or last == C

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        rounds, balance, _ = memory
        if rounds < 0:
            return memory
        rounds = min(rounds + 1, len(self._SCRIPT) + 5)
        if rounds < len(self._SCRIPT) and theirs == D:
            balance += 1 if mine == D else -1
        if rounds == len(self._SCRIPT) and abs(balance) <= 2:
            return -1, 0, C
        return rounds, balance if rounds < len(self._SCRIPT) else 0, theirs


class RemorsefulProber(Strategy[tuple[int, bool]]):
    """Tit for tat with occasional defections; when such a one is answered by a defection, it lets that pass once.

    It remembers the other's last action (-1 before the first round) and whether it has just probed.

    Args:
        p: probability of a probe.
        talk: what it says where it may speak.
    """

    depth = 2
    stochastic = True
    source = _LI

    def __init__(self, p: float = 0.1, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        probability(self, p=p)
        self.p = p

    def opening(self) -> tuple[int, bool]:
        return -1, False

    def cooperates(self, memory: tuple[int, bool]) -> float:
        last, probing = memory
        return 1 - self.p if last == C else (probing if last == D else 1.0)

    def after(self, memory: tuple[int, bool], mine: int, theirs: int) -> tuple[int, bool]:
        return theirs, memory[0] == C and mine == D
