"""The batched match engine against the readable path, exact theory, and itself."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents.repeated import STRATEGIES, strategy
from ludens.agents.repeated.theory import long_run_payoffs, trembling
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.matrix.kernel import PRISONERS_DILEMMA, Automaton, play_matches, play_round_robin, trace_match

from .test_strategies import GENERIC, MACHINES, play

pytest.importorskip("numba")
TURNS = 50
SURE = [name for name in MACHINES if name not in GENERIC and strategy(name).automaton(turns=TURNS).deterministic]


def machine(name, turns=TURNS):
    return strategy(name, **GENERIC.get(name, {})).automaton(turns=turns)


@pytest.fixture(scope="module")
def machines():
    return [machine(name) for name in SURE]


def test_most_strategies_are_covered():
    assert len(SURE) >= 70
    assert len(MACHINES) >= len(STRATEGIES) - 3


def test_moves_and_payoffs_equal_the_readable_path(machines):
    """Every deterministic machine against nine different ones: the game itself, played by the players, agrees move by move."""
    game = make("prisoners_dilemma", rounds=TURNS)
    rivals = [
        SURE.index(name)
        for name in ("tit_for_tat", "grim", "alternator", "win_stay_lose_shift", "tester", "gradual", "omega_tit_for_tat", "prober_4", "punisher")
    ]
    robin = play_round_robin(machines, TURNS)
    for first, name in enumerate(SURE):
        for second in rivals:
            state = game.start(0)
            players = [strategy(name), strategy(SURE[second])]
            for seat, player in enumerate(players):
                player.start(seat, game.type, 0)
            while state.to_move:
                state.play({seat: players[seat].act(state.observe(seat)) for seat in state.to_move})
            moves = [tuple(event.data["actions"]) for event in state.events]
            assert [tuple(pair) for pair in trace_match([machines[first], machines[second]], (0, 1), TURNS).tolist()] == moves, (name, SURE[second])
            assert [robin.scores[first, second, 0], robin.scores[second, first, 0]] == state.returns


def test_round_robin_is_consistent(machines):
    some = machines[:12]
    robin = play_round_robin(some, TURNS, repetitions=2)
    assert robin.counts.sum(axis=3).min() == robin.counts.sum(axis=3).max() == TURNS
    assert np.array_equal(robin.scores.swapaxes(0, 1), robin.second_scores)
    assert np.array_equal(robin.cooperations, robin.counts[..., :2].sum(axis=3))
    assert robin.played == 12 * 13 // 2 * 2 * TURNS
    assert robin.mean_scores == pytest.approx(robin.scores.mean(axis=2) / TURNS)


def test_shortcuts_change_nothing_but_the_work(machines):
    for turns in (1, 2, 3, 7, 50):
        quick, slow = (play_round_robin(machines, turns, 3, shortcuts=flag) for flag in (True, False))
        assert np.array_equal(quick.counts, slow.counts)
        assert slow.simulated == slow.played == quick.played
        assert quick.simulated <= slow.simulated
    few = [machine("tit_for_tat", None), machine("alternator", None), machine("win_stay_lose_shift", None)]
    quick, slow = (play_round_robin(few, 100_003, 2, shortcuts=flag) for flag in (True, False))
    assert np.array_equal(quick.counts, slow.counts)
    assert quick.simulated < 200


@settings(max_examples=60)
@given(st.data())
def test_shortcuts_on_random_machines(data):
    def random_machine():
        size = data.draw(st.integers(1, 7))
        states = st.integers(0, size - 1)
        return Automaton(
            tuple(data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=size, max_size=size))),
            tuple(data.draw(st.tuples(states, states, states, states)) for _ in range(size)),
        )

    pair = [random_machine(), random_machine()]
    turns = data.draw(st.integers(1, 120))
    quick, slow = (play_matches(pair, [(0, 1)], turns, shortcuts=flag) for flag in (True, False))
    assert np.array_equal(quick.counts, slow.counts)
    moves = trace_match(pair, (0, 1), turns).astype(int)
    assert np.array_equal(np.bincount(2 * moves[:, 0] + moves[:, 1], minlength=4), quick.counts[0, 0])


def test_traces_are_the_matches_with_draws_too():
    pair = [machine("joss"), machine("extort_3")]
    batch = play_matches(pair, [(0, 1)], TURNS, repetitions=4, noise=0.05, seed=9)
    for repetition in range(4):
        moves = trace_match(pair, (0, 1), TURNS, repetition, noise=0.05, seed=9).astype(int)
        assert np.array_equal(np.bincount(2 * moves[:, 0] + moves[:, 1], minlength=4), batch.counts[0, repetition])


def test_seeds_fix_everything():
    pair = [machine("coin"), machine("joss")]
    one, again, other = (play_round_robin(pair, TURNS, 20, seed=seed).counts for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len({tuple(row) for row in one[0, 1].tolist()}) > 5  # repetitions differ
    alone = play_matches(pair, [(0, 1)], TURNS, 20, seed=1).counts[0]
    assert np.array_equal(alone, one[0, 1])  # whatever else is played


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_averages_are_those_of_theory(noise):
    """Long matches of memory-one strategies approach the stationary payoffs; five standard errors are allowed."""
    names = ["generous_tit_for_tat", "stochastic_win_stay_lose_shift", "stochastic_cooperator", "extort_2"]
    robin = play_round_robin([machine(name, None) for name in names], 20_000, 40, noise=noise, seed=4)
    for first, one in enumerate(names):
        for second, two in enumerate(names):
            if noise == 0 and {one, two} == {"generous_tit_for_tat"}:
                continue  # cooperates for ever: the chain has no single long run from everywhere, and nothing to estimate
            exact = long_run_payoffs(trembling(strategy(one).vector, noise), trembling(strategy(two).vector, noise))[0]
            sample = robin.scores[first, second] / robin.turns
            assert abs(sample.mean() - exact) < 5 * sample.std(ddof=1) / 40**0.5 + 2e-3, (one, two)


def test_draws_are_fair():
    coin = [machine("coin", None)]
    counts = play_matches(coin, [(0, 0)], 100_000, 10, seed=3).counts.sum(axis=1)[0]
    expected = counts.sum() / 4
    assert ((counts - expected) ** 2 / expected).sum() < 16.3  # chi-squared, three degrees of freedom, 0.1 %


def test_noise_one_swaps_everything():
    pair = [machine("cooperator", None), machine("defector", None)]
    assert play_matches(pair, [(0, 1)], 10, noise=1.0).counts[0, 0].tolist() == [0, 0, 10, 0]


def test_asymmetric_games_need_both_seatings():
    game = make("battle_of_the_sexes")
    pair = [machine("cooperator", None), machine("defector", None)]
    with pytest.raises(ParameterError, match="ordered=True"):
        play_round_robin(pair, 5, payoffs=game.table)
    robin = play_round_robin(pair, 5, payoffs=game.table, ordered=True)
    for first in (0, 1):
        for second in (0, 1):
            assert robin.scores[first, second, 0] == 5 * game.table[0, first, second]
            assert robin.second_scores[first, second, 0] == 5 * game.table[1, first, second]
    assert robin.played == 20


def test_default_payoffs_are_the_game_s():
    assert np.array_equal(np.asarray(PRISONERS_DILEMMA), make("prisoners_dilemma").table)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Automaton((), ()), "0 states"),
        (lambda: Automaton((0.5,), ((0, 0, 0, 1),)), "successors should be"),
        (lambda: Automaton((1.5,), ((0, 0, 0, 0),)), "probabilities"),
        (lambda: Automaton((1.0,), ((0, 0, 0, 0),)).trembling(-0.1), "noise=-0.1"),
        (lambda: play_round_robin([], 5), "no automaton"),
        (lambda: play_round_robin([machine("grim")], 0), "at least 1"),
        (lambda: play_round_robin([machine("grim")], 5, payoffs=[[1, 2], [3, 4]]), "shape"),
        (lambda: play_matches([machine("grim")], [(0, 1)], 5), "automata 0 to 0"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


def test_numba_is_asked_for_only_when_played():
    """Without numba the package imports, and playing says which extra is missing."""
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from ludens.agents.repeated import strategy\n"
        "from ludens.games.matrix.kernel import play_round_robin\n"
        "machines = [strategy('grim').automaton()]\n"
        "try:\n    play_round_robin(machines, 5)\nexcept ImportError as problem:\n    print(type(problem).__name__, problem)\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.startswith("MissingExtra")
    assert "ludens[fast]" in done.stdout


def test_stochastic_strategy_at_the_table_follows_its_probabilities():
    """The player draws with the machine's probabilities: a thousand rounds of Joss against all cooperation."""
    rounds = play(make("prisoners_dilemma", rounds=1000), [strategy("joss"), strategy("cooperator")], seed=5)
    defections = sum(mine for mine, _ in rounds)
    assert abs(defections - 99.9) < 5 * (999 * 0.09) ** 0.5
