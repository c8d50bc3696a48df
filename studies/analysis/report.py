"""The report of a study on disk: one page, each table as CSV and LaTeX, each figure as SVG."""

from __future__ import annotations

import re
from pathlib import Path

from ...arena.files import write_file
from ...arena.report.cells import as_csv, as_latex
from ...arena.report.pages import render_page
from . import figures
from .contrasts import claim, compared, short
from .results import StudyResults

__all__ = ["render_study", "write_report"]

_HERE = Path(__file__).parent


def render_study(results: StudyResults) -> str:
    """Render the report of a study as one HTML page that needs no network."""
    stated = [one for one in results.contrasts if one.hypothesis.confirmatory]
    borne = sum(one.verdict(results.study.alpha) in ("supported", "difference found") for one in stated)
    return render_page(
        _HERE / "study.html",
        figures.STYLE + (_HERE / "study.css").read_text("utf-8"),
        results=results,
        borne=borne,
        stated=len(stated),
        claim=claim,
        compared=compared,
        drawn=figures.drawn,
        legend=figures.legend,
        p_value=lambda p: "–" if p is None else short(p).replace("-", "−"),
    )


def write_report(results: StudyResults, folder: Path) -> Path:
    """Write the report of a study: ``report.html``, ``tables/NAME.csv`` and ``.tex``, ``figures/NAME.svg``. The same results give the same bytes.

    What an earlier report left in the two folders goes, so that they hold this report's tables and figures alone.

    Args:
        results: of :func:`~ludens.studies.analysis.analyse`.
        folder: made where it is not there.

    Returns:
        The page.
    """
    files = {f"tables/{_plain(name)}.csv": as_csv([table]) for name, table in results.tables.items()}
    files |= {f"tables/{_plain(name)}.tex": as_latex([table]) for name, table in results.tables.items()}
    files |= {f"figures/{_plain(name)}.svg": figures.standalone(figure) for part in results.parts for name, figure in part.figures}
    for kind, endings in (("tables", ("csv", "tex")), ("figures", ("svg",))):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for ending in endings:
            for path in (folder / kind).glob(f"*.{ending}"):
                if f"{kind}/{path.name}" not in files:
                    path.unlink()
    for name, text in files.items():
        write_file(folder / name, text.encode("utf-8", "replace"))
    page = folder / "report.html"
    write_file(page, render_study(results).encode())
    return page


def _plain(name: str) -> str:
    """Keep letters that every file system takes."""
    return re.sub(r"[^\w.-]+", "_", name)
