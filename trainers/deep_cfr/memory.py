"""What networks of Deep CFR learn from: a uniform sample of everything that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Reservoir"]

_FIRST = 1024


class Reservoir:
    """A uniform sample of a stream of rows (Vitter 1985, algorithm R): after ``n`` of them, each is kept with probability size/n.

    A queue of the latest rows would forget what early iterations found, and regrets are sums over all of them.

    Args:
        size: most rows.
        inputs: numbers in an observation.
        outputs: numbers in a target.

    Attributes:
        seen: how many rows came by.
    """

    def __init__(self, size: int, inputs: int, outputs: int) -> None:
        self.size, self.seen = size, 0
        rows = min(size, _FIRST)
        self._features = np.zeros((rows, inputs), np.float32)
        self._targets = np.zeros((rows, outputs), np.float32)
        self._masks = np.zeros((rows, outputs), np.bool_)
        self._times = np.zeros(rows, np.float32)

    def __len__(self) -> int:
        return min(self.seen, self.size)

    @property
    def features(self) -> NDArray[np.float32]:
        """Observations: shape (rows, inputs)."""
        return self._features[: len(self)]

    @property
    def targets(self) -> NDArray[np.float32]:
        """Regrets or probabilities: shape (rows, outputs), 0 where a choice was not legal."""
        return self._targets[: len(self)]

    @property
    def masks(self) -> NDArray[np.bool_]:
        """Which choices were legal: shape (rows, outputs)."""
        return self._masks[: len(self)]

    @property
    def times(self) -> NDArray[np.float32]:
        """The iteration of each row, from 1, by which it weighs: shape (rows,)."""
        return self._times[: len(self)]

    def add(self, features: NDArray[np.float32], targets: NDArray[np.float32], mask: NDArray[np.bool_], time: int, rng: np.random.Generator) -> None:
        """Offer a row."""
        self.seen += 1
        place = self.seen - 1 if self.seen <= self.size else int(rng.integers(self.seen))
        if place >= self.size:
            return
        if place >= len(self._times):
            self._grow()
        self._features[place], self._targets[place], self._masks[place], self._times[place] = features, targets, mask, time

    def extend(self, features: NDArray[np.float32], targets: NDArray[np.float32], mask: NDArray[np.bool_], time: int, rng: np.random.Generator) -> None:
        """Offer many rows, as :meth:`add` does one: shapes (rows, inputs), (rows, outputs) and (rows, outputs)."""
        number = self.seen + np.arange(len(features))
        self.seen += len(features)
        places = np.where(number < self.size, number, rng.integers(number + 1))
        # of rows that are drawn to the same place the last one stays, as if they had come one by one
        kept = np.flatnonzero(places < self.size)
        _, last = np.unique(places[kept][::-1], return_index=True)
        kept = kept[::-1][last]
        while len(self) > len(self._times):
            self._grow()
        places = places[kept]
        self._features[places], self._targets[places], self._masks[places], self._times[places] = features[kept], targets[kept], mask[kept], time

    def _grow(self) -> None:
        rows = min(self.size, 2 * len(self._times))
        for name in ("_features", "_targets", "_masks", "_times"):
            old = getattr(self, name)
            fresh = np.zeros((rows, *old.shape[1:]), old.dtype)
            fresh[: len(old)] = old
            setattr(self, name, fresh)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give everything as arrays by name."""
        return {"features": self.features, "targets": self.targets, "masks": self.masks, "times": self.times, "seen": np.array(self.seen)}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Undo :meth:`arrays`."""
        self.seen = int(arrays["seen"])
        while len(self._times) < len(self):
            self._grow()
        for name in ("features", "targets", "masks", "times"):
            getattr(self, f"_{name}")[: len(self)] = arrays[name]
