"""Overcooked: cooks in a small kitchen fill pots, plate soups and serve them, together or in each other's way.

Rules in words. Every step all cooks choose at once: go in a direction, stay, or interact with what they face. Cooks hold one thing. Interacting takes an
onion, a tomato or a dish where it is kept; puts down on a counter or takes from it; puts an onion or a tomato into a pot that is not yet cooking and holds
fewer than three; starts a pot with empty hands; takes a soup that is ready with a dish; serves it. First all interactions happen, in the order of the seats,
then all movements at once, then the pots cook on. When two cooks would stand in one cell or change places, nobody moves. A soup that was ordered earns its
value for everybody; what is not ordered earns nothing. The kitchen closes after ``horizon`` steps.

| parameter | meaning | default |
|---|---|---|
| `layout` | a kitchen by name, the path of a `.layout` file of overcooked_ai, or a grid of lines (or with `/` between them); a file is kept | cramped_room |
| `horizon` | steps | 400 |
| `old_dynamics` | a pot with three things in it starts by itself, and no other way (all results before 2021) | no |
| `encoding` | observations in numbers: `grid`, 26 planes over the map, or `features`, the hand-made list of overcooked_ai | grid |
| `say_chars` | characters that may be spoken with each action; 0 for a silent kitchen | 0 |

Actions: `north`, `south`, `east`, `west`, `stay`, `interact`. Observation: see :mod:`.encode` and :mod:`.features`. Payoffs: the soups' values, the same for
all; shaped rewards are facts of the outcome. Sources: Carroll et al. 2019, "On the Utility of Learning about Humans for Human-AI Coordination", arXiv
1910.05789, and its environment overcooked_ai, which tests compare with.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from gymnasium.spaces import Box

from ..actions import ActionSpec
from ..core import Game, GameType, IllegalPolicy, Prediction
from ..domains import OneOf
from .features import size
from .kitchen import RECIPES, Kitchen, kitchen, written

if TYPE_CHECKING:
    from .state import OvercookedState
    from .vector import OvercookedVectorEnv

__all__ = ["ACTIONS", "PLANES", "Overcooked"]

ACTIONS = ("north", "south", "east", "west", "stay", "interact")
PLANES = 26
_MOST = 1000.0
"""No number of the features is larger: kitchens have at most so many cells."""


_OPTIMA = {
    ("cramped_room", False): (13, "the two counters beside the pot"),
    ("cramped_room", True): (13, "the two counters beside the pot"),
    ("asymmetric_advantages", False): (25, "no counter"),
    ("asymmetric_advantages", True): (25, "no counter"),
    ("coordination_ring", False): (18, "the counter in the middle"),
    ("coordination_ring", True): (18, "the counter in the middle"),
    ("forced_coordination", False): (17, "the three counters between them"),
    ("forced_coordination", True): (18, "the three counters between them"),
    ("counter_circuit", False): (15, "the counter in the middle"),
    ("counter_circuit", True): (15, "the counter in the middle"),
}


@dataclass(frozen=True, kw_only=True)
class Overcooked(Game):
    """Cooks in a kitchen; see the module for the parameters."""

    tiles: ClassVar[str] = "XOTDPS"
    """What may stand in its kitchens."""
    layout: str = "cramped_room"
    horizon: int = 400
    old_dynamics: bool = False
    encoding: Literal["grid", "features"] = "grid"
    say_chars: int = 0

    def __post_init__(self) -> None:
        # a record must not depend on a file that may change
        object.__setattr__(self, "layout", written(self.layout))
        self.require(1 <= self.horizon <= 100_000, "horizon", "should be from 1 to 100,000")
        strange = sorted(set("".join(self.kitchen.rows)) - {" ", *self.tiles})
        self.require(not strange, "layout", f"has {', '.join(strange)} in it, which only overcooked_v2 knows")
        self.require(self.encoding in ("grid", "features"), "encoding", "should be 'grid' or 'features'")
        self.require(0 <= self.say_chars <= 4000, "say_chars", "should be from 0 to 4000")
        orders = [sum(recipe) for recipe, value in zip(RECIPES, self.kitchen.values, strict=True) if value]
        self.require(not self.old_dynamics or set(orders) <= {3}, "old_dynamics", "needs a kitchen whose orders all have three ingredients")

    @cached_property
    def kitchen(self) -> Kitchen:
        """The kitchen."""
        return kitchen(self.layout)

    @property
    def seats(self) -> int:
        return len(self.kitchen.starts)

    @cached_property
    def type(self) -> GameType:
        # a pot is not free again before its soup is done, and a cook serves one soup a step
        quickest = max(1, min(self.kitchen.times))
        soups = min(len(self.kitchen.cells("P")) * (1 + self.horizon // quickest), self.seats * self.horizon)
        return GameType(
            seats=(1, 9),
            dynamics="simultaneous",
            information="perfect" if self.seats == 1 else "imperfect",
            utility="cooperative",
            payoff_low=min(0.0, *self.kitchen.values) * soups,
            payoff_high=max(0.0, *self.kitchen.values) * soups,
            horizon=self.horizon,
            language=self.say_chars > 0,
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    @cached_property
    def spec(self) -> ActionSpec:
        """What every cook may answer in every step."""
        return ActionSpec(OneOf(ACTIONS), say_chars=self.say_chars)

    def action_domain(self, seat: int) -> OneOf:
        return OneOf(ACTIONS)

    def observation_space(self, seat: int) -> Box:
        if self.encoding == "features":
            return Box(-_MOST, _MOST, (size(self.seats),), np.float32)
        return Box(0, 255, (self.kitchen.width, self.kitchen.height, PLANES), np.uint8)

    def new_state(self, seed: int) -> OvercookedState:
        from .state import OvercookedState

        return OvercookedState(self, seed)

    def predictions(self) -> tuple[Prediction, ...]:
        found = _OPTIMA.get((self.kitchen.name, self.old_dynamics)) if self.horizon == 400 else None
        if found is None:
            return ()
        soups, counters = found
        source = "finite-horizon dynamic programming over the joint state"
        return (Prediction("optimum", "soups", soups, source, f"what two cooks can serve who put things down on {counters}; with more counters perhaps more"),)

    def vector_env(self, num_envs: int) -> OvercookedVectorEnv:
        from .vector import OvercookedVectorEnv

        return OvercookedVectorEnv(self, num_envs)

    def rules_text(self, seat: int | None = None) -> str:
        from .text import rules

        return rules(self, seat)
