"""Scores that pair players in later rounds; ratings for publication are :mod:`ludens.analysis.ratings`'s."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["rank_scores"]


def rank_scores(returns: Sequence[float]) -> list[float]:
    """Score each seat by the share of the others it beat, draws counting a half: 0 to 1."""
    others = len(returns) - 1
    if not others:
        return [0.5]
    return [(sum(mine > other for other in returns) + (sum(mine == other for other in returns) - 1) / 2) / others for mine in returns]
