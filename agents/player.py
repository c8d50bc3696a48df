"""Who plays: the :class:`Player` interface, its frozen description :class:`PlayerSpec`, and the registry of kinds of player."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..errors import LudensError, ParameterError, UnknownName, nearest
from ..games.actions import Move, Status
from ..games.core import Game, GameType, Observation
from ..llm.chat import ChatModel, Message, Reply
from ..plugins import load_plugins

__all__ = ["Answer", "BasePlayer", "Call", "Player", "PlayerSpec", "inner_spec", "kinds", "named_at", "player_kind", "wrapped_spec"]


class Call(NamedTuple):
    """One exchange with a model inside a decision.

    Attributes:
        messages: the whole prompt that was sent (the store keeps only what is new in it).
        reply: what came back; None when the request failed.
        key: the cache key of the request.
        status: how the reply parsed.
        problem: what was wrong with it, as the model was told.
        by: who in the player asked: "" for the one that moves, ``"strategist"`` for one that advises it.
    """

    messages: tuple[Message, ...]
    reply: Reply | None
    key: str
    status: Status
    problem: str | None = None
    by: str = ""


@dataclass(frozen=True)
class Answer:
    """A decision with its history, for players that have one; plain players return a bare :class:`Move`.

    Attributes:
        move: the legal move found, or None: then the game's declared policy decides.
        status: of the last try.
        calls: the exchanges with a model, re-asks included.
        problem: why there is no move, in words.
        note: private text of the player worth keeping (scratchpad, plan); never shown to others.
    """

    move: Move | None
    status: Status = Status.OK
    calls: tuple[Call, ...] = ()
    problem: str | None = None
    note: str | None = None


class Player(Protocol):
    """One object per seat and episode."""

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        """Take a seat. ``seed`` is this seat's own, derived from the match."""
        ...

    def act(self, observation: Observation) -> Move | Answer | Awaitable[Move | Answer]:
        """Choose. ``observation`` holds until the state moves on."""
        ...

    def end(self, outcome: Mapping[str, Any]) -> None:
        """Hear how it ended: ``returns`` (own), ``outcome`` (the game's facts)."""
        ...


class BasePlayer:
    """Convenience base: remembers seat, type and seed; ``end`` does nothing."""

    seat: int
    game_type: GameType
    seed: int

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        self.seat, self.game_type, self.seed = seat, game_type, seed

    def end(self, outcome: Mapping[str, Any]) -> None:
        return None


@dataclass(frozen=True)
class Kind:
    """A registered kind of player.

    Attributes:
        entry_point: ``"module:factory"``; called with the parameters (and ``model=ChatModel`` where ``needs_model``).
        fits: ``"module:function"`` that tells whether it can play a game: ``fits(game, **params) -> str | None`` (the reason why not).
        needs_model: it asks a language model, named by the parameter ``model``.
        models: further parameters that may name a model, with dots into mappings: ``"actor.model"``.
        sync: it answers at once, in-process: a pool of processes may play it.
        pin: ``"module:function"`` that adds to the parameters what else tells two players apart, such as the digest of a file: ``pin(params) -> params``.
        parts: ``"module:function"`` that tells which players, with which shares, one is drawn from for each episode: ``parts(**params)``.
        wraps: the parameter that holds another player, whose needs are then its own: its model comes to the factory as ``model``, where it has one.
    """

    name: str
    entry_point: str
    summary: str = ""
    fits: str | None = None
    needs_model: bool = False
    sync: bool = True
    presets: Mapping[str, Any] = field(default_factory=dict)
    pin: str | None = None
    parts: str | None = None
    wraps: str = ""
    models: tuple[str, ...] = ()

    def load(self) -> Callable[..., Any]:
        """Import the factory."""
        return _load(self.entry_point)

    def asks_model(self, params: Mapping[str, Any]) -> bool:
        """Tell whether a player with these parameters asks a model, by itself or by the player that it wraps."""
        return self.needs_model or (self.wraps in params and wrapped_spec(f"{self.name}: {self.wraps}", params[self.wraps]).needs_model)

    def answers_at_once(self, params: Mapping[str, Any]) -> bool:
        """Tell whether a player with these parameters answers at once, and so does the player that it wraps."""
        return self.sync and (self.wraps not in params or wrapped_spec(f"{self.name}: {self.wraps}", params[self.wraps]).sync)


