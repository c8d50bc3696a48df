"""Parameters of the trainer ``read``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

from ...agents.refining.card import Reads
from ...llm.nano.shape import preset
from ..parameters import Parameters

__all__ = ["ORDERS", "Config"]

ORDERS = {"together": "ReAd-J", "in_turn": "ReAd-S"}
"""How a planner chooses, and what refining that is called."""

_USUAL: dict[Reads, tuple[int, int]] = {"numbers": (2000, 256), "words": (1000, 32)}
"""Steps, and decisions a step."""


@dataclass(frozen=True)
class Config(Parameters):
    """How critics are regressed, and how refinement by them is measured.

    Attributes:
        planner: who proposes: a kind of player of the game ``joint`` with its parameters; one that asks a model asks the command's.
        episodes: of the planner's play that the critic is regressed on; every tenth is kept apart to see what it explains.
        discount: of rewards, a step of the environment.
        trace: 1 for Monte-Carlo returns, as the paper has it; less for targets that lean on the value of the next position.
        reads: whether the critic reads positions in numbers, as a perceptron, or in words, as a small language model.
        hidden: widths of the perceptron's layers.
        preset: size of the language model.
        steps, batch: of its optimizer; None for 2000 of 256 decisions in numbers, or 1000 of 32 in words, which are longer.
        learning_rate, decay: of the same (AdamW, falling).
        budget: proposals a decision at most.
        quantiles: thresholds that are tried: these quantiles of the advantages of what the planner itself does.
        validation: episodes for each of them, in each order; the threshold whose steps are not clearly more than the fewest, and of those the one with the
            fewest queries, is the critic's.
        held_out: episodes, with seeds of their own, on which the planner plays with and without refinement.
        goal: soups that complete a kitchen.
        in_flight: episodes of planners with a model that are played at once.
    """

    TRAINER: ClassVar[str] = "read"

    planner: Mapping[str, Any] = field(default_factory=lambda: {"kind": "noisy_planner", "noise": 0.3})
    episodes: int = 600
    discount: float = 0.9
    trace: float = 1.0
    reads: Reads = "numbers"
    hidden: tuple[int, ...] = (128, 128)
    preset: str = "xs"
    steps: int | None = None
    batch: int | None = None
    learning_rate: float = 2e-3
    decay: float = 0.01
    budget: int = 10
    quantiles: tuple[float, ...] = (0.1, 0.3, 0.5, 0.7)
    validation: int = 20
    held_out: int = 100
    goal: int = 1
    in_flight: int = 64

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        object.__setattr__(self, "quantiles", tuple(self.quantiles))
        self._require(self.reads in get_args(Reads), "reads", f"should be one of {', '.join(get_args(Reads))}")
        self._require(isinstance(self.planner, Mapping) and "kind" in self.planner, "planner", "should be a mapping with a kind, such as {kind: noisy_planner}")
        preset(self.preset)
        self._whole("budget", "goal", "in_flight", *(name for name in ("steps", "batch") if getattr(self, name) is not None))
        self._whole("episodes", least=10)
        self._whole("validation", "held_out", least=2)
        self._require(0 <= self.discount < 1, "discount", "should be at least 0 and below 1")
        self._shares("trace")
        for name in ("learning_rate", "decay"):
            self._require(isinstance(getattr(self, name), int | float) and getattr(self, name) >= 0, name, "should be a number from 0")
        right = bool(self.quantiles) and all(isinstance(one, int | float) and 0 <= one < 1 for one in self.quantiles)
        self._require(right, "quantiles", "should be numbers at least 0 and below 1")

    @property
    def fitting(self) -> tuple[int, int]:
        """How many steps the optimizer takes, and of how many decisions: as named, else what is usual."""
        steps, batch = _USUAL[self.reads]
        return (steps if self.steps is None else self.steps, batch if self.batch is None else self.batch)
