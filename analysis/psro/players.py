"""PSRO over players of any kind: who of a pool is worth adding to those who play, by matches that the runner plays."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.plan import Excluded, Match, Result
from ...arena.seating import fitting, seatings
from ...arena.seeds import child_seed
from ...errors import LudensError, ParameterError
from ...games.core import Game
from ..equilibria.meta import META_SOLVERS, solve_meta
from ..equilibria.profiles import deviations, expected
from ..results import Floats

__all__ = ["PlayerPSRO", "Turn"]

_SHARE = 1e-9
"""Shares below it are a solver's noise: nobody is tried against them, so that all machines play the same matches."""


class Turn(NamedTuple):
    """One turn of the loop.

    Attributes:
        members: for each seat, the numbers of the players it chose among.
        payoffs: mean returns of the members, one tensor a seat.
        mixtures: what the meta-solver made of them.
        responses: for each seat, the number of the player of the pool that did best against the others' mixtures.
        gains: how much more it earned there than the mixture.
    """

    members: tuple[tuple[int, ...], ...]
    payoffs: Floats
    mixtures: tuple[Floats, ...]
    responses: tuple[int, ...]
    gains: tuple[float, ...]


@dataclass(frozen=True)
class PlayerPSRO:
    """A schedule that plays what the loop needs next: ``play(schedule, run)`` goes on where it was stopped, since all follows from the stored results.

    Every cell of the game of choosing a player is played ``replicates`` times with the same seeds (common random numbers), from every seat where seats are
    exchangeable. In a turn, everyone of the pool is tried against the others' mixtures; the best is added where it gains more than ``tolerance``.

    Args:
        game: what is played.
        pool: who can be added, and who starts; who cannot play the game is left out and listed in ``excluded``.
        start: numbers of the players to start with, in the pool as it is given.
        meta: a name of ``equilibria.meta.META_SOLVERS``.
        replicates: matches a cell.
        turns: at most so many.
        tolerance: gains up to which nobody is added, in the game's unit.
        seed: all matches' seeds derive from it.

    Raises:
        ParameterError: nothing can be played like this.
    """

    game: Game
    pool: tuple[PlayerSpec, ...]
    start: tuple[int, ...] = (0,)
    meta: str = "nash"
    replicates: int = 20
    turns: int = 20
    tolerance: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.meta not in META_SOLVERS:
            raise ParameterError(f"meta={self.meta!r} should be one of: {', '.join(META_SOLVERS)}")
        if self.replicates < 1 or self.turns < 1:
            raise ParameterError(f"replicates={self.replicates} and turns={self.turns} should be 1 or more")
        able = fitting(self.game, self.pool)[0]
        for number in self.start:
            if not 0 <= number < len(self.pool):
                raise ParameterError(f"start={self.start} should name players by their numbers, 0 to {len(self.pool) - 1}")
            if self.pool[number] not in able:
                raise ParameterError(f"player {self.pool[number].name!r} cannot play {self.game.label}; start with somebody who can")
        if not self.start:
            raise ParameterError("start names nobody; one player at least is needed")

    @cached_property
    def _able(self) -> tuple[int, ...]:
        able = fitting(self.game, self.pool)[0]
        return tuple(number for number, player in enumerate(self.pool) if player in able)

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """Players of the pool that cannot play the game, and why."""
        return tuple(fitting(self.game, self.pool)[1])

    @property
    def description(self) -> str:
        """One line."""
        return f"PSRO ({self.meta}): {len(self.pool)} players, {self.game.label}, {self.replicates} matches a cell, at most {self.turns} turns"

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        """Give the matches that the loop needs next; empty when nobody gains any more, or the turns are used up."""
        return self._replay(results)[1]

    def history(self, results: Mapping[str, Result]) -> tuple[Turn, ...]:
        """Give the turns that the results are enough for."""
        return self._replay(results)[0]

    def converged(self, results: Mapping[str, Result]) -> bool:
        """Tell whether the last turn found nobody to add."""
        turns = self.history(results)
        return bool(turns) and not any(self._adds(turns[-1]))

    def _replay(self, results: Mapping[str, Result]) -> tuple[tuple[Turn, ...], tuple[Match, ...]]:
        turns: list[Turn] = []
        means: dict[tuple[int, ...], Floats] = {}
        members = [list(dict.fromkeys(self.start)) for _ in range(self.game.seats)]
        while len(turns) < self.turns:
            needed = self._missing(list(itertools.product(*members)), results, means)
            if needed:
                return tuple(turns), needed
            payoffs = self._tensor(members, means)
            mixtures = solve_meta(payoffs, self.meta)
            trials = self._trials(members, mixtures)
            needed = self._missing([cell for cells in trials.values() for cell in cells], results, means)
            if needed:
                return tuple(turns), needed
            turns.append(self._turn(members, payoffs, mixtures, trials, means))
            adds = self._adds(turns[-1])
            if not any(adds):
                break
            joining = [[turns[-1].responses[seat]] if adds[seat] else [] for seat in range(self.game.seats)]
            if self.game.type.symmetric:
                # seats share their players
                joining = [sorted({one for some in joining for one in some})] * self.game.seats
            members = [[*own, *(one for one in new if one not in own)] for own, new in zip(members, joining, strict=True)]
        return tuple(turns), ()

    def _adds(self, turn: Turn) -> list[bool]:
        return [gain > self.tolerance and one not in own for gain, one, own in zip(turn.gains, turn.responses, turn.members, strict=True)]

    def _trials(self, members: Sequence[Sequence[int]], mixtures: Sequence[Floats]) -> dict[int, list[tuple[int, ...]]]:
        """List, for each seat, the cells of everybody outside against those of the others who have a share."""
        played = [[one for one, share in zip(own, mixture.tolist(), strict=True) if share > _SHARE] for own, mixture in zip(members, mixtures, strict=True)]
        found = {}
        for seat, own in enumerate(members):
            outside = [number for number in self._able if number not in own]
            found[seat] = list(itertools.product(*played[:seat], outside, *played[seat + 1 :]))
        return found

    def _turn(
        self,
        members: Sequence[Sequence[int]],
        payoffs: Floats,
        mixtures: Sequence[Floats],
        trials: Mapping[int, Sequence[tuple[int, ...]]],
        means: Mapping[tuple[int, ...], Floats],
    ) -> Turn:
        now, inside = expected(payoffs, mixtures), deviations(payoffs, mixtures)
        responses, gains = [], []
        for seat, own in enumerate(members):
            worth = dict(zip(own, inside[seat].tolist(), strict=True))
            for cell in trials[seat]:
                chance = float(np.prod([mixtures[other][members[other].index(cell[other])] for other in range(len(cell)) if other != seat]))
                worth[cell[seat]] = worth.get(cell[seat], 0.0) + chance * float(means[cell][seat])
            best = max(worth, key=lambda number: (worth[number], -number))
            responses.append(best)
            gains.append(worth[best] - float(now[seat]))
        return Turn(tuple(map(tuple, members)), payoffs, tuple(mixtures), tuple(responses), tuple(gains))

    def _tensor(self, members: Sequence[Sequence[int]], means: Mapping[tuple[int, ...], Floats]) -> Floats:
        cells = [means[cell] for cell in itertools.product(*members)]
        return np.array(cells).T.reshape(self.game.seats, *map(len, members))

    def _missing(self, cells: Sequence[tuple[int, ...]], results: Mapping[str, Result], means: dict[tuple[int, ...], Floats]) -> tuple[Match, ...]:
        """Give the matches of cells that are not all played; write down the means of those that are."""
        needed: dict[str, Match] = {}
        for cell in cells:
            if cell in means:
                continue
            played = [(order, match) for order in self._orders(cell) for match in self._matches(cell, order)]
            lacking = {match.id: match for _, match in played if match.id not in results}
            if lacking:
                needed.update((match.id, match) for _, match in played)
                continue
            earned = []
            for order, match in played:
                returns = results[match.id].returns
                if returns is not None:
                    # back from seats to the places of the cell
                    earned.append([returns[order.index(place)] for place in range(len(cell))])
            if not earned:
                raise LudensError(f"every match of {' v '.join(self.pool[one].name for one in cell)} broke off, so that nothing is known of it")
            mean = np.mean(earned, axis=0)
            if self.game.type.symmetric:
                # the same player in two places earns the same
                mean = np.array([np.mean([value for other, value in zip(cell, mean.tolist(), strict=True) if other == one]) for one in cell])
            means[cell] = mean
        return tuple(needed.values())

    def _orders(self, cell: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Give the orders in which the places of a cell sit down: all rotations where seats are exchangeable."""
        places = tuple(range(len(cell)))
        return seatings(places, "latin") if self.game.type.symmetric else [places]

    def _matches(self, cell: tuple[int, ...], order: tuple[int, ...]) -> list[Match]:
        seated = tuple(self.pool[cell[place]] for place in order)
        # a table of equal players has one seating, whatever the order
        names = " v ".join(player.name or player.kind for player in seated)
        return [Match(self.game, seated, child_seed(self.seed, self.game.hash, number), str(number), names) for number in range(self.replicates)]
