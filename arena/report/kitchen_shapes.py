"""How kitchens look: colours and simple shapes, once for all painters. The page's script makes SVG of them, :mod:`.kitchen_pictures` pixels.

A picture is a list of shapes in a square of 100 by 100, y downwards, the first behind: ``("r", colour, x, y, width, height, radius)`` a rectangle,
``("e", colour, x, y, rx, ry)`` an ellipse about a point, ``("p", colour, x, y, x, y, ...)`` a polygon. Colours are names of :data:`LIGHT` and :data:`DARK`;
``hat`` and ``hat_deep`` are those of the cook.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["DARK", "HATS", "HELD", "LIGHT", "PICTURES", "Shape", "deeper", "mirrored"]

Shape = tuple[Any, ...]

LIGHT: Mapping[str, str] = {
    "floor": "#eef1f3", "floor_odd": "#e4e9ed", "counter": "#cfa679", "counter_top": "#deb98d", "lip": "#a97d50",
    "crate": "#80542e", "crate_in": "#5d3b1f", "slat": "#9a6a3f", "stove": "#555d67", "stove_edge": "#3d444c", "burner": "#2e343a",
    "pot": "#a9b5c0", "pot_rim": "#c9d2da", "pot_in": "#3d454e", "handle": "#79858f",
    "plate": "#ffffff", "plate_edge": "#c4cfd8", "plate_in": "#e9eef2",
    "onion": "#e6ac3c", "onion_light": "#f6d68b", "onion_deep": "#b97f1e", "sprout": "#7da23f",
    "tomato": "#d8412f", "tomato_light": "#f08a73", "tomato_deep": "#a92a1c", "leaf": "#4c8a3a",
    "soup_onion": "#f0c25a", "soup_tomato": "#dd5a3a", "soup_mixed": "#e6883c",
    "cap": "#9c6b52", "cap_light": "#c49379", "stem": "#f1e4d3", "button": "#c53a3a", "button_deep": "#8d2424",
    "window": "#2b7f78", "window_light": "#f3faf8", "window_in": "#1d4f52", "bell": "#f0bd45", "bell_deep": "#bd8a1d",
    "skin": "#f3cba3", "skin_deep": "#dfa97c", "blush": "#eda98a", "hair": "#6b4a33", "jacket": "#ffffff", "jacket_deep": "#d9e0e6",
    "ink": "#2a2f36", "paper": "#ffffff", "shade": "#0000002e", "bar_back": "#1f252bd9", "bar": "#ffb648", "done": "#27a463",
}  # fmt: skip
DARK: Mapping[str, str] = {
    **LIGHT, "floor": "#272e36", "floor_odd": "#2d353e", "counter": "#6d543c", "counter_top": "#7d6248", "lip": "#4b3926", "shade": "#00000066",
    "stove": "#444b54", "stove_edge": "#31373e", "plate": "#eef2f5", "jacket": "#eef2f5", "window_light": "#e3efec", "slat": "#8a5f39",
}  # fmt: skip
HATS = ("#2f74c0", "#d0632a", "#3f8f55", "#9450ab", "#b8890f", "#1590a0", "#c53a6d", "#5f6b78", "#7a4a2b")
"""The colours of the cooks, in the order of the seats."""
HELD = ((50, -9), (50, 80), (88, 68), (12, 68))
"""About which point of a cook's square what it holds is drawn, by its direction; only to the north behind it."""


def deeper(colour: str) -> str:
    """Give a darker shade of a colour, for its shadows."""
    return "#" + "".join(f"{int(int(colour[at : at + 2], 16) * 0.74):02x}" for at in (1, 3, 5))


def mirrored(shapes: Sequence[Shape]) -> list[Shape]:
    """Turn a picture's left into its right."""

    def turn(shape: Shape) -> Shape:
        kind, colour, *rest = shape
        if kind == "p":
            return (kind, colour, *(100 - value if index % 2 == 0 else value for index, value in enumerate(rest)))
        return (kind, colour, 100 - rest[0] - (rest[2] if kind == "r" else 0), *rest[1:])

    return [turn(shape) for shape in shapes]


