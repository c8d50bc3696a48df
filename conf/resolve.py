"""From names in a configuration to games, players and models.

A name is looked up as a YAML of its group first (in every configuration folder that Hydra searches, the user's own before ours), then
in the registry; a mapping is taken as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from ..agents.mixture import entries
from ..agents.player import PlayerSpec, kinds, named_at
from ..errors import LudensError, UnknownName
from ..games import registry
from ..games.core import Game
from ..llm.spec import ModelSpec, check_names

__all__ = ["Cast", "choices", "game_of", "games_of", "model_of", "named"]


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


def games_of(config: Mapping[str, Any], searched: Iterable[str] = ()) -> list[Game]:
    """Make the games of a command from its settings ``game`` and ``games``.

    Among the latter ``all`` stands for every registered game (adapters to other libraries have to be named), and ``-NAME`` takes one out of those before it.

    Raises:
        LudensError: neither or both are given, or a game is taken out that is not there.
        UnknownName, ParameterError: see :func:`game_of`.
    """
    if (config["game"] is None) == (not config["games"]):
        raise LudensError("name what is played: game=NAME for one game, or games=[NAME,...] for several")
    entries = config["games"] or [config["game"]]
    found: list[Game] = []
    for entry in entries:
        if entry == "all":
            found += map(registry.make, registry.all_ids())
        elif isinstance(entry, str) and entry.startswith("-"):
            gone = registry.spec(entry[1:]).id
            if all(game.made_as != gone for game in found):
                raise LudensError(f"games: {entry} takes out a game that is not among those before it")
            found = [game for game in found if game.made_as != gone]
        else:
            found.append(game_of(entry, searched))
    return found


def model_of(entry: Any, searched: Iterable[str] = ()) -> ModelSpec:
    """Make a model's specification from a name of the group or a mapping.

    Raises:
        UnknownName: no such model.
        ParameterError: a parameter is out of range.
        LudensError: the entry is neither a name nor a mapping.
    """
    return ModelSpec.of(_model_parameters(entry, searched))


def _model_parameters(entry: Any, searched: Iterable[str]) -> dict[str, Any]:
    if isinstance(entry, str):
        found = named("model", entry, searched)
        if found is None:
            raise UnknownName("model", entry, choices("model", searched))
        entry = found
    if not isinstance(entry, Mapping):
        raise LudensError(f"a model should be a name or a mapping; got {entry!r}")
    return {str(key): value for key, value in entry.items()}


@dataclass
class Cast:
    """The players of a command, and the models that they ask, by the names they call them.

    Attributes:
        default: the configuration of the model for players that name none; None when there is none.
        searched: folders of a user's own configuration.
    """

    default: Mapping[str, Any] | None = None
    searched: tuple[str, ...] = ()
    players: list[PlayerSpec] = field(default_factory=list)
    models: dict[str, ModelSpec] = field(default_factory=dict)

    def add(self, entry: Any) -> PlayerSpec:
        """Add a player: a name, or a mapping with ``kind`` (or ``base``, a name of the group) and parameters.

        Raises:
            UnknownName: no such player, kind or model.
            ParameterError: a parameter of the model is out of range.
            LudensError: the entry is neither a name nor such a mapping, a model is missing, or a name is taken.
        """
        spec = self._spec(entry)
        for other in self.players:
            if other.name == spec.name:
                twice = "stands in the list twice" if other == spec else "is the name of two different players; give them a name each"
                raise LudensError(f"player {spec.name!r} {twice}")
        self.players.append(spec)
        return spec

    def seat(self, entry: Any) -> PlayerSpec:
        """Add a player for one seat of a table: the same one may sit on several."""
        spec = self._spec(entry)
        if spec not in self.players:
            self.players.append(spec)
        return spec

    def check(self, *, models: bool = True) -> None:
        """Build every player and model once, so that what is wrong with one is told before anything is played or written.

        Args:
            models: also the models, whose extras and keys a forecast does not need.

        Raises:
            ParameterError: a parameter is unknown, missing or out of range.
            MissingExtra: a package is not installed.
            LudensError: a key is not set.
        """
        for model in self.models.values() if models else ():
            model.bare()
        silent = ModelSpec(engine="schema", model="schema").bare()
        for player in self.players:
            for _, part in player.parts:
                part.build(silent if part.needs_model else None)

    def parameters(self, entry: Any) -> dict[str, Any]:
        """Resolve an entry into a mapping with ``kind`` and all that it sets, a ``name`` among it where it has one.

        Raises:
            UnknownName: no such player or kind.
            LudensError: the entry is neither a name nor a mapping with a kind.
        """
        if isinstance(entry, str):
            in_group = entry in choices("player", self.searched)
            entry = {"name": entry, **self._yaml(entry)} if in_group or entry not in kinds() else {"kind": entry}
        if not isinstance(entry, Mapping):
            raise LudensError(f"a player should be a name or a mapping with a kind, such as {{kind: coin, p: 0.9}}; got {entry!r}")
        params = {str(key): value for key, value in entry.items()}
        if "base" in params:
            params = {**self._yaml(str(params.pop("base"))), **params}
        if "kind" not in params:
            raise LudensError(f"the player {dict(entry)!r} has no kind: add kind=..., or base=NAME of a named player")
        if params["kind"] not in kinds():
            raise UnknownName("player", str(params["kind"]), {*kinds(), *choices("player", self.searched)})
        return params

    def model_parameters(self, entry: Any, player: str) -> dict[str, Any]:
        """Resolve what a player's entry says of its model into a mapping; None is the command's model.

        Raises:
            UnknownName: no such model.
            LudensError: there is none.
        """
        if entry is None:
            entry = self.default
        if entry is None:
            raise LudensError(f"player {player!r} needs a model: add model=NAME, one of {', '.join(sorted(choices('model', self.searched)))}")
        return _model_parameters(entry, self.searched)

    def _spec(self, entry: Any) -> PlayerSpec:
        params = self.parameters(entry)
        kind, name = str(params.pop("kind")), str(params.pop("name", ""))
        if kinds()[kind].parts:
            # its parts may be named, and have models of their own
            name = name or str(params.get("path") or "")
            params = entries(params)
            params["players"] = [self._spec(part).plain for part in params["players"]]
        if kinds()[kind].asks_model(params):
            # the model's own name, which tells different settings apart, is what identifies the player
            params["model"] = self._model(params.get("model"), name or kind)
        for path in kinds()[kind].models:
            head, _, leaf = path.rpartition(".")
            holder = named_at(params, head)
            if isinstance(holder, Mapping) and leaf in holder:
                params = _put(params, path, self._model(holder[leaf], name or kind))
        return PlayerSpec.of(kind, name, **params)

    def _model(self, entry: Any, player: str) -> str:
        """Add a model, and give its name."""
        model = ModelSpec.of(self.model_parameters(entry, player))
        check_names([*self.models.values(), model])
        self.models[model.name] = model
        return model.name

    def _yaml(self, name: str) -> dict[str, Any]:
        found = named("player", name, self.searched)
        if found is None:
            raise UnknownName("player", name, {*kinds(), *choices("player", self.searched)})
        return found


def _put(params: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Copy parameters with one of them replaced, with dots into mappings."""
    first, _, rest = path.partition(".")
    return {**params, first: _put(params[first], rest, value) if rest else value}
