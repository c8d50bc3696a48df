"""A model of transformers that answers batches, by itself or by its adapters, and whose weights can be replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .answers import Answers
from .decode import decode
from .options import Options
from .places import check_same_shape
from .weights import load
from .worker import Job, More

__all__ = ["Loaded"]


class Loaded(Answers):
    """A model of transformers.

    Args:
        options: the engine's parameters.
        places: the base model's folder or name under "", and the folder of every adapter under its name.

    Raises:
        LudensError: it cannot be loaded.
    """

    def __init__(self, options: Options, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._weights = weights = load(places[""], options, {name: place for name, place in places.items() if name})
        super().__init__(weights, lambda rows, more: decode(weights, rows) if rows else iter(()))

    def __call__(self, jobs: list[Job], more: More) -> None:
        """Answer every job that is wanted. Those of one adapter are generated together."""
        for adapter in sorted({job.adapter for job in jobs}):
            with self._weights.speaking(adapter):
                super().__call__([job for job in jobs if job.adapter == adapter], more)

    def reload(self, place: str, adapter: str) -> None:
        check_same_shape(self._places[adapter], place)
        self._weights.replace(Path(place).expanduser(), adapter)
        self._places[adapter] = place

    def version(self, adapter: str) -> str:
        return " + ".join(self._weights.versions[name] for name in dict.fromkeys(("", adapter)))
