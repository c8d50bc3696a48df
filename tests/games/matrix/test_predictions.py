"""The prediction cards say what theory and the laboratory say."""

import json

import pytest

from ludens.games import all_ids, make
from ludens.games.matrix.rules import MatrixGame


def card(game, concept, quantity):
    (found,) = (one for one in game.predictions() if (one.concept, one.quantity) == (concept, quantity))
    return found


def test_prisoners_dilemma_card():
    game = make("prisoners_dilemma", rounds=50, continuation=0.9)
    assert card(game, "nash", "stage_pure").value == [{"actions": ["defect", "defect"], "payoffs": [1, 1]}]
    assert card(game, "folk_theorem", "grim_trigger_discount").value == 0.5
    assert card(game, "risk_dominance", "grim_trigger_discount").value == pytest.approx((5 + 1 - 0 - 3) / (5 - 0))
    assert card(game, "generosity", "cooperation_after_defection").value == pytest.approx(1 / 3)
    assert card(game, "security", "maximin").value == [1, 1]
    assert card(game, "welfare", "welfare").value == 6
    assert card(game, "subgame_perfect", "every_round").value["actions"] == ["defect", "defect"]
    assert card(make("prisoners_dilemma", rounds=1), "human", "cooperation").value == [0.37, 0.47]


def test_cards_are_the_same_under_relabelling_and_move_with_the_payoffs():
    plain, hidden = make("battle_of_the_sexes"), make("battle_of_the_sexes", labels="letters", relabel=9)
    assert plain.predictions() == hidden.predictions()
    double = make("battle_of_the_sexes", scale=2, shift=1)
    assert card(double, "nash", "stage_pure").value[0] == {"actions": ["ballet", "ballet"], "payoffs": [21, 15]}


def test_unique_mixed_equilibrium_tells_the_welfare_to_expect():
    game = make("matching_pennies", heads=2)
    assert card(game, "nash", "welfare").value == 0
    assert card(game, "nash", "stage_extreme").value == [{"mixed": [[0.4, 0.6], [0.4, 0.6]], "payoffs": [0.2, -0.2]}]


def test_ring_card_names_the_human_rates():
    assert card(make("ring_network", seats=4, instance=0), "human", "rational").value == [0.22, 0.44, 0.71, 0.93]


@pytest.mark.parametrize("name", all_ids())
def test_every_matrix_game_has_a_card_with_sources(name):
    game = make(name)
    if not isinstance(game, MatrixGame):
        return
    cards = game.predictions()
    assert {"security", "minmax", "welfare"} <= {one.concept for one in cards}
    assert all(one.source for one in cards)
    assert json.loads(json.dumps([one.value for one in cards])) == [one.value for one in cards]
