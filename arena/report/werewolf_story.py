"""An episode of Werewolf as a story: nights and days with what was done, said and voted in them. Both the page and the terminal tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ...games.core import Event, seat_name
from ...games.werewolf.roles import ROLES
from ...games.werewolf.truth import Judged, judged, titled
from ...games.words import listed
from ..record import Episode

__all__ = ["Note", "Phase", "Seat", "Speech", "Story", "Vote", "tell"]


@dataclass(frozen=True)
class Note:
    """Something that happened.

    Attributes:
        text: in words; after the name of the seat, where there is one.
        seat: who did it.
        inside: not all could see it.
        tone: ``death``, ``learned`` (a seat came to know something), or nothing special.
    """

    shape: ClassVar[str] = "note"
    text: str
    seat: int | None = None
    inside: bool = False
    tone: Literal["", "death", "learned"] = ""


@dataclass(frozen=True)
class Speech:
    """Words of a seat, to all or whispered.

    Attributes:
        text: word for word; untrusted.
        whisper: only the werewolves heard it.
        marks: what in it the log can judge.
    """

    shape: ClassVar[str] = "speech"
    seat: int
    text: str
    whisper: bool = False
    marks: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class Vote:
    """Votes that were counted together.

    Attributes:
        title: of the vote.
        ballots: whom each seat voted for; None for nobody.
        living: the seats that lived then.
        secret: all saw the result only.
        sheriff: whose vote counts for more.
    """

    shape: ClassVar[str] = "vote"
    title: str
    ballots: dict[int, int | None]
    living: tuple[int, ...]
    secret: bool = False
    sheriff: int | None = None

    @property
    def tally(self) -> list[tuple[int, list[int]]]:
        """Who got votes, and from whom; most first."""
        targets = sorted({target for target in self.ballots.values() if target is not None})
        found = [(target, [seat for seat, vote in self.ballots.items() if vote == target]) for target in targets]
        return sorted(found, key=lambda row: -len(row[1]))

    @property
    def abstained(self) -> list[int]:
        """Who voted for nobody."""
        return [seat for seat, vote in self.ballots.items() if vote is None]


Item = Note | Speech | Vote

_ELECTION = "Election of a sheriff"
_QUIET = {"passes.": "pass.", "says nothing.": "say nothing."}
"""What may be said of several seats at once, of one and of many."""


@dataclass
class Phase:
    """A night or a day."""

    kind: Literal["night", "day"]
    round: int
    items: list[Item] = field(default_factory=list)

    @property
    def title(self) -> str:
        """As headings have it."""
        return f"{self.kind.capitalize()} {self.round}"

    @property
    def dead(self) -> bool:
        """Whether somebody died in it."""
        return any(isinstance(item, Note) and item.tone == "death" for item in self.items)


@dataclass(frozen=True)
class Seat:
    """Who sat where, and what became of it.

    Attributes:
        evil: wins with the werewolves.
        fate: how it ended.
        won: None where nobody won.
    """

    seat: int
    name: str
    role: str
    evil: bool
    fate: str
    won: bool | None


@dataclass(frozen=True)
class Story:
    """All of it."""

    seats: tuple[Seat, ...]
    phases: tuple[Phase, ...]
    winner: str
    result: str


def tell(episode: Episode) -> Story:
    """Tell an episode.

    Args:
        episode: of a game of the family; its events are all that is read of it.
    """
    teller = _Teller(episode)
    for index, event in enumerate(episode.events):
        teller.take(index, event)
    teller.count()
    return teller.story()


class _Teller:
    """Reads events in their order."""

    def __init__(self, episode: Episode) -> None:
        self.names = [seat.name for seat in episode.seats]
        self.roles = [seat.role or "" for seat in episode.seats]
        self.marks: dict[int, list[Judged]] = {}
        for one in judged(episode.events):
            self.marks.setdefault(one.event, []).append(one)
        self.phases: list[Phase] = []
        self.fates: dict[int, str] = {}
        self.winner, self.result = "", episode.error or ""
        self.victim: int | None = None
        self.kept: dict[int, int | None] = {}  # by seat that protects: whom, tonight
        self.ballots: dict[int, int | None] = {}
        self.secret = False
        self.bids: dict[int, int] = {}
        self.sheriff: int | None = None

    # -- telling -----------------------------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        if not self.phases:
            self.phases.append(Phase("day", 1))
        return self.phases[-1]

    def add(self, item: Item) -> None:
        self.phase.items.append(item)

    def note(self, text: str, seat: int | None = None, *, inside: bool = False, tone: Literal["", "death", "learned"] = "") -> None:
        self.add(Note(text, seat, inside, tone))

    def die(self, seat: int, how: str, text: str | None = None, by: int | None = None) -> None:
        self.fates.setdefault(seat, f"{how} {self.phase.kind} {self.phase.round}")
        self.note(text or f"{seat_name(seat)} is dead.", by, tone="death")

    def living(self) -> tuple[int, ...]:
        return tuple(seat for seat in range(len(self.names)) if seat not in self.fates)

    def take(self, index: int, event: Event) -> None:
        kind, data, seat = event.kind, event.data, event.seat
        if kind == "night":
            self.count()
            self.victim, self.kept = None, {}
            self.phases.append(Phase("night", data["round"]))
        elif kind in ("dawn", "day"):
            self.phases.append(Phase("day", data["round"]))
            if kind == "dawn":
                self.dawn(data["dead"])
        elif kind in ("say", "silence", "latent", "pass"):
            self.speech(index, event)
        elif kind in ("votes", "ballot", "tie", "exile", "election", "sheriff"):
            self.vote(event)
        elif kind in ("proposal", "attack", "check", "protect", "potion", "attacked"):
            self.night(event)
        elif kind == "bid" and seat is not None:
            self.bids[seat] = data["bid"]
        elif kind in ("floor", "quiet"):
            self.auction(event)
        elif kind == "shot":
            self.die(data["target"], "shot,", f"the hunter, shoots {seat_name(data['target'])}.", seat)
        elif kind == "explode" and seat is not None:
            self.die(seat, "exploded,", "reveals itself as a werewolf and dies; the day is over.", seat)
        elif kind == "medium":
            for medium in event.visible_to or ():
                self.note(f"learns that {seat_name(data['target'])} was {titled(data['found'])}.", medium, inside=True, tone="learned")
        elif kind == "save":
            for guard in event.visible_to or ():
                self.note(f"learns that it saved {seat_name(data['target'])}.", guard, inside=True, tone="learned")
        elif kind == "end":
            self.count()
            self.winner, self.result = data["winner"], event.text.partition(" The roles were:")[0]
            self.roles = list(data["roles"])
        elif kind not in ("role", "pack"):
            self.other(event)

    def other(self, event: Event) -> None:
        """Tell what needs no words of its own: reveals, orders, and whatever rules add later."""
        text = event.text
        if event.seat is not None and text.startswith(f"{seat_name(event.seat)} "):
            self.note(text.removeprefix(f"{seat_name(event.seat)} "), event.seat, inside=event.visible_to is not None)
        else:
            self.note(text, inside=event.visible_to is not None)

    # -- night -------------------------------------------------------------------------------------------------------

    def night(self, event: Event) -> None:
        kind, data, seat = event.kind, event.data, event.seat
        target = "nobody" if data.get("target") is None else seat_name(data["target"])
        if kind == "attack":
            self.victim = data["target"]
            self.note(f"decides: the werewolves attack {target}." if seat is not None else f"The werewolves attack {target}.", seat, inside=True)
        elif kind == "proposal":
            self.note(f"proposes to attack {target}.", seat, inside=True)
        elif kind == "check":
            self.note(f"checks {target}: {titled(data['found'])}.", data["seer"], inside=True, tone="learned")
        elif kind == "protect" and seat is not None:
            self.kept[seat] = data["target"]
            self.note("protects itself." if data["target"] == seat else f"protects {target}.", seat, inside=True)
        elif kind == "attacked":
            for witch in event.visible_to or ():
                self.note(f"learns that {target} is attacked.", witch, inside=True, tone="learned")
        elif kind == "potion" and seat is not None:
            if data["save"]:
                self.kept[seat] = self.victim
            uses = [*(["the antidote"] if data["save"] else []), *([f"the poison on {seat_name(data['poison'])}"] if data["poison"] is not None else [])]
            self.note(f"uses {listed(uses)}." if uses else "uses no potion.", seat, inside=True)

    def dawn(self, dead: Sequence[int]) -> None:
        for seat in dead:
            self.fates.setdefault(seat, f"killed, night {self.phase.round}")
        verb = "was" if len(dead) == 1 else "were"
        if dead:
            self.note(f"{listed(map(seat_name, dead))} {verb} killed in the night.", tone="death")
        else:
            self.note("Nobody was killed in the night.")
        if self.victim is not None and self.victim not in dead:
            keepers = [seat_name(seat) for seat, target in self.kept.items() if target == self.victim]
            self.note(f"The attack on {seat_name(self.victim)} failed: kept safe by {listed(keepers) if keepers else 'the rules'}.", inside=True)

    # -- day ---------------------------------------------------------------------------------------------------------

    def speech(self, index: int, event: Event) -> None:
        seat = int(event.seat or 0)
        whisper = event.visible_to is not None
        if event.kind == "say":
            marks = tuple(one for one in self.marks.get(index, ()) if one.truth is not None)
            self.add(Speech(seat, str(event.data["text"]), whisper, marks))
        elif event.kind == "latent":
            self.add(Speech(seat, event.text.removeprefix(f"{seat_name(seat)} says ").removesuffix("."), whisper))
        else:
            self.note("passes." if event.kind == "pass" else "says nothing.", seat, inside=whisper)

    def auction(self, event: Event) -> None:
        if levels := sorted(set(self.bids.values()) - {0}, reverse=True):
            shown = [f"{level} by {listed(seat_name(seat) for seat, bid in self.bids.items() if bid == level)}" for level in levels]
            self.note(f"Bids: {'; '.join(shown)}.", inside=True)
        self.bids = {}
        if event.kind == "quiet":  # who has the floor shows by what follows
            self.other(event)

    def vote(self, event: Event) -> None:
        kind, data = event.kind, event.data
        if kind == "ballot":
            self.ballots[int(event.seat or 0)] = data["vote"]
            self.secret = event.visible_to is not None
            return
        if kind in ("votes", "election"):
            ballots = {int(seat): target for seat, target in data["votes"].items()}
            self.ballots = {}  # cast in turn, and now counted
            self.poll(ballots, _ELECTION if kind == "election" else "")
            return
        self.count()
        if kind == "sheriff":
            self.sheriff = event.seat
        if kind == "exile" and data["seat"] is not None:
            self.die(data["seat"], "voted out,", event.text)
        else:
            self.note(event.text)

    def count(self) -> None:
        """Show ballots that no event of all votes follows: secret ones, or those of a vote that broke off."""
        if self.ballots:
            self.poll(self.ballots, secret=self.secret)
            self.ballots = {}

    def poll(self, ballots: dict[int, int | None], title: str = "", *, secret: bool = False) -> None:
        again = any(isinstance(item, Vote) and item.title != _ELECTION for item in self.phase.items)
        self.add(Vote(title or ("Second vote" if again else "Vote"), ballots, self.living(), secret, self.sheriff))

    # -- the end -----------------------------------------------------------------------------------------------------

    def story(self) -> Story:
        for phase in self.phases:
            phase.items = _merged(phase.items)
        return Story(tuple(self.seat(seat) for seat in range(len(self.names))), tuple(self.phases), self.winner, self.result)

    def seat(self, seat: int) -> Seat:
        role = ROLES.get(self.roles[seat])
        side = role.side if role is not None else "village"
        won = side == self.winner if self.winner in ("village", "werewolves") else None
        return Seat(seat, self.names[seat], self.roles[seat], side == "werewolves", self.fates.get(seat, "survived"), won)


def _merged(items: Sequence[Item]) -> list[Item]:
    """Tell of seats that pass one after the other in one line."""
    out: list[Item] = []
    quiet: list[Note] = []
    for item in [*items, None]:
        alike = isinstance(item, Note) and item.text in _QUIET and (not quiet or (item.text, item.inside) == (quiet[0].text, quiet[0].inside))
        if quiet and not alike:
            several = Note(f"{listed(seat_name(note.seat or 0) for note in quiet)} {_QUIET[quiet[0].text]}", inside=quiet[0].inside)
            out.append(several if len(quiet) > 1 else quiet[0])
            quiet = []
        if isinstance(item, Note) and item.text in _QUIET:
            quiet.append(item)
        elif item is not None:
            out.append(item)
    return out
