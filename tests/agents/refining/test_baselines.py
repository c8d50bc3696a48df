"""What ReAd is compared with, out of players that are there: reflection and dispatching are advice to a planner."""

import asyncio

import pytest

from ludens.agents.player import PlayerSpec
from ludens.analysis.refining import counts
from ludens.arena.episode import play_match_async
from ludens.arena.plan import Match
from ludens.arena.record import prompts, replay
from ludens.games import make
from ludens.llm.scripted import SchemaModel, ScriptedModel

ADVICE = {
    "reflexion": "Before each step, say what failed or was wasted in the steps so far, and what to do about it.",
    "mindagent": "You dispatch the robots: say which robot does what next and why, so that none waits for another.",
}


@pytest.mark.parametrize("name", ADVICE)
def test_an_adviser_that_looks_back_or_dispatches_is_a_baseline(name):
    game = make("joint", of="sweep_floor", kwargs={"level": "Y1_G1"})
    spec = PlayerSpec.of("strategist", name, strategist={"model": "says", "words": 60, "instruction": ADVICE[name]}, actor={"model": "plans"})
    said = {
        "says": ScriptedModel(lambda request: "Strategy: the sweep failed since the dustpan was away; bring it first", "says"),
        "plans": SchemaModel("plans"),
    }
    episode = asyncio.run(play_match_async(Match(game, (spec,), 3), said))
    assert not episode.faults
    replay(episode)
    found = counts(episode)
    # both are asked, so that a step costs two queries at least
    assert found.queries >= 2 * len(episode.decisions)
    assert found.tokens > 0
    whole = [(call.by, messages) for _, call, messages in prompts(episode)]
    assert any(ADVICE[name] in messages[0].content for by, messages in whole if by == "strategist")
    assert any("bring it first" in messages[-1].content for by, messages in whole if not by)
