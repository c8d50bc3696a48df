"""Numbers and charts."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.arena.report import Estimate
from ludens.arena.report.charts import Point, axis_for, curves, plane, strip, ticks
from ludens.arena.report.numbers import count, interval, money, number, percent, seconds
from ludens.arena.report.summary import Curves

finite = st.floats(-1e9, 1e9, allow_nan=False)


@given(finite, st.floats(1e-6, 1e9))
def test_ticks_are_within_and_few(low: float, span: float) -> None:
    marks = ticks(low, low + span, 5)
    slack = span * 1e-6 + abs(low) * 1e-9
    assert all(low - slack <= mark <= low + span + slack for mark in marks)
    assert len(marks) <= 6
    assert marks == sorted(marks)


def test_ticks_are_round() -> None:
    assert ticks(0, 1, 5) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(1180, 2210, 5) == [1250, 1500, 1750, 2000]


@given(st.lists(st.tuples(finite, st.floats(0, 1e6)), max_size=6))
def test_strips_stay_in_their_drawing(values: list[tuple[float, float]]) -> None:
    estimates = [Estimate(value, value - half, value + half, n=5) for value, half in values]
    axis = axis_for([*estimates, None])
    for one in [*estimates, None]:
        drawing = ET.fromstring(strip(one, axis))
        for name in ("x1", "x2", "cx"):
            assert all(0 <= float(node.get(name, "0")) <= axis.width for node in drawing)


def test_strip_names_its_value_for_readers_who_do_not_see() -> None:
    assert 'aria-label="0.50 (0.25 to 0.75)"' in strip(Estimate(0.5, 0.25, 0.75), axis_for([Estimate(0.5, 0.25, 0.75)]))
    assert "whisker" not in strip(Estimate(0.5), axis_for([Estimate(0.5)]))
    assert "not rated" in strip(None, axis_for([]))


@pytest.mark.parametrize("costs", [[0.0, 1.0], [0.0, 0.001, 5.0], [2.0, 2.0], [0.0, 0.0]])
def test_plane_is_well_formed_and_escapes_names(costs: list[float]) -> None:
    points = [Point(f"<b>&{index}", cost, Estimate(index, index - 1, index + 1), index == 0) for index, cost in enumerate(costs)]
    drawing = ET.fromstring(plane(points, "cost", "skill", x_prefix="$"))
    assert sum(node.tag == "circle" for node in drawing.iter()) == len(costs)
    assert "<b>&0" in "".join(drawing.itertext())
    for node in drawing.iter("circle"):
        assert 0 <= float(node.get("cx", "nan")) <= 760
        assert 0 <= float(node.get("cy", "nan")) <= 380


def test_numbers_are_written_alike() -> None:
    assert number(-1234.5, 1) == "−1,234.5"
    assert number(-0.0001, 2) == "0.00"
    assert number(math.nan) == "–"
    assert interval(Estimate(1.0)) == ""
    assert interval(Estimate(0.5, 0.25, 0.75)) == "0.25 to 0.75"
    assert (count(12345), count(2_500_000)) == ("12,345", "2.50 M")
    assert (money(None), money(0.0), money(0.0123), money(1234.5)) == ("–", "$0.00", "$0.0123", "$1,234.50")
    assert (seconds(0.0000005), seconds(0.25), seconds(3), seconds(600)) == ("0 µs", "250 ms", "3.0 s", "10.0 min")


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_percent_never_hides_an_exception(part: int, whole: int) -> None:
    part = min(part, whole)
    text = percent(part, whole)
    assert (text == "100 %") == (part == whole)
    assert (text == "0 %") == (part == 0)
    assert re.fullmatch(r"(?:[<>])?\d+(?:\.\d)? %", text)


@pytest.mark.parametrize(("bounds", "values"), [(None, (60.0, 95.0, 140.0)), ((0.0, 100.0), (0.0, 40.0, 100.0)), ((0.0, 1.0), (0.2, 0.9, 1.0))])
def test_lines_stay_within_their_frame(bounds, values):
    spread = values[-1]
    points = tuple((float(place), Estimate(value, value - spread, value + spread, 3)) for place, value in enumerate(values))
    drawn = str(curves(Curves("t", "a", "x", "y", (("one", points),), bounds=bounds), ["one"]))
    heights = [float(found) for found in re.findall(r'(?:y1|y2|cy)="([-0-9.]+)"', drawn)]
    heights += [float(pair.partition(",")[2]) for line in re.findall(r'polyline points="([^"]*)"', drawn) for pair in line.split()]
    assert heights
    assert all(0 <= height <= 260 for height in heights)


@pytest.mark.parametrize(("count", "dense"), [(60, False), (61, True)])
def test_dots_of_a_long_line_show_where_somebody_points(count, dense):
    points = tuple((float(x), Estimate(0.5)) for x in range(count))
    drawn = str(curves(Curves("t", "a", "x", "y", (("one", points),)), ["one"]))
    assert ('class="line c0 dense"' in drawn) == dense
    assert drawn.count("<circle") == count
