"""The record of one match: :class:`Episode`, its :class:`Decision` rows, and their plain-data form.

A record has two parts. The *record* proper is determined by the match, the rules and the answers: it is the same bytes
wherever and whenever it is made. The *clock* holds what the wall clock says (when it began, seconds a decision, latency
of a call). They are stored apart, so two stores are compared by comparing records.

A prompt is stored as what is new against the seat's previous prompt: transcripts only grow, so a record is linear in
the length of the game and not quadratic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from ..errors import LudensError
from ..games.actions import Move, Status
from ..games.core import Event, Game, State
from ..games.registry import make
from ..llm.chat import Message, Usage

__all__ = ["VERSION", "CallRecord", "Decision", "Episode", "Fault", "RecordError", "SeatRecord", "advance", "dump", "load", "prompts", "replay", "to_json"]

VERSION = 1
"""Version of the plain-data form; readers refuse newer ones."""


class RecordError(LudensError):
    """A record cannot be read, or replaying it gives something else than it holds."""


class SeatRecord(NamedTuple):
    """Who sat where.

    Attributes:
        hash: the player's identity in ratings.
        name: how tables call it.
        spec: kind and parameters.
        role: what the rules gave this seat, where they give roles.
    """

    hash: str
    name: str
    spec: dict[str, Any]
    role: str | None = None


class CallRecord(NamedTuple):
    """One exchange with a model.

    Attributes:
        keep: how many messages of the previous prompt of this seat (and of ``by``) this one begins with.
        new: the messages that follow them.
        text: the reply; None when the request failed. Untrusted.
        status: how the reply parsed (a :class:`Status` value).
        problem: what was wrong with it, as the model was told.
        key: the cache key of the request.
        finish: why the reply ended.
        model: the version the engine says it is.
        usage: tokens.
        cost: US dollars; None when no price is known.
        retries: reasons of the tries that failed before this reply.
        cached: the reply came from a cache.
        token_ids, logprobs, prompt_token_ids: where the engine gives them.
        latency: seconds (clock).
        by: who in the player asked: "" for the one that moves, ``"strategist"`` for one that advises it.
    """

    keep: int
    new: tuple[Message, ...]
    text: str | None
    status: str
    problem: str | None = None
    key: str = ""
    finish: str = "stop"
    model: str = ""
    usage: Usage = Usage()
    cost: float | None = None
    retries: tuple[str, ...] = ()
    cached: bool = False
    token_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None
    prompt_token_ids: tuple[int, ...] | None = None
    latency: float = 0.0
    by: str = ""


class Decision(NamedTuple):
    """One seat's move at one turn.

    Attributes:
        turn: joint moves played before it.
        seat: who moved.
        key: information-state string of what it knew.
        choice: what was played; None when it forfeited.
        say: what was said with it.
        status: ok, repaired, defaulted (the game's policy moved) or forfeited.
        cause: for a defaulted or forfeited one, what the last try was: a status (illegal, unparsable, truncated) or
            ``raised``, ``hung``, ``no_reply`` (the request failed), ``not_asked`` (failed too often before).
        problem: the same in words.
        note: private text of the player.
        calls: exchanges with a model, re-asks included.
        seconds: how long the player took (clock).
    """

    turn: int
    seat: int
    key: str
    choice: Any
    say: str | None = None
    status: Status = Status.OK
    cause: str | None = None
    problem: str | None = None
    note: str | None = None
    calls: tuple[CallRecord, ...] = ()
    seconds: float = 0.0

    @property
    def move(self) -> Move:
        """The move that was played."""
        return Move(self.choice, self.say)


class Fault(NamedTuple):
    """Something that went wrong in a match and was dealt with.

    Attributes:
        seat: whose; None for the rules'.
        turn: when; -1 before the first move.
        kind: ``raised``, ``hung``, ``no_reply``, ``start``, ``end`` (a player's methods), ``game`` (the rules raised), ``worker`` (the process died).
        text: one line.
    """

    seat: int | None
    turn: int
    kind: str
    text: str


@dataclass(frozen=True)
class Episode:
    """What was played, once it is over.

    Attributes:
        id: the match's id.
        game: versioned game id.
        game_hash: digest of id and parameters.
        params: the game's parameters as JSON values.
        seed: of the episode.
        replicate: label that tells repeats apart.
        seats: who sat where, in seat order.
        decisions: in the order of turns, then seats.
        events: everything that happened, hidden things among it.
        returns: per seat, in the game's unit.
        outcome: the game's facts.
        turns: joint moves played.
        forfeited: the seat that forfeited, if any.
        error: why the game broke off, if the rules raised; such episodes are kept but rate nobody.
        faults: what went wrong with players, and was dealt with.
        version: of ludens that played it.
        started: seconds since 1970 (clock).
        seconds: how long it took (clock).
    """

    id: str
    game: str
    game_hash: str
    params: dict[str, Any]
    seed: int
    replicate: str
    seats: tuple[SeatRecord, ...]
    decisions: tuple[Decision, ...]
    events: tuple[Event, ...]
    returns: tuple[float, ...]
    outcome: dict[str, Any] = field(default_factory=dict)
    turns: int = 0
    forfeited: int | None = None
    error: str | None = None
    faults: tuple[Fault, ...] = ()
    version: str = ""
    started: float = 0.0
    seconds: float = 0.0

    @property
    def cost(self) -> float:
        """US dollars paid for it, as far as prices are known (cached replies cost nothing)."""
        return sum(call.cost or 0.0 for decision in self.decisions for call in decision.calls if not call.cached)

    def moves(self) -> Iterator[dict[int, Decision]]:
        """Give the decisions turn by turn, by seat."""
        turn: dict[int, Decision] = {}
        at = None
        for decision in self.decisions:
            if at is not None and decision.turn != at:
                yield turn
                turn = {}
            at = decision.turn
            turn[decision.seat] = decision
        if turn:
            yield turn


# -- plain-data form -------------------------------------------------------------------------------------------------


def dump(episode: Episode) -> tuple[bytes, bytes]:
    """Write an episode as two pieces of JSON: the record and the clock."""
    record = {
        "v": VERSION,
        "id": episode.id,
        "game": episode.game,
        "game_hash": episode.game_hash,
        "params": episode.params,
        "seed": episode.seed,
        "replicate": episode.replicate,
        "seats": [tuple(seat) for seat in episode.seats],
        "decisions": [_decision_row(decision) for decision in episode.decisions],
        "events": [event[:4] if event[4] is None else event[:] for event in episode.events],
        "returns": episode.returns,
        "outcome": episode.outcome,
        "turns": episode.turns,
        "forfeited": episode.forfeited,
        "error": episode.error,
        "faults": [tuple(fault) for fault in episode.faults],
        "version": episode.version,
    }
    clock = {
        "started": round(episode.started, 6),
        "seconds": round(episode.seconds, 6),
        "decisions": [round(decision.seconds, 6) for decision in episode.decisions],
        "calls": [round(call.latency, 6) for decision in episode.decisions if decision.calls for call in decision.calls],
    }
    return to_json(record), to_json(clock)


def load(record: bytes, clock: bytes | None = None) -> Episode:
    """Undo :func:`dump`; without a clock, clock values are zero.

    Raises:
        RecordError: the bytes are no record, or one of a newer version.
    """
    try:
        plain = orjson.loads(record)
        times = orjson.loads(clock) if clock is not None else {}
        if plain["v"] > VERSION:
            raise RecordError(f"episode {plain.get('id')} has record version {plain['v']}; this ludens reads versions up to {VERSION}")
        seconds, latencies = iter(times.get("decisions", ())), iter(times.get("calls", ()))
        return Episode(
            id=plain["id"],
            game=plain["game"],
            game_hash=plain["game_hash"],
            params=plain["params"],
            seed=plain["seed"],
            replicate=plain["replicate"],
            seats=tuple(SeatRecord(*seat) for seat in plain["seats"]),
            decisions=tuple(_decision(row, seconds, latencies) for row in plain["decisions"]),
            events=tuple(_event(row) for row in plain["events"]),
            returns=tuple(plain["returns"]),
            outcome=plain["outcome"],
            turns=plain["turns"],
            forfeited=plain["forfeited"],
            error=plain["error"],
            faults=tuple(Fault(*fault) for fault in plain["faults"]),
            version=plain["version"],
            started=times.get("started", 0.0),
            seconds=times.get("seconds", 0.0),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as problem:
        raise RecordError(f"not a readable episode record: {problem!r}") from problem


def _decision_row(decision: Decision) -> tuple[Any, ...]:
    if decision.status is Status.OK and not decision.calls and decision.note is None and decision.problem is None:
        return decision[:4] if decision.say is None else decision[:5]
    return (*decision[:9], [_call_row(call) for call in decision.calls])


def _decision(row: list[Any], seconds: Iterator[float], latencies: Iterator[float]) -> Decision:
    took = next(seconds, 0.0)
    if len(row) <= 5:
        return Decision(*row)._replace(seconds=took)
    turn, seat, key, choice, say, status, cause, problem, note, calls = row
    return Decision(turn, seat, key, choice, say, Status(status), cause, problem, note, tuple(_call(call, next(latencies, 0.0)) for call in calls), took)


_CALL_DEFAULTS = CallRecord(0, (), None, "")._asdict()
_USAGE = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")


def _call_row(call: CallRecord) -> dict[str, Any]:
    row: dict[str, Any] = {name: value for name, value in zip(CallRecord._fields, call, strict=True) if name != "latency" and value != _CALL_DEFAULTS[name]}
    row["new"] = [tuple(message) for message in call.new]
    if "usage" in row:
        row["usage"] = [getattr(call.usage, name) for name in _USAGE]
    return row


def _call(row: dict[str, Any], latency: float) -> CallRecord:
    values = {**_CALL_DEFAULTS, **{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}, "latency": latency}
    values["new"] = tuple(Message(*message) for message in row["new"])
    if "usage" in row:
        values["usage"] = Usage(*row["usage"])
    return CallRecord(**values)


def _event(row: list[Any]) -> Event:
    kind, seat, text, data = row[:4]
    return Event(kind, seat, text, data, tuple(row[4]) if len(row) > 4 else None)


def to_json(value: Any) -> bytes:
    """Write JSON values; what JSON cannot hold of untrusted text (lone surrogates, huge integers) is replaced."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:  # lone surrogates and integers beyond 64 bits, out of untrusted text: rare, so looked for only now
        return orjson.dumps(_scrub(value), option=orjson.OPT_SERIALIZE_NUMPY)


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_scrub(str(key)): _scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value) if abs(value) < 1e308 else str(value)[:400]
    return value


# -- reading a record ------------------------------------------------------------------------------------------------


def prompts(episode: Episode) -> Iterator[tuple[Decision, CallRecord, tuple[Message, ...]]]:
    """Give every exchange with a model with its whole prompt, rebuilt from what was new each time."""
    previous: dict[tuple[int, str], tuple[Message, ...]] = {}
    for decision in episode.decisions:
        for call in decision.calls:
            who = (decision.seat, call.by)
            whole = previous[who] = previous.get(who, ())[: call.keep] + call.new
            yield decision, call, whole


def advance(state: State, turn: Mapping[int, Decision]) -> list[Event]:
    """Play one recorded turn again, a forfeit included; return the events it caused."""
    lost = [seat for seat, decision in turn.items() if decision.status is Status.FORFEITED]
    return state.forfeit(lost[0]) if lost else state.play({seat: decision.move for seat, decision in turn.items()})


def replay(episode: Episode, game: Game | None = None) -> State:
    """Play the recorded moves again from the seed.

    Args:
        episode: what was played.
        game: the rules; by default made anew from the recorded id and parameters.

    Returns:
        The last position.

    Raises:
        RecordError: the rules are not those of the record, or its events, returns or outcome come out different by a byte.
    """
    game = make(episode.game, **episode.params) if game is None else game
    if game.hash != episode.game_hash:
        raise RecordError(f"episode {episode.id} was played by the rules {episode.game_hash}; those given are {game.hash} ({game.label})")
    state = game.start(episode.seed)
    for turn in episode.moves():
        try:
            advance(state, turn)
        except Exception as problem:
            if episode.error is None:
                raise RecordError(f"episode {episode.id} cannot be replayed past turn {state.turn}: {problem}") from problem
            break
    for what, now, then in (("events", state.events, episode.events), ("returns", state.returns, episode.returns), ("outcome", state.outcome, episode.outcome)):
        if to_json(_rows(now)) != to_json(_rows(then)):
            raise RecordError(f"episode {episode.id} replays to other {what} than were recorded")
    return state


def _rows(value: Any) -> Any:
    return [tuple(item) if isinstance(item, Event) else item for item in value] if isinstance(value, Sequence) else value
