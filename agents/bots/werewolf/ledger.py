"""What a seat has seen of a game of Werewolf, sorted: who lives, who voted for whom, who claims what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ....games.core import Event, Observation
from ....games.werewolf.game import Werewolf
from ....games.werewolf.speech import Kind, SpeechAct, parse

__all__ = ["Ledger", "Said", "Voted"]


class Said(NamedTuple):
    """An act of speech and who did it when."""

    round: int
    speaker: int
    act: SpeechAct


class Voted(NamedTuple):
    """A vote; target None for an abstention."""

    round: int
    voter: int
    target: int | None


class Ledger:
    """One seat's facts; :meth:`read` takes in what is new.

    Attributes:
        role: the seat's own role.
        pack: the werewolves, where the seat was told who they are.
        alive: the living seats.
        round: the latest night or day.
        night: whether it is night.
        said, votes: all acts of speech in the open, and all votes that were seen, in order.
        killed, exiled: seats that died at night and by vote, with their rounds.
        found: what the seat itself found out: whether a seat is a werewolf.
        checks: the same in order, with the round.
        shown: roles (or sides) of the dead that were shown.
        proposed: whom a fellow werewolf proposed to attack tonight.
        protected: whom the seat protected last.
        attacked: the latest target of the werewolves that the seat was told.
        sheriff: who holds the badge.
        elected: whether a sheriff was ever elected.
    """

    def __init__(self, game: Werewolf, seat: int) -> None:
        self.game, self.seat = game, seat
        self.role = ""
        self.pack: tuple[int, ...] = ()
        self.alive = set(range(game.seats))
        self.round = 1 if game.first_night == "none" else 0
        self.night = False
        self.said: list[Said] = []
        self.votes: list[Voted] = []
        self.killed: list[tuple[int, int]] = []
        self.exiled: list[tuple[int, int]] = []
        self.found: dict[int, bool] = {}
        self.checks: list[tuple[int, int, bool]] = []
        self.shown: dict[int, str] = {}
        self.attacked: int | None = None
        self.proposed: int | None = None
        self.protected: int | None = None
        self.sheriff: int | None = None
        self.elected = False
        self._read = 0

    def read(self, observation: Observation) -> None:
        """Take in the events since the last time."""
        events = observation.events
        for event in events[self._read :]:
            self.take(event)
        self._read = len(events)

    def take(self, event: Event) -> None:
        """Take in one event."""
        kind, data = event.kind, event.data
        if kind == "say" and event.visible_to is None:
            speaker = int(event.seat or 0)
            self.said += [Said(self.round, speaker, act) for act in _parsed(data["text"], speaker, self.game.seats)]
        elif kind == "votes":
            self.votes += [Voted(self.round, int(voter), target) for voter, target in data["votes"].items()]
        elif kind == "night":
            self.round, self.night, self.attacked, self.proposed = data["round"], True, None, None
        elif kind == "dawn":
            self.night = False
            for seat in data["dead"]:
                self.killed.append((self.round, seat))
                self.alive.discard(seat)
        elif kind == "exile":
            if data["seat"] is not None:
                self.exiled.append((self.round, data["seat"]))
                self.alive.discard(data["seat"])
        elif kind in ("shot", "explode"):
            gone = data["target"] if kind == "shot" else int(event.seat or 0)
            self.alive.discard(gone)
            self.shown[int(event.seat or 0)] = "hunter" if kind == "shot" else "werewolf"
        elif kind == "role":
            self.role = data["role"]
        elif kind == "pack":
            self.pack = tuple(data["wolves"])
        elif kind in ("check", "medium"):
            wolf = data["found"] == "werewolf"
            self.found[data["target"]] = wolf
            self.checks.append((self.round, data["target"], wolf))
        elif kind in ("attacked", "attack"):
            self.attacked = data["target"]
        elif kind == "proposal":
            self.proposed = data["target"]
        elif kind == "protect":
            self.protected = data["target"]
        elif kind == "reveal":
            self.shown[data["seat"]] = data["reveal"]
        elif kind == "sheriff":
            self.sheriff, self.elected = event.seat, True

    # -- looked up ---------------------------------------------------------------------------------------------------

    def today(self, *kinds: Kind) -> list[Said]:
        """Give today's acts of some kinds."""
        return [said for said in self.said if said.round == self.round and said.act.kind in kinds]

    def spoke(self, seat: int) -> bool:
        """Tell whether a seat has said anything today."""
        return any(said.speaker == seat and said.round == self.round for said in self.said)

    def claimants(self, role: str) -> list[int]:
        """Give the living seats that claim a role, in the order in which they first did; a report of a check claims to be the seer."""
        seats: list[int] = []
        for said in self.said:
            claims = said.act.role if said.act.kind is Kind.CLAIM else {Kind.CHECK: "seer", Kind.IDENTIFIED: "medium"}.get(said.act.kind)
            if claims == role and said.speaker in self.alive and said.speaker not in seats:
                seats.append(said.speaker)
        return seats

    def reports(self, claimant: int) -> dict[int, bool]:
        """Give what a seat says it found: whether a seat is a werewolf."""
        acts = [said.act for said in self.said if said.speaker == claimant and said.act.kind is Kind.CHECK]
        return {act.target: act.result == "werewolf" for act in acts if act.target is not None}

    def pressed(self) -> dict[int, int]:
        """Count by how many others each living seat is accused today."""
        pairs = {(said.speaker, said.act.target) for said in self.today(Kind.ACCUSE, Kind.CALL_VOTE) if said.act.target in self.alive}
        pairs |= {(said.speaker, said.act.target) for said in self.today(Kind.CHECK) if said.act.result == "werewolf" and said.act.target in self.alive}
        return {seat: sum(target == seat for _, target in pairs) for seat in self.alive}


@lru_cache(maxsize=8192)
def _parsed(text: str, speaker: int, seats: int) -> Sequence[SpeechAct]:
    # every listener hears the same words
    return parse(text, speaker, seats)
