"""Regret by brute force, order of its kinds, and the identity with gaps to equilibria."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ludens.agents.learners import learner
from ludens.agents.learners.learning import run
from ludens.analysis.regret import dynamic, empirical_gaps, external, internal, internal_curve, joint_gaps, own_losses, sure, swap, swap_curve, variation


@st.composite
def plays(draw):
    runs, rounds, arms = draw(st.integers(1, 3)), draw(st.integers(1, 8)), draw(st.integers(2, 4))
    values = st.floats(0, 10, allow_nan=False)
    losses = draw(arrays(float, (runs, rounds, arms), elements=values))
    weights = draw(arrays(float, (runs, rounds, arms), elements=st.floats(0.01, 1)))
    return losses, weights / weights.sum(axis=2, keepdims=True)


@given(plays())
@settings(max_examples=100)
def test_regret_equals_brute_force(play):
    losses, mixed = play
    runs, rounds, arms = losses.shape
    paid = (losses * mixed).sum(axis=2)
    for number in range(runs):
        for end in range(1, rounds + 1):
            best = min(losses[number, :end, arm].sum() for arm in range(arms))
            assert external(losses, mixed)[number, end - 1] == pytest.approx(paid[number, :end].sum() - best, abs=1e-9)
        maps = [
            sum(paid[number, t] - sum(mixed[number, t, arm] * losses[number, t, to[arm]] for arm in range(arms)) for t in range(rounds))
            for to in itertools.product(range(arms), repeat=arms)
        ]
        assert swap(losses, mixed)[number] == pytest.approx(max(maps), abs=1e-9)
        single = [to for to in itertools.product(range(arms), repeat=arms) if sum(to[arm] != arm for arm in range(arms)) <= 1]
        each = [sum(paid[number, t] - sum(mixed[number, t, arm] * losses[number, t, to[arm]] for arm in range(arms)) for t in range(rounds)) for to in single]
        assert internal(losses, mixed)[number] == pytest.approx(max(each), abs=1e-9)
        assert dynamic(losses, mixed)[number, -1] == pytest.approx(paid[number].sum() - losses[number].min(axis=1).sum(), abs=1e-9)


@given(plays())
@settings(max_examples=100)
def test_kinds_of_regret_stand_in_order(play):
    losses, mixed = play
    arms, close = losses.shape[2], 1e-9
    one, two, three, four = internal(losses, mixed), swap(losses, mixed), external(losses, mixed)[:, -1], dynamic(losses, mixed)[:, -1]
    assert (one >= 0).all()
    assert (one <= two + close).all()
    assert (two <= arms * one + close).all()
    assert (three <= two + close).all()
    assert (two <= four + close).all()


@given(plays())
@settings(max_examples=50)
def test_curves_end_where_the_totals_are(play):
    losses, mixed = play
    assert swap_curve(losses, mixed)[:, -1] == pytest.approx(swap(losses, mixed), abs=1e-9)
    assert internal_curve(losses, mixed)[:, -1] == pytest.approx(internal(losses, mixed), abs=1e-9)
    for end in range(1, losses.shape[1] + 1):
        assert swap_curve(losses, mixed)[:, end - 1] == pytest.approx(swap(losses[:, :end], mixed[:, :end]), abs=1e-9)


@given(plays(), st.floats(-5, 5), st.floats(0.1, 5))
@settings(max_examples=50)
def test_regret_does_not_mind_a_shift_and_grows_with_the_scale(play, shift, scale):
    losses, mixed = play
    for kind in (swap, internal, lambda losses, mixed: external(losses, mixed)[:, -1], lambda losses, mixed: dynamic(losses, mixed)[:, -1]):
        assert kind(scale * losses + shift, mixed) == pytest.approx(scale * kind(losses, mixed), abs=1e-8)


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (2, 3, 2), (2, 2, 2, 3)])
@pytest.mark.parametrize("mixing", [True, False])
def test_gaps_of_play_are_regret_a_round(shape, mixing):
    rng = np.random.default_rng(sum(shape))
    for _ in range(20):
        table, rounds = rng.normal(size=(len(shape), *shape)), int(rng.integers(1, 60))
        if mixing:
            mixed = tuple(rng.dirichlet([0.5] * size, size=rounds) for size in shape)
        else:
            mixed = tuple(sure(rng.integers(size, size=rounds), size) for size in shape)
        gaps = empirical_gaps(table, mixed)
        for seat, size in enumerate(shape):
            losses = np.empty((1, rounds, size))
            for number in range(rounds):
                others = [mixed[other][number] if other != seat else np.ones(1) for other in range(len(shape))]
                weights = np.ones(())
                for part in others:
                    weights = np.multiply.outer(weights, part)
                losses[0, number] = -(np.moveaxis(table[seat], seat, 0) * np.moveaxis(weights, seat, 0)).reshape(size, -1).sum(axis=1)
            assert gaps.cce[seat] == pytest.approx(external(losses, mixed[seat][None])[0, -1] / rounds, abs=1e-12)
            assert gaps.ce[seat] == pytest.approx(swap(losses, mixed[seat][None])[0] / rounds, abs=1e-12)


def test_gaps_of_single_actions_agree_with_the_losses_read_from_a_table():
    rng = np.random.default_rng(0)
    table, actions = rng.normal(size=(3, 2, 3, 4)), np.stack([rng.integers(size, size=(1, 50)) for size in (2, 3, 4)], axis=-1)
    gaps = empirical_gaps(table, tuple(sure(actions[0, :, seat], size) for seat, size in enumerate((2, 3, 4))))
    for seat, size in enumerate((2, 3, 4)):
        losses, play = own_losses(table, seat, actions), sure(actions[..., seat], size)
        assert gaps.cce[seat] == pytest.approx(external(losses, play)[0, -1] / 50, abs=1e-12)
        assert gaps.ce[seat] == pytest.approx(swap(losses, play)[0] / 50, abs=1e-12)


def test_a_correlated_equilibrium_has_no_gap():
    # chicken, with the traffic light that never shows a crash (Aumann 1974)
    table = np.array([[[0, 7], [2, 6]], [[0, 2], [7, 6]]], float)
    light = np.array([[0, 1], [1, 1]]) / 3
    gaps = joint_gaps(table, light)
    assert gaps.ce == pytest.approx([0, 0], abs=1e-12)
    assert (joint_gaps(table, np.full((2, 2), 0.25)).ce > 0).all()


def test_self_play_of_regret_matching_approaches_the_coarse_correlated_equilibria():
    # two learners, each against what the other mixes
    rng = np.random.default_rng(1)
    table, rounds = rng.random((2, 3, 3)), 3000
    rules = [learner("regret_matching"), learner("regret_matching")]
    for rule in rules:
        rule.start(1, 3, rounds, rng)
    mixed = np.empty((2, rounds, 3))
    for number in range(rounds):
        mixed[:, number] = [rule.mix()[0] for rule in rules]
        losses = (-table[0] @ mixed[1, number], -table[1].T @ mixed[0, number])
        for rule, loss, mix in zip(rules, losses, mixed[:, number], strict=True):
            rule.update(loss[None], mix[None], np.array([0]))
            rule.round += 1
    # regret matching promises sqrt(d / T) a round
    assert empirical_gaps(table, tuple(mixed)).cce.max() <= np.sqrt(3 / rounds)


def test_variation_counts_the_largest_change():
    losses = np.array([[[0, 5], [1, 5], [1, 2]]], float)
    assert variation(losses) == pytest.approx([4.0])
    assert variation(losses[:, :1]) == pytest.approx([0.0])


def test_sure_play_of_a_learner_has_the_regret_of_its_draws():
    losses = np.random.default_rng(0).random((50, 30, 3))
    ran = run(learner("hedge"), losses, np.random.default_rng(1))
    paid = np.take_along_axis(losses, ran.taken[:, :, None], axis=2).sum(axis=(1, 2))
    assert external(losses, sure(ran.taken, 3))[:, -1] == pytest.approx(paid - losses.sum(axis=1).min(axis=1))
