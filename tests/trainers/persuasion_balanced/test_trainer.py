"""The whole run: trees, two stages, measures and report; resumed, repeated, on another game, beside a served partner; mistakes are named."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano

from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.card import digest

SMALL = {"deals": 24, "width": 3, "depth": 3, "chunk": 12, "sft_epochs": 1, "dpo_epochs": 1, "minibatch": 4, "matches": 4, "partners": ["fair", "self"]}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return str(tiny_nano(tmp_path_factory.mktemp("tiny"), context=2048))


def trained(place, tiny, game="persuasion", seed=2, **given):
    lines = []
    # a random model that may speak says long nonsense
    params = {"say_chars": 0} if game in ("persuasion", "ultimatum_chain") else {}
    task = Task((make(game, **params),), ModelSpec(engine="nano", model=tiny, name="tiny"), place, seed)
    return trainer("persuasion_balanced").make(task, {**SMALL, **given}).run(lines.append), lines


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    place = tmp_path_factory.mktemp("whole") / "run"
    return *trained(place, tiny), place


def test_a_run_learns_measures_and_reports(whole, tiny):
    result, lines, place = whole
    assert digest(place / "checkpoint") != digest(Path(tiny))
    trees = result["trees"]["persuasion-v0(say_chars=0)"]
    size = min(trees["accept"], trees["resist"])
    assert result["pairs"] == {"accept": size // 2, "resist": size - size // 2}
    assert [row["partners"] for row in result["measured"]] == ["met", "held out", "itself", "only asks"]
    row = result["measured"][0]
    assert set(row["rates_after"]) == {"misinformation", "correction", "balanced", "flips", "alone", "right"}
    page = (place / "report.html").read_text(encoding="utf-8")
    for title in ("Trees of dialogues", "Pairs to read", "What it is worth", "Accepted and resisted"):
        assert title in page
    assert "Your evidence, " in page.partition("Pairs to read")[2]
    assert any("without disagreement dropped" in line for line in lines)
    assert json.loads((place / "checkpoint" / "card.json").read_text())["mode"] == "balanced"


def test_the_same_seed_gives_the_same_checkpoint(whole, tiny, tmp_path):
    _, _, place = whole
    trained(tmp_path / "again", tiny, matches=0)
    assert digest(tmp_path / "again" / "checkpoint") == digest(place / "checkpoint")
    assert {path.name: path.read_bytes() for path in (tmp_path / "again" / "trees").iterdir()} == {
        path.name: path.read_bytes() for path in (place / "trees").iterdir()
    }


def test_a_run_that_was_cut_off_goes_on(whole, tiny, tmp_path, monkeypatch):
    _, _, place = whole
    from ludens.trainers.persuasion_balanced import trainer as module

    def cut(*args, **given):
        raise KeyboardInterrupt

    grow, grown = module.grow, []

    def once(*args, **given):
        grown.append(given["first"])
        return grow(*args, **given) if len(grown) == 1 else cut()

    # cut off after the first chunk of trees, then before learning
    with monkeypatch.context() as patched:
        patched.setattr(module, "grow", once)
        with pytest.raises(KeyboardInterrupt):
            trained(tmp_path / "cut", tiny, matches=0)
    assert len(list((tmp_path / "cut" / "trees").glob("*.jsonl.gz"))) == 1
    with monkeypatch.context() as patched:
        patched.setattr(module, "fitted", cut)
        with pytest.raises(KeyboardInterrupt):
            trained(tmp_path / "cut", tiny, matches=0)
    trained(tmp_path / "cut", tiny, matches=0)
    assert digest(tmp_path / "cut" / "checkpoint") == digest(place / "checkpoint")


def test_trees_serve_every_mode(whole, tiny, tmp_path, monkeypatch):
    result, _, place = whole
    size = sum(result["pairs"].values())
    from ludens.trainers.persuasion_balanced import trainer as module

    monkeypatch.setattr(module, "grow", lambda *args, **given: pytest.fail("trees were there"))
    digests = {digest(place / "checkpoint")}
    for mode in ("accept", "resist"):
        shutil.copytree(place / "trees", tmp_path / mode / "trees")
        other, _ = trained(tmp_path / mode, tiny, matches=0, mode=mode)
        assert other["pairs"][mode] == sum(other["pairs"].values()) == size
        digests.add(digest(tmp_path / mode / "checkpoint"))
    assert len(digests) == 3


def test_it_works_on_negotiations_by_configuration_alone(tiny, tmp_path):
    result, _ = trained(tmp_path / "run", tiny, "ultimatum_chain", partners=["fair", "greedy"], sft_epochs=0, deals=48, width=4, chunk=48)
    assert sum(result["pairs"].values()) > 0
    assert [row["partners"] for row in result["measured"]] == ["met", "held out", "itself"]
    assert "rates_after" not in result["measured"][0]
    assert result["measured"][0]["gave_in_before"] is not None


def test_a_partner_may_be_served(tiny, tmp_path):
    served = {"kind": "language", "name": "served", "model": {"engine": "testserver", "model": "m"}}
    result, _ = trained(tmp_path / "run", tiny, partners=[served], held_out=[], dpo_epochs=0, matches=0)
    assert sum(result["pairs"].values()) > 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mode": "both"}, "mode='both' should be one of balanced, accept, resist"),
        ({"width": 1}, "width"),
        ({"depth": 0}, "depth"),
        ({"partners": ["fierce"]}, "partners"),
        ({"partners": []}, "partners"),
        ({"partners": [{"style": "fair"}]}, "should have a kind"),
        ({"partners": [{"kind": "language", "model": "house"}]}, "should be a mapping as in the group model"),
        ({"sft_epochs": 0, "dpo_epochs": 0}, "dpo_epochs"),
        ({"keep": -1}, "keep"),
        ({"colour": 1}, "unknown parameter 'colour'"),
    ],
)
def test_bad_parameters_are_named(given, said, tmp_path):
    with pytest.raises(ParameterError, match=said):
        trained(tmp_path, "house", **given)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_trained_is_told_before_anything_is_played(tmp_path):
    with pytest.raises(LudensError, match="trains models of the engine 'nano'"):
        trainer("persuasion_balanced").make(Task((make("persuasion"),), ModelSpec(engine="testserver", model="m"), tmp_path), {})
    with pytest.raises(LudensError, match="needs a model"):
        trained(tmp_path, "house", partners=[{"kind": "language"}])
    with pytest.raises(LudensError, match="no partner plays ultimatum_chain"):
        trained(tmp_path, "house", "ultimatum_chain", partners=[{"kind": "persuader"}])
    with pytest.raises(LudensError, match=r"dictator-v0 does not say which moves give in .*State.yields"):
        trained(tmp_path, "house", "dictator", partners=["fair"])
    assert not list(tmp_path.iterdir())
