"""numba's compiler as modules of compiled loops use it; importing this module needs numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    _Function = TypeVar("_Function", bound=Callable[..., Any])

    # numba has no types; a compiled function has those of its source
    def njit(**options: Any) -> Callable[[_Function], _Function]:
        """Compile a function without Python objects."""
else:
    from numba import njit

__all__ = ["njit"]
