"""Methods for the regularised game: their last iterate comes to the Nash policy of P(p > q) - t KL(p || mu) + t KL(q || mu), or close to it.

Three moves in logits occur. Mirror descent, a closed form, shrinks towards the reference and adds step * P(y > opponent). The same step is what a gradient
of a pairwise squared loss makes when both answers are drawn uniformly. When they are drawn from the policy, as policy gradients do, every logit's move is
weighted by its probability: rare answers learn slowly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import ParameterError
from .game import Floats, PreferenceGame
from .methods import Setting, State, method
from .solutions import data_reply, mix, normalised, regularised_nash
from .stability import first_crossing, flow_range, frequencies, half, spread

__all__ = ["descend", "mirror_prox", "mixed_nash", "prox_range", "prox_step"]


def _nash(game: PreferenceGame, setting: Setting) -> Floats:
    return regularised_nash(game, setting.temperature)


def mixed_nash(game: PreferenceGame, temperature: float, share: float) -> Floats:
    """Give the fixed point against a geometric mixture: its mixture with the reference is the Nash policy at temperature t/(1-b).

    Nash-MD-PG(b) and IPO-MD(b) share it (Calandriello et al. 2024, arXiv:2403.08635); b = 1 is the best reply to the reference.
    """
    inner = game.reference if share == 1 else regularised_nash(game, temperature / (1 - share))
    return data_reply(game, inner, temperature)


def descend(game: PreferenceGame, logs: Floats, magnet: Floats, opponent: Floats, *, step: float, temperature: float) -> Floats:
    """Make one mirror-descent step from ``logs`` towards ``magnet`` and what beats ``opponent``."""
    return normalised((1 - step * temperature) * logs + step * temperature * magnet + step * game.against(opponent))


def _descended(game: PreferenceGame, state: State, opponent: Floats, setting: Setting) -> State:
    logs = descend(game, state.logs, np.log(game.reference), opponent, step=setting.size, temperature=setting.temperature)
    return state.after(logs)


def _flat_range(temperature: float, omegas: Floats) -> float:
    return float((2 * temperature / (temperature**2 + omegas**2)).min())


# -- mirror descent: INPO, online IPO on uniform pairs, IPO-MD, offline IPO, Nash-EMA, Nash-MD ---------------------------------------------------------


def _mirror_range(game: PreferenceGame, setting: Setting) -> float:
    return _flat_range(setting.temperature, frequencies(game, _nash(game, setting)))


@method(
    "inpo",
    target="regularised Nash",
    solution=_nash,
    largest_step=_mirror_range,
    step=None,
    source="Zhang et al. 2024, arXiv:2407.00617; steps 2/(t (k+2)): KL at most 32 C^2/(t^2 (T+1)); constant: a < 2 t/(t^2 + omega^2)",
)
def inpo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Online mirror descent in self-play: policy^(1 - a t) mu^(a t) exp(a P(y > policy)), a = 2/(t (k+2)) at update k by default."""
    step = 2 / (setting.temperature * (state.turn + 2)) if setting.step is None else setting.step
    return _descended(game, state, state.policy, replace(setting, step=step))


@method(
    "omd",
    target="regularised Nash",
    solution=_nash,
    largest_step=_mirror_range,
    step=half(_mirror_range),
    source="online IPO on uniform pairs (Zhou et al. 2025, arXiv:2503.08942, 'online IPO 1'); linear while a < 2 t/(t^2 + omega^2)",
)
def omd(game: PreferenceGame, state: State, setting: Setting) -> State:
    """The same with a constant step; half of what is stable is the fastest."""
    return _descended(game, state, state.policy, setting)


def _mixed_range(game: PreferenceGame, setting: Setting) -> float:
    inner = mix(mixed_nash(game, setting.temperature, setting.mixture), game.reference, setting.mixture)
    return _flat_range(setting.temperature, (1 - setting.mixture) * frequencies(game, inner))


@method(
    "ipo_md",
    target="regularised Nash",
    solution=lambda game, setting: mixed_nash(game, setting.temperature, setting.mixture),
    largest_step=_mixed_range,
    step=half(_mixed_range),
    source="Calandriello et al. 2024, arXiv:2403.08635; its mixture is the Nash policy at t/(1-b); a < 2 t/(t^2 + (1-b)^2 omega^2)",
)
def ipo_md(game: PreferenceGame, state: State, setting: Setting) -> State:
    """IPO-MD on uniform pairs: mirror descent against the geometric mixture of policy and reference."""
    opponent = mix(state.policy, game.reference, setting.mixture)
    return _descended(game, state, opponent, setting)


