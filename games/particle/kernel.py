"""The particle worlds at speed: many games side by side in compiled code. It needs the extra ``fast``. Tests hold it to the readable rules and to MPE2.

batch = make("simple_spread").batch(1024, auto_reset=True)
for _ in range(1000):
seen = batch.observations()  # (1024, 3, 18)
batch.step(batch.random_actions())
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..compiled import compiled
from ..core import IllegalMove, seat_name
from .reference import COLOURS, Reference, ReferenceState
from .spread import Spread
from .tag import Tag
from .world import ParticleGame, ParticleState

__all__ = ["ParticleBatch"]


class ParticleBatch:
    """A batch of games of one world.

    The arrays are live: the next step changes them. Copy what is to be kept.

    Args:
        game: the rules.
        size: how many games.
        seed: of what is drawn when a game begins, and of actions drawn at random; each game has a stream of its own.
        auto_reset: begin a game that is over anew at the next step, which does not read its actions (as ``NEXT_STEP`` of gymnasium does); otherwise it
            stays over until :meth:`reset`.

    Attributes:
        game, size: as given.
        where, speed: float64 of shape (size, seats, 2).
        marks: float64 of shape (size, landmarks, 2).
        targets, sent: int64 of shape (size, 2) in Reference (-1: nothing sent yet), of shape (size, 0) elsewhere.
        rewards: float64 of shape (size, seats): what the last step earned.
        clock: int64 of shape (size,): steps played.
        done: bool of shape (size,): the game ended before its time was up.

    Raises:
        ParameterError: ``size`` is not positive.
        MissingExtra: numba is not installed.
    """

    def __init__(self, game: ParticleGame, size: int, seed: int = 0, *, auto_reset: bool = False) -> None:
        if size < 1:
            raise ParameterError(f"size={size} should be at least 1")
        self.game, self.size, self._auto_reset = game, size, auto_reset
        self._loops = compiled("ludens.games.particle.kernel_loops", "the batched particle worlds")
        speakers = 2 if isinstance(game, Reference) else 0
        self.where, self.speed = np.zeros((size, game.seats, 2)), np.zeros((size, game.seats, 2))
        self.marks = np.zeros((size, game.marks, 2))
        self.targets, self.sent = np.zeros((size, speakers), np.int64), np.zeros((size, speakers), np.int64)
        self.rewards, self.clock, self.done = np.zeros((size, game.seats)), np.zeros(size, np.int64), np.zeros(size, np.bool_)
        bodies = game.bodies
        self._bodies = (*map(np.array, (bodies.radii, bodies.pushes, bodies.speeds)), bodies.solid, bodies.rocks)
        self._kind = 0 if isinstance(game, Spread) else 1 if isinstance(game, Tag) else 2
        self._hunters = game.adversaries if isinstance(game, Tag) else 0
        self._ratio = game.local_ratio if isinstance(game, Spread | Reference) else 0.0
        self._early = isinstance(game, Spread | Tag) and game.end_on_success
        self._pages = np.zeros((size, game.seats, max(map(game.width, range(game.seats)))), np.float32)
        self.seed(seed)
        self.reset()

    def seed(self, seed: int | list[int]) -> None:
        """Seed what is drawn from now on."""
        streams, actions = np.random.SeedSequence(seed).spawn(2)
        self._seeds, self._rng = streams.generate_state(self.size, np.uint64), np.random.default_rng(actions)

    def reset(self, which: ArrayLike | None = None) -> None:
        """Begin games anew: all, or those where ``which`` of shape (size,) is true."""
        chosen = np.ones(self.size, np.bool_) if which is None else np.asarray(which, np.bool_)
        position = (self.where, self.speed, self.marks, self.targets, self.sent)
        self._loops.begin(chosen, *position, self.clock, self.done, self.game.field, self._seeds)

    def put(self, index: int, state: ParticleState) -> None:
        """Set a game to a readable position."""
        self.where[index], self.speed[index], self.marks[index] = state.where, state.speed, state.marks
        self.clock[index], self.done[index] = state.turn, state.over and state.turn < self.game.horizon
        if isinstance(state, ReferenceState):
            self.targets[index] = state.targets
            self.sent[index] = [self._loops.OPEN if message is None else message for message in state.sent]

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games have ended: shape (size,)."""
        return (self.clock >= self.game.horizon) | self.done

    def step(self, actions: ArrayLike) -> None:
        """Play one step of every game that is not over.

        Args:
            actions: shape (size, seats), numbers of actions as in MPE2: of ``MOVES``, in Reference ``5 message + move``.

        Raises:
            IllegalMove: a number names no action; nothing has changed then.
            ParameterError: the shape is wrong.
        """
        moves, game = np.ascontiguousarray(actions, np.int64), self.game
        if moves.shape != self.rewards.shape:
            raise ParameterError(f"actions should have shape {self.rewards.shape}, got {moves.shape}")
        resting = self.over
        position = (self.where, self.speed, self.marks, self.targets, self.sent)
        rules = (*self._bodies, self._hunters, self._ratio, self._early, game.horizon)
        wrong = self._loops.step(self._kind, resting, *position, moves, game.options, *rules, self.clock, self.done, self.rewards)
        if wrong >= 0:
            index, seat = divmod(int(wrong), game.seats)
            raise IllegalMove(f"game {index}: {seat_name(seat)}'s action {moves[index, seat]} should be from 0 to {game.options - 1}")
        if self._auto_reset and resting.any():
            self.reset(resting)

    def random_actions(self) -> NDArray[np.int64]:
        """Draw an action for every seat, all alike likely, from the batch's own seed."""
        return self._rng.integers(self.game.options, size=self.rewards.shape)

    def observations(self) -> NDArray[np.float32]:
        """Write what every seat sees: live, of shape (size, seats, numbers); where a seat sees fewer numbers than another, zeros follow."""
        self._loops.look(self._kind, self.where, self.speed, self.marks, self.targets, self.sent, self._hunters, COLOURS, self._pages)
        return self._pages
