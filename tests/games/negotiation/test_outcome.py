"""Measures of an agreement on hand-made tables of payoffs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.games.negotiation.outcome import appraise, envy_count, pareto_frontier, pick, slack

TABLE = np.array([[10.0, 0.0], [8.0, 5.0], [5.0, 7.0], [5.0, 5.0], [0.0, 10.0]])


def test_frontier_marks_what_nothing_dominates():
    assert pareto_frontier(TABLE).tolist() == [True, True, True, False, True]


def test_equal_rows_share_their_mark():
    assert pareto_frontier(np.array([[3.0, 3.0], [3.0, 3.0], [1.0, 3.0]])).tolist() == [True, True, False]


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=1, max_size=25))
def test_frontier_agrees_with_the_definition(rows):
    options = np.array(rows, dtype=float)
    naive = [not any(np.all(other >= row) and np.any(other > row) for other in options) for row in options]
    assert pareto_frontier(options).tolist() == naive
    assert [slack(row, options) == 0.0 for row in options] == naive


def test_slack_is_the_joint_gain_that_hurts_nobody():
    assert slack([5.0, 5.0], TABLE) == 3.0  # to (8, 5)
    assert slack([8.0, 5.0], TABLE) == 0.0


@pytest.mark.parametrize(
    ("concept", "payoffs"), [("nash", [8.0, 5.0]), ("egalitarian", [8.0, 5.0]), ("kalai_smorodinsky", [8.0, 5.0]), ("utilitarian", [8.0, 5.0])]
)
def test_solutions_of_the_table(concept, payoffs):
    assert TABLE[pick(concept, TABLE, [0.0, 0.0])].tolist() == payoffs


def test_solution_concepts_part_ways_where_they_should():
    table = np.array([[1.0, 12.0], [4.0, 5.0], [9.0, 3.5]])
    assert pick("nash", table, [0, 0]) == 2
    assert pick("egalitarian", table, [0, 0]) == 1
    assert pick("utilitarian", table, [0, 0]) == 0
    # ideal gains are 9 and 12: fractions (.11, 1), (.44, .42), (1, .29)
    assert pick("kalai_smorodinsky", table, [0, 0]) == 1


def test_nothing_is_picked_when_every_outcome_hurts_somebody():
    assert pick("nash", TABLE, [9.0, 9.0]) == -1


def test_nash_product_counts_gains_over_the_outside_options():
    assert pick("nash", TABLE, [4.0, 0.0]) == 1
    facts = appraise([8.0, 5.0], TABLE, [4.0, 1.0])
    assert facts["nash_product"] == 16.0
    assert facts["nash_of_max"] == 1.0
    assert facts["surplus_shares"] == [0.5, 0.5]


def test_facts_of_a_poor_deal():
    facts = appraise([5.0, 5.0], TABLE, [0.0, 0.0])
    assert facts["joint"] == 10.0
    assert facts["joint_of_max"] == pytest.approx(10 / 13)
    assert not facts["pareto"]
    assert facts["pareto_slack"] == 3.0
    assert facts["nash_of_max"] == pytest.approx(25 / 40)
    assert facts["egalitarian_ratio"] == 1.0
    assert facts["ks_gap"] == 0.0
    assert facts["rational"]


def test_no_deal_is_rational_and_wastes_the_rest():
    facts = appraise([0.0, 0.0], TABLE, [0.0, 0.0])
    assert facts["rational"]
    assert not facts["pareto"]
    assert facts["surplus_shares"] is None


def test_a_deal_below_an_outside_option_is_not_rational():
    assert not appraise([10.0, 0.0], TABLE, [0.0, 1.0])["rational"]


def test_where_nothing_can_be_gained_no_deal_is_efficient():
    facts = appraise([0.0, 0.0], np.array([[-2.0, 1.0], [1.0, -2.0]]), [0.0, 0.0])
    assert facts["pareto"]
    assert facts["nash_of_max"] is None
    assert facts["egalitarian_ratio"] is None


def test_envy_counts_seats_that_would_swap():
    assert envy_count(np.array([[6.0, 4.0], [3.0, 7.0]])) == 0
    assert envy_count(np.array([[2.0, 8.0], [3.0, 7.0]])) == 1
    assert envy_count(np.array([[2.0, 8.0], [7.0, 3.0]])) == 2
