"""The loop over the rules: who is asked, what is done with the answers, what is written down.

:func:`steps` yields the observations of the seats to move and is sent their answers; it knows no player. It checks every
answer, applies the game's declared policy to bad ones, and writes the record.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .. import __version__
from ..agents.player import Answer, Call
from ..games.actions import Move, Status
from ..games.core import IllegalMove, Observation, State
from ..games.replies import MAX_REPLY_CHARS, clean_text
from ..llm.chat import Message
from .plan import Match
from .record import CallRecord, Decision, Episode, Fault, SeatRecord
from .seeds import child_rng

__all__ = ["Branch", "Failure", "Given", "Limits", "Recorder", "Watch", "last_line", "one_line", "steps"]


_MAX_NOTE = 20_000
_MAX_LINE = 500


@dataclass(frozen=True)
class Limits:
    """What a player may take.

    Attributes:
        move_seconds: for a move of a player that answers at once; None for no limit.
        model_seconds: for a move of a player that waits (for a model, say), retries and queues included; None for no limit.
        patience: after so many moves that raised or hung in one episode, a seat is not asked any more: the game's policy moves for it.
    """

    move_seconds: float | None = 10.0
    model_seconds: float | None = 1800.0
    patience: int = 3


class Failure(NamedTuple):
    """A player gave no answer at all.

    Attributes:
        kind: ``raised``, ``hung``, ``no_reply`` (the model could not be reached), ``not_asked``.
        text: one line.
    """

    kind: str
    text: str


Watch = Callable[[State], None]

Given = tuple[Any, float]
"""What a player returned (a Move, an Answer, a Failure; anything else is refused) and the seconds it took."""


@dataclass
class Recorder:
    """Collects one episode's record as it is played."""

    decisions: list[Decision] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failed: dict[int, int] = field(default_factory=dict)
    prompts: dict[tuple[int, str], tuple[Message, ...]] = field(default_factory=dict)

    def calls(self, seat: int, calls: Sequence[Call]) -> tuple[CallRecord, ...]:
        rows = []
        for call in calls:
            before, messages = self.prompts.get((seat, call.by), ()), call.messages
            keep = len(before) if messages[: len(before)] == before else _common(before, messages)
            self.prompts[seat, call.by] = messages
            reply = call.reply
            if reply is None:
                rows.append(CallRecord(keep, messages[keep:], None, call.status.value, one_line(call.problem), call.key, finish="failed", by=call.by))
            else:
                rows.append(
                    CallRecord(
                        keep,
                        messages[keep:],
                        reply.text[:MAX_REPLY_CHARS],
                        call.status.value,
                        one_line(call.problem),
                        call.key,
                        reply.finish,
                        reply.model,
                        reply.usage,
                        reply.cost,
                        reply.retries,
                        reply.cached,
                        reply.token_ids,
                        reply.logprobs,
                        reply.prompt_token_ids,
                        reply.latency,
                        call.by,
                    )
                )
        return tuple(rows)


class Branch(NamedTuple):
    """A position to play on from.

    Attributes:
        state: it is played on, so hand over a copy of what is to be kept.
        moves: what seats play first, without being asked.
    """

    state: State
    moves: Mapping[int, Move]


def steps(
    match: Match, limits: Limits, recorder: Recorder, watch: Watch | None = None, branch: Branch | None = None
) -> Generator[Sequence[Observation], Sequence[Given], Episode]:
    """Play ``match``: yields what the seats to move observe, is sent what they answer (in the same order), returns the record.

    A seat that failed ``limits.patience`` times is not asked: its observation is not yielded. ``watch`` is called with the position at the
    beginning and after each turn; it must not change it. From a ``branch`` the record has the decisions and faults from there on, and all events.
    """
    started, clock = time.time(), time.perf_counter()
    game = match.game
    state = game.start(match.seed) if branch is None else branch.state
    forced: Mapping[int, Move] = {} if branch is None else branch.moves
    if watch is not None:
        watch(state)
    error: str | None = None
    horizon = game.type.horizon
    failed, patience = recorder.failed, limits.patience
    while state.to_move and error is None:
        asked = [state.observe(seat) for seat in state.to_move if (not failed or failed.get(seat, 0) < patience) and seat not in forced]
        given = (yield asked) if asked else ()
        answers = {observation.seat: item for observation, item in zip(asked, given, strict=True)}
        if forced:
            answers |= {seat: (move, 0.0) for seat, move in forced.items()}
            forced = {}
        try:
            _turn(state, answers, recorder)
            if state.turn > horizon:
                error = f"the game did not end within its declared horizon of {horizon} moves"
        except Exception as problem:
            error = last_line(problem)
        if watch is not None:
            watch(state)
    if error is not None:
        recorder.faults.append(Fault(None, state.turn, "game", error))
    return Episode(
        id=match.id,
        game=game.made_as,
        game_hash=game.hash,
        params=game.params,
        seed=match.seed,
        replicate=match.replicate,
        seats=tuple(SeatRecord(spec.hash, spec.name or spec.kind, spec.plain, role) for spec, role in zip(match.players, state.roles, strict=True)),
        decisions=tuple(recorder.decisions),
        events=tuple(state.events),
        returns=tuple(float(value) for value in state.returns),
        outcome=state.outcome if error is None else {},
        turns=state.turn,
        forfeited=state.forfeited,
        error=error,
        faults=tuple(recorder.faults),
        version=__version__,
        started=started,
        seconds=time.perf_counter() - clock,
    )


