"""Games of Werewolf as text logs of the AIWolf server.

One line an event, columns separated by commas, no header. The columns are those of ``AIWolfGame.java`` in aiwolf/AIWolfServer
(``src/org/aiwolf/server/AIWolfGame.java``); ``logic/*.go`` of aiwolfdial/aiwolf-nlp-server writes the same lines, with one column more in ``status``:

| line | columns |
|---|---|
| status | day, status, agent, role, ALIVE or DEAD, name |
| talk, whisper | day, talk or whisper, number in the day, turn, agent, text |
| vote, attackVote | day, vote or attackVote, agent, target |
| execute | day, execute, agent, role |
| divine | day, divine, agent, target, HUMAN or WEREWOLF |
| guard | day, guard, agent, target, role of the target |
| attack | day, attack, target or -1, whether it died |
| result | day, result, humans alive, werewolves alive, VILLAGER, WEREWOLF or NONE |

Days: a night belongs to the day before it, so night 1 of ours is the night of day 0, and day 1 is day 1. Where the first night kills, day 0 has an
``attack``, which the rules of AIWolf never have. Agents are seats counted from 1. Lines of a night stand in the order of the server, whatever was
decided first. A seat that passes or says nothing says ``Skip``. An abstention has no line.

Text: the servers write it as it came (the one for natural language takes line breaks out). Here line breaks and other control characters become spaces, and
a text or name with a comma or a quotation mark is quoted as in CSV, because Python readers of these logs (``read_log`` of AIWolf's Python samples) read the
columns with a CSV reader, and would cut a speech at its first comma and lose the lines after an open quotation mark. Names of seats in a text stay: player_4
is agent 5. Who literally says ``Skip`` or ``Over`` is read as one who passes, as on the server.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from ...games.core import Event
from ...games.werewolf.game import Werewolf
from ..record import Episode
from . import refuse, roles_of, werewolf_of

__all__ = ["aiwolf_files", "aiwolf_log"]

_FORMAT = "aiwolf"
_ROLES = {
    "villager": "VILLAGER",
    "seer": "SEER",
    "medium": "MEDIUM",
    "bodyguard": "BODYGUARD",
    "doctor": "BODYGUARD",
    "werewolf": "WEREWOLF",
    "possessed": "POSSESSED",
}
_WINNERS = {"village": "VILLAGER", "werewolves": "WEREWOLF"}
_SKIP = "Skip"
_NIGHT = ("divine", "whisper", "guard", "attackVote", "attack")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def aiwolf_files(episode: Episode) -> Iterator[dict[str, Any]]:
    """Give the one file of an episode: its ``name`` and its ``text``."""
    yield {"name": f"{episode.id}.log", "text": aiwolf_log(episode)}


def aiwolf_log(episode: Episode) -> str:
    """Write a game as a log of the AIWolf server; see the module.

    Raises:
        LudensError: it is no game of Werewolf, or has a role or a rule that AIWolf does not know.
    """
    game = werewolf_of(episode, _FORMAT)
    roles = roles_of(episode)
    refuse(episode, _FORMAT, _unknown(game))
    log = _Log(game, roles, [seat.name for seat in episode.seats])
    for event in episode.events:
        log.take(event)
    return log.close(_WINNERS.get(episode.outcome.get("winner") or "", "NONE"))


def _unknown(game: Werewolf) -> Iterator[tuple[bool, str]]:
    for role in game.counts:
        yield role not in _ROLES, f"the role {role!r}"
    yield "doctor" in game.counts and game.doctor_self, "a 'doctor' that may protect itself: the bodyguard of AIWolf may not"
    yield bool(game.latents), "turns that are meanings and not words"
    yield game.last_words != "none", "last words"
    yield game.sheriff, "a sheriff"
    yield game.explode, "werewolves that reveal themselves"


class _Counter:
    """Numbers the utterances of a day, and its turns, in each of which everybody speaks once at most."""

    def __init__(self) -> None:
        self._number, self._turn = -1, 0
        self._spoken: set[int] = set()

    def next(self, seat: int) -> tuple[int, int]:
        self._number += 1
        if seat in self._spoken:
            self._turn, self._spoken = self._turn + 1, set()
        self._spoken.add(seat)
        return self._number, self._turn


class _Log:
    def __init__(self, game: Werewolf, roles: tuple[str, ...], names: list[str]) -> None:
        self._names = names
        self._roles = [_ROLES[role] for role in roles]
        self._alive = [True] * len(roles)
        # votes that are cast in turn, and secret ones, are events of their own; the first kind is summed up once more
        self._ballots = game.vote == "simultaneous" and game.vote_secret
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._night: list[tuple[Any, ...]] = []
        self._attacked: int | None = None
        self._attack = False
        self._open(0)
        self._status()  # day 0 always has it: readers take the roles from there

    def _open(self, day: int) -> None:
        self._day, self._shown = day, False
        self._talks, self._whispers = _Counter(), _Counter()

    def _status(self) -> None:
        self._shown = True
        for seat, role in enumerate(self._roles):
            self._writer.writerow((self._day, "status", seat + 1, role, "ALIVE" if self._alive[seat] else "DEAD", _line(self._names[seat])))

    def _write(self, *columns: Any) -> None:
        if not self._shown:
            self._status()
        self._writer.writerow((self._day, *columns))

    def _close_night(self) -> None:
        # in the night of day 0 the server lets them whisper first
        order = _NIGHT if self._day else ("whisper", *_NIGHT)
        for columns in sorted(self._night, key=lambda columns: order.index(columns[0])):
            self._write(*columns)
        self._night = []

    def take(self, event: Event) -> None:
        if handler := getattr(self, f"_on_{event.kind}", None):
            handler(event)

    def _speak(self, event: Event, text: str) -> None:
        seat = event.seat
        assert seat is not None
        if event.visible_to is None:
            self._write("talk", *self._talks.next(seat), seat + 1, text)
        else:
            self._night.append(("whisper", *self._whispers.next(seat), seat + 1, text))

    def _on_say(self, event: Event) -> None:
        self._speak(event, _line(event.data["text"]))

    def _on_silence(self, event: Event) -> None:
        self._speak(event, _SKIP)

    _on_pass = _on_silence

    def _on_check(self, event: Event) -> None:
        target = event.data["target"]
        self._night.append(("divine", event.data["seer"] + 1, target + 1, "WEREWOLF" if self._roles[target] == "WEREWOLF" else "HUMAN"))

    def _on_protect(self, event: Event) -> None:
        assert event.seat is not None
        self._night.append(("guard", event.seat + 1, event.data["target"] + 1, self._roles[event.data["target"]]))

    def _on_proposal(self, event: Event) -> None:
        if event.data["target"] is not None and event.seat is not None:
            self._night.append(("attackVote", event.seat + 1, event.data["target"] + 1))

    def _on_attack(self, event: Event) -> None:
        # the choice of one who decides alone is no proposal
        self._on_proposal(event)
        self._attack, self._attacked = True, event.data["target"]

    def _on_dawn(self, event: Event) -> None:
        if self._attack:
            target = self._attacked
            self._night.append(("attack", -1 if target is None else target + 1, "true" if target in event.data["dead"] else "false"))
        self._close_night()
        self._attack = False
        for seat in event.data["dead"]:
            self._alive[seat] = False
        self._open(event.data["round"])

    def _on_day(self, event: Event) -> None:
        self._open(event.data["round"])

    def _on_votes(self, event: Event) -> None:
        for seat, target in event.data["votes"].items():
            if target is not None:
                self._write("vote", int(seat) + 1, target + 1)

    def _on_ballot(self, event: Event) -> None:
        if self._ballots and event.data["vote"] is not None and event.seat is not None:
            self._write("vote", event.seat + 1, event.data["vote"] + 1)

    def _on_exile(self, event: Event) -> None:
        if (seat := event.data["seat"]) is not None:
            self._write("execute", seat + 1, self._roles[seat])
            self._alive[seat] = False

    def close(self, winner: str) -> str:
        self._close_night()
        if self._shown:
            self._open(self._day + 1)
        self._status()
        living = [role for role, alive in zip(self._roles, self._alive, strict=True) if alive]
        wolves = living.count("WEREWOLF")
        self._write("result", len(living) - wolves, wolves, winner)
        return self._text.getvalue()


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text)
