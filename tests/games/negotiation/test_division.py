"""Item division: the enumerated settings, scoring, words, solutions, and what a side may infer."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.games import Move, all_ids, make, spec
from ludens.games.negotiation import text
from ludens.games.negotiation.instances import grid, instances, pools, valuations
from ludens.games.negotiation.predictions import solutions

DOND = instances(3, (5, 7), 10)


def propose(**fields):
    return Move({"act": "propose", **fields})


ACCEPT, REJECT, WALK = (Move({"act": act}) for act in ("accept", "reject", "walk"))
FIXED = {"pool": (3, 1, 2), "values": ((2, 4, 0), (0, 2, 4))}


def test_counts_of_tables_and_settings():
    assert len(pools(3, (5, 7))) == 31
    assert len(DOND) == 5793
    assert len(set(DOND)) == 5793


def test_every_setting_keeps_the_rules_and_has_its_mirror():
    for pool, first, second in DOND:
        assert 5 <= sum(pool) <= 7
        assert np.dot(pool, first) == np.dot(pool, second) == 10
        assert all(mine or theirs for mine, theirs in zip(first, second, strict=True))
        assert any(mine and theirs for mine, theirs in zip(first, second, strict=True))
    assert {(pool, second, first) for pool, first, second in DOND} == set(DOND)


def test_mean_number_of_divisions():
    assert np.mean([len(grid(pool)) for pool, _, _ in DOND]) == pytest.approx(21.5, abs=0.05)


def test_means_of_what_is_possible():
    card = {line.quantity: line.value for line in make("negotiation").predictions()}
    # figures of an independent enumeration of the same rules
    assert card["max_joint"] == pytest.approx(15.07, abs=0.01)
    assert card["max_nash_product"] == pytest.approx(55.7, abs=0.05)
    assert card["max_min"] == pytest.approx(6.56, abs=0.005)
    assert card["frontier_share"] == pytest.approx(0.23, abs=0.005)
    assert card["joint"] == pytest.approx(10.0)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(1, 12))
def test_valuations_are_exactly_the_solutions(pool, total):
    naive = {row for row in map(tuple, grid((total,) * len(pool)).tolist()) if np.dot(pool, row) == total}
    found = valuations(tuple(pool), total)
    assert set(found) == naive
    assert len(found) == len(naive)


def test_scoring_of_a_deal_and_words():
    state = make("negotiation", **FIXED).start(0)
    state.play({0: propose(book=3, hat=0, ball=0)})
    state.play({1: ACCEPT})
    assert state.over
    assert state.returns == [6.0, 10.0]
    assert "Agreed: player_0 gets 3 books; player_1 gets 1 hat and 2 balls." in [event.text for event in state.events]
    facts = state.outcome
    assert facts["agreement"]
    assert facts["joint"] == 16.0
    assert facts["joint_of_max"] == pytest.approx(16 / 18)  # all books and the hat: 10 + 8
    assert facts["envy"] == 0
    assert facts["pareto"]  # the hat would cost player_1
    assert facts["turns"] == 2


def test_the_second_proposer_names_its_own_share():
    state = make("negotiation", **FIXED).start(0)
    state.play({0: propose(book=3, hat=1, ball=2)})
    state.play({1: propose(book=0, hat=0, ball=2)})
    state.play({0: ACCEPT})
    assert state.returns == [10.0, 8.0]


def test_walking_away_pays_the_outside_options_and_is_named():
    state = make("campsite_negotiation").start(3)
    state.play({0: WALK})
    assert state.returns == [5.0, 5.0]
    assert state.outcome["walked"] == "player_0"
    assert not state.outcome["agreement"]


def test_campsite_points():
    state = make("campsite_negotiation").start(3)
    for seat in (0, 1):
        assert sorted(state.private[seat]["values"]) == [3, 4, 5]
    assert make("campsite_negotiation").type.payoff_high == 36.0


def test_solutions_of_a_fixed_setting():
    game = make("negotiation", **FIXED)
    found = {line.concept: line.value for line in game.predictions()}
    assert found["utilitarian"]["payoffs"] == [10.0, 8.0]
    assert found["nash"]["payoffs"] == [10.0, 8.0]
    assert found["egalitarian"]["payoffs"] == [10.0, 8.0]


def test_no_solution_hurts_a_side():
    game = make("negotiation", outside=(4.0, 3.0))
    for seed in range(40):
        state = game.start(seed)
        for line in solutions(game, state.setting, state.private):
            assert line.value["payoffs"][0] >= 4.0
            assert line.value["payoffs"][1] >= 3.0


def test_default_demand_is_everything():
    state = make("negotiation", **FIXED).start(0)
    assert state.default_move(0).choice == {"act": "propose", "book": 3, "hat": 1, "ball": 0} or state.private[0]["values"][2] == 0
    state.play({0: state.default_move(0)})
    assert state.default_move(1) == REJECT


def test_what_the_other_values_is_drawn_from_the_generator_given_what_one_knows():
    game = make("negotiation")
    state = game.start(11)
    pool, mine = tuple(state.setting["pool"]), tuple(state.private[0]["values"])
    possible = {second for table, first, second in DOND if table == pool and first == mine}
    rng = np.random.default_rng(0)
    drawn = Counter(tuple(state.resample_hidden(0, rng).private[1]["values"]) for _ in range(40 * len(possible)))
    assert set(drawn) == possible
    # uniform: 40 expected each, five standard deviations either way
    assert min(drawn.values()) > 40 - 5 * 40**0.5
    assert max(drawn.values()) < 40 + 5 * 40**0.5


def test_resampling_a_finished_game_keeps_what_one_earned():
    game, rng = make("campsite_negotiation"), np.random.default_rng(1)
    state = game.start(5)
    state.play({0: propose(food=0, water=1, firewood=3)})
    state.play({1: ACCEPT})
    twins = [state.resample_hidden(0, rng) for _ in range(20)]
    assert {twin.returns[0] for twin in twins} == {state.returns[0]}
    assert len({twin.returns[1] for twin in twins}) > 1
    for twin in twins:
        deal = np.array([twin.deal])
        assert twin.returns[1] == game.worth(twin.setting, 1, twin.private[1], deal)[0]


def test_known_values_are_shown_to_both():
    state = make("negotiation", known_values=True).start(2)
    assert [event.data["seat"] for event in state.observe(0).events if event.kind == "private"] == [0, 1]
    assert [event.data["seat"] for event in make("negotiation").start(2).observe(0).events if event.kind == "private"] == [0]


def test_nouns_are_written_as_people_write_them():
    assert [text.one(name) for name in ("book", "apple", "firewood")] == ["a book", "an apple", "firewood"]
    assert text.bundle((2, 1, 3), ("book", "hat", "food")) == "2 books, 1 hat and 3 food"


@pytest.mark.parametrize("name", [name for name in all_ids() if spec(name).family == "negotiation"])
def test_the_rules_end_with_the_aim(name):
    game = make(name)
    for seat in (None, *range(game.seats)):
        assert game.rules_text(seat).endswith(f"Your aim is to earn as many {game.type.unit} as you can.")
