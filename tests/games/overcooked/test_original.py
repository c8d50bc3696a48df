"""Move by move what overcooked_ai does: the digests that :mod:`overcooked_original` wrote down, made again with our rules."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from overcooked_original import EVERY, HORIZON, STEPS, Cooks

from ludens.games import Move
from ludens.games.overcooked.encode import grid
from ludens.games.overcooked.features import features
from ludens.games.overcooked.game import ACTIONS, Overcooked

KEPT = json.loads((Path(__file__).parents[2] / "fixtures" / "overcooked.json").read_text(encoding="utf-8"))


def facts(state):
    return [
        [list(cell) for cell in state.where],
        state.facing,
        [list(held or ()) for held in state.hands],
        sorted([list(cell), list(item)] for cell, item in state.counters.items()),
        sorted([list(cell), *pot] for cell, pot in state.pots.items()),
    ]


def digests(layout, old, steps):
    game = Overcooked(layout=layout, old_dynamics=old, horizon=HORIZON)
    digest, state, out = hashlib.blake2b(digest_size=16), game.start(0), []
    cooks = Cooks(game.kitchen.rows, game.seats)
    for step in range(steps):
        if state.over:
            state = game.start(0)
        state.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(cooks.act(facts(state)))})
        digest.update(json.dumps([*facts(state), float(state.rewards[0]), [float(reward) for reward in state.shaped]]).encode())
        if game.seats == 2:
            for seat in range(2):
                digest.update(grid(state, seat).tobytes())
            if step % EVERY == 0:
                for counters in (False, True):
                    for seat in range(2):
                        digest.update(features(state, seat, counters=counters).astype(np.int16).tobytes())
        if step + 1 in STEPS:
            out.append(digest.hexdigest())
    return out


@pytest.mark.parametrize("kept", KEPT, ids=[f"{kept['called']}-{'old' if kept['old'] else 'new'}" for kept in KEPT])
def test_every_step_is_that_of_the_original(kept):
    assert digests(kept["layout"], kept["old"], STEPS[1]) == kept["digests"][:2]


@pytest.mark.slow
@pytest.mark.parametrize("kept", KEPT, ids=[f"{kept['called']}-{'old' if kept['old'] else 'new'}" for kept in KEPT])
def test_many_steps_are_those_of_the_original(kept):
    assert digests(kept["layout"], kept["old"], STEPS[-1]) == kept["digests"]
