"""A strategist beside an actor: who hears what, what is recorded apart, which actors and models can be put together."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.agents.player import PlayerSpec
from ludens.agents.strategist.words import pattern, strategy_of
from ludens.arena.episode import play_match_async
from ludens.arena.plan import Match
from ludens.arena.record import dump, load, prompts, replay
from ludens.arena.trajectory import trajectories
from ludens.conf.resolve import Cast
from ludens.errors import LudensError, ParameterError, UnknownName
from ludens.games import make
from ludens.llm.scripted import SchemaModel, ScriptedModel

TAGS = ["fair", "greedy", "generous", "tough", "deceptive", "cautious"]
MODELS = {"plans": ScriptedModel(lambda request: "I think.\nStrategy: be tough now", "plans"), "acts": SchemaModel("acts")}


def strategist(actor=None, **given):
    return PlayerSpec.of("strategist", "s", strategist=given or {"model": "plans"}, actor=actor or {"model": "acts"})


def played(game, player, other=None, seed=0):
    table = (player, *[other or PlayerSpec.of("random")] * (game.seats - 1))
    return asyncio.run(play_match_async(Match(game, table, seed), MODELS))


def test_both_exchanges_are_recorded_apart():
    episode = played(make("negotiation"), strategist())
    own = [decision for decision in episode.decisions if decision.seat == 0]
    assert own
    for decision in own:
        assert [call.by for call in decision.calls][:2] == ["strategist", ""]
        assert decision.note.startswith("Strategy: be tough now")
    keys = [call.key for decision in own for call in decision.calls]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    assert dump(load(*dump(episode))) == dump(episode)
    replay(episode)


def test_the_actor_hears_the_strategy_and_the_strategist_hears_the_game():
    episode = played(make("negotiation"), strategist(), PlayerSpec.of("scripted", style="fair"))
    whole = [(call.by, messages) for decision, call, messages in prompts(episode) if decision.seat == 0]
    actor, planner = [messages for by, messages in whole if not by], [messages for by, messages in whole if by]
    assert 'says: "be tough now"' in actor[0][-1].content
    assert "ignore it" in actor[0][-1].content
    assert "You advise player_0" in planner[0][0].content
    assert not any("be tough now" in message.content for message in planner[0])
    for shorter, longer in pairwise(planner):
        assert longer[: len(shorter)] == shorter
    other = [message.content for decision, _, messages in prompts(episode) if decision.seat == 1 for message in messages]
    assert not any("be tough now" in text for text in other)
    assert not any("be tough now" in event.text for event in episode.events)


def test_trajectories_are_those_of_the_actor():
    episode = played(make("negotiation"), strategist())
    steps = trajectories(episode)[0].steps
    assert all(step.reply is not None and "Strategy:" not in step.reply for step in steps)


def test_models_are_named_in_the_middle_of_parameters():
    spec = strategist()
    assert spec.models == {"strategist.model": "plans", "actor.model": "acts"}
    assert spec.needs_model
    assert not strategist({"kind": "follower"}, tags=["tough"]).needs_model
    assert strategist({"kind": "follower"}).models == {"strategist.model": "plans"}
    assert spec.plain["actor"] == {"model": "acts"}


@pytest.mark.parametrize("game", [("werewolf_lspo4", {}), ("catalogue", {"steps": 4}), ("retrieval", {"steps": 3}), ("overcooked_tasks", {"horizon": 20})])
@pytest.mark.parametrize("actor", [{"model": "acts"}, {"kind": "follower"}])
def test_it_plays_every_kind_of_game(game, actor):
    name, params = game
    episode = played(make(name, **params), strategist(actor))
    assert episode.error is None
    assert not episode.faults


def test_a_follower_does_what_the_style_does():
    game = make("negotiation")
    for style in TAGS:
        told = played(game, strategist({"kind": "follower"}, tags=[f"be {style}"]), PlayerSpec.of("scripted", style="fair"), 5)
        bot = played(game, PlayerSpec.of("scripted", style=style), PlayerSpec.of("scripted", style="fair"), 5)
        assert told.returns == bot.returns
        assert [decision.choice for decision in told.decisions] == [decision.choice for decision in bot.decisions]


def test_a_strategy_that_cannot_be_read_leaves_the_actor_alone():
    models = {**MODELS, "plans": ScriptedModel(lambda request: "tough, I would say", "plans")}
    table = (strategist({"kind": "follower"}), PlayerSpec.of("random"))
    episode = asyncio.run(play_match_async(Match(make("negotiation"), table, 0), models))
    first = episode.decisions[0]
    assert first.calls[0].status == "unparsable"
    assert first.note == "Strategy: None"
    assert first.status == "ok"


@given(st.text(max_size=300))
def test_any_reply_is_read_or_refused(reply):
    for tags in ((), ("fair", "tough")):
        strategy, problem = strategy_of(reply, 10, tags)
        assert (problem is None) == bool(strategy)
        assert "\n" not in strategy


def test_what_matches_the_pattern_is_read():
    import re

    assert re.fullmatch(pattern(("a.b", "tough")), "Strategy: a.b")
    assert strategy_of("Strategy: a.b", 10, ("a.b", "tough")) == ("a.b", None)
    assert strategy_of("Strategy: fair.\nStrategy: Tough", 10, ("fair", "tough")) == ("tough", None)
    assert strategy_of("Strategy: polite", 10, ("fair", "tough"))[0] == ""
    assert strategy_of("**Strategy:** offer to trade hats for books", 10, ())[0] == "offer to trade hats for books"


@pytest.mark.parametrize(
    ("given_strategist", "actor"),
    [
        ({"tag": ["x"]}, {"kind": "follower"}),
        ({}, {"kind": "follower"}),
        ({"tags": "tough"}, {"kind": "follower"}),
        ({"tags": ["a\nb"]}, {"kind": "follower"}),
        ({"tags": ["a"], "words": 0}, {"kind": "follower"}),
        ({"tags": ["a"]}, {"kind": "random"}),
        ({"tags": ["a"]}, {"kind": "follower", "style": "rude"}),
        ({"tags": ["a"]}, {}),
    ],
)
def test_bad_parameters_are_named(given_strategist, actor):
    with pytest.raises(LudensError):
        PlayerSpec.of("strategist", strategist=given_strategist, actor=actor).build()


def test_a_configuration_names_both_models():
    cast = Cast()
    spec = cast.add({"name": "two", "kind": "strategist", "strategist": {"model": "house"}, "actor": {"model": {"engine": "schema", "model": "quick"}}})
    assert spec.models == {"strategist.model": "house", "actor.model": "quick"}
    assert set(cast.models) == {"house", "quick"}
    cast.check(models=False)
    with pytest.raises(UnknownName):
        cast.add({"name": "three", "kind": "strategist", "strategist": {"model": "hause"}, "actor": {"kind": "follower"}})
    with pytest.raises(ParameterError):
        PlayerSpec.of("strategist", strategist={"tags": ["a"]}, actor={"kind": "random"}).build()
