"""What a run of INSPO came to: who descends from whom, weights over time, credit, and the same deals played before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ..spent import Spent
from .population import Instruction, Population

__all__ = ["findings", "side_by_side", "tree"]

_LINES = 8
"""Instructions in a chart: more lines nobody tells apart."""
_POINTS = 60
_MARGIN = 4
_BLANK = "\u00a0"
_PARTS = "Instructions: credits, proposals, and the episodes by which candidates were tried."


def findings(game: str, result: Mapping[str, Any]) -> Findings:
    """Lay out a run.

    Args:
        game: its label.
        result: what ``instruction.json`` holds.
    """
    population, history = Population.load(result["population"]), result["history"]
    return Findings(
        "inspo",
        f"Instructions that evolved: {game}",
        f"{len(population.members)} instructions in {len(history)} steps; the best at the end: {result['best']}",
        (_genealogy(population, history), *_measured(result), *_dialogues(result), Spent.table(result["seconds"], _PARTS)),
        _charts(population, history),
        (
            "Weights and credits of paired instructions are differences from the mean of the two on the same deal; unpaired, they are rewards.",
            "Credits were earned at different times under a policy that may have learned meanwhile: their means compare instructions of one time only.",
        ),
    )


def tree(population: Population) -> list[tuple[str, Instruction]]:
    """Draw who descends from whom, the first ones at the left; a line each, with its instruction."""
    import networkx as nx

    graph = nx.DiGraph()
    for member in population.members:
        graph.add_node(member.id, label=str(member.id))
        if member.parent is not None:
            graph.add_edge(member.parent, member.id)
    lines = []
    for root in (member.id for member in population.members if member.parent is None):
        for line in nx.generate_network_text(graph, sources=[root]):
            # roots stand at the margin; blanks at the beginning of a line would be lost on a page
            lines.append(line[_MARGIN:].replace("╼", "─").replace(" ", _BLANK))
    return [(line, population.members[int(line.split(_BLANK)[-1])]) for line in lines]


def _genealogy(population: Population, history: Sequence[Mapping[str, Any]]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for line, member in tree(population):
        drawn = float(np.mean([facts["shares"].get(str(member.id), 0.0) for facts in history])) if history else 0.0
        alive = f"{member.born} to {'the end' if member.died is None else member.died}"
        rows.append((line, member.text, alive, member.count, _credit(member), round(member.weight, 3), f"{drawn:.0%}"))
    columns = ("descent", "instruction", "steps", "credits", "mean credit", "weight", "draws")
    about = "Children stand under their parent. Draws: mean chance of being drawn, over all steps. The interval (95 %) takes credits as independent."
    return DataTable("Genealogy", about, columns, tuple(rows))


def _credit(member: Instruction) -> Estimate | None:
    if not member.count:
        return None
    if member.count < 2:
        return Estimate(member.mean, n=1)
    from ...analysis.resample import student_quantile

    half = student_quantile(0.95, member.count - 1) * float(np.sqrt(member.square / (member.count - 1) / member.count))
    return Estimate(member.mean, member.mean - half, member.mean + half, member.count, method="Student's t")


def _charts(population: Population, history: Sequence[Mapping[str, Any]]) -> tuple[Curves, ...]:
    if not history:
        return ()
    chosen = history[:: max(1, -(-len(history) // _POINTS))]
    peaks = {member.id: max(facts["shares"].get(str(member.id), 0.0) for facts in history) for member in population.members}
    shown = sorted(sorted(peaks, key=lambda id: (-peaks[id], id))[:_LINES])

    def lines(what: str) -> tuple[tuple[str, tuple[tuple[float, Estimate], ...]], ...]:
        found = [(id, [(float(facts["step"]), Estimate(facts[what][str(id)])) for facts in chosen if str(id) in facts[what]]) for id in shown]
        return tuple((f"{id}: {_short(population.members[id].text)}", tuple(points)) for id, points in found if points)

    reward = tuple((float(facts["step"]), Estimate(facts["reward"])) for facts in chosen)
    return (
        Curves(
            "Weights", f"Importance of an instruction, step by step; the {len(shown)} that were drawn most.", "step", "weight", lines("weights"), bounds=None
        ),
        Curves("Draws", "Chance of being drawn.", "step", "chance", lines("shares")),
        Curves("Reward", "Mean of all episodes of a step, from 0 at the lowest payoff to 1 at the highest.", "step", "reward", (("all", reward),)),
    )


def _measured(result: Mapping[str, Any]) -> tuple[DataTable, ...]:
    rows = tuple(
        (line["game"], line["matches"], line["seed"], line["best"], Estimate(line["edge"], line["low"], line["high"], line["matches"], method="Student's t"))
        for line in result.get("measured", ())
    )
    about = "Both under the model as it is at the end, on the same deals, which nothing was chosen by; the edge with its 95 % interval, paired by deal."
    return (DataTable("The best instruction against the first seed", about, ("game", "deals", "first seed", "best", "edge"), rows),) if rows else ()


def _dialogues(result: Mapping[str, Any]) -> Iterator[DataTable]:
    about = "What was seen and done, line by line: the deals on which the best instruction was furthest ahead, and the one on which it was furthest behind."
    return side_by_side(result.get("measured", ()), about, {"seed": "under the first seed", "best": "under the best"})


def side_by_side(measured: Sequence[Mapping[str, Any]], about: str, sides: Mapping[str, str]) -> Iterator[DataTable]:
    """Lay out the same deals played twice, a table a game.

    Args:
        measured: a game each: its label (``game``) and what is ``shown``: number of the ``deal``, what each side ``earned``, and its lines.
        about: what they are.
        sides: how the two are named in ``shown``, and above their columns.
    """
    one, two = sides
    for line in measured:
        rows: list[tuple[Cell, ...]] = []
        for shown in line["shown"]:
            rows.append((f"deal {shown['deal'] + 1}", *(f"earned {shown['earned'][side]:.2f}" for side in sides)))
            rows += [(f"{number}", *pair) for number, pair in enumerate(zip_longest(shown[one], shown[two], fillvalue=""), 1)]
        yield DataTable(f"Before and after: {line['game']}", about, ("line", *sides.values()), tuple(rows))


def _short(text: str, most: int = 44) -> str:
    return text if len(text) <= most else f"{text[: most - 3].rstrip()}..."
