"""The compiled part of :mod:`.cfr` and :mod:`.exploitability`; importing this module needs numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..games.jit import njit

__all__ = ["best_choices", "evaluate", "iterate", "match_regrets", "reaches", "walk"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def match_regrets(regrets: Floats, counts: Ints, owner: Ints, seat: int, policy: Floats) -> None:
    """Write the policy of a seat (-1 for all) that regret matching gives."""
    for number in range(len(counts)):
        if seat >= 0 and owner[number] != seat:
            continue
        total = 0.0
        for choice in range(counts[number]):
            total += max(regrets[number, choice], 0.0)
        for choice in range(counts[number]):
            policy[number, choice] = max(regrets[number, choice], 0.0) / total if total > 0 else 1.0 / counts[number]


@njit(cache=True, error_model="numpy")
def reaches(  # noqa: PLR0917  # numba unpacks containers slowly
    roots: Floats, seat: Ints, infoset: Ints, first: Ints, children: Ints, policy: Floats, reach: Floats
) -> None:  # fmt: skip
    """Write, for every node, each seat's part in coming there and, in the last column, that of chance."""
    seats = reach.shape[1] - 1
    for node in range(len(seat)):
        if node < len(roots):
            for other in range(seats):
                reach[node, other] = 1.0
            reach[node, seats] = roots[node]
        for choice in range(children[node]):
            child = first[node] + choice
            for other in range(seats + 1):
                reach[child, other] = reach[node, other]
            reach[child, seat[node]] *= policy[infoset[node], choice]


@njit(cache=True, error_model="numpy")
def evaluate(  # noqa: PLR0917  # as above
    seat: Ints, infoset: Ints, first: Ints, children: Ints, payoffs: Floats, policy: Floats, values: Floats
) -> None:  # fmt: skip
    """Write what every node is worth to every seat under a policy."""
    for node in range(len(seat) - 1, -1, -1):
        if seat[node] < 0:
            values[node] = payoffs[node]
            continue
        for other in range(values.shape[1]):
            total = 0.0
            for choice in range(children[node]):
                total += policy[infoset[node], choice] * values[first[node] + choice, other]
            values[node, other] = total


@njit(cache=True, error_model="numpy")
def update(  # noqa: PLR0917  # as above
    who: int, weight: float, seat: Ints, infoset: Ints, first: Ints, children: Ints, policy: Floats, reach: Floats, values: Floats, regrets: Floats,
    sums: Floats,
) -> None:  # fmt: skip
    """Add a seat's counterfactual regrets, and its policy weighed by its own part in coming there and ``weight``."""
    seats = values.shape[1]
    for node in range(len(seat)):
        if seat[node] != who:
            continue
        others = reach[node, seats]
        for other in range(seats):
            if other != who:
                others *= reach[node, other]
        number = infoset[node]
        for choice in range(children[node]):
            regrets[number, choice] += others * (values[first[node] + choice, who] - values[node, who])
            sums[number, choice] += weight * reach[node, who] * policy[number, choice]


@njit(cache=True, error_model="numpy")
def best_choices(  # noqa: PLR0917  # as above
    who: int, past: int, pasts: Ints, seat: Ints, infoset: Ints, first: Ints, children: Ints, reach: Floats, values: Floats, policy: Floats
) -> None:  # fmt: skip
    """Let a seat choose what is best against the others where it has made so many choices before; ``policy`` takes them up."""
    seats, worth = values.shape[1], np.zeros(policy.shape)
    for node in range(len(seat)):
        if seat[node] != who or pasts[infoset[node]] != past:
            continue
        others = reach[node, seats]
        for other in range(seats):
            if other != who:
                others *= reach[node, other]
        for choice in range(children[node]):
            worth[infoset[node], choice] += others * values[first[node] + choice, who]
    for node in range(len(seat)):
        number = infoset[node]
        if seat[node] == who and pasts[number] == past:
            best = 0
            for choice in range(1, children[node]):
                if worth[number, choice] > worth[number, best]:
                    best = choice
            for choice in range(children[node]):
                policy[number, choice] = 1.0 if choice == best else 0.0


