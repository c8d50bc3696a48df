"""Tag: adversaries hunt prey that is faster than they are, among round obstacles.

Rules in words. Everybody is solid, obstacles too. In each step in which an adversary touches a prey, all adversaries earn 10 for each such touch, and the
prey pays 10 for each adversary that touches it. A prey that strays pays for each axis: nothing up to 0.9 from the middle, then 10 a unit up to 1, then
``exp(2 d - 2)`` at distance ``d``, at most 10.

| parameter | meaning | default |
|---|---|---|
| `adversaries` | how many adversaries; they have the first seats | 3 |
| `prey` | how many prey | 1 |
| `obstacles` | how many obstacles | 2 |
| `end_on_success` | the episode ends when every prey is touched at once | no |
| `horizon` | steps | 25 |

Actions: `stay`, `left`, `right`, `down`, `up`. Observation: own speed, own place, obstacles and other agents as seen from there, speeds of the other prey, as
MPE2 has it. Payoffs: see above. Sources: Lowe et al. 2017, arXiv 1706.02275; MPE2's ``simple_tag_v3``, which tests compare with.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from ..core import GameType
from . import text
from .physics import Bodies, Floats
from .world import SILENT, ParticleGame, ParticleState

__all__ = ["ROLES", "TOUCH", "Tag", "TagState", "stray"]

ROLES = ("adversary", "prey")
TOUCH = 10.0
"""What a touch earns, and costs."""
_ADVERSARY, _PREY = (0.075, 3.0, 1.0), (0.05, 4.0, 1.3)
"""Radius, force of a push, highest speed."""


@dataclass(frozen=True, kw_only=True)
class Tag(ParticleGame):
    """Adversaries hunt prey; see the module for the parameters."""

    adversaries: int = 3
    prey: int = 1
    obstacles: int = 2
    end_on_success: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(1 <= self.adversaries <= 100, "adversaries", "should be from 1 to 100")
        self.require(1 <= self.prey <= 100, "prey", "should be from 1 to 100")
        self.require(0 <= self.obstacles <= 100, "obstacles", "should be from 0 to 100")

    @cached_property
    def bodies(self) -> Bodies:
        kinds = [_ADVERSARY] * self.adversaries + [_PREY] * self.prey
        radii, pushes, speeds = zip(*kinds, strict=True)
        return Bodies(radii, pushes, speeds, solid=True, rocks=0.2)

    @property
    def marks(self) -> int:
        return self.obstacles

    @property
    def field(self) -> float:
        return 0.9

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, 200),
            dynamics="simultaneous",
            information="imperfect",
            utility="team",
            payoff_low=-self.horizon * (TOUCH * self.adversaries + 2 * 10.0),
            payoff_high=self.horizon * TOUCH * self.adversaries * self.prey,
            horizon=self.horizon,
            chance=True,
            roles=ROLES,
            illegal=SILENT,
        )

    def hunts(self, seat: int) -> bool:
        """Tell whether a seat is an adversary."""
        return seat < self.adversaries

    def rules_text(self, seat: int | None = None) -> str:
        return text.tag_rules(self, seat)

    def width(self, seat: int) -> int:
        return 4 + 2 * self.obstacles + 2 * (self.seats - 1) + 2 * (self.prey - (not self.hunts(seat)))

    def seen(self, state: ParticleState, seat: int) -> Floats:
        others = np.delete(state.where, seat, axis=0)
        fleeing = [state.speed[other] for other in range(self.adversaries, self.seats) if other != seat]
        parts = (state.speed[seat], state.where[seat], state.beside(state.marks, seat), state.beside(others, seat), *fleeing)
        return np.concatenate([part.ravel() for part in parts])

    def paid(self, state: ParticleState) -> list[float]:
        touches = state.touching()[: self.adversaries, self.adversaries :]
        caught = -TOUCH * touches.sum(axis=0) - stray(state.where[self.adversaries :]).sum(axis=1)
        return [TOUCH * float(touches.sum())] * self.adversaries + caught.tolist()

    def done(self, state: ParticleState) -> bool:
        return self.end_on_success and bool(state.touching()[: self.adversaries, self.adversaries :].any(axis=0).all())

    def new_state(self, seed: int) -> TagState:
        return TagState(self, seed)


class TagState(ParticleState):
    """A position; the adversaries have the first seats."""

    @property
    def roles(self) -> tuple[str | None, ...]:
        game = cast(Tag, self.game)
        return tuple(ROLES[not game.hunts(seat)] for seat in range(game.seats))


def stray(where: Floats) -> Floats:
    """Say what straying costs at each coordinate: same shape."""
    off = np.abs(where)
    return np.where(off < 0.9, 0.0, np.where(off < 1.0, (off - 0.9) * 10, np.minimum(np.exp(2 * np.minimum(off, 10.0) - 2), 10.0)))
