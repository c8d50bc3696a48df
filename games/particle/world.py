"""What the particle worlds share: a game whose agents push themselves about at once, and its positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from ..actions import ActionSpec, Move
from ..core import Game, IllegalPolicy, State
from ..domains import Domain, OneOf
from . import text
from .physics import MOVES, Bodies, Floats, advance, distances

if TYPE_CHECKING:
    from .kernel import ParticleBatch
    from .vector import ParticleVectorEnv

__all__ = ["SILENT", "ParticleGame", "ParticleState"]

SILENT = IllegalPolicy(reask=2, then="default")
"""Who gives no legal move does not push."""


@dataclass(frozen=True, kw_only=True)
class ParticleGame(Game):
    """A particle world.

    Attributes:
        horizon: steps.
    """

    horizon: int = 25

    def __post_init__(self) -> None:
        self.require(1 <= self.horizon <= 100_000, "horizon", "should be from 1 to 100,000")

    # -- to be written by a world ------------------------------------------------------------------------------------

    @property
    def bodies(self) -> Bodies:
        """What the particles are like."""
        raise NotImplementedError

    @property
    def marks(self) -> int:
        """How many landmarks there are."""
        raise NotImplementedError

    @property
    def field(self) -> float:
        """Landmarks are drawn within so much of the middle, along each axis."""
        return 1.0

    def width(self, seat: int) -> int:
        """Count the numbers that a seat sees."""
        raise NotImplementedError

    def seen(self, state: ParticleState, seat: int) -> Floats:
        """Write what a seat sees, as MPE2 does: shape (:meth:`width`,)."""
        raise NotImplementedError

    def paid(self, state: ParticleState) -> list[float]:
        """Say what every seat earns in a position."""
        raise NotImplementedError

    def done(self, state: ParticleState) -> bool:
        """Tell whether the episode ends here, before its time is up."""
        return False

    # -- made from the above -----------------------------------------------------------------------------------------

    @property
    def options(self) -> int:
        """How many actions a seat has."""
        return len(MOVES)

    @property
    def seats(self) -> int:
        return len(self.bodies.radii)

    @cached_property
    def spec(self) -> ActionSpec:
        """What every seat may answer in every step."""
        return ActionSpec(self.action_domain(0))

    def action_domain(self, seat: int) -> Domain:
        return OneOf(MOVES)

    def observation_space(self, seat: int) -> Box:
        return Box(-np.inf, np.inf, (self.width(seat),), np.float32)

    def new_state(self, seed: int) -> ParticleState:
        return ParticleState(self, seed)

    def batch(self, size: int, seed: int = 0, *, auto_reset: bool = False) -> ParticleBatch:
        """Make a batch of such games in compiled code; see :class:`~ludens.games.particle.kernel.ParticleBatch`."""
        from .kernel import ParticleBatch

        return ParticleBatch(self, size, seed, auto_reset=auto_reset)

    def vector_env(self, num_envs: int) -> ParticleVectorEnv:
        from .vector import ParticleVectorEnv

        return ParticleVectorEnv(self, num_envs)


class ParticleState(State):
    """A position.

    Attributes:
        where, speed: of the agents, shape (agents, 2).
        marks: where the landmarks lie, shape (landmarks, 2).
        contacts: per seat, how often it was in contact, once a step with each other agent.
    """

    game: ParticleGame

    def __init__(self, game: ParticleGame, seed: int) -> None:
        super().__init__(game, seed)
        self.where: Floats = self.rng.uniform(-1.0, 1.0, (game.seats, 2))
        self.speed: Floats = np.zeros((game.seats, 2))
        self.marks: Floats = self.rng.uniform(-game.field, game.field, (game.marks, 2))
        self.contacts = [0] * game.seats
        self.to_move = tuple(range(game.seats))
        self._begin()

    def _begin(self) -> None:
        """Draw what else there is, and tell how things stand."""
        self.emit("start", text.start(self), data={"agents": self.where.tolist(), "landmarks": self.marks.tolist()})

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        return self.game.spec

    def request(self, seat: int) -> str:
        return text.request(self, seat)

    def default_move(self, seat: int) -> Move:
        """Stay."""
        return Move("stay")

    def data(self, seat: int) -> dict[str, np.ndarray]:
        return {"observation": self.game.seen(self, seat).astype(np.float32)}

    # -- a step ------------------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        numbers = self._announce(moves)
        self.where, self.speed = advance(self.where, self.speed, self.marks, np.array(numbers), self.game.bodies)
        touching = self.touching()
        self.contacts = [count + int(row.sum()) for count, row in zip(self.contacts, touching, strict=True)]
        self.rewards = self.game.paid(self)
        late, done = self.turn + 1 >= self.game.horizon, self.game.done(self)
        if late or done:
            self.to_move = ()
            self.emit("end", text.end(done and not late), data={"done": done and not late})

    def _announce(self, moves: Mapping[int, Move]) -> list[int]:
        """Tell who does what; give the numbers of their pushes."""
        choices = [moves[seat].choice for seat in range(self.game.seats)]
        self.emit("move", text.moves(choices), data={"moves": choices})
        return [MOVES.index(choice) for choice in choices]

    def touching(self) -> NDArray[np.bool_]:
        """Tell which agents are closer than the sum of their radii: shape (agents, agents), nobody itself; all False where agents are not solid."""
        radii = np.array(self.game.bodies.radii)
        near = distances(self.where, self.where) < radii[:, None] + radii[None]
        np.fill_diagonal(near, val=False)
        return near & self.game.bodies.solid

    def beside(self, points: Floats, seat: int) -> Floats:
        """Give points as seen from a seat: shape (points, 2)."""
        return points - self.where[seat]

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record."""
        return {"steps": self.turn, "contacts": list(self.contacts)}
