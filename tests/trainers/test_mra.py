"""MRA: known answers of the congestion game, worlds of any population, the mutual-information bound, learning, and runs that were cut off."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

import torch

from ludens import make
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.trainers import Task
from ludens.trainers.mra import MRA, Config
from ludens.trainers.mra.congestion import crowd_shares, gains, mixed_equilibrium, nash_numbers
from ludens.trainers.mra.networks import Sight, information, judged, networks, recognised, related
from ludens.trainers.mra.worlds import WORTH, world_of

QUICK = {"rounds": 3, "envs": 4, "episodes": 6, "populations": [3, 5], "unseen": [4, 7], "width": 8, "hidden": [8], "save_every": 1}


def trained(place, **given):
    return MRA(Task((), None, place, given.pop("seed", 0)), **given).run(lambda line: None)


# -- known answers -----------------------------------------------------------------------------------------------------


@given(agents=st.integers(1, 60))
def test_nobody_leaves_a_landmark_in_the_pure_equilibrium(agents):
    numbers = np.array(nash_numbers(agents))
    assert numbers.sum() == agents
    earned = (WORTH / np.maximum(numbers, 1))[numbers > 0]
    assert (WORTH / (numbers + 1)).max() <= earned.min() + 1e-12
    # as exact gaps say: everybody alone, by certain choices
    chances = np.eye(len(WORTH))[np.repeat(np.arange(len(WORTH)), numbers)]
    assert np.abs(gains(chances)).max() < 1e-9


def test_numbers_in_equilibrium_by_hand():
    assert nash_numbers(3) == [0, 0, 0, 1, 1, 1]
    assert nash_numbers(6) == [0, 0, 1, 1, 2, 2]
    # 21 is 1 + 2 + ... + 6: there size / number is the same everywhere
    assert nash_numbers(21) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("agents", [2, 3, 6, 9, 24, 100])
def test_the_mixed_equilibrium_gains_nothing_and_tends_to_the_sizes(agents):
    chances = mixed_equilibrium(agents)
    assert chances.sum() == pytest.approx(1)
    assert np.abs(gains(np.tile(chances, (agents, 1)))).max() < 1e-9
    if agents == 100:
        assert np.abs(chances - WORTH / WORTH.sum()).max() < 0.01


@pytest.mark.parametrize("agents", [2, 3, 4])
def test_shares_are_those_of_all_outcomes(agents):
    chances = np.random.default_rng(agents).dirichlet(np.ones(len(WORTH)), size=agents)
    expected = np.zeros_like(chances)
    for agent, mark in itertools.product(range(agents), range(len(WORTH))):
        others = np.delete(chances[:, mark], agent)
        for there in itertools.product((0, 1), repeat=agents - 1):
            expected[agent, mark] += np.where(there, others, 1 - others).prod() / (1 + sum(there))
    assert crowd_shares(chances) == pytest.approx(expected)
    worth = WORTH * expected
    assert gains(chances) == pytest.approx(worth.max(1) - (chances * worth).sum(1))


# -- worlds ------------------------------------------------------------------------------------------------------------


def test_occupants_share_what_a_landmark_is_worth():
    episodes = world_of(Config()).begin(4, 2, 0)
    assert episodes.step(np.array([[5, 5, 5, 0], [1, 2, 1, 4]])) == pytest.approx(np.array([[1, 1, 1, 0.5], [0.5, 1.5, 0.5, 2.5]]))


def test_each_sees_the_others_in_their_order():
    own, others = world_of(Config()).begin(4, 3, 0).look()
    for agent in range(4):
        rest = np.delete(np.arange(4), agent)
        assert others[:, agent] == pytest.approx(own[:, rest] - own[:, [agent]], abs=1e-6)


def test_without_places_nothing_tells_agents_apart(tmp_path):
    own, others = world_of(Config(places=False)).begin(4, 3, 0).look()
    assert not own.any()
    assert not others.any()
    # so what is learned is the mixed equilibrium
    (row,) = trained(tmp_path, rounds=100, envs=128, populations=[6], unseen=[], places=False)["populations"]
    assert row["nash_gap"]["value"] < 0.1 < row["even_gap"]
    assert row["numbers"] == pytest.approx(row["mixed_numbers"], abs=0.5)


@pytest.mark.parametrize(("name", "population", "parameters"), [("spread", 5, {"agents": 5, "landmarks": 3}), ("tag", 7, {"adversaries": 7, "prey": 2})])
def test_particles_are_those_of_the_game(name, population, parameters):
    pytest.importorskip("numba")
    world = world_of(Config(world=name, landmarks=parameters.get("landmarks", 2)))
    episodes, batch = world.begin(population, 2, 8), make(f"simple_{name}", **parameters).batch(2, 8)
    for _ in range(3):
        actions = batch.random_actions()
        batch.step(actions)
        assert (episodes.step(actions) == batch.rewards).all()
    own, others = episodes.look()
    seats = batch.game.seats
    assert own.shape == (2, seats, world.own)
    assert others.shape == (2, seats, seats - 1, world.other)
    # of itself as in the game: speed, place, landmarks from there; of another its place from there
    seen = batch.observations()[:, 0]
    assert own[:, 0, :4] == pytest.approx(seen[:, :4], abs=1e-5)
    assert own[:, 0, 6:] == pytest.approx(seen[:, 4 : 4 + 2 * batch.game.marks], abs=1e-5)
    assert others[:, 0, :, :2].reshape(2, -1) == pytest.approx(seen[:, 4 + 2 * batch.game.marks :][:, : 2 * (seats - 1)], abs=1e-5)
    assert {role: len(range(seats)[who]) for role, who in world.roles(population).items()} == ({"adversary": 7, "prey": 2} if name == "tag" else {"agent": 5})


# -- networks ----------------------------------------------------------------------------------------------------------


def parts_and_sight(config, rows=6, most=4):
    world = world_of(config)
    generator = torch.Generator().manual_seed(1)
    mode = torch.eye(config.modes)[torch.arange(rows) % config.modes]
    own, others = torch.randn(rows, world.own, generator=generator), torch.randn(rows, most, world.other, generator=generator)
    return networks(world, config, 0), Sight(own, others, torch.full((rows,), most), mode)


def test_neither_order_nor_filling_up_matters():
    parts, sight = parts_and_sight(Config())
    found = related(parts, sight)
    assert torch.allclose(found, related(parts, sight._replace(others=sight.others.flip(1))), atol=1e-6)
    filled = torch.cat([sight.others, torch.full((6, 3, 2), 9.0)], 1)
    assert torch.allclose(found, related(parts, sight._replace(others=filled)), atol=1e-6)


def test_information_is_that_between_mode_and_action_and_moves_the_relation_network_alone():
    config = Config(modes=3)
    parts, sight = parts_and_sight(config, rows=9)
    # each of three agents under each mode, the modes alike likely: exactly the mutual information
    same = sight._replace(own=sight.own[:3].repeat_interleave(3, 0), others=sight.others[:3].repeat_interleave(3, 0))
    bound = information(parts, same, torch.full((3,), 1 / 3))
    chances = judged(parts, same)[0].exp().view(3, 3, -1)
    mean = chances.mean(1)
    entropies = (-(p * p.log()).sum(-1) for p in (mean, chances))
    mutual = next(entropies) - next(entropies).mean(1)
    assert bound.item() == pytest.approx(mutual.mean().item(), abs=1e-6)
    assert 0 < bound.item() < np.log(3)
    bound.backward()
    moved = {name for name, part in parts.items() if any(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in part.parameters())}
    assert moved == {"own", "other", "query"}


def test_one_mode_tells_nothing():
    parts, sight = parts_and_sight(Config(modes=1))
    assert information(parts, sight, torch.ones(1)).item() == pytest.approx(0, abs=1e-6)
    # three populations cannot be told apart by it
    assert recognised(parts, Config(modes=1)).item() >= np.log(3) - 1e-6


# -- training ----------------------------------------------------------------------------------------------------------


def test_gaps_shrink_on_populations_that_were_seen_and_on_one_that_was_not(tmp_path):
    found = trained(tmp_path, rounds=60, envs=32, episodes=100, populations=[4, 8], unseen=[6])
    for row in found["populations"]:
        assert row["nash_gap"]["value"] < row["even_gap"] / 2
        assert sum(row["modes"]) == pytest.approx(1, abs=1e-3)
        assert sum(row["numbers"]) == pytest.approx(row["population"], abs=0.01)
    assert [row["seen"] for row in found["populations"]] == [True, False, True]
    assert json.loads((tmp_path / "result.json").read_text())["populations"] == found["populations"]
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    # populations are told apart in the end, which takes different modes
    assert log[-1]["guess"] < log[0]["guess"] / 2
    assert np.argmax(found["populations"][0]["modes"]) != np.argmax(found["populations"][2]["modes"])


@pytest.mark.parametrize("given", [{}, {"modes": 1}, {"information": 0.0}, {"world": "spread", "horizon": 3}, {"world": "tag", "horizon": 3}])
def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(monkeypatch, tmp_path, given):
    if "world" in given:
        pytest.importorskip("numba")
    given = {**QUICK, **given}
    whole = trained(tmp_path / "whole", **given)
    learn, count = MRA._learn, itertools.count()

    def cut_off(self, played, share):
        if next(count) == 2:
            raise KeyboardInterrupt
        return learn(self, played, share)

    monkeypatch.setattr(MRA, "_learn", cut_off)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "cut", **given)
    monkeypatch.setattr(MRA, "_learn", learn)
    again = trained(tmp_path / "cut", **given)
    assert again["populations"] == whole["populations"]
    for name in ("policy.safetensors", "log.jsonl"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "cut" / name).read_bytes(), name


def test_it_runs_by_the_command(tmp_path, capsys):
    words = [f"trainer.{name}={value}".replace(" ", "") for name, value in QUICK.items()]
    assert main(["train", "trainer=mra", *words, f"runs={tmp_path}", "name=crowd", "progress=false"]) == 0
    assert "checkpoint" in capsys.readouterr().out
    assert (tmp_path / "crowd" / "result.json").exists()


def test_mistakes_are_told(tmp_path, capsys):
    for wrong, said in (
        ({"world": "moon"}, "world='moon' should be one of congestion, spread, tag"),
        ({"populations": [1, 6]}, r"populations=\(1, 6\) should be whole numbers from 2 to 100"),
        ({"populations": []}, r"populations=\(\) should name at least one"),
        ({"populations": [6, 6]}, r"populations=\(6, 6\) should name each once"),
        ({"unseen": [6, 7]}, r"unseen=\(6, 7\) should name none that is trained on"),
        ({"world": "tag", "unseen": [2]}, r"unseen=\(2,\) should be whole numbers from 3 to 100"),
        ({"modes": 0}, "modes=0 should be a whole number above 0"),
        ({"information": -1}, "information=-1 should be 0 or more"),
        ({"places": 1}, "places=1 should be true or false"),
        ({"temperature": 0}, "temperature=0 should be a number above 0"),
        ({"mode": 3}, "unknown parameter 'mode'"),
    ):
        with pytest.raises(ParameterError, match=said):
            MRA(Task((), None, tmp_path), **wrong)
    assert main(["train", "trainer=mra", "trainer.populations=[1]", f"runs={tmp_path / 'runs'}"]) == 2
    told = capsys.readouterr().err.replace("\n", " ")
    assert "populations=(1,)" in told
    assert not (tmp_path / "runs").exists()
