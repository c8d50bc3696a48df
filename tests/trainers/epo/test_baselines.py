"""Warm start, baselines, other actors, other games: what the comparison of EPO needs beside its weights."""

import asyncio
import json

import numpy as np
import pytest

from ludens.agents.player import PlayerSpec
from ludens.arena import Match
from ludens.arena.episode import play_match_async
from ludens.arena.report.findings import kept_findings
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.llm.chat import Message, Request, Sampling
from ludens.llm.classifier import Classifier, ClassifierModel, features
from ludens.trainers import Task, trainer
from ludens.trainers.epo.demonstrating import demonstrator
from ludens.trainers.epo.siblings import pairs
from ludens.trainers.epo.talks import Spoken, Strategy
from ludens.trainers.epo.weights import Played, weights

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.trainers.card import digest  # noqa: E402
from ludens.trainers.epo.siblings import fit_pairs  # noqa: E402

TAGS = ("fair", "greedy", "generous", "tough", "deceptive", "cautious")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("tiny"))


def trained(tiny, place, game="dictator", **given):
    lines = []
    task = Task((make(game),), ModelSpec(engine="nano", model=str(tiny)), place, 5)
    given = {"rounds": 3, "episodes": 64, "group": 8, "learning_rate": 3e-3, "batch": 8, "matches": 0, "warm": 0, **given}
    return trainer("epo").make(task, given).run(lines.append), lines


# -- warm start ---------------------------------------------------------------------------------------------------------


def asked(turn, *own):
    said = [message for tag in own for message in (Message("user", "?"), Message("assistant", f"Strategy: {tag}"))]
    return Request((Message("system", "x"), *said, Message("user", "?")), Sampling(), tag=f"strategist/1/{turn}")


def test_demonstrated_tactics_last_and_are_of_all_kinds():
    model = demonstrator(TAGS, 3)
    drawn = [asyncio.run(model.generate([asked(turn, "tough")]))[0].text for turn in range(600)]
    # kept with chance 0.7, else any of six: 0.75, with a standard error of 0.018
    assert np.mean([text == "Strategy: tough" for text in drawn]) == pytest.approx(0.75, abs=0.06)
    first = [asyncio.run(model.generate([asked(turn)]))[0].text for turn in range(600)]
    assert {text.removeprefix("Strategy: ") for text in first} == set(TAGS)
    assert drawn == [asyncio.run(demonstrator(TAGS, 3).generate([asked(turn, "tough")]))[0].text for turn in range(600)]


def test_a_warm_start_teaches_to_say_what_was_demonstrated(tiny, tmp_path):
    result, lines = trained(tiny, tmp_path / "run", rounds=1, warm=32, warm_epochs=4, tags=["greedy", "fair"])
    losses = json.loads((tmp_path / "run" / "warm" / "warm.json").read_text())["losses"]
    assert losses[-1] < losses[0] / 4
    assert any(line.startswith("warm start:") for line in lines)
    # a run that was cut off does not read them again
    again, lines = trained(tiny, tmp_path / "run", rounds=1, warm=32, warm_epochs=4, tags=["greedy", "fair"])
    assert not any(line.startswith("warm start:") for line in lines)
    assert again["rounds"] == result["rounds"]


# -- baselines ----------------------------------------------------------------------------------------------------------


def test_the_best_of_a_deal_are_cloned_and_nothing_else():
    batch = [Played(np.zeros(2), outcome, ("g", "0"), deal) for deal, outcomes in enumerate(((0.2, 0.4), (0.9, 0.9))) for outcome in outcomes]
    assert [list(item) for item in weights(batch, "best")] == [[0, 0], [1, 1], [0, 0], [0, 0]]


def strategy(turn, prompt, word, reply):
    return Strategy(turn, f"Strategy: {word}", prompt, reply, (-1.0,) * len(reply), True)


def test_siblings_answer_the_same_prompt_and_came_to_different_ends():
    first, second = (1, 2), (1, 2, 3, 9)
    talks = [
        Spoken([strategy(0, first, "tough", (3,)), strategy(2, second, "fair", (4,))], np.ones(2), 0.9, "deal"),
        Spoken([strategy(0, first, "tough", (3,)), strategy(2, second, "greedy", (5,))], np.ones(2), 0.3, "deal"),
        Spoken([strategy(0, first, "fair", (4,))], np.ones(1), 0.7, "deal"),
        Spoken([strategy(0, first, "greedy", (5,))], np.ones(1), 0.0, "another deal"),
    ]
    # at the first point tough came to 0.6 in the mean and fair to 0.7; another deal has nothing to be compared with
    found = {(pair.better.text, pair.worse.text) for pair in pairs(talks)}
    assert found == {("Strategy: fair", "Strategy: tough"), ("Strategy: fair", "Strategy: greedy")}


