"""Losses of preference optimisation and policy gradients, as functions of :mod:`ludens.trainers.record`; each is a mean to be minimised.

Many methods share a loss and differ in who sampled the answers, whom these are compared with and what the update is centred at: :data:`RECIPES` says so for
each. Temperatures do not compare between methods: DPO's scales log-ratios inside a sigmoid, IPO's is half of an inverse target, the Nash methods' weighs a KL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from .record import LogProbs, Pairs

__all__ = [
    "RECIPES",
    "Recipe",
    "dpo",
    "egpo",
    "inpo",
    "ipo",
    "nash_pg",
    "omwu",
    "p3o_joint",
    "p3o_separate",
    "ppo_clip",
    "reinforce",
    "sequence_kl",
    "sppo",
    "sppo_hard",
]


# -- pairs ---------------------------------------------------------------------------------------------------------------------------------------------


def dpo(pairs: Pairs, temperature: float) -> Tensor:
    """Fit Bradley-Terry by the policy's own log-ratios: -log sigmoid(t h), soft labels weighing both orders.

    Rafailov et al. 2023, arXiv:2305.18290, eq. 7; on the policy's own samples it is online DPO (Guo et al. 2024, arXiv:2402.04792).
    """
    from torch.nn.functional import logsigmoid

    h = temperature * pairs.from_reference
    return -(pairs.preference * logsigmoid(h) + (1 - pairs.preference) * logsigmoid(-h)).mean()


def ipo(pairs: Pairs, temperature: float, weights: Tensor | None = None) -> Tensor:
    """Pull the log-ratio difference h to 1/(2 t) for the preferred answer: (h - 1/(2 t))^2, soft labels weighing both orders.

    Azar et al. 2023, arXiv:2310.12036, eq. 17; online IPO and IPO-MD are the same loss on samples of the policy and of its geometric mixture with the
    reference (Calandriello et al. 2024, arXiv:2403.08635). Log-ratios are sums over tokens: divided by lengths, nothing of the theory holds.

    Args:
        pairs: of answers.
        temperature: t.
        weights: of pairs with mean 1, where they stand for samples of another policy, ``(B,)``.
    """
    h, target = pairs.from_reference, 1 / (2 * temperature)
    found = pairs.preference * (h - target).square() + (1 - pairs.preference) * (h + target).square()
    return (found if weights is None else found * weights).mean()


def inpo(pairs: Pairs, temperature: float, step: float) -> Tensor:
    """Regress a mirror-descent step on labels alone: (h - 1/(2 eta))^2, h = log-ratio difference less its part of reference and previous iterate.

    Zhang et al. 2024, arXiv:2407.00617, with eta = 1/step; both answers must come from the previous iterate. Needs step * temperature below 1.
    """
    share, target = step * temperature, step / 2
    h = share * pairs.from_reference + (1 - share) * pairs.from_previous
    return (pairs.preference * (h - target).square() + (1 - pairs.preference) * (h + target).square()).mean()


def egpo(pairs: Pairs, gap: Tensor, temperature: float) -> Tensor:
    """Pull h to what both answers do against an opponent: (h - (P(y > o) - P(y' > o))/t)^2; the answers may come from anywhere.

    Zhou, Fazel and Du 2025, arXiv:2503.08942. One gradient step against the policy gives the look-ahead, one from the same place against the
    look-ahead the next iterate.

    Args:
        pairs: answers drawn uniformly, or from any fixed distribution.
        gap: P(first > opponent) - P(second > opponent), ``(B,)``.
        temperature: t.
    """
    return (pairs.from_reference - gap / temperature).square().mean()


def omwu(pairs: Pairs, gap: Tensor, last_gap: Tensor, step: float) -> Tensor:
    """Regress an optimistic step from the previous iterate: (h - step (2 gap_t - gap_{t-1}))^2.

    arXiv:2512.24818; the gaps are as in :func:`egpo`, against the previous iterate and the one before it.
    """
    return (pairs.from_previous - step * (2 * gap - last_gap)).square().mean()


def sppo_hard(pairs: Pairs, step: float) -> Tensor:
    """Pin both answers' log-ratios to the previous iterate: +- step/2 for the winner and the loser of a label.

    Wu et al. 2024, arXiv:2405.00675, eq. 4.12; soft labels move the targets to step (P - 1/2).
    """
    target = step * (pairs.preference - 0.5)
    return ((pairs.first.from_previous - target).square() + (pairs.second.from_previous + target).square()).mean() / 2


def p3o_separate(pairs: Pairs, difference: Tensor, clip: float) -> Tensor:
    """Pairwise policy gradient with each ratio clipped: -sum_i min(A_i rho_i, A_i clip(rho_i)), A_i = +-difference/2 times the other's ratio.

    Wu et al. 2023, arXiv:2310.00212, V1. Unclipped, its gradient is that of E[difference log(policy(y1)/policy(y2))]/2 off policy.

    Args:
        pairs: answers sampled by the old policy.
        difference: r(first) - r(second), rewards less t log(policy/reference) without gradient; 2 P - 1 for a preference instead of rewards.
        clip: how far a ratio may be from 1.
    """
    import torch

    total = 0.0
    for side, other, sign in ((pairs.first, pairs.second, 1), (pairs.second, pairs.first, -1)):
        ratio = (side.policy - side.old).exp()
        gain = sign * difference / 2 * (other.policy - other.old).exp().detach()
        total = total + torch.minimum(gain * ratio, gain * ratio.clamp(1 - clip, 1 + clip))
    return -total.mean()  # type: ignore[attr-defined]


def p3o_joint(pairs: Pairs, difference: Tensor, clip: float) -> Tensor:
    """The same with the log-ratio of both clipped: -min(A g, A clip(g)), g = log policy(y1)/policy(y2), A = difference/2 times both ratios.

    Wu et al. 2023, arXiv:2310.00212, V2.
    """
    import torch

    log = pairs.first.policy - pairs.second.policy
    old = pairs.first.old - pairs.second.old
    ratios = (pairs.first.policy - pairs.first.old + pairs.second.policy - pairs.second.old).exp().detach()
    gain = difference / 2 * ratios
    return -torch.minimum(gain * log, gain * torch.clamp(log, old - clip, old + clip)).mean()


# -- single answers ------------------------------------------------------------------------------------------------------------------------------------


def sppo(answers: LogProbs, win_rate: Tensor, step: float, log_partition: Tensor | Literal["constant"] = "constant") -> Tensor:
    """Regress an exponential-weights step: (log(policy/previous) - step P(y > previous) + log Z)^2.

    Wu et al. 2024, arXiv:2405.00675, eqs. 4.6 and 4.11.

    Args:
        answers: samples of the previous iterate.
        win_rate: P(y > previous), of the answers' shape.
        step: eta.
        log_partition: log Z of each answer's prompt; ``"constant"`` takes step/2, which is close for steps up to 1 only. Estimated from a group it is
            the log of the mean of exp(step * win_rate).
    """
    partition = step / 2 if log_partition == "constant" else log_partition
    return (answers.from_previous - step * win_rate + partition).square().mean()


def nash_pg(answers: LogProbs, win_rate: Tensor, temperature: float, centre: float = 0.0, baseline: Literal["half", "batch"] = "half") -> Tensor:
    """Policy gradient of the regularised game: -E[grad log policy(y) (P(y > opponent) - 1/2 - t log(policy/mu) - c log(policy/previous))].

    Munos et al. 2023, arXiv:2312.00886: the opponent is a geometric mixture with the reference (Nash-MD-PG), a slow average (Nash-EMA-PG), or the
    policy itself. With ``centre`` = t/eta it is a proximal step of Nash-MP (Tiapkin et al. 2025, arXiv:2505.19731).

    Args:
        answers: samples of the policy.
        win_rate: P(y > opponent), of the answers' shape.
        temperature: t.
        centre: weight of the KL to the previous iterate.
        baseline: also subtract the batch's mean, which changes no expectation and less noise remains.
    """
    gain = (win_rate - 0.5 - temperature * answers.from_reference - centre * answers.from_previous).detach()
    return reinforce(answers, gain - gain.mean() if baseline == "batch" else gain)


def reinforce(answers: LogProbs, advantage: Tensor) -> Tensor:
    """-E[log policy(y) advantage] (Williams 1992); advantages by :mod:`ludens.trainers.credit`: leave-one-out makes it RLOO, a group's scores GRPO."""
    return -(answers.policy * advantage.detach()).mean()


def ppo_clip(policy: Tensor, old: Tensor, advantage: Tensor, clip: float, learner: Tensor | None = None) -> Tensor:
    """-E[min(rho A, clip(rho) A)] over tokens or actions (Schulman et al. 2017, arXiv:1707.06347, eq. 7).

    Args:
        policy: log-probabilities, with gradients.
        old: those under the policy that sampled.
        advantage: of the same shape.
        clip: how far rho may be from 1.
        learner: True where the learner chose; prompts, what an environment said and, for DR-PO, tokens before the reset are left out.
    """
    import torch

    ratio = (policy - old).exp()
    found = torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
    return -(found.mean() if learner is None else found[learner].mean())


def sequence_kl(tokens: LogProbs, learner: Tensor) -> Tensor:
    """A surrogate whose gradient is that of KL(policy || reference) over whole answers, from the policy's own samples.

    Every token's log-probability is weighed by the log-ratios from it to the end. Weighed by its own log-ratio alone, as is often done, early tokens are
    not charged for where they lead.

    Args:
        tokens: ``(B, T)``.
        learner: True at the learner's own tokens, ``(B, T)``.
    """
    ratio = tokens.from_reference.detach().where(learner, tokens.policy.new_zeros(()))
    to_go = ratio.flip(-1).cumsum(-1).flip(-1)
    return (tokens.policy.where(learner, tokens.policy.new_zeros(())) * to_go).sum(-1).mean()


class Recipe(NamedTuple):
    """How a method uses a loss.

    Attributes:
        loss: what is minimised.
        answers: who samples what is learned from: ``"data"``, the ``"policy"``, the ``"previous"`` iterate, the ``"mixture"`` with the reference, or ``"any"``.
        opponent: whom answers are compared with: each ``"other"``, or samples of the ``"policy"``, ``"previous"``, ``"mixture"``, ``"average"``,
            ``"lookahead"``; ``"reward"`` where a reward model or a group's utilities stand in for comparisons.
        target: what it comes to.
    """

    loss: Callable[..., Any]
    answers: Literal["data", "policy", "previous", "mixture", "any"]
    opponent: Literal["other", "policy", "previous", "mixture", "average", "lookahead", "reward"]
    target: Literal["minimax winner", "regularised Nash", "Bradley-Terry", "data reply", "max-min"]


RECIPES: dict[str, Recipe] = {
    "spo": Recipe(reinforce, "policy", "previous", "minimax winner"),
    "sppo": Recipe(sppo, "previous", "previous", "minimax winner"),
    "sppo_hard": Recipe(sppo_hard, "previous", "other", "minimax winner"),
    "omwu": Recipe(omwu, "any", "previous", "minimax winner"),
    "nash_md_pg": Recipe(nash_pg, "policy", "mixture", "regularised Nash"),
    "nash_ema": Recipe(nash_pg, "policy", "average", "regularised Nash"),
    "nash_mp": Recipe(nash_pg, "policy", "lookahead", "regularised Nash"),
    "egpo": Recipe(egpo, "any", "lookahead", "regularised Nash"),
    "online_ipo": Recipe(ipo, "policy", "other", "regularised Nash"),
    "ipo_md": Recipe(ipo, "mixture", "other", "regularised Nash"),
    "inpo": Recipe(inpo, "previous", "other", "regularised Nash"),
    "ipo": Recipe(ipo, "data", "other", "data reply"),
    "dpo": Recipe(dpo, "data", "other", "Bradley-Terry"),
    "online_dpo": Recipe(dpo, "policy", "other", "Bradley-Terry"),
    "p3o_separate": Recipe(p3o_separate, "previous", "reward", "Bradley-Terry"),
    "p3o_joint": Recipe(p3o_joint, "previous", "reward", "Bradley-Terry"),
    "drpo": Recipe(ppo_clip, "previous", "reward", "Bradley-Terry"),
    "maxmin": Recipe(ppo_clip, "previous", "reward", "max-min"),
}
"""The methods of the preference family."""
