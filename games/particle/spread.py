"""Spread: agents cover landmarks together, and should not collide.

Rules in words. As many landmarks as agents (or another number) lie in the plane; everybody sees everything. Each step costs all the sum, over the landmarks,
of the distance to the nearest agent; and it costs an agent one for each agent that it collides with. ``local_ratio`` weighs the latter against the former.

| parameter | meaning | default |
|---|---|---|
| `agents` | how many agents | 3 |
| `landmarks` | how many landmarks; null for as many as agents | null |
| `local_ratio` | weight of the own collisions; the rest is the weight of the distances | 0.5 |
| `end_on_success` | the episode ends when there is an agent within 0.1 of each landmark | no |
| `horizon` | steps | 25 |

Actions: `stay`, `left`, `right`, `down`, `up`. Observation: own speed, own place, landmarks and other agents as seen from there, and two zeros an other agent
(a channel that is silent here), as MPE2 has it. Payoffs: see above; never above 0. Sources: Lowe et al. 2017, arXiv 1706.02275; MPE2's ``simple_spread_v3``,
which tests compare with.

Version history: v0, first version.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core import GameType
from . import text
from .physics import Bodies, Floats, distances
from .world import SILENT, ParticleGame, ParticleState

__all__ = ["COVERED", "SILENCE", "Spread"]

SILENCE = 2
"""Numbers that stand for what an agent says, which is nothing."""
COVERED = 0.1
"""A landmark is covered by an agent that is closer than this."""


@dataclass(frozen=True, kw_only=True)
class Spread(ParticleGame):
    """Agents spread over landmarks; see the module for the parameters."""

    agents: int = 3
    landmarks: int | None = None
    local_ratio: float = 0.5
    end_on_success: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(1 <= self.agents <= 100, "agents", "should be from 1 to 100")
        self.require(self.landmarks is None or 1 <= self.landmarks <= 100, "landmarks", "should be from 1 to 100, or null for as many as agents")
        self.require(0 <= self.local_ratio <= 1, "local_ratio", "should be from 0 to 1")

    @cached_property
    def bodies(self) -> Bodies:
        return Bodies((0.15,) * self.agents, (5.0,) * self.agents, (math.inf,) * self.agents, solid=True)

    @property
    def marks(self) -> int:
        return self.agents if self.landmarks is None else self.landmarks

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(1, 100),
            dynamics="simultaneous",
            information="imperfect",
            utility="cooperative",
            # contacts can throw agents far: no bound that would say anything
            payoff_low=-math.inf,
            payoff_high=0.0,
            horizon=self.horizon,
            chance=True,
            symmetric=True,
            illegal=SILENT,
        )

    def rules_text(self, seat: int | None = None) -> str:
        return text.spread_rules(self, seat)

    def width(self, seat: int) -> int:
        return 4 + 2 * self.marks + (2 + SILENCE) * (self.agents - 1)

    def seen(self, state: ParticleState, seat: int) -> Floats:
        others = np.delete(state.where, seat, axis=0)
        parts = (state.speed[seat], state.where[seat], state.beside(state.marks, seat), state.beside(others, seat), np.zeros(SILENCE * len(others)))
        return np.concatenate([part.ravel() for part in parts])

    def paid(self, state: ParticleState) -> list[float]:
        shared = -distances(state.where, state.marks).min(axis=0).sum()
        own = -state.touching().sum(axis=1)
        return ((1 - self.local_ratio) * shared + self.local_ratio * own).tolist()

    def done(self, state: ParticleState) -> bool:
        return self.end_on_success and bool((distances(state.where, state.marks).min(axis=0) < COVERED).all())
