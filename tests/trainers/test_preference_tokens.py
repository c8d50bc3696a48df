"""Policies of tokens on testbeds whose solutions are known: every method comes to its own, and the loop's invariants hold."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from ludens.cli import main
from ludens.errors import ParameterError, UnknownName
from ludens.trainers import Task, trainer
from ludens.trainers.preference import METHODS, TokenConfig
from ludens.trainers.preferences import MajorityJudge
from ludens.trainers.tabular.game import PreferenceGame
from ludens.trainers.tabular.solutions import divergence, exploitability, regularised_exploitability, regularised_nash
from ludens.trainers.testbeds import cycle, make_testbed, sequences

torch = pytest.importorskip("torch")

from ludens.trainers.preference.judged import Judged, spelling  # noqa: E402
from ludens.trainers.preference.learning import Policies, learn  # noqa: E402
from ludens.trainers.preference.on_testbed import train  # noqa: E402


def trained(game, place, **given):
    end = train(game, TokenConfig(save_every=10_000, **given), place, 0, lambda line: None)
    return end, json.loads((place / "result.json").read_text())


# -- small games, in seconds -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("online_ipo", {}),
        ("egpo", {}),
        pytest.param("inpo", {"refresh": 15, "step": 3.0}, marks=pytest.mark.slow),
        pytest.param("nash_md_pg", {"mixture": 0.0}, marks=pytest.mark.slow),
        pytest.param("nash_mp", {"refresh": 10}, marks=pytest.mark.slow),
        pytest.param("nash_ema", {}, marks=pytest.mark.slow),
        pytest.param("p3o_separate", {}, marks=pytest.mark.slow),
    ],
)
def test_regularised_methods_come_to_the_nash_policy_of_a_cycle(method, given, tmp_path):
    """The reference is .09 nats away from it; 64 answers a step leave noise well below that."""
    game = make_testbed("biased_rps")
    before = divergence(game, regularised_nash(game, 0.1), game.reference)
    end, _ = trained(game, tmp_path, method=method, steps=300, learning_rate=5e-3, group=64, **given)
    assert before > 0.08
    assert end["divergence"] < 0.015
    assert end["regularised"] < 0.003


@pytest.mark.slow
def test_the_mixture_as_opponent_has_its_own_fixed_point(tmp_path):
    """At b = 0.5 the notes of the tabular side give (.537, .117, .346), far from the Nash policy (.434, .148, .418)."""
    _, found = trained(make_testbed("biased_rps"), tmp_path, method="nash_md_pg", mixture=0.5, steps=400, learning_rate=5e-3)
    assert np.allclose(found["last_policy"][0], (0.53701997, 0.11697294, 0.34600709), atol=0.03)


def test_answers_of_the_mixture_have_the_same_fixed_point(tmp_path):
    """IPO-MD shares it with Nash-MD-PG (section 4.3 of Calandriello et al.); online IPO, its like without weights, would end at (.434, .148, .418)."""
    _, found = trained(make_testbed("biased_rps"), tmp_path, method="ipo_md", mixture=0.5, steps=250, learning_rate=5e-3, group=64)
    assert np.allclose(found["last_policy"][0], (0.53701997, 0.11697294, 0.34600709), atol=0.04)


def test_maxmin_serves_those_who_are_worst_off(tmp_path):
    """Four in five of the people want the first answer, the others the second: both groups get .558, where mean utility gives .950 and .074."""
    game = make_testbed("two_groups")
    end, found = trained(game, tmp_path, method="maxmin", steps=250, learning_rate=5e-3, group=64)
    assert end["divergence"] < 0.02
    assert np.allclose(game.groups[:, 0] @ found["last_policy"][0], 0.557612, atol=0.05)


def test_maxmin_needs_groups_of_people(tmp_path):
    with pytest.raises(ParameterError, match="several groups of people"):
        trained(make_testbed("six"), tmp_path, method="maxmin")


@pytest.mark.slow
@pytest.mark.parametrize(("method", "given"), [("omwu", {"step": 2.0, "refresh": 20, "steps": 1200}), ("mpo", {"refresh": 12, "magnet": 5, "steps": 1200})])
def test_without_a_reference_to_stay_near_the_winner_is_what_is_come_to(method, given, tmp_path):
    """From the uniform policy, .174 nats from the winner (2/7, 1/7, 4/7)."""
    end, _ = trained(make_testbed("biased_rps"), tmp_path, method=method, learning_rate=5e-3, group=64, **given)
    assert end["mean_divergence"] < 0.02
    assert end["mean_exploitability"] < 0.02


@pytest.mark.slow
def test_contexts_are_told_apart(tmp_path):
    game = make_testbed("contexts")
    _, found = trained(game, tmp_path, method="online_ipo", steps=300, learning_rate=5e-3, prompts=2, group=64)
    assert np.allclose(found["last_policy"], regularised_nash(game, 0.1), atol=0.05)


@pytest.mark.slow
def test_sppo_goes_round_while_its_average_comes_near_the_winner(tmp_path):
    """From the reference (.5, .3, .2) of a symmetric cycle; the uniform policy wins. A last iterate that settled there would have exploitability below .01."""
    game = PreferenceGame.of(cycle(0.9, 0.9, 0.9), reference=(0.5, 0.3, 0.2))
    trained(game, tmp_path, method="sppo", step=1.0, refresh=8, steps=480, learning_rate=5e-3, log_partition="group")
    rows = list(csv.DictReader((tmp_path / "curve.csv").open()))
    last, mean = (np.array([float(row[name]) for row in rows[-12:]]) for name in ("exploitability", "mean_exploitability"))
    assert last.max() > 0.08
    assert mean[-1] < 0.05
    assert mean[-1] < float(rows[0]["mean_exploitability"])


# -- invariants --------------------------------------------------------------------------------------------------------------------------------------------


def begun(method="online_ipo", **given):
    config = TokenConfig(method=method, group=16, prompts=2, **given)
    field = Judged(make_testbed("majority_tokens"), config.prompts, config.group, 3)
    policies = Policies.of(field.start())
    return config, field, policies, torch.optim.Adam(policies.policy.parameters(), lr=3e-3)


def test_the_policy_begins_as_the_reference_and_its_rows_are_its_distribution():
    game = make_testbed("majority_tokens")
    field = Judged(game, 2, 16, 0)
    start = field.start()
    assert np.allclose(field.policy(start), game.reference, atol=1e-6)
    drawn = field.draw(start, None, 0)
    with torch.no_grad():
        again = field.logprobs(start, drawn.answers.batch)
    assert torch.equal(again, drawn.answers.batch.logprobs)  # sampler and trainer agree to the bit
    assert np.allclose(drawn.table + drawn.table.swapaxes(1, 2), 1)


def test_tokens_spell_the_answers():
    words = spelling(make_testbed("majority_tokens"))
    assert words.shape == (27, 3)
    assert words[5].tolist() == [0, 1, 2]
    assert spelling(make_testbed("biased_rps")).tolist() == [[0], [1], [2]]


@pytest.mark.parametrize("method", METHODS)
def test_parts_of_a_batch_have_its_gradient(method):
    """With parts of three rows; the losses are means over pairs, answers or tokens, with baselines of the whole batch among them."""
    found = []
    for micro in (10**6, 12):
        config, field, policies, optimizer = begun(method, micro_tokens=micro)
        for number in range(2):
            learn(field, policies, optimizer, config, number=number, rng=np.random.default_rng(number))
        found.append(torch.cat([weight.detach().flatten() for weight in policies.policy.parameters()]))
    assert torch.allclose(*found, atol=2e-4)
    assert not torch.equal(found[0], torch.cat([weight.flatten() for weight in policies.reference.parameters()]))


def test_the_loss_of_the_first_step_is_known():
    """At the start all log-ratios are 0: IPO's loss is the square of 1/(2 t), INPO's of step/2, DPO's log 2."""
    for method, expected in (("online_ipo", 25.0), ("inpo", 0.25), ("online_dpo", np.log(2)), ("nash_md_pg", None)):
        config, field, policies, optimizer = begun(method)
        facts = learn(field, policies, optimizer, config, number=0, rng=np.random.default_rng(0))
        assert facts["kl"] == pytest.approx(0, abs=1e-6)
        if expected is not None:
            assert facts["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("method", ["nash_mp", "egpo", "nash_ema", "sppo"])
def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(method, tmp_path, monkeypatch):
    """Cut between two saves, with a look-ahead or an average half way."""
    game = make_testbed("biased_rps")
    config = TokenConfig(method=method, steps=12, group=8, refresh=3, save_every=5, labels="hard")
    train(game, config, tmp_path / "whole", 1, lambda line: None)

    class Cut(Exception):
        pass

    draw, calls = Judged.draw, []

    def failing(self, *given):
        calls.append(given)
        if len(calls) == 8:
            raise Cut
        return draw(self, *given)

    monkeypatch.setattr(Judged, "draw", failing)
    with pytest.raises(Cut):
        train(game, config, tmp_path / "cut", 1, lambda line: None)
    monkeypatch.setattr(Judged, "draw", draw)
    train(game, config, tmp_path / "cut", 1, lambda line: None)
    for name in ("log.jsonl", "result.json", "curve.csv"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "cut" / name).read_bytes()


def test_prompts_that_are_taken_keep_their_answers():
    _, field, policies, _ = begun()
    drawn = field.draw(policies.policy, None, 0)
    answers, rows = drawn.answers.take([1])
    own = drawn.answers.batch.logprobs
    whole = drawn.answers.whole(_same(own))
    assert torch.equal(answers.whole(_same(own[rows])).policy[0], whole.policy[1])


def _same(tokens):
    from ludens.trainers.record import LogProbs

    return LogProbs(tokens, tokens, tokens, tokens)


def test_what_will_not_do_is_told(tmp_path):
    make = trainer("preference_tokens").make
    task = Task((), None, tmp_path)
    for given, said in (
        ({"method": "ppo"}, "method='ppo' should be one of"),
        ({"group": 1}, "group=1"),
        ({"step": 20.0}, "below 1 / temperature"),
        ({"labels": "x"}, "soft, hard"),
        ({"opponents": "self"}, "unknown parameter 'opponents'"),
    ):
        with pytest.raises(ParameterError, match=said):
            make(task, given)
    with pytest.raises(UnknownName, match="majority_token"):
        make(task, {"testbed": "majority_token"})


def test_the_command_line_trains_on_a_testbed(tmp_path, capsys):
    words = [
        "train",
        "trainer=preference_tokens",
        "trainer.testbed=rps",
        "trainer.method=sppo",
        "trainer.steps=4",
        "trainer.group=5",
        f"runs={tmp_path}",
        "name=x",
    ]
    assert main(words) == 0
    assert "minimax winner by its average iterate" in capsys.readouterr().out
    assert (tmp_path / "x" / "curve.csv").exists()


# -- the majority judge, in minutes ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("inpo", {"refresh": 40, "labels": "hard", "steps": 1600}),
        ("online_ipo", {}),
        ("egpo", {"steps": 1000}),
        ("nash_mp", {"refresh": 15}),
        ("nash_ema", {"steps": 800}),
        ("nash_md_pg", {"mixture": 0.0}),
    ],
)
def test_regularised_methods_solve_the_majority_judge(method, given, tmp_path):
    """The thresholds and the budget are those of the notes (13.9)."""
    end, found = trained(make_testbed("majority_tokens"), tmp_path, method=method, **given)
    assert end["divergence"] < 0.01
    assert end["regularised"] < 0.002
    policy = np.array(found["last_policy"])[0]
    assert policy[0] == pytest.approx(0.15384635, abs=0.02)  # 111
    assert policy[26] == pytest.approx(0.01509760, abs=0.01)  # 333


@pytest.mark.slow
def test_sppo_cycles_on_the_majority_judge_while_its_average_improves(tmp_path):
    game = make_testbed("majority_tokens")
    end, _ = trained(game, tmp_path, method="sppo", prompts=51, group=5, refresh=40, steps=1600)
    assert end["exploitability"] > 0.2
    assert end["mean_exploitability"] < 0.16 < exploitability(game, game.reference)


@pytest.mark.slow
def test_longer_answers_come_near_their_nash_policy(tmp_path):
    """Five tokens under the majority judge: 243 answers, whose regularised exploitability is worked out exactly."""
    game = sequences(MajorityJudge(cycle(1.0, 1.0, 1.0)), 3, 5, (0.6, 0.3, 0.1))
    end, _ = trained(game, tmp_path, method="online_ipo", steps=800)
    assert end["regularised"] < 0.005 < regularised_exploitability(game, game.reference, 0.1)
