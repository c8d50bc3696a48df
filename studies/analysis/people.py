"""What people did, as the outcomes of a study name it: figures of ``analysis/human.csv`` with their sources, caveats and tags."""

from __future__ import annotations

import math

from ...analysis import human
from ..spec import Outcome, Study
from .results import Benchmark

__all__ = ["benchmarks_of"]


def benchmarks_of(study: Study) -> tuple[Benchmark, ...]:
    """Give the human figures that a study's outcomes name; of a range its two ends, of several sources each."""
    return tuple(
        made for outcome in study.outcomes for name in outcome.benchmarks for one in human.benchmarks(*name.split("/", 1)) for made in _made(outcome, one)
    )


def _made(outcome: Outcome, one: human.Benchmark) -> list[Benchmark]:
    ends = [("", one.value)] if not math.isnan(one.value) else [(", low end", one.low), (", high end", one.high)]
    return [
        Benchmark(
            outcome.name,
            f"people: {one.measure}{end}, {one.year}",
            value,
            f"{one.source} ({one.year})",
            one.verified,
            one.n,
            one.caveat + (f"; n: {one.n_of}" if one.n_of else ""),
            outcome.margin,
            one.how,
        )
        for end, value in ends
    ]
