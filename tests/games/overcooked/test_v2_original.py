"""Move by move what JaxMARL's overcooked_v2 does: the digests that :mod:`overcooked_v2_original` wrote down, made again with our rules."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from overcooked_v2_original import HORIZON, RADIUS, STEPS, CooksV2

from ludens.games import Move
from ludens.games.overcooked.game import ACTIONS
from ludens.games.overcooked.v2.encode import grid
from ludens.games.overcooked.v2.game import OvercookedV2
from ludens.games.overcooked.v2.state import OvercookedV2State

KEPT = json.loads((Path(__file__).parents[2] / "fixtures" / "overcooked_v2.json").read_text(encoding="utf-8"))
SEEN = [1, 31, 32, 20]


class OrdersInTurn(OvercookedV2State):
    """Orders are not drawn: they come in turn."""

    def _draw(self):
        self.recipe = self.game.recipes[self.delivered % len(self.game.recipes)]
        self.refused, self.knows = [], [True] * self.game.seats


def facts(state):
    return [
        [list(cell) for cell in state.where],
        state.facing,
        [list(held or ()) for held in state.hands],
        sorted([list(cell), list(item)] for cell, item in state.counters.items()),
        sorted([list(cell), *pot] for cell, pot in state.pots.items()),
        sorted([list(cell), left] for cell, left in state.lit.items()),
    ]


def window(state, seat):
    """What lies around a cook, rows first as there."""
    padded = np.pad(grid(state, seat), ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)))
    x, y = state.where[seat]
    return np.ascontiguousarray(padded[x : x + 2 * RADIUS + 1, y : y + 2 * RADIUS + 1, SEEN].transpose(1, 0, 2))


def digests(layout, old, steps):
    game = OvercookedV2(layout=layout, old_dynamics=old, horizon=HORIZON, view_radius=RADIUS, random_starts=False)
    digest, state, out = hashlib.blake2b(digest_size=16), OrdersInTurn(game, 0), []
    cooks, served = CooksV2(game.kitchen.rows, game.seats), 0
    for step in range(steps):
        if state.over:
            state = OrdersInTurn(game, 0)
        state.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(cooks.act(facts(state)))})
        served += state.rewards[0] > 0
        digest.update(json.dumps([*facts(state), float(state.rewards[0]), [float(reward) for reward in state.shaped]]).encode())
        for seat in range(game.seats):
            digest.update(window(state, seat).tobytes())
        if step + 1 in STEPS:
            out.append(digest.hexdigest())
    return out, served


@pytest.mark.parametrize("kept", KEPT, ids=[f"{kept['layout']}-{'old' if kept['old'] else 'new'}" for kept in KEPT])
def test_every_step_is_that_of_jaxmarl(kept):
    assert digests(kept["layout"], kept["old"], STEPS[1])[0] == kept["digests"][:2]


@pytest.mark.slow
@pytest.mark.parametrize("kept", KEPT, ids=[f"{kept['layout']}-{'old' if kept['old'] else 'new'}" for kept in KEPT])
def test_many_steps_are_those_of_jaxmarl(kept):
    made, served = digests(kept["layout"], kept["old"], STEPS[-1])
    assert made == kept["digests"]
    assert served or kept["layout"] != "cramped_room_v2"
