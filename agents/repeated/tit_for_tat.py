"""Tit for tat and its kin."""

from __future__ import annotations

from .base import C, D, Strategy, Talk, probability, whole

__all__ = [
    "AdaptiveTitForTat",
    "AntiTitForTat",
    "Bully",
    "ContriteTitForTat",
    "DoubleResurrection",
    "DynamicTwoTitsForTat",
    "Gradual",
    "HardTitForTwoTats",
    "OmegaTitForTat",
    "OriginalGradual",
    "RandomTitForTat",
    "Resurrection",
    "SlowTitForTwoTats",
    "SneakyTitForTat",
    "SpitefulTitForTat",
    "SuspiciousTitForTat",
    "TitForTat",
    "TitsForTats",
]

_LIBRARY = "Axelrod-Python library (Knight et al. 2016)"
_LILLE = "Beaufils, Delahaye and Mathieu, PRISON, the iterated prisoner's dilemma simulator (1998)"
_COOPSIM = "Arnold, CoopSim, an iterated prisoner's dilemma simulator (2015)"


class TitForTat(Strategy[int]):
    """Cooperates first, then does what the other did before."""

    depth = 1
    source = "Axelrod, Effective choice in the prisoner's dilemma (1980); submitted by Rapoport"

    def opening(self) -> int:
        return C

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return theirs


class SuspiciousTitForTat(TitForTat):
    """Tit for tat that defects first."""

    source = "Boyd and Lorberbaum, No pure strategy is evolutionarily stable in the repeated prisoner's dilemma game (1987)"

    def opening(self) -> int:
        return D


class AntiTitForTat(Strategy[int]):
    """Cooperates first, then does the opposite of what the other did before."""

    depth = 1
    source = "Hilbe, Nowak and Traulsen, Adaptive dynamics of extortion and compliance (2013)"

    def opening(self) -> int:
        return C

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return 1 - theirs


class Bully(AntiTitForTat):
    """Defects first, then does the opposite of what the other did before."""

    source = "Nachbar, Evolution in the finitely repeated prisoner's dilemma (1992): reverse tit for tat"

    def opening(self) -> int:
        return D


class TitsForTats(Strategy[tuple[int, int]]):
    """Answers each run of defections with a number of defections of its own, and cooperates else.

    It remembers the length of the other's run of defections (up to ``tats``) and how many tits it still owes.

    Args:
        tits: defections in answer; counted anew while the run goes on.
        tats: length of the run that is answered.
        talk: what it says where it may speak.
    """

    source = "Axelrod, The Evolution of Cooperation (1984): tit for two tats (1, 2) and two tits for tat (2, 1)"

    def __init__(self, tits: int = 3, tats: int = 2, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 1, tits=tits, tats=tats)
        self.tits, self.tats = tits, tats

    def opening(self) -> tuple[int, int]:
        return 0, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[1] == 0

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        run, owed = memory
        run = min(run + 1, self.tats) if theirs == D else 0
        return run, self.tits if run == self.tats else max(owed - 1, 0)


class HardTitForTwoTats(Strategy[tuple[int, int, int]]):
    """Defects when the other defected twice in a row within the last three rounds. It remembers those three actions."""

    depth = 3
    source = "Stewart and Plotkin, Extortion and cooperation in the prisoner's dilemma (2012)"

    def opening(self) -> tuple[int, int, int]:
        return C, C, C

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        return memory[1] == C or memory[0] == memory[2] == C

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        return memory[1], memory[2], theirs


class SneakyTitForTat(Strategy[tuple[int, bool, int, int]]):
    """Cooperates twice, then defects while the other never did, repents when punished for it, else plays tit for tat.

    It remembers the next action, whether the other ever defected, its own last action, and the rounds played up to two.
    """

    source = _LIBRARY

    def opening(self) -> tuple[int, bool, int, int]:
        return C, False, C, 0

    def cooperates(self, memory: tuple[int, bool, int, int]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, bool, int, int], mine: int, theirs: int) -> tuple[int, bool, int, int]:
        _, defected, before, rounds = memory
        defected, rounds = defected or theirs == D, min(rounds + 1, 2)
        if rounds < 2:
            planned = C
        elif not defected:
            planned = D
        else:
            planned = C if theirs == D and before == D else theirs
        return planned, defected, mine, rounds


