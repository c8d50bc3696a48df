"""Equilibria, evolution, ratings and votes, beside the libraries that do the same.

    python benchmarks/bench_equilibria.py

Nothing is installed. Peers are measured where they can be imported (``open_spiel``, ``pygambit``, ``nashpy``; ``choix`` and ``scipy`` always are).
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Callable

import numpy as np
from _timing import Figure, describe, markdown, measure, ratio, single_core

HEAD = ("what", "per CPU-second", "spread", "times the peer", "what was done")
MATCHES = 100_000


def timed(name: str, work: Callable[[], object], setup: str, unit: str = "call") -> Figure:
    """Measure calls."""

    def once() -> int:
        work()
        return 1

    return measure(name, unit, once, repetitions=3, setup=setup)


def has(*packages: str) -> bool:
    return all(importlib.util.find_spec(package) is not None for package in packages)


def evolution() -> list[tuple[Figure, Figure | None]]:
    """alpha-Rank and replicator dynamics beside OpenSpiel's."""
    from ludens.analysis.equilibria.alpharank import alpha_rank, alpha_rank_symmetric
    from ludens.analysis.equilibria.dynamics import projected_replicator, velocity

    rng, note = np.random.default_rng(0), describe("ludens", "open_spiel")
    two, one, start = rng.normal(size=(2, 20, 20)), rng.normal(size=(60, 60)), [np.full(20, 1 / 20)] * 2
    ours = [
        timed("ludens.alpha_rank.two_populations_of_20", lambda: alpha_rank(two, alpha=1.0), f"400 profiles; {note}"),
        timed("ludens.alpha_rank.one_population_of_60", lambda: alpha_rank_symmetric(one, alpha=0.1), note),
        timed("ludens.alpha_rank.three_populations_of_10", lambda: alpha_rank(rng.normal(size=(3, 10, 10, 10))), "1,000 profiles, in the limit"),
        timed("ludens.replicator.velocity_20x20", lambda: velocity(two, start), note),
        timed("ludens.replicator.projected_20x20", lambda: projected_replicator(two, iterations=1000), "1,000 steps and their average"),
    ]
    if not has("pyspiel"):
        return [(figure, None) for figure in ours]
    from open_spiel.python.algorithms.projected_replicator_dynamics import projected_replicator_dynamics
    from open_spiel.python.egt import alpharank, dynamics

    field = dynamics.MultiPopulationDynamics(two, dynamics.replicator)
    peers = [
        timed("open_spiel.alpha_rank.two_populations_of_20", lambda: alpharank.compute(list(two), alpha=1.0), note),
        timed("open_spiel.alpha_rank.one_population_of_60", lambda: alpharank.compute([one], alpha=0.1), note),
        None,
        timed("open_spiel.replicator.velocity_20x20", lambda: field(np.concatenate(start)), note),
        timed("open_spiel.replicator.projected_20x20", lambda: projected_replicator_dynamics(list(two), prd_iterations=1000, prd_dt=1e-2), note),
    ]
    return list(zip(ours, peers, strict=True))


def equilibria() -> list[tuple[Figure, Figure | None]]:
    """Zero-sum games beside the bare linear program, all equilibria and quantal responses beside Nashpy and Gambit."""
    from scipy.optimize import linprog

    from ludens.analysis.equilibria.correlated import correlated
    from ludens.analysis.equilibria.nash import bimatrix_equilibria, one_equilibrium, zero_sum
    from ludens.analysis.equilibria.qre import logit_qre
    from ludens.analysis.equilibria.selection import max_entropy_zero_sum

    rng, note = np.random.default_rng(1), describe("scipy", "pygambit", "nashpy")
    large, five, three = rng.normal(size=(100, 100)), rng.normal(size=(2, 5, 5)), rng.normal(size=(3, 3, 3, 3))
    above, sums = np.hstack([-large.T, np.ones((100, 1))]), np.append(np.ones(100), 0.0)[None, :]

    def bare() -> object:
        return linprog(
            np.append(np.zeros(100), -1.0), A_ub=above, b_ub=np.zeros(100), A_eq=sums, b_eq=[1.0], bounds=[*[(0, None)] * 100, (None, None)], method="highs"
        )

    found: list[tuple[Figure, Figure | None]] = [
        (
            timed("ludens.zero_sum.100x100", lambda: zero_sum(large), f"value, both mixtures, gap; {note}"),
            timed("scipy.linprog.100x100", bare, "the row player's program alone, arrays ready"),
        ),
        (timed("ludens.zero_sum.100x100_max_entropy", lambda: max_entropy_zero_sum(large), "both optimal mixtures of largest entropy"), None),
        (timed("ludens.correlated.5x5_welfare", lambda: correlated(five), "best correlated equilibrium"), None),
        (timed("ludens.correlated.5x5_entropy", lambda: correlated(five, "entropy"), "most random correlated equilibrium"), None),
        (
            timed("ludens.one_equilibrium.3x3x3", lambda: one_equilibrium(three), "limit of logit equilibria, made exact"),
            None,
        ),
    ]
    if has("pygambit", "nashpy"):
        import nashpy
        import pygambit

        six, game = rng.normal(size=(2, 6, 6)), pygambit.StrategicGame.from_arrays(*five)
        count = len(bimatrix_equilibria(six).found)

        def vertices() -> int:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return len(list(nashpy.Game(*six).vertex_enumeration()))

        found += [
            (
                timed("ludens.all_equilibria.6x6", lambda: bimatrix_equilibria(six), f"{count} equilibria, enumerated by pygambit, checked here; {note}"),
                timed("nashpy.vertex_enumeration.6x6", vertices, f"{vertices()} equilibria"),
            ),
            (
                timed("ludens.logit_qre.5x5", lambda: logit_qre(five, 5.0), "to 1e-12"),
                timed("pygambit.logit_solve_lambda.5x5", lambda: pygambit.qre.logit_solve_lambda(game, [5.0]), "C++; to about 1e-8"),
            ),
        ]
    return found


