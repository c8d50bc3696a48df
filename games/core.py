"""The nouns of play: :class:`Game`, :class:`State`, :class:`Event`, :class:`Observation` and their declarations.

A game is immutable rules with parameters; a state is a position of it. A game author writes a frozen dataclass
(the parameters), and a state with five small methods: who moves (``to_move``), what may be answered (``action_spec``), what is asked
(``request``), what a learner sees (``data``) and what a joint move causes (``_apply``). Everything else (events and
who may see them, keys, copies, plain-data form, forfeits) lives here, once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from ..errors import LudensError, ParameterError
from .actions import ActionSpec, Move
from .domains import Domain
from .events import Event, EventView
from .game_type import GameType, IllegalPolicy
from .replies import clean_text
from .serial import FIXED, copy_plain, pack, unpack

if TYPE_CHECKING:
    from gymnasium.spaces import Space
    from gymnasium.vector import VectorEnv

    from .branching import Branching

__all__ = [
    "UNVERIFIED",
    "VERIFIED",
    "Event",
    "EventView",
    "Game",
    "GameType",
    "IllegalMove",
    "IllegalPolicy",
    "NotSupported",
    "Observation",
    "Prediction",
    "State",
    "load_state",
    "seat_name",
]


class IllegalMove(LudensError, ValueError):
    """A move that the rules do not allow now was handed to :meth:`State.play`."""


class NotSupported(LudensError):
    """A game does not offer this (resampling of hidden information, say)."""


def seat_name(seat: int) -> str:
    """Name a seat as prompts, records and PettingZoo do: ``player_0``."""
    return f"player_{seat}"


VERIFIED, UNVERIFIED = "verified in the source", "not verified in the source"
"""How the note of a card of human figures begins: whether anybody read the figure where it was published."""


@dataclass(frozen=True)
class Prediction:
    """One line of a prediction card: what theory or the laboratory says of a game with these parameters.

    Attributes:
        concept: ``"nash"``, ``"subgame_perfect"``, ``"pareto"``, ``"security"``, ``"welfare"``, ``"human"``...
        quantity: what is predicted, named as in the outcome facts where one of them measures it.
        value: the predicted value (JSON).
        source: paper, book or the solver that computed it here.
        note: assumptions and caveats.
        tolerance: how far a measured value may lie from a numeric ``value`` and still agree; None for no test.
    """

    concept: str
    quantity: str
    value: Any
    source: str
    note: str = ""
    tolerance: float | None = None

    def agrees(self, measured: float) -> bool:
        """Tell whether a measured number lies within the tolerance. Raises NotSupported when the card has none."""
        if self.tolerance is None or not isinstance(self.value, int | float):
            raise NotSupported(f"the prediction {self.concept}/{self.quantity} states no numeric test")
        return abs(measured - self.value) <= self.tolerance


class Observation:
    """What one seat may know at one moment. Parts are made when they are asked for, so observing costs nothing.

    It holds as long as the state has not moved; reading it later raises RuntimeError rather than telling the future.
    """

    __slots__ = ("_events", "_spec", "_state", "_turn", "seat")

    def __init__(self, state: State, seat: int) -> None:
        self.seat = seat
        self._state = state
        self._turn = state.turn
        self._events = len(state._seen[seat])
        self._spec: ActionSpec | None = None

    def _live(self) -> State:
        if self._state.turn != self._turn:
            raise RuntimeError("this observation is stale: its state has moved on")
        return self._state

    @property
    def game(self) -> Game:
        """The rules and their (public) parameters."""
        return self._state.game

    @property
    def rules(self) -> str:
        """The rules in words, as this seat is told them; the same all through an episode."""
        game, seat = self._state.game, self.seat
        text = game._rules.get(seat)
        if text is None:
            text = game._rules[seat] = game.rules_text(seat)
        return text

    @property
    def events(self) -> EventView:
        """All events this seat has seen so far, oldest first; only ever grows."""
        return EventView(self._state._seen[self.seat], self._events)

    def since(self, count: int) -> list[Event]:
        """Give ``events[count:]``: what is new to a player that has read ``count`` events."""
        return self._state._seen[self.seat][count : self._events]

    @property
    def request(self) -> str:
        """What is asked now, in words."""
        return self._live().request(self.seat)

    @property
    def action_spec(self) -> ActionSpec:
        """What may be answered now."""
        if self._spec is None:
            self._spec = self._live().action_spec(self.seat)
        return self._spec

    @property
    def data(self) -> dict[str, np.ndarray]:
        """Arrays for learners: ``observation`` has the shape of ``game.observation_space(seat)``."""
        return self._live().data(self.seat)

    @property
    def role(self) -> str | None:
        """The role that the rules gave this seat; None where there are none."""
        return self._state.roles[self.seat]

    @property
    def turn(self) -> int:
        """How many joint moves have been played."""
        return self._turn

    @property
    def key(self) -> str:
        """Information-state string: equal keys mean equal knowledge (16 hexadecimal digits)."""
        return self._live().key(self.seat)

    def text(self) -> str:
        """All of it in words, for people and spectators: rules, events, request."""
        state = self._live()
        return f"{self.rules}\n{state._told(self.seat)}{state.request(self.seat)}"


@dataclass(frozen=True, kw_only=True)
class Game:
    """Immutable rules with their parameters; subclasses are frozen, keyword-only dataclasses.

    Subclasses set ``seats`` (a field or property), ``type``, ``rules_text``, ``observation_space``, ``action_domain`` and ``new_state``; they check
    their parameters in ``__post_init__`` with :meth:`require`.
    """

    id: ClassVar[str] = ""
    """Set by the registry: the versioned id under which the class was registered last. ``made_as`` tells the instance's own."""

    @property
    def seats(self) -> int:
        """How many seats this game has."""
        raise NotImplementedError

    @cached_property
    def type(self) -> GameType:
        """What kind of game this is, as data."""
        raise NotImplementedError

    def new_state(self, seed: int) -> State:
        """Make the opening position; called by :meth:`start`."""
        raise NotImplementedError

    def rules_text(self, seat: int | None = None) -> str:
        """State the rules in words, as ``seat`` is told them (None: a spectator)."""
        raise NotImplementedError

    def observation_space(self, seat: int) -> Space[Any]:
        """Give the Gymnasium space of ``data["observation"]``."""
        raise NotImplementedError

    def action_domain(self, seat: int) -> Domain:
        """Give the widest domain that ``seat`` is ever asked to choose from; each action spec's domain lies within it."""
        raise NotImplementedError

    def vector_env(self, num_envs: int) -> VectorEnv[Any, Any, Any]:
        """Make a fast environment of many games at once, a team an environment, where this game has one.

        Its observations have the shape (num_envs, seats, ...), its actions (num_envs, seats), numbers of options; its rewards are the team's.

        Raises:
            NotSupported: it has none.
        """
        raise NotSupported(f"{self.made_as} has no vector environment")

    def branching(self, size: int, seed: int = 0) -> Branching:
        """Open many episodes at once in a compiled engine that can copy them, where this game has one.

        Args:
            size: how many.
            seed: of all that chance decides.

        Raises:
            NotSupported: it has none, or none for these parameters.
            MissingExtra: the engine needs a package that is not installed.
        """
        raise NotSupported(f"{self.made_as} has no compiled engine of many games at once")

    def openings(self) -> Iterator[tuple[float, State]]:
        """List all positions that an episode can begin with, each with its probability, where chance draws nothing after that.

        Raises:
            NotSupported: chance acts later too, or in more ways than can be listed.
        """
        if self.type.chance:
            raise NotSupported(f"{self.made_as} cannot list what chance may draw")
        yield 1.0, self.start()

    def beginnings(self) -> Iterator[tuple[float, State]]:
        """List all positions that an episode can begin with, each with its probability, whatever chance draws after that; by default the openings.

        Raises:
            NotSupported: they cannot be listed.
        """
        return self.openings()

    def predictions(self) -> tuple[Prediction, ...]:
        """State what theory and the laboratory predict for these parameters."""
        return ()

    # -- made from the above -----------------------------------------------------------------------------------------

    def start(self, seed: int = 0) -> State:
        """Open an episode. The same seed and the same moves give the same episode, byte for byte."""
        return self.new_state(int(seed))

    @cached_property
    def made_as(self) -> str:
        """The versioned id, e.g. ``"prisoners_dilemma-v0"``; set by ``ludens.make``, else the class's own."""
        return self.id or type(self).__name__

    @cached_property
    def _rules(self) -> dict[int, str]:
        """The rules as each seat is told them, once they have been asked for."""
        return {}

    @cached_property
    def preset(self) -> Mapping[str, Any]:
        """The parameters that the id it was made by stands for, beside the defaults of the class; set by ``ludens.make``."""
        return {}

    @cached_property
    def params(self) -> dict[str, Any]:
        """All parameters as JSON values."""
        return {spec.name: _plain(getattr(self, spec.name)) for spec in fields(self)}

    @cached_property
    def hash(self) -> str:
        """Digest of id and parameters: equal hashes mean equal rules (16 hexadecimal digits)."""
        return hashlib.blake2b(json.dumps([self.made_as, self.params], sort_keys=True).encode(), digest_size=8).hexdigest()

    @cached_property
    def label(self) -> str:
        """Id and the parameters that differ from what the id stands for, for tables."""
        usual = {spec.name: _plain(self.preset.get(spec.name, spec.default)) for spec in fields(self)}
        changed = [f"{name}={self.params[name]}" for name in usual if usual[name] != self.params[name]]
        return self.made_as + (f"({', '.join(changed)})" if changed else "")

    def require(self, condition: bool, name: str, should: str) -> None:
        """Raise ParameterError with the parameter's name, its value and what would be right."""
        if not condition:
            raise ParameterError(f"{self.id or type(self).__name__}: {name}={getattr(self, name)!r} {should}")


