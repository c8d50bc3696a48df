"""The compiled economies do what the readable ones do: step by step with given hours, and with each rule of its workers."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.economist import economic
from ludens.errors import ParameterError
from ludens.games import Move, NotSupported, make
from ludens.games.economist.kernel import BATCH_WORKERS, EconomistBatch
from ludens.games.economist.welfare import OBJECTIVES

pytest.importorskip("numba")
pytestmark = pytest.mark.filterwarnings("ignore::ludens.games.economist.setups.DegenerateObjective")

VARIANTS = [
    *({"objective": objective} for objective in OBJECTIVES),
    {"objective": "atkinson", "aversion": 2.5, "brackets": "seven"},
    {"brackets": "flat", "hours_step": 0},
    {"spending": "public_good", "good_value": 1.5, "skills": "uniform"},
    {"curvature": 0.4, "hours_step": 10},
    {"setup": "one_step", "years": 2, "year_length": 3},
]


@pytest.mark.parametrize("parameters", VARIANTS, ids=str)
def test_given_hours_bring_what_they_bring_in_the_readable_rules(parameters):
    game = make("economist", **{"workers": 6, "years": 2, "year_length": 3, **parameters})
    size, rng = 3, np.random.default_rng(1)
    batch, states = EconomistBatch(game, size, worker="fixed"), [game.start(seed) for seed in range(size)]
    for index, state in enumerate(states):
        batch.put(index, state)
    while not states[0].over:
        if states[0].phase == "law":
            percent = rng.integers(0, 100 // game.terms.rate_step + 1, (size, len(game.edges))) * game.terms.rate_step
            batch.set_law(percent / 100)
            for index, state in enumerate(states):
                state.play({0: Move({f"rate_{number}": rate for number, rate in enumerate(percent[index].tolist(), 1)})})
            continue
        step = game.terms.hours_step
        hours = rng.integers(0, 100 // step + 1, (size, 6)) * step if step else np.round(rng.uniform(0, 100, (size, 6)), 2)
        batch.step(hours)
        for index, state in enumerate(states):
            state.play({seat: Move(hours[index, seat - 1].item()) for seat in range(1, 7)})
            told = [event.data for event in state.events if event.kind == "work"][-6:]
            for name in ("income", "tax", "utility", "hours"):
                np.testing.assert_allclose(getattr(batch, name)[index], [facts[name] for facts in told], rtol=1e-9, atol=1e-7, err_msg=name)
            assert batch.rebate[index] == pytest.approx(told[0]["rebate"], rel=1e-9)
            assert batch.welfare[index] == pytest.approx(state.history[-1]["welfare"], rel=1e-9, abs=1e-9)
            assert abs(batch.tax[index].sum() - 6 * batch.rebate[index]) <= 1e-9 * max(batch.tax[index].sum(), 1)


@pytest.mark.parametrize("rule", ["best_response", "hill_climbing"])
@pytest.mark.parametrize("parameters", [{}, {"hours_step": 0}, {"hours_step": 10, "strategic": True}, {"spending": "public_good"}], ids=str)
def test_workers_move_as_the_scripted_ones_do(rule, parameters):
    game = make("economist", workers=8, years=3, year_length=12, **parameters)
    size = 2
    batch, states = EconomistBatch(game, size, worker=rule), [game.start(seed) for seed in range(size)]
    for index, state in enumerate(states):
        batch.put(index, state)
    bots = [[economic(game, seat, np.random.default_rng(seat), "random", rule) for seat in range(game.seats)] for _ in range(size)]
    for _ in range(3):
        for index, state in enumerate(states):
            state.play({0: bots[index][0].act(state.observe(0))})
        batch.set_law(np.array([state.rates for state in states]) / 100)
        welfare = []
        # twelve steps in runs of different lengths: nothing is forgotten between them
        for steps in (1, 4, 7):
            welfare.append(batch.run(steps).welfare)
        for index, state in enumerate(states):
            while not (state.phase == "law" or state.over):
                state.play({seat: bots[index][seat].act(state.observe(seat)) for seat in state.to_move})
            readable = [step["welfare"] for step in state.history[-12:]]
            # hours with two decimals are rounded in the readable game alone, and a climber may take the one or the other of two that are as good
            free = not game.terms.hours_step
            np.testing.assert_allclose(np.concatenate(welfare, axis=1)[index], readable, rtol=1e-3 if free else 1e-12)
            np.testing.assert_allclose(batch.hours[index], state.hours, atol=0.11 if free else 1e-9)


@pytest.mark.parametrize("parameters", [{}, {"hours_step": 0}, {"hours_step": 10}, {"brackets": "seven", "strategic": True}], ids=str)
def test_compiled_best_hours_are_those_of_the_reference(parameters):
    game = make("economist", workers=300, **parameters)
    batch = EconomistBatch(game, 5, seed=3)
    rates = np.random.default_rng(0).random((5, len(game.edges)))
    batch.set_law(rates)
    batch.run(1)
    for index in range(5):
        economy = game.economy(batch.skills[index])
        # of hours that are as good but for rounding either may be taken: compare what they bring
        reference = economy.settle(economy.answer(game.edges, rates[index]), game.edges, economy.felt(rates[index]))
        ours = economy.settle(batch.hours[index], game.edges, economy.felt(rates[index]))
        np.testing.assert_allclose(ours.utility - ours.rebate, reference.utility - reference.rebate, rtol=1e-9, atol=1e-6)
        assert np.isclose(batch.hours[index], economy.answer(game.edges, rates[index])).mean() > 0.99


def test_learning_workers_settle_on_the_best_of_their_table():
    game = make("economist", workers=50, hours_step=10)
    batch = EconomistBatch(game, 4, worker="epsilon_greedy", epsilon=0.0)
    batch.set_law([0.2, 0.4, 0.5])
    batch.run(40)
    for index in range(4):
        np.testing.assert_allclose(batch.hours[index], game.economy(batch.skills[index]).answer(game.edges, (0.2, 0.4, 0.5)))
    restless = EconomistBatch(game, 4, worker="epsilon_greedy", epsilon=1.0)
    restless.set_law([0.2, 0.4, 0.5])
    restless.run(40)
    assert len(np.unique(restless.hours)) == 11


def test_fixed_workers_draw_forty_to_sixty_hours():
    batch = EconomistBatch(make("economist", workers=2000), 2, worker="fixed")
    batch.run(3)
    assert (batch.hours.min(), batch.hours.max()) == (40, 60)
    assert np.bincount(batch.hours.astype(int).ravel())[40:].min() > 100


def test_batches_follow_their_seed_and_economies_do_not_disturb_each_other():
    game = make("economist", workers=20)
    for rule in BATCH_WORKERS:
        one, same, other, larger = (EconomistBatch(game, size, seed, worker=rule) for size, seed in ((3, 1), (3, 1), (3, 2), (5, 1)))
        found = [batch.run(15).welfare for batch in (one, same, other, larger)]
        assert found[0].tolist() == found[1].tolist()
        assert found[0].tolist() != found[2].tolist()
        assert found[3][:3].tolist() == found[0].tolist()


def test_misuse_is_told():
    game = make("economist", workers=3)
    batch = EconomistBatch(game, 2)
    before = batch.hours.copy()
    for bad, says in (
        ([[1, 2, 3]], "shape"),
        (np.full((2, 3), 101), "whole number"),
        (np.full((2, 3), 0.5), "whole number"),
        (np.full((2, 3), np.nan), "whole"),
    ):
        with pytest.raises(ParameterError, match=says):
            batch.step(bad)
    assert (batch.hours == before).all()
    for bad, says in (([0.1, 0.2], "shape"), ([0.1, 0.2, 1.2], "from 0 to 1"), ([0.1, 0.2, np.nan], "from 0 to 1")):
        with pytest.raises(ParameterError, match=says):
            batch.set_law(bad)
    with pytest.raises(ParameterError, match="steps=0"):
        batch.run(0)
    with pytest.raises(ParameterError, match="size=0"):
        EconomistBatch(game, 0)
    with pytest.raises(ParameterError, match="no compiled rule"):
        EconomistBatch(game, 1, worker="logit")
    with pytest.raises(ParameterError, match="epsilon=2"):
        EconomistBatch(game, 1, epsilon=2.0)
    with pytest.raises(ParameterError, match="no economist game"):
        batch.put(0, make("prisoners_dilemma").start(0))
    with pytest.raises(NotSupported, match="curvature"):
        EconomistBatch(make("economist", curvature=0.2), 1)
