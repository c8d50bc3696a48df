"""Limit poker with few cards: Kuhn and Leduc poker and their larger kin.

Rules in words. Everybody puts the ante into the pot and gets one card. In a round of betting the seats act in turn, the first seat first: check, or bet a
fixed amount; once there is a bet, call it, fold, or raise it by the same amount while raises are left. A round ends when all who are in have put in the same.
Before each further round a card is laid open for all. At the end, or when all others have folded, the pot goes to the best hand: a pair with an open card
beats none, then the higher card counts; equal hands share.

| parameter | meaning | Kuhn | Leduc |
|---|---|---|---|
| `players` | seats, 2 to 6 | 2 | 2 |
| `ranks`, `suits` | the cards: so many ranks, each so many times; suits mean nothing | 3, 1 | 3, 2 |
| `bets` | the amount of bets and raises, round by round (one or two rounds) | 1 | 2, 4 |
| `raises` | bets and raises allowed in a round, together | 1 | 2 |
| `ante` | what everybody puts in first | 1 | 1 |
| `hands` | hands in an episode; who acts first moves on by one seat each hand | 1 | 1 |

Actions: `check`, `bet`, `call`, `raise`, `fold`. Observation: own card, open card, round, what everybody has in the pot, who has folded, and the actions of the
hand in order. Payoffs: what is won less what was put in; they add up to zero.

Sources: Kuhn 1950, "A simplified two-person poker", Contributions to the Theory of Games 1; Southey et al. 2005, "Bayes' bluff: opponent modelling in poker",
UAI. Values and information sets agree with OpenSpiel's `kuhn_poker` and `leduc_poker`, but for suits, which are not told here.

Version history: v0, first version.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from gymnasium.spaces import Box

from ..actions import ActionSpec
from ..core import Game, GameType, IllegalPolicy, NotSupported, Prediction, State
from ..domains import OneOf
from ..words import listed, number

if TYPE_CHECKING:
    from .state import PokerState

__all__ = ["OPTIONS", "LimitPoker"]

OPTIONS = ("check", "bet", "call", "raise", "fold")
_NAMES = ("jack", "queen", "king")
_MOST_DEALS = 100_000


@dataclass(frozen=True, kw_only=True)
class LimitPoker(Game):
    """Poker with fixed bets; see the module for the parameters."""

    players: int = 2
    ranks: int = 3
    suits: int = 1
    bets: tuple[float, ...] = (1.0,)
    raises: int = 1
    ante: float = 1.0
    hands: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "bets", tuple(float(bet) for bet in self.bets))
        self.require(2 <= self.players <= 6, "players", "should be from 2 to 6")
        self.require(2 <= self.ranks <= 13, "ranks", "should be from 2 to 13")
        self.require(1 <= self.suits <= 4, "suits", "should be from 1 to 4")
        self.require(len(self.bets) in (1, 2) and all(0 < bet < math.inf for bet in self.bets), "bets", "should be one or two positive amounts")
        self.require(self.ranks * self.suits >= self.players + len(self.bets) - 1, "ranks", "and suits should give a card to everybody and the open one")
        self.require(1 <= self.raises <= 4, "raises", "should be from 1 to 4")
        self.require(0 < self.ante < math.inf, "ante", "should be positive")
        self.require(1 <= self.hands <= 1000, "hands", "should be from 1 to 1000")

    @property
    def seats(self) -> int:
        return self.players

    @cached_property
    def deck(self) -> tuple[int, ...]:
        """The ranks of all cards."""
        return tuple(rank for rank in range(self.ranks) for _ in range(self.suits))

    @cached_property
    def most(self) -> float:
        """What a seat puts in at most in a hand."""
        return self.ante + self.raises * sum(self.bets)

    @cached_property
    def longest(self) -> int:
        """Actions in a hand at most."""
        return len(self.bets) * self.players * (self.raises + 1)

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, 6),
            dynamics="sequential",
            information="imperfect",
            utility="zero_sum",
            payoff_low=-self.most * self.hands,
            payoff_high=self.most * (self.players - 1) * self.hands,
            horizon=self.longest * self.hands,
            unit="chips",
            chance=True,
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    def card(self, rank: int) -> str:
        """Name a card."""
        return _NAMES[rank] if self.ranks == len(_NAMES) else f"{rank + 1}"

    def offer(self, options: tuple[str, ...]) -> ActionSpec:
        """Give what may be answered where some options are open."""
        return ActionSpec(OneOf(options))

    def action_domain(self, seat: int) -> OneOf:
        return OneOf(OPTIONS if self.raises > 1 else tuple(option for option in OPTIONS if option != "raise"))

    def observation_space(self, seat: int) -> Box:
        size = 2 * self.ranks + len(self.bets) + 2 * self.players + len(OPTIONS) * self.longest
        return Box(0.0, float(self.most), (size,), np.float32)

    def new_state(self, seed: int) -> PokerState:
        from .state import PokerState

        return PokerState(self, seed)

    def openings(self) -> Iterator[tuple[float, State]]:
        if self.hands > 1:
            raise NotSupported(f"{self.made_as} deals anew between its {self.hands} hands; deals are listed for one hand")
        drawn = self.players + len(self.bets) - 1
        if math.perm(len(self.deck), drawn) > _MOST_DEALS:
            raise NotSupported(f"{self.made_as} has more than {_MOST_DEALS:,} deals")
        from .state import PokerState

        deals = Counter(permutations(self.deck, drawn))
        for cards, count in sorted(deals.items()):
            yield count / deals.total(), PokerState(self, 0, cards)

    def predictions(self) -> tuple[Prediction, ...]:
        kuhn = (self.players, self.ranks, self.suits, self.bets, self.raises, self.ante) == (2, 3, 1, (1.0,), 1, 1.0)
        leduc = (self.players, self.ranks, self.suits, self.bets, self.raises, self.ante) == (2, 3, 2, (2.0, 4.0), 2, 1.0)
        if self.hands > 1 or not (kuhn or leduc):
            return ()
        if kuhn:
            return (Prediction("nash", "return_0", -1 / 18, "Kuhn 1950", "what player_0 wins on average in every equilibrium"),)
        note = "what player_0 wins on average in equilibrium"
        return (Prediction("nash", "return_0", -0.0856, "counterfactual regret minimisation; a test computes it", note, tolerance=5e-4),)

    def rules_text(self, seat: int | None = None) -> str:
        names = listed([self.card(rank) for rank in range(self.ranks)])
        times = "" if self.suits == 1 else f", each of them {self.suits} times"
        few = "once" if self.raises == 1 else f"{self.raises} times"
        raises = ("", "") if self.raises == 1 else (", or raise it by as much again", " and raises")
        two = len(self.bets) == 2
        return " ".join(
            filter(
                None,
                (
                    f"{self.players} players play poker.",
                    "" if seat is None else f"You are player_{seat}.",
                    f"The cards, from low to high: {names}{times}.",
                    f"Everybody puts {number(self.ante)} into the pot and is dealt one card, which only its owner sees.",
                    f"The players act in turn: check, or bet {number(self.bets[0])}; once there is a bet, call it (as much), fold (give up){raises[0]}.",
                    f"Bets{raises[1]} are allowed {few} in a round, and a round ends when all who are in have put in the same.",
                    f"Then a card is laid open for all, and there is a second round with bets of {number(self.bets[1])}." if two else "",
                    "Whoever is left alone, or has the best hand at the end, takes the pot.",
                    "A pair with the open card beats everything without; otherwise the higher card wins." if two else "The highest card wins.",
                    "Equal hands share it." if self.suits > 1 else "",
                    f"You play {self.hands} hands; the cards are shuffled before each, and who acts first moves on by one seat." if self.hands > 1 else "",
                    "Your aim is to win as many chips as you can.",
                ),
            )
        )
