"""How a strategic language agent is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...agents.bots import STYLES
from ..ppo_update import Learning

__all__ = ["Config"]


@dataclass(frozen=True)
class Config(Learning):
    """How things to say are gathered, and a policy learns to choose among them.

    Attributes:
        updates: how often games are played and learned from.
        games: games an update.
        learners: share of the seats that learn in a game, rounded, one at least; the others are drawn from the population, each by itself.
        population: styles of scripted players in it, each as likely as each of its own checkpoints.
        checkpoint_every: updates after which the policy joins the population as it stands.
        candidates: how many things it chooses among at a turn to speak.
        heard: games that are heard for the bank of things to say: the model's with itself, or the population's where there is no model.
        tries: how often a model is asked for the candidates of a turn at most.
        speaking: temperature at which it speaks; None for its own.
        dimensions: most dimensions of utterances.
        memory: how many of everybody's last utterances the policy sees.
        width: of a token of the network.
        heads: of its attention; they share the width.
        matches: games in which the policy is measured, as many for those that it is compared with; 0 for none.
        save_every: updates from save to save, from which a run that was cut off goes on.
    """

    TRAINER: ClassVar[str] = "sla"

    updates: int = 200
    games: int = 48
    learners: float = 4 / 7
    population: tuple[str, ...] = STYLES
    checkpoint_every: int = 50
    candidates: int = 3
    heard: int = 150
    tries: int = 6
    speaking: float | None = None
    dimensions: int = 64
    memory: int = 2
    width: int = 64
    heads: int = 4
    matches: int = 200
    save_every: int = 20
    hidden: tuple[int, ...] = (128,)
    discount: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "population", tuple(self.population))
        self._whole("updates", "games", "checkpoint_every", "candidates", "heard", "tries", "dimensions", "memory", "width", "heads", "save_every")
        self._whole("matches", least=0)
        self._shares("learners")
        self._require(self.tries >= self.candidates, "tries", "should be at least as many as candidates")
        self._require(self.width % self.heads == 0, "width", "should be divisible by heads")
        self._require(bool(self.population) and set(self.population) <= set(STYLES), "population", f"should hold some of {', '.join(STYLES)}")
        if self.speaking is not None:
            self._positive("speaking")