class SpitefulTitForTat(Strategy[tuple[int, bool]]):
    """Tit for tat until the other defects twice in a row; then defects for ever. It remembers the next action and the spite."""

    source = _LILLE

    def opening(self) -> tuple[int, bool]:
        return C, False

    def cooperates(self, memory: tuple[int, bool]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, bool], mine: int, theirs: int) -> tuple[int, bool]:
        last, spite = memory
        spite = spite or (last == D and theirs == D)
        return (D if spite else theirs), spite


class SlowTitForTwoTats(Strategy[tuple[int, int | None]]):
    """Cooperates twice; then takes up an action the other played twice in a row, and else keeps its own.

    It remembers the next action and the other's last one.
    """

    depth = 2
    source = _LILLE

    def opening(self) -> tuple[int, int | None]:
        return C, None

    def cooperates(self, memory: tuple[int, int | None]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, int | None], mine: int, theirs: int) -> tuple[int, int | None]:
        if memory[1] is None:
            return C, theirs
        return (theirs if memory[1] == theirs else mine), theirs


class ContriteTitForTat(Strategy[tuple[int, bool]]):
    """Tit for tat that does not answer retaliation for its own slip: after an unintended defection it cooperates until it has once got through.

    Without trembles it is tit for tat. It remembers the action it intends and whether it is contrite.
    """

    source = "Wu and Axelrod, How to cope with noise in the iterated prisoner's dilemma (1995)"

    def opening(self) -> tuple[int, bool]:
        return C, False

    def cooperates(self, memory: tuple[int, bool]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, bool], mine: int, theirs: int) -> tuple[int, bool]:
        intended, contrite = memory
        if contrite and mine == C:
            return C, False
        return theirs, contrite or (intended == C and mine == D and theirs == C)


