"""Positions of :class:`~ludens.games.poker.game.LimitPoker`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import Event, State, seat_name
from ..words import listed, number
from .game import OPTIONS, LimitPoker

__all__ = ["PokerState"]


class PokerState(State):
    """A position.

    Attributes:
        hand: number of the hand, from 0.
        cards: per seat, the rank of its card; of the current hand, as all that follows.
        board: the ranks of the cards that are or will be laid open.
        round: number of the round of betting, from 0.
        stakes: per seat, what it has put in.
        folded: per seat, whether it has folded.
        raised: bets and raises of the round.
        waiting: seats that must still act in the round, in order.
        actions: numbers of ``OPTIONS``, in order.
    """

    game: LimitPoker

    def __init__(self, game: LimitPoker, seed: int, cards: Sequence[int] | None = None) -> None:
        super().__init__(game, seed)
        self.hand = 0
        self._deal(self._shuffled() if cards is None else cards)

    def _shuffled(self) -> list[int]:
        game = self.game
        return [game.deck[place] for place in self.rng.permutation(len(game.deck))[: game.players + len(game.bets) - 1]]

    def _deal(self, cards: Sequence[int]) -> None:
        game = self.game
        self.cards, self.board = list(cards[: game.players]), list(cards[game.players :])
        self.round, self.raised = 0, 0
        self.stakes, self.folded = [game.ante] * game.players, [False] * game.players
        self.actions: list[int] = []
        self.waiting = self._order()
        self.to_move = (self.waiting[0],)
        which = f"Hand {self.hand + 1} of {game.hands}. " if game.hands > 1 else ""
        self.emit("hand", f"{which}Everybody puts {number(game.ante)} into the pot; {seat_name(self.waiting[0])} acts first.", data={"hand": self.hand})
        for seat, rank in enumerate(self.cards):
            dealt = self._dealt(seat, rank)
            self.emit(dealt.kind, dealt.text, seat=seat, data=dealt.data, to=dealt.visible_to)

    def _order(self) -> list[int]:
        first = self.hand % self.game.players
        return [seat for place in range(self.game.players) if not self.folded[seat := (first + place) % self.game.players]]

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        if self.stakes[seat] == max(self.stakes):
            return self.game.offer(("check", "bet") if self.raised < self.game.raises else ("check",))
        return self.game.offer(("call", "raise", "fold") if self.raised < self.game.raises else ("call", "fold"))

    def request(self, seat: int) -> str:
        game = self.game
        shown = f" On the table: a {game.card(self.board[0])}." if self.round else ""
        pot = listed(
            f"{'you have' if other == seat else f'{seat_name(other)} has'} put in {number(stake)}{' and folded' if self.folded[other] else ''}"
            for other, stake in enumerate(self.stakes)
        )
        owes = max(self.stakes) - self.stakes[seat]
        asks = f"To call costs {number(owes)}." if owes else "There is no bet to call."
        return f"You hold a {game.card(self.cards[seat])}.{shown} In the pot: {number(sum(self.stakes))}; {pot}. {asks} What do you do?"

    def default_move(self, seat: int) -> Move:
        """Check, or fold."""
        return Move("check" if self.stakes[seat] == max(self.stakes) else "fold")

    # -- an action ---------------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        ((seat, move),) = moves.items()
        game, bet = self.game, self.game.bets[self.round]
        before = self.stakes[seat]
        self.actions.append(OPTIONS.index(move.choice))
        self.waiting.pop(0)
        if move.choice == "fold":
            self.folded[seat] = True
        elif move.choice != "check":
            self.stakes[seat] = max(self.stakes) + (bet if move.choice in ("bet", "raise") else 0)
        paid = self.stakes[seat] - before
        words = {"fold": "folds", "check": "checks"}.get(move.choice, f"{move.choice}s: {number(paid)} into the pot")
        self.emit("act", f"{seat_name(seat)} {words}.", seat=seat, data={"action": move.choice, "paid": paid})
        if move.choice in ("bet", "raise"):
            self.raised += 1
            order = [(seat + place) % game.players for place in range(1, game.players)]
            self.waiting = [other for other in order if not self.folded[other]]
        left = [other for other in range(game.players) if not self.folded[other]]
        if len(left) == 1:
            self._settle(left, left)
        elif self.waiting:
            self.to_move = (self.waiting[0],)
        elif self.round + 1 < len(game.bets):
            self._next_round()
        else:
            self._show(left)

    def _next_round(self) -> None:
        self.round += 1
        self.raised = 0
        self.waiting = self._order()
        self.to_move = (self.waiting[0],)
        self.emit("open", f"A {self.game.card(self.board[0])} is laid open.", data={"card": self.board[0]})

    def _show(self, left: list[int]) -> None:
        strength = {seat: (self.cards[seat] in self.board, self.cards[seat]) for seat in left}
        best = max(strength.values())
        for seat in left:
            self.emit("show", f"{seat_name(seat)} shows a {self.game.card(self.cards[seat])}.", seat=seat, data={"card": self.cards[seat]})
        self._settle([seat for seat in left if strength[seat] == best], left)

    def _settle(self, winners: list[int], left: list[int]) -> None:
        pot = sum(self.stakes)
        won = [pot / len(winners) if seat in winners else 0.0 for seat in range(self.game.players)]
        self.rewards = [gain - stake for gain, stake in zip(won, self.stakes, strict=True)]
        names = listed(map(seat_name, winners))
        verb = "takes" if len(winners) == 1 else "share"
        self.emit("pot", f"{names} {verb} the pot of {number(pot)}.", data={"winners": winners, "pot": pot, "shown": len(left) > 1})
        self.to_move = ()
        if self.hand + 1 < self.game.hands:
            self.hand += 1
            self._deal(self._shuffled())

    # -- what is hidden ------------------------------------------------------------------------------------------------

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Deal the cards of this hand that a seat has not seen anew; what others did fits all cards."""
        twin = self.with_fresh_chance(rng)
        begun = max(number for number, event in enumerate(self.events) if event.kind == "hand")
        seen = {seat, *(event.seat for event in self.events[begun:] if event.kind == "show")}
        rest = list(self.game.deck)
        for rank in [*(self.cards[other] for other in seen if other is not None), *self.board[: self.round]]:
            rest.remove(rank)
        drawn = [rest[place] for place in rng.permutation(len(rest))]
        twin.cards = [rank if other in seen else drawn.pop() for other, rank in enumerate(self.cards)]
        twin.board = [*self.board[: self.round], *(drawn.pop() for _ in self.board[self.round :])]
        for other, card in enumerate(twin.cards):
            if other not in seen:
                twin.events[begun + 1 + other] = self._dealt(other, card)
                twin._keys[other] = None
        twin._seen = [[event for event in twin.events if event.visible_to is None or at in event.visible_to] for at in range(self.game.players)]
        return twin

    def _dealt(self, seat: int, rank: int) -> Event:
        return Event("deal", seat, f"{seat_name(seat)} is dealt a {self.game.card(rank)}.", {"card": rank}, (seat,))

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        game = self.game
        card, table, when = np.zeros(game.ranks), np.zeros(game.ranks), np.zeros(len(game.bets))
        card[self.cards[seat]] = 1
        if self.round:
            table[self.board[0]] = 1
        when[self.round] = 1
        order = [(seat + place) % game.players for place in range(game.players)]
        past = np.zeros((game.longest, len(OPTIONS)))
        past[np.arange(len(self.actions)), self.actions] = 1
        stakes, folded = np.array(self.stakes)[order], np.array(self.folded, float)[order]
        parts = [card, table, when, stakes, folded, past.ravel()]
        return {"observation": np.concatenate(parts).astype(np.float32)}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record."""
        return {"hands": self.hand + (not self.to_move), **{f"return_{seat}": total for seat, total in enumerate(self.returns)}}
