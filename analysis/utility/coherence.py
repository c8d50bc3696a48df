"""How coherent choices between two options are: answered at all, the same in both orders, transitive, decided, and expected utility for lotteries.

The chance that three options form a cycle is ``p_ab p_bc p_ca + (1 - p_ab)(1 - p_bc)(1 - p_ca)``: 1/4 for who chooses at random, 0 for who never wavers. Only
triads with all three pairs asked enter (Regenwetter, Dana and Davis-Stober, Transitivity of preferences, Psychological Review 118 (2011), for its use as a
measure; Mazeika et al., arXiv:2502.08640). Shares that are estimated from few answers lie nearer to 0 and 1 than what is behind them: ``random_cycles`` says
what somebody without preferences would get from as many answers, so that the two can be compared.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from ..behaviour.fit import Floats
from .choices import PairChoices

__all__ = ["Coherence", "ExpectedUtility", "coherence", "expected_utility"]

_MOST_TRIADS = 20_000


class Coherence(NamedTuple):
    """Measures of coherence; NaN where nothing was asked that would tell.

    Attributes:
        completeness: share of the questions that were answered with one of the two options.
        decisiveness: mean of ``max(p, 1 - p)`` over pairs.
        order_consistency: over pairs asked in both orders, the chance that one answer in each order names the same option.
        first_bias: share of answers for the option shown first, minus a half, over pairs asked in both orders, each pair and order counting alike.
        cycle_chance: mean chance of a cycle over triads.
        random_cycles: the same of somebody without preferences with as many answers (by simulation).
        cyclic_triads: share of triads whose majorities form a cycle, among those without a tie (weak stochastic transitivity is broken there).
        triads: triads with all three pairs asked (a sample of 20,000 where there are more).
        strong_violations: share of ordered triads ``p_ab, p_bc >= 1/2`` for which ``p_ac < max(p_ab, p_bc)`` (strong stochastic transitivity).
        pairs: different pairs asked.
        n: questions.
    """

    completeness: float
    decisiveness: float
    order_consistency: float
    first_bias: float
    cycle_chance: float
    random_cycles: float
    cyclic_triads: float
    triads: int
    strong_violations: float
    pairs: int
    n: int


class ExpectedUtility(NamedTuple):
    """How far utilities of lotteries are the expected ones.

    Attributes:
        correlation: Pearson's, between utility and expected utility of lotteries.
        mean_error: mean absolute difference, in standard deviations of the outcomes' utilities.
        same_sign: share of pairs of lotteries that both rank alike (ties left out).
        n: lotteries.
    """

    correlation: float
    mean_error: float
    same_sign: float
    n: int


def coherence(choices: PairChoices, *, seed: int = 0) -> Coherence:
    """Measure coherence.

    Args:
        choices: what was answered.
        seed: of the sample of triads, and of the random chooser.

    Raises:
        ParameterError: there is no question.
    """
    if not len(choices.first):
        raise ParameterError("there is no question to judge")
    rng = np.random.default_rng(seed)
    wins = choices.wins()
    tries = wins + wins.T
    share = np.divide(wins, tries, out=np.full(wins.shape, math.nan), where=tries > 0)
    one, two = np.nonzero(np.triu(tries))
    p = share[one, two]
    same, bias = _orders(choices)
    triads = _triads(tries > 0, rng)
    blank = np.where(tries > 0, 0.0, math.nan)
    drawn = rng.binomial(tries[one, two].astype(int), 0.5) / np.maximum(tries[one, two], 1)
    blank[one, two], blank[two, one] = drawn, 1 - drawn
    cyclic, strong = _transitivity(share, triads)
    return Coherence(
        completeness=float((~np.isnan(choices.took_first)).mean()),
        decisiveness=float(np.maximum(p, 1 - p).mean()) if len(p) else math.nan,
        order_consistency=same,
        first_bias=bias,
        cycle_chance=_cycle_chance(share, triads),
        random_cycles=_cycle_chance(blank, triads),
        cyclic_triads=cyclic,
        triads=len(triads),
        strong_violations=strong,
        pairs=len(np.unique(np.minimum(choices.first, choices.second) * choices.options + np.maximum(choices.first, choices.second))),
        n=len(choices.first),
    )


def _orders(choices: PairChoices) -> tuple[float, float]:
    """Give order consistency and the bias to what is shown first."""
    read = ~np.isnan(choices.took_first)
    size = choices.options
    place = choices.first[read] * size + choices.second[read]
    shown = np.bincount(place, minlength=size**2).reshape(size, size)
    took = np.bincount(place, weights=choices.took_first[read], minlength=size**2).reshape(size, size)
    one, two = np.nonzero(np.triu((shown > 0) & (shown.T > 0)))
    if not len(one):
        return math.nan, math.nan
    # chance of the lower-numbered option, where it is shown first and where it is shown second
    ahead, behind = took[one, two] / shown[one, two], 1 - took[two, one] / shown[two, one]
    return float((ahead * behind + (1 - ahead) * (1 - behind)).mean()), float(((ahead - behind) / 2).mean())


def _triads(asked: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(asked)
    found = [
        (a, b, c) for a in range(size) for b in np.flatnonzero(asked[a, a + 1 :]) + a + 1 for c in np.flatnonzero(asked[a, b + 1 :] & asked[b, b + 1 :]) + b + 1
    ]
    triads = np.array(found, np.int64).reshape(-1, 3)
    return triads if len(triads) <= _MOST_TRIADS else triads[np.sort(rng.choice(len(triads), _MOST_TRIADS, replace=False))]


def _cycle_chance(share: Floats, triads: np.ndarray) -> float:
    if not len(triads):
        return math.nan
    a, b, c = triads.T
    ab, bc, ca = share[a, b], share[b, c], share[c, a]
    return float((ab * bc * ca + (1 - ab) * (1 - bc) * (1 - ca)).mean())


def _transitivity(share: Floats, triads: np.ndarray) -> tuple[float, float]:
    """Give the share of cyclic majorities among triads without a tie, and that of violations of strong stochastic transitivity."""
    if not len(triads):
        return math.nan, math.nan
    a, b, c = triads.T
    ab, bc, ca = share[a, b], share[b, c], share[c, a]
    clear = (ab != 0.5) & (bc != 0.5) & (ca != 0.5)
    cyclic = ((ab > 0.5) & (bc > 0.5) & (ca > 0.5)) | ((ab < 0.5) & (bc < 0.5) & (ca < 0.5))
    broken, tested = 0, 0
    for order in itertools.permutations(range(3)):
        x, y, z = triads[:, order].T
        ordered = (share[x, y] >= 0.5) & (share[y, z] >= 0.5)
        tested += int(ordered.sum())
        broken += int((ordered & (share[x, z] < np.maximum(share[x, y], share[y, z]))).sum())
    return float(cyclic[clear].mean()) if clear.any() else math.nan, broken / tested if tested else math.nan


def expected_utility(utility: ArrayLike, lotteries: ArrayLike, lottery_utility: ArrayLike) -> ExpectedUtility:
    """Compare utilities of lotteries with those expected of their outcomes.

    Args:
        utility: of the outcomes, of shape ``(outcomes,)``; elicited together with those of the lotteries, so that the scale is one.
        lotteries: chances of the outcomes, of shape ``(lotteries, outcomes)``.
        lottery_utility: of shape ``(lotteries,)``.

    Raises:
        ParameterError: shapes are wrong, chances do not sum to 1, or fewer than two lotteries.
    """
    worth, chances, seen = np.asarray(utility, float), np.asarray(lotteries, float), np.asarray(lottery_utility, float)
    if chances.ndim != 2 or chances.shape != (len(seen), len(worth)) or len(seen) < 2:
        raise ParameterError("lotteries should have shape (lotteries, outcomes), with at least two lotteries")
    if not (chances.min() >= 0 and np.allclose(chances.sum(axis=1), 1)):
        raise ParameterError("chances of a lottery should sum to 1")
    due = chances @ worth
    one, two = np.triu_indices(len(seen), 1)
    expected, found = np.sign(due[one] - due[two]), np.sign(seen[one] - seen[two])
    clear = (expected != 0) & (found != 0)
    flat = np.ptp(due) == 0 or np.ptp(seen) == 0
    return ExpectedUtility(
        math.nan if flat else float(np.corrcoef(due, seen)[0, 1]),
        float(np.abs(due - seen).mean() / worth.std()) if worth.std() > 0 else math.nan,
        float((expected == found)[clear].mean()) if clear.any() else math.nan,
        len(seen),
    )
