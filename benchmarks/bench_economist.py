"""The economist: worker-steps per CPU-second of the compiled economies by rule of their workers, of the readable rules, and of plain Python.

    python benchmarks/bench_economist.py

Nothing is installed. The published code has no release to install; the reference is the same model in plain Python, a loop over workers as the
published numeric mode has it (that mode was seen to do about 2e4 agent-steps a CPU-second on another machine).
"""

from __future__ import annotations

import importlib.util
import random  # noqa: TID251  # the plain reference uses nothing but the standard library
import sys
import time

import numpy as np
from _timing import Figure, describe, markdown, measure, ratio, single_core

from ludens.agents.bots.economist import economic
from ludens.games import make
from ludens.games.economist.game import Economist

WORKERS, SIZE, STEPS = 10_000, 8, 20
RATES = (0.8, 0.6, 0.5)
HEAD = ("what", "worker-steps per CPU-second", "spread", "against plain Python", "what was played")
PLAIN = "plain_python"


class PlainWorker:
    """A worker as a plain script would have it: an object with a history, taxed bracket by bracket."""

    def __init__(self, skill: float, cost: float, edges: tuple[float, ...], rule: str) -> None:
        self.skill, self.cost, self.rule = skill, cost, rule
        self.edges = [*edges, float("inf")]
        self.hours, self.stride, self.before = 40, 10.0, None

    def act(self, last: float | None) -> None:
        """Choose hours."""
        if self.rule == "fixed":
            self.hours = random.randint(40, 60)
        elif last is not None:
            if self.before is not None and last < self.before:
                self.stride = -max(abs(self.stride) / 2, 1.0) if self.stride > 0 else max(abs(self.stride) / 2, 1.0)
            self.before = last
            self.hours = round(min(max(self.hours + self.stride, 0), 100))

    def tax(self, rates: tuple[float, ...]) -> float:
        """Pay, bracket by bracket."""
        income = self.skill * self.hours
        return sum(rate * (min(income, high) - low) for low, high, rate in zip(self.edges, self.edges[1:], rates, strict=False) if income > low)


def plain(game: Economist, rule: str, workers: int, steps: int) -> int:
    """Work steps in plain Python and give how many worker-steps these are."""
    people = [PlainWorker(float(skill), game.tastes.cost, game.edges, rule) for skill in game.typical.skills[:workers]]
    utilities: list[float | None] = [None] * workers
    for _ in range(steps):
        for person, last in zip(people, utilities, strict=True):
            person.act(last)
        taxes = [person.tax(RATES) for person in people]
        rebate = sum(taxes) / workers
        own = [person.skill * person.hours - tax - person.cost * person.hours**3.5 for person, tax in zip(people, taxes, strict=True)]
        shares = [1 / max(person.skill * person.hours, 1) for person in people]
        sum((worth + rebate) * share for worth, share in zip(own, shares, strict=True)) / sum(shares)
        utilities = list(own)
    return workers * steps


def compiled(rule: str, game: Economist) -> Figure:
    """Measure the compiled economies."""
    from ludens.games.economist.kernel import EconomistBatch

    batch = EconomistBatch(game, SIZE, worker=rule)
    batch.set_law(RATES)

    def work() -> int:
        batch.run(STEPS)
        return SIZE * STEPS * game.workers

    setup = f"{SIZE} economies of {game.workers:,} workers side by side, welfare each step; {describe('ludens', 'numba')}"
    return measure(f"ludens.economist.{rule}", "worker-step", work, setup=setup)


def readable(rule: str) -> Figure:
    """Measure the readable rules with scripted workers."""
    game = make("economist", workers=100, years=1, year_length=5)

    def work() -> int:
        state = game.start(0)
        bots = [economic(game, seat, np.random.default_rng(seat), "us_federal", rule) for seat in range(game.seats)]
        while not state.over:
            state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
        return 500

    setup = f"100 scripted workers, every step told to each in words; {describe('ludens')}"
    return measure(f"ludens.economist.readable.{rule}", "worker-step", work, setup=setup)


def largest() -> float:
    """Give the CPU-seconds of 10,000 climbing workers, 1,000 steps, 64 economies."""
    from ludens.games.economist.kernel import EconomistBatch

    batch = EconomistBatch(make("economist", workers=WORKERS), 64, worker="hill_climbing")
    batch.set_law(RATES)
    batch.run(1)
    start = time.process_time()
    batch.run(1000)
    return time.process_time() - start


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    game = make("economist", workers=WORKERS)
    rows, slow = [], {}
    for rule in ("fixed", "hill_climbing"):
        slow[rule] = measure(f"{PLAIN}.{rule}", "worker-step", lambda rule=rule: plain(game, rule, 1000, 5), setup=f"a loop over 1,000 workers; {describe()}")
    if importlib.util.find_spec("numba"):
        for rule in ("fixed", "hill_climbing", "epsilon_greedy", "best_response"):
            figure = compiled(rule, game)
            beside = slow.get(rule)
            rows.append((figure.name, *_rates(figure), f"{ratio(figure, beside):,.4g} x" if beside else "not measured", figure.setup))
        whole = f"{WORKERS:,} climbing workers, 1,000 steps, 64 economies: {largest():.1f} CPU-seconds."
    else:
        whole = "numba is not installed: nothing compiled was measured."
    figure = readable("hill_climbing")
    rows.append((figure.name, *_rates(figure), f"{ratio(figure, slow['hill_climbing']):,.4g} x", figure.setup))
    rows += [(one.name, *_rates(one), "1", one.setup) for one in slow.values()]
    return f"""## Economist

A worker-step is one worker's choice of hours with its tax, rebate, utility and part in welfare; three brackets, one core. {whole}
Beside it the same model in plain Python, as lean as that can be. The published code cannot be installed as a release; its numeric mode was seen to do
about 2e4 agent-steps per CPU-second elsewhere, a tenth of the plain loop here. Aim: 1,000 times the lean loop too.

{markdown(rows, HEAD)}"""


def _rates(figure: Figure) -> tuple[str, str]:
    return f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}"


def main() -> int:
    """Print the table."""
    print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
