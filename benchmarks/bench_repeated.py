"""Repeated prisoner's dilemma: turns per CPU-second of the batched kernel, of the recorded path and of the Axelrod library, in one run.

    python benchmarks/bench_repeated.py

Counting is honest: the kernel's headline figure has its shortcuts switched off, so every turn of every match is stepped
through, draws included; the figure with shortcuts (cycle detection, no repeats of pairs that draw nothing) stands beside it, with the share of turns
that were stepped through. The tables of the automata are made before the clock starts, as are the player objects of the library's tournament.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from typing import Any

from _timing import Figure, describe, markdown, measure, ratio, single_core

TURNS = 200
BASIC = {
    "alternator": "Alternator",
    "anti_tit_for_tat": "AntiTitForTat",
    "bully": "Bully",
    "cooperator": "Cooperator",
    "cycler": "CyclerCCD",
    "defector": "Defector",
    "grim": "Grudger",
    "suspicious_tit_for_tat": "SuspiciousTitForTat",
    "tit_for_tat": "TitForTat",
    "win_stay_lose_shift": "WinStayLoseShift",
}
"""Ten deterministic strategies, ours and the library's name."""
MIXED = {
    **BASIC,
    "tit_for_two_tats": "TitFor2Tats",
    "two_tits_for_tat": "TwoTitsForTat",
    "prober": "Prober",
    "tester": "SecondByTester",
    "soft_grudger": "SoftGrudger",
    "hard_majority_5": "HardGoByMajority5",
    "nydegger": "FirstByNydegger",
    "fortress_4": "Fortress4",
    "coin": "Random",
    "joss": "FirstByJoss",
    "firm_but_fair": "FirmButFair",
    "generous_tit_for_tat": "GTFT",
    "stochastic_win_stay_lose_shift": "StochasticWSLS",
    "extort_2": "ZDExtort2",
    "zd_gtft_2": "ZDGTFT2",
    "repeater": "ALLCorALLD",
    "tullock": "FirstByTullock",
    "remorseful_prober": "RemorsefulProber",
    "random_tit_for_tat": "RandomTitForTat",
    "black": "SecondByBlack",
}
"""Thirty strategies: machines and memory-one, twelve of them drawing at random."""
PAIRS = (("cooperator", "defector"), ("tit_for_tat", "alternator"), ("tit_for_tat", "coin"), ("win_stay_lose_shift", "generous_tit_for_tat"))
HEAD = ("what", "turns per CPU-second", "spread", "against Axelrod")


def kernel_figures(repetitions: int = 100) -> dict[str, Figure]:
    """Measure round robins of the batched kernel; ``repetitions`` matches of 200 turns a pair."""
    from ludens.agents.repeated import strategy
    from ludens.games.matrix.kernel import play_round_robin

    figures = {}
    note = describe("ludens", "numba")
    for label, names, noise in (("basic10", BASIC, 0.0), ("mixed30", MIXED, 0.0), ("mixed30.noise", MIXED, 0.01)):
        automata = [strategy(name).automaton(TURNS) for name in names]
        for shortcuts in (False, True):
            if noise and shortcuts:
                continue  # with trembles every pair draws, so there is nothing to skip
            share = 1.0

            def work(automata: Any = automata, noise: float = noise, shortcuts: bool = shortcuts) -> int:
                nonlocal share
                robin = play_round_robin(automata, TURNS, repetitions, noise=noise, seed=1, shortcuts=shortcuts)
                share = robin.simulated / robin.played
                return robin.played

            work()
            name = f"ludens.kernel.{label}.{'shortcuts' if shortcuts else 'every_turn'}"
            pairs = len(automata) * (len(automata) + 1) // 2
            setup = f"{len(automata)} strategies, {pairs} pairs x {repetitions} matches x {TURNS} turns, noise {noise:g}, {share:.1%} of turns stepped; {note}"
            figures[name] = measure(name, "turn", work, setup=setup, warm_up=False)
    return figures


def recorded_figures() -> dict[str, Figure]:
    """Measure the readable path: one full record a match, decisions, keys and events included."""
    from ludens.agents import PlayerSpec
    from ludens.arena.episode import play_match
    from ludens.arena.plan import Match
    from ludens.games import make

    game = make("prisoners_dilemma", rounds=TURNS)
    figures = {}
    for one, two in PAIRS:
        seeds = iter(range(10**9))

        def work(one: str = one, two: str = two, seeds: Any = seeds) -> int:
            episode = play_match(Match(game, (PlayerSpec.of(one), PlayerSpec.of(two)), next(seeds)))
            return episode.turns

        name = f"ludens.recorded.{one}.{two}"
        figures[name] = measure(name, "turn", work, setup=f"one match of {TURNS} turns, fully recorded; {describe('ludens')}")
    return figures


def axelrod_figures() -> dict[str, Figure]:
    """Measure the library: single matches without its cache, and its tournaments in one process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        axl = importlib.import_module("axelrod")
    figures = {}
    note = describe("axelrod")
    for one, two in PAIRS:
        classes = [getattr(axl, {**MIXED}[name]) for name in (one, two)]

        def match(classes: Any = classes) -> int:
            axl.Match([cls() for cls in classes], turns=TURNS).play()
            return TURNS

        name = f"axelrod.match.{one}.{two}"
        figures[name] = measure(name, "turn", match, setup=f"one match of {TURNS} turns; {note}")
    for label, names, repetitions in (("basic10", BASIC, 10), ("mixed30", MIXED, 2)):
        players = [getattr(axl, name)() for name in names.values()]

        def tournament(players: Any = players, repetitions: int = repetitions) -> int:
            axl.Tournament(players, turns=TURNS, repetitions=repetitions, seed=1).play(processes=None, progress_bar=False)
            return len(players) * (len(players) + 1) // 2 * repetitions * TURNS

        name = f"axelrod.tournament.{label}"
        setup = f"{len(players)} strategies x {repetitions} repetitions x {TURNS} turns, one process, payoff matrices and ranking included; {note}"
        figures[name] = measure(name, "turn", tournament, repetitions=2, setup=setup, warm_up=False)
    return figures


def rows() -> list[tuple[str, ...]]:
    """Measure everything that is installed; return table rows as :data:`HEAD` names them."""
    ours = {**(kernel_figures() if importlib.util.find_spec("numba") else {}), **recorded_figures()}
    theirs = axelrod_figures() if importlib.util.find_spec("axelrod") else {}
    table = []
    for name, figure in ours.items():
        kind, label = name.split(".")[1], name.split(".", 2)[2]
        rivals = [f"axelrod.tournament.{label.split('.')[0]}"] if kind == "kernel" else [f"axelrod.match.{label}"]
        if kind == "kernel" and theirs:
            # the strictest rival too: its fastest single match
            rivals.append(max((rival for rival in theirs if ".match." in rival), key=lambda rival: theirs[rival].per_cpu_second))
        against = [f"{ratio(figure, theirs[rival]):,.3g} x {rival}" for rival in rivals if rival in theirs]
        table.append((name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", "; ".join(against) or "not installed"))
    for name, figure in theirs.items():
        table.append((name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", "1"))
    return table


def main() -> int:
    """Print the figures, the ratios and the table."""
    single_core()
    print(markdown(rows(), HEAD))
    return 0


if __name__ == "__main__":
    sys.exit(main())
