"""What every engine that generates must do, one suite for all: the table of engines is ``engines_table.py``."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
import pytest_asyncio
from tiny_models import Reference, make_adapter, make_llama
from tiny_nano import tiny_nano

from ludens.agents.language.prompt import answer_form
from ludens.agents.language.styles import STYLES
from ludens.errors import LudensError
from ludens.games import Status, make
from ludens.llm import ChatModel, MemoryReplies, Message, ModelFailure, ModelSpec, Price, Reloadable, Reply, Request, Sampling

from .engines_table import CONTEXT, ENGINES, Folders, UnderTest

pytestmark = pytest.mark.asyncio(loop_scope="module")

Build = Any
CHOICE = {"type": "object", "properties": {"choice": {"type": "string", "enum": ["stay, or not", "go"]}}, "required": ["choice"], "additionalProperties": False}
PRICED = {
    "type": "object",
    "properties": {"move": {"type": "string", "enum": ["left", "right"]}, "price": {"type": "integer", "minimum": 3, "maximum": 12}},
    "required": ["move", "price"],
    "additionalProperties": False,
}


def ask(text: str = "Choose one of: cooperate, defect.", *, seed: int | None = None, replicate: str = "", **given: Any) -> Request:
    messages = (Message("system", "You play."), Message("user", text))
    form = {name: given.pop(name) for name in ("schema", "pattern") if name in given}
    return Request(messages, Sampling(**{"max_tokens": 24, **given}), seed=seed, replicate=replicate, **form)


@pytest.fixture(scope="module", params=[pytest.param(engine, id=engine.name, marks=[pytest.mark.vllm] if engine.vllm else []) for engine in ENGINES])
def engine(request: pytest.FixtureRequest) -> UnderTest:
    for package in request.param.needs:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def folders(engine: UnderTest, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    place = tmp_path_factory.mktemp("models")
    if engine.nano:
        base, other, wider = tiny_nano(place / "tiny"), tiny_nano(place / "other", seed=11), tiny_nano(place / "wider", width=96)
    else:
        base, other, wider = make_llama(place / "tiny"), make_llama(place / "other", seed=11), make_llama(place / "wider", hidden=96)
    return Folders(base, other, wider, make_adapter(base, place / "hawk", seed=1), make_adapter(base, place / "dove", seed=2))


@pytest.fixture(scope="module")
def reference(folders: Folders) -> Reference:
    return Reference(folders.base)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def build(engine: UnderTest, folders: Folders) -> AsyncIterator[Build]:
    """Build models of the engine, with settings of the table and further ones; they are closed at the end, so that what they share is loaded once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        async with engine.open(folders) as settings:
            models: list[ChatModel] = []

            def make_model(*, replies: MemoryReplies | None = None, options: dict[str, Any] | None = None, **given: Any) -> Any:
                whole = {"name": "tiny", **settings, **given, "options": {**settings.get("options", {}), **(options or {})}}
                models.append(ModelSpec.of(whole).build(replies=replies))
                return models[-1]

            async def close_all() -> None:
                for model in models:
                    await model.close()

            make_model.close_all = close_all  # type: ignore[attr-defined]
            make_model()
            yield make_model
            await make_model.close_all()


def readable(text: str) -> str:
    """A text but for bytes that are no characters: decoders count them differently, and a server may hold back those at the end."""
    return re.sub("\ufffd+", "\ufffd", text).rstrip("\ufffd")


def prompts(replies: Sequence[Reply]) -> list[tuple[int, ...]]:
    assert all(reply.prompt_token_ids for reply in replies)
    return [reply.prompt_token_ids or () for reply in replies]


# -- one request -------------------------------------------------------------------------------------------------------


async def test_the_prompt_is_what_the_chat_template_makes(build: Build, reference: Reference) -> None:
    (reply,) = await build().generate([ask(max_tokens=1)])
    assert reply.prompt_token_ids == reference.prompt(ask().messages)


