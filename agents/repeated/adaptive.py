"""Strategies that classify the other seat, or try actions out and keep what pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ...errors import ParameterError
from .base import Actions, C, D, Strategy, Talk, actions_of

__all__ = ["Adaptive", "AdaptivePavlov2006", "AdaptivePavlov2011"]

_LI = "Li, Hingston and Kendall, Engineering design of strategies for winning iterated prisoner's dilemma competitions (2011)"


class Adaptive(Strategy[tuple[int, float]]):
    """Plays a fixed opening, then the action whose total payoff so far is higher (defection in a tie).

    It remembers the rounds up to the opening's length and the lead of cooperation's total.

    Args:
        opening: a word of C and D.
        payoffs: what it believes its own payoffs are: R, S, T, P.
        talk: what it says where it may speak.
    """

    source = _LI

    def __init__(self, opening: str = "CCCCCCDDDDD", payoffs: Sequence[float] = (3, 0, 5, 1), *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        self.moves = actions_of(self, "opening", opening)
        if len(payoffs) != 4:
            raise ParameterError(f"{type(self).__name__}: payoffs={payoffs!r} should be the four numbers R, S, T, P")
        self.payoffs = tuple(payoffs)

    def opening(self) -> tuple[int, float]:
        return 0, 0

    def cooperates(self, memory: tuple[int, float]) -> float:
        rounds, lead = memory
        return self.moves[rounds] == C if rounds < len(self.moves) else lead > 0

    def after(self, memory: tuple[int, float], mine: int, theirs: int) -> tuple[int, float]:
        rounds, lead = memory
        earned = self.payoffs[2 * mine + theirs]
        return min(rounds + 1, len(self.moves)), lead + (earned if mine == C else -earned)


Classified = tuple[int, Actions, str]


class AdaptivePavlov2011(Strategy[Classified]):
    """Plays tit for tat for six rounds; then classes the other every six rounds by its defections in them, and plays accordingly.

    None: cooperative, answered by tit for tat; three: suspicious tit for tat, by tit for two tats; more: all defection, by defection; else (and
    for good, as long as nothing else fits) random, by defection. It remembers the round within the six, the other's last six actions and its class.
    """

    source = _LI

    def opening(self) -> Classified:
        return 0, (), ""

    def cooperates(self, memory: Classified) -> float:
        phase, theirs, kind = memory
        last = theirs[-1] if theirs else C
        if kind in ("", "cooperative"):
            return last == C
        return self._reply(kind, phase, theirs)

    def _reply(self, kind: str, phase: int, theirs: Actions) -> bool:
        return kind == "suspicious" and theirs[-2:] != (D, D)

    def after(self, memory: Classified, mine: int, theirs: int) -> Classified:
        phase, seen, kind = (memory[0] + 1) % 6, (*memory[1], theirs)[-6:], memory[2]
        return phase, seen, (self._classify(seen) or kind or "random") if phase == 0 else kind

    def _classify(self, theirs: Actions) -> str:
        defections = sum(theirs)
        return "cooperative" if defections == 0 else ("all_d" if defections >= 4 else ("suspicious" if defections == 3 else ""))


class AdaptivePavlov2006(AdaptivePavlov2011):
    """The earlier form, which knows its opponents by the exact pattern of six actions.

    All cooperation: tit for tat; all defection: defection; D C D C D C: suspicious tit for tat, to which it offers two cooperations;
    D D C D D C: a defecting Pavlov, answered by one defection and five cooperations; anything else: defection.
    """

    source = "Li, How to design a strategy to win an IPD tournament, in: The Iterated Prisoners' Dilemma: 20 Years On (2007)"

    _KINDS: ClassVar[dict[Actions, str]] = {(C,) * 6: "cooperative", (D,) * 6: "all_d", (D, C, D, C, D, C): "suspicious", (D, D, C, D, D, C): "pavlov_d"}

    def _reply(self, kind: str, phase: int, theirs: Actions) -> bool:
        if kind == "suspicious":
            return phase in (0, 1) or theirs[-1] == C
        return kind == "pavlov_d" and phase != 0

    def _classify(self, theirs: Actions) -> str:
        return self._KINDS.get(theirs, "")
