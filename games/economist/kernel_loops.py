"""The compiled rules of :mod:`.kernel`; importing this module needs numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from ..splitmix import GAMMA
from .kernel_workers import LOOSE, begin_climb, climb, fitted, fix, learn

__all__ = ["CLIMB", "FIXED", "GREEDY", "STAY", "best", "run"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Small = NDArray[np.int8]

STAY, CLIMB, GREEDY, FIXED = 0, 1, 2, 3
"""What workers do with the hours of the step before: keep them, climb, learn a table, draw."""
_INVERSE, _UTILITARIAN, _RAWLSIAN, _ATKINSON, _EQUALITY, _RAW = 0, 1, 2, 3, 4, 5
"""Objectives, in the order of ``OBJECTIVES``."""
_LOW, _MANY = 40.0, 21
"""Hours of fixed workers: from 40, so many numbers."""
_BLOCK = 512
"""Workers whose incomes and taxes stay in the nearest cache."""


@njit(cache=True)
def best(skills: Floats, edges: Floats, felt: Floats, cost: float, power: float, longest: float, step: float, hours: Floats) -> None:  # noqa: PLR0917
    """Write every quasi-linear worker's best hours under the rates that it reckons with: ``felt`` of shape (economies, K)."""
    brackets, e = len(edges), 1 / (power - 1)
    owed = np.zeros(brackets)
    for i in range(skills.shape[0]):
        for j in range(1, brackets):
            owed[j] = owed[j - 1] + felt[i, j - 1] * (edges[j] - edges[j - 1])
        for worker in range(skills.shape[1]):
            skill, value, chosen = skills[i, worker], -np.inf, 0.0
            for j in range(brackets):
                low = min(edges[j] / skill, longest)
                high = min(edges[j + 1] / skill, longest) if j + 1 < brackets else longest
                inner = min(max(((1 - felt[i, j]) * skill / (cost * power)) ** e, low), high)
                for up in range(2 if step > 0 else 1):
                    tried = inner
                    if step > 0:
                        tried = np.ceil(inner / step - 1e-9) * step if up else np.floor(inner / step + 1e-9) * step
                        tried = min(tried, np.floor(longest / step + 1e-9) * step)
                    income, at = skill * tried, 0
                    while at + 1 < brackets and income >= edges[at + 1]:
                        at += 1
                    worth = income - owed[at] - felt[i, at] * (income - edges[at]) - cost * tried**power
                    if worth > value or (worth == value and tried < chosen):
                        value, chosen = worth, tried
            hours[i, worker] = chosen


@njit(cache=True, fastmath=LOOSE)
def _settle(skills: Floats, hours: Floats, lower: Floats, widths: Floats, rates: Floats, incomes: Floats, paid: Floats) -> tuple[float, float]:  # noqa: PLR0917
    """Write incomes and taxes of one economy; give their sums. Bracket by bracket without a branch, so that several workers are worked out at once."""
    workers, taken, earned = len(skills), 0.0, 0.0
    for start in range(0, workers, _BLOCK):
        end = min(start + _BLOCK, workers)
        for worker in range(start, end):
            income = skills[worker] * hours[worker]
            incomes[worker] = income
            earned += income
            paid[worker] = rates[0] * min(income, widths[0])
        for j in range(1, len(lower)):
            low, width, rate = lower[j], widths[j], rates[j]
            for worker in range(start, end):
                paid[worker] += rate * min(max(incomes[worker] - low, 0.0), width)
        for worker in range(start, end):
            taken += paid[worker]
    return taken, earned


@njit(cache=True, inline="always")
def _weighs(objective: int) -> bool:
    """Tell whether workers count by their inverse incomes."""
    return objective == _INVERSE or objective == _RAW  # noqa: PLR1714  # a set would be made anew


