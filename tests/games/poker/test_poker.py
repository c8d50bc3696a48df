"""Kuhn and Leduc poker beside OpenSpiel's, and the rules beyond them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import Move, NotSupported, make
from ludens.games.poker.game import LimitPoker
from ludens.games.poker.state import PokerState
from ludens.games.testing import check_game

SIZES = [{"players": 3, "ranks": 5, "suits": 2, "bets": (2, 4), "raises": 3}, {"players": 4, "ranks": 6}, {"players": 2, "ranks": 3, "suits": 2, "hands": 4}]


@pytest.mark.parametrize("params", SIZES)
def test_conformance(params):
    check_game(LimitPoker(**params), seeds=range(2))


@pytest.mark.parametrize(("name", "suits"), [("kuhn_poker", 1), ("leduc_poker", 2)])
def test_every_hand_pays_as_openspiels_does(name, suits):
    pyspiel = pytest.importorskip("pyspiel")
    game, peer, rng = make(name), pyspiel.load_game(name), np.random.default_rng(0)
    cards = range(game.ranks * suits)
    deals = list(permutations(cards, game.players + len(game.bets) - 1))
    for deal in deals:
        for _ in range(4):
            ours, theirs = PokerState(game, 0, [card // suits for card in deal]), peer.new_initial_state()
            left = list(deal)
            while not ours.over:
                while theirs.is_chance_node():
                    theirs.apply_action(left.pop(0))
                (seat,) = ours.to_move
                assert theirs.current_player() == seat
                options = list(ours.action_spec(seat).domain.values())
                names = {_same(theirs.action_to_string(seat, action)): action for action in theirs.legal_actions()}
                assert len(options) == len(names)
                option = options[rng.integers(len(options))]
                theirs.apply_action(
                    names[{"check": "call", "call": "call", "bet": "raise", "raise": "raise", "fold": "fold"}[option]]
                    if suits > 1
                    else int(option in ("bet", "call"))
                )
                ours.play({seat: Move(option)})
            assert theirs.is_terminal()
            assert ours.returns == pytest.approx(theirs.returns())


def _same(name):
    return name.casefold()


@settings(max_examples=60)
@given(params=st.sampled_from([{}, *SIZES]), seed=st.integers(0, 10**6))
def test_chips_are_neither_made_nor_lost(params, seed):
    game = LimitPoker(**params)
    state, rng = game.start(seed), np.random.default_rng(seed)
    while not state.over:
        (seat,) = state.to_move
        assert max(state.stakes) <= game.most
        assert not state.folded[seat]
        before = state.hand
        state.play({seat: state.action_spec(seat).sample(rng)})
        if state.hand != before or state.over:
            assert sum(state.rewards) == pytest.approx(0)
    assert sum(state.returns) == pytest.approx(0)
    assert state.outcome["hands"] == game.hands


def test_first_to_act_moves_on_and_cards_stay_hidden():
    state = make("kuhn_poker", hands=3).start(5)
    firsts = []
    while not state.over:
        if not state.actions:
            firsts.append(state.to_move[0])
        seat = state.to_move[0]
        other = state.cards[1 - seat]
        assert f"player_{1 - seat} is dealt" not in state.observe(seat).text()
        assert {int(state.resample_hidden(seat, np.random.default_rng(draw)).cards[1 - seat]) for draw in range(20)} == set(range(3)) - {state.cards[seat]}
        assert other != state.cards[seat]
        state.play({seat: Move(next(iter(state.action_spec(seat).domain.values())))})
    assert firsts == [0, 1, 0]


def test_deals_are_listed_with_their_chances():
    openings = list(make("leduc_poker").openings())
    assert len(openings) == 24
    assert sum(chance for chance, _ in openings) == pytest.approx(1)
    for chance, state in openings:
        cards = [*state.cards, *state.board]
        ways = np.prod([2 - cards[:place].count(rank) for place, rank in enumerate(cards)])
        assert chance == pytest.approx(ways / 120)
    with pytest.raises(NotSupported, match="deals anew between its 2 hands"):
        next(make("kuhn_poker", hands=2).openings())
    with pytest.raises(NotSupported, match="cannot list what chance may draw"):
        next(make("first_price_auction").openings())
    assert [chance for chance, _ in make("rock_paper_scissors").openings()] == [1.0]


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"players": 7}, "players=7"),
        ({"ranks": 2}, "ranks=2 and suits should give"),
        ({"bets": (1, 2, 3)}, "bets="),
        ({"bets": (-1,)}, "bets="),
        ({"raises": 0}, "raises=0"),
    ],
)
def test_bad_parameters_are_refused(params, problem):
    with pytest.raises(ParameterError, match=problem):
        LimitPoker(**{"players": 2, "ranks": 3, **params} if "ranks" not in params else {"players": 3, **params})
