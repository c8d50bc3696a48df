"""ReAd as a trainer: returns by hand, a critic against exact values, thresholds, whole runs, a run that was cut off, planners behind a server."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from ludens.agents import PlayerSpec
from ludens.agents.refining.card import Card
from ludens.agents.refining.folders import load_critic
from ludens.analysis.refining import Counts
from ludens.arena import Run
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.report.findings import kept_findings
from ludens.cli import main
from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.games.robots.values import NoisyPlans, Values
from ludens.llm.spec import ModelSpec
from ludens.trainers import Task
from ludens.trainers.read import Config, Read
from ludens.trainers.read.data import Rows, rows_of
from ludens.trainers.read.fit import Settings, fit, prefixes
from ludens.trainers.read.trainer import chosen_threshold

SWEEP = {"of": "sweep_floor", "kwargs": {"level": "Y1_G1"}}
SMALL = {"episodes": 20, "steps": 50, "hidden": [16], "validation": 2, "held_out": 3, "quantiles": [0.3, 0.6], "budget": 3}


def test_returns_by_hand():
    rows = Rows(np.zeros((3, 1)), np.zeros((3, 1), int), np.array([1.0, 0.0, 2.0], np.float32), np.array([0.9, 0.0, 0.5], np.float32), np.array([0, 0, 1]))
    assert rows.returns() == pytest.approx([1.0, 0.0, 2.0 + 0.5 * 0.0])
    rows = rows._replace(earned=np.array([1.0, 3.0, 2.0], np.float32), carried=np.array([0.9, 0.81, 0.0], np.float32))
    assert rows.returns() == pytest.approx([1 + 0.9 * (3 + 0.81 * 2), 3 + 0.81 * 2, 2])
    values = np.array([9.0, 5.0, 4.0], np.float32)
    assert rows.returns(values, 0.0) == pytest.approx([1 + 0.9 * 5, 3 + 0.81 * 4, 2])
    assert rows.returns(values, 0.5) == pytest.approx([1 + 0.9 * (2.5 + 0.5 * (3 + 0.81 * (2 + 0.5 * 2))), 3 + 0.81 * (2 + 0.5 * 2), 2])


def test_steps_of_the_kitchen_discount_and_not_choices():
    game = make("joint", of="overcooked_tasks", kwargs={"horizon": 100, "encoding": "features"})
    episode = play_match(Match(game, (PlayerSpec.of("team", of={"kind": "scripted", "style": "fair"}),), 0))
    returns = rows_of(game, [episode], 0.9).returns()
    state, when = game.start(0), []
    for decision in episode.decisions:
        before = state.returns[0]
        state.play({0: decision.move})
        if state.returns[0] > before:
            when.append(state.inner.clock)
    assert returns[0] == pytest.approx(sum(20 * 0.9 ** (clock - 1) for clock in when), rel=1e-4)


def test_prefixes_keep_the_first_seats():
    chosen = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert prefixes(chosen, np.array([0, 2, 3])).tolist() == [[-1, -1, -1], [4, 5, -1], [7, 8, 9]]


def test_the_critic_comes_to_exact_values():
    game, noise = make("joint", of="make_sandwich", kwargs={"level": "recipe1", "horizon": 60}), 0.5
    task = game.team.task
    rows = rows_of(game, [play_match(Match(game, (PlayerSpec.of("noisy_planner", noise=noise),), seed)) for seed in range(250)], 0.9)
    # the time left plays no part in the exact values, and there is enough of it
    width = rows.positions.shape[1] // 2
    rows.positions[:, [width - 1, 2 * width - 1]] = 0
    card = Card("", "", rows.positions.shape[1], tuple(map(len, game.options)), 0.9, {}, {})
    critic = fit(rows, card, Settings((64,), 1000, 256, 3e-3, 0.01, 1.0, 0))
    values = Values(NoisyPlans(task, noise))
    values.value(task.starts[0])
    found, exact = [], []
    for position in values._values:
        row = np.concatenate([np.concatenate([np.eye(2)[seat], task.one_hot(position), [0]]) for seat in range(2)])[None].astype(np.float32)
        visits = int((np.abs(rows.positions - row).sum(1) < 0.5).sum())
        for joint, chance in values.plans.joints(position).items():
            chosen = np.array([[task.own[robot].index(number) for robot, number in enumerate(joint)]])
            q, first, v = (float(critic.values(row, prefixes(chosen, np.array([count])))[0]) for count in (2, 1, 0))
            found.append((v, q - v, first - v, chance * visits))
            exact.append((values.value(position), values.advantage(position, joint), values.local(position, (), joint[0])))
    *guesses, weights = np.array(found).T
    # what was never done cannot be known: weigh by how often it was
    for guess, truth in zip(guesses, np.array(exact).T, strict=True):
        assert weighted_correlation(guess, truth, weights) > 0.85


def weighted_correlation(x, y, weight):
    mean = [np.average(one, weights=weight) for one in (x, y)]
    both = np.average((x - mean[0]) * (y - mean[1]), weights=weight)
    return both / np.sqrt(np.average((x - mean[0]) ** 2, weights=weight) * np.average((y - mean[1]) ** 2, weights=weight))


def test_the_threshold_with_few_queries_among_those_with_few_steps():
    def found(steps, queries):
        return [Counts(1, steps + extra, queries, 0, 0, 0, 0, 0, 0) for extra in (-1, 0, 1)]

    # standard error of 0.58: 10 and 10.5 steps are alike, 11 are not
    assert chosen_threshold([(-1, found(11, 12)), (0, found(10.5, 14)), (1, found(10, 20))]) == 0


def test_a_run_that_was_cut_off_goes_on(tmp_path, monkeypatch):
    def trained(place):
        return Read(Task((make("joint", **SWEEP),), None, place, 5), **SMALL).run(lambda line: None)

    whole = trained(tmp_path / "whole")
    with monkeypatch.context() as patched:
        patched.setattr(Read, "_with_thresholds", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            trained(tmp_path / "cut")
    again = trained(tmp_path / "cut")
    assert again["measured"] == whole["measured"]
    assert kept_findings(tmp_path / "cut" / "games") == kept_findings(tmp_path / "whole" / "games")
    critics = [load_critic(tmp_path / name / "critic") for name in ("cut", "whole")]
    assert critics[0].card == critics[1].card


def test_a_critic_of_words_is_trained_and_goes_on_where_it_was_cut_off(tmp_path, monkeypatch):
    def trained(place):
        given = {**SMALL, "reads": "words", "steps": 20, "batch": 8, "trace": 0.5}
        return Read(Task((make("joint", **SWEEP),), None, place, 5), **given).run(lambda line: None)

    whole = trained(tmp_path / "whole")
    with monkeypatch.context() as patched:
        patched.setattr(Read, "_with_thresholds", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            trained(tmp_path / "cut")
    assert trained(tmp_path / "cut")["measured"] == whole["measured"]
    critics = [load_critic(tmp_path / name / "critic") for name in ("cut", "whole")]
    assert critics[0].card == critics[1].card
    assert critics[0].card.reads == "words"


def test_how_much_is_read_depends_on_what_is_read_unless_it_is_named():
    assert Config().fitting == (2000, 256)
    assert Config(reads="words").fitting == (1000, 32)
    assert Config(reads="words", steps=7).fitting == (7, 32)
    with pytest.raises(ParameterError, match="batch=0"):
        Config(batch=0)


def test_the_command_trains_and_its_critic_plays(tmp_path, capsys):
    settings = [f"trainer.{name}={json.dumps(value)}" for name, value in SMALL.items()]
    words = ["train", "trainer=read", "game=joint", "game.of=sweep_floor", "game.kwargs={level: Y1_G1}", f"runs={tmp_path}", "name=read", "progress=false"]
    assert main([*words, *settings]) == 0
    out = capsys.readouterr().out
    assert "against the planner alone" in out
    assert "checkpoint:" in out
    (found,) = kept_findings(tmp_path / "read" / "games")
    assert [row[0] for row in found.tables[0].rows] == ["planner", "ReAd-J", "planner, in turn", "ReAd-S"]
    spec = PlayerSpec.of("refined", of={"kind": "noisy_planner"}, critic=str(tmp_path / "read" / "critic"))
    assert not play_match(Match(make("joint", **SWEEP), (spec,), 77)).faults


def test_a_planner_behind_a_server_is_refined_without_other_code(tmp_path):
    spec = ModelSpec(engine="testserver", model="m", name="served")
    trainer = Read(
        Task((make("joint", **SWEEP),), spec, tmp_path, 1), planner={"kind": "language"}, **{**SMALL, "episodes": 10, "held_out": 2, "quantiles": [0.5]}
    )
    trainer.run(lambda line: None)
    with Run.open(tmp_path / "games") as run:
        episodes = list(run.episodes())
    assert not any(episode.faults for episode in episodes)
    calls = [call for episode in episodes for decision in episode.decisions for call in decision.calls]
    assert any("evaluation score" in message.content for call in calls for message in call.new)
    (found,) = kept_findings(tmp_path / "games")
    tokens = {row[0]: row[found.tables[0].columns.index("tokens")].value for row in found.tables[0].rows}
    assert all(count > 0 for count in tokens.values())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"episodes": 3}, "episodes=3 should be a whole number from 10"),
        ({"discount": 1.0}, "discount=1.0 should be at least 0 and below 1"),
        ({"quantiles": []}, "quantiles=.* should be numbers"),
        ({"planner": "fair"}, "planner='fair' should be a mapping with a kind"),
        ({"planer": {}}, "unknown parameter 'planer'"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, given, message):
    with pytest.raises(ParameterError, match=message):
        Read(Task((make("joint", **SWEEP),), None, tmp_path), **given)


def test_games_and_planners_that_do_not_fit_are_told(tmp_path):
    with pytest.raises(ParameterError, match="should be the game 'joint'"):
        Read(Task((make("sweep_floor"),), None, tmp_path))
    with pytest.raises(LudensError, match="the planner cannot play"):
        Read(Task((make("joint", of="overcooked_tasks"),), None, tmp_path))
    with pytest.raises(ParameterError, match="name it: model="):
        Read(Task((make("joint", **SWEEP),), None, tmp_path), planner={"kind": "language"})
