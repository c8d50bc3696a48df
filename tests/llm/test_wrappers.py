"""Limits, budget, cache, meter and cassette, each around a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ludens.errors import LudensError, ParameterError
from ludens.llm import MemoryReplies, ModelFailure, Price, Reply, Request, Sampling, ScriptedModel, Spending, Totals, Usage
from ludens.llm.budget import Budget
from ludens.llm.cache import Cache
from ludens.llm.limit import Limit, prompt_tokens_at_most
from ludens.llm.meter import Latencies, Meter
from ludens.llm.record import Cassette
from ludens.llm.single import per_request

from .conftest import ask


class Gate:
    """A model whose answers wait until they are let through; it counts who is inside."""

    def __init__(self, answer: Callable[[Request], Reply] = lambda request: Reply(request.messages[-1].content)) -> None:
        self.name = "gate"
        self.inside = self.peak = self.asked = 0
        self.open = asyncio.Event()
        self._answer = answer
        self.closed = False

    async def generate(self, requests: list[Request]) -> list[Reply]:
        self.asked += len(requests)
        self.inside += 1
        self.peak = max(self.peak, self.inside)
        try:
            await self.open.wait()
            return [self._answer(request) for request in requests]
        finally:
            self.inside -= 1

    async def close(self) -> None:
        self.closed = True


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


# -- limit ---------------------------------------------------------------------------------------------------------------


async def test_at_most_so_many_in_flight() -> None:
    gate = Gate()
    model = Limit(gate, concurrency=3)  # type: ignore[arg-type]
    batch = asyncio.ensure_future(model.generate([ask(str(number)) for number in range(10)]))
    await settle()
    assert gate.inside == 3
    gate.open.set()
    assert [reply.text for reply in await batch] == [str(number) for number in range(10)]
    assert gate.peak == 3


async def test_a_failure_and_a_cancellation_give_their_slot_back() -> None:
    script = iter([ModelFailure("no"), "yes"])

    def answer(request: Request) -> str:
        made = next(script)
        if isinstance(made, Exception):
            raise made
        return made

    model = Limit(ScriptedModel(answer), concurrency=1)
    with pytest.raises(ModelFailure):
        await model.generate([ask()])
    gate = Gate()
    gated = Limit(gate, concurrency=1)  # type: ignore[arg-type]
    waiting = asyncio.ensure_future(gated.generate([ask()]))
    await settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gate.open.set()
    assert (await gated.generate([ask("later")]))[0].text == "later"
    assert (await model.generate([ask()]))[0].text == "yes"


async def test_requests_a_minute_let_a_minutes_share_through_at_once_and_no_more() -> None:
    gate = Gate()
    gate.open.set()
    model = Limit(gate, requests_per_minute=5)  # type: ignore[arg-type]
    batch = asyncio.ensure_future(model.generate([ask(str(number)) for number in range(8)]))
    await settle()
    assert gate.asked == 5
    batch.cancel()
    await asyncio.gather(batch, return_exceptions=True)


@pytest.mark.parametrize("limit", ["requests_per_minute", "tokens_per_minute"])
async def test_less_than_one_a_minute_is_slow_and_not_impossible(limit: str) -> None:
    gate = Gate()
    gate.open.set()
    model = Limit(gate, **{limit: 0.5})  # type: ignore[arg-type]
    assert len(await asyncio.wait_for(model.generate([ask()]), 5)) == 1
    second = asyncio.ensure_future(model.generate([ask("again")]))
    await settle()
    assert gate.asked == 1
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)


async def test_tokens_a_minute_count_prompt_and_answer() -> None:
    request = ask("x" * 180, sampling=Sampling(max_tokens=100))
    each = prompt_tokens_at_most(request) + 100
    gate = Gate()
    gate.open.set()
    model = Limit(gate, tokens_per_minute=3 * each + each // 2)  # type: ignore[arg-type]
    batch = asyncio.ensure_future(model.generate([request] * 5))
    await settle()
    assert gate.asked == 3
    batch.cancel()
    await asyncio.gather(batch, return_exceptions=True)


async def test_a_request_larger_than_a_minutes_share_is_not_held_for_ever() -> None:
    gate = Gate()
    gate.open.set()
    model = Limit(gate, tokens_per_minute=50)  # type: ignore[arg-type]
    assert len(await asyncio.wait_for(model.generate([ask(sampling=Sampling(max_tokens=4000))]), 5)) == 1


def test_limits_are_checked() -> None:
    with pytest.raises(ParameterError, match="concurrency=0"):
        Limit(ScriptedModel(["x"]), concurrency=0)


# -- budget --------------------------------------------------------------------------------------------------------------

PRICE = Price(prompt=0.0, completion=1e6)  # a dollar a token of the answer


def spender(tokens: int) -> ScriptedModel:
    return ScriptedModel(lambda request: Reply("x", usage=Usage(0, tokens), cost=float(tokens)))


async def test_the_run_stops_before_the_limit_is_passed() -> None:
    purse = Spending(money=10.0)
    model = Budget(spender(3), purse, PRICE)
    request = ask(sampling=Sampling(max_tokens=3))
    for _ in range(3):
        await model.generate([request])
    with pytest.raises(ModelFailure, match=r"budget of 10 US dollars is spent: 9\.0000 so far") as caught:
        await model.generate([request])
    assert caught.value.fatal
    assert caught.value.reasons == ("budget",)
    assert purse.spent_money == 9.0


async def test_requests_in_flight_count_at_their_most_and_settle_at_what_they_cost() -> None:
    purse = Spending(money=10.0)
    gate = Gate(lambda request: Reply("x", usage=Usage(0, 1), cost=1.0))
    model = Budget(gate, purse, PRICE)  # type: ignore[arg-type]
    batch = asyncio.ensure_future(model.generate([ask(sampling=Sampling(max_tokens=5))] * 6))
    await settle()
    assert gate.inside == 2  # twice five at most, so the third waits
    gate.open.set()
    assert len(await batch) == 6
    assert purse.spent_money == 6.0


async def test_models_share_a_purse_and_a_resumed_run_begins_with_what_was_spent() -> None:
    purse = Spending(tokens=1000, spent_tokens=800)
    request = ask("", sampling=Sampling(max_tokens=50))
    size = prompt_tokens_at_most(request) + 50
    first, second = Budget(spender(100), purse), Budget(spender(90), purse)
    assert size <= 100
    await first.generate([request])
    await second.generate([request])
    assert purse.spent_tokens == 990
    with pytest.raises(ModelFailure, match="budget of 1000 tokens is spent"):
        await first.generate([request])


async def test_a_failed_request_gives_back_what_was_set_aside() -> None:
    purse = Spending(money=5.0)
    model = Budget(ScriptedModel([ModelFailure("no"), Reply("yes", cost=1.0)]), purse, PRICE)
    request = ask(sampling=Sampling(max_tokens=5))
    with pytest.raises(ModelFailure, match="no"):
        await model.generate([request])
    assert (await model.generate([request]))[0].text == "yes"


def test_a_money_limit_needs_a_price() -> None:
    with pytest.raises(ParameterError, match="needs a price table"):
        Budget(spender(1), Spending(money=1.0))
    with pytest.raises(ParameterError, match="budget money=-1"):
        Spending(money=-1)


# -- cache ---------------------------------------------------------------------------------------------------------------


async def test_a_known_request_is_not_sent_again() -> None:
    inner = ScriptedModel(["first", "second"])
    model = Cache(inner, MemoryReplies())
    (one,), (two,) = await model.generate([ask()]), await model.generate([ask()])
    assert (one.text, one.cached, two.text, two.cached) == ("first", False, "first", True)
    (three,) = await model.generate([ask(replicate="2")])
    assert (three.text, three.cached) == ("second", False)
    assert len(inner.requests) == 2


async def test_twins_in_flight_are_sent_once() -> None:
    gate = Gate()
    model = Cache(gate, MemoryReplies())  # type: ignore[arg-type]
    batch = asyncio.ensure_future(model.generate([ask("same")] * 5 + [ask("other")]))
    await settle()
    assert gate.asked == 2
    gate.open.set()
    replies = await batch
    assert [reply.cached for reply in replies] == [False, True, True, True, True, False]


async def test_the_reply_is_stored_before_it_is_handed_on() -> None:
    order: list[str] = []

    class Slow(MemoryReplies):
        async def put(self, key: str, model: str, request: Request, reply: Reply) -> None:
            await settle()
            await super().put(key, model, request, reply)
            order.append("stored")

    await Cache(ScriptedModel(["x"]), Slow()).generate([ask()])
    order.append("handed on")
    assert order == ["stored", "handed on"]


async def test_a_reply_under_way_reaches_the_store_even_if_nobody_waits() -> None:
    gate, replies = Gate(), MemoryReplies()
    model = Cache(gate, replies)  # type: ignore[arg-type]
    waiting = asyncio.ensure_future(model.generate([ask()]))
    await settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gate.open.set()
    await model.close()
    assert len(replies) == 1
    assert gate.closed


async def test_failures_are_not_kept() -> None:
    model = Cache(ScriptedModel([ModelFailure("no"), "yes"]), MemoryReplies())
    with pytest.raises(ModelFailure):
        await model.generate([ask()])
    assert (await model.generate([ask()]))[0].text == "yes"


# -- meter ---------------------------------------------------------------------------------------------------------------


async def test_every_request_is_in_exactly_one_account() -> None:
    script = [
        Reply("a", usage=Usage(10, 5, 3, 2), cost=0.5, latency=0.1, retries=("429: x", "timeout: y")),
        Reply("b", finish="length", usage=Usage(1, 1)),
        Reply("c", cached=True, cost=0.25),
        ModelFailure("no", ("500: a", "500: b")),
        RuntimeError("a bug"),
    ]
    totals = Totals()
    model = Meter(ScriptedModel(script), totals)
    for problem in (None, None, None, ModelFailure, RuntimeError):
        if problem is None:
            await model.generate([ask()])
        else:
            with pytest.raises(problem):
                await model.generate([ask()])
    own = totals.of("scripted")
    assert (own.requests, own.answered, own.cached, sum(own.failures.values()), own.in_flight) == (5, 2, 1, 2, 0)
    assert dict(own.failures) == {"500": 1, "error": 1}
    assert dict(own.failed_tries) == {"429": 1, "timeout": 1, "500": 2}
    assert own.usage == Usage(11, 6, 3, 2)
    assert (own.cost, own.saved, own.unpriced, own.cut) == (0.5, 0.25, 1, 1)
    assert (totals.cost, totals.tokens, totals.requests) == (0.5, 17, 5)
    assert totals.plain()["scripted"]["failures"] == {"500": 1, "error": 1}


async def test_a_cancelled_request_is_counted() -> None:
    gate = Gate()
    model = Meter(gate)  # type: ignore[arg-type]
    waiting = asyncio.ensure_future(model.generate([ask()]))
    await settle()
    assert model.totals.of("gate").in_flight == 1
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert dict(model.totals.of("gate").failures) == {"cancelled": 1}
    assert model.totals.of("gate").in_flight == 0


def test_latency_quantiles() -> None:
    latencies = Latencies()
    assert latencies.quantile(0.5) is None
    for milliseconds in range(1, 1001):
        latencies.add(milliseconds / 1000)
    for q in (0.1, 0.5, 0.99):
        assert latencies.quantile(q) == pytest.approx(q, rel=0.02)


# -- cassette ------------------------------------------------------------------------------------------------------------


async def test_a_cassette_records_and_replays(tmp_path: Path) -> None:
    path = tmp_path / "tapes" / "one.jsonl"
    reply = Reply("a \u2028 b", "length", (1, 2), (-0.5, -1.0), (7,), Usage(3, 2), 0.01, 0.2, "m (fp)", ("429: x",))
    recorder = Cassette(path, inner=ScriptedModel([reply, "second"], "m"))
    request = ask(sampling=Sampling(stop=("x",), logprobs=1), schema={"type": "string"}, seed=4, tag="here")
    assert (await recorder.generate([request, ask("2")]))[0] == reply
    replayed = Cassette(path, "m")
    assert len(replayed) == 2
    assert await replayed.generate([ask("2"), request]) == [(await recorder.generate([ask("2")]))[0], reply]
    with pytest.raises(ModelFailure, match="no reply of 'm' to the request that ends in 'never asked'") as caught:
        await replayed.generate([ask("never asked")])
    assert caught.value.fatal


async def test_a_damaged_cassette_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    with pytest.raises(LudensError, match="does not exist"):
        Cassette(path)
    await Cassette(path, inner=ScriptedModel(["x"])).generate([ask()])
    with path.open("ab") as file:
        file.write(b'{"key": "half')
    with pytest.raises(LudensError, match="line 2: not a recorded exchange"):
        Cassette(path)


# -- any other model -----------------------------------------------------------------------------------------------------


async def test_a_model_with_nothing_but_generate_can_be_wrapped() -> None:
    gate = Gate()
    gate.open.set()
    wrapped = per_request(gate)  # type: ignore[arg-type]
    assert (await wrapped.one(ask("hi"))).text == "hi"
    assert [reply.text for reply in await Meter(wrapped).generate([ask("1"), ask("2")])] == ["1", "2"]
    await wrapped.close()
    assert gate.closed


# -- new weights ---------------------------------------------------------------------------------------------------------


class Trained:
    """A model that says which weights it has; a reload waits until it is let through."""

    def __init__(self) -> None:
        self.name, self.weights = "trained", ""
        self.places: list[str] = []
        self.asked = 0
        self.during: Callable[[], None] = lambda: None

    async def generate(self, requests: list[Request]) -> list[Reply]:
        self.asked += len(requests)
        self.during()
        return [Reply(self.weights or "first") for _ in requests]

    async def reload(self, place: str) -> None:
        self.places.append(place)
        self.weights = place

    async def close(self) -> None:
        return None


async def test_wrappers_hand_new_weights_down_and_a_cache_keeps_replies_apart() -> None:
    inner = Trained()
    model = Meter(Cache(Limit(inner, 3), MemoryReplies()))  # type: ignore[arg-type]
    texts = []
    for place in ("", "second", "third", "second"):
        if place:
            await model.reload(place)
        texts += [(await model.one(ask())).text, (await model.one(ask())).text]
    assert texts == ["first"] * 2 + ["second"] * 2 + ["third"] * 2 + ["second"] * 2
    assert (inner.places, inner.asked, model.weights) == (["second", "third", "second"], 3, "second")


async def test_a_reply_that_came_while_weights_changed_is_not_kept() -> None:
    inner, replies = Trained(), MemoryReplies()
    model = Cache(inner, replies)  # type: ignore[arg-type]

    def change() -> None:
        inner.weights = "second"

    inner.during = change
    assert (await model.one(ask())).text == "second"  # asked of the first, answered by the second
    assert len(replies) == 0
    inner.during = lambda: None
    assert [(await model.one(ask())).cached for _ in range(2)] == [False, True]


async def test_a_model_whose_weights_are_fixed_says_so() -> None:
    model = Meter(Cache(ScriptedModel(["a"], "m"), MemoryReplies()))
    assert model.weights == ""
    with pytest.raises(LudensError, match="model 'm': its weights cannot be replaced from here"):
        await model.reload("/anywhere")
