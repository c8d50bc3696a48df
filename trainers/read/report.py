"""What refinement was worth, as findings and as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...analysis.refining import Counts, means, paired
from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable, Estimate
from .config import Config

__all__ = ["Measured", "findings", "lines"]

_SHOWN = ("success", "steps", "queries", "tokens", "rejected", "capped", "first", "played")


class Measured(NamedTuple):
    """One player on the held-out seeds.

    Attributes:
        means: of its figures (:class:`~ludens.analysis.refining.Counts`).
        gains: of a refined player, mean differences to its planner's on the same seeds; None for a planner.
    """

    means: Mapping[str, Estimate]
    gains: Mapping[str, Estimate] | None = None

    @classmethod
    def of(cls, found: Sequence[Counts], plain: Sequence[Counts] | None = None) -> Measured:
        """Measure a player's episodes, against those of its planner."""
        return cls(means(found), paired(found, plain) if plain is not None else None)


def findings(game: str, config: Config, measured: Mapping[str, Measured]) -> Findings:
    """Lay out what was measured."""
    rows = tuple((name, *(_cell(one.means[figure]) for figure in _SHOWN)) for name, one in measured.items())
    gains = tuple((name, *(_cell(one.gains[figure]) for figure in _SHOWN[:4])) for name, one in measured.items() if one.gains is not None)
    return Findings(
        kind="read",
        title="Refinement by advantage",
        about=f"{game}: the planner {dict(config.planner)} with and without ReAd, {config.held_out} episodes each with the same seeds.",
        tables=(
            DataTable("Means", "An episode: steps of the environment, queries and tokens of the planner; 95 % intervals.", ("player", *_SHOWN), rows),
            DataTable("Differences to the same planner without refinement", "Paired by seed; 95 % intervals.", ("player", *_SHOWN[:4]), gains),
        ),
        notes=(
            "An episode that fails takes all the steps there are, so steps and success are not independent.",
            f"A decision has at most {config.budget} proposals; where none is good enough (capped), the best of them is played.",
        ),
    )


def lines(measured: Mapping[str, Measured]) -> list[str]:
    """Tell it in lines."""
    out = []
    for name, one in measured.items():
        mean = one.means
        line = f"{name}: success {mean['success'].value:.2f}, {mean['steps'].value:.1f} steps, {mean['queries'].value:.1f} queries"
        if one.gains is not None:
            told = (f"{figure} {gain.value:+.2f} ({gain.low:+.2f} to {gain.high:+.2f})" for figure in _SHOWN[:3] for gain in (one.gains[figure],))
            line += f"; against the planner alone: {', '.join(told)}"
        out.append(line)
    return out


def _cell(estimate: Estimate) -> Cell:
    # a figure that was never measured, such as scores of players without a critic
    return estimate if estimate.value == estimate.value else None
