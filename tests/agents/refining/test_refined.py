"""Refined players: what is played, what the other player is told, what is kept; critics in folders; teams as planners."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.agents.refining import RefinedPlayer, critic_of
from ludens.agents.refining.card import Card
from ludens.agents.refining.features import choices, features, one_hot
from ludens.agents.refining.folders import WEIGHTS, load_critic, save_critic
from ludens.agents.refining.network import NetworkCritic
from ludens.agents.teams import TeamPlayer
from ludens.analysis.refining import counts, paired
from ludens.arena.episode import play_match, play_match_async
from ludens.arena.plan import Match
from ludens.conf.resolve import Cast
from ludens.errors import LudensError, ParameterError
from ludens.games import Move, make
from ludens.llm.scripted import ScriptedModel

EXACT = {"noise": 0.3}
SWEEP = {"of": "sweep_floor", "kwargs": {"level": "Y1_G1"}}
WAITS = {"player_0": "WAIT", "player_1": "WAIT"}
MOVES = {"player_0": "MOVE yellow_cube", "player_1": "MOVE yellow_cube"}
APART = {"player_0": "MOVE yellow_cube", "player_1": "MOVE green_cube"}


def said(choice):
    return json.dumps({"choice": choice})


def refined(script, *, order="together", **settings):
    model, game = ScriptedModel(script), make("joint", **SWEEP, order=order)
    player = RefinedPlayer({"kind": "language"}, EXACT, model=model, **settings)
    player.start(0, game.type, 1)
    return player, model, game.start(0)


async def test_a_model_is_told_the_score_until_its_plan_is_good_enough():
    player, model, state = refined([said(WAITS), said(APART), said(MOVES)])
    answer = await player.act(state.observe(0))
    assert answer.move == Move(MOVES)
    assert len(answer.calls) == model.asked == 3
    told = [request.messages[-1].content for request in model.requests]
    assert "evaluation score" not in told[0]
    assert told[1].startswith("Your plan was not carried out: player_0: WAIT; player_1: WAIT.\nIts evaluation score is -")
    assert "worse than what you usually do" in told[1]
    assert "player_0: MOVE yellow_cube; player_1: MOVE green_cube." in told[2]
    assert told[2].index("What do you do?") > told[2].index("give a better one")
    note = json.loads(answer.note)
    assert [proposal["choice"] for proposal in note["proposals"]] == [WAITS, APART, MOVES]
    scores = [proposal["score"] for proposal in note["proposals"]]
    assert scores[0] < note["threshold"] < scores[2]


async def test_out_of_budget_the_best_plan_is_played():
    player, model, state = refined([said(APART), said(WAITS), said(WAITS)], budget=3)
    answer = await player.act(state.observe(0))
    assert answer.move == Move(APART)
    assert model.asked == 3


async def test_a_model_whose_answers_cannot_be_read_plays_its_best_plan_or_none():
    player, _, state = refined([said(APART), "what?", "no", "never"])
    assert (await player.act(state.observe(0))).move == Move(APART)
    player, _, state = refined(["what?", "no", "never"])
    answer = await player.act(state.observe(0))
    assert answer.move is None
    assert answer.problem


async def test_in_turn_each_robot_is_refined_after_those_before_it():
    player, model, state = refined([said("WAIT"), said("MOVE yellow_cube"), said("MOVE green_cube"), said("MOVE yellow_cube")], order="in_turn")
    state.play({0: (await player.act(state.observe(0))).move})
    state.play({0: (await player.act(state.observe(0))).move})
    assert state.inner.position[:2] == (1, 1)
    assert model.asked == 4
    assert "player_0 is to do this: MOVE yellow_cube." in model.requests[2].messages[-1].content
    assert "Choose for player_1." in model.requests[2].messages[-1].content


async def test_whole_matches_with_a_model_count_queries_and_tokens():
    game = make("joint", **SWEEP)
    cast = Cast(default={"engine": "schema", "model": "schema", "name": "m"})
    spec = cast.add({"kind": "refined", "of": {"kind": "language"}, "critic": EXACT, "budget": 3})
    assert spec.needs_model
    assert not spec.sync
    models = {name: model.bare() for name, model in cast.models.items()}
    episode = await play_match_async(Match(game, (spec,), 1), models)
    assert not episode.faults
    found = counts(episode)
    assert found.queries == sum(len(decision.calls) for decision in episode.decisions) > found.steps
    assert found.tokens > 0
    assert all(call.key for decision in episode.decisions for call in decision.calls)


def test_scripted_planners_need_no_model():
    spec = PlayerSpec.of("refined", of={"kind": "noisy_planner"}, critic=EXACT)
    assert not spec.needs_model
    assert spec.sync
    assert "joint" in str(spec.why_not(make("sweep_floor")))
    assert spec.why_not(make("joint", **SWEEP)) is None


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"budget": 0}, "budget=0 should be a whole number above 0"),
        ({"threshold": "high"}, "threshold='high' should be a number"),
        ({"critic": "nowhere"}, "should be a folder with a critic.safetensors"),
        ({"critic": {"noise": 2}}, "noise=2.0 should be from 0 to 1"),
        ({"critic": 3}, "critic=3 should be the folder of a critic"),
        ({"of": {"noise": 0.1}}, "refined: of should be a kind of player"),
    ],
)
def test_what_is_wrong_is_told(params, message):
    with pytest.raises(ParameterError, match=message):
        PlayerSpec.of("refined", **{"of": {"kind": "noisy_planner"}, "critic": EXACT, **params}).build()


# -- regressed critics ---------------------------------------------------------------------------------------------------


def critic_for(game, seed=0, **card):
    rng = np.random.default_rng(seed)
    inputs, sizes = features(game.start(0).observe(0)).size, tuple(map(len, game.options))
    layers = [(rng.normal(size=(8, inputs + sum(sizes))), rng.normal(size=8)), (rng.normal(size=(1, 8)), rng.normal(size=1))]
    made = Card(**{"team": game.team.hash, "label": "x", "inputs": inputs, "sizes": sizes, "discount": 0.9, "planner": {}, "thresholds": {}, **card})
    layers = [(weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in layers]
    return NetworkCritic(made, layers, (np.zeros(inputs, np.float32), np.ones(inputs, np.float32)), (1.0, 2.0))


@pytest.mark.parametrize(("of", "kwargs"), [("sort_cubes", {"level": "sort3"}), ("overcooked_tasks", {"horizon": 60, "encoding": "features"})])
def test_local_scores_add_up_to_the_joint_one(of, kwargs):
    together, in_turn = make("joint", of=of, kwargs=kwargs), make("joint", of=of, kwargs=kwargs, order="in_turn")
    critic, state, other, rng = critic_for(together), together.start(0), in_turn.start(0), np.random.default_rng(2)
    for _ in range(6):
        move = state.action_spec(0).sample(rng)
        whole, parts = critic.score(state.observe(0), move), 0.0
        for member in state.inner.to_move:
            part = Move(move.choice[f"player_{member}"])
            parts += critic.score(other.observe(0), part)
            other.play({0: part})
        state.play({0: move})
        assert other.inner == state.inner
        assert parts == pytest.approx(whole, abs=1e-4)


def test_choices_are_numbers_of_options_and_zeros_where_there_are_none():
    game = make("joint", of="overcooked_tasks", kwargs={"horizon": 60})
    state = game.start(0)
    state.play({0: Move({"player_0": "get onion", "player_1": "get dish"})})
    (free,) = state.inner.to_move
    chosen = choices(state.observe(0), state.action_spec(0).sample(np.random.default_rng(0)))
    assert chosen[1 - free] == -1
    rows = one_hot(chosen[None], tuple(map(len, game.options)))
    assert rows.sum() == 1
    assert rows[0, free * len(game.options[0]) + chosen[free]] == 1


def test_critics_are_written_and_read(tmp_path):
    game = make("joint", **SWEEP)
    critic = critic_for(game, thresholds={"together": 0.5, "in_turn": -0.5})
    save_critic(tmp_path / "critic", critic)
    read = load_critic(tmp_path / "critic")
    assert read.card == critic.card
    rows, chosen = np.random.default_rng(0).normal(size=(5, critic.card.inputs)).astype(np.float32), np.zeros((5, 2), np.int64)
    assert np.array_equal(read.values(rows, chosen), critic.values(rows, chosen))
    assert read.threshold(game) == 0.5
    assert read.threshold(make("joint", **SWEEP, order="in_turn")) == -0.5
    assert "it was fitted to" in str(read.fits(make("joint", of="sweep_floor", kwargs={"level": "Y2_G2"})))
    spec = PlayerSpec.of("refined", of="noisy_planner", critic=str(tmp_path / "critic"))
    assert not play_match(Match(game, (spec,), 1)).faults
    save_critic(tmp_path / "critic", critic_for(game, seed=1, thresholds={"together": 0.0, "in_turn": 0.0}))
    assert PlayerSpec.of("refined", of="noisy_planner", critic=str(tmp_path / "critic")).hash != spec.hash
    with pytest.raises(LudensError, match="holds another critic"):
        spec.build()


def test_damaged_critics_are_told(tmp_path):
    place = save_critic(tmp_path, critic_for(make("joint", **SWEEP)))
    whole = (place / WEIGHTS).read_bytes()
    for raw in (b"", whole[:100], whole.replace(b"0.weight", b"0.wright"), whole.replace(b'"inputs', b'"imputs')):
        (place / WEIGHTS).write_bytes(raw)
        with pytest.raises(LudensError, match="is damaged, or of another version"):
            critic_of(str(place))
    bad = critic_for(make("joint", **SWEEP))
    bad.layers[0][0][0, 0] = np.nan
    with pytest.raises(LudensError, match="no finite numbers"):
        save_critic(tmp_path / "other", bad)
    assert not (tmp_path / "other").exists()


# -- teams ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["together", "in_turn"])
def test_a_team_that_does_not_err_plays_as_its_players_would(order):
    game, apart = make("joint", of="sort_cubes", kwargs={"level": "sort5"}, order=order), make("sort_cubes", level="sort5")
    team = play_match(Match(game, (PlayerSpec.of("team", of={"kind": "scripted", "style": "fair"}),), 3))
    alone = play_match(Match(apart, (PlayerSpec.of("scripted", style="fair"),) * 3, 3))
    assert team.outcome == alone.outcome
    assert team.outcome["success"]


def test_a_team_that_always_errs_plays_at_random():
    game = make("joint", of="overcooked_tasks", kwargs={"horizon": 40})
    first, second = (play_match(Match(game, (PlayerSpec.of("team", of="random", noise=1.0),), seed)) for seed in (1, 2))
    assert first.decisions[0].choice != second.decisions[0].choice or first.decisions[1].choice != second.decisions[1].choice
    with pytest.raises(ParameterError, match=r"noise=1\.5 should be from 0 to 1"):
        TeamPlayer("random", 1.5)
    with pytest.raises(ParameterError, match="should be a player that answers at once"):
        TeamPlayer("language")
    assert "joint" in str(PlayerSpec.of("team", of="random").why_not(make("sweep_floor")))


def test_kitchens_are_counted_until_the_goal():
    game = make("joint", of="overcooked_tasks", kwargs={"horizon": 100})
    episode = play_match(Match(game, (PlayerSpec.of("team", of={"kind": "scripted", "style": "fair"}),), 0))
    one, two, many = (counts(episode, goal) for goal in (1, 2, 9))
    assert one.success == two.success == 1
    assert many.success == 0
    assert one.steps < two.steps < many.steps == 100
    assert one.queries < two.queries < many.queries == len(episode.decisions)
    assert paired([two], [one])["steps"].value == two.steps - one.steps
