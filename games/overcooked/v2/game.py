"""Overcooked-v2: cooks see no further than so many steps, and what is ordered is hidden from whoever sees nothing that shows it.

Rules in words: those of :mod:`ludens.games.overcooked.game`, but for these. One of the kitchen's soups is ordered, drawn at random; only it earns its value.
Whoever has a recipe indicator in view sees what is ordered. A button that is used with empty hands shows it too, for ten steps, the one of its use among
them; everybody pays for that. Mushrooms can be carried and put on counters, and go into no pot: they are there to be shown. Walls hide nothing. Every step
all move first and only then interact, in the order of the seats; when cooks would stand in one cell or change places, those cooks stay where they were, and
the others go on.

| parameter | meaning | default |
|---|---|---|
| `layout` | as in Overcooked, and the names of :mod:`.kitchens`; tiles `R` recipe indicator, `L` button, `M` mushrooms | grounded_coord_simple |
| `horizon`, `say_chars` | as in Overcooked; what is said is heard everywhere | 400, 0 |
| `old_dynamics` | a pot with three things in it starts by itself, and no other way | yes |
| `view_radius` | how many columns and rows away a cook sees; none for the whole kitchen | 2 |
| `new_recipe` | when an order is drawn: once an `episode`, or anew after a `delivery` of what was ordered | delivery |
| `button_price` | what everybody pays for a button | 5 |
| `wrong_price` | what everybody pays for the delivery of a soup that is not ordered | 20 |
| `random_starts` | cooks begin anywhere in the rooms where the map has them, looking anywhere | yes |

The defaults are the published setting of JaxMARL's recurrent baseline. Observation: see :mod:`.encode`. Payoffs: the soups' values less what was paid, the
same for all and told to all. Source: Gessler et al. 2025, "OvercookedV2: Rethinking Overcooked for Zero-Shot Coordination", arXiv 2503.17821, and JaxMARL's
``overcooked_v2``, whose order of a step, collisions, clocks and shaped rewards these are. What differs: observations are planes over the whole map, not a
window around the cook; two ingredients, and mushrooms, which there would spoil a soup; no random things in pots and on counters at the start.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal, NoReturn

import numpy as np
from gymnasium.spaces import Box

from ...core import GameType, NotSupported
from ..game import Overcooked
from ..kitchen import DIRECTIONS, RECIPES, Cell, Recipe

if TYPE_CHECKING:
    from .state import OvercookedV2State

__all__ = ["BUTTON_STEPS", "PLANES_V2", "OvercookedV2"]

BUTTON_STEPS = 10
"""For how many steps a button shows the order, the one in which it is used among them."""
PLANES_V2 = 34


@dataclass(frozen=True, kw_only=True)
class OvercookedV2(Overcooked):
    """Cooks who do not see everything; see the module for the parameters."""

    tiles: ClassVar[str] = "XOTDPSRLM"

    layout: str = "grounded_coord_simple"
    old_dynamics: bool = True
    view_radius: int | None = 2
    new_recipe: Literal["episode", "delivery"] = "delivery"
    button_price: float = 5.0
    wrong_price: float = 20.0
    random_starts: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.encoding == "grid", "encoding", "should be 'grid': the features tell of things out of view")
        self.require(self.view_radius is None or 1 <= self.view_radius <= 100, "view_radius", "should be from 1 to 100, or null for the whole kitchen")
        self.require(self.new_recipe in ("episode", "delivery"), "new_recipe", "should be 'episode' or 'delivery'")
        self.require(0 <= self.button_price <= 1e6, "button_price", "should be from 0 to 1,000,000")
        self.require(0 <= self.wrong_price <= 1e6, "wrong_price", "should be from 0 to 1,000,000")
        shown = self.kitchen.cells("R") + self.kitchen.cells("L")
        self.require(len(self.recipes) == 1 or bool(shown), "layout", "has several orders and neither a recipe indicator (R) nor a button (L)")

    @cached_property
    def recipes(self) -> tuple[Recipe, ...]:
        """The soups that may be ordered."""
        return tuple(recipe for recipe, value in zip(RECIPES, self.kitchen.values, strict=True) if value)

    @cached_property
    def type(self) -> GameType:
        usual = super().type
        # a cook can pay once a step
        paid = max(self.button_price, self.wrong_price) * self.seats * self.horizon
        return replace(usual, payoff_low=usual.payoff_low - paid, information="imperfect", chance=True)

    def room(self, cell: Cell) -> list[Cell]:
        """List the floor that a cook can come to from a cell, line by line."""
        found, new = {cell}, [cell]
        while new:
            here = new.pop()
            there = {self.kitchen.ahead(here, number) for number in range(len(DIRECTIONS))} & self.kitchen.floor - found
            found |= there
            new += there
        return sorted(found, key=lambda cell: cell[::-1])

    def observation_space(self, seat: int) -> Box:
        return Box(0, 255, (self.kitchen.width, self.kitchen.height, PLANES_V2), np.uint8)

    def new_state(self, seed: int) -> OvercookedV2State:
        from .state import OvercookedV2State

        return OvercookedV2State(self, seed)

    def predictions(self) -> tuple[()]:
        return ()

    def vector_env(self, num_envs: int) -> NoReturn:
        raise NotSupported(f"{self.made_as} has no vector environment: the compiled kitchens are those of Overcooked, where nothing is hidden")

    def rules_text(self, seat: int | None = None) -> str:
        from .text import rules

        return rules(self, seat)
