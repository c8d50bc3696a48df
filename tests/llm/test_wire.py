"""Reading answers: whatever a server sends is a reply or one clear failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.llm import Message, Request, Usage
from ludens.llm.failures import TryFailed
from ludens.llm.wire import Dialect, decode, payload, read_reply

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["choices", "message", "content", "logprobs", "usage", "token_ids", "finish_reason", "error"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def answer(**message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": "hi", **message}, "finish_reason": "stop"}]}


@given(
    JSON
    | st.fixed_dictionaries(
        {"choices": st.lists(st.fixed_dictionaries({"message": st.fixed_dictionaries({"content": JSON})}, optional={"logprobs": JSON, "token_ids": JSON}))},
        optional={"usage": JSON},
    )
)
def test_any_json_is_a_reply_or_a_failure_that_is_tried_again(body: Any) -> None:
    failed = reply = None
    try:
        reply = read_reply(body)
    except TryFailed as problem:
        failed = problem
    if failed is None:
        assert reply is not None
        assert isinstance(reply.text, str)
    else:
        assert failed.again
        assert failed.kind in {"malformed", "empty"}
        assert "\n" not in str(failed)


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_fail_clearly(raw: bytes) -> None:
    try:
        readable = json.loads(raw) is not Ellipsis
    except ValueError:
        readable = False
    if not readable:
        with pytest.raises(TryFailed, match="malformed: the body is not JSON"):
            decode(raw)


def test_details_of_usage() -> None:
    body = answer() | {
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 3},
        }
    }
    assert read_reply(body).usage == Usage(10, 5, 4, 3)
    assert read_reply(answer() | {"usage": None}).usage == Usage()
    assert read_reply(answer() | {"usage": {"prompt_tokens": 10, "prompt_cache_hit_tokens": 6}}).usage == Usage(10, 0, 6, 0)


def test_a_seed_goes_by_the_endpoints_name_for_it() -> None:
    request = Request((Message("user", "hi"),), seed=7)
    assert payload(request, Dialect("m"))["seed"] == 7
    assert payload(request, Dialect("m", seed_field="random_seed"))["random_seed"] == 7
    assert not {"seed", "random_seed", "none"} & set(payload(request, Dialect("m", seed_field="none")))


def test_an_error_under_status_200_is_told() -> None:
    with pytest.raises(TryFailed, match="empty: no choices: overloaded"):
        read_reply({"error": {"message": "overloaded"}})


def test_lengths_that_differ_are_cut_to_the_shorter() -> None:
    body = answer()
    body["choices"][0] |= {"token_ids": [1, 2, 3], "logprobs": {"content": [{"logprob": -1.0}, {"logprob": -2.0}]}}
    reply = read_reply(body)
    assert (reply.token_ids, reply.logprobs) == ((1, 2), (-1.0, -2.0))