_KINDS: dict[str, Kind] = {}


def player_kind(
    name: str,
    entry_point: str,
    *,
    summary: str = "",
    fits: str | None = None,
    needs_model: bool = False,
    sync: bool = True,
    pin: str | None = None,
    parts: str | None = None,
    wraps: str = "",
    models: tuple[str, ...] = (),
    **presets: Any,
) -> None:
    """Register a kind of player: ``player_kind("tit_for_tat", "ludens.agents.repeated:TitForTat")``."""
    _KINDS[name] = Kind(name, entry_point, summary, fits, needs_model, sync, presets, pin, parts, wraps, models)


def kinds() -> dict[str, Kind]:
    """All kinds by name, third-party ones (entry points ``ludens.players``) included."""
    _discover()
    return dict(sorted(_KINDS.items()))


@dataclass(frozen=True)
class PlayerSpec:
    """The frozen description of a player; its hash is its identity in ratings.

    Attributes:
        kind: a registered kind (``"tit_for_tat"``, ``"random"``, ``"language"``...).
        params: parameters as a tuple of sorted (name, value) pairs of plain, hashable values; use :meth:`of`.
        name: how tables call it; by default the kind and its parameters. Not part of the hash.
    """

    kind: str
    params: tuple[tuple[str, Any], ...] = ()
    name: str = field(default="", compare=False)

    @classmethod
    def of(cls, kind: str, name: str = "", **params: Any) -> PlayerSpec:
        """Make a spec from plain parameters; mappings and lists are frozen.

        Raises:
            UnknownName: no such kind of player.
            ParameterError: a file that a parameter names is not there.
        """
        if kind not in kinds():
            raise UnknownName("player", kind, kinds())
        merged = {**_KINDS[kind].presets, **params}
        if pin := _KINDS[kind].pin:
            merged = _load(pin)(merged)
        spec = cls(kind, _freeze(merged), name)
        return spec if name else cls(kind, spec.params, spec._default_name(params))

    def _default_name(self, params: Mapping[str, Any]) -> str:
        shown = {
            key: value for key, value in sorted(params.items()) if not isinstance(value, dict) and not (isinstance(value, list) and dict in map(type, value))
        }
        inner = ", ".join(f"{key}={value}" for key, value in shown.items())
        return f"{self.kind}({inner})" if inner else self.kind

    @cached_property
    def plain(self) -> dict[str, Any]:
        """Kind and parameters as JSON values (no key or secret is ever a parameter)."""
        return {"kind": self.kind, **_thaw(self.params)}

    @cached_property
    def hash(self) -> str:
        """Identity in ratings (12 hexadecimal digits)."""
        return hashlib.blake2b(json.dumps(self.plain, sort_keys=True).encode(), digest_size=6).hexdigest()

    @cached_property
    def parts(self) -> tuple[tuple[float, PlayerSpec], ...]:
        """The players that one is drawn from for each episode, with their shares; of most kinds just this one."""
        return _load(self._kind.parts)(**_thaw(self.params)) if self._kind.parts else ((1.0, self),)

    def drawn(self, seed: int) -> PlayerSpec:
        """Draw the player that sits down at a seat whose seed this is: itself, unless its kind is made of parts."""
        if len(self.parts) == 1:
            return self.parts[0][1]
        # a stream apart from the one that the player itself draws from
        place = np.random.default_rng([seed, 1]).choice(len(self.parts), p=[share for share, _ in self.parts])
        return self.parts[place][1]

    @property
    def needs_model(self) -> bool:
        return any(part._kind.asks_model(_thaw(part.params)) or part.models for _, part in self.parts)

    @cached_property
    def models(self) -> dict[str, str]:
        """Names of the models that it asks, by the parameter (with dots into mappings) that names each; of what is made of parts, see those."""
        params, kind = _thaw(self.params), self._kind
        found = {path: named_at(params, path) for path in (*(("model",) if kind.asks_model(params) else ()), *kind.models)}
        return {path: name for path, name in found.items() if isinstance(name, str)}

    @property
    def sync(self) -> bool:
        return all(part._kind.answers_at_once(_thaw(part.params)) for _, part in self.parts)

    @property
    def _kind(self) -> Kind:
        found = kinds().get(self.kind)
        if found is None:
            raise UnknownName("player", self.kind, kinds())
        return found

    def why_not(self, game: Game) -> str | None:
        """Say why this player cannot play ``game``, or None when it can."""
        return _load(self._kind.fits)(game, **_thaw(self.params)) if self._kind.fits else None

    def build(self, model: ChatModel | Mapping[str, ChatModel] | None = None) -> Player:
        """Make the player object for one seat and one episode.

        Args:
            model: what it asks: one model for all, or one for each parameter of :attr:`models`.

        Raises:
            ParameterError: a parameter is unknown or out of range.
            LudensError: the kind needs a model and none was given.
        """
        kind = self._kind
        params = _thaw(self.params)
        for path in dict.fromkeys((*(("model",) if kind.asks_model(params) else ()), *self.models)):
            chosen = model.get(path) if isinstance(model, Mapping) else model
            if chosen is None:
                raise LudensError(f"player {self.name or self.kind!r} needs a model")
            head, _, leaf = path.rpartition(".")
            (named_at(params, head) if head else params)[leaf] = chosen
        factory = _load(kind.entry_point)
        try:
            return factory(**params)
        except TypeError as problem:
            raise ParameterError(f"player {self.kind}: {_misfit(factory, params) or problem}") from problem


