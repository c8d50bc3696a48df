"""The catalogue's goods, and how a catalogue and a goal are drawn.

A good has what anybody sees (kind, colour, material, options, price) and two hidden attributes that only its seller knows. The goal is made from one of the
goods, the target, so that it can always be met; some other goods look just like the target, so that looks alone do not tell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..serial import named

__all__ = ["COLOURS", "KINDS", "SLACK", "Goal", "Good", "Kind", "draw_good", "draw_goods", "goal_of", "marked_up", "plant", "title"]

COLOURS = ("red", "blue", "green", "grey")
SLACK = 30
"""By how many percent the goal's highest price lies above what the target costs its seller."""
_LOOKALIKES = 3


class Kind(NamedTuple):
    """One kind of goods: materials, options, the two attributes that cannot be seen, and the range of costs in dollars."""

    materials: tuple[str, ...]
    options: tuple[str, ...]
    attributes: tuple[str, str]
    costs: tuple[int, int]


KINDS: dict[str, Kind] = {
    "jacket": Kind(("cotton", "wool", "nylon"), ("small", "medium", "large"), ("waterproof", "washable"), (20, 60)),
    "backpack": Kind(("canvas", "nylon", "leather"), ("20-litre", "30-litre", "40-litre"), ("padded", "lockable"), (18, 70)),
    "lamp": Kind(("brass", "glass", "oak"), ("floor", "table", "wall"), ("dimmable", "rechargeable"), (15, 80)),
    "kettle": Kind(("steel", "glass", "enamel"), ("1-litre", "2-litre"), ("quiet", "insulated"), (12, 50)),
    "chair": Kind(("oak", "steel", "plastic"), ("low", "standard", "high"), ("stackable", "weatherproof"), (25, 90)),
    "blanket": Kind(("wool", "cotton", "fleece"), ("single", "double"), ("washable", "flameproof"), (10, 40)),
}
"""By name."""


@named
class Good(NamedTuple):
    """One good: what it is, its options, which of its kind's two attributes it truly has, and what it costs its seller in dollars."""

    kind: str
    colour: str
    material: str
    options: tuple[str, ...]
    hidden: tuple[bool, bool]
    cost: int


@named
class Goal(NamedTuple):
    """What the shopper wants: ``attributes`` are the hidden ones that it asks for, ``most`` the highest price in dollars."""

    kind: str
    colour: str
    material: str
    attributes: tuple[str, ...]
    option: str
    most: int


def title(good: Good) -> str:
    """Name a good as the catalogue lists it."""
    return f"{good.colour} {good.material} {good.kind}"


def marked_up(cost: int, percent: int) -> int:
    """Give the price of a good that is marked up by so many percent, in whole dollars, rounded up."""
    return -(-cost * (100 + percent) // 100)


def draw_good(rng: np.random.Generator, kinds: Sequence[str]) -> Good:
    """Draw one good of one of the kinds; each hidden attribute is there with chance 1/2, each option with chance 2/3, one at least."""
    name = kinds[int(rng.integers(len(kinds)))]
    kind = KINDS[name]
    options = [option for option in kind.options if rng.random() < 2 / 3] or [kind.options[int(rng.integers(len(kind.options)))]]
    return Good(
        name,
        COLOURS[int(rng.integers(len(COLOURS)))],
        kind.materials[int(rng.integers(len(kind.materials)))],
        tuple(options),
        (bool(rng.random() < 0.5), bool(rng.random() < 0.5)),
        int(rng.integers(kind.costs[0], kind.costs[1] + 1)),
    )


def draw_goods(rng: np.random.Generator, kinds: Sequence[str], count: int) -> tuple[list[Good], int]:
    """Draw a catalogue, and the number of the target in it, which has at least one of its attributes."""
    goods = [draw_good(rng, kinds) for _ in range(count)]
    target = int(rng.integers(count))
    good = goods[target]
    if not any(good.hidden):
        first = bool(rng.random() < 0.5)
        goods[target] = good._replace(hidden=(first, not first))
    return plant(rng, goods, target, [number for number in range(count) if number != target]), target


def plant(rng: np.random.Generator, goods: Sequence[Good], target: int, places: Sequence[int]) -> list[Good]:
    """Give some of the goods in ``places`` the looks of the target; their attributes, options and costs stay as they were drawn, options cut to its kind's."""
    out, like = list(goods), goods[target]
    kind = KINDS[like.kind]
    for number in rng.permutation(list(places))[:_LOOKALIKES].tolist():
        options = tuple(option for option in goods[number].options if option in kind.options) or like.options
        low, high = kind.costs
        out[number] = goods[number]._replace(
            kind=like.kind, colour=like.colour, material=like.material, options=options, cost=min(max(goods[number].cost, low), high)
        )
    return out


def goal_of(good: Good, rng: np.random.Generator) -> Goal:
    """Make a goal that ``good`` meets marked up by :data:`SLACK` at most: its looks, some of its attributes, one of its options."""
    have = [name for name, has in zip(KINDS[good.kind].attributes, good.hidden, strict=True) if has]
    asked = have if len(have) == 1 or rng.random() < 0.5 else [have[int(rng.integers(2))]]
    option = good.options[int(rng.integers(len(good.options)))]
    return Goal(good.kind, good.colour, good.material, tuple(asked), option, marked_up(good.cost, SLACK))
