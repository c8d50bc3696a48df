"""The compiled rules of :mod:`.kernel`; importing this module needs numba."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from ..splitmix import drawn
from .physics import DAMPING, DT, MARGIN, STIFFNESS
from .spread import COVERED, SILENCE
from .tag import TOUCH

__all__ = ["OPEN", "SPREAD", "TAG", "begin", "look", "step"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SPREAD, TAG, _REFERENCE = 0, 1, 2
"""The worlds."""
OPEN = -1
"""Nothing has been sent."""
_FAINT = 0.04
"""A contact at so much more than the sum of the radii has a force below 1e-15."""


@njit(cache=True)
def begin(  # noqa: PLR0917  # numba unpacks containers slowly
    chosen: Flags, where: Floats, speed: Floats, marks: Floats, targets: Numbers, sent: Numbers, clock: Numbers, done: Flags, field: float,
    seeds: NDArray[np.uint64],
) -> None:  # fmt: skip
    """Begin the chosen games anew, everything drawn."""
    for i in range(len(chosen)):
        if not chosen[i]:
            continue
        for a in range(where.shape[1]):
            for axis in range(2):
                where[i, a, axis] = 2.0 * drawn(seeds, i) - 1.0
                speed[i, a, axis] = 0.0
        for m in range(marks.shape[1]):
            for axis in range(2):
                marks[i, m, axis] = field * (2.0 * drawn(seeds, i) - 1.0)
        for a in range(targets.shape[1]):
            targets[i, a] = int(drawn(seeds, i) * marks.shape[1])
            sent[i, a] = OPEN
        clock[i] = 0
        done[i] = False


@njit(cache=True, error_model="numpy", inline="always")
def _contact(  # noqa: PLR0917
    force: Floats, i: int, a: int, where: Floats, there: Floats, b: int, least: float
) -> tuple[float, float]:
    """Push agent ``a`` away from what stands at ``there``; give the push."""
    x, y = where[i, a, 0] - there[i, b, 0], where[i, a, 1] - there[i, b, 1]
    square = x * x + y * y
    reach = least + _FAINT
    if square >= reach * reach or square == 0.0:
        return 0.0, 0.0
    distance = math.sqrt(square)
    depth = (least - distance) / MARGIN
    depth = max(depth, 0.0) + math.log1p(math.exp(-abs(depth)))
    strength = STIFFNESS * depth * MARGIN / distance
    force[a, 0] += x * strength
    force[a, 1] += y * strength
    return x * strength, y * strength


@njit(cache=True, error_model="numpy", inline="always")
def _move(  # noqa: PLR0917
    i: int, where: Floats, speed: Floats, marks: Floats, moves: Numbers, radii: Floats, pushes: Floats, speeds: Floats, solid: bool, rocks: float,
    force: Floats,
) -> None:  # fmt: skip
    """Move the agents of a game, as :func:`.physics.advance` does."""
    agents = where.shape[1]
    for a in range(agents):
        move = moves[i, a] % 5
        force[a, 0] = pushes[a] * ((move == 2) - (move == 1))
        force[a, 1] = pushes[a] * ((move == 4) - (move == 3))
    if solid:
        for a in range(agents):
            for b in range(a + 1, agents):
                x, y = _contact(force, i, a, where, where, b, radii[a] + radii[b])
                force[b, 0] -= x
                force[b, 1] -= y
            if rocks > 0.0:
                for m in range(marks.shape[1]):
                    _contact(force, i, a, where, marks, m, radii[a] + rocks)
    for a in range(agents):
        for axis in range(2):
            where[i, a, axis] += speed[i, a, axis] * DT
            speed[i, a, axis] = speed[i, a, axis] * (1.0 - DAMPING) + force[a, axis] * DT
        size = math.sqrt(speed[i, a, 0] * speed[i, a, 0] + speed[i, a, 1] * speed[i, a, 1])
        if size > speeds[a]:
            speed[i, a, 0] = speed[i, a, 0] / size * speeds[a]
            speed[i, a, 1] = speed[i, a, 1] / size * speeds[a]


@njit(cache=True, error_model="numpy", inline="always")
def _apart(one: Floats, other: Floats, i: int, a: int, b: int) -> float:
    x, y = one[i, a, 0] - other[i, b, 0], one[i, a, 1] - other[i, b, 1]
    return math.sqrt(x * x + y * y)


@njit(cache=True, error_model="numpy", inline="always")
def _pay_spread(  # noqa: PLR0917
    i: int, where: Floats, marks: Floats, radii: Floats, ratio: float, rewards: Floats
) -> bool:
    """Pay the agents of a game of Spread; tell whether all landmarks are covered."""
    agents, shared, covered = where.shape[1], 0.0, True
    for m in range(marks.shape[1]):
        nearest = math.inf
        for a in range(agents):
            nearest = min(nearest, _apart(where, marks, i, a, m))
        shared += nearest
        covered = covered and nearest < COVERED
    for a in range(agents):
        rewards[i, a] = -(1.0 - ratio) * shared
    for a in range(agents):
        for b in range(a + 1, agents):
            if _apart(where, where, i, a, b) < radii[a] + radii[b]:
                rewards[i, a] -= ratio
                rewards[i, b] -= ratio
    return covered


@njit(cache=True, error_model="numpy", inline="always")
def _pay_tag(i: int, where: Floats, radii: Floats, hunters: int, rewards: Floats) -> bool:
    """Pay the agents of a game of Tag; tell whether all prey are touched."""
    earned, all_caught = 0.0, True
    for b in range(hunters, where.shape[1]):
        caught = 0
        for a in range(hunters):
            caught += _apart(where, where, i, a, b) < radii[a] + radii[b]
        cost = TOUCH * caught
        for axis in range(2):
            off = abs(where[i, b, axis])
            if off >= 1.0:
                cost += 10.0 if off > 10.0 else min(math.exp(2.0 * off - 2.0), 10.0)
            elif off >= 0.9:
                cost += (off - 0.9) * 10.0
        rewards[i, b] = -cost
        earned += TOUCH * caught
        all_caught = all_caught and caught > 0
    for a in range(hunters):
        rewards[i, a] = earned
    return all_caught


@njit(cache=True, error_model="numpy")
def step(  # noqa: PLR0917
    kind: int, resting: Flags, where: Floats, speed: Floats, marks: Floats, targets: Numbers, sent: Numbers, moves: Numbers, options: int, radii: Floats,
    pushes: Floats, speeds: Floats, solid: bool, rocks: float, hunters: int, ratio: float, early: bool, horizon: int, clock: Numbers, done: Flags,
    rewards: Floats,
) -> int:  # fmt: skip
    """Play a step of every game that does not rest; give the flat index of an action that is none, else -1."""
    games, agents = moves.shape
    for i in range(games):
        if not resting[i]:
            for a in range(agents):
                if moves[i, a] < 0 or moves[i, a] >= options:
                    return i * agents + a
    force = np.empty((agents, 2))
    for i in range(games):
        if resting[i]:
            rewards[i] = 0.0
            continue
        _move(i, where, speed, marks, moves, radii, pushes, speeds, solid, rocks, force)
        clock[i] += 1
        success = False
        if kind == SPREAD:
            success = _pay_spread(i, where, marks, radii, ratio, rewards)
        elif kind == TAG:
            success = _pay_tag(i, where, radii, hunters, rewards)
        else:
            first, second = _apart(where, marks, i, 0, targets[i, 0]), _apart(where, marks, i, 1, targets[i, 1])
            shared = (1.0 - ratio) * 0.5 * (first + second)
            rewards[i, 0] = -ratio * second - shared
            rewards[i, 1] = -ratio * first - shared
            for a in range(agents):
                sent[i, a] = moves[i, a] // 5
        done[i] = early and success and clock[i] < horizon
    return -1


@njit(cache=True)
def look(  # noqa: PLR0917
    kind: int, where: Floats, speed: Floats, marks: Floats, targets: Numbers, sent: Numbers, hunters: int, colours: Floats, seen: NDArray[np.float32]
) -> None:
    """Write what every agent sees: as the worlds' ``seen`` do, with zeros after what is shorter."""
    agents = where.shape[1]
    for i in range(len(where)):
        for a in range(agents):
            row = seen[i, a]
            row[0], row[1] = speed[i, a, 0], speed[i, a, 1]
            at = 2
            if kind != _REFERENCE:
                row[2], row[3] = where[i, a, 0], where[i, a, 1]
                at = 4
            for m in range(marks.shape[1]):
                row[at], row[at + 1] = marks[i, m, 0] - where[i, a, 0], marks[i, m, 1] - where[i, a, 1]
                at += 2
            if kind == _REFERENCE:
                for k in range(3):
                    row[at + k] = colours[targets[i, 1 - a], k]
                row[at + 3 :] = 0.0
                if sent[i, 1 - a] != OPEN:
                    row[at + 3 + sent[i, 1 - a]] = 1.0
                continue
            for b in range(agents):
                if b != a:
                    row[at], row[at + 1] = where[i, b, 0] - where[i, a, 0], where[i, b, 1] - where[i, a, 1]
                    at += 2
            if kind == SPREAD:
                row[at : at + SILENCE * (agents - 1)] = 0.0
                continue
            for b in range(hunters, agents):
                if b != a:
                    row[at], row[at + 1] = speed[i, b, 0], speed[i, b, 1]
                    at += 2
            row[at:] = 0.0
