"""Small poker games, the standard tests of algorithms for hidden information: register lines only."""

from ..registry import register

_GAME = "ludens.games.poker.game:LimitPoker"

register("kuhn_poker-v0", _GAME, summary="three cards, one bet: poker at its smallest (Kuhn 1950)", ranks=3, suits=1, bets=(1,), raises=1)
register("leduc_poker-v0", _GAME, summary="six cards, two rounds, a card for all (Southey et al. 2005)", ranks=3, suits=2, bets=(2, 4), raises=2)
