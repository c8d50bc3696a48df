"""Games as oracles: who does better is preferred."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.episode import play_match_async
from ...arena.plan import Match
from ...arena.seeds import child_seed
from ...errors import LudensError, ParameterError
from ...games.core import Game
from ...games.matrix.rules import MatrixGame
from ...llm.chat import ChatModel
from .oracle import Floats, Preference
from .scores import Link, link

__all__ = ["RolloutPreference", "game_table"]


def game_table(game: Game, judge: Literal["difference", "sign"] = "difference") -> tuple[Floats, tuple[str, ...]]:
    """Give the preference over the actions of a normal-form game of two: who earns more is preferred.

    A symmetric game is compared action by action. In any other, an answer is one action for each seat; two answers play both ways round. Of a repeated game
    it is the stage game.

    Args:
        game: a matrix game of two seats.
        judge: ``"difference"``: 1/2 plus half the difference of payoffs, as a share of the largest there is; a zero-sum game keeps its equilibria.
            ``"sign"``: 1, 1/2 or 0.

    Returns:
        P(i > j), and the names of the answers.

    Raises:
        ParameterError: the game is no matrix game of two seats, or has no difference in payoffs.
    """
    if not isinstance(game, MatrixGame) or game.seats != 2:
        raise ParameterError(f"{game.label} should be a matrix game of two seats")
    edge = game.table[0] - game.table[1]
    if game.type.symmetric:
        names, whole = game.shown[0], edge
    else:
        rows, columns = edge.shape
        names = tuple(f"{one} / {two}" for one in game.shown[0] for two in game.shown[1])
        # [i, j, k, l]: (i, j) against (k, l) wins edge[i, l] in the first seat and loses edge[k, j] in the second
        whole = ((edge[:, None, None, :] - edge.T[None, :, :, None]) / 2).reshape(rows * columns, rows * columns)
    largest = float(np.abs(whole).max())
    if largest == 0:
        raise ParameterError(f"{game.label}: both seats always earn the same, so nothing is preferred")
    return (link(whole, "sign", 1.0) if judge == "sign" else 0.5 + whole / (2 * largest)), names


class RolloutPreference(Preference[PlayerSpec]):
    """Answers are players: the one that earns more is preferred, over episodes whose deals both of them get.

    Without a ``field`` two players meet at a table of two, once in each order for every deal. With one, each sits at the same seat, with the same deal and the
    same others, and their returns are compared. A pair is played once; asking again costs nothing.

    Args:
        game: what is played.
        deals: how many; the variance of the mean falls with it.
        field: the players at the other seats.
        seat: where the compared players sit, with a field.
        kind, scale: how a difference in returns becomes a probability, as in :class:`~ludens.trainers.preferences.scores.ScorePreference`.
        seed: of the deals.
        models: by the name that language players call theirs.

    Raises:
        ParameterError: the field does not fill the table.
    """

    def __init__(
        self,
        game: Game,
        deals: int = 16,
        *,
        field: Sequence[PlayerSpec] = (),
        seat: int = 0,
        kind: Link = "sign",
        scale: float = 1.0,
        seed: int = 0,
        models: Mapping[str, ChatModel] | None = None,
    ) -> None:
        if deals < 1:
            raise ParameterError(f"rollout preference: deals={deals!r} should be 1 or more")
        if game.seats != (len(field) + 1 if field else 2):
            raise ParameterError(f"rollout preference: {game.label} has {game.seats} seats; {len(field)} others were given")
        self.game, self.deals, self.field, self.seat = game, deals, tuple(field), seat
        self.kind, self.scale, self.seed, self.models = kind, scale, seed, models or {}
        self._returns: dict[tuple[str, ...], Floats] = {}

    def compare(self, first: Sequence[PlayerSpec], second: Sequence[PlayerSpec], context: Any = None) -> Floats:
        return asyncio.run(self._compare(first, second))

    async def _compare(self, first: Sequence[PlayerSpec], second: Sequence[PlayerSpec]) -> Floats:
        out = np.empty((len(first), len(second)))
        for row, one in enumerate(first):
            for column, two in enumerate(second):
                if self.field:
                    ours, theirs = await self._alone(one), await self._alone(two)
                else:
                    (ours, theirs), (theirs_back, ours_back) = await self._meet(one, two), await self._meet(two, one)
                    ours, theirs = np.concatenate([ours, ours_back]), np.concatenate([theirs, theirs_back])
                out[row, column] = link(ours - theirs, self.kind, self.scale).mean()
        return out

    async def _alone(self, player: PlayerSpec) -> Floats:
        table = list(self.field)
        table.insert(self.seat, player)
        return np.asarray((await self._play(tuple(table)))[self.seat])

    async def _meet(self, one: PlayerSpec, two: PlayerSpec) -> Floats:
        return await self._play((one, two))

    async def _play(self, table: tuple[PlayerSpec, ...]) -> Floats:
        """Give everybody's returns, ``(seats, deals)``."""
        key = tuple(player.hash for player in table)
        if key not in self._returns:
            seeds = [child_seed(self.seed, "deal", number) for number in range(self.deals)]
            episodes = [await play_match_async(Match(self.game, table, seed), self.models) for seed in seeds]
            if broken := next((episode.error for episode in episodes if episode.error), None):
                raise LudensError(f"rollout preference: {self.game.label} broke off: {broken}")
            self._returns[key] = np.array([episode.returns for episode in episodes]).T
        return self._returns[key]
