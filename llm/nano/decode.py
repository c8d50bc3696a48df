"""The loop: rows join as they come, grow together a token at a time, and leave when they are finished."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..local.row import Row
from .forward import Cache, Forward
from .prefix import Prefixes
from .sampling import choose

__all__ = ["Decoder"]


class Decoder:
    """Generates with one model; keeps what it has read for prompts to come.

    Args:
        forward: the model.
        most: most rows at once.
        kept_bytes: memory for beginnings of conversations.
    """

    def __init__(self, forward: Forward, most: int, kept_bytes: int) -> None:
        self._forward, self._most = forward, most
        self._cache = Cache(forward.shape, most)
        self._prefixes = Prefixes(kept_bytes)

    def __call__(self, rows: Sequence[Row], more: Callable[[int], list[Row]]) -> Iterator[Row]:
        """Generate for all rows, and for those that ``more`` gives meanwhile; each is given as soon as it is finished.

        A row's tokens do not depend on its neighbours, up to the rounding of the same sums in another order. Rows that nobody wants any more may be missing.
        """
        waiting = deque(rows)
        active: list[Row] = []
        while True:
            while waiting and len(active) < self._most:
                row = waiting.popleft()
                self._admit(row, len(active))
                active.append(row)
                yield from self._leave(active, len(active) - 1)
            if not active:
                if not waiting:
                    return
                continue
            last = np.array([row.ids[-1] for row in active])
            # the token that came last stands behind the prompt and the tokens before it
            positions = np.array([len(row.prompt) + len(row.ids) - 1 for row in active])
            self._take(self._forward.step(last, self._cache, positions), active)
            yield from self._leave(active)
            if len(waiting) < self._most - len(active):
                waiting.extend(more(self._most - len(active) - len(waiting)))

    def _admit(self, row: Row, slot: int) -> None:
        known = self._prefixes.begin(row.prompt, self._cache, slot)
        self._take(self._forward.read(np.array(row.prompt[known:]), self._cache, slot, known)[None], [row])

    @staticmethod
    def _take(logits: np.ndarray, rows: Sequence[Row]) -> None:
        for row, token, logprob in zip(rows, *choose(logits, rows), strict=True):
            row.take(token, logprob)

    def _leave(self, active: list[Row], first: int = 0) -> Iterator[Row]:
        """Give the finished rows from ``first`` on; the last ones move into the places that become free."""
        for slot in reversed(range(first, len(active))):
            row = active[slot]
            if not row.finish and row.wanted():
                continue
            # the last token was chosen and never read
            self._prefixes.keep([*row.prompt, *row.ids[:-1]], self._cache, slot)
            last = active.pop()
            if slot < len(active):
                active[slot] = last
                self._cache.move(len(active), slot, len(last.prompt) + len(last.ids))
            if row.finish:
                yield row
