"""Memory-one strategies: what to do follows, perhaps by chance, from the last round alone."""

from __future__ import annotations

from .base import Strategy, Talk, probability
from .theory import MemoryOneVector, generosity, zero_determinant

__all__ = ["GenerousTitForTat", "MemoryOne", "Reactive", "ZeroDeterminant"]

_BEFORE = 4  # the memory before the first round; 0 to 3 are CC, CD, DC, DD


class MemoryOne(Strategy[int]):
    """Cooperates with a probability for each outcome of the last round. It remembers that outcome.

    Args:
        p_cc: probability after both cooperated.
        p_cd: after the other alone defected.
        p_dc: after it alone defected.
        p_dd: after both defected.
        first: in the first round.
        talk: what it says where it may speak.
    """

    depth = 1
    stochastic = True
    source = "Nowak and Sigmund, The evolution of stochastic strategies in the prisoner's dilemma (1990)"

    def __init__(self, p_cc: float, p_cd: float, p_dc: float, p_dd: float, *, first: float = 1.0, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        probability(self, p_cc=p_cc, p_cd=p_cd, p_dc=p_dc, p_dd=p_dd, first=first)
        self.vector: MemoryOneVector = (p_cc, p_cd, p_dc, p_dd)
        self.first = first
        self._chances = (*self.vector, first)

    def opening(self) -> int:
        return _BEFORE

    def cooperates(self, memory: int) -> float:
        return self._chances[memory]

    def after(self, memory: int, mine: int, theirs: int) -> int:
        return 2 * mine + theirs


class Reactive(MemoryOne):
    """Cooperates with one probability after the other's C and another after its D.

    Args:
        p: after C.
        q: after D.
        first: in the first round.
        talk: what it says where it may speak.
    """

    source = "Nowak and Sigmund, Game-dynamical aspects of the prisoner's dilemma (1989)"

    def __init__(self, p: float, q: float, first: float = 1.0, *, talk: Talk = "honest") -> None:
        probability(self, p=p, q=q)
        super().__init__(p, q, p, q, first=first, talk=talk)


class GenerousTitForTat(Reactive):
    """Tit for tat that forgives a defection with some probability.

    Args:
        q: the probability; by default the largest that does not invite defection: min(1 - (T-R)/(R-S), (R-P)/(T-P)).
        reward, sucker, temptation, punishment: the payoffs R, S, T, P for that default.
        talk: what it says where it may speak.
    """

    source = "Nowak and Sigmund, Tit for tat in heterogeneous populations (1992); Molander, The optimal level of generosity (1985)"

    def __init__(
        self, q: float | None = None, *, reward: float = 3, sucker: float = 0, temptation: float = 5, punishment: float = 1, talk: Talk = "honest"
    ) -> None:
        super().__init__(1.0, generosity(reward, sucker, temptation, punishment) if q is None else q, talk=talk)


class ZeroDeterminant(MemoryOne):
    """Enforces a line between the two long-run payoffs, whatever the other does: (other - l) = s (own - l).

    Args:
        phi: how strongly it reacts; above 0.
        s: slope of the line.
        l: baseline payoff at which the line crosses equality.
        first: probability of cooperation in the first round.
        reward, sucker, temptation, punishment: the payoffs R, S, T, P.
        talk: what it says where it may speak.

    Raises:
        ParameterError: no such strategy exists (a probability would leave [0, 1]).
    """

    source = "Press and Dyson, Iterated prisoner's dilemma contains strategies that dominate any evolutionary opponent (2012); Stewart and Plotkin (2012)"

    def __init__(
        self,
        phi: float,
        s: float,
        l: float,  # noqa: E741  # the letter of the papers
        first: float = 1.0,
        *,
        reward: float = 3,
        sucker: float = 0,
        temptation: float = 5,
        punishment: float = 1,
        talk: Talk = "honest",
    ) -> None:
        super().__init__(*zero_determinant(phi, s, l, (reward, sucker, temptation, punishment)), first=first, talk=talk)
