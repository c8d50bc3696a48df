"""Trajectories: every decision of a seat once, with the prompt it was made from, and rewards that add up to the return."""

from dataclasses import replace

import pytest

import ludens
from ludens.agents import PlayerSpec
from ludens.arena import Match, RecordError, play_match, play_match_async
from ludens.arena.trajectory import trajectories
from ludens.games import Status
from ludens.llm.scripted import SchemaModel


@pytest.mark.parametrize("game_id", ["prisoners_dilemma", "trust", "public_goods", "ultimatum_chain"])
def test_rewards_add_up_and_every_decision_is_there(game_id):
    game = ludens.make(game_id)
    match = Match(game, tuple(PlayerSpec.of("random", f"r{seat}") for seat in range(game.seats)), seed=5)
    episode = play_match(match)
    made = trajectories(episode)
    assert [one.seat for one in made] == list(range(game.seats))
    assert sum(len(one.steps) for one in made) == len(episode.decisions)
    for one in made:
        assert one.total == episode.returns[one.seat]
        assert one.unearned + sum(step.reward for step in one.steps) == pytest.approx(one.total)
        assert [step.turn for step in one.steps] == sorted(step.turn for step in one.steps)
        assert all(step.trainable and step.reply is None for step in one.steps)


async def test_model_seats_carry_prompt_and_reply():
    game = ludens.make("prisoners_dilemma", rounds=3)
    spec = PlayerSpec.of("language", model="schema")
    episode = await play_match_async(Match(game, (spec, PlayerSpec.of("tit_for_tat")), 1), {"schema": SchemaModel("schema")})
    model, scripted = trajectories(episode)
    assert len(model.steps) == 3
    for earlier, later in zip(model.steps, model.steps[1:], strict=False):
        assert later.prompt[: len(earlier.prompt)] == earlier.prompt
        assert later.prompt[len(earlier.prompt)].content == earlier.reply
    assert scripted.steps[0].prompt == ()


def test_a_seat_that_was_never_asked_has_no_steps():
    game = ludens.make("negotiation")
    walks = next(
        episode for seed in range(50) if (episode := play_match(Match(game, (PlayerSpec.of("random"), PlayerSpec.of("random", "other")), seed))).turns == 1
    )
    first, other = sorted(trajectories(walks), key=lambda one: -len(one.steps))
    assert (len(first.steps), other.steps) == (1, ())
    assert other.unearned == other.total


def test_moves_of_the_policy_are_not_trainable():
    match = Match(ludens.make("stag_hunt"), (PlayerSpec.of("random"), PlayerSpec.of("random", "other")), 1)
    episode = play_match(match)
    forced = replace(episode, decisions=tuple(decision._replace(status=Status.DEFAULTED) for decision in episode.decisions))
    assert not any(step.trainable for one in trajectories(forced) for step in one.steps)


def test_a_record_that_does_not_replay_is_refused():
    episode = play_match(Match(ludens.make("stag_hunt"), (PlayerSpec.of("random"), PlayerSpec.of("random", "other")), 1))
    with pytest.raises(RecordError, match="replays to returns"):
        trajectories(replace(episode, returns=(99.0, 99.0)))
    with pytest.raises(RecordError, match="broke off"):
        trajectories(replace(episode, error="boom"))
