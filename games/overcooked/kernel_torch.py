"""The tables of :mod:`.kernel_tables` looked up by torch, so that kitchens, and what learns in them, can stay on one device. Tests hold it to :mod:`.kernel`.

    kitchens = TorchOvercooked(make("overcooked"), size=4096, device="cuda", auto_reset=True)
    kitchens.step(torch.randint(6, (4096, 2), device="cuda"))
    seen = kitchens.observations()  # (4096, 2, width, height, 26), on the device

On a CPU the compiled engine is faster by far: this one is for policies that live elsewhere. It needs torch (the extra ``train``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import MissingExtra, ParameterError
from ..core import IllegalMove, seat_name
from .encode import URGENT, template
from .features import OWN
from .game import ACTIONS, PLANES, Overcooked
from .kernel_tables import (
    COOKING,
    DISH,
    DISH_TAKEN,
    DISH_WAY,
    EVENT,
    HANDS,
    KIND,
    NOW_HELD,
    ONION,
    ONION_WAY,
    PLACE,
    POTS,
    SERVE_WAY,
    SOUP,
    TOMATO,
    TOMATO_WAY,
    TURNED,
    WALLS,
    Sights,
    facts,
    sights,
    tables,
)  # fmt: skip
from .kitchen import MOST_INGREDIENTS

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["TorchOvercooked"]

_LOW = 0xFFFF
_SHOWN = slice(16, PLANES - 1)
"""The planes of what lies or is held somewhere."""


class TorchOvercooked:
    """A batch of games on one map, all of it tensors on one device; a step makes new ones.

    Args:
        game: the rules.
        size: how many games.
        device: where they are played, as torch names it.
        auto_reset: begin a game that is over anew at the next step, which does not read its actions; otherwise it stays over until :meth:`reset`.

    Attributes:
        game, size: as given.
        rewards: float32 of shape (size,): what the last step earned everybody.
        shaped: float32 of shape (size, seats): the shaped rewards of the last step.
        clock: int64 of shape (size,): steps played.
        rows: int64: the positions, see :mod:`.kernel_tables`.

    Raises:
        ParameterError: ``size`` is not positive.
        MissingExtra: torch is not installed.
    """

    def __init__(self, game: Overcooked, size: int, device: Any = "cpu", *, auto_reset: bool = False) -> None:
        try:
            import torch
        except ImportError as problem:
            raise MissingExtra("the Overcooked engine on torch", "train") from problem
        if size < 1:
            raise ParameterError(f"size={size} should be at least 1")
        self.game, self.size, self._torch, self._device, self._auto_reset = game, size, torch, torch.device(device), auto_reset
        known, seen = tables(game), sights(game)
        self._fresh, self._moves, self._use, self._tick, self._waits, self._pots = (
            self._put(part, np.int64) for part in (known.fresh, known.moves, known.use, known.tick, known.waits, known.pots)
        )
        self._pays, self._shapes, self._shift = self._put(known.pays), self._put(known.shapes), int(known.shift)
        self._ground, self._stands = self._put(template(game.kitchen)).flatten(0, 1), self._put(seen.stands, np.int64)
        self._at_pots = self._put(np.isin(np.arange(len(self._ground)), seen.pots), np.int64)
        self._looks = self._put(_looks(seen))
        self._own, self._stock = self._put(_own(seen)), self._put(_stock(seen))
        near = seen.ways[:, [POTS, POTS + 3]].astype(np.int64)
        self._is_near, self._near = self._put((near >= 0)[..., None], np.float32), self._put(known.pots.astype(np.int64)[near])
        self.rows, self.clock = self._fresh.repeat(size, 1), torch.zeros(size, dtype=torch.int64, device=self._device)
        self.rewards, self.shaped = (torch.zeros(shape, device=self._device) for shape in ((size,), (size, game.seats)))

    def _put(self, numbers: NDArray[Any], dtype: Any = None) -> Tensor:
        return self._torch.from_numpy(np.array(numbers, dtype)).to(self._device)

    def reset(self, which: ArrayLike | None = None) -> None:
        """Begin games anew: all, or those where ``which`` of shape (size,) is true."""
        chosen = self._torch.as_tensor(True if which is None else which, dtype=self._torch.bool, device=self._device).expand(self.size)
        self.rows, self.clock = self._torch.where(chosen[:, None], self._fresh, self.rows), self._torch.where(chosen, 0, self.clock)

    def step(self, actions: ArrayLike) -> None:
        """Play one step of every game that is not over.

        Args:
            actions: shape (size, seats), whole numbers of ``ACTIONS``; a tensor on the device is not copied. Looking for wrong ones waits for the device.

        Raises:
            IllegalMove: a number names no action; nothing has changed then.
            ParameterError: the shape is wrong.
        """
        torch, seats = self._torch, self.game.seats
        given = torch.as_tensor(actions, device=self._device)
        if given.shape != self.shaped.shape:
            raise ParameterError(f"actions should have shape {tuple(self.shaped.shape)}, got {tuple(given.shape)}")
        wrong = (given < 0) | (given >= len(ACTIONS))
        if wrong.any():
            index, seat = wrong.nonzero()[0].tolist()
            raise IllegalMove(f"game {index}: {seat_name(seat)}'s action {given[index, seat]} should be from 0 to {len(ACTIONS) - 1}")
        rest, rows = self.over, self.rows.clone()
        poses = self.rows[:, :seats]
        moves = self._moves[(poses << 3) + given.long()]
        waiting = self._waits[self.rows[:, self._pots]].sum(1)
        events = [self._interact(rows, moves[:, seat], seat, waiting) for seat in range(seats)]
        rows[:, :seats] = torch.where(self._in_the_way(poses >> 2, (moves & _LOW) >> 2)[:, None], moves >> int(TURNED), moves) & _LOW
        rows[:, self._pots] = self._tick[rows[:, self._pots]]
        happened = torch.stack(events, 1)
        self.rewards = self._pays[happened].sum(1).masked_fill(rest, 0.0)
        self.shaped = self._shapes[happened].masked_fill(rest[:, None], 0.0)
        self.rows = torch.where(rest[:, None], self._fresh if self._auto_reset else self.rows, rows)
        self.clock = torch.where(rest, 0 if self._auto_reset else self.clock, self.clock + 1)

    def _interact(self, rows: Tensor, move: Tensor, seat: int, waiting: Tensor) -> Tensor:
        """Let one cook of every game use what it faces; give the events."""
        seats, place = self.game.seats, ((move >> int(PLACE)) & _LOW)[:, None]
        held, there = rows[:, seats + seat], rows.gather(1, place)[:, 0]
        done = self._use[(((move >> int(KIND)) + held) << self._shift) + there]
        rows.scatter_(1, place, (done & _LOW)[:, None])
        rows[:, seats + seat] = (done >> int(NOW_HELD)) & 15
        event = done >> int(EVENT)
        if seats != 2:  # of one cook or of more than two, dishes earn no shaped reward
            return event
        wanted = (rows[:, 4:] != DISH).all(1) & ((rows[:, 2 + 1 - seat] == DISH) < waiting)
        return event + ((event == DISH_TAKEN) & wanted)

    def _in_the_way(self, before: Tensor, after: Tensor) -> Tensor:
        """Tell in which games cooks would stand in one cell or change places."""
        blocked = self._torch.zeros(self.size, dtype=self._torch.bool, device=self._device)
        for a in range(1, self.game.seats):
            for b in range(a):
                blocked |= (after[:, a] == after[:, b]) | ((after[:, a] == before[:, b]) & (after[:, b] == before[:, a]))
        return blocked

    @property
    def over(self) -> Tensor:
        """Which games have ended: bool of shape (size,)."""
        return self.clock >= self.game.horizon

    def facts(self, index: int) -> dict[str, Any]:
        """Read a game as a readable state has it: ``where``, ``facing``, ``hands``, ``counters`` and ``pots``."""
        return facts(self.game, self.rows[index].tolist())

    # -- what cooks see ----------------------------------------------------------------------------------------------

    def observations(self) -> Tensor:
        """Give what every cook sees as planes: uint8 of shape (size, seats, width, height, planes), see :mod:`.encode`."""
        torch, seats, kitchen = self._torch, self.game.seats, self.game.kitchen
        poses, stands = self.rows[:, :seats], self._stands[self.rows[:, :seats] >> 2]
        shown = self.rows[:, 2 * seats : -1].scatter(1, stands, self.rows[:, seats : 2 * seats])  # what is held is shown where the cook stands
        pages = self._ground.repeat(self.size, seats, 1, 1)
        pages[..., _SHOWN] = self._looks[self._at_pots, shown][:, None]
        pages[..., -1] = (self.game.horizon - self.clock < URGENT)[:, None, None]
        other = 1 - torch.eye(seats, dtype=torch.int64, device=self._device)
        cell, facing = (stands * PLANES)[:, None], (poses & 3)[:, None]
        marks = torch.cat([cell + other, cell + 2 + 4 * other + facing], 2)
        pages.view(self.size, seats, -1).scatter_(2, marks, 1)
        return pages.view(self.size, seats, kitchen.width, kitchen.height, PLANES)

    def features(self) -> Tensor:
        """Give the hand-made features of every cook: float32 of shape (size, seats, numbers), see :mod:`.features`."""
        torch, seats, height = self._torch, self.game.seats, self.game.kitchen.height
        poses = self.rows[:, :seats]
        about = self._own[poses, self.rows[:, seats : 2 * seats]]
        lying = self.rows.gather(1, self._near[poses].flatten(1)).view(self.size, seats, 2)
        stock = self._stock[lying] * self._is_near[poses]
        for number in range(2):
            about[..., 22 + 10 * number : 30 + 10 * number] = stock[:, :, number]
        stands = self._stands[poses >> 2]
        where = torch.stack([stands // height, stands % height], 2).float()
        views = []
        for seat in range(seats):
            others = [other for other in range(seats) if other != seat]
            ways = where[:, others] - where[:, seat, None]
            views.append(torch.cat([about[:, [seat, *others]].flatten(1), ways.flatten(1), where[:, seat]], 1))
        return torch.stack(views, 1)


def _looks(seen: Sights) -> NDArray[np.uint8]:
    """Write what a thing shows: by whether it is in a pot, and its number, the planes :data:`_SHOWN`."""
    looks = np.zeros((2, len(seen.inside), PLANES - 17), np.uint8)
    for thing in range(1, SOUP):
        looks[:, thing, 22 - 16 + thing % 3] = 1
    looks[:, SOUP:, 2:4] = seen.inside[SOUP:]
    looks[:, SOUP:, 4], looks[:, SOUP:, 5] = np.maximum(seen.left[SOUP:], 0), seen.left[SOUP:] <= 0
    looks[1, SOUP:COOKING] = 0
    looks[1, SOUP:COOKING, :2] = seen.inside[SOUP:COOKING]
    return looks


def _own(seen: Sights) -> NDArray[np.float32]:
    """Write the features of a cook, but for what is in pots, by its pose and what it holds."""
    own, held, ways = np.zeros((len(seen.ways), HANDS, OWN), np.float32), np.arange(HANDS), seen.ways[:, None]
    own[np.arange(len(own)), :, np.arange(len(own)) % 4] = 1
    for column, holds in ((4, held == ONION), (5, held >= SOUP), (6, held == DISH), (7, held == TOMATO)):
        own[:, holds, column] = 1
    for column, thing in ((ONION_WAY, ONION), (TOMATO_WAY, TOMATO), (DISH_WAY, DISH)):
        own[:, held != thing, 8 + column : 10 + column] = ways[..., column : column + 2]
    own[:, SOUP:COOKING, 16:18] = seen.inside[SOUP:COOKING]
    own[..., 18:20] = ways[..., SERVE_WAY : SERVE_WAY + 2]
    for number in range(2):
        own[..., 30 + 10 * number : 32 + 10 * number] = ways[..., POTS + 3 * number + 1 : POTS + 3 * number + 3]
    own[..., 42:46] = ways[..., WALLS:]
    return own


def _stock(seen: Sights) -> NDArray[np.float32]:
    """Write the features of a pot, but for the way, by what is in it."""
    numbers = np.arange(len(seen.inside))
    cooking, total = numbers >= COOKING, seen.inside.sum(1)
    full, at_work, ready = cooking | (total == MOST_INGREDIENTS), cooking & (seen.left > 0), cooking & (seen.left == 0)
    return np.stack([np.ones(len(numbers)), numbers == 0, full, at_work, ready, *seen.inside.T, np.maximum(seen.left, 0)], 1).astype(np.float32)
