"""Methods for the unregularised game: the minimax winner, by the average of the iterates or by the last one."""

from __future__ import annotations

import numpy as np

from .game import Floats, PreferenceGame
from .methods import Setting, State, method
from .nash import mirror_prox, prox_range, prox_step
from .solutions import minimax_winner, normalised
from .stability import frequencies

__all__ = ["hedge", "magnetic", "optimistic", "sppo_constant"]


def _winner(game: PreferenceGame, setting: Setting) -> Floats:
    return minimax_winner(game)


def _never(game: PreferenceGame, setting: Setting) -> float:
    return 0.0


def _hedge_step(game: PreferenceGame, setting: Setting) -> float:
    # what guarantees the average most after T iterations (Freund and Schapire 1999)
    return float(np.sqrt(8 * np.log(game.size) / setting.iterations))


_AVERAGE = "average gap at most sqrt(log n / (2 T)); the last iterate cycles"


@method(
    "spo",
    target="minimax winner",
    solution=_winner,
    iterate="average",
    largest_step=_never,
    step=_hedge_step,
    source=f"Swamy et al. 2024, arXiv:2401.04056 (Hedge); {_AVERAGE}",
)
@method(
    "sppo",
    target="minimax winner",
    solution=_winner,
    iterate="average",
    largest_step=_never,
    step=_hedge_step,
    source=f"Wu et al. 2024, arXiv:2405.00675, eq. 4.3; {_AVERAGE}",
)
def hedge(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Exponential weights in self-play: policy * exp(step P(y > policy)), normalised with the exact log Z."""
    logs = state.logs + setting.size * game.against(state.policy)
    return state.after(normalised(logs))


@method(
    "sppo_constant",
    target="minimax winner",
    solution=_winner,
    iterate="average",
    largest_step=_never,
    step=_hedge_step,
    source="Wu et al. 2024, arXiv:2405.00675, eq. 4.11; near the exact step for steps up to 1 only",
)
def sppo_constant(game: PreferenceGame, state: State, setting: Setting) -> State:
    """SPPO with log Z taken to be step / 2: the minimiser of E_{y~old} (log(policy/old) - step (P(y > old) - 1/2))^2.

    Where the squared error d = log(policy/old) - target has no slope, old * d = policy * E_old[d]. With q = policy/old and s = -E_old[d] this reads
    log q + s q = target, so that q = W(s exp(target))/s with Lambert's W, and s makes the policy sum to 1.
    """
    from scipy.optimize import brentq
    from scipy.special import lambertw

    targets = setting.size * (game.against(state.policy) - 0.5)
    out = []
    for old, target in zip(state.policy, targets, strict=True):

        def ratio(s: float, target: Floats = target) -> Floats:
            return np.exp(target) if s < 1e-12 else lambertw(s * np.exp(target)).real / s

        def excess(s: float, old: Floats = old) -> float:
            return float(old @ ratio(s) - 1)

        scale = brentq(excess, 0.0, 4 * float(np.abs(target).max()) + 1, xtol=1e-14) if excess(0.0) > 1e-14 else 0.0
        out.append(np.log(old) + np.log(ratio(scale)))
    return state.after(normalised(np.array(out)))


def _optimistic_range(game: PreferenceGame, setting: Setting) -> float:
    # z^2 - (1 + 2 i a omega) z + i a omega has a root of modulus 1 at a omega = 1/sqrt(3) first
    fastest = frequencies(game, minimax_winner(game)).max()
    return float(1 / (np.sqrt(3) * fastest)) if fastest else float("inf")


@method(
    "omwu",
    target="minimax winner",
    solution=_winner,
    largest_step=_optimistic_range,
    step=lambda game, setting: 1.0,
    memory=lambda game: game.against(game.reference),
    source="arXiv:2512.24818; linear after a burn-in where the winner has full support; a < 1/(sqrt(3) omega)",
)
def optimistic(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Optimistic exponential weights: logits move by step (2 g_t - g_{t-1}), with g = P(y > policy)."""
    gain = game.against(state.policy)
    logs = state.logs + setting.size * (2 * gain - state.memory)
    return state.after(normalised(logs), gain)


@method(
    "mpo",
    target="minimax winner",
    solution=_winner,
    queries=2,
    largest_step=prox_range,
    step=prox_step,
    source="arXiv:2410.16714; linear, as claimed",
)
def magnetic(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Magnetic preference optimisation: mirror prox towards a magnet, which moves to the policy every ``restart`` iterations."""
    magnet = state.logs if state.turn and state.turn % setting.restart == 0 else state.memory
    return state.after(mirror_prox(game, state.logs, magnet, setting), magnet)
