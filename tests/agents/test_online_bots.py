"""Rules of thumb for online learning."""

import pytest

from ludens.agents import PlayerSpec
from ludens.agents.bots import STYLES
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.games import make


def choices(style, rows, feedback="experts", **params):
    game = make(feedback, losses="given", given=rows, rounds=len(rows), arms=len(rows[0]), **params)
    return [decision.choice for decision in play_match(Match(game, (PlayerSpec.of("scripted", style=style),), 1)).decisions]


@pytest.mark.parametrize("answer", ["choice", "distribution"])
@pytest.mark.parametrize("name", ["experts", "bandit"])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_plays(style, name, answer):
    episode = play_match(Match(make(name, answer=answer, arms=3), (PlayerSpec.of("scripted", style=style),), 2))
    assert not episode.faults
    assert all(decision.status == "ok" for decision in episode.decisions)


ROWS = ((1.0, 5.0), (9.0, 5.0), (2.0, 5.0), (0.0, 5.0), (0.0, 5.0))


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("fair", "ABABA"),
        ("greedy", "AAAAA"),  # means after each round: (1, 5), (5, 5), (4, 5), (3, 5)
        ("generous", "AABAA"),  # what cost least in the last round
        ("cautious", "AABBB"),  # A once cost 9
        ("tough", "AAAAA"),
    ],
)
def test_what_the_styles_mean(style, expected):
    assert "".join(choices(style, ROWS)) == expected


def test_in_the_bandit_each_option_is_tried_first():
    assert choices("greedy", ((3.0, 1.0, 2.0),) * 5, "bandit") == ["A", "B", "C", "B", "B"]
