"""Walks in step: the same regrets as walks one by one and as the tree has them, and a run that was cut off."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

pytest.importorskip("torch")
pytest.importorskip("numba")

from ludens.analysis.exploitability import advantages
from ludens.analysis.trees import tree_of
from ludens.errors import ParameterError
from ludens.games import make
from ludens.trainers.deep_cfr import Config, DeepSolver
from ludens.trainers.deep_cfr.exact import sights
from ludens.trainers.deep_cfr.lengths import Lengths
from ludens.trainers.deep_cfr.memory import Reservoir
from ludens.trainers.deep_cfr.together import match_many
from ludens.trainers.deep_cfr.walks import Walk, match_regrets

GAME = {"of": "werewolf_lspo4", "kwargs": {"max_rounds": 2}, "meanings": (2, 2, 1), "memory": 1}
TINY = {"iterations": 3, "traversals": 8, "steps": 20, "batch": 64, "policy_steps": 50, "hidden": (16,), "share": "role", "depth": 3}


def sampled(game, kind, traversals, group, seed=7, **more):
    """Sample regrets of a group in the first iteration, in which all play uniformly."""
    solver = DeepSolver(game, Config(**{**TINY, "walks": kind, "memory": 400_000, **more}), 0)
    solver._lengths.note(group, np.array([1, 2, 3, 4]))
    rng = np.random.default_rng(seed)
    memory = solver.memories[group]
    if kind == "together":
        solver._together.walk(group, traversals, Walk(-1, 1, memory, solver.policies, rng))
    else:
        for _ in range(traversals):
            state = game.start(int(rng.integers(2**62)))
            seat = next(seat for seat in rng.permutation(game.seats).tolist() if state.roles[seat] == group)
            solver._walker.walk(state, Walk(seat, 1, memory, solver.policies, rng))
    return solver, memory


# -- parts -----------------------------------------------------------------------------------------------------------------


@given(arrays(np.float32, (5, 4), elements=st.floats(-3, 3, width=32)), arrays(np.bool_, (5, 4)))
@settings(max_examples=60)
def test_many_rows_are_matched_as_one_is(regrets, mask):
    mask[:, 0] |= ~mask.any(axis=1)
    for given_regrets in (regrets, None):
        together = match_many(given_regrets, mask)
        for row in range(5):
            legal = np.flatnonzero(mask[row])
            one = match_regrets(None if given_regrets is None else given_regrets[row], legal)
            assert together[row, legal] == pytest.approx(one)
            assert together[row].sum() == pytest.approx(1)


@given(st.integers(1, 30), st.lists(st.integers(0, 60), max_size=6))
@settings(max_examples=40)
def test_a_reservoir_takes_many_rows_as_it_takes_one(size, parts):
    memory, rng = Reservoir(size, 1, 1), np.random.default_rng(0)
    came = 0
    for part in parts:
        rows = np.arange(came, came + part, dtype=np.float32)[:, None]
        memory.extend(rows, rows, np.ones((part, 1), bool), 1, rng)
        came += part
    kept = memory.features[:, 0].astype(int).tolist()
    assert memory.seen == came
    assert len(kept) == len(set(kept)) == min(size, came)
    assert all(number < came for number in kept)
    assert np.array_equal(memory.features, memory.targets)


def test_a_reservoir_that_takes_many_rows_is_uniform():
    kept = np.zeros(200)
    for seed in range(400):
        memory, rng = Reservoir(20, 1, 1), np.random.default_rng(seed)
        for begin in range(0, 200, 50):
            rows = np.arange(begin, begin + 50, dtype=np.float32)[:, None]
            memory.extend(rows, rows, np.ones((50, 1), bool), 1, rng)
        kept[memory.features[:, 0].astype(int)] += 1
    # as in test_deep_cfr: each half holds 4000 of 8000 on average, with a standard deviation below 43
    assert abs(kept[:100].sum() - 4000) < 4 * 43


def test_walks_begin_anywhere_in_the_length_of_a_game():
    lengths, rng = Lengths(["a"]), np.random.default_rng(0)
    assert lengths.draw("a", 3, rng).tolist() == [0, 0, 0]
    lengths.note("a", np.array([0, 2, 2, 4]))
    drawn = np.bincount(lengths.draw("a", 8000, rng), minlength=4) / 8000
    # a game without decisions counts as one of a single decision; standard errors are below .006
    assert drawn == pytest.approx([0.25 + 0.25 + 1 / 16, 0.25 + 1 / 16, 1 / 16, 1 / 16], abs=0.024)


# -- regrets ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known():
    """The game's tree under uniform play: by what is seen, how much better each choice is than the policy."""
    game = make("latent", **GAME)
    tree = tree_of(game, 400_000)
    solver = DeepSolver(game, Config(**TINY), 0)
    shown = sights(tree, lambda state, seat: solver.sight(state, seat).features)
    better = advantages(tree, tree.uniform())
    # several seats see the same numbers nowhere: the seat is one of them
    places = [
        [solver._actions.choices.index(option) for option in options] if seat < game.seats else []
        for (seat, _), options in zip(tree.keys, tree.options, strict=True)
    ]
    rows = {shown[number].tobytes(): dict(zip(own, better[number, : len(own)], strict=True)) for number, own in enumerate(places) if own}
    return game, rows


