"""Overcooked-v2: what is ordered and what it costs, who sees what, and what can be drawn anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens import make
from ludens.errors import ParameterError
from ludens.games import Move, NotSupported
from ludens.games.overcooked.game import Overcooked
from ludens.games.overcooked.kernel import OvercookedBatch
from ludens.games.overcooked.v2.game import BUTTON_STEPS, OvercookedV2
from ludens.games.overcooked.v2.kitchens import KITCHENS_V2
from ludens.games.overcooked.v2.state import MUSHROOM
from ludens.games.testing import check_game, check_leak, random_moves

ROOM = "XXLPXX/O1  2T/X    X/XXDXSX"
"""No indicator, one button: nobody knows the order until it is used."""
SPARE = "XXMXX/X1  X/O  PX/T 2DX/XXSRX"


def start(layout=ROOM, seed=0, **given):
    return OvercookedV2(**{"layout": layout, "random_starts": False, "view_radius": None, **given}).start(seed)


def act(state, *words):
    return state.play(dict(enumerate(map(Move, words))))


def shown(state, seat):
    observation = state.observe(seat)
    return observation.text(), observation.data["planes"].tobytes(), observation.key


def served(state, recipe, seat=1):
    """Put a soup into a cook's hands before the serving counter of ROOM, and have it delivered."""
    state.where[seat], state.facing[seat], state.hands[seat] = (4, 2), 1, ("soup", *recipe)
    return act(state, *("interact" if cook == seat else "stay" for cook in range(2)))


# -- orders and prices -------------------------------------------------------------------------------------------------


def test_only_what_is_ordered_earns():
    state = start(wrong_price=7.0)
    right, wrong = state.recipe, (2, 1)
    events = served(state, wrong)
    assert (state.rewards, state.delivered) == ([-7.0, -7.0], 0)
    assert [event.text for event in events][-1] == "Everybody pays 7 points for a soup that was not ordered."
    events = served(state, right)
    assert (state.rewards, state.delivered) == ([20.0, 20.0], 1)
    assert state.returns == [13.0, 13.0]
    assert [event.kind for event in events] == ["deliver", "payoff", "order"]
    state = start(wrong_price=0.0)
    served(state, wrong if state.recipe != wrong else (1, 2))
    assert state.rewards == [0.0, 0.0]


def test_a_button_shows_the_order_for_ten_steps_and_costs():
    state = start(button_price=3.0)
    assert not state.shown(0)
    assert not state.observe(0).data["planes"][:, :, 31:34].any()
    act(state, "east", "stay")
    act(state, "north", "stay")
    events = act(state, "interact", "stay")
    assert state.rewards == [-3.0, -3.0]
    assert [event.kind for event in events] == ["button", "payoff", "shown"]
    onions, tomatoes = state.recipe
    steps = 0
    while state.shown(1):
        steps += 1
        assert state.observe(1).data["planes"][2, 0, 31:34].tolist() == [onions, tomatoes, BUTTON_STEPS - steps]
        assert f"The button at (2, 0) shows the order for {BUTTON_STEPS - steps} more step" in state.request(1)
        act(state, "stay", "stay")
    # the step of its use is the first of the ten
    assert steps == BUTTON_STEPS - 1
    assert "The button at (2, 0) shows nothing." in state.request(1)
    state.hands[0] = ("onion",)
    act(state, "interact", "stay")
    assert (state.rewards, state.lit) == ([0.0, 0.0], {})


def test_orders_are_drawn_by_the_seed():
    orders = []
    for seed in range(40):
        state = start(seed=seed)
        drawn = [state.recipe]
        for _ in range(5):
            served(state, state.recipe)
            drawn.append(state.recipe)
        again = start(seed=seed)
        assert again.recipe == drawn[0]
        orders += drawn
    counts = [orders.count(recipe) for recipe in OvercookedV2(layout=ROOM).recipes]
    # 240 draws of four alike likely
    assert sum(counts) == 240
    assert min(counts) > 40
    state = start(new_recipe="episode")
    kept = state.recipe
    for _ in range(5):
        served(state, kept)
    assert (state.recipe, state.delivered, [event.kind for event in state.events].count("order")) == (kept, 5, 1)


# -- a step ------------------------------------------------------------------------------------------------------------


def test_all_move_before_they_interact():
    state = start(SPARE)
    # the second cook comes before the pot in the step in which the first one would have met it
    act(state, "north", "north")
    assert state.where == [(1, 1), (2, 2)]
    state.where, state.facing, state.hands = [(2, 2), (2, 3)], [2, 2], [("onion",), None]
    act(state, "west", "north")
    assert state.where == [(1, 2), (2, 2)]


