"""The checkpoint that comes with Ludens: weights, tokenizer and model card, as ``ludens train`` wrote them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["HOUSE", "house_folder"]

HOUSE = "house"
"""What ``model`` is called in a specification that means it."""


def house_folder() -> Path:
    """Where it is."""
    return Path(__file__).parent
