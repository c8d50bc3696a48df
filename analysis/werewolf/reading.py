"""A stored episode of Werewolf, sorted for measuring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...arena.record import Episode
from ...games.core import Event
from ...games.werewolf.roles import ROLES
from ...games.werewolf.truth import Judged, judged

__all__ = ["Played", "beliefs_in", "guesses_in", "read"]

_BELIEF = re.compile(r"player_(\d{1,2})(?:(?!player)\D){0,12}?(\d{1,3}(?:\.\d{1,3})?)")
_GUESS = re.compile(rf"player_(\d{{1,2}})(?:(?!player)[^a-z]){{0,24}}(?:is |the |an? ){{0,2}}({'|'.join(ROLES)})\b")
_LONGEST_NOTE = 4_000


@dataclass(frozen=True)
class Played:
    """One game, as what was done in it.

    Attributes:
        id: of the match.
        seed: of the episode: equal seeds are the same deal and chance.
        names: per seat, its player's name.
        roles: per seat, its role.
        winner: a side, or draw.
        rounds: how many were played.
        survived: per seat, whether it lived to the end.
        votes: round, voter, and target or None, of every ballot.
        attacks: night and target of the werewolves.
        checks: night, seer, target, and whether it is a werewolf.
        protections: night, protector, target.
        exiled: round and seat of eliminations by vote.
        said: every act of speech in the open with its truth.
        beliefs: seat, and what it told in private before it chose: the chance of other seats to be against its side.
        guesses: seat, and which role it told in private of other seats.
        events: the log.
    """

    id: str
    seed: int
    names: tuple[str, ...]
    roles: tuple[str, ...]
    winner: str
    rounds: int
    survived: tuple[bool, ...]
    votes: list[tuple[int, int, int | None]] = field(default_factory=list)
    attacks: list[tuple[int, int | None]] = field(default_factory=list)
    checks: list[tuple[int, int, int, bool]] = field(default_factory=list)
    protections: list[tuple[int, int, int]] = field(default_factory=list)
    exiled: list[tuple[int, int]] = field(default_factory=list)
    said: list[Judged] = field(default_factory=list)
    beliefs: list[tuple[int, Mapping[int, float]]] = field(default_factory=list)
    guesses: list[tuple[int, Mapping[int, str]]] = field(default_factory=list)
    events: tuple[Event, ...] = ()

    @property
    def wolves(self) -> frozenset[int]:
        """The seats of the werewolves."""
        return frozenset(seat for seat, name in enumerate(self.roles) if ROLES[name].species == "werewolf")

    def side(self, seat: int) -> str:
        """Give the side that a seat wins with."""
        return ROLES[self.roles[seat]].side


def read(episode: Episode) -> Played:
    """Sort an episode.

    Args:
        episode: of any of the games of Werewolf, finished.
    """
    roles = {event.data["seat"]: event.data["role"] for event in episode.events if event.kind == "role"}
    dead = {event.data["seat"] for event in episode.events if event.kind == "exile" and event.data["seat"] is not None}
    dead |= {seat for event in episode.events if event.kind == "dawn" for seat in event.data["dead"]}
    dead |= {event.data["target"] if event.kind == "shot" else event.seat for event in episode.events if event.kind in ("shot", "explode")}
    played = Played(
        id=episode.id,
        seed=episode.seed,
        names=tuple(seat.name for seat in episode.seats),
        roles=tuple(roles[seat] for seat in range(len(episode.seats))),
        winner=str(episode.outcome.get("winner") or "draw"),
        rounds=int(episode.outcome.get("rounds", 0)),
        survived=tuple(seat not in dead for seat in range(len(episode.seats))),
        said=judged(episode.events),
        events=episode.events,
    )
    for event in episode.events:
        _take(played, event)
    for decision in episode.decisions:
        if decision.note and (found := beliefs_in(decision.note, len(roles), decision.seat)):
            played.beliefs.append((decision.seat, found))
        if decision.note and (guessed := guesses_in(decision.note, len(roles), decision.seat)):
            played.guesses.append((decision.seat, guessed))
    return played


def _take(played: Played, event: Event) -> None:
    kind, data = event.kind, event.data
    if kind == "votes" or (kind == "ballot" and event.visible_to is not None):
        ballots = data["votes"].items() if kind == "votes" else [(event.seat, data["vote"])]
        played.votes.extend((data["round"], int(voter or 0), target) for voter, target in ballots)
    elif kind == "attack":
        played.attacks.append((data["night"], data["target"]))
    elif kind == "check":
        wolf = ROLES[played.roles[data["target"]]].species == "werewolf"
        played.checks.append((data["night"], data["seer"], data["target"], wolf))
    elif kind == "protect":
        played.protections.append((data["night"], int(event.seat or 0), data["target"]))
    elif kind == "exile" and data["seat"] is not None:
        played.exiled.append((data["round"], data["seat"]))


def beliefs_in(note: str, seats: int, own: int) -> dict[int, float]:
    """Read beliefs out of a private note, such as ``player_1 60 %, player_2 10 %``: the chance of each named seat, from 0 to 1.

    Percentages above 100 and seats that are not there are left out; of a seat that is named twice the first counts.
    """
    found: dict[int, float] = {}
    for seat, percent in _BELIEF.findall(note[:_LONGEST_NOTE]):
        if int(seat) < seats and int(seat) != own and float(percent) <= 100:
            found.setdefault(int(seat), float(percent) / 100)
    return found


def guesses_in(note: str, seats: int, own: int) -> dict[int, str]:
    """Read role guesses out of a private note, such as ``player_1 60 % werewolf, player_2: seer``; of a seat that is named twice the first counts."""
    found: dict[int, str] = {}
    for seat, name in _GUESS.findall(note[:_LONGEST_NOTE].lower()):
        if int(seat) < seats and int(seat) != own:
            found.setdefault(int(seat), name)
    return found
