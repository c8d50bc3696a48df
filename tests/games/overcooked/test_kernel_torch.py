"""The engine on torch beside the compiled one, in every kitchen that the tests know; and the compiled one's arrays as tensors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import IllegalMove
from ludens.games.overcooked.game import Overcooked
from ludens.games.overcooked.kernel import OvercookedBatch
from ludens.games.overcooked.kernel_tables import COOKING, SOUP, Contents
from ludens.games.overcooked.kernel_torch import TorchOvercooked

torch = pytest.importorskip("torch")

KEPT = json.loads((Path(__file__).parents[2] / "fixtures" / "overcooked.json").read_text(encoding="utf-8"))
LAYOUTS = {(kept["called"], kept["old"]): kept["layout"] for kept in KEPT}
ALONE, THREE = "XPX/O1D/XSX", "XXPXXXX/O  1 TP/X 2 3 X/XXDXSXX"
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"))]


def anything(batch, rng):
    """Put every game into a position drawn at random."""
    game, kitchen, seats = batch.game, batch.game.kitchen, batch.game.seats
    lead, pots = 2 * seats, [0, *range(SOUP, Contents(kitchen).count)]
    ordered = [SOUP + number for number, value in enumerate(kitchen.values) if value]
    for row in batch.rows:
        row[:seats] = 4 * rng.permutation(len(kitchen.floor))[:seats] + rng.integers(4, size=seats)
        row[seats:lead] = rng.choice([*range(COOKING), *ordered * 5], size=seats)
        row[lead:] = 0
        for tile, some in (("X", range(COOKING)), ("P", pots)):
            for x, y in game.kitchen.cells(tile):
                row[lead + x * kitchen.height + y] = rng.choice(some) if rng.random() < 0.5 else 0


def same(batch, kitchens, *, seen=True):
    for found, known in ((kitchens.rows, batch.rows), (kitchens.clock, batch.clock), (kitchens.over, batch.over)):
        assert np.array_equal(found.cpu().numpy(), known)
    for name in ("rewards", "shaped"):
        found, known = getattr(kitchens, name).cpu().numpy(), getattr(batch, name)
        assert found.dtype == known.dtype
        assert np.array_equal(found, known)
    for name in ("observations", "features") if seen else ():
        found, known = getattr(kitchens, name)().cpu().numpy(), getattr(batch, name)()
        assert found.dtype == known.dtype
        assert np.array_equal(found, known)


def compare(game, device, *, auto_reset=True, size=48, rounds=6, steps=26):
    rng = np.random.default_rng(5)
    batch, kitchens = OvercookedBatch(game, size, seed=7, auto_reset=auto_reset), TorchOvercooked(game, size, device, auto_reset=auto_reset)
    same(batch, kitchens)
    earned = helped = 0.0
    for _ in range(rounds):
        anything(batch, rng)
        kitchens.rows = torch.from_numpy(batch.rows.astype(np.int64)).to(device)
        for step in range(steps):
            # cooks use things more often than anything else
            actions = np.where(rng.random(batch.shaped.shape) < 0.3, np.uint8(5), batch.random_actions())
            batch.step(actions)
            kitchens.step(torch.from_numpy(actions).to(device))
            same(batch, kitchens, seen=step % 5 == 0)
            earned, helped = earned + float(batch.rewards.sum()), helped + float(batch.shaped.sum())
    assert [kitchens.facts(index) for index in range(size)] == [batch.facts(index) for index in range(size)]
    assert (earned > 0) == any(value > 0 for value in game.kitchen.values)
    assert (helped > 0) == any(game.kitchen.shaping)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("called", "old"), LAYOUTS)
def test_torch_and_compiled_rules_agree(called, old, device):
    compare(Overcooked(layout=LAYOUTS[called, old], old_dynamics=old, horizon=60), device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("layout", [ALONE, THREE])
@pytest.mark.parametrize("auto_reset", [False, True])
def test_they_agree_for_one_cook_and_for_many(layout, auto_reset, device):
    compare(Overcooked(layout=layout, horizon=60), device, auto_reset=auto_reset)


def test_games_stay_over_until_they_are_reset():
    kitchens = TorchOvercooked(Overcooked(horizon=2), 3)
    fresh = kitchens.facts(0)
    for _ in range(3):
        kitchens.step(np.full((3, 2), 3))
    assert kitchens.over.all()
    assert kitchens.clock.tolist() == [2, 2, 2]
    kitchens.reset([True, False, False])
    assert kitchens.over.tolist() == [False, True, True]
    assert kitchens.facts(0) == fresh != kitchens.facts(1)
    kitchens.reset()
    assert not kitchens.over.any()


def test_a_refused_action_changes_nothing():
    kitchens = TorchOvercooked(Overcooked(), 3)
    before = kitchens.rows.clone()
    with pytest.raises(IllegalMove, match="game 1: player_1's action 6 should be from 0 to 5"):
        kitchens.step(torch.tensor([[0, 0], [0, 6], [0, 0]]))
    with pytest.raises(IllegalMove, match="game 2: player_0's action -1 should be from 0 to 5"):
        kitchens.step([[0, 0], [0, 5], [-1, 0]])
    with pytest.raises(ParameterError, match=r"actions should have shape \(3, 2\), got \(2, 3\)"):
        kitchens.step(torch.zeros(2, 3))
    with pytest.raises(ParameterError, match="size=0"):
        TorchOvercooked(Overcooked(), 0)
    assert torch.equal(kitchens.rows, before)
    assert not kitchens.clock.any()


def test_what_was_seen_is_not_changed_by_the_next_step():
    kitchens = TorchOvercooked(Overcooked(), 2)
    seen, rows = kitchens.observations(), kitchens.rows
    kept, kept_rows = seen.clone(), rows.clone()
    kitchens.step(torch.full((2, 2), 3))
    assert torch.equal(seen, kept)
    assert torch.equal(rows, kept_rows)
    assert not torch.equal(kitchens.observations(), kept)


def test_the_compiled_engines_arrays_are_tensors_without_a_copy():
    batch = OvercookedBatch(Overcooked(), 16, seed=1)
    arrays = {name: getattr(batch, name) for name in ("rewards", "shaped", "clock", "rows")} | {"seen": batch.observations(), "numbers": batch.features()}
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    assert all(tensors[name].data_ptr() == arrays[name].ctypes.data for name in arrays)
    before = {name: tensor.clone() for name, tensor in tensors.items()}
    actions = torch.full((16, 2), 3, dtype=torch.uint8)
    batch.step(actions.numpy())
    batch.observations(), batch.features()
    assert all(np.array_equal(tensors[name].numpy(), arrays[name]) for name in arrays)
    assert all(not torch.equal(tensors[name], before[name]) for name in ("clock", "rows", "seen", "numbers"))


def test_the_page_runs():
    page = (Path(__file__).parents[3] / "docs" / "overcooked.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "import torch" in block]
    assert len(blocks) == 2
    shapes = []
    for block in blocks:
        scope = {}
        exec(compile(block, "page", "exec"), scope)
        shapes += [tuple(scope[name].shape) for name in ("seen", "rewards", "numbers") if name in scope]
    assert shapes == [(1024, 2, 5, 4, 26), (1024,), (1024, 2, 5, 4, 26), (1024, 2, 96)]
