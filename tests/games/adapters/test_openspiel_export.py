"""Games of the house sent to OpenSpiel: its algorithms agree with our predictions, and a game taken in again is the same game."""

import numpy as np
import pytest

import ludens
from ludens.games import Move, NotSupported
from ludens.games.spaces import codec
from ludens.games.testing import check_game, random_moves

pyspiel = pytest.importorskip("pyspiel")
pytestmark = pytest.mark.peer

from open_spiel.python import policy as policies  # noqa: E402
from open_spiel.python.algorithms import cfr, expected_game_score, exploitability, fictitious_play  # noqa: E402

from ludens.games.adapters.openspiel_export import openspiel_game  # noqa: E402

STAGES = ["prisoners_dilemma", "stag_hunt", "chicken", "hawk_dove", "battle_of_the_sexes", "matching_pennies", "rock_paper_scissors", "shapley", "deadlock"]


def one_by_one(game):
    """Give the exported game with simultaneous moves made in turn, hidden: what most of OpenSpiel's algorithms ask for."""
    spiel = openspiel_game(game)
    return spiel if spiel.get_type().dynamics == pyspiel.GameType.Dynamics.SEQUENTIAL else pyspiel.convert_to_turn_based(spiel)


def card(game, concept, quantity):
    (found,) = [one for one in game.predictions() if (one.concept, one.quantity) == (concept, quantity)]
    return found


def mixed_policy(spiel, game, mixed):
    """Play a profile of mixed actions of a stage game."""
    table = policies.TabularPolicy(spiel)
    for state in table.states:
        seat = state.current_player()
        row = table.action_probability_array[table.state_index(state)]
        row[:] = 0
        for action, chance in enumerate(mixed[seat]):
            row[action] = chance
    return table


@pytest.mark.parametrize("name", STAGES)
def test_equilibria_on_our_cards_are_equilibria_to_openspiel(name):
    game = ludens.make(name, rounds=1)
    spiel = one_by_one(game)
    found = card(game, "nash", "stage_extreme").value
    assert found
    for equilibrium in found:
        table = mixed_policy(spiel, game, equilibrium["mixed"])
        assert exploitability.nash_conv(spiel, table) == pytest.approx(0, abs=1e-6)
        values = expected_game_score.policy_value(spiel.new_initial_state(), [table] * 2)
        assert values == pytest.approx(equilibrium["payoffs"], abs=1e-6)


def test_what_is_no_equilibrium_is_none_to_openspiel():
    game = ludens.make("prisoners_dilemma", rounds=1)
    spiel = one_by_one(game)
    # both cooperate: each would gain 5 - 3 by defecting
    assert exploitability.nash_conv(spiel, mixed_policy(spiel, game, [[1, 0], [1, 0]])) == pytest.approx(4)


def test_regret_minimisation_finds_the_value_of_biased_rock_paper_scissors():
    game = ludens.make("rock_paper_scissors", rounds=1, stakes=(1, 2, 3))
    spiel = one_by_one(game)
    solver = cfr.CFRPlusSolver(spiel)
    for _ in range(400):
        solver.evaluate_and_update_policy()
    average = solver.average_policy()
    assert exploitability.exploitability(spiel, average) < 0.01
    (equilibrium,) = card(game, "nash", "stage_extreme").value
    assert list(average.action_probabilities(spiel.new_initial_state()).values()) == pytest.approx(equilibrium["mixed"][0], abs=0.02)


def test_fictitious_play_learns_to_defect():
    game = ludens.make("prisoners_dilemma", rounds=2)
    spiel = one_by_one(game)
    solver = fictitious_play.XFPSolver(spiel)
    for _ in range(60):
        solver.iteration()
    values = expected_game_score.policy_value(spiel.new_initial_state(), [solver.average_policy()] * 2)
    (equilibrium,) = card(game, "nash", "stage_pure").value
    assert values == pytest.approx(2 * np.array(equilibrium["payoffs"]), abs=0.3)


def backward(state, table):
    """Solve a game of perfect information from its end, ties to what pays most in all; enter it into the table and return the payoffs."""
    if state.is_terminal():
        return np.array(state.returns())
    seat = state.current_player()
    values = {action: backward(state.child(action), table) for action in state.legal_actions()}
    best = max(values, key=lambda action: (round(values[action][seat], 9), round(values[action].sum(), 9)))
    row = table.action_probability_array[table.state_index(state)]
    row[:] = 0
    row[best] = 1
    return values[best]


@pytest.mark.parametrize(
    ("name", "params", "quantity", "measured"),
    [
        ("ultimatum", {"pie": 4}, "mean_offer", lambda paid, game: paid[1]),
        ("trust", {"endowment": 2}, "mean_sent", lambda paid, game: 2 - (paid[0])),
        ("alternating_offers", {"grain": 10, "deadline": 3}, "share", lambda paid, game: paid[0] / game.pie),
        ("ultimatum_chain", {"grain": 10, "deadline": 2}, "share", lambda paid, game: paid[0] / game.pie),
    ],
)
def test_backward_induction_over_openspiels_tree_meets_our_cards(name, params, quantity, measured):
    game = ludens.make(name, **params)
    spiel = openspiel_game(game)
    table = policies.TabularPolicy(spiel)
    paid = backward(spiel.new_initial_state(), table)
    prediction = card(game, "subgame_perfect", quantity)
    assert measured(paid, game) == pytest.approx(prediction.value, abs=prediction.tolerance or 1e-9)
    assert exploitability.nash_conv(spiel, table) == pytest.approx(0, abs=1e-9)
    assert expected_game_score.policy_value(spiel.new_initial_state(), [table] * 2) == pytest.approx(paid)


