"""Accounting of live calls: requests, failed tries by reason, failures, tokens, money, latency; for progress, forecasts and reports."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .chat import ChatModel, ModelFailure, Reply, Request, Usage
from .single import Wrapper

__all__ = ["Latencies", "Meter", "ModelTotals", "Totals"]


class Latencies:
    """A histogram of seconds whose bins grow by 2 %: quantiles within 1 % in bounded memory."""

    _RATIO = math.log(1.02)

    def __init__(self) -> None:
        self._bins: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        """Count one latency."""
        self._bins[math.floor(math.log(max(seconds, 1e-6)) / self._RATIO)] += 1

    def quantile(self, q: float) -> float | None:
        """Give the ``q``-quantile in seconds; None when nothing was counted."""
        left = q * self._bins.total()
        for edge, count in sorted(self._bins.items()):
            left -= count
            if left <= 0:
                return math.exp((edge + 0.5) * self._RATIO)
        return None


@dataclass
class ModelTotals:
    """What was asked of one model.

    Every request is in exactly one of ``answered``, ``cached``, ``failures`` (by the last try's reason) and ``in_flight``; every failed try is in
    ``failed_tries``.

    Attributes:
        requests: begun.
        answered: answered by the model itself.
        cached: answered from the cache.
        cut: answers that were cut at the token limit.
        failures: requests without an answer, by reason; ``"cancelled"`` and ``"error"`` are those that ended otherwise.
        failed_tries: tries that failed, by reason, whether or not the request was answered in the end.
        usage: tokens of ``answered``.
        cost: US dollars of ``answered``, where a price is known.
        unpriced: answers without a price.
        saved: US dollars that cached answers had cost when they were bought.
        in_flight, peak: requests in flight now and at most.
        latencies: of ``answered``.
    """

    requests: int = 0
    answered: int = 0
    cached: int = 0
    cut: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    failed_tries: Counter[str] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    saved: float = 0.0
    in_flight: int = 0
    peak: int = 0
    latencies: Latencies = field(default_factory=Latencies)

    @property
    def usage(self) -> Usage:
        """Tokens of all answers that the model gave itself."""
        return Usage(self.prompt_tokens, self.completion_tokens, self.cached_tokens, self.reasoning_tokens)

    def plain(self) -> dict[str, Any]:
        """Give the totals as JSON values."""
        made = {name: value for name, value in vars(self).items() if name not in ("failures", "failed_tries", "latencies")}
        quantiles = {f"latency_p{round(100 * q)}": self.latencies.quantile(q) for q in (0.5, 0.9, 0.99)}
        return {**made, **quantiles, "failures": dict(self.failures), "failed_tries": dict(self.failed_tries)}


class Totals:
    """The totals of all models of a run, by name."""

    def __init__(self) -> None:
        self.models: dict[str, ModelTotals] = {}

    def of(self, name: str) -> ModelTotals:
        """Give the totals of one model, new ones at first."""
        return self.models.setdefault(name, ModelTotals())

    @property
    def cost(self) -> float:
        """US dollars spent on answers, over all models."""
        return math.fsum(item.cost for item in self.models.values())

    @property
    def tokens(self) -> int:
        """Tokens of prompts and answers, over all models."""
        return sum(item.prompt_tokens + item.completion_tokens for item in self.models.values())

    @property
    def requests(self) -> int:
        """Requests begun, over all models."""
        return sum(item.requests for item in self.models.values())

    def plain(self) -> dict[str, dict[str, Any]]:
        """Give all totals as JSON values by model."""
        return {name: item.plain() for name, item in sorted(self.models.items())}


class Meter(Wrapper):
    """Counts what passes; the outermost wrapper.

    Args:
        inner: the model.
        totals: where to count, shared by all models of a run.
    """

    def __init__(self, inner: ChatModel, totals: Totals | None = None) -> None:
        super().__init__(inner)
        self.totals = totals if totals is not None else Totals()
        self._own = self.totals.of(self.name)

    async def one(self, request: Request) -> Reply:
        own = self._own
        own.requests += 1
        own.in_flight += 1
        own.peak = max(own.peak, own.in_flight)
        try:
            reply = await self.inner.one(request)
        except ModelFailure as problem:
            reasons = [_kind(reason) for reason in problem.reasons] or ["unknown"]
            own.failed_tries.update(reasons)
            own.failures[reasons[-1]] += 1
            raise
        except BaseException as problem:
            own.failures["error" if isinstance(problem, Exception) else "cancelled"] += 1
            raise
        finally:
            own.in_flight -= 1
        self._book(own, reply)
        return reply

    @staticmethod
    def _book(own: ModelTotals, reply: Reply) -> None:
        if reply.cached:
            own.cached += 1
            own.saved += reply.cost or 0.0
            return
        own.answered += 1
        own.latencies.add(reply.latency)
        usage = reply.usage
        own.prompt_tokens += usage.prompt_tokens
        own.completion_tokens += usage.completion_tokens
        own.cached_tokens += usage.cached_tokens
        own.reasoning_tokens += usage.reasoning_tokens
        if reply.finish == "length":
            own.cut += 1
        if reply.cost is None:
            own.unpriced += 1
        else:
            own.cost += reply.cost
        if reply.retries:
            own.failed_tries.update(_kind(reason) for reason in reply.retries)


def _kind(reason: str) -> str:
    return reason.partition(":")[0]
