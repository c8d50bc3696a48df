from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.llm import ModelFailure, Reply, ScriptedModel
from ludens.llm.failures import TryFailed, from_status, one_line, retry_after
from ludens.llm.retry import Backoff, Retry

from .conftest import ask

NOW = datetime(2015, 10, 21, 7, 27, 0, tzinfo=UTC)


def retrying(*script: str | Exception, tries: int = 5, backoff: Backoff | None = None, seed: int = 1) -> tuple[Retry, list[float]]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return Retry(ScriptedModel(list(script)), tries, backoff, rng=np.random.default_rng(seed), sleep=sleep), slept


async def test_waits_double_with_jitter_up_to_the_most() -> None:
    model, slept = retrying(*[TryFailed("500", "x")] * 6, "done", tries=7, backoff=Backoff(first=1.0, most=8.0))
    (reply,) = await model.generate([ask()])
    assert reply.text == "done"
    assert reply.retries == ("500: x",) * 6
    for seconds, base in zip(slept, [1, 2, 4, 8, 8, 8], strict=True):
        assert 0.5 * base <= seconds < 1.5 * base
    assert len(set(slept)) == 6


async def test_the_same_generator_waits_the_same() -> None:
    waits = []
    for seed in (1, 1, 2):
        model, slept = retrying(TryFailed("500", "x"), TryFailed("500", "x"), "done", seed=seed)
        await model.generate([ask()])
        waits.append(slept)
    assert waits[0] == waits[1] != waits[2]


async def test_retry_after_is_kept_and_never_undercut() -> None:
    model, slept = retrying(TryFailed("429", "x", wait=20.0), "done", backoff=Backoff(first=1.0, most=8.0))
    await model.generate([ask()])
    assert 20.0 <= slept[0] <= 22.0


async def test_a_wait_beyond_patience_fails_at_once() -> None:
    model, slept = retrying(TryFailed("429", "try tomorrow", wait=86400.0), "never reached")
    with pytest.raises(ModelFailure, match="429: try tomorrow"):
        await model.generate([ask()])
    assert not slept


async def test_the_number_of_tries_is_kept() -> None:
    model, slept = retrying(TryFailed("500", "a"), TryFailed("timeout", "b"), TryFailed("429", "c"), "never reached", tries=3)
    with pytest.raises(ModelFailure, match="no answer after 3 tries, the last of them: 429: c") as caught:
        await model.generate([ask()])
    assert caught.value.reasons == ("500: a", "timeout: b", "429: c")
    assert len(slept) == 2


async def test_a_failure_of_another_kind_passes_at_once() -> None:
    model, slept = retrying(ModelFailure("budget is spent", ("budget",), fatal=True), "never reached")
    with pytest.raises(ModelFailure) as caught:
        await model.generate([ask()])
    assert caught.value.fatal
    assert caught.value.reasons == ("budget",)
    assert not slept


async def test_a_bug_is_not_retried() -> None:
    model, slept = retrying(ZeroDivisionError("a bug"), "never reached")
    with pytest.raises(ZeroDivisionError):
        await model.generate([ask()])
    assert not slept


async def test_a_good_reply_passes_untouched() -> None:
    given_reply = Reply("fine", latency=0.25)
    model = Retry(ScriptedModel(lambda request: given_reply))
    assert (await model.generate([ask()]))[0] is given_reply


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 60.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00"}, 60.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, lambda: NOW) == seconds


@given(st.text(max_size=300))
def test_retry_after_never_raises(text: str) -> None:
    seconds = retry_after({"retry-after": text}, lambda: NOW)
    assert seconds is None or seconds >= 0 or seconds != seconds  # noqa: PLR0124


@given(st.integers(300, 599), st.binary(max_size=400))
def test_any_error_page_gives_one_short_line_without_the_key(status: int, body: bytes) -> None:
    problem = from_status(status, body + b" sekrit", {}, "sekrit")
    assert "sekrit" not in str(problem)
    assert str(problem).isprintable() or "\n" not in str(problem)
    assert len(str(problem)) < 260
    assert problem.kind == str(status)
    assert problem.again == (status >= 500 or status in {408, 409, 425, 429})


@given(st.text(max_size=500))
def test_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert not set(line) & set("\n\r\t\x00\x1b\u2028\u202e")


def test_bad_settings() -> None:
    with pytest.raises(ParameterError, match="tries=0"):
        Retry(ScriptedModel(["x"]), 0)
    with pytest.raises(ParameterError, match="first=-1"):
        Backoff(first=-1)
