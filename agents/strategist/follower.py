"""A scripted actor that obeys: it plays in the style that its adviser's strategy names."""

from __future__ import annotations

import re

import numpy as np

from ...errors import ParameterError, nearest
from ...games.actions import Move
from ...games.core import GameType, Observation
from ..bots import STYLES, ScriptedPlayer
from ..player import Answer, BasePlayer

__all__ = ["FollowerPlayer"]

_STYLE = re.compile(rf"\b({'|'.join(STYLES)})\b", re.IGNORECASE)


class FollowerPlayer(BasePlayer):
    """Plays each move as the scripted bot of the style that was named for it; without one, or with none in it, as in ``style``.

    It stands in for a language actor where a trainer needs a fast one that follows without noise, in every game that scripted bots play. Each style's bot
    sees only the moves that it is asked for, and all that happened.

    Args:
        style: what it plays in where no style is named.
        heeds: chance that a strategy is followed; by default each one is.
    """

    def __init__(self, style: str = "fair", heeds: float = 1.0) -> None:
        if style not in STYLES:
            raise ParameterError(f"follower: style={style!r} is no style{nearest(style, STYLES)}")
        if not isinstance(heeds, int | float) or not 0 <= heeds <= 1:
            raise ParameterError(f"follower: heeds={heeds!r} should be a share from 0 to 1")
        self._default = self._style = style
        self._heeds = heeds

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._bots: dict[str, ScriptedPlayer] = {}
        self._rng = np.random.default_rng(seed)

    def advise(self, strategy: str) -> None:
        """Take on the style that a strategy names for the next move; the last one, where it names several."""
        named = _STYLE.findall(strategy) if self._rng.random() < self._heeds else []
        self._style = named[-1].lower() if named else self._default

    def act(self, observation: Observation) -> Move | Answer:
        style, self._style = self._style, self._default
        if style not in self._bots:
            self._bots[style] = ScriptedPlayer(style)
            self._bots[style].start(self.seat, self.game_type, self.seed)
        return self._bots[style].act(observation)
