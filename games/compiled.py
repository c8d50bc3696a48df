"""Modules that need numba, loaded when an engine is made."""

from __future__ import annotations

import importlib
from types import ModuleType

from ..errors import LudensError, MissingExtra

__all__ = ["compiled"]


def compiled(module: str, what: str) -> ModuleType:
    """Import a module of compiled loops.

    Args:
        module: its full name.
        what: how messages call the engine that needs it.

    Raises:
        MissingExtra: numba is not installed.
        LudensError: another module is missing.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] == "numba":
            raise MissingExtra(what, "fast") from problem
        raise LudensError(f"{what} does not load: {problem}") from problem
