"""The methods, as what they make of a collection: whose answers they learn from, against whom these are compared, and the loss.

The losses are those of :mod:`ludens.trainers.objectives`; a method is the few lines that hand a collection to one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from .. import objectives
from ..credit import group_scores, leave_one_out
from ..objectives import RECIPES
from ..record import Group, LogProbs, Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from .answers import Seen
    from .config import Config

    Loss = Callable[[LogProbs, LogProbs, Seen, Config], Tensor]
    """``loss(answers (B, K), tokens (U, T), seen, config)``."""

__all__ = ["METHODS", "Method", "advantages"]


class Method(NamedTuple):
    """How a method learns from a collection.

    Attributes:
        name: in configurations.
        answers: who gives the answers: the ``"policy"``, the ``"previous"`` iterate, or the ``"reference"`` (offline data).
        opponent: whom they are compared with: each ``"other"`` of their group, the ``"mixture"`` of these with the reference, the ``"average"`` policy, the
            ``"lookahead"``, the iterate ``"before"`` the previous one as well, or nobody where a ``"reward"`` counts.
        target: what the method comes to.
        iterate: which iterate does: the last, or the average only.
        loss: what is minimised.
        centred: whether the loss looks at the previous iterate.
    """

    name: str
    answers: Literal["policy", "previous", "reference"]
    opponent: Literal["other", "mixture", "average", "lookahead", "before", "reward"]
    target: str
    iterate: Literal["last", "average"]
    loss: Loss
    centred: bool = False


def _pairs(answers: LogProbs, seen: Seen) -> Pairs:
    return Group(answers, seen.table).pairs


def _gaps(answers: LogProbs, rates: Tensor) -> tuple[Pairs, Tensor]:
    """Pair answers off, with how much better the first does against the opponent."""
    pairs = Group(answers, rates[:, :, None] - rates[:, None, :]).pairs
    return pairs, pairs.preference


def _sppo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    step = config.own_step
    if config.log_partition == "constant":
        return objectives.sppo(answers, seen.rates, step)
    return objectives.sppo(answers, seen.rates, step, (step * seen.rates).exp().mean(-1, keepdim=True).log())


def _sppo_hard(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.sppo_hard(_pairs(answers, seen), config.own_step)


def _inpo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.inpo(_pairs(answers, seen), config.temperature, config.own_step)


def _ipo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.ipo(_pairs(answers, seen), config.temperature)


def _ipo_md(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    import torch

    # answers of the policy stand for those of its mixture with the reference
    apart = answers.old - answers.reference
    weights = torch.softmax(-config.mixture * apart, -1) * apart.shape[-1]
    of_pairs = Group(answers, weights[:, :, None] * weights[:, None, :]).pairs.preference
    return objectives.ipo(_pairs(answers, seen), config.temperature, of_pairs)


def _dpo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.dpo(_pairs(answers, seen), config.temperature)


def _egpo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.egpo(*_gaps(answers, seen.rates), config.temperature)


def _omwu(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    # the rates are those of the optimistic step already, 2 P(y > previous) - P(y > the one before)
    pairs, gap = _gaps(answers, seen.rates)
    return objectives.omwu(pairs, gap, gap, config.own_step)


def _nash(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.nash_pg(answers, seen.rates, config.temperature, baseline="batch")


def _nash_mp(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.nash_pg(answers, seen.rates, config.temperature, config.temperature / config.own_step, "batch")


def _p3o(loss: Callable[[Pairs, Tensor, float], Tensor]) -> Loss:
    def found(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
        pairs = _pairs(answers, seen)
        # 2 P - 1 counts a preference twice, so the KL counts twice too, and the temperature keeps its meaning
        return loss(pairs, 2 * pairs.preference - 1 - 2 * config.temperature * pairs.from_reference.detach(), config.clip)

    return found


def _clipped(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    parts, own = seen.answers, seen.answers.batch.sampled[seen.answers.row]
    gain = seen.advantages.flatten()[parts.answer][:, None].expand(own.shape)
    return objectives.ppo_clip(tokens.policy[parts.row], tokens.old[parts.row], gain, config.clip, own)


def _grpo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    # the estimator of the KL is GRPO's own, token by token: exp(d) - d - 1, d = log(reference/policy)
    own = seen.answers.batch.sampled[seen.answers.row]
    apart = -tokens.from_reference[seen.answers.row][own]
    return _clipped(answers, tokens, seen, config) + config.temperature * (apart.exp() - apart - 1).mean()


def _rloo(answers: LogProbs, tokens: LogProbs, seen: Seen, config: Config) -> Tensor:
    return objectives.reinforce(answers, seen.advantages)


def advantages(
    method: Method,
    rates: NDArray[np.float64],
    rewards: NDArray[np.float64] | None,
    apart: NDArray[np.float64],
    config: Config,
    *,
    groups: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Give every answer its advantage, where the method has one.

    Args:
        method: whose.
        rates: P(answer > opponent), ``(B, K)``.
        rewards: of the answers, ``(B, K)``; where there are none, how often they are preferred counts as such.
        apart: log(policy / reference) of the answers when they were sampled, ``(B, K)``; charged for by rloo.
        config: its temperature.
        groups: utilities of the answers for each group of people, ``(G, B, K)``, one of all by default; maxmin serves the one that is worst off.
    """
    earned = rates if rewards is None else rewards
    if method.name == "spo":
        return rates - 0.5
    if method.name == "grpo":
        return group_scores(earned)
    if method.name == "maxmin":
        return _for_the_worst_off(earned[None] if groups is None else groups, config.temperature * apart)
    if method.name == "rloo":
        return leave_one_out(earned - config.temperature * apart)
    return np.zeros_like(rates)


