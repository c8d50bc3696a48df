"""Findings: what an analysis found, kept, read back, and written in every form."""

import csv
import io
import json
import math

import pytest
from rich.console import Console

from ludens.arena.report.cells import as_csv, as_latex, cell_text, places_of, textual
from ludens.arena.report.findings import Findings, keep_findings, kept_findings
from ludens.arena.report.pages import render_findings
from ludens.arena.report.summary import Curves, DataTable, Estimate
from ludens.arena.report.terminal import print_findings
from ludens.errors import LudensError

TABLE = DataTable(
    "Gains & losses",
    "What 5 % of them are.",
    ("who_1", "gain", "p", "word", "times"),
    (
        ("<b>one</b>", Estimate(0.5, 0.25, 0.75, 12, 0.95, "bootstrap"), 3e-7, "yes", 12),
        ("two", None, 0.04, "no", 1200),
        ("three", Estimate(-math.inf), math.nan, "", None),
    ),
)
LINE = Curves("Regret", "by round", "round", "regret", (("one", ((1.0, Estimate(0.5, 0.25, 0.75, 12)), (2.0, Estimate(1.5)))),), bounds=None)
FOUND = Findings("gains", "Gains", "What was gained.", (TABLE,), (LINE,), ("Nothing was left out.",))


def test_what_is_kept_is_read_back(tmp_path):
    path = keep_findings(tmp_path, FOUND)
    assert json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)["kind"] == "gains"
    (back,) = kept_findings(tmp_path)
    assert repr(back) == repr(FOUND)


def test_a_file_that_holds_no_findings_is_named(tmp_path):
    keep_findings(tmp_path, FOUND)
    (tmp_path / "analyses" / "odd.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LudensError, match=r"odd\.json holds no findings"):
        kept_findings(tmp_path)


def test_numbers_too_small_for_their_column_keep_a_digit():
    assert [cell_text(row[2], places_of(TABLE, 2)) for row in TABLE.rows] == ["3.0e−07", "0.0400", "–"]
    assert [cell_text(row[1], places_of(TABLE, 1)) for row in TABLE.rows] == ["0.500", "–", "−∞"]
    assert [cell_text(row[4], places_of(TABLE, 4)) for row in TABLE.rows] == ["12", "1,200", "–"]
    assert [textual(TABLE, column) for column in range(5)] == [True, False, False, True, False]


def test_csv_has_full_precision_and_the_ends_of_intervals():
    rows = list(csv.reader(io.StringIO(as_csv((TABLE,)))))
    assert rows[0] == ["who_1", "gain", "gain low", "gain high", "gain n", "p", "word", "times"]
    assert rows[1] == ["<b>one</b>", "0.5", "0.25", "0.75", "12", "3e-07", "yes", "12"]
    assert rows[2] == ["two", "", "", "", "", "0.04", "no", "1200"]


def test_latex_is_escaped():
    page = as_latex((TABLE,))
    assert r"\caption{Gains \& losses. What 5 \% of them are.}" in page
    assert r"who\_1 & gain" in page
    assert r"\textless{}b\textgreater{}one\textless{}/b\textgreater{} & 0.500 [0.250 to 0.750] & 3.0e$-$07 & yes & 12 \\" in page


def test_the_page_is_escaped_and_drawn():
    page = render_findings(FOUND, "a run")
    assert "&lt;b&gt;one&lt;/b&gt;" in page
    assert "<b>one</b>" not in page
    assert '<svg class="curves"' in page
    assert "Nothing was left out." in page


def test_the_terminal_shows_intervals_and_no_markup():
    console = Console(width=120, record=True, file=io.StringIO())
    print_findings(FOUND, console)
    text = console.export_text()
    assert "0.500 [0.250 to 0.750]" in text
    assert "Nothing was left out." in text
