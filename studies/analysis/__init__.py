"""The analysis of a study: a table with a row a unit in, findings as plain data out, written as one page, CSV, LaTeX and SVG.

::

    results = analyse(study, table)
    write_report(results, Path("report"))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...arena.report.summary import DataTable
from ..spec import Study
from . import parts
from .compare import Exact
from .contrasts import contrasts_of
from .frame import Frame, read
from .missing import missing_notes
from .people import benchmarks_of
from .power import power_of
from .report import write_report
from .results import Benchmark, Contrast, Part, StudyResults
from .words import methods, versions

__all__ = ["Benchmark", "Contrast", "Part", "StudyResults", "analyse", "power_of", "write_report"]


def analyse(
    study: Study,
    table: Any,
    *,
    seed: int = 0,
    resamples: int = 2000,
    exact: Exact = "fisher",
    benchmarks: Sequence[Benchmark] = (),
    deviations: Sequence[str] = (),
    forecast: DataTable | None = None,
) -> StudyResults:
    """Analyse a study's table.

    Args:
        study: what was planned.
        table: a pandas DataFrame with a row a unit: a column a factor (its level) and an outcome (missing where there is no answer), ``excluded`` ("" or the
            leaves the row out), and what else the study's cluster and expressions name.
        seed: of resampling and rearrangements; the same gives the same bytes.
        resamples: of the bootstrap.
        exact: test of yes and no: ``fisher`` or ``barnard``.
        benchmarks: figures to lay results beside, besides those that the study's outcomes name.
        deviations: what was done otherwise than planned, in sentences.
        forecast: of power, as :func:`power_of` made it before the study was played.

    Raises:
        ParameterError: the table does not fit the study, or the study asks for what cannot be.
        MissingExtra: a package of the extra ``analysis`` is not installed.
    """
    frame = read(study, table)
    benchmarks = (*benchmarks_of(study), *benchmarks)
    contrasts = contrasts_of(frame, exact=exact, seed=seed, resamples=resamples)
    said = missing_notes(frame, contrasts)
    found = (
        parts.hypotheses(frame, contrasts),
        parts.plan(frame, forecast),
        parts.missing(frame, contrasts, said, seed),
        parts.answers(frame, benchmarks, seed, resamples),
        parts.distributions(frame, benchmarks, seed, resamples),
        parts.learning(frame),
        parts.models(frame),
        parts.tests(frame, contrasts, exact, seed),
        parts.robustness(frame, contrasts),
    )
    kept = frame.kept
    missing = int(kept[frame.primary.name].isna().sum())
    return StudyResults(
        study,
        len(frame.rows),
        len(kept) - missing,
        missing,
        len(frame.rows) - len(kept),
        contrasts,
        tuple(part for part in found if part is not None),
        (*said, *_warnings(frame, contrasts)),
        tuple(deviations),
        methods(frame, contrasts, resamples),
        versions(),
        frame.digest(),
    )


def _warnings(frame: Frame, contrasts: Sequence[Contrast]) -> list[str]:
    """Say what stands against reading the results plainly."""
    study, notes = frame.study, []
    share = (frame.rows["excluded"] != "").mean()
    if share > 0.1:
        notes.append(f"{share:.0%} of the rows are left out by rules; see the design table.")
    if study.unit != "episode" and not study.cluster:
        notes.append(
            f"Rows are {study.unit}s, several to an episode, and the study names no cluster: intervals and tests take them as independent, "
            "which makes them too sure. Name cluster: episode."
        )
    if not any(one.hypothesis.confirmatory for one in contrasts):
        notes.append("No hypothesis was confirmatory: everything here is exploration.")
    untested = [one.hypothesis.name for one in contrasts if one.p is None]
    if untested:
        notes.append(f"Not tested: {', '.join(untested)}; see the table of tests for why.")
    return notes