def _for_the_worst_off(groups: NDArray[np.float64], charged: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give advantages under the utility of the group that is worst off.

    Who that is, each half of the answers is told by the other: told by itself, a half would be better off with answers that vary little.
    """
    out, halves = np.empty_like(charged), (slice(0, None, 2), slice(1, None, 2))
    for own, other in (halves, halves[::-1]):
        worst = groups[:, :, other].mean((1, 2)).argmin()
        out[:, own] = leave_one_out((groups[worst] - charged)[:, own])
    return out


_LOSSES: dict[str, Loss] = {
    "dpo": _dpo,
    "egpo": _egpo,
    "inpo": _inpo,
    "ipo": _ipo,
    "ipo_md": _ipo_md,
    "nash_ema": _nash,
    "nash_md_pg": _nash,
    "nash_mp": _nash_mp,
    "online_dpo": _dpo,
    "online_ipo": _ipo,
    "p3o_joint": _p3o(objectives.p3o_joint),
    "p3o_separate": _p3o(objectives.p3o_separate),
    "spo": _clipped,
    "sppo": _sppo,
    "sppo_hard": _sppo_hard,
}
_CENTRED = ("inpo", "nash_mp", "sppo", "sppo_hard")
_WHO: dict[str, Literal["policy", "previous", "reference"]] = {"data": "reference", "previous": "previous"}
_WHOM: dict[str, Literal["mixture", "average", "lookahead"]] = {"mixture": "mixture", "average": "average", "lookahead": "lookahead"}


def _method(name: str, loss: Loss) -> Method:
    recipe = RECIPES[name]
    # here p3o learns from preferences and not from a reward that was fitted to them
    target = "regularised Nash" if name.startswith("p3o") else recipe.target
    iterate: Literal["last", "average"] = "average" if recipe.target == "minimax winner" else "last"
    return Method(name, _WHO.get(recipe.answers, "policy"), _WHOM.get(recipe.opponent, "other"), target, iterate, loss, name in _CENTRED)


METHODS: dict[str, Method] = {name: _method(name, loss) for name, loss in _LOSSES.items()} | {
    "grpo": Method("grpo", "policy", "reward", "best reward", "last", _grpo),
    "maxmin": Method("maxmin", "policy", "reward", "max-min", "last", _rloo),
    "mpo": Method("mpo", "policy", "lookahead", "minimax winner", "last", _nash_mp, centred=True),
    "omwu": Method("omwu", "previous", "before", "minimax winner", "last", _omwu, centred=True),
    "rloo": Method("rloo", "policy", "reward", "best reward", "last", _rloo),
}
"""All methods of the trainer ``preference`` by name."""
