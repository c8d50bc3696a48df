"""Ratings and payoff tables: known strengths are recovered, intervals cover, and other libraries agree."""

from __future__ import annotations

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openskill.models import PlackettLuce

from ludens.analysis.payoffs import overall_scores, pareto_front, payoff_table, seat_effects, seat_means, win_rates
from ludens.analysis.ratings import bradley_terry, elo, fit_bradley_terry, openskill_ratings, plackett_luce, win_probability
from ludens.analysis.results import NoResults, Results, comparisons
from ludens.errors import LudensError

BOUNDS = {"g": (0.0, 1.0)}


def duels(strength: np.ndarray, matches: int, seed: int, draws: float = 0.0) -> Results:
    """Simulate two-seat Bradley-Terry matches between random pairs."""
    rng = np.random.default_rng(seed)
    one = rng.integers(len(strength), size=matches)
    two = (one + rng.integers(1, len(strength), size=matches)) % len(strength)
    won = (rng.random(matches) < 1 / (1 + np.exp(strength[two] - strength[one]))).astype(float)
    won[rng.random(matches) < draws] = 0.5
    names = np.array([f"p{i:02d}" for i in range(len(strength))])
    return Results.of(
        match=np.repeat(np.arange(matches), 2),
        game=np.full(2 * matches, "g"),
        seat=np.tile([0, 1], matches),
        player=names[np.c_[one, two].ravel()],
        returns=np.c_[won, 1 - won].ravel(),
        bounds=BOUNDS,
    )


def table(rows: list[tuple[str, str, int, str, float]], bounds: dict[str, tuple[float, float]] = BOUNDS, cluster: list[str] | None = None) -> Results:
    match, game, seat, player, returns = zip(*rows, strict=True)
    return Results.of(match=match, game=game, seat=seat, player=player, returns=returns, bounds=bounds, cluster=cluster)


def races(strength: np.ndarray, matches: int, seats: int, seed: int) -> Results:
    """Simulate Plackett-Luce rankings by Gumbel noise."""
    rng = np.random.default_rng(seed)
    players = np.argsort(rng.random((matches, len(strength))), axis=1)[:, :seats]
    noisy = strength[players] + rng.gumbel(size=players.shape)
    returns = np.argsort(np.argsort(noisy, axis=1), axis=1) / (seats - 1)
    return Results.of(
        match=np.repeat(np.arange(matches), seats),
        game=np.full(matches * seats, "g"),
        seat=np.tile(np.arange(seats), matches),
        player=np.array([f"p{i:02d}" for i in range(len(strength))])[players.ravel()],
        returns=returns.ravel(),
        bounds=BOUNDS,
    )


def test_known_strengths_are_recovered() -> None:
    strength = np.linspace(-1.5, 1.5, 8)
    rated = bradley_terry(duels(strength, 20_000, seed=1), bootstrap=0)
    found = np.array([estimate.value for estimate in rated.ratings if estimate])
    assert np.abs(found - elo(strength)).max() < 25
    assert rated.notes == ()


def test_fit_agrees_with_choix() -> None:
    counts = comparisons(duels(np.linspace(-1, 1, 6), 800, seed=2, draws=0.2)).counts(6)
    mine = fit_bradley_terry(counts.copy(), virtual_draws=0.0)
    theirs = choix.ilsr_pairwise_dense(counts, tol=1e-12, max_iter=1000)
    assert np.allclose(mine, theirs - theirs.mean(), atol=1e-6)


def test_many_matrices_at_once_equal_one_by_one() -> None:
    stack = np.stack([comparisons(duels(np.linspace(-1, 1, 5), 100, seed=s)).counts(5) for s in range(6)])
    assert np.allclose(fit_bradley_terry(stack.copy()), np.stack([fit_bradley_terry(one.copy()) for one in stack]), atol=1e-8)


def test_fit_does_not_change_its_input() -> None:
    counts = np.array([[0.0, 3.0], [1.0, 0.0]])
    fit_bradley_terry(counts)
    assert counts.tolist() == [[0.0, 3.0], [1.0, 0.0]]


def test_two_players_have_the_closed_form() -> None:
    # with c virtual draws the fitted odds are (wins + c/2) / (losses + c/2)
    theta = fit_bradley_terry(np.array([[0.0, 7.0], [2.0, 0.0]]), virtual_draws=1.0)
    assert theta[0] - theta[1] == pytest.approx(np.log(7.5 / 2.5))


