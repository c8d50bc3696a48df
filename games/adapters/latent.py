"""The abstract game of a game in which seats speak: whoever would say something names one of a few meanings instead.

    make("latent", of="werewolf_lspo4", meanings=[3, 2, 2])

Moves, chance and payoffs are those of the other game. A meaning is a number (`z0`, `z1`...); what it means is up to whoever makes and reads it: the trainer
`lspo` takes clusters of what language models say for meanings. All seats hear the number, and no more.

| parameter | meaning | default |
|---|---|---|
| `of` | the id of a game with speech | werewolf_lspo4 |
| `kwargs` | its parameters | its own defaults |
| `meanings` | how many meanings each role has, in the order of the game's roles; one number where there are none | 2 for each |
| `slots` | with a meaning a speaker may name a seat | no |
| `memory` | how many of everybody's last utterances the observation shows | 2 |
| `words` | what is really said in the other game for each role's meanings, for games that read what is said; else `z0`, `z1`... | none |

Observation: that of the other game, then for each seat and for each of its last `memory` utterances, latest first, which meaning it was, and which seat it
named. Sources: Xu, Gu, Yu, Wu and Wang 2025, arXiv 2502.04686, section 3.2.

Version history: v0, first version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from ...errors import LudensError
from ..actions import ActionSpec, Move
from ..core import Event, Game, GameType, State, seat_name
from ..domains import Acts, Domain, OneOf, Record
from ..registry import make
from .running import Options

if TYPE_CHECKING:
    from .latent_batch import LatentBatch
    from .latent_state import LatentState

__all__ = ["MEANT", "NO_ROLE", "LatentGame", "Meaning"]

NO_ROLE = "player"
MEANT = "meaning"


class Meaning(NamedTuple):
    """What an utterance means: its number, and the seat that it names."""

    number: int
    about: int | None = None

    def __str__(self) -> str:
        return f"z{self.number}" if self.about is None else f"z{self.number} {seat_name(self.about)}"


@dataclass(frozen=True, kw_only=True)
class LatentGame(Game):
    """A game in meanings; see the module for the parameters.

    Raises:
        ParameterError: there is no such game, nobody speaks in it, or meanings do not fit its roles.
    """

    of: str = "werewolf_lspo4"
    kwargs: Mapping[str, Any] = Options()
    meanings: tuple[int, ...] = ()
    slots: bool = False
    memory: int = 2
    words: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        self.require(isinstance(self.kwargs, Mapping), "kwargs", "should be a mapping, such as {rounds: 2}")
        object.__setattr__(self, "kwargs", Options(self.kwargs))
        self.require(self.spoken.type.language, "of", "should be a game in which seats speak")
        object.__setattr__(self, "meanings", tuple(self.meanings) or (2,) * len(self.speakers))
        fit = len(self.meanings) == len(self.speakers) and all(type(count) is int and 1 <= count <= 50 for count in self.meanings)
        self.require(fit, "meanings", f"should hold a whole number from 1 to 50 for each of: {', '.join(self.speakers)}")
        self.require(type(self.memory) is int and 1 <= self.memory <= 20, "memory", "should be from 1 to 20")
        object.__setattr__(self, "words", tuple(tuple(row) for row in self.words))
        as_many = not self.words or [len(set(row)) for row in self.words] == list(self.meanings)
        self.require(as_many, "words", "should be empty, or hold a different text for each meaning of each role")
        self.require(not (self.words and self.slots), "slots", "and words exclude each other: what is said holds no seat's name")

    @cached_property
    def spoken(self) -> Game:
        """The game in words."""
        return make(self.of, **self.kwargs)

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """The roles whose meanings are counted apart."""
        return self.spoken.type.roles or (NO_ROLE,)

    def count(self, role: str | None) -> int:
        """Tell how many meanings a role has."""
        return self.meanings[self.speakers.index(role) if role in self.speakers else 0]

    @property
    def seats(self) -> int:
        return self.spoken.seats

    @cached_property
    def type(self) -> GameType:
        return replace(self.spoken.type, language=False)

    def offer(self, spec: ActionSpec, role: str | None, seat: int) -> ActionSpec:
        """Give what may be answered in meanings where ``spec`` may be answered in words."""
        return ActionSpec(_offer(self, spec.domain, spec.say_only, role, seat)) if spec.say_chars else ActionSpec(spec.domain, 0, spec.about)

    def said(self, choice: Any) -> Meaning | None:
        """Give the meaning in a choice; None where it holds none."""
        written = choice.get("say") if isinstance(choice, Mapping) else choice
        return self.read(written) if isinstance(written, str) and written[:1] == "z" and written[1:2].isdigit() else None

    def spoken_move(self, move: Move, spec: ActionSpec, say: Callable[[Meaning], str]) -> Move:
        """Say in words what a move says in meanings; ``say`` puts a meaning into words."""
        if not spec.say_chars:
            return move
        if spec.say_only:
            return Move(next(iter(spec.domain.values())), say(self.read(move.choice)))
        own = {name: value for name, value in move.choice.items() if name != "say"}
        return Move(own if isinstance(spec.domain, Acts | Record) else own["choice"], say(self.read(move.choice["say"])))

    def read(self, written: str) -> Meaning:
        """Undo ``str(meaning)``."""
        number, _, about = written.partition(" ")
        return Meaning(int(number[1:]), int(about.removeprefix("player_")) if about else None)

    def action_domain(self, seat: int) -> Domain:
        """Give all meanings, all choices of the other game, and both together, as far as they occur."""
        own = self.spoken.action_domain(seat)
        most = self.speakers[int(np.argmax(self.meanings))]
        said = _said(self, most, seat)
        if isinstance(own, OneOf) and self._say_only:
            return OneOf((*said.options, *own.options))
        return _joined(said, own)

    @cached_property
    def _say_only(self) -> bool:
        """Whether seats that speak choose nothing at the same time."""
        state = self.spoken.start(0)
        rng = np.random.default_rng(0)
        for _ in range(self.spoken.type.horizon):
            if state.over:
                break
            specs = [state.action_spec(seat) for seat in state.to_move]
            if said := [spec.say_only for spec in specs if spec.say_chars]:
                return all(said)
            state.play({seat: spec.sample(rng) for seat, spec in zip(state.to_move, specs, strict=True)})
        return True

    def observation_space(self, seat: int) -> Box:
        own = self.spoken.observation_space(seat)
        if not isinstance(own, Box) or len(own.shape) != 1:
            raise LudensError(f"what the seats of {self.spoken.made_as} see is no list of numbers")
        heard = self.seats * self.memory * self._width
        low, high = (np.concatenate([np.asarray(bound), np.full(heard, fill)]) for bound, fill in ((own.low, 0.0), (own.high, 1.0)))
        return Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)

    @property
    def _width(self) -> int:
        return max(self.meanings) + (self.seats if self.slots else 0)

    def heard(self, own: NDArray[np.float32], events: Iterable[Event], meaning: Callable[[Event], Meaning | None]) -> NDArray[np.float32]:
        """Give an observation in meanings.

        Args:
            own: what the other game shows in numbers.
            events: what the seat has seen, oldest first.
            meaning: gives the meaning of an utterance; None for none.
        """
        said = np.zeros((self.seats, self.memory, self._width), np.float32)
        for event in events:
            if event.kind not in ("say", MEANT) or event.seat is None or (found := meaning(event)) is None:
                continue
            said[event.seat, 1:] = said[event.seat, :-1].copy()
            said[event.seat, 0] = 0
            said[event.seat, 0, found.number] = 1
            if self.slots and found.about is not None:
                said[event.seat, 0, max(self.meanings) + found.about] = 1
        return np.concatenate([np.asarray(own, np.float32).reshape(-1), said.reshape(-1)])

    def new_state(self, seed: int) -> LatentState:
        from .latent_state import LatentState

        return LatentState(self, seed, self.spoken.start(seed))

    def branching(self, size: int, seed: int = 0) -> LatentBatch:
        from .latent_batch import LatentBatch

        return LatentBatch(self, size, seed)

    def openings(self) -> Iterator[tuple[float, State]]:
        from .latent_state import LatentState

        for chance, state in self.spoken.openings():
            yield chance, LatentState(self, state.seed, state)

    def beginnings(self) -> Iterator[tuple[float, State]]:
        from .latent_state import LatentState

        for chance, state in self.spoken.beginnings():
            yield chance, LatentState(self, state.seed, state)

    def rules_text(self, seat: int | None = None) -> str:
        about = " and may name a player" if self.slots else ""
        told = f"Nobody speaks in words here: whoever would speak names one of a few meanings, z0, z1 and so on{about}, which all hear as that."
        return f"{told} The rules:\n{self.spoken.rules_text(seat)}"


@lru_cache(maxsize=1024)
def _said(game: LatentGame, role: str | None, seat: int) -> OneOf:
    numbers = range(game.count(role))
    about = [None, *(other for other in range(game.seats) if other != seat)] if game.slots else [None]
    return OneOf(tuple(str(Meaning(number, other)) for number in numbers for other in about))


@lru_cache(maxsize=8192)
def _offer(game: LatentGame, domain: Domain, say_only: bool, role: str | None, seat: int) -> Domain:
    said = _said(game, role, seat)
    return said if say_only else _joined(said, domain)


def _joined(said: OneOf, own: Domain) -> Domain:
    """Let a meaning be chosen together with something else."""
    if isinstance(own, Acts):
        return Acts(tuple((name, replace(record, fields=(*record.fields, ("say", said)))) for name, record in own.acts))
    if isinstance(own, Record):
        return replace(own, fields=(*own.fields, ("say", said)))
    return Record.of({"choice": own, "say": said})