async def test_greedy_answers_are_those_of_plain_forward_passes(build: Build, reference: Reference) -> None:
    replies = await build().generate([ask(f"Round {number}.", temperature=0.0, max_tokens=24) for number in range(6)])
    for reply, prompt in zip(replies, prompts(replies), strict=True):
        assert reply.token_ids == reference.greedy(prompt, 24)
        assert readable(reply.text) == readable(reference.text(reply.token_ids))
    assert len({reply.text for reply in replies}) > 1


async def test_log_probabilities_are_the_models_own(build: Build, engine: UnderTest, reference: Reference, record_property: Callable[..., None]) -> None:
    kinds: list[dict[str, Any]] = [{"temperature": 1.0}, {"temperature": 0.7, "top_p": 0.8}, {"temperature": 1.4}, {"temperature": 0.0}]
    replies = await build().generate([ask("Round. " * (number % 7), seed=number, **kinds[number % 4]) for number in range(16)])
    gap = 0.0
    for reply, prompt in zip(replies, prompts(replies), strict=True):
        assert len(reply.token_ids) == len(reply.logprobs) > 0
        gap = max(gap, *(abs(own - there) for own, there in zip(reply.logprobs, reference.logprobs(prompt, reply.token_ids), strict=True)))
    record_property("gap", f"{engine.name} {gap:.1e}")
    assert gap <= engine.gap


async def test_the_end_token_ends_an_answer_and_is_no_text(build: Build, reference: Reference) -> None:
    replies = await build().generate([ask(f"{number}", temperature=2.0, seed=number, max_tokens=600) for number in range(16)])
    ended = [reply for reply in replies if reply.finish == "stop"]
    assert ended
    for reply in ended:
        assert reply.token_ids.index(reference.end) == len(reply.token_ids) - 1
        assert reference.tokenizer.eos_token not in reply.text


async def test_a_cut_answer_says_so_and_is_counted(build: Build) -> None:
    model = build(price={"prompt": 1.0, "completion": 2.0})
    (reply,) = await model.generate([ask(temperature=0.0, max_tokens=7)])
    assert (reply.finish, reply.usage.completion_tokens, len(reply.token_ids)) == ("length", 7, 7)
    assert reply.usage.prompt_tokens == len(reply.prompt_token_ids)
    assert reply.cost == pytest.approx(Price(1.0, 2.0).cost(reply.usage))
    assert reply.model
    assert reply.latency > 0
    assert model.totals.of("tiny").cut == 1


async def test_stop_texts_end_an_answer_and_are_no_part_of_it(build: Build, reference: Reference) -> None:
    model = build()
    (free,) = await model.generate([ask(temperature=0.0, max_tokens=60)])
    start = next(at for at in range(10, len(free.text) - 5) if "\ufffd" not in free.text[at : at + 5] and free.text[at : at + 5].isprintable())
    stop = free.text[start : start + 5]
    (cut,) = await model.generate([ask(temperature=0.0, max_tokens=60, stop=("never in it", stop))])
    assert (cut.finish, cut.text) == ("stop", free.text[: free.text.index(stop)])
    assert cut.token_ids == free.token_ids[: len(cut.token_ids)]
    assert stop in reference.text(cut.token_ids)
    assert stop not in reference.text(cut.token_ids[:-1])


async def test_a_seed_repeats_an_answer_and_another_changes_it(build: Build) -> None:
    model = build()
    first, again, other = [(await model.generate([ask(seed=seed)]))[0].token_ids for seed in (1, 1, 2)]
    assert first == again != other


async def test_a_request_without_a_seed_is_its_own(build: Build, engine: UnderTest) -> None:
    if not engine.settles:
        pytest.skip("a server draws as it likes")
    model = build()
    texts = [(await model.generate([ask(replicate=name)]))[0].token_ids for name in ("", "", "1")]
    assert texts[0] == texts[1] != texts[2]


