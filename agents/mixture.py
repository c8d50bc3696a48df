"""One of several players, drawn anew for each episode: how the average of a training run, or any mixed strategy over players, is played.

A mixture of policies is not the policy of mean probabilities: whoever plays several moves must stick to the one that was drawn. The draw follows from the
seat's seed alone, and the record names the mixture, as ratings should.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..games.actions import Move
from ..games.core import Game, GameType, Observation
from .player import Answer, BasePlayer, Player, PlayerSpec

__all__ = ["MixturePlayer", "entries", "fits", "parts", "pin"]


class MixturePlayer(BasePlayer):
    """Plays each episode as one of several players. In matches the arena draws; this is for whoever builds a player alone, and its parts may ask no model.

    Args:
        players: kinds of player, or mappings with ``kind`` and parameters.
        weights: how likely each is drawn; equal by default. They need not sum to 1.
        path: a JSON file with ``players`` and ``weights`` instead, such as the ``average.json`` of a training run.

    Raises:
        ParameterError: there are no players, a weight is negative, or the file cannot be read.
    """

    def __init__(self, players: Sequence[str | Mapping[str, Any]] = (), weights: Sequence[float] | None = None, path: str | None = None) -> None:
        self._spec = PlayerSpec.of("mixture", players=list(players), weights=weights, path=path)
        self._spec.parts  # noqa: B018  # tells what is wrong with them now

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._inner: Player = self._spec.drawn(seed).build()
        self._inner.start(seat, game_type, seed)

    def act(self, observation: Observation) -> Move | Answer | Awaitable[Move | Answer]:
        return self._inner.act(observation)

    def end(self, outcome: Mapping[str, Any]) -> None:
        self._inner.end(outcome)


def entries(params: Mapping[str, Any]) -> dict[str, Any]:
    """Give a mixture's players, as they were named, and their weights; from its file where it has one."""
    found = _read(params)
    return {"players": list(found.get("players") or []), "weights": found.get("weights")}


def pin(params: dict[str, Any]) -> dict[str, Any]:
    """Put what a file holds, and the digests of the players' own files, into the parameters: they are what tells two mixtures apart."""
    whole = entries(params)
    players = []
    for entry in whole["players"]:
        own = {"kind": entry} if isinstance(entry, str) else dict(entry)
        kind = str(own.pop("kind", ""))
        own.pop("name", None)
        players.append(PlayerSpec.of(kind, **own).plain)
    return {"players": players, "weights": whole["weights"]}


def parts(players: Sequence[Mapping[str, Any]] = (), weights: Sequence[float] | None = None, **_: Any) -> tuple[tuple[float, PlayerSpec], ...]:
    """Give the players with their shares, which sum to 1; the parts of mixtures among them stand for themselves.

    Raises:
        ParameterError: there are none, or the weights do not fit.
    """
    given = [1.0] * len(players) if weights is None else list(weights)
    if not players:
        raise ParameterError("player mixture: players=[] should name at least one player")
    if len(given) != len(players) or not all(isinstance(weight, int | float) and weight >= 0 for weight in given) or not sum(given) > 0:
        raise ParameterError(f"player mixture: weights={weights!r} should be one number a player, 0 or more, and not all 0")
    found = []
    for weight, entry in zip(np.array(given) / sum(given), players, strict=True):
        own = {name: value for name, value in entry.items() if name != "kind"}
        found += [(float(weight * share), part) for share, part in PlayerSpec.of(str(entry["kind"]), **own).parts]
    return tuple(found)


def fits(game: Game, **params: Any) -> str | None:
    """Say why one of the players cannot play ``game``, or None when all can."""
    return next((f"{part.name}: {reason}" for _, part in parts(**params) if (reason := part.why_not(game)) is not None), None)


def _read(params: Mapping[str, Any]) -> Mapping[str, Any]:
    path = params.get("path")
    if not path:
        return params
    if params.get("players"):
        raise ParameterError("player mixture: give players or a path, not both")
    return _file(str(path))


def _file(path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ParameterError(f"player mixture: cannot read {path!r}: {problem}") from problem
    if not isinstance(found, dict) or not isinstance(found.get("players"), list):
        raise ParameterError(f"player mixture: {path!r} should hold an object with a list of players")
    return found
