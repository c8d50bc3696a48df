"""Plain-data form of positions: everything a state may hold, to JSON values and back, exactly.

Tuples, sets, arrays, generators, moves, events and dictionaries with keys that are not strings are tagged; nothing is pickled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["FIXED", "copy_plain", "pack", "unpack"]

_TAG = "__is__"


def pack(value: Any) -> Any:
    """Turn a value into JSON values. Raises TypeError for a kind that has no plain form."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and _TAG not in value:
            return {key: pack(item) for key, item in value.items()}
        return {_TAG: "dict", "items": [[pack(key), pack(item)] for key, item in value.items()]}
    if isinstance(value, tuple):
        return {_TAG: type(value).__name__ if hasattr(value, "_fields") else "tuple", "items": [pack(item) for item in value]}
    if isinstance(value, set | frozenset):
        return {_TAG: type(value).__name__, "items": [pack(item) for item in sorted(value)]}
    if isinstance(value, np.ndarray):
        return {_TAG: "array", "dtype": str(value.dtype), "shape": list(value.shape), "items": value.ravel().tolist()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.random.Generator):
        return {_TAG: "rng", "state": value.bit_generator.state}
    raise TypeError(f"a state may not hold {type(value).__name__}: only plain values, tuples, arrays and generators")


def unpack(value: Any) -> Any:
    """Undo :func:`pack`."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_TAG)
    if kind is None:
        return {key: unpack(item) for key, item in value.items()}
    if kind == "rng":
        rng = np.random.default_rng(0)
        rng.bit_generator.state = value["state"]
        return rng
    items = [unpack(item) for item in value["items"]]
    if kind == "array":
        return np.array(items, dtype=value["dtype"]).reshape(value["shape"])
    if kind == "dict":
        return dict(items)
    if kind in _NAMED:
        return _NAMED[kind](*items)
    return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](items)


def copy_plain(value: Any) -> Any:
    """Copy mutable containers, arrays and generators all the way down; share what cannot change."""
    kind = type(value)
    if kind in FIXED:
        return value
    if kind is list or isinstance(value, list):
        # most items cannot change: asking here saves a call each
        return [item if type(item) in FIXED else copy_plain(item) for item in value]
    if kind is dict:
        return {key: item if type(item) in FIXED else copy_plain(item) for key, item in value.items()}
    if isinstance(value, set):
        return set(value)
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, np.random.Generator):
        twin = np.random.default_rng(0)
        twin.bit_generator.state = value.bit_generator.state
        return twin
    return value


FIXED = frozenset({bool, int, float, str, bytes, tuple, type(None)})
"""Types whose values can be shared by copies."""
_NAMED: dict[str, Any] = {}


def named(cls: Any) -> Any:
    """Let a NamedTuple travel through :func:`pack` under its class name (a decorator)."""
    _NAMED[cls.__name__] = cls
    return cls