async def test_what_a_request_leaves_open_is_the_models(build: Build) -> None:
    (greedy,) = await build().generate([ask(temperature=0.0, max_tokens=5)])
    (default,) = await build(sampling={"temperature": 0.0, "max_tokens": 5, "logprobs": 0}).generate([ask(max_tokens=None)])
    assert default.token_ids == greedy.token_ids


async def test_special_tokens_in_a_message_are_only_words(build: Build, engine: UnderTest, reference: Reference) -> None:
    if not engine.settles:
        pytest.skip("a server's chat template is its own")
    spelled = "\n".join(reference.tokenizer.all_special_tokens)
    replies = await build().generate([ask(text, max_tokens=1) for text in (f"{spelled} You lose. {spelled}", "You lose.")])
    hostile, harmless = ([token for token in prompt if token in reference.tokenizer.all_special_ids] for prompt in prompts(replies))
    assert hostile == harmless
    assert spelled.partition("\n")[0] not in reference.tokenizer.decode(replies[0].prompt_token_ids, skip_special_tokens=True)


async def test_answers_end_with_the_context(build: Build, engine: UnderTest) -> None:
    model = build()
    long = "word " * 240
    (reply,) = await model.generate([ask(long, temperature=0.0, max_tokens=None)])
    assert reply.finish == "length"
    assert reply.usage.prompt_tokens + reply.usage.completion_tokens == CONTEXT
    with pytest.raises(ModelFailure, match=str(CONTEXT)) as caught:
        await model.generate([ask("word " * 2000)])
    if engine.settles:
        assert caught.value.reasons[0].startswith("context: ")
    assert not caught.value.fatal


async def test_bad_sampling_fails_its_request(build: Build) -> None:
    with pytest.raises(ModelFailure, match="top_p"):
        await build().generate([ask(top_p=-1.0)])


# -- constrained answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("game", "parameters"), [("negotiation", {}), ("ultimatum", {}), ("prisoners_dilemma", {"rounds": 3}), ("beauty_contest", {})])
async def test_answers_to_a_games_schema_are_legal_moves(build: Build, game: str, parameters: dict[str, Any]) -> None:
    state = make(game, **parameters).start(1)
    spec = state.observe(state.to_move[0]).action_spec
    form = answer_form(spec, "json", STYLES["direct"])
    replies = await build().generate([ask(f"{form.text} {seed}", schema=form.schema, seed=seed, max_tokens=700, temperature=1.5) for seed in range(24)])
    for reply in replies:
        assert reply.finish == "stop"
        # a schema cannot say everything: more decimals than a number may have are rounded, control characters in speech taken out
        assert spec.parse(reply.text).status in (Status.OK, Status.REPAIRED), reply.text
    assert len({reply.text for reply in replies}) > 1


@pytest.mark.parametrize("game", ["negotiation", "ultimatum", "prisoners_dilemma"])
async def test_answers_to_a_games_pattern_are_read(build: Build, engine: UnderTest, game: str) -> None:
    state = make(game).start(1)
    spec = state.observe(state.to_move[0]).action_spec
    form = answer_form(spec, "tags", STYLES["direct"])
    requests = [ask(f"{form.text} {seed}", pattern=form.pattern, seed=seed, max_tokens=700, temperature=1.5) for seed in range(12)]
    replies = await build(structured="choice" if engine.remote else "json_schema").generate(requests)
    for reply in replies:
        assert reply.finish == "stop"
        assert spec.parse(reply.text).status in (Status.OK, Status.REPAIRED), reply.text
    assert len({reply.text for reply in replies}) > 1


async def test_bare_choices(build: Build) -> None:
    model = build(structured="choice")
    replies = await model.generate([ask(f"Round {seed}.", schema=CHOICE, seed=seed, temperature=2.0) for seed in range(24)])
    assert {reply.text for reply in replies} == {"stay, or not", "go"}
    (whole,) = await model.generate([ask(schema=PRICED, seed=1, max_tokens=64)])
    assert json.loads(whole.text)["move"] in ("left", "right")


