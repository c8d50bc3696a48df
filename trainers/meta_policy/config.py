"""Parameters of the trainer ``meta_policy``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ...agents.bots import STYLES
from ..parameters import Parameters
from .features import FEATURES, sentence_of
from .rubric import Rubric

__all__ = ["Config"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a policy learns from a judge, and the judge's rubric from what came of it.

    Attributes:
        rubric: lines to begin with: points, and what they are for.
        judge: a language model that scores, a mapping as in the group model; by default a script that measures what items ask for.
        meta: a language model that rewrites the rubric; by default a script that compares scores with payoffs.
        bank: sentences that the script may make items of; by default all that it knows.
        interval: steps between rewritings; 0 for a rubric that stays.
        samples: episodes of the step that a rewriting is made from.
        prescreen: look at badly judged samples first, and at well judged ones not at all.
        analysed: samples that are analysed, at most.
        told_payoff: tell the meta judge what a sample truly earned.
        accept: ``correlation``: a new rubric comes in where its scores agree with payoffs better than the old one's do, on episodes that nothing was learned
            from; ``always``: every new rubric comes in.
        held: deals of these episodes.
        outcome: share of the true payoff in the reward; the rest is what the judge says.
        steps: how often there is playing and learning.
        deals: deals a step, for every game.
        group: episodes a deal, which are compared with each other.
        learning_rate, clip, epochs, batch: of a step of learning.
        persona: what the player is told first.
        sample_temperature: at which the model plays.
        window_tokens: how much of its conversation it remembers.
        opponents: scripted styles that sit at the other seats.
        matches: deals on which start and end are compared; 0 for none.
    """

    TRAINER: ClassVar[str] = "meta_policy"

    rubric: tuple[str, ...] = ("+3 The game ended in an agreement.", "+3 All sides together earned much.")
    judge: Mapping[str, Any] | None = None
    meta: Mapping[str, Any] | None = None
    bank: tuple[str, ...] = tuple(feature.sentence for feature in FEATURES.values())
    interval: int = 5
    samples: int = 16
    prescreen: bool = True
    analysed: int = 8
    told_payoff: bool = True
    accept: Literal["correlation", "always"] = "correlation"
    held: int = 8
    outcome: float = 0.0
    steps: int = 40
    deals: int = 8
    group: int = 8
    learning_rate: float = 3e-4
    clip: float = 0.2
    epochs: int = 1
    batch: int = 16
    persona: str = ""
    sample_temperature: float = 1.0
    window_tokens: int = 2000
    opponents: tuple[str, ...] = STYLES
    matches: int = 100

    def __post_init__(self) -> None:
        for name in ("rubric", "bank", "opponents"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._whole("samples", "analysed", "held", "steps", "deals", "epochs", "batch", "window_tokens")
        self._whole("group", least=2)
        self._whole("interval", "matches", least=0)
        self._shares("outcome")
        self._positive("learning_rate", "clip", "sample_temperature")
        self._one_of(accept=("correlation", "always"))
        self._require(type(self.prescreen) is bool, "prescreen", "should be true or false")
        self._require(
            self.meta is not None or self.told_payoff is True, "told_payoff", "should be true where a script rewrites the rubric: it has nothing else"
        )
        self._require(set(self.opponents) <= set(STYLES) and bool(self.opponents), "opponents", f"should be some of {', '.join(STYLES)}")
        known = "; ".join(feature.sentence for feature in FEATURES.values())
        self._require(bool(self.bank) and None not in map(sentence_of, self.bank), "bank", f"should be sentences that a script knows: {known}")
        names = [sentence_of(item.text) for item in Rubric.written(self.rubric).items]
        self._require(self.judge is not None or any(names), "rubric", f"has no item that a script can measure; name a judge, or use: {known}")

    @property
    def features(self) -> list[str]:
        """Names of the features of the bank."""
        return [name for text in self.bank if (name := sentence_of(text)) is not None]
