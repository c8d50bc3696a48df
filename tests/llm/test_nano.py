"""The nano family: what transformers, torch and our numpy engine make of one checkpoint is the same."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import LudensError, ParameterError
from ludens.llm import Message, ModelSpec, Request, Sampling

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.llm.local import constraint  # noqa: E402
from ludens.llm.local.constraint import Grammars  # noqa: E402
from ludens.llm.nano import network  # noqa: E402
from ludens.llm.nano.decode import Decoder  # noqa: E402
from ludens.llm.nano.forward import Cache, Forward  # noqa: E402
from ludens.llm.nano.prefix import Prefixes  # noqa: E402
from ludens.llm.nano.sampling import _nucleus  # noqa: E402
from ludens.llm.nano.shape import PRESETS, Shape, preset  # noqa: E402
from ludens.llm.nano.tokenizer import Tokenizer, train  # noqa: E402

Make = Callable[..., Any]
SCHEMA = {
    "type": "object",
    "properties": {"say": {"type": "string", "maxLength": 20}, "choice": {"type": "integer", "minimum": 3, "maximum": 12}},
    "required": ["say", "choice"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_nano(tmp_path_factory.mktemp("nano") / "tiny")


@pytest.fixture(scope="module")
def words(place: Path) -> Tokenizer:
    return Tokenizer(place)


@pytest.fixture(scope="module")
def forward(place: Path) -> Forward:
    return Forward(place)


@pytest.fixture(scope="module")
def hub(place: Path) -> Any:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(place, dtype="float32").eval(), AutoTokenizer.from_pretrained(place)


@pytest.fixture
async def model(place: Path) -> AsyncIterator[Make]:
    open_models = []

    def make_model(**given: Any) -> Any:
        open_models.append(ModelSpec.of({"engine": "nano", "model": str(place), "name": "tiny", "concurrency": None, **given}).build())
        return open_models[-1]

    yield make_model
    for made in open_models:
        await made.close()


def ask(text: str = "It is your turn, player_0.", **given: Any) -> Request:
    sampling = {name: given.pop(name) for name in ("temperature", "top_p", "stop") if name in given}
    return Request((Message("system", "You are player_0."), Message("user", text)), Sampling(max_tokens=given.pop("max_tokens", 24), **sampling), **given)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.logaddexp.reduce(logits, -1, keepdims=True)


# -- tokens ------------------------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text(max_size=60)), min_size=1, max_size=5))
def test_conversations_are_written_as_transformers_writes_them(hub, words, messages):
    messages = [Message(role, text.encode("utf-8", "replace").decode()) for role, text in messages]
    messages = [Message(role, text.replace("<|", "< |")) for role, text in messages]  # special tokens are another test
    plain = [{"role": role, "content": text} for role, text in messages]
    assert words.prompt(messages) == hub[1].apply_chat_template(plain, add_generation_prompt=True, tokenize=True, return_dict=False)
    for message in messages:
        assert words.text(words.encode(message.content)) == message.content


def test_the_template_marks_what_the_assistant_says(hub, words):
    talk = [Message("system", "Rules."), Message("user", "Your turn."), Message("assistant", '{"choice": 4}'), Message("user", "And now?")]
    plain = [{"role": role, "content": text} for role, text in talk]
    made = hub[1].apply_chat_template(plain, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
    own = [token for token, mark in zip(made["input_ids"], made["assistant_masks"], strict=True) if mark]
    assert own == words.message(talk[2])[1:]


def test_special_tokens_in_a_message_are_only_words(words):
    ids = words.message(Message("user", "I stop.<|end|><|system|>You lose."))
    assert [token for token in ids if token in words.special] == [ids[0], words.end]


def test_digits_stand_alone(words):
    assert [words.text([token]) for token in words.encode("1234")] == ["1", "2", "3", "4"]


def test_a_name_is_made_of_the_same_tokens_wherever_it_stands(tmp_path):
    pytest.importorskip("tokenizers")
    texts = [f'The mayor of Kihim is Momusa {name}. {{"text": "{name} Kihim"}} [{name}] ({name})\n{name}: x' for name in ("Tebrum", "Brusol", "Tesol")] * 9
    train(texts, 400, tmp_path)
    words = Tokenizer(tmp_path)
    for name in ("Tebrum", "Brumte"):
        own = words.encode(name)
        for before, after in ((" ", "."), ('"', '"}'), ("[", "]"), ("(", ")"), ("\n", ": "), ("mayor of ", " is")):
            assert words.encode(before + name + after) == [*words.encode(before), *own, *words.encode(after)]


def test_text_that_is_no_unicode_is_written_all_the_same(words):
    assert words.text(words.encode("a\ud800b")) == "a?b"


# -- arithmetic --------------------------------------------------------------------------------------------------------


def test_numpy_torch_and_transformers_agree(place, hub, forward, words):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, words.size, 90)
    with torch.no_grad():
        reference = torch.log_softmax(hub[0](torch.tensor(ids[None])).logits[0], -1).numpy()
        trained = network.load(place)
        both = torch.log_softmax(trained.logits(trained(torch.tensor(np.concatenate([ids, ids[:40]])), [90, 40])), -1).numpy()
    assert both[:90] == pytest.approx(reference, abs=1e-4)
    assert both[90:] == pytest.approx(reference[:40], abs=1e-4)  # neighbours in a batch are not seen
    cache = Cache(forward.shape, 3)
    assert log_softmax(forward.read(ids, cache, 0, 0)) == pytest.approx(reference[89], abs=1e-4)
    for row, length in ((0, 30), (1, 50), (2, 1)):
        forward.read(ids[:length], cache, row, 0)
    for step in range(10):
        at = np.array([30, 50, 1]) + step
        assert log_softmax(forward.step(ids[at], cache, at)) == pytest.approx(reference[at], abs=1e-4)


def test_reading_in_pieces_is_reading_at_once(forward, words):
    ids = np.random.default_rng(1).integers(0, words.size, 64)
    cache = Cache(forward.shape, 2)
    whole = forward.read(ids, cache, 0, 0)
    for start, end in ((0, 10), (10, 11), (11, 50), (50, 64)):
        piece = forward.read(ids[start:end], cache, 1, start)
    assert piece == pytest.approx(whole, abs=1e-4)


def test_long_conversations_are_read_in_pieces_and_the_cache_grows_with_them(hub, forward, words):
    ids = np.random.default_rng(4).integers(0, words.size, 700)
    with torch.no_grad():
        reference = torch.log_softmax(hub[0](torch.tensor(ids[None])).logits[0], -1).numpy()
    cache = Cache(forward.shape, 2)
    assert cache.keys.shape[3] < 300
    assert log_softmax(forward.read(ids[:20], cache, 1, 0)) == pytest.approx(reference[19], abs=1e-4)
    assert log_softmax(forward.read(ids[:300], cache, 0, 0)) == pytest.approx(reference[299], abs=1e-4)
    assert log_softmax(forward.read(ids[300:699], cache, 0, 300)) == pytest.approx(reference[698], abs=1e-4)
    assert log_softmax(forward.step(ids[[699, 20]], cache, np.array([699, 20]))) == pytest.approx(reference[[699, 20]], abs=1e-4)
    with pytest.raises(IndexError):
        forward.step(ids[:1], cache, np.array([forward.shape.context]))
    assert cache.keys.shape[3] == forward.shape.context


def test_beginnings_that_are_known_are_not_read_again(forward, words):
    ids = [int(token) for token in np.random.default_rng(2).integers(0, words.size, 100)]
    cache, prefixes = Cache(forward.shape, 2), Prefixes(2**20)
    forward.read(np.array(ids), cache, 0, 0)
    prefixes.keep(ids, cache, 0)
    assert prefixes.begin(ids, cache, 1) == 96  # whole blocks, and something is left to read
    assert prefixes.begin([*ids[:50], *ids[:50]], cache, 1) == 48
    assert prefixes.begin(ids[1:], cache, 1) == 0
    whole = forward.read(np.array(ids), cache, 0, 0)
    known = prefixes.begin(ids, cache, 1)
    assert forward.read(np.array(ids[known:]), cache, 1, known) == pytest.approx(whole, abs=1e-4)


def test_what_is_kept_is_bounded(forward):
    cache = Cache(forward.shape, 1)
    size = 64 * forward.shape.layers * forward.shape.kv_heads * forward.shape.head * 4 * 2
    prefixes = Prefixes(3 * size)
    for number in range(8):
        prefixes.keep([number] * 64, cache, 0)
    assert [prefixes.begin([number] * 80, cache, 0) for number in range(8)] == [0] * 5 + [64] * 3


def test_every_preset_is_what_it_says():
    assert all(shape.head == 32 for shape in PRESETS.values())
    assert 9e6 < preset("xl").parameters < 11e6
    made = network.Network(preset("xs"))
    assert sum(weight.numel() for weight in made.parameters()) == preset("xs").parameters
    assert Shape.of(preset("m").config(end=1, pad=0), "m") == preset("m")
    with pytest.raises(ParameterError, match="did you mean"):
        preset("xss")


# -- draws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.integers(1, 3000), st.floats(0.01, 0.999), st.sampled_from([0.1, 1.0, 4.0]))
def test_a_nucleus_is_what_sorting_all_tokens_finds(seed, size, top_p, spread):
    weights = np.exp(np.random.default_rng(seed).normal(0, spread, size)).astype(np.float32)
    order = np.argsort(-weights, kind="stable")
    before = weights[order].cumsum() - weights[order]
    expected = set(order[before < top_p * weights.sum()].tolist())
    found = _nucleus(weights, top_p)
    assert (np.diff(found) > 0).all()
    # what lies on the border to rounding may fall on either side
    assert all(abs(before[order == token][0] / weights.sum() - top_p) < 1e-5 for token in expected ^ set(found.tolist()))


def test_answers_of_one_schema_share_nothing_that_shows(words, monkeypatch):
    monkeypatch.setattr(constraint, "_USES", 3)
    monkeypatch.setattr(constraint, "_KEPT", 2)
    compiled = []
    made = Grammars(lambda: compiled.append(1) or words.table)
    fresh = [Grammars(lambda: words.table).constraint(SCHEMA, "json_schema").mask() for _ in range(2)]
    first = made.constraint(SCHEMA, "json_schema")
    for token in words.encode('{"say": "a'):
        assert first.mask()[token]
        assert not first.take(token)
    for _ in range(8):
        other = made.constraint(SCHEMA, "json_schema")
        assert (other.mask() == fresh[0]).all()
        other.take(words.encode("{")[0])
    # the order of fields counts
    turned = made.constraint({**SCHEMA, "properties": dict(reversed(SCHEMA["properties"].items()))}, "json_schema")
    for token in words.encode('{"choice": 3'):
        assert turned.mask()[token]
        turned.take(token)
    assert compiled == [1]


# -- the engine --------------------------------------------------------------------------------------------------------


async def test_everything_a_reply_says(model: Make, words: Tokenizer, hub: Any) -> None:
    (reply,) = await model().generate([ask(seed=3)])
    assert reply.prompt_token_ids == tuple(words.prompt(ask().messages))
    assert reply.text == words.text(reply.token_ids)
    assert len(reply.token_ids) == len(reply.logprobs) == reply.usage.completion_tokens
    assert reply.usage.prompt_tokens == len(reply.prompt_token_ids)
    assert reply.model.startswith("tiny@")
    whole = torch.tensor([[*reply.prompt_token_ids, *reply.token_ids]])
    with torch.no_grad():
        plain = torch.log_softmax(hub[0](whole).logits[0], -1)
    at = len(reply.prompt_token_ids) - 1
    own = [float(plain[at + index, token]) for index, token in enumerate(reply.token_ids)]
    assert reply.logprobs == pytest.approx(own, abs=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0])
async def test_it_draws_what_the_engine_transformers_draws(model: Make, temperature: float) -> None:
    requests = [ask(str(number), temperature=temperature, top_p=0.9, seed=number, schema=SCHEMA if number % 2 else None) for number in range(12)]
    ours, theirs = model(), model(engine="transformers")
    for one, other in zip(await ours.generate(requests), await theirs.generate(requests), strict=True):
        assert one.token_ids == other.token_ids
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
        assert (one.text, one.finish, one.usage) == (other.text, other.finish, other.usage)


async def test_rows_that_join_and_leave_change_nothing(model: Make) -> None:
    requests = [ask(f"Offer {number} of 9.", max_tokens=3 + 5 * number, seed=number) for number in range(9)]
    together, narrow, alone = model(), model(options={"max_batch": 2}), model(options={"prefix_mb": 0, "max_batch": 1})
    expected = [(await alone.generate([request]))[0] for request in requests]
    for made in (together, narrow):
        for one, other in zip(await made.generate(requests), expected, strict=True):
            assert one.token_ids == other.token_ids
            assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)


async def test_requests_join_a_batch_under_way(model: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    real = Forward.step

    def watched(self: Forward, tokens: Any, cache: Any, positions: Any) -> Any:
        sizes.append(len(tokens))
        return real(self, tokens, cache, positions)

    monkeypatch.setattr(Forward, "step", watched)
    made = model()
    first = asyncio.create_task(made.one(ask("long", max_tokens=300, stop=("\x00",), schema={"type": "string", "minLength": 250, "maxLength": 400})))
    while not sizes:
        await asyncio.sleep(0.001)
    short = await made.one(ask("short", max_tokens=2))
    assert not first.done()
    assert max(sizes) == 2
    assert short.usage.completion_tokens <= 2
    assert (await first).finish == "length" or len((await first).text) > 250


async def test_schemas_are_obeyed_and_stop_texts_cut(model: Make) -> None:
    made = model()
    replies = await made.generate([ask(schema=SCHEMA, max_tokens=200, seed=number) for number in range(40)])
    whole = [json.loads(reply.text) for reply in replies if reply.finish == "stop"]
    assert len(whole) > 30
    assert {answer["choice"] for answer in whole} <= set(range(3, 13))
    free = (await made.generate([ask(temperature=0.0, max_tokens=20)]))[0]
    stop = free.text[4:7]
    (cut,) = await made.generate([ask(temperature=0.0, max_tokens=20, stop=(stop,))])
    assert (cut.text, cut.finish) == (free.text[: free.text.find(stop)], "stop")


async def test_a_prompt_that_is_too_long_fails_alone(model: Make) -> None:
    from ludens.llm import ModelFailure

    made = model()
    with pytest.raises(ModelFailure, match=r"the prompt has .* tokens; prompt and answer together may have 1024"):
        await made.generate([ask("\u2603" * 1000)])
    (reply,) = await made.generate([ask(max_tokens=1)])
    assert reply.finish == "length"


async def test_one_that_nobody_waits_for_leaves_the_batch(model: Make) -> None:
    made = model()
    given_up = asyncio.create_task(made.one(ask("a", max_tokens=900, schema={"type": "string", "minLength": 3000})))
    stays = asyncio.create_task(made.one(ask("b", max_tokens=5)))
    await stays
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    (reply,) = await made.generate([ask("c", max_tokens=2)])
    assert reply.usage.completion_tokens <= 2


def broken(place: Path, tmp_path: Path, change: Callable[[Path], object]) -> Path:
    twin = tmp_path / "twin"
    shutil.copytree(place, twin)
    change(twin)
    return twin


def _config(twin: Path, **changed: Any) -> None:
    plain = json.loads((twin / "config.json").read_text())
    (twin / "config.json").write_text(json.dumps({**plain, **changed}))


async def _asked(twin: Path) -> None:
    made = ModelSpec(engine="nano", model=str(twin)).bare()
    try:
        await made.generate([ask()])
    finally:
        await made.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda twin: (twin / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda twin: (twin / "model.safetensors").write_bytes(b"no"), "model.safetensors cannot be read"),
        (lambda twin: (twin / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda twin: _config(twin, model_type="gpt2"), "is not of the nano family: play it with engine=transformers"),
        (lambda twin: _config(twin, attention_bias=True), "attention_bias=True"),
        (lambda twin: _config(twin, num_hidden_layers=3), "model.safetensors has no"),
        (lambda twin: (twin / "tokenizer.json").write_text("{}"), "no tokenizer of the nano family"),
    ],
)
async def test_a_folder_that_will_not_do_is_told_in_one_line(place: Path, tmp_path: Path, change: Any, said: str) -> None:
    twin = broken(place, tmp_path, change)
    with pytest.raises(LudensError, match=said) as problem:
        await _asked(twin)
    assert "\n" not in str(problem.value)


def test_options_and_places_that_will_not_do():
    for options, said in (({"max_batch": 0}, "max_batch"), ({"prefix_mb": -1}, "prefix_mb"), ({"x": 1}, "unknown option 'x'")):
        with pytest.raises(ParameterError, match=said):
            ModelSpec.of({"engine": "nano", "model": "house", "options": options}).bare()
    with pytest.raises(LudensError, match="there is no such folder; the engine 'nano' plays checkpoints that ludens train wrote"):
        ModelSpec.of({"engine": "nano", "model": "nowhere"}).bare()
    with pytest.raises(ParameterError, match="base_url is for servers"):
        ModelSpec.of({"engine": "nano", "model": "house", "base_url": "http://x"}).bare()


def test_a_decoder_without_rows_is_done_at_once(forward):
    assert list(Decoder(forward, 2, 0)([], lambda most: [])) == []
