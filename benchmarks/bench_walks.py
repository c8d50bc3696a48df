"""Walks of Deep CFR through the abstract game of seven-seat Werewolf: one by one in the readable engine, and in step in the compiled one.

    python benchmarks/bench_walks.py

Both walk for a werewolf with fresh networks of regrets, three of its own decisions deep, and count the samples of regrets that they leave.
"""

from __future__ import annotations

import sys
from typing import Any

from _timing import Figure, describe, markdown, measure, ratio, single_core

HEAD = ("what", "samples of regrets per CPU-second", "spread", "against one by one", "what was done")
ROLES, DEPTH = ("werewolf", "seer", "doctor", "villager"), 3


def figure(kind: str) -> Figure:
    """Measure one way to walk."""
    import numpy as np

    from ludens.games import make
    from ludens.trainers.deep_cfr import Config, DeepSolver
    from ludens.trainers.deep_cfr.walks import Walk

    game = make("latent", of="werewolf", meanings=(3, 2, 2, 2))
    config: dict[str, Any] = {"iterations": 1, "traversals": 16, "depth": DEPTH, "share": "role", "hidden": (64, 64), "steps": 5, "policy_steps": 5}
    solver = DeepSolver(game, Config(**config, walks=kind))
    solver.run()
    rng = np.random.default_rng(0)

    def work() -> int:
        before = sum(memory.seen for memory in solver.memories.values())
        for role in ROLES:
            walk = Walk(-1, 2, solver.memories[role], solver.policies, rng)
            if solver._together is not None:
                solver._together.walk(role, 64, walk)
                continue
            state = game.start(int(rng.integers(2**40)))
            solver._walker.begin()
            solver._walker.walk(state, walk._replace(seat=state.roles.index(role)))
        return sum(memory.seen for memory in solver.memories.values()) - before

    return measure(f"ludens.deep_cfr.walks.{kind}", "sample", work, setup=f"all four roles by turns, depth {DEPTH}; {describe('ludens', 'numba', 'torch')}")


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    figures = [figure(kind) for kind in ("one_by_one", "together")]
    table = [
        (item.name, f"{item.per_cpu_second:,.0f}", f"{item.low:,.0f}-{item.high:,.0f}", f"{ratio(item, figures[0]):,.3g} x", item.setup) for item in figures
    ]
    return f"""## Walks of Deep CFR

External sampling in Werewolf of seven seats in meanings (three for werewolves, two for the others), with networks of two layers of 64, one core: sampled
regrets of a seat's decisions, each of which takes a branch for every choice and the rest of the game in every branch.

{markdown(table, HEAD)}"""


def main() -> int:
    """Print the figures, the ratio and the table."""
    print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
