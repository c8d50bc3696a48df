"""Repeated prisoner's dilemma: turns per CPU-second of the batched kernel, of the recorded path and of the Axelrod library, in one run.

    python benchmarks/bench_repeated.py

Counting is honest: the kernel's headline figure has its shortcuts switched off, so every turn of every match is stepped
through, draws included; the figure with shortcuts (cycle detection, no repeats of pairs that draw nothing) stands beside it, with the share of turns
that were stepped through. The tables of the automata are made before the clock starts, as are the player objects of the library's tournament.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
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
    """Measure the readable path: one full record a match (decisions, keys, events), for single pairs and for whole round robins."""
    from ludens.agents import PlayerSpec
    from ludens.arena.episode import Limits, play_match
    from ludens.arena.plan import Match
    from ludens.arena.watchdog import Watchdog
    from ludens.games import make

    game, limits = make("prisoners_dilemma", rounds=TURNS), Limits()
    seeds = iter(range(10**9))

    def work(pairs: Any) -> int:
        with Watchdog(limits.move_seconds) as watchdog:
            return sum(play_match(Match(game, pair, next(seeds)), limits=limits, watchdog=watchdog).turns for pair in pairs)

    figures = {}
    for one, two in PAIRS:
        pair = (PlayerSpec.of(one), PlayerSpec.of(two))
        name = f"ludens.recorded.match.{one}.{two}"
        figures[name] = measure(name, "turn", lambda pair=pair: work([pair]), setup=f"one match of {TURNS} turns, fully recorded; {describe('ludens')}")
    for label, names in (("basic10", BASIC), ("mixed30", MIXED)):
        pairs = list(itertools.combinations_with_replacement([PlayerSpec.of(name) for name in names], 2))
        setup = f"{len(names)} strategies, {len(pairs)} matches of {TURNS} turns, fully recorded; {describe('ludens')}"
        name = f"ludens.recorded.tournament.{label}"
        figures[name] = measure(name, "turn", lambda pairs=pairs: work(pairs), repetitions=3, setup=setup, warm_up=False)
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
    # with repetitions the library takes deterministic matches from its cache: that is its best tournament figure; with one it plays them all
    for label, names, repetitions in (("basic10", BASIC, 1), ("mixed30", MIXED, 1), ("basic10", BASIC, 10)):
        players = [getattr(axl, name)() for name in names.values()]

        def tournament(players: Any = players, repetitions: int = repetitions) -> int:
            axl.Tournament(players, turns=TURNS, repetitions=repetitions, seed=1).play(processes=None, progress_bar=False)
            return len(players) * (len(players) + 1) // 2 * repetitions * TURNS

        name = f"axelrod.tournament.{label}" + (f".x{repetitions}" if repetitions > 1 else "")
        setup = f"{len(players)} strategies x {repetitions} repetitions x {TURNS} turns, one process, payoff matrices and ranking included; {note}"
        figures[name] = measure(name, "turn", tournament, repetitions=2, setup=setup, warm_up=False)
    return figures


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def rows() -> list[tuple[str, ...]]:
    """Measure everything that is installed; return table rows as :data:`HEAD` names them."""
    ours = {**(kernel_figures() if importlib.util.find_spec("numba") else {}), **recorded_figures()}
    theirs = axelrod_figures() if importlib.util.find_spec("axelrod") else {}
    fastest = [max(theirs, key=lambda rival: theirs[rival].per_cpu_second)] if theirs else []
    table = []
    for name, figure in ours.items():
        _, kind, label = name.split(".", 2)
        # the kernel meets the library's round robin and, the strictest rival, whatever it does fastest
        rivals = [f"axelrod.tournament.{label.split('.')[0]}", *fastest] if kind == "kernel" else [f"axelrod.{label}"]
        against = [f"{_times(ratio(figure, theirs[rival]))} x {rival}" for rival in rivals if rival in theirs]
        table.append((name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", "; ".join(against) or "not installed"))
    for name, figure in theirs.items():
        table.append((name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", "1"))
    return table


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    return f"""## Repeated games

Round robins and matches of {TURNS} turns of the prisoner's dilemma on one core; {describe("numba", "axelrod", "torch")}.
`kernel` is the batched match engine; `recorded` the readable rules with every decision, event and key in the record. A kernel row is set
against Axelrod's tournament of the same strategies and against its fastest single match; a recorded row against the same round robin or match.
Axelrod takes repetitions of deterministic matches from a cache (the `x10` row). Aims: kernel 1,000 times, recorded round robin half.

{markdown(rows(), HEAD)}"""


def main() -> int:
    """Print the figures, the ratios and the table."""
    print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
