"""What the trainer ``marlhf`` is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ....errors import nearest
from ...parameters import Parameters
from ...ppo import Config as Practising
from ..data import MIXES
from .offline import LEARNERS

__all__ = ["RECORDED", "Config"]

RECORDED = "recorded"


@dataclass(frozen=True)
class Config(Parameters):
    """How policies are learned from preferences, on how much data, and how they are measured.

    Attributes:
        seeds: repetitions, each with data, answers, networks and replies of its own; the experts are the same.
        mixes: of data; see ``ludens.trainers.marlhf.MIXES``.
        recorded: a run's folder; its episodes and the answers that ``ludens label`` keeps there take the place of the mixes.
        ablated: mixes on which the regulariser along time and pessimism are left out, too, one at a time.
        pairs: comparisons of games in each mix.
        steepness: how sure the answers are.
        alpha: weight of the regulariser along time.
        members: reward networks a seat; their spread is what is not known.
        pessimism: how many of these standard deviations a reward is lowered by.
        reward_steps: of the optimizer, a member.
        imitation_steps: of the optimizer, for the reference.
        learner: ``vdn`` sums the seats' values, ``independent`` does not.
        temperature: weight of the divergence from the reference, in standard deviations of a step's reward.
        discount: of rewards, a step.
        policy_steps: of the optimizer, for a policy.
        hidden: widths of the layers of policies and critics.
        reward_hidden: of the layers of rewards.
        demonstrations: episodes of the scripted players that the experts are cloned from.
        expert_steps: joint steps by which the experts then practise.
        reply_steps: steps by which a reply to a policy practises.
        envs: games side by side in practice.
        games: to choose a reply by, and again to measure it by, a seat.
    """

    TRAINER: ClassVar[str] = "marlhf"

    seeds: int = 4
    mixes: tuple[str, ...] = ("pure-expert", "single", "unilateral", "mix-expert", "mix-unilateral", "diversified")
    recorded: str = ""
    ablated: tuple[str, ...] = ("mix-unilateral",)
    pairs: int = 5000
    steepness: float = 20.0
    alpha: float = 1.0
    members: int = 2
    pessimism: float = 1.0
    reward_steps: int = 300
    imitation_steps: int = 400
    learner: str = "vdn"
    temperature: float = 2.0
    discount: float = 0.9
    policy_steps: int = 500
    hidden: tuple[int, ...] = (64, 64)
    reward_hidden: tuple[int, ...] = (32, 32)
    demonstrations: int = 100
    expert_steps: int = 400_000
    reply_steps: int = 40_000
    envs: int = 128
    games: int = 160

    def __post_init__(self) -> None:
        for name in ("mixes", "ablated", "hidden", "reward_hidden"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._whole("seeds", "members", "reward_steps", "imitation_steps", "policy_steps", "demonstrations", "expert_steps", "reply_steps", "envs", "games")
        self._whole("pairs", least=10)
        self._positive("steepness", "temperature")
        self._not_negative("alpha", "pessimism")
        self._shares("discount")
        self._one_of(learner=LEARNERS)
        self._require(len(self.mixes) > 0, "mixes", f"should name some of {', '.join(MIXES)}")
        for mix in self.mixes:
            self._require(mix in MIXES, "mixes", f"should be of {', '.join(MIXES)}{nearest(mix, MIXES)}")
        self._require(isinstance(self.recorded, str), "recorded", "should be the folder of a run")
        self._require(set(self.ablated) <= set(self.mixes), "ablated", "should be among the mixes")

    @property
    def data(self) -> tuple[str, ...]:
        """Names of the data that are learned from."""
        return (RECORDED,) if self.recorded else self.mixes

    def practising(self, horizon: int, steps: int, *, shaping: float = 0.0) -> Practising:
        """Give how experts and replies practise: some whole games between two updates."""
        length = max(1, round(52 / (horizon + 1))) * (horizon + 1)
        return Practising(
            steps=steps,
            envs=self.envs,
            length=length,
            minibatches=next(parts for parts in (4, 2, 1) if self.envs * length % parts == 0),
            entropy=0.01,
            shaping=shaping,
            hidden=self.hidden,
        )
