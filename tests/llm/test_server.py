"""The local test server, and the brain that answers for it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games.actions import ActionSpec, Status
from ludens.games.domains import Acts, Integer, OneOf, Real, Record, Text
from ludens.llm import SchemaModel, ScriptedModel
from ludens.llm.brain import Draws, from_schema
from ludens.llm.completions import complete, schema_brain
from ludens.llm.faults import FaultTable, parse_faults
from ludens.llm.testserver import ChatServer, main, server_process
from ludens.llm.words import from_prompt

from .conftest import ask

aiohttp = pytest.importorskip("aiohttp")

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=1, max_size=5, unique=True).map(tuple)
DOMAINS = st.one_of(
    st.builds(OneOf, WORDS),
    st.tuples(st.integers(-50, 50), st.integers(0, 50)).map(lambda pair: Integer(pair[0], pair[0] + pair[1])),
    st.builds(Real, st.integers(-5, 0).map(float), st.integers(1, 9).map(float)),
    st.builds(Text, st.integers(1, 40)),
    st.builds(lambda names, most: Record.of({name: Integer(0, 3) for name in names}, at_most=most), WORDS, st.none() | st.integers(0, 9)),
    st.builds(lambda names, options: Record.of({name: OneOf(options) for name in names}), WORDS, WORDS),
    st.builds(lambda names: Acts.of({"stop": None, **{name: {"n": Integer(1, 4), "p": Real(0.0, 1.0)} for name in names}}), WORDS),
)
SPECS = st.builds(ActionSpec, DOMAINS, st.sampled_from([0, 60]))


def body(content: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **more}


async def post(url: str, data: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.post(url + "/chat/completions", data=json.dumps(data).encode(), headers=headers or {}) as response:
        return response.status, await response.json()


# -- the brain -----------------------------------------------------------------------------------------------------------


@given(SPECS, st.binary(max_size=8))
def test_answers_by_schema_are_legal(spec: ActionSpec, source: bytes) -> None:
    text = json.dumps(from_schema(spec.schema(), Draws(source)))
    bounded = isinstance(spec.domain, Record) and spec.domain.at_most is not None  # a schema cannot say what a sum may be
    assert spec.parse(text).status in ({Status.OK, Status.ILLEGAL} if bounded else {Status.OK})


@given(SPECS, st.binary(max_size=8))
def test_answers_by_words_are_legal(spec: ActionSpec, source: bytes) -> None:
    text = from_prompt(["the rules, one of: not, these", spec.explain("tags")], Draws(source), "?")
    if not isinstance(spec.domain, Text):  # free text states no options
        assert spec.parse(text).move is not None


@given(SPECS, st.binary(max_size=8))
def test_a_message_that_does_not_say_how_is_answered_as_the_last_that_did(spec: ActionSpec, source: bytes) -> None:
    said = ["the rules", spec.explain("tags"), "so be it", "Round 2 of 10. Choose your option."]
    assert from_prompt(said, Draws(source), "?") == from_prompt(said[:2], Draws(source), "?")


@given(st.binary(max_size=8))
def test_draws_are_reproducible_and_in_bounds(source: bytes) -> None:
    first, second = Draws(source), Draws(source)
    values = [first.below(7) for _ in range(20)]
    assert values == [second.below(7) for _ in range(20)]
    assert set(values) <= set(range(7))
    assert 0 <= first.unit() < 1
    assert len(first.sentence(10)) <= 10


def test_draws_are_even() -> None:
    counts = np.bincount([Draws(number.to_bytes(4, "big")).below(10) for number in range(10_000)], minlength=10)
    # chi-square of 9 degrees of freedom: 27.9 is passed once in a thousand even tables; the draws are fixed, so this cannot flicker
    assert float(((counts - 1000) ** 2 / 1000).sum()) < 27.9


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"const": 3}, int),
        ({"type": ["null", "null"]}, type(None)),
        ({"type": "boolean"}, bool),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}, list),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": "x"}]}, list),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, int),
        ({"$defs": {"n": {"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 4}}, "$ref": "#/$defs/n"}, int),
        ({"type": "string", "minLength": 80, "maxLength": 90}, str),
    ],
)
def test_other_schemas(schema: dict[str, Any], kind: type) -> None:
    value = from_schema(schema, Draws(b"x"))
    assert isinstance(value, kind)
    if kind is str:
        assert 80 <= len(value) <= 90


@pytest.mark.parametrize("schema", [{}, {"type": "date"}, {"$ref": "http://x"}, {"$ref": "#/$defs/none"}, {"type": "integer", "minimum": 5, "maximum": 4}])
def test_schemas_that_cannot_be_met_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        from_schema(schema, Draws(b"x"))


def test_a_schema_that_nests_for_ever_is_refused() -> None:
    endless: dict[str, Any] = {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}
    with pytest.raises(ValueError, match="too deeply"):
        from_schema(endless, Draws(b"x"))


def test_the_server_varies_with_the_prompt_and_the_seed_and_nothing_else() -> None:
    texts = [schema_brain(body("one of: a, b, c, d, e, f, g, h", seed=seed)) for seed in range(30)]
    assert len(set(texts)) > 4
    assert texts == [schema_brain(body("one of: a, b, c, d, e, f, g, h", seed=seed, max_tokens=9)) for seed in range(30)]


async def test_the_models_in_this_process() -> None:
    model = SchemaModel()
    schema = ActionSpec(OneOf(("x", "y"))).schema()
    (first,), (second,) = await model.generate([ask(schema=schema)]), await model.generate([ask(schema=schema)])
    assert first.text == second.text in ('{"choice":"x"}', '{"choice":"y"}')
    assert (await SchemaModel(fallback="eh").generate([ask("nothing is asked")]))[0].text == "eh"
    loop = ScriptedModel(["a", "b"], loop=True)
    assert [reply.text for reply in await loop.generate([ask(str(number)) for number in range(3)])] == ["a", "b", "a"]
    with pytest.raises(Exception, match="the script has 1 answers, and this is request 2"):
        await ScriptedModel(["a"]).generate([ask("1"), ask("2")])
    with pytest.raises(ParameterError, match="list of at least one answer"):
        ScriptedModel([])


# -- faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["fire:0.1", "429:2", "429:-1", "429:nan", "429", "429:0.6,500:0.6", "429:x"])
def test_bad_fault_tables(text: str) -> None:
    with pytest.raises(ParameterError):
        parse_faults(text)


def test_rates_come_out_as_asked_and_do_not_depend_on_the_order() -> None:
    rates = parse_faults("429:0.1,drop:0.2")
    bodies = [str(number).encode() for number in range(5000)]
    table, turned = FaultTable(rates, seed=1), FaultTable(rates, seed=1)
    drawn = {item: table.draw(item) for item in bodies}
    assert {item: turned.draw(item) for item in reversed(bodies)} == drawn
    share = {name: list(drawn.values()).count(name) / 5000 for name in ("429", "drop", "ok")}
    assert share == pytest.approx({"429": 0.1, "drop": 0.2, "ok": 0.7}, abs=0.02)
    other = FaultTable(rates, seed=2)
    assert {item: other.draw(item) for item in bodies} != drawn


def test_every_body_gets_through_in_the_end() -> None:
    table = FaultTable({"500": 0.9}, seed=0)
    assert all("ok" in [table.draw(str(number).encode()) for _ in range(200)] for number in range(50))


# -- the server ----------------------------------------------------------------------------------------------------------


async def test_pages_and_statistics() -> None:
    async with ChatServer(model="only") as server, aiohttp.ClientSession() as session:
        assert (await post(server.url, body("hi")))[0] == 404
        assert (await post(server.url, body("hi", model="only")))[0] == 200
        async with session.get(server.url + "/models") as response:
            assert [item["id"] for item in (await response.json())["data"]] == ["only"]
        async with session.get(server.url.removesuffix("/v1") + "/stats") as response:
            assert await response.json() == {"requests": 2, "in_flight": 0, "peak": 1, "faults": {"ok": 2}}
        async with session.get(server.url + "/nothing") as response:
            assert response.status == 404


@pytest.mark.parametrize("bad", [[], "x", {}, {"messages": "x"}, {"messages": [{"role": "user"}]}, {"messages": [{"content": 3}]}])
async def test_bodies_that_make_no_sense(bad: Any) -> None:
    async with ChatServer() as server:
        status, made = await post(server.url, bad)
    assert status == 400
    assert made["error"]["message"]


async def test_a_body_that_is_not_json_and_a_brain_that_raises() -> None:
    async with ChatServer(lambda body: str(1 // 0)) as server, aiohttp.ClientSession() as session:
        async with session.post(server.url + "/chat/completions", data=b"{") as response:
            assert response.status == 400
        status, made = await post(server.url, body("x"))
    assert (status, made["error"]["message"]) == (500, "ZeroDivisionError: integer division or modulo by zero")


async def test_a_header_asks_for_one_fault() -> None:
    async with ChatServer() as server:
        assert (await post(server.url, body("x"), {"x-ludens-fault": "500"}))[0] == 500
        assert (await post(server.url, body("x"), {"x-ludens-fault": "no such"}))[0] == 200


async def test_requests_that_arrive_in_pieces_or_together() -> None:
    async with ChatServer("echo") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.split(":")[2].split("/")[0]))
        parts = []
        for text in ("one", "two"):
            raw = json.dumps(body(text)).encode()
            parts.append(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(raw), raw))
        whole = b"".join(parts)
        for at in range(0, len(whole), 37):
            writer.write(whole[at : at + 37])
            await writer.drain()
            await asyncio.sleep(0)
        texts = []
        for _ in parts:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            texts.append(json.loads(await reader.readexactly(length))["choices"][0]["message"]["content"])
        writer.close()
        await writer.wait_closed()
    assert texts == ["one", "two"]


async def test_the_official_client_can_stream_from_it() -> None:
    openai = pytest.importorskip("openai")
    async with ChatServer("echo") as server, openai.AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
        stream = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "some longer text"}], stream=True)
        chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "some longer text"
    assert chunks[-1].usage.completion_tokens == 4


def test_the_answer_reads_as_the_official_types() -> None:
    types = pytest.importorskip("openai.types.chat")
    status, made = complete(body("one of: a, b", logprobs=True, top_logprobs=2), schema_brain)
    assert status == 200
    read = types.ChatCompletion.model_validate(made, strict=True)
    assert read.choices[0].logprobs.content[0].top_logprobs[1].logprob < 0


def test_as_a_process() -> None:
    with server_process("--latency", "0.01", "--brain", "fixed:hello") as url:
        assert asyncio.run(post(url, body("x")))[1]["choices"][0]["message"]["content"] == "hello"


def test_it_does_not_outlive_its_parent() -> None:
    command = [sys.executable, "-P", "-m", "ludens.llm.testserver", "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--faults", "fire:1"], "unknown fault"),
        (["--brain", "big"], "brain 'big'"),
        (["--latency", "-1"], "latency=-1.0"),
        (["--latency", "nan"], "latency=nan"),
    ],
)
def test_bad_arguments_give_one_line_and_status_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert message in line
    assert line.count("\n") == 1