def test_pairs_move_the_better_strategy_up_and_begin_at_log_2(tiny):
    from ludens.llm.nano.network import load
    from ludens.trainers.epo.siblings import _sums

    network = load(tiny)
    found = pairs([Spoken([strategy(0, (1, 2), word, reply)], np.ones(1), outcome, 0) for word, reply, outcome in (("a", (3, 4), 1.0), ("b", (5,), 0.0))])
    before = _sums(network, found).detach()
    losses = list(fit_pairs(network, found, torch.optim.Adam(network.parameters(), lr=1e-3), epochs=5, batch=2, temperature=0.5, seed=0))
    after = _sums(network, found).detach()
    assert losses[0] == pytest.approx(np.log(2), abs=1e-5)
    assert losses[-1] < losses[0]
    assert (after - before)[0, 0] > (after - before)[0, 1]


@pytest.mark.parametrize("given", [{"method": "ppdpp", "learning_rate": 0.3, "norm": "seat"}, {"method": "dpo"}, {"norm": "best"}])
def test_baselines_learn_what_pays(tiny, tmp_path, given):
    # whoever divides a sum alone earns most by being greedy
    result, _ = trained(tiny, tmp_path / "run", rounds=5, **given)
    outcomes = [facts["outcome"] for facts in result["rounds"]]
    # a round's mean has a standard error of about 0.03, a difference one of 0.04
    assert outcomes[-1] > outcomes[0] + 0.08


def test_a_classifier_says_what_it_learnt_and_plays_by_config(tmp_path):
    made = Classifier.begin(("Strategy: fair", "Strategy: tough"))
    words = features([Message("system", "x"), Message("user", "The offer before you: 3 balls")])
    made.weights[list(words), 1] = 5.0
    made.save(tmp_path)
    again = Classifier.load(tmp_path)
    assert again.answers == made.answers
    np.testing.assert_allclose(np.exp(again.log_probabilities(words)).sum(), 1)
    model = ClassifierModel(ModelSpec(engine="classifier", model=str(tmp_path), name="c"))
    request = Request((Message("system", "x"), Message("user", "The offer before you: 3 balls")), Sampling(temperature=0))
    (reply,) = asyncio.run(model.generate([request]))
    assert reply.text == "Strategy: tough"
    assert reply.prompt_token_ids == words
    assert reply.logprobs == (pytest.approx(made.log_probabilities(words)[1]),)
    spec = PlayerSpec.of("strategist", strategist={"model": "c", "tags": ["fair", "tough"]}, actor={"kind": "follower"})
    match = Match(make("negotiation"), (spec, PlayerSpec.of("scripted")), 3)
    assert not asyncio.run(play_match_async(match, {"c": model})).faults


# -- other actors, other games ------------------------------------------------------------------------------------------


def test_an_actor_may_heed_some_of_what_it_hears():
    game = make("dictator")

    def given(heeds, seed):
        spec = PlayerSpec.of("strategist", strategist={"tags": ["greedy"]}, actor={"kind": "follower", "style": "generous", "heeds": heeds})
        return asyncio.run(play_match_async(Match(game, (spec, PlayerSpec.of("random"))[: game.seats], seed), {})).returns[0]

    none, half, all_of_it = ([given(heeds, seed) for seed in range(40)] for heeds in (0, 0.5, 1))
    assert np.mean(none) < np.mean(half) < np.mean(all_of_it)


def test_it_is_measured_beside_actors_that_it_was_not_trained_beside_and_reported(tiny, tmp_path):
    given = {"rounds": 1, "episodes": 8, "group": 4, "matches": 6, "transfer": [{"kind": "follower", "heeds": 0.5}]}
    result, lines = trained(tiny, tmp_path / "run", game="negotiation", **given)
    assert [(row["opponents"], row["actor"]) for row in result["measured"]] == [
        (field, actor) for actor in ("its own", "another actor (1)") for field in ("met", "held out")
    ]
    assert any("beside another actor (1)" in line for line in lines)
    (found,) = kept_findings(tmp_path / "run")
    titles = [table.title for table in found.tables]
    assert titles[:3] == ["What it is worth", "Strategies by state: negotiation-v0", "Learnt responses"]
    shares = found.tables[1]
    for row in shares.rows:
        assert sum(cell for cell in row[2:] if cell is not None) == pytest.approx(1, abs=0.005)
    assert {row[0].partition(" (")[0] for row in found.tables[2].rows} <= {f"negotiation-v0: {style}" for style in TAGS}
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Learnt responses" in page
    assert "before: strategy" in page


@pytest.mark.parametrize("game", ["retrieval", "werewolf_lspo4", "shopping"])
def test_other_games_need_no_code(tiny, tmp_path, game):
    result, _ = trained(tiny, tmp_path / "run", game=game, rounds=1, episodes=4, group=2, matches=2, warm=2, window_tokens=600, norm="turn")
    assert result["rounds"][0]["episodes"] > 0
    assert result["measured"]


def test_the_actor_may_stand_behind_a_server(tiny, tmp_path):
    before = digest(tiny)
    actor = {"model": {"engine": "testserver", "model": "m"}, "max_tokens": 80}
    result, _ = trained(tiny, tmp_path / "run", game="negotiation", rounds=1, episodes=4, group=2, matches=2, actor=actor)
    assert result["rounds"][0]["episodes"] == 4
    assert result["measured"]
    assert digest(tiny) == before
