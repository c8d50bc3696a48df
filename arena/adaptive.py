"""Uncertainty-driven pairing: play where the ratings are least certain, until the matches or the money are used up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..agents.player import PlayerSpec
from ..errors import ParameterError
from ..games.core import Game
from .plan import Match, Result
from .seating import Entered, Rotate, table_matches

__all__ = ["Adaptive"]


@dataclass(frozen=True)
class Adaptive(Entered):
    """A schedule that is extended batch by batch from what was played.

    Ratings are openskill's Plackett-Luce (mean and deviation a player, over all games). A batch seats, for each player in the
    order of deviation, those others whose meeting tells most: deviation times p(1 - p), p being the predicted chance to win; meetings
    within the batch count against a pairing, so that it spreads. Deterministic in the results.

    Args:
        games: what is played, in turn.
        players: who plays; who cannot play a game is left out of it and listed in ``excluded``.
        matches: at most so many matches.
        money: at most so many US dollars, by what the matches so far cost; None for no limit.
        batch: tables a batch; by default half as many as there are players.
        sigma: stop once every player's deviation (openskill's scale, 25/3 at first) is below it; None to use up the budget.
        rotate: seatings of a table, as in :func:`round_robin`; they share a seed.
        seed: all matches' seeds derive from it.
    """

    games: tuple[Game, ...]
    players: tuple[PlayerSpec, ...]
    matches: int = 200
    money: float | None = None
    batch: int | None = None
    sigma: float | None = None
    rotate: Rotate = "latin"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.matches < 1:
            raise ParameterError(f"matches={self.matches} should be 1 or more")
        if self.money is not None and not self.money > 0:
            raise ParameterError(f"money={self.money} should be more than 0, or null for no limit")
        if self.batch is not None and self.batch < 1:
            raise ParameterError(f"batch={self.batch} should be 1 or more")
        super().__post_init__()

    @property
    def description(self) -> str:
        """One line."""
        return f"adaptive: {len(self.players)} players, {len(self.games)} game{'s' * (len(self.games) != 1)}, at most {self.matches} matches" + (
            f" and {self.money:g} US dollars" if self.money else ""
        )

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        """Give the first batch that is not complete; empty when the budget is used up or the ratings are certain enough."""
        ladder = _Ladder()
        played, spent, number = 0, 0.0, 0
        while played < self.matches:
            if self.sigma is not None and number and all(ladder.sigma(player) < self.sigma for player in self.players):
                return ()
            batch = self._choose(ladder, number)[: self.matches - played]
            if self.money is not None and spent:
                # a crumb lost to rounding must not cost a match
                batch = batch[: max(0, math.floor((self.money - spent) / (spent / played) + 1e-9))]
            if not batch or any(match.id not in results for match in batch):
                return tuple(batch)
            for match in batch:
                result = results[match.id]
                spent += result.cost
                if result.returns is not None:
                    ladder.enter(match.players, result.returns)
            played += len(batch)
            number += 1
        return ()

    def _choose(self, ladder: _Ladder, number: int) -> list[Match]:
        tables = self.batch or max(1, len(self.players) // 2)
        met: Counter[frozenset[str]] = Counter()
        seated: Counter[str] = Counter()
        matches: list[Match] = []
        for turn in range(tables):
            game, able = self.entered[(number * tables + turn) % len(self.entered)]
            first = max(able, key=lambda player: (-seated[player.hash], ladder.sigma(player)))
            table = [first]
            while len(table) < game.seats:
                free = [player for player in able if player not in table]
                table.append(max(free, key=lambda player: sum(ladder.information(player, other) / 4 ** met[_pair(player, other)] for other in table)))
            seated.update(player.hash for player in table)
            met.update(_pair(one, other) for one in table for other in table if one is not other)
            matches += table_matches(game, table, [f"{number}.{turn}"], seed=self.seed, rotate=self.rotate, seeds="pairing", group=f"batch {number + 1}")
        return matches


def _pair(one: PlayerSpec, other: PlayerSpec) -> frozenset[str]:
    return frozenset((one.hash, other.hash))


class _Ladder:
    """Running ratings by player hash."""

    def __init__(self) -> None:
        from openskill.models import PlackettLuce

        self._model = PlackettLuce()
        self._ratings: dict[str, Any] = {}

    def _of(self, player: PlayerSpec) -> Any:
        return self._ratings.setdefault(player.hash, self._model.rating())

    def sigma(self, player: PlayerSpec) -> float:
        return float(self._of(player).sigma)

    def information(self, one: PlayerSpec, other: PlayerSpec) -> float:
        a, b = self._of(one), self._of(other)
        spread = math.sqrt(2 * self._model.beta**2 + a.sigma**2 + b.sigma**2)
        chance = 0.5 * (1 + math.erf((a.mu - b.mu) / spread / math.sqrt(2)))
        return float((a.sigma + b.sigma) * chance * (1 - chance))

    def enter(self, players: Sequence[PlayerSpec], returns: Sequence[float]) -> None:
        teams = [[self._of(player)] for player in players]
        for player, (rating,) in zip(players, self._model.rate(teams, scores=list(returns)), strict=True):
            self._ratings[player.hash] = rating
