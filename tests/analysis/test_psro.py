"""PSRO and the double oracle: exact in trees, by matches over players, resumed where it was stopped."""

import itertools

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.equilibria.nash import zero_sum
from ludens.analysis.exploitability import nash_conv, values
from ludens.analysis.psro.players import PlayerPSRO
from ludens.analysis.psro.restricted import grown
from ludens.analysis.psro.trees import TreePSRO, mixed_policy
from ludens.analysis.trees import tree_of
from ludens.arena import Run, play
from ludens.arena.plan import Result
from ludens.errors import LudensError, ParameterError
from ludens.games import make

pytest.importorskip("numba")
BOTS = tuple(PlayerSpec.of("scripted", style, style=style) for style in ("fair", "greedy", "tough", "cautious"))


@pytest.fixture(scope="module")
def kuhn():
    return tree_of(make("kuhn_poker"))


def test_the_double_oracle_solves_kuhn_poker(kuhn):
    loop = TreePSRO(kuhn)
    assert loop.run(50)
    assert values(kuhn, loop.policy())[0] == pytest.approx(-1 / 18, abs=1e-9)
    assert nash_conv(kuhn, loop.policy()) == pytest.approx(0, abs=1e-9)
    convs = [one.nash_conv for one in loop.generations]
    assert convs[0] == pytest.approx(nash_conv(kuhn, kuhn.uniform()))
    done = len(loop.generations)
    assert loop.run(5)
    assert len(loop.generations) == done


@pytest.mark.parametrize("meta", ["uniform", "alpha_rank", "prd", "cce"])
def test_stated_gains_are_the_nash_conv_of_the_mixture(kuhn, meta):
    loop = TreePSRO(kuhn, meta=meta)
    loop.run(2)
    for turn in loop.generations[1:]:
        assert turn.nash_conv >= -1e-12
    assert loop.generations[-1].nash_conv == pytest.approx(nash_conv(kuhn, loop.policy()), abs=1e-12)


@pytest.mark.slow
def test_the_double_oracle_closes_in_on_leduc_poker():
    tree = tree_of(make("leduc_poker"))
    loop = TreePSRO(tree)
    loop.run(180)
    assert loop.generations[-1].nash_conv < 0.05
    # the value is -0.0856 of the sequence-form program; a mixture's payoff lies within its NashConv of it
    assert values(tree, loop.policy())[0] == pytest.approx(-0.0856, abs=0.05)


def test_a_mixture_of_policies_plays_as_one(kuhn):
    rng = np.random.default_rng(0)
    policies = [kuhn.policy(lambda seat, key, options: rng.dirichlet(np.ones(len(options)))) for _ in range(3)]
    mixture, fixed = np.array([0.2, 0.5, 0.3]), kuhn.uniform()
    for seat in (0, 1):
        mine = (kuhn.owner == seat)[:, None]
        expected = sum(weight * values(kuhn, np.where(mine, policy, fixed)) for weight, policy in zip(mixture, policies, strict=True))
        one = mixed_policy(kuhn, policies, mixture, seat)
        np.testing.assert_allclose(values(kuhn, np.where(mine, one, fixed)), expected, atol=1e-14)
        np.testing.assert_allclose(one.sum(axis=1), 1)


def test_policies_for_every_seat_are_needed(kuhn):
    with pytest.raises(ParameterError, match="every one of 2 seats"):
        TreePSRO(kuhn, start=[[kuhn.uniform()]])
    with pytest.raises(ParameterError, match="nothing has been run"):
        TreePSRO(kuhn).policy()


def test_a_known_game_is_grown_to_its_equilibrium():
    rng = np.random.default_rng(1)
    for _ in range(5):
        matrix = rng.normal(size=(8, 7))
        turns = grown(np.stack([matrix, -matrix]))
        last = turns[-1]
        assert last.outer == pytest.approx(0, abs=1e-9)
        assert last.joining == (None, None)
        assert last.mixtures[0] @ matrix @ last.mixtures[1] == pytest.approx(zero_sum(matrix).value, abs=1e-9)
        for before, after in itertools.pairwise(turns):
            assert sum(map(len, after.members)) > sum(map(len, before.members))
    circle = make("rock_paper_scissors").table
    assert [len(turn.members[0]) for turn in grown(circle, symmetric=True, start=0)] == [1, 2, 3]


def test_players_join_by_matches_and_nothing_is_played_twice(tmp_path):
    schedule = PlayerPSRO(make("prisoners_dilemma", rounds=4), BOTS, start=(0,), replicates=3)
    with Run.create(tmp_path / "whole") as run:
        first = play(schedule, run)
        turns = schedule.history(run.results())
        assert schedule.converged(run.results())
        assert schedule.due(run.results()) == ()
        assert play(schedule, run).played == 0
        ids = run.results()
    assert first.played == len(ids)
    assert turns[0].members == ((0,), (0,))
    # stopped after any number of matches, the loop asks for what is missing and no more, and comes to the same end
    for known in (0, 3, len(ids) // 2, len(ids) - 1):
        results = dict(list(ids.items())[:known])
        while batch := schedule.due(results):
            assert {match.id for match in batch} <= set(ids)
            assert any(match.id not in results for match in batch)
            results.update((match.id, ids[match.id]) for match in batch)
        assert len(schedule.history(results)) == len(turns)


def fake(schedule, payoff):
    """Play a schedule with payoffs by player names."""
    results = {}
    while batch := schedule.due(results):
        results.update((match.id, Result(tuple(payoff(*(player.name for player in match.players))))) for match in batch)
    return results


def test_the_best_response_joins_and_seats_share_in_symmetric_games():
    beats = {("fair", "greedy"), ("greedy", "tough"), ("tough", "fair")}
    schedule = PlayerPSRO(make("rock_paper_scissors", rounds=1), BOTS[:3], start=(0,), replicates=1)
    turns = schedule.history(
        fake(schedule, lambda one, other: [((one, other) in beats) - ((other, one) in beats), ((other, one) in beats) - ((one, other) in beats)])
    )
    assert [turn.members[0] for turn in turns] == [(0,), (0, 2), (0, 2, 1)]
    np.testing.assert_allclose(turns[-1].mixtures[0], 1 / 3)
    assert turns[0].gains == (1, 1)
    assert max(turns[-1].gains) == pytest.approx(0, abs=1e-12)


def test_matches_that_all_broke_off_are_said():
    schedule = PlayerPSRO(make("rock_paper_scissors", rounds=1), BOTS[:2], replicates=2)
    batch = schedule.due({})
    with pytest.raises(LudensError, match="broke off"):
        schedule.due({match.id: Result(None) for match in batch})


@pytest.mark.parametrize("wrong", [{"meta": "best"}, {"replicates": 0}, {"start": (9,)}, {"start": ()}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError):
        PlayerPSRO(make("kuhn_poker"), BOTS, **wrong)
