"""The table: rows, what is missing, what is excluded, and the same bytes for the same play."""

import json

import numpy as np
import pytest

from ludens.arena import Run
from ludens.studies.expressions import ExpressionError
from ludens.studies.lock import read_lock
from ludens.studies.table import TABLE_FILES, build_table, codebook, select, write_table

pd = pytest.importorskip("pandas")


def table_of(run):
    with Run.open(run.path) as again:
        lock = read_lock(again)
        return lock, build_table(lock, again)


def files_of(run, folder):
    lock, table = table_of(run)
    return {path.name: path.read_bytes() for path in write_table(lock, table, folder)}


def test_rows_and_columns(entry, played):
    run, _ = played(entry)
    lock, table = table_of(run)
    assert list(table["episode"]) == list(lock.trials)
    assert table["replicate"].tolist() == sorted(table["replicate"])
    assert table["principal_informed"].dtype == bool
    assert table["serves"].dtype == np.float64
    by_row = table.set_index("episode")
    for episode, trial in lock.trials.items():
        row = by_row.loc[episode]
        assert {name: row[name] for name in trial.levels} == trial.levels
        assert (row["cell"], row["subject"], row["seed"]) == (trial.cell, "watched", str(trial.seed))
        if row["answered"]:
            assert row["serves"] == (row["code"] == "principal_aligned")


def test_missing_answers_are_missing(entry, played):
    entry["replicates"] = 20
    run, _ = played(entry)
    _, table = table_of(run)
    missing = table["status"] == "defaulted"
    assert 1 < missing.sum() < 30  # 12 % of 80 are expected
    assert (table["answered"] == ~missing).all()
    assert table.loc[missing, ["serves", "code", "choice", "say", "returns"]].isna().all().all()
    assert table.loc[~missing, "serves"].notna().all()
    assert table.loc[missing, "gives_answer"].eq(0.0).all()
    assert table.loc[missing, "problem"].eq("it gave no answer, as planted").all()


def test_exclusions_name_the_first_rule(entry, played):
    entry["exclude"] = {"never": "turns > 9", "second": "wording == 1", "served": "serves == 1"}
    run, _ = played(entry)
    _, table = table_of(run)
    assert set(table["excluded"]) == {"", "second", "served"}
    assert (table["excluded"].eq("second") == table["wording"].eq(1)).all()
    assert (table["excluded"].eq("served") == (table["serves"].eq(1) & table["wording"].ne(1))).all()


def test_the_same_bytes_on_one_process_and_two_and_after_a_stop(entry, played, tmp_path):
    entry["replicates"] = 12
    one, _ = played(entry, "one")
    two, _ = played(entry, "two", processes=2)
    played(entry, "three", only=7)
    three, _ = played(entry, "three")
    wanted = files_of(one, tmp_path / "tables1")
    assert set(wanted) == set(TABLE_FILES)
    assert files_of(two, tmp_path / "tables2") == wanted
    assert files_of(three, tmp_path / "tables3") == wanted
    assert files_of(one, tmp_path / "tables1") == wanted


def test_parquet_and_csv_hold_the_same(entry, played, tmp_path):
    run, _ = played(entry)
    lock, table = table_of(run)
    write_table(lock, table, tmp_path)
    parquet, csv = pd.read_parquet(tmp_path / "table.parquet"), pd.read_csv(tmp_path / "table.csv")
    assert list(parquet.columns) == list(csv.columns) == list(table.columns)
    for name in ("serves", "gives_answer", "wording", "principal_informed", "episode"):
        assert np.array_equal(parquet[name].to_numpy(), csv[name].to_numpy(), equal_nan=name in ("serves", "gives_answer"))


def test_the_codebook_has_every_column(entry, played, tmp_path):
    run, _ = played(entry)
    lock, table = table_of(run)
    rows = {row["name"]: row for row in codebook(lock.study, table)}
    assert list(rows) == list(table.columns)
    assert rows["wording"] == {
        "name": "wording",
        "what": "factor",
        "type": "whole number",
        "levels": [0, 1, 2],
        "meaning": "levels of game.wording (nuisance)",
        "missing": 0,
    }
    assert rows["serves"]["type"] == "binary"
    assert rows["serves"]["missing"] == int(table["serves"].isna().sum())
    write_table(lock, table, tmp_path)
    assert json.loads((tmp_path / "codebook.json").read_text())["columns"] == list(rows.values())
    assert "| `wording` | factor | whole number | 0, 1, 2 |" in (tmp_path / "codebook.md").read_text()


def test_decisions_know_their_round_and_the_others(played):
    entry = {
        "name": "pd",
        "title": "t",
        "question": "q",
        "game": {"id": "prisoners_dilemma", "rounds": 4},
        "seats": ["alternator", "subject"],
        "subjects": ["tit_for_tat"],
        "unit": "decision",
        "factors": {"labels": {"levels": ["plain", "letters"]}},
        "outcomes": {"copies": {"value": "choice == previous_others[0]"}, "joint": {"value": "others[0]", "kind": "category"}},
        "replicates": 1,
    }
    run, _ = played(entry)
    _, table = table_of(run)
    plain = table[table["labels"] == "plain"]
    assert plain["round"].tolist() == [1, 2, 3, 4]
    assert plain["choice"].tolist() == ["cooperate", "cooperate", "defect", "cooperate"]
    assert plain["joint"].tolist() == ["cooperate", "defect", "cooperate", "defect"]
    assert plain["previous"].tolist()[1:] == ["cooperate", "cooperate", "defect"]
    assert plain["copies"].tolist()[1:] == [1, 1, 1]
    assert np.isnan(plain["copies"].iloc[0])


def test_a_row_a_seat(played):
    entry = {
        "name": "ring",
        "title": "t",
        "question": "q",
        "game": {"id": "ring_network", "seats": 3, "instance": 0},
        "seats": ["subject", "..."],
        "subjects": [{"kind": "reasoning", "orders": 1}, {"kind": "reasoning", "orders": 3}],
        "unit": "seat",
        "factors": {"instance": {"levels": [0, 1, 2]}},
        "outcomes": {"solves": {"value": "rational[seat] == 1"}, "needs": {"value": "order[seat]", "kind": "count"}},
        "replicates": 1,
    }
    run, _ = played(entry)
    _, table = table_of(run)
    assert len(table) == 2 * 3 * 3
    assert table["needs"].tolist() == [3, 2, 1] * 6
    able = table[table["subject"] == "reasoning(orders=3)"]
    assert able["solves"].eq(1).all()
    assert table.loc[(table["subject"] == "reasoning(orders=1)") & (table["needs"] == 1), "solves"].eq(1).all()


def test_rows_are_selected_by_expressions(entry, played):
    run, _ = played(entry)
    _, table = table_of(run)
    assert select(table, "").all()
    assert (select(table, "wording > 0 and principal_informed") == (table["wording"].gt(0) & table["principal_informed"])).all()
    assert (select(table, "serves == 1") == table["serves"].eq(1)).all()
    with pytest.raises(ExpressionError, match="unknown fact 'wordings'"):
        select(table, "wordings > 0")