class AdaptiveTitForTat(Strategy[float | None]):
    """Keeps an image of the other's kindness, moved towards 1 or 0 by ``rate`` each round, and cooperates from one half up.

    Args:
        rate: how fast the image moves, 0 to 1; also its first value.
        talk: what it says where it may speak.
    """

    source = "Tzafestas, Toward adaptive cooperative behavior (2000)"

    def __init__(self, rate: float = 0.5, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        probability(self, rate=rate)
        self.rate = rate

    def opening(self) -> float | None:
        return None

    def cooperates(self, memory: float | None) -> float:
        return memory is None or memory >= 0.5

    def after(self, memory: float | None, mine: int, theirs: int) -> float | None:
        image = self.rate if memory is None else memory
        return image + self.rate * (1.0 - image) if theirs == C else image - self.rate * image


class Gradual(Strategy[tuple[int, int, int]]):
    """Answers a defection with as many as the other has made so far, then cooperates twice whatever happens.

    It remembers the other's defections, the punishments still owed and the calm rounds still owed after them.
    """

    source = "Mathieu and Delahaye, New winning strategies for the iterated prisoner's dilemma (2015)"

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, 0

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        return memory[1] == 0

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        defections, punish, calm = memory
        defections += theirs == D
        if punish > 1:
            return defections, punish - 1, calm
        if punish == 1:
            return defections, 0, 2
        if calm > 1:
            return defections, 0, calm - 1
        return (defections, defections, 0) if theirs == D else (defections, 0, 0)


class OriginalGradual(Strategy[tuple[int, int, int]]):
    """Gradual as first published: each punishment is one longer than the one before, with two calm rounds after it.

    It remembers the length of the last punishment, what is still owed of it, and the calm rounds still owed.
    """

    source = "Beaufils, Delahaye and Mathieu, Our meeting with gradual: a good strategy for the iterated prisoner's dilemma (1997)"

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, 0

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        return memory[1] == 0

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        length, punish, calm = memory
        if punish > 1:
            return length, punish - 1, calm
        if punish == 1:
            return length, 0, 2
        if calm > 1:
            return length, 0, calm - 1
        return (length + 1, length + 1, 0) if theirs == D else (length, 0, 0)


class OmegaTitForTat(Strategy[tuple[int, int | None, int, int]]):
    """Tit for tat that breaks out of mutual retaliation and gives up on random opponents.

    It remembers the next action, the other's last action and two counters: of deadlock and of randomness.

    Args:
        deadlock: alternations before it makes peace for two rounds.
        randomness: score of erratic play from which on it defects.
        talk: what it says where it may speak.
    """

    source = "Slany and Kienreich, On some winning strategies for the iterated prisoner's dilemma (2007)"

    def __init__(self, deadlock: int = 3, randomness: int = 8, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        whole(self, 1, deadlock=deadlock, randomness=randomness)
        self.deadlock, self.randomness = deadlock, randomness

    def opening(self) -> tuple[int, int | None, int, int]:
        return C, None, 0, 0

    def cooperates(self, memory: tuple[int, int | None, int, int]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, int | None, int, int], mine: int, theirs: int) -> tuple[int, int | None, int, int]:
        _, before, locked, erratic = memory
        if before is None:
            return theirs, theirs, locked, erratic
        if locked >= self.deadlock:
            return C, theirs, self.deadlock + 1 if locked == self.deadlock else 0, erratic
        erratic += (before != theirs) + (mine != theirs) - (before == theirs == C)
        if erratic >= self.randomness:
            return D, theirs, locked, erratic
        return theirs, theirs, locked + 1 if before != theirs else 0, erratic


class Resurrection(Strategy[tuple[int, int]]):
    """Tit for tat that defects once more when it has itself defected in the last five rounds. It remembers the next action and that run."""

    source = _COOPSIM

    def opening(self) -> tuple[int, int]:
        return C, 0

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        run = min(memory[1] + 1, 5) if mine == D else 0
        return (D if run == 5 else theirs), run


class DoubleResurrection(Strategy[tuple[int, int, int]]):
    """Tit for tat that breaks its own runs: after five equal actions of its own it plays the other one.

    It remembers the next action, its own last action and the length of its run of that action up to five.
    """

    depth = 5
    source = _COOPSIM

    def opening(self) -> tuple[int, int, int]:
        return C, C, 0

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        return memory[0] == C

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        _, last, run = memory
        run = min(run + 1, 5) if mine == last else 1
        return (1 - mine if run == 5 else theirs), mine, run


class RandomTitForTat(Strategy[int | None]):
    """Cooperates first, then copies the other and draws at random by turns.

    It remembers the action to copy, or None when the next one is drawn.

    Args:
        p: probability of cooperation when it draws.
        talk: what it says where it may speak.
    """

    stochastic = True
    source = _LIBRARY

    def __init__(self, p: float = 0.5, *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        probability(self, p=p)
        self.p = p

    def opening(self) -> int | None:
        return -1

    def cooperates(self, memory: int | None) -> float:
        return self.p if memory is None else memory != D

    def after(self, memory: int | None, mine: int, theirs: int) -> int | None:
        return theirs if memory is None or memory == -1 else None


class DynamicTwoTitsForTat(Strategy[tuple[int, int, int]]):
    """Answers a defection twice, each time forgiving with the probability of the other's rate of cooperation so far.

    It remembers the rounds played, the other's cooperations and how many answers it owes.
    """

    stochastic = True
    source = _LIBRARY

    def opening(self) -> tuple[int, int, int]:
        return 0, 0, 0

    def cooperates(self, memory: tuple[int, int, int]) -> float:
        rounds, cooperations, owed = memory
        return cooperations / rounds if owed else 1.0

    def after(self, memory: tuple[int, int, int], mine: int, theirs: int) -> tuple[int, int, int]:
        rounds, cooperations, owed = memory
        return rounds + 1, cooperations + (theirs == C), 2 if theirs == D else max(owed - 1, 0)
