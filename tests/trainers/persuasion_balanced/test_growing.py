"""Growing trees: nodes are drawn at as often as they should be, within the very conversation, and nothing is asked twice."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.games import make
from ludens.llm import ModelSpec, Request
from ludens.llm.chat import Message, Reply
from ludens.llm.scripted import ScriptedModel
from ludens.trainers.epo.playing import deals
from ludens.trainers.persuasion_balanced.config import Config
from ludens.trainers.persuasion_balanced.growing import Recalled, grow
from ludens.trainers.persuasion_balanced.partners import LEARNER, Cast

GAME = make("persuasion", say_chars=0)


def answer(request):
    """Claim A, then give in or hold out by a coin; finally say anything."""
    coin = int(np.random.default_rng([request.seed, len(request.messages)]).integers(2))
    asked = request.messages[-1].content
    if "final answer?" in asked:
        return json.dumps({"choice": {"act": "final", "answer": "AB"[coin]}})
    if "You have claimed nothing" in asked:
        return json.dumps({"choice": {"act": "claim", "answer": "A", "pieces": 1}})
    return json.dumps({"choice": {"act": ("accept" if coin and "has claimed nothing" not in asked else "stand")}})


async def grown(partner="stubborn", count=8, width=4, depth=3, **given):
    model = ScriptedModel(answer)
    cast = Cast.of(Config(**given), ModelSpec(engine="nano", model="house"))
    pool = cast.pool(GAME, ({"kind": "persuader", "manner": partner},))
    dealt = deals(GAME, count, pool, (), share=0.0, seed=3)
    return await grow(cast, dealt, {LEARNER: model}, width=width, depth=depth, first=10), model


async def test_every_node_is_drawn_at_as_often_as_the_tree_is_wide():
    playouts, _ = await grown()
    assert {playout.deal for playout in playouts} == set(range(10, 18))
    for deal in range(10, 18):
        own = [playout for playout in playouts if playout.deal == deal]
        for level in range(3):
            draws = {}
            for playout in own:
                if playout.forced <= level < len(playout.steps):
                    draws.setdefault(playout.steps[level].point, []).append(playout)
            assert {len(drawn) for drawn in draws.values()} <= {4}
        # everybody claims A first: there is one node at the first turn, and one at the second
        assert len({playout.steps[0].point for playout in own}) == 1
        assert len({playout.steps[1].point for playout in own}) == 1


async def test_turns_in_dispute_are_told_from_others():
    playouts, _ = await grown("stubborn")
    for playout in playouts:
        assert playout.steps[0].yields is None
        for step in playout.steps[1:]:
            if step.yields is not None and "stand" in step.text:
                assert step.yields is False
            if "accept" in step.text:
                assert step.yields is True
    assert any(playout.disputed for playout in playouts)
    asked, _ = await grown("are_you_sure")
    assert not any(playout.disputed for playout in asked)


async def test_what_is_repeated_is_not_asked_again():
    playouts, model = await grown()
    drawn = sum(len(playout.steps) - playout.forced for playout in playouts)
    assert len(model.requests) == drawn


async def test_depth_one_draws_at_the_first_turn_alone():
    playouts, _ = await grown(depth=1)
    assert len(playouts) == 8 * 4
    assert {playout.forced for playout in playouts} == {0}


async def test_the_same_seed_grows_the_same_trees():
    assert (await grown())[0] == (await grown())[0]


async def test_recalled_replies_come_first_and_in_order():
    model = ScriptedModel(lambda request: "new")
    recalled = Recalled(model, [Reply("one"), Reply("two")])
    request = Request((Message("user", "?"),))
    assert [(await recalled.generate([request]))[0].text for _ in range(3)] == ["one", "two", "new"]
    assert len(model.requests) == 1


def test_partners_are_made_of_what_is_named():
    cast = Cast.of(Config(), ModelSpec(engine="nano", model="house"))
    served = {"kind": "language", "name": "served", "model": {"engine": "testserver", "model": "m"}}
    pool = cast.pool(GAME, ("tough", "self", served, replace_kind(served)))
    assert pool[0] == PlayerSpec.of("scripted", style="tough")
    assert pool[1].models == {"model": LEARNER}
    # two models of one label are told apart
    assert len({spec.models["model"] for spec in pool[1:]}) == 3
    assert len(cast.specs) == 3


def replace_kind(served):
    return {**served, "model": {**served["model"], "model": "another"}}


@pytest.mark.parametrize("game", ["ultimatum_chain", "negotiation"])
def test_partners_that_do_not_play_a_game_are_left_out_or_told(game):
    from ludens.errors import LudensError

    cast = Cast.of(replace(Config()), ModelSpec(engine="nano", model="house"))
    persuader = {"kind": "persuader"}
    assert [spec.kind for spec in cast.pool(make(game), ("tough", persuader))] == ["scripted"]
    with pytest.raises(LudensError, match="no partner plays"):
        cast.pool(make(game), (persuader,))
