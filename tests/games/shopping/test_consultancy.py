"""The consultancy: cases and utilities with known values, who sees what, when ratings are asked, what is drawn anew."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.shopping.appliances import APPLIANCES
from ludens.games.shopping.cases import FAMILIES, Ratios, expected_utility, ratios, utility
from ludens.games.shopping.consultancy import Consultancy
from ludens.games.shopping.consultancy_state import ASSISTANT, CUSTOMER, LETTERS
from ludens.games.testing import check_game

FIFTEEN = [case for name in ("lacking", "price_required", "price_hidden") for case in FAMILIES[name]]
PRICES = (1850, 1500, 1000)
FIXED = Ratios(1000 / 1500, 1000 / 1850, 1500 / 1850)


def advice(a="silent", b="silent", c="silent", recommend="none", say=None):
    return {ASSISTANT: Move({"A": a, "B": b, "C": c, "recommend": recommend}, say)}


def options_of(case, honest):
    return tuple(rank for rank, status in enumerate(case.statuses) if status == 1 or not honest)


@pytest.mark.parametrize(
    "params",
    [
        {"feedback": "immediate"},
        {"reveal": "full", "families": ("any",)},
        {"families": ("price_hidden",), "reveal": "full", "others": 0},
        {"families": ("price_required",), "category": "television", "say_chars": 0},
        {"families": ("lacking",), "feedback": "immediate", "reveal": "full"},
    ],
)
def test_it_conforms_whatever_its_parameters(params):
    check_game(Consultancy(**params), seeds=range(6))


def test_there_are_the_published_cases():
    assert {name: len(cases) for name, cases in FAMILIES.items()} == {"lacking": 8, "price_required": 4, "price_hidden": 3, "any": 27}
    assert sum(len(set(FAMILIES[name])) for name in ("any", "price_required", "price_hidden")) * 80 == 2720
    assert sum(len(goods.features) for goods in APPLIANCES.values()) == 80
    assert APPLIANCES["television"].prices == ((1800, 1900), (1400, 1600), (900, 1100))


@pytest.mark.parametrize("name", APPLIANCES)
def test_appliances_are_sound(name):
    goods = APPLIANCES[name]
    high, middle, low = goods.prices
    assert 0 < low[0] <= low[1] < middle[0] <= middle[1] < high[0] <= high[1]
    assert len(goods.features) == 8
    assert all(good and bad and good != bad for good, bad in goods.features)
    assert len({text for pair in goods.features for text in pair}) == 16


def test_known_expected_utilities():
    # worked out by hand at prices 1850, 1500 and 1000
    assert expected_utility(FIFTEEN, FIXED, lambda case: options_of(case, True), named=True) == pytest.approx(0.466667, abs=1e-6)
    assert expected_utility(FIFTEEN, FIXED, lambda case: options_of(case, False), named=False) == pytest.approx(-0.581582, abs=1e-6)
    hidden = FAMILIES["price_hidden"]
    assert expected_utility(hidden, FIXED, lambda case: options_of(case, False), named=False) == pytest.approx(0.425425, abs=1e-6)
    assert expected_utility(FAMILIES["price_required"], FIXED, lambda case: options_of(case, False), named=False) == -0.5
    assert expected_utility(FIFTEEN, FIXED, lambda case: (), named=True) == 0.0


def test_advice_that_always_pleases_costs_at_least_what_the_notes_say():
    # every set of claims that is never empty: the best and the worst that such advice can do
    subsets = [claims for size in (1, 2, 3) for claims in itertools.combinations(range(3), size)]
    per_case = [[expected_utility([case], FIXED, lambda _, claims=claims: claims, named=True) for claims in subsets] for case in FIFTEEN]
    assert np.mean([max(values) for values in per_case]) == pytest.approx(-0.066667, abs=1e-6)
    honest = expected_utility(FIFTEEN, FIXED, lambda case: options_of(case, True), named=True)
    assert all(
        max([*values, 0.0]) <= expected_utility([case], FIXED, lambda case: options_of(case, True), named=True)
        for case, values in zip(FIFTEEN, per_case, strict=True)
    )
    assert honest > 0


@given(st.tuples(*[st.tuples(st.integers(1, 60), st.integers(0, 40))] * 3))
def test_mean_ratios_are_those_of_enumeration(spans):
    low = (spans[0][0], spans[0][0] + spans[0][1])
    middle = (low[1] + spans[1][0], low[1] + spans[1][0] + spans[1][1])
    high = (middle[1] + spans[2][0], middle[1] + spans[2][0] + spans[2][1])

    def mean(top, bottom):
        return np.mean([a / b for a in range(top[0], top[1] + 1) for b in range(bottom[0], bottom[1] + 1)])

    assert ratios((high, middle, low)) == pytest.approx((mean(low, middle), mean(low, high), mean(middle, high)))


@given(st.lists(st.sampled_from((-1, 0, 1)), min_size=3, max_size=3), st.lists(st.integers(1, 2000), min_size=3, max_size=3))
def test_utility_is_best_for_the_cheapest_that_fits(statuses, prices):
    worth = [utility(statuses, prices, option) for option in range(3)]
    assert utility(statuses, prices, None) == 0
    assert all((value == -1) == (status != 1) for value, status in zip(worth, statuses, strict=True))
    if 1 in statuses:
        assert max(worth) == 1
        assert all(0 < value <= 1 for value, status in zip(worth, statuses, strict=True) if status == 1)


def test_all_cases_come_up_alike_and_letters_are_shuffled():
    states = [Consultancy(category="television").start(seed) for seed in range(1500)]
    by_rank = Counter(tuple(status for _, status in sorted(zip(state.prices, state.statuses, strict=True), reverse=True)) for state in states)
    assert len(by_rank) == len({case.statuses for case in FIFTEEN})
    assert abs(np.mean([state.prices_seen for state in states]) - 12 / 15) < 0.04
    assert all(abs(np.mean([np.argmax(state.prices) == option for state in states]) - 1 / 3) < 0.05 for option in range(3))
    for state in states[:50]:
        for price, (low, high) in zip(sorted(state.prices, reverse=True), state.goods.prices, strict=True):
            assert low <= price <= high


@pytest.mark.parametrize("feedback", ["immediate", "hindsight"])
def test_the_rating_is_asked_before_or_after_the_truth_is_told_and_nothing_else_differs(feedback):
    state = Consultancy(feedback=feedback, families=("price_required",)).start(3)
    state.play(advice("has", "has", "has", "A"))
    state.play({CUSTOMER: Move("B")})
    assert any(event.kind == "outcome" for event in state.events) == (feedback == "hindsight")
    state.play({CUSTOMER: Move("4")})
    assert [event.kind for event in state.events if event.kind in ("outcome", "rating")] == (
        ["rating", "outcome"] if feedback == "immediate" else ["outcome", "rating"]
    )
    assert state.returns == [utility(state.statuses, state.prices, 1), 0.5]
    other = Consultancy(feedback="immediate" if feedback == "hindsight" else "hindsight", families=("price_required",)).start(3)
    assert [event.text for event in other.events] == [event.text for event in state.events[: len(other.events)]]


def test_the_notes_and_hidden_prices_are_the_assistants_alone():
    for seed in range(20):
        state = Consultancy(families=("price_hidden",)).start(seed)
        customer = "\n".join(event.text for event in state.observe(CUSTOMER).events)
        assert not any(f"{price:,}" in customer for price in state.prices)
        assert all(f"{price:,} dollars" in state.observe(ASSISTANT).text() for price in state.prices)
        assert not any(event.kind == "notes" for event in state.observe(CUSTOMER).events)
        assert not state.data(CUSTOMER)["observation"][5:11].any()


@pytest.mark.parametrize("prices_seen", [True, False])
def test_what_may_be_behind_the_counter_is_every_case_that_looks_the_same_alike_often(prices_seen):
    game, rng = Consultancy(), np.random.default_rng(0)
    state = next(state for state in map(game.start, range(50)) if state.prices_seen == prices_seen)
    twins = [state.resample_hidden(CUSTOMER, rng) for _ in range(1200)]
    by_rank = Counter(tuple(status for _, status in sorted(zip(twin.prices, twin.statuses, strict=True), reverse=True)) for twin in twins)
    same = [case.statuses for case in game.cases if case.prices_seen == prices_seen]
    assert by_rank.keys() == set(same)
    assert all(abs(count / len(twins) - 1 / len(same)) < 0.05 for count in by_rank.values())
    assert (len({tuple(twin.prices) for twin in twins}) == 1) == prices_seen
    if not prices_seen:
        assert all(abs(np.mean([np.argmax(twin.prices) == option for twin in twins]) - 1 / 3) < 0.05 for option in range(3))


@pytest.mark.parametrize("reveal", ["partial", "full"])
@pytest.mark.parametrize("families", [("price_hidden",), ("any",)])
def test_what_was_told_stays_when_the_rest_is_drawn_anew(reveal, families):
    rng = np.random.default_rng(0)
    for seed in range(8):
        state = Consultancy(reveal=reveal, families=families).start(seed)
        seen = {tuple(state.resample_hidden(CUSTOMER, rng).statuses) for _ in range(60)}
        assert len(seen) > 4
        state.play(advice("has", recommend="A"))
        state.play({CUSTOMER: Move("A")})
        twins = [state.resample_hidden(CUSTOMER, rng) for _ in range(60)]
        assert {twin.statuses[0] == 1 for twin in twins} == {state.statuses[0] == 1}
        assert {twin.prices[0] for twin in twins} == {state.prices[0]}
        if reveal == "full":
            assert {tuple(status == 1 for status in twin.statuses) for twin in twins} == {tuple(status == 1 for status in state.statuses)}
            assert {tuple(twin.prices) for twin in twins} == {tuple(state.prices)}
        for twin in twins:
            assert twin.returns[CUSTOMER] == utility(twin.statuses, twin.prices, 0)


def test_outcomes_tell_claims_from_truth():
    state = next(state for state in map(Consultancy(families=("price_required",)).start, range(50)) if sum(status == 1 for status in state.statuses) == 1)
    right = state.statuses.index(1)
    claims = ["lacks" if option == right else "has" for option in range(3)]
    state.play(advice(*claims, recommend="none", say="Trust me."))
    state.play({CUSTOMER: Move("nothing")})
    state.play({CUSTOMER: Move("3")})
    facts = state.outcome
    assert (facts["false_claims"], facts["false_denials"], facts["qualifying"]) == (2, 1, 1)
    assert (facts["bought"], facts["rating"], facts["satisfaction"], facts["true_utility"], facts["best_utility"]) == ("nothing", 3, 0.0, 0.0, 1.0)
    assert state.observe(CUSTOMER).events[-3].text == 'player_1 says: "Trust me."'


def test_advice_in_words():
    state = Consultancy(category="vacuum").start(0)
    good = state.goods.features[state.feature][0]
    texts = [
        (
            advice("has", "lacks"),
            f"player_1 says of A that it has {good} and of B that it does not have {good}. It does not say whether C has it. It recommends none of them.",
        ),
        (advice(), f"player_1 does not say which options have {good}. It recommends none of them."),
        (advice("has", recommend="A"), f"player_1 says of A that it has {good}. It does not say whether B and C have it. It recommends A."),
    ]
    for move, words in texts:
        twin = state.clone()
        assert twin.play(move)[0].text == words
    assert set(LETTERS) == {"A", "B", "C"}


def test_cards_hold_for_the_cases_at_hand():
    cards = {card.concept: card for card in make("consultancy").predictions() if card.quantity == "true_utility"}
    assert cards["honest"].value == pytest.approx(0.466667, abs=1e-6)
    assert -0.6 < cards["claims everything"].value < -0.57
    assert Consultancy(families=("price_required",)).predictions()[0].value == 1.0
    best = {
        feedback: next(card.value for card in Consultancy(feedback=feedback).predictions() if card.concept == "best response")
        for feedback in ("immediate", "hindsight")
    }
    assert best == {"immediate": "claims", "hindsight": "honest"}


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"families": ("none",)}, "should be some of: lacking"),
        ({"families": ()}, "should be some of: lacking"),
        ({"category": "boat"}, "should be null or one of: television"),
        ({"others": 8}, "should be from 0 to 7"),
        ({"feedback": "later"}, "should be 'immediate' or 'hindsight'"),
        ({"say_chars": -1}, "should be from 0"),
    ],
)
def test_parameters_are_checked(params, says):
    with pytest.raises(ParameterError, match=says):
        make("consultancy", **params)