@pytest.mark.parametrize("group", ["werewolf", "seer", "villager"])
@pytest.mark.parametrize("depth", [None, 1])
def test_sampled_regrets_are_those_of_the_tree(known, group, depth):
    game, rows = known
    slopes, offs = [], []
    for seed in range(16):
        _, memory = sampled(game, "together", 200 if depth else 80, group, seed, depth=depth)
        truth = np.zeros(memory.targets.shape)
        for row, shown in enumerate(memory.features):
            for choice, value in rows[shown.tobytes()].items():
                truth[row, choice] = value
        slopes.append((memory.targets * truth).sum() / (truth * truth).sum())
        offs.append((memory.targets - truth)[memory.masks].mean())
    # regrets that were halved, turned round or put elsewhere would have another slope than 1 on the true ones; batches of walks are independent
    error = np.std(slopes, ddof=1) / 4
    assert error < 0.12
    assert abs(np.mean(slopes) - 1) < 4 * error
    assert abs(np.mean(offs)) < 1e-6  # regrets of uniform play add up to nothing at every decision


def test_walks_one_by_one_and_together_store_as_much_of_the_same(known):
    game, _ = known
    one, alone = sampled(game, "one_by_one", 300, "seer", depth=2)
    other, both = sampled(game, "together", 300, "seer", depth=2)
    # counts of walks that branch twice at most; both vary by a few percent
    assert len(both) == pytest.approx(len(alone), rel=0.15)
    assert len(other.policies) == pytest.approx(len(one.policies), rel=0.15)
    assert both.masks.mean() == pytest.approx(alone.masks.mean(), rel=0.1)


# -- the solver ------------------------------------------------------------------------------------------------------------


def test_the_game_says_how_walks_are_made():
    game = make("latent", **GAME)
    assert DeepSolver(game, Config(**TINY)).walks == "together"
    assert DeepSolver(game, Config(**{**TINY, "walks": "one_by_one"})).walks == "one by one"
    poker = make("kuhn_poker")
    assert "has no compiled engine" in DeepSolver(poker, Config(**{**TINY, "share": "seat"})).walks
    with pytest.raises(ParameterError, match="walks=together is not possible here: kuhn_poker"):
        DeepSolver(poker, Config(**{**TINY, "share": "seat", "walks": "together"}))


def test_a_run_that_was_cut_off_ends_the_same(tmp_path):
    game = make("latent", **GAME)
    whole = DeepSolver(game, Config(**TINY), 5)
    whole.run()

    class Cut(Exception):
        pass

    def cut(iteration):
        if iteration == 2:
            raise Cut

    begun = DeepSolver(game, Config(**TINY), 5)
    with pytest.raises(Cut):
        begun.run(cut)
    begun.save(tmp_path / "state.npz")
    again = DeepSolver(game, Config(**TINY), 5)
    again.load(tmp_path / "state.npz")
    again.run()
    assert json.dumps(again.losses) == json.dumps(whole.losses)
    assert np.array_equal(again.policies.features, whole.policies.features)
