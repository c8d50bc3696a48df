"""What a run of LSPO came to, as tables: for the terminal, a page, CSV and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...arena.report.findings import Findings
from ...arena.report.summary import Curves, DataTable, Estimate
from .evaluation import Cell
from .reading import PAGE
from .views import View, by_round, clipped, maps, said, solving, spreads

__all__ = ["findings"]

_LOSSES = (
    "Regret losses are squared errors in units of the mean square of all samples so far, added up over choices. Samples of single walks are noisy and those of "
    "earlier policies differ from later ones, so that a loss need not fall while the solver gets better."
)


def findings(game: str, iterations: Sequence[Mapping[str, Any]], cells: Sequence[Cell], views: Sequence[View]) -> Findings:
    """Lay out iterations, meanings and the evaluation.

    Args:
        game: its label.
        iterations: what ``iteration.json`` holds, in order.
        cells: of the evaluation.
        views: of the same iterations.
    """
    tables = [_iterations(iterations), _meanings(iterations), by_round(views), *([_evaluation(cells)] if cells else []), said(views)]
    notes = [
        "Advantages are in standard deviations of the role's in the iteration: they do not compare between iterations, whose meanings differ.",
        "Where more than two sides of one seat each play, NashConv of an average policy need not fall to 0, and no policy here is called an equilibrium.",
        *([_LOSSES] if any(name.startswith("regret loss") for view in views for row in view.solution.trace for name in row) else []),
    ]
    return Findings(
        "lspo",
        f"Latent space policy optimisation of {game}",
        "What was heard, what it meant, and what it was worth.",
        tuple(tables),
        (*spreads(views), *solving(views), *_loss(iterations)),
        tuple(notes),
        scatters=tuple(chart for view in views for chart in maps(view)),
        links=tuple((f"The whole game of iteration {view.number}", f"iteration_{view.number}/{PAGE}") for view in views),
    )


def _iterations(iterations: Sequence[Mapping[str, Any]]) -> DataTable:
    measures = list(dict.fromkeys(name for item in iterations for name in item["measures"]))
    margins = list(dict.fromkeys(role for item in iterations for role in item.get("margins", {})))
    columns = ("iteration", "turns to speak", "pairs", "learned from", *(name.replace("_", " ") for name in measures), *(f"margin, {role}" for role in margins))
    rows = []
    for item in iterations:
        pairs = sum(item["pairs"].values())
        own = (item["measures"].get(name) for name in measures)
        rows.append((f"{item['iteration']}", item["statements"], pairs, item["learned_from"], *own, *(item.get("margins", {}).get(role) for role in margins)))
    about = "Margin: how much more likely, in nats, chosen utterances have become than rejected ones, against the model that the iteration began with."
    return DataTable("Iterations", about, columns, tuple(rows))


def _meanings(iterations: Sequence[Mapping[str, Any]]) -> DataTable:
    rows = []
    for item in iterations:
        for role, counts in item["heard"].items():
            for number, count in enumerate(counts):
                worth, chance = (item[name].get(role, {}).get(f"z{number}") for name in ("advantages", "policy"))
                exemplar = clipped(item["exemplars"][role][number])
                rows.append((f"{item['iteration']}, {role}, z{number}", count / max(sum(counts), 1), chance, worth, exemplar))
    columns = ("iteration, role, meaning", "heard", "policy", "advantage", "most typical")
    about = "Heard: share of the role's candidates; policy: the policy's mean chance of it where it was a candidate; SOMEBODY and MYSELF stand for names."
    return DataTable("Meanings", about, columns, tuple(rows))


def _evaluation(cells: Sequence[Cell]) -> DataTable:
    rows = [
        (
            f"{cell.agent} as {cell.side}",
            cell.won,
            Estimate(cell.mean, cell.low, cell.high, cell.matches, method="Student's t"),
            Estimate(cell.edge, cell.edge_low, cell.edge_high, cell.matches, method="Student's t of paired differences"),
        )
        for cell in cells
    ]
    about = "Each agent on one side, the last iteration's on all others, the same deals in every cell; the edge is over the first agent on the same deals."
    return DataTable("Against the last iteration", about, ("agent and side", "won", "earned a seat", "edge"), tuple(rows))


def _loss(iterations: Sequence[Mapping[str, Any]]) -> tuple[Curves, ...]:
    lines = tuple(
        (f"iteration {item['iteration']}", tuple((float(step), Estimate(row["loss"])) for step, row in enumerate(item["trace"])))
        for item in iterations
        if item.get("trace")
    )
    return (Curves("Loss of teaching", "Loss of direct preference optimisation, step by step.", "step", "loss", lines, bounds=None),) if lines else ()
