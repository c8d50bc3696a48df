"""How Deep CFR is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..parameters import Parameters

__all__ = ["Config"]


@dataclass(frozen=True)
class Config(Parameters):
    """How regrets and the average policy are learned.

    Attributes:
        iterations: how often regrets are sampled and learned anew.
        traversals: walks of every group of seats in an iteration.
        share: who shares a network of regrets: ``seat`` (a network each) or ``role`` (all who hold a role).
        depth: how many of its own decisions in a row a walk tries out in all ways; before them it moves at random, after them it plays on to the end as
            everybody does. They begin at a random one. None tries out all.
        walks: ``together`` (in step, in the game's compiled engine), ``one_by_one`` (in the readable one) or ``auto`` (together where that is possible).
        hidden: widths of the networks' layers.
        memory: most samples that are kept for a network; a uniform sample of all there were.
        steps, batch: steps of the optimizer for every network of regrets, and samples a step.
        policy_steps: the same for the average policy, which is learned once, at the end.
        learning_rate: of Adam.
        save_every: iterations from save to save, from which a run that was cut off goes on.
        exact: most nodes of a tree in which the policy is measured exactly; 0 for no measurement.
    """

    TRAINER: ClassVar[str] = "deep_cfr"

    iterations: int = 100
    traversals: int = 100
    share: Literal["seat", "role"] = "seat"
    depth: int | None = None
    walks: Literal["auto", "together", "one_by_one"] = "auto"
    hidden: tuple[int, ...] = (64, 64)
    memory: int = 200_000
    steps: int = 100
    batch: int = 512
    policy_steps: int = 2000
    learning_rate: float = 5e-3
    save_every: int = 10
    exact: int = 200_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        self._whole("iterations", "traversals", "memory", "steps", "batch", "policy_steps", "save_every")
        self._require(self.share in ("seat", "role"), "share", "should be 'seat' or 'role'")
        self._one_of(walks=("auto", "together", "one_by_one"))
        self._require(self.depth is None or (type(self.depth) is int and self.depth > 0), "depth", "should be a whole number above 0, or null")
        self._positive("learning_rate")
        self._whole("exact", least=0)
