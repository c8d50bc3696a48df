"""How a run is getting on: the figures, their forecast, and the live view of them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Interval", "Progress", "RichProgress", "Tally", "duration", "money"]

_Z = 1.96


class Interval(NamedTuple):
    """A forecast with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass
class Moments:
    """Running mean and variance (Welford)."""

    n: int = 0
    mean: float = 0.0
    _squares: float = 0.0

    def add(self, value: float) -> None:
        """Take one more value in."""
        self.n += 1
        delta = value - self.mean
        self.mean += delta / self.n
        self._squares += delta * (value - self.mean)

    def total_of(self, more: int) -> Interval | None:
        """Forecast the sum of ``more`` further values: mean, and a normal prediction interval that counts the mean's own error; None below two values."""
        if self.n < 2:
            return None
        spread = _Z * math.sqrt(self._squares / (self.n - 1) * (more + more**2 / self.n))
        return Interval(more * self.mean, max(0.0, more * self.mean - spread), more * self.mean + spread)


@dataclass
class Tally:
    """The figures of a run while it is played.

    Attributes:
        planned: matches known so far; ``open_ended`` schedules add more.
        before: matches that were there already.
        played: since the start.
        errors: of them, those in which the rules raised.
        faults: player faults that were dealt with.
        replies, retries, tokens, cost: of models, since the start.
        stopping: why it is about to stop.
    """

    planned: int = 0
    before: int = 0
    played: int = 0
    errors: int = 0
    faults: int = 0
    replies: int = 0
    retries: int = 0
    tokens: int = 0
    cost: float = 0.0
    open_ended: bool = False
    stopping: str | None = None
    began: float = field(default_factory=time.monotonic)
    durations: Moments = field(default_factory=Moments)
    costs: Moments = field(default_factory=Moments)

    def finished(self, seconds: float, cost: float, *, error: bool, faults: int) -> None:
        """Count a match that was played."""
        self.played += 1
        self.errors += error
        self.faults += faults
        self.durations.add(seconds)
        self.costs.add(cost)

    @property
    def to_go(self) -> int:
        """Matches known and not played yet."""
        return max(0, self.planned - self.before - self.played)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def rate(self) -> float:
        """Matches a second."""
        return self.played / self.elapsed if self.elapsed > 0 else 0.0

    def seconds_left(self) -> Interval | None:
        """Forecast the time to go, from how long matches took and how many were played at once."""
        total = self.durations.total_of(self.to_go)
        if total is None or self.durations.mean <= 0 or self.rate <= 0:
            return None
        at_once = self.rate * self.durations.mean
        return Interval(*(value / at_once for value in total))

    def cost_left(self) -> Interval | None:
        """Forecast the money to go."""
        return self.costs.total_of(self.to_go) if self.cost else None


class Progress(Protocol):
    """Shows a run; every method is called from the runner's own thread."""

    def begin(self, tally: Tally) -> None:
        """The run begins."""
        ...

    def update(self, tally: Tally) -> None:
        """Something was finished."""
        ...

    def say(self, text: str) -> None:
        """Say one line."""
        ...

    def end(self, tally: Tally) -> None:
        """The run is over or was stopped."""
        ...


class RichProgress:
    """A live line in the terminal; where there is no terminal, a line now and then.

    Args:
        console: where to draw.
        every: seconds between lines where there is no terminal.
    """

    def __init__(self, console: Console | None = None, *, every: float = 30.0) -> None:
        from rich.console import Console as MakeConsole
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        self._console = console or MakeConsole(stderr=True)
        # in a narrow terminal the facts are cut, never the count
        rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        counts, details = TextColumn("{task.completed}/{task.total}{task.fields[more]}"), TextColumn("{task.fields[facts]}", table_column=rest)
        self._bars = Progress(BarColumn(bar_width=20), counts, details, console=self._console, expand=True)
        self._task = self._bars.add_task("", total=None, more="", facts="")
        self._every = every
        self._last = 0.0

    def begin(self, tally: Tally) -> None:
        if self._console.is_terminal:
            self._draw(tally)
            self._bars.start()
        self._last = time.monotonic()
        if tally.before:
            self.say(f"{tally.before} matches were played before; they are not played again")

    def update(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._last < (0.2 if self._console.is_terminal else self._every):
            return
        self._last = now
        self._draw(tally)

    def _draw(self, tally: Tally) -> None:
        done = tally.before + tally.played
        if self._console.is_terminal:
            self._bars.update(self._task, total=tally.planned, completed=done, more="+" if tally.open_ended else "", facts=facts(tally))
        else:
            self._console.print(f"{done}/{tally.planned}  {facts(tally)}", highlight=False, markup=False, soft_wrap=True)

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False)

    def end(self, tally: Tally) -> None:
        self._draw(tally)
        if self._console.is_terminal:
            self._bars.stop()


def facts(tally: Tally) -> str:
    """Put rate, tokens, money and forecast in one line."""
    parts = [f"{tally.rate:.3g} matches/s"]
    left = tally.seconds_left()
    if tally.to_go and left is not None:
        parts.append(f"{duration(left.value)} to go ({duration(left.low)} to {duration(left.high)})")
    if tally.replies:
        parts.append(f"{tally.replies} replies, {tally.retries} retries, {tally.tokens} tokens")
    if tally.cost:
        ahead = tally.cost_left()
        more = f", {money(ahead.value)} to go ({money(ahead.low)} to {money(ahead.high)})" if tally.to_go and ahead is not None else ""
        parts.append(money(tally.cost) + more)
    if tally.faults:
        parts.append(f"{tally.faults} faults")
    if tally.errors:
        parts.append(f"{tally.errors} broken off")
    if tally.stopping:
        parts.append("stopping")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Write a duration for people: ``42 s``, ``3:05 min``, ``2:10 h``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f}:{seconds % 60:02.0f} min"
    return f"{seconds // 3600:.0f}:{seconds % 3600 // 60:02.0f} h"


def money(dollars: float) -> str:
    """Write US dollars for people; small sums with more digits."""
    return f"${dollars:.2f}" if dollars >= 1 or dollars == 0 else f"${dollars:.4f}"
