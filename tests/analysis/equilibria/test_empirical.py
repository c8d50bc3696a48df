"""Empirical games: means and missing cells, intervals that cover, halves that are known without play."""

import numpy as np
import pytest

from ludens.analysis.equilibria.empirical import IncompleteGame, empirical_game, hoeffding, measured
from ludens.analysis.equilibria.meta import solve_meta
from ludens.analysis.results import Results


def played(means, matches, seed, *, noise=0.5, pairs=None):
    """Draw matches of a two-seat game with given means, shape (2, players, players)."""
    rng = np.random.default_rng(seed)
    size = means.shape[1]
    cells = [(i, j) for i in range(size) for j in range(size)] if pairs is None else pairs
    rows = [(i, j, *(means[:, i, j] + noise * rng.normal(size=2))) for i, j in cells for _ in range(matches)]
    number = np.repeat(np.arange(len(rows)), 2)
    players = np.array([[f"p{i}", f"p{j}"] for i, j, _, _ in rows]).ravel()
    returns = np.array([[a, b] for _, _, a, b in rows]).ravel()
    return Results.of(match=number, game=np.full(len(number), "g"), seat=np.tile([0, 1], len(rows)), player=players, returns=returns, bounds={"g": (-5.0, 5.0)})


MEANS = np.random.default_rng(0).normal(size=(2, 3, 3))


def test_cells_are_means_and_intervals_cover():
    inside = []
    for seed in range(20):
        game = empirical_game(played(MEANS, 20, seed), symmetric=False, bootstrap=0)
        assert game.counts.tolist() == np.full((3, 3), 20.0).tolist()
        for seat in (0, 1):
            for cell, value, truth in zip(game.cells[seat], game.payoffs[seat].ravel(), MEANS[seat].ravel(), strict=True):
                assert cell.value == pytest.approx(value)
                inside.append(cell.low <= truth <= cell.high)
    # 360 intervals of 95 %: four standard errors are 4.6 %
    assert np.mean(inside) > 0.95 - 4 * np.sqrt(0.05 * 0.95 / len(inside))


def test_seats_that_are_exchangeable_share_their_matches():
    means = np.stack([MEANS[0], MEANS[0].T])
    game = empirical_game(played(means, 10, 1), symmetric=True, bootstrap=5)
    np.testing.assert_allclose(game.payoffs[0], game.payoffs[1].T, atol=1e-12)
    assert game.counts[0, 1] == 20
    assert game.counts[0, 0] == 10
    assert game.draws.shape == (5, 2, 3, 3)


def test_players_who_lack_meetings_are_left_out_or_refused():
    pairs = [(i, j) for i in range(3) for j in range(3) if (i, j) != (2, 2)]
    game = empirical_game(played(MEANS, 3, 2, pairs=pairs), symmetric=False, bootstrap=0)
    assert (game.players, game.dropped) == ((0, 1), (2,))
    apart = [(i, j) for i in range(3) for j in range(3) if i != j]
    with pytest.raises(IncompleteGame, match=r"plan\.self_play=true"):
        empirical_game(played(MEANS, 3, 3, pairs=apart), symmetric=False, bootstrap=0)


def test_self_play_of_symmetric_zero_sum_games_is_known():
    matrix = MEANS[0] - MEANS[0].T
    apart = [(i, j) for i in range(3) for j in range(3) if i != j]
    game = empirical_game(played(np.stack([matrix, -matrix]), 5, 4, noise=0.0, pairs=apart), symmetric=True, constant_sum=True, bootstrap=0)
    assert game.assumed
    np.testing.assert_allclose(game.payoffs[0], matrix, atol=1e-12)


def test_intervals_of_solutions_come_from_resampled_games():
    means = np.stack([np.array([[3.0, 0.0], [5.0, 1.0]]), np.array([[3.0, 5.0], [0.0, 1.0]])])
    game = empirical_game(played(means, 15, 5), symmetric=True, bootstrap=30)
    shares, conv, alike = measured(game, lambda table: solve_meta(table, "nash"))
    assert shares[0][1].value == pytest.approx(1)
    assert shares[0][1].low == pytest.approx(1)
    assert conv.value == pytest.approx(0, abs=1e-9)
    assert conv.low >= -1e-12
    # defecting gains 2 or 1 against cooperation and defection: half of 1.5 over what all alike earn, a seat
    assert alike.low < 1.5 < alike.high


def test_the_error_of_cells_shrinks_with_matches_and_holds_all():
    few, many = (empirical_game(played(MEANS, count, 6), symmetric=False, bootstrap=0) for count in (10, 40))
    assert hoeffding(few, (-5, 5)) == pytest.approx(2 * hoeffding(many, (-5, 5)))
    assert np.abs(many.payoffs - MEANS).max() < hoeffding(many, (-5, 5))
