"""Language models that learn from their own games: what enters the loss, what goes on after a cut, what is published, and that play improves."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.preference import METHODS, GameConfig
from ludens.trainers.record import LogProbs
from ludens.trainers.samples import Sample

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.trainers.language_policy import LanguagePolicy, TokenBatch  # noqa: E402
from ludens.trainers.preference.answers import Answers, rows_of  # noqa: E402
from ludens.trainers.preference.learning import Policies, credit, gradients  # noqa: E402
from ludens.trainers.preference.played import Played  # noqa: E402
from ludens.trainers.preference.weights import NanoPolicy  # noqa: E402


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("preference") / "tiny")


def field_of(place, tmp_path, *games, engine="nano", **given):
    config = GameConfig(**{"prompts": 4, "group": 3, "structured": "json_schema", "method": "online_ipo", **given})
    spec = ModelSpec(engine=engine, model=str(place), name="m", concurrency=None)
    policy = (NanoPolicy if engine == "nano" else LanguagePolicy).load(place)
    return config, Played([make(name) for name in games or ("negotiation",)], spec, policy, config, seed=5, place=tmp_path / "playing"), policy


def sample(prompt, reply, trainable=True):
    return Sample(tuple(prompt), tuple(reply), (-0.5,) * len(reply), 0.0, 0.0, trainable, "e", "g", "p", 0, 0)


def test_a_conversation_is_one_row_and_what_others_said_is_masked():
    rows = rows_of([sample([1, 2], [3, 4]), sample([1, 2, 3, 4, 9, 9], [5]), sample([1, 7], [6], trainable=False)])
    assert rows == [
        ([1, 2, 3, 4, 9, 9, 5], [False, False, True, True, False, False, True], [0, 0, -0.5, -0.5, 0, 0, -0.5]),
        ([1, 7, 6], [False] * 3, [0.0] * 3),
    ]


def test_equal_rows_are_read_once_and_counted_for_every_answer():
    one, two = rows_of([sample([1], [2, 3])]), rows_of([sample([1], [4])])
    answers = Answers.of([one, two, one, [*one, *two]], 2)
    assert answers.batch.tokens.shape == (2, 3)
    own = answers.batch.logprobs
    assert answers.whole(LogProbs(own, own, own, own)).policy.tolist() == [[-1.0, -0.5], [-1.0, -1.5]]


@pytest.mark.parametrize("engine", ["nano", "transformers"])
def test_the_sampler_and_the_trainer_agree(place, tmp_path, engine):
    if engine == "transformers":
        pytest.importorskip("transformers")
    _, field, policy = field_of(place, tmp_path, engine=engine)
    drawn = field.draw(policy.model, None, 0)
    batch = drawn.answers.batch
    with torch.no_grad():
        own = field.logprobs(policy.model, batch)
    assert torch.allclose(own, batch.logprobs, atol=2e-4)
    assert drawn.table.shape == (4, 3, 3)
    assert np.allclose(drawn.table + drawn.table.swapaxes(1, 2), 1)


def test_both_forms_of_a_policy_give_the_same(place, tmp_path):
    pytest.importorskip("transformers")
    _, field, policy = field_of(place, tmp_path)
    batch = field.draw(policy.model, None, 0).answers.batch
    with torch.no_grad():
        assert torch.allclose(policy.logprobs(batch), LanguagePolicy.load(place).logprobs(batch), atol=1e-4)


def test_what_is_masked_has_no_gradient(place, tmp_path):
    """The slope of the loss in a token's log-probability is zero at every prompt, at what others said and at moves that the rules made."""
    config, field, policy = field_of(place, tmp_path, structured="none")
    drawn = field.draw(policy.model, None, 0)
    batch = drawn.answers.batch
    own = (batch.logprobs + 0.1 * torch.randn(batch.logprobs.shape, generator=torch.Generator().manual_seed(1))).requires_grad_()
    seen, _ = credit(drawn, batch.logprobs, config, np.random.default_rng(0))
    for name, method in METHODS.items():
        own.grad = None
        tokens = LogProbs(own, batch.logprobs, batch.logprobs - 0.1, batch.logprobs)
        method.loss(seen.answers.whole(tokens), tokens, seen, GameConfig(method=name)).backward()
        assert not own.grad[~batch.sampled].any(), name
    assert batch.sampled.any()


