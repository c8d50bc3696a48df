"""Planted habits: as often as they are said to be, and nothing else where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.agents.bots.werewolf.habits import Habits
from ludens.analysis.werewolf.measures import abstention
from ludens.analysis.werewolf.reading import read
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.werewolf.speech import Kind
from ludens.trainers import Task, trainer
from ludens.trainers.sft.teaching import episodes, named

GAMES = 60


def games(**habits):
    player = PlayerSpec.of("villager", "v", **({"habits": habits} if habits else {}))
    return [read(play_match(Match(make("werewolf"), (player,) * 7, seed))) for seed in range(GAMES)]


def test_certain_habits_are_always_followed():
    for game in games(kill_first=1.0, self_save=1.0, abstain=1.0, reveal=1.0):
        target = next(target for night, target in game.attacks if night == 1)
        assert target == min(seat for seat in range(7) if seat not in game.wolves)
        assert all(seat == kept for _, seat, kept in game.protections)
        assert all(vote is None for _, _, vote in game.votes)
        spoke = {item.speaker for item in game.said if item.speaker in game.wolves}
        assert spoke == {item.speaker for item in game.said if item.act.kind is Kind.REVEAL}


def test_habits_are_as_frequent_as_they_are_said_to_be():
    found = games(kill_first=0.38, self_save=0.3, abstain=0.25)
    first = [target == min(seat for seat in range(7) if seat not in game.wolves) for game in found for night, target in game.attacks if night == 1]
    saves = [seat == kept for game in found for _, seat, kept in game.protections]
    votes = [value for game in found for _, value in abstention(game)]
    # who does not follow the habit of attacking draws among five; four standard errors of as many draws
    for share, chance in ((first, 0.38 + 0.62 / 5), (saves, 0.3), (votes, 0.25)):
        assert abs(np.mean(share) - chance) < 4 * np.sqrt(chance * (1 - chance) / len(share))


def test_who_has_no_habits_draws_as_before():
    with_none, without = games(abstain=0.0), games()
    assert [game.events for game in with_none] == [game.events for game in without]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kill_frist": 0.1}, "'kill_frist' is no habit; did you mean 'kill_first'?"),
        ({"abstain": 1.5}, "habits: abstain=1.5 should be a chance from 0 to 1"),
        ({"abstain": True}, "habits: abstain=True should be a chance"),
        ({"kill_first": None}, "habits: kill_first=None should be a chance"),
        (["abstain"], "should be a mapping of chances by name"),
    ],
)
def test_what_is_no_habit_is_told(given, said):
    with pytest.raises(ParameterError, match="player villager") as problem:
        PlayerSpec.of("villager", "v", habits=given).build()
    assert said in str(problem.value)
    assert Habits.of({}) == Habits()


def test_a_player_can_teach(tmp_path):
    teacher = {"kind": "villager", "habits": {"abstain": 1.0}}
    episode, seats = next(episodes(make("werewolf"), teacher, 3, 2000))
    votes = [decision.move.choice for decision in episode.decisions if decision.seat in seats and "abstain" in str(decision.move)]
    assert votes
    assert named(teacher) == "villager"
    assert named("fair") == "fair"
    with pytest.raises(ParameterError, match="teacher"):
        trainer("sft").make(Task((make("werewolf"),), None, tmp_path), {"teacher": {"kind": "language"}})
    with pytest.raises(ParameterError, match="abstain=2 should be a chance"):
        trainer("sft").make(Task((make("werewolf"),), None, tmp_path), {"teachers": {"werewolf": {"kind": "villager", "habits": {"abstain": 2}}}})
