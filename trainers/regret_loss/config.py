"""The parameters of the trainers ``regret_loss`` and ``regret_loss_language``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..parameters import Parameters

__all__ = ["Config", "LanguageConfig"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a learner is trained by its regret.

    Attributes:
        steps: of the optimizer.
        samples: sequences whose regrets are aggregated in one term of the loss, N.
        terms: such terms a step.
        attention: ``linear`` or ``softmax``.
        begin: ``random``, or ``leader``: sharp values that follow the leader.
        relabel: shuffle the arms of every sequence, so that none is preferred for its name.
        learning_rate: at the beginning; it falls linearly to a tenth.
        norm: most norm of a gradient.
        save_every: steps from save to save, from which a run that was cut off goes on.
        held_out: sequences of each game on which the result is measured.
    """

    TRAINER: ClassVar[str] = "regret_loss"

    steps: int = 400
    samples: int = 16
    terms: int = 4
    attention: Literal["linear", "softmax"] = "softmax"
    begin: Literal["random", "leader"] = "random"
    relabel: bool = True
    learning_rate: float = 0.05
    norm: float = 1.0
    save_every: int = 100
    held_out: int = 200

    def __post_init__(self) -> None:
        self._whole("steps", "samples", "terms", "save_every", "held_out")
        self._positive("learning_rate", "norm")
        self._require(self.attention in ("linear", "softmax"), "attention", "should be 'linear' or 'softmax'")
        self._require(self.begin in ("random", "leader"), "begin", "should be 'random' or 'leader'")


@dataclass(frozen=True)
class LanguageConfig(Parameters):
    """How a language model is trained by its regret.

    Attributes:
        steps: of the optimizer; each plays anew.
        samples: episodes whose regrets are aggregated in one term of the loss, N.
        terms: such terms a step.
        form: weight of the likelihood of answering in the form that was asked for.
        learning_rate: of Adam at the beginning; it falls linearly to a tenth.
        norm: most norm of a gradient.
        save_every: steps from save to save, from which a run that was cut off goes on.
        held_out: episodes of each game on which the result is measured, before and after.
        window_tokens: longest conversation; an episode must fit.
    """

    TRAINER: ClassVar[str] = "regret_loss_language"

    steps: int = 60
    samples: int = 16
    terms: int = 2
    form: float = 0.1
    learning_rate: float = 1e-3
    norm: float = 1.0
    save_every: int = 5
    held_out: int = 100
    window_tokens: int = 4000

    def __post_init__(self) -> None:
        self._whole("steps", "samples", "terms", "save_every", "held_out", "window_tokens")
        self._positive("learning_rate", "norm")
        self._not_negative("form")