@method(
    "ipo",
    target="data reply",
    solution=lambda game, setting: data_reply(game, game.reference, setting.temperature),
    largest_step=lambda game, setting: 2 / setting.temperature,
    step=lambda game, setting: 0.5 / setting.temperature,
    source="Azar et al. 2023, arXiv:2310.12036, eq. 17; a < 2/t",
)
def ipo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Offline IPO: mirror descent against the policy that made the data, here the reference."""
    return _descended(game, state, game.reference, setting)


def _ema_range(game: PreferenceGame, setting: Setting) -> float:
    t, rate = setting.temperature, setting.memory

    def modulus(step: float, omega: float) -> float:
        shrink, turn = 1 - step * t, 1j * step * omega
        return float(np.abs(np.linalg.eigvals(np.array([[shrink, turn], [rate * shrink, 1 - rate + rate * turn]]))).max())

    return first_crossing(modulus, frequencies(game, _nash(game, setting)))


@method(
    "nash_ema",
    target="regularised Nash",
    solution=_nash,
    largest_step=_ema_range,
    step=half(_ema_range),
    source="Munos et al. 2023, arXiv:2312.00886",
)
def nash_ema(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Nash-EMA: mirror descent against the policy whose logits are a moving average of the iterates'."""
    logs = descend(game, state.logs, np.log(game.reference), np.exp(normalised(state.memory)), step=setting.size, temperature=setting.temperature)
    return state.after(logs, (1 - setting.memory) * state.memory + setting.memory * logs)


def _biased_nash(game: PreferenceGame, setting: Setting) -> Floats:
    if setting.step is None:
        return _nash(game, setting)
    share = setting.step * setting.temperature
    if share > 1:
        raise ParameterError(f"nash_md: step={setting.step!r} should be at most 1/temperature, {1 / setting.temperature:g}: it sets the share of the reference")
    # pi = m exp(a P m) with m = pi^(1-s) mu^s: m is the Nash policy at t/(1-s), and pi follows from it
    return mixed_nash(game, setting.temperature, share) if share < 1 else data_reply(game, game.reference, 1 / setting.step)


def _nash_md_range(game: PreferenceGame, setting: Setting) -> float:
    t = setting.temperature

    def outside(step: float) -> bool:
        inner = regularised_nash(game, t / (1 - step * t))
        return (1 - step * t) * float(np.hypot(1, step * frequencies(game, inner)).max()) >= 1

    # at a step of 1/t the mixture is the reference itself, and nothing moves any more
    grid = [float(step) for step in np.linspace(0, 1 / t, 42)[1:-1]]
    beyond = next((index for index, step in enumerate(grid) if outside(step)), None)
    if beyond is None:
        return 1 / t
    low, high = (grid[beyond - 1] if beyond else 0.0), grid[beyond]
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if outside(middle) else (middle, high)
    return low


