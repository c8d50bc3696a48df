"""The engine ``classifier``: a linear classifier over hashed words that answers one text of a short list.

The smallest learner of what to answer to a conversation, and a baseline for language models: it has no words of its own. Its record says what a language
model's says: the "tokens" of a prompt are its hashed words, and an answer is one token, its number in the list.
"""

from __future__ import annotations

import itertools
import json
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import LudensError, ParameterError
from .chat import Message, Reply, Request
from .failures import one_line
from .single import PerRequest
from .spec import ModelSpec

__all__ = ["FILE", "Classifier", "ClassifierModel", "features"]

FILE = "classifier.safetensors"
_BUCKETS = 8192
_WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")


def features(messages: Sequence[Message], buckets: int = _BUCKETS) -> tuple[int, ...]:
    """Hash a conversation: words and pairs of neighbours of what was said last, words of what was said before it, and the last own answer.

    The first message, the same all through a game, is left out.

    Returns:
        Numbers below ``buckets``, each once, in order.
    """
    told = [message for message in messages[1:] if message.role == "user"]
    own = [message.content for message in messages if message.role == "assistant"]
    last = _WORD.findall(told[-1].content.lower()) if told else []
    found = {f"now {word}" for word in last} | {f"now {one} {two}" for one, two in itertools.pairwise(last)}
    found |= {f"before {word}" for message in told[:-1] for word in _WORD.findall(message.content.lower())}
    found |= {f"turn {len(own)}", f"own {own[-1] if own else ''}"}
    return tuple(sorted({zlib.crc32(word.encode()) % buckets for word in found}))


class Classifier(NamedTuple):
    """Texts to choose from, and what each hashed word says for each of them.

    Attributes:
        answers: the texts, ``A`` of them.
        weights: ``[buckets, A]``.
    """

    answers: tuple[str, ...]
    weights: NDArray[np.float32]

    @classmethod
    def begin(cls, answers: Sequence[str]) -> Self:
        """Make one to which all answers are alike."""
        return cls(tuple(answers), np.zeros((_BUCKETS, len(answers)), np.float32))

    def log_probabilities(self, words: Sequence[int], temperature: float = 1.0) -> NDArray[np.float64]:
        """Give the log-probability of each answer to a conversation of these hashed words, ``[A]``."""
        logits = self.weights[list(words)].astype(np.float64).sum(0) / (max(len(words), 1) ** 0.5 * temperature)
        logits -= logits.max()
        return np.asarray(logits - np.log(np.exp(logits).sum()))

    def save(self, place: Path) -> None:
        """Write it into a folder."""
        from safetensors.numpy import save_file

        place.mkdir(parents=True, exist_ok=True)
        save_file({"weights": np.ascontiguousarray(self.weights)}, place / FILE, metadata={"answers": json.dumps(self.answers)})

    @classmethod
    def load(cls, place: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises:
            LudensError: the folder holds no classifier.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(place / FILE, framework="numpy") as held:
                answers, weights = tuple(json.loads((held.metadata() or {})["answers"])), held.get_tensor("weights")
        except (OSError, KeyError, ValueError, TypeError, SafetensorError) as problem:
            raise LudensError(f"model {str(place)!r}: the folder should hold a {FILE} that ludens train wrote ({one_line(str(problem))})") from problem
        fits = bool(answers) and all(isinstance(answer, str) for answer in answers) and weights.shape == (_BUCKETS, len(answers))
        if not fits or not np.isfinite(weights).all():
            raise LudensError(f"model {str(place)!r}: {FILE} should hold answers, and {_BUCKETS} finite weights for each")
        return cls(answers, weights)


class ClassifierModel(PerRequest):
    """Answers by a classifier; a temperature of 0 takes its likeliest answer.

    Args:
        spec: the model: ``model`` names the folder.

    Raises:
        LudensError: the folder holds no classifier.
        ParameterError: an option was given; there are none.
    """

    def __init__(self, spec: ModelSpec) -> None:
        if spec.options:
            raise ParameterError(f"engine 'classifier': options={dict(spec.options)!r}: it has none")
        self.name = spec.name
        self._classifier = Classifier.load(Path(spec.model).expanduser())

    async def one(self, request: Request) -> Reply:
        words, temperature = features(request.messages), request.sampling.temperature
        own = self._classifier.log_probabilities(words)
        if temperature == 0:
            chosen = int(own.argmax())
        else:
            drawn = np.exp(own if temperature is None else self._classifier.log_probabilities(words, temperature))
            chosen = int(np.random.default_rng(request.seed).choice(len(drawn), p=drawn / drawn.sum()))
        told: dict[str, Any] = {"token_ids": (chosen,), "logprobs": (float(own[chosen]),), "prompt_token_ids": words}
        return Reply(self._classifier.answers[chosen], model=self.name, **told)