def ratings() -> list[tuple[Figure, Figure | None]]:
    """Ratings of many matches beside choix, votes beside OpenSpiel."""
    import choix

    from ludens.analysis.rankings.cycles import cyclic_test
    from ludens.analysis.rankings.nash_averaging import nash_average
    from ludens.analysis.rankings.pairs import pair_rates
    from ludens.analysis.rankings.voting import Ballots, preferences, schulze, soft_condorcet
    from ludens.analysis.ratings import bradley_terry
    from ludens.analysis.results import Results

    rng, note = np.random.default_rng(2), describe("ludens", "choix")
    strength = rng.normal(size=20)
    one = rng.integers(20, size=MATCHES)
    two = (one + rng.integers(1, 20, size=MATCHES)) % 20
    won = rng.random(MATCHES) < 1 / (1 + np.exp(strength[two] - strength[one]))
    pairs = list(zip(np.where(won, one, two).tolist(), np.where(won, two, one).tolist(), strict=True))
    results = Results.of(
        match=np.repeat(np.arange(MATCHES), 2),
        game=np.zeros(2 * MATCHES, dtype=np.int64),
        seat=np.tile([0, 1], MATCHES),
        player=np.c_[one, two].ravel(),
        returns=np.c_[won, ~won].ravel().astype(float),
        bounds={"0": (0.0, 1.0)},
    )
    counts = pair_rates(results).counts
    matrix = rng.normal(size=(60, 60))
    scores = rng.random((200, 12))
    prefer = preferences(Ballots(scores, np.ones(200), ()))
    found: list[tuple[Figure, Figure | None]] = [
        (
            timed("ludens.bradley_terry.100k", lambda: bradley_terry(results, bootstrap=0), f"from rows of matches, 20 players; {note}"),
            timed("choix.ilsr_pairwise.100k", lambda: choix.ilsr_pairwise(20, pairs), "from the list of pairs, 20 players"),
        ),
        (timed("ludens.bradley_terry.100k_with_200_resamples", lambda: bradley_terry(results, bootstrap=200), "with intervals"), None),
        (timed("ludens.pair_rates.100k", lambda: pair_rates(results), "balanced over games and seats"), None),
        (timed("ludens.cyclic_test.20_players", lambda: cyclic_test(counts), "500 draws"), None),
        (timed("ludens.nash_average.60_players", lambda: nash_average(matrix - matrix.T), "largest entropy"), None),
    ]
    ours = [
        timed("ludens.schulze.12_players", lambda: schulze(prefer), "from the matrix of preferences"),
        timed("ludens.soft_condorcet.12_players", lambda: soft_condorcet(prefer), "to a local minimum, by falling temperatures"),
    ]
    peers: list[Figure | None] = [None, None]
    if has("pyspiel"):
        from open_spiel.python.voting import base, soft_condorcet_optimization
        from open_spiel.python.voting.schulze import SchulzeVoting

        profile = base.PreferenceProfile(votes=[[int(player) for player in np.argsort(-row)] for row in scores], alternatives=list(range(12)))

        def soft() -> object:
            return soft_condorcet_optimization.SoftCondorcetOptimizer(profile, temperature=1.0, rating_upper_bound=1000.0).run_solver(iterations=100)

        peers = [
            timed("open_spiel.schulze.12_players", lambda: SchulzeVoting().run_election(profile), "from 200 votes, by their matrix"),
            timed("open_spiel.soft_condorcet.12_players", soft, "100 steps of gradient descent in Python"),
        ]
    return [*found, *zip(ours, peers, strict=True)]


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    rows = []
    for ours, peer in [*evolution(), *equilibria(), *ratings()]:
        times = f"{ratio(ours, peer):,.3g}" if peer is not None else "-"
        rows.append((ours.name, f"{ours.per_cpu_second:,.4g}", f"{ours.low:,.4g}-{ours.high:,.4g}", times, ours.setup))
        if peer is not None:
            rows.append((peer.name, f"{peer.per_cpu_second:,.4g}", f"{peer.low:,.4g}-{peer.high:,.4g}", "", peer.setup))
    return f"""## Equilibria, evolution, ratings

Calls, one core. Aims: alpha-Rank of two populations of 20 at least 5 times OpenSpiel's, a zero-sum game of 100 by 100 within 2 times of scipy's bare linear
program (0.5 or more in the column of times), a Bradley-Terry fit of 100,000 matches at least 10 times choix's.

{markdown(rows, HEAD)}"""


if __name__ == "__main__":
    print(section())
    sys.exit(0)
