"""The strategies of the Axelrod library as players of our 2x2 matrix games (kind ``axelrod``, extra ``peers``).

Each episode has its own player object with its own seeded generator. The other seat is shown to it as a mirror that
holds nothing but the actions it saw, so strategies that read or change their opponent's code or state are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import LudensError, MissingExtra, ParameterError, UnknownName
from ..games.actions import Move
from ..games.core import Game, GameType, Observation
from .player import BasePlayer
from .repeated.base import fits as fits_two_by_two
from .repeated.base import read_actions

__all__ = ["AxelrodPlayer", "fits", "strategy_names"]

_CHEATS = ("inspects_source", "manipulates_source", "manipulates_state")


def fits(game: Game, **params: Any) -> str | None:
    """Say why no strategy of the library can play a game, or None; the library is not loaded for it."""
    return fits_two_by_two(game)


def strategy_names() -> list[str]:
    """List the class names that :class:`AxelrodPlayer` takes: all but those that read or change their opponent.

    Raises:
        MissingExtra: the library is not installed.
    """
    return sorted(name for name, cls in _classes().items() if not any(cls.classifier.get(cheat) for cheat in _CHEATS))


class AxelrodPlayer(BasePlayer):
    """Plays a strategy of the Axelrod library; says nothing.

    It is told the length of the match where the rules tell it and it is fixed, and the payoffs where all are shown; else it believes in
    the library's defaults (unknown length, R=3, S=0, T=5, P=1).

    Args:
        strategy: the class's name, such as ``"TitForTat"``.
        params: arguments of its constructor.

    Raises:
        MissingExtra: the library is not installed.
        UnknownName: no such strategy.
        ParameterError: the strategy needs to read or change its opponent, or refuses its arguments.
    """

    def __init__(self, strategy: str, params: Mapping[str, Any] | None = None) -> None:
        cls = _find(strategy)
        if cheats := [cheat for cheat in _CHEATS if cls.classifier.get(cheat)]:
            raise ParameterError(f"the Axelrod strategy {strategy} {cheats[0].replace('_', ' ')} of its opponent, which nobody may do here")
        try:
            self._player = cls(**(params or {}))
        except (TypeError, ValueError) as problem:
            raise ParameterError(f"the Axelrod strategy {strategy} refuses {dict(params or {})}: {problem}") from problem

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._mirror = _library().MockPlayer()
        self._read = 0
        self._ready = False

    def act(self, observation: Observation) -> Move:
        library = _library()
        if not self._ready:
            self._player.set_match_attributes(**_attributes(observation.game, self.seat))
            self._player.set_seed(int(np.random.default_rng(self.seed).integers(2**31)))
            self._ready = True
        if fresh := observation.since(self._read):
            self._read += len(fresh)
            faces = (library.Action.C, library.Action.D)
            for mine, theirs in read_actions(fresh, self.seat):
                self._player.update_history(faces[mine], faces[theirs])
                self._mirror.update_history(faces[theirs], faces[mine])
        domain = observation.action_spec.domain
        if domain.size() == 1:
            return Move(next(domain.values()))
        action = self._player.strategy(self._mirror)
        names: tuple[str, str] = observation.game.shown[self.seat]  # type: ignore[attr-defined]  # fits() asked for it
        return Move(names[0 if action == library.Action.C else 1])


def _attributes(game: Any, seat: int) -> dict[str, Any]:
    """Say what a strategy may know of the match, in the library's words."""
    library = _library()
    attributes: dict[str, Any] = {"length": float("inf"), "game": library.DefaultGame, "noise": 0}
    if game.show_rounds and game.continuation is None:
        attributes["length"] = game.rounds
    if game.show_payoffs == "all":
        own, other = game.table[seat], game.table[1 - seat]
        if seat == 1:
            own, other = own.T, other.T
        if np.array_equal(own, other.T):
            (reward, sucker), (temptation, punishment) = own.tolist()
            attributes["game"] = library.Game(r=reward, s=sucker, t=temptation, p=punishment)
        else:
            attributes["game"] = library.AsymmetricGame(own, other)
    return attributes


@lru_cache(maxsize=1)
def _classes() -> dict[str, Any]:
    return {cls.__name__: cls for cls in _library().all_strategies}


def _find(name: str) -> Any:
    classes = _classes()
    if name in classes:
        return classes[name]
    library = _library()
    # families that need arguments (Cycler, MemoryOnePlayer...) are exported but not listed; a Human would ask in the terminal
    found = getattr(library, name, None) if name.isidentifier() else None
    if isinstance(found, type) and issubclass(found, library.Player) and found is not library.Player and name != "Human":
        return found
    raise UnknownName("Axelrod strategy", name, classes)


@lru_cache(maxsize=1)
def _library() -> Any:
    try:
        import axelrod
    except ModuleNotFoundError as problem:
        if problem.name == "axelrod":
            raise MissingExtra("the player kind 'axelrod'", "peers") from problem
        raise LudensError(f"the Axelrod library does not load: {problem}") from problem
    return axelrod
