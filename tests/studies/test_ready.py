"""Every ready study runs offline, and its scripted subjects do what they are known to do."""

from dataclasses import replace

import pytest

from ludens.arena import Options, Run, play
from ludens.conf.resolve import Cast, choices
from ludens.studies.elicitation.spec import is_elicitation
from ludens.studies.loading import load_study
from ludens.studies.lock import lock_run
from ludens.studies.plan import plan_study
from ludens.studies.table import build_table

pytest.importorskip("pandas")
READY = [name for name in sorted(choices("study")) if not is_elicitation(name)]


def table_of(name, tmp_path, replicates):
    study = replace(load_study(name), replicates=replicates)
    cast = Cast()
    planned = plan_study(study, cast)
    cast.check()
    with Run.create(tmp_path / name, {"command": "study", "study": name}) as run:
        lock = lock_run(run, planned, cast.models)
        summary = play(planned.plan, run, {}, options=Options(processes=1))
        table = build_table(lock, run)
    assert summary.complete
    assert not summary.errors
    assert not summary.faults
    return study, table


@pytest.mark.parametrize("name", READY)
def test_it_runs(name, tmp_path):
    study, table = table_of(name, tmp_path, 1)
    for factor in study.factors:
        if factor.role != "nuisance":
            assert set(table[factor.name]) == set(factor.levels)
    assert all(table[outcome.name].notna().any() for outcome in study.outcomes if outcome.primary)
    assert study.sources
    assert set(study.assumed) == {hypothesis.name for hypothesis in study.hypotheses if hypothesis.confirmatory}


def share(rows, name):
    return rows[name].mean()


def test_tin_men_has_the_published_shares(tmp_path):
    _, table = table_of("tin_men", tmp_path, 100)
    car, film = table[table["scenario"] == "car"], table[table["scenario"] == "film"]
    watched = car["principal_informed"]
    # four standard errors: sqrt(.68 * .32 / 200) and, of the answers that are not missing, sqrt(.02 * .98 / 155)
    assert abs(share(car[watched], "serves_principal") - 80 / 117) < 0.13
    assert abs(share(car[~watched], "serves_principal") - 2 / 92) < 0.05
    assert film["serves_principal"].dropna().eq(1).all()
    assert 1 - share(car[~watched & ~car["customer_informed"]], "gives_answer") == pytest.approx(19 / 60, abs=0.19)
    assert 1 - share(car[~watched & car["customer_informed"]], "gives_answer") == pytest.approx(9 / 60, abs=0.15)
    assert share(car[watched], "gives_answer") > 0.95


def test_nuisance_factors_are_balanced_over_conditions(tmp_path):
    study, table = table_of("tin_men_extended", tmp_path, 30)
    for factor in study.factors:
        if factor.role == "nuisance":
            counts = table.groupby(["cell", factor.name]).size().unstack()
            assert (counts.nunique() == 1).all()
            assert counts.iloc[0].max() - counts.iloc[0].min() <= 1
    effect = table.groupby("principal_informed")["serves_principal"].mean()
    # log odds -2 and 0, 120 answers each, a few of them missing: four standard errors
    assert effect[False] == pytest.approx(0.119, abs=0.12)
    assert effect[True] == pytest.approx(0.5, abs=0.19)


def test_patterns_are_learnt_by_who_anticipates(tmp_path):
    _, table = table_of("rational_rps", tmp_path, 2)
    late = table[(table["round"] > 7) & (table["subject"] == "anticipating")]
    wins = late.groupby("opponent")["wins"].mean()
    assert wins[["constant", "loop_2"]].eq(1).all()
    assert wins["sample"] < wins["loop_3"]


def test_the_ring_takes_as_many_orders_as_it_has_players(tmp_path):
    _, table = table_of("rational_ring", tmp_path, 12)
    solved = table.groupby(["subject", "orders"])["solves"].mean()
    assert solved["four-steps"].eq(1).all()
    assert solved["two-steps"][2] == 1
    assert solved["two-steps"][4] < 1
    assert solved["one-step"][4] < 1


def test_dictators_are_consistent_with_what_they_are(tmp_path):
    _, table = table_of("rational_dictator", tmp_path, 4)
    found = table.groupby(["subject", "preference"])["consistent_share"].mean()
    assert found["greedy"]["self_interest"] == 1
    assert found["fair"]["equality"] == 1
    assert found["greedy"]["altruism"] < 0.5
