"""Regret: how much less a seat would have paid had it changed what it did, in one way or another.

Everything is an array. Losses have the shape (runs, rounds, arms): what each arm of the seat cost in each round, given what happened. Play is a mixture
of the same shape (expected regret), or arms taken of shape (runs, rounds) turned into one by :func:`sure` (realised regret). Payoffs are negative losses.

| notion | compares with |
|---|---|
| external | the best single arm for all rounds |
| internal | taking b instead whenever a was taken, for the best pair a, b |
| swap | the best map of arms to arms; internal <= swap <= arms x internal |
| dynamic | the best arm of each round |

Policy regret, where others answer what was done, cannot be had from losses alone: :mod:`ludens.analysis.policy_regret`.

Sources: Cesa-Bianchi and Lugosi, Prediction, Learning, and Games (2006), chapters 2 and 4; Blum and Mansour 2007, "From external to internal regret",
JMLR 8; Zinkevich 2003 and Besbes, Gur and Zeevi 2014 for dynamic regret and the variation budget.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Gaps", "dynamic", "empirical_gaps", "external", "internal", "internal_curve", "joint_gaps", "own_losses", "sure", "swap", "swap_curve", "variation"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CHUNK = 2**22
"""So many numbers are laid out at a time where pairs of arms are compared round by round."""


class Gaps(NamedTuple):
    """How far a joint distribution is from being an equilibrium.

    Attributes:
        cce: per seat, the most it gains by an action of its own for good: the gap to a coarse correlated equilibrium.
        ce: per seat, the most it gains by changing what it is told to do: the gap to a correlated equilibrium.
    """

    cce: Floats
    ce: Floats


def sure(taken: Ints, arms: int) -> Floats:
    """Give the mixtures that are sure of the arms taken: of shape (..., arms)."""
    return np.eye(arms)[taken]


def external(losses: Floats, mixed: Floats) -> Floats:
    """Give external regret after each round t, against the best arm of the first t rounds: of shape (runs, rounds)."""
    paid = np.cumsum(np.einsum("rta,rta->rt", losses, mixed), axis=1)
    return np.asarray(paid - np.cumsum(losses, axis=1).min(axis=2))


def dynamic(losses: Floats, mixed: Floats) -> Floats:
    """Give dynamic regret after each round, against the best arm of each round: of shape (runs, rounds)."""
    return np.asarray(np.cumsum(np.einsum("rta,rta->rt", losses, mixed) - losses.min(axis=2), axis=1))


def _pairs(losses: Floats, mixed: Floats) -> Floats:
    """Give what was lost by taking a and not b: ``sum_t p_t(a) (l_t(a) - l_t(b))``, of shape (runs, arms, arms)."""
    own = np.einsum("rta,rta->ra", mixed, losses)
    pairs = own[:, :, None] - np.einsum("rta,rtb->rab", mixed, losses, optimize=True)
    # staying with an arm loses nothing, to the last digit
    pairs[:, np.arange(pairs.shape[1]), np.arange(pairs.shape[1])] = 0
    return np.asarray(pairs)


def internal(losses: Floats, mixed: Floats) -> Floats:
    """Give internal regret after all rounds: of shape (runs,)."""
    return np.asarray(_pairs(losses, mixed).max(axis=(1, 2)))


def swap(losses: Floats, mixed: Floats) -> Floats:
    """Give swap regret after all rounds: of shape (runs,)."""
    return np.asarray(_pairs(losses, mixed).max(axis=2).sum(axis=1))


def internal_curve(losses: Floats, mixed: Floats) -> Floats:
    """Give internal regret after each round: of shape (runs, rounds)."""
    return _curves(losses, mixed, swaps=False)


def swap_curve(losses: Floats, mixed: Floats) -> Floats:
    """Give swap regret after each round: of shape (runs, rounds)."""
    return _curves(losses, mixed, swaps=True)


def _curves(losses: Floats, mixed: Floats, *, swaps: bool) -> Floats:
    runs, rounds, arms = losses.shape
    out = np.empty((runs, rounds))
    step = max(1, _CHUNK // max(1, rounds * arms))
    for begin in range(0, runs, step):
        part, play = losses[begin : begin + step], mixed[begin : begin + step]
        best = np.zeros(part.shape[:2])
        for arm in range(arms):
            # what the arm lost against each other, round by round: one arm at a time keeps it small
            gains = np.cumsum(play[:, :, arm, None] * (part[:, :, arm, None] - part), axis=1).max(axis=2)
            best = best + gains if swaps else np.maximum(best, gains)
        out[begin : begin + step] = best
    return out


def variation(losses: Floats) -> Floats:
    """Give how much the losses vary: ``sum_t max_a |l_{t+1}(a) - l_t(a)|``, of shape (runs,)."""
    return np.asarray(np.abs(np.diff(losses, axis=1)).max(axis=2, initial=0).sum(axis=1))


# -- games -------------------------------------------------------------------------------------------------------------


def own_losses(table: Floats, seat: int, actions: Ints) -> Floats:
    """Give what each action of a seat would have cost against what the others did.

    Args:
        table: payoffs of shape (seats, actions of seat 0, ...).
        seat: whose.
        actions: joint actions of shape (runs, rounds, seats).

    Returns:
        Negative payoffs, of shape (runs, rounds, actions of the seat).
    """
    rows = np.moveaxis(table[seat], seat, -1)
    return np.asarray(-rows[tuple(actions[..., other] for other in range(len(table)) if other != seat)])


def joint_gaps(table: Floats, joint: Floats) -> Gaps:
    """Give how far a joint distribution is from correlated equilibria.

    For play of T rounds these equal external and swap regret divided by T, seat by seat, where ``joint`` is the mean over the rounds of the products
    of what was mixed (or of what was done): the identity that makes no-regret play approach equilibrium.

    Args:
        table: payoffs of shape (seats, actions of seat 0, ...).
        joint: probabilities of shape (actions of seat 0, ...).
    """
    cce, ce = [], []
    for seat, payoffs in enumerate(table):
        # rows: what is told; columns: what is done instead
        weights = np.moveaxis(joint, seat, 0).reshape(joint.shape[seat], -1)
        worth = weights @ np.moveaxis(payoffs, seat, 0).reshape(joint.shape[seat], -1).T
        now = np.trace(worth)
        cce.append(worth.sum(axis=0).max() - now)
        ce.append(worth.max(axis=1).sum() - now)
    return Gaps(np.array(cce), np.array(ce))


def empirical_gaps(table: Floats, mixed: tuple[Floats, ...]) -> Gaps:
    """Give the gaps of the mean over rounds of what all seats mixed, independently in each round.

    Args:
        table: payoffs of shape (seats, actions of seat 0, ...).
        mixed: per seat, mixtures of shape (rounds, actions).
    """
    letters = "abcdefghijklmnopqrsuvwxyz"[: len(mixed)]
    joint = np.einsum(f"{','.join(f't{letter}' for letter in letters)}->{letters}", *mixed, optimize=True) / len(mixed[0])
    return joint_gaps(table, np.asarray(joint))
