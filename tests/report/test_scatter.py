"""Scatters: one scale for both axes, areas by number, what is told, and findings that keep them."""

from __future__ import annotations

import re

import pytest

from ludens.arena.report.charts import scatter
from ludens.arena.report.findings import Findings
from ludens.arena.report.summary import Dot, Scatter


def circles(chart):
    found = re.findall(r'<g class="c(\d)"><circle cx="([\d.-]+)" cy="([\d.-]+)" r="([\d.]+)"><title>(.*?)</title>', str(scatter(chart)))
    return [(int(colour), float(x), float(y), float(radius), text) for colour, x, y, radius, text in found]


def chart(*groups):
    return Scatter("Words", "about", "first", "second", groups)


def test_distances_mean_the_same_in_both_directions_and_all_lies_inside():
    corners = (Dot(0, 0, 1, "a"), Dot(4, 0, 1, "b"), Dot(0, 1, 1, "c"))
    found = {text: (x, y) for _, x, y, _, text in circles(chart(("z0: words", corners)))}
    wide, high = found["z0: b"][0] - found["z0: a"][0], found["z0: a"][1] - found["z0: c"][1]
    assert wide == pytest.approx(4 * high, rel=0.01)
    assert all(24 <= x <= 412 and 8 <= y <= 294 for x, y in found.values())


def test_more_is_larger_lies_below_and_is_told():
    found = circles(chart(("z0: words", (Dot(0, 0, 1, "once"),)), ("z1: <others>", (Dot(1, 1, 9, "often <b>"),))))
    assert [row[0] for row in found] == [1, 0]
    assert found[0][3] > found[1][3]
    assert found[0][4] == "z1: often &lt;b&gt; (9 times)"


def test_one_point_and_none_can_be_drawn():
    assert len(circles(chart(("z0", (Dot(2.0, 3.0, 1, "alone"),)), ("z1", ())))) == 1
    assert circles(chart(("z0", ()))) == []


def test_findings_of_before_there_were_scatters_are_read():
    found = Findings("kind", "Title", "about", scatters=(chart(("z0", (Dot(2.0, 3.0, 1, "alone"),))),), links=(("a game", "game.html"),))
    plain = found.to_dict()
    assert Findings.from_dict(plain) == found
    del plain["scatters"], plain["links"]
    assert Findings.from_dict(plain) == Findings("kind", "Title", "about")
