"""The domain of mixed choices: how likely each of a few options is to be taken."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .domains import Domain
from .replies import Unreadable, read_number, read_object, read_pairs, short

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Mixture"]

_DECIMALS = 6
_ROUNDED = 0.02
"""Probabilities that are off 1 by so much were rounded, and are scaled to 1; by more, they are no distribution."""


@dataclass(frozen=True)
class Mixture(Domain):
    """A probability for each option, together 1: ``{"A": 0.25, "B": 0.75}``; six decimals are kept."""

    options: tuple[str, ...]

    def explain(self) -> str:
        return f"a probability from 0 to 1 for each of {', '.join(self.options)}, together 1"

    def form(self, style: str = "json") -> str:
        if style == "json":
            return "{" + ", ".join(f'"{name}": <probability>' for name in self.options) + "}"
        return " ".join(f"{name}=<probability>" for name in self.options)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: {"type": "number", "minimum": 0, "maximum": 1} for name in self.options},
            "required": list(self.options),
            "additionalProperties": False,
        }

    def pattern(self) -> str:
        return " ".join(f"{re.escape(name)}=(?:1|0(?:[.][0-9]{{1,{_DECIMALS}}})?)" for name in self.options)

    def check(self, value: Any) -> str | None:
        if not isinstance(value, dict) or value.keys() != set(self.options):
            return f"expected a probability for each of {', '.join(self.options)}"
        for name, chance in value.items():
            if type(chance) not in (int, float) or not 0 <= chance <= 1:
                return f"{name}: {short(chance)} is not a probability from 0 to 1"
        total = math.fsum(value.values())
        return None if abs(total - 1) <= len(value) * 10**-_DECIMALS else f"the probabilities add up to {total:.4g}, not to 1"

    def read(self, raw: Any) -> tuple[Any, bool]:
        repaired = isinstance(raw, str)
        if isinstance(raw, str):
            raw = read_object(raw.strip())
        if isinstance(raw, str):
            raw = read_pairs(raw)
        if not isinstance(raw, dict) or not raw:
            raise Unreadable(f"expected {self.explain()}")
        names = {name.casefold(): name for name in self.options}
        chances = dict.fromkeys(self.options, 0.0)
        for key, item in raw.items():
            name = names.get(str(key).strip().casefold())
            if name is None:
                raise Unreadable(f"{short(key)} is none of: {', '.join(self.options)}")
            percent = isinstance(item, str) and item.strip().endswith("%")
            number, mended = read_number(item.strip()[:-1] if percent else item)
            chances[name] = float(number) / (100 if percent else 1)
            repaired = repaired or mended or percent or name != key
        total = math.fsum(chances.values())
        if total > 1 + _ROUNDED and abs(total - 100) <= 100 * _ROUNDED:
            chances = {name: chance / 100 for name, chance in chances.items()}
            total, repaired = total / 100, True
        if len(chances) * 10**-_DECIMALS < abs(total - 1) <= _ROUNDED:
            repaired = True
            chances = {name: chance / total for name, chance in chances.items()}
        return {name: round(chance, _DECIMALS) for name, chance in chances.items()}, repaired or len(raw) != len(chances)

    def sample(self, rng: np.random.Generator) -> Any:
        return self.of(rng.dirichlet([1.0] * len(self.options)))

    def of(self, weights: np.ndarray) -> dict[str, float]:
        """Give the value in the direction of weights of shape (options,), rounded as values are; weights that are all zero give no legal value."""
        total = float(weights.sum())
        chances = weights / total if total > 0 and abs(total - 1) > len(self.options) * 10**-_DECIMALS else weights
        return {name: round(float(chance), _DECIMALS) for name, chance in zip(self.options, chances, strict=True)}

    def show(self, value: Any) -> str:
        return " ".join(f"{name}={value[name]:.{_DECIMALS}f}".rstrip("0").rstrip(".") for name in self.options)
