"""Lower bounds of exploitability: planted weaknesses are found, and no luck is taken for skill."""

from dataclasses import replace

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.exploitability import best_response, values
from ludens.analysis.reading import run_results
from ludens.analysis.responders import learned_response, lower_bound, responder_plan
from ludens.analysis.results import Results
from ludens.analysis.trees import tree_of
from ludens.arena import Run, play
from ludens.errors import LudensError, ParameterError
from ludens.games import make

RANDOM = PlayerSpec.of("random")


def results_of(worth, matches, seed, *, symmetric=True):
    """Matches of a target ``t`` with itself and with responders, whose mean gains are given by name."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(matches):
        rows.append(("t", "t", *rng.normal(size=2)))
        for name, gain in worth.items():
            earned = gain + rng.normal(), rng.normal()
            rows += [(name, "t", *earned)] if symmetric else [(name, "t", *earned), ("t", name, *earned[::-1])]
    number = np.repeat(np.arange(len(rows)), 2)
    return Results.of(
        match=number,
        game=np.full(len(number), "g"),
        seat=np.tile([0, 1], len(rows)),
        player=np.array([row[:2] for row in rows]).ravel(),
        returns=np.array([row[2:] for row in rows]).ravel(),
        bounds={"g": (-9.0, 9.0)},
    )


def test_a_planted_exploiter_is_found_with_the_right_gain():
    results = results_of({"a": 0.0, "b": 1.0, "c": 0.3}, 100, 0)
    found = lower_bound(results, results.players.index("t"), symmetric=True)
    assert [results.players[one] for one in found.responders] == ["b"]
    assert found.gain.low < 1.0 < found.gain.high
    assert (found.searched, found.matches) == (3, 400)
    both = lower_bound(results_of({"a": 0.0, "b": 1.0}, 100, 1, symmetric=False), 2, symmetric=False)
    assert both.responders == (1, 1)
    assert both.gain.low < 1.0 < both.gain.high


def test_the_best_of_many_equals_is_no_skill():
    covered, seen = [], []
    for seed in range(60):
        results = results_of({f"r{number:02d}": 0.0 for number in range(15)}, 12, seed)
        found = lower_bound(results, results.players.index("t"), symmetric=True)
        seen.append(found.gain.value)
        covered.append(not found.gain.has_interval or found.gain.low <= 0 <= found.gain.high)
    # the mean gain is 0; its standard error is about sqrt(1/6 + 1/24) / sqrt(60) = 0.06 (choosing by the same matches would show about 0.7)
    assert abs(np.mean(seen)) < 4 * 0.06
    assert np.mean(covered) > 0.95 - 4 * np.sqrt(0.05 * 0.95 / 60)


def test_what_it_earns_against_itself_must_be_known():
    results = results_of({"a": 1.0}, 10, 2)
    keep = np.isin(results.match, np.unique(results.match[results.player == results.players.index("a")]))
    columns = {name: getattr(results, name)[keep] for name in ("match", "cluster", "game", "seat", "player", "returns", "normalised")}
    alone, target = replace(results, **columns), results.players.index("t")
    assert lower_bound(alone, target, symmetric=False) is None
    assert lower_bound(alone, target, symmetric=True, constant_sum=True) is not None


def test_a_plan_of_responders_is_played_and_read(tmp_path):
    game = make("rock_paper_scissors", rounds=1)
    target = PlayerSpec.of("scripted", "fair", style="fair")
    others = [RANDOM, PlayerSpec.of("scripted", "tough", style="tough"), target]
    plan = responder_plan(game, target, others, replicates=20)
    assert len(plan) == 20 * 3
    with Run.create(tmp_path / "run") as run:
        play(plan, run)
        results = run_results(run.seat_table(), run.games())
    found = lower_bound(results, results.players.index("fair"), symmetric=True)
    assert found.searched == 2
    assert len(responder_plan(make("kuhn_poker"), target, others, replicates=5)) == 5 * 5


def test_a_table_learns_nearly_the_best_response():
    game, target = make("kuhn_poker"), PlayerSpec.of("scripted", "generous", style="generous")
    # the exact response to uniform play bounds what can be learned against random play
    tree = tree_of(game)
    uniform = tree.uniform()
    for seat in (0, 1):
        exact = best_response(tree, uniform, seat).value - values(tree, uniform)[seat]
        found = learned_response(game, RANDOM, seat, episodes=800, tests=200, seed=11 + seat)
        assert found.gain.low <= exact
        assert found.gain.value > exact / 2
        assert (found.episodes, found.positions) == (800, 6)
    assert learned_response(game, target, 0, episodes=300, tests=150).gain.value > 0.1


def test_it_is_the_same_every_time_and_says_what_it_cannot_do():
    game = make("kuhn_poker")
    assert learned_response(game, RANDOM, 0, episodes=50, tests=20) == learned_response(game, RANDOM, 0, episodes=50, tests=20)
    with pytest.raises(ParameterError, match="episodes"):
        learned_response(game, RANDOM, 0, episodes=0)
    with pytest.raises(ParameterError, match="cannot be numbered"):
        learned_response(make("first_price_auction", seats=2), RANDOM, 0)
    with pytest.raises(LudensError):
        learned_response(game, PlayerSpec.of("language", model="none"), 0, episodes=1)
