"""Money: what a reply cost, from its usage and a price table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import ParameterError
from .chat import Usage

__all__ = ["Price"]

_MILLION = 1e6


@dataclass(frozen=True)
class Price:
    """Prices in US dollars per million tokens.

    Attributes:
        prompt: of the prompt's tokens.
        completion: of the answer's tokens, reasoning included (providers count it as part of the completion).
        cached: of prompt tokens that the provider had cached; None when they cost as much as others.
    """

    prompt: float = 0.0
    completion: float = 0.0
    cached: float | None = None

    def __post_init__(self) -> None:
        for name in ("prompt", "completion", "cached"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int | float) and math.isfinite(value) and value >= 0):
                raise ParameterError(f"price {name}={value!r} should be US dollars per million tokens, 0 or more")

    def cost(self, usage: Usage) -> float:
        """Give the cost of ``usage`` in US dollars."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        cached_price = self.prompt if self.cached is None else self.cached
        return ((usage.prompt_tokens - cached) * self.prompt + cached * cached_price + usage.completion_tokens * self.completion) / _MILLION
