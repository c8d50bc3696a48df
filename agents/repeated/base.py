"""What a classic repeated-game strategy is: three pure functions of a small memory.

A :class:`Strategy` says what it remembers before the first round (``opening``), how likely it cooperates with a given memory
(``cooperates``), and how a finished round changes the memory (``after``). The player that sits at the table and the finite automaton that the
batched kernel plays are both made from these three, so they cannot differ.

Action 0 (C, "cooperate") is the first of the game's two actions, action 1 (D, "defect") the second.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any, ClassVar, Generic, Literal, TypeVar

import numpy as np

from ...errors import LudensError, ParameterError
from ...games.actions import Move
from ...games.core import Game, GameType, Observation
from ...games.matrix.kernel import Automaton
from ...games.matrix.rules import MatrixGame
from ..player import BasePlayer

__all__ = ["Actions", "C", "D", "Strategy", "Talk", "actions_of", "fits", "probability", "read_actions", "whole"]

C, D = 0, 1
Actions = tuple[int, ...]
Talk = Literal["honest", "promise", "silent"]
Memory = TypeVar("Memory", bound=Hashable)

_HONEST = ("I will choose {}.", "My next choice is {}.", "Expect {} from me.")
_PROMISE = ("I will choose {0}; let us both do well.", "You can count on me: {0}.", "Let us agree on {0} and {1}.")


class Strategy(BasePlayer, Generic[Memory]):
    """Base of all classic strategies.

    Where the game has a talking phase it announces its next action when that is certain (``talk="honest"``), promises to
    cooperate whatever it intends (``"promise"``) or says nothing (``"silent"``). Talk never changes its play, nor what it believes.

    Attributes:
        depth: how many past rounds it looks at; ``inf`` where it keeps a count or a grudge.
        stochastic: it draws at random, with its default parameters.
        source: where it was described.
        talk: what it says where it may speak.
    """

    depth: ClassVar[float] = math.inf
    stochastic: ClassVar[bool] = False
    source: ClassVar[str] = ""
    talk: Talk

    def __init__(self, *, talk: Talk = "honest") -> None:
        if talk not in ("honest", "promise", "silent"):
            raise ParameterError(f"{type(self).__name__}: talk={talk!r} should be 'honest', 'promise' or 'silent'")
        self.talk = talk

    # -- the strategy ------------------------------------------------------------------------------------------------

    def opening(self) -> Memory:
        """What it remembers before the first round."""
        raise NotImplementedError

    def cooperates(self, memory: Memory) -> float:
        """The probability of C now; unless overridden, the memory is the next action itself."""
        return memory == C

    def after(self, memory: Memory, mine: int, theirs: int) -> Memory:
        """What it remembers after a round in which it was seen to play ``mine`` and saw ``theirs``."""
        raise NotImplementedError

    # -- as a player -------------------------------------------------------------------------------------------------

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._memory = self.opening()
        self._read = 0
        self._moves: tuple[Move, Move] | None = None
        self._rng: np.random.Generator | None = None

    def act(self, observation: Observation) -> Move:
        if self._moves is None:
            self._sit_down(observation.game)
            assert self._moves is not None
        if fresh := observation.since(self._read):
            self._read += len(fresh)
            for mine, theirs in read_actions(fresh, self.seat):
                self._memory = self.after(self._memory, mine, theirs)
        chance = self.cooperates(self._memory)
        if self._talks:
            domain = observation.action_spec.domain
            if domain.size() == 1:
                return Move(next(domain.values()), self._say(chance, observation))
        if 0 < chance < 1:
            if self._rng is None:
                self._rng = np.random.default_rng(self.seed)
            chance = self._rng.random() < chance
        return self._moves[C if chance else D]

    def _sit_down(self, game: Any) -> None:
        """Look up, once an episode, what the actions are called and whether there is talk."""
        self._names: tuple[str, str] = game.shown[self.seat]
        self._moves = (Move(self._names[C]), Move(self._names[D]))
        self._talks = self.game_type.language

    def _say(self, chance: float, observation: Observation) -> str | None:
        if self.talk == "silent" or (self.talk == "honest" and 0 < chance < 1):
            return None
        lines = _HONEST if self.talk == "honest" else _PROMISE
        line = lines[(self.seed + observation.turn) % len(lines)].format(self._names[D if self.talk == "honest" and not chance else C], self._names[C])
        return line if len(line) <= observation.action_spec.say_chars else None

    # -- as an automaton ---------------------------------------------------------------------------------------------

    def automaton(self, turns: int | None = None, max_states: int = 100_000) -> Automaton:
        """Enumerate the memories that can be reached and return the strategy as a finite machine.

        Args:
            turns: explore only what can be reached in a match of so many rounds, which makes counters finite; the machine is then right for
                matches up to that length. None: explore until nothing new turns up.
            max_states: give up beyond so many memories.

        Raises:
            LudensError: more than ``max_states`` memories.
        """
        number: dict[Any, int] = {self.opening(): 0}
        cooperation: list[float] = []
        successors: list[tuple[int, int, int, int]] = []
        frontier, depth = list(number), 0
        while frontier:
            fresh: list[Any] = []
            last = turns is not None and depth >= turns - 1
            for memory in frontier:
                row = []
                for mine, theirs in ((C, C), (C, D), (D, C), (D, D)):
                    following = memory if last else self.after(memory, mine, theirs)
                    if following not in number:
                        number[following] = len(number)
                        fresh.append(following)
                    row.append(number[following])
                cooperation.append(float(self.cooperates(memory)))
                successors.append((row[0], row[1], row[2], row[3]))
            if len(number) > max_states:
                within = "a finite machine" if turns is None else f"matches of {turns} rounds"
                raise LudensError(f"{type(self).__name__} needs more than {max_states} states for {within}; pass fewer turns or play it as a player")
            frontier, depth = fresh, depth + 1
        return Automaton(tuple(cooperation), tuple(successors), type(self).__name__)


def read_actions(events: list[Any], seat: int) -> list[tuple[int, int]]:
    """Pick the finished rounds out of new events, as (own action, other's action).

    Raises:
        LudensError: a round does not tell what the other did.
    """
    rounds = []
    for event in events:
        if event.kind == "round":
            actions = event.data["actions"]
            if actions[1 - seat] is None:
                raise LudensError("a classic repeated-game strategy needs to see what the other seat did")
            rounds.append((actions[seat], actions[1 - seat]))
    return rounds


def fits(game: Game, **params: Any) -> str | None:
    """Say why a strategy of this package cannot play a game, or None when it can: two seats, two actions each, the other's actions seen."""
    if not isinstance(game, MatrixGame):
        return "it plays matrix games only"
    sizes = [len(names) for names in game.shown]
    if sizes != [2, 2]:
        return f"it plays two seats with two actions each, not {' x '.join(str(size) for size in sizes)}"
    if game.monitoring in ("payoff", "counterfactual"):
        return f"it needs to see what the other seat did, and monitoring={game.monitoring!r} hides that"
    return None


def probability(owner: object, **values: float) -> None:
    """Raise ParameterError unless all named parameters are probabilities."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ParameterError(f"{type(owner).__name__}: {name}={value!r} should be a probability")


def whole(owner: object, least: int, **values: int) -> None:
    """Raise ParameterError unless all named parameters are whole numbers of at least ``least``."""
    for name, value in values.items():
        if type(value) is not int or value < least:
            raise ParameterError(f"{type(owner).__name__}: {name}={value!r} should be a whole number of at least {least}")


def actions_of(owner: object, name: str, word: str) -> Actions:
    """Read a word of C and D as actions. Raises ParameterError for anything else."""
    if not isinstance(word, str) or not word or set(word) - {"C", "D"}:
        raise ParameterError(f"{type(owner).__name__}: {name}={word!r} should be a word of C and D, such as 'CCD'")
    return tuple(C if letter == "C" else D for letter in word)
