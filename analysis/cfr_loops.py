"""The compiled part of :mod:`.cfr` and :mod:`.exploitability`; importing this module needs numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..games.jit import njit

__all__ = ["best_choices", "evaluate", "match_regrets", "reaches", "sample", "update"]

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
def sample(  # noqa: PLR0917  # as above
    who: int, root: int, draws: Floats, depth: int, seat: Ints, infoset: Ints, first: Ints, children: Ints, payoffs: Floats, regrets: Floats,
    sums: Floats,
) -> float:  # fmt: skip
    """Walk the tree from a node by external sampling: all choices of one seat, one of everybody else; give what the node was worth to that seat.

    ``draws`` holds uniform numbers, one for each level; so at one level all branches draw alike, which is as good.
    """
    node = root
    if seat[node] < 0:
        return payoffs[node, who]
    number, count = infoset[node], children[node]
    total = 0.0
    for choice in range(count):
        total += max(regrets[number, choice], 0.0)
    if seat[node] != who:
        left, taken, found = draws[depth], count - 1, False
        for choice in range(count):
            chance = max(regrets[number, choice], 0.0) / total if total > 0 else 1.0 / count
            sums[number, choice] += chance
            left -= chance
            if left < 0 and not found:
                taken, found = choice, True
        return sample(who, first[node] + taken, draws, depth + 1, seat, infoset, first, children, payoffs, regrets, sums)
    value = 0.0
    worth = np.zeros(count)
    for choice in range(count):
        worth[choice] = sample(who, first[node] + choice, draws, depth + 1, seat, infoset, first, children, payoffs, regrets, sums)
        value += worth[choice] * (max(regrets[number, choice], 0.0) / total if total > 0 else 1.0 / count)
    for choice in range(count):
        regrets[number, choice] += worth[choice] - value
    return value


@njit(cache=True, error_model="numpy")
def walk(  # noqa: PLR0917  # as above
    roots: Ints, draws: NDArray[np.float64], seat: Ints, infoset: Ints, first: Ints, children: Ints, payoffs: Floats, regrets: Floats, sums: Floats
) -> None:  # fmt: skip
    """Sample so many iterations, each a walk for every seat from its own root."""
    for iteration in range(len(roots)):
        for who in range(roots.shape[1]):
            sample(who, roots[iteration, who], draws[iteration, who], 0, seat, infoset, first, children, payoffs, regrets, sums)
