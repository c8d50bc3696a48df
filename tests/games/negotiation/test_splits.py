"""Splitting a pie: closed forms on their worked examples, and play against them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.games import Move, make
from ludens.games.negotiation.solve import finite_share, rubinstein_share

FACTOR = st.floats(0.05, 0.99)


def test_worked_examples_without_deadline():
    assert rubinstein_share(0.9, 0.9) == pytest.approx(0.5263, abs=5e-5)
    assert rubinstein_share(0.9, 0.8) == pytest.approx(0.7143, abs=5e-5)


def test_worked_examples_with_deadline():
    assert finite_share(0.5, 0.9, 1) == 1.0
    assert finite_share(0.5, 0.9, 2) == pytest.approx(0.1)
    assert finite_share(0.9, 0.9, 3) == pytest.approx(0.91)


@given(FACTOR, FACTOR)
def test_a_far_deadline_does_not_matter(mine, theirs):
    assert finite_share(mine, theirs, 3000) == pytest.approx(rubinstein_share(mine, theirs), abs=1e-9)


@given(FACTOR, FACTOR)
def test_proposers_make_responders_indifferent(mine, theirs):
    # what I leave the other side is what it would get by proposing next
    assert 1 - rubinstein_share(mine, theirs) == pytest.approx(theirs * rubinstein_share(theirs, mine))


def grid_equilibrium(game):
    """Solve a game of splits by backward induction on the game's own states; responders accept when indifferent."""

    def value(state):
        if state.over:
            return state.returns
        seat = state.to_move[0]
        best = None
        for choice in state.action_spec(seat).domain.values():
            twin = state.clone()
            twin.play({seat: Move(choice)})
            found = value(twin)
            # ties go to accepting, then to the kinder offer
            if best is None or (found[seat], choice["act"] == "accept") > (best[1][seat] + 1e-12, best[0]):
                best = (choice["act"] == "accept", found)
        return best[1]

    return value(game.start(0))


@pytest.mark.parametrize("first", [0, 1])
def test_the_prediction_is_what_exhaustive_search_of_the_rules_finds(first):
    game = make("alternating_offers", grain=20, deadline=4, discount=(0.9, 0.9), first=first)
    card = next(line for line in game.predictions() if line.concept == "subgame_perfect")
    returns = grid_equilibrium(game)
    assert card.agrees(returns[0])
    assert sum(returns) == pytest.approx(1.0)  # agreed at once
    assert returns[first] == pytest.approx(0.91, abs=0.1)


def test_ultimatum_prediction_and_human_averages():
    game = make("ultimatum_chain", deadline=2)
    card = {(line.concept, line.quantity): line for line in game.predictions()}
    assert card["subgame_perfect", "share"].value == 1.0
    assert card["human", "share"].value == pytest.approx(0.6)
    assert card["human", "agreement_rate"].value == pytest.approx(0.84)
    assert not [line for line in make("ultimatum_chain").predictions() if line.concept == "human"]


@pytest.mark.parametrize(("deadline", "share"), [(2, 1.0), (3, 0.0), (6, 1.0), (7, 0.0)])
def test_the_last_to_propose_takes_all(deadline, share):
    assert make("ultimatum_chain", deadline=deadline).predictions()[0].value == share


def test_breakdown_counts_as_impatience():
    with_risk = make("alternating_offers", discount=(1.0, 1.0), breakdown=0.1, deadline=100).predictions()
    with_time = make("alternating_offers", discount=(0.9, 0.9), deadline=100).predictions()
    assert with_risk[0].value == pytest.approx(with_time[0].value)


def test_changed_rules_make_no_prediction():
    assert make("alternating_offers", outside=(0.2, 0.0)).predictions() == ()


def test_pieces_and_payoffs():
    state = make("alternating_offers", pie=10.0, grain=4).start(0)
    state.play({0: Move({"act": "propose", "keep": 3})})
    state.play({1: Move({"act": "accept"})})
    np.testing.assert_allclose(state.returns, [7.5, 2.5])
    assert state.outcome["share"] == 0.75
    assert state.outcome["surplus_shares"] == [0.75, 0.25]