def placed(shapes: Sequence[Shape], x: float, y: float, scale: float) -> list[Shape]:
    """Shrink a picture and put its middle at a point."""

    def move(shape: Shape) -> Shape:
        kind, colour, *rest = shape
        lengths = [] if kind == "p" else rest[2:]
        points = rest if kind == "p" else rest[:2]
        return (kind, colour, *_moved(points, x, y, scale), *(round(value * scale, 1) for value in lengths))

    return [move(shape) for shape in shapes]


def _moved(points: Sequence[float], x: float, y: float, scale: float) -> list[float]:
    return [round((x, y)[index % 2] + (value - 50) * scale, 1) for index, value in enumerate(points)]


def _star(x: float, y: float, outer: float, inner: float, tips: int) -> list[float]:
    out = []
    for corner in range(2 * tips):
        reach, angle = (inner if corner % 2 else outer), math.pi * corner / tips - math.pi / 2
        out += [round(x + reach * math.cos(angle), 1), round(y + reach * math.sin(angle), 1)]
    return out


# -- things ------------------------------------------------------------------------------------------------------------

_ONION: list[Shape] = [
    ("p", "sprout", 45, 30, 38, 8, 49, 20, 55, 3, 56, 30), ("e", "onion_deep", 50, 58, 33, 31), ("e", "onion", 50, 56, 33, 30), ("e", "onion", 50, 32, 13, 12),
    ("e", "onion_light", 38, 52, 7, 15),
]  # fmt: skip
_TOMATO: list[Shape] = [
    ("e", "tomato_deep", 50, 58, 35, 31), ("e", "tomato", 50, 56, 35, 30), ("e", "tomato_light", 37, 48, 8, 7), ("p", "leaf", *_star(50, 29, 21, 7, 5)),
]  # fmt: skip
_MUSHROOM: list[Shape] = [
    ("r", "stem", 39, 48, 22, 38, 9), ("e", "cap", 50, 40, 36, 27), ("e", "cap_light", 38, 32, 8, 6),
    ("e", "cap_light", 60, 37, 6, 5),
]  # fmt: skip
_DISH: list[Shape] = [("e", "plate_edge", 50, 55, 42, 39), ("e", "plate", 50, 51, 42, 39), ("e", "plate_in", 50, 52, 28, 25)]


def _bits(onions: int, tomatoes: int) -> list[Shape]:
    kinds = ["onion"] * onions + ["tomato"] * tomatoes
    where = {1: [(50, 50)], 2: [(41, 47), (59, 54)], 3: [(41, 44), (60, 47), (49, 61)]}[len(kinds)]
    return [shape for kind, (x, y) in zip(kinds, where, strict=True) for shape in (("e", f"{kind}_deep", x, y + 1, 8, 7), ("e", kind, x, y, 7.5, 6.5))]


def _broth(onions: int, tomatoes: int) -> str:
    return "soup_mixed" if onions and tomatoes else "soup_onion" if onions else "soup_tomato"


_RECIPES = [(onions, tomatoes) for onions in range(4) for tomatoes in range(4 - onions) if onions + tomatoes]
_SOUPS = {f"s{onions}{tomatoes}": [*_DISH, ("e", _broth(onions, tomatoes), 50, 52, 29, 26), *_bits(onions, tomatoes)] for onions, tomatoes in _RECIPES}
_INGREDIENTS = {
    f"raw{onions}{tomatoes}": [
        shape
        for kind, (x, y) in zip([_ONION] * onions + [_TOMATO] * tomatoes, [(38, 42), (61, 42), (50, 61)], strict=False)
        for shape in placed(kind, x, y, 0.33)
    ]
    for onions, tomatoes in _RECIPES
}
_COOKING = {f"hot{onions}{tomatoes}": [("e", _broth(onions, tomatoes), 50, 49, 30, 29), *_bits(onions, tomatoes)] for onions, tomatoes in _RECIPES}