def wrapped_spec(whose: str, given: str | Mapping[str, Any]) -> PlayerSpec:
    """Make the specification of a player that another one, ``whose`` parameter it is, wraps: a kind, or a mapping with ``kind`` and its parameters.

    Raises:
        UnknownName: no such kind.
        ParameterError: it has no kind.
    """
    params = {"kind": given} if isinstance(given, str) else dict(given) if isinstance(given, Mapping) else {}
    if "kind" not in params:
        raise ParameterError(f"{whose} should be a kind of player, or a mapping with a kind, such as {{kind: scripted, style: fair}}")
    return PlayerSpec.of(str(params.pop("kind")), **params)


def inner_spec(whose: str, given: str | Mapping[str, Any]) -> PlayerSpec:
    """Make the specification of a player that another one asks for moves at once; see :func:`wrapped_spec`.

    Raises:
        UnknownName: no such kind.
        ParameterError: it has no kind, needs a model, or does not answer at once.
    """
    spec = wrapped_spec(whose, given)
    if spec.needs_model or not spec.sync:
        raise ParameterError(f"{whose}={spec.kind!r} should be a player that answers at once and needs no model")
    return spec


def named_at(params: Mapping[str, Any], path: str) -> Any:
    """Look a parameter up, with dots into mappings; None where there is none."""
    found: Any = params
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


@lru_cache(maxsize=512)
def _load(entry_point: str) -> Callable[..., Any]:
    module, _, attribute = entry_point.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _misfit(factory: Callable[..., Any], given: Mapping[str, Any]) -> str | None:
    """Say which parameter a factory does not know, or which it lacks; None when the names are right."""
    taken = [item for item in inspect.signature(factory).parameters.values() if item.kind is not item.VAR_POSITIONAL]
    names = [item.name for item in taken if item.kind is not item.VAR_KEYWORD]
    unknown = [name for name in given if name not in names] if len(names) == len(taken) else []
    if unknown:
        return f"unknown parameter {unknown[0]!r}{nearest(unknown[0], names)}"
    missing = [item.name for item in taken if item.default is item.empty and item.name in names and item.name not in given]
    return f"{', '.join(missing)} must be given" if missing else None


@lru_cache(maxsize=1)
def _discover() -> None:
    importlib.import_module("ludens.agents.builtin")
    load_plugins("ludens.players")


def _freeze(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((str(key), _freeze(item)) for key, item in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ("__list__", *(_freeze(item) for item in value))
    return value


def _thaw(value: Any) -> Any:
    if isinstance(value, tuple):
        if value[:1] == ("__list__",):
            return [_thaw(item) for item in value[1:]]
        return {key: _thaw(item) for key, item in value}
    return value