class State:
    """A position. Deterministic given the seed and the moves.

    Subclasses keep their position in plain attributes (numbers, strings, lists, tuples, dictionaries, arrays): those are
    cloned, compared and turned into data for them. They append events by :meth:`emit`, add to ``rewards`` in
    :meth:`_apply` and keep ``to_move`` up to date.

    Attributes:
        game: the rules.
        seed: the episode's seed.
        turn: joint moves played so far.
        to_move: the seats that must move now; empty when the game is over.
        events: everything that happened, visible or not.
        rewards: per seat, what the last joint move earned.
        returns: per seat, what was earned so far, in the game's own unit.
        shaped: per seat, the shaped rewards of the last joint move, which help learners and are no part of the payoff; None where the game has none.
    """

    shaped: list[float] | None = None

    def __init__(self, game: Game, seed: int) -> None:
        seats = game.seats
        self.game = game
        self.seed = seed
        self.turn = 0
        self.to_move: tuple[int, ...] = ()
        self.events: list[Event] = []
        self.rewards: list[float] = [0.0] * seats
        self.returns: list[float] = [0.0] * seats
        self.forfeited: int | None = None
        self._rng: np.random.Generator | None = None
        self._seen: list[list[Event]] = [[] for _ in range(seats)]
        self._keys: list[tuple[int, bytes] | None] = [None] * seats
        self._written: tuple[Event | None, bytes] = (None, b"")
        self._memo: dict[Any, Any] = {}
        self._lines: list[tuple[int, str]] = [(0, "")] * seats

    # -- to be written by a game -------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        """Say what ``seat``, which must be among ``to_move``, may answer now."""
        raise NotImplementedError

    def request(self, seat: int) -> str:
        """Say what is asked of ``seat`` now."""
        raise NotImplementedError

    def data(self, seat: int) -> dict[str, np.ndarray]:
        """Give the arrays a learner sees; ``observation`` must lie in ``game.observation_space(seat)``. Any seat, at any time."""
        raise NotImplementedError

    def _apply(self, moves: Mapping[int, Move]) -> None:
        """Carry out legal moves of all seats to move: emit events, add to ``self.rewards``, set ``self.to_move``."""
        raise NotImplementedError

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts of the episode so far as JSON values, for the record."""
        return {}

    @property
    def roles(self) -> tuple[str | None, ...]:
        """Per seat the role that the rules gave it for the whole episode, None where there is none.

        By default the type's roles in the order of the seats, where there are as many; a game that deals them, or has them change seats, overrides this.
        """
        names = self.game.type.roles
        return names if len(names) == self.game.seats else (None,) * self.game.seats

    def default_move(self, seat: int) -> Move:
        """Give the move a silent seat makes, where the game's policy is ``"default"``."""
        raise NotSupported(f"{self.game.made_as} has no default move")

    def yields(self, seat: int, move: Move) -> bool | None:
        """Tell whether a legal move of a seat to move gives in to what another seat wants of it (True) or holds out (False); None where nothing is in dispute.

        Games of persuasion and negotiation answer this, so that giving in and holding out can be counted, and trained, alike in all of them.
        """
        return None

    def hides(self, seat: int) -> bool:
        """Tell whether something is hidden from ``seat`` that does not follow from the rules and what it has seen.

        By default, whether there is an event that it may not see; a game in which such events may be inferred (from the own payoff, say) overrides this.
        """
        return any(event.visible_to is not None and seat not in event.visible_to for event in self.events)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Return a state that ``seat`` cannot tell from this one, with all it may not know drawn anew.

        Games in which nothing is hidden but what chance has in store inherit this; others begin with :meth:`with_fresh_chance`.

        Raises:
            NotSupported: something else is hidden and the game cannot resample it.
        """
        if self.hides(seat):
            raise NotSupported(f"{self.game.made_as} cannot resample hidden information")
        return self.with_fresh_chance(rng)

    def _on_forfeit(self, seat: int) -> None:
        """Add rewards when ``seat`` forfeits; by default nobody earns any more."""

    # ``_memo`` is for what a game works out of a position and asks for again: it is emptied when the position moves, and no part of it

    # -- for a game to use -------------------------------------------------------------------------------------------

    @property
    def rng(self) -> np.random.Generator:
        """The episode's own generator; made at first use."""
        if self._rng is None:
            self._rng = np.random.default_rng(self.seed)
        return self._rng

    def emit(self, kind: str, text: str, *, seat: int | None = None, data: dict[str, Any] | None = None, to: tuple[int, ...] | None = None) -> None:
        """Append an event and show it to the seats that may see it."""
        event = Event(kind, seat, text, data if data is not None else {}, to)
        self.events.append(event)
        if to is None:
            for seen in self._seen:
                seen.append(event)
        else:
            for index in to:
                self._seen[index].append(event)

    def emit_speech(self, seat: int, said: str | None, *, to: tuple[int, ...] | None = None, **facts: Any) -> bool:
        """Show what a seat said (a ``say`` event with ``facts`` and ``text``) to everybody, or to some seats; tell whether it said anything.

        It is cleaned, and quoted as JSON: what is said can neither close its quotes nor begin a line of its own.
        """
        if said and (words := clean_text(said).strip()):
            verb = "says" if to is None else "whispers"
            self.emit("say", f"{seat_name(seat)} {verb}: {encode_basestring(words)}", seat=seat, data={**facts, "text": words}, to=to)
            return True
        return False

    def with_fresh_chance(self, rng: np.random.Generator) -> Self:
        """Copy the position with every chance draw still to come drawn anew: nobody knows what the generator has in store."""
        twin = self.clone()
        if self.game.type.chance:
            twin.draw_from(np.random.default_rng(rng.integers(2**63)))
        return twin

    def draw_from(self, rng: np.random.Generator) -> None:
        """Let chance that is still to come be drawn from this generator."""
        self._rng = rng

    # -- for everybody -----------------------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return not self.to_move

    def observe(self, seat: int) -> Observation:
        """Give what ``seat`` may know now."""
        return Observation(self, seat)

    def play(self, moves: Mapping[int, Move]) -> list[Event]:
        """Advance by one joint move and return the events it caused, hidden ones among them.

        Args:
            moves: one legal move for each seat in ``to_move``.

        Raises:
            IllegalMove: a seat is missing, too many, its move is not legal, or the game is over; nothing has changed then.
        """
        to_move = self.to_move
        if not to_move:
            raise IllegalMove("the game is over")
        if len(moves) != len(to_move) or not all(map(moves.__contains__, to_move)):
            raise IllegalMove(f"seats to move are {list(to_move)}, moves were given for {sorted(moves)}")
        for seat in to_move:
            if problem := self.action_spec(seat).check(moves[seat]):
                raise IllegalMove(f"{seat_name(seat)}: {problem}")
        before = len(self.events)
        self.rewards = [0.0] * len(self.returns)
        self._memo.clear()
        self._apply(moves)
        self.turn += 1
        if any(self.rewards):
            self.returns = [total + reward for total, reward in zip(self.returns, self.rewards, strict=True)]
        return self.events[before:]

    def forfeit(self, seat: int) -> list[Event]:
        """End the game because ``seat`` gave no legal move."""
        before = len(self.events)
        self.rewards = [0.0] * len(self.returns)
        self._memo.clear()
        self.forfeited = seat
        self.emit("forfeit", f"{seat_name(seat)} gave no legal move; the game ends.", seat=seat)
        self._on_forfeit(seat)
        self.to_move = ()
        self.turn += 1
        self.returns = [total + reward for total, reward in zip(self.returns, self.rewards, strict=True)]
        return self.events[before:]

    def _told(self, seat: int) -> str:
        """Give the lines of all events that ``seat`` has seen; kept, and made longer as events come."""
        count, text = self._lines[seat]
        seen = self._seen[seat]
        if count < len(seen):
            text += "".join([f"{event.text}\n" for event in seen[count:]])
            self._lines[seat] = (len(seen), text)
        return text

    def key(self, seat: int) -> str:
        """Information-state string of ``seat``: a digest of the rules and of every event it has seen, made as events come."""
        count, digest = self._keys[seat] or (0, hashlib.blake2b(f"{self.game.hash}:{seat}".encode(), digest_size=8).digest())
        seen = self._seen[seat]
        for event in seen[count:]:
            if event is not self._written[0]:
                # an event that several seats see is written out once
                self._written = (event, repr((event.kind, event.seat, event.data)).encode("utf-8", "replace"))
            digest = hashlib.blake2b(digest + self._written[1], digest_size=8).digest()
        self._keys[seat] = (len(seen), digest)
        return digest.hex()

    def clone(self) -> Self:
        """Copy the position; the two move on independently."""
        twin = object.__new__(type(self))
        twin.__dict__.update({name: item if name in _SHARED or type(item) in FIXED else copy_plain(item) for name, item in self.__dict__.items()})
        twin._memo = {}
        twin._lines = [(0, "")] * len(self._seen)
        twin.events = list(self.events)
        twin._seen = [list(seen) for seen in self._seen]
        return twin

    def to_dict(self) -> dict[str, Any]:
        """Write the whole position as JSON values (hidden information and generator included)."""
        return {name: pack(item) for name, item in self.__dict__.items() if name not in _DERIVED}

    @classmethod
    def from_dict(cls, game: Game, plain: Mapping[str, Any]) -> Self:
        """Undo :meth:`to_dict`; call it on the class that ``game.start`` returns, or through :func:`load_state`."""
        state = object.__new__(cls)
        State.__init__(state, game, int(plain["seed"]))
        for name, item in plain.items():
            setattr(state, name, unpack(item))
        for event in state.events:
            for seat in range(game.seats) if event.visible_to is None else event.visible_to:
                state._seen[seat].append(event)
        return state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.game == other.game and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # positions change


_DERIVED = frozenset({"game", "_seen", "_keys", "_written", "_memo", "_lines"})
_SHARED = frozenset({"game", "events", "_seen", "_memo", "_lines"})


def load_state(game: Game, plain: Mapping[str, Any]) -> State:
    """Rebuild a position of ``game`` from :meth:`State.to_dict`."""
    return type(game.start(int(plain["seed"]))).from_dict(game, plain)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
