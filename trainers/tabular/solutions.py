"""What is exactly known of a preference game: its solutions, and how far a policy is from them.

Three targets exist and are never the same thing: the minimax winner, the Nash policy of the game regularised towards the reference, and the policy that
maximises a fitted Bradley-Terry reward. Distances of several contexts are means by the contexts' weights.
"""

from __future__ import annotations

import numpy as np

from ...errors import LudensError, ParameterError
from ...games.matrix.solvers import maximin
from .game import Floats, PreferenceGame

__all__ = [
    "bradley_terry",
    "data_reply",
    "divergence",
    "exploitability",
    "maxmin_policy",
    "minimax_winner",
    "mix",
    "normalised",
    "online_dpo_point",
    "regularised_exploitability",
    "regularised_nash",
    "residual",
    "reward_policy",
    "tilted",
]


def normalised(logits: Floats) -> Floats:
    """Turn logits into log-probabilities, along the last axis."""
    top = logits.max(-1, keepdims=True)
    shifted = logits - top
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


def tilted(reference: Floats, gain: Floats, temperature: float) -> Floats:
    """Give the policy ``reference * exp(gain / temperature)``, normalised: what maximises mean gain less temperature times KL to the reference."""
    return np.exp(normalised(np.log(reference) + gain / temperature))


def mix(policy: Floats, reference: Floats, share: float) -> Floats:
    """Give the geometric mixture ``policy^(1-share) reference^share``, normalised (Munos et al. 2023, arXiv:2312.00886)."""
    return np.exp(normalised((1 - share) * np.log(policy) + share * np.log(reference)))


def divergence(game: PreferenceGame, target: Floats, policy: Floats) -> float:
    """Give KL(target || policy); infinite where the policy rules out what the target plays."""
    kept = target > 0
    with np.errstate(divide="ignore"):
        parts = target * (np.log(np.where(kept, target, 1.0)) - np.log(np.where(kept, policy, 1.0)))
    return float(max(game.weights @ parts.sum(1), 0.0))


def exploitability(game: PreferenceGame, policy: Floats) -> float:
    """Give by how much the best answer beats a policy: max_y P(y > policy) - 1/2, half the duality gap of the symmetric profile."""
    return float(game.weights @ (game.against(policy).max(1) - 0.5))


def regularised_exploitability(game: PreferenceGame, policy: Floats, temperature: float) -> float:
    """Give the same in the regularised game, in closed form; 0 at the regularised Nash policy only.

    The best reply to a policy is the reference tilted by P(y > policy), and is worth t log sum_y mu(y) exp(P(y > policy)/t) + t KL(policy || mu).
    """
    gain = np.log(game.reference) + game.against(policy) / temperature
    top = gain.max(1)
    best = temperature * (top + np.log(np.exp(gain - top[:, None]).sum(1)))
    return max(0.0, float(game.weights @ best - 0.5 + temperature * divergence(game, policy, game.reference)))


def residual(game: PreferenceGame, policy: Floats, temperature: float) -> float:
    """Give how far a policy is from log policy = log mu + P(y > policy)/t + constant: the largest range of the difference over the answers."""
    return float(np.ptp(np.log(policy) - np.log(game.reference) - game.against(policy) / temperature, axis=1).max())


def minimax_winner(game: PreferenceGame) -> Floats:
    """Find the minimax (von Neumann) winner of every context by linear programming: max_p min_j sum_i p_i P(i > j). It need not be the only one."""
    out = []
    for table in game.tables:
        share = np.clip(maximin(np.stack([table - 0.5, table.T - 0.5]), 0)[1], 0.0, None)
        out.append(share / share.sum())
    return np.array(out)


def regularised_nash(game: PreferenceGame, temperature: float, *, tolerance: float = 1e-11) -> Floats:
    """Find the only symmetric equilibrium of J(p, q) = P(p > q) - t KL(p || mu) + t KL(q || mu): policy = mu exp(P(y > policy)/t), normalised.

    Newton's method on log-probabilities, with the temperature lowered step by step: P - 1/2 is antisymmetric, so that the Jacobian is never singular.

    Args:
        game: what is played.
        temperature: t, above 0.
        tolerance: largest :func:`residual`, times ``max(1, 1/t)``: beyond that, double precision cannot tell.

    Raises:
        ParameterError: the temperature is not positive.
        LudensError: no solution within the tolerance.
    """
    if not temperature > 0:
        raise ParameterError(f"temperature={temperature!r} should be above 0")
    found = np.exp([_nash(table - 0.5, np.log(start), temperature) for table, start in zip(game.tables, game.reference, strict=True)])
    if not residual(game, found, temperature) <= tolerance * max(1.0, 1 / temperature):
        raise LudensError(f"{game.name or 'the game'} at temperature {temperature:g}: no equilibrium found, residual {residual(game, found, temperature):.1e}")
    return found