def _turn(state: State, answers: Mapping[int, Given], recorder: Recorder) -> None:
    turn, to_move = state.turn, state.to_move
    keys = [state.key(seat) for seat in to_move]
    moves: dict[int, Move] = {}
    for seat, (move, _) in answers.items():
        if type(move) is Move and move.say is None:
            moves[seat] = move
    if len(moves) == len(to_move):
        # the common case: silent moves, which the rules check anyway; what they refuse is looked at one by one below
        try:
            state.play(moves)
        except IllegalMove:
            pass
        else:
            for seat, key in zip(to_move, keys, strict=True):
                recorder.decisions.append(Decision(turn, seat, key, moves[seat].choice, seconds=answers[seat][1]))
            return
    settled = []
    for seat, key in zip(to_move, keys, strict=True):
        settled.append(_settle(state, seat, answers.get(seat), recorder)._replace(key=key))
    recorder.decisions.extend(settled)
    lost = [decision.seat for decision in settled if decision.status is Status.FORFEITED]
    if lost:
        state.forfeit(lost[0])
    else:
        state.play({decision.seat: decision.move for decision in settled})


def _settle(state: State, seat: int, given: Given | None, recorder: Recorder) -> Decision:
    turn = state.turn
    answer, seconds = given if given is not None else (Failure("not_asked", f"not asked any more after {recorder.failed.get(seat, 0)} failures"), 0.0)
    calls: tuple[CallRecord, ...] = ()
    note = problem = cause = None
    if isinstance(answer, Failure):
        cause, problem = answer
        if cause != "not_asked":
            recorder.failed[seat] = recorder.failed.get(seat, 0) + (cause != "no_reply")
            recorder.faults.append(Fault(seat, turn, cause, problem))
    elif isinstance(answer, Answer):
        calls = recorder.calls(seat, answer.calls)
        recorder.faults.extend(Fault(seat, turn, "no_reply", call.problem or "the request failed") for call in calls if call.text is None)
        note = answer.note[:_MAX_NOTE] if isinstance(answer.note, str) else None
        problem = one_line(answer.problem)
        if answer.move is None:
            cause = "no_reply" if calls and calls[-1].text is None else answer.status.value
    if cause is None:
        move: Any = answer.move if isinstance(answer, Answer) else answer
        wrong = _wrong(state, seat, move)
        if wrong is None:
            status = answer.status if isinstance(answer, Answer) else Status.OK
            if status not in (Status.OK, Status.REPAIRED, Status.DEFAULTED):
                status = Status.REPAIRED  # it says the last try failed and gives a legal move all the same
            return Decision(turn, seat, "", move.choice, move.say, status, None, problem, note, calls, seconds)
        cause, problem = Status.ILLEGAL.value, wrong
    policy = state.game.type.illegal.then
    if policy == "forfeit":
        return Decision(turn, seat, "", None, None, Status.FORFEITED, cause, problem, note, calls, seconds)
    drawn = policy == "random"
    move = state.action_spec(seat).sample(child_rng(state.seed, "policy", seat, turn)) if drawn else state.default_move(seat)
    return Decision(turn, seat, "", move.choice, move.say, Status.DEFAULTED, cause, problem, note, calls, seconds)


def _wrong(state: State, seat: int, move: Any) -> str | None:
    if not isinstance(move, Move):
        return f"answered with {type(move).__name__} where a Move was wanted"
    try:
        if move.say is not None and clean_text(move.say) != move.say:
            return "what is said holds control characters or broken letters"
        return one_line(state.action_spec(seat).check(move))
    except Exception as problem:  # a choice so odd that looking at it raises is no legal choice
        return f"the choice cannot be checked: {last_line(problem)}"


def _common(before: Sequence[Message], after: Sequence[Message]) -> int:
    for index, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return index
    return min(len(before), len(after))


def one_line(text: str | None) -> str | None:
    """Bound a text that is kept as a problem."""
    return text if text is None or len(text) <= _MAX_LINE else text[: _MAX_LINE - 3] + "..."


def last_line(problem: BaseException) -> str:
    """Give a traceback's last line, bounded."""
    try:
        lines = traceback.format_exception_only(problem)
    except Exception:  # its __str__ raises
        lines = [type(problem).__name__]
    return str(one_line(" ".join(lines[-1].split())))
