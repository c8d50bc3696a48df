"""Bots for the behavioural and market games, played once or repeatedly, with or without talk.

- **public goods**: fair: all, then the others' mean; mild points for giving less. greedy: nothing. generous: all. tough: all, until somebody gives
  less than half; all points on who gave less. deceptive: promises all, gives nothing. cautious: nothing.
- **guessing**: fair: the equilibrium, so that all share. greedy: level 2, then best reply to the last guesses. generous: the end that cannot win.
  tough: level 3, then one step beyond the best reply. deceptive: announces the midpoint, plays level 2, then best reply. cautious: level 1.
- **Bertrand**: fair: joint price; matches the lowest price, never below Nash. greedy: Nash, then best reply. generous: joint price. tough: joint
  price until undercut, then Nash for good. deceptive: announces the joint price, undercuts it. cautious: best reply to prices of 0.
- **Cournot**: fair: joint quantity; matches the others' mean, at most Nash. greedy: Nash, then best reply. generous: joint quantity. tough: leader's
  quantity. deceptive: announces the joint quantity, best reply. cautious: best reply to competitive quantities.
- **first-price auction**: fair: equilibrium. greedy: equilibrium, then best reply to past bids. generous: half the value. tough: the value.
  deceptive: halves its announced bid, equilibrium. cautious: risk-averse equilibrium.
- **second-price auction**: fair: the value. greedy: the value. generous: half the value. tough: a tenth above the value. deceptive: halves its
  announced bid, the value. cautious: the value.
- **dictator**: fair: half. greedy: nothing. generous: 60 %. tough: 10 %. deceptive: nothing, promising half next time. cautious: nothing.
- **dictator choice**: fair: most equal. greedy: most for itself. generous: most for the other. tough: largest lead. deceptive: most for itself,
  naming the other option. cautious: highest smaller amount.
- **ultimatum**: fair: offers half, takes 30 %. greedy: offers 1, takes 1. generous: offers 60 %, takes all. tough: offers 20 %, takes half.
  deceptive: offers 25 %, claims to take half, takes 1. cautious: offers 45 %, takes all.
- **trust**: fair: sends all, then as far as trust was repaid; returns to equal earnings. greedy: nothing, nothing. generous: all; two thirds or more.
  tough: half until repaid less than sent; returns what was sent. deceptive: a tenth; returns nothing, promising. cautious: nothing; returns what was
  sent.

All but the deceptive say what they then do. Sources: conditional cooperation, Fischbacher, Gaechter and Fehr, Economics Letters 71 (2001) 397-404; levels of
reasoning, Nagel (1995); trigger strategies, Friedman (1971); risk-averse bidding, Cox, Smith and Walker, Journal of Risk and Uncertainty 1 (1988) 61-99.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ...errors import ParameterError
from ...games.core import Game
from .behavioural_base import RoundBot
from .behavioural_markets import AuctionBot, BeautyContestBot, BertrandBot, CournotBot
from .behavioural_sharing import DictatorBot, DictatorChoiceBot, PublicGoodsBot, TrustBot, UltimatumBot
from .behavioural_talk import TEMPLATES

__all__ = ["GAMES", "bot_for"]

_BOTS: dict[str, type[RoundBot]] = {
    "Auction": AuctionBot,
    "BeautyContest": BeautyContestBot,
    "Bertrand": BertrandBot,
    "Cournot": CournotBot,
    "Dictator": DictatorBot,
    "DictatorChoice": DictatorChoiceBot,
    "PublicGoods": PublicGoodsBot,
    "Trust": TrustBot,
    "Ultimatum": UltimatumBot,
}
GAMES: tuple[str, ...] = tuple(_BOTS)


def bot_for(game: Game, style: str) -> Callable[[int, np.random.Generator], RoundBot]:
    """Make a factory ``(seat, rng) -> bot`` for one of the games here, or a subclass of one.

    Raises:
        ParameterError: no bot for the game, or for its parameters, or no such style.
    """
    found = next((_BOTS[base.__name__] for base in type(game).__mro__ if base.__name__ in _BOTS), None)
    if found is None:
        raise ParameterError(f"no behavioural bot plays {game.made_as}; they play {', '.join(GAMES)}")
    if reason := found.refuses(game):
        raise ParameterError(f"{game.made_as}: {reason}")
    if style not in TEMPLATES:
        raise ParameterError(f"behavioural bots: style={style!r} should be one of {', '.join(TEMPLATES)}")
    make: Any = found  # the game's class was matched by name, which the type checker cannot follow
    return partial(make, game, style)
