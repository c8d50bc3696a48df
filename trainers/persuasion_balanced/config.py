"""Parameters of the trainer ``persuasion_balanced``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from ...agents.bots import STYLES
from ...errors import LudensError, ParameterError
from ...llm.spec import ModelSpec
from ..parameters import Parameters
from .tree import Mode

__all__ = ["SELF", "Config"]

SELF = "self"
"""Stands among partners for the model itself, as it is before training."""


@dataclass(frozen=True)
class Config(Parameters):
    """How a model is trained to accept persuasion where that is right, and to resist it where it is not.

    Attributes:
        deals: deals of every game, each the root of a tree of dialogues.
        width: replies that are drawn at each of the learner's turns.
        depth: turns of the learner, from its first one on, at which so many are drawn.
        mode: what is learned from: pairs of both kinds (``balanced``), or only those in which to ``accept``, or to ``resist``, is the better; all of a size.
        temperature: at which replies are drawn.
        partners: who sits at the other seat: scripted styles, ``self`` (the model as it begins), or players as mappings with ``kind`` and parameters; a
            ``model`` among these is a mapping as in the group model.
        sft_epochs, sft_rate: how often the preferred replies are read first, and AdamW's learning rate meanwhile; 0 epochs leave this out.
        keep: weight, in that stage, of a token of the learner's other replies in the same dialogue, against 1 for one of the preferred reply: without them a
            small model forgets how to say anything else.
        dpo_epochs, dpo_rate: the same of the pairs and of direct preference optimisation; 0 epochs leave this out.
        beta: temperature of direct preference optimisation.
        minibatch: pairs an update.
        window_tokens: how much of a conversation is remembered.
        chunk: deals after which what was played is saved.
        held_out: partners that it is measured with and never trained with, as ``partners``.
        matches: deals a game and kind of partner on which the model is compared with itself before training; 0 for none.
        measured_at: the temperature of both.
    """

    TRAINER: ClassVar[str] = "persuasion_balanced"

    deals: int = 1000
    width: int = 3
    depth: int = 2
    mode: Mode = "balanced"
    temperature: float = 1.0
    partners: tuple[str | Mapping[str, Any], ...] = ("fair", "tough", "generous")
    sft_epochs: int = 1
    sft_rate: float = 3e-4
    keep: float = 1.0
    dpo_epochs: int = 6
    dpo_rate: float = 3e-4
    beta: float = 0.1
    minibatch: int = 16
    window_tokens: int = 2000
    chunk: int = 50
    held_out: tuple[str | Mapping[str, Any], ...] = ("greedy", "deceptive")
    matches: int = 200
    measured_at: float = 1.0

    def __post_init__(self) -> None:
        for name in ("partners", "held_out"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            for partner in getattr(self, name):
                self._partner(name, partner)
        self._require(bool(self.partners), "partners", "should name at least one")
        self._whole("deals", "depth", "minibatch", "window_tokens", "chunk")
        self._whole("width", least=2)
        self._whole("sft_epochs", "dpo_epochs", "matches", least=0)
        self._positive("temperature", "sft_rate", "dpo_rate", "beta", "measured_at")
        self._not_negative("keep")
        self._one_of(mode=get_args(Mode))
        self._require(self.sft_epochs + self.dpo_epochs > 0, "dpo_epochs", "should be above 0 where sft_epochs is 0")

    def _partner(self, name: str, partner: object) -> None:
        if isinstance(partner, Mapping):
            model = partner.get("model")
            try:
                if model is not None:
                    ModelSpec.of({**model, "name": "partner"})
            except (LudensError, TypeError) as problem:
                raise ParameterError(f"trainer {self.TRAINER}: {name}: model={model!r} should be a mapping as in the group model: {problem}") from problem
            self._require(isinstance(partner.get("kind"), str), name, "should have a kind in every mapping")
        else:
            self._require(partner in (*STYLES, SELF), name, f"should be some of {', '.join((*STYLES, SELF))}, or players as mappings with kind")
