"""From an episode to the rows that store it, and from a reply to its JSON and back."""

from __future__ import annotations

import zlib
from dataclasses import asdict
from typing import Any, NamedTuple

import orjson

from ..games.actions import Status
from ..games.core import Game
from ..llm.chat import Reply, Request
from ..llm.plain import reply_from_plain, reply_to_plain
from .plan import Match
from .record import Episode, dump, to_json
from .tables import TALLIES

__all__ = ["EpisodeRows", "dump_reply", "episode_rows", "game_row", "load_reply", "match_row", "reply_row"]

_LEVEL = 1  # of zlib: records are repetitive, and higher levels cost four times as much for a tenth less


class EpisodeRows(NamedTuple):
    """All that one finished episode writes, ready to be sent between processes."""

    match: str
    episode: dict[str, Any]
    seats: list[dict[str, Any]]
    faults: list[dict[str, Any]]


def episode_rows(episode: Episode) -> EpisodeRows:
    """Make the rows of an episode."""
    record, clock = dump(episode)
    return EpisodeRows(
        episode.id,
        {
            "match": episode.id,
            "record": zlib.compress(record, _LEVEL),
            "clock": zlib.compress(clock, _LEVEL),
            "outcome": to_json(episode.outcome).decode(),
            "turns": episode.turns,
            "decisions": len(episode.decisions),
            "forfeited": episode.forfeited,
            "error": episode.error,
            "cost": episode.cost,
            "finished": episode.started + episode.seconds,
            "seconds": episode.seconds,
        },
        _seat_rows(episode),
        [
            {"match": episode.id, "number": number, "seat": fault.seat, "turn": fault.turn, "kind": fault.kind, "text": _storable(fault.text)}
            for number, fault in enumerate(episode.faults)
        ],
    )


def _seat_rows(episode: Episode) -> list[dict[str, Any]]:
    tallies: list[dict[str, Any]] = [dict.fromkeys(TALLIES, 0) for _ in episode.seats]
    for decision in episode.decisions:
        tally = tallies[decision.seat]
        tally["decisions"] += 1
        tally[decision.status.value] += 1
        tally["seconds"] += decision.seconds
        if decision.cause in ("raised", "hung", "not_asked"):
            tally["raised"] += 1
        if not decision.calls and decision.cause in (Status.ILLEGAL, Status.UNPARSABLE, Status.TRUNCATED):
            tally[decision.cause] += 1
        for call in decision.calls:
            tally["requests"] += 1
            tally["retries"] += len(call.retries)
            tally["failures"] += call.text is None
            tally["cached"] += call.cached
            tally["priced"] += call.cost is not None
            if call.status in (Status.ILLEGAL, Status.UNPARSABLE, Status.TRUNCATED) and call.text is not None:
                tally[call.status] += 1
            for name in ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"):
                tally[name] += getattr(call.usage, name)
            tally["cost"] += 0.0 if call.cached else call.cost or 0.0
            tally["latency"] += call.latency
    return [
        {
            "match": episode.id,
            "seat": seat,
            "player": who.hash,
            "name": who.name,
            "role": who.role,
            "returns": episode.returns[seat],
            "valid": episode.error is None,
            **tallies[seat],
        }
        for seat, who in enumerate(episode.seats)
    ]


def match_row(match: Match, position: int) -> dict[str, Any]:
    """Make the row of a planned match."""
    return {
        "id": match.id,
        "position": position,
        "game": match.game.hash,
        "players": orjson.dumps([player.hash for player in match.players]).decode(),
        "seed": str(match.seed),
        "replicate": match.replicate,
        "grp": match.group,
    }


def game_row(game: Game) -> dict[str, Any]:
    """Make the row of a game."""
    kind = orjson.dumps(asdict(game.type)).decode()
    return {"hash": game.hash, "id": game.made_as, "label": game.label, "params": to_json(game.params).decode(), "type": kind}


def dump_reply(reply: Reply) -> bytes:
    """Write a reply as JSON."""
    return to_json(reply_to_plain(reply))


def load_reply(stored: bytes) -> Reply:
    """Undo :func:`dump_reply`."""
    return reply_from_plain(orjson.loads(stored))


def reply_row(key: str, model: str, request: Request, reply: Reply) -> dict[str, Any]:
    """Make the row of a reply; its match stands first in the request's tag."""
    return {
        "key": key,
        "match": request.tag.partition("/")[0][:32],
        "model": model,
        "reply": dump_reply(reply),
        "cost": 0.0 if reply.cached else reply.cost or 0.0,
        "tokens": 0 if reply.cached else reply.usage.prompt_tokens + reply.usage.completion_tokens,
    }


def _storable(text: str) -> str:
    # no database takes lone surrogates, and PostgreSQL no zero character
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
