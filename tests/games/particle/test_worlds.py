"""The particle worlds: what the rules say, in positions made by hand and drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import Move, load_state, make
from ludens.games.particle.physics import MOVES, Bodies, advance
from ludens.games.particle.tag import stray
from ludens.games.testing import check_game, random_moves

ALONE = Bodies((0.1,), (5.0,), (np.inf,), solid=True)
PAIR = Bodies((0.15, 0.15), (5.0, 5.0), (np.inf, np.inf), solid=True)

points = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def moves(state, *choices):
    return {seat: Move(choice) for seat, choice in enumerate(choices)}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("simple_spread", {"agents": 1}),
        ("simple_spread", {"agents": 2, "landmarks": 4, "end_on_success": True, "horizon": 10}),
        ("simple_tag", {"adversaries": 1, "prey": 2, "obstacles": 0, "end_on_success": True, "horizon": 10}),
        ("simple_reference", {"say_chars": 40, "horizon": 4}),
    ],
    ids=str,
)
def test_other_parameters_conform(name, params):
    check_game(make(name, **params), seeds=range(2))


# -- how particles move ----------------------------------------------------------------------------------------------


def test_a_push_shows_one_step_later_and_carries_a_fifth():
    where, speed, marks = np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((0, 2))
    where, speed = advance(where, speed, marks, np.array([MOVES.index("up")]), ALONE)
    assert where.tolist() == [[0, 0]]
    assert speed == pytest.approx(np.array([[0, 0.5]]))
    for _ in range(200):
        where, speed = advance(where, speed, marks, np.array([0]), ALONE)
    assert where == pytest.approx(np.array([[0, 0.2]]))


@given(points, points, points, points, st.integers(0, 4))
@settings(max_examples=200)
def test_contacts_keep_momentum_and_push_apart(one, other, v_one, v_other, move):
    where, speed = np.array([one, other]), np.array([v_one, v_other])
    free = Bodies(PAIR.radii, PAIR.pushes, PAIR.speeds, solid=False)
    _, then = advance(where, speed, np.zeros((0, 2)), np.array([move, move]), PAIR)
    _, alone = advance(where, speed, np.zeros((0, 2)), np.array([move, move]), free)
    assert then.sum(axis=0) == pytest.approx(alone.sum(axis=0), abs=1e-9)
    gap = where[0] - where[1]
    # along the line between them nobody is pulled
    assert (then - alone)[0] @ gap >= -1e-9


@given(st.lists(points, min_size=3, max_size=3), st.integers(0, 3))
@settings(max_examples=100)
def test_the_plane_has_no_preferred_direction(places, turns):
    """A quarter turn of everything, moves included, turns what follows."""
    turn = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), turns)
    turned_move = dict(zip(range(5), [0, *(MOVES.index(("right", "up", "left", "down")[(k + turns) % 4]) for k in (2, 0, 3, 1))], strict=True))
    where, speed, marks = np.array(places[:2]), np.array([[0.3, -0.1], [0.0, 0.2]]), np.array(places[2:])
    bodies, chosen = Bodies((0.15, 0.1), (5.0, 3.0), (np.inf, 1.0), solid=True, rocks=0.2), np.array([1, 4])
    one = advance(where, speed, marks, chosen, bodies)
    other = advance(where @ turn.T, speed @ turn.T, marks @ turn.T, np.array([turned_move[k] for k in chosen]), bodies)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a @ turn.T, b, atol=1e-9)


def test_speeds_are_held_down():
    state = make("simple_tag").start(0)
    state.where, state.marks = np.array([[0.0, 0], [5, 5], [-5, 5], [0.5, -5]]), np.full((2, 2), 9.0)
    for _ in range(20):
        state.play(moves(state, *["right"] * 4))
    assert np.sqrt(np.square(state.speed).sum(axis=1)) == pytest.approx([1.0, 1.0, 1.0, 1.3])


def test_who_lies_in_the_same_place_is_not_thrown_to_nowhere():
    where, _ = advance(np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((0, 2)), np.zeros(2, np.int64), PAIR)
    assert np.isfinite(where).all()


# -- what is paid ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_spread_pays_distances_and_collisions(ratio):
    game = make("simple_spread", local_ratio=ratio)
    state = game.start(0)
    state.where, state.marks = np.array([[0.0, 0], [0.2, 0], [3.0, 4]]), np.array([[0.0, 0], [0.2, 0], [0.0, 0.1]])
    paid, shared = game.paid(state), -0.1
    assert paid == pytest.approx([(1 - ratio) * shared - ratio, (1 - ratio) * shared - ratio, (1 - ratio) * shared])


def test_spread_ends_when_all_is_covered():
    game = make("simple_spread", agents=2, end_on_success=True)
    state = game.start(0)
    state.where = state.marks = np.array([[0.5, 0.5], [-0.5, -0.5]])
    state.play(moves(state, "stay", "stay"))
    assert state.over
    assert state.turn == 1
    assert state.returns == [0.0, 0.0]
    assert state.events[-1].data == {"done": True}


def test_tag_pays_touches_and_straying():
    game = make("simple_tag")
    state = game.start(0)
    state.where = np.array([[0.95, 0], [0.95, 0.1], [-1, -1], [0.95, 0.05]])
    assert game.paid(state) == pytest.approx([20, 20, 20, -20.5])
    assert stray(np.array([0, 0.9, -0.95, 1.0, 1.5, -2.5, 1e6])) == pytest.approx([0, 0, 0.5, 1, np.e, 10, 10])


def test_tag_has_roles():
    state = make("simple_tag", adversaries=2, prey=2).start(0)
    assert state.roles == ("adversary", "adversary", "prey", "prey")


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_returns_of_tag_lie_in_their_bounds_and_touches_balance(seed):
    game = make("simple_tag", adversaries=2, prey=2, obstacles=0, horizon=12)
    state, rng, touches, strayed = game.start(seed), np.random.default_rng(seed), 0.0, 0.0
    state.where *= 0.2
    while not state.over:
        state.play(random_moves(state, rng))
        touches += state.touching()[:2, 2:].sum()
        strayed += stray(state.where[2:]).sum()
    assert state.returns[0] == state.returns[1] == pytest.approx(10 * touches)
    assert sum(state.returns[2:]) == pytest.approx(-10 * touches - strayed)
    assert all(game.type.payoff_low <= total <= game.type.payoff_high for total in state.returns)


def test_reference_pays_the_other_agents_distance():
    game = make("simple_reference", local_ratio=0.75)
    state = game.start(0)
    state.targets, state.where, state.marks = [2, 0], np.array([[1.0, 0], [0, 3.0]]), np.zeros((3, 2))
    assert game.paid(state) == pytest.approx([-0.75 * 3 - 0.25 * 2, -0.75 * 1 - 0.25 * 2])


def test_reference_cannot_be_worse_than_its_bound():
    game = make("simple_reference", horizon=25)
    state = game.start(0)
    state.where, state.marks = np.array([[1.0, 1], [1, 1]]), np.full((3, 2), -1.0)
    choice = {"message": 0, "move": "right"}
    while not state.over:
        state.play({0: Move(choice), 1: Move(choice)})
    assert game.type.payoff_low <= state.returns[0] < 0.8 * game.type.payoff_low


def test_who_never_pushes_in_reference_gets_what_the_card_says():
    game = make("simple_reference", horizon=5)
    (card,) = game.predictions()
    stay = Move({"message": 0, "move": "stay"})
    returns = []
    for seed in range(1500):
        state = game.start(seed)
        while not state.over:
            state.play({0: stay, 1: stay})
        returns.append(state.returns[0])
    assert np.mean(returns) == pytest.approx(card.value, abs=5 * np.std(returns) / np.sqrt(len(returns)))


# -- what is known ---------------------------------------------------------------------------------------------------


def test_an_agent_of_reference_does_not_see_where_it_should_go():
    game, drawn = make("simple_reference", horizon=6), set()
    state, rng = game.start(2), np.random.default_rng(0)
    for _ in range(3):
        state.play(random_moves(state, rng))
    for number in range(20):
        twin = state.resample_hidden(0, np.random.default_rng(number))
        drawn.add(twin.targets[0])
        assert twin.targets[1] == state.targets[1]
        assert np.array_equal(twin.data(0)["observation"], state.data(0)["observation"])
        assert twin.observe(0).text() == state.observe(0).text()
        # the other's view is that of the world that was drawn
        colour = ("red", "green", "blue")[twin.targets[0]]
        assert f"player_0 should come near the {colour}" in twin.observe(1).text()
        assert (twin.events == state.events) == (twin.targets == state.targets)
    assert drawn == {0, 1, 2}


def test_a_resampled_world_of_reference_pays_as_if_it_had_been_so_from_the_start():
    game = make("simple_reference", horizon=6)
    state, rng, played = game.start(2), np.random.default_rng(0), []
    for _ in range(4):
        played.append(random_moves(state, rng))
        state.play(played[-1])
    twin = state.resample_hidden(1, np.random.default_rng(5))
    again = game.start(2)
    again.targets = list(twin.targets)
    for joint in played:
        again.play(joint)
    assert twin.returns == pytest.approx(again.returns)
    assert twin.rewards == pytest.approx(again.rewards)


def test_messages_are_heard_and_moves_are_not_seen_in_reference():
    state = make("simple_reference").start(0)
    state.play({0: Move({"message": 7, "move": "up"}), 1: Move({"message": 3, "move": "left"})})
    seen = state.data(1)["observation"]
    assert seen[11:].argmax() == 7
    text = state.observe(1).text()
    assert "player_0 has sent 7 last" in text
    assert "player_0 pushes" not in text


def test_positions_travel_as_plain_data():
    game = make("simple_reference")
    state, rng = game.start(1), np.random.default_rng(0)
    state.play(random_moves(state, rng))
    assert load_state(game, state.to_dict()) == state


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("simple_spread", {"agents": 0}, "agents=0 should be from 1 to 100"),
        ("simple_spread", {"landmarks": 0}, "landmarks=0 should be from 1 to 100, or null"),
        ("simple_spread", {"local_ratio": 1.5}, "local_ratio=1.5 should be from 0 to 1"),
        ("simple_tag", {"prey": 0}, "prey=0 should be"),
        ("simple_tag", {"obstacles": -1}, "obstacles=-1 should be"),
        ("simple_reference", {"say_chars": -1}, "say_chars=-1 should be"),
        ("simple_reference", {"horizon": 0}, "horizon=0 should be"),
    ],
)
def test_mistakes_get_one_line(name, params, words):
    with pytest.raises(ParameterError, match=words):
        make(name, **params)


def test_one_planner_for_two_who_speak_and_move_names_each_part_once():
    game = make("joint", of="simple_reference")
    check_game(game)
    state = game.start(3)
    spec = state.action_spec(0)
    assert [name for name, _ in spec.domain.fields] == ["player_0_message", "player_0_move", "player_1_message", "player_1_move"]
    alone = make("simple_reference").start(3)
    choice = spec.sample(np.random.default_rng(0)).choice
    state.play({0: Move(choice)})
    alone.play({seat: Move({part: choice[f"player_{seat}_{part}"] for part in ("message", "move")}) for seat in (0, 1)})
    assert state.inner.key(0) == alone.key(0)
    assert state.rewards == [pytest.approx(np.mean(alone.rewards))]
