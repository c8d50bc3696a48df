"""The trainer sla: a known answer, learners' turns, a run with everything it leaves, going on, and mistakes."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import spoken_throws as throws  # noqa: E402

from ludens.agents import PlayerSpec  # noqa: E402
from ludens.agents.choosing import Chooser, Sights  # noqa: E402
from ludens.agents.choosing.network import Batch  # noqa: E402
from ludens.agents.latent import TfIdf  # noqa: E402
from ludens.agents.latent.space import seats_named  # noqa: E402
from ludens.errors import LudensError, ParameterError  # noqa: E402
from ludens.games import Move, make  # noqa: E402
from ludens.llm import ModelSpec  # noqa: E402
from ludens.trainers import Task, trainer  # noqa: E402
from ludens.trainers.sla import Config, playing  # noqa: E402
from ludens.trainers.sla.trainer import SLA  # noqa: E402

SMALL = {
    "updates": 4,
    "games": 4,
    "checkpoint_every": 2,
    "save_every": 2,
    "heard": 6,
    "matches": 4,
    "width": 16,
    "hidden": (8,),
    "population": ("fair", "deceptive"),
}


class Rock:
    """A spec and a player that always throws rock."""

    def build(self):
        return self

    def start(self, seat, game_type, seed):
        return None

    def act(self, observation):
        return Move("speak", "I throw rock")


def throwing(seed=0):
    throws.make_known()
    game = make("spoken_throws")
    texts = [f"I throw {name}" for name in throws.THROWS[:3]]
    sights = Sights(game, TfIdf.fit(texts), 1)
    return game, Chooser.fresh(sights, {"player": tuple((text, 1) for text in texts)}, 6, model=16, heads=2, hidden=(8,), seed=seed)


def test_against_rock_it_learns_to_say_paper():
    game, policy = throwing()
    optimizer, config = torch.optim.Adam(policy.module.parameters(), lr=1e-2), Config()
    torch.manual_seed(0)
    earned = []
    for number in range(12):
        tables = playing.Tables(game, [policy], [Rock()], learners=1, count=24, rng=np.random.default_rng(number))
        tables.play()
        playing.learn(policy, tables, optimizer, config, 0.0)
        earned.append(playing.earnings(tables))
    # one of two seats learned: whichever it was, it wins
    assert all(value > 0.8 for value in earned[-1].values())
    assert min(earned[0].values()) < 0.5


def test_turns_are_the_learners_own_and_hold_what_the_policy_says():
    policy = Chooser.fresh(*spoken(), model=16, heads=4, hidden=(8,), seed=0)
    game, field = policy.sights.game, [PlayerSpec.of("scripted", "fair", style="fair")]
    tables = playing.Tables(game, [policy, policy.twin()], field, learners=2, count=5, rng=np.random.default_rng(0))
    tables.play()
    for number, state in enumerate(tables.states):
        assert state.over
        learners = [seat for where, seat in tables.tracks if where == number]
        assert len(learners) <= 2
        assert set(learners) <= {seat for seat, who in tables._seated[number].items() if who == playing.LEARNER}
    # others are styles or a checkpoint, and both are met
    others = {type(who) for seated in tables._seated for who in seated.values() if who != playing.LEARNER}
    assert int in others
    assert len(others) == 2
    turns = [turn for track in tables.tracks.values() for turn in track]
    with torch.no_grad():
        now = policy.module(Batch.of([turn.sight for turn in turns]))
    for row, turn in enumerate(turns):
        log = now.choices[row, turn.choice] + (now.said[row, turn.said] if turn.said >= 0 else 0.0)
        assert log.item() == pytest.approx(turn.log, abs=1e-4)
        assert (turn.said >= 0) == (len(turn.sight.offered) > 0)


def spoken():
    texts = ["SOMEBODY is a werewolf.", "I am the seer.", "Let us vote for SOMEBODY."]
    bank = {role: tuple((text, 1) for text in texts) for role in ("werewolf", "seer", "villager")}
    return Sights(make("werewolf_lspo4"), TfIdf.fit(texts), 2), bank, 3


def run(place, game=None, model=None, **given):
    lines = []
    return trainer("sla").make(Task((game or make("werewolf_lspo4"),), model, place, 1), {**SMALL, **given}).run(lines.append), lines


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = tmp_path_factory.mktemp("sla") / "run"
    return place, run(place)


def test_a_run_leaves_choosers_before_between_and_after(whole):
    place, (result, lines) = whole
    assert result["checkpoint"] == str(place / "policy")
    assert sorted(path.name for path in (place / "population").iterdir()) == ["update_2", "update_4"]
    log = [json.loads(line) for line in (place / "log.jsonl").read_text().splitlines()]
    assert [(line["update"], line["policies"]) for line in log] == [(1, 0), (2, 0), (3, 1), (4, 1)]
    before, after = ((place / name / "chooser.safetensors").read_bytes() for name in ("start", "policy"))
    assert before != after
    assert after == (place / "population" / "update_4" / "chooser.safetensors").read_bytes()
    assert result["strength"][0]["role"] == "all"
    assert result["strength"][0]["matches"] == 4
    assert lines[-1].startswith("report: ")
    assert "Earned by learners" in (place / "report.html").read_text()


def test_a_run_that_was_cut_off_ends_as_it_would_have(whole, tmp_path, monkeypatch):
    real, calls = playing.learn, []

    def learn(*given):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr("ludens.trainers.sla.trainer.learn", learn)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "run", matches=0)
    monkeypatch.undo()
    run(tmp_path / "run", matches=0)
    for name in ("policy/chooser.safetensors", "log.jsonl", "bank.json"):
        assert (tmp_path / "run" / name).read_bytes() == (whole[0] / name).read_bytes(), name


def test_a_model_is_heard_for_the_bank(tmp_path):
    model = ModelSpec(engine="nano", model="house", concurrency=None)
    run(tmp_path, model=model, heard=5, updates=1, checkpoint_every=1, save_every=1, matches=0)
    bank = json.loads((tmp_path / "bank.json").read_text())
    assert set(bank) == {"werewolf", "seer", "villager"}
    assert not any(seats_named(text) for rows in bank.values() for text, _ in rows)


def test_seats_and_population_by_configuration():
    assert SLA(Task((make("werewolf"),), None, None), population=["fair"]).learners == 4
    assert SLA(Task((make("werewolf_lspo4"),), None, None), learners=0.0).learners == 1


@pytest.mark.parametrize(
    ("game", "given", "problem"),
    [
        ("kuhn_poker", {}, "nobody speaks"),
        ("werewolf_lspo4", {"heads": 3}, "divisible by heads"),
        ("werewolf_lspo4", {"population": ["kind"]}, "population"),
        ("werewolf_lspo4", {"candidates": 9}, "tries"),
        ("werewolf_lspo4", {"learners": 2}, "learners=2"),
    ],
)
def test_mistakes_are_named(tmp_path, game, given, problem):
    with pytest.raises(ParameterError, match=problem):
        run(tmp_path, make(game), **given)


def test_a_population_that_waits_is_refused():
    game, policy = throwing()

    class Slow(Rock):
        def act(self, observation):
            return object()

    tables = playing.Tables(game, [policy], [Slow()], learners=1, count=1, rng=np.random.default_rng(0))
    with pytest.raises(LudensError, match="answers with object"):
        tables.play()
