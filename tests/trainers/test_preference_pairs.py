"""Learning from pairs in a file: what is read, that TRL finds the same losses, what goes on after a cut, adapters that play, and the command."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from ludens.cli import main
from ludens.errors import LudensError, ParameterError
from ludens.llm import ModelSpec
from ludens.llm.chat import Message
from ludens.trainers import Task, trainer

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.trainers.card import digest  # noqa: E402
from ludens.trainers.preference.on_pairs import PairsTrainer  # noqa: E402
from ludens.trainers.preference.pairs import Words, read_pairs  # noqa: E402
from ludens.trainers.preference.weights import policy_of  # noqa: E402

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("pairs") / "tiny")


def spec(place, engine="nano", **options):
    return ModelSpec(
        engine=engine, model=str(place), name="m", concurrency=None, options={**({"device": "cpu"} if engine == "transformers" else {}), **options}
    )


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def greater(count=24):
    """Pairs of which the larger number is preferred."""
    rng, rows = np.random.default_rng(0), []
    for number in range(count):
        one, two = rng.choice(9, 2, replace=False).tolist()
        rows.append(
            {"prompt": f"Round {number}: how much?", "chosen": f'{{"choice": {10 + max(one, two)}}}', "rejected": f'{{"choice": {10 + min(one, two)}}}'}
        )
    return rows


def run(place, folder, rows, engine="nano", options=None, **given):
    given = {"minibatch": 6, "epochs": 2, "learning_rate": 1e-3, "save_every": 2, **given}
    folder.mkdir(exist_ok=True)
    task = Task((), spec(place, engine, **(options or {})), folder, 3)
    lines: list[str] = []
    return trainer("preference_pairs").make(task, {"pairs": str(write(folder.parent / f"{folder.name}.jsonl", rows)), **given}).run(lines.append), lines


# -- what is read ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["nano", "transformers"])
def test_texts_messages_and_token_ids_say_the_same(place, tmp_path, engine):
    if engine == "transformers":
        pytest.importorskip("transformers")
    words = Words.of(spec(place, engine), policy_of(spec(place, engine)))
    texts = {"prompt": "How much?", "chosen": "Five.", "rejected": "<|end|>Six."}
    said = {name: [{"role": "user" if name == "prompt" else "assistant", "content": text}] for name, text in texts.items()}
    (first, second), _, _ = read_pairs(write(tmp_path / "words.jsonl", [texts, {**said, "score": 3}]), words)
    assert first == second
    from ludens.llm.nano.tokenizer import Tokenizer

    own = Tokenizer(place)
    assert list(first.prompt) == own.prompt([Message("user", "How much?")])
    assert list(first.chosen) == [*own.encode("Five."), own.end]
    assert first.rejected.count(own.end) == 1  # what was spelled out ends nothing
    ids = {f"{name}_ids": list(value) for name, value in first._asdict().items()}
    assert read_pairs(write(tmp_path / "ids.jsonl", [ids]), words).pairs == [first]


def test_what_teaches_nothing_or_is_too_long_is_counted(place, tmp_path):
    words = Words.of(spec(place), policy_of(spec(place)))
    rows = [
        {"prompt": "a", "chosen": "b", "rejected": "b"},
        {"prompt": "a " * 3000, "chosen": "b", "rejected": "c"},
        {"prompt": "a", "chosen": "b", "rejected": "c"},
    ]
    found = read_pairs(write(tmp_path / "some.jsonl", rows), words)
    assert (len(found.pairs), found.long, found.same) == (1, 1, 1)
    with pytest.raises(LudensError, match="holds no pairs to learn from"):
        read_pairs(write(tmp_path / "none.jsonl", rows[:2]), words)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ("[1]", "no JSON object"),
        ('{"prompt": "a", "chosen": "b"}', "there is no rejected"),
        ('{"prompt": 3, "chosen": "b", "rejected": "c"}', "line 2"),
        ('{"prompt": [], "chosen": "b", "rejected": "c"}', "end with what the model is to answer"),
        ('{"prompt": [{"role": "assistant", "content": "x"}], "chosen": "b", "rejected": "c"}', "end with what the model is to answer"),
        ('{"prompt": [{"role": "tool", "content": "x"}], "chosen": "b", "rejected": "c"}', "should have a role"),
        ('{"prompt": "a", "chosen": [{"role": "user", "content": "x"}], "rejected": "c"}', "chosen should be one message of the assistant"),
        ('{"prompt_ids": [1], "chosen_ids": [999999], "rejected_ids": [1]}', "chosen_ids should be a list of token ids from 0 to"),
        ('{"prompt_ids": [1], "chosen_ids": [2]}', "rejected_ids should be"),
    ],
)
def test_lines_that_are_no_pair_are_told(place, tmp_path, line, said):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"prompt": "a", "chosen": "b", "rejected": "c"}\n' + line + "\n")
    with pytest.raises(LudensError, match=said) as problem:
        read_pairs(path, Words.of(spec(place), policy_of(spec(place))))
    assert "line 2" in str(problem.value)


# -- what is learned ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["nano", "transformers"])
def test_trl_finds_the_same_losses_and_gradients(tmp_path, monkeypatch, engine):
    """The numbers were written by TRL itself (benchmarks/bench_training.py), on the house model moved away from its reference."""
    if engine == "transformers":
        pytest.importorskip("transformers")
    monkeypatch.syspath_prepend(BENCHMARKS)
    known = json.loads((BENCHMARKS / "peers" / "trl_losses.json").read_text(encoding="utf-8"))
    try:
        bench = import_module("bench_training")
        found = bench.losses(bench.moved(tmp_path / "moved"), engine, known["batch"], known["settings"])
    finally:
        for name in ("bench_training", "_timing", "peers", "peers.rule"):
            sys.modules.pop(name, None)
    for name, value in known["trl"].items():
        # of GRPO, TRL's norm was up to 1.5e-4 of itself away, on another batch; our two engines agree to the sixth digit. Why is not known
        assert found[name] == pytest.approx(value, **({"rel": 1e-3} if name.endswith("_norm") else {"abs": 1e-5, "rel": 0})), name


@pytest.mark.parametrize("method", ["dpo", "ipo"])
def test_preferred_answers_become_likelier_than_the_others(place, tmp_path, method):
    result, lines = run(place, tmp_path / "run", greater(60), method=method, epochs=6, temperature=0.1)
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    # the reference is where it begins: a margin of nothing
    assert rows[0]["loss"] == pytest.approx({"dpo": np.log(2), "ipo": 25.0}[method], abs=1e-5)
    assert abs(rows[0]["margin"]) < 1e-5
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["accuracy"] > 0.8
    assert result["held_out"]["margin"] > 0
    assert "held out" in lines[-1]
    assert digest(tmp_path / "run" / "checkpoint") != digest(place)


def test_both_engines_learn_the_same(place, tmp_path):
    pytest.importorskip("transformers")
    from safetensors.torch import load_file

    for engine in ("nano", "transformers"):
        run(place, tmp_path / engine, greater(), engine, epochs=1)
    nano, other = (load_file(tmp_path / engine / "checkpoint" / "model.safetensors") for engine in ("nano", "transformers"))
    for name, weight in other.items():
        assert torch.allclose(weight, nano[name], atol=2e-4), name


@pytest.mark.parametrize(("engine", "given"), [("nano", {}), ("transformers", {"lora": 2})])
def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(place, tmp_path, monkeypatch, engine, given):
    if engine == "transformers":
        pytest.importorskip("peft")
    run(place, tmp_path / "whole", greater(), engine, **given)
    batches = PairsTrainer._batches

    class Cut(Exception):
        pass

    def cut(self):
        class Short(list):
            def __getitem__(self, at):
                if at == 5:  # after the save at 4
                    raise Cut
                return super().__getitem__(at)

        return Short(batches(self))

    monkeypatch.setattr(PairsTrainer, "_batches", cut)
    with pytest.raises(Cut):
        run(place, tmp_path / "cut", greater(), engine, **given)
    monkeypatch.setattr(PairsTrainer, "_batches", batches)
    run(place, tmp_path / "cut", greater(), engine, **given)
    weights = "adapter_model.safetensors" if given else "model.safetensors"
    for name in (f"checkpoint/{weights}", "log.jsonl"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "cut" / name).read_bytes(), name


@pytest.mark.parametrize("engine", ["nano", "transformers"])
def test_parts_of_a_batch_teach_what_the_whole_does(place, tmp_path, engine):
    if engine == "transformers":
        pytest.importorskip("transformers")
    from safetensors.torch import load_file

    for name, micro in (("whole", 10**6), ("parts", 40)):
        run(place, tmp_path / name, greater(12), engine, epochs=1, micro_tokens=micro, held_out=0.0)
    whole, parts = (load_file(tmp_path / name / "checkpoint" / "model.safetensors") for name in ("whole", "parts"))
    for name, weight in whole.items():
        assert torch.allclose(weight, parts[name], atol=2e-4), name


# -- adapters ----------------------------------------------------------------------------------------------------------


def test_an_adapter_is_learned_alone_and_plays(place, tmp_path, capsys):
    pytest.importorskip("peft")
    before = digest(place)
    result, _ = run(place, tmp_path / "run", greater(60), "transformers", lora=4, epochs=4, learning_rate=5e-3)
    assert digest(place) == before
    found = tmp_path / "run" / "checkpoint"
    assert not (found / "model.safetensors").exists()
    assert (found / "adapter_model.safetensors").stat().st_size < (place / "model.safetensors").stat().st_size / 2
    assert result["held_out"]["margin"] > 0
    model = f"{{engine: transformers, model: {place}, options: {{device: cpu, adapters: {{learned: {found}}}, adapter: learned}}}}"
    players = f"players=[{{kind: language, name: a, model: {model}}},random]"
    assert main(["tournament", "game=ultimatum", players, f"runs={tmp_path}/runs", "name=x", "plan.replicates=1"]) == 0, capsys.readouterr().err


def test_half_precision_computes_and_keeps_weights_whole(place, tmp_path):
    pytest.importorskip("transformers")
    policy = policy_of(spec(place, "transformers", dtype="bfloat16"))
    assert policy.half
    assert {weight.dtype for weight in policy.model.parameters()} == {torch.float32}
    run(place, tmp_path / "run", greater(60), "transformers", {"dtype": "bfloat16"}, epochs=4)
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["loss"] < rows[0]["loss"]


# -- the whole of it ---------------------------------------------------------------------------------------------------


def test_the_command_learns_from_a_file(place, tmp_path, capsys):
    path = write(tmp_path / "pairs.jsonl", greater())
    words = ["train", "trainer=preference_pairs", f"trainer.pairs={path}", "model=nano", f"model.model={place}", f"runs={tmp_path}/runs", "name=x"]
    assert main(words) == 0, capsys.readouterr().err
    assert "22 pairs to learn from, 2 held out" in capsys.readouterr().out
    assert (tmp_path / "runs" / "x" / "checkpoint" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, "should be a file of pairs"), ({"method": "sppo"}, "dpo, ipo"), ({"held_out": 1.0}, "from 0 up to 1"), ({"lora": -1}, "0 or more")],
)
def test_parameters_that_will_not_do_are_told(place, tmp_path, given, said):
    task = Task((), spec(place), tmp_path)
    with pytest.raises(ParameterError, match=said):
        trainer("preference_pairs").make(task, {**({"pairs": "x.jsonl"} if given else {}), **given})


def test_models_that_will_not_do_are_told(place, tmp_path):
    make = trainer("preference_pairs").make
    pairs = {"pairs": str(write(tmp_path / "pairs.jsonl", greater()))}
    with pytest.raises(LudensError, match="leave lora=2 out"):
        make(Task((), spec(place), tmp_path), {**pairs, "lora": 2})
    with pytest.raises(LudensError, match="engines 'nano' and 'transformers'"):
        make(Task((), ModelSpec(engine="schema", model="x"), tmp_path), pairs)
    with pytest.raises(LudensError, match="cannot read pairs"):
        make(Task((), spec(place), tmp_path), {"pairs": str(tmp_path / "nowhere.jsonl")})
    pytest.importorskip("transformers")
    with pytest.raises(LudensError, match="should be float32 or bfloat16"):
        make(Task((), spec(place, "transformers", dtype="float16"), tmp_path), pairs)
