"""The whole loop on a small model: it learns what pays, the actor stays, a run that was cut off goes on."""

import asyncio
import json
import shutil

import numpy as np
import pytest

from ludens.agents.player import PlayerSpec
from ludens.arena.episode import play_match_async
from ludens.arena.plan import Match
from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.llm.scripted import ScriptedModel
from ludens.trainers import Task, trainer
from ludens.trainers.epo.process import by_judge, by_rule, progress_at

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.trainers.card import digest  # noqa: E402
from ludens.trainers.epo.talks import rows, strategies  # noqa: E402
from ludens.trainers.epo.update import Batch, logprobs  # noqa: E402


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("tiny"))


def trained(tiny, place, games=("dictator",), **given):
    lines = []
    task = Task(tuple(make(name) for name in games), ModelSpec(engine="nano", model=str(tiny)), place, 5)
    given = {"rounds": 3, "episodes": 64, "group": 8, "learning_rate": 3e-3, "batch": 8, "matches": 0, "warm": 0, **given}
    return trainer("epo").make(task, given).run(lines.append), lines


@pytest.mark.parametrize("norm", ["group", pytest.param("seat", marks=pytest.mark.slow), pytest.param("turn", marks=pytest.mark.slow)])
def test_it_learns_what_pays(tiny, tmp_path, norm):
    # whoever divides a sum alone earns most by being greedy
    result, _ = trained(tiny, tmp_path / "run", norm=norm, rounds=5)
    outcomes = [facts["outcome"] for facts in result["rounds"]]
    # a round's mean has a standard error of about 0.03, a difference one of 0.04
    assert outcomes[-1] > outcomes[0] + 0.08


@pytest.mark.slow
def test_as_released_without_key_turns_it_does_not_know_what_paid(tiny, tmp_path):
    result, _ = trained(tiny, tmp_path / "run", norm="traj_maxabs", rounds=6)
    compared, _ = trained(tiny, tmp_path / "other", norm="group", rounds=6)
    assert result["rounds"][-1]["outcome"] < compared["rounds"][-1]["outcome"]


def test_an_anchor_keeps_it_near_the_warm_start(tiny, tmp_path):
    far = {}
    for anchor in (1e-9, 0.3):
        result, _ = trained(tiny, tmp_path / str(anchor), rounds=4, anchor=anchor)
        far[anchor] = [facts["divergence"] for facts in result["rounds"]]
        assert abs(far[anchor][0]) < 1e-3  # the first round is played by what it is held to
    assert far[1e-9][-1] > 0.05
    assert far[0.3][-1] < far[1e-9][-1] / 2


def test_it_goes_on_where_it_was_cut_off(tiny, tmp_path):
    given = {"rounds": 2, "episodes": 16, "group": 4}
    whole, _ = trained(tiny, tmp_path / "whole", **given)
    shutil.copytree(tmp_path / "whole" / "round_1", tmp_path / "cut" / "round_1")
    cut, lines = trained(tiny, tmp_path / "cut", **given)
    assert not any(line.startswith("round 1:") for line in lines)
    assert digest(tmp_path / "cut" / "checkpoint") == digest(tmp_path / "whole" / "checkpoint")
    assert [facts["strategies"] for facts in cut["rounds"]] == [facts["strategies"] for facts in whole["rounds"]]


def test_the_actor_stays_and_may_be_a_model(tiny, tmp_path):
    before = digest(tiny)
    result, _ = trained(tiny, tmp_path / "run", rounds=1, episodes=4, group=2, actor={"model": str(tiny), "answer": "tags", "max_tokens": 60})
    assert digest(tiny) == before
    assert before in result["actor"]


def test_it_is_measured_before_and_after_on_the_same_deals(tiny, tmp_path):
    result, lines = trained(tiny, tmp_path / "run", rounds=1, episodes=16, matches=8, games=("dictator", "ultimatum"))
    assert {row["opponents"] for row in result["measured"]} == {"met", "held out"}
    for row in result["measured"]:
        assert row["edge"] == pytest.approx(row["after"] - row["before"], abs=2e-4)
        assert row["low"] <= row["edge"] <= row["high"]
    assert any("held out" in line for line in lines)
    card = json.loads((tmp_path / "run" / "checkpoint" / "card.json").read_text())
    assert card["norm"] == "group"