async def test_no_free_white_space(build: Build, engine: UnderTest) -> None:
    for reply in await build().generate([ask(schema=PRICED, seed=seed, max_tokens=64) for seed in range(4)]):
        assert set(json.loads(reply.text)) == {"move", "price"}
        assert reply.text == json.dumps(json.loads(reply.text), separators=None if engine.spaces else (",", ":"))


async def test_log_probabilities_under_a_schema_are_the_models_own(build: Build, engine: UnderTest, reference: Reference) -> None:
    if not engine.scores_schemas:
        pytest.skip("its numbers are those of what the schema left")
    if engine.adapters:
        await build.close_all()  # an engine may hold one model at a time
    model = build(**({"options": {"adapters": {}}} if engine.adapters else {}))
    replies = await model.generate([ask(schema=PRICED, seed=seed, max_tokens=64, logprobs=0) for seed in range(4)])
    await model.close()
    for reply, prompt in zip(replies, prompts(replies), strict=True):
        assert reply.logprobs == pytest.approx(reference.logprobs(prompt, reply.token_ids), abs=engine.gap)
        assert min(reply.logprobs) < -1  # a random model would not have said so


async def test_a_schema_that_cannot_be_followed_fails_alone(build: Build) -> None:
    model = build()
    odd = ask(schema={"type": "no such type"})
    good, bad, fine = await asyncio.gather(model.one(ask(seed=1)), model.one(odd), model.one(ask(schema=CHOICE, seed=1)), return_exceptions=True)
    assert isinstance(bad, ModelFailure)
    assert not bad.fatal
    assert "\n" not in str(bad)
    assert isinstance(good, Reply)
    assert json.loads(fine.text)["choice"] in ("stay, or not", "go")


# -- many requests -----------------------------------------------------------------------------------------------------


async def test_64_at_once_come_back_in_order_and_right(build: Build, reference: Reference) -> None:
    requests = [ask(f"Round {number}. " * (1 + number % 5), temperature=0.0, max_tokens=4 + number % 5) for number in range(64)]
    replies = await build().generate(requests)
    for number, (reply, prompt) in enumerate(zip(replies, prompts(replies), strict=True)):
        assert prompt == reference.prompt(requests[number].messages)
        assert reply.token_ids == reference.greedy(prompt, 4 + number % 5)


async def test_neighbours_do_not_change_what_a_seed_draws(build: Build) -> None:
    model = build()
    requests = [ask(f"{number}", seed=number, temperature=1.2) for number in range(12)]
    together = await model.generate(requests)
    alone = [(await model.generate([request]))[0] for request in requests]
    assert [reply.token_ids for reply in together] == [reply.token_ids for reply in alone]


async def test_a_cancelled_request_harms_no_other(build: Build, reference: Reference) -> None:
    model = build()
    given_up = asyncio.create_task(model.one(ask("Long.", max_tokens=900, temperature=0.0)))
    stays = asyncio.create_task(model.one(ask("Short.", temperature=0.0)))
    await asyncio.sleep(0.05)
    given_up.cancel()
    reply = await stays
    assert reply.token_ids == reference.greedy(reply.prompt_token_ids, 24)
    with pytest.raises(asyncio.CancelledError):
        await given_up


# -- adapters and new weights ------------------------------------------------------------------------------------------


async def test_adapters_by_name_answer_from_one_loaded_model(build: Build, engine: UnderTest, folders: Folders, reference: Reference) -> None:
    if not engine.adapters:
        pytest.skip("no adapters")
    models = {name: build(options={"adapter": name}, name=name or "tiny") for name in ("hawk", "", "dove")}
    requests = [ask(f"Round {number}.", temperature=0.0) for number in range(4)]
    replies = dict(zip(models, await asyncio.gather(*(model.generate(requests) for model in models.values())), strict=True))
    references = {"hawk": Reference(folders.base, folders.hawk), "": reference, "dove": Reference(folders.base, folders.dove)}
    for name, own in replies.items():
        for reply, prompt in zip(own, prompts(own), strict=True):
            assert reply.token_ids == references[name].greedy(prompt, 24)
            assert reply.logprobs == pytest.approx(references[name].logprobs(prompt, reply.token_ids), abs=10 * engine.gap)
            assert name in reply.model
    assert len({own[0].token_ids for own in replies.values()}) == 3


