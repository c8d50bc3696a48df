"""The tasks as games: conformance in every level, seats and roles, what is told, how it ends."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.core import IllegalMove
from ludens.games.robots.game import RobotsGame
from ludens.games.robots.make_sandwich import MakeSandwich
from ludens.games.robots.plan import planner
from ludens.games.robots.sort_cubes import SortCubes
from ludens.games.robots.sweep_floor import SweepFloor
from ludens.games.testing import check_game, random_moves

GAMES: tuple[type[RobotsGame], ...] = (SweepFloor, MakeSandwich, SortCubes)
LEVELS = [(cls, level) for cls in GAMES for level in cls.levels]


@pytest.mark.parametrize(("cls", "level"), LEVELS)
def test_every_level_conforms(cls, level):
    check_game(cls(level=level, say_chars=30), seeds=(1,))


@pytest.mark.parametrize(("cls", "level"), LEVELS)
def test_the_planned_moves_complete_the_game_in_the_predicted_steps(cls, level):
    game = cls(level=level)
    state = game.start(3)
    for joint in planner(game.task).plan(state.position):
        state.play({seat: Move(game.task.labels[number]) for seat, number in enumerate(joint)})
    cards = {card.quantity: card for card in game.predictions() if card.concept in ("optimum", "welfare")}
    assert state.over
    assert state.outcome == {"success": True, "steps": cards["steps"].value, "failed": [0] * game.seats}
    assert cards["steps"].agrees(state.turn)
    assert set(state.returns) == {cards["return"].value} == {game.type.payoff_high}
    assert state.events[-1].data == {"success": True}


@pytest.mark.parametrize("cls", GAMES)
def test_time_runs_out(cls):
    state = cls(horizon=2).start(0)
    waits = {seat: state.default_move(seat) for seat in state.to_move}
    before = state.position
    state.play(waits)
    assert "This is the last step." in state.request(0)
    state.play(waits)
    assert state.over
    assert state.position == before
    assert state.returns == [0.0] * cls().seats
    assert state.outcome == {"success": False, "steps": 2, "failed": [0] * cls().seats}
    with pytest.raises(IllegalMove, match="over"):
        state.play(waits)


def test_a_level_that_takes_longer_than_there_is_time_is_said_to_fail():
    (card,) = SweepFloor(level="Y3_G3", horizon=12).predictions()
    assert (card.quantity, card.value) == ("success", False)
    assert any(card.concept == "language_model" for card in SweepFloor(level="Y3_G3").predictions())
    assert not any(card.concept == "language_model" for card in SweepFloor(level="Y3_G3", horizon=20).predictions())


@pytest.mark.parametrize(("cls", "roles"), [(SweepFloor, ("dustpan", "broom")), (MakeSandwich, ("right", "left")), (SortCubes, ("left", "middle", "right"))])
def test_seats_have_their_roles(cls, roles):
    game = cls()
    assert game.type.roles == roles
    assert game.seats == len(roles)
    for seat, role in enumerate(roles):
        assert f"You are player_{seat}, " in game.rules_text(seat)
        assert role in game.rules_text(seat).partition(f"You are player_{seat}, ")[2].partition(".")[0]
    assert "You are" not in game.rules_text(None)


def test_each_robot_is_offered_its_own_actions():
    state = SweepFloor().start(0)
    pan, broom = (set(state.action_spec(seat).domain.options) for seat in range(2))
    assert "DUMP" in pan - broom
    assert {label.split()[0] for label in broom - pan} == {"SWEEP"}
    with pytest.raises(IllegalMove, match="player_1: 'DUMP' is not one of"):
        state.play({0: Move("WAIT"), 1: Move("DUMP")})


def test_what_does_not_fit_the_gripper_is_not_offered():
    state = MakeSandwich(level="recipe4").start(0)
    assert {label.split()[0] for label in state.action_spec(0).domain.options} == {"WAIT", "PICK"}
    state.play({0: Move("PICK tomato2"), 1: Move("PICK bread_slice1")})
    for seat, name in enumerate(("tomato2", "bread_slice1")):
        assert all(label == "WAIT" or label.startswith(f"PUT {name} ON ") for label in state.action_spec(seat).domain.options)
    assert "PUT tomato2 ON tomato2" not in state.action_spec(0).domain.options


def test_robots_are_told_why_something_fails():
    state = SweepFloor(level="Y1_G1").start(0)
    events = state.play({0: Move("DUMP"), 1: Move("SWEEP green_cube")})
    assert [event.text for event in events] == [
        "player_0 tries DUMP and fails: the dustpan is empty.",
        "player_1 tries SWEEP green_cube and fails: player_1 stands at no cube.",
    ]
    assert events[0].data == {"action": "DUMP", "reason": "empty"}
    state.play({0: Move("MOVE red_cube"), 1: Move("MOVE red_cube")})
    assert state.failed == [1, 1]


def test_the_words_of_every_failure_can_be_said():
    # every action with every action of another robot, in positions of random play
    for cls, level in LEVELS:
        game, rng, said = cls(level=level), np.random.default_rng(0), set()
        state = game.start(0)
        while not state.over:
            for seat in range(game.seats):
                for number, action in enumerate(game.task.actions):
                    joint = tuple(number if other == seat else int(rng.integers(len(game.task.actions))) for other in range(game.seats))
                    if reason := game.task.reasons(state.position, joint)[seat]:
                        words = game.words.failed(state.position, seat, action, reason)
                        assert words.startswith(f"player_{seat} tries {action.label} and fails: ")
                        said.add(reason)
            state.play(random_moves(state, rng))
        assert len(said) >= 3


def test_robots_read_what_they_reach():
    state = SortCubes(level="sort5").start(0)
    assert [state.request(seat).split("\n")[2] for seat in range(3)] == [
        "You reach panel1, panel2 and panel3, so of the cubes pink_polygon and yellow_trapezoid.",
        "You reach panel3, panel4 and panel5, so of the cubes pink_polygon.",
        "You reach panel5, panel6 and panel7, so of the cubes blue_square.",
    ]
    request = MakeSandwich(level="recipe4").start(0).request(0)
    assert "On the right side, which is your own: beef_patty1, beef_patty2, cucumber1, cucumber2 and tomato2." in request
    assert "On the left side, out of your reach: bacon, bread_slice1, bread_slice2, cheese, ham and tomato1." in request


def test_the_seed_draws_the_start_where_the_papers_give_none():
    starts = {SortCubes(level="sort4").start(seed).position for seed in range(60)}
    assert starts == set(SortCubes(level="sort4").task.starts)
    assert len({MakeSandwich(level="recipe3").start(seed).position for seed in range(20)}) == 2
    for game in (SortCubes(level="sort5"), MakeSandwich(level="recipe4"), SweepFloor()):
        assert not game.type.chance
        assert len({game.start(seed).position for seed in range(20)}) == 1


def test_data_tells_position_time_and_what_a_robot_is_able_to_do():
    game = SweepFloor(level="Y1_G1", horizon=10)
    state = game.start(0)
    state.play({0: Move("MOVE green_cube"), 1: Move("MOVE green_cube")})
    data = state.data(1)
    assert data["position"].tolist() == [2, 2] + [0] * 7
    assert data["observation"][:2].tolist() == [0, 1]
    assert data["observation"][-1] == pytest.approx(0.9)
    able = {label for label, yes in zip(game.task.labels, data["able"], strict=True) if yes}
    assert able == {"WAIT", "SWEEP green_cube", *(f"MOVE {name}" for name in game.task.things if name != "green_cube")}


@pytest.mark.parametrize(
    ("name", "parameters", "says"),
    [
        ("sweep_floor", {"level": "Y3_G4"}, "level='Y3_G4' should be one of Y1_G1"),
        ("make_sandwich", {"level": "recipe5"}, "level='recipe5' should be one of recipe1"),
        ("sort_cubes", {"horizon": 0}, "horizon=0 should be from 1"),
        ("sort_cubes", {"say_chars": -1}, "say_chars=-1 should be from 0"),
    ],
)
def test_parameters_are_checked(name, parameters, says):
    with pytest.raises(ParameterError, match=says):
        make(name, **parameters)