def test_only_those_in_each_others_way_are_stopped():
    state = OvercookedV2(layout="XXXXXXX/O1 2 3T/X     X/XDSRPXX", random_starts=False).start(0)
    events = act(state, "east", "west", "south")
    assert state.where == [(1, 1), (3, 1), (5, 2)]
    assert [event.seat for event in events if event.kind == "bump"] == [0, 1]
    state.where = [(1, 1), (2, 1), (3, 1)]
    act(state, "east", "west", "south")
    assert state.where == [(1, 1), (2, 1), (3, 2)]
    state.where = [(1, 1), (2, 1), (3, 1)]
    act(state, "east", "east", "east")
    assert state.where == [(2, 1), (3, 1), (4, 1)]
    state.where = [(1, 1), (2, 1), (3, 1)]
    act(state, "east", "east", "stay")
    assert state.where == [(1, 1), (2, 1), (3, 1)]


def test_mushrooms_go_into_no_pot():
    state = start(SPARE)
    state.where, state.facing = [(2, 1), (1, 3)], [0, 0]
    assert act(state, "interact", "stay")[0].text == "player_0 takes a mushroom."
    state.where[0], state.facing[0] = (2, 2), 2
    assert act(state, "interact", "stay") == []
    assert (state.hands[0], state.pots) == (MUSHROOM, {})
    assert state.observe(1).data["planes"][2, 2, 30] == 1
    state.where[0] = (3, 1)
    act(state, "north", "stay")
    act(state, "interact", "stay")
    assert "On counters: a mushroom at (3, 0)." in state.request(1)
    assert state.observe(1).data["planes"][3, 0, 30] == 1


def test_cooks_begin_in_their_rooms():
    game = OvercookedV2(layout="grounded_coord_ring")
    begun = {tuple(game.start(seed).where) for seed in range(60)}
    rooms = [set(game.room(cell)) for cell in game.kitchen.starts]
    assert len(begun) > 50
    assert all(first in rooms[0] and second in rooms[1] and first != second for first, second in begun)
    simple = OvercookedV2()
    assert {game_start.where[0][0] for game_start in map(simple.start, range(40))} == {1, 2}
    assert {game_start.where[1][0] for game_start in map(simple.start, range(40))} == {5, 6}


# -- what is hidden ----------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.sampled_from(sorted(KITCHENS_V2)), st.integers(0, 10**6), st.integers(0, 60), st.integers(1, 3))
def test_nothing_out_of_view_is_told(layout, seed, steps, radius):
    state, rng = OvercookedV2(layout=layout, view_radius=radius).start(seed), np.random.default_rng(seed)
    for _ in range(steps):
        state.play(random_moves(state, rng))
    kitchen = state.game.kitchen
    for seat in range(2):
        before, other = shown(state, seat), 1 - seat
        twin = state.clone()
        for cell in kitchen.cells("X"):
            if not twin.sees(seat, cell):
                twin.counters[cell] = MUSHROOM if sum(cell) % 2 else ("dish",)
        for cell in kitchen.cells("P"):
            if not twin.sees(seat, cell):
                twin.pots[cell] = (2, 1, 5)
        if not twin.sees(seat, twin.where[other]):
            twin.hands[other], twin.facing[other] = ("soup", 3, 0), 2
            far = [cell for cell in twin.game.room(twin.where[other]) if not twin.sees(seat, cell)]
            twin.where[other] = far[int(rng.integers(len(far)))]
        if not twin.shown(seat):
            twin.recipe = next(recipe for recipe in twin.game.recipes if recipe != twin.recipe)
            twin.lit = {cell: 4 for cell in kitchen.cells("L") if not twin.sees(seat, cell)}
        assert shown(twin, seat) == before
        # and what is in view is told: all of it is there in the whole kitchen's planes
        near = state.observe(seat).data["planes"][:, :, 26].astype(bool)
        assert near.sum() == sum(state.sees(seat, (x, y)) for x in range(kitchen.width) for y in range(kitchen.height))


def test_events_are_seen_by_who_sees_the_cook_and_what_it_uses():
    state = start("grounded_coord_simple", view_radius=2)
    assert [event.visible_to for event in state.events if event.kind == "shown"] == [(0,)]
    act(state, "east", "stay")
    button, payoff, news = act(state, "interact", "north")
    assert (button.text, button.visible_to) == ("player_0 uses the button at (3, 2).", (0,))
    assert payoff.visible_to is None
    assert (news.kind, news.visible_to) == ("shown", (1,))
    assert "Out of view: player_0 and the recipe indicator at (0, 2)." in state.request(1)
    # three steps are enough to see each other over the wall
    wide = start("grounded_coord_simple", view_radius=3)
    wide.where = [(2, 1), (5, 2)]
    took = act(wide, "interact", "stay")
    assert [event.visible_to for event in took if event.kind == "take"] == [None]
    assert "player_0 is at (2, 1), facing north to mushrooms at (2, 0), and holds a mushroom." in wide.request(1)


