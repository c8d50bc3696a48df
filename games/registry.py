"""Which games there are: ``register``, ``make``, ``spec``, ``all_ids``, ``adapter_ids``.

A family registers its games in its folder's ``__init__`` by ``register("name-v0", "module:Class", ...)``, which loads
no rules. Third parties do the same in a module named by an entry point of the group ``ludens.games``.

An adapter is one id for all the games of another library (``adapts="open_spiel"``). It is made by its id like any game, but what walks all games
(``games=[all]``, the conformance tests, the PettingZoo registry) leaves it out: what it plays is not ours, and the library may be missing.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import warnings
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from ..errors import LudensError, MissingPackage, ParameterError, UnknownName, nearest
from ..plugins import load_plugins
from .core import Game
from .kinds import kind_problem
from .replies import short

__all__ = ["GameSpec", "adapter_ids", "all_ids", "make", "parameters", "register", "spec"]

_ID = re.compile(r"(?P<name>[a-z][a-z0-9_]*)-v(?P<version>\d+)")
_SPECS: dict[str, GameSpec] = {}


@dataclass(frozen=True)
class GameSpec:
    """One registered id.

    Attributes:
        id: ``name-vN``.
        entry_point: ``"module:Class"`` of a :class:`Game` subclass.
        kwargs: parameters that this id fixes by default (they can still be overridden).
        family: the folder or distribution it comes from.
        summary: one line for lists.
        adapts: the distribution whose games the id stands for; empty for a game whose rules are here.
    """

    id: str
    entry_point: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    family: str = ""
    summary: str = ""
    adapts: str = ""

    @property
    def name(self) -> str:
        """The id without its version."""
        return self.id.rpartition("-v")[0]

    @property
    def installed(self) -> bool:
        """Whether the distribution that it adapts is there; always for a game that adapts none."""
        try:
            return not self.adapts or bool(version(self.adapts))
        except PackageNotFoundError:
            return False

    def load(self) -> type[Game]:
        """Import the class. Raises MissingPackage when the distribution that it adapts is not installed."""
        if not self.installed:
            raise MissingPackage(self.id, self.adapts)
        module, _, attribute = self.entry_point.partition(":")
        return getattr(importlib.import_module(module), attribute)


def register(id: str, entry_point: str, *, summary: str = "", family: str | None = None, adapts: str = "", **kwargs: Any) -> None:
    """Register a game under a versioned id.

    Args:
        id: ``name-vN`` in lower case; a new version whenever behaviour changes.
        entry_point: ``"package.module:Class"``; imported when first made.
        summary: one line for lists.
        family: shown in lists; by default the package of the module.
        adapts: for an adapter, the distribution whose games it plays, as pip knows it; the id is then listed by :func:`adapter_ids`, not by :func:`all_ids`.
        **kwargs: parameters of the class that this id presets.
    """
    if not _ID.fullmatch(id):
        raise LudensError(f"game id {id!r} should look like 'prisoners_dilemma-v0'")
    if id in _SPECS and _SPECS[id].entry_point != entry_point:
        warnings.warn(f"game id {id!r} is registered anew: {entry_point}", stacklevel=2)
    module = entry_point.partition(":")[0].split(".")
    _SPECS[id] = GameSpec(id, entry_point, kwargs, family or (module[2] if module[:2] == ["ludens", "games"] else module[0]), summary, adapts)


def all_ids() -> list[str]:
    """List every registered game, third-party ones included; adapters to other libraries are listed by :func:`adapter_ids`."""
    _discover()
    return sorted(id for id, found in _SPECS.items() if not found.adapts)


def adapter_ids() -> list[str]:
    """List the adapters: ids that stand for all games of another library, installed or not."""
    _discover()
    return sorted(id for id, found in _SPECS.items() if found.adapts)


def spec(id: str) -> GameSpec:
    """Find a registered game; a bare name means its newest version.

    Raises:
        UnknownName: no such game; the message names the nearest ones.
    """
    _discover()
    if id in _SPECS:
        return _SPECS[id]
    versions = [known for known in _SPECS if known.rpartition("-v")[0] == id]
    if versions:
        return _SPECS[max(versions, key=lambda known: int(known.rpartition("-v")[2]))]
    raise UnknownName("game", id, {known.rpartition("-v")[0] for known in _SPECS} | set(_SPECS if "-v" in id else ()))


def make(id: str, **params: Any) -> Game:
    """Make a game.

    Args:
        id: ``"werewolf"`` (newest version) or ``"werewolf-v0"``.
        **params: the game's parameters; lists and arrays are taken for tuples.

    Raises:
        UnknownName: no such game.
        MissingPackage: the id adapts a library that is not installed.
        ParameterError: an unknown parameter, or a value of the wrong kind or out of range.
    """
    found = spec(id)
    cls = found.load()
    known = {item.name for item in fields(cls) if item.init}
    for name in params:
        if name not in known:
            raise ParameterError(f"{found.id}: unknown parameter {name!r}{nearest(name, known)}")
    given = {name: _frozen(value) for name, value in {**found.kwargs, **params}.items()}
    for name, value in given.items():
        if problem := kind_problem(cls, name, value):
            raise ParameterError(f"{found.id}: {name}={short(value)} {problem}")
    try:
        game = cls(**given)
    except TypeError as problem:
        raise ParameterError(f"{found.id}: {problem}") from problem
    game.__dict__["made_as"] = found.id
    game.__dict__["preset"] = found.kwargs
    return game


def parameters(id: str) -> dict[str, Any]:
    """List a game's parameters with their defaults (``MISSING`` where a value must be given)."""
    found = spec(id)
    out = {}
    for item in fields(found.load()):
        default = item.default if item.default is not MISSING else (item.default_factory() if item.default_factory is not MISSING else MISSING)
        out[item.name] = found.kwargs.get(item.name, default)
    return out


def _frozen(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    return value


@lru_cache(maxsize=1)
def _discover() -> None:
    from .. import games

    for module in pkgutil.iter_modules(games.__path__):
        if module.ispkg:
            importlib.import_module(f"{games.__name__}.{module.name}")
    importlib.import_module(f"{games.__name__}.adapters.ids")
    load_plugins("ludens.games")
