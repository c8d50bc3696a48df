"""Transcripts tell which move caused what and who could see it, and say so when they cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

import ludens
from ludens.agents.player import PlayerSpec
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.record import Episode
from ludens.arena.report import transcribe
from ludens.games.core import seat_name


@pytest.fixture(scope="module")
def haggling() -> Episode:
    players = tuple(PlayerSpec.of("scripted", style=style) for style in ("fair", "greedy"))
    return play_match(Match(ludens.make("haggling"), players, seed=3))


def test_every_event_and_every_decision_is_there_once(haggling: Episode) -> None:
    found = transcribe(haggling)
    assert found.note == ""
    events = [line for line in found.lines if line.kind != "move"]
    assert [(line.kind, line.seat, line.seen_by) for line in events] == [(event.kind, event.seat, event.visible_to) for event in haggling.events]
    answered = [(line.turn, line.seat) for line in found.lines if line.answer is not None]
    assert answered == [(decision.turn, decision.seat) for decision in haggling.decisions]
    assert found.returns == haggling.returns


def test_speech_is_word_for_word(haggling: Episode) -> None:
    said = [line.text for line in transcribe(haggling).lines if line.speech]
    assert said == [event.data["text"] for event in haggling.events if event.kind == "say"]
    assert said


def test_events_stand_in_the_turn_that_caused_them(haggling: Episode) -> None:
    for line in transcribe(haggling).lines:
        if line.turn == -1:
            assert line.answer is None
        if line.kind == "offer":
            assert seat_name(line.seat or 0) in line.text
            assert (line.turn, line.seat) in {(decision.turn, decision.seat) for decision in haggling.decisions}


def test_simultaneous_moves_come_before_what_they_cause() -> None:
    episode = play_match(Match(ludens.make("prisoners_dilemma", rounds=2), (PlayerSpec.of("defector"), PlayerSpec.of("cooperator")), seed=0))
    lines = transcribe(episode).lines
    assert [(line.kind, line.turn, line.seat) for line in lines] == [
        ("move", 0, 0), ("move", 0, 1), ("round", 0, None),
        ("move", 1, 0), ("move", 1, 1), ("round", 1, None),
    ]  # fmt: skip
    assert [line.answer.choice for line in lines if line.answer] == ["defect", "cooperate"] * 2


def test_rules_that_cannot_be_made_are_said_so(haggling: Episode) -> None:
    found = transcribe(replace(haggling, game="no_such_game-v0"))
    assert "could not be replayed" in found.note
    assert "no_such_game" in found.note
    assert len([line for line in found.lines if line.kind != "move" and line.turn == -1]) == len(haggling.events)
    assert sum(line.answer is not None for line in found.lines) == len(haggling.decisions)


def test_changed_rules_are_said_so(haggling: Episode) -> None:
    assert "differ from those of the record" in transcribe(replace(haggling, game_hash="0" * 16)).note


def test_long_texts_are_cut_and_counted(haggling: Episode) -> None:
    found = transcribe(haggling, max_text=20)
    assert found.clipped > 0
    assert all(len(line.text) < 80 for line in found.lines)
    assert "more characters in the store" in found.rules


def test_exchanges_are_shown_with_their_problems(hostile_episode: Episode) -> None:
    first = next(line.answer for line in transcribe(hostile_episode).lines if line.answer and len(line.answer.exchanges) > 1)
    bad, good = first.exchanges
    assert (bad.status, good.status) == ("unparsable", "repaired")
    assert bad.problem
    assert bad.prompt[0][0] == "system"
    assert good.earlier == len(bad.prompt)
    assert good.tokens == 150


def test_numbers_inside_outcomes_are_short(haggling: Episode) -> None:
    found = transcribe(replace(haggling, outcome={"shares": [1 / 9, 8 / 9], "parts": {"whole": 2 / 3, "name": "x"}}))
    assert found.outcome == (("shares", "[0.111111, 0.888889]"), ("parts", '{"whole": 0.666667, "name": "x"}'))