def test_linear_programmes_and_value_iteration_agree():
    # OpenSpiel's linear programmes ask for these two
    pytest.importorskip("cvxpy")
    pytest.importorskip("ecos")
    from open_spiel.python.algorithms import lp_solver, value_iteration

    game = ludens.make("rock_paper_scissors", rounds=1, stakes=(1, 2, 3))
    mixed, _, value, _ = lp_solver.solve_zero_sum_matrix_game(pyspiel.extensive_to_matrix_game(one_by_one(game)))
    (equilibrium,) = card(game, "nash", "stage_extreme").value
    assert value == pytest.approx(equilibrium["payoffs"][0], abs=1e-6)
    assert np.ravel(mixed) == pytest.approx(equilibrium["mixed"][0], abs=1e-5)
    values = value_iteration.value_iteration(openspiel_game(game), depth_limit=-1, threshold=1e-6)
    assert values["nothing has happened yet"] == pytest.approx(0, abs=1e-6)


SENT = [
    ("prisoners_dilemma", {"rounds": 3}),
    ("rock_paper_scissors", {"rounds": 2}),
    ("ultimatum", {"pie": 4}),
    ("ultimatum", {"pie": 4, "strategy_method": True}),
    ("trust", {"endowment": 3}),
    ("alternating_offers", {"grain": 4, "deadline": 6}),
    ("minority", {"rounds": 2}),
    ("public_goods", {"seats": 3, "rounds": 2, "endowment": 3, "punishment": True}),
    ("dictator", {"pie": 6}),
]


@pytest.mark.parametrize(("name", "params"), SENT)
def test_sent_out_and_taken_in_again_it_pays_the_same(name, params):
    ours = ludens.make(name, **params)
    theirs = ludens.make("openspiel", name=openspiel_game(ours).get_type().short_name)
    check_game(theirs, seeds=(0,))
    assert (theirs.seats, theirs.type.horizon, theirs.type.payoff_low, theirs.type.payoff_high) == (
        ours.seats,
        ours.type.horizon,
        ours.type.payoff_low,
        ours.type.payoff_high,
    )
    coders = [codec(ours.action_domain(seat)) for seat in range(ours.seats)]
    for seed in range(8):
        state, back, rng = ours.start(0), theirs.start(0), np.random.default_rng(seed)
        while not state.over:
            assert set(state.to_move) <= set(back.to_move)
            for seat in state.to_move:
                legal = {int(coders[seat].encode(value)) for value in state.action_spec(seat).domain.values()}
                assert legal == set(back.action_spec(seat).domain.numbers)
            moves = random_moves(state, rng)
            waiting = {seat: Move(0) for seat in back.to_move if seat not in moves}
            state.play({seat: Move(move.choice) for seat, move in moves.items()})
            back.play({**{seat: Move(int(coders[seat].encode(move.choice))) for seat, move in moves.items()}, **waiting})
        assert back.over
        assert back.returns == pytest.approx(state.returns)


def test_what_a_seat_knows_goes_out():
    spiel = openspiel_game(ludens.make("prisoners_dilemma", rounds=2))
    seen = {}
    for first in range(2):
        for second in range(2):
            state = spiel.new_initial_state()
            state.apply_actions([first, second])
            seen[first, second] = state.information_state_string(0), state.information_state_string(1)
    assert len({mine for mine, _ in seen.values()}) == 4
    assert all(mine != theirs for mine, theirs in seen.values())
    assert len(spiel.new_initial_state().observation_tensor(0)) == spiel.observation_tensor_size()


def test_a_copy_of_a_position_goes_its_own_way():
    state = openspiel_game(ludens.make("ultimatum", pie=4)).new_initial_state()
    twin = state.clone()
    twin.apply_action(2)
    assert state.history() == []
    assert twin.history() == [2]
    assert state.current_player() == 0
    assert twin.current_player() == 1


@pytest.mark.parametrize(("name", "told"), [("campsite_negotiation", "draws chance"), ("bertrand", "cannot be numbered")])
def test_what_cannot_go_out_is_said(name, told):
    with pytest.raises(NotSupported, match=told):
        openspiel_game(ludens.make(name))


def test_games_go_out_whose_deals_can_be_listed():
    ours, theirs = openspiel_game(ludens.make("kuhn_poker")), pyspiel.load_game("kuhn_poker")
    state = ours.new_initial_state()
    assert state.is_chance_node()
    assert len(state.chance_outcomes()) == 6
    assert sum(chance for _, chance in state.chance_outcomes()) == pytest.approx(1)
    curves = []
    for game in (ours, theirs):
        solver = cfr.CFRSolver(game)
        for _ in range(5):
            solver.evaluate_and_update_policy()
        curves.append(exploitability.exploitability(game, solver.average_policy()))
    assert curves[0] == pytest.approx(curves[1], abs=1e-12)
    with pytest.raises(NotSupported, match="draws chance inside its own rules"):
        openspiel_game(ludens.make("kuhn_poker", hands=2))
