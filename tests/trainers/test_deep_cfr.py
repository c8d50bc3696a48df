"""Deep CFR: what it remembers, that it learns, known values of small games, and a run that was cut off."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")

from ludens.agents import PlayerSpec
from ludens.agents.neural import load_policy
from ludens.analysis.exploitability import nash_conv
from ludens.analysis.trees import tree_of
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.games import make
from ludens.trainers import Task, trainer
from ludens.trainers.deep_cfr import Config, DeepSolver
from ludens.trainers.deep_cfr.exact import policy_in, sights
from ludens.trainers.deep_cfr.memory import Reservoir
from ludens.trainers.deep_cfr.network import fit_regrets
from ludens.trainers.deep_cfr.walks import match_regrets

TINY = {"iterations": 4, "traversals": 8, "steps": 20, "batch": 64, "policy_steps": 50, "hidden": [16]}


def measured(solver, tree):
    seen = sights(tree, lambda state, seat: solver.sight(state, seat).features)
    return nash_conv(tree, policy_in(tree, solver.average(), seen))


# -- parts ---------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 200))
@settings(max_examples=30)
def test_a_reservoir_keeps_as_many_as_it_may_and_only_what_came(size, stream):
    memory, rng = Reservoir(size, 1, 1), np.random.default_rng(0)
    for number in range(stream):
        memory.add(np.array([number], np.float32), np.zeros(1, np.float32), np.ones(1, bool), number + 1, rng)
    kept = memory.features[:, 0].astype(int).tolist()
    assert len(kept) == min(size, stream)
    assert len(set(kept)) == len(kept)
    assert memory.times.tolist() == [number + 1 for number in kept]


def test_a_reservoir_forgets_early_rows_no_sooner_than_late_ones():
    kept = np.zeros(200)
    for seed in range(400):
        memory, rng = Reservoir(20, 1, 1), np.random.default_rng(seed)
        for number in range(200):
            memory.add(np.array([number], np.float32), np.zeros(1, np.float32), np.ones(1, bool), 1, rng)
        kept[memory.features[:, 0].astype(int)] += 1
    # each half holds 4000 of 8000 on average; half of them are hypergeometric draws, whose standard deviation is below 32 x sqrt(180/199) = 43
    assert abs(kept[:100].sum() - 4000) < 4 * 43


def test_regret_matching_plays_positive_regrets_then_the_best_then_anything():
    legal = np.array([0, 2, 3])
    assert match_regrets(np.array([1, 99, 3, -2], np.float32), legal).tolist() == [0.25, 0.75, 0]
    assert match_regrets(np.array([-1, 99, -0.5, -2], np.float32), legal).tolist() == [0, 1, 0]
    assert match_regrets(None, legal) == pytest.approx([1 / 3] * 3)


def test_regrets_are_learned_where_a_choice_is_legal_and_late_iterations_weigh_more():
    memory, rng = Reservoir(1000, 1, 2), np.random.default_rng(0)
    for time, regret in ((1, 0.0), (3, 4.0)):
        for _ in range(50):
            memory.add(np.ones(1, np.float32), np.array([regret, 0], np.float32), np.array([True, False]), time, rng)
    network, loss = fit_regrets(memory, [16], steps=400, batch=256, rate=1e-2, seed=0)
    # (1 x 0 + 3 x 4) / 4; the batches' own share of late rows varies by sqrt(.25/256) = 3 %, averaged over the last steps
    assert network(np.ones(1, np.float32))[0] == pytest.approx(3.0, abs=0.2)
    assert np.isfinite(loss)


# -- games with known answers ----------------------------------------------------------------------------------------------


def test_kuhn_poker_falls():
    game = make("kuhn_poker")
    tree, solver = tree_of(game), DeepSolver(game, Config(iterations=12, traversals=40, steps=60, batch=256, policy_steps=400, hidden=(32,)))
    before = dict(solver.regrets)
    solver.run()
    assert before == {}
    assert set(solver.regrets) == {"player_0", "player_1"}
    assert all(np.isfinite(loss) and loss > 0 for loss in solver.losses.values())
    found = measured(solver, tree)
    assert found < 0.35 < nash_conv(tree, tree.uniform())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2])
def test_kuhn_poker_is_close_to_equilibrium(seed):
    game = make("kuhn_poker")
    solver = DeepSolver(game, Config(iterations=60, traversals=60, policy_steps=800), seed)
    solver.run()
    assert measured(solver, tree_of(game)) < 0.1


@pytest.mark.slow
def test_leduc_poker_falls():
    game = make("leduc_poker")
    tree, solver = tree_of(game), DeepSolver(game, Config(iterations=15, traversals=40, policy_steps=1000))
    solver.run()
    assert measured(solver, tree) < 0.6 * nash_conv(tree, tree.uniform())


@pytest.mark.slow
def test_a_depth_limit_plays_on_to_the_end_and_still_learns():
    # a limit that ended walks with nothing would leave Kuhn's regrets without the money
    game = make("kuhn_poker")
    tree, solver = tree_of(game), DeepSolver(game, Config(iterations=30, traversals=80, depth=1, policy_steps=800))
    solver.run()
    assert measured(solver, tree) < 0.3


def test_roles_share_networks():
    game = make("latent", of="werewolf_lspo4", meanings=[3, 2, 2])
    solver = DeepSolver(game, Config(**{**TINY, "iterations": 1, "hidden": (8,), "depth": 2, "share": "role"}))
    solver.run()
    assert set(solver.regrets) == {"werewolf", "seer", "villager"}
    # what was not legal has no regret
    for memory in solver.memories.values():
        assert not memory.targets[~memory.masks].any()


# -- runs ------------------------------------------------------------------------------------------------------------------


def run(place, **given):
    return trainer("deep_cfr").make(Task((make("kuhn_poker"),), None, place, 5), {**TINY, **given}).run(lambda line: None)


def test_a_run_that_was_cut_off_ends_as_if_it_had_not(tmp_path):
    run(tmp_path / "whole")
    run(tmp_path / "parts", iterations=2, save_every=1)
    run(tmp_path / "parts")
    one, other = (load_policy(tmp_path / name / "policy").module.state_dict() for name in ("whole", "parts"))
    assert all(bool((one[name] == other[name]).all()) for name in one)
    lines = [[json.loads(line)["losses"] for line in (tmp_path / name / "log.jsonl").read_text().splitlines()] for name in ("whole", "parts")]
    assert lines[0] == lines[1]
    assert len(lines[0]) == 4


def test_the_command_makes_a_player(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = [f"+trainer.{name}={value}" for name, value in TINY.items()]
    assert main(["train", "trainer=deep_cfr", "game=kuhn_poker", "name=kuhn", "progress=false", *words]) == 0
    assert "NashConv" in capsys.readouterr().out
    spec = PlayerSpec.of("neural", "deep", path="runs/kuhn/policy")
    player, state = spec.build(), make("kuhn_poker").start(0)
    player.start(0, state.game.type, 0)
    assert state.action_spec(0).check(player.act(state.observe(0))) is None


def test_mistakes_are_named(tmp_path):
    with pytest.raises(ParameterError, match="share"):
        run(tmp_path, share="both")
    with pytest.raises(ParameterError, match="no roles"):
        run(tmp_path, share="role")
    with pytest.raises(ParameterError, match="one game"):
        trainer("deep_cfr").make(Task((make("kuhn_poker"), make("leduc_poker")), None, tmp_path), {})
