"""Parameters of the trainer ``inspo``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ...agents.bots import STYLES
from ..parameters import Parameters

__all__ = ["PLACEHOLDER", "Config"]

PLACEHOLDER = "{instruction}"
"""Stands in the player's parameters where the instruction goes."""


@dataclass(frozen=True)
class Config(Parameters):
    """How instructions, and a policy with them, are trained.

    Attributes:
        player: who plays: ``kind`` and parameters, ``{instruction}`` in one of them. By default, where a model is trained, a language player that is told the
            instruction first (``persona``); else a scripted player that obeys it (``instructed``).
        seeds: instructions to begin with.
        bank: clauses that new instructions are made of.
        proposer: a language model that writes new ones instead, a mapping as in the group model.
        steps: how often there is playing and learning.
        deals: deals a step, for every game.
        group: episodes a deal and instruction.
        paired: two instructions play each deal, and are credited with their difference from its mean.
        temperature: of the softmax over weights; of the order of true differences in reward.
        floor: share of draws that is even.
        rate: how far a step's mean credit moves a weight.
        evolve: a step after which the population is halved and filled up again, and every such number of steps.
        size: of the population when it is full.
        least: credits below which an instruction is not dropped.
        candidates: new instructions tried each time.
        evidence: cases that a proposal is made from.
        verify: deals on which a candidate must beat its parent.
        verify_temperature: at which a model plays them; the likeliest words (0) leave the least to chance. None for the temperature at which it plays.
        level: of the sign test that it must pass.
        learn: train the model too (GRPO on its own tokens).
        learning_rate, clip, epochs, batch: of that.
        sample_temperature: at which the model plays.
        window_tokens: how much of its conversation it remembers.
        opponents: scripted styles that sit at the other seats.
        matches: deals on which the best instruction is compared with the first seed at the end; 0 for none.
    """

    TRAINER: ClassVar[str] = "inspo"

    player: Mapping[str, Any] | None = None
    seeds: tuple[str, ...] = ("Be fair.", "Be generous.", "Be greedy.", "Be cautious.")
    bank: tuple[str, ...] = tuple(f"Be {style}." for style in STYLES)
    proposer: Mapping[str, Any] | None = None
    steps: int = 60
    deals: int = 32
    group: int = 2
    paired: bool = True
    temperature: float = 0.02
    floor: float = 0.1
    rate: float = 0.2
    evolve: int = 20
    size: int = 6
    least: int = 8
    candidates: int = 4
    evidence: int = 8
    verify: int = 48
    verify_temperature: float | None = 0.0
    level: float = 0.2
    learn: bool = False
    learning_rate: float = 1e-4
    clip: float = 0.2
    epochs: int = 1
    batch: int = 16
    sample_temperature: float = 1.0
    window_tokens: int = 2000
    opponents: tuple[str, ...] = STYLES
    matches: int = 200

    def __post_init__(self) -> None:
        for name in ("seeds", "bank", "opponents"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._require(bool(self.seeds) and all(isinstance(text, str) and text.strip() for text in self.seeds), "seeds", "should be instructions, at least one")
        self._whole("steps", "deals", "group", "evolve", "size", "candidates", "verify", "epochs", "batch")
        self._whole("least", "evidence", "matches", least=0)
        if self.verify_temperature is not None:
            self._not_negative("verify_temperature")
        self._require(self.temperature > 0, "temperature", "should be above 0")
        self._shares("floor", "rate", "level")
        self._require(set(self.opponents) <= set(STYLES) and bool(self.opponents), "opponents", f"should be some of {', '.join(STYLES)}")
        self._require(self.group > 1 or not self.learn, "group", "should be 2 or more where the model learns: episodes of a group are compared")
