"""The kitchens of Overcooked-v2, as the maps of JaxMARL have them: ``R`` shows the order, ``L`` shows it for a price, ``M`` holds mushrooms.

JaxMARL's ingredients 0 and 1 are onions and tomatoes here; the third, which no recipe asks for and which is there to be shown to others, is mushrooms. Source:
Gessler et al. 2025, "OvercookedV2: Rethinking Overcooked for Zero-Shot Coordination", arXiv 2503.17821, and JaxMARL's layouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["KITCHENS_V2"]

_EITHER = [["onion"] * 3, ["tomato"] * 3]
_ANY = [["onion"] * onions + ["tomato"] * (3 - onions) for onions in (3, 2, 1, 0)]

KITCHENS_V2: Mapping[str, Mapping[str, Any]] = {
    name: {"grid": grid, "start_all_orders": [{"ingredients": recipe} for recipe in recipes]}
    for name, recipes, grid in (
        ("cramped_room_v2", _ANY, "XXPXX\nO1 2T\nX   R\nXDXSX"),
        ("overcooked_v2_demo", _ANY, "XXPXX\nO1 2T\nL   R\nXDXSX"),
        ("grounded_coord_simple", _EITHER, "XXMXXXXX\nX  XD  O\nR 1LP2 S\nX  XD  T\nXXMXXXXX"),
        ("grounded_coord_ring", _EITHER, "XXXMRMXXX\nX       X\nX XXLXX X\nM O   D M\nR1S2P S R\nM T   D M\nX XXLXX X\nX       X\nXXXMRMXXX"),
        ("test_time_simple", _EITHER, "XXMXXXXX\nX  XD  O\nR 1XP2 S\nX  XD  T\nXXMXXXXX"),
        ("test_time_wide", _EITHER, "XXSDXX\nO 1  O\nT    T\nXPXPXX\nM 2  M\nX    X\nXXRXXX"),
        ("demo_cook_simple", _EITHER, "XXXXXRMXOXX\nO      X  D\nX     1P2 S\nT      X  D\nXXXXXRMXTXX"),
        ("demo_cook_wide", _EITHER, "XXXXDSDXXXX\nXXXO 1 TXXX\nXXXXXPXXXXX\nX    2    X\nO  XMRMX  O\nXTXXXXXXXTX"),
    )
}
"""By name; those of JaxMARL without a third of these names are of more ingredients or of the classic kitchens."""
