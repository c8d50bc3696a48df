"""Closed forms for splitting a pie by alternating offers."""

from __future__ import annotations

__all__ = ["finite_share", "rubinstein_share"]


def rubinstein_share(mine: float, theirs: float) -> float:
    """Give the first proposer's share in the game without deadline: ``(1 - theirs) / (1 - mine * theirs)``.

    Args:
        mine: the proposer's discount factor.
        theirs: the responder's; their product must be below 1.

    Source: Rubinstein 1982, Econometrica 50.
    """
    return (1.0 - theirs) / (1.0 - mine * theirs)


def finite_share(mine: float, theirs: float, offers: int) -> float:
    """Give the first proposer's share when at most ``offers`` offers can be made, by backward induction.

    The last proposer takes all. Before that, a proposer leaves the responder, who proposes next, just what waiting is worth to it:
    ``V[t] = 1 - delta[responder at t] * V[t + 1]``.

    Args:
        mine: discount factor of the side that proposes first.
        theirs: discount factor of the other side.
        offers: how many offers can be made, at least 1.

    Source: Ståhl 1972.
    """
    share = 1.0
    for index in range(offers - 2, -1, -1):
        share = 1.0 - (theirs if index % 2 == 0 else mine) * share
    return share
