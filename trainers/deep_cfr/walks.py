"""Walks through a game for Deep CFR: everything a seat might do, against what chance and the others happen to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.neural.actions import Actions
from ...errors import LudensError
from ...games.actions import Move
from ...games.core import Game, State
from .lengths import Lengths
from .memory import Reservoir

__all__ = ["Known", "Walk", "Walker", "match_regrets"]

_MOST_KNOWN = 400_000
_LONGEST = 10_000

Regrets = Callable[[str, NDArray[np.float32]], NDArray[np.float32] | None]
"""Gives the regrets of a group's network for an observation; None where it has learned nothing yet."""


class Known(NamedTuple):
    """What is seen at an information set, whenever it is come to.

    Attributes:
        features: the observation, float32 of shape (inputs,).
        mask: which choices are legal, bool of shape (choices,).
        legal: their numbers.
    """

    features: NDArray[np.float32]
    mask: NDArray[np.bool_]
    legal: NDArray[np.int64]


class Walk(NamedTuple):
    """One walk.

    Attributes:
        seat: whose regrets are sampled.
        time: number of the iteration, from 1.
        regrets: takes the seat's sampled regrets: u(a) - sum_b s(b) u(b), which external sampling makes unbiased.
        policies: takes what others would do where they are asked.
        rng: of all that is drawn.
    """

    seat: int
    time: int
    regrets: Reservoir
    policies: Reservoir
    rng: np.random.Generator


def match_regrets(regrets: NDArray[np.float32] | None, legal: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the chances of the legal choices: by positive regrets; where none is positive, the best one (as Brown et al. do); uniform before any is known."""
    if regrets is None:
        return np.full(len(legal), 1 / len(legal))
    own = regrets[legal].astype(float)
    positive = np.maximum(own, 0)
    total = positive.sum()
    return positive / total if total > 0 else (np.arange(len(legal)) == own.argmax()).astype(float)


class Walker:
    """Walks with external sampling (Lanctot et al. 2009), and stores what it finds.

    Args:
        game: what is played.
        actions: its choices as outputs, all in one list.
        inputs: numbers in an observation; shorter ones are filled up with zeros.
        regrets: the networks of this iteration.
        group_of: who shares a network with a seat of a position.
        depth: how many of its own decisions in a row a walk tries out; None for all.
        lengths: how many decisions were made in a game.
    """

    def __init__(
        self,
        game: Game,
        actions: Actions,
        inputs: int,
        *,
        regrets: Regrets,
        group_of: Callable[[State, int], str],
        depth: int | None,
        lengths: Lengths,
    ) -> None:
        self._game, self._actions, self._inputs = game, actions, inputs
        self._regrets, self._group_of, self._depth, self._lengths = regrets, group_of, depth, lengths
        self._known: dict[tuple[int, str], Known] = {}
        self._policies: dict[tuple[int, str], NDArray[np.float64]] = {}

    def begin(self) -> None:
        """Forget the policies of the iteration before."""
        self._policies.clear()

    def look(self, state: State, seat: int) -> tuple[Known, NDArray[np.float64]]:
        """Give what a seat sees, and the chances of its legal choices in this iteration."""
        key = (seat, state.key(seat))
        known = self.sight(state, seat)
        policy = self._policies.get(key)
        if policy is None:
            policy = self._policies[key] = match_regrets(self._regrets(self._group_of(state, seat), known.features), known.legal)
        return known, policy

    def sight(self, state: State, seat: int) -> Known:
        """Give what a seat sees."""
        key = (seat, state.key(seat))
        known = self._known.get(key)
        if known is None:
            shown = np.asarray(state.data(seat)["observation"], np.float32).reshape(-1)
            mask = self._actions.mask(state.action_spec(seat).domain)
            known = Known(np.pad(shown, (0, self._inputs - len(shown))), mask, np.flatnonzero(mask))
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = known
        return known

    def walk(self, state: State, walk: Walk) -> None:
        """Walk once from an opening."""
        group = self._group_of(state, walk.seat)
        start = 0 if self._depth is None else int(self._lengths.draw(group, 1, walk.rng)[0])
        self._value(state, walk, start, 0)

    def _value(self, state: State, walk: Walk, start: int, made: int) -> float:
        seat, rng = walk.seat, walk.rng
        for _ in range(_LONGEST):
            if state.over:
                self._lengths.note(self._group_of(state, seat), made)
                return state.returns[seat]
            rolled_out = self._depth is not None and made >= start + self._depth
            moves: dict[int, Move] = {}
            for other in state.to_move:
                if other == seat:
                    continue
                known, policy = self.look(state, other)
                if not rolled_out:
                    walk.policies.add(known.features, self._spread(policy, known), known.mask, walk.time, rng)
                moves[other] = self._move(known, policy, rng)
            if seat in state.to_move:
                known, policy = self.look(state, seat)
                if rolled_out:
                    moves[seat] = self._move(known, policy, rng)
                elif made < start:
                    # uniformly, so that how often a walk comes to a place does not change from iteration to iteration
                    moves[seat] = self._move(known, np.full(len(known.legal), 1 / len(known.legal)), rng)
                else:
                    worth = np.zeros(len(known.legal))
                    for place, number in enumerate(known.legal):
                        twin = state.clone()
                        twin.play({**moves, seat: Move(self._actions.choices[number])})
                        worth[place] = self._value(twin, walk, start, made + 1)
                    mean = float(policy @ worth)
                    walk.regrets.add(known.features, self._spread(worth - mean, known), known.mask, walk.time, rng)
                    return mean
                made += 1
            state.play(moves)
        raise LudensError(f"{self._game.made_as}: a game did not end within {_LONGEST} moves")

    def _move(self, known: Known, policy: NDArray[np.float64], rng: np.random.Generator) -> Move:
        place = min(int(np.searchsorted(np.cumsum(policy), rng.random(), side="right")), int(np.flatnonzero(policy)[-1]))
        return Move(self._actions.choices[known.legal[place]])

    def _spread(self, values: NDArray[np.float64], known: Known) -> NDArray[np.float32]:
        out = np.zeros(len(known.mask), np.float32)
        out[known.legal] = values
        return out
