"""Walks for Deep CFR, many at once: in step with each other, in a game's compiled engine, with one call of the networks for all that must move."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.learners.learning import draw_arms
from ...games.branching import Branching
from ...games.core import Game, seat_name
from .lengths import Lengths
from .network import Network
from .walks import Walk

__all__ = ["Together"]

_FIRST, _GAMES = 16, 16_384
"""Walks that are in step with each other at first; later as many as come to about so many games at their widest."""

Numbers = NDArray[np.int64]


class Rows(NamedTuple):
    """Games that are being played, an entry each.

    Attributes:
        seat: whose regrets are sampled.
        start: its decision with which it begins to try out all choices.
        made: its decisions so far.
        branch: the branching that the game came out of last; -1 for none.
        place: as which of its children.
    """

    seat: Numbers
    start: Numbers
    made: Numbers
    branch: Numbers
    place: Numbers

    def of(self, rows: Numbers) -> Rows:
        """Give some of them."""
        return Rows(*(column[rows] for column in self))


class Branches(NamedTuple):
    """Decisions at which all choices were tried, made at the same step; numbered on from ``first``.

    Attributes:
        first: number of the first of them.
        features, mask: what was seen and what was legal, shapes (count, inputs) and (count, choices).
        policy: the chances of choices, shape (count, choices).
        worth: what they came to, the same shape; filled in when games end.
        above, place: the branching before, and as which of its children; -1 for none.
    """

    first: int
    features: NDArray[np.float32]
    mask: NDArray[np.bool_]
    policy: NDArray[np.float64]
    worth: NDArray[np.float64]
    above: Numbers
    place: Numbers


def match_many(regrets: NDArray[np.float32] | None, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the chances of choices, shape (count, choices), as :func:`.walks.match_regrets` does for one."""
    if regrets is None:
        return mask / mask.sum(axis=1, keepdims=True)
    own = np.where(mask, regrets.astype(float), -np.inf)
    positive = np.maximum(own, 0)
    total = positive.sum(axis=1, keepdims=True)
    best = np.arange(mask.shape[1]) == own.argmax(axis=1)[:, None]
    return np.where(total > 0, positive / np.where(total > 0, total, 1), best)