def test_transitive_toy_is_ordered_and_disconnection_is_said() -> None:
    rows = []
    for index, (winner, loser) in enumerate([("a", "b"), ("a", "c"), ("b", "c")] * 3):
        rows += [(f"m{index}", "g", 0, winner, 1.0), (f"m{index}", "g", 1, loser, 0.0)]
    rated = bradley_terry(table(rows), bootstrap=50)
    values = [estimate.value for estimate in rated.ratings if estimate]
    assert values == sorted(values, reverse=True)
    assert all(np.isfinite(values))
    assert "a never lost" in rated.notes[0]
    assert "c never won" in rated.notes[0]


def test_groups_that_never_met_are_said() -> None:
    rows = []
    for index, (one, two) in enumerate([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]):
        rows += [(f"m{index}", "g", 0, one, 1.0), (f"m{index}", "g", 1, two, 0.0)]
    assert "2 groups that never met" in bradley_terry(table(rows), bootstrap=0).notes[0]


def test_a_bystander_is_not_rated() -> None:
    rated = bradley_terry(table([("m0", "g", 0, "a", 1.0), ("m0", "g", 1, "b", 0.0), ("m1", "g", 0, "c", 1.0), ("m1", "g", 1, "c", 0.0)]), bootstrap=0)
    assert [estimate is None for estimate in rated.ratings] == [False, False, True]
    assert any("Not rated" in note and "c." in note for note in rated.notes)


def test_without_virtual_draws_an_unbeaten_player_is_an_error() -> None:
    with pytest.raises(ArithmeticError):
        fit_bradley_terry(np.array([[0.0, 3.0], [0.0, 0.0]]), virtual_draws=0.0)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_order_of_matches_does_not_matter(seed: int) -> None:
    base = duels(np.array([0.5, 0.0, -0.5]), 40, seed=3, draws=0.1)
    order = np.random.default_rng(seed).permutation(len(base))
    names, games = np.array(base.players), np.array(base.games)
    # labels that sort as the old indices do, so that the same clusters get the same bootstrap weights
    shuffled = Results.of(
        match=base.match[order],
        game=games[base.game[order]],
        seat=base.seat[order],
        player=names[base.player[order]],
        returns=base.returns[order],
        bounds=BOUNDS,
    )
    assert bradley_terry(shuffled, bootstrap=5) == bradley_terry(base, bootstrap=5)
    assert overall_scores(shuffled, bootstrap=5) == overall_scores(base, bootstrap=5)


def test_intervals_cover_the_truth() -> None:
    strength = np.array([0.8, 0.2, -0.2, -0.8])
    truth, hits, trials = elo(strength), 0, 60
    for trial in range(trials):
        rated = bradley_terry(duels(strength, 300, seed=100 + trial), bootstrap=120, level=0.9, seed=trial)
        hits += sum(estimate.low <= true <= estimate.high for estimate, true in zip(rated.ratings, truth, strict=True) if estimate)
    assert 0.84 <= hits / (4 * trials) <= 0.96


def test_score_intervals_cover_and_respect_clusters() -> None:
    rng = np.random.default_rng(5)
    hits, trials, pairs = 0, 200, 40
    for _ in range(trials):
        luck = np.repeat(rng.normal(0.5, 0.1, size=pairs), 2)  # two matches share their chance
        returns = np.c_[luck + rng.normal(0, 0.02, 2 * pairs), np.zeros(2 * pairs)].ravel()
        match = np.repeat(np.arange(2 * pairs), 2)
        results = Results.of(
            match=match,
            cluster=match // 2,
            game=np.full(4 * pairs, "g"),
            seat=np.tile([0, 1], 2 * pairs),
            player=np.tile(["a", "b"], 2 * pairs),
            returns=returns,
            bounds=BOUNDS,
        )
        score = overall_scores(results, bootstrap=100, level=0.9)[0]
        assert score.n == pairs
        hits += score.low <= 0.5 <= score.high
    assert 0.83 <= hits / trials <= 0.96


def test_plackett_luce_agrees_with_choix_and_with_rank_breaking() -> None:
    strength = np.linspace(-1, 1, 6)
    results = races(strength, 4000, 4, seed=7)
    direct = choix.ilsr_rankings(6, [tuple(results.player[rows][np.argsort(-results.returns[rows])].tolist()) for rows in next(results.by_seats())], alpha=0.01)
    fitted = plackett_luce(results)
    assert np.allclose(fitted, direct - direct.mean())
    broken = np.array([estimate.value for estimate in bradley_terry(results, bootstrap=0).ratings if estimate])
    assert np.abs(broken - elo(fitted)).max() < 20
    assert np.abs(broken - elo(strength)).max() < 30