# -- tiles -------------------------------------------------------------------------------------------------------------

_COUNTER: list[Shape] = [("r", "counter", 0, 0, 100, 100, 0), ("r", "counter_top", 3, 3, 94, 94, 7)]


def _crate(thing: list[Shape]) -> list[Shape]:
    heap = [(34, 38), (66, 38), (50, 34), (33, 56), (67, 56), (50, 58)]
    return [
        *_COUNTER, ("r", "crate", 10, 18, 80, 72, 9), ("r", "crate_in", 16, 23, 68, 50, 6),
        *(shape for x, y in heap for shape in placed(thing, x, y, 0.42)),
        ("r", "slat", 10, 68, 80, 10, 4), ("r", "slat", 10, 81, 80, 9, 4), ("r", "crate", 16, 66, 7, 25, 2), ("r", "crate", 77, 66, 7, 25, 2),
    ]  # fmt: skip


_STACK: list[Shape] = [*_COUNTER, *(shape for rise in (10, 4, -2, -8) for shape in placed(_DISH, 50, 51 + rise, 0.8))]
_POT: list[Shape] = [
    *_COUNTER, ("r", "stove_edge", 5, 7, 90, 88, 12), ("r", "stove", 5, 5, 90, 86, 12), ("e", "burner", 50, 50, 42, 40),
    ("r", "handle", 5, 43, 90, 13, 6.5), ("e", "handle", 50, 53, 37, 36), ("e", "pot", 50, 50, 37, 36), ("e", "pot_rim", 50, 49, 34, 33),
    ("e", "pot_in", 50, 49, 30, 29),
]  # fmt: skip
_STRIPES = [("window", "window_light")[index % 2] for index in range(7)]
_WINDOW: list[Shape] = [
    *_COUNTER, ("r", "window_in", 7, 10, 86, 82, 8), ("r", "window_light", 7, 76, 86, 16, 5), ("r", "plate_edge", 7, 88, 86, 5, 2.5),
    *(shape for index, colour in enumerate(_STRIPES) for shape in (
        ("r", colour, 4.5 + 13 * index, 6, 13, 30, 0), ("e", colour, 11 + 13 * index, 36, 6.5, 7),
    )),
    ("e", "bell_deep", 50, 74, 17, 15), ("e", "bell", 50, 72, 17, 15), ("r", "window_light", 30, 76, 40, 14, 0), ("r", "bell_deep", 31, 75, 38, 6, 3),
    ("e", "bell_deep", 50, 55, 4, 4),
    ("e", "onion_light", 43, 66, 3, 5),
]  # fmt: skip

_BOARD: list[Shape] = [
    *_COUNTER, ("r", "ink", 17, 12, 66, 76, 7), ("r", "paper", 21, 16, 58, 68, 4), ("r", "window", 30, 25, 40, 7, 3),
    *(("r", "plate_edge", 30, y, 40, 5, 2) for y in (42, 54, 66)),
]  # fmt: skip
_BUTTON: list[Shape] = [
    *_COUNTER, ("e", "stove_edge", 50, 54, 34, 31), ("e", "stove", 50, 50, 34, 31), ("e", "button_deep", 50, 50, 23, 20), ("e", "button", 50, 45, 23, 20),
]  # fmt: skip

# -- cooks -------------------------------------------------------------------------------------------------------------

_SHADOW: Shape = ("e", "shade", 50, 91, 29, 7)


def _hat(x: float) -> list[Shape]:
    return [
        ("e", "hat", x - 13, 17, 12, 11), ("e", "hat", x + 13, 17, 12, 11), ("e", "hat", x, 12, 15, 12), ("r", "hat", x - 18, 14, 36, 15, 3),
        ("r", "hat_deep", x - 19, 26, 38, 9, 4),
    ]  # fmt: skip


