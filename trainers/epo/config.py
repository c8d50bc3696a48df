"""Parameters of the trainer ``epo``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from ...agents.bots import STYLES
from ..parameters import Parameters
from .weights import NORMS, Norm

__all__ = ["METHODS", "Config", "Method"]

Method = Literal["epo", "dpo", "ppdpp"]
METHODS: tuple[Method, ...] = get_args(Method)


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
        method: ``"epo"``, a nano model by weighted likelihood; or a baseline: ``"dpo"``, the same model by pairs of sibling strategies, and ``"ppdpp"``, a
            classifier over the tags by policy gradient (it wants a learning rate of about 0.05).
        warm: episodes of scripted play, each move tagged with the strategy behind it, that the strategist imitates before its first round; 0 for none.
        warm_epochs, warm_rate: how often they are read, and Adam's learning rate meanwhile.
        norm: how strategies are weighed, see :func:`~ludens.trainers.epo.weights.weights`; ``"traj_maxabs"`` with ``process="rule"`` or ``"judge"`` is EPO as
            released.
        process: who says which turns mattered: nobody, a ``rule``, or a ``judge``.
        judge: the judge, a mapping as in the group model.
        bonus: reward of a key turn; 1 as released.
        gate: with the rule, the last turn of an episode that earned less than this, from 0 to 1, is no key turn.
        discount: a turn.
        epochs: how often a round's strategies are read; 3 in the released settings.
        batch: rows a step.
        learning_rate: of Adam; 1e-6 for the released 8-billion-parameter models.
        clip: how far the ratio to the sampling model may be from 1; None as released.
        anchor: what a nat of divergence from the warm start costs a strategy, in its weight; 0 as released. It keeps the strategist from saying one and the
            same strategy whatever happens. With ``method="epo"`` only.
        pair_temperature: of ``method="dpo"``.
        temperature: at which strategies are sampled.
        opponents: scripted styles that it meets in training.
        held_out: those that it is measured against and never met.
        self_share: share of the other seats that earlier rounds' strategists take.
        snapshots: how many of these are kept.
        window_tokens: how much of the strategist's conversation is remembered.
        transfer: other actors that it is measured beside, each as ``actor``.
        matches: episodes a player by which it is measured; 0 for none.
    """

    TRAINER: ClassVar[str] = "epo"

    rounds: int = 6
    episodes: int = 128
    group: int = 8
    tags: tuple[str, ...] = STYLES
    actor: Mapping[str, Any] = field(default_factory=lambda: {"kind": "follower"})
    method: Method = "epo"
    warm: int = 128
    warm_epochs: int = 3
    warm_rate: float = 1e-3
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
    anchor: float = 0.0
    pair_temperature: float = 0.1
    temperature: float = 1.0
    opponents: tuple[str, ...] = ("fair", "greedy", "generous", "tough")
    held_out: tuple[str, ...] = ("deceptive", "cautious")
    self_share: float = 0.25
    snapshots: int = 3
    window_tokens: int = 2000
    transfer: tuple[Mapping[str, Any], ...] = ()
    matches: int = 200

    def __post_init__(self) -> None:
        for name in ("tags", "opponents", "held_out", "transfer"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._whole("rounds", "episodes", "group", "epochs", "batch", "snapshots")
        self._require(self.episodes >= self.group, "episodes", f"should be at least a group, {self.group}")
        self._whole("warm_epochs")
        self._whole("matches", "warm", least=0)
        self._one_of(norm=NORMS, method=METHODS)
        self._require(self.method != "ppdpp" or bool(self.tags), "tags", "should be given with method=ppdpp, which chooses among them")
        self._require(not self.warm or bool(self.tags), "warm", "should be 0 without tags: scripted play is tagged with them")
        self._require(self.process in ("none", "rule", "judge"), "process", "should be none, rule or judge")
        self._require((self.process == "judge") == (self.judge is not None), "judge", "should be given with process=judge, and only then")
        self._require(0 < self.discount <= 1, "discount", "should be above 0 and at most 1")
        self._shares("gate")
        self._shares("self_share")
        self._positive("learning_rate", "warm_rate", "temperature", "pair_temperature")
        self._not_negative("anchor")
        self._require(not self.anchor or self.method == "epo", "anchor", "should be 0 with another method than epo")
        self._require(self.clip is None or 0 < self.clip < 1, "clip", "should be between 0 and 1, or null")
        for name in ("opponents", "held_out"):
            styles = getattr(self, name)
            self._require(bool(styles) and set(styles) <= set(STYLES), name, f"should be some of {', '.join(STYLES)}")
        self._require(self.group > 1 or self.norm not in ("group", "group_std", "best"), "group", f"should be 2 or more with norm={self.norm}")
