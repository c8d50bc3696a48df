"""A learner at a table: what it is told of a round turned into losses in [0, 1], and its mixture into a move."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...errors import ParameterError
from ...games.actions import Move
from ...games.core import Event, Game, GameType, Observation
from ...games.matrix.rules import TALK, MatrixGame
from ...games.mixtures import Mixture
from ...games.online.rules import OnlineGame
from ..player import BasePlayer
from . import LEARNERS
from . import learner as make_learner
from .learning import Floats, draw_arms

__all__ = ["LearnerPlayer", "Seen", "fits", "reader"]


class Seen(NamedTuple):
    """What a seat saw of a round.

    Attributes:
        losses: of shape (arms,), in [0, 1]; NaN where not seen.
        arm: the arm that was taken; None where only a mixture was played.
    """

    losses: Floats
    arm: int | None


class _Table(NamedTuple):
    arms: int
    rounds: int | None
    full: str | None
    own: str | None
    read: Callable[[Event], Seen]


class LearnerPlayer(BasePlayer):
    """Plays ``experts``, ``bandit`` and repeated matrix games by a learner; what it does not know it does not use.

    Args:
        learner: a kind of :data:`ludens.agents.learners.LEARNERS`.
        **params: the learner's.

    Raises:
        ParameterError: a parameter is unknown or out of range; at the first move, the learner does not fit the game.
    """

    def __init__(self, learner: str, **params: Any) -> None:
        self.name = learner
        self.learner = make_learner(learner, **params)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)
        self._table: _Table | None = None
        self._read = 0
        self._drawn: tuple[Floats, int] | None = None

    def act(self, observation: Observation) -> Move:
        if self._table is None:
            game = observation.game
            if (problem := _misfit(self.learner, game, self.seat)) or not isinstance(game, OnlineGame | MatrixGame):
                raise ParameterError(f"player {self.name}: {problem}")
            self._table = reader(game, self.seat)
            self.learner.start(1, self._table.arms, self._table.rounds or 1, self._rng)
        for event in observation.since(self._read):
            if event.kind == "round":
                self._learn(self._table.read(event))
        self._read = len(observation.events)
        domain = observation.action_spec.domain
        if observation.action_spec.say_only:
            return Move(TALK)
        mixed, arm = self._drawn = self._drawn or self._mixed()
        if isinstance(domain, Mixture):
            return Move(domain.of(mixed[0]))
        game = observation.game
        return Move(game.names[arm] if isinstance(game, OnlineGame) else game.shown[self.seat][arm])  # type: ignore[attr-defined]

    def _mixed(self) -> tuple[Floats, int]:
        mixed = self.learner.mix()
        return mixed, int(draw_arms(mixed, self._rng)[0])

    def _learn(self, seen: Seen) -> None:
        # a player that sits down in the middle of an episode makes its mixtures up to there now
        mixed, drawn = self._drawn or self._mixed()
        arm = drawn if seen.arm is None else seen.arm
        self.learner.update(seen.losses[None], mixed, np.array([arm]))
        self.learner.round += 1
        self._drawn = None


def fits(learner: str, game: Game, **params: Any) -> str | None:
    """Say why a learner cannot play ``game``, or None when it can."""
    return next((problem for seat in range(game.seats) if (problem := _misfit(make_learner(learner, **params), game, seat))), None)


def __getattr__(name: str) -> Callable[..., Any]:
    """Give the factory of a kind of player by the kind's name, with the parameters of its learner, and as ``fits_NAME`` what it fits."""
    kind = name.removeprefix("fits_")
    if kind not in LEARNERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if kind != name:
        return partial(fits, kind)
    learns = LEARNERS[kind].load()

    def factory(**params: Any) -> LearnerPlayer:
        return LearnerPlayer(kind, **params)

    factory.__doc__, factory.__signature__ = learns.__doc__, inspect.signature(learns)  # type: ignore[attr-defined]
    return factory


def _misfit(learner: Any, game: Game, seat: int) -> str | None:
    if not isinstance(game, OnlineGame | MatrixGame):
        return f"learners play experts, bandit and matrix games, and not {game.made_as}"
    table = reader(game, seat)
    if problem := table.full if learner.feedback == "full" else table.own:
        return problem
    if learner.needs_rounds and table.rounds is None:
        return "it is tuned to the number of rounds, which is not told: set its rate, or tuning=anytime where it has one"
    return None


def reader(game: OnlineGame | MatrixGame, seat: int) -> _Table:
    """Say how many arms and rounds there are (None: not told), what keeps losses from being seen, and how a ``round`` event is read."""
    return _online(game) if isinstance(game, OnlineGame) else _matrix(game, seat)


def _online(game: OnlineGame) -> _Table:
    def read(event: Event) -> Seen:
        losses = np.array([np.nan if loss is None else loss for loss in event.data["losses"]], dtype=np.float64)
        return Seen(losses / game.high, event.data["arm"])

    hidden = "it needs the losses of all options, and feedback='bandit' hides them" if game.feedback == "bandit" else None
    return _Table(game.arms, game.rounds, hidden, None, read)


def _matrix(game: MatrixGame, seat: int) -> _Table:
    told = game.show_payoffs in ("all", "own")
    if told:
        low, high = float(game.table[seat].min()), float(game.table[seat].max())
    else:
        # the bounds of an episode are public, those of the hidden table are not
        weight = float(game.rounds) if game.discount == 1 else (1 - game.discount**game.rounds) / (1 - game.discount)
        low, high = game.type.payoff_low / weight, game.type.payoff_high / weight
    span = high - low if high > low else 1.0

    def read(event: Event) -> Seen:
        actions, payoffs = event.data["actions"], event.data["payoffs"]
        arm = actions[seat]
        if "options" in event.data:
            return Seen((high - np.array(event.data["options"])) / span, arm)
        if told and all(action is not None for action in actions):
            others = tuple(slice(None) if other == seat else action for other, action in enumerate(actions))
            return Seen((high - game.table[seat][others]) / span, arm)
        losses = np.full(len(game.actions[seat]), np.nan)
        losses[arm] = (high - payoffs[seat]) / span
        return Seen(losses, arm)

    full, own = None, None
    if game.monitoring == "noisy":
        full = own = "monitoring='noisy' tells no payoffs"
    elif game.monitoring == "payoff":
        full = "it needs to know what its other options would have earned, and monitoring='payoff' hides that"
    elif game.monitoring == "perfect" and not told:
        full = f"it needs to know what its other options would have earned, and show_payoffs={game.show_payoffs!r} hides that"
    rounds: int | None = game.rounds if game.show_rounds else None
    if rounds is not None and game.continuation is not None:
        rounds = min(rounds, round(1 / (1 - game.continuation)))
    return _Table(len(game.actions[seat]), rounds, full, own, read)
