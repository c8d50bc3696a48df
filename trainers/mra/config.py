"""The parameters of the trainer ``mra``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..ppo_update import Learning

__all__ = ["WORLDS", "Config"]

WORLDS = ("congestion", "spread", "tag")
_MOST = 100


@dataclass(frozen=True)
class Config(Learning):
    """How one policy learns games of several populations. A round is ``envs`` episodes of each population that is trained on, and an update.

    Attributes:
        world: congestion (one choice, exact Nash gaps), spread or tag (``ludens.trainers.mra.worlds``).
        populations: numbers of agents that are trained on; in tag, of adversaries.
        unseen: numbers that are only measured.
        modes: values of the latent; 1 for none.
        information: weight of the mutual information between mode and action, in nats; 0 for none.
        temperature: of the Gumbel-softmax that the encoder learns by.
        encoder_rate: learning rate of the encoder and the game predictor; it stays as it is.
        width: of the relation network.
        places: agents of congestion are told where they and the others stand; otherwise nothing tells them apart.
        landmarks: in spread; obstacles in tag.
        horizon: steps of an episode in spread and tag.
        rounds: in all.
        envs: episodes of each population in a round.
        episodes: by which each population is measured in the end.
        save_every: rounds from save to save, from which a run that was cut off goes on.
    """

    TRAINER: ClassVar[str] = "mra"

    world: Literal["congestion", "spread", "tag"] = "congestion"
    populations: tuple[int, ...] = (6, 9, 12)
    unseen: tuple[int, ...] = (3, 8, 24)
    modes: int = 6
    information: float = 0.01
    temperature: float = 2.0
    encoder_rate: float = 0.01
    width: int = 32
    places: bool = True
    landmarks: int = 3
    horizon: int = 25
    rounds: int = 200
    envs: int = 64
    episodes: int = 400
    save_every: int = 50
    minibatches: int = 4
    learning_rate: float = 5e-3
    discount: float = 0.95
    entropy: float = 0.003
    hidden: tuple[int, ...] = (32,)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("populations", "unseen"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            least = 3 if self.world == "tag" else 2
            right = all(type(number) is int and least <= number <= _MOST for number in getattr(self, name))
            self._require(right, name, f"should be whole numbers from {least} to {_MOST}")
        self._require(bool(self.populations), "populations", "should name at least one")
        self._require(len(set(self.populations)) == len(self.populations), "populations", "should name each once")
        self._require(not set(self.unseen) & set(self.populations), "unseen", "should name none that is trained on")
        self._one_of(world=WORLDS)
        self._whole("modes", "width", "landmarks", "horizon", "rounds", "envs", "save_every")
        self._whole("episodes", least=2)
        self._require(isinstance(self.places, bool), "places", "should be true or false")
        self._positive("temperature", "encoder_rate")
        self._not_negative("information")

    @property
    def measured(self) -> tuple[int, ...]:
        """All populations, the smallest first."""
        return tuple(sorted({*self.populations, *self.unseen}))
