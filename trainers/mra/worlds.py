"""Worlds that any number of agents may be in, many episodes of each side by side.

``congestion``: agents choose one of six landmarks once, and share what it is worth. They may be told where all agents are: places earn nothing, but tell agents
apart. ``spread`` and ``tag``: :mod:`ludens.games.particle` with as many agents as wanted; in tag there is a prey for every three adversaries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ...games.registry import make
from .config import Config

if TYPE_CHECKING:
    from ...games.particle.kernel import ParticleBatch

__all__ = ["WORTH", "Episodes", "Seen", "World", "world_of"]

WORTH = 10 * 0.05 * np.arange(1, 7)
"""What each of the six landmarks of the congestion game pays in all: ten times its size."""
_HUNTERS_PER_PREY = 3

Floats = NDArray[np.float64]


class Seen(NamedTuple):
    """What the agents of ``E`` episodes see.

    Attributes:
        own: of themselves and the place, ``(E, agents, own)``.
        others: of each other agent, ``(E, agents, agents - 1, other)``.
    """

    own: NDArray[np.float32]
    others: NDArray[np.float32]


class Episodes(Protocol):
    """Episodes under way."""

    def look(self) -> Seen:
        """Say what is seen now."""

    def step(self, actions: NDArray[np.int64]) -> Floats:
        """Play a step, actions ``(E, agents)``; give what it earned, of the same shape."""


class World(Protocol):
    """A kind of game.

    Attributes:
        own, other: how many numbers an agent sees of itself and the place, and of each other agent.
        actions: how many an agent has.
        horizon: steps of an episode.
        unit: by which rewards are divided before they are learned from.
    """

    own: int
    other: int
    actions: int
    horizon: int
    unit: float

    def roles(self, population: int) -> dict[str, slice]:
        """Say which agents have which role."""

    def begin(self, population: int, size: int, seed: int) -> Episodes:
        """Begin ``size`` episodes."""


class _Congestion:
    own, other, actions, horizon, unit = 2, 2, len(WORTH), 1, 1.0

    def __init__(self, config: Config) -> None:
        self.places = config.places

    def roles(self, population: int) -> dict[str, slice]:
        return {"agent": slice(None)}

    def begin(self, population: int, size: int, seed: int) -> Episodes:
        shape = (size, population, 2)
        return _Choices(np.random.default_rng(seed).uniform(-1, 1, shape) if self.places else np.zeros(shape))


class _Choices:
    def __init__(self, where: Floats) -> None:
        self.where = where

    def look(self) -> Seen:
        return Seen(self.where.astype(np.float32), _from_each(self.where))

    def step(self, actions: NDArray[np.int64]) -> Floats:
        crowds = (actions[:, :, None] == actions[:, None]).sum(-1)
        return np.asarray(WORTH[actions] / crowds)


class _Particles:
    actions = 5

    def __init__(self, config: Config) -> None:
        self.tag, self.horizon, self.landmarks = config.world == "tag", config.horizon, config.landmarks
        self.own, self.other, self.unit = 6 + 2 * self.landmarks, 5, 10.0 if self.tag else 1.0

    def roles(self, population: int) -> dict[str, slice]:
        return {"adversary": slice(population), "prey": slice(population, None)} if self.tag else {"agent": slice(None)}

    def begin(self, population: int, size: int, seed: int) -> Episodes:
        if self.tag:
            numbers = {"adversaries": population, "prey": population // _HUNTERS_PER_PREY, "obstacles": self.landmarks}
        else:
            numbers = {"agents": population, "landmarks": self.landmarks}
        game = make(f"simple_{'tag' if self.tag else 'spread'}", horizon=self.horizon, **numbers)
        return _Moves(game.batch(size, seed), population if self.tag else 0)  # type: ignore[attr-defined]


class _Moves:
    def __init__(self, batch: ParticleBatch, hunters: int) -> None:
        self.batch = batch
        self.hunts = np.broadcast_to((np.arange(batch.game.seats) < hunters)[:, None], (batch.size, batch.game.seats, 1)).astype(float)

    def look(self) -> Seen:
        batch, (size, seats) = self.batch, self.batch.rewards.shape
        marks = (batch.marks[:, None] - batch.where[:, :, None]).reshape(size, seats, -1)
        clock = np.full((size, seats, 1), batch.clock[0] / batch.game.horizon)
        own = np.concatenate([batch.speed, batch.where, self.hunts, clock, marks], -1)
        return Seen(own.astype(np.float32), _from_each(np.concatenate([batch.where, batch.speed], -1), self.hunts))

    def step(self, actions: NDArray[np.int64]) -> Floats:
        self.batch.step(actions)
        return self.batch.rewards.copy()


def _from_each(points: Floats, as_they_are: Floats | None = None) -> NDArray[np.float32]:
    """Give of each other agent the difference of ``points`` ``(E, agents, d)``, then what does not depend on who looks."""
    agents = points.shape[1]
    rest = np.arange(agents - 1) + (np.arange(agents - 1) >= np.arange(agents)[:, None])
    apart = points[:, rest] - points[:, :, None]
    return (apart if as_they_are is None else np.concatenate([apart, as_they_are[:, rest]], -1)).astype(np.float32)


def world_of(config: Config) -> World:
    """Make the world that a configuration names."""
    return _Congestion(config) if config.world == "congestion" else _Particles(config)
