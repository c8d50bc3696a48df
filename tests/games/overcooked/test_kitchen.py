"""Kitchens: what is read, and what is wrong with what cannot be read."""

from __future__ import annotations

import pytest

from ludens.errors import LudensError, ParameterError
from ludens.games import Move
from ludens.games.overcooked import text
from ludens.games.overcooked.game import Overcooked
from ludens.games.overcooked.kitchen import RECIPES, kitchen

GRID = "XXPXX\nO1 2O\nX   X\nXDXSX"


def test_values_and_times_of_recipes():
    plain = kitchen(GRID)
    assert {recipe: value for recipe, value in zip(RECIPES, plain.values, strict=True) if value} == {(3, 0): 20.0}
    assert set(kitchen(repr({"grid": GRID})).values) == {20.0}
    assert {sum(recipe) for recipe, value in zip(RECIPES, kitchen(GRID.replace("2O", "2T")).values, strict=True) if value} == {3}
    orders = [{"ingredients": ["onion"]}, {"ingredients": ["tomato", "onion", "onion"]}]
    each = kitchen(repr({"grid": GRID, "start_all_orders": orders, "start_bonus_orders": orders[1:], "onion_value": 5, "tomato_value": 7}))
    assert {recipe: value for recipe, value in zip(RECIPES, each.values, strict=True) if value} == {(1, 0): 5.0, (2, 1): 34.0}
    listed = kitchen(repr({"grid": GRID, "start_all_orders": orders, "recipe_values": [3, 4], "recipe_times": [8, 9], "order_bonus": 3}))
    assert (listed.value((1, 0)), listed.value((2, 1)), listed.value((3, 0))) == (3.0, 4.0, 0.0)
    assert (listed.time((1, 0)), listed.time((2, 1)), listed.time((3, 0))) == (8, 9, 20)
    assert kitchen(repr({"grid": GRID, "cook_time": 2, "delivery_reward": 5})).times == (2,) * 9


def test_files_are_read(tmp_path):
    path = tmp_path / "mine.layout"
    path.write_text(repr({"grid": GRID.replace("\n", "\n        "), "cook_time": 3, "rew_shaping_params": {"PLACEMENT_IN_POT_REW": 1}}))
    found = kitchen(str(path))
    assert (found.name, found.rows, found.shaping) == ("mine", kitchen(GRID).rows, (1.0, 0.0, 0.0))
    assert found.starts == ((1, 1), (3, 1))
    game = Overcooked(layout=str(path))
    assert game.kitchen.times == found.times == (3,) * 9
    # the game holds the kitchen, not the path: it is the same when the file has gone
    path.unlink()
    again = Overcooked(**game.params)
    assert (again.hash, again.kitchen) == (game.hash, game.kitchen)
    assert "mine" not in game.layout
    assert "\n" not in game.label
    assert Overcooked(layout=GRID) == Overcooked(layout=GRID.replace("\n", "/")) == Overcooked(layout=Overcooked(layout=GRID).layout)


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("cramped_roon", "'cramped_roon' is no name of a kitchen, path of a .layout file or grid of lines; did you mean 'cramped_room'"),
        ("nowhere.layout", "cannot read the kitchen nowhere.layout: No such file or directory"),
        ("{'grid': ", "the given kitchen should hold a dictionary with a grid"),
        ("{'map': 'X'}", "the given kitchen should hold a dictionary with a text called grid"),
        (repr({"grid": GRID, "cooktime": 3}), "unknown option 'cooktime'; did you mean 'cook_time'"),
        (repr({"grid": GRID, "cook_time": "3"}), "cook_time='3' should be a number"),
        (repr({"grid": GRID, "cook_time": 900}), "from 0 to 200"),
        (repr({"grid": GRID, "onion_time": 3}), "onion_time and tomato_time should both be given"),
        (repr({"grid": GRID, "recipe_values": [1]}), "recipe_values should hold a number for each of start_all_orders"),
        (repr({"grid": GRID, "start_all_orders": [{"ingredients": ["fish"]}]}), "start_all_orders should list orders"),
        ("XXPXX\nO1 2O\nX  X\nXDXSX", "lines of one length"),
        ("XXPXX\nO1 1O\nX   X\nXDXSX", "cook 1 begins twice"),
        ("XXPXX\nO1 3O\nX   X\nXDXSX", "numbered 1, 2"),
        ("XXPXX\nO1 2O\nX   X\nXXXSX", "there should be dishes"),
        ("XXPXX\nX1 2X\nX   X\nXDXSX", "there should be onions"),
        ("XXPXX\n1  2O\nX   X\nXDXSX", "'1' at x=0, y=1 should be one of X, O, T, D, P, S, R, L, M"),
        ("XXPXX\nO1?2O\nX   X\nXDXSX", "'?' at x=2, y=1 should be one of X, O, T, D, P, S, R, L, M, a blank or the number of a cook"),
    ],
)
def test_what_is_wrong_is_told(layout, said):
    with pytest.raises(LudensError) as caught:
        kitchen(layout)
    assert said in str(caught.value)


def test_old_dynamics_need_orders_of_three():
    with pytest.raises(ParameterError, match="old_dynamics=True needs a kitchen whose orders all have three ingredients"):
        Overcooked(layout=repr({"grid": GRID, "start_all_orders": [{"ingredients": ["onion"]}]}), old_dynamics=True)


def test_a_kitchen_in_words():
    game = Overcooked(layout=GRID, say_chars=100)
    state = game.start(0)
    assert "onions at (0, 1) and (4, 1); dishes at (1, 3); a pot at (2, 0); a serving counter at (3, 3)" in game.rules_text(0)
    events = state.play({0: Move("west", "I take onions."), 1: Move("interact")})
    assert [event.text for event in events] == ['player_0 says: "I take onions."']
    events = state.play({0: Move("interact"), 1: Move("east")})
    assert [event.text for event in events] == ["player_0 takes an onion."]
    assert text.drawing(state).splitlines()[1] == "O  <0 .  >1 O"
    request = state.request(1)
    assert "player_0 is at (1, 1), facing west to onions at (0, 1), and holds an onion." in request
    assert "You are at (3, 1), facing east to onions at (4, 1), and hold nothing." in request
    state.play({0: Move("east"), 1: Move("west")})
    assert state.where == [(1, 1), (3, 1)]
    assert state.events[-1].kind == "bump"
