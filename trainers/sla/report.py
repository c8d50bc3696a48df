"""What a policy that chooses among candidates has learned, as tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...arena.record import Episode
from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ..paired import edge

__all__ = ["findings", "measured"]

_POINTS = 20


def measured(episodes: Mapping[str, Sequence[tuple[Episode, int]]]) -> DataTable:
    """Compare players on the same deals, in all and by the role that they held.

    Args:
        episodes: for ``trained``, ``untrained`` and ``random`` their episodes with the player's seat, deal by deal.
    """
    roles = [episode.seats[seat].role for episode, seat in episodes["trained"]]
    earned = {name: np.array([episode.returns[seat] for episode, seat in own]) for name, own in episodes.items()}
    groups = [("all", np.ones(len(roles), np.bool_)), *((str(role), np.array([one == role for one in roles])) for role in dict.fromkeys(roles) if role)]
    rows: list[tuple[Cell, ...]] = []
    for name, mask in groups:
        if mask.any():
            own = {player: values[mask] for player, values in earned.items()}
            means = (float(own[player].mean()) for player in ("trained", "untrained", "random"))
            rows.append((name, int(mask.sum()), *means, edge(own["trained"], own["untrained"]), edge(own["trained"], own["random"])))
    about = "Mean payoffs at one seat, all others drawn from the scripted population; edges are of the trained one, paired by deal (Student's t)."
    return DataTable("What it is worth", about, ("role", "matches", "trained", "untrained", "random", "over untrained", "over random"), tuple(rows))


def findings(game: str, log: Sequence[Mapping[str, Any]], table: DataTable) -> Findings:
    """Lay out a run.

    Args:
        game: its label.
        log: a line an update.
        table: of :func:`measured`.
    """
    earned: dict[str, list[tuple[float, float]]] = {}
    for line in log:
        for name, value in line["earned"].items():
            earned.setdefault(name, []).append((line["update"], value))
    mixed = (("all", _means([(line["update"], line["entropy"]) for line in log])),)
    lines = tuple((name, _means(points)) for name, points in sorted(earned.items()))
    charts = (
        Curves("Entropy", "Of choices and of what is said, together; nats a decision.", "update", "nats", mixed, bounds=None),
        Curves("Earned by learners", "In games with the population of the time, checkpoints among it.", "update", "payoff", lines, bounds=None),
    )
    notes = ("The untrained policy chooses among the same candidates by random weights, nearly evenly; the random player says nothing.",)
    about = "A policy chooses among things that might be said, and all other moves, and learns against scripted styles and its own checkpoints."
    return Findings("sla", f"A strategic language agent in {game}", about, (table,) if table.rows else (), charts, notes)


def _means(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, Estimate], ...]:
    """Average stretches of updates, a point each."""
    parts = np.array_split(np.array(points, float), min(_POINTS, len(points)))
    return tuple((float(part[-1, 0]), Estimate(float(part[:, 1].mean()))) for part in parts)
