"""Replays of Kaggle's Werewolf, theirs read; :mod:`.kaggle` says where the format is described and writes ours as theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from ...errors import LudensError
from ...games.replies import clean_text
from .kaggle import ROLES, TEAMS

__all__ = ["KaggleEvent", "KagglePlayer", "KaggleReplay", "load_replay"]

_MOST_BYTES = 64 << 20
_MOST_PLAYERS = 100
_MOST_EVENTS = 200_000
_MOST_DAYS = 10_000
_PHASES = ("Day", "Night", "Game Over")
_ABSTAINS = "-1"
_ID = re.compile(r"[\w .-]{1,128}")
_READ: dict[str, tuple[str, str | None, str | None, tuple[str, ...]]] = {
    "ChatDataEntry": ("say", "actor_id", None, ("message",)),
    "BidDataEntry": ("bid", "actor_id", None, ("bid_amount",)),
    "DayExileVoteDataEntry": ("vote", "actor_id", "target_id", ()),
    "DayExileElectedDataEntry": ("exile", None, "elected_player_id", ()),
    "WerewolfNightVoteDataEntry": ("attack_vote", "actor_id", "target_id", ()),
    "WerewolfNightEliminationElectedDataEntry": ("attack", None, "elected_target_player_id", ()),
    "WerewolfNightEliminationDataEntry": ("kill", None, "eliminated_player_id", ()),
    "DoctorHealActionDataEntry": ("protect", "actor_id", "target_id", ()),
    "DoctorSaveDataEntry": ("save", None, "saved_player_id", ()),
    "SeerInspectActionDataEntry": ("check", "actor_id", "target_id", ()),
    "SeerInspectResultDataEntry": ("found", "actor_id", "target_id", ("role", "team")),
    "GameEndResultsDataEntry": ("end", None, None, ("winner_team",)),
}


class KagglePlayer(NamedTuple):
    """Who played.

    Attributes:
        id: as the players know it.
        role: villager, werewolf, doctor or seer.
        name: of the agent, as spectators see it; empty where the file has none.
    """

    id: str
    role: str
    name: str


class KaggleEvent(NamedTuple):
    """What happened.

    Attributes:
        phase: Day, Night or Game Over.
        day: as they count: the first night is day 0.
        kind: say, bid, vote, exile, attack_vote, attack, kill, protect, save, check, found or end.
        actor: the player who did it; None for the rules.
        target: the player it was done to; None for nobody.
        text: what was said, bid or found, or who won. Untrusted.
    """

    phase: str
    day: int
    kind: str
    actor: str | None
    target: str | None
    text: str


@dataclass(frozen=True)
class KaggleReplay:
    """A replay of Kaggle's Werewolf, as far as it tells what happened.

    Attributes:
        id: of the episode.
        players: in their order.
        events: in their order, those of :attr:`KaggleEvent.kind`; requests, dividers and announcements are left out.
        winner: village or werewolves; None where the game broke off.
    """

    id: str
    players: tuple[KagglePlayer, ...]
    events: tuple[KaggleEvent, ...]
    winner: str | None

    @property
    def roles(self) -> dict[str, str]:
        """The players' roles, by id."""
        return {player.id: player.role for player in self.players}


def load_replay(source: Path | bytes) -> KaggleReplay:
    """Read a replay of Kaggle's Werewolf.

    The file is not trusted: it is read up to 64 MiB, and every part is checked before it is used.

    Args:
        source: the file, or what is in it.

    Raises:
        LudensError: the file cannot be read, or is no such replay; the message says where.
    """
    content = _content(source) if isinstance(source, Path) else source
    if len(content) > _MOST_BYTES:
        raise _wrong(f"it has more than {_MOST_BYTES >> 20} MiB")
    whole = _parsed(content, "the file")
    if whole.get("name") != "werewolf":
        raise _wrong("its name is not 'werewolf'")
    info = _dict(whole.get("info"), "info")
    entries = list(_entries(info.get("MODERATOR_OBSERVATION")))
    end = _dict(info.get("GAME_END", {}), "info.GAME_END")
    players = _players(end, entries)
    ids = {player.id for player in players}
    events = tuple(event for kind, entry in entries if (event := _event(kind, entry, ids)))
    return KaggleReplay(_text(whole.get("id", ""), "id"), players, events, _winner(end))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise LudensError(f"cannot read {path}: {problem.strerror or problem}") from problem


