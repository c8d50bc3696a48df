"""Bots for Werewolf: they keep a ledger of what they saw, a posterior over all deals, and speak in acts that are put into words.

| style | village | seer | doctor | werewolf | speech |
|---|---|---|---|---|---|
| fair | weighs all claims (posterior) | claims at once, reports all | protects who claims to be the seer | quiet | calm |
| greedy | joins the most accused | claims at once | protects itself | accuses | pushy |
| generous | believes the first seer to claim | claims at once | protects who claims to be the seer | quiet | plain |
| tough | weighs all claims | claims when it has found a werewolf | protects who claims to be the seer | gives up a fellow that is lost | pushy |
| deceptive | weighs all claims | claims when it has found a werewolf | protects who claims to be seer | claims to be seer | what looks innocent |
| cautious | joins the most accused | claims when it must | protects itself | quiet | timid |

The player kind ``villager`` sets each of these by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....errors import ParameterError, nearest
from ....games.core import Game
from ....games.werewolf.game import Werewolf
from .bot import WerewolfBot
from .manners import STYLES, Manner
from .player import VillagerPlayer, villager_fits

__all__ = ["GAMES", "STYLES", "Manner", "VillagerPlayer", "WerewolfBot", "bot_for", "villager_fits"]

GAMES = ("Werewolf",)


def bot_for(game: Game, style: str) -> Callable[[int, np.random.Generator], WerewolfBot]:
    """Give the factory of bots of one style.

    Raises:
        ParameterError: no such style, or the game is not Werewolf.
    """
    if style not in STYLES:
        raise ParameterError(f"werewolf bots: style={style!r} is no style{nearest(style, STYLES)}")
    if not isinstance(game, Werewolf):
        raise ParameterError(f"werewolf bots do not know {game.made_as}; they know {', '.join(GAMES)}")
    if game.latents:
        raise ParameterError(f"werewolf bots speak in words; {game.label} has meanings instead")
    return lambda seat, rng: WerewolfBot(game, STYLES[style], seat, rng)