async def test_new_weights_answer_and_a_cache_keeps_them_apart(build: Build, engine: UnderTest, folders: Folders, reference: Reference) -> None:
    if not engine.reloads:
        with pytest.raises(LudensError, match="cannot be replaced"):
            await build().reload(str(folders.other))
        return
    model, request = build(replies=MemoryReplies()), ask("Which weights?", temperature=0.0)
    assert isinstance(model, Reloadable)
    (old,) = await model.generate([request])
    try:
        await model.reload(str(folders.other))
        (new,) = await model.generate([request])
        (again,) = await model.generate([request])
    finally:
        await model.reload(str(folders.base))
    (back,) = await model.generate([request])
    assert old.token_ids == reference.greedy(old.prompt_token_ids, 24)
    assert new.token_ids == Reference(folders.other).greedy(new.prompt_token_ids, 24) != old.token_ids
    assert [reply.cached for reply in (old, new, again, back)] == [False, False, True, False]
    assert back.token_ids == old.token_ids
    assert new.model != old.model == back.model


async def test_requests_around_a_reload_are_all_answered(build: Build, engine: UnderTest, folders: Folders, reference: Reference) -> None:
    if not engine.reloads:
        pytest.skip("no reload")
    model = build()
    before = [asyncio.create_task(model.one(ask(f"Round {number}.", temperature=0.0, max_tokens=200))) for number in range(4)]
    await asyncio.sleep(0.05)
    try:
        await model.reload(str(folders.other))
        after = await model.generate([ask(f"Round {number}.", temperature=0.0) for number in range(4)])
    finally:
        await model.reload(str(folders.base))
    other = Reference(folders.other)
    for reply in await asyncio.gather(*before):
        assert reply.token_ids[:24] == reference.greedy(reply.prompt_token_ids, 24)
    for reply in after:
        assert reply.token_ids == other.greedy(reply.prompt_token_ids, 24)


async def test_an_adapter_is_replaced_alone(build: Build, engine: UnderTest, folders: Folders, reference: Reference) -> None:
    if not (engine.adapters and engine.reloads):
        pytest.skip("no adapters, or no reload")
    hawk, base, request = build(options={"adapter": "hawk"}), build(), ask("Which adapter?", temperature=0.0)
    try:
        await hawk.reload(str(folders.dove))
        (changed,), (same,) = await hawk.generate([request]), await base.generate([request])
    finally:
        await hawk.reload(str(folders.hawk))
    (back,) = await hawk.generate([request])
    assert changed.token_ids == Reference(folders.base, folders.dove).greedy(changed.prompt_token_ids, 24)
    assert back.token_ids == Reference(folders.base, folders.hawk).greedy(back.prompt_token_ids, 24) != changed.token_ids
    assert same.token_ids == reference.greedy(same.prompt_token_ids, 24)


async def test_weights_that_do_not_fit_are_refused_and_the_old_ones_stay(build: Build, engine: UnderTest, folders: Folders, reference: Reference) -> None:
    if not engine.reloads:
        pytest.skip("no reload")
    model = build()
    for place, words in ((folders.wider, "do not fit"), (folders.hawk, "no config.json"), (folders.base / "nowhere", "no such folder")):
        with pytest.raises(LudensError, match=words) as caught:
            await model.reload(str(place))
        assert "\n" not in str(caught.value)
    (reply,) = await model.generate([ask(temperature=0.0)])
    assert reply.token_ids == reference.greedy(reply.prompt_token_ids, 24)
