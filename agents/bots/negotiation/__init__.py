"""Bots for the negotiation games: concession tactics that also talk.

A bot asks at first for a large part of what it can hope to gain, lowers its demand over time, takes the open offer as soon as that is worth as
much as what it would demand next, and among equally good offers makes the one that the other side seems to like best
(see :mod:`.tactics`; in deliberation :mod:`.parties`). Styles differ in where the demand starts and ends, how fast it falls, and in what they say:

| style | demands | speech |
|---|---|---|
| fair | about an equal part, hardly moving | true reasons |
| greedy | everything, slowly less | own wishes, true |
| generous | little, and soon less | true, warm |
| tough | much, until the very end; walks away from a bad last offer | pressure, anger |
| deceptive | much, steadily less | false claims about what it wants and could accept |
| cautious | middling, quickly less, takes anything rather than nothing | polite, unsure |

Sources: Faratin, Sierra and Jennings 1998, "Negotiation decision functions for autonomous agents", Robotics and Autonomous Systems 24 (time-dependent
concession); Raiffa 1982, "The Art and Science of Negotiation" (logrolling).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....errors import ParameterError, nearest
from ....games.core import Game
from ....games.negotiation.deliberation import Deliberation
from ....games.negotiation.haggling import Haggling
from ....games.negotiation.split import Split
from ....games.negotiation.table import Bargain
from .conceder import ConcederPlayer, conceder_fits
from .parties import PartyBot
from .tactics import BargainBot, Tactic

__all__ = ["GAMES", "ConcederPlayer", "bot_for", "conceder_fits", "tactic"]

GAMES = ("ItemDivision", "Haggling", "ResourceExchange", "AlternatingOffers", "UltimatumChain", "Deliberation")

_GENERAL = {
    "fair": Tactic(high=0.75, low=0.45, speed=1.0),
    "greedy": Tactic(high=1.0, low=0.3, speed=0.5),
    "generous": Tactic(high=0.65, low=0.25, speed=2.0),
    "tough": Tactic(high=1.0, low=0.55, speed=0.2, walks=True),
    "deceptive": Tactic(high=0.95, low=0.35, speed=1.0, honest=False),
    "cautious": Tactic(high=0.85, low=0.05, speed=3.0),
}
# hopes are built on what the other side might pay at most, so demands have further to fall
_PRICE = {
    "fair": Tactic(high=0.7, low=0.15, speed=1.0),
    "greedy": Tactic(high=1.0, low=0.1, speed=0.5),
    "generous": Tactic(high=0.6, low=0.05, speed=2.0),
    "tough": Tactic(high=1.0, low=0.3, speed=0.2, walks=True),
    "deceptive": Tactic(high=0.95, low=0.1, speed=1.0, honest=False),
    "cautious": Tactic(high=0.8, low=0.02, speed=3.0),
}
# where both sides value the pie alike and both know it, half of it is the fair part
_PIE = {
    "fair": Tactic(high=0.5, low=0.4, speed=1.0),
    "greedy": Tactic(high=0.9, low=0.2, speed=0.5),
    "generous": Tactic(high=0.4, low=0.15, speed=2.0),
    "tough": Tactic(high=0.8, low=0.45, speed=0.2, walks=True),
    "deceptive": Tactic(high=0.7, low=0.3, speed=1.0, honest=False),
    "cautious": Tactic(high=0.6, low=0.05, speed=3.0),
}


def tactic(game: Game, style: str) -> Tactic:
    """Find the tactic of a style in a game.

    Raises:
        ParameterError: no such style.
    """
    table = _PIE if isinstance(game, Split) else _PRICE if isinstance(game, Haggling) else _GENERAL
    if style not in table:
        raise ParameterError(f"negotiation bots: style={style!r} is no style{nearest(style, table)}")
    return table[style]


def bot_for(game: Game, style: str) -> Callable[[int, np.random.Generator], BargainBot | PartyBot]:
    """Give the factory of bots of one style for a game of this family.

    Raises:
        ParameterError: no such style, or the game is not of this family.
    """
    chosen = tactic(game, style)
    if isinstance(game, Deliberation):
        return lambda seat, rng: PartyBot(game, style, chosen, seat, rng)
    if isinstance(game, Bargain):
        return lambda seat, rng: BargainBot(game, style, chosen, seat, rng)
    raise ParameterError(f"negotiation bots do not know {game.made_as}; they know {', '.join(GAMES)}")
