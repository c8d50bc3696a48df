"""Value augmented sampling: the published tree, returns by hand, a fit whose answer is known, and a model that leans."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.cli import main  # noqa: E402
from ludens.errors import LudensError, ParameterError  # noqa: E402
from ludens.games import make  # noqa: E402
from ludens.llm.nano.forward import Cache, Forward  # noqa: E402
from ludens.llm.nano.valued import ValuedForward, read_values, tilted, write_values  # noqa: E402
from ludens.llm.spec import ModelSpec  # noqa: E402
from ludens.trainers import Task  # noqa: E402
from ludens.trainers.preference.weights import NanoPolicy  # noqa: E402
from ludens.trainers.vas import VAS, Config, Decided, Turn, fitted, lambda_returns, read  # noqa: E402


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("vas") / "tiny")


@pytest.mark.parametrize(("beta", "first"), [(0.5, 0.487503), (3.0, 0.425557)])
def test_the_tree_of_two_tokens(beta, first):
    """Uniform base, rewards aa = 1, ab = 0, ba = bb = .6: a is worth .5 on average and b .6; the exact policy of that beta would be .495233 and .635397."""
    found = tilted(np.zeros((1, 2), np.float32), np.array([[0.5, 0.6]], np.float32), beta, 2)[0].astype(float)
    assert np.exp(found[0]) / np.exp(found).sum() == pytest.approx(first, abs=1e-6)


def test_only_the_likeliest_tokens_lean_and_their_mean_stays():
    rng = np.random.default_rng(0)
    logits, values = rng.normal(size=(4, 30)).astype(np.float32), rng.normal(size=(4, 30)).astype(np.float32)
    found = tilted(logits, values, 2.0, 5)
    for row in range(4):
        top = np.argsort(logits[row])[-5:]
        others = np.setdiff1d(np.arange(30), top)
        assert (found[row, others] == logits[row, others]).all()
        assert found[row, top] == pytest.approx(logits[row, top] + 2 * (values[row, top] - values[row, top].mean()), abs=1e-5)
    assert tilted(logits, values, 0.0, 5) == pytest.approx(logits)
    assert tilted(logits, values, 1.0, 100) == pytest.approx(logits + values - values.mean(-1, keepdims=True), abs=1e-5)


def test_lambda_returns_by_hand():
    values, reward = np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.0, 3.0, 0.0, 5.0])
    episode = np.array([0, 0, 1, 1])
    assert lambda_returns(values, reward, episode, 1.0).tolist() == [3, 3, 5, 5]
    assert lambda_returns(values, reward, episode, 0.0).tolist() == [2, 3, 8, 5]
    assert lambda_returns(values, reward, episode, 0.5).tolist() == [0.5 * 2 + 0.5 * 3, 3, 0.5 * 8 + 0.5 * 5, 5]


def test_a_fit_finds_what_tokens_are_worth_and_nothing_of_those_never_seen():
    rng = np.random.default_rng(0)
    hidden = torch.from_numpy(np.c_[np.ones(4000), rng.normal(size=(4000, 3))]).float()
    token = torch.from_numpy(rng.integers(3, size=4000))
    # token 1 is worth the second feature more, token 2 a half more whatever comes before
    reward = hidden[:, 2] + (token == 1) * hidden[:, 1] + (token == 2) * 0.5
    weights, facts = fitted(Decided(hidden, token, reward, torch.arange(4000)), 5, Config(epochs=40, learning_rate=0.01, decay=0.0), 0, lambda facts: None)
    relative = weights - weights[0]
    assert facts["explained"] > 0.98
    assert relative[1] == pytest.approx([0, 1, 0, 0], abs=0.1)
    assert relative[2] == pytest.approx([0.5, 0, 0, 0], abs=0.1)
    assert (weights[3] == weights[4]).all()


def test_what_is_read_is_what_the_engine_decides_by(place):
    policy, turns = NanoPolicy.load(place), [Turn((5, 6, 7), (8, 9), 0.5), Turn((5, 6, 7, 8, 9, 4), (3,), 0.25)]
    decided = read(policy, [[], turns])
    forward = Forward(place)
    logits = forward.read(np.array([5, 6, 7]), Cache(forward.shape, 1), 0, 0)
    with torch.no_grad():
        own = policy.model.logits(decided.hidden)
    assert own[0].numpy() == pytest.approx(logits, abs=1e-3)
    again = forward.read(np.array([5, 6, 7, 8, 9, 4]), Cache(forward.shape, 1), 0, 0)
    assert own[2].numpy() == pytest.approx(again, abs=1e-3)
    assert decided.token.tolist() == [8, 9, 3]
    assert decided.reward.tolist() == [0.0, 0.5, 0.25]
    assert decided.episode.tolist() == [1, 1, 1]


def test_a_model_leans_and_says_so(place, tmp_path):
    forward = Forward(place)
    weights = np.random.default_rng(0).normal(size=(forward.shape.vocabulary, forward.shape.width)).astype(np.float32)
    path = write_values(tmp_path, weights)
    assert (read_values(path) == weights).all()
    plain = forward.read(np.array([5, 6, 7]), Cache(forward.shape, 1), 0, 0)
    still = ValuedForward(place, path, 0.0, 20).read(np.array([5, 6, 7]), Cache(forward.shape, 1), 0, 0)
    leaning = ValuedForward(place, path, 2.0, 20).read(np.array([5, 6, 7]), Cache(forward.shape, 1), 0, 0)
    assert still == pytest.approx(plain, abs=1e-5)
    assert (np.abs(leaning - plain) > 1e-3).sum() in range(10, 21)
    names = {ModelSpec(engine="nano", model=str(place), options=options).name for options in ({}, {"values": str(path)}, {"values": str(path), "beta": 2.0})}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [({"beta": float("nan")}, "finite number"), ({"candidates": 0}, "candidates=0"), ({"values": "nowhere.safetensors"}, "nowhere.safetensors")],
    ids=str,
)
def test_wrong_options_are_named(place, options, words, capsys):
    given = ", ".join(f"{name}: {value}" for name, value in options.items()).replace("nan", ".nan")
    assert main(["play", "game=ultimatum", f"players=[{{kind: language, model: {{engine: nano, model: {place}, options: {{{given}}}}}}},random]"]) == 2
    assert words in capsys.readouterr().err


def test_values_of_other_tokens_are_refused(place, tmp_path):
    with pytest.raises(LudensError, match="values of other tokens"):
        ValuedForward(place, write_values(tmp_path, np.zeros((7, 3), np.float32)), 1.0, 20)


def test_the_trainer_from_games_to_a_player(place, tmp_path):
    spec = ModelSpec(engine="nano", model=str(place), name="m")
    given = {"episodes": 6, "epochs": 2, "matches": 2}
    runs = [VAS(Task((make("ultimatum"),), spec, tmp_path / name, seed=1), **given).run(lambda line: None) for name in ("one", "two")]
    assert (tmp_path / "one" / "values.safetensors").read_bytes() == (tmp_path / "two" / "values.safetensors").read_bytes()
    assert runs[0]["compared"] == runs[1]["compared"]
    assert [json.loads(line)["epoch"] for line in (tmp_path / "one" / "log.jsonl").read_text().splitlines()] == [1, 2]
    with pytest.raises(ParameterError, match="held_out=1"):
        VAS(Task((make("ultimatum"),), spec, tmp_path), held_out=1.0)
