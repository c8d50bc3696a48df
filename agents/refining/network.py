"""The critic that reads numbers: a perceptron over features, evaluated by numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from ...games.core import Observation
from .card import Card, Positions, Regressed
from .features import Floats, Ints, features, one_hot

__all__ = ["NetworkCritic"]


class NetworkCritic(Regressed):
    """A perceptron over the features of a position and the choices as zeros and ones.

    Args:
        card: what it is.
        layers: weights ``(out, in)`` and biases ``(out,)``, ReLU between them.
        scale: mean and spread of the features, each ``(inputs,)``.
        earned: mean and spread of the returns that it was fitted to.
    """

    def __init__(self, card: Card, layers: Sequence[tuple[Floats, Floats]], scale: tuple[Floats, Floats], earned: tuple[float, float]) -> None:
        super().__init__(card, earned)
        self.layers, self.scale = list(layers), scale

    @staticmethod
    def position(observation: Observation) -> Floats:
        return features(observation)

    def values(self, positions: Positions, chosen: Ints) -> Floats:
        x = np.concatenate([(positions - self.scale[0]) / self.scale[1], one_hot(chosen, self.card.sizes)], axis=1)
        for number, (weight, bias) in enumerate(self.layers):
            x = x @ weight.T + bias
            if number + 1 < len(self.layers):
                x = np.maximum(x, 0)
        return np.asarray(x[:, 0] * self.earned[1] + self.earned[0], np.float32)

    def tensors(self) -> dict[str, Floats]:
        found = {"mean": self.scale[0], "spread": self.scale[1], "earned": np.array(self.earned, np.float32)}
        for number, (weight, bias) in enumerate(self.layers):
            found |= {f"{number}.weight": weight, f"{number}.bias": bias}
        return found

    @classmethod
    def of(cls, card: Card, tensors: Mapping[str, Floats]) -> Self:
        """Undo :meth:`tensors`. Raises KeyError or ValueError where they are not those of a critic."""
        count = sum(name.endswith(".weight") for name in tensors)
        layers = [(tensors[f"{number}.weight"], tensors[f"{number}.bias"]) for number in range(count)]
        critic = cls(card, layers, (tensors["mean"], tensors["spread"]), (float(tensors["earned"][0]), float(tensors["earned"][1])))
        if not np.isfinite(critic.values(np.zeros((1, card.inputs), np.float32), np.full((1, len(card.sizes)), -1))).all():
            raise ValueError("its weights are no finite numbers")
        return critic
