"""Client CPU per chat request: the stock ``openai`` client against ours, through our whole stack of meter, retry and limit.

The server runs in a process of its own and waits 50 ms per request; what is compared is requests per second of the *client* process' CPU time (user and
system), which a shared machine disturbs least. Each round measures all clients after one another, and a ratio is the median of the rounds' ratios.

    python benchmarks/bench_clients.py --in-flight 100 500 --requests 2000 --rounds 5
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from _timing import describe, markdown

from ludens.llm.chat import Message, Request, Sampling
from ludens.llm.single import PerRequest
from ludens.llm.spec import ModelSpec
from ludens.llm.testserver import server_process

__all__ = ["AIMS", "CLIENTS", "Row", "rows", "section"]

LATENCY = 0.05
CONTENTS = (("system", "You play a game. Choose one of: cooperate, defect."), ("user", "x" * 1000))
One = Callable[[int], Awaitable[object]]
Close = Callable[[], Awaitable[None]]

AIMS = {"ludens openai_api": 1.6, "ludens local_server": 10.0}
"""Requests per CPU-second as a multiple of the stock client's."""


@dataclass(frozen=True)
class Row:
    """One client at one number of requests in flight.

    Attributes:
        client: a key of :data:`CLIENTS`.
        in_flight: requests in flight.
        per_cpu_second: requests per CPU-second of the client process, median of the rounds.
        per_second: requests per second of wall time, median of the rounds.
        cpu_ms: CPU milliseconds a request, median of the rounds.
        ratio: requests per CPU-second over the stock client's, median of the rounds.
        low, high: smallest and largest ratio of a round.
        aim: what the ratio should reach; None for clients that are only there to compare with.
    """

    client: str
    in_flight: int
    per_cpu_second: float
    per_second: float
    cpu_ms: float
    ratio: float
    low: float
    high: float
    aim: float | None


def _messages() -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in CONTENTS]


def _request(number: int) -> Request:
    return Request(tuple(Message(role, content) for role, content in CONTENTS), Sampling(max_tokens=64), seed=number)  # type: ignore[arg-type]


async def _openai(url: str, aiohttp_transport: bool) -> tuple[One, Close]:
    import openai

    transport: dict[str, Any] = {"http_client": openai.DefaultAioHttpClient()} if aiohttp_transport else {}
    client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=60, **transport)

    async def one(number: int) -> object:
        made = await client.chat.completions.create(model="m", messages=_messages(), max_tokens=64, seed=number)  # type: ignore[arg-type]
        return made.choices[0].message.content

    return one, client.close


async def stock(url: str) -> tuple[One, Close]:
    return await _openai(url, aiohttp_transport=False)


async def stock_on_aiohttp(url: str) -> tuple[One, Close]:
    return await _openai(url, aiohttp_transport=True)


async def _ludens(engine: str, url: str) -> tuple[One, Close]:
    model = ModelSpec(engine=engine, model="m", base_url=url, timeout=60, concurrency=1000).build()

    async def one(number: int) -> object:
        return (await model.generate([_request(number)]))[0].text

    return one, model.close


async def ours_on_openai(url: str) -> tuple[One, Close]:
    return await _ludens("openai_api", url)


async def ours_lean(url: str) -> tuple[One, Close]:
    return await _ludens("local_server", url)


async def lean_bare(url: str) -> tuple[One, Close]:
    model = ModelSpec(engine="local_server", model="m", base_url=url, timeout=60).bare()
    assert isinstance(model, PerRequest)

    async def one(number: int) -> object:
        return (await model.one(_request(number))).text

    return one, model.close


async def plain_aiohttp(url: str) -> tuple[One, Close]:
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def one(number: int) -> object:
        async with session.post(url + "/chat/completions", json={"model": "m", "messages": _messages(), "max_tokens": 64, "seed": number}) as response:
            return (await response.json())["choices"][0]["message"]["content"]

    return one, session.close


