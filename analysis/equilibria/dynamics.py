"""How populations and players who adapt move: replicator, Smith, logit and best-response dynamics, their discrete projected form, and fictitious play."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...errors import ParameterError
from ...games.core import NotSupported
from .profiles import Floats, Payoffs, Profile, as_profile, as_table, deviations

__all__ = ["Rule", "best_response", "fictitious_play", "flow", "logit", "projected_replicator", "replicator", "smith", "velocity"]

Rule = Callable[[Floats, Floats], Floats]
"""The time derivative of a population's shares, by its shares and what each action earns."""


def replicator(shares: Floats, worth: Floats) -> Floats:
    """Imitate what earns more: ``x_a (u_a - x u)`` (Taylor and Jonker 1978)."""
    return shares * (worth - shares @ worth)


def smith(shares: Floats, worth: Floats) -> Floats:
    """Switch in proportion to the gain: ``sum_b x_b [u_a - u_b]+ - x_a sum_b [u_b - u_a]+`` (Smith 1984)."""
    gain = np.maximum(worth[:, None] - worth[None, :], 0.0)
    return gain @ shares - shares * gain.sum(axis=0)


def logit(rationality: float) -> Rule:
    """Make the logit dynamics: ``softmax(rationality u)_a - x_a`` (Fudenberg and Levine 1998); it rests in logit quantal response equilibria."""

    def rule(shares: Floats, worth: Floats) -> Floats:
        odds = np.exp(rationality * (worth - worth.max()))
        return odds / odds.sum() - shares

    return rule


def best_response(shares: Floats, worth: Floats) -> Floats:
    """Move to the best reply, the first where several are: ``b - x`` (Gilboa and Matsui 1991)."""
    move = -shares
    move[worth.argmax()] += 1.0
    return move


def velocity(payoffs: Payoffs, profile: Profile, rule: Rule = replicator) -> list[Floats]:
    """Give the time derivative of every population's shares.

    Args:
        payoffs: one tensor a seat; each seat is a population.
        profile: the shares.
        rule: how each population moves.
    """
    return [rule(part, worth) for part, worth in zip(profile, deviations(payoffs, profile), strict=True)]


def flow(payoffs: Payoffs, start: Profile, times: Sequence[float], rule: Rule = replicator, *, tolerance: float = 1e-10) -> list[Floats]:
    """Follow the populations through time.

    Args:
        payoffs: one tensor a seat.
        start: shares at the first of ``times``.
        times: rising.
        rule: how each population moves; one that jumps (:func:`best_response`) is integrated as well as that can be.
        tolerance: of the integration, relative and absolute.

    Returns:
        For each seat the shares at each time, shape (times, actions).

    Raises:
        NotSupported: the integration fails.
    """
    from scipy.integrate import solve_ivp

    table = as_table(payoffs)
    cuts = np.cumsum(table.shape[1:])[:-1]

    def derivative(_: float, point: Floats) -> Floats:
        return np.concatenate(velocity(table, np.split(point, cuts), rule))

    solved = solve_ivp(
        derivative, (times[0], times[-1]), np.concatenate(as_profile(table, start)), method="DOP853", t_eval=times, rtol=tolerance, atol=tolerance
    )
    if not solved.success:
        raise NotSupported(f"the dynamics could not be integrated: {solved.message}")
    return np.split(solved.y.T, cuts, axis=1)


def projected_replicator(payoffs: Payoffs, *, iterations: int = 10_000, step: float = 1e-2, least: float = 1e-6, start: Profile | None = None) -> list[Floats]:
    """Give the time averages of the projected replicator dynamics, which keep every share at ``least`` or more.

    Source: Lanctot et al. 2017, "A unified game-theoretic approach to multiagent reinforcement learning", arXiv 1711.00832, section 3.1; the projection is the
    Euclidean one (Wang and Carreira-Perpinan 2013, arXiv 1309.1541).

    Args:
        payoffs: one tensor a seat.
        iterations: Euler steps.
        step: their length.
        least: smallest share.
        start: where it starts; None for uniform shares.

    Raises:
        ParameterError: ``least`` is more than a share of all actions.
    """
    table = as_table(payoffs)
    sizes = table.shape[1:]
    if not 0 <= least * max(sizes) <= 1:
        raise ParameterError(f"least={least} should be from 0 to 1/{max(sizes)}")
    profile = [np.full(size, 1 / size) for size in sizes] if start is None else as_profile(table, start)
    total = [part.copy() for part in profile]
    # each seat's own actions first, so that an iteration is a few products
    fronts = [np.ascontiguousarray(np.moveaxis(own, seat, 0)) for seat, own in enumerate(table)]
    for _ in range(iterations):
        moved = []
        for seat, worth in enumerate(fronts):
            for other in reversed(profile[:seat] + profile[seat + 1 :]):
                worth = worth @ other  # noqa: PLW2901  # one axis after another goes
            moved.append(_project(profile[seat] + step * replicator(profile[seat], worth), least))
        profile = moved
        total = [whole + part for whole, part in zip(total, profile, strict=True)]
    return [whole / (iterations + 1) for whole in total]


def _project(point: Floats, least: float) -> Floats:
    """Find the nearest distribution with no share below ``least``."""
    point = point / point.sum()
    if point.min() >= least:
        return point
    size = len(point)
    falling = np.sort(point)[::-1]
    ranks = np.arange(1, size + 1)
    shift = (1 - np.cumsum(falling) - (size - ranks) * least) / ranks
    last = np.flatnonzero(falling + shift > least)
    return np.maximum(point + shift[last[-1] if len(last) else 0], least)


def fictitious_play(payoffs: Payoffs, rounds: int, *, start: Sequence[int] | None = None) -> list[Floats]:
    """Let every seat reply best to how often the others have played what, and give those frequencies (Brown 1951).

    In zero-sum games of two they approach an equilibrium (Robinson 1951); elsewhere they may cycle (Shapley 1964). Of best replies the first is taken.

    Args:
        payoffs: one tensor a seat.
        rounds: how many are played.
        start: the actions of the first round; None for the first actions.

    Returns:
        The frequencies of each seat's actions.
    """
    table = as_table(payoffs)
    sizes = table.shape[1:]
    joint = tuple(start) if start is not None else (0,) * len(sizes)
    if rounds < 1 or len(joint) != len(sizes) or any(not 0 <= action < size for action, size in zip(joint, sizes, strict=False)):
        raise ParameterError(f"rounds={rounds} should be 1 or more and start={joint} one action for each of {len(sizes)} seats")
    counts = [np.zeros(size) for size in sizes]
    if len(sizes) == 2:
        return _two_in_fictitious_play(table, rounds, joint, counts)
    for number in range(1, rounds + 1):
        for count, action in zip(counts, joint, strict=True):
            count[action] += 1
        joint = tuple(int(worth.argmax()) for worth in deviations(table, [count / number for count in counts]))
    return [count / rounds for count in counts]


def _two_in_fictitious_play(table: Floats, rounds: int, joint: tuple[int, ...], counts: list[Floats]) -> list[Floats]:
    """Add up what each action would have earned, so that a round costs a row and a column."""
    row_worth, column_worth = np.zeros(table.shape[1]), np.zeros(table.shape[2])
    columns, rows = np.ascontiguousarray(table[0].T), np.ascontiguousarray(table[1])
    i, j = joint
    for _ in range(rounds):
        counts[0][i] += 1
        counts[1][j] += 1
        row_worth += columns[j]
        column_worth += rows[i]
        i, j = int(row_worth.argmax()), int(column_worth.argmax())
    return [count / rounds for count in counts]
