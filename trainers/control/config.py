"""The parameters of the trainer ``spo_control``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..ppo_update import Learning
from .environments import ENVIRONMENTS

__all__ = ["METHODS", "PREFERENCES", "Config"]

METHODS = ("spo", "reward_once", "reward_iterated", "hidden_return")
PREFERENCES = ("max_reward", "noisy", "intransitive", "constrained")


@dataclass(frozen=True)
class Config(Learning):
    """How a body learns from comparisons of its own trajectories. A round is one trajectory of each environment, and an update.

    Attributes:
        environment: half_cheetah, reacher or swimmer (``ludens.trainers.control.environments``).
        method: spo (the share of wins is a trajectory's reward), reward_iterated (a Bradley-Terry reward, fitted again in every round), reward_once (one
            that is fitted once, to as many queries), or hidden_return (no preferences: the environment's own rewards, to know what can be reached).
        preference: max_reward (the larger hidden return), noisy (the same with wrong labels), intransitive (voters who go round in circles over headings),
            or constrained (the larger return among trajectories that are not strained for too long).
        wrong: share of wrong labels (noisy).
        voters: how many, each cutting the circle of headings elsewhere (intransitive).
        strained: the largest share of strained steps that is admitted (constrained).
        labels: hard, drawn by the preference's probability, or soft, the probability itself.
        rounds: in all.
        envs: side by side: trajectories of a round.
        queue: rounds that a trajectory is compared with, its own among them.
        deviation: of the actions at the beginning, as a share of what the body can do.
        fit: steps of the reward model in a round (reward_iterated).
        fit_once: its steps in all (reward_once).
        fit_rate: its learning rate.
        memory: rounds whose pairs it is fitted to (reward_iterated).
        episodes: trajectories by which the last policy is measured.
    """

    TRAINER: ClassVar[str] = "spo_control"

    environment: str = "half_cheetah"
    method: Literal["spo", "reward_once", "reward_iterated", "hidden_return"] = "spo"
    preference: Literal["max_reward", "noisy", "intransitive", "constrained"] = "max_reward"
    wrong: float = 0.25
    voters: int = 8
    strained: float = 0.5
    labels: Literal["hard", "soft"] = "hard"
    rounds: int = 100
    envs: int = 20
    queue: int = 1
    deviation: float = 0.6
    fit: int = 20
    fit_once: int = 500
    fit_rate: float = 1e-3
    memory: int = 10
    episodes: int = 60
    epochs: int = 10
    minibatches: int = 4
    learning_rate: float = 1e-3
    entropy: float = 0.0
    hidden: tuple[int, ...] = (64, 64)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._one_of(environment=tuple(ENVIRONMENTS), method=METHODS, preference=PREFERENCES, labels=("hard", "soft"))
        self._whole("rounds", "queue", "fit", "fit_once", "memory", "episodes")
        self._whole("envs", "voters", least=2)
        self._positive("deviation", "fit_rate")
        self._shares("wrong", "strained")

    @property
    def queries(self) -> int:
        """What spo and reward_iterated ask in all."""
        return sum(self.envs * (self.envs - 1) // 2 + self.envs**2 * min(number, self.queue - 1) for number in range(self.rounds))

    @property
    def first(self) -> int:
        """Rounds whose trajectories make as many pairs, or a few more (reward_once)."""
        return next(count for count in range(1, self.rounds + 1) if count * self.envs * (count * self.envs - 1) // 2 >= self.queries)
