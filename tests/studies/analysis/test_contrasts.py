"""Hypotheses tested as stated, families, missing answers; the published counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.studies.analysis.contrasts import contrast_table, contrasts_of, effect_table, verdict_table
from ludens.studies.analysis.frame import read
from ludens.studies.analysis.missing import bounds_table, design_table, missing_notes, missing_table
from ludens.studies.spec import Hypothesis, Outcome


def test_the_published_counts_give_the_published_figures(published):
    study, table = published
    one = contrasts_of(read(study, table))[0]
    assert one.answers == (117, 92)
    assert (one.high.value, one.low.value) == pytest.approx((80 / 117, 2 / 92))
    assert dict(one.effects)["odds ratio"].value == pytest.approx(80 * 90 / (37 * 2))  # 97.3
    assert one.p == pytest.approx(7.0e-26, rel=0.01)
    assert one.verdict(0.05) == "difference found"


def test_the_published_imbalance_is_said(published):
    study, table = published
    frame = read(study, table)
    contrasts = contrasts_of(frame)
    said = missing_notes(frame, contrasts)[0]
    assert "3 of 120 at principal_informed = true, 28 of 120 at false" in said
    # 80 of 120 against 30 of 120; 83 of 120 against 2 of 120
    assert contrasts[0].bounds == pytest.approx((50 / 120, 81 / 120))
    assert "between 0.42 and 0.6" in said
    assert "the finding holds with all of them set against it" in said
    rows = missing_table(frame, frame.primary, 0).rows
    assert rows[0][1] == "false 28 of 120; true 3 of 120"
    assert rows[0][2] < 1e-5
    assert rows[-1][0] == "all treatments"
    assert [row[:3] for row in bounds_table(contrasts).rows] == [("H1", 3, 28), ("H2", 11, 20)]


def test_the_design_counts_every_row(published):
    study, table = published
    table.loc[table.index[:7], "excluded"] = "rule"
    frame = read(study, table)
    found = design_table(frame, frame.primary, frame.treatments)
    assert found.columns[:2] == ("principal_informed", "customer_informed")
    assert found.rows[-1][0] == "all"
    played, out, missing, _, analysed = found.rows[-1][2:]
    assert (played, out, played - out - missing) == (240, 7, analysed)
    assert [sum(row[at] for row in found.rows[:-1]) for at in (2, 3, 4, 6)] == [played, out, missing, analysed]


def test_directions_are_honoured(made):
    verdicts = {}
    for direction in ("greater", "less", "two_sided"):
        study, table = made(hypotheses=(Hypothesis("H", "given", "told", True, False, direction),))
        (one,) = contrasts_of(read(study, table))
        verdicts[direction] = (one.verdict(0.05), one.p)
    assert [verdicts[name][0] for name in ("greater", "less", "two_sided")] == ["supported", "contradicted", "difference found"]
    assert verdicts["greater"][1] + verdicts["less"][1] == pytest.approx(1)
    assert verdicts["two_sided"][1] == pytest.approx(2 * verdicts["greater"][1])


def test_families_are_corrected_apart_and_keep_what_cannot_be_tested(made):
    hypotheses = (
        Hypothesis("A", "yes", "told", True, False, "greater"),
        Hypothesis("B", "given", "told", True, False, "greater"),
        Hypothesis("C", "share", "told", True, False, "greater", confirmatory=False),
        Hypothesis("D", "count", "word", "a", "b", "greater"),
    )
    study, table = made(hypotheses=hypotheses)
    table.loc[table["word"] == "a", "count"] = np.nan
    a, b, c, d = contrasts_of(read(study, table))
    assert d.p is None
    assert d.verdict(0.05) == "not tested"
    first, second = sorted((a, b), key=lambda one: one.p)
    assert first.adjusted == pytest.approx(min(1, 3 * first.p))
    assert second.adjusted == pytest.approx(max(first.adjusted, 2 * second.p))
    assert c.adjusted == c.p  # alone in its family
    assert [row[-1] for row in verdict_table((a, b, c, d), 0.05, "holm").rows][-1] == "not tested"


def test_clusters_are_the_units_where_the_study_names_them(made):
    study, table = made(cluster="group")
    for one in contrasts_of(read(study, table), resamples=200):
        assert one.test == "permutation, sign flips of 12 clusters' differences"
        assert one.difference.n == 12
        assert one.beside[-1][0].startswith("rows taken as independent")
    study, table = made(cluster="group", clusters=4)
    one = contrasts_of(read(study, table), resamples=50)[0]
    assert one.notes == ("4 clusters (group): no arrangement of so few can give a two-sided p below 0.125.",)


def test_where_picks_rows(made):
    study, table = made(hypotheses=(Hypothesis("H", "yes", "told", True, False, where="word == 'a' and group < 6"),))
    (one,) = contrasts_of(read(study, table))
    assert sum(one.answers) == ((table["word"] == "a") & (table["group"] < 6)).sum()
    with pytest.raises(Exception, match="wrd"):
        contrasts_of(read(replace(study, hypotheses=(replace(study.hypotheses[0], where="wrd == 'a'"),)), table))


def test_numbers_without_bounds_say_that_nothing_limits_what_is_missing(made):
    study, table = made(hypotheses=(Hypothesis("H", "given", "told", True, False, "greater"),))
    table.loc[table["told"] & (table["word"] != "c"), "given"] = np.nan
    frame = read(study, table)
    contrasts = contrasts_of(frame)
    assert contrasts[0].bounds is None
    assert "nothing limits what they could change" in missing_notes(frame, contrasts)[0]


def test_labels_have_no_mean(made):
    study, table = made(hypotheses=(Hypothesis("H", "code", "told", True, False),))
    study = replace(study, outcomes=(*study.outcomes, Outcome("code", "code", "category")))
    with pytest.raises(ParameterError, match="hypothesis H: outcome code is a category"):
        contrasts_of(read(study, table.assign(code="x")))


def test_tables_of_tests_and_sizes(made):
    study, table = made()
    contrasts = contrasts_of(read(study, table))
    tests = contrast_table(contrasts)
    assert [row[4] for row in tests.rows] == ["Fisher exact", "Welch t", "Welch t", "Mann-Whitney", "Welch t"]
    assert {row[1] for row in effect_table(contrasts).rows} == {"difference of means", "odds ratio", "Hedges g", "Cliff's delta"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.drop(columns="told"), "lacks the columns told"),
        (lambda table: table.assign(word="d"), "column word holds 'd', which is no level of that factor; levels: a, b, c"),
        (lambda table: table.assign(yes=2.0), "outcome yes is binary but its column holds 2.0"),
        (lambda table: table.assign(share=-0.1), "outcome share should lie between 0 and 1; its column holds -0.1"),
        (lambda table: table.assign(given="much"), "outcome given is continuous but its column holds what is no number"),
        (lambda table: table.iloc[:0], "has no rows"),
    ],
)
def test_tables_that_do_not_fit_are_refused(made, change, said):
    study, table = made()
    with pytest.raises(ParameterError) as problem:
        read(study, change(table))
    assert said in str(problem.value)


def test_levels_survive_a_file(made, tmp_path):
    import pandas

    study, table = made()
    table.to_csv(tmp_path / "table.csv", index=False)
    again = read(study, pandas.read_csv(tmp_path / "table.csv", keep_default_na=True, na_values=[""]))
    assert contrasts_of(again)[0].p == contrasts_of(read(study, table))[0].p
    lower = table.assign(told=table["told"].map({True: "true", False: "false"}))
    assert contrasts_of(read(study, lower))[0].p == contrasts_of(read(study, table))[0].p


def test_whole_levels_stay_whole(made):
    study, table = made()
    study = replace(study, factors=(study.factors[0], replace(study.factors[1], levels=(0, 1, 2))))
    frame = read(study, table.assign(word=table["word"].map({"a": 0.0, "b": 1.0, "c": 2.0})))
    assert design_table(frame, frame.primary, frame.nuisances).rows[0][0] == "0"
    assert frame.rows["word"].dtype.kind == "i"
