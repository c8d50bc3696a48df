"""Overcooked: joint steps per CPU-second of the batched engines, with and without what the cooks see, of the readable rules, and of overcooked_ai.

    python benchmarks/bench_overcooked.py

Nothing is installed. The peer is measured by the interpreter that ``LUDENS_OVERCOOKED_PYTHON`` names: ``python -m venv ENV``,
``ENV/bin/pip install overcooked-ai==1.1.0 scipy networkx``, then ``LUDENS_OVERCOOKED_PYTHON=ENV/bin/python``. Actions are drawn
beforehand but for ``random_steps``, which draws them as it goes.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from _timing import Figure, describe, markdown, measure, ratio, single_core

LAYOUTS = ("cramped_room", "asymmetric_advantages")
SIZE, SIZE_SEEN, STEPS = 4096, 1024, 100
HEAD = ("what", "joint steps per CPU-second", "spread", "against overcooked_ai", "what was played")
PEER = "overcooked_ai"


def ours(layout: str) -> list[Figure]:
    """Measure our engines in a kitchen."""
    import numpy as np

    from ludens.games import Move
    from ludens.games.overcooked.game import ACTIONS, Overcooked

    game, note, figures = Overcooked(layout=layout), describe("ludens", "numba"), []
    if importlib.util.find_spec("numba"):
        from ludens.games.overcooked.kernel import OvercookedBatch

        batch, seen = OvercookedBatch(game, SIZE, seed=1, auto_reset=True), OvercookedBatch(game, SIZE_SEEN, seed=1, auto_reset=True)
        actions = [batch.random_actions() for _ in range(32)]
        setup = f"{SIZE} games side by side, {note}"

        def random_steps() -> int:
            batch.random_steps(STEPS)
            return SIZE * STEPS

        def steps() -> int:
            for number in range(STEPS):
                batch.step(actions[number % 32])
            return SIZE * STEPS

        def looks(look: str) -> int:
            for number in range(STEPS):
                seen.step(actions[number % 32][:SIZE_SEEN])
                getattr(seen, look)()
            return SIZE_SEEN * STEPS

        figures.append(measure(f"ludens.overcooked.{layout}.random_steps", "step", random_steps, setup=f"drawn and played in compiled code; {setup}"))
        figures.append(measure(f"ludens.overcooked.{layout}.step", "step", steps, setup=f"stepped from Python; {setup}"))
        for look, words in (("observations", "both cooks' 26 planes"), ("features", "both cooks' 96 features")):
            figures.append(
                measure(f"ludens.overcooked.{layout}.step+{look}", "step", lambda look=look: looks(look), setup=f"{words} each step; {SIZE_SEEN} games, {note}")
            )
    if importlib.util.find_spec("torch"):
        figures += on_torch(game, layout)
    rng = np.random.default_rng(0)
    drawn = [{seat: Move(ACTIONS[action]) for seat, action in enumerate(pair)} for pair in rng.integers(6, size=(400, 2))]

    def readable(look: bool = False) -> int:
        state = game.start(0)
        for moves in drawn:
            state.play(moves)
            if look:
                state.data(0), state.data(1)
        return 400

    figures.append(measure(f"ludens.overcooked.{layout}.readable", "step", readable, setup=f"the readable rules, events in words; {describe('ludens')}"))
    words = f"the same with both cooks' planes; {describe('ludens')}"
    figures.append(measure(f"ludens.overcooked.{layout}.readable+observations", "step", lambda: readable(look=True), setup=words))
    return figures


def on_torch(game: object, layout: str) -> list[Figure]:
    """Measure the engine on torch, on the CPU."""
    import torch

    from ludens.games.overcooked.kernel_torch import TorchOvercooked

    kitchens = TorchOvercooked(game, SIZE, auto_reset=True)  # type: ignore[arg-type]
    actions = torch.randint(6, (SIZE, 2), generator=torch.Generator().manual_seed(1))
    setup = f"{SIZE} games side by side on the CPU, {describe('ludens', 'torch')}"

    def steps(look: str = "") -> int:
        for _ in range(STEPS):
            kitchens.step(actions)
            if look:
                getattr(kitchens, look)()
        return SIZE * STEPS

    words = {"": "no observations", "observations": "both cooks' 26 planes each step", "features": "both cooks' 96 features each step"}
    name = f"ludens.overcooked.{layout}.torch"
    return [measure(f"{name}{'+' * bool(look)}{look}", "step", lambda look=look: steps(look), setup=f"{said}; {setup}") for look, said in words.items()]


def theirs() -> list[Figure]:
    """Measure overcooked_ai in this process."""
    import random  # noqa: TID251  # the peer's environment may have another numpy
    from importlib.metadata import version

    from overcooked_ai_py.mdp.actions import Action
    from overcooked_ai_py.mdp.overcooked_mdp import OvercookedGridworld

    figures, rng = [], random.Random(0)
    for layout in LAYOUTS:
        mdp = OvercookedGridworld.from_layout_name(layout)
        actions = [(rng.choice(Action.ALL_ACTIONS), rng.choice(Action.ALL_ACTIONS)) for _ in range(400)]

        def steps(look: bool = False, mdp: object = mdp, actions: list[object] = actions) -> int:
            state = mdp.get_standard_start_state()  # type: ignore[attr-defined]
            for pair in actions:
                state, _ = mdp.get_state_transition(state, pair)  # type: ignore[attr-defined]
                if look:
                    mdp.lossless_state_encoding(state, horizon=400)  # type: ignore[attr-defined]
            return 400

        note = f"overcooked-ai {version('overcooked-ai')}"
        figures.append(measure(f"{PEER}.{layout}.transition", "step", steps, setup=note))
        figures.append(measure(f"{PEER}.{layout}.transition+observations", "step", lambda steps=steps: steps(look=True), setup=f"both cooks' planes; {note}"))
    return figures


def peer() -> list[Figure]:
    """Measure overcooked_ai in an environment of its own; nothing where there is none."""
    python = os.environ.get("LUDENS_OVERCOOKED_PYTHON")
    if not python:
        return []
    done = subprocess.run([python, __file__, "--peer"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") == 5]
    return [Figure(name, "step", *map(float, numbers), setup=setup) for name, setup, *numbers in rows]


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    peers = {figure.name: figure for figure in peer()}
    rows = []
    for layout in LAYOUTS:
        for figure in ours(layout):
            beside = peers.get(f"{PEER}.{layout}.transition{'+observations' if 'observations' in figure.name or 'features' in figure.name else ''}")
            against = f"{ratio(figure, beside):,.4g} x" if beside else "not measured"
            rows.append((figure.name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", against, figure.setup))
    rows += [(one.name, f"{one.per_cpu_second:,.0f}", f"{one.low:,.0f}-{one.high:,.0f}", "1", one.setup) for one in peers.values()]
    return f"""## Overcooked

Joint steps of two cooks (both act in each), new dynamics, horizon 400, one core. Where something is seen, the peer's figure is that of its lossless encoding of
both cooks, also beside our features. JaxMARL was not run here: 3e5 joint steps per CPU-second, observations included, is the best that was seen of it
on a CPU of another machine. Aims: 3,000 times overcooked_ai's transition and 50 times JaxMARL's without observations, 10 times JaxMARL's with them.

{markdown(rows, HEAD)}"""


def main() -> int:
    """Print the table; with ``--peer`` the peer's figures alone, for the process that asked."""
    if sys.argv[1:] == ["--peer"]:
        single_core()
        for figure in theirs():
            print(figure.name, figure.setup, figure.per_cpu_second, figure.per_second, figure.low, figure.high, sep="\t", flush=True)
    else:
        print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
