"""The parameters of the trainer ``spo_control``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..ppo_update import Learning
from .environments import ENVIRONMENTS

__all__ = ["LEARNERS", "METHODS", "PREFERENCES", "Config"]

METHODS = ("spo", "reward_once", "reward_iterated", "hidden_return")
LEARNERS = ("sac", "ppo")
PREFERENCES = ("max_reward", "noisy", "intransitive", "constrained")


@dataclass(frozen=True)
class Config(Learning):
    """How a body learns from comparisons of its own trajectories. A round is one trajectory of each environment, and an update.

    Attributes:
        environment: ant, half_cheetah, reacher or swimmer (``ludens.trainers.control.environments``).
        method: spo (the share of wins is a trajectory's reward), reward_iterated (a Bradley-Terry reward, fitted again in every round), reward_once (one
            that is fitted once, to as many queries), or hidden_return (no preferences: the environment's own rewards, to know what can be reached).
        preference: max_reward (the larger hidden return), noisy (the same with wrong labels), intransitive (voters who go round in circles over headings),
            or constrained (the larger return among trajectories that are not strained for too long).
        wrong: share of wrong labels (noisy).
        voters: how many, each cutting the circle of headings elsewhere (intransitive).
        strained: the largest share of strained steps that is admitted (constrained).
        labels: hard, drawn by the preference's probability, or soft, the probability itself.
        learner: sac (all rounds of the queue are learned from, again and again) or ppo (each round once, when it was played).
        rounds: in all.
        envs: side by side: trajectories of a round.
        queue: rounds that a trajectory is compared with, its own among them.
        opponents: how many trajectories of the queue each fresh one is compared with, of those that came before it.
        deviation: of the actions at the beginning, as a share of what the body can do; before they are squashed (sac).
        fit: steps of the reward model in a round (reward_iterated).
        fit_once: its steps in all (reward_once).
        fit_rate: its learning rate.
        fit_batch: pairs of a step.
        memory: rounds whose pairs it is fitted to (reward_iterated).
        updates: gradient steps in a round, on average over all rounds (sac).
        batch: steps of trajectories in each (sac).
        following: how far target networks go to the critics' in each (sac).
        temperature: at the beginning (sac).
        target_entropy: wanted of each number of an action, in nats (sac).
        reward_scale: deviation of the sums of rewards over the trajectories that are learned from (sac).
        episodes: trajectories by which the last policy is measured.
        save_every: rounds from save to save, from which a run that was cut off goes on.
    """

    TRAINER: ClassVar[str] = "spo_control"

    environment: str = "half_cheetah"
    method: Literal["spo", "reward_once", "reward_iterated", "hidden_return"] = "spo"
    preference: Literal["max_reward", "noisy", "intransitive", "constrained"] = "max_reward"
    wrong: float = 0.25
    voters: int = 8
    strained: float = 0.5
    labels: Literal["hard", "soft"] = "hard"
    learner: Literal["sac", "ppo"] = "sac"
    rounds: int = 60
    envs: int = 10
    queue: int = 20
    opponents: int = 20
    deviation: float = 0.6
    fit: int = 20
    fit_once: int = 1200
    fit_rate: float = 1e-3
    fit_batch: int = 64
    memory: int = 20
    updates: int = 60
    batch: int = 256
    following: float = 0.03
    temperature: float = 0.1
    target_entropy: float = -1.0
    reward_scale: float = 10.0
    episodes: int = 60
    save_every: int = 20
    epochs: int = 10
    minibatches: int = 4
    learning_rate: float = 2e-3
    entropy: float = 0.0
    hidden: tuple[int, ...] = (64, 64)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._one_of(environment=tuple(ENVIRONMENTS), method=METHODS, preference=PREFERENCES, labels=("hard", "soft"), learner=LEARNERS)
        self._whole("rounds", "queue", "opponents", "fit", "fit_once", "fit_batch", "memory", "updates", "batch", "episodes", "save_every")
        self._whole("envs", "voters", least=2)
        self._positive("deviation", "fit_rate", "temperature", "reward_scale")
        self._shares("wrong", "strained", "following")
        self._require(self.learner == "ppo" or 0.02 <= self.deviation <= 2.5, "deviation", "should be from 0.02 to 2.5 with learner=sac")
        self._require(
            isinstance(self.target_entropy, int | float) and self.target_entropy < math.log(2), "target_entropy", "should be below log 2, that of an even draw"
        )

    @property
    def queries(self) -> int:
        """What spo and reward_iterated ask in all."""
        numbers = range(self.envs)
        return sum(min(self.opponents, min(number, self.queue - 1) * self.envs + before) for number in range(self.rounds) for before in numbers)

    @property
    def first(self) -> int:
        """Rounds whose trajectories make as many pairs, or a few more (reward_once)."""
        return next(count for count in range(1, self.rounds + 1) if count * self.envs * (count * self.envs - 1) // 2 >= self.queries)

    @property
    def lessons(self) -> int:
        """Gradient steps after a round that is learned from: reward_once, which learns from fewer rounds, takes as many in all (sac)."""
        learned = self.rounds - self.first + 1 if self.method == "reward_once" else self.rounds
        return self.updates * self.rounds // learned
