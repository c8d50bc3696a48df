"""``ludens analyse``: what a run says beyond its scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LudensError
from .words import console, pairs, run_folder

if TYPE_CHECKING:
    from ..arena.report.findings import Findings

__all__ = ["analyse", "usage"]

_FORMATS = (".csv", ".html", ".json", ".tex")


def analyse(words: list[str]) -> int:
    """Analyse a run, print what was found, and keep it for the run's report."""
    from ..analysis.findings import ANALYSES, analysis
    from ..arena.report.findings import keep_findings
    from ..arena.report.terminal import print_findings
    from ..arena.store import Run

    if not words or "=" in words[0]:
        raise LudensError(f"analyse what? One of: {', '.join(ANALYSES)}")
    kind = analysis(words[0])
    given = pairs(words[1:], ("run", "out", *kind.settings), required=("run",))
    out = Path(given.pop("out")) if "out" in given else None
    if out is not None and out.suffix not in _FORMATS:
        raise LudensError(f"out={out} should end in one of: {', '.join(_FORMATS)}")
    with Run.open(run_folder(given.pop("run"))) as run:
        found = kind(run, given)
        print_findings(found, console())
        keep_findings(run.path, found)
        if out is not None:
            _write(found, out, run.name)
    return 0


def usage() -> str:
    """Say how the command is used: every analysis, and what it takes."""
    from ..analysis.findings import ANALYSES

    lines = ["usage: ludens analyse KIND run=NAME [KEY=VALUE ...] [out=FILE.csv|.tex|.html|.json]", "", "What is found also joins the run's report.", ""]
    for name, kind in ANALYSES.items():
        lines.append(f"{name}: {kind.summary}{f' (needs the extra {kind.extra!r})' if kind.extra else ''}")
        lines += [f"  {key}=...  {meaning}" for key, meaning in kind.settings.items()]
    return "\n".join(lines)


def _write(found: Findings, out: Path, name: str) -> None:
    from ..arena.report.cells import as_csv, as_latex
    from ..arena.report.pages import render_findings
    from .reading import write_page

    if out.suffix == ".csv":
        page = as_csv(found.tables)
    elif out.suffix == ".tex":
        page = as_latex(found.tables)
    elif out.suffix == ".json":
        page = json.dumps(found.to_dict(), indent=1, allow_nan=False) + "\n"
    else:
        page = render_findings(found, name)
    write_page(out, page)
