"""What every HTTP engine must do, against the local test server."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable

import pytest

from ludens.errors import LudensError, ParameterError
from ludens.llm import MemoryReplies, Message, ModelFailure, ModelSpec, Price, Request, Sampling, Spending, Totals, Usage
from ludens.llm.failures import TryFailed
from ludens.llm.faults import FAULTS
from ludens.llm.testserver import ChatServer, server_process

from .conftest import SECRET, ask

Make = Callable[..., ModelSpec]
SCHEMA = {"type": "object", "properties": {"choice": {"type": "string", "enum": ["left", "right"]}}, "required": ["choice"], "additionalProperties": False}
AGAIN = {
    "429": "429",
    "429date": "429",
    "500": "500",
    "502": "502",
    "503": "503",
    "timeout": "timeout",
    "slow": "timeout",
    "drop": "connection",
    "truncate": "connection",
    "malformed": "malformed",
    "empty": "empty",
}
NEVER = {"400": "400", "401": "401", "403": "403", "404": "404", "quota": "429"}
FATAL = {"401", "404", "quota"}
GOOD = {"ok", "null", "refusal", "length"}


def test_every_fault_is_in_one_of_the_lists() -> None:
    assert set(FAULTS) == set(AGAIN) | set(NEVER) | GOOD


def patience(fault: str) -> float:
    return 0.6 if AGAIN.get(fault) == "timeout" else 30.0


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


async def test_text_usage_cost_and_version(spec: Make) -> None:
    async with ChatServer("fixed:hello there", keep=True) as server:
        model = spec(server.url, price={"prompt": 1.0, "completion": 2.0}).bare()
        (reply,) = await model.generate([ask("x" * 400)])
        await model.close()
    assert (reply.text, reply.finish, reply.retries, reply.cached) == ("hello there", "stop", (), False)
    assert reply.usage == Usage(prompt_tokens=110, completion_tokens=3)
    assert reply.cost == pytest.approx((110 + 2 * 3) / 1e6)
    assert reply.model == "m (fp_ludens_test)"
    assert reply.latency > 0
    assert server.requests[0]["messages"] == [{"role": "system", "content": "You play."}, {"role": "user", "content": "x" * 400}]


async def test_parameters_are_passed_through(spec: Make) -> None:
    async with ChatServer(keep=True) as server:
        model = spec(server.url, extra_body={"min_p": 0.1}, sampling={"top_p": 0.9, "temperature": 0.3}).bare()
        sampling = Sampling(temperature=0.7, max_tokens=99, stop=("END",), logprobs=2)
        await model.generate([ask(sampling=sampling, schema=SCHEMA, seed=17)])
        await model.close()
    sent = server.requests[0]
    assert {name: sent[name] for name in ("model", "temperature", "top_p", "max_tokens", "stop", "logprobs", "top_logprobs", "seed", "min_p")} == {
        "model": "m",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 99,
        "stop": ["END"],
        "logprobs": True,
        "top_logprobs": 2,
        "seed": 17,
        "min_p": 0.1,
    }
    assert sent["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}


async def test_what_is_left_open_is_not_sent(spec: Make) -> None:
    async with ChatServer(keep=True) as server:
        model = spec(server.url, token_field="max_completion_tokens").bare()
        await model.generate([ask(sampling=Sampling(max_tokens=7))])
        await model.close()
    assert set(server.requests[0]) == {"model", "messages", "max_completion_tokens"}


@pytest.mark.parametrize(
    ("structured", "schema", "field", "value"),
    [
        ("json_object", SCHEMA, "response_format", {"type": "json_object"}),
        ("choice", SCHEMA, "structured_outputs", {"choice": ["left", "right"]}),
        ("choice", {"type": "integer", "minimum": 1, "maximum": 3}, "structured_outputs", {"json": {"type": "integer", "minimum": 1, "maximum": 3}}),
    ],
)
async def test_structured_dialects(spec: Make, structured: str, schema: dict[str, object], field: str, value: object) -> None:
    async with ChatServer(keep=True) as server:
        model = spec(server.url, structured=structured).bare()
        (reply,) = await model.generate([ask(schema=schema)])
        await model.close()
    assert server.requests[0][field] == value
    if structured == "choice":
        assert reply.text in {"left", "right", "1", "2", "3"}


async def test_schema_answers_are_legal(spec: Make) -> None:
    async with ChatServer() as server:
        model = spec(server.url).bare()
        replies = await model.generate([ask(schema=SCHEMA, seed=seed) for seed in range(20)])
        await model.close()
    assert {reply.text for reply in replies} == {'{"choice":"left"}', '{"choice":"right"}'}


async def test_truncation_is_told(spec: Make) -> None:
    async with ChatServer("fixed:a long answer that goes on and on") as server:
        model = spec(server.url).bare()
        (reply,) = await model.generate([ask(sampling=Sampling(max_tokens=2))])
        await model.close()
    assert (reply.text, reply.finish) == ("a long a", "length")


async def test_stop_strings_cut(spec: Make) -> None:
    async with ChatServer("fixed:one STOP two") as server:
        model = spec(server.url).bare()
        (reply,) = await model.generate([ask(sampling=Sampling(stop=("STOP",)))])
        await model.close()
    assert reply.text == "one "


async def test_logprobs_and_token_ids_have_one_length(spec: Make) -> None:
    async with ChatServer("fixed:some words") as server:
        model = spec(server.url, extra_body={"return_token_ids": True}).bare()
        (reply,) = await model.generate([ask(sampling=Sampling(logprobs=0))])
        await model.close()
    assert reply.logprobs is not None
    assert reply.token_ids is not None
    assert reply.prompt_token_ids
    assert len(reply.logprobs) == len(reply.token_ids) == 3
    assert all(value < 0 for value in reply.logprobs)


async def test_null_content_and_refusals(spec: Make) -> None:
    async with ChatServer(faults=["null", "refusal"]) as server:
        model = spec(server.url).bare()
        (empty,), (refused,) = await model.generate([ask()]), await model.generate([ask()])
        await model.close()
    assert (empty.text, empty.finish) == ("", "stop")
    assert (refused.text, refused.finish) == ("I cannot help with that.", "refusal")


async def test_untrusted_text_arrives_unchanged(spec: Make) -> None:
    text = "<script>alert(1)</script>\u202e\x00 \U0001f600"
    async with ChatServer(lambda body: text) as server:
        model = spec(server.url).bare()
        (reply,) = await model.generate([ask()])
        await model.close()
    assert reply.text == text


async def test_many_at_once_come_back_in_order(spec: Make) -> None:
    async with ChatServer("echo", latency=0.05) as server:
        model = spec(server.url, concurrency=None).bare()
        replies = await model.generate([ask(str(number)) for number in range(100)])
        await model.close()
    assert [reply.text for reply in replies] == [str(number) for number in range(100)]
    assert server.peak == 100


async def test_concurrency_is_limited(spec: Make) -> None:
    async with ChatServer(latency=0.01) as server:
        model = spec(server.url, concurrency=5).build()
        await model.generate([ask(str(number)) for number in range(30)])
        await model.close()
    assert (server.peak, server.count) == (5, 30)


async def test_models_at_one_endpoint_share_a_client(spec: Make) -> None:
    async with ChatServer() as server:
        first, second = spec(server.url, name="first").bare(), spec(server.url, name="second").bare()
        for model in (first, second):
            await model.generate([ask()])
        assert server.connections == 1
        await first.close()
        await second.generate([ask()])  # the first to leave does not close it for the other
        await second.close()
        while server.connections:
            await asyncio.sleep(0.01)


def test_one_model_in_two_event_loops(spec: Make) -> None:
    with server_process("--brain", "fixed:yes") as url:
        model = spec(url).build(replies=MemoryReplies())

        async def play(text: str) -> str:
            (reply,) = await model.generate([ask(text)])
            await model.close()
            return reply.text

        assert [asyncio.run(play(text)) for text in ("one", "two")] == ["yes", "yes"]


@pytest.mark.parametrize("fault", sorted(AGAIN))
async def test_a_passing_fault_is_tried_again(spec: Make, fault: str) -> None:
    async with ChatServer("fixed:fine", faults=[fault, fault], slow_seconds=60) as server:
        model = spec(server.url, timeout=patience(fault)).build(sleep=no_sleep)
        (reply,) = await model.generate([ask()])
        await model.close()
    assert reply.text == "fine"
    assert [reason.partition(":")[0] for reason in reply.retries] == [AGAIN[fault]] * 2
    assert server.count == 3


@pytest.mark.parametrize("fault", sorted(NEVER))
async def test_a_lasting_fault_is_not_tried_again(spec: Make, fault: str) -> None:
    async with ChatServer(faults=[fault] * 5) as server:
        model = spec(server.url).build(sleep=no_sleep)
        with pytest.raises(ModelFailure) as caught:
            await model.generate([ask()])
        await model.close()
    assert server.count == 1
    assert caught.value.fatal == (fault in FATAL)
    assert str(caught.value).startswith(f"model 'm': {NEVER[fault]}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", sorted(AGAIN))
async def test_a_lasting_fault_ends_with_every_try_told(spec: Make, fault: str) -> None:
    async with ChatServer(faults=[fault] * 9, slow_seconds=60) as server:
        model = spec(server.url, timeout=patience(fault), max_retries=1).build(sleep=no_sleep)
        with pytest.raises(ModelFailure, match="no answer after 2 tries") as caught:
            await model.generate([ask()])
        await model.close()
    assert [reason.partition(":")[0] for reason in caught.value.reasons] == [AGAIN[fault]] * 2
    assert not caught.value.fatal


async def test_no_server_at_all(spec: Make) -> None:
    async with ChatServer() as server:
        url = server.url
    model = spec(url, max_retries=0).build()
    with pytest.raises(ModelFailure, match="connection") as caught:
        await model.generate([ask()])
    await model.close()
    assert not caught.value.fatal


async def test_one_failure_does_not_lose_the_others(spec: Make) -> None:
    replies = MemoryReplies()
    async with ChatServer("echo", faults=["ok", "400", "ok"]) as server:
        model = spec(server.url).build(replies=replies)
        with pytest.raises(ModelFailure, match="400"):
            await model.generate([ask("1"), ask("2"), ask("3")])
        await model.close()
    assert len(replies) == 2


@pytest.mark.parametrize("fault", sorted({*AGAIN, *NEVER}))
async def test_the_key_is_sent_and_never_shown(spec: Make, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ChatServer(faults=[fault] * 2, slow_seconds=60, keep=True) as server:
        described = spec(server.url, timeout=patience(fault), max_retries=0)
        model = described.build(replies=MemoryReplies(), spending=Spending(tokens=10**9))
        with pytest.raises(ModelFailure) as caught:
            await model.generate([ask()])
        shown = [repr(described), str(described.plain), repr(model), repr(described.endpoint()), repr(described.bare())]
        await model.close()
    assert SECRET.encode() in server.headers[0]
    problem = caught.value
    shown += [str(problem), repr(problem), repr(problem.reasons), *traceback.format_exception(problem), caplog.text, str(model.totals.plain())]
    chain: BaseException | None = problem
    while chain is not None:
        assert chain.__cause__ is None
        shown += [repr(chain), repr(vars(chain)), repr(chain.args)]
        chain = chain.__context__
    assert not [text for text in shown if SECRET in text]


async def test_30_percent_of_requests_fail_and_all_are_accounted_for(spec: Make) -> None:
    rates = {"429": 0.1, "500": 0.08, "drop": 0.05, "truncate": 0.03, "malformed": 0.02, "empty": 0.02}
    totals, slept = Totals(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with ChatServer(faults=rates, seed=3) as server:
        model = spec(server.url, max_retries=20, concurrency=20, price={"prompt": 1.0, "completion": 1.0}).build(totals=totals, sleep=sleep)
        replies = await model.generate([ask(f"{number}: one of: a, b") for number in range(300)])
        await model.close()
    own = totals.of("m")
    faults = {name: count for name, count in server.by_fault.items() if name != "ok"}
    assert (own.requests, own.answered, own.in_flight, sum(own.failures.values())) == (300, 300, 0, 0)
    assert server.by_fault["ok"] == 300
    expected = {
        "429": faults["429"],
        "500": faults["500"],
        "connection": faults["drop"] + faults["truncate"],
        "malformed": faults["malformed"],
        "empty": faults["empty"],
    }
    assert dict(own.failed_tries) == expected
    assert sum(len(reply.retries) for reply in replies) == sum(faults.values()) == len(slept)
    assert server.count == 300 + sum(faults.values())
    assert own.cost == pytest.approx(sum(reply.cost or 0 for reply in replies))


async def test_a_missing_key_names_the_variable(spec: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUDENS_TEST_KEY")
    with pytest.raises(LudensError, match="set the environment variable LUDENS_TEST_KEY"):
        spec("http://127.0.0.1:1/v1").build()


def test_a_base_url_is_checked(engine: str) -> None:
    if engine == "local_server":
        with pytest.raises(ParameterError, match="should look like"):
            ModelSpec(engine=engine, model="m").build()
    with pytest.raises(ParameterError, match="no user name or password") as caught:
        ModelSpec(engine=engine, model="m", base_url="http://me:hidden@127.0.0.1/v1")
    assert "hidden" not in str(caught.value)


async def test_a_bare_engine_raises_what_the_retry_layer_reads(spec: Make) -> None:
    async with ChatServer(faults=["429"], retry_after=7) as server:
        model = spec(server.url).bare()
        with pytest.raises(TryFailed) as caught:
            await model.generate([Request((Message("user", "hi"),))])
        await model.close()
    assert (caught.value.kind, caught.value.again, caught.value.wait) == ("429", True, 7.0)


async def test_price_of_cached_tokens() -> None:
    assert Price(2.0, 10.0, 0.5).cost(Usage(1000, 100, cached_tokens=400)) == pytest.approx((600 * 2 + 400 * 0.5 + 100 * 10) / 1e6)
    assert Price(2.0, 10.0).cost(Usage(1000, 0, cached_tokens=400)) == pytest.approx(2e-3)
