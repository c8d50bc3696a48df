"""What is to be played: :class:`Match` with its stable id, and :class:`Plan`, a deterministic list of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from ..agents.player import PlayerSpec
from ..errors import ParameterError
from ..games.core import Game
from .seeds import child_seed

__all__ = ["Excluded", "Match", "Plan", "Result", "Schedule"]


@dataclass(frozen=True)
class Match:
    """One episode to be played.

    Attributes:
        game: the rules.
        players: who sits where, in seat order.
        seed: of the episode; the seats' own seeds derive from it.
        replicate: label that tells repeats of the same match apart.
        group: which cell of a design it belongs to (a pairing, a Swiss round); not part of its identity.
    """

    game: Game
    players: tuple[PlayerSpec, ...]
    seed: int
    replicate: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        if len(self.players) != self.game.seats:
            raise ParameterError(f"{self.game.label} has {self.game.seats} seats; {len(self.players)} players were given")

    @cached_property
    def id(self) -> str:
        """Digest of rules, players in seat order, seed and replicate (16 hexadecimal digits): equal ids mean the same match."""
        plain = json.dumps([self.game.hash, [player.hash for player in self.players], self.seed, self.replicate])
        return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()

    def seat_seed(self, seat: int) -> int:
        """Give the seed that the player at ``seat`` starts with."""
        return child_seed(self.seed, "seat", seat)

    @property
    def drawn(self) -> tuple[PlayerSpec, ...]:
        """Who sits down: the players, and of a mixture the one that the seat's seed draws."""
        return tuple(player.drawn(self.seat_seed(seat)) for seat, player in enumerate(self.players))

    @property
    def label(self) -> str:
        """Game and players, for people."""
        return f"{self.game.label}: {' v '.join(player.name or player.kind for player in self.players)}"


class Excluded(NamedTuple):
    """A combination that cannot be played, and why."""

    player: str
    game: str
    reason: str


class Result(NamedTuple):
    """What later rounds of a schedule may know of a match that was played.

    Attributes:
        returns: per seat; None when the game broke off by an error.
        cost: US dollars.
    """

    returns: tuple[float, ...] | None
    cost: float = 0.0


class Schedule(Protocol):
    """Anything that says what to play next, given what was played.

    ``due`` must be deterministic in ``results``, so that a resumed run goes on as if it had never stopped.
    """

    @property
    def description(self) -> str:
        """One line."""
        ...

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """Combinations that are left out, and why."""
        ...

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        """Give the next batch: every match of it, played or not; empty when the schedule is complete."""
        ...


@dataclass(frozen=True)
class Plan:
    """A deterministic list of matches with stable ids.

    Attributes:
        matches: in the order of play; no id occurs twice.
        description: one line.
        excluded: combinations that were left out, and why.
    """

    matches: tuple[Match, ...]
    description: str = ""
    excluded: tuple[Excluded, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for match in self.matches:
            if match.id in seen:
                raise ParameterError(
                    f"the plan holds the same match twice ({match.label}, seed {match.seed}, replicate {match.replicate!r}): give them replicates"
                )
            seen.add(match.id)

    def __len__(self) -> int:
        return len(self.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        """Give all matches as one batch, or nothing once every one has a result."""
        return () if all(match.id in results for match in self.matches) else self.matches

    def __add__(self, other: Plan) -> Plan:
        known = {match.id for match in self.matches}
        matches = self.matches + tuple(match for match in other.matches if match.id not in known)
        return Plan(matches, "; ".join(filter(None, (self.description, other.description))), tuple(dict.fromkeys(self.excluded + other.excluded)))