def test_the_tokens_of_the_record_are_those_that_torch_computes(tiny):
    spec = PlayerSpec.of("strategist", strategist={"model": "m", "tags": ["fair", "greedy"]}, actor={"kind": "follower"})
    model = ModelSpec(engine="nano", model=str(tiny), name="m").build()
    episode = asyncio.run(play_match_async(Match(make("ultimatum"), (spec, PlayerSpec.of("random")), 3), {"m": model}))
    from ludens.llm.nano.network import load

    said = strategies(episode, 0)
    batch = Batch.of(list(rows(said, np.ones(len(said)))))
    with torch.no_grad():
        ratio = (logprobs(load(tiny), batch) - batch.old).exp()
    torch.testing.assert_close(ratio, torch.ones_like(ratio), atol=1e-5, rtol=0)


def guided(tags, game, seed, other="fair"):
    spec = PlayerSpec.of("strategist", strategist={"tags": tags}, actor={"kind": "follower"})
    table = (spec, *[PlayerSpec.of("scripted", style=other)] * (game.seats - 1))
    return asyncio.run(play_match_async(Match(game, table, seed), {}))


def test_the_rule_marks_what_moved_the_other_side_and_the_last_turn_of_a_good_episode():
    game = make("negotiation")
    for seed in range(20):
        episode = guided(["tough"], game, seed, "generous")
        turns = [decision.turn for decision in episode.decisions if decision.seat == 0]
        reached = progress_at(episode, game, 0, turns)
        last = len(turns) - 1
        good, bad = (by_rule(episode, game, 0, turns, outcome) for outcome in (0.9, 0.5))
        assert good == bad | {last}
        if len(turns) > 1:
            # bad episodes have their turning point too: else as released they would weigh more than good ones
            (point,) = bad
            assert reached[point + 1] - reached[point] == max(np.diff(reached))
        else:
            assert bad == set()


def test_the_rule_marks_what_found_a_passage():
    game = make("retrieval", kinds=("two_hop",))
    episode = guided(["fair"], game, 1)
    turns = [decision.turn for decision in episode.decisions]
    keys = by_rule(episode, game, 0, turns, 1.0)
    acts = [decision.choice["act"] for decision in episode.decisions]
    assert {acts[key] for key in keys} == {"read", "answer"}
    assert {acts[key] for key in by_rule(episode, game, 0, turns, 0.0)} == {"read"}


@pytest.mark.parametrize(("reply", "keys"), [('{"reasoning": "x", "key": [0, 99]}', {0}), ('{"key": ["a"]}', None), ("no idea", None)])
def test_a_judge_is_read_or_passed_over(reply, keys):
    game = make("negotiation")
    episode = guided(["tough"], game, 1)
    judge = ScriptedModel(lambda request: reply)
    said = {decision.turn: "Strategy: tough" for decision in episode.decisions if decision.seat == 0}
    assert asyncio.run(by_judge(episode, 0, said, 0.8, judge)) == keys
    asked = judge.requests[0].messages[0].content
    assert "[strategy 0: Strategy: tough]" in asked
    assert "What one of each is worth to player_1" not in asked


@pytest.mark.parametrize(
    "given",
    [
        {"norm": "finest"},
        {"method": "sft"},
        {"method": "ppdpp", "tags": []},
        {"process": "judge"},
        {"rounds": 0},
        {"group": 1},
        {"opponents": ["rude"]},
        {"clip": 2},
        {"episode": 3},
        {"gate": 2},
    ],
)
def test_bad_parameters_are_named(tiny, tmp_path, given):
    with pytest.raises(ParameterError):
        trained(tiny, tmp_path / "run", **given)


def test_other_engines_are_refused(tmp_path):
    with pytest.raises(LudensError, match="nano"):
        trainer("epo").make(Task((make("dictator"),), ModelSpec(engine="schema", model="schema"), tmp_path), {})