@method(
    "nash_md",
    target="regularised Nash",
    solution=_biased_nash,
    largest_step=_nash_md_range,
    step=None,
    source="Munos et al. 2023, arXiv:2312.00886, theorem 1: KL at most 8/(t^2 (T+1)); with a constant step the mixture is the Nash policy at t/(1 - a t)",
)
def nash_md(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Nash-MD: m = policy^(1 - a t) mu^(a t) is opponent and centre, policy = m exp(a P(y > m)); a = 2/(t (k+2)) by default."""
    t = setting.temperature
    step = 2 / (t * (state.turn + 2)) if setting.step is None else setting.step
    mixed = mix(state.policy, game.reference, step * t)
    return state.after(normalised(np.log(mixed) + step * game.against(mixed)))


# -- two steps: Nash-MP, EGPO --------------------------------------------------------------------------------------------------------------------------


def mirror_prox(game: PreferenceGame, logs: Floats, magnet: Floats, setting: Setting) -> Floats:
    """Make both proximal steps of Nash-MP; ``setting.step`` is eta."""
    eta = setting.size
    step = eta / ((1 + eta) * setting.temperature)
    half = descend(game, logs, magnet, np.exp(logs), step=step, temperature=setting.temperature)
    return descend(game, logs, magnet, np.exp(half), step=step, temperature=setting.temperature)


def _two_steps(shrink: float, turn: complex) -> float:
    return abs(shrink + turn * (shrink + turn))


def prox_range(game: PreferenceGame, setting: Setting) -> float:
    """Give the largest eta of two proximal steps; eta up to 2 t is what the theorem allows."""
    t = setting.temperature
    return first_crossing(lambda eta, omega: _two_steps(1 / (1 + eta), 1j * eta * omega / ((1 + eta) * t)), frequencies(game, _nash(game, setting)))


def prox_step(game: PreferenceGame, setting: Setting) -> float:
    """Give eta = 2 t, the largest that the theorem allows."""
    return 2 * setting.temperature


@method(
    "nash_mp",
    target="regularised Nash",
    solution=_nash,
    queries=2,
    largest_step=prox_range,
    step=prox_step,
    source="Tiapkin et al. 2025, arXiv:2505.19731; eta = 2 t: KL falls by 1/(1 + 2 t) an iteration or faster",
)
def nash_mp(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Mirror prox: a proximal step against the policy, then another from the same place against what the first one gave."""
    return state.after(mirror_prox(game, state.logs, np.log(game.reference), setting))


def _extragradient_range(game: PreferenceGame, setting: Setting) -> float:
    t = setting.temperature
    return first_crossing(lambda step, omega: _two_steps(1 - step * t, 1j * step * omega), frequencies(game, _nash(game, setting)))


@method(
    "egpo",
    target="regularised Nash",
    solution=_nash,
    queries=2,
    largest_step=_extragradient_range,
    step=lambda game, setting: 1 / (1 + setting.temperature),
    source="Zhou, Fazel and Du 2025, arXiv:2503.08942; linear. In this exact form it is Nash-MP with a = eta/((1 + eta) t)",
)
def egpo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Extragradient: a mirror-descent step to look ahead, then a step from where it stood against what it saw there."""
    t, magnet = setting.temperature, np.log(game.reference)
    ahead = descend(game, state.logs, magnet, state.policy, step=setting.size, temperature=t)
    return state.after(descend(game, state.logs, magnet, np.exp(ahead), step=setting.size, temperature=t))


# -- expected gradients on the policy's own samples: Nash-MD-PG, online IPO ----------------------------------------------------------------------------


def _gradient(game: PreferenceGame, logs: Floats, opponent: Floats, temperature: float) -> Floats:
    """Give E_{y~policy}[grad log policy(y) (P(y > opponent) - 1/2 - t log(policy/mu))] in the logits."""
    policy, gain = np.exp(logs), game.against(opponent) - 0.5 - temperature * (logs - np.log(game.reference))
    return np.asarray(policy * (gain - (policy * gain).sum(1, keepdims=True)))


def _gradient_range(game: PreferenceGame, temperature: float, share: float) -> float:
    policy = mixed_nash(game, temperature, share)
    inner = (1 - share) * (game.tables - 0.5) @ spread(mix(policy, game.reference, share))
    return flow_range(spread(policy) @ (inner - temperature * np.eye(game.size)))


def _policy_gradient_range(game: PreferenceGame, setting: Setting) -> float:
    return _gradient_range(game, setting.temperature, setting.mixture)


def _online_range(game: PreferenceGame, setting: Setting) -> float:
    return _gradient_range(game, setting.temperature, 0.0) * setting.temperature / 4


@method(
    "nash_md_pg",
    target="regularised Nash",
    solution=lambda game, setting: mixed_nash(game, setting.temperature, setting.mixture),
    largest_step=_policy_gradient_range,
    step=half(_policy_gradient_range),
    source="Munos et al. 2023, arXiv:2312.00886; comes to the fixed point of IPO-MD, the Nash policy itself at mixture 0",
)
def nash_md_pg(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Nash-MD as a policy gradient: E_{y~policy} grad log policy(y) (P(y > m) - 1/2 - t log(policy/mu)), m the geometric mixture."""
    slope = _gradient(game, state.logs, mix(state.policy, game.reference, setting.mixture), setting.temperature)
    return state.after(normalised(state.logs + setting.size * slope))


@method(
    "online_ipo",
    target="regularised Nash",
    solution=_nash,
    largest_step=_online_range,
    step=half(_online_range),
    source="Calandriello et al. 2024, arXiv:2403.08635: the gradient is 4/t times that of self-play",
)
def online_ipo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Gradient descent on (log-ratio difference - 1/(2 t))^2 with both answers from the policy, whose samples have no gradient."""
    t = setting.temperature
    return state.after(normalised(state.logs + setting.size * 4 / t * _gradient(game, state.logs, state.policy, t)))
