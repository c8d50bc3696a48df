"""Seeds derived from seeds, by name: the same everywhere, always, and unrelated to one another."""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["child_rng", "child_seed"]


def child_seed(seed: int, *path: object) -> int:
    """Derive a seed of 63 bits from ``seed`` and the names on ``path``."""
    text = "/".join([str(seed), *map(str, path)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def child_rng(seed: int, *path: object) -> np.random.Generator:
    """Make the generator of a derived seed."""
    return np.random.default_rng(child_seed(seed, *path))
