"""What ``ludens play`` shows while an episode is under way: the events as they come, or the position of a game that moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from ..arena.report.displays import Moving
    from ..games.core import Game, State

__all__ = ["watching"]


@contextmanager
def watching(game: Game, out: Console, *, show_private: bool) -> Iterator[Callable[[State], None]]:
    """Give what is to be called with each position.

    Args:
        game: what is played.
        out: where to.
        show_private: show what is hidden from some seats too.
    """
    from rich.live import Live

    from ..arena.report.displays import moving_of

    display = moving_of(game.made_as) if out.is_terminal else None
    if display is None:
        yield _Feed(out, show_private)
        return
    with Live(console=out, auto_refresh=False) as live:
        yield _Stage(live, display)


class _Feed:
    """Prints events as they come."""

    def __init__(self, out: Console, show_private: bool) -> None:
        self._out, self._private, self._seen = out, show_private, 0

    def __call__(self, state: State) -> None:
        from rich.text import Text

        from ..games.core import seat_name

        for event in state.events[self._seen :]:
            if event.visible_to is None:
                self._out.print(Text(event.text))
            elif self._private:
                self._out.print(Text(f"[{', '.join(map(seat_name, event.visible_to))} only] {event.text}", style="dim"))
        self._seen = len(state.events)


class _Stage:
    """Shows each position in the place of the one before."""

    def __init__(self, live: Live, display: Moving) -> None:
        self._live, self._display, self._seen = live, display, 0

    def __call__(self, state: State) -> None:
        from ..arena.report.terminal import STILL_SECONDS

        self._live.update(self._display.still(state, state.events[self._seen :]), refresh=True)
        self._seen = len(state.events)
        time.sleep(STILL_SECONDS)  # scripted players would be too fast for the eye
