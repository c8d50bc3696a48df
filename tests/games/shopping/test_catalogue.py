"""The catalogue: goods and goals, search, reward, the market's moves, what the sellers may say, what is hidden and drawn anew."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.actions import ActionSpec, Status
from ludens.games.core import IllegalMove
from ludens.games.domains import Acts
from ludens.games.shopping.catalogue import Catalogue
from ludens.games.shopping.goods import COLOURS, KINDS, SLACK, Goal, Good, draw_good, draw_goods, goal_of, marked_up, title
from ludens.games.shopping.reward import met, reward
from ludens.games.shopping.search import Query, features, found, tokens
from ludens.games.testing import check_game

SHOPPER = 0
seeds = st.integers(0, 2**32)


def opened(seed=0, offers=((20, "truthful"), (20, "truthful")), **params):
    """A market in which the sellers have made their offers."""
    state = Catalogue(sellers=len(offers), **{"search": "words", **params}).start(seed)
    state.play({SHOPPER: Move({"act": "ask"}, "Good day.")})
    state.play({seat: Move({"act": "offer", "markup": markup, "describe": describe}) for seat, (markup, describe) in enumerate(offers, 1)})
    return state


def do(state, **choice):
    return state.play({SHOPPER: Move(choice)})


def looks(state):
    return title(state.goods[state.target])


def bought(state):
    """Buy the target, whose name is in the first results for its looks or on a later page of them."""
    name = state.game.names[state.target]
    do(state, act="search", words=looks(state))
    while state.target not in state.shown:
        do(state, act="more")
    do(state, act="open", good=name)
    do(state, act="buy", option=state.goal.option)
    return state


@pytest.mark.parametrize(
    "params",
    [
        {"sellers": 1, "kinds": 1, "fine": 0.5},
        {"sellers": 3, "goods": 9, "page": 2, "steps": 3, "say_chars": 0},
        {"goods": 40, "kinds": 6, "page": 20, "search": "words"},
    ],
)
def test_it_conforms_whatever_its_parameters(params):
    check_game(Catalogue(**params), seeds=(1, 2))


# -- goods and goals -----------------------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 6), st.integers(8, 60))
def test_every_goal_can_be_met_and_looks_do_not_tell_the_target(seed, kinds, count):
    rng = np.random.default_rng(seed)
    goods, target = draw_goods(rng, tuple(KINDS)[:kinds], count)
    goal = goal_of(goods[target], rng)
    assert len(goods) == count
    assert reward(goods[target], goal.option, marked_up(goods[target].cost, SLACK), goal) == 1.0
    assert sum(title(good) == title(goods[target]) for good in goods) >= 4
    for good in goods:
        kind = KINDS[good.kind]
        assert good.colour in COLOURS
        assert good.material in kind.materials
        assert good.options
        assert set(good.options) <= set(kind.options)
        assert kind.costs[0] <= good.cost <= kind.costs[1]


@given(st.integers(1, 500), st.integers(0, 10))
def test_prices_are_costs_marked_up_and_rounded_up(cost, tens):
    price = marked_up(cost, 10 * tens)
    assert price == math.ceil(round(cost * (1 + tens / 10), 6))
    assert cost <= price <= 2 * cost


# -- reward --------------------------------------------------------------------------------------------------------------

JACKET = Good("jacket", "red", "cotton", ("small", "large"), (True, False), 30)
WANTED = Goal("jacket", "red", "cotton", ("waterproof", "washable"), "small", 39)


def test_a_purchase_worked_out_by_hand():
    assert reward(JACKET, "small", 39, WANTED) == 5 / 6
    assert reward(JACKET, "large", 40, WANTED) == 3 / 6
    assert reward(JACKET._replace(hidden=(True, True)), "small", 1, WANTED) == 1.0
    assert reward(JACKET._replace(kind="chair"), "small", 1, WANTED) == 0.0
    assert [wish for wish, yes in met(JACKET, "large", 40, WANTED).items() if not yes] == ["washable", "option", "price"]


@given(seeds)
def test_reward_is_that_of_webshop(seed):
    rng = np.random.default_rng(seed)
    good, other = draw_good(rng, tuple(KINDS)), draw_good(rng, ("jacket", "lamp"))
    goal = goal_of(other._replace(hidden=(True, bool(rng.integers(2)))), rng)
    option, price = good.options[0], int(rng.integers(1, 120))
    have = {name for name, has in zip(KINDS[good.kind].attributes, good.hidden, strict=True) if has}
    asked = {"colour": goal.colour, "material": goal.material}
    attributes = sum(getattr(good, name) == value for name, value in asked.items()) + len(have & set(goal.attributes))
    expected = (good.kind == goal.kind) * (attributes + (option == goal.option) + (price <= goal.most)) / (len(asked) + len(goal.attributes) + 1 + 1)
    assert reward(good, option, price, goal) == pytest.approx(expected)


# -- search --------------------------------------------------------------------------------------------------------------

words = st.lists(st.sampled_from(("red", "blue", "wool", "oak", "lamp", "chair", "2-litre")), max_size=5).map(" ".join)


@given(words, st.lists(words, min_size=1, max_size=8))
def test_search_finds_what_shares_a_word_and_more_words_come_first(query, texts):
    hits = found(query, texts)
    shared = [len(set(tokens(query)) & set(tokens(text))) for text in texts]
    assert sorted(hits) == [number for number, count in enumerate(shared) if count]
    for earlier, later in itertools.pairwise(hits):
        one, other = (set(tokens(query)) & set(tokens(texts[number])) for number in (earlier, later))
        assert not one < other
        if one == other:
            assert earlier < later


def test_rare_words_count_for_more():
    assert found("red kettle", ["red lamp", "red lamp", "red lamp", "blue kettle"])[0] == 3
    assert found("", ["red"]) == found("!?", ["red"]) == []
    assert found("RED, Lamp!", ["red lamp"]) == [0]


@given(st.text(max_size=200))
def test_queries_are_read_from_any_text(text):
    query = Query()
    value, _ = query.read(text)
    assert query.check(value) is None
    assert query.read(value) == (value, False)
    assert query.read(query.show(value))[0] == value


@given(st.lists(st.sampled_from((*features(KINDS), *KINDS, "2-litre")), min_size=1, max_size=5).map(" ".join))
def test_queries_survive_json_and_tagged_text(query):
    spec = ActionSpec(Acts.of({"search": {"words": Query()}, "stop": None}))
    move = Move({"act": "search", "words": query})
    assert spec.parse(spec.write(move)) == (move, Status.OK, None)
    assert spec.parse(spec.write(move, "tags")).move == move


# -- the market ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("describe", "count"), [("truthful", None), ("always", 2), ("never", 0)])
def test_descriptions_follow_the_sellers_way(describe, count):
    state = opened(offers=((0, describe), (0, "truthful")))
    for number in state.own(1):
        good = state.goods[number]
        truth = tuple(name for name, has in zip(KINDS[good.kind].attributes, good.hidden, strict=True) if has)
        assert state.claims(number) == truth if count is None else len(state.claims(number)) == count
    assert state.outcome["false_claims"][1] == 0
    assert (state.outcome["false_claims"][0] > 0) == (describe == "always")


@given(st.integers(0, 40))
def test_the_target_of_sellers_who_charge_little_meets_every_wish(seed):
    state = bought(opened(seed, ((30, "truthful"), (30, "never")), steps=20))
    assert state.over
    assert state.returns[SHOPPER] == state.outcome["reward"] == state.outcome["best_reward"] == 1.0
    assert state.outcome["success"]
    good, seller = state.goods[state.target], state.seller(state.target)
    assert state.returns[seller] == (marked_up(good.cost, 30) - good.cost) / good.cost
    assert state.returns[3 - seller] == 0.0
    assert state.events[-1].text.endswith(f"It meets {len(state.outcome['wishes'])} of {len(state.outcome['wishes'])} wishes.")


def test_a_false_description_of_what_was_sold_is_fined():
    for seed in range(10):
        state = bought(opened(seed, ((50, "always"), (50, "always")), steps=20, fine=0.75))
        good, seller = state.goods[state.target], state.seller(state.target)
        false = not all(good.hidden)
        assert state.outcome["deceived"] == false
        assert state.returns[seller] == pytest.approx((marked_up(good.cost, 50) - good.cost) / good.cost - 0.75 * false)
        assert state.outcome["wishes"]["price"] is False


def test_results_pages_and_narrowing():
    state = opened(3, goods=60, kinds=1, page=4)
    do(state, act="search", words=state.goal.kind)
    assert len(state.results) == 60
    first = state.shown
    do(state, act="more")
    assert state.shown == state.results[4:8]
    assert not set(first) & set(state.shown)
    do(state, act="filter", feature=state.goal.colour, at_most=50)
    assert state.results
    assert all(state.goods[number].colour == state.goal.colour and state.price(number) <= 50 for number in state.results)
    attribute = KINDS[state.goal.kind].attributes[0]
    do(state, act="filter", feature=attribute, at_most=180)
    assert all(attribute in state.claims(number) for number in state.results)
    do(state, act="filter", feature="any", at_most=1)
    assert state.events[-1].text == "No goods are found."
    assert state.action_spec(SHOPPER).domain.names == ("search", "stop")


def test_only_what_is_shown_can_be_opened_and_only_what_is_open_be_bought():
    state = opened(1)
    assert state.action_spec(SHOPPER).domain.names == ("search", "stop")
    do(state, act="search", words=looks(state))
    with pytest.raises(IllegalMove, match="not open now"):
        do(state, act="buy", option=state.goal.option)
    absent = next(name for number, name in enumerate(state.game.names) if number not in state.shown)
    with pytest.raises(IllegalMove):
        do(state, act="open", good=absent)
    name = state.game.names[state.shown[0]]
    (page,) = do(state, act="open", good=name)
    assert (page.kind, page.data["good"], page.visible_to) == ("page", name, (SHOPPER,))
    do(state, act="search", words=looks(state))
    assert "buy" not in state.action_spec(SHOPPER).domain.names
    (both,) = do(state, act="compare", first=name, second=state.game.names[state.shown[1]])
    assert [item["good"] for item in both.data["goods"]] == [name, state.game.names[state.shown[1]]]
    assert "buy" not in state.action_spec(SHOPPER).domain.names


def test_searching_by_terms_is_searching_by_their_words():
    for seed in range(10):
        by_words, by_terms = opened(seed), opened(seed, search="terms")
        goal = by_words.goal
        do(by_words, act="search", words=f"{goal.material} {goal.kind} {goal.attributes[0]}")
        do(by_terms, act="search", kind=goal.kind, colour="any", material=goal.material, attribute=goal.attributes[0])
        assert by_terms.results == by_words.results
    domain = opened(search="terms").action_spec(SHOPPER).domain.record("search")
    assert [name for name, _ in domain.fields] == ["kind", "colour", "material", "attribute"]
    state = opened(search="terms")
    do(state, act="search", kind="any", colour="any", material="any", attribute="any")
    assert state.results == []


def test_the_market_closes():
    state = opened(steps=3)
    for _ in range(3):
        assert f"You have {3 - state.used} move" in state.request(SHOPPER)
        do(state, act="search", words="anything")
    assert state.over
    assert state.returns == [0.0, 0.0, 0.0]
    assert state.events[-1].kind == "end"
    state = opened()
    do(state, act="stop")
    assert (state.over, state.outcome["bought"], state.outcome["reward"]) == (True, None, 0.0)


def test_talk_comes_first_and_can_be_left_out():
    state = Catalogue().start(0)
    assert state.to_move == (SHOPPER,)
    assert state.action_spec(SHOPPER).say_only
    state.play({SHOPPER: Move({"act": "ask"}, "A red lamp, please.")})
    assert state.to_move == (1, 2)
    assert all('player_0 says: "A red lamp, please."' in state.observe(seat).text() for seat in (1, 2))
    silent = Catalogue(say_chars=0).start(0)
    assert silent.to_move == (1, 2)
    assert not silent.game.type.language


# -- what is hidden ------------------------------------------------------------------------------------------------------


def test_the_shopper_is_not_told_the_truth_before_it_has_bought():
    state = opened(2, ((20, "always"), (20, "never")))
    do(state, act="search", words=looks(state))
    for number in state.shown:
        do(state, act="open", good=state.game.names[number])
    seen = state.observe(SHOPPER).events
    assert not any(event.kind in ("stock", "offer", "delivery") for event in seen)
    assert not any("cost" in event.data or "hidden" in event.data for event in seen)
    for seat in (1, 2):
        kinds = {event.kind for event in state.observe(seat).events}
        assert kinds == {"market", "stock", "say", "offer", "open"}


@given(st.integers(0, 300), st.sampled_from(("truthful", "always", "never")), st.sampled_from((0, 30, 100)))
def test_what_the_shopper_cannot_know_is_drawn_anew_within_what_it_saw(seed, describe, markup):
    state, rng = opened(seed, ((markup, describe), (20, "truthful")), steps=20), np.random.default_rng(seed)
    for done in (False, True):
        if done:
            state = bought(state)
        twin = state.resample_hidden(SHOPPER, rng)
        for number in range(state.game.goods):
            assert twin.price(number) == state.price(number)
            assert twin.claims(number) == state.claims(number)
            assert title(twin.goods[number]) == title(state.goods[number])
        assert twin.goal == state.goal
        if done:
            assert twin.goods[state.target].hidden == state.goods[state.target].hidden
            assert twin.returns[SHOPPER] == state.returns[SHOPPER]


def test_ways_of_describing_are_drawn_by_bayes_rule():
    # three goods that are all claimed to have everything: truthful has chance 1/64 of it, boasting is certain
    state = opened(0, ((0, "always"),) * 3, goods=9)
    rng = np.random.default_rng(0)
    ways = [state.resample_hidden(SHOPPER, rng).offers[0][1] for _ in range(2000)]
    assert set(ways) == {"truthful", "always"}
    assert np.mean([way == "truthful" for way in ways]) == pytest.approx(1 / 65, abs=0.01)


@given(st.integers(0, 300))
def test_a_seller_keeps_its_goods_and_learns_nothing_of_goal_and_others(seed):
    rng = np.random.default_rng(seed)
    fresh = Catalogue().start(seed)
    twins = [fresh.resample_hidden(1, rng) for _ in range(5)]
    assert all(twin.goods[number] == fresh.goods[number] for twin in twins for number in fresh.own(1))
    assert any(twin.goal != fresh.goal for twin in twins)
    assert all(reward(twin.goods[twin.target], twin.goal.option, marked_up(twin.goods[twin.target].cost, SLACK), twin.goal) == 1.0 for twin in twins)
    state = opened(seed)
    twin = state.resample_hidden(2, rng)
    assert all(twin.goods[number] == state.goods[number] for number in state.own(2))
    assert twin.offers[1] == state.offers[1]


@given(st.integers(0, 300))
def test_before_the_offers_the_shopper_knows_its_goal_alone(seed):
    state = Catalogue().start(seed)
    twin = state.resample_hidden(SHOPPER, np.random.default_rng(seed))
    assert twin.goal == state.goal
    target = twin.goods[twin.target]
    assert reward(target, twin.goal.option, marked_up(target.cost, SLACK), twin.goal) == 1.0
    assert marked_up(target.cost, SLACK) == twin.goal.most
    assert twin.goods != state.goods


# -- words and parameters ------------------------------------------------------------------------------------------------


def test_words():
    state = opened(5, steps=20)
    name = state.game.names[state.target]
    assert state.events[1].text.startswith(f"player_0 wants a {looks(state)} that is {state.goal.attributes[0]}")
    state = bought(state)
    sale = next(event.text for event in state.events if event.kind == "sale")
    price, seller = state.price(state.target), state.seller(state.target)
    assert sale == f"player_0 buys {name}, a {looks(state)}, in the option {state.goal.option}, from player_{seller} for {price} dollars."
    rules = Catalogue(fine=0.5).rules_text(1)
    assert "You are player_1, a seller." in rules
    assert "It loses 0.5 where the good lacks an attribute that it was described with." in rules
    assert "You are player_1, the seller." in Catalogue(sellers=1).rules_text(1)


def test_cards():
    cards = {card.concept: card for card in make("catalogue").predictions()}
    assert cards["optimum"].value == 1.0
    assert cards["language_model"].value["best trained model"] == 0.29
    assert "equilibrium" not in {card.concept for card in Catalogue(fine=1.0).predictions()}


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"sellers": 0}, "sellers=0 should be from 1 to 8"),
        ({"goods": 7}, "goods=7 should be from 8"),
        ({"kinds": 7}, "kinds=7 should be from 1 to 6"),
        ({"page": 1}, "page=1 should be from 2"),
        ({"search": "voice"}, "should be 'terms' or 'words'"),
        ({"steps": 2}, "steps=2 should be from 3"),
        ({"fine": -1}, "fine=-1 should be from 0"),
        ({"say_chars": -1}, "say_chars=-1 should be from 0"),
    ],
)
def test_parameters_are_checked(params, says):
    with pytest.raises(ParameterError, match=says):
        make("catalogue", **params)
