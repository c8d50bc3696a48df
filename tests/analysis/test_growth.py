"""The tests of growth: exact p-values, peers, calibration, and the rate over horizons."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ludens.analysis import growth_calibration
from ludens.analysis.growth import mann_kendall, rate, regression_test, trend_test
from ludens.analysis.growth_calibration import calibrate


def curves(ratio):
    ratio = np.atleast_2d(np.asarray(ratio, float))
    return ratio * np.arange(1, ratio.shape[1] + 1)


@pytest.mark.parametrize(("rounds", "threshold"), [(10, 8), (15, 11), (20, 14), (25, 17), (50, 31), (100, 59)])
def test_the_trend_test_rejects_from_the_published_thresholds_on(rounds, threshold):
    for falls, rejects in ((threshold, True), (threshold - 1, False)):
        steps = np.array([-1.0] * falls + [1.0] * (rounds - 1 - falls))
        found = trend_test(curves(np.concatenate([[200.0], 200 + np.cumsum(steps)])))
        assert found.statistic[0] == falls
        assert found.p[0] == pytest.approx(sum(math.comb(rounds - 1, k) for k in range(falls, rounds)) / 2 ** (rounds - 1))
        assert (found.p[0] < 0.05) == rejects


def test_standing_still_is_no_fall():
    found = trend_test(curves([[2.0] * 30, [0.0] * 30]))
    assert found.statistic.tolist() == [0, 0]
    assert found.p.tolist() == [1, 1]
    assert mann_kendall(curves([[2.0] * 30])).p[0] == pytest.approx(0.5)


def test_mann_kendall_is_kendalls_tau_against_time():
    rng = np.random.default_rng(0)
    for _ in range(30):
        ratio = rng.integers(0, 8, size=25).astype(float) + 1
        found = mann_kendall(curves(ratio))
        concordant = sum(np.sign(ratio[j] - ratio[i]) for i in range(25) for j in range(i + 1, 25))
        assert found.statistic[0] == concordant
        _, ties = np.unique(ratio, return_counts=True)
        sigma = math.sqrt((25 * 24 * 55 - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18)
        assert found.p[0] == pytest.approx(stats.norm.cdf((concordant - np.sign(concordant)) / sigma))


def test_the_regression_is_least_squares():
    rng = np.random.default_rng(0)
    made = np.exp(rng.normal(0, 0.3, (20, 40))) * np.arange(1, 41) ** 0.7
    made[3, :5] = -1.0
    found = regression_test(made)
    for number in range(20):
        keep = made[number] > 0
        fit = stats.linregress(np.log(np.arange(1, 41)[keep]), np.log(made[number][keep]))
        assert found.slope[number] == pytest.approx(fit.slope)
        assert found.p_zero[number] == pytest.approx(fit.pvalue)
        assert found.p[number] == pytest.approx(stats.t.cdf((fit.slope - 1) / fit.stderr, keep.sum() - 2))
        assert found.used[number] == keep.sum()


def test_regret_that_is_never_positive_has_no_slope():
    found = regression_test(-np.ones((1, 20)))
    assert math.isnan(found.slope[0])
    assert math.isnan(found.p[0])


def test_the_rate_is_found_with_its_interval():
    rng = np.random.default_rng(0)
    horizons = (25, 100, 400)
    covered = 0
    for number in range(100):
        regrets = [3 * horizon**0.5 * rng.gamma(4, 1 / 4, size=60) for horizon in horizons]
        found = rate(horizons, regrets, resamples=300, seed=number)
        covered += found.exponent.low <= 0.5 <= found.exponent.high
    # 95 of 100 within three standard errors of 2.2, less the little that a percentile interval lacks at 60 runs
    assert covered >= 87
    assert rate(horizons, [np.full(20, 2.0 * horizon) for horizon in horizons]).exponent.value == pytest.approx(1.0)


def test_a_rate_of_regret_around_zero_has_no_interval():
    rng = np.random.default_rng(0)
    found = rate((10, 100), [rng.normal(0.1, 5, 50) + 0.1, rng.normal(0.1, 5, 50) + 0.5])
    assert not found.exponent.has_interval
    assert found.exponent.method


def test_the_tests_judge_known_play_as_the_notes_say():
    rows = {row.play: row for row in calibrate(25, runs=2000)}
    # shares of 2000 have a standard error of at most 0.011
    assert rows["coin"].trend == pytest.approx(0.032, abs=0.016)
    assert rows["uniform, no better arm"].trend == pytest.approx(0.04, abs=0.02)
    assert rows["Hedge, no better arm"].trend == pytest.approx(0.14, abs=0.03)
    assert rows["uniform, no better arm"].slope == pytest.approx(0.49, abs=0.04)
    assert rows["follow the leader, alternating"].slope == pytest.approx(1.98, abs=0.1)
    assert rows["follow the leader, alternating"].regret * 250 == pytest.approx(82, abs=1.5)
    # shape and not quality: these three have the same regret, within four standard errors of about 0.0006
    assert rows["uniform, no better arm"].regret == pytest.approx(rows["follow the leader, no better arm"].regret, abs=0.0025)
    # the other two tests take a random walk for a trend
    assert rows["line, noise 2"].mann_kendall > 0.2
    assert rows["line, noise 2"].regression > 0.2


def test_the_page_shows_what_the_command_makes():
    page = (Path(__file__).parents[2] / "docs" / "regret.md").read_text(encoding="utf-8")
    table = growth_calibration.markdown((25,)).splitlines()
    assert table[0] in page
    shown = {tuple(cells[:3]): cells[3:] for line in page.splitlines() if line.startswith("| ") for cells in [line.strip("| ").split(" | ")] if len(cells) == 8}
    for line in table[2:]:
        play, truth, rounds, *figures = line.strip("| ").split(" | ")
        # another processor may round a curve or two of 2000 the other way
        assert [float(cell) for cell in shown[play, truth, rounds]] == pytest.approx([float(cell) for cell in figures], abs=0.006)


def test_the_command_writes_between_its_markers(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(growth_calibration, "markdown", lambda: "| new |")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- calibration -->\nold\n<!-- /calibration -->\nafter\n")
    assert growth_calibration.main([str(page)]) == 0
    assert page.read_text() == "before\n<!-- calibration -->\n| new |\n<!-- /calibration -->\nafter\n"
    growth_calibration.main([])
    assert "| new |" in capsys.readouterr().out
