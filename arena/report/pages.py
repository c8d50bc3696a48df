"""The report and the replay as one self-contained HTML page each.

Everything that players, models or games wrote is untrusted. It reaches the page in two ways only: through Jinja with autoescaping, and as JSON in a data
block that the page's script shows by ``textContent``. A Content-Security-Policy names the one script allowed, by its digest, and forbids all network. What
families bring to draw their scenes is part of that script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ..record import Episode
from . import cells, charts, numbers
from .displays import Drawing, moving_of, section_of
from .findings import Findings, keep_findings
from .summary import DECIDED, TRIED, Curves, Estimate, PairCells, RunSummary, Transcript
from .transcript import transcribe

__all__ = ["keep_page", "render_findings", "render_page", "render_replay", "render_report"]

_HERE = Path(__file__).parent


def render_report(summary: RunSummary) -> str:
    """Render a run's report as one HTML page that needs no network.

    Args:
        summary: what ``ludens.analysis.summary.summarise`` made of a run.
    """
    standings = summary.standings
    money = any(row.spending.cost for row in standings)
    return _render(
        "report.html",
        _drawings(summary.transcripts),
        summary=summary,
        spent=any(row.spending.tokens or row.spending.cost for row in standings),
        clean=summary.statuses["ok"] == summary.decisions and not any(summary.statuses[status] for status in TRIED),
        rating_axis=charts.axis_for([row.rating for row in standings], reference=1500.0 if any(row.rating for row in standings) else None),
        score_axis=charts.axis_for([row.score for row in standings], bounds=(0.0, 1.0)),
        front=_front(summary, money),
        data=_data_block({"transcripts": [_lean(transcript) for transcript in summary.transcripts]}),
    )


def render_findings(findings: Findings, name: str) -> str:
    """Render what an analysis found as one HTML page that needs no network.

    Args:
        findings: what was found.
        name: of the run.
    """
    return _render("findings.html", (), findings=findings, name=name, data=_data_block({}))


def keep_page(folder: Path, findings: Findings) -> Path:
    """Keep findings in a run's folder, and as its page.

    Returns:
        The page.
    """
    keep_findings(folder, findings)
    path = folder / "report.html"
    path.write_text(render_findings(findings, folder.name), encoding="utf-8")
    return path


def render_replay(episode: Episode | Transcript, *, game: Any = None, marks: Mapping[tuple[int, int], str] | None = None) -> str:
    """Render one episode as an HTML page with a turn slider and the view from each seat, below the display of its family where that brings one.

    Args:
        episode: what was played (or its transcript).
        game: its rules, where they cannot be made from the recorded id and parameters.
        marks: remarks on decisions, by turn and seat.
    """
    transcript = episode if isinstance(episode, Transcript) else transcribe(episode, game, max_text=50_000, marks=marks)
    section = section_of(episode) if isinstance(episode, Episode) else None
    data = _data_block({"transcripts": [_lean(transcript)]})
    drawings = [*_drawings([transcript]), *([Drawing("", section.style)] if section is not None else [])]
    return _render("replay.html", drawings, transcript=transcript, section=section, data=data)


def render_page(
    template: Path, style: str, *, script: str = "", transcripts: Sequence[Transcript] = (), data: Mapping[str, Any] | None = None, **values: Any
) -> str:
    """Render a page of another room in the frame and style of the reports.

    Args:
        template: its template, which extends ``base.html``.
        style: rules beyond those of the reports.
        script: that runs after the reports' own, which leaves it ``globalThis.transcripts`` to draw them by.
        transcripts: that the page can show.
        data: further JSON values for its data block.
        values: what the template shows.
    """
    block = _data_block({**(data or {}), "transcripts": [_lean(transcript) for transcript in transcripts]})
    return _render(template.name, [*_drawings(transcripts), Drawing("", style)], template.parent, script, **values, data=block)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.globals.update(
        {name: getattr(numbers, name) for name in numbers.__all__},
        cell_text=cells.cell_text,
        places_of=cells.places_of,
        textual=cells.textual,
        strip=charts.strip,
        curves=charts.curves,
        scatter=charts.scatter,
        line_names=_line_names,
        axis_for=charts.axis_for,
        heat=heat,
        DECIDED=DECIDED,
        TRIED=TRIED,
        place_of=_places,
        outcome_places=_outcome_places,
    )
    return environment


def _drawings(transcripts: Iterable[Transcript]) -> list[Drawing]:
    """Give what draws the scenes of some transcripts, once each."""
    games = {transcript.scene["kind"]: transcript.game for transcript in transcripts if transcript.scene is not None}
    return [display.drawing() for game in games.values() if (display := moving_of(game)) is not None]


def _render(template: str, drawings: Sequence[Drawing], folder: Path = _HERE, further: str = "", **values: Any) -> str:
    own, style = (_HERE / "page.js").read_text("utf-8"), (_HERE / "page.css").read_text("utf-8")
    script = '"use strict";\n' + "\n".join([*(drawing.script for drawing in drawings if drawing.script), own, further])
    style += "".join(drawing.style for drawing in drawings)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    environment = _environment() if folder == _HERE else _environment().overlay(loader=jinja2.FileSystemLoader([folder, _HERE]))
    page = environment.get_template(template).render(script=Markup(script), style=Markup(style), policy=policy, **values)
    return page.encode("utf-8", "replace").decode("utf-8")  # lone surrogates, out of a model's text, cannot be written to a file


def _data_block(value: Mapping[str, Any]) -> Markup:
    """Write JSON for a data block: no character in it can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _lean(transcript: Transcript) -> dict[str, Any]:
    """Give a transcript as JSON values, with all that is empty left out."""

    def lean(value: Any) -> Any:
        if isinstance(value, dict):
            # an empty seen_by says "hidden from all", so it stays
            return {name: lean(item) for name, item in value.items() if (name == "seen_by" and item is not None) or not _empty(item)}
        if isinstance(value, list | tuple):
            return [lean(item) for item in value]
        return value

    plain: dict[str, Any] = lean(asdict(transcript))
    return plain


