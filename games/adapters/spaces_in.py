"""Spaces of Gymnasium as domains of ours, and back: what may be answered, which answers a mask leaves, and which action an answer is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...errors import LudensError
from ..domains import Domain, Integer, OneOf, Real, Record

__all__ = ["Unfit", "action_of", "domain_of", "flat_space", "flattened", "legal"]

DECIMALS = 4
"""A number of a Box action may have so many."""
MOST_PARTS = 64
"""An action may consist of so many numbers."""


class Unfit(LudensError):
    """A space that no domain or no array stands for."""


def domain_of(space: spaces.Space[Any], names: tuple[str, ...] = (), masked: bool = False) -> Domain:
    """Give the domain of an action space.

    Args:
        space: the environment's.
        names: of the actions of a ``Discrete`` space, in order.
        masked: some actions may be closed at times: they are words then, so that those that are open can be listed.

    Raises:
        Unfit: no domain stands for the space, or the number of names is another than that of the actions.
    """
    if names and (not isinstance(space, spaces.Discrete) or len(names) != space.n):
        raise Unfit(f"actions= names {len(names)} actions, but the action space is {space}")
    if isinstance(space, spaces.Discrete):
        return _whole(int(space.start), int(space.n), names, masked)
    if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1:
        parts = [_whole(int(start), int(count), (), masked) for start, count in zip(space.start, space.nvec, strict=True)]
    elif isinstance(space, spaces.MultiBinary) and len(space.shape or ()) == 1:
        parts = [_whole(0, 2, (), masked) for _ in range((space.shape or ())[0])]
    elif isinstance(space, spaces.Box):
        if not np.isfinite(space.low).all() or not np.isfinite(space.high).all():
            raise Unfit(f"the action space {space} has no bounds")
        whole = np.issubdtype(space.dtype, np.integer)
        bounds = zip(space.low.ravel().tolist(), space.high.ravel().tolist(), strict=True)
        parts = [Integer(int(low), int(high)) if whole else Real(low, high, DECIMALS) for low, high in bounds]
    else:
        raise Unfit(f"the action space {space} is not Discrete, a list of Discrete ones, MultiBinary or Box")
    if not 1 <= len(parts) <= MOST_PARTS:
        raise Unfit(f"the action space {space} has {len(parts)} numbers; 1 to {MOST_PARTS} can be asked for")
    return parts[0] if len(parts) == 1 else Record.of({f"part_{number}": part for number, part in enumerate(parts)})


def _whole(start: int, count: int, names: tuple[str, ...], masked: bool) -> Domain:
    if names or masked:
        return OneOf(names or tuple(str(start + number) for number in range(count)))
    return Integer(start, start + count - 1)


def legal(domain: Domain, mask: Sequence[int]) -> Domain:
    """Leave of a domain what a mask allows (ones, in the order of the actions; parts one after the other). A mask that allows nothing is not heeded."""
    if isinstance(domain, OneOf):
        allowed = tuple(option for option, free in zip(domain.options, mask, strict=True) if free)
        return OneOf(allowed) if allowed else domain
    if isinstance(domain, Record):
        flags, parts = list(mask), {}
        for name, part in domain.fields:
            size = part.size() or 0
            parts[name], flags = legal(part, flags[:size]), flags[size:]
        return Record.of(parts)
    return domain


def action_of(space: spaces.Space[Any], domain: Domain, choice: Any) -> Any:
    """Turn an answer into the environment's action."""
    parts = [choice[name] for name, _ in domain.fields] if isinstance(domain, Record) else [choice]
    domains = [part for _, part in domain.fields] if isinstance(domain, Record) else [domain]
    starts = np.ravel(space.start).tolist() if isinstance(space, spaces.Discrete | spaces.MultiDiscrete) else [0] * len(parts)
    numbers = [start + part.options.index(item) if isinstance(part, OneOf) else item for start, part, item in zip(starts, domains, parts, strict=True)]
    if isinstance(space, spaces.Discrete):
        return space.dtype.type(numbers[0])
    made = np.array(numbers, dtype=space.dtype).reshape(space.shape)
    # a bound of single precision may lie below the number it was written as
    return np.clip(made, space.low, space.high) if isinstance(space, spaces.Box) else made


def flat_space(space: spaces.Space[Any]) -> spaces.Box:
    """Give the space of the array that stands for an observation: a Box is itself, others are flattened as Gymnasium does (categories one-hot).

    Raises:
        Unfit: it has no fixed shape.
    """
    if isinstance(space, spaces.Box):
        return space
    try:
        flat = spaces.flatten_space(space)
    except NotImplementedError:
        flat = None
    if not isinstance(flat, spaces.Box):
        raise Unfit(f"the observation space {space} has no array of a fixed shape")
    return flat


def flattened(space: spaces.Space[Any], value: Any) -> NDArray[Any]:
    """Write an observation as an array in :func:`flat_space`."""
    if isinstance(space, spaces.Box):
        return np.array(value, dtype=space.dtype).reshape(space.shape)
    return np.array(spaces.flatten(space, value))
