"""The parameters of the trainers ``preference``, ``preference_pairs`` and ``preference_tokens``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..parameters import Parameters
from .methods import METHODS

__all__ = ["Config", "GameConfig", "PairsConfig", "TokenConfig"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a policy of tokens learns from comparisons of its own answers.

    A step collects ``group`` answers to each of ``prompts`` prompts, compares them, and learns from them ``epochs`` times.

    Attributes:
        method: a name of ``ludens.trainers.preference.METHODS``.
        temperature: weight of the KL to the reference, which is the policy at the start.
        step: the method's own step size: eta of sppo, sppo_hard, omwu, nash_mp and mpo, 1/eta of inpo; null for the usual one.
        mixture: share of the reference in the opponent (nash_md_pg), or in both answers (ipo_md).
        memory: rate at which the averaged opponent follows (nash_ema).
        clip: how far a ratio of probabilities may be from 1, or a log-ratio (grpo, spo, p3o_separate, p3o_joint).
        log_partition: how sppo finds its log Z: constant (eta/2, as published), or from each group.
        labels: what is learned from: soft probabilities, or hard labels drawn by them.
        prompts, group: of a step.
        steps: collections in all.
        refresh: collections between two moves of the previous iterate.
        magnet: turns of mpo between two moves of its reference to the policy of the moment.
        epochs, minibatch: passes over a collection, and prompts of an update.
        learning_rate: of Adam at the beginning; it falls linearly to a twentieth.
        norm: most norm of a gradient.
        micro_tokens: most tokens that are read at once; what is learned does not depend on it.
        save_every: steps from save to save.
    """

    TRAINER: ClassVar[str] = "preference"

    method: str = "inpo"
    temperature: float = 0.05
    step: float | None = None
    mixture: float = 0.125
    memory: float = 0.1
    clip: float = 0.2
    log_partition: Literal["constant", "group"] = "constant"
    labels: Literal["soft", "hard"] = "soft"
    prompts: int = 32
    group: int = 4
    steps: int = 20
    refresh: int = 1
    magnet: int = 5
    epochs: int = 2
    minibatch: int = 16
    learning_rate: float = 2e-4
    norm: float = 1.0
    micro_tokens: int = 20_000
    save_every: int = 1

    def __post_init__(self) -> None:
        self._require(self.method in METHODS, "method", f"should be one of {', '.join(METHODS)}")
        self._whole("prompts", "steps", "refresh", "magnet", "epochs", "minibatch", "micro_tokens", "save_every")
        self._whole("group", least=4 if self.method == "maxmin" else 2)
        self._positive("temperature", "clip", "learning_rate", "norm")
        self._shares("mixture", "memory")
        self._require(self.step is None or (isinstance(self.step, int | float) and self.step > 0), "step", "should be a number above 0, or null")
        self._one_of(log_partition=("constant", "group"), labels=("soft", "hard"))
        self._require(self.method != "inpo" or self.own_step * self.temperature < 1, "step", "should be below 1 / temperature")

    @property
    def own_step(self) -> float:
        """The step size, the method's usual one where none is given."""
        usual = 2 * self.temperature if self.method in ("mpo", "nash_mp") else 1.0
        return usual if self.step is None else self.step


@dataclass(frozen=True)
class GameConfig(Config):
    """How a language model learns from its own games; see also :class:`Config`. A prompt is a deal with its opponents.

    Attributes:
        judge: how returns become a preference: sign, or logistic with ``scale``.
        scale: of logistic, in the game's unit.
        publish_every: steps from one published iterate to the next; the average policy is made of them.
        opponents: who sits at the other seats: self, start (the frozen reference), or styles (scripted players of all styles that know the game).
        seat: where it learns; null for every seat in turn.
        begin: where prompts begin: at the deal, or at a drawn decision in an episode of the reference (DR-PO), or of the policy itself.
        resets: share of the prompts of a step that begin so, where they do not begin at the deal.
        span: what an answer is: all that the model says until the episode ends, or one turn; in both cases what is compared is how the episode ended.
        structured: whether its replies are held to a schema while it learns: none, or json_schema, under which what is sampled is not quite the policy.
        window_tokens: how much of a conversation is remembered.
        lora: rank of an adapter that is learned in the place of all weights; 0 for these (engine transformers).
        matches: episodes by which it is compared with its start in each game; 0 for none.
        measured_at: the temperature at which it is.
    """

    judge: Literal["sign", "logistic"] = "sign"
    scale: float = 1.0
    publish_every: int = 5
    opponents: Literal["self", "start", "styles"] = "styles"
    seat: int | None = None
    begin: Literal["deal", "reference", "policy"] = "deal"
    resets: float = 1.0
    span: Literal["episode", "turn"] = "episode"
    structured: Literal["none", "json_schema"] = "none"
    window_tokens: int = 2000
    lora: int = 0
    matches: int = 200
    measured_at: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._whole("publish_every", "window_tokens")
        self._positive("scale", "measured_at")
        self._whole("matches", "lora", least=0)
        self._require(self.seat is None or (type(self.seat) is int and self.seat >= 0), "seat", "should be a seat's number, or null")
        self._one_of(judge=("sign", "logistic"), opponents=("self", "start", "styles"), structured=("none", "json_schema"))
        self._one_of(begin=("deal", "reference", "policy"), span=("episode", "turn"))
        self._shares("resets")


@dataclass(frozen=True)
class TokenConfig(Config):
    """How a small transformer learns on a testbed; see also :class:`Config`. A prompt is a context of it.

    Attributes:
        testbed: a preference with known answers (``ludens.trainers.testbeds``).
    """

    TRAINER: ClassVar[str] = "preference_tokens"

    testbed: str = "majority_tokens"
    temperature: float = 0.1
    prompts: int = 1
    group: int = 128
    steps: int = 1500
    epochs: int = 1
    learning_rate: float = 1e-3
    save_every: int = 100


@dataclass(frozen=True)
class PairsConfig(Parameters):
    """How a language model learns from pairs of answers in a file.

    Attributes:
        pairs: the file: a JSON object a line with ``prompt``, ``chosen`` and ``rejected``, texts or lists of messages; or token ids, ``prompt_ids`` ...
        method: dpo or ipo.
        temperature: beta of dpo, tau of ipo.
        lora: rank of an adapter that is learned in the place of all weights; 0 for these (engine transformers).
        epochs, minibatch: passes over the pairs, and pairs of an update.
        learning_rate: of Adam at the beginning; it falls linearly to a twentieth.
        norm: most norm of a gradient.
        held_out: share of the pairs that is not learned from, and measured at the end.
        micro_tokens: most tokens that are read at once; what is learned does not depend on it.
        save_every: updates from save to save.
    """

    TRAINER: ClassVar[str] = "preference_pairs"

    pairs: str = ""
    method: Literal["dpo", "ipo"] = "dpo"
    temperature: float = 0.1
    lora: int = 0
    epochs: int = 1
    minibatch: int = 16
    learning_rate: float = 5e-5
    norm: float = 1.0
    held_out: float = 0.1
    micro_tokens: int = 20_000
    save_every: int = 50

    def __post_init__(self) -> None:
        self._require(isinstance(self.pairs, str) and bool(self.pairs), "pairs", "should be a file of pairs: trainer.pairs=FILE.jsonl")
        self._one_of(method=("dpo", "ipo"))
        self._positive("temperature", "learning_rate", "norm")
        self._whole("epochs", "minibatch", "micro_tokens", "save_every")
        self._whole("lora", least=0)
        self._require(isinstance(self.held_out, int | float) and 0 <= self.held_out < 1, "held_out", "should be from 0 up to 1")
