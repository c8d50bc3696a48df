"""A live line while a network is fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .fit import Point

__all__ = ["bar"]


@contextmanager
def bar(shown: bool) -> Iterator[Callable[[Point], None]]:
    """Give what draws a step; on a terminal a bar, elsewhere a line every twentieth of the way."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    out = Console(stderr=True)
    mean: list[float] = []

    def smoothed(point: Point) -> float:
        mean[:] = [point.loss if not mean else 0.95 * mean[0] + 0.05 * point.loss]
        return mean[0]

    if not shown or not out.is_terminal:

        def line(point: Point) -> None:
            loss = smoothed(point)
            if shown and (point.step * 20 // point.steps != (point.step - 1) * 20 // point.steps):
                out.print(f"step {point.step}/{point.steps}  loss {loss:.3f}  {point.tokens / max(point.seconds, 1e-9):,.0f} tokens/s", highlight=False)

        yield line
        return
    columns = (
        TextColumn("training"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}  loss {task.fields[loss]:.3f}  {task.fields[speed]:,.0f} tokens/s"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=out, transient=True) as progress:
        task = progress.add_task("", total=None, loss=0.0, speed=0.0)
        yield lambda point: progress.update(task, completed=point.step, total=point.steps, loss=smoothed(point), speed=point.tokens / max(point.seconds, 1e-9))