async def raw_asyncio(url: str) -> tuple[One, Close]:
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def one(number: int) -> object:
        reader, writer = idle.pop() if idle else await asyncio.open_connection(host, int(port))
        body = orjson.dumps({"model": "m", "messages": _messages(), "max_tokens": 64, "seed": number})
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        made = orjson.loads(await reader.readexactly(length))
        idle.append((reader, writer))
        return made["choices"][0]["message"]["content"]

    async def close() -> None:
        for _, writer in idle:
            writer.close()
            await writer.wait_closed()

    return one, close


CLIENTS: dict[str, Callable[[str], Awaitable[tuple[One, Close]]]] = {
    "openai, stock": stock,
    "openai on aiohttp": stock_on_aiohttp,
    "ludens openai_api": ours_on_openai,
    "plain aiohttp": plain_aiohttp,
    "ludens local_server": ours_lean,
    "ludens local_server, bare engine": lean_bare,
    "raw asyncio": raw_asyncio,
}
"""What is measured; the first is the peer that ratios are taken against. "ludens" is the whole stack unless it says otherwise."""


async def _drive(one: One, in_flight: int, requests: int) -> None:
    numbers = iter(range(requests))

    async def worker() -> None:
        for number in numbers:
            if not await one(number):
                raise RuntimeError("an empty answer")

    await asyncio.gather(*(worker() for _ in range(in_flight)))


async def _measure(make: Callable[[str], Awaitable[tuple[One, Close]]], url: str, in_flight: int, requests: int) -> tuple[float, float]:
    """Give CPU and wall seconds a request, connections opened beforehand."""
    one, close = await make(url)
    await _drive(one, in_flight, 2 * in_flight)
    cpu, wall = time.process_time(), time.perf_counter()
    await _drive(one, in_flight, requests)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    await close()
    return cpu / requests, wall / requests


def rows(in_flight: tuple[int, ...] = (100, 500), requests: int = 2000, rounds: int = 3, clients: tuple[str, ...] = tuple(CLIENTS)) -> list[Row]:
    """Measure every client at every number of requests in flight.

    Args:
        in_flight: how many requests at once.
        requests: how many in all, per client and round.
        rounds: how often; medians are given.
        clients: keys of :data:`CLIENTS`, the peer first.
    """
    out = []
    with server_process("--latency", str(LATENCY)) as url:
        for many in in_flight:
            runs = [{name: asyncio.run(_measure(CLIENTS[name], url, many, requests)) for name in clients} for _ in range(rounds)]
            for name in clients:
                cpu = statistics.median(run[name][0] for run in runs)
                wall = statistics.median(run[name][1] for run in runs)
                ratios = [run[clients[0]][0] / run[name][0] for run in runs]
                ratio = statistics.median(ratios)
                out.append(Row(name, many, 1 / cpu, 1 / wall, 1e3 * cpu, ratio, min(ratios), max(ratios), AIMS.get(name)))
    return out


def section(in_flight: tuple[int, ...] = (100, 500), requests: int = 2000, rounds: int = 5) -> str:
    """Measure and describe, for RESULTS.md."""
    lines = []
    for row in rows(in_flight, requests, rounds):
        ratio = f"{row.ratio:.2f} ({row.low:.2f} to {row.high:.2f})"
        rates = (f"{row.per_cpu_second:,.0f}", f"{row.per_second:,.0f}", f"{row.cpu_ms:.3f}")
        lines.append((row.client, str(row.in_flight), *rates, ratio, f"{row.aim:g}" if row.aim else ""))
    table = markdown(lines, ("client", "in flight", "requests per CPU-second", "requests per second", "CPU ms a request", "x stock (low to high)", "aim"))
    return f"""## Model clients

One process asks a local server (a process of its own) that waits {1000 * LATENCY:.0f} ms a request, with prompts of 1 KB:
{requests} requests, {rounds} rounds, medians.
"ludens" is the whole stack of meter, retry and limit; `openai_api` is the official client on its aiohttp transport, `local_server` the lean client.
{describe("openai", "aiohttp", "orjson")}.

{table}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--in-flight", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(section(tuple(given.in_flight), given.requests, given.rounds))


if __name__ == "__main__":
    main()
