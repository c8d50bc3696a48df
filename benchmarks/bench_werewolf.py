"""Werewolf: whole games per CPU-second of random play with observations, of the batched kernel, of the readable engine and of TextArena's SecretMafia.

    python benchmarks/bench_werewolf.py

Nothing is installed. The peer is measured in this process where ``textarena`` can be imported, or by the interpreter that ``LUDENS_TEXTARENA_PYTHON`` names:
``python -m venv ENV && ENV/bin/pip install textarena==0.7.4``, then ``LUDENS_TEXTARENA_PYTHON=ENV/bin/python``. What is asked of each:

kernel: ``observations()`` of all seats, as arrays, before every joint move; random moves are drawn by the batch.
readable engine: ``state.observe(seat).text()`` of every seat that moves, before it moves.
TextArena: the text that ``get_observation`` gives the player to move; a new environment a game, as its wrapper keeps earlier games across ``reset``.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib.metadata import version
from typing import Any

from _timing import Figure, describe, markdown, measure, ratio, single_core

SEATS = 8
RULES = {"players": SEATS, "talk_order": "rotate"}
SIZE, STEPS = 128, 200
PEER = "textarena.SecretMafia"
HEAD = ("what", "games per CPU-second", "spread", "against TextArena", "what was played")


def kernel_figures() -> list[Figure]:
    """Measure the kernel: stepped from Python with and without observations, other ways to talk, and whole games in compiled code."""
    from ludens.games import make
    from ludens.games.werewolf.kernel import WerewolfBatch, random_games

    figures, note = [], describe("ludens", "numba")
    for label, params, observe in (
        ("observations", {}, True),
        ("no_observations", {}, False),
        ("silent.observations", {"say_chars": 0}, True),
        ("abstract.observations", {"latents": (3, 2, 2, 2)}, True),
    ):
        game = make("werewolf_mafia", **RULES, **params)
        batch = WerewolfBatch(game, SIZE, seed=1, observe=observe, auto_reset=True)

        def work(batch: Any = batch, observe: bool = observe) -> int:
            before = int(batch.episode.sum())
            for _ in range(STEPS):
                if observe:
                    batch.observations()
                batch.step(batch.random_actions())
            return int(batch.episode.sum()) - before

        work()  # the games of a new batch all begin at once, and none may have ended yet
        moves = STEPS * SIZE / work()
        setup = f"{SIZE} games side by side, stepped from Python, {moves:.0f} joint moves a game, {batch.masks.shape[2]} options; {note}"
        figures.append(measure(f"ludens.werewolf.kernel.{label}", "game", work, setup=setup))
    game, seeds = make("werewolf_mafia", **RULES), iter(range(10**9))
    setup = f"whole games in compiled code, no observations; {note}"
    figures.append(measure("ludens.werewolf.kernel.random_games", "game", lambda: len(random_games(game, 20_000, next(seeds)).winners), setup=setup))
    return figures


def readable_figure() -> Figure:
    """Measure the readable engine."""
    import random  # noqa: TID251  # as the peer draws

    from ludens.games import make
    from ludens.games.actions import Move

    game, rng, seeds = make("werewolf_mafia", **RULES), random.Random(0), iter(range(10**9))
    line = "I think we should look at who is quiet."

    def work() -> int:
        state = game.start(next(seeds))
        while not state.over:
            moves = {}
            for seat in state.to_move:
                observation = state.observe(seat)
                observation.text()
                spec = observation.action_spec
                moves[seat] = Move(rng.choice(spec.domain.options), line if spec.say_chars else None)
            state.play(moves)
        return 1

    return measure("ludens.werewolf.readable", "game", work, setup=f"observations in words for every mover, one line said a turn; {describe('ludens')}")


def peer_figure() -> Figure:
    """Measure TextArena in this process, where it is installed."""
    import random  # noqa: TID251  # the peer's environment has no numpy
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import textarena
    rng = random.Random(0)

    def act(state: dict[str, Any], roles: dict[int, str], player: int) -> str:
        phase = state["phase"].value
        if phase == "Day-Discussion":
            return "I think we should look at who is quiet."
        others = [other for other in state["alive_players"] if other != player and (phase != "Night-Mafia" or roles[other] != "Mafia")]
        return f"[{rng.choice(others)}]"

    def work() -> int:
        outer = textarena.make("SecretMafia-v0")
        outer.reset(num_players=SEATS, seed=rng.randrange(2**30))
        inner = outer
        while hasattr(inner, "env"):
            inner = inner.env
        done = False
        while not done:
            player, _ = outer.get_observation()
            done, _ = outer.step(act(inner.state.game_state, inner.player_roles, player))
        outer.close()
        return 1

    return measure(PEER, "game", work, setup=f"the mover's observation in words, a new environment a game; textarena {version('textarena')}")


def peer() -> Figure | None:
    """Measure TextArena here or in an environment of its own; None where there is none."""
    if importlib.util.find_spec("textarena"):
        return peer_figure()
    python = os.environ.get("LUDENS_TEXTARENA_PYTHON")
    if not python:
        return None
    done = subprocess.run([python, __file__, "--peer"], stdout=subprocess.PIPE, text=True, check=True)
    name, setup, *numbers = done.stdout.splitlines()[-1].split("\t")
    figure = Figure(name, "game", *map(float, numbers), setup=setup)
    print(figure, flush=True)
    return figure


def rows() -> list[tuple[str, ...]]:
    """Measure everything that is installed; return table rows as :data:`HEAD` names them."""
    theirs = peer()
    ours = [*(kernel_figures() if importlib.util.find_spec("numba") else []), readable_figure()]
    table = []
    for figure in ours:
        against = f"{ratio(figure, theirs):,.3g} x" if theirs else "not measured"
        table.append((figure.name, f"{figure.per_cpu_second:,.0f}", f"{figure.low:,.0f}-{figure.high:,.0f}", against, figure.setup))
    if theirs:
        table.append((theirs.name, f"{theirs.per_cpu_second:,.0f}", f"{theirs.low:,.0f}-{theirs.high:,.0f}", "1", theirs.setup))
    return table


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    return f"""## Werewolf

Whole games of {SEATS} seats (two werewolves, seer, doctor, four villagers), uniformly random play, one core; the rules of `werewolf_mafia` but that turns to
speak rotate instead of being drawn by lot. The kernel gives all seats' observations as arrays, kept up to date in place, the others a text to each mover. In
the kernel a turn to speak has no words, so that nothing is chosen in it; `silent` leaves these turns out, in `abstract` they name one of a few meanings. The
peer is run where `textarena` is installed or `LUDENS_TEXTARENA_PYTHON` names an interpreter that has it. Aims: kernel 1,000 times the peer, readable engine
5 times.

{markdown(rows(), HEAD)}"""


def main() -> int:
    """Print the figures, the ratios and the table; with ``--peer`` the peer's alone, for the process that asked."""
    if sys.argv[1:] == ["--peer"]:
        single_core()
        figure = peer_figure()
        print(figure.name, figure.setup, figure.per_cpu_second, figure.per_second, figure.low, figure.high, sep="\t")
    else:
        print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main())
