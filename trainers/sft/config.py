"""The parameters of supervised fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

from ...agents.bots import STYLES
from ...agents.player import inner_spec
from ...llm.nano.shape import preset
from ..parameters import Parameters

__all__ = ["Config", "Precision"]

Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a nano model is trained on scripted play.

    Attributes:
        preset: size of the model that is trained from scratch (:data:`ludens.llm.nano.shape.PRESETS`); None goes on with the checkpoint ``model.model``.
        tokens: how many tokens of conversation are read in all.
        epochs: how often each conversation is read; so many tokens are demonstrated as ``tokens / epochs``.
        vocabulary: tokens of the tokenizer, where it is trained.
        teacher: whose moves are learned: ``"best"`` is the style that earns most in each game, else a style of the scripted players, or a player that needs no
            model: a mapping with ``kind`` and its parameters.
        teachers: the same for single games by name, where another than ``teacher`` is wanted.
        trials: episodes a style and game, by which the best is found.
        speaking: weight of games in which seats speak, against 1 for the others: a game gets a share of the tokens in proportion to its weight.
        weights: weights for single games by name.
        speech_weight: weight of a token of speech in the loss, against 1 for one of the choice. Phrases are mostly chance and drown the digits of a price,
            but it is from phrases that repeat numbers that a model learns to copy them: lower it only for one that has.
        reading: weight of a token that is only read, rules and what others say; a model that is to copy names learns it soonest from texts that repeat them.
        recall: tokens of exercises in recall that are read before anything else: made-up words that are to be said again, or which went with which. A model
            that is to copy names it never met needs about two million of them.
        batch_tokens: tokens a step.
        learning_rate: the highest; it rises over ``warmup`` steps and falls linearly to a twentieth.
        warmup: steps.
        weight_decay: AdamW's.
        clip: most norm of a step's gradient.
        precision: ``"auto"`` computes in bfloat16 where the machine has units for it (a GPU, or a CPU with AMX), else in float32.
        device: as torch calls it; ``"auto"`` is a GPU where there is one.
        window_tokens: how much of a conversation is remembered, as the players of the trained model should have it.
        temperature: at which strength is measured.
        save_every: steps from save to save, from which a run that was cut off goes on.
        held_out: episodes a game that are never trained on, by which imitation is measured.
        matches: episodes a game and player by which strength is measured; 0 for none.
        unmeasured: games by name whose strength is not, because they take too long.
    """

    TRAINER: ClassVar[str] = "sft"

    preset: str | None = "s"
    tokens: int = 2_000_000
    epochs: float = 1.0
    vocabulary: int = 4096
    teacher: str | Mapping[str, Any] = "best"
    teachers: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)
    trials: int = 40
    speaking: float = 3.0
    weights: Mapping[str, float] = field(default_factory=dict)
    speech_weight: float = 1.0
    reading: float = 0.0
    recall: int = 0
    batch_tokens: int = 3000
    learning_rate: float = 3e-3
    warmup: int = 50
    weight_decay: float = 0.05
    clip: float = 1.0
    precision: Precision = "auto"
    device: str = "auto"
    window_tokens: int = 2000
    temperature: float = 0.5
    save_every: int = 200
    held_out: int = 10
    matches: int = 100
    unmeasured: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.preset is not None:
            preset(self.preset)
        named = f"{', '.join(STYLES)}, or a player as a mapping with kind"
        self._require(_teaches(self.teacher, "best"), "teacher", f"should be best or one of {named}")
        found = isinstance(self.teachers, Mapping) and all(_teaches(teacher) for teacher in self.teachers.values())
        self._require(found, "teachers", f"should be a mapping of games to styles: {named}")
        heavy = isinstance(self.weights, Mapping) and all(isinstance(weight, int | float) and weight > 0 for weight in self.weights.values())
        self._require(heavy, "weights", "should be a mapping of games to numbers above 0")
        object.__setattr__(self, "unmeasured", tuple(self.unmeasured))
        self._require(self.precision in get_args(Precision), "precision", f"should be one of {', '.join(get_args(Precision))}")
        self._whole("tokens", "trials", "batch_tokens", "save_every", "held_out", "window_tokens")
        self._not_negative("temperature")
        self._whole("recall", "warmup", "matches", least=0)
        self._positive("epochs", "speaking", "speech_weight", "learning_rate", "clip")
        self._not_negative("weight_decay", "reading")


def _teaches(teacher: object, *more: str) -> bool:
    if isinstance(teacher, Mapping):
        # made once, so that what it cannot be is told before anything is written
        inner_spec("trainer sft: teacher", teacher).build()
        return True
    return teacher in (*more, *STYLES)