def _wrong(what: str) -> LudensError:
    return LudensError(f"not a replay of Kaggle's Werewolf: {what}")


def _parsed(text: str | bytes, where: str) -> dict[str, Any]:
    try:
        return _dict(orjson.loads(text), where)
    except orjson.JSONDecodeError as problem:
        raise _wrong(f"{where} is no JSON ({problem})") from problem


def _dict(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(f"{where} should be an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(f"{where} should be a list")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(f"{where} should be text")
    return clean_text(value)


def _entries(steps: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    count = 0
    for step in _list(steps, "info.MODERATOR_OBSERVATION"):
        for entry in _list(step, "a step of info.MODERATOR_OBSERVATION"):
            count += 1
            if count > _MOST_EVENTS:
                raise _wrong(f"it has more than {_MOST_EVENTS} events")
            kind = _text(_dict(entry, "an event").get("data_type"), "data_type")
            if kind in _READ or kind in ("GameStartRoleDataEntry", "dict"):
                where, text = f"event {count} ({kind})", entry.get("json_str")
                if not isinstance(text, str):
                    raise _wrong(f"json_str of {where} should be text")
                yield kind, _parsed(text, where)


def _players(end: dict[str, Any], entries: Sequence[tuple[str, dict[str, Any]]]) -> tuple[KagglePlayer, ...]:
    if "all_players_and_role" in end:
        roles = _dict(end["all_players_and_role"], "all_players_and_role")
    else:
        told = [_dict(entry.get("data"), "data of a role") for kind, entry in entries if kind == "GameStartRoleDataEntry"]
        roles = {_text(data.get("player_id"), "player_id"): data.get("role") for data in told}
    if not 0 < len(roles) <= _MOST_PLAYERS:
        raise _wrong(f"it has {len(roles)} players")
    ours = {theirs: role for role, theirs in ROLES.items()}
    names = {}
    for player in _list(end.get("all_players", []), "all_players"):
        agent = _dict(_dict(player, "a player").get("agent", {}), "an agent")
        names[_text(agent.get("id"), "id of an agent")] = _text(agent.get("display_name", ""), "display_name")
    players = []
    for name, role in roles.items():
        if not _ID.fullmatch(name):
            raise _wrong(f"{name[:40]!r} is no name of a player")
        if not isinstance(role, str) or role not in ours:
            raise _wrong(f"{name} has the unknown role {str(role)[:40]!r}")
        players.append(KagglePlayer(name, ours[role], names.get(name, "")))
    return tuple(players)


def _winner(end: dict[str, Any]) -> str | None:
    theirs = end.get("winner_team")
    for side, team in TEAMS.items():
        if theirs == team:
            return side
    if theirs is not None:
        raise _wrong(f"winner_team is {str(theirs)[:40]!r}")
    return None


def _event(kind: str, entry: dict[str, Any], ids: set[str]) -> KaggleEvent | None:
    phase, day, data = entry.get("phase"), entry.get("day"), entry.get("data")
    if kind == "dict":
        # a day without an exile; all other plain ones repeat what an event says, or ask for something
        if not isinstance(data, dict) or data.get("outcome") != "no_exile":
            return None
        kind = "DayExileElectedDataEntry"
    elif kind not in _READ:
        return None
    name, actor, target, texts = _READ[kind]
    data = _dict(data, f"data of {kind}")
    if phase not in _PHASES:
        raise _wrong(f"the phase of {kind} should be one of: {', '.join(_PHASES)}")
    if type(day) is not int or not 0 <= day <= _MOST_DAYS:
        raise _wrong(f"the day of {kind} should be a number from 0 to {_MOST_DAYS}")
    found = next((data[field] for field in texts if data.get(field) is not None), "")
    words = str(found) if type(found) is int else _text(found, f"{texts[0] if texts else 'text'} of {kind}")
    return KaggleEvent(phase, day, name, _player(data, actor, ids, kind), _player(data, target, ids, kind), words)


def _player(data: dict[str, Any], field: str | None, ids: set[str], kind: str) -> str | None:
    value = data.get(field) if field else None
    if value is None and field != "actor_id":
        return None
    if field == "target_id" and value == _ABSTAINS:
        return None
    if not isinstance(value, str) or value not in ids:
        raise _wrong(f"{field} of {kind} names no player")
    return value