class Together:
    """Walks with external sampling, see :class:`.walks.Walker`; what they store has the same distribution, and draws are made in another order.

    Args:
        game: has a compiled engine, see :meth:`ludens.games.core.Game.branching`.
        choices: as the networks' outputs stand for them.
        inputs: numbers in an observation.
        regrets: gives the network of a group in this iteration; None where it has learned nothing yet.
        by_role: whether groups are roles; else they are seats.
        depth: how many of its own decisions in a row a walk tries out; None for all.
        lengths: how many decisions were made in a game.

    Raises:
        NotSupported: the game has no such engine.
        MissingExtra: the engine needs a package that is not installed.
    """

    def __init__(
        self,
        game: Game,
        choices: tuple[object, ...],
        inputs: int,
        *,
        regrets: Callable[[str], Network | None],
        by_role: bool,
        depth: int | None,
        lengths: Lengths,
    ) -> None:
        self._game, self._inputs, self._depth, self._lengths = game, inputs, depth, lengths
        self._regrets, self._by_role = regrets, by_role
        self._groups = list(game.type.roles) if by_role else [seat_name(seat) for seat in range(game.seats)]
        # in the order of the networks' outputs
        theirs = game.branching(1).choices
        self._places = np.array([theirs.index(choice) for choice in choices])

    def walk(self, group: str, count: int, walk: Walk) -> None:
        """Walk ``count`` times from openings, once for a seat of a group in each that has one; ``walk.seat`` is not read."""
        left, together = count, _FIRST
        while left > 0:
            size = min(together, left)
            left -= size
            games = self._game.branching(size, int(walk.rng.integers(2**62)))
            number = self._groups.index(group)
            mine = games.roles == number if self._by_role else np.broadcast_to(np.arange(self._game.seats) == number, games.to_move.shape)
            own = np.flatnonzero(mine.any(axis=1))
            if len(own):
                drawn = np.where(mine[own], walk.rng.random((len(own), self._game.seats)), -1.0).argmax(axis=1)
                starts = np.zeros(len(own), np.int64) if self._depth is None else self._lengths.draw(group, len(own), walk.rng)
                none = np.full(len(own), -1)
                widest = self._play(games.take(own), Rows(drawn, starts, np.zeros_like(drawn), none, none), group, walk)
                together = max(1, size * _GAMES // widest)

    def _play(self, games: Branching, rows: Rows, group: str, walk: Walk) -> int:
        """Play games to their ends; give how many there were at the same time."""
        steps: list[Branches] = []
        known = widest = 0
        while len(rows.seat):
            widest = max(widest, len(rows.seat))
            acting, seats = np.nonzero(games.to_move)
            features, mask = self._see(games, acting, seats)
            policy = self._policy(games, acting, seats, features, mask)
            own = seats == rows.seat[acting]
            made, start = rows.made[acting], rows.start[acting]
            beyond = np.zeros(len(acting), np.bool_) if self._depth is None else made >= start + self._depth
            before = own & (made < start)
            others = ~own & ~beyond
            walk.policies.extend(features[others], policy[others].astype(np.float32), mask[others], walk.time, walk.rng)
            # uniformly, so that how often a walk comes to a place does not change from iteration to iteration
            policy[before] = mask[before] / mask[before].sum(axis=1, keepdims=True)
            actions = np.zeros(games.to_move.shape, np.int64)
            actions[acting, seats] = draw_arms(policy, walk.rng)
            rows.made[acting[own]] += 1
            at = np.flatnonzero(own & ~before & ~beyond)
            if len(at):
                where = acting[at]
                steps.append(Branches(known, features[at], mask[at], policy[at], np.zeros(mask[at].shape), rows.branch[where], rows.place[where]))
                games, rows, actions = self._branch(games, rows, actions, where, steps[-1])
                known += len(at)
            games.step(self._places[actions])
            games, rows = self._leave(games, rows, steps, group)
        _back(steps, walk)
        return widest

    def _see(self, games: Branching, acting: Numbers, seats: Numbers) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        shown = games.see(acting, seats)
        return np.pad(shown, ((0, 0), (0, self._inputs - shown.shape[1]))), games.legal(acting, seats)[:, self._places]

    def _policy(self, games: Branching, acting: Numbers, seats: Numbers, features: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        groups = games.roles[acting, seats] if self._by_role else seats
        policy = np.zeros(mask.shape)
        for number in np.unique(groups):
            part, network = groups == number, self._regrets(self._groups[number])
            policy[part] = match_many(None if network is None else network.many(features[part]), mask[part])
        return policy

    def _branch(self, games: Branching, rows: Rows, actions: Numbers, where: Numbers, branches: Branches) -> tuple[Branching, Rows, Numbers]:
        """Put a game for each choice in the place of every game that branches."""
        parents, choices = np.nonzero(branches.mask)
        others = np.setdiff1d(np.arange(len(rows.seat)), where)
        taken = np.concatenate([others, where[parents]])
        fresh, twins = len(others), rows.of(taken)
        actions = actions[taken]
        twins.branch[fresh:], twins.place[fresh:] = branches.first + parents, choices
        actions[np.arange(fresh, len(taken)), twins.seat[fresh:]] = choices
        return games.take(taken), twins, actions

    def _leave(self, games: Branching, rows: Rows, steps: list[Branches], group: str) -> tuple[Branching, Rows]:
        """Note what ended games came to, and go on with the others."""
        over = games.over
        if not over.any():
            return games, rows
        ended = np.flatnonzero(over)
        self._lengths.note(group, rows.made[ended])
        earned = games.returns[ended, rows.seat[ended]]
        _note(steps, rows.branch[ended], rows.place[ended], earned)
        left = np.flatnonzero(~over)
        return games.take(left), rows.of(left)


def _note(steps: list[Branches], branch: Numbers, place: Numbers, value: NDArray[np.float64]) -> None:
    """Write values to where their games came out of."""
    for step in steps:
        part = (branch >= step.first) & (branch < step.first + len(step.above))
        step.worth[branch[part] - step.first, place[part]] = value[part]


def _back(steps: list[Branches], walk: Walk) -> None:
    """Bring values up from the last branchings to the first, and offer the regrets of all."""
    for step in reversed(steps):
        mean = (step.policy * step.worth).sum(axis=1)
        regrets = np.where(step.mask, step.worth - mean[:, None], 0).astype(np.float32)
        walk.regrets.extend(step.features, regrets, step.mask, walk.time, walk.rng)
        _note(steps, step.above, step.place, mean)