def _empty(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str | list | tuple | dict) and not value)


def _front(summary: RunSummary, money: bool) -> Markup | None:
    """Draw the cost-skill plane: dollars where any are known, else tokens; nothing where nobody spent any."""
    points = []
    for row in summary.standings:
        skill = row.rating if summary.order == "rating" else row.score
        spent = row.spending.cost if money else row.spending.tokens
        if skill is not None and spent is not None and row.decisions:
            points.append(charts.Point(row.name, spent / row.decisions * 1000, skill, bool(row.front)))
    if len(points) < 2 or not any(point.x for point in points):
        return None
    x_title = "US dollars for 1,000 decisions" if money else "tokens for 1,000 decisions"
    return charts.plane(points, x_title, "rating" if summary.order == "rating" else "score", x_prefix="$" if money else "")


def _line_names(curves: Sequence[Curves]) -> list[str]:
    """List the names of all lines of some charts, so that each has one colour in all of them."""
    return sorted({name for chart in curves for name, _ in chart.lines})


def heat(table: PairCells) -> list[list[tuple[Estimate, float] | None]]:
    """Give each cell its place between the table's lowest and highest value, for colouring."""
    values = [cell.value for row in table.cells for cell in row if cell is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    span = (high - low) or 1.0
    return [[None if cell is None else (cell, round((cell.value - low) / span, 3)) for cell in row] for row in table.cells]


def _places(table: PairCells) -> int:
    return min(2, numbers.decimals([cell.value for row in table.cells for cell in row if cell is not None]))


def _outcome_places(estimate: Estimate) -> int:
    return min(3, numbers.decimals([estimate.value, estimate.low, estimate.high]))
