"""Where a run's time goes: seconds of the processor by part, so that what others do on the machine is not counted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..arena.report.summary import DataTable

__all__ = ["Spent"]


class Spent:
    """Seconds of the processor, by part.

    Args:
        parts: their names.

    Attributes:
        seconds: of each so far.
    """

    def __init__(self, *parts: str) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(parts, 0.0)

    @contextmanager
    def counted(self, part: str) -> Iterator[None]:
        """Count what is done meanwhile; what an exception ends is not counted."""
        began = time.process_time()
        yield
        self.seconds[part] += time.process_time() - began

    def share(self, part: str) -> float:
        """Give a part's share of all."""
        return self.seconds[part] / max(sum(self.seconds.values()), 1e-9)

    def plain(self) -> dict[str, float]:
        """The seconds, rounded for people."""
        return {name: round(value, 2) for name, value in self.seconds.items()}

    @staticmethod
    def table(seconds: Mapping[str, float], about: str) -> DataTable:
        """Lay seconds out for a report.

        Args:
            seconds: by part.
            about: what the parts are.
        """
        total = max(sum(seconds.values()), 1e-9)
        rows = tuple((name, round(value, 1), f"{value / total:.1%}") for name, value in seconds.items())
        return DataTable("Where the time went", f"Seconds of the processor. {about}", ("part", "seconds", "share"), rows)
