"""Particle worlds: joint steps per CPU-second of the compiled worlds, with and without what the agents see, of the readable rules, and of MPE2.

    python benchmarks/bench_particle.py

The peer is measured in the same process where ``mpe2`` (of the extra ``peers``) is installed. Actions are drawn beforehand.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np
from _timing import Figure, describe, markdown, measure, ratio, single_core

from ludens.games import Move, make
from ludens.games.particle.world import ParticleGame
from ludens.games.spaces import codec

WORLDS = ("simple_spread", "simple_tag", "simple_reference")
SIZE, STEPS, EPISODES = 1024, 50, 4
HEAD = ("what", "joint steps per CPU-second", "spread", "against MPE2", "what was played")


def ours(name: str) -> list[Figure]:
    """Measure our engines in a world."""
    game, note, figures = make(name), describe("ludens", "numba"), []
    if importlib.util.find_spec("numba"):
        batch = game.batch(SIZE, seed=1, auto_reset=True)
        actions = [batch.random_actions() for _ in range(32)]

        def steps(look: bool = False) -> int:
            for number in range(STEPS):
                batch.step(actions[number % 32])
                if look:
                    batch.observations()
            return SIZE * STEPS

        setup = f"{SIZE} games side by side, {note}"
        figures.append(measure(f"ludens.particle.{name}.step", "step", steps, setup=f"stepped from Python; {setup}"))
        figures.append(measure(f"ludens.particle.{name}.step+observations", "step", lambda: steps(look=True), setup=f"what all see each step; {setup}"))
    moves = _drawn(game)

    def readable() -> int:
        for episode in range(EPISODES):
            state = game.start(episode)
            for joint in moves:
                state.play(joint)
                for seat in range(game.seats):
                    state.data(seat)
        return EPISODES * len(moves)

    words = f"the readable rules, events in words, what all see each step; {describe('ludens')}"
    figures.append(measure(f"ludens.particle.{name}.readable+observations", "step", readable, setup=words))
    return figures


def _drawn(game: ParticleGame) -> list[dict[int, Move]]:
    rng, coder = np.random.default_rng(0), codec(game.action_domain(0))
    return [{seat: Move(coder.decode(action)) for seat, action in enumerate(joint)} for joint in rng.integers(game.options, size=(game.horizon, game.seats))]


def theirs(name: str) -> list[Figure]:
    """Measure MPE2 in a world; nothing where it is not installed."""
    if not importlib.util.find_spec("mpe2"):
        return []
    env: Any = importlib.import_module(f"mpe2.{name}_v3").parallel_env()
    rng, game = np.random.default_rng(0), make(name)
    drawn = [dict(zip(env.possible_agents, joint.tolist(), strict=True)) for joint in rng.integers(game.options, size=(game.horizon, game.seats))]

    def steps() -> int:
        for episode in range(EPISODES):
            env.reset(seed=episode)
            for joint in drawn:
                env.step(joint)
        return EPISODES * len(drawn)

    return [measure(f"mpe2.{name}.parallel", "step", steps, setup=f"{name}_v3, its parallel interface, which makes what all see; {describe('mpe2')}")]


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    rows = []
    for name in WORLDS:
        peers = theirs(name)
        for figure in ours(name):
            against = f"{ratio(figure, peers[0]):,.4g} x" if peers else "not measured"
            rows.append((figure.name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", against, figure.setup))
        rows += [(one.name, f"{one.per_cpu_second:,.0f}", f"{one.low:,.0f}-{one.high:,.0f}", "1", one.setup) for one in peers]
    return f"""## Particle worlds

Joint steps (all agents act in each) of the worlds as they are by default: 3 agents in Spread, 4 in Tag, 2 in Reference, 25 steps, one core; resets are in it.
MPE2 makes what all agents see in each step, so its figure stands beside ours with observations. Aim: 20 times MPE2.

{markdown(rows, HEAD)}"""


def main() -> int:
    """Print the table."""
    print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
