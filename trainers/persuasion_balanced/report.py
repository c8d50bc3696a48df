"""What a run came to, as tables: what the trees held, which pairs they made, and the model before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable
from .measuring import Measured, gave_in
from .tree import Balance, Pair

__all__ = ["findings"]

_SHOWN = 5
"""Pairs of either kind that are shown."""
_BALANCE = {
    "dialogues": "dialogues played",
    "undisputed": "without disagreement, dropped",
    "nodes": "turns with something in dispute",
    "onesided": "where all replies gave in, or all held out",
    "even": "where both came to the same",
    "unread": "where no reply of one kind could be read",
    "accept": "pairs in which giving in is better",
    "resist": "pairs in which holding out is better",
}


def findings(mode: str, balance: Mapping[str, Balance], learned: Sequence[Pair], facts: Mapping[str, Any], measured: Sequence[Measured]) -> Findings:
    """Lay out a run.

    Args:
        mode: what was learned from.
        balance: what the trees of each game hold.
        learned: the pairs that were chosen.
        facts: of the stages of learning.
        measured: before and after.
    """
    tables = [_trees(balance), _stages(learned, facts), _pairs(learned)]
    if measured:
        tables.append(_worth(measured))
        if any(item.rates("before") for item in measured):
            tables.append(_rates(measured))
    notes = (
        "A reply is worth the mean payoff of its subtree; no interval goes with a single pair.",
        "Differences are paired by deal; their intervals are Student's t over deals. Intervals of shares are Wilson's and take decisions as independent.",
    )
    about = f"Mode {mode}: replies that give in and replies that hold out, compared by what followed in trees of dialogues."
    return Findings("persuasion_balanced", "Persuasion, accepted and resisted", about, tuple(tables), (), notes)


def _trees(balance: Mapping[str, Balance]) -> DataTable:
    rows: list[tuple[Cell, ...]] = [(told, *(getattr(own, name) for own in balance.values())) for name, told in _BALANCE.items()]
    return DataTable("Trees of dialogues", "What was played, and what became of it.", ("", *balance), tuple(rows))


def _stages(learned: Sequence[Pair], facts: Mapping[str, Any]) -> DataTable:
    rows: list[tuple[Cell, ...]] = [("pairs learned from", len(learned))]
    rows += [(f"pairs in which to {kind}", sum(pair.kind == kind for pair in learned)) for kind in ("accept", "resist")]
    if "sft" in facts:
        rows.append(("nats a token of the preferred replies, at the end of the first stage", facts["sft"]["loss"]))
    if "dpo" in facts:
        rows.append(("pairs told apart rightly, in the last update of the second stage", f"{facts['dpo']['accuracy']:.0%}"))
        rows.append(("margin there, in nats", round(facts["dpo"]["margin"], 3)))
    return DataTable("Learning", "Two stages: the preferred replies by likelihood, then direct preference optimisation.", ("", "value"), tuple(rows))


def _pairs(learned: Sequence[Pair]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for kind in ("accept", "resist"):
        own = {pair.seen: pair for pair in sorted(learned, key=lambda pair: pair.gap) if pair.kind == kind}
        rows += [(kind, pair.seen, *pair.texts, round(pair.gap, 3)) for pair in [*reversed(own.values())][:_SHOWN]]
    about = "Those with the largest difference in worth, in different situations; replies as the model wrote them."
    return DataTable("Pairs to read", about, ("better is to", "what it had seen", "preferred", "other", "difference"), tuple(rows))


def _worth(measured: Sequence[Measured]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for item in measured:
        means = (round(float(item.earned(player).mean()), 3) for player in ("before", "after"))
        shares = (gave_in(item.game, item.episodes[player], item.deals) for player in ("before", "after"))
        rows.append((f"{item.game.label}: {item.partners}", len(item.deals), *means, item.edge, *shares))
    about = "Mean payoff in the game's unit, and the share of decisions in dispute at which the model gave in."
    columns = ("game: partners", "deals", "before", "after", "difference", "gave in before", "gave in after")
    return DataTable("What it is worth", about, columns, tuple(rows))


def _rates(measured: Sequence[Measured]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for item in measured:
        for player in ("before", "after"):
            found = item.rates(player)
            if found is not None:
                rows.append((f"{item.game.label}: {item.partners}, {player}", *found))
    about = "Misinformation: took over a wrong answer when its own was right. Correction: got to the right one when its own was wrong and the other's right."
    columns = ("game: partners, when", "misinformation", "correction", "balanced", "gives in when asked", "right at first", "right")
    return DataTable("Accepted and resisted", about, columns, tuple(rows))
