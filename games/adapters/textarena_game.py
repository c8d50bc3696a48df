"""Any environment of TextArena as a game of ours: ``ludens.make("textarena", env="Nim-v0")``.

Rules in words. They are TextArena's: each seat is told, when it is to move, what TextArena tells it, and answers with a text. An invalid move is dealt
with by TextArena's own rule (usually one more try, then the game is lost), and told to who made it by an event ``invalid`` too. Rewards are TextArena's,
paid at the end.

| parameter | meaning | default |
|---|---|---|
| `env` | TextArena's id of the environment | Nim-v0 |
| `seats` | how many play | 2 |
| `payoffs` | bounds of a seat's reward, which TextArena does not declare | -1, 1 |
| `horizon` | moves after which a game that is not over is cut off, unpaid | 200 |
| `max_chars` | characters that a move may have | 1000 |

TextArena draws from the one generator of its process, so each episode runs in a process of its own (see
:mod:`~ludens.games.adapters.textarena_worker`; it needs a system that forks). A copy of a position gets one when it is played on: the moves are played
again from the seed. TextArena shows what players write to each other as it stands, in the same text as its own words.

Actions: free text. Observation: words only; the array is the share of the horizon that is over. Payoffs: TextArena's rewards.

Source: Guertler et al. 2025, "TextArena", arXiv 2504.11442.

Version history: v0, first version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ...errors import LudensError, ParameterError
from ..actions import ActionSpec, Move
from ..core import Game, GameType, State, seat_name
from ..domains import Domain, Text
from ..replies import clean_text
from .textarena_table import Table

if TYPE_CHECKING:
    from gymnasium.spaces import Space

__all__ = ["TextArenaGame", "TextArenaState"]


@dataclass(frozen=True, kw_only=True)
class TextArenaGame(Game):
    """An environment of TextArena; see the module."""

    env: str = "Nim-v0"
    seats: int = 2
    payoffs: tuple[float, float] = (-1.0, 1.0)
    horizon: int = 200
    max_chars: int = 1000

    def __post_init__(self) -> None:
        self.require(0 < len(self.env) <= 200, "env", "should be TextArena's id of an environment")
        self.require(self.seats >= 1, "seats", "should be at least 1")
        self.require(self.payoffs[0] <= self.payoffs[1], "payoffs", "should be the lowest and the highest reward, in this order")
        self.require(self.horizon >= 1, "horizon", "should be at least 1")
        self.require(1 <= self.max_chars <= 20_000, "max_chars", "should be from 1 to 20000")
        try:
            Table(self.env, self.seats, 0).close()
        except LudensError as problem:
            raise ParameterError(f"{self.id or type(self).__name__}: env={self.env!r} with seats={self.seats} cannot be opened: {problem}") from problem

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(self.seats, self.seats),
            dynamics="sequential",
            information="imperfect",
            utility="general_sum",
            payoff_low=self.payoffs[0],
            payoff_high=self.payoffs[1],
            horizon=self.horizon,
            chance=True,
        )

    def rules_text(self, seat: int | None = None) -> str:
        who = "one player" if self.seats == 1 else f"{self.seats} players"
        own = f" You are {seat_name(seat)}; TextArena calls you Player {seat}." if seat is not None else ""
        return (
            f"The game is {self.env} of TextArena, for {who}.{own} What you are told is TextArena's own text.\n"
            "Your choice is the text of your move, written as that text asks for it, square brackets included where it has them."
        )

    def observation_space(self, seat: int) -> Space[Any]:
        from gymnasium.spaces import Box

        return Box(0.0, 1.0, (1,), np.float32)

    def action_domain(self, seat: int) -> Domain:
        return Text(self.max_chars)

    def new_state(self, seed: int) -> State:
        return TextArenaState(self, seed)


class TextArenaState(State):
    """A position of TextArena: the seed and the texts that were answered.

    Attributes:
        answers: all moves so far.
        invalid: per seat, how many of its moves were invalid.
        reason: why the game ended, in TextArena's words.
    """

    __slots__ = ("_table",)

    game: TextArenaGame
    _table: Table | None
    """The running episode; a slot, since it follows from the answers. None where there is none yet, or any more."""

    def __init__(self, game: TextArenaGame, seed: int) -> None:
        super().__init__(game, seed)
        self.answers: list[str] = []
        self.invalid = [0] * game.seats
        self.reason = ""
        self._table = None
        self._stand(self._running().standing, None)

    def action_spec(self, seat: int) -> ActionSpec:
        return ActionSpec(Text(self.game.max_chars))

    def request(self, seat: int) -> str:
        return f"{seat_name(seat)}, it is your move."

    def data(self, seat: int) -> dict[str, np.ndarray]:
        return {"observation": np.array([self.turn / self.game.horizon], dtype=np.float32)}

    @property
    def outcome(self) -> dict[str, Any]:
        return {"invalid_moves": list(self.invalid), "reason": self.reason}

    def hides(self, seat: int) -> bool:
        # TextArena does not say what it hides
        return True

    def _apply(self, moves: Mapping[int, Move]) -> None:
        ((seat, move),) = moves.items()
        try:
            standing = self._running().act(move.choice)
        except LudensError:
            # the move was not made; another try begins a process anew
            self._table = None
            raise
        self.answers.append(move.choice)
        self._stand(standing, seat)

    def _running(self) -> Table:
        """Give the episode's process; where there is none, begin one and play all moves so far again."""
        if self._table is None:
            table = Table(self.game.env, self.game.seats, self.seed)
            for text in self.answers:
                table.act(text)
            if self.answers and (table.standing["done"] or table.standing["seat"] != self.to_move[0]):
                raise LudensError(f"TextArena's {self.game.env} cannot be repeated: the same seed and moves led to another position")
            self._table = table
        return self._table

    def _stand(self, standing: Mapping[str, Any], mover: int | None) -> None:
        """Tell what TextArena says after a move of ``mover``, or at the start."""
        if mover is not None and standing["invalid"] is not None:
            self.invalid[mover] += 1
            reason = _one_line(standing["invalid"])
            self.emit("invalid", f"{seat_name(mover)} made an invalid move: {reason}", seat=mover, data={"reason": reason}, to=(mover,))
        if standing["done"]:
            self._end(standing["rewards"], _one_line(standing["reason"]))
            return
        seat = standing["seat"]
        self.to_move = (seat,)
        told = clean_text(standing["told"]).strip("\n")
        self.emit("told", f"{seat_name(seat)} is told:\n{told}", seat=seat, data={"text": told}, to=(seat,))
        if mover is not None and self.turn + 1 >= self.game.horizon:
            self._end([0.0] * self.game.seats, f"It is cut off after {self.game.horizon} moves, unpaid.")

    def _end(self, rewards: list[float] | None, reason: str) -> None:
        low, high = self.game.payoffs
        if rewards is None:
            raise LudensError(f"TextArena's {self.game.env} ended without rewards")
        if not all(low <= reward <= high for reward in rewards):
            raise LudensError(f"TextArena's {self.game.env} paid {rewards}, outside payoffs=[{low:g},{high:g}]; give bounds that hold them")
        self.rewards, self.reason = list(rewards), reason
        self.emit("end", f"The game is over. {reason}".strip(), data={"reason": reason, "rewards": self.rewards})
        self.to_move = ()
        if self._table is not None:
            self._table.close()
            self._table = None

    # -- copies ------------------------------------------------------------------------------------------------------

    def clone(self) -> Self:
        twin = super().clone()
        twin._table = None
        return twin

    @classmethod
    def from_dict(cls, game: Game, plain: Mapping[str, Any]) -> Self:
        state = super().from_dict(game, plain)
        state._table = None
        return state


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())
