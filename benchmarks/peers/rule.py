"""The reward by rule that bench_training.py gives both sides."""

from __future__ import annotations

import json

__all__ = ["rule"]


def rule(text: str) -> float:
    """Reward an answer: 1 for a JSON object with a choice, less a little for every letter."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return (1.0 if isinstance(found, dict) and "choice" in found else 0.0) - len(text) / 1000
