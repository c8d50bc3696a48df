"""Figures of a study as SVG, for the page and as files: dots with intervals, histograms, the specification curve; learning curves are the report's own."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from ...arena.report import charts
from ...arena.report.numbers import number
from ...arena.report.summary import Curves, Estimate
from .results import Dots, Figure, Histogram, SpecificationCurve

__all__ = ["STYLE", "drawn", "legend", "standalone"]

_WIDTH = 860
_CHAR = 6.3
"""Mean width of a letter of the labels, in pixels."""

STYLE = """
.study { width: 100%; height: auto; } .study text { font-size: 11.5px; fill: var(--ink); } .study .small { font-size: 10px; fill: var(--muted); }
.study .title { fill: var(--muted); }
.study .mark { stroke: var(--bad); stroke-width: 1.2; stroke-dasharray: 5 3; } .study .told { fill: var(--bad); font-size: 10px; }
.study .g { stroke: currentColor; fill: currentColor; }
.study .g line { stroke-width: 1.6; opacity: .75; } .study .bar { fill: var(--accent); opacity: .45; }
.study .mean { stroke: var(--accent); stroke-width: 2; }
.study .clear line { stroke: var(--accent); opacity: .55; } .study .clear circle { fill: var(--accent); }
.study .vague line { stroke: var(--muted); opacity: .4; }
.study .vague circle { fill: var(--muted); } .study .planned circle { fill: var(--bad); } .study .planned line { stroke: var(--bad); opacity: 1; }
.study .tick { stroke: var(--ink); stroke-width: 1; }
"""

_ALONE = """
:root { --ink: #1d2126; --muted: #676e77; --line: #e3e1da; --accent: #245b8f; --bad: #b3432f; --card: #ffffff;
  --s0: #2f6cae; --s1: #b4572a; --s2: #3f8152; --s3: #8a4a9c; --s4: #a67c12; --s5: #1b8794; --s6: #b03a63; --s7: #5c6670; }
svg { font-family: system-ui, sans-serif; } svg text { fill: var(--muted); font-size: 10px; } .grid { stroke: var(--line); }
.reference { stroke: var(--muted); stroke-dasharray: 2 3; }
.c0 { color: var(--s0); } .c1 { color: var(--s1); } .c2 { color: var(--s2); } .c3 { color: var(--s3); } .c4 { color: var(--s4); }
.c5 { color: var(--s5); } .c6 { color: var(--s6); }
.c7 { color: var(--s7); } .line polyline { fill: none; stroke: currentColor; stroke-width: 2; } .line line { stroke: currentColor; opacity: .45; }
.line circle { fill: currentColor; }
"""


def drawn(figure: Figure) -> Markup:
    """Draw a figure; colours come from the page's style sheet and :data:`STYLE`."""
    if isinstance(figure, Dots):
        return _dots(figure)
    if isinstance(figure, Histogram):
        return _histogram(figure)
    if isinstance(figure, SpecificationCurve):
        return _specifications(figure)
    return charts.curves(figure, legend(figure))


def legend(figure: Figure) -> list[str]:
    """Name the colours of a figure, in their order; empty where one says nothing."""
    names = [name for name, _ in figure.lines] if isinstance(figure, Curves) else [group for _, group, _ in figure.rows] if isinstance(figure, Dots) else []
    distinct = list(dict.fromkeys(names))
    return distinct if len(distinct) > 1 or isinstance(figure, Curves) else []


def standalone(figure: Figure) -> str:
    """Give a figure as an SVG file with its colours in it, and the names of the colours below it."""
    text = str(drawn(figure))
    width, height = (float(value) for value in text.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split())
    names, x, more = legend(figure), 10.0, ""
    for index, name in enumerate(names):
        more += f'<g class="c{index % 8}"><rect x="{x:.0f}" y="{height + 6:.0f}" width="10" height="10" fill="currentColor"/></g>'
        more += f'<text x="{x + 15:.0f}" y="{height + 15:.0f}">{escape(name)}</text>'
        x += 30 + _CHAR * len(name)
    tall = height + 24 if names else height
    style = f"<style>{_ALONE}{STYLE}</style>"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{tall:.0f}" viewBox="0 0 {width:.0f} {tall:.0f}" role="img">'
    inner = text.split(">", 1)[1].rsplit("</svg>", 1)[0]
    return f'{head}<title>{escape(figure.title)}</title>{style}<rect width="100%" height="100%" fill="#ffffff"/>{inner}{more}</svg>\n'


def _open(kind: str, height: float, title: str) -> str:
    return f'<svg class="study {kind}" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _dots(figure: Dots) -> Markup:
    rows = [row for row in figure.rows if math.isfinite(row[2].value)]
    groups = list(dict.fromkeys(group for _, group, _ in rows))
    left = min(360.0, 24 + _CHAR * max((len(label) for label, _, _ in rows), default=0))
    right, top, step = 170, 26 if figure.marks else 10, 22
    bottom = top + step * len(rows)
    scale = _Scale(figure, rows, left, _WIDTH - right)
    out = []
    for mark, text in scale.marks:
        out.append(f'<line class="grid" x1="{scale(mark)}" x2="{scale(mark)}" y1="{top}" y2="{bottom}"/>')
        out.append(f'<text class="small" x="{scale(mark)}" y="{bottom + 15}" text-anchor="middle">{escape(text)}</text>')
    if figure.reference is not None:
        out.append(f'<line class="reference" x1="{scale(figure.reference)}" x2="{scale(figure.reference)}" y1="{top}" y2="{bottom}"/>')
    for name, value in figure.marks:
        out.append(f'<line class="mark" x1="{scale(value)}" x2="{scale(value)}" y1="{top - 4}" y2="{bottom}"/>')
        out.append(f'<text class="told" x="{scale(value)}" y="{top - 8}" text-anchor="middle">{escape(name)}</text>')
    before = None
    for index, (label, group, one) in enumerate(rows):
        y = top + step * (index + 0.5)
        if label != before:
            out.append(f'<text x="{left - 12:.1f}" y="{y + 4}" text-anchor="end">{escape(_cut(label, 54))}<title>{escape(label)}</title></text>')
        before = label
        told = number(one.value, scale.places) + (f" [{_end(one.low, scale.places)}, {_end(one.high, scale.places)}]" if _ranged(one) else "")
        parts = [f"<title>{escape(label)}: {escape(told)}</title>"]
        if _ranged(one):
            parts.append(f'<line x1="{scale(one.low)}" x2="{scale(one.high)}" y1="{y}" y2="{y}"/>')
            parts += [f'<line x1="{scale(end)}" x2="{scale(end)}" y1="{y - 3.5}" y2="{y + 3.5}"/>' for end in (one.low, one.high) if scale.inside(end)]
        parts.append(f'<circle cx="{scale(one.value)}" cy="{y}" r="4"/>')
        out.append(f'<g class="g c{groups.index(group) % 8}">{"".join(parts)}</g>')
        out.append(f'<text class="small" x="{_WIDTH - right + 14}" y="{y + 4}">{escape(told)}</text>')
    out.append(f'<text class="title" x="{(left + _WIDTH - right) / 2:.1f}" y="{bottom + 34}" text-anchor="middle">{escape(figure.x_title)}</text>')
    return Markup(_open("dots", bottom + 42, figure.title) + "".join(out) + "</svg>")


def _ranged(one: Estimate) -> bool:
    return not (math.isnan(one.low) or math.isnan(one.high))


def _end(value: float, places: int) -> str:
    return number(value, places) if math.isfinite(value) else "∞" if value > 0 else "−∞" if math.isinf(value) else "–"


class _Scale:
    """A horizontal scale, plain or logarithmic, on which estimates and their intervals fit; what lies beyond is held at its ends."""

    def __init__(self, figure: Dots, rows: Sequence[tuple[str, str, Estimate]], left: float, right: float) -> None:
        self._log, self._left, self._right = figure.ratio, left, right
        more = [value for _, value in figure.marks] + ([figure.reference] if figure.reference is not None else [])
        if self._log:
            values = [one_end for _, _, one in rows for one_end in (one.value, one.low, one.high) if math.isfinite(one_end) and one_end > 0] or [1.0]
            low, high = (math.log10(max(1e-4, min(values, default=0.1))), math.log10(min(1e5, max(values, default=10.0))))
            self._low, self._high = min(low, -0.3) - 0.1, max(high, 0.3) + 0.1
            powers = range(math.ceil(self._low), math.floor(self._high) + 1)
            self.marks = [(10.0**power, f"{10.0**power:g}") for power in powers]
            self.places = 2
            return
        ends = [one for _, _, one in rows] + [Estimate(value) for value in more]
        axis = charts.axis_for(ends, reference=figure.reference, bounds=figure.bounds)
        self._low, self._high = axis.low, axis.high
        marks = charts.ticks(axis.low, axis.high, 8)
        places = charts.tick_places(marks)
        self.marks = [(mark, number(mark, places)) for mark in marks]
        self.places = max(2, places)

    def _share(self, value: float) -> float:
        at = (math.log10(value) if value > 0 else -math.inf) if self._log else value
        return (at - self._low) / (self._high - self._low)

    def inside(self, value: float) -> bool:
        return -1e-9 <= self._share(value) <= 1 + 1e-9

    def __call__(self, value: float) -> float:
        return round(self._left + min(1.0, max(0.0, self._share(value))) * (self._right - self._left), 1)


def _histogram(figure: Histogram) -> Markup:
    across = min(3, len(figure.panels))
    wide, tall, gap = (_WIDTH - 40 - 24 * (across - 1)) / across, 130, 24
    most = max((share for _, shares, _, _ in figure.panels for share in shares), default=1.0) or 1.0
    low, high = figure.edges[0], figure.edges[-1]
    out = []
    down = math.ceil(len(figure.panels) / across)
    for index, (group, shares, mean, n) in enumerate(figure.panels):
        left, top = 30 + (index % across) * (wide + gap), 30 + (index // across) * (tall + 66)

        def x_of(value: float, left: float = left) -> float:
            return round(left + min(1.0, max(0.0, (value - low) / (high - low))) * wide, 1)

        out.append(f'<text x="{left:.1f}" y="{top - 14}">{escape(_cut(group, int(wide / _CHAR) - 6))} <tspan class="small">n = {n}</tspan></text>')
        for begin, end, share in zip(figure.edges, figure.edges[1:], shares, strict=False):
            height = share / most * tall
            box = f'x="{x_of(begin) + 1:.1f}" y="{top + tall - height:.1f}" width="{max(1.0, x_of(end) - x_of(begin) - 2):.1f}" height="{height:.1f}"'
            out.append(f'<rect class="bar" {box}><title>{escape(f"{share:.1%}")}</title></rect>')
        out.append(f'<line class="grid" x1="{left:.1f}" x2="{left + wide:.1f}" y1="{top + tall}" y2="{top + tall}"/>')
        if math.isfinite(mean):
            out.append(
                f'<line class="mean" x1="{x_of(mean)}" x2="{x_of(mean)}" y1="{top}" y2="{top + tall}"><title>mean {escape(number(mean, 3))}</title></line>'
            )
        for name, value in figure.marks:
            out.append(f'<line class="mark" x1="{x_of(value)}" x2="{x_of(value)}" y1="{top}" y2="{top + tall}"><title>{escape(name)}: {value:g}</title></line>')
        for mark in charts.ticks(low, high, 5):
            out.append(f'<text class="small" x="{x_of(mark)}" y="{top + tall + 14}" text-anchor="middle">{escape(f"{mark:g}")}</text>')
    height = 30 + down * (tall + 66)
    out.append(f'<text class="title" x="{_WIDTH / 2}" y="{height - 12}" text-anchor="middle">{escape(figure.x_title)}</text>')
    return Markup(_open("histogram", height, figure.title) + "".join(out) + "</svg>")


def _specifications(figure: SpecificationCurve) -> Markup:
    left, right, top, tall, step = 250.0, _WIDTH - 16.0, 12.0, 210.0, 15.0
    axis = charts.axis_for(figure.estimates, reference=0.0)
    count = len(figure.estimates)

    def x_of(index: int) -> float:
        return round(left + (index + 0.5) / count * (right - left), 1)

    def y_of(value: float) -> float:
        return round(top + min(1.0, max(0.0, (axis.high - value) / (axis.high - axis.low))) * tall, 1)

    out = []
    for mark in charts.ticks(axis.low, axis.high, 6):
        out.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y_of(mark)}" y2="{y_of(mark)}"/>')
        out.append(f'<text class="small" x="{left - 8}" y="{y_of(mark) + 4}" text-anchor="end">{escape(number(mark, 2))}</text>')
    out.append(f'<line class="reference" x1="{left}" x2="{right}" y1="{y_of(0)}" y2="{y_of(0)}"/>')
    out.append(
        f'<text class="title" x="{-(top + tall / 2)}" y="{left - 46}" transform="rotate(-90)" text-anchor="middle">{escape(_cut(figure.y_title, 34))}</text>'
    )
    radius = max(1.2, min(3.5, 0.35 * (right - left) / count))
    for index, one in enumerate(figure.estimates):
        kind = "planned" if index == figure.main else "clear" if one.has_interval and (one.low > 0 or one.high < 0) else "vague"
        told = f"{number(one.value, 3)} ({number(one.low, 3)} to {number(one.high, 3)}), {one.method}"
        whisker = f'<line x1="{x_of(index)}" x2="{x_of(index)}" y1="{y_of(one.low)}" y2="{y_of(one.high)}"/>' if one.has_interval else ""
        dot = f'<circle cx="{x_of(index)}" cy="{y_of(one.value)}" r="{radius * (1.5 if kind == "planned" else 1):.1f}"/>'
        out.append(f'<g class="{kind}"><title>{escape(told)}</title>{whisker}{dot}</g>')
    y, before = top + tall + 18, ""
    for question, answer, made in figure.choices:
        if question != before:
            y += 8
            out.append(f'<text class="small" x="4" y="{y + 4:.0f}">{escape(question)}</text>')
            before = question
        out.append(f'<text class="small" x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{escape(_cut(answer, 32))}<title>{escape(answer)}</title></text>')
        path = "".join(f"M{x_of(index)},{y - 4:.0f}v8" for index, yes in enumerate(made) if yes)
        out.append(f'<path class="tick" d="{path}"/>')
        y += step
    return Markup(_open("specifications", y + 4, figure.title) + "".join(out) + "</svg>")
