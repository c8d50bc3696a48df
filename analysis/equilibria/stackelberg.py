"""Commitment: what a leader earns that announces a mixed action first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...games.core import NotSupported
from .profiles import Floats, Payoffs, as_table

__all__ = ["Stackelberg", "stackelberg"]


class Stackelberg(NamedTuple):
    """A strong Stackelberg equilibrium.

    Attributes:
        commitment: the leader's mixed action.
        reply: the follower's action.
        leader, follower: what they earn.
    """

    commitment: Floats
    reply: int
    leader: float
    follower: float


def stackelberg(payoffs: Payoffs, leader: int = 0) -> Stackelberg:
    """Find the best mixed action to commit to; a follower who is indifferent does what suits the leader.

    One linear program for each action of the follower: the best commitment to which that action is a best reply (Conitzer and Sandholm 2006, "Computing the
    optimal strategy to commit to").

    Args:
        payoffs: one matrix a seat.
        leader: the seat that commits.

    Raises:
        NotSupported: more than two seats, or a linear program fails.
    """
    from scipy.optimize import linprog

    table = as_table(payoffs)
    if len(table) != 2:
        raise NotSupported(f"commitment is worked out for two seats, not for {len(table)}")
    own, other = table[leader], table[1 - leader]
    if leader == 1:
        own, other = own.T, other.T
    found: list[Stackelberg] = []
    for reply in range(own.shape[1]):
        rival = other - other[:, [reply]]
        solved = linprog(-own[:, reply], A_ub=rival.T, b_ub=np.zeros(own.shape[1]), A_eq=np.ones((1, len(own))), b_eq=[1.0], bounds=(0, 1))
        if solved.status == 2:
            continue  # nothing makes this reply the best one
        if not solved.success:
            raise NotSupported(f"the linear program of a commitment failed: {solved.message}")
        mixed = np.clip(solved.x, 0.0, None)
        mixed /= mixed.sum()
        found.append(Stackelberg(mixed, reply, float(mixed @ own[:, reply]), float(mixed @ other[:, reply])))
    # the reply to any pure action is the best one to it, so that something was found
    return max(found, key=lambda one: one.leader)
