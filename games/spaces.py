"""Domains as Gymnasium spaces: the numeric face of a game.

A domain with at most :data:`MAX_DISCRETE` values becomes ``Discrete`` over their fixed order, so that a mask can say which
are legal; larger ones become ``Box`` or ``Dict`` without a mask.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from .domains import Acts, Domain, Integer, Real, Record, Text
from .mixtures import Mixture
from .replies import clean_text

__all__ = ["MAX_DISCRETE", "Codec", "FreeText", "codec"]

MAX_DISCRETE = 20_000


class FreeText(gymnasium.Space[str]):
    """All strings of at most ``max_length`` characters (``gymnasium.spaces.Text`` refuses a blank by default)."""

    def __init__(self, max_length: int, seed: int | np.random.Generator | None = None) -> None:
        self.max_length = max_length
        super().__init__(dtype=str, seed=seed)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz ,.?!"
        size = int(self.np_random.integers(0, min(self.max_length, 40) + 1))
        return "".join(letters[int(index)] for index in self.np_random.integers(len(letters), size=size))

    def contains(self, x: Any) -> bool:
        return isinstance(x, str) and len(x) <= self.max_length

    def __repr__(self) -> str:
        return f"FreeText({self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FreeText) and other.max_length == self.max_length

    def __hash__(self) -> int:
        return hash(("FreeText", self.max_length))


class Codec:
    """Both ways between the values of one domain and the elements of its space.

    Attributes:
        space: the Gymnasium space.
        values: the values in order when the space is ``Discrete``, else None.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        size = domain.size()
        self.values: tuple[Any, ...] | None = None
        if size is not None and size <= MAX_DISCRETE:
            self.values = tuple(domain.values())
            self._index = {_frozen(value): index for index, value in enumerate(self.values)}
        self.space: spaces.Space[Any] = spaces.Discrete(len(self.values)) if self.values is not None else self._structured()

    def _structured(self) -> spaces.Space[Any]:
        domain = self.domain
        if isinstance(domain, Integer):
            return spaces.Discrete(domain.size())
        if isinstance(domain, Real):
            return spaces.Box(domain.low, domain.high, (1,), np.float64)
        if isinstance(domain, Mixture):
            return spaces.Box(0.0, 1.0, (len(domain.options),), np.float64)
        if isinstance(domain, Text):
            return FreeText(domain.max_chars)
        if isinstance(domain, Record):
            return spaces.Dict({name: codec(inner).space for name, inner in domain.fields})
        if isinstance(domain, Acts):
            parts: dict[str, spaces.Space[Any]] = {"act": spaces.Discrete(len(domain.acts))}
            for name, record in domain.acts:
                parts.update({f"{name}.{key}": codec(inner).space for key, inner in record.fields})
            return spaces.Dict(parts)
        raise TypeError(f"no space for {type(domain).__name__}")

    def encode(self, value: Any) -> Any:
        """Turn a value of the domain into an element of the space. Fields of acts not taken are zero."""
        domain = self.domain
        if self.values is not None:
            return np.int64(self._index[_frozen(value)])
        if isinstance(domain, Integer):
            return np.int64((value - domain.low) // domain.step)
        if isinstance(domain, Real):
            return np.array([value], dtype=np.float64)
        if isinstance(domain, Mixture):
            return np.array([value[name] for name in domain.options], dtype=np.float64)
        if isinstance(domain, Record):
            return {name: codec(inner).encode(value[name]) for name, inner in domain.fields}
        if isinstance(domain, Acts):
            sample: dict[str, Any] = {"act": np.int64(domain.names.index(value["act"]))}
            for name, record in domain.acts:
                for key, inner in record.fields:
                    part = codec(inner)
                    sample[f"{name}.{key}"] = part.encode(value[key]) if name == value["act"] else part.zero()
            return sample
        return value

    def decode(self, sample: Any) -> Any:
        """Turn an element of the space into a value, which may still break a bound on a sum: check it."""
        domain = self.domain
        if self.values is not None:
            return self.values[int(sample)]
        if isinstance(domain, Integer):
            return domain.low + domain.step * int(sample)
        if isinstance(domain, Real):
            return round(float(np.asarray(sample).reshape(-1)[0]), domain.decimals)
        if isinstance(domain, Mixture):
            return domain.of(np.asarray(sample, dtype=np.float64).reshape(-1))
        if isinstance(domain, Text):
            return clean_text(str(sample))
        if isinstance(domain, Record):
            return {name: codec(inner).decode(sample[name]) for name, inner in domain.fields}
        if isinstance(domain, Acts):
            name, record = domain.acts[int(sample["act"])]
            return {"act": name, **{key: codec(inner).decode(sample[f"{name}.{key}"]) for key, inner in record.fields}}
        raise TypeError(f"no value for {type(domain).__name__}")

    def zero(self) -> Any:
        """Give a fixed element of the space, for parts that do not matter."""
        if self.values is not None or isinstance(self.domain, Integer):
            return np.int64(0)
        if isinstance(self.domain, Real):
            return np.array([self.domain.low], dtype=np.float64)
        if isinstance(self.domain, Mixture):
            return np.eye(len(self.domain.options))[0]
        if isinstance(self.domain, Text):
            return ""
        if isinstance(self.domain, Record):
            return {name: codec(inner).zero() for name, inner in self.domain.fields}
        return {name: _zero_of(part) for name, part in self.space.spaces.items()}  # type: ignore[attr-defined]

    def mask(self, legal: Domain | None) -> np.ndarray | None:
        """Say which elements of a discrete space are legal: int8 of shape (n,), all zero for None; None without a discrete space."""
        if not isinstance(self.space, spaces.Discrete):
            return None
        size = int(self.space.n)
        if legal is None:
            return np.zeros(size, dtype=np.int8)
        return _mask(self.domain, legal).copy()


@lru_cache(maxsize=4096)
def codec(domain: Domain) -> Codec:
    """Make (or find) the codec of a domain."""
    return Codec(domain)


@lru_cache(maxsize=8192)
def _mask(full: Domain, legal: Domain) -> np.ndarray:
    coder = codec(full)
    if full == legal:
        return np.ones(int(coder.space.n), dtype=np.int8)  # type: ignore[attr-defined]
    values = coder.values if coder.values is not None else list(full.values())
    return np.array([legal.check(value) is None for value in values], dtype=np.int8)


def _frozen(value: Any) -> Any:
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value


def _zero_of(space: spaces.Space[Any]) -> Any:
    if isinstance(space, spaces.Discrete):
        return np.int64(0)
    if isinstance(space, spaces.Box):
        return space.low.copy()
    if isinstance(space, spaces.Dict):
        return {name: _zero_of(part) for name, part in space.spaces.items()}
    return ""
