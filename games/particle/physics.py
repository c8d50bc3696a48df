"""How particles move: pushes, soft contacts, damping, and speeds that are held down.

A step of ``DT`` units of time: the forces are taken where everything stands, everybody moves by the speed it had, then a quarter of the speed is lost and the
forces change it. Two solid bodies closer than the sum of their radii push each other apart; the force grows smoothly from nothing around that distance.
Source: Lowe et al. 2017, "Multi-Agent Actor-Critic for Mixed Cooperative-Competitive Environments", arXiv 1706.02275, and its environments as MPE2 keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DAMPING", "DIRECTIONS", "DT", "MARGIN", "MOVES", "STIFFNESS", "Bodies", "Floats", "advance", "distances"]

Floats = NDArray[np.float64]

DT = 0.1
"""Units of time a step."""
DAMPING = 0.25
"""Share of the speed that is lost in a step."""
STIFFNESS = 100.0
"""Force of a contact a unit of depth."""
MARGIN = 1e-3
"""Width of the distance over which a contact sets in."""

MOVES = ("stay", "left", "right", "down", "up")
DIRECTIONS = np.array([(0.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)])
DIRECTIONS.setflags(write=False)


@dataclass(frozen=True)
class Bodies:
    """What the particles of a world are like.

    Attributes:
        radii: of the agents.
        pushes: force of an agent's push.
        speeds: highest speeds of the agents; infinite where there is none.
        solid: agents collide with each other.
        rocks: radius of the landmarks where they are solid; 0 where agents pass through them.
    """

    radii: tuple[float, ...]
    pushes: tuple[float, ...]
    speeds: tuple[float, ...]
    solid: bool
    rocks: float = 0.0


def distances(one: Floats, other: Floats) -> Floats:
    """Give the distance of each point from each: shapes (n, 2) and (m, 2) to (n, m)."""
    return np.sqrt(np.square(one[:, None] - other[None]).sum(axis=2))


def advance(where: Floats, speed: Floats, marks: Floats, moves: NDArray[np.int64], bodies: Bodies) -> tuple[Floats, Floats]:
    """Play a step.

    Args:
        where: where the agents are, shape (agents, 2).
        speed: their speeds, like ``where``.
        marks: where landmarks lie, shape (landmarks, 2).
        moves: numbers of :data:`MOVES`, shape (agents,).
        bodies: what they are like.

    Returns:
        Where the agents are then, and their speeds.
    """
    force = DIRECTIONS[moves] * np.array(bodies.pushes)[:, None]
    if bodies.solid:
        force += _contacts(where, marks, bodies)
    speed_then = speed * (1 - DAMPING) + force * DT
    size, most = np.sqrt(np.square(speed_then).sum(axis=1)), np.array(bodies.speeds)
    fast = size > most
    speed_then[fast] = speed_then[fast] / size[fast, None] * most[fast, None]
    return where + speed * DT, speed_then


def _contacts(where: Floats, marks: Floats, bodies: Bodies) -> Floats:
    things, radii = where, np.array(bodies.radii)
    if bodies.rocks:
        things, radii = np.concatenate([where, marks]), np.concatenate([radii, np.full(len(marks), bodies.rocks)])
    apart = where[:, None] - things[None]
    distance = np.sqrt(np.square(apart).sum(axis=2))
    depth = np.logaddexp(0.0, (radii[: len(where), None] + radii[None] - distance) / MARGIN) * MARGIN
    # nothing pushes itself, nor what lies exactly in the same place, which has no direction to be pushed in
    strength = np.divide(STIFFNESS * depth, distance, out=np.zeros_like(distance), where=distance > 0)
    return (apart * strength[:, :, None]).sum(axis=1)
