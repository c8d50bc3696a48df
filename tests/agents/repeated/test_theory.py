"""Memory-one theory against closed forms and long simulations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents.repeated import strategy
from ludens.agents.repeated.theory import (
    AXELROD_PAYOFFS,
    discounted_payoffs,
    generosity,
    long_run_payoffs,
    press_dyson,
    stationary,
    transition_matrix,
    trembling,
    zero_determinant,
)
from ludens.errors import LudensError, ParameterError

PRESETS = {
    "extort_2": (1 / 2, 1.0),
    "extort_3": (1 / 3, 1.0),
    "extort_4": (1 / 4, 1.0),
    "zd_gtft_2": (1 / 2, 3.0),
    "zd_gen_2": (1 / 2, 3.0),
    "zd_set_2": (0.0, 2.0),
}
vectors = st.tuples(*[st.floats(0.01, 0.99)] * 4)


@pytest.mark.parametrize("name", PRESETS)
def test_zero_determinant_enforces_its_line(name):
    """The linear relation holds to 1e-9 against 1,000 random memory-one opponents."""
    slope, base = PRESETS[name]
    mine = strategy(name).vector
    rng = np.random.default_rng(2012)
    for _ in range(1000):
        own, other = long_run_payoffs(mine, tuple(rng.random(4)))
        assert abs((other - base) - slope * (own - base)) < 1e-9


@pytest.mark.parametrize("name", PRESETS)
def test_zero_determinant_presets_are_those_of_the_papers(name):
    known = {
        "extort_2": (8 / 9, 1 / 2, 1 / 3, 0),
        "extort_3": (11 / 13, 1 / 2, 7 / 26, 0),
        "extort_4": (11 / 17, 0, 8 / 17, 0),
        "zd_gtft_2": (1, 1 / 8, 1, 1 / 4),
        "zd_gen_2": (1, 9 / 16, 1 / 2, 1 / 8),
        "zd_set_2": (3 / 4, 1 / 4, 1 / 2, 1 / 4),
    }
    assert strategy(name).vector == pytest.approx(known[name])


def test_zero_determinant_in_any_dilemma():
    payoffs = (4.0, 1.0, 6.0, 2.0)
    mine = zero_determinant(0.05, 0.4, 2.0, payoffs)
    rng = np.random.default_rng(1)
    for _ in range(100):
        own, other = long_run_payoffs(mine, tuple(rng.random(4)), payoffs)
        assert abs((other - 2.0) - 0.4 * (own - 2.0)) < 1e-9


def test_impossible_zero_determinant_is_refused():
    with pytest.raises(ParameterError, match="its probabilities would be"):
        zero_determinant(1.0, 0.5, 1.0)
    with pytest.raises(ParameterError):
        zero_determinant(0.0, 0.5, 1.0)


def test_transition_matrix_by_hand():
    p, q = (0.9, 0.2, 0.6, 0.1), (0.8, 0.3, 0.7, 0.4)
    rows = transition_matrix(p, q)
    assert rows.sum(axis=1) == pytest.approx(np.ones(4))
    # after CD the first remembers CD, the second DC
    assert rows[1] == pytest.approx([0.2 * 0.7, 0.2 * 0.3, 0.8 * 0.7, 0.8 * 0.3])


@settings(max_examples=80)
@given(vectors, vectors)
def test_three_ways_agree(p, q):
    own, other = long_run_payoffs(p, q)
    r, s, t, d = AXELROD_PAYOFFS
    assert press_dyson(p, q, (r, s, t, d)) == pytest.approx(own, abs=1e-7)
    assert press_dyson(p, q, (r, t, s, d)) == pytest.approx(other, abs=1e-7)
    patient = discounted_payoffs(p, q, 1 - 1e-9, first=(0.3, 0.8))
    assert patient == pytest.approx((own, other), abs=1e-4)
    assert long_run_payoffs(q, p) == pytest.approx((other, own), abs=1e-9)


@settings(max_examples=40)
@given(vectors, vectors, st.floats(0, 0.95))
def test_discounted_is_the_sum(p, q, delta):
    share = np.array([0.6 * 0.3, 0.6 * 0.7, 0.4 * 0.3, 0.4 * 0.7])
    matrix, total, weight = transition_matrix(p, q), np.zeros(2), 1 - delta
    scores = np.array([AXELROD_PAYOFFS, np.array(AXELROD_PAYOFFS)[[0, 2, 1, 3]]])
    for _ in range(800):
        total += weight * scores @ share
        share, weight = share @ matrix, weight * delta
    assert discounted_payoffs(p, q, delta, first=(0.6, 0.3)) == pytest.approx(tuple(total), abs=1e-8)


def test_known_discounted_values():
    grim_like, defector = (1.0, 0.0, 0.0, 0.0), (0.0,) * 4
    own, other = discounted_payoffs(grim_like, defector, 0.5, first=(1.0, 0.0))
    assert (own, other) == pytest.approx((0.5 * 0 + 0.5 * 1, 0.5 * 5 + 0.5 * 1))
    assert discounted_payoffs(grim_like, grim_like, 0.9) == pytest.approx((3, 3))


def test_noise_gives_tit_for_tat_the_random_payoff():
    shaken = trembling((1.0, 0.0, 1.0, 0.0), 0.01)
    assert long_run_payoffs(shaken, shaken) == pytest.approx((2.25, 2.25))
    pavlov = trembling((1.0, 0.0, 0.0, 1.0), 0.001)
    assert long_run_payoffs(pavlov, pavlov)[0] > 2.97


def test_a_long_run_that_depends_on_the_start_is_refused():
    with pytest.raises(LudensError, match="depends on how it starts"):
        long_run_payoffs((1.0, 0.0, 1.0, 0.0), (1.0, 0.0, 1.0, 0.0))
    with pytest.raises(LudensError, match="determinant vanishes"):
        press_dyson((1.0, 0.0, 1.0, 0.0), (1.0, 0.0, 1.0, 0.0), AXELROD_PAYOFFS)
    assert stationary(np.array([[0.5, 0.5], [0.25, 0.75]])) == pytest.approx([1 / 3, 2 / 3])


def test_generosity():
    assert generosity(3, 0, 5, 1) == pytest.approx(1 / 3)
    assert strategy("generous_tit_for_tat").vector == pytest.approx((1, 1 / 3, 1, 1 / 3))


def test_arguments_out_of_range():
    with pytest.raises(ParameterError):
        transition_matrix((1.1, 0, 0, 0), (0, 0, 0, 0))
    with pytest.raises(ParameterError):
        discounted_payoffs((1, 0, 0, 0), (1, 0, 0, 0), 1.0)
    with pytest.raises(ParameterError):
        trembling((1, 0, 0, 0), 2.0)