def _nash(margins: Floats, start: Floats, temperature: float) -> Floats:
    """Solve one context; ``margins`` are P - 1/2, ``start`` the log-reference."""
    logs, size = start, len(start)
    for t in _cooling(temperature):

        def error(z: Floats, t: float = t) -> Floats:
            gap = z - start - margins @ np.exp(z) / t
            return np.asarray(gap - gap.mean())

        for _ in range(100):
            gap, share = error(logs), np.exp(logs)
            system = np.zeros((size + 1, size + 1))
            system[:size, :size] = np.eye(size) - margins * share / t
            system[:size, size], system[size, :size] = -1.0, share
            move = np.linalg.solve(system, np.append(-gap, 0.0))[:size]
            rate = min(1.0, 3.0 / max(float(np.abs(move).max()), 1e-300))
            while rate > 1e-6 and np.abs(error(normalised(logs + rate * move))).max() > (1 - rate / 4) * np.abs(gap).max():
                rate /= 2
            logs = normalised(logs + rate * move)
            if np.abs(move).max() < 1e-15 * max(1.0, 1 / t):
                break
    return logs


def _cooling(temperature: float) -> Floats:
    """List falling temperatures that end at the one wanted; a solution at one is a good start for the next."""
    return np.geomspace(max(1.0, temperature), temperature, int(np.ceil(max(0.0, np.log2(1 / temperature)))) + 1)


def bradley_terry(table: Floats, pairs: Floats | None = None) -> Floats:
    """Fit Bradley-Terry rewards by maximum likelihood (choix), mean 0, ``(n,)``.

    Args:
        table: P(i > j), ``(n, n)``.
        pairs: how often each pair is compared, symmetric, ``(n, n)``; equally often by default. The answer depends on it wherever P is not transitive.

    Raises:
        ParameterError: some answers never lose to any of the others: their rewards would be infinite (Ford 1957).
    """
    import choix
    from scipy.sparse.csgraph import connected_components

    wins = table * (1.0 if pairs is None else pairs)
    if connected_components(wins > 0, connection="strong")[0] > 1:
        raise ParameterError("no reward fits: some answers always beat all the others, so that the difference of their rewards would be infinite")
    return np.asarray(choix.ilsr_pairwise_dense(wins * (1 - np.eye(len(table))), max_iter=10_000, tol=1e-13))


def reward_policy(game: PreferenceGame, temperature: float) -> Floats:
    """Give the policy of Bradley-Terry rewards and KL at a temperature: what RLHF, DPO, P3O and DR-PO come to."""
    return tilted(game.reference, game.rewards, temperature)


def data_reply(game: PreferenceGame, data: Floats, temperature: float) -> Floats:
    """Give the regularised best reply to a fixed policy that made the data: what offline IPO comes to (Azar et al. 2023, arXiv:2310.12036)."""
    return tilted(game.reference, game.against(data), temperature)


def online_dpo_point(game: PreferenceGame, temperature: float) -> Floats:
    """Give where DPO on its own samples stands still: Bradley-Terry rewards fitted to pairs of the very policy that they make."""
    from scipy.optimize import root

    out = []
    for table, reference in zip(game.tables, game.reference, strict=True):

        def pull(rewards: Floats, t: float, table: Floats = table, reference: Floats = reference) -> Floats:
            gap = table - 1 / (1 + np.exp(rewards[None, :] - rewards[:, None]))
            return np.asarray(gap @ tilted(reference, rewards, t) + rewards.mean())

        rewards = bradley_terry(table).round(12)  # tiny numbers would make the first step tiny
        for t in _cooling(temperature):
            rewards = root(pull, rewards, (t,), method="lm", options={"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "maxiter": 100_000}).x
        if np.abs(pull(rewards, temperature)).max() > 1e-9:
            raise LudensError(f"{game.name or 'the game'} at temperature {temperature:g}: no stationary point of online DPO found")
        out.append(tilted(reference, rewards, temperature))
    return np.array(out)


def maxmin_policy(game: PreferenceGame, temperature: float) -> tuple[Floats, Floats]:
    """Find the policy that is best for the worst-off group: max_p min_u E_p[u] - t KL(p || mu) (Chakraborty et al. 2024, arXiv:2402.08925).

    By duality it is the reference tilted by the mean utility of the groups under the weights that minimise t log sum mu exp(u/t).

    Returns:
        The policy, and the groups' weights, ``(G,)``.

    Raises:
        ParameterError: the game has no groups.
    """
    from scipy.optimize import minimize

    if not len(game.groups):
        raise ParameterError(f"{game.name or 'the game'} has no groups of people with utilities")

    def worth(weights: Floats) -> tuple[float, Floats]:
        utility = np.tensordot(weights, game.groups, 1)
        gain = np.log(game.reference) + utility / temperature
        top = gain.max(1)
        policy = tilted(game.reference, utility, temperature)
        value = temperature * (top + np.log(np.exp(gain - top[:, None]).sum(1)))
        return float(game.weights @ value), np.einsum("c,gcn,cn->g", game.weights, game.groups, policy)

    count = len(game.groups)
    solved = minimize(
        worth,
        np.full(count, 1 / count),
        jac=True,
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1, "jac": lambda weights: np.ones(count)},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return tilted(game.reference, np.tensordot(solved.x, game.groups, 1), temperature), np.asarray(solved.x)
