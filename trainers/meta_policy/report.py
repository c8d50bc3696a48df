"""What a run of meta policy optimisation came to: rubrics and their descent, scores and payoffs over time, the same deals before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ..inspo.report import side_by_side
from ..spent import Spent
from .meta import VERDICTS
from .rubric import Item

__all__ = ["findings"]

_POINTS = 60
_PARTS = (
    "Judging: scores of a step's episodes. Rubrics: the meta judge, and the episodes by which old and new rubrics are compared. A server's time is not in it."
)
_DEALS = (
    "What was seen and done, line by line: the deals on which the model as it is at the end was furthest ahead, and the one on which it was furthest behind."
)


def findings(game: str, result: Mapping[str, Any]) -> Findings:
    """Lay out a run.

    Args:
        game: its label.
        result: what ``rubrics.json`` holds.
    """
    rubrics, history = result["rubrics"], result["history"]
    entered = sum(version["accepted"] for version in rubrics) - 1
    return Findings(
        "meta_policy",
        f"A rubric that evolved: {game}",
        f"{len(rubrics) - 1} new rubrics in {len(history)} steps, of which {entered} came in; the one at the end: {' '.join(result['rubric'])}",
        (
            _lineage(result),
            *_measured(result),
            *side_by_side(result.get("measured", ()), _DEALS, {"start": "at the start", "end": "at the end"}),
            *_analyses(result),
            *_asked(result),
            Spent.table(result["seconds"], _PARTS),
        ),
        _charts(result),
        (
            "Judged scores of different rubrics have different scales: a step at which a rubric changed is no step of the policy.",
            "A rank correlation of 0 stands also where all scores, or all payoffs, were equal, and nothing can be told.",
        ),
    )


def _lineage(result: Mapping[str, Any]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for version in result["rubrics"]:
        used = [facts for facts in result["history"] if facts["rubric"] == version["number"]]
        items = "; ".join(Item(**item).line for item in version["items"])
        said = version.get("verdicts", {})
        verdicts = ", ".join(f"{said[name]} {name}" for name in VERDICTS if name in said)
        before, after = (version[name]["within"] if name in version else None for name in ("before", "agreement"))
        came = "from the start" if version["parent"] is None else f"step {version['step']}" if version["accepted"] else f"kept out at step {version['step']}"
        rows.append(
            (str(version["number"]), version["parent"], items, came, len(used), sum(facts["unread"] for facts in used), before, after, verdicts or None)
        )
    columns = ("rubric", "made from", "items", "came in", "steps", "items not read", "correlation of the one before", "its correlation", "verdicts")
    about = (
        "Correlations: Spearman's, within deals, of scores with payoffs on the same episodes, which nothing was learned from. Steps: that it "
        "judged. Items not read: scores of it that could not be, and counted 0. Verdicts: of the prescreen, on how well samples had been judged before it."
    )
    return DataTable("Descent of the rubrics", about, columns, tuple(rows))


def _measured(result: Mapping[str, Any]) -> tuple[DataTable, ...]:
    rows: list[tuple[Cell, ...]] = []
    for line in result.get("measured", ()):
        first, last = line["judged"]["first"], line["judged"]["last"]
        edge = Estimate(line["edge"], line["low"], line["high"], line["matches"], method="Student's t")
        rows.append(
            (line["game"], line["matches"], line["start"], line["end"], edge, *(one[key] for one in (first, last) for key in ("start", "end", "correlation")))
        )
    judged = tuple(f"{which} rubric: {what}" for which in ("first", "last") for what in ("start", "end", "correlation at the end"))
    about = (
        "The model at the start and at the end on the same deals, which nothing was learned from: true payoffs, their difference with its 95 % interval, "
        "and how both are judged."
    )
    return (DataTable("Start and end", about, ("game", "deals", "start", "end", "edge", *judged), tuple(rows)),) if rows else ()


def _analyses(result: Mapping[str, Any]) -> tuple[DataTable, ...]:
    rows = tuple((str(version["number"]), text) for version in result["rubrics"] for text in version.get("analyses", ()))
    about = "What the meta judge said of single episodes that it made a new rubric from."
    return (DataTable("Analyses", about, ("rubric", "analysis"), rows),) if rows else ()


def _asked(result: Mapping[str, Any]) -> tuple[DataTable, ...]:
    unread = {
        "judge": sum(facts["unread"] for facts in result["history"]),
        "meta": sum(facts.get("rewriting", {}).get("unread", 0) for facts in result["history"]),
    }
    rows = tuple((name, *counted.values(), unread[name]) for name, counted in result.get("asked", {}).items())
    about = "Requests to language models. Not read: of the judge, items of steps' episodes; of the meta judge, answers, those that did not come among them."
    columns = ("model", "requests", "failed", "prompt tokens", "completion tokens", "not read")
    return (DataTable("What models were asked", about, columns, rows),) if rows else ()


def _charts(result: Mapping[str, Any]) -> tuple[Curves, ...]:
    history = result["history"]
    if not history:
        return ()
    chosen = history[:: max(1, -(-len(history) // _POINTS))]

    def line(title: str, name: str) -> tuple[str, tuple[tuple[float, Estimate], ...]]:
        return title, tuple((float(facts["step"]), Estimate(facts[name])) for facts in chosen)

    return (
        Curves("Judged and earned", "Means of a step's episodes, each from 0 to 1.", "step", "share", (line("judged", "judged"), line("payoff", "payoff"))),
        Curves(
            "Agreement of judge and payoff",
            "Spearman's rank correlation over a step's episodes: of all, and of differences within deals, which the policy learns from.",
            "step",
            "rank correlation",
            (line("all", "overall"), line("within deals", "within")),
            bounds=(-1.0, 1.0),
        ),
        Curves("Rubric", "The rubric that a step was judged by.", "step", "rubric", (line("rubric", "rubric"),), bounds=None),
    )