@pytest.mark.parametrize("method", ["grpo", "inpo", "nash_md_pg"])
def test_parts_of_a_batch_have_its_gradient(place, tmp_path, method):
    config, field, policy = field_of(place, tmp_path, method=method, judge="logistic")
    drawn, slopes = field.draw(policy.model, None, 0), []
    frozen = drawn.answers.batch.logprobs
    seen, _ = credit(drawn, frozen, config, np.random.default_rng(0))
    for micro in (10**6, 300):
        # in single precision, what rounding does to the sums of some hundred tokens is as large as what is looked for
        policies = Policies.of(policy.model.double())
        policies.policy.zero_grad()
        gradients(field, policies.policy, replace(config, micro_tokens=micro), seen, (frozen - 0.05, frozen))
        slopes.append(torch.cat([weight.grad.clone().flatten() for weight in policies.policy.parameters()]))
    assert slopes[0].abs().max() > 0
    assert torch.allclose(*slopes, rtol=0, atol=1e-6 * float(slopes[0].abs().max()))


def test_dpo_is_its_published_formula():
    """Written out with sums over tokens, as in Rafailov et al. and as TRL computes its loss ``sigmoid``."""
    rng = torch.Generator().manual_seed(0)
    chosen, rejected, chosen_reference, rejected_reference = (-torch.rand(6, 9, generator=rng) for _ in range(4))
    mask = torch.rand(6, 9, generator=rng) > 0.3
    published = -torch.nn.functional.logsigmoid(
        0.1 * ((chosen * mask).sum(-1) - (rejected * mask).sum(-1) - ((chosen_reference * mask).sum(-1) - (rejected_reference * mask).sum(-1)))
    ).mean()
    answers, seen = _laid(torch.stack([chosen, rejected], 1), torch.stack([chosen_reference, rejected_reference], 1), mask)
    seen = seen._replace(table=torch.tensor([[0.5, 1.0], [0.0, 0.5]]).expand(6, 2, 2))
    found = METHODS["online_dpo"].loss(seen.answers.whole(answers), answers, seen, GameConfig(method="online_dpo", temperature=0.1))
    assert float(found) == pytest.approx(float(published), abs=1e-5)


def test_grpo_is_its_published_formula():
    """Clipped ratios and the KL's estimator exp(d) - d - 1, a mean over all tokens of the batch (TRL's ``bnpo``), scores by the group's deviation."""
    rng = torch.Generator().manual_seed(1)
    own, reference, noise = (-torch.rand(4, 3, 7, generator=rng) for _ in range(3))
    old, mask, rewards = own + 0.4 * (noise + 0.5), torch.rand(4, 7, generator=rng) > 0.3, np.random.default_rng(0).normal(size=(4, 3))
    gain = torch.from_numpy((rewards - rewards.mean(1, keepdims=True)) / (rewards.std(1, ddof=1, keepdims=True) + 1e-4)).float()[..., None]
    ratio, apart = (own - old).exp(), reference - own
    each = -torch.minimum(ratio * gain, ratio.clamp(0.8, 1.2) * gain) + 0.04 * (apart.exp() - apart - 1)
    keep = mask[:, None, :].expand_as(each)
    published = (each * keep).sum() / keep.sum()
    tokens, seen = _laid(own, reference, mask, old)
    from ludens.trainers.credit import group_scores

    seen = seen._replace(advantages=torch.from_numpy(group_scores(rewards)).float())
    found = METHODS["grpo"].loss(seen.answers.whole(tokens), tokens, seen, GameConfig(method="grpo", temperature=0.04))
    assert float(found) == pytest.approx(float(published), abs=1e-5)


def _laid(own, reference, mask, old=None):
    """Make a record of tensors ``(B, K, T)``, with one mask a prompt."""
    from ludens.trainers.preference.answers import Seen

    count, size, length = own.shape
    rows = count * size
    flat = [part.reshape(rows, length) for part in (own, own if old is None else old, reference, own)]
    marks = mask[:, None, :].expand(own.shape).reshape(rows, length)
    batch = TokenBatch(torch.zeros(rows, length, dtype=torch.long), torch.ones(rows, length, dtype=torch.long), marks, flat[1])
    answers = Answers(batch, torch.arange(rows), torch.arange(rows), count, size)
    none = torch.zeros(count, size)
    return LogProbs(*flat), Seen(answers, none, none, none)


