"""From names in a configuration to games, players and models.

A name is looked up as a YAML of its group first (in every configuration folder that Hydra searches, the user's own before ours), then
in the registry; a mapping is taken as it stands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from ..agents.player import PlayerSpec, kinds
from ..errors import LudensError, UnknownName
from ..games import registry
from ..games.core import Game

__all__ = ["choices", "game_of", "model_names", "named", "player_of", "players_of"]


def _folders(searched: Iterable[str]) -> list[Path]:
    return [*(Path(path) for path in searched), Path(str(files("ludens.conf")))]


def choices(group: str, searched: Iterable[str] = ()) -> dict[str, Path]:
    """List the YAML files of a configuration group by name; a user's own hides ours."""
    found: dict[str, Path] = {}
    for folder in reversed(_folders(searched)):
        found.update({path.stem: path for path in sorted((folder / group).glob("*.yaml"))})
    return found


def named(group: str, name: str, searched: Iterable[str] = ()) -> dict[str, Any] | None:
    """Load one YAML of a group, or None when there is none of that name."""
    path = choices(group, searched).get(name)
    if path is None:
        return None
    loaded = OmegaConf.to_container(OmegaConf.load(path), resolve=True)
    if not isinstance(loaded, dict):
        raise LudensError(f"{path.name}: should be a mapping")
    return {str(key): value for key, value in loaded.items()}


def game_of(entry: Any, searched: Iterable[str] = ()) -> Game:
    """Make a game from a name or a mapping with ``id`` and parameters.

    Raises:
        UnknownName: no such game.
        ParameterError: a parameter is unknown or out of range.
        LudensError: the entry is neither a name nor such a mapping.
    """
    if isinstance(entry, str):
        entry = named("game", entry, searched) or {"id": entry}
    if not isinstance(entry, Mapping) or "id" not in entry:
        raise LudensError(f"a game should be a name or a mapping with an id, such as {{id: prisoners_dilemma, rounds: 5}}; got {entry!r}")
    base = named("game", str(entry["id"]), searched) or {}
    params = {**base, **entry, "id": base.get("id", entry["id"])}
    return registry.make(str(params.pop("id")), **params)


def player_of(entry: Any, default_model: str | None, searched: Iterable[str] = ()) -> PlayerSpec:
    """Make a player's spec from a name or a mapping with ``kind`` (or ``name`` of the group) and parameters.

    A language player that names no model gets ``default_model``.
    """
    if isinstance(entry, str):
        entry = {"kind": entry} if entry in kinds() and entry not in choices("player", searched) else {"name": entry, **_player_yaml(entry, searched)}
    if not isinstance(entry, Mapping):
        raise LudensError(f"a player should be a name or a mapping with a kind, such as {{kind: random_bias, p: 0.3}}; got {entry!r}")
    params = {str(key): value for key, value in entry.items()}
    if "kind" not in params and "base" in params:
        params = {**_player_yaml(str(params.pop("base")), searched), **params}
    if "kind" not in params:
        raise LudensError(f"player {dict(entry)!r} names no kind; add kind: ... or base: NAME of the group player")
    kind, name = str(params.pop("kind")), str(params.pop("name", ""))
    if kind not in kinds():
        raise UnknownName("player", kind, {*kinds(), *choices("player", searched)})
    if kinds()[kind].needs_model and params.get("model") is None:
        if default_model is None:
            raise LudensError(f"player {name or kind!r} needs a model: add model=NAME (one of {', '.join(choices('model', searched))})")
        params["model"] = default_model
    return PlayerSpec.of(kind, name, **params)


def _player_yaml(name: str, searched: Iterable[str]) -> dict[str, Any]:
    found = named("player", name, searched)
    if found is None:
        raise UnknownName("player", name, {*kinds(), *choices("player", searched)})
    return found


def players_of(entries: Sequence[Any], default_model: str | None, searched: Iterable[str] = ()) -> list[PlayerSpec]:
    """Make all players; two that differ must have different names, so that tables can tell them apart.

    Raises:
        LudensError: two players share a name, or are the same player twice.
    """
    specs = [player_of(entry, default_model, searched) for entry in entries]
    seen: dict[str, PlayerSpec] = {}
    for spec in specs:
        if spec.name in seen:
            twice = "stands in the list twice" if seen[spec.name] == spec else "is the name of two different players; give them a name each"
            raise LudensError(f"player {spec.name!r} {twice}")
        seen[spec.name] = spec
    return specs


def model_names(specs: Iterable[PlayerSpec]) -> list[str]:
    """List the models that players ask for, each once."""
    return sorted({str(dict(spec.params)["model"]) for spec in specs if spec.needs_model})


def expand_user(path: str) -> Path:
    """Make a path of a configuration absolute, from where the command was given."""
    return Path(os.path.expandvars(path)).expanduser().absolute()
