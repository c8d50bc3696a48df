"""Scripted bots that know a game and speak: the dispatcher.

Each module of this folder knows one family of games. It exports ``GAMES``, names of the game classes it plays (their subclasses included),
and ``bot_for(game, style)``, which returns a factory ``(seat, rng) -> bot`` or raises ParameterError where it does not play that game; a bot has one method,
``act(observation) -> Move``. Where a module has ``bot_told(game, instruction)`` too (None where it understands nothing), with ``CLAUSES`` (the sentences that
it understands), its bots can be told in words what to do; all others are told a style by its name. A distribution adds modules of its own through the
entry-point group ``ludens.bots``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from ...errors import ParameterError, nearest
from ...games.actions import Move
from ...games.core import Game, GameType, Observation
from ...plugins import load_plugins
from ..player import Answer, BasePlayer

__all__ = ["STYLES", "Bot", "BotFactory", "InstructedPlayer", "ScriptedPlayer", "clauses", "fits"]

STYLES = ("fair", "greedy", "generous", "tough", "deceptive", "cautious")
"""What every game's bots come in; each module's docstring says what they mean there."""


class Bot(Protocol):
    """One seat's bot for one episode. What it leaves in an attribute ``note``, where it has one, is kept with its move as its private note."""

    def act(self, observation: Observation) -> Move:
        """Choose a legal move, with something to say where the seat may speak."""
        ...


BotFactory = Callable[[int, np.random.Generator], Bot]


class ScriptedPlayer(BasePlayer):
    """Plays whatever game some module here knows, in one of six styles.

    Args:
        style: ``"fair"``, ``"greedy"``, ``"generous"``, ``"tough"``, ``"deceptive"`` or ``"cautious"``.

    Raises:
        ParameterError: no such style; at the first move, no bots that play the game.
    """

    def __init__(self, style: str = "fair") -> None:
        if style not in STYLES:
            raise ParameterError(f"scripted player: style={style!r} is no style{nearest(style, STYLES)}")
        self.style = style

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._bot: Bot | None = None

    def act(self, observation: Observation) -> Move | Answer:
        if self._bot is None:
            self._bot = self._maker(observation.game)(self.seat, np.random.default_rng(self.seed))
        move = self._bot.act(observation)
        note = getattr(self._bot, "note", None)
        return move if note is None else Answer(move, note=note)

    def _maker(self, game: Game) -> BotFactory:
        return _factory(game, self.style)


class InstructedPlayer(ScriptedPlayer):
    """Does what an instruction says: by the sentences that the game's bots understand, where they understand any, else in the style that it names last.

    Args:
        instruction: what it is told; where it names nothing, its bots do what they do without.
    """

    def __init__(self, instruction: str) -> None:
        named = re.findall(rf"\b({'|'.join(STYLES)})\b", instruction.lower())
        super().__init__(named[-1] if named else STYLES[0])
        self._instruction = instruction

    def _maker(self, game: Game) -> BotFactory:
        told = getattr(_module(game), "bot_told", None)
        maker: BotFactory | None = None if told is None else told(game, self._instruction)
        return super()._maker(game) if maker is None else maker


def clauses(game: Game) -> tuple[str, ...]:
    """Give sentences that an instructed player of a game understands, meaningless ones among them."""
    return tuple(getattr(_module(game), "CLAUSES", ())) or tuple(f"Be {style}." for style in STYLES)


def fits(game: Game, style: str = "fair", **_: Any) -> str | None:
    """Say why no scripted bot plays ``game``, or None when one does."""
    try:
        _factory(game, style)
    except ParameterError as problem:
        return str(problem)
    return None


def _factory(game: Game, style: str) -> BotFactory:
    module = _module(game)
    if module is None:
        raise ParameterError(f"no scripted bots know {game.made_as}; they know {', '.join(sorted(_modules()))}")
    factory: BotFactory = module.bot_for(game, style)
    return factory


def _module(game: Game) -> ModuleType | None:
    return next((_modules()[base.__name__] for base in type(game).__mro__ if base.__name__ in _modules()), None)


@lru_cache(maxsize=1)
def _modules() -> dict[str, ModuleType]:
    found = [importlib.import_module(f"{__name__}.{item.name}") for item in pkgutil.iter_modules(__path__)]
    found += load_plugins("ludens.bots")
    # a module without GAMES is a helper of another one
    return {name: module for module in found for name in getattr(module, "GAMES", ())}
