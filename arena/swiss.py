"""Swiss rounds: equals meet equals, and nobody meets the same opponent twice while it can be helped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..agents.player import PlayerSpec
from ..errors import ParameterError
from ..games.core import Game
from .plan import Match, Result
from .seating import Entered, Rotate, table_matches
from .standings import rank_scores

__all__ = ["Swiss"]

_NEAR = 12
"""How far apart in the standings two players may be and still be considered for a pairing at first."""


@dataclass(frozen=True)
class Swiss(Entered):
    """A schedule of Swiss rounds, extended round by round from what was played.

    In each round and game, players are ordered by their mean score so far and seated with their neighbours. At two seats the pairing is a matching of
    least total weight: squared distance in the standings, plus a large weight a former meeting. At more seats the standings are cut into tables.
    Whoever is left over sits out: the lowest of those who sat out least.

    Args:
        games: what is played; each game keeps standings of its own.
        players: who plays; who cannot play a game is left out of it and listed in ``excluded``.
        rounds: how many rounds.
        replicates: how often each table plays in each seating, a round.
        rotate: seatings of a table, as in :func:`round_robin`; they share a seed.
        seed: all matches' seeds derive from it.
    """

    games: tuple[Game, ...]
    players: tuple[PlayerSpec, ...]
    rounds: int = 5
    replicates: int = 1
    rotate: Rotate = "latin"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.replicates < 1:
            raise ParameterError(f"rounds={self.rounds} and replicates={self.replicates} should be 1 or more")
        super().__post_init__()

    @property
    def description(self) -> str:
        """One line."""
        return f"Swiss: {len(self.players)} players, {len(self.games)} game{'s' * (len(self.games) != 1)}, {self.rounds} rounds"

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        """Give the first round that is not complete; empty when all are."""
        histories = [_History(game, able) for game, able in self.entered]
        for number in range(self.rounds):
            label = f"round {number + 1}"
            replicates = [f"{number}.{replicate}" for replicate in range(self.replicates)]
            matches: list[Match] = []
            for history in histories:
                for table in history.pair():
                    seated = [history.players[item] for item in table]
                    matches += table_matches(history.game, seated, replicates, seed=self.seed, rotate=self.rotate, seeds="pairing", group=label)
            if any(match.id not in results for match in matches):
                return tuple(matches)
            for match in matches:
                for history in histories:
                    if history.game == match.game:
                        history.enter(match, results[match.id])
        return ()


class _History:
    """What was played of one game: scores, meetings, rounds sat out; all by the players' numbers."""

    def __init__(self, game: Game, players: Sequence[PlayerSpec]) -> None:
        self.game, self.players = game, players
        self._number = {player.hash: item for item, player in enumerate(players)}
        self._scores: dict[int, list[float]] = defaultdict(list)
        self._met: dict[tuple[int, int], int] = defaultdict(int)
        self._out = [0] * len(players)

    def enter(self, match: Match, result: Result) -> None:
        seats = [self._number[player.hash] for player in match.players]
        for one in seats:
            for other in seats:
                self._met[one, other] += 1
        if result.returns is not None:
            for item, score in zip(seats, rank_scores(result.returns), strict=True):
                self._scores[item].append(score)

    def _standings(self) -> list[int]:
        def mean(item: int) -> float:
            scores = self._scores[item]
            return sum(scores) / len(scores) if scores else 0.5

        return sorted(range(len(self.players)), key=lambda item: (-mean(item), item))

    def pair(self) -> list[tuple[int, ...]]:
        order, size = self._standings(), self.game.seats
        for _ in range(len(order) % size):
            sits_out = max(order, key=lambda item: (-self._out[item], order.index(item)))
            self._out[sits_out] += 1
            order.remove(sits_out)
        if size == 2:
            return self._matching(order)
        return [tuple(order[start : start + size]) for start in range(0, len(order), size)]

    def _matching(self, order: list[int]) -> list[tuple[int, ...]]:
        import networkx as nx

        place = {item: index for index, item in enumerate(order)}
        large = 10 * len(order) ** 2
        for near in (_NEAR, len(order)):
            graph = nx.Graph()
            for one in order:
                for other in order[place[one] + 1 : place[one] + 1 + near]:
                    graph.add_edge(one, other, weight=-((place[other] - place[one]) ** 2) - large * self._met[one, other])
            pairs = nx.max_weight_matching(graph, maxcardinality=True)
            if 2 * len(pairs) == len(order):
                break
        return sorted((tuple(sorted(pair, key=place.__getitem__)) for pair in pairs), key=lambda pair: place[pair[0]])
