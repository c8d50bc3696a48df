"""A person in the terminal, at an injected one."""

from __future__ import annotations

import asyncio
import io
import signal

import pytest
from market import Market

from ludens.agents.person import PersonPlayer
from ludens.games import ActionSpec, Move, OneOf, Text


def sit(lines, game=None, after=0):
    game = game or Market()
    shown = io.StringIO()
    player = PersonPlayer(stdin=io.StringIO("".join(f"{line}\n" for line in lines)), stdout=shown)
    player.start(0, game.type, 1)
    state = game.start(0)
    if after:
        state.play({0: Move("north"), 1: Move("south")})
    return player, state, shown


def test_bare_answers_will_do():
    player, state, shown = sit(["north", "offer price=7", "hello there", "accept", ""])
    moves = [player.act(state.observe(0))]
    state.play({0: moves[0], 1: Move("south")})
    moves.append(player.act(state.observe(0)))
    state.play({0: moves[1]})
    state.play({1: Move({"act": "offer", "price": 3}, "three")})
    moves.append(player.act(state.observe(0)))
    assert moves == [Move("north"), Move({"act": "offer", "price": 7}, "hello there"), Move({"act": "accept"}, None)]
    text = shown.getvalue()
    assert text.count("sells a lamp") == 1  # the rules
    assert text.count("player_0 takes the north stall") == 1  # each event once
    assert 'player_1 says: "three"' in text


def test_a_bad_answer_is_asked_again_in_the_parsers_words():
    player, state, shown = sit(["", "west", '{"choice": "north"}'])
    assert player.act(state.observe(0)) == Move("north")
    assert "the reply is empty" in shown.getvalue()
    assert "'west' is not one of: north, south" in shown.getvalue()


def test_speech_in_the_same_answer_is_not_asked_for_twice():
    player, state, shown = sit(['{"say": "hi", "choice": {"act": "offer", "price": 1}}'], after=1)
    assert player.act(state.observe(0)) == Move({"act": "offer", "price": 1}, "hi")
    assert "Say to the others" not in shown.getvalue()


def test_too_long_a_speech_is_asked_again():
    player, state, shown = sit(["offer price=1", "x" * 121, "short"], after=1)
    assert player.act(state.observe(0)).say == "short"
    assert "at most 120 are allowed" in shown.getvalue()


@pytest.mark.parametrize("word", ["help", "/help", " HELP "])
def test_help_repeats_the_rules_and_what_happened(word):
    player, state, shown = sit([word, "offer price=1", ""], after=1)
    player.act(state.observe(0))
    assert shown.getvalue().count("sells a lamp") == 2
    assert shown.getvalue().count("takes the north stall") == 2


@pytest.mark.parametrize("lines", [["quit"], ["/quit"], ["west", "QUIT"], [], ["offer price=1", "/quit"], ["offer price=1"]])
def test_quitting_and_the_end_of_input_stop_like_ctrl_c(lines):
    player, state, _ = sit(lines, after=1)
    with pytest.raises(KeyboardInterrupt):
        player.act(state.observe(0))


def test_a_command_with_a_slash_works_where_the_bare_word_is_a_choice(monkeypatch):
    player, state, _ = sit(["quit"])
    monkeypatch.setattr(type(state), "action_spec", lambda self, seat: ActionSpec(OneOf(("quit", "stay"))))
    assert player.act(state.observe(0)) == Move("quit")
    player, state, _ = sit(["Answer: help", "/quit"])
    monkeypatch.setattr(type(state), "action_spec", lambda self, seat: ActionSpec(Text(50)))
    assert player.act(state.observe(0)) == Move("help")
    with pytest.raises(KeyboardInterrupt):
        player.act(state.observe(0))


def test_where_one_may_only_speak_only_that_is_asked(monkeypatch):
    player, state, shown = sit(["good day"])
    monkeypatch.setattr(type(state), "action_spec", lambda self, seat: ActionSpec(OneOf(("talk",)), say_chars=20))
    assert player.act(state.observe(0)) == Move("talk", "good day")
    assert "Your answer" not in shown.getvalue()


def test_control_sequences_and_markup_of_others_do_not_reach_the_terminal():
    player, state, shown = sit(["offer price=1", "", "accept", ""], after=1)
    state.play({0: player.act(state.observe(0))})
    state.play({1: Move({"act": "offer", "price": 3}, "\x1b[2J[bold red]hi[/] \u202ereversed :smile:")})
    player.act(state.observe(0))
    text = shown.getvalue()
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert "[bold red]hi[/]" in text
    assert ":smile:" in text


def test_ctrl_c_ends_the_reading_at_once_inside_an_event_loop():
    class Interrupted(io.StringIO):
        def readline(self, size=-1):
            signal.raise_signal(signal.SIGINT)
            return "north\n"

    player = PersonPlayer(stdin=Interrupted(), stdout=io.StringIO())
    game = Market()
    player.start(0, game.type, 1)
    observation = game.start(0).observe(0)
    answered = []

    async def play():
        answered.append(player.act(observation))

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(play())
    assert answered == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