_SOUTH: list[Shape] = [
    _SHADOW, ("r", "jacket_deep", 29, 56, 42, 36, 15), ("r", "jacket", 29, 55, 42, 34, 15), ("r", "hat", 37, 66, 26, 24, 8),
    ("r", "hat_deep", 37, 66, 26, 4, 2),
    ("e", "jacket_deep", 28, 69, 7, 10), ("e", "jacket_deep", 72, 69, 7, 10), ("e", "skin", 30, 79, 6, 6), ("e", "skin", 70, 79, 6, 6),
    ("p", "hat", 38, 57, 62, 57, 50, 67), ("e", "skin", 50, 44, 19, 17),
    ("e", "ink", 43, 44, 2.6, 3.4), ("e", "ink", 57, 44, 2.6, 3.4), ("e", "blush", 38, 50, 3.6, 2.4), ("e", "blush", 62, 50, 3.6, 2.4),
    ("r", "ink", 46, 51.5, 8, 2.2, 1.1),
    *_hat(50),
]  # fmt: skip
_NORTH: list[Shape] = [
    _SHADOW, ("e", "jacket_deep", 28, 67, 7, 10), ("e", "jacket_deep", 72, 67, 7, 10),
    ("r", "jacket_deep", 29, 56, 42, 36, 15), ("r", "jacket", 29, 55, 42, 34, 15), ("r", "hat", 29, 71, 42, 5, 2),
    ("p", "hat_deep", 50, 73, 41, 68, 41, 79), ("p", "hat_deep", 50, 73, 59, 68, 59, 79), ("e", "hair", 50, 44, 19, 17),
    ("r", "hat", 39, 56, 22, 6, 3), *_hat(50),
]  # fmt: skip
_EAST: list[Shape] = [
    _SHADOW, ("r", "jacket_deep", 33, 56, 34, 36, 15), ("r", "jacket", 33, 55, 34, 34, 15), ("r", "hat", 52, 66, 15, 24, 7),
    ("r", "hat_deep", 33, 71, 22, 4, 2),
    ("e", "jacket_deep", 50, 69, 9, 8), ("e", "skin", 63, 73, 6, 6), ("r", "hat", 42, 56, 22, 6, 3), ("e", "skin", 51, 44, 18, 17),
    ("e", "hair", 38, 42, 7, 13),
    ("e", "ink", 61, 44, 2.6, 3.4), ("e", "skin_deep", 69.5, 47, 4, 3.4), ("e", "blush", 57, 51, 3.6, 2.4), *_hat(50),
]  # fmt: skip

PICTURES: Mapping[str, Sequence[Shape]] = {
    "X": _COUNTER,
    "O": _crate(_ONION),
    "T": _crate(_TOMATO),
    "D": _STACK,
    "P": _POT,
    "S": _WINDOW,
    "R": _BOARD,
    "L": _BUTTON,
    "M": _crate(_MUSHROOM),
    "lip": [("r", "lip", 0, 88, 100, 12, 0)],
    "o": _ONION,
    "t": _TOMATO,
    "d": _DISH,
    "m": _MUSHROOM,
    **_SOUPS,
    **_INGREDIENTS,
    **_COOKING,
    "north": _NORTH,
    "south": _SOUTH,
    "east": _EAST,
    "west": mirrored(_EAST),
    "ready": [("e", "paper", 82, 17, 17, 17), ("e", "done", 82, 17, 14.5, 14.5), ("p", "paper", 74, 17, 77, 14, 80.5, 17.5, 87.5, 10, 90.5, 13, 80.5, 23.5)],
    "speaks": [("p", "ink", 70, 6, 84, 6, 69, 17), ("r", "ink", 62, -17, 38, 25, 11), ("p", "paper", 72, 4, 81, 4, 71, 13), ("r", "paper", 64, -15, 34, 21, 9),
               *(("e", "ink", x, -4.5, 2.7, 2.7) for x in (73, 81, 89))],
}  # fmt: skip
"""By name: tiles as in layout files, ``lip`` over a tile with floor to its south; things as :func:`.kitchen.packed` writes them; ``raw21`` and ``hot21`` what
is in a pot before and while it cooks; cooks by their direction; marks of a soup that is ready and of a cook that speaks."""
