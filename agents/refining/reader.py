"""The critic that reads words: a small language model over what the planner is told, which gives a number instead of a next word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Self

import numpy as np

from ...games.adapters.joint import JointState
from ...games.core import Observation, seat_name
from ...llm.nano.forward import Cache, Forward, normed
from ...llm.nano.tokenizer import Tokenizer
from .card import Card, Positions, Regressed
from .features import Floats, Ints

__all__ = ["CHECKPOINT", "Piece", "TextCritic", "pieces", "situation"]

CHECKPOINT = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
"""The files of the language model, beside the critic's own."""
Piece = tuple[int, ...]


def situation(observation: Observation) -> str:
    """Write a position down: what all seats that are to move are told, in whatever order they are chosen for."""
    state = observation._live()
    assert isinstance(state, JointState)
    return state.situation(state.inner.to_move)


def pieces(tokenizer: Tokenizer, position: str, chosen: Sequence[int], options: Sequence[Sequence[str]]) -> list[Piece]:
    """Write a position and the choices made in it as tokens: the position first, then a piece for every seat for which something is chosen."""
    told = [f"{position}\n", *(f"{seat_name(seat)}: {options[seat][number]}\n" for seat, number in enumerate(chosen) if number >= 0)]
    return [tuple(tokenizer.encode(piece)) for piece in told]


class TextCritic(Regressed):
    """A language model that has read a position and the choices made in it, and a line of weights over its last hidden state.

    Args:
        card: what it is.
        place: the folder with the language model.
        weights: ``(width + 1,)``, the last of them added.
        earned: mean and spread of the returns that it was fitted to.

    Raises:
        LudensError: the language model cannot be read.
    """

    def __init__(self, card: Card, place: Path, weights: Floats, earned: tuple[float, float]) -> None:
        super().__init__(card, earned)
        self.place, self.weights = place, weights
        self._tokenizer, self._model = Tokenizer(place), _Valuing(place, weights)

    @staticmethod
    def position(observation: Observation) -> str:
        return situation(observation)

    def values(self, positions: Positions, chosen: Ints) -> Floats:
        read = [
            self._model.value(list(chain.from_iterable(pieces(self._tokenizer, position, row, self.card.options))))
            for position, row in zip(positions, chosen, strict=True)
        ]
        return np.asarray(np.array(read) * self.earned[1] + self.earned[0], np.float32)

    def tensors(self) -> dict[str, Floats]:
        return {"weights": self.weights, "earned": np.array(self.earned, np.float32)}

    @classmethod
    def of(cls, card: Card, tensors: Mapping[str, Floats], place: Path) -> Self:
        """Undo :meth:`tensors`. Raises KeyError or ValueError where they are not those of a critic."""
        if not np.isfinite(tensors["weights"]).all():
            raise ValueError("its weights are no finite numbers")
        return cls(card, place, tensors["weights"], (float(tensors["earned"][0]), float(tensors["earned"][1])))


class _Valuing(Forward):
    """A checkpoint's arithmetic that ends in one number.

    Args:
        place: the checkpoint's folder.
        weights: ``(width + 1,)``.
    """

    def __init__(self, place: Path, weights: Floats) -> None:
        super().__init__(place)
        if weights.shape != (self.shape.width + 1,):
            raise ValueError(f"{len(weights)} weights over a model of width {self.shape.width}")
        self._weights, self._bias = weights[:-1] * self.norm, weights[-1:]

    def value(self, tokens: Sequence[int]) -> float:
        """Read a text to its end; what is longer than the context loses its beginning."""
        kept = np.array(tokens[-self.shape.context :], np.int64)
        return float(self.read(kept, Cache(self.shape, 1), 0, 0)[()])

    def _logits(self, hidden: Floats) -> Floats:
        return normed(hidden, self.shape.epsilon) @ self._weights + self._bias
