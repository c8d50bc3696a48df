"""Environments of other libraries as games: what the adapters to PettingZoo and Gymnasium share.

A position is the seed and the joint moves so far, with what every seat was shown last. It is copied without its environment; a copy that is played on makes one
of its own and plays the moves again, which costs as many steps as have been played. (Environments cannot be copied safely: many of them are pickled as the
arguments they were made with, so that a deep copy is a new episode.) Whether the moves gave the same observations and rewards again is checked each time.

| parameter | meaning | default |
|---|---|---|
| `kwargs` | what it is made with, such as `{N: 3}` | nothing |
| `horizon` | joint moves after which the game is cut off | 1000 |
| `payoff_low` | least a seat can earn in all; checked | not known |
| `payoff_high` | most a seat can earn in all; checked | not known |
| `actions` | names of the actions, in order, where they are numbered | numbers |
| `rules` | the rules in words | the environment's own description |
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from gymnasium.spaces import Box

from ...errors import LudensError, ParameterError
from ..actions import ActionSpec, Move
from ..core import Game, GameType, NotSupported, State, seat_name
from ..domains import Domain
from ..words import number
from .display import shown
from .running import Facts, Options, Seen, World
from .spaces_in import Unfit, action_of, domain_of, flat_space, flattened, legal

__all__ = ["ForeignGame", "ForeignState"]

_MOST_IN_EVENT = 256
"""Of longer observations an event holds a digest."""


@dataclass(frozen=True, kw_only=True)
class ForeignGame(Game):
    """An environment of another library; see the module for the parameters.

    Raises:
        ParameterError: there is no such environment, it does not start with these arguments, a package of it is missing, or its spaces do not fit.
    """

    env: str = ""
    kwargs: Mapping[str, Any] = Options()
    horizon: int = 1000
    payoff_low: float | None = None
    payoff_high: float | None = None
    actions: tuple[str, ...] = ()
    rules: str = ""

    def __post_init__(self) -> None:
        self.require(isinstance(self.kwargs, Mapping), "kwargs", "should be a mapping, such as {N: 3}")
        object.__setattr__(self, "kwargs", Options(self.kwargs))
        self.require(1 <= self.horizon <= 1_000_000, "horizon", "should be from 1 to 1,000,000")
        low, high = self._bounds
        self.require(low <= high, "payoff_low", "should not be above payoff_high")
        try:
            for seat in range(self.seats):
                self.action_domain(seat)
                self.observation_space(seat)
        except Unfit as problem:
            raise ParameterError(f"{type(self).__name__}: env={self.env!r} does not fit: {problem}") from problem

    @property
    def facts(self) -> Facts:
        """What a look at the environment tells; the look is taken once a process."""
        raise NotImplementedError

    def open(self) -> World:
        """Make the environment."""
        raise NotImplementedError

    @property
    def _bounds(self) -> tuple[float, float]:
        return (-math.inf if self.payoff_low is None else self.payoff_low, math.inf if self.payoff_high is None else self.payoff_high)

    @property
    def seats(self) -> int:
        return len(self.facts.names)

    @cached_property
    def type(self) -> GameType:
        dynamics: Literal["sequential", "mixed"] = "mixed" if self.facts.together else "sequential"
        low, high = self._bounds
        return GameType(
            seats=(self.seats, self.seats),
            dynamics=dynamics,
            information="imperfect",
            utility="general_sum",
            payoff_low=low,
            payoff_high=high,
            horizon=min(self.horizon, self.facts.longest or self.horizon),
            chance=True,
        )

    def action_domain(self, seat: int) -> Domain:
        return domain_of(self.facts.actions[seat], self.actions, self.facts.masked)

    def observation_space(self, seat: int) -> Box:
        return flat_space(self.facts.observations[seat])

    def new_state(self, seed: int) -> ForeignState:
        return ForeignState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        facts = self.facts
        lines = [f"You act in the environment {self.env}." if seat is not None else f"The environment {self.env}."]
        if self.seats > 1:
            lines[0] += f" It has {self.seats} agents, {'who act at once' if facts.together else 'who act one by one'}."
            lines[0] += "" if seat is None else f" You are {seat_name(seat)}, whom the environment calls {facts.names[seat]}."
        lines.append(self.rules or facts.about)
        if self.actions:
            lines.append("The actions are called, in the order of their numbers: " + ", ".join(self.actions) + ".")
        lines.append("Your aim is to earn as much reward as you can.")
        return "\n".join(line for line in lines if line)


class ForeignState(State):
    """A position of an environment of another library.

    Attributes:
        history: the joint moves so far, each a list of seat and choice.
        shown: per seat, the observation it was given last, as an array.
        masks: per seat, the mask that came with it, flat; None for none.
        trace: digest of everything the environment has shown and paid so far.
    """

    # no part of the plain attributes, hence of no copy
    __slots__ = ("_world",)

    game: ForeignGame
    _world: World | None

    def __init__(self, game: ForeignGame, seed: int) -> None:
        super().__init__(game, seed)
        self.history: list[list[list[Any]]] = []
        self.shown: list[Any] = [np.zeros(space.shape, space.dtype) for space in map(game.observation_space, range(game.seats))]
        self.masks: list[Any] = [None] * game.seats
        self.trace = ""
        self._world = game.open()
        self._take(self._world.reset(seed))

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        domain, mask = self.game.action_domain(seat), self.masks[seat]
        return ActionSpec(domain if mask is None else legal(domain, mask))

    def request(self, seat: int) -> str:
        return f"Step {self.turn + 1} of at most {self.game.type.horizon}. What do you do?"

    def data(self, seat: int) -> dict[str, np.ndarray]:
        return {"observation": self.shown[seat]}

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Refuse: nobody but the environment knows what it hides and draws."""
        raise NotSupported(f"{self.game.env} cannot resample what it hides")

    # -- a joint move ------------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        world = getattr(self, "_world", None) or self._played_again()
        for seat, move in sorted(moves.items()):
            self.emit("act", f"{seat_name(seat)} chooses {self.action_spec(seat).domain.show(move.choice)}.", seat=seat, to=self._told_to(seat))
        joint = [[seat, move.choice] for seat, move in sorted(moves.items())]
        seen = world.step(self._actions(joint))
        self._world = world
        self.history.append(joint)
        self._take(seen)

    def _take(self, seen: Seen) -> None:
        """Show the seats what they are shown, pay them, and see who is next."""
        self.trace = self._traced(self.trace, seen)
        for seat, reward in seen.rewards.items():
            if not math.isfinite(reward):
                raise LudensError(f"{self.game.env} paid {seat_name(seat)} {reward}, which is no amount")
            self.rewards[seat] = float(reward)
            if reward:
                self.emit("reward", f"{seat_name(seat)} earns {number(reward)}.", seat=seat, data={"reward": float(reward)}, to=self._told_to(seat))
        for seat, view in sorted(seen.views.items()):
            mask = seen.masks.get(seat)
            self.shown[seat] = flattened(self.game.facts.observations[seat], view)
            self.masks[seat] = None if mask is None else np.concatenate([np.ravel(part) for part in (mask if isinstance(mask, tuple) else (mask,))]).tolist()
            words = "\n".join(filter(None, (shown(view), seen.words.get(seat))))
            self.emit(
                "observe",
                f"{seat_name(seat)} sees:{'' if words.startswith(chr(10)) else ' '}{words}",
                seat=seat,
                data=_facts(self.shown[seat]),
                to=self._told_to(seat),
            )
        self.to_move = seen.to_move
        late = bool(seen.to_move) and len(self.history) >= self.game.type.horizon
        if late or not seen.to_move:
            self.to_move = ()
            why = "its time is up" if late or seen.cut else "it has come to its end"
            self.emit("end", f"The episode is over: {why}.", data={"cut": late or seen.cut})
            self._check_payoffs()

    def _check_payoffs(self) -> None:
        low, high = self.game._bounds
        for seat, total in enumerate(np.add(self.returns, self.rewards).tolist()):
            if not low <= total <= high:
                raise LudensError(f"{self.game.env} paid {seat_name(seat)} {number(total)} in all, outside payoff_low={low:g} to payoff_high={high:g}")

    def _actions(self, joint: list[list[Any]]) -> dict[int, Any]:
        game = self.game
        return {seat: action_of(game.facts.actions[seat], game.action_domain(seat), choice) for seat, choice in joint}

    def _played_again(self) -> World:
        """Make an environment of the position's own and play the moves again."""
        world = self.game.open()
        trace = self._traced("", world.reset(self.seed))
        for joint in self.history:
            trace = self._traced(trace, world.step(self._actions(joint)))
        if trace != self.trace:
            raise LudensError(
                f"{self.game.env} is not deterministic: seed {self.seed} and the same {len(self.history)} joint moves gave other observations or rewards, "
                "so that a position of it cannot be copied"
            )
        return world

    def _traced(self, trace: str, seen: Seen) -> str:
        digest = hashlib.blake2b(trace.encode(), digest_size=8)
        for seat, view in sorted(seen.views.items()):
            digest.update(flattened(self.game.facts.observations[seat], view).tobytes())
        digest.update(repr((sorted(seen.rewards.items()), sorted(seen.words.items()), seen.to_move)).encode())
        return digest.hexdigest()

    def _told_to(self, seat: int) -> tuple[int, ...] | None:
        """Who learns of what a seat sees and does: itself; what it gives away to others, they see."""
        return None if self.game.seats == 1 else (seat,)

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record."""
        return {"steps": len(self.history)}


def _facts(array: np.ndarray) -> dict[str, Any]:
    if array.size <= _MOST_IN_EVENT:
        return {"observation": array.tolist()}
    return {"digest": hashlib.blake2b(array.tobytes(), digest_size=8).hexdigest()}
