"""SplitMix64 in compiled loops: a stream of random words out of a counter; importing this module needs numba.

Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import njit

__all__ = ["GAMMA", "drawn", "mix"]

GAMMA = np.uint64(0x9E3779B97F4A7C15)
"""What a stream goes on by from word to word."""
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_11, _27, _30, _31 = (np.uint64(number) for number in (11, 27, 30, 31))
_UNIT = 1.0 / 9007199254740992.0


@njit(cache=True, error_model="numpy", inline="always")
def mix(word: np.uint64) -> np.uint64:
    """Give the random word that belongs to a place of a stream."""
    word = (word ^ (word >> _30)) * _MIX_1
    word = (word ^ (word >> _27)) * _MIX_2
    return word ^ (word >> _31)


@njit(cache=True, error_model="numpy", inline="always")
def drawn(seeds: NDArray[np.uint64], i: int) -> float:
    """Draw a number from 0 to 1 from stream ``i``."""
    seeds[i] += GAMMA
    return float(mix(seeds[i]) >> _11) * _UNIT
