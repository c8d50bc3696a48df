"""The report: one page that holds hostile text as text, tables and figures as files, the same bytes each time."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ludens.arena.report.summary import Estimate
from ludens.studies.analysis import Benchmark, analyse, write_report
from ludens.studies.analysis.figures import drawn, standalone
from ludens.studies.analysis.report import render_study
from ludens.studies.analysis.results import Dots
from ludens.studies.spec import Factor, Model, Outcome

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & $x_1$ {\\input{a}} % #"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Checker(HTMLParser):
    """Fails on tags that do not nest, and collects what a page is made of."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parse(page):
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


@pytest.fixture
def results(published):
    study, table = published
    return analyse(study, table, resamples=100, deviations=("Two replicates were added.",))


def test_the_page_says_what_a_referee_asks(results):
    page = parse(render_study(results))
    text = " ".join(" ".join(page.text).split())
    for words in (
        "Does the assistant serve the one who is watching?",
        "Confirmatory hypotheses borne out 1 of 2",
        "28 of 120 at false",
        "97.30",
        "7.0e−26",
        "Quasi-complete separation",
        "odds ratio of each term",
        "Two replicates were added.",
        "Wilson score (1927)",
        "statsmodels",
        results.digest,
    ):
        assert words in text, words
    assert {part.key for part in results.parts} == {"hypotheses", "design", "missing", "answers", "models", "tests", "robustness"}
    assert page.tags.count("svg") == sum(len(part.figures) for part in results.parts)


def test_parts_are_found_by_key(results):
    assert results.part("missing").title == "Missing answers"
    with pytest.raises(KeyError):
        results.part("nothing")


def test_the_files_are_the_same_bytes_each_time(published, tmp_path):
    for name in ("one", "two"):
        write_report(analyse(*published, resamples=100), tmp_path / name)
    first, second = (sorted(path for path in (tmp_path / name).rglob("*") if path.is_file()) for name in ("one", "two"))
    assert [path.relative_to(tmp_path / "one") for path in first] == [path.relative_to(tmp_path / "two") for path in second]
    assert all(one.read_bytes() == two.read_bytes() for one, two in zip(first, second, strict=True))


