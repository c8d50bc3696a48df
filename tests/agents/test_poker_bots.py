"""Poker players in six styles: what tells them apart, and that what loses to good play does."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.poker import MANNERS, bot_for
from ludens.errors import ParameterError
from ludens.games import make


def won(game, styles, episodes):
    """Give what the first style wins a hand on average, seats changed about."""
    total = 0.0
    for episode in range(episodes):
        state, order = game.start(episode), styles if episode % 2 == 0 else styles[::-1]
        bots = [bot_for(game, style)(seat, np.random.default_rng([episode, seat])) for seat, style in enumerate(order)]
        while not state.over:
            (seat,) = state.to_move
            state.play({seat: bots[seat].act(state.observe(seat))})
        total += state.returns[episode % 2]
    return total / episodes


@pytest.mark.parametrize("style", MANNERS)
@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
def test_every_style_plays(name, style):
    assert abs(won(make(name, hands=5), (style, "fair"), 20)) < 30


@pytest.mark.parametrize("style", ["generous", "tough", "deceptive"])
def test_calling_and_betting_too_much_loses(style):
    assert won(make("kuhn_poker", hands=20), ("fair", style), 200) > 0


def test_poker_players_know_no_other_game():
    with pytest.raises(ParameterError, match="poker players do not know prisoners_dilemma-v0"):
        bot_for(make("prisoners_dilemma"), "fair")
