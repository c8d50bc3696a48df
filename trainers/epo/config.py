"""Parameters of the trainer ``epo``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ...agents.bots import STYLES
from ..parameters import Parameters
from .weights import NORMS, Norm

__all__ = ["Config"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a strategist is trained.

    Attributes:
        rounds: how often it plays and learns.
        episodes: games a round, for every game.
        group: episodes of one deal against the same opponents.
        tags: strategies to choose from; empty for free text, which wants a model that can write it.
        actor: who moves, and is not trained: ``kind`` and parameters as the player ``strategist`` has them. A ``model`` is a mapping as in the group model,
            or the name of a nano checkpoint.
        norm: how strategies are weighed, see :func:`~ludens.trainers.epo.weights.weights`; ``"traj_maxabs"`` with ``process="rule"`` or ``"judge"`` is EPO as
            released.
        process: who says which turns mattered: nobody, a ``rule``, or a ``judge``.
        judge: the judge, a mapping as in the group model.
        bonus: reward of a key turn; 1 as released.
        gate: with the rule, no turn of an episode that earned less than this, from 0 to 1, is a key turn.
        discount: a turn.
        epochs: how often a round's strategies are read; 3 in the released settings.
        batch: rows a step.
        learning_rate: of Adam; 1e-6 for the released 8-billion-parameter models.
        clip: how far the ratio to the sampling model may be from 1; None as released.
        temperature: at which strategies are sampled.
        opponents: scripted styles that it meets in training.
        held_out: those that it is measured against and never met.
        self_share: share of the other seats that earlier rounds' strategists take.
        snapshots: how many of these are kept.
        window_tokens: how much of the strategist's conversation is remembered.
        matches: episodes a player by which it is measured; 0 for none.
    """

    TRAINER: ClassVar[str] = "epo"

    rounds: int = 6
    episodes: int = 128
    group: int = 8
    tags: tuple[str, ...] = STYLES
    actor: Mapping[str, Any] = field(default_factory=lambda: {"kind": "follower"})
    norm: Norm = "group"
    process: Literal["none", "rule", "judge"] = "none"
    judge: Mapping[str, Any] | None = None
    bonus: float = 1.0
    gate: float = 0.6
    discount: float = 0.99
    epochs: int = 1
    batch: int = 16
    learning_rate: float = 3e-4
    clip: float | None = None
    temperature: float = 1.0
    opponents: tuple[str, ...] = ("fair", "greedy", "generous", "tough")
    held_out: tuple[str, ...] = ("deceptive", "cautious")
    self_share: float = 0.25
    snapshots: int = 3
    window_tokens: int = 2000
    matches: int = 200

    def __post_init__(self) -> None:
        for name in ("tags", "opponents", "held_out"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._whole("rounds", "episodes", "group", "epochs", "batch", "snapshots")
        self._require(self.episodes >= self.group, "episodes", f"should be at least a group, {self.group}")
        self._whole("matches", least=0)
        self._one_of(norm=NORMS)
        self._require(self.process in ("none", "rule", "judge"), "process", "should be none, rule or judge")
        self._require((self.process == "judge") == (self.judge is not None), "judge", "should be given with process=judge, and only then")
        self._require(0 < self.discount <= 1, "discount", "should be above 0 and at most 1")
        self._shares("gate")
        self._shares("self_share")
        self._positive("learning_rate", "temperature")
        self._require(self.clip is None or 0 < self.clip < 1, "clip", "should be between 0 and 1, or null")
        for name in ("opponents", "held_out"):
            styles = getattr(self, name)
            self._require(bool(styles) and set(styles) <= set(STYLES), name, f"should be some of {', '.join(STYLES)}")
        self._require(self.group > 1 or self.norm not in ("group", "group_std"), "group", f"should be 2 or more with norm={self.norm}")