def test_tables_and_figures_are_files(results, tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "old.csv").write_text("from before")
    (tmp_path / "tables" / "mine.txt").write_text("kept")
    page = write_report(results, tmp_path)
    assert page.read_text("utf-8").startswith("<!doctype html>")
    names = {path.name for path in (tmp_path / "tables").iterdir()}
    assert {"hypotheses.csv", "hypotheses.tex", "design.csv", "model_main.tex", "effects.csv", "mine.txt"} <= names
    assert "old.csv" not in names
    with (tmp_path / "tables" / "hypotheses.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["p"]) == results.contrasts[0].p
    for path in (tmp_path / "figures").iterdir():
        assert parse(path.read_text("utf-8")).tags[0] == "svg"


def test_hostile_words_stay_words(published, tmp_path):
    study, table = published
    study = replace(
        study, title=HOSTILE, question=HOSTILE, notes=(HOSTILE,), sources=(HOSTILE,), name="a/../b",
        factors=(*study.factors[:1], replace(study.factors[1], about=HOSTILE), Factor("wording", (HOSTILE, "plain"), "nuisance")),
        outcomes=(replace(study.outcomes[0], about=HOSTILE), Outcome("code", HOSTILE, "category")),
        hypotheses=(replace(study.hypotheses[0], about=HOSTILE),), models=(Model(f"m/{HOSTILE}", "principal_aligned", "logit", "principal_informed"),),
    )  # fmt: skip
    table["wording"] = [HOSTILE if index % 2 else "plain" for index in range(len(table))]
    table["code"] = HOSTILE
    results = analyse(study, table, resamples=50, deviations=(HOSTILE,))
    write_report(results, tmp_path)
    page = parse((tmp_path / "report.html").read_text("utf-8"))
    assert page.tags.count("script") == 2  # the page's own, and its empty block of data
    assert "img" not in page.tags
    assert {path.parent.name for path in tmp_path.rglob("*.tex")} == {"tables"}
    for path in tmp_path.rglob("*.svg"):
        assert "script" not in parse(path.read_text("utf-8")).tags


def test_latex_holds_no_bare_special_letter(results, tmp_path):
    write_report(results, tmp_path)
    for path in (tmp_path / "tables").glob("*.tex"):
        text = path.read_text("utf-8")
        assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
        body = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
        assert not re.search(r"(?<!\\)[#%_]", body), path.name
        width = len(re.search(r"\\begin\{tabular\}\{(\w+)\}", text)[1])
        for line in body.splitlines():
            if line.endswith(r"\\"):
                assert len(re.findall(r"(?<!\\)&", line)) == width - 1


def test_numbers_get_distributions_beside_people(made):
    study, table = made(cluster="group", models=(Model("cut", "given", "tobit", "told"), Model("none", "yes", "ordered", "1")))
    people = Benchmark("given", "people", 0.7, "a source", False, 120, "other stakes", 0.5)
    results = analyse(study, table, resamples=100, benchmarks=(people,))
    part = results.part("distributions")
    row = dict(part.tables)["benchmarks"].rows[0]
    assert (row[1], row[2], row[4], row[7]) == (0.7, 120, 0.5, "not verified")
    histograms = {figure.title: figure for _, figure in part.figures}
    for one in histograms.values():
        assert all(sum(shares) == pytest.approx(1) for _, shares, _, _ in one.panels)
    assert histograms["How given is spread"].marks == (("people (not verified)", 0.7),)
    assert any("Model none was not fitted" in note for note in results.part("models").notes)
    parse(render_study(results))


def test_outcomes_name_what_people_did(made):
    study, table = made()
    outcomes = tuple(
        replace(one, benchmarks=("trust/share sent", "prisoners_dilemma/cooperation, one shot", "prisoners_dilemma/cooperation, repeated"), margin=0.2)
        if one.name == "share"
        else one
        for one in study.outcomes
    )
    results = analyse(replace(study, outcomes=outcomes), table, resamples=50)
    rows = dict(results.part("distributions").tables)["benchmarks"].rows
    # two studies of trust, two ends of a range
    assert [row[1] for row in rows] == [0.5, 0.516, 0.37, 0.47, 0.5]
    assert [row[7].split(":")[0] for row in rows] == ["not verified"] * 4 + ["verified"]
    assert rows[4][7] == "verified: worked out from the study's data"
    assert all(row[5] is not None and row[6] and row[8] for row in rows)
    (figure,) = (figure for name, figure in results.part("answers").figures if name == "cells_share")
    assert [name.rsplit("(", 1)[1] for name, _ in figure.marks] == ["not verified)"] * 4 + ["verified)"]
    assert "not verified: recalled: not looked up" in render_study(results)


def test_decisions_get_curves_and_a_warning_without_clusters(made):
    study, table = made()
    table["round"] = [index % 6 + 1 for index in range(len(table))]
    table["episode"] = [f"e{index // 6}" for index in range(len(table))]
    study = replace(study, unit="decision", models=())
    results = analyse(study, table, resamples=50)
    assert any("the study names no cluster" in note for note in results.notes)
    curve = dict(results.part("rounds").figures)["rounds_yes"]
    assert [name for name, _ in curve.lines] == ["told = false", "told = true"]
    assert len(curve.lines[0][1]) == 6
    again = analyse(replace(study, cluster="episode"), table, resamples=50)
    assert not any("names no cluster" in note for note in again.notes)
    parse(render_study(again))


def test_several_subjects_are_told_apart(made):
    study, table = made(models=())
    table["subject"] = ["small" if index % 2 else "large" for index in range(len(table))]
    results = analyse(study, table, resamples=50)
    assert dict(results.part("tests").tables)["by_subject"].rows[0][:2] == ("H1", "large")
    assert results.tables["design"].columns[:2] == ("told", "subject")


def test_dots_without_ends_and_far_off_are_drawn():
    far = Dots("t", "a", "odds ratio", (("x", "", Estimate(1e9, 0.0, float("inf"))), ("y", "", Estimate(1.0))), reference=1.0, ratio=True)
    assert "∞" in str(drawn(far))
    parse(standalone(far))


@pytest.mark.browser
def test_the_page_opens_in_a_browser(results, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium here")
    page = write_report(results, tmp_path / "report")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", f"--user-data-dir={tmp_path / 'profile'}"]
    found = subprocess.run([browser, *options, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    assert "Models and tin men" in found.stdout
    assert "Refused" not in found.stderr
