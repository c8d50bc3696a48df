"""The OpenAI chat protocol as data, shared by every client of it: a request becomes a payload, an answer becomes a reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from .chat import Reply, Request, Sampling, Usage
from .failures import TryFailed, one_line
from .pricing import Price

__all__ = ["OPEN", "Dialect", "SeedField", "Structured", "TokenField", "bare_options", "decode", "payload", "read_reply"]

Structured = Literal["json_schema", "json_object", "choice", "none"]
TokenField = Literal["max_tokens", "max_completion_tokens"]
SeedField = Literal["seed", "random_seed", "none"]
OPEN = Sampling(max_tokens=None)
"""Sampling parameters that leave everything open."""


@dataclass(frozen=True)
class Dialect:
    """How one endpoint wants requests written.

    Attributes:
        model: the model name to send.
        structured: how a schema is passed on: ``"json_schema"`` (OpenAI, vLLM), ``"json_object"`` (some JSON object; the schema itself is not sent),
            ``"choice"`` (vLLM's ``structured_outputs``: the bare options when the answer is one of a few and nothing is said, else the schema; a pattern as
            it is), ``"none"``. Only ``"choice"`` passes patterns on: the protocol itself has no word for them.
        token_field: what the limit on the answer's tokens is called.
        seed_field: what the seed is called; ``"none"`` sends none, for endpoints that refuse fields they do not know.
        sampling: values for what a request leaves open.
        extra_body: further fields of every payload (``{"return_token_ids": True}`` for vLLM, say).
    """

    model: str
    structured: Structured = "json_schema"
    token_field: TokenField = "max_tokens"
    seed_field: SeedField = "seed"
    sampling: Sampling = OPEN
    extra_body: Mapping[str, Any] = field(default_factory=dict)


def payload(request: Request, dialect: Dialect) -> dict[str, Any]:
    """Write a request as the body of ``POST /chat/completions``."""
    own, default = request.sampling, dialect.sampling
    body: dict[str, Any] = {"model": dialect.model, "messages": [{"role": role, "content": content} for role, content in request.messages]}
    if (temperature := default.temperature if own.temperature is None else own.temperature) is not None:
        body["temperature"] = temperature
    if (top_p := default.top_p if own.top_p is None else own.top_p) is not None:
        body["top_p"] = top_p
    if (most := default.max_tokens if own.max_tokens is None else own.max_tokens) is not None:
        body[dialect.token_field] = most
    if stop := own.stop or default.stop:
        body["stop"] = list(stop)
    if (logprobs := default.logprobs if own.logprobs is None else own.logprobs) is not None:
        body["logprobs"] = True
        if logprobs:
            body["top_logprobs"] = logprobs
    if request.seed is not None and dialect.seed_field != "none":
        body[dialect.seed_field] = request.seed
    if request.schema is not None:
        _constrain(body, request.schema, dialect.structured)
    elif request.pattern is not None and dialect.structured == "choice":
        body["structured_outputs"] = {"regex": request.pattern}
    if dialect.extra_body:
        body.update(dialect.extra_body)
    return body


def _constrain(body: dict[str, Any], schema: dict[str, Any], structured: Structured) -> None:
    if structured == "json_schema":
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    elif structured == "json_object":
        body["response_format"] = {"type": "json_object"}
    elif structured == "choice":
        options = bare_options(schema)
        body["structured_outputs"] = {"choice": options} if options else {"json": schema}


def bare_options(schema: dict[str, Any]) -> list[str] | None:
    """Find the labels when a schema asks for one of a few and nothing else."""
    if schema.get("type") == "object" and list(schema.get("properties", ())) == ["choice"]:
        schema = schema["properties"]["choice"]
    options = schema.get("enum")
    return list(options) if options and all(isinstance(option, str) for option in options) else None


def read_reply(body: Any, *, price: Price | None = None, latency: float = 0.0) -> Reply:
    """Read the decoded body of a successful answer.

    Null content gives an empty text (a refusal's words, where there are some); log-probabilities and token ids of different lengths are cut to the shorter.

    Raises:
        TryFailed: it has no choice, or does not look like an answer at all.
    """
    if not isinstance(body, dict):
        raise TryFailed("malformed", "the body is not a JSON object")
    choices = body.get("choices")
    if not choices:
        problem = body.get("error")
        words = problem.get("message") if isinstance(problem, dict) else problem
        # some gateways report a provider's failure under status 200
        raise TryFailed("empty", one_line(f"no choices: {words}") if words else "no choices")
    try:
        choice = choices[0]
        message = choice["message"]
        text, finish = message.get("content"), choice.get("finish_reason") or "stop"
        if text is None:
            refusal = message.get("refusal")
            text, finish = (refusal, "refusal") if isinstance(refusal, str) else ("", finish)
        ids, logprobs = choice.get("token_ids"), choice.get("logprobs")
        token_ids = tuple(map(int, ids)) if ids is not None else None
        values = tuple(float(entry["logprob"]) for entry in logprobs["content"]) if logprobs and logprobs.get("content") is not None else None
        prompt_ids = body.get("prompt_token_ids")
        usage = _usage(body.get("usage"))
        if not isinstance(text, str) or not isinstance(finish, str):
            raise TypeError("content is not text")
        if token_ids is not None and values is not None and len(token_ids) != len(values):
            token_ids, values = token_ids[: len(values)], values[: len(token_ids)]
        return Reply(
            text=text,
            finish=finish,
            token_ids=token_ids,
            logprobs=values,
            prompt_token_ids=tuple(map(int, prompt_ids)) if prompt_ids is not None else None,
            usage=usage,
            cost=None if price is None else price.cost(usage),
            latency=latency,
            model=_version(body),
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
        raise TryFailed("malformed", one_line(f"the body is no chat completion: {problem}")) from None


def decode(raw: bytes) -> Any:
    """Decode a body.

    Raises:
        TryFailed: it is not JSON.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise TryFailed("malformed", one_line(f"the body is not JSON: {problem}")) from None


def _usage(made: Any) -> Usage:
    if not isinstance(made, dict):
        return Usage()
    prompt, completion = made.get("prompt_tokens_details"), made.get("completion_tokens_details")
    cached = prompt.get("cached_tokens") if isinstance(prompt, dict) else None
    return Usage(
        int(made.get("prompt_tokens") or 0),
        int(made.get("completion_tokens") or 0),
        int(cached or made.get("prompt_cache_hit_tokens") or 0),  # the second is DeepSeek's name for it
        int(completion.get("reasoning_tokens") or 0) if isinstance(completion, dict) else 0,
    )


def _version(body: dict[str, Any]) -> str:
    model, fingerprint = one_line(str(body.get("model") or "")), body.get("system_fingerprint")
    return f"{model} ({one_line(str(fingerprint))})" if fingerprint else model
