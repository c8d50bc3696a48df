"""Overcooked at speed: many kitchens of one map side by side in compiled code. It needs the extra ``fast``. Tests hold it to the readable rules.

batch = OvercookedBatch(make("overcooked"), size=1024, auto_reset=True)
for _ in range(1000):
seen = batch.observations()  # (1024, 2, width, height, 26)
batch.step(batch.random_actions())
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..compiled import compiled
from ..core import IllegalMove, NotSupported, seat_name
from .encode import template
from .features import size as size_of
from .game import ACTIONS, PLANES, Overcooked
from .kernel_tables import Contents, Sights, facts, sights, tables
from .kitchen import DIRECTIONS

__all__ = ["OvercookedBatch"]

_ENGINE = "the batched Overcooked engine"


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
        rows: uint16: the positions, see :mod:`.kernel_tables`.

    Raises:
        ParameterError: ``size`` is not positive.
        NotSupported: the game is Overcooked-v2.
        MissingExtra: numba is not installed.
    """

    def __init__(self, game: Overcooked, size: int, seed: int = 0, *, auto_reset: bool = False) -> None:
        if size < 1:
            raise ParameterError(f"size={size} should be at least 1")
        if type(game).tiles != Overcooked.tiles:
            raise NotSupported(f"{_ENGINE} knows the rules of Overcooked, not those of {game.made_as}")
        self.game, self.size = game, size
        self._tables, self._auto_reset = tables(game), auto_reset
        self.rows = np.tile(self._tables.fresh, (size, 1))
        self.rewards = np.zeros(size, np.float32)
        self.shaped = np.zeros((size, game.seats), np.float32)
        self.clock = np.zeros(size, np.int64)
        self._seeds = np.random.SeedSequence(seed).generate_state(size, np.uint64)
        self._loops = compiled("ludens.games.overcooked.kernel_loops", _ENGINE)
        self._pages: NDArray[np.uint8] | None = None
        self._numbers: NDArray[np.float32] | None = None

    def reset(self, which: ArrayLike | None = None) -> None:
        """Begin games anew: all, or those where ``which`` of shape (size,) is true."""
        chosen = np.ones(self.size, np.bool_) if which is None else np.asarray(which, np.bool_)
        self._loops.restart(self.rows.reshape(-1), self._tables.fresh, self.clock, chosen)

    def step(self, actions: ArrayLike) -> None:
        """Play one step of every game that is not over.

        Args:
            actions: shape (size, seats), numbers of ``ACTIONS``; bytes are not copied.

        Raises:
            IllegalMove: a number names no action; nothing has changed then.
            ParameterError: the shape is wrong.
        """
        given = np.asarray(actions)
        if given.shape != self.shaped.shape:
            raise ParameterError(f"actions should have shape {self.shaped.shape}, got {given.shape}")
        if given.dtype not in (np.int8, np.uint8) and (out := np.flatnonzero((given < 0) | (given >= len(ACTIONS)))).size:
            raise self._no_action(given, int(out[0]))
        moves = np.ascontiguousarray(given if given.dtype == np.uint8 else given.astype(np.int8, copy=False).view(np.uint8))
        wrong = self._loops.step(
            self.rows.reshape(-1), moves.reshape(-1), *self._tables, self.clock, self.game.horizon, self.rewards, self.shaped.reshape(-1), self._auto_reset
        )
        if wrong >= 0:
            raise self._no_action(given, wrong)

    def _no_action(self, actions: NDArray[Any], place: int) -> IllegalMove:
        index, seat = divmod(place, self.game.seats)
        return IllegalMove(f"game {index}: {seat_name(seat)}'s action {actions[index, seat]} should be from 0 to {len(ACTIONS) - 1}")

    def random_actions(self) -> NDArray[np.uint8]:
        """Draw an action for every cook, all alike likely, from the batch's own seed."""
        actions = np.zeros(self.shaped.shape, np.uint8)
        self._loops.random_actions(self._seeds, actions.reshape(-1))
        return actions

    def random_steps(self, steps: int) -> float:
        """Play so many steps of every game at random without leaving compiled code; give what they earned in all."""
        scratch = np.zeros(self.shaped.size, np.uint8)
        return float(
            self._loops.random_steps(
                steps,
                self._seeds,
                self.rows.reshape(-1),
                scratch,
                *self._tables,
                self.clock,
                self.game.horizon,
                self.rewards,
                self.shaped.reshape(-1),
                self._auto_reset,
            )
        )

    @cached_property
    def _sights(self) -> Sights:
        return sights(self.game)

    @cached_property
    def _eyes(self) -> ModuleType:
        return compiled("ludens.games.overcooked.kernel_sight", _ENGINE)

    def observations(self) -> NDArray[np.uint8]:
        """Write what every cook sees as planes, as :func:`.encode.grid` does: live, of shape (size, seats, width, height, planes)."""
        kitchen, seats = self.game.kitchen, self.game.seats
        if self._pages is None:
            self._pages = np.tile(template(kitchen).reshape(-1), (self.size, seats, 1))
            self._marks = np.zeros((self.size, 2 + kitchen.width * kitchen.height + seats), np.int16)
        self._eyes.look(self.rows, *self._sights[:4], self.clock, self.game.horizon, self._marks, self._pages)
        return self._pages.reshape(self.size, seats, kitchen.width, kitchen.height, PLANES)

    def features(self) -> NDArray[np.float32]:
        """Write the hand-made features of every cook, as :func:`.features.features` does: live, of shape (size, seats, numbers)."""
        if self._numbers is None:
            self._numbers = np.zeros((self.size, self.game.seats, size_of(self.game.seats)), np.float32)
        self._eyes.measure(self.rows, *self._sights, self.game.kitchen.height, self._numbers)
        return self._numbers

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games have ended: shape (size,)."""
        return self.clock >= self.game.horizon

    def put(self, index: int, position: Mapping[str, Any]) -> None:
        """Put a game into a position, given as :meth:`facts` gives it; its clock stays.

        Raises:
            KeyError, ValueError: there is no such position.
        """
        kitchen, contents, floor = self.game.kitchen, Contents(self.game.kitchen), sorted(self.game.kitchen.floor)
        poses = [len(DIRECTIONS) * floor.index(tuple(cell)) + facing for cell, facing in zip(position["where"], position["facing"], strict=True)]
        hands = [contents.number(held) for held in position["hands"]]
        row = np.array([*poses, *hands, *[0] * (self.rows.shape[1] - 2 * len(poses))], np.uint16)
        lying = {cell: contents.number(thing) for cell, thing in position["counters"].items()}
        lying |= {cell: contents.pot_number(pot) for cell, pot in position["pots"].items()}
        for (x, y), there in lying.items():
            row[2 * self.game.seats + x * kitchen.height + y] = there
        self.rows[index] = row

    def facts(self, index: int) -> dict[str, Any]:
        """Read a game as a readable state has it: ``where``, ``facing``, ``hands``, ``counters`` and ``pots``."""
        return facts(self.game, self.rows[index].tolist())
