"""Small charts as inline SVG: interval strips and their axes, the cost-skill plane, lines through estimates. Colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from .numbers import number
from .summary import Curves, Estimate, Scatter

__all__ = ["Axis", "Point", "axis_for", "curves", "plane", "scatter", "strip", "tick_places", "ticks"]

_PAD = 8.0


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Choose round tick values within [low, high], at most ``most`` of them."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low]
    raw = span / most
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(scale * unit for unit in (1, 2, 2.5, 5, 10, 20) if span / (scale * unit) <= most)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True)
class Axis:
    """A horizontal scale that strips under one another share.

    Attributes:
        low, high: values at the ends.
        marks: where grid lines stand.
        places: decimals of the labels.
        reference: a value to mark (the middle, zero), or None.
        width: of the drawing, in CSS pixels.
    """

    low: float
    high: float
    marks: tuple[float, ...]
    places: int
    reference: float | None = None
    width: int = 210

    def x(self, value: float) -> float:
        """Give the horizontal position of a value, held within the drawing."""
        share = (value - self.low) / (self.high - self.low)
        return round(_PAD + min(1.0, max(0.0, share)) * (self.width - 2 * _PAD), 1)

    def svg(self) -> Markup:
        """Draw the labels of the grid lines."""
        labels = "".join(
            f'<text x="{self.x(mark)}" y="11" text-anchor="{_anchor(self, mark)}">{escape(number(mark, self.places))}</text>' for mark in self.marks
        )
        return Markup(f'<svg class="axis" width="{self.width}" height="14" viewBox="0 0 {self.width} 14" aria-hidden="true">{labels}</svg>')


def _anchor(axis: Axis, mark: float) -> str:
    x = axis.x(mark)
    return "start" if x < 2 * _PAD else "end" if x > axis.width - 2 * _PAD else "middle"


def axis_for(estimates: Sequence[Estimate | None], *, reference: float | None = None, bounds: tuple[float, float] | None = None, width: int = 210) -> Axis:
    """Make the scale on which a set of estimates and their intervals fit.

    Args:
        estimates: what will be drawn.
        reference: a value to mark and include.
        bounds: never reach beyond these.
        width: in CSS pixels.
    """
    values = [value for one in estimates if one is not None for value in (one.value, one.low, one.high) if math.isfinite(value)]
    if reference is not None:
        values.append(reference)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    margin = 0.06 * (high - low) or max(abs(low) * 0.1, 0.5)
    low, high = low - margin, high + margin
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
        if high <= low:
            low, high = bounds
    marks = ticks(low, high, 4)
    return Axis(low, high, tuple(marks), tick_places(marks), reference, width)


def tick_places(marks: Sequence[float]) -> int:
    """Choose the decimals that tell tick values apart without rounding them: one for steps of 2.5."""
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    places = min(4, max(0, -math.floor(math.log10(step) + 1e-9)))
    return places + (abs(round(step, places) - step) > 1e-9 * step)


def strip(estimate: Estimate | None, axis: Axis) -> Markup:
    """Draw one estimate as a dot with its interval on a shared axis."""
    height, middle = 22, 11
    parts = [f'<line class="grid" x1="{axis.x(mark)}" x2="{axis.x(mark)}" y1="0" y2="{height}"/>' for mark in axis.marks]
    if axis.reference is not None:
        x = axis.x(axis.reference)
        parts.append(f'<line class="reference" x1="{x}" x2="{x}" y1="0" y2="{height}"/>')
    label = "not rated"
    if estimate is not None and math.isfinite(estimate.value):
        label = number(estimate.value)
        if estimate.has_interval:
            label += f" ({number(estimate.low)} to {number(estimate.high)})"
            low, high = axis.x(estimate.low), axis.x(estimate.high)
            parts.append(f'<line class="whisker" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>')
            parts += [f'<line class="whisker" x1="{x}" x2="{x}" y1="{middle - 3}" y2="{middle + 3}"/>' for x in (low, high)]
        parts.append(f'<circle class="dot" cx="{axis.x(estimate.value)}" cy="{middle}" r="4"/>')
    size = f'width="{axis.width}" height="{height}" viewBox="0 0 {axis.width} {height}"'
    return Markup(f'<svg class="strip" {size} role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>')


@dataclass(frozen=True)
class Point:
    """One player in the cost-skill plane."""

    name: str
    x: float
    y: Estimate
    front: bool


def plane(points: Sequence[Point], x_title: str, y_title: str, *, x_prefix: str = "") -> Markup:
    """Draw skill over cost, the front joined by steps.

    The horizontal scale is logarithmic where positive costs differ more than thirtyfold; free players then stand on its left edge.
    """
    width, height, left, right, top, bottom = 760, 380, 58, 24, 18, 46
    positive = [point.x for point in points if point.x > 0]
    logarithmic = bool(positive) and max(positive) / min(positive) > 30
    least = math.log10(min(positive)) - 0.5 if logarithmic else 0.0
    most = math.log10(max(positive)) + 0.3 if logarithmic else (max(positive) * 1.15 if positive else 1.0)
    axis = axis_for([point.y for point in points])

    def x_of(value: float) -> float:
        place = (math.log10(value) if value > 0 else least) if logarithmic else value
        return round(left + 14 + (place - least) / (most - least) * (width - left - right - 14), 1)

    def y_of(value: float) -> float:
        return round(top + (axis.high - value) / (axis.high - axis.low) * (height - top - bottom), 1)

    out = []
    for mark in ticks(axis.low, axis.high, 6):
        out.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y_of(mark)}" y2="{y_of(mark)}"/>')
        out.append(f'<text x="{left - 8}" y="{y_of(mark) + 4}" text-anchor="end">{escape(number(mark, axis.places))}</text>')
    marks = [10.0**power for power in range(math.ceil(least), math.floor(most) + 1)] if logarithmic else ticks(0, most, 6)
    for mark in marks:
        label = f"{mark:,.6g}"
        out.append(f'<line class="grid" x1="{x_of(mark)}" x2="{x_of(mark)}" y1="{top}" y2="{height - bottom}"/>')
        out.append(f'<text x="{x_of(mark)}" y="{height - bottom + 18}" text-anchor="middle">{escape(x_prefix + label)}</text>')
    out.append(f'<text class="title" x="{(left + width - right) / 2}" y="{height - 6}" text-anchor="middle">{escape(x_title)}</text>')
    out.append(f'<text class="title" x="{-(top + height - bottom) / 2}" y="14" transform="rotate(-90)" text-anchor="middle">{escape(y_title)}</text>')
    front = sorted({(point.x, point.y.value) for point in points if point.front})
    if len(front) > 1:
        path = f"M{x_of(front[0][0])},{y_of(front[0][1])}" + "".join(f"H{x_of(x)}V{y_of(y)}" for x, y in front[1:])
        out.append(f'<path class="front" d="{path}"/>')
    taken: list[tuple[float, float, float, float]] = []
    for point in sorted(points, key=lambda one: (not one.front, -one.y.value)):
        x, y = x_of(point.x), y_of(point.y.value)
        if point.y.has_interval:
            out.append(f'<line class="whisker{"" if point.front else " off"}" x1="{x}" x2="{x}" y1="{y_of(point.y.low)}" y2="{y_of(point.y.high)}"/>')
        out.append(f'<circle class="dot{"" if point.front else " off"}" cx="{x}" cy="{y}" r="5"><title>{escape(point.name)}</title></circle>')
        label = point.name if len(point.name) <= 28 else point.name[:27] + "…"
        long = 6.6 * len(label)
        for dx, dy in ((9, 4), (9, -9), (9, 17), (-9, 4), (-9, -9), (-9, 17), (9, 30), (-9, 30)):
            box = (x + dx if dx > 0 else x + dx - long, y + dy - 10, x + dx + long if dx > 0 else x + dx, y + dy + 2)
            if box[0] >= left and box[2] <= width and all(box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken):
                taken.append(box)
                out.append(f'<text x="{x + dx}" y="{y + dy}" text-anchor="{"start" if dx > 0 else "end"}">{escape(label)}</text>')
                break
    return Markup(f'<svg class="plane" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(y_title)} over {escape(x_title)}">{"".join(out)}</svg>')


_COLOURS = 8
"""Colours of lines in the style sheet; further lines begin again, dashed."""
_SINGLE = 60
"""Most points of a line that are drawn as dots; more are dots only where somebody points."""


def curves(chart: Curves, names: Sequence[str]) -> Markup:
    """Draw lines through estimates with their intervals; names and values are told when a point is pointed at.

    Args:
        chart: what is drawn.
        names: of all lines that have a colour of their own, in the order of the colours.
    """
    width, height, left, right, top, bottom = 420, 260, 46, 14, 12, 42
    xs = [x for _, points in chart.lines for x, _ in points]
    estimates = [one for _, points in chart.lines for _, one in points]
    low, high = (0.0, 1.0) if chart.diagonal else (min(xs), max(xs))
    margin = 0.04 * (high - low) or 0.5
    axis = axis_for(estimates, bounds=chart.bounds) if not chart.diagonal else Axis(0.0, 1.0, tuple(ticks(0.0, 1.0)), 1)

    def x_of(value: float) -> float:
        return round(left + (value - low + margin) / (high - low + 2 * margin) * (width - left - right), 1)

    def y_of(value: float) -> float:
        share = min(1.0, max(0.0, (axis.high - value) / (axis.high - axis.low)))
        return round(top + share * (height - top - bottom), 1)

    out = []
    for mark in axis.marks:
        out.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y_of(mark)}" y2="{y_of(mark)}"/>')
        out.append(f'<text x="{left - 6}" y="{y_of(mark) + 4}" text-anchor="end">{escape(number(mark, axis.places))}</text>')
    whole = all(x == int(x) for x in xs)
    for mark in sorted(set(xs)) if whole and len(set(xs)) <= 12 else ticks(low, high):
        out.append(f'<text x="{x_of(mark)}" y="{height - bottom + 16}" text-anchor="middle">{escape(f"{mark:g}")}</text>')
    if chart.diagonal:
        out.append(f'<line class="reference" x1="{x_of(0)}" x2="{x_of(1)}" y1="{y_of(0)}" y2="{y_of(1)}"/>')
    out.append(f'<text class="title" x="{(left + width - right) / 2}" y="{height - 6}" text-anchor="middle">{escape(chart.x_title)}</text>')
    out.append(f'<text class="title" x="{-(top + height - bottom) / 2}" y="10" transform="rotate(-90)" text-anchor="middle">{escape(chart.y_title)}</text>')
    for name, points in chart.lines:
        index = names.index(name)
        place = " ".join(f"{x_of(x)},{y_of(one.value)}" for x, one in points)
        dashed = ' stroke-dasharray="5 4"' if index >= _COLOURS else ""
        parts = [f'<polyline points="{place}"{dashed}/>']
        for x, one in points:
            if one.has_interval:
                parts.append(f'<line x1="{x_of(x)}" x2="{x_of(x)}" y1="{y_of(one.low)}" y2="{y_of(one.high)}"/>')
            told = f"{name}: {number(one.value, 2)} at {number(x, 2)}" + (f" ({number(one.low, 2)} to {number(one.high, 2)})" if one.has_interval else "")
            parts.append(f'<circle cx="{x_of(x)}" cy="{y_of(one.value)}" r="3.5"><title>{escape(told)}</title></circle>')
        dense = " dense" if len(points) > _SINGLE else ""
        out.append(f'<g class="line c{index % _COLOURS}{dense}">{"".join(parts)}</g>')
    return Markup(f'<svg class="curves" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(chart.title)}">{"".join(out)}</svg>')


def scatter(chart: Scatter) -> Markup:
    """Draw points coloured by group, the larger ones below; what each is is told when it is pointed at."""
    width, height, left, top, bottom = 420, 320, 24, 8, 26
    dots = [(index, dot) for index, (_, points) in enumerate(chart.groups) for dot in points]
    xs, ys = [dot.x for _, dot in dots] or [0.0], [dot.y for _, dot in dots] or [0.0]
    wide, high = width - left - _PAD, height - top - bottom
    # one scale for both axes: distances mean the same in all directions
    unit = 0.92 * min(wide / (max(xs) - min(xs) or 1.0), high / (max(ys) - min(ys) or 1.0))
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    out = [f'<rect class="frame" x="{left}" y="{top}" width="{wide:g}" height="{high}" rx="4"/>']
    out.append(f'<text class="title" x="{left + wide / 2:g}" y="{height - 8}" text-anchor="middle">{escape(chart.x_title)}</text>')
    out.append(f'<text class="title" x="{-(top + high / 2):g}" y="14" transform="rotate(-90)" text-anchor="middle">{escape(chart.y_title)}</text>')
    for index, dot in sorted(dots, key=lambda item: -item[1].times):
        x, y = left + wide / 2 + unit * (dot.x - middle_x), top + high / 2 - unit * (dot.y - middle_y)
        radius = min(9.0, 2.2 + math.sqrt(dot.times))
        told = f"{chart.groups[index][0].partition(':')[0]}: {dot.text}" + (f" ({dot.times} times)" if dot.times > 1 else "")
        out.append(f'<g class="c{index % _COLOURS}"><circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(told)}</title></circle></g>')
    return Markup(f'<svg class="scatter" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(chart.title)}">{"".join(out)}</svg>')
