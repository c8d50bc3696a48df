"""Human benchmarks: every number with its source and tag; distances and equivalence against closed forms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ludens.analysis.human import Distribution, benchmarks, distance, distributions, equivalence, ks_distance, wasserstein
from ludens.errors import ParameterError
from ludens.games.core import UNVERIFIED, VERIFIED
from ludens.games.registry import all_ids, make, spec

ONE = np.ones(3)


def test_every_number_has_its_source_and_says_whether_it_was_read():
    found = benchmarks()
    assert len(found) >= 20
    games = {spec(game).name for game in all_ids()} | {"truth_telling"}
    for one in found:
        assert one.game in games
        assert one.source
        assert one.year
        assert one.how
        assert one.caveat
        assert math.isfinite(one.value) or (math.isfinite(one.low) and math.isfinite(one.high))
        assert one.tag in one.text()
        assert one.text().count("NOT VERIFIED") == (not one.verified)
    assert len({(one.game, one.measure, one.source) for one in found}) == len(found)


def test_verified_means_that_the_source_was_read():
    assert {one.how for one in benchmarks() if one.verified} == {"read in the abstract", "worked out from the study's data"}


CARDS = {
    "dictator": {"mean_gift": "share given", "share_zero": "share giving nothing", "share_half": "share giving half"},
    "ultimatum": {"mean_offer": "share offered", "rejection_rate": "rejection rate"},
    "trust": {"sent_share": "share sent", "return_share": "share returned", "mean_sent": "share sent", "mean_returned": "mean returned"},
    "public_goods": {"mean_contribution": "share contributed"},
    "prisoners_dilemma rounds=1": {"cooperation": "cooperation, one shot"},
    "prisoners_dilemma rounds=10": {"cooperation": "cooperation, repeated"},
    "battle_of_the_sexes rounds=10": {"efficiency": "coordination, repeated"},
    "beauty_contest": {"first_mean_guess": "first guess"},
    "ring_network": {"rational": "share of order 1 or above"},
}
"""Cards of figures from people by game and quantity, and the benchmark that each of them states."""


@pytest.mark.parametrize("label", CARDS)
def test_prediction_cards_say_whether_their_figure_was_read(label):
    name, _, rounds = label.partition(" rounds=")
    cards = [card for card in make(name, **({"rounds": int(rounds)} if rounds else {})).predictions() if card.concept == "human"]
    assert {card.quantity for card in cards} <= CARDS[label].keys()
    assert cards
    for card in cards:
        verified = {one.verified for one in benchmarks(name, CARDS[label][card.quantity])}
        assert len(verified) == 1
        assert card.note.startswith(VERIFIED if verified.pop() else UNVERIFIED)


def test_benchmarks_are_found_by_game_and_measure():
    assert [one.value for one in benchmarks("dictator", "share given")] == [0.2835]
    assert {one.game for one in benchmarks("trust")} == {"trust"}
    assert benchmarks("chess") == ()
    (both,) = benchmarks("prisoners_dilemma", "cooperation, one shot")
    assert math.isnan(both.value)
    assert both.text().startswith("0.37 to 0.47 (NOT VERIFIED")


def test_a_distribution_has_the_mean_and_the_count_of_its_benchmark():
    for one in distributions():
        mean = one.values @ one.counts / one.counts.sum()
        (benchmark,) = (row for row in benchmarks(one.game, one.measure) if row.source == one.source)
        assert mean == pytest.approx(benchmark.value, abs=5e-4)
        assert one.counts.sum() == benchmark.n
    assert len(distributions("trust", "share sent")) == 1


def test_the_page_shows_every_number_with_its_tag():
    page = (Path(__file__).parents[2] / "docs" / "behaviour.md").read_text(encoding="utf-8")
    shown = [line.split(" | ") for line in page.partition("<!-- benchmarks -->")[2].partition("<!-- end -->")[0].splitlines() if line.startswith("| `")]
    expected = []
    for one in benchmarks():
        value = f"{one.low:g} to {one.high:g}" if math.isnan(one.value) else f"{one.value:g}"
        expected.append([f"| `{one.game}`", one.measure, value, f"{'yes' if one.verified else '**no**'}: {one.how}"])
    assert [[*row[:3], row[5]] for row in shown] == expected


def test_distances_of_shifted_points():
    values = np.array([0.0, 1.0, 2.0])
    assert wasserstein(values, ONE, values + 0.5, ONE) == pytest.approx(0.5)
    assert ks_distance(values, ONE, values + 0.5, ONE) == pytest.approx(1 / 3)
    assert ks_distance(values, ONE, values + 5, ONE) == 1
    assert ks_distance(values, ONE, values, np.array([2.0, 2.0, 2.0])) == 0


def test_ks_agrees_with_scipy():
    from scipy.stats import ks_2samp

    one, two = np.random.default_rng(0).normal(size=(2, 40))
    assert ks_distance(one, np.ones(40), two, np.ones(40)) == pytest.approx(ks_2samp(one, two).statistic)


def test_distance_from_people_has_an_interval():
    (human,) = distributions("trust", "share sent")
    all_sent = distance(np.ones(30), human)
    # all mass at 1: the distance is one minus the mean sent
    assert all_sent.value == pytest.approx(1 - 165 / 320)
    assert all_sent.low < all_sent.value < all_sent.high
    assert distance(np.ones(30), human).low == all_sent.low
    grouped = distance(np.tile([0.0, 1.0], 15), human, clusters=np.arange(30) // 10, measure=ks_distance)
    assert grouped.n == 3
    assert not distance(np.ones(1), human).has_interval


def test_equivalence_is_two_one_sided_t_tests():
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(1).normal(0.3, 0.1, size=50)
    found = equivalence(values, 0.28, 0.06)
    below = ttest_1samp(values, 0.28 - 0.06, alternative="greater").pvalue
    above = ttest_1samp(values, 0.28 + 0.06, alternative="less").pvalue
    assert found.p == pytest.approx(max(below, above))
    assert found.equivalent == (found.p < 0.05)
    assert (found.low > -0.06 and found.high < 0.06) == found.equivalent
    assert found.difference == pytest.approx(values.mean() - 0.28)


def test_an_uncertain_benchmark_makes_equivalence_harder():
    values = np.random.default_rng(2).normal(0.3, 0.1, size=50)
    assert equivalence(values, 0.3, 0.04).equivalent
    assert not equivalence(values, 0.3, 0.04, benchmark_se=0.05).equivalent
    assert equivalence(np.full(5, 0.5), 0.5, 0.01).equivalent
    assert not equivalence(np.full(5, 0.5), 0.6, 0.01).equivalent


def test_different_means_are_called_equivalent_at_most_at_the_nominal_rate():
    rng = np.random.default_rng(3)
    wrong = [equivalence(rng.normal(0.05, 0.1, size=20), 0.0, 0.05).equivalent for _ in range(1000)]
    # the mean lies on the margin: 5 %, four standard errors of a thousand draws
    assert np.mean(wrong) < 0.05 + 4 * math.sqrt(0.05 * 0.95 / 1000)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: distance([], Distribution("g", "m", "s", "y", ONE, ONE)), "at least one choice"),
        (lambda: distance([1, 2], Distribution("g", "m", "s", "y", ONE, ONE), clusters=[1]), "clusters"),
        (lambda: equivalence([1.0, 2.0], 1, 0), "margin=0 should be positive"),
        (lambda: equivalence([1.0], 1, 1), "two independent units"),
    ],
)
def test_bad_input_is_told(call, problem):
    with pytest.raises(ParameterError, match=problem):
        call()
