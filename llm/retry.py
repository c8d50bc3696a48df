"""The one retry layer: what is tried again, how long is waited, and a record of every failed try."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MissingExtra, ParameterError
from .chat import ChatModel, ModelFailure, Reply, Request
from .failures import TryFailed
from .single import PerRequest, Wrapper

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["Backoff", "Retry"]


@dataclass(frozen=True)
class Backoff:
    """How long to wait before try ``n + 1``: ``first * 2^(n - 1)``, at most ``most``, times a random factor from [0.5, 1.5).

    Attributes:
        first, most: seconds.
        patience: the longest Retry-After that is waited for; a longer one fails the request.
    """

    first: float = 0.5
    most: float = 30.0
    patience: float = 300.0

    def __post_init__(self) -> None:
        for name in ("first", "most", "patience"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise ParameterError(f"backoff {name}={getattr(self, name)!r} should be a number of seconds, 0 or more")

    def seconds(self, failed: int, asked: float | None, rng: np.random.Generator) -> float:
        """Seconds to wait after ``failed`` failed tries when the server ``asked`` for that many (never less than it asked)."""
        own = min(self.first * 2.0 ** (failed - 1), self.most) * (0.5 + float(rng.random()))
        return own if asked is None else max(asked, own if asked == 0 else asked * (1 + 0.1 * float(rng.random())))


class Retry(Wrapper):
    """Tries again after rate limits, server errors, time-outs, dropped connections and unreadable or empty answers; nothing else.

    Args:
        inner: an engine that makes one try a request and raises :class:`TryFailed`.
        tries: most tries of one request.
        backoff: how long to wait between them.
        rng: jitter; by default seeded by the model's name.
        sleep: replaces ``asyncio.sleep`` (tests).
    """

    def __init__(
        self,
        inner: ChatModel,
        tries: int = 9,
        backoff: Backoff | None = None,
        *,
        rng: np.random.Generator | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(inner)
        if tries < 1:
            raise ParameterError(f"model {self.name!r}: tries={tries} should be 1 or more")
        try:
            import tenacity
        except ImportError:
            raise MissingExtra("the retry layer", "api") from None
        self.backoff = backoff or Backoff()
        self._rng = rng or np.random.default_rng(int.from_bytes(hashlib.blake2b(self.name.encode(), digest_size=8).digest(), "big"))
        self._policy = tenacity.AsyncRetrying(
            sleep=sleep, wait=self._wait, stop=tenacity.stop_after_attempt(tries), retry=tenacity.retry_if_exception(self._again), reraise=True
        )

    async def one(self, request: Request) -> Reply:
        start = time.perf_counter()
        try:
            return await self.inner.one(request)
        except ModelFailure as problem:
            first = problem
        # entering the policy costs as much as a lean request, so only those that failed once do; their first failure is its first attempt
        tries = _Tries(self.inner, request, first)
        last: ModelFailure
        try:
            # a copy, because the policy keeps the state of the call it serves
            reply: Reply = await self._policy.copy()(tries.attempt)
        except ModelFailure as problem:
            last = problem
        else:
            return replace(reply, retries=(*tries.reasons, *reply.retries), latency=time.perf_counter() - start)
        tried = f"no answer after {len(tries.reasons)} tries, the last of them: " if len(tries.reasons) > 1 else ""
        raise ModelFailure(f"model {self.name!r}: {tried}{tries.reasons[-1]}", tries.reasons, fatal=last.fatal)

    def _again(self, problem: BaseException) -> bool:
        return isinstance(problem, TryFailed) and problem.again and (problem.wait is None or problem.wait <= self.backoff.patience)

    def _wait(self, state: RetryCallState) -> float:
        problem = state.outcome.exception() if state.outcome is not None else None
        return self.backoff.seconds(state.attempt_number, problem.wait if isinstance(problem, TryFailed) else None, self._rng)


class _Tries:
    """The tries of one request, the first of which has already failed."""

    def __init__(self, inner: PerRequest, request: Request, first: ModelFailure) -> None:
        self._inner, self._request = inner, request
        self._first: ModelFailure | None = first
        self.reasons: list[str] = []

    async def attempt(self) -> Reply:
        try:
            if self._first is not None:
                first, self._first = self._first, None
                raise first
            return await self._inner.one(self._request)
        except ModelFailure as problem:
            self.reasons.extend(problem.reasons or (str(problem),))
            raise
