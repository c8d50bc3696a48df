"""Prompts in the middle of episodes: a group goes on from one position, what was before it is not learned from, and the record stays one of a whole episode."""

import asyncio

import numpy as np
import pytest

pytest.importorskip("torch")

from tiny_nano import tiny_nano

from ludens.agents.player import PlayerSpec
from ludens.arena.episode import Branch
from ludens.arena.record import replay
from ludens.arena.trajectory import trajectories
from ludens.errors import ParameterError
from ludens.games import make
from ludens.llm.spec import ModelSpec
from ludens.trainers.preference import GameConfig
from ludens.trainers.preference.played import Played
from ludens.trainers.preference.resets import joined, resets
from ludens.trainers.preference.weights import NanoPolicy
from ludens.trainers.strength import meet


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("resets") / "tiny")


def field_of(place, tmp_path, **given):
    config = GameConfig(**{"prompts": 4, "group": 3, "structured": "json_schema", "method": "rloo", **given})
    policy = NanoPolicy.load(place)
    spec = ModelSpec(engine="nano", model=str(place), name="m", concurrency=None)
    return Played([make("negotiation")], spec, policy, config, seed=5, place=tmp_path / "playing"), policy


def random_play(count, **given):
    game = make("negotiation")
    return game, asyncio.run(meet(game, PlayerSpec.of("random"), {}, count, 3, field=[PlayerSpec.of("random", "other")], **given))


def test_positions_are_those_before_a_decision_of_the_seat():
    game, episodes = random_play(12)
    found = resets(game, episodes, 1.0, np.random.default_rng(0))
    assert len({reset.turn for reset in found if reset is not None}) > 1
    for reset, (episode, seat) in zip(found, episodes, strict=True):
        if reset is None:
            # who is to answer is never asked where nothing is offered
            assert all(decision.seat != seat for decision in episode.decisions)
            continue
        assert any(decision.turn == reset.turn and decision.seat == seat for decision in episode.decisions)
        assert reset.branch.state.turn == reset.turn
        assert seat in reset.branch.state.to_move


def test_only_a_share_begins_in_the_middle():
    game, episodes = random_play(8)
    asked = [any(decision.seat == seat for decision in episode.decisions) for episode, seat in episodes]
    found = resets(game, episodes, 0.25, np.random.default_rng(0))
    assert [reset is not None for reset in found] == [*asked[:2], *[False] * 6]
    assert any(asked[:2])


def test_what_was_played_from_there_and_what_was_before_make_a_whole_episode():
    game, episodes = random_play(8)
    found = resets(game, episodes, 1.0, np.random.default_rng(1))
    _, again = random_play(8, branches=[None if reset is None else reset.branch for reset in found])
    assert sum(reset is not None for reset in found) > 3
    for (episode, seat), reset in zip(again, found, strict=True):
        if reset is None:
            continue
        whole = joined(episode, reset)
        replay(whole, game)
        own = next(part for part in trajectories(whole, game) if part.seat == seat)
        assert own.total == episode.returns[seat]
        before = [(decision.turn, decision.choice) for decision in reset.episode.decisions if decision.turn < reset.turn]
        assert [(decision.turn, decision.choice) for decision in whole.decisions][: len(before)] == before


def test_a_group_goes_on_from_one_position_and_learns_from_there_alone(place, tmp_path):
    for begin in ("reference", "policy"):
        field, policy = field_of(place, tmp_path, begin=begin)
        drawn = field.draw(policy.model, None, 0)
        again = field.draw(policy.model, None, 0)
        assert (drawn.rewards == again.rewards).all()
        batch = drawn.answers.batch
        first = batch.sampled.int().argmax(1)
        for prompt in range(drawn.answers.prompts):
            rows = [int(drawn.answers.row[(drawn.answers.answer == prompt * 3 + member).nonzero()[0, 0]]) for member in range(3)]
            assert len({tuple(batch.tokens[row, : first[row]].tolist()) for row in rows}) == 1


def test_an_answer_may_be_one_turn(place, tmp_path):
    field, policy = field_of(place, tmp_path, begin="policy", span="turn")
    drawn = field.draw(policy.model, None, 0)
    assert drawn.facts["decisions"] == drawn.answers.prompts * 3
    assert len(drawn.answers.row) == len(drawn.answers.answer.unique())


def test_a_branch_is_not_used_up():
    game, episodes = random_play(8)
    found = [reset for reset in resets(game, episodes, 1.0, np.random.default_rng(1)) if reset is not None][:2]
    turns = [reset.branch.state.turn for reset in found]
    first = random_play(2, branches=[reset.branch for reset in found])[1]
    second = random_play(2, branches=[Branch(reset.branch.state, {}) for reset in found])[1]
    assert [reset.branch.state.turn for reset in found] == turns
    assert [episode.returns for episode, _ in first] == [episode.returns for episode, _ in second]


@pytest.mark.parametrize(
    ("given", "words"), [({"begin": "anywhere"}, "deal, reference, policy"), ({"resets": 1.5}, "from 0 to 1"), ({"span": "word"}, "episode, turn")], ids=str
)
def test_wrong_parameters_are_named(given, words):
    with pytest.raises(ParameterError, match=words):
        GameConfig(**given)
