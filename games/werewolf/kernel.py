"""Werewolf at speed: many games side by side in compiled code, and whole games of random play.

The rules are those of :mod:`.game` as far as :class:`WerewolfBatch` says; tests hold them to the readable engine move by move. It needs the extra ``fast``.

    batch = WerewolfBatch(make("werewolf", latents=(3, 2, 2, 2)), size=64, seed=1)
    while not batch.over.all():
        seen = batch.observations()  # (64, 7, size)
        batch.step(batch.random_actions())
    batch.returns  # (64, 7)
"""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..compiled import compiled
from ..core import IllegalMove, seat_name
from . import encode
from . import kernel_layout as at
from .game import Werewolf

__all__ = ["PHASES", "WINNERS", "RandomGames", "WerewolfBatch", "random_games"]

WINNERS = at.WINNERS
"""What the numbers of ``winner`` stand for; -1 is a game that goes on."""
PHASES = ("night", "day", "vote", "over")
"""What the numbers of ``phase`` stand for."""


class WerewolfBatch:
    """A batch of games, each with its own chance: game ``i`` is the same in a batch of any size.

    Played are the roles werewolf, seer, doctor, bodyguard, villager, possessed and minion; ``first_night`` kill; ``kill`` propose, random_wolf and vote;
    ``seer_sees`` species; discussions in rounds with ``talk_order`` seats and rotate, in the abstract game (``latents``) or with turns in which nothing is
    said; simultaneous open votes; ``tie`` random and nobody; ``win`` parity and majority; no sheriff. Parameters not named here may have any value as long
    as it brings in nothing else, such as passing or last words.

    The arrays are live: the next step changes them. Copy what is to be kept.

    Args:
        game: the rules.
        size: how many games.
        seed: of all that chance decides, and of moves drawn at random.
        observe: keep observations up to date; steps are faster without.
        auto_reset: deal a game that is over anew at the next step, which does not read its actions (as ``NEXT_STEP`` of gymnasium does); otherwise it stays
            over until :meth:`reset`.

    Attributes:
        game: the rules.
        size: how many games.
        to_move: bool of shape (size, seats): who must act.
        masks: int8 of shape (size, seats, options): what a seat to move may choose, by its number in ``game.options.options``; zero for others.
        rewards: float64 of shape (size, seats): what the last step earned.
        returns: the same shape: earned so far in the episode.
        roles: int64 of shape (size, seats): numbers of the roles in ``tuple(game.counts)``.
        round: int64 of shape (size,).
        phase: int64 of shape (size,), a number of :data:`PHASES`.
        winner: int64 of shape (size,), a number of :data:`WINNERS`, -1 while a game goes on.
        episode: int64 of shape (size,): how many episodes of each game came before this one.

    Raises:
        NotSupported: the kernel does not play these rules; the message names the parameter.
        ParameterError: ``size`` is not positive.
        MissingExtra: numba is not installed.
    """

    def __init__(self, game: Werewolf, size: int, seed: int = 0, *, observe: bool = True, auto_reset: bool = False) -> None:
        if size < 1:
            raise ParameterError(f"size={size} should be at least 1")
        self.game, self.size = game, size
        self._rules, self._sight, self._facts = at.rules(game), at.sight(game), at.facts(game, size)
        self._auto_reset = auto_reset
        self.to_move = np.zeros((size, game.seats), np.bool_)
        self._masks = np.zeros((size, game.seats * len(game.options.options)), np.int8)
        self._pay = np.zeros((2, size, game.seats))
        self._name_parts()
        self._pages = np.zeros((size, game.seats, encode.size(game)), np.float32) if observe else None
        self._loops, self._eyes = (compiled(f"ludens.games.werewolf.{name}", "the batched Werewolf engine") for name in ("kernel_loops", "kernel_sight"))
        self._loops.seed_games(self._facts, _signed(seed))
        self._deal(None)

    def _name_parts(self) -> None:
        """Name parts of the arrays."""
        seats = self.game.seats
        self.masks = self._masks.reshape(self.size, seats, len(self.game.options.options))
        self.rewards, self.returns = self._pay
        self.roles = self._facts[:, at.ROLE : at.ROLE + seats]
        self.round, self.phase, self.winner, self.episode = (self._facts[:, column] for column in (at.ROUND, at.PHASE, at.WINNER, at.EPISODE))

    def take(self, games: NDArray[np.int64]) -> Self:
        """Copy some games, in this order, the same one as often as it is named; copies of a game have the same chance in store until they part.

        Args:
            games: numbers of games, shape (size of the new batch,).
        """
        twin = copy(self)
        twin.size = len(games)
        twin._facts, twin._masks, twin.to_move, twin._pay = self._facts[games], self._masks[games], self.to_move[games], self._pay[:, games]
        twin._pages = None if self._pages is None else self._pages[games]
        twin._name_parts()
        return twin

    def reset(self, deals: ArrayLike | None = None) -> None:
        """Begin the next episode of every game (the first one has begun when the batch is made).

        Args:
            deals: the roles of the seats, shape (size, seats), numbers in ``tuple(game.counts)``; drawn where left out.

        Raises:
            ParameterError: these are not the roles of the cast.
        """
        roles = None if deals is None else self._checked(deals)
        self.episode += 1
        self._deal(roles)

    def step(self, actions: ArrayLike) -> None:
        """Play one joint move of every game that is not over; games that are over stay as they are, with rewards of zero.

        Args:
            actions: shape (size, seats), numbers of options; those of seats that need not move are not read.

        Raises:
            IllegalMove: an action is not legal; nothing has changed then.
            ParameterError: the shape is wrong.
        """
        moves = np.ascontiguousarray(actions, np.int64)
        if moves.shape != self.to_move.shape:
            raise ParameterError(f"actions should have shape {self.to_move.shape}, got {moves.shape}")
        wrong = self._loops.step(self._rules, self._facts, self._pay, self.to_move, self._masks, moves, self._auto_reset)
        if wrong >= 0:
            index, seat = divmod(int(wrong), self.game.seats)
            raise IllegalMove(f"game {index}: {seat_name(seat)} may not choose option {moves[index, seat]} now")
        self._look()

    def observations(self) -> NDArray[np.float32]:
        """Give what every seat sees, as :func:`.encode.encode` writes it: live, of shape (size, seats, numbers).

        Raises:
            ParameterError: the batch was made with ``observe=False``.
        """
        if self._pages is None:
            raise ParameterError("the batch was made with observe=False")
        return self._pages

    def see(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give what some seats see: shape (len(games), numbers)."""
        return self.observations()[games, seats]

    def legal(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which options some seats may choose: shape (len(games), options)."""
        return self.masks[games, seats].astype(np.bool_)

    @property
    def choices(self) -> tuple[str, ...]:
        """What the numbers of actions stand for."""
        return self.game.options.options

    def random_actions(self) -> NDArray[np.int64]:
        """Draw a legal action, all alike likely, for every seat to move, from the batch's own seed: shape (size, seats), zero for the others."""
        moves = np.zeros(self.to_move.shape, np.int64)
        self._loops.random_moves(self._rules, self._facts, self._masks, moves)
        return moves

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games have ended: shape (size,)."""
        return self._facts[:, at.STEP] == at.OVER

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Who lives: shape (size, seats)."""
        return (self._facts[:, at.ALIVE, None] >> np.arange(self.game.seats) & 1).astype(np.bool_)

    def deal(self, index: int) -> tuple[str, ...]:
        """Name the roles of a game's seats."""
        names = tuple(self.game.counts)
        return tuple(names[number] for number in self.roles[index])

    def draws(self, index: int) -> dict[str, list[Any]]:
        """List what chance decided in a game so far, by the names of the draws, in order.

        Together with :meth:`deal` these are the arguments with which a readable ``WerewolfState`` plays the same game.
        """
        drawn = self._facts[index, at.DRAWN :].reshape(-1, len(at.DRAWS))[: self.round[index]]
        found: dict[str, list[Any]] = {name: [int(result) for result in column if result != at.NOBODY] for name, column in zip(at.DRAWS, drawn.T, strict=True)}
        return {**found, "cap": [WINNERS[side] for side in found["cap"]]}

    def _play_whole(self, count: int, seed: int) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Play ``count`` games, one after the other, in the place of the first; give who won each, and in which round."""
        winners, rounds = np.zeros(count, np.int8), np.zeros(count, np.int8)
        rules = self._rules.copy()
        if not rules[at.MOST_MEANINGS]:
            rules[at.TALK_ROUNDS] = 0  # turns without a choice change nothing
        self._loops.play(rules, self._facts, self._pay, self.to_move, self._masks, _signed(seed), winners, rounds)
        return winners, rounds

    def _deal(self, roles: NDArray[np.int64] | None) -> None:
        if roles is not None:
            self.roles[:] = roles
        self._loops.deal(self._rules, self._facts, self._pay, self.to_move, self._masks, roles is not None)
        self._look()

    def _look(self) -> None:
        if self._pages is not None:
            self._eyes.see(self._rules, self._sight, self._facts, self._pages)

    def _checked(self, deals: ArrayLike) -> NDArray[np.int64]:
        roles = np.asarray(deals, np.int64)
        cast = self._rules[at.CAST : at.CAST + self.game.seats]
        if roles.shape != self.to_move.shape or (np.sort(roles, axis=1) != np.sort(cast)).any():
            raise ParameterError(f"deals should have shape {self.to_move.shape}, each row an order of the cast {cast.tolist()}")
        return roles


class RandomGames(NamedTuple):
    """Games as they ended.

    Attributes:
        winners: int8 of shape (count,), numbers of :data:`WINNERS`.
        rounds: int8 of shape (count,): the round in which each ended.
    """

    winners: NDArray[np.int8]
    rounds: NDArray[np.int8]


def random_games(game: Werewolf, count: int, seed: int = 0) -> RandomGames:
    """Play whole games in compiled code, every seat drawing among its legal moves, all alike likely.

    Game ``i`` is the first episode of game ``i`` of ``WerewolfBatch(game, size, seed)`` played with :meth:`WerewolfBatch.random_actions`.

    Raises:
        NotSupported: the kernel does not play these rules; the message names the parameter.
        MissingExtra: numba is not installed.
    """
    batch = WerewolfBatch(game, 1, observe=False)
    return RandomGames(*batch._play_whole(count, seed))


def _signed(seed: int) -> int:
    """Bring a seed into the range of int64."""
    return (seed + 2**63) % 2**64 - 2**63
