"""A locked study is not changed unnoticed."""

import json

import pytest

from ludens.arena import Run, StoreError
from ludens.arena.store import tables
from ludens.studies import lock as locks
from ludens.studies.lock import DEVIATIONS, FILE, read_lock, record


def test_what_is_locked(entry, played):
    run, lock = played(entry)
    manifest = json.loads((run.path / FILE).read_text(encoding="utf-8"))
    assert manifest == lock.manifest
    assert len(manifest["trials"]) == 24
    assert manifest["study"]["replicates"] == 6
    assert {"numpy", "pandas", "statsmodels", "analysis", "ludens"} <= set(manifest["software"])
    assert len(manifest["games"]) == 12
    assert not (run.path / DEVIATIONS).exists()


def test_the_same_again_is_no_change(entry, played):
    _, first = played(entry, only=5)
    _, second = played(entry)
    assert first.manifest == second.manifest
    assert not second.deviations


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"replicates": 7}, "study.replicates was 6 and is now 7"),
        ({"alpha": 0.1}, "study.alpha was 0.05 and is now 0.1"),
        ({"title": "Another"}, "study.title was"),
        ({"seed": 4}, "study.seed was 0 and is now 4"),
        ({"exclude": {}}, "study.exclude.long was"),
    ],
)
def test_a_change_is_refused(entry, played, change, said):
    played(entry, only=2)
    with pytest.raises(StoreError) as problem:
        played({**entry, **change})
    assert said in str(problem.value)
    assert "deviation='...'" in str(problem.value)


def test_another_player_is_refused(entry, played):
    played(entry, only=2)
    entry["subjects"][0]["logit"] = 3.0
    with pytest.raises(StoreError, match=r"logit was -1\.0 and is now 3\.0"):
        played(entry)
    with pytest.raises(StoreError, match="holds a locked study"):
        played(entry, players=("cautious",))


def test_a_reason_makes_it_a_deviation(entry, played):
    played(entry, only=2)
    run, lock = played({**entry, "replicates": 7}, reason="too few answers could be read")
    (deviation,) = lock.deviations
    assert deviation.why == "too few answers could be read"
    assert "study.replicates was 6 and is now 7" in deviation.what
    assert deviation.before["study"]["replicates"] == 6
    assert deviation.after["study"]["replicates"] == 7
    assert len(lock.trials) == 28
    assert json.loads((run.path / DEVIATIONS).read_text(encoding="utf-8")) == deviation.__dict__
    _, again = played({**entry, "replicates": 7})
    assert again.deviations == lock.deviations
    with pytest.raises(StoreError, match="replicates was 7 and is now 6"):
        played(entry)


def test_other_software_is_recorded_and_not_refused(entry, played, monkeypatch):
    played(entry, only=2)
    monkeypatch.setattr(locks, "_code", lambda rooms: "0" * 16)
    _, lock = played(entry)
    (deviation,) = lock.deviations
    assert deviation.why == "other software"
    assert "software.analysis was" in deviation.what


def test_edits_by_hand_are_noticed(entry, played):
    run, _ = played(entry, only=2)
    path = run.path / FILE
    path.write_text(path.read_text(encoding="utf-8").replace('"alpha": 0.05', '"alpha": 0.06'), encoding="utf-8")
    with Run.open(run.path) as again, pytest.raises(StoreError, match=r"study\.lock\.json was edited by hand"):
        read_lock(again)
    with pytest.raises(StoreError, match="edited by hand"):
        played(entry)
    path.unlink()
    _, lock = played(entry)
    assert json.loads(path.read_text(encoding="utf-8")) == lock.manifest


def test_a_list_of_deviations_that_was_edited_is_noticed(entry, played):
    played(entry, only=2)
    run, _ = played({**entry, "alpha": 0.1}, reason="because")
    (run.path / DEVIATIONS).write_text("", encoding="utf-8")
    with Run.open(run.path) as again, pytest.raises(StoreError, match=r"deviations\.jsonl was edited by hand"):
        read_lock(again)


def test_an_edited_store_is_noticed(entry, played):
    run, lock = played(entry, only=2)
    with Run.create(run.path, run.config) as open_run:
        edited = {**lock.manifest, "study": {**lock.manifest["study"], "alpha": 0.2}}
        with open_run.writing() as connection:
            connection.execute(tables.meta.update().where(tables.meta.c.key == "study_lock").values(value=json.dumps(edited)))
    with Run.open(run.path) as again, pytest.raises(StoreError, match="is not the one that was made"):
        read_lock(again)


def test_a_reading_before_the_end_is_recorded(entry, played):
    run, _ = played(entry, only=2)
    with Run.create(run.path, run.config) as open_run:
        lock = record(open_run, "the money ran out", "2 of 24 episodes were played when it was analysed")
    assert [(item.why, item.what) for item in lock.deviations] == [("the money ran out", "2 of 24 episodes were played when it was analysed")]
    assert lock.deviations[0].before == {}


def test_a_run_of_something_else_is_no_study(tmp_path):
    with Run.create(tmp_path / "other", {"command": "tournament"}) as run, pytest.raises(StoreError, match="holds no locked study"):
        read_lock(run)
