"""What the behavioural and market games share: rounds made of stages, talk, round events, arrays for learners.

A round is a row of stages; in each stage some seats move at once. Where seats may speak (``say_chars`` above 0), games of simultaneous choice
open each round with a stage ``talk`` in which all may send one message at once; in games of two roles what is said goes beside the choice.
What is said is shown to all, quoted and with its speaker's name, and binds nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...actions import ActionSpec, Move
from ...core import Game, IllegalPolicy, State, seat_name
from ...domains import Domain, Record
from ...serial import copy_plain
from ...words import listed, number
from . import choices

if TYPE_CHECKING:
    from gymnasium.spaces import Box

__all__ = ["DEFAULT_POLICY", "MAX_SEATS", "TALK", "RoundGame", "RoundState", "amount"]

TALK = "talk"
MAX_ROUNDS = 100_000
MAX_SEATS = 100
DEFAULT_POLICY = IllegalPolicy(reask=2, then="default")
"""A player that gives no legal move is asked twice more, then plays the passive move of :meth:`State.default_move`."""


def amount(value: float) -> float:
    """Keep an amount to nine decimals: 14.2 is paid as 14.2, and no payoff hangs on the last bit of a machine's arithmetic."""
    return round(float(value), 9) + 0.0


@dataclass(frozen=True, kw_only=True)
class RoundGame(Game):
    """A game of ``rounds`` equal rounds. Subclasses give ``type``, ``acts``, ``stage_names``, ``body`` and ``width``.

    Attributes:
        rounds: how often the game is played; returns are sums over rounds.
        say_chars: characters a message may have; 0 for no talk.
    """

    rounds: int = 1
    say_chars: int = 0

    stage_names: ClassVar[tuple[str, ...]]
    """Names of the stages a round can have, ``talk`` aside."""
    talk_stage: ClassVar[bool] = True
    """Whether talk is a stage of its own before the choices (else it goes beside each choice)."""

    def __post_init__(self) -> None:
        self.require(type(self.rounds) is int and 1 <= self.rounds <= MAX_ROUNDS, "rounds", f"should be a whole number from 1 to {MAX_ROUNDS}")
        self.require(type(self.say_chars) is int and 0 <= self.say_chars <= 2000, "say_chars", "should be a whole number from 0 to 2000")

    # -- to be written by a game -------------------------------------------------------------------------------------

    def acts(self, seat: int) -> dict[str, Record]:
        """List every act that ``seat`` is ever asked for (``talk`` aside), with its widest fields."""
        raise NotImplementedError

    def body(self, seat: int | None) -> list[str]:
        """State what happens in one round, in sentences; None for a spectator."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """How many numbers :meth:`RoundState.features` gives."""
        raise NotImplementedError

    def aim(self, seat: int | None) -> str:
        """State what ``seat`` is to aim for; by default its own earnings."""
        if seat is None:
            return f"Each player aims to earn as many {self.type.unit} as possible in total."
        return f"Your aim is to earn as many {self.type.unit} as you can in total."

    # -- made from the above -----------------------------------------------------------------------------------------

    def require_number(self, name: str, low: float, high: float) -> None:
        """Raise ParameterError unless the parameter is a number from ``low`` to ``high``."""
        value = getattr(self, name)
        self.require(type(value) in (int, float) and low <= value <= high, name, f"should be a number from {number(low)} to {number(high)}")

    def require_whole(self, name: str, low: int, high: int) -> None:
        """Raise ParameterError unless the parameter is a whole number from ``low`` to ``high``."""
        value = getattr(self, name)
        self.require(type(value) is int and low <= value <= high, name, f"should be a whole number from {low} to {high}")

    @property
    def talks(self) -> bool:
        """Whether rounds open with a talking stage."""
        return self.talk_stage and self.say_chars > 0

    @cached_property
    def tables(self) -> tuple[dict[str, Record], ...]:
        """All acts of each seat, talk among them."""
        talk = {TALK: Record(())} if self.talks else {}
        return tuple({**talk, **self.acts(seat)} for seat in range(self.seats))

    def action_domain(self, seat: int) -> Domain:
        return choices.domain(self.tables[seat], self.tables[seat])

    def choice(self, seat: int, act: str, **fields: Any) -> Any:
        """Write an act of ``seat`` as a choice in this game's shape: for scripted players and tests."""
        return choices.wrap(self.tables[seat], act, fields)

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of all stages, in the order of their place in the observation."""
        return (TALK, *self.stage_names)

    def observation_space(self, seat: int) -> Box:
        from gymnasium.spaces import Box

        return Box(-1.0, 1.0, (1 + len(self.stages) + self.width,), np.float32)

    def rules_text(self, seat: int | None = None) -> str:
        others = [seat_name(other) for other in range(self.seats) if other != seat]
        if seat is None:
            who = f"The {'player is' if len(others) == 1 else 'players are'} {listed(others)}."
        elif others:
            who = f"You are {seat_name(seat)}. The other {'player is' if len(others) == 1 else 'players are'} {listed(others)}."
        else:
            who = f"You are {seat_name(seat)}, the only player."
        length = "This is played once." if self.rounds == 1 else f"This is played for {self.rounds} rounds; earnings of all rounds add up."
        talk = []
        if self.say_chars:
            when = (
                "Before each choice every player may send one message to all, at the same time"
                if self.talk_stage
                else "Beside each choice a message may be sent to all"
            )
            talk = [f"{when}. Messages bind nobody."]
        return "\n".join([who, *self.body(seat), length, *talk, self.aim(seat)])


class RoundState(State):
    """A position of a :class:`RoundGame`.

    Attributes:
        round: number of the round being played, from 1; the last one's when over.
        stage: name of the stage being played; empty when over.
        history: for each finished round the facts of its ``round`` event.
    """

    game: RoundGame

    def __init__(self, game: RoundGame, seed: int) -> None:
        super().__init__(game, seed)
        self.round = 0
        self.stage = ""
        self.history: list[dict[str, Any]] = []
        self._open()

    # -- to be written by a game -------------------------------------------------------------------------------------

    def first_stage(self) -> str:
        """Name the first stage of a round, after talk."""
        return self.game.stage_names[0]

    def movers(self, stage: str) -> tuple[int, ...]:
        """Name the seats that move in a stage; by default all."""
        return tuple(range(self.game.seats))

    def open_acts(self, seat: int) -> dict[str, Record]:
        """List the acts open to ``seat`` in the present stage (never ``talk``)."""
        return self.game.acts(seat)

    def ask(self, seat: int) -> str:
        """Say what is asked of ``seat`` in the present stage (never ``talk``)."""
        raise NotImplementedError

    def features(self, seat: int) -> list[float]:
        """Give ``game.width`` numbers in [-1, 1] for learners."""
        raise NotImplementedError

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        """Carry out the acts of the present stage: :meth:`enter` another stage or :meth:`close` the round."""
        raise NotImplementedError

    def deal(self) -> None:
        """Draw and tell what a new round needs; by default nothing."""

    # -- for a game to use -------------------------------------------------------------------------------------------

    def enter(self, stage: str) -> None:
        """Go to a stage of this round."""
        self.stage = stage
        self.to_move = tuple(range(self.game.seats)) if stage == TALK else self.movers(stage)

    def close(self, words: str, data: dict[str, Any], payoffs: Sequence[float]) -> None:
        """Pay a round, tell all of it (``round`` event with ``round``, ``payoffs`` and ``data``) and open the next."""
        payoffs = [amount(payoff) for payoff in payoffs]
        earned = listed([f"{seat_name(seat)} {number(payoff)}" for seat, payoff in enumerate(payoffs)])
        facts = {"round": self.round, **data, "payoffs": payoffs}
        # a copy: what players are handed must not be the position itself
        self.emit("round", f"Round {self.round}: {words} Earnings: {earned}.", data=copy_plain(facts))
        self.finish(facts, payoffs)

    def finish(self, facts: dict[str, Any], payoffs: Sequence[float]) -> None:
        """Pay a round without telling of it, and open the next."""
        self.history.append(facts)
        self.rewards = list(payoffs)
        if self.round >= self.game.rounds:
            self.stage, self.to_move = "", ()
        else:
            self._open()

    @property
    def last(self) -> dict[str, Any] | None:
        """Facts of the last finished round."""
        return self.history[-1] if self.history else None

    # -- the same for all --------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self.round += 1
        self.deal()
        self.enter(TALK if self.game.talks else self.first_stage())

    def action_spec(self, seat: int) -> ActionSpec:
        talking = self.stage == TALK
        now = {TALK: Record(())} if talking else self.open_acts(seat)
        say_chars = self.game.say_chars if talking or not self.game.talk_stage else 0
        return ActionSpec(choices.domain(self.game.tables[seat], now), say_chars)

    def request(self, seat: int) -> str:
        asked = "You may now send a message to all; the choices come afterwards." if self.stage == TALK else self.ask(seat)
        return asked if self.game.rounds == 1 else f"Round {self.round} of {self.game.rounds}. {asked}"

    def _apply(self, moves: Mapping[int, Move]) -> None:
        for seat in self.to_move:
            self.emit_speech(seat, moves[seat].say, round=self.round)
        if self.stage == TALK:
            self.enter(self.first_stage())
        else:
            self.resolve({seat: choices.unwrap(self.game.tables[seat], moves[seat].choice) for seat in self.to_move})

    def data(self, seat: int) -> dict[str, np.ndarray]:
        played = len(self.history) / self.game.rounds
        stage = [float(self.stage == name) for name in self.game.stages]
        return {"observation": np.clip(np.array([played, *stage, *self.features(seat)], np.float32), -1.0, 1.0)}

    def around(self, seat: int) -> list[int]:
        """List all seats with ``seat`` first, then the others in order."""
        return [seat, *(other for other in range(self.game.seats) if other != seat)]
