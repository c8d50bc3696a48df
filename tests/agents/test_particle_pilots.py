"""Scripted pilots of the particle worlds: every style plays, and the sensible ones do what the worlds ask for."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.particle import MANNERS, bot_for
from ludens.agents.bots.particle.pilot import Manner
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.particle.physics import distances
from ludens.games.testing import random_moves


def played(game, styles, seed):
    """Play a game; a style of None moves at random."""
    state, rng = game.start(seed), np.random.default_rng([seed, 9])
    pilots = [style and bot_for(game, style)(seat, np.random.default_rng([seed, seat])) for seat, style in enumerate(styles)]
    while not state.over:
        drawn = random_moves(state, rng)
        state.play({seat: pilots[seat].act(state.observe(seat)) if pilots[seat] else drawn[seat] for seat in range(game.seats)})
    return state


def mean(game, styles, seat, games=20):
    return np.mean([played(game, styles, seed).returns[seat] for seed in range(games)])


@pytest.mark.parametrize("style", MANNERS)
def test_every_style_spreads_better_than_chance(style):
    game = make("simple_spread")
    assert mean(game, [style] * 3, 0) > mean(game, [None] * 3, 0) + 5


def test_who_shares_spreads_better_than_who_takes_the_nearest():
    game = make("simple_spread")
    assert mean(game, ["fair"] * 3, 0) > mean(game, ["greedy"] * 3, 0) + 3


def test_fair_pilots_come_to_rest_at_the_landmarks():
    """Pushes carry 0.2, so an agent that rests is within 0.1 of a point along each axis at best."""
    game, off = make("simple_spread", horizon=40), []
    for seed in range(20):
        state = played(game, ["fair"] * 3, seed)
        off += distances(state.where, state.marks).min(axis=0).tolist()
    assert np.mean(np.array(off) < np.sqrt(2) * 0.1 + 0.01) > 0.85


@pytest.mark.parametrize("params", [{"agents": 1}, {"agents": 4, "landmarks": 2}, {"agents": 2, "landmarks": 5}], ids=str)
def test_they_spread_whatever_the_numbers(params):
    game = make("simple_spread", **params)
    for style in MANNERS:
        assert played(game, [style] * game.seats, 0).over


@pytest.mark.parametrize("style", MANNERS)
def test_every_style_hunts_better_than_chance(style):
    game = make("simple_tag")
    assert mean(game, [style] * 3 + [None], 0) > mean(game, [None] * 4, 0) + 10


def test_prey_flees():
    game = make("simple_tag")
    assert mean(game, ["fair"] * 4, 0) < 0.6 * mean(game, ["fair"] * 3 + [None], 0)
    assert mean(game, ["fair"] * 4, 3) > mean(game, ["fair"] * 3 + [None], 3)


def test_they_tag_whatever_the_numbers():
    for params in ({"adversaries": 1, "prey": 3, "obstacles": 0}, {"adversaries": 4, "prey": 2, "obstacles": 4}):
        game = make("simple_tag", **params)
        for style in MANNERS:
            assert played(game, [style] * game.seats, 0).over


def test_envoys_bring_each_other_home_and_liars_astray():
    game = make("simple_reference", horizon=40)
    ends = [played(game, ["fair", "fair"], seed).outcome["distances"] for seed in range(10)]
    assert np.max(ends) < 0.15
    assert mean(game, ["fair", "fair"], 0) > mean(game, ["deceptive", "fair"], 0) + 5
    astray = played(game, ["deceptive", "fair"], 1)
    assert astray.sent[0] != astray.targets[1]
    assert astray.sent[1] == astray.targets[0]


def test_shares():
    costs = np.array([[1.0, 2.0], [1.1, 5.0]])
    assert Manner(share="nearest").part(costs) == 0
    assert Manner(share="assigned").part(costs) == 1
    assert Manner(share="left").part(costs) == 1


def test_they_know_no_other_game():
    with pytest.raises(ParameterError, match="pilots do not know"):
        bot_for(make("ultimatum"), "fair")
