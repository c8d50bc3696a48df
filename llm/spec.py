"""The frozen description of a model, and the stack of wrappers that is built from it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, get_args
from urllib.parse import urlsplit

import numpy as np

from ..errors import ParameterError, nearest
from .budget import Budget, Spending
from .cache import Cache, Replies
from .chat import ChatModel, Sampling
from .endpoint import Endpoint, read_key
from .engines import engine
from .limit import Limit
from .meter import Meter, Totals
from .pricing import Price
from .retry import Backoff, Retry
from .wire import OPEN, Dialect, SeedField, Structured, TokenField

__all__ = ["ModelSpec", "check_names"]

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_PACE = ("concurrency", "requests_per_minute", "tokens_per_minute")


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """Which model, where, how it is asked and what it may cost. It holds no secret: a key is named by its environment variable.

    Attributes:
        engine: a registered engine (:func:`ludens.llm.engines.engines`).
        model: the model name as the engine knows it.
        name: how keys, price tables and reports call it; by default ``model``, and a digest of all that changes answers where any of it is set.
        base_url: of the server, up to and with ``/v1``; "" for the engine's default.
        api_key_env: the environment variable that holds the key; "" for none.
        sampling: values for what requests leave open.
        concurrency: most requests in flight; None for no limit.
        requests_per_minute, tokens_per_minute: None for no limit.
        timeout: seconds that one try may take, body included.
        max_retries: most tries of a request after the first.
        backoff: waiting between tries.
        price: US dollars per million tokens; None when unknown.
        structured: how a schema is passed on (:class:`ludens.llm.wire.Dialect`).
        token_field: what the limit on the answer's tokens is called.
        seed_field: what the seed is called; ``"none"`` sends none.
        extra_body: further fields of every payload.
        options: the engine's own parameters.
    """

    engine: str
    model: str
    name: str = ""
    base_url: str = ""
    api_key_env: str = ""
    sampling: Sampling = OPEN
    concurrency: int | None = 64
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout: float = 120.0
    max_retries: int = 8
    backoff: Backoff = field(default_factory=Backoff)
    price: Price | None = None
    structured: Structured = "json_schema"
    token_field: TokenField = "max_tokens"
    seed_field: SeedField = "seed"
    extra_body: Mapping[str, Any] = field(default_factory=dict, hash=False)
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        engine(self.engine)
        self._require(self.model not in ("", "???"), "model", "should name a model")
        # the value is not repeated in the message: it may be a key
        if self.api_key_env and not _VARIABLE.fullmatch(self.api_key_env):
            raise ParameterError(f"model {self.model!r}: api_key_env should name an environment variable such as OPENAI_API_KEY, not hold the key itself")
        if "@" in urlsplit(self.base_url).netloc:
            raise ParameterError(f"model {self.model!r}: base_url should hold no user name or password")
        for name, kind in (("price", Price), ("backoff", Backoff), ("sampling", Sampling), ("extra_body", Mapping), ("options", Mapping)):
            value = getattr(self, name)
            self._require(isinstance(value, kind) or (name == "price" and value is None), name, "should be a mapping")
        for name in ("timeout", "max_retries", "concurrency", "requests_per_minute", "tokens_per_minute"):
            value = getattr(self, name)
            unlimited = value is None and name not in ("timeout", "max_retries")
            self._require(unlimited or (isinstance(value, int | float) and not isinstance(value, bool)), name, "should be a number")
        self._require(math.isfinite(self.timeout) and self.timeout > 0, "timeout", "should be a number of seconds, more than 0")
        self._require(self.max_retries >= 0, "max_retries", "should be 0 or more")
        self._require(self.structured in get_args(Structured), "structured", f"should be one of {', '.join(get_args(Structured))}")
        self._require(self.token_field in get_args(TokenField), "token_field", f"should be one of {', '.join(get_args(TokenField))}")
        self._require(self.seed_field in get_args(SeedField), "seed_field", f"should be one of {', '.join(get_args(SeedField))}")
        for limit in ("concurrency", "requests_per_minute", "tokens_per_minute"):
            self._require(getattr(self, limit) is None or getattr(self, limit) > 0, limit, "should be more than 0, or null for no limit")
        if not self.name:
            object.__setattr__(self, "name", self._default_name())

    def _require(self, condition: bool, name: str, should: str) -> None:
        if not condition:
            raise ParameterError(f"model {self.model!r}: {name}={getattr(self, name)!r} {should}")

    def _default_name(self) -> str:
        changing = {name: self.plain[name] for name in ("sampling", "extra_body", "structured", "options")}
        plain = {"sampling": asdict(OPEN), "extra_body": {}, "structured": "json_schema", "options": {}}
        if json.dumps(changing, sort_keys=True, default=list) == json.dumps(plain, sort_keys=True, default=list):
            return self.model
        return f"{self.model}#{hashlib.blake2b(json.dumps(changing, sort_keys=True, default=list).encode(), digest_size=3).hexdigest()}"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ModelSpec:
        """Make a spec from a configuration node: plain mappings, lists and values.

        Raises:
            ParameterError: an unknown key, a missing one, or a value out of range.
            UnknownName: no such engine.
        """
        made = _known("model", cls, given)
        for name, kind in (("price", Price), ("backoff", Backoff), ("sampling", Sampling)):
            if isinstance(made.get(name), Mapping):
                inner = _known(f"model {name}", kind, made[name])
                if kind is Sampling:
                    inner = {"max_tokens": None, **inner, "stop": tuple(inner.get("stop") or ())}
                made[name] = kind(**inner)
        try:
            return cls(**made)
        except TypeError as problem:
            raise ParameterError(f"model {made.get('model', '?')!r}: {problem}") from problem

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The spec as JSON values, for a run's record."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @property
    def identity(self) -> dict[str, Any]:
        """The same without what changes nothing of what it answers."""
        return {name: value for name, value in self.plain.items() if name not in _PACE}

    def endpoint(self) -> Endpoint:
        """Give what HTTP engines need, the key read from the environment.

        Raises:
            LudensError: the environment variable is not set.
        """
        dialect = Dialect(self.model, self.structured, self.token_field, self.seed_field, self.sampling, self.extra_body)
        return Endpoint(self.name, self.base_url, dialect, self.timeout, self.price, read_key(self.api_key_env, self.name))

    def bare(self) -> ChatModel:
        """Build the engine alone: one try a request, no limits.

        Raises:
            MissingExtra: a package that the engine needs is not installed; the message names the extra.
        """
        return engine(self.engine).load()(self)

    def build(
        self,
        *,
        replies: Replies | None = None,
        spending: Spending | None = None,
        totals: Totals | None = None,
        rng: np.random.Generator | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Meter:
        """Build the whole stack: meter, cache, budget, retry, limit, engine, from the outside in.

        Args:
            replies: where replies are kept; None for no cache.
            spending: the run's purse; None for no limit.
            totals: the run's accounts.
            rng: jitter of the waiting between tries.
            sleep: replaces ``asyncio.sleep`` between tries (tests).
        """
        kind = engine(self.engine)
        model: ChatModel = self.bare()
        if self.concurrency or self.requests_per_minute or self.tokens_per_minute:
            model = Limit(model, self.concurrency, self.requests_per_minute, self.tokens_per_minute)
        if kind.remote:
            model = Retry(model, self.max_retries + 1, self.backoff, rng=rng, sleep=sleep)
        if spending is not None:
            model = Budget(model, spending, self.price)
        if replies is not None:
            model = Cache(model, replies)
        return Meter(model, totals)


def check_names(specs: Iterable[ModelSpec]) -> None:
    """Make sure that no two different models of a run have one name: they would share cached replies and accounts.

    Raises:
        ParameterError: two do.
    """
    seen: dict[str, ModelSpec] = {}
    for spec in specs:
        other = seen.setdefault(spec.name, spec)
        if other != spec:
            raise ParameterError(f"two different models are called {spec.name!r}; give one of them another name")


def _known(what: str, kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    names = [item.name for item in fields(kind)]
    for name in given:
        if name not in names:
            raise ParameterError(f"{what}: unknown key {name!r}{nearest(str(name), names)}")
    return dict(given)


def _plain(value: Any) -> Any:
    if isinstance(value, Sampling | Backoff | Price):
        return asdict(value)
    return dict(value) if isinstance(value, Mapping) else value