def test_openskill_agrees_with_a_direct_call() -> None:
    results = table([("m0", "g", 0, "a", 1.0), ("m0", "g", 1, "b", 0.0), ("m1", "g", 0, "c", 0.5), ("m1", "g", 1, "a", 0.5)])
    model = PlackettLuce()
    a, b, c = model.rating(), model.rating(), model.rating()
    [[a], [b]] = model.rate([[a], [b]], scores=[1.0, 0.0])
    [[c], [a]] = model.rate([[c], [a]], scores=[0.5, 0.5])
    assert openskill_ratings(results) == ((a.mu, a.sigma), (b.mu, b.sigma), (c.mu, c.sigma))


def test_team_games_do_not_compare_team_mates() -> None:
    rows = [("m", "g", seat, name, value) for seat, (name, value) in enumerate([("a", 1.0), ("b", 1.0), ("c", 0.0)])]
    results = table(rows)
    both = comparisons(results).counts(3)
    assert both.sum() == pytest.approx(2)  # n - 1 choices
    assert both[0, 1] == both[1, 0] == pytest.approx(1 / 3)
    team = comparisons(results, team_games=[0]).counts(3)
    assert team[0, 1] == team[1, 0] == 0
    assert team[0, 2] == team[1, 2] == pytest.approx(2 / 3)
    online = dict(zip(results.players, openskill_ratings(results, team_games=[0]), strict=True))
    assert online["a"] == online["b"]
    assert online["a"][0] > online["c"][0]


def test_payoff_table_by_hand() -> None:
    results = table(
        [
            ("m0", "g", 0, "a", 3.0),
            ("m0", "g", 1, "b", 0.0),
            ("m1", "g", 0, "b", 1.0),
            ("m1", "g", 1, "a", 1.0),
            ("m2", "g", 0, "a", 2.0),
            ("m2", "g", 1, "a", 4.0),
        ],
        {"g": (0.0, 5.0)},
    )
    found = payoff_table(results)
    assert [[cell and cell.value for cell in row] for row in found.cells] == [[3.0, 2.0], [0.5, None]]
    assert found.cells[0][1] is not None
    # Student's t with one degree of freedom: 12.706 standard errors
    assert found.cells[0][1].high == pytest.approx(2 + 12.7062 * 1.0, rel=1e-4)
    assert found.cells[0][0] is not None
    assert not found.cells[0][0].has_interval
    rates = win_rates(results)
    assert [[cell and cell.value for cell in row] for row in rates.cells] == [[None, 0.75], [0.25, None]]


def test_seats_are_compared_within_matches() -> None:
    rows = []
    for index, base in enumerate([0.0, 10.0, 20.0]):
        rows += [(f"m{index}", "g", 0, "a", base + 2), (f"m{index}", "g", 1, "b", base)]
    results = table(rows, {"g": (0.0, 30.0)})
    first, second = seat_effects(results)
    assert first is not None
    assert second is not None
    assert (first.value, first.low, first.high) == (1.0, 1.0, 1.0)  # paired: the matches' levels cancel
    assert second.value == -1.0
    assert [mean and mean.value for mean in seat_means(results)] == [12.0, 10.0]


def test_scores_weigh_games_alike() -> None:
    rows = [(f"m{i}", "g", seat, name, 1.0) for i in range(3) for seat, name in enumerate("ab")] + [("m9", "h", 0, "a", 0.0), ("m9", "h", 1, "b", 10.0)]
    a, b = overall_scores(table(rows, {"g": (0.0, 2.0), "h": (0.0, 10.0)}), bootstrap=10)
    assert (a.value, b.value) == (0.25, 0.75)
    assert "resamples" in a.method
    assert a.level == 0.95


def test_pareto_front() -> None:
    assert pareto_front([1, 2, 3, 2], [0.5, 0.9, 0.8, 0.9]).tolist() == [True, True, False, True]


def test_nothing_played_is_one_clear_line() -> None:
    with pytest.raises(NoResults, match="no match has ended"):
        Results.of(match=[], game=[], seat=[], player=[], returns=[], bounds={})
    with pytest.raises(NoResults, match="no two different players"):
        bradley_terry(table([("m", "g", 0, "a", 1.0), ("m", "g", 1, "a", 0.0)]))


def test_bad_columns_are_refused() -> None:
    with pytest.raises(LudensError, match="differ in length"):
        Results.of(match=["m"], game=["g"], seat=[0, 1], player=["a"], returns=[1.0], bounds=BOUNDS)
    with pytest.raises(LudensError, match="not finite"):
        table([("m", "g", 0, "a", float("nan"))])
    with pytest.raises(LudensError, match="no payoff bounds"):
        table([("m", "x", 0, "a", 1.0)])


def test_win_probability_is_elos() -> None:
    assert win_probability(400) == pytest.approx(10 / 11)