def run(place, folder, **given):
    task = Task((make("ultimatum"),), ModelSpec(engine="nano", model=str(place), concurrency=None), folder, 2)
    given = {"prompts": 2, "group": 2, "steps": 4, "matches": 4, "publish_every": 2, "structured": "json_schema", **given}
    lines: list[str] = []
    return trainer("preference").make(task, given).run(lines.append), lines


@pytest.mark.parametrize("method", ["inpo", "nash_mp"])
def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(place, tmp_path, method, monkeypatch):
    run(place, tmp_path / "whole", method=method)
    draw, calls = Played.draw, []

    class Cut(Exception):
        pass

    def failing(self, *given):
        calls.append(given)
        if len(calls) == 4:
            raise Cut
        return draw(self, *given)

    monkeypatch.setattr(Played, "draw", failing)
    with pytest.raises(Cut):
        run(place, tmp_path / "cut", method=method)
    monkeypatch.setattr(Played, "draw", draw)
    result, lines = run(place, tmp_path / "cut", method=method)
    assert len([line for line in lines if line.startswith("step")]) == 1
    for name in ("checkpoint/model.safetensors", "iterates/00002/model.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "cut" / name).read_bytes()
    assert result["compared"][0]["deals"] == 4
    row = json.loads((tmp_path / "cut" / "log.jsonl").read_text().splitlines()[0])
    assert {"loss", "norm", "entropy", "kl", "repeats", "return", "illegal"} <= set(row)


def test_the_average_is_a_player(place, tmp_path, capsys):
    from ludens.cli import main

    run(place, tmp_path / "run", matches=0)
    average = json.loads((tmp_path / "run" / "average.json").read_text())
    assert [entry["name"] for entry in average["players"]] == ["iterate 00002", "iterate 00004"]
    player = f"{{kind: mixture, path: {tmp_path}/run/average.json, name: average}}"
    assert main(["tournament", "game=ultimatum", f"players=[{player},random]", f"runs={tmp_path}/runs", "name=x", "plan.replicates=1"]) == 0, (
        capsys.readouterr().err
    )


def test_an_adapter_learns_from_games_and_its_iterates_play(place, tmp_path, capsys):
    pytest.importorskip("peft")
    from ludens.cli import main
    from ludens.trainers.card import digest

    before = digest(place)
    model = ModelSpec(engine="transformers", model=str(place), concurrency=None, options={"device": "cpu"})
    given = {"prompts": 4, "group": 3, "steps": 2, "matches": 2, "publish_every": 1, "structured": "json_schema", "lora": 2, "judge": "logistic"}
    result = trainer("preference").make(Task((make("ultimatum"),), model, tmp_path / "run", 2), {**given, "learning_rate": 1e-2}).run(lambda line: None)
    assert digest(place) == before
    assert (tmp_path / "run" / "checkpoint" / "adapter_model.safetensors").exists()
    assert not (tmp_path / "run" / "checkpoint" / "model.safetensors").exists()
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert rows[0]["kl"] == pytest.approx(0, abs=1e-4)
    assert rows[1]["kl"] != 0
    assert rows[1]["gap"] < 1e-3  # what plays is what learns
    assert result["compared"][0]["deals"] == 2
    player = f"{{kind: mixture, path: {tmp_path}/run/average.json, name: average}}"
    assert main(["tournament", "game=ultimatum", f"players=[{player},random]", f"runs={tmp_path}/runs", "name=x", "plan.replicates=1"]) == 0, (
        capsys.readouterr().err
    )


def test_weights_that_are_not_learned_are_there_once(place):
    pytest.importorskip("peft")
    policies = Policies.of(LanguagePolicy.load(place, lora=2).model)
    own, previous = (dict(one.named_parameters()) for one in (policies.policy, policies.previous))
    assert all((own[name] is previous[name]) == (not own[name].requires_grad) for name in own)
    assert 0 < len(policies.learned("policy")) == len(policies.learned("previous")) < len(own)


def test_what_cannot_be_trained_is_told(place, tmp_path):
    model, make_trainer = ModelSpec(engine="nano", model=str(place)), trainer("preference").make
    task = Task((make("ultimatum"),), model, tmp_path)
    for given, said in (({"opponents": "friends"}, "self, start, styles"), ({"seat": 2}, "below 2"), ({"judge": "x"}, "sign, logistic")):
        with pytest.raises(ParameterError, match=said):
            make_trainer(task, given)
    with pytest.raises(LudensError, match="engines 'nano' and 'transformers'"):
        make_trainer(Task(task.games, ModelSpec(engine="schema", model="x"), tmp_path), {})
