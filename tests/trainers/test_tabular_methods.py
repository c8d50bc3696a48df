"""Every method comes to what it aims at, by the iterate and at the rate that are said of it; steps are stable where the formulas say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ludens.errors import ParameterError, UnknownName
from ludens.trainers.tabular import PreferenceGame, Setting, methods, run
from ludens.trainers.tabular.methods import begin, method_named
from ludens.trainers.tabular.nash import mixed_nash
from ludens.trainers.tabular.solutions import divergence, exploitability, minimax_winner, mix, normalised, regularised_nash
from ludens.trainers.tabular.stability import frequencies, multiplier
from ludens.trainers.testbeds import list_testbeds, make_testbed

MATRICES = ["rps", "biased_rps", "biased_rps_skewed", "three_rankings", "bradley_terry", "condorcet", "spock", "biased_rps_loser", "six"]
M2 = "biased_rps"


def ran(name, bed=M2, start=None, points=60, **setting):
    return run(method_named(name), make_testbed(bed), Setting(**setting), start=start, points=points)


def divergences(trace):
    return {point.iteration: point.divergence for point in trace.points}


def at(name, iterations, bed=M2, **setting):
    return [ran(name, bed, iterations=count, **setting).points[-1].divergence for count in iterations]


# -- the limits, on all matrices -----------------------------------------------------------------------------------------------------------------------

LAST = [name for name, found in methods().items() if found.iterate == "last" and name not in ("maxmin", "omwu", "mpo", "inpo", "nash_md", "online_dpo")]


@pytest.mark.parametrize("bed", [*MATRICES, "contexts", *(pytest.param(bed, marks=pytest.mark.slow) for bed in ("blotto", "additive_tokens"))])
@pytest.mark.parametrize("name", LAST)
def test_the_last_iterate_comes_to_the_target(name, bed):
    # policy gradients weigh a rare answer by its probability: they need more iterations where the target has some
    count = 1000 if name in ("nash_md_pg", "online_ipo") else 300
    size = make_testbed(bed).size
    trace = ran(name, bed, np.arange(1, size + 1) / (size * (size + 1) / 2), iterations=count, points=2)
    assert trace.policy == pytest.approx(trace.target, abs=1e-8)


@pytest.mark.parametrize("bed", MATRICES)
@pytest.mark.parametrize(("name", "most"), [("inpo", 1e-9), ("nash_md", 1e-6)])
def test_falling_steps_come_to_the_target_at_their_rate(name, most, bed):
    trace = ran(name, bed, iterations=1000)
    assert trace.points[-1].divergence < most
    assert all(point.divergence <= 32 / (0.1**2 * (point.iteration + 1)) for point in trace.points)


@pytest.mark.parametrize("bed", MATRICES)
@pytest.mark.parametrize("name", ["spo", "sppo", "sppo_constant"])
def test_the_average_comes_to_the_winner_at_its_rate(name, bed):
    for count in (100, 1000):
        trace = ran(name, bed, iterations=count)
        game, step = make_testbed(bed), np.sqrt(8 * np.log(make_testbed(bed).size) / count)
        # log(1/mu)/(step T) + step/8, which is sqrt(log n/(2 T)) from a uniform start
        assert trace.points[-1].mean_exploitability <= -np.log(game.reference.min()) / (step * count) + step / 8


@pytest.mark.parametrize("bed", MATRICES)
@pytest.mark.parametrize("name", ["omwu", "mpo"])
def test_the_last_iterate_comes_to_the_winner(name, bed):
    # with one best answer optimism is slow: the loser's share falls like 1/t
    count = 6000 if name == "omwu" else 3000
    trace = ran(name, bed, iterations=count, points=2)
    assert trace.points[-1].exploitability < (2e-3 if bed in ("condorcet", "six") else 1e-4)


def test_online_dpo_comes_to_its_own_point():
    for bed in (M2, "three_rankings", "contexts"):
        trace = ran("online_dpo", bed, iterations=4000, points=2)
        assert trace.policy == pytest.approx(trace.target, abs=1e-7)


def test_maxmin_comes_to_its_target():
    trace = ran("maxmin", "two_groups", iterations=500, points=2)
    assert trace.policy == pytest.approx(trace.target, abs=1e-7)
    with pytest.raises(ParameterError, match="has no groups"):
        ran("maxmin", iterations=1)


# -- rows of the table ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "mean", "last"),
    [(100, 0.025815, 0.034143), (1000, 0.007349, 0.027794), (10_000, 0.002423, 0.025736), pytest.param(100_000, 0.000188, 0.119135, marks=pytest.mark.slow)],
)
def test_exponential_weights_to_the_digits_known(count, mean, last):
    end = ran("sppo", iterations=count, points=2).points[-1]
    assert (end.mean_exploitability, end.exploitability) == pytest.approx((mean, last), abs=6e-7)
    assert end.mean_exploitability < np.sqrt(np.log(3) / (2 * count))


def test_exponential_weights_run_away_from_the_winner():
    game, update = make_testbed("rps"), method_named("sppo").update
    state, found = begin(method_named("sppo"), game, np.array([[0.6, 0.3, 0.1]])), {}
    for turn in range(1, 20_001):
        state = update(game, state, Setting(step=0.1))
        found[turn] = divergence(game, game.reference, state.policy)
    marks = {1: 0.2406, 100: 0.2450, 1000: 0.2905, 5000: 0.5308, 20_000: 1.4889}
    assert [found[turn] for turn in marks] == pytest.approx(list(marks.values()), abs=6e-5)
    assert all(after > before for before, after in zip(list(found.values()), list(found.values())[1:], strict=False))


def test_sppo_cycles_while_its_average_improves():
    trace = ran("sppo", iterations=20_000, step=0.05)
    late = [point for point in trace.points if point.iteration > 1000]
    assert min(point.exploitability for point in late) > 0.02
    means = [point.mean_exploitability for point in trace.points if point.iteration in (100, *[mark.iteration for mark in late])]
    assert means[-1] < means[0] / 8
    assert trace.points[-1].mean_divergence < 1e-3 < trace.points[-1].divergence


def test_the_constant_partition_is_close_for_small_steps_only():
    game = make_testbed(M2)
    start = np.log(np.array([[0.5, 0.3, 0.2]]))
    rows = {
        0.1: ((0.504993, 0.295219, 0.199787), (0.504993, 0.295220, 0.199787)),
        1.0: ((0.549159, 0.254058, 0.196782), (0.548870, 0.254315, 0.196816)),
        5.0: ((0.717206, 0.117277, 0.165517), (0.699761, 0.128219, 0.172020)),
        20.0: ((0.954534, 0.003159, 0.042306), (0.881833, 0.011843, 0.106324)),
    }
    for step, (exact, constant) in rows.items():
        for name, known in (("sppo", exact), ("sppo_constant", constant)):
            state = begin(method_named(name), game)._replace(logs=start)
            assert method_named(name).update(game, state, Setting(step=step)).policy[0] == pytest.approx(known, abs=6e-7)


def test_nash_md_with_falling_steps_to_the_digits_known():
    assert at("nash_md", (10, 100, 1000, 10_000)) == pytest.approx((3.67e-3, 2.58e-5, 2.37e-7, 2.37e-9), rel=2e-3)


def test_mirror_descent_with_falling_steps_to_the_digits_known():
    assert at("inpo", (10, 100, 1000)) == pytest.approx((1.54e-3, 2.99e-7, 3.19e-11), rel=3e-3)


def test_nash_md_with_a_constant_step_is_biased_as_known():
    game, nash = make_testbed(M2), regularised_nash(make_testbed(M2), 0.1)
    for step, bias in ((1.0, 4.55e-4), (0.5, 1.07e-4), (0.1, 4.06e-6), (0.01, 4.0e-8)):
        trace = ran("nash_md", iterations=int(200 / step), step=step, points=2)
        assert divergence(game, nash, trace.policy) == pytest.approx(bias, rel=2e-2)
        assert mix(trace.policy, game.reference, 0.1 * step)[0] == pytest.approx(regularised_nash(game, 0.1 / (1 - 0.1 * step))[0], abs=1e-8)
        if step == 1.0:
            assert trace.policy[0] == pytest.approx((0.44778505, 0.14096757, 0.41124739), abs=6e-9)


def test_mixtures_have_the_fixed_points_known():
    game = make_testbed(M2)
    rows = {
        0.0: (0.43384861, 0.14818492, 0.41796647),
        0.125: (0.45168073, 0.13919176, 0.40912751),
        0.25: (0.47407774, 0.13064426, 0.39527800),
        0.5: (0.53701997, 0.11697294, 0.34600709),
        1.0: (0.68848108, 0.13003728, 0.18148164),
    }
    for share, known in rows.items():
        assert mixed_nash(game, 0.1, share)[0] == pytest.approx(known, abs=6e-9)
        for name in ("ipo_md", "nash_md_pg"):
            assert ran(name, iterations=400, mixture=share, points=2).policy[0] == pytest.approx(known, abs=6e-9)


@pytest.mark.parametrize(
    ("bed", "known"),
    [
        (M2, {0: 8.88e-2, 5: 9.74e-3, 10: 1.23e-3, 20: 1.98e-5, 50: 7.7e-11}),
        ("six", {0: 1.447e-1, 10: 2.91e-3, 20: 6.76e-5, 50: 1.09e-9}),
        ("biased_rps_skewed", {0: 1.739e-1, 10: 3.05e-3, 20: 6.22e-5, 50: 4.6e-10}),
    ],
)
def test_mirror_prox_to_the_digits_known_and_within_its_bound(bed, known):
    found = divergences(ran("nash_mp", bed, iterations=50, points=200))
    assert [found[count] for count in known] == pytest.approx(list(known.values()), rel=1e-2)
    assert all(value <= found[0] * 1.2**-count * (1 + 1e-9) for count, value in found.items())


@pytest.mark.parametrize(("temperature", "known"), [(0.1, 0.6602), (1.0, 0.107), (0.05, 0.790)])
def test_mirror_prox_contracts_at_the_factor_known(temperature, known):
    found = divergences(ran("nash_mp", iterations=40, points=200, temperature=temperature))
    low, high = (30, 40) if temperature < 1 else (4, 8)
    assert (found[high] / found[low]) ** (1 / (high - low)) == pytest.approx(known, abs=2e-3)
    assert known < 1 / (1 + 2 * temperature)


def test_extragradient_is_mirror_prox_by_another_name():
    eta, temperature = 0.37, 0.1
    one = ran("nash_mp", "six", iterations=7, step=eta)
    two = ran("egpo", "six", iterations=7, step=eta / ((1 + eta) * temperature))
    assert one.policy == pytest.approx(two.policy, abs=1e-14)


def test_optimism_to_the_digits_known():
    assert at("omwu", (100, 1000), step=1.0) == pytest.approx((5.6e-2, 1.8e-6), rel=3e-2)
    assert at("omwu", (100,), step=2.0) == pytest.approx((1.55e-3,), rel=1e-2)
    assert at("omwu", (1000,), step=2.0)[0] < 1e-15
    start = np.array([[0.6, 0.3, 0.1]])
    marks = [ran("omwu", "rps", start, iterations=count, step=1.0).points[-1].divergence for count in (100, 1000)]
    assert marks[0] == pytest.approx(1.8e-2, rel=0.1)
    assert marks[1] < 1e-13


def test_a_moving_magnet_to_the_digits_known():
    # each move follows 100 inner iterations, which solve the inner game to 1e-18
    found = [run(method_named("mpo"), make_testbed(M2), Setting(iterations=100 * outer, restart=100), points=2).points[-1] for outer in (5, 10, 20, 30)]
    assert [point.divergence for point in found] == pytest.approx((3.5e-3, 7.3e-5, 3.6e-8, 1.8e-11), rel=2e-2)


# -- stability -----------------------------------------------------------------------------------------------------------------------------------------


def test_the_frequency_and_range_known():
    game = make_testbed(M2)
    assert frequencies(game, regularised_nash(game, 0.1)).max() == pytest.approx(0.11475, abs=6e-6)
    assert method_named("omd").largest_step(game, Setting()) == pytest.approx(8.63, abs=6e-3)
    # INPO's published step of 133 at temperature .0025 is far beyond
    assert method_named("inpo").largest_step(game, Setting(temperature=0.0025)) == pytest.approx(0.44, abs=6e-3)


@pytest.mark.parametrize(("step", "count"), [(0.05, 1598), (0.2, 401), (0.5, 162), (1, 83), (2, 44), (3, 33), (5, 30), (8, 122)])
def test_iterations_to_a_divergence_of_1e_8(step, count):
    found = divergences(ran("omd", iterations=count + 5, step=step, points=100_000))
    first = next(turn for turn, value in found.items() if value <= 1e-8)
    assert abs(first - count) <= 1


@pytest.mark.parametrize("bed", [M2, "biased_rps_skewed", "six", "two_groups", "majority_tokens"])
@pytest.mark.parametrize(
    "name", ["omd", "inpo", "ipo_md", "ipo", "nash_mp", "egpo", "nash_md_pg", "online_ipo", "rlhf", "dpo", "online_dpo", "p3o_separate", "p3o_joint"]
)
def test_steps_are_stable_up_to_where_the_formula_says(name, bed):
    game, found = make_testbed(bed), method_named(name)
    limit = found.largest_step(game, Setting())
    if not np.isfinite(limit):
        pytest.skip("every step is stable here")
    policy = found.solution(game, Setting())
    inside, outside = (multiplier(found, game, Setting(step=share * limit), policy) for share in (0.995, 1.005))
    assert inside < 1 < outside


@pytest.mark.parametrize(("name", "bed"), [("omd", M2), ("omd", "six"), ("egpo", M2), ("nash_mp", "six"), ("nash_md_pg", M2), ("nash_ema", M2), ("omwu", M2)])
def test_runs_near_the_fixed_point_agree_with_the_range(name, bed):
    game, found = make_testbed(bed), method_named(name)
    limit = found.largest_step(game, Setting())
    policy = found.solution(game, Setting())
    near = np.exp(normalised(np.log(policy) + 1e-3 * np.arange(game.size)))

    def distance(share):
        setting = Setting(step=share * limit, iterations=4000)
        state = begin(found, game, near)
        if name == "nash_ema":
            state = state._replace(memory=state.logs)
        if name == "omwu":
            state = state._replace(memory=game.against(near))
        for _ in range(setting.iterations):
            state = found.update(game, state, setting)
        return float(np.abs(state.policy - policy)[:, policy[0] > 0].max())

    assert distance(0.97) < 1e-4 < distance(1.03)


def test_beyond_the_range_the_last_iterate_cycles_and_the_mean_is_sensible():
    trace = ran("omd", iterations=3000, step=9.9)
    assert 0.01 < trace.points[-1].divergence < 0.5
    wild = ran("inpo", iterations=2000, temperature=0.0025, step=133.3)
    assert wild.points[-1].exploitability > 0.05
    assert wild.points[-1].mean_exploitability < 0.03
    # mirror prox bears much more than its theorem asks for
    assert ran("nash_mp", iterations=300, step=50 * 0.1).points[-1].divergence < 1e-12


def test_nash_md_bears_no_step_beyond_the_inverse_temperature():
    with pytest.raises(ParameterError, match="step=11 should be at most 1/temperature, 10"):
        ran("nash_md", step=11)


@pytest.mark.parametrize("step", [0.2, 1.0, 9.0])
def test_nash_md_attracts_at_every_step_below_the_inverse_temperature(step):
    game, found = make_testbed("six"), method_named("nash_md")
    assert found.largest_step(game, Setting()) == pytest.approx(10)
    assert multiplier(found, game, Setting(step=step), found.solution(game, Setting(step=step))) < 1


def test_where_the_preference_is_strong_and_the_temperature_low_nash_md_has_a_range_too():
    game, found = make_testbed("rps"), method_named("nash_md")
    setting = Setting(temperature=0.005)
    limit = found.largest_step(game, setting)
    assert 0 < limit < 1 / 0.005
    inside, outside = (
        multiplier(found, game, replace(setting, step=share * limit), found.solution(game, replace(setting, step=share * limit))) for share in (0.99, 1.01)
    )
    assert inside < 1 < outside


# -- runs ----------------------------------------------------------------------------------------------------------------------------------------------


def test_a_population_makes_up_the_mean():
    for count in (1, 3, 16, 1000):
        trace = ran("sppo", "contexts", iterations=count)
        assert trace.weights.sum() == pytest.approx(1)
        assert np.einsum("k,kcn->cn", trace.weights, trace.population) == pytest.approx(trace.mean)
        assert [point.iteration for point in trace.points] == sorted({point.iteration for point in trace.points})
        assert trace.points[-1].iteration == count


def test_what_counts_does_not_depend_on_the_run():
    one, two = ran("egpo", "six", iterations=50), ran("egpo", "six", iterations=50, points=3)
    assert (one.policy == two.policy).all()
    assert one.points[-1] == two.points[-1]
    assert one.points[-1].queries == 100


def test_the_page_has_a_row_for_every_method_with_its_target_and_iterate():
    page = (Path(__file__).parents[2] / "docs" / "preferences.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    said = {name.strip(" `"): (row[1], row[2].partition(",")[0]) for row in rows if len(row) == 5 for name in row[0].split(",")}
    assert said == {name: (found.target, found.iterate) for name, found in methods().items()}
    assert all(f"`{bed}`" in page for bed in list_testbeds())


def test_methods_say_what_they_are():
    for name, found in methods().items():
        assert found.name == name
        assert found.summary.endswith(".")
        assert found.source
    assert [found.target for found in methods().values()] == sorted(
        (found.target for found in methods().values()), key=["minimax winner", "regularised Nash", "Bradley-Terry", "data reply", "max-min"].index
    )
    with pytest.raises(UnknownName, match="did you mean 'spo' or 'sppo'"):
        method_named("sspo")
    with pytest.raises(ParameterError, match="settled"):
        Setting().size  # noqa: B018


@pytest.mark.parametrize("bed", list_testbeds())
def test_policies_stay_distributions_on_every_testbed(bed):
    game = make_testbed(bed)
    for name, found in methods().items():
        if name == "maxmin" and not len(game.groups):
            continue
        trace = run(found, game, Setting(iterations=20), points=2)
        for policy in (trace.policy, trace.mean, trace.target):
            assert policy.sum(1) == pytest.approx(1)
            assert (policy >= 0).all()


def test_a_winner_is_a_fixed_point_of_what_aims_at_it():
    game = PreferenceGame.of(make_testbed(M2).tables, reference=minimax_winner(make_testbed(M2)))
    for name in ("sppo", "omwu", "mpo", "sppo_constant"):
        trace = run(method_named(name), game, Setting(iterations=30))
        assert exploitability(game, trace.policy) < 1e-12
