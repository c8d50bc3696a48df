"""What the local test server answers: chat completions made by a *brain*, with tokens, log-probabilities and usage that agree with each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from ..errors import ParameterError
from .brain import Draws, from_schema
from .words import from_prompt

__all__ = ["Brain", "complete", "error", "named_brain", "schema_brain", "tokens"]

Brain = Callable[[dict[str, Any]], str]
"""Turns the decoded body of a request into the text of the answer."""

_FIXED = "I have no opinion."


def complete(body: Any, brain: Brain, *, model: str = "", fault: str = "ok", number: int = 0) -> tuple[int, dict[str, Any]]:
    """Answer a decoded request.

    Args:
        body: the body of ``POST /v1/chat/completions``.
        brain: what answers.
        model: the only model name that is answered to; "" for any.
        fault: may change the answer's content (``"length"``, ``"null"``, ``"refusal"``, ``"empty"``).
        number: goes into the answer's id.

    Returns:
        The HTTP status and the object to send.
    """
    if not isinstance(body, dict):
        return 400, error("the body should be a JSON object")
    if model and body.get("model") != model:
        return 404, error(f"the model {body.get('model')!r} does not exist; this server has {model!r}", "model_not_found")
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(item, dict) and isinstance(item.get("content"), str) for item in messages):
        return 400, error("messages should be a list of objects with a role and a text content", "invalid_request_error")
    text, finish = brain(body), "stop"
    for stop in _stops(body):
        text = text.partition(stop)[0]
    pieces = tokens(text)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or len(pieces)
    if fault == "length":
        limit = min(limit, max(len(pieces) // 2, 1))
    if len(pieces) > limit:
        pieces, finish = pieces[:limit], "length"
    text = "".join(pieces)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if fault in ("null", "refusal"):
        message |= {"content": None, "refusal": "I cannot help with that." if fault == "refusal" else None}
    prompt = sum(len(item["content"]) // 4 + 4 for item in messages)
    choice = {"index": 0, "finish_reason": finish, "message": message, "logprobs": _logprobs(pieces, body) if body.get("logprobs") else None}
    made: dict[str, Any] = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model") or "ludens-test",
        "system_fingerprint": "fp_ludens_test",
        "choices": [] if fault == "empty" else [choice],
        "usage": {"prompt_tokens": prompt, "completion_tokens": len(pieces), "total_tokens": prompt + len(pieces)},
    }
    if body.get("return_token_ids"):
        choice["token_ids"] = [_token_id(token) for token in pieces]
        made["prompt_token_ids"] = [_token_id(token) for item in messages for token in tokens(item["content"])]
    return 200, made


def error(message: str, code: str = "") -> dict[str, Any]:
    """Make an error object as the protocol has it."""
    return {"error": {"message": message, "type": "error", "param": None, "code": code or None}}


def tokens(text: str) -> list[str]:
    """Cut a text into pieces of at most four characters, which stand for tokens: enough for counting, cutting and lengths that must agree."""
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _token_id(token: str) -> int:
    return int.from_bytes(token.encode("utf-8", "replace")[:4], "big") % 50_000


def _logprobs(pieces: list[str], body: dict[str, Any]) -> dict[str, Any]:
    top = int(body.get("top_logprobs") or 0)
    content = []
    for token in pieces:
        value = -(1 + _token_id(token) % 100) / 50
        entry: dict[str, Any] = {"token": token, "logprob": value, "bytes": list(token.encode("utf-8", "replace"))}
        entry["top_logprobs"] = [{"token": token, "logprob": value - rank, "bytes": None} for rank in range(top)]
        content.append(entry)
    return {"content": content}


def _stops(body: dict[str, Any]) -> list[str]:
    stop = body.get("stop") or []
    return [stop] if isinstance(stop, str) else [word for word in stop if isinstance(word, str) and word]


def named_brain(name: str) -> Brain:
    """Find a brain by name: ``"schema"``, ``"echo"`` (the last message) or ``"fixed:TEXT"``.

    Raises:
        ParameterError: another name.
    """
    if name == "schema":
        return schema_brain
    if name == "echo":
        return lambda body: str(body["messages"][-1]["content"]) if body["messages"] else ""
    if name.startswith("fixed:"):
        text = name.partition(":")[2]
        return lambda body: text
    raise ParameterError(f"brain {name!r} should be 'schema', 'echo' or 'fixed:TEXT'")


def schema_brain(body: dict[str, Any]) -> str:
    """Answer legally by the body's schema (``response_format`` or ``structured_outputs``), else by the prompt's words."""
    draws = Draws(orjson.dumps([body.get("model"), body["messages"], body.get("seed")]))
    structured = body.get("structured_outputs") or {}
    if options := structured.get("choice"):
        return str(options[draws.below(len(options))])
    schema = structured.get("json") or ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    if schema:
        return orjson.dumps(from_schema(schema, draws)).decode()
    return from_prompt([item["content"] for item in body["messages"]], draws, _FIXED)
