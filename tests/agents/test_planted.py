"""Players of known behaviour: planted effects, patterns, steps of reasoning."""

import math

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.actions import Status

FAIR, GREEDY = {"kind": "scripted", "style": "fair"}, {"kind": "scripted", "style": "greedy"}


def planted(**params):
    return PlayerSpec.of("planted", **{"does": FAIR, "otherwise": GREEDY, **params})


def share(count=400, game=None, **params):
    """How often the first player's move was made, and how often there was none."""
    game = game or make("dictator")
    seats = (planted(**params), PlayerSpec.of("scripted", style="fair"))
    decisions = [play_match(Match(game, seats, seed)).decisions[0] for seed in range(count)]
    answered = [decision for decision in decisions if decision.status is Status.OK]
    return np.mean([decision.choice == 50 for decision in answered]), 1 - len(answered) / count


# four standard errors of a share of 400 are at most 0.1
@pytest.mark.parametrize(
    ("params", "chance"),
    [
        ({}, 0.5),
        ({"logit": 1.0}, 0.731),
        ({"effects": {"HOW MANY OF THE 100 points": 1.0}}, 0.731),
        ({"effects": {"you are the dictator": 1.0, "nobody says this": 9.0}}, 0.731),
        ({"persona": "You are selfish.", "effects": {"selfish": -2.0}}, 0.119),
        ({"logit": 1000.0}, 1.0),
        ({"logit": -1000.0}, 0.0),
    ],
)
def test_the_chance_is_logistic_in_what_is_read(params, chance):
    found, missing = share(**params)
    assert found == pytest.approx(chance, abs=0.1)
    assert missing == 0


def test_answers_go_missing_as_planted():
    found, missing = share(missing=0.0, missing_effects={"you are the dictator": -1.0}, logit=1.0)
    assert missing == pytest.approx(1 / (1 + math.e), abs=0.1)
    assert found == pytest.approx(0.731, abs=0.12)


def test_it_draws_anew_each_round():
    game = make("prisoners_dilemma", rounds=400)
    match = Match(game, (PlayerSpec.of("planted", does="cooperator", otherwise="defector", logit=-1.0), PlayerSpec.of("grim")), 3)
    assert play_match(match).outcome["cooperation"][0] == pytest.approx(0.269, abs=0.09)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"logit": "much"}, "logit='much' should be a finite number"),
        ({"effects": {"x": math.inf}}, "effects, 'x'=inf should be a finite number"),
        ({"effects": ["x"]}, "should be numbers by phrase"),
        ({"does": {"style": "fair"}}, "does should be a kind of player"),
        ({"does": "person"}, "does='person' should be a player that answers at once"),
    ],
)
def test_mistakes(params, said):
    with pytest.raises(ParameterError) as problem:
        planted(**params).build()
    assert said in str(problem.value)


def test_both_have_to_fit():
    assert "matrix games only" in str(planted(otherwise="grim").why_not(make("dictator")))
    assert planted().why_not(make("dictator")) is None


def rounds(first, second, count=6, **params):
    game = make("rock_paper_scissors", rounds=count, **params)
    episode = play_match(Match(game, (first, second), 5))
    return [[decision.choice for decision in episode.decisions if decision.seat == seat] for seat in (0, 1)], episode


def patterned(pattern, *actions, **params):
    return PlayerSpec.of("patterned", pattern=pattern, actions=list(actions), **params)


def test_patterns():
    (loop, copy), _ = rounds(patterned("loop", "rock", "paper", "paper"), patterned("copy", "scissors"))
    assert loop == ["rock", "paper", "paper", "rock", "paper", "paper"]
    assert copy == ["scissors", *loop[:-1]]
    (constant, counter), _ = rounds(patterned("loop", "rock"), patterned("counter", "rock"))
    assert constant == ["rock"] * 6
    assert counter == ["rock", *["paper"] * 5]


def test_patterns_are_in_the_games_own_words():
    (shown, _), episode = rounds(patterned("loop", "rock"), patterned("loop", "paper"), labels="letters", relabel=3)
    assert len(set(shown)) == 1
    assert episode.outcome["joint"] == {"rock/paper": 6}


def test_samples_have_their_chances():
    (drawn, _), _ = rounds(patterned("sample", "rock", "paper", "scissors", chances=[0.6, 0.2, 0.2]), PlayerSpec.of("random"), 1000)
    assert drawn.count("rock") / 1000 == pytest.approx(0.6, abs=0.062)  # four standard errors


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"pattern": "spiral", "actions": ["rock"]}, "pattern='spiral' is none"),
        ({"pattern": "loop"}, "should name at least one action"),
        ({"pattern": "sample", "actions": ["rock", "paper"], "chances": [0.5, 0.6]}, "should be 2 chances that sum to 1"),
        ({"pattern": "loop", "actions": ["rock"], "chances": [1.0]}, "chances are for the pattern sample"),
    ],
)
def test_wrong_patterns(params, said):
    with pytest.raises(ParameterError) as problem:
        PlayerSpec.of("patterned", **params).build()
    assert said in str(problem.value)


def test_a_pattern_fits_games_that_have_its_actions():
    assert "no action 'rok' for both seats; did you mean 'rock'" in str(patterned("loop", "rok").why_not(make("rock_paper_scissors")))
    assert "matrix games of two seats" in str(patterned("loop", "rock").why_not(make("dictator")))


@pytest.mark.parametrize("pattern", ["constant", "loop_2", "loop_3", "counter"])
def test_who_anticipates_wins_in_the_end(pattern):
    actions = {"constant": ["rock"], "loop_2": ["rock", "paper"], "loop_3": ["rock", "paper", "scissors"], "counter": ["rock"]}[pattern]
    opponent = patterned("counter" if pattern == "counter" else "loop", *actions)
    (mine, theirs), _ = rounds(PlayerSpec.of("anticipating"), opponent, 40)
    wins = {("paper", "rock"), ("scissors", "paper"), ("rock", "scissors")}
    assert all(pair in wins for pair in zip(mine[-20:], theirs[-20:], strict=True))


@pytest.mark.parametrize("instance", range(8))
def test_a_ring_is_solved_with_as_many_orders_as_it_needs(instance):
    game = make("ring_network", seats=4, options_each=3, instance=instance)
    for orders in (1, 2, 3, 4):
        episode = play_match(Match(game, (PlayerSpec.of("reasoning", orders=orders),) * 4, 0))
        for needed, rational in zip(episode.outcome["order"], episode.outcome["rational"], strict=True):
            if needed <= orders:
                assert rational == 1


def test_one_order_answers_uniform_play():
    game = make("prisoners_dilemma", rounds=1)
    assert play_match(Match(game, (PlayerSpec.of("reasoning", orders=1),) * 2, 0)).outcome["cooperation"] == [0, 0]
    with pytest.raises(ParameterError, match="orders=0 should be a whole number from 1"):
        PlayerSpec.of("reasoning", orders=0).build()
