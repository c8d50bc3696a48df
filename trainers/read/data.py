"""A planner's play as rows for regression: positions, joint choices and what was earned from there on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ...agents.refining.card import Positions
from ...agents.refining.features import Floats, Ints, choices, features
from ...arena.record import Episode, advance
from ...errors import LudensError
from ...games.adapters.joint import JointGame
from ...games.core import Observation

__all__ = ["Rows", "rows_of"]


class Rows(NamedTuple):
    """Decisions of a planner that chooses for all together.

    Attributes:
        positions: ``N`` of them, as the critic reads them.
        chosen: ``(N, seats)``: numbers of options; -1 for seats that were not to move.
        earned: ``(N,)``: what the decision earned, discounted to its beginning.
        carried: ``(N,)``: discount of what comes after it; 0 at the end of an episode.
        episode: ``(N,)``: which one it was; the rows of an episode are in order.
    """

    positions: Positions
    chosen: Ints
    earned: Floats
    carried: Floats
    episode: Ints

    def part(self, kept: np.ndarray) -> Rows:
        """Give some rows, by mask."""
        return Rows(*(column[kept] for column in self))

    def returns(self, values: Floats | None = None, trace: float = 1.0) -> Floats:
        """Give what was earned from each decision on, ``(N,)``: discounted by steps of the environment, to the end of the episode.

        Args:
            values: ``(N,)``: what the positions are worth; None for plain Monte-Carlo returns.
            trace: lambda, how much of the return is what was earned later rather than what the next position is worth (Sutton and Barto 2018, eq. 12.2).
        """
        out, after = np.zeros(len(self.earned), np.float32), 0.0
        for row in reversed(range(len(out))):
            if self.carried[row] == 0:
                after = 0.0
            elif values is not None:
                after = trace * after + (1 - trace) * float(values[row + 1])
            after = out[row] = float(self.earned[row]) + float(self.carried[row]) * after
        return out


def rows_of(game: JointGame, episodes: Iterable[Episode], discount: float, position: Callable[[Observation], Any] = features) -> Rows:
    """Read episodes by playing their moves again.

    A choice may take several steps of the environment, or none where it came to nothing; what it earned came with its last step.

    Args:
        game: of the episodes; its planner chooses for all together.
        episodes: that ended by the rules.
        discount: a step of the environment.
        position: writes a position down as the critic reads it.

    Raises:
        LudensError: there is nothing in them.
        RecordError: an episode is of other rules.
    """
    positions, chosen, numbers = list[Any](), list[Ints](), list[int]()
    earned, carried = list[float](), list[float]()
    for number, episode in enumerate(episodes):
        state, clock = game.start(episode.seed), 0
        for turn in episode.moves():
            seen = state.observe(0)
            positions.append(position(seen))
            chosen.append(choices(seen, turn[0].move))
            numbers.append(number)
            advance(state, turn)
            passed, clock = int(state.outcome["steps"]) - clock, int(state.outcome["steps"])
            earned.append(discount ** max(passed - 1, 0) * state.rewards[0])
            carried.append(0.0 if state.over else discount**passed)
    if not positions:
        raise LudensError("there is nothing to learn from: no episode of the planner ended by the rules")
    return Rows(np.array(positions), np.stack(chosen), np.array(earned, np.float32), np.array(carried, np.float32), np.array(numbers, np.int64))