@njit(cache=True, error_model="numpy")
def walk(  # noqa: PLR0917  # as above
    roots: Ints, draws: NDArray[np.float64], seat: Ints, infoset: Ints, first: Ints, children: Ints, payoffs: Floats, regrets: Floats, sums: Floats
) -> None:  # fmt: skip
    """Run iterations of external sampling: for every seat a walk from a root of its own, by all of its choices and one of everybody else.

    ``draws`` holds uniform numbers, by iteration, seat and level: at one level all branches draw alike, which is as good.
    """
    queue, taken, values = np.zeros(len(seat), np.int64), np.zeros(len(seat), np.int64), np.zeros(len(seat))
    for iteration in range(len(roots)):
        for who in range(roots.shape[1]):
            queue[0] = roots[iteration, who]
            start, stop, level = 0, 1, 0
            while start < stop:
                after = stop
                for place in range(start, stop):
                    node = queue[place]
                    if seat[node] == who:
                        for choice in range(children[node]):
                            queue[after] = first[node] + choice
                            after += 1
                    elif seat[node] >= 0:
                        taken[node] = first[node] + _draw(regrets[infoset[node]], sums[infoset[node]], children[node], draws[iteration, who, level])
                        queue[after] = taken[node]
                        after += 1
                start, stop, level = stop, after, level + 1
            for place in range(stop - 1, -1, -1):
                node = queue[place]
                if seat[node] < 0:
                    values[node] = payoffs[node, who]
                elif seat[node] != who:
                    values[node] = values[taken[node]]
                else:
                    values[node] = _learn(regrets[infoset[node]], values[first[node] : first[node] + children[node]])


@njit(cache=True, error_model="numpy")
def _draw(regrets: Floats, sums: Floats, count: int, number: float) -> int:
    """Draw a choice by regret matching, and count the chances into the average policy."""
    total, taken = 0.0, -1
    for choice in range(count):
        total += max(regrets[choice], 0.0)
    for choice in range(count):
        chance = max(regrets[choice], 0.0) / total if total > 0 else 1.0 / count
        sums[choice] += chance
        number -= chance
        if number < 0 and taken < 0:
            taken = choice
    return taken if taken >= 0 else count - 1


@njit(cache=True, error_model="numpy")
def _learn(regrets: Floats, worth: Floats) -> float:
    """Add the regrets of what the choices were worth; give what regret matching earned."""
    total, value = 0.0, 0.0
    for choice in range(len(worth)):
        total += max(regrets[choice], 0.0)
    for choice in range(len(worth)):
        value += worth[choice] * (max(regrets[choice], 0.0) / total if total > 0 else 1.0 / len(worth))
    for choice in range(len(worth)):
        regrets[choice] += worth[choice] - value
    return value


@njit(cache=True, error_model="numpy")
def iterate(  # noqa: PLR0917  # as above
    iterations: int, before: int, plus: bool, linear: bool, roots: Floats, seat: Ints, infoset: Ints, first: Ints, children: Ints, payoffs: Floats,
    counts: Ints, owner: Ints, policy: Floats, reach: Floats, values: Floats, regrets: Floats, sums: Floats,
) -> None:  # fmt: skip
    """Run so many iterations of CFR after those ``before``, seats in turn; ``policy`` is the current one and follows."""
    for iteration in range(before + 1, before + iterations + 1):
        if linear:
            # what came before weighs (t - 1) / t as much as what comes now
            regrets *= (iteration - 1) / iteration
            sums *= (iteration - 1) / iteration
        for who in range(values.shape[1]):
            reaches(roots, seat, infoset, first, children, policy, reach)
            evaluate(seat, infoset, first, children, payoffs, policy, values)
            update(who, float(iteration) if plus else 1.0, seat, infoset, first, children, policy, reach, values, regrets, sums)
            if plus:
                for number in range(len(counts)):
                    for choice in range(counts[number]):
                        regrets[number, choice] = max(regrets[number, choice], 0.0)
            match_regrets(regrets, counts, owner, who, policy)
