"""Stop-loss: the money and the tokens that a run may spend, shared by all its models."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

from ..errors import ParameterError
from .chat import ChatModel, ModelFailure, Reply, Request, Usage
from .limit import prompt_tokens_at_most
from .pricing import Price
from .single import Wrapper

__all__ = ["Budget", "Spending"]


@dataclass
class Spending:
    """The purse of a run.

    What a request may cost at most is set aside before it is sent and settled when its reply is there. A request that does not fit beside those in
    flight waits for them to settle; one that does not fit at all is refused. The limit holds as far as the estimate from above does; tries that failed are
    booked as nothing, because their answer never told what it cost.

    Attributes:
        money: most US dollars; None for no limit.
        tokens: most tokens, prompt and answer; None for no limit.
        spent_money, spent_tokens: so far; a resumed run begins with what it had spent.
    """

    money: float | None = None
    tokens: int | None = None
    spent_money: float = 0.0
    spent_tokens: int = 0

    def __post_init__(self) -> None:
        for name in ("money", "tokens"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise ParameterError(f"budget {name}={value!r} should be 0 or more, or null for no limit")
        self._held_money = 0.0
        self._held_tokens = 0
        self._in_flight = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def reserve(self, money: float, tokens: int) -> None:
        """Set aside what a request may cost at most.

        Raises:
            ModelFailure: it does not fit any more; fatal.
        """
        while (lack := self._lack(money, tokens)) is not None:
            if not self._in_flight:
                raise ModelFailure(lack, ("budget",), fatal=True)
            settled = asyncio.get_running_loop().create_future()
            self._waiting.append(settled)
            await settled
        self._held_money += money
        self._held_tokens += tokens
        self._in_flight += 1

    def settle(self, money: float, tokens: int, spent_money: float, spent_tokens: int) -> None:
        """Give back what was set aside and book what was spent."""
        self._in_flight -= 1
        # rounding must not leave a crumb set aside when nothing is in flight
        self._held_money = self._held_money - money if self._in_flight else 0.0
        self._held_tokens -= tokens
        self.spent_money += spent_money
        self.spent_tokens += spent_tokens
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _lack(self, money: float, tokens: int) -> str | None:
        if self.money is not None and self.spent_money + self._held_money + money > self.money:
            return f"the budget of {self.money:g} US dollars is spent: {self.spent_money:.4f} so far, and the next request may cost {money:.4f}"
        if self.tokens is not None and self.spent_tokens + self._held_tokens + tokens > self.tokens:
            return f"the budget of {self.tokens} tokens is spent: {self.spent_tokens} so far, and the next request may take {tokens}"
        return None


class Budget(Wrapper):
    """Draws on a run's :class:`Spending` for every request; belongs outside the retry layer and inside the cache.

    Args:
        inner: the model.
        spending: the purse, shared by all models of a run.
        price: the model's price table; needed when the purse limits money.
        assumed_tokens: the answer's tokens where a request sets no limit.
    """

    def __init__(self, inner: ChatModel, spending: Spending, price: Price | None = None, *, assumed_tokens: int = 4096) -> None:
        super().__init__(inner)
        if spending.money is not None and price is None:
            raise ParameterError(f"model {self.name!r} needs a price table, because the run has a limit on money")
        self.spending = spending
        self._price = price
        self._assumed = assumed_tokens

    async def one(self, request: Request) -> Reply:
        prompt, answer = prompt_tokens_at_most(request), request.sampling.max_tokens or self._assumed
        money = self._price.cost(Usage(prompt, answer)) if self._price is not None else 0.0
        await self.spending.reserve(money, prompt + answer)
        spent_money, spent_tokens = 0.0, 0
        try:
            reply = await self.inner.one(request)
            spent_money, spent_tokens = reply.cost or 0.0, reply.usage.prompt_tokens + reply.usage.completion_tokens
            return reply
        finally:
            self.spending.settle(money, prompt + answer, spent_money, spent_tokens)
