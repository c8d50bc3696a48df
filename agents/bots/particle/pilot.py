"""Pilots: where each should go, and the push that takes it there.

They see the numbers that a learner sees. A particle that pushes no more coasts on by :data:`COAST` times its speed, so a pilot looks at where everybody would
come to rest, and takes the push after which it would rest best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from ....games.actions import Move
from ....games.particle.physics import DAMPING, DIRECTIONS, DT, MOVES, Floats, distances
from ....games.particle.reference import COLOURS, LANDMARKS, MESSAGES, Reference
from ....games.particle.spread import Spread
from ....games.particle.tag import Tag, stray
from ....games.particle.world import ParticleGame

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["COAST", "Envoy", "Hunter", "Manner", "Prey", "Spreader"]

AnyGame = TypeVar("AnyGame", bound=ParticleGame)

COAST = DT / DAMPING
"""How far a particle coasts, a unit of speed."""
_BUMP = 0.15
"""What coming to rest in contact with another agent counts, in distance."""
_SPREAD_SPACE, _TAG_SPACE = 0.3, 0.25
"""Distances of centres at which agents are in contact, and an agent and an obstacle are, about."""
_AFRAID = 0.8
"""From how far prey minds an adversary."""


@dataclass(frozen=True)
class Manner:
    """How a pilot goes about it.

    Attributes:
        share: what it takes where there are several of it: its part of the cheapest assignment, the nearest, or what is left for it.
        clear: how much it minds contact.
        noise: share of steps in which it pushes anywhere.
        lies: sends others to the wrong place.
    """

    share: Literal["assigned", "nearest", "left"] = "assigned"
    clear: float = 1.0
    noise: float = 0.0
    lies: bool = False

    def part(self, costs: Floats) -> int:
        """Choose a column for the agent of row 0, knowing what each column costs each agent: shape (agents, columns)."""
        agents, columns = costs.shape
        if self.share == "nearest" or agents == 1:
            return int(costs[0].argmin())
        if self.share == "left":
            taken = set(costs[1:].argmin(axis=1).tolist())
            free = [column for column in range(columns) if column not in taken] or list(range(columns))
            return min(free, key=lambda column: float(costs[0, column]))
        rows, chosen = linear_sum_assignment(costs)
        mine = chosen[rows == 0]
        # with more agents than columns somebody is over: it helps at the nearest
        return int(mine[0]) if len(mine) else int(costs[0].argmin())


class _Pilot(Generic[AnyGame]):
    """One agent's pilot for one episode.

    Args:
        game: the rules.
        manner: how it goes about it.
        seat: which agent it is.
        rng: of its own chance.
    """

    def __init__(self, game: AnyGame, manner: Manner, seat: int, rng: np.random.Generator) -> None:
        self.game, self.manner, self.seat, self.rng = game, manner, seat, rng
        self._carries = DIRECTIONS * game.bodies.pushes[seat] * DT * COAST

    def act(self, observation: Observation) -> Move:
        """Choose a push."""
        return Move(MOVES[self._push(observation.data["observation"].astype(np.float64))])

    def _push(self, seen: Floats) -> int:
        if self.manner.noise and self.rng.random() < self.manner.noise:
            return int(self.rng.integers(len(MOVES)))
        return int(self._costs(seen, seen[:2] * COAST + self._carries).argmin())

    def _costs(self, seen: Floats, rests: Floats) -> Floats:
        """Say how bad it would be to rest at each of some places, seen from here: shape (places, 2) to (places,)."""
        raise NotImplementedError

    def _near(self, rests: Floats, others: Floats, space: float) -> Floats:
        """Count how deep each place lies in the space of others, as a share of it."""
        return np.maximum(1 - distances(rests, others) / space, 0).sum(axis=1) if len(others) else np.zeros(len(rests))


class Spreader(_Pilot[Spread]):
    """Goes to a landmark in Spread."""

    def _costs(self, seen: Floats, rests: Floats) -> Floats:
        marks, others = np.split(seen[4 : 4 + 2 * (self.game.marks + self.game.agents - 1)].reshape(-1, 2), [self.game.marks])
        goal = marks[self.manner.part(distances(np.concatenate([np.zeros((1, 2)), others]), marks))]
        return distances(rests, goal[None])[:, 0] + _BUMP * self.manner.clear * self._near(rests, others, _SPREAD_SPACE)


class Hunter(_Pilot[Tag]):
    """Hunts prey in Tag: each its own where there are several, at the place where it would coast to."""

    def _costs(self, seen: Floats, rests: Floats) -> Floats:
        rocks, others, speeds = _split(self.game, seen, self.seat)
        prey = others[self.game.adversaries - 1 :] + speeds * COAST
        mates = others[: self.game.adversaries - 1]
        goal = prey[self.manner.part(distances(np.concatenate([np.zeros((1, 2)), mates]), prey))]
        return distances(rests, goal[None])[:, 0] + _BUMP * self.manner.clear * self._near(rests, rocks, _TAG_SPACE)


class Prey(_Pilot[Tag]):
    """Flees in Tag: from adversaries that are near, the nearest most, not off the field."""

    def _costs(self, seen: Floats, rests: Floats) -> Floats:
        rocks, others, _ = _split(self.game, seen, self.seat)
        danger = np.square(np.maximum(_AFRAID * (1 + self.manner.clear) / 2 - distances(rests, others[: self.game.adversaries]), 0)).sum(axis=1)
        off = stray(rests + seen[2:4]).sum(axis=1)
        return danger + 0.1 * off + _BUMP * self._near(rests, rocks, _TAG_SPACE)


class Envoy(_Pilot[Reference]):
    """Sends the number of the other's landmark in Reference, and goes to the one whose number it is sent; until then to the middle of all."""

    def act(self, observation: Observation) -> Move:
        seen = observation.data["observation"].astype(np.float64)
        target = int(distances(seen[8:11][None], COLOURS).argmin())
        message = (target + 1) % LANDMARKS if self.manner.lies else target
        return Move({"message": message, "move": MOVES[self._push(seen)]})

    def _costs(self, seen: Floats, rests: Floats) -> Floats:
        heard = seen[11 : 11 + MESSAGES]
        marks, number = seen[2:8].reshape(-1, 2), int(heard.argmax())
        goal = marks[number] if heard.any() and number < LANDMARKS else marks.mean(axis=0)
        return distances(rests, goal[None])[:, 0]


def _split(game: Tag, seen: Floats, seat: int) -> tuple[Floats, Floats, Floats]:
    """Give obstacles, other agents, and the speeds of the other prey, as seen from a seat."""
    rows = seen[4 : game.width(seat)].reshape(-1, 2)
    rocks, others, speeds = np.split(rows, [game.obstacles, game.obstacles + game.seats - 1])
    return rocks, others, speeds
