"""How large a constant step may be: methods linearised at the policy that they come to.

With g = P pi the map from log-probabilities to gains has the Jacobian P (diag(pi) - pi pi'), whose eigenvalues on the simplex are 0 and pairs +- i omega,
because P - 1/2 is antisymmetric. What a method makes of one frequency omega is a small map; its fixed point attracts while all its multipliers lie inside
the unit circle. Plain mirror descent multiplies by 1 - a t +- i a omega, hence a < 2 t/(t^2 + omega^2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .game import Floats, PreferenceGame
from .methods import Method, Range, Setting, begin
from .solutions import normalised

__all__ = ["first_crossing", "flow_range", "frequencies", "half", "multiplier", "spread"]


def spread(policy: Floats) -> Floats:
    """Give diag(pi) - pi pi' of every context, the Jacobian of the softmax: ``(C, n, n)``."""
    return np.asarray(np.eye(policy.shape[1]) * policy[:, :, None] - policy[:, :, None] * policy[:, None, :])


def frequencies(game: PreferenceGame, policy: Floats) -> Floats:
    """Give the frequencies omega of a policy's contexts, none twice, ascending: the moduli of the eigenvalues of (P - 1/2)(diag(pi) - pi pi')."""
    found = np.linalg.eigvals((game.tables - 0.5) @ spread(policy)).imag
    return np.unique(np.round(np.abs(found), 14))


def first_crossing(modulus: Callable[[float, float], float], omegas: Floats) -> float:
    """Find the smallest step at which a multiplier leaves the unit circle; 0 where that is at once, infinite where it never is.

    Args:
        modulus: the largest modulus at ``(step, omega)``.
        omegas: all frequencies.
    """

    def outside(step: float) -> bool:
        return max(modulus(step, float(omega)) for omega in omegas) >= 1

    grid = np.geomspace(1e-6, 1e6, 1201)
    beyond = next((index for index, step in enumerate(grid) if outside(float(step))), None)
    if not beyond:
        return float("inf") if beyond is None else 0.0
    low, high = float(grid[beyond - 1]), float(grid[beyond])
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if outside(middle) else (middle, high)
    return low


def half(range_: Range) -> Range:
    """Make the default step of methods whose multipliers are fastest in the middle of what is stable."""
    return lambda game, setting: range_(game, setting) / 2


def flow_range(jacobians: Floats) -> float:
    """Give the largest step a of ``z + a f(z)`` from the Jacobians of f at its zero, ``(C, n, n)``: the least of -2 Re(l)/|l|^2 over their eigenvalues l.

    Adding a constant to all logits of a context changes no policy: that direction, of eigenvalue 0, does not count.
    """
    values = np.linalg.eigvals(jacobians).ravel()
    moved = values[np.abs(values) > 1e-12]
    return float(max(0.0, (-2 * moved.real / np.abs(moved) ** 2).min(initial=np.inf)))


def multiplier(method: Method, game: PreferenceGame, setting: Setting, policy: Floats, *, change: float = 1e-6) -> float:
    """Measure the largest modulus of an update's multipliers at a fixed point, by central differences of the update itself.

    For methods without a memory of their own: it is how the formulas of the ranges are checked.

    Args:
        method: whose update.
        game: of one context.
        setting: with a constant step.
        policy: the fixed point, ``(1, n)``.
        change: of each logit.
    """
    state = begin(method, game, policy)

    def after(move: Floats) -> Floats:
        logs = method.update(game, state._replace(logs=normalised(state.logs + move), turn=1), setting).logs[0]
        return np.asarray(logs - logs.mean())

    columns = [(after(change * unit) - after(-change * unit)) / (2 * change) for unit in np.eye(game.size)]
    centre = np.eye(game.size) - 1 / game.size
    return float(np.abs(np.linalg.eigvals(centre @ np.array(columns).T @ centre)).max())