def test_the_order_is_drawn_anew_where_nothing_shows_it():
    state = start()
    rng = np.random.default_rng(0)
    twins = [state.resample_hidden(0, rng) for _ in range(200)]
    counts = [sum(twin.recipe == recipe for twin in twins) for recipe in state.game.recipes]
    assert min(counts) > 30
    assert all(shown(twin, 0) == shown(state, 0) for twin in twins)
    refused = next(recipe for recipe in state.game.recipes if recipe != state.recipe)
    served(state, refused)
    assert {state.resample_hidden(0, rng).recipe for _ in range(60)} == set(state.game.recipes) - {refused}
    # whoever was shown it knows it
    act(state, "east", "stay")
    act(state, "north", "stay")
    act(state, "interact", "stay")
    assert not state.hides(0)
    assert {state.resample_hidden(0, rng).recipe for _ in range(20)} == {state.recipe}
    # what others were shown follows the order that is drawn
    apart = start("grounded_coord_simple", view_radius=2)
    twin = next(twin for twin in (apart.resample_hidden(1, rng) for _ in range(60)) if twin.recipe != apart.recipe)
    words = {kind: [event.text for event in twin.observe(0).events if event.kind == kind] for kind in ("shown", "order")}
    assert words["order"] == []
    assert words["shown"] != [event.text for event in apart.observe(0).events]
    assert twin.key(0) != apart.key(0)
    assert twin.key(1) == apart.key(1)
    assert twin == type(twin).from_dict(twin.game, twin.to_dict())


def test_what_happened_out_of_view_is_not_drawn_anew():
    state = start("grounded_coord_simple", view_radius=2)
    act(state, "stay", "stay")
    assert state.hides(0)
    with pytest.raises(NotSupported, match="cannot draw anew what cooks do out of player_0's view"):
        state.resample_hidden(0, np.random.default_rng(0))


def test_a_delivery_tells_the_order_that_stays():
    state = start(new_recipe="episode")
    served(state, state.recipe)
    assert state.knows == [True, True]
    assert not state.hides(0)


# -- the game ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"layout": ROOM, "view_radius": None},
        {"layout": ROOM, "view_radius": None, "new_recipe": "episode", "random_starts": False, "old_dynamics": False, "say_chars": 40},
        {"layout": "demo_cook_wide", "view_radius": 1},
        {"layout": "XXXXXXX/O1 2 3T/X     X/XDSRPLX", "wrong_price": 0.0, "button_price": 0.0},
        {"layout": "XXXXX/O1  T/XDSRP", "say_chars": 0},
    ],
)
def test_conforms(given):
    check_game(OvercookedV2(horizon=30, **given), seeds=(0, 1))


def test_orders_vary_where_all_is_in_view():
    # a longer game of which everything but the order is seen: the leak check draws it anew all along
    check_leak(OvercookedV2(layout=ROOM, view_radius=None, horizon=120), seeds=range(4))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"encoding": "features"}, "encoding='features' should be 'grid'"),
        ({"view_radius": 0}, "view_radius=0 should be from 1 to 100, or null"),
        ({"new_recipe": "step"}, "new_recipe='step' should be 'episode' or 'delivery'"),
        ({"button_price": -1.0}, "button_price=-1.0 should be from 0"),
        ({"wrong_price": -1.0}, "wrong_price=-1.0 should be from 0"),
        ({"layout": "XXPXX/O1 2T/X   X/XDXSX"}, "has several orders and neither a recipe indicator"),
    ],
)
def test_wrong_parameters_are_told(given, said):
    with pytest.raises(ParameterError) as caught:
        OvercookedV2(**given)
    assert said in str(caught.value)


def test_overcooked_itself_has_no_such_tiles():
    with pytest.raises(ParameterError, match="layout='grounded_coord_simple' has L, M, R in it, which only overcooked_v2 knows"):
        Overcooked(layout="grounded_coord_simple")


def test_compiled_kitchens_are_refused():
    with pytest.raises(NotSupported, match="overcooked_v2-v0 has no vector environment"):
        make("overcooked_v2").vector_env(4)
    with pytest.raises(NotSupported, match="knows the rules of Overcooked, not those of"):
        OvercookedBatch(make("overcooked_v2", layout="cramped_room"), 1)


def test_the_kitchens_of_the_original_can_be_played():
    game = OvercookedV2(layout="cramped_room", view_radius=None)
    assert game.recipes == ((3, 0),)
    state = game.start(0)
    assert state.knows == [True, True]
    assert not state.hides(0)
    assert game.predictions() == ()
