"""From the record of an episode to a transcript that a person reads: who chose what, what happened, and who could see it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import LudensError
from ...games.actions import Status
from ...games.core import Event, Game
from ...games.registry import make
from ..record import CallRecord, Decision, Episode, advance
from .displays import scene_of
from .summary import Answer, Exchange, Line, Transcript

__all__ = ["MAX_TEXT", "transcribe"]

MAX_TEXT = 6_000
"""Longer texts of one prompt, reply or event are cut in a transcript; the store keeps them whole."""


def transcribe(episode: Episode, game: Game | None = None, *, max_text: int = MAX_TEXT, marks: Mapping[tuple[int, int], str] | None = None) -> Transcript:
    """Make a transcript of an episode.

    The record does not say which move caused which event, so the moves are replayed through the rules to find out. Where that is
    impossible (rules that are not installed, or have changed), the transcript says so and lists moves and events apart.

    Args:
        episode: what was played.
        game: its rules; by default made from the recorded id and parameters.
        max_text: characters after which one text is cut.
        marks: remarks on decisions, by turn and seat.
    """
    clip = _Clip(max_text, marks or {})
    note = f"The rules raised an error and the match broke off: {episode.error}" if episode.error else ""
    rules, title, unit = "", episode.game, "points"
    blocks: list[tuple[int, list[Decision], list[Event]]]
    try:
        game = game if game is not None else make(episode.game, **episode.params)
        rules, title, unit = game.rules_text(), game.label, game.type.unit
        blocks = list(_aligned(episode, game))
    except (LudensError, _Misaligned) as problem:
        note = f"{note} Moves and events are listed apart, because the moves could not be replayed through the rules installed here: {problem}".strip()
        blocks = [(-1, [], list(episode.events)), *((_turn_of(turn), turn, []) for turn in (list(row.values()) for row in episode.moves()))]
    lines = [line for turn, decisions, events in blocks for line in _lines(turn, decisions, events, clip)]
    return Transcript(
        match=episode.id,
        game=episode.game,
        title=title,
        seed=str(episode.seed),
        seats=tuple(seat.name for seat in episode.seats),
        roles=tuple(seat.role or "" for seat in episode.seats),
        returns=tuple(float(value) for value in episode.returns),
        unit=unit,
        outcome=tuple((str(name), clip(_compact(value))) for name, value in episode.outcome.items() if value is not None),
        rules=clip(rules),
        lines=tuple(lines),
        note=note,
        clipped=clip.lost,
        scene=scene_of(episode, game),
    )


class _Misaligned(Exception):
    """The moves do not cause the recorded events."""


class _Clip:
    """Cuts over-long texts and counts what was lost; it also holds the remarks on decisions."""

    def __init__(self, most: int, marks: Mapping[tuple[int, int], str]) -> None:
        self.most, self.marks = most, marks
        self.lost = 0

    def __call__(self, text: str) -> str:
        if len(text) <= self.most:
            return text
        lost = len(text) - self.most
        self.lost += lost
        return f"{text[: self.most]} [... {lost:,} more characters in the store]"


def _aligned(episode: Episode, game: Game) -> Iterator[tuple[int, list[Decision], list[Event]]]:
    """Give, turn by turn, the decisions and the recorded events they caused; first what came before any move."""
    if game.hash != episode.game_hash:
        raise _Misaligned("their parameters or version differ from those of the record")
    state = game.start(episode.seed)
    at = len(state.events)
    yield -1, [], list(episode.events[:at])
    for turn in episode.moves():
        decisions = list(turn.values())
        try:
            caused = len(advance(state, turn))
        except Exception as problem:
            if episode.error is None:
                raise _Misaligned(str(problem)) from problem
            caused = len(episode.events) - at  # the move that broke the rules: what was emitted before it did
        if at + caused > len(episode.events):
            raise _Misaligned("they cause other events than were recorded")
        yield _turn_of(decisions), decisions, list(episode.events[at : at + caused])
        at += caused
    if at < len(episode.events):
        yield (episode.turns, [], list(episode.events[at:]))


def _turn_of(decisions: Sequence[Decision]) -> int:
    return decisions[0].turn


def _lines(turn: int, decisions: Sequence[Decision], events: Sequence[Event], clip: _Clip) -> Iterator[Line]:
    waiting = {decision.seat: decision for decision in decisions}
    first_of = {event.seat: index for index, event in reversed(list(enumerate(events))) if event.seat is not None}
    # a seat whose move shows in no event of its own comes first: what it did is part of what the rules then announce
    for seat, decision in list(waiting.items()):
        if seat not in first_of:
            del waiting[seat]
            yield Line("move", turn, seat, "", answer=_answer(decision, clip))
            if decision.say:
                yield Line("say", turn, seat, clip(decision.say), speech=True, seen_by=(seat,))
    for event in events:
        spoken = event.data.get("text") if event.kind == "say" and event.seat is not None else None
        decision_here = waiting.pop(event.seat, None) if event.seat is not None else None
        yield Line(
            kind=event.kind,
            turn=turn,
            seat=event.seat,
            text=clip(spoken if isinstance(spoken, str) else event.text),
            speech=isinstance(spoken, str),
            seen_by=event.visible_to,
            answer=_answer(decision_here, clip) if decision_here is not None else None,
        )


def _answer(decision: Decision, clip: _Clip) -> Answer:
    return Answer(
        choice=clip(_compact(decision.choice)) if decision.status is not Status.FORFEITED else "",
        status=str(decision.status),
        cause=decision.cause or "",
        problem=clip(decision.problem or ""),
        note=clip(decision.note or ""),
        exchanges=tuple(_exchange(call, clip) for call in decision.calls),
        mark=clip(clip.marks.get((decision.turn, decision.seat), "")),
    )


def _exchange(call: CallRecord, clip: _Clip) -> Exchange:
    return Exchange(
        earlier=call.keep,
        prompt=tuple((message.role, clip(message.content)) for message in call.new),
        reply=clip(call.text) if call.text is not None else None,
        status=call.status,
        problem=clip(call.problem or ""),
        model=": ".join(part for part in (call.by, call.model) if part),
        tokens=call.usage.prompt_tokens + call.usage.completion_tokens,
        cost=call.cost,
        latency=call.latency,
        retries=len(call.retries),
        cached=call.cached,
    )


def _compact(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.6g}"
    return json.dumps(_rounded(value), ensure_ascii=False, default=str)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return {key: _rounded(item) for key, item in value.items()} if isinstance(value, dict) else value
