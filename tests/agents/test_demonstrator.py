"""Demonstrations: another player's moves with the prompts and replies of a language player in its place."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match, play_match_async
from ludens.arena.export import message_rows
from ludens.arena.record import dump, load, prompts, replay
from ludens.errors import ParameterError
from ludens.games import all_ids, make
from ludens.llm import ScriptedModel

FAIR = {"kind": "scripted", "style": "fair"}


def demonstrated(game, of=FAIR, seed=3, **params):
    player = PlayerSpec.of("demonstrator", of=of, **params)
    return play_match(Match(game, (player,) * game.seats, seed))


@pytest.mark.parametrize("game_id", all_ids())
@pytest.mark.parametrize("answer", ["json", "tags"])
def test_every_reply_says_the_move_that_was_played(game_id, answer):
    game = make(game_id)
    episode = demonstrated(game, answer=answer)
    state = game.start(episode.seed)
    for turn in episode.moves():
        for seat, decision in turn.items():
            (call,) = decision.calls
            parsed = state.action_spec(seat).parse(call.text)
            assert parsed.move is not None, call.text
            assert parsed.move.choice == decision.choice
            assert (parsed.move.say or None) == (decision.say or None)
        state.play({seat: decision.move for seat, decision in turn.items()})


def test_it_plays_as_the_player_it_demonstrates():
    game = make("negotiation")
    plain = play_match(Match(game, (PlayerSpec.of("scripted", style="fair"),) * 2, 3))
    assert [decision.move for decision in demonstrated(game).decisions] == [decision.move for decision in plain.decisions]


def test_its_prompts_are_those_of_a_language_player():
    game = make("negotiation")
    shown = demonstrated(game)
    texts = {seat: [call.text for decision, call, _ in prompts(shown) if decision.seat == seat] for seat in (0, 1)}
    models = {f"m{seat}": ScriptedModel(texts[seat], name=f"m{seat}") for seat in (0, 1)}
    players = tuple(PlayerSpec.of("language", model=f"m{seat}") for seat in (0, 1))
    spoken = asyncio.run(play_match_async(Match(game, players, shown.seed), models))
    assert [decision.move for decision in spoken.decisions] == [decision.move for decision in shown.decisions]
    assert [messages for _, _, messages in prompts(spoken)] == [messages for _, _, messages in prompts(shown)]


def test_its_record_is_read_exported_and_replayed():
    episode = demonstrated(make("haggling"))
    assert dump(load(*dump(episode))) == dump(episode)
    replay(episode)
    rows = list(message_rows(episode))
    assert len(rows) == len(episode.decisions)
    assert all(json.loads(row["completion"][0]["content"]) for row in rows)


def test_beyond_its_window_it_forgets():
    game = make("prisoners_dilemma", rounds=40)
    episode = demonstrated(game, of="tit_for_tat", window_events=10)
    lengths = [len(messages) for decision, _, messages in prompts(episode) if decision.seat == 0]
    assert max(lengths) < 30
    assert any(later < earlier for earlier, later in pairwise(lengths))


def test_what_was_told_before_anybody_acted_is_never_forgotten():
    episode = demonstrated(make("deliberation"), window_tokens=700)
    talks = [messages for decision, _, messages in prompts(episode) if decision.seat == 0]
    forgetful = [messages[1].content for messages in talks if "left out here" in messages[1].content]
    sheet = next(event.text for event in episode.events if event.visible_to == (0,))
    assert sheet.startswith("Points on the sheet of player_0")
    assert len(forgetful) >= 2
    assert all(text.count(sheet) == 1 and text.index(sheet) < text.index("left out here") for text in forgetful)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("person", "answers at once and needs no model"),
        ({"kind": "language", "model": "x"}, "answers at once and needs no model"),
        ({"style": "fair"}, "a mapping with a kind"),
    ],
)
def test_who_cannot_be_demonstrated(of, said):
    with pytest.raises(ParameterError, match=said):
        PlayerSpec.of("demonstrator", of=of).build()


def test_it_fits_where_the_demonstrated_player_fits():
    assert PlayerSpec.of("demonstrator", of="tit_for_tat").why_not(make("negotiation"))
    assert PlayerSpec.of("demonstrator", of="tit_for_tat").why_not(make("prisoners_dilemma")) is None
