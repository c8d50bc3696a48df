"""Overcooked at speed: many kitchens of one map side by side in compiled code. It needs the extra ``fast``. Tests hold it to the readable rules.

batch = OvercookedBatch(make("overcooked"), size=1024, auto_reset=True)
for _ in range(1000):
seen = batch.observations()  # (1024, 2, width, height, 26)
batch.step(batch.random_actions())
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..compiled import compiled
from ..core import IllegalMove, seat_name
from .encode import template
from .features import size as size_of
from .game import ACTIONS, PLANES, Overcooked
from .kernel_tables import COOKING, SOUP, sights, tables, thing
from .kitchen import RECIPES
from .state import IDLE

__all__ = ["OvercookedBatch"]


class OvercookedBatch:
    """A batch of games on one map.

    The arrays are live: the next step changes them. Copy what is to be kept.

    Args:
        game: the rules.
        size: how many games.
        seed: of actions drawn at random; the rules draw nothing.
        auto_reset: begin a game that is over anew at the next step, which does not read its actions (as ``NEXT_STEP`` of gymnasium does); otherwise it
            stays over until :meth:`reset`.

    Attributes:
        game, size: as given.
        rewards: float32 of shape (size,): what the last step earned everybody.
        shaped: float32 of shape (size, seats): the shaped rewards of the last step.
        clock: int64 of shape (size,): steps played.

    Raises:
        ParameterError: ``size`` is not positive.
        MissingExtra: numba is not installed.
    """

    def __init__(self, game: Overcooked, size: int, seed: int = 0, *, auto_reset: bool = False) -> None:
        if size < 1:
            raise ParameterError(f"size={size} should be at least 1")
        self.game, self.size = game, size
        self._tables, self._auto_reset = tables(game), auto_reset
        self._facts = np.tile(self._tables.fresh, (size, 1))
        self.rewards = np.zeros(size, np.float32)
        self.shaped = np.zeros((size, game.seats), np.float32)
        self.clock = np.zeros(size, np.int64)
        self._seeds = np.random.SeedSequence(seed).generate_state(size, np.uint64)
        self._marks = np.zeros((size, 2 + len(self._tables.kind) + game.seats), np.int16)
        self._pages: NDArray[np.uint8] | None = None
        self._numbers: NDArray[np.float32] | None = None
        self._loops = compiled("ludens.games.overcooked.kernel_loops", "the batched Overcooked engine")

    def reset(self, which: ArrayLike | None = None) -> None:
        """Begin games anew: all, or those where ``which`` of shape (size,) is true."""
        chosen = np.ones(self.size, np.bool_) if which is None else np.asarray(which, np.bool_)
        self._loops.restart(self._facts, self._tables.fresh, self.clock, chosen)

    def step(self, actions: ArrayLike) -> None:
        """Play one step of every game that is not over.

        Args:
            actions: shape (size, seats), numbers of ``ACTIONS``.

        Raises:
            IllegalMove: a number names no action; nothing has changed then.
            ParameterError: the shape is wrong.
        """
        moves = np.ascontiguousarray(actions, np.int8)
        if moves.shape != self.shaped.shape:
            raise ParameterError(f"actions should have shape {self.shaped.shape}, got {moves.shape}")
        wrong = self._loops.step(self._facts, moves, *self._tables, self.clock, self.game.horizon, self.rewards, self.shaped, self._auto_reset)
        if wrong >= 0:
            index, seat = divmod(int(wrong), self.game.seats)
            raise IllegalMove(f"game {index}: {seat_name(seat)}'s action {moves[index, seat]} should be from 0 to {len(ACTIONS) - 1}")

    def random_actions(self) -> NDArray[np.int8]:
        """Draw an action for every cook, all alike likely, from the batch's own seed."""
        actions = np.zeros(self.shaped.shape, np.int8)
        self._loops.random_actions(self._seeds, actions)
        return actions

    def random_steps(self, steps: int) -> float:
        """Play so many steps of every game at random without leaving compiled code; give what they earned in all."""
        scratch = np.zeros(self.shaped.shape, np.int8)
        return float(
            self._loops.random_steps(steps, self._seeds, self._facts, scratch, *self._tables, self.clock, self.game.horizon, self.rewards, self.shaped)
        )

    def observations(self) -> NDArray[np.uint8]:
        """Write what every cook sees as planes, as :func:`.encode.grid` does: live, of shape (size, seats, width, height, planes)."""
        kitchen, table = self.game.kitchen, self._tables
        if self._pages is None:
            self._pages = np.tile(template(kitchen).reshape(-1), (self.size, self.game.seats, 1))
        self._loops.look(self._facts, table.kind, table.pots, table.times, self.clock, self.game.horizon, self._marks, self._pages)
        return self._pages.reshape(self.size, self.game.seats, kitchen.width, kitchen.height, PLANES)

    def features(self) -> NDArray[np.float32]:
        """Write the hand-made features of every cook, as :func:`.features.features` does: live, of shape (size, seats, numbers)."""
        if self._numbers is None:
            self._numbers, self._sights = np.zeros((self.size, self.game.seats, size_of(self.game.seats)), np.float32), sights(self.game)
        self._loops.measure(self._facts, self._tables.pots, self._tables.times, self.game.kitchen.height, self._sights, self._numbers)
        return self._numbers

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games have ended: shape (size,)."""
        return self.clock >= self.game.horizon

    def facts(self, index: int) -> dict[str, Any]:
        """Read a game as a readable state has it: ``where``, ``facing``, ``hands``, ``counters`` and ``pots``."""
        kitchen, seats = self.game.kitchen, self.game.seats
        row: list[int] = self._facts[index].tolist()
        pots = [(x, y) for x, y in kitchen.cells("P")]
        cells = row[3 * seats + 1 + len(pots) :]
        ticks = dict(zip(pots, row[3 * seats + 1 :], strict=False))
        lying = {divmod(number, kitchen.height): content for number, content in enumerate(cells) if content}
        return {
            "where": [divmod(cell, kitchen.height) for cell in row[:seats]],
            "facing": row[seats : 2 * seats],
            "hands": [thing(held) for held in row[2 * seats : 3 * seats]],
            "counters": {cell: thing(content) for cell, content in lying.items() if cell not in ticks},
            "pots": {cell: (*RECIPES[(lying[cell] - SOUP) % len(RECIPES)], IDLE if lying[cell] < COOKING else ticks[cell]) for cell in pots if cell in lying},
        }