@njit(cache=True, fastmath=LOOSE)
def _earn(  # noqa: PLR0917
    skills: Floats, hours: Floats, lower: Floats, widths: Floats, rates: Floats, efforts: Floats, cost: float, power: float, step: float, objective: int,
    own: Floats, income: Floats, tax: Floats, places: NDArray[np.int32],
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """Work out what a block of quasi-linear workers has of its own hours (``own``: income less tax and effort), all in one pass.

    Whatever all get alike can be added afterwards, to welfare too. ``income``, ``tax`` and ``places`` are room for a block.

    Returns:
        Sums of taxes, of incomes, of ``own``; where the objective asks, of inverse incomes and of ``own`` over income, and the least ``own``.
    """
    size, taken, earned, total, inverse, ratio, least = len(skills), 0.0, 0.0, 0.0, 0.0, 0.0, 1e300
    grain = 1 / step if step > 0 else 0.0
    for k in range(size):
        income[k] = skills[k] * hours[k]
        tax[k] = rates[0] * min(income[k], widths[0])
    for j in range(1, len(lower)):
        low, width, rate = lower[j], widths[j], rates[j]
        for k in range(size):
            tax[k] += rate * min(max(income[k] - low, 0.0), width)
    if step > 0:
        # every number of hours that is allowed has its effort in a table; in two loops, the first of which works out several places at once
        for k in range(size):
            places[k] = np.int32(hours[k] * grain + 0.5)
        for k in range(size):
            own[k] = efforts[np.uint32(places[k])]
    else:
        for k in range(size):
            own[k] = cost * hours[k] ** power
    for k in range(size):
        worth = income[k] - tax[k] - own[k]
        own[k] = worth
        taken += tax[k]
        earned += income[k]
        total += worth
    if objective == _RAWLSIAN:
        for k in range(size):
            least = min(least, own[k])
    if _weighs(objective):
        for k in range(size):
            share = 1 / max(income[k], 1.0)
            inverse += share
            ratio += own[k] * share
    return taken, earned, total, inverse, ratio, least


@njit(cache=True, fastmath=LOOSE)
def _feel(  # noqa: PLR0917
    hours: Floats, incomes: Floats, paid: Floats, back: float, enjoyed: float, efforts: Floats, cost: float, power: float, step: float, curvature: float,
    consumption: Floats, utility: Floats,
) -> None:  # fmt: skip
    """Write what one economy's workers can spend and their utilities."""
    workers = len(hours)
    if step > 0:
        # every number of hours that is allowed has its effort in a table
        for worker in range(workers):
            utility[worker] = efforts[int(hours[worker] / step + 0.5)]
    else:
        for worker in range(workers):
            utility[worker] = cost * hours[worker] ** power
    if curvature == 0:
        for worker in range(workers):
            spent = incomes[worker] - paid[worker] + back
            consumption[worker] = spent
            utility[worker] = spent + enjoyed - utility[worker]
    else:
        for worker in range(workers):
            spent = incomes[worker] - paid[worker] + back
            consumption[worker] = spent
            utility[worker] = (max(spent, 0.0) ** (1 - curvature) - 1) / (1 - curvature) + enjoyed - utility[worker]


@njit(cache=True, fastmath=LOOSE)
def _welfare(objective: int, aversion: float, utility: Floats, income: Floats, consumption: Floats) -> float:
    """Give the welfare of one economy."""
    n, total, weight = len(utility), 0.0, 0.0
    if _weighs(objective):
        for worker in range(n):
            share = 1 / max(income[worker], 1.0)
            total += utility[worker] * share
            weight += share
        return total / weight if objective == _INVERSE else total
    if objective == _UTILITARIAN:
        return utility.mean()
    if objective == _RAWLSIAN:
        return utility.min()
    if objective == _ATKINSON:
        top = max(utility.max(), 1.0)
        for worker in range(n):
            level = max(utility[worker], 1.0)
            total += np.log(level) if aversion == 1 else (level / top) ** (1 - aversion)
        return np.exp(total / n) if aversion == 1 else (total / n) ** (1 / (1 - aversion)) * top
    ordered = np.sort(consumption)
    for worker in range(n):
        total += (2 * worker + 1 - n) * ordered[worker]
    weight = ordered.sum()
    gini = total / (n * weight) if weight > 0 else 0.0
    return (1 - gini) * income.mean()


@njit(cache=True)
def _sum_up(sums: Floats, workers: int, worth: float, objective: int, welfare: Floats, mean_income: Floats, rebates: Floats) -> None:  # noqa: PLR0917
    """Write what the steps of one economy came to, from the sums that :func:`_earn` gives."""
    for t in range(len(sums)):
        common = worth * sums[t, 0] / workers
        if _weighs(objective):
            welfare[t] = sums[t, 4] + common * sums[t, 3]
            if objective == _INVERSE:
                welfare[t] /= sums[t, 3]
        else:
            welfare[t] = common + (sums[t, 2] / workers if objective == _UTILITARIAN else sums[t, 5])
        mean_income[t], rebates[t] = sums[t, 1] / workers, sums[t, 0] / workers


@njit(cache=True)
def run(  # noqa: PLR0917  # numba unpacks containers slowly
    kind: int, steps: int, changed: Flags, worked: Flags, skills: Floats, edges: Floats, rates: Floats, hours: Floats, stride: Floats, before: Floats,
    counts: NDArray[np.int32], means: Floats, tried: Small, epsilon: float, seeds: NDArray[np.uint64], efforts: Floats, cost: float, power: float,
    longest: float, step: float, least: float, full: float, curvature: float, good: float, objective: int, aversion: float, incomes: Floats, paid: Floats,
    consumption: Floats, utility: Floats, last: Floats, welfare: Floats, mean_income: Floats, rebates: Floats,
) -> None:  # fmt: skip
    """Work ``steps`` steps in every economy under its law.

    ``stride`` is a climber's move, negative for downwards; ``before`` what it earned, minus infinity where nothing yet. ``good`` is negative for a rebate,
    else the worth of the public good; ``last`` holds the rebate of the step before. Arrays of shape (economies, workers) hold the last step at the end;
    ``welfare``, ``mean_income`` and ``rebates`` have shape (economies, steps).
    """
    economies, workers = skills.shape
    widths = np.full(len(edges), 1e300)
    widths[:-1] = edges[1:] - edges[:-1]
    quick = curvature == 0 and (objective < _ATKINSON or objective == _RAW)
    room, more, places, sums = np.zeros(_BLOCK), np.zeros(_BLOCK), np.zeros(_BLOCK, np.int32), np.zeros((steps, 6))
    worth = 1.0 if good < 0 else good
    options = np.array([fitted(_LOW + number, step, longest) for number in range(_MANY)])
    # a table's draws follow one another, worker by worker, so these workers wait for one another
    block = workers if kind == GREEDY or not quick else _BLOCK
    pairs = np.uint64((workers + 1) // 2)
    for i in range(economies):
        their = utility[i]
        if quick:
            # of their utilities only the part of their own is kept up to date, so that nobody's hours depend on others: a block works all its steps in cache
            their -= worth * last[i]
            sums[:] = 0.0
            sums[:, 5] = 1e300
        for start in range(0, workers, block):
            end = min(start + block, workers)
            mine, theirs = hours[i, start:end], utility[i, start:end]
            for t in range(steps):
                new, common = t == 0 and changed[i], 0.0 if quick else last[i] * worth
                if kind == CLIMB:
                    if new:
                        begin_climb(mine, stride[i, start:end], before[i, start:end], not worked[i], step, longest, full)
                    else:
                        climb(mine, stride[i, start:end], before[i, start:end], theirs, common, step, longest, least)
                elif kind == GREEDY:
                    learn(i, new, mine, counts[i], means[i], tried[i], theirs, common, epsilon, seeds, step, longest)
                elif kind == FIXED:
                    fix(mine, options, seeds[i], np.uint64(t) * pairs + np.uint64(start // 2))
                if quick:
                    for at in range(start, end, _BLOCK):
                        to = min(at + _BLOCK, end)
                        taken, earned, total, inverse, ratio, low = _earn(
                            skills[i, at:to], hours[i, at:to], edges, widths, rates[i], efforts, cost, power, step, objective, utility[i, at:to],
                            room, more, places,
                        )  # fmt: skip
                        for place, part in enumerate((taken, earned, total, inverse, ratio)):
                            sums[t, place] += part
                        sums[t, 5] = min(sums[t, 5], low)
                else:
                    taken, earned = _settle(skills[i], mine, edges, widths, rates[i], incomes[i], paid[i])
                    rebate = taken / workers
                    back, enjoyed = (rebate, 0.0) if good < 0 else (0.0, good * rebate)
                    _feel(mine, incomes[i], paid[i], back, enjoyed, efforts, cost, power, step, curvature, consumption[i], their)
                    welfare[i, t] = _welfare(objective, aversion, their, incomes[i], consumption[i])
                    mean_income[i, t], rebates[i, t], last[i] = earned / workers, rebate, rebate
        if kind == FIXED:
            seeds[i] += GAMMA * (np.uint64(steps) * pairs)
        if quick:
            _sum_up(sums, workers, worth, objective, welfare[i], mean_income[i], rebates[i])
            taken, _ = _settle(skills[i], hours[i], edges, widths, rates[i], incomes[i], paid[i])
            rebate = taken / workers
            back, enjoyed = (rebate, 0.0) if good < 0 else (0.0, good * rebate)
            _feel(hours[i], incomes[i], paid[i], back, enjoyed, efforts, cost, power, step, curvature, consumption[i], their)
            rebates[i, steps - 1], last[i] = rebate, rebate
