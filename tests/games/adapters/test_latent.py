"""The abstract game: it passes what every game must, hides words, counts meanings by role, and shows what was heard."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.actions import Move
from ludens.games.adapters.latent import Meaning
from ludens.games.testing import check_game

GAMES = [
    ("werewolf_lspo4", {}, {"meanings": [3, 2, 2]}),
    ("werewolf_lspo4", {}, {"slots": True}),
    ("prisoners_dilemma", {"say_chars": 80, "rounds": 2}, {}),
    ("alternating_offers", {"say_chars": 80}, {"meanings": [3]}),
]


@pytest.mark.parametrize(("of", "kwargs", "more"), GAMES)
def test_it_is_a_game_like_any(of, kwargs, more):
    check_game(make("latent", of=of, kwargs=kwargs, **more), seeds=range(2))


def test_each_role_has_its_own_number_of_meanings():
    game = make("latent", of="werewolf_lspo4", meanings=[4, 3, 2])
    state, found = game.start(1), {}
    rng = np.random.default_rng(0)
    while not state.over:
        for seat in state.to_move:
            options = state.action_spec(seat).domain.options
            if options[0] == "z0":
                found[state.roles[seat]] = len(options)
        state.play({seat: state.action_spec(seat).sample(rng) for seat in state.to_move})
    assert found
    assert all(count == {"werewolf": 4, "seer": 3, "villager": 2}[role] for role, count in found.items())


def test_what_was_heard_is_seen_latest_first():
    game = make("latent", of="stag_hunt", kwargs={"say_chars": 60, "rounds": 2}, meanings=[3], memory=2)
    state, first = game.start(0), game.spoken.domains[0].options[0]
    for said in ("z2", "z1"):
        state.play({0: Move(said), 1: Move("z0")})
        state.play({0: Move(first), 1: Move(first)})
        heard = state.data(1)["observation"][-2 * 2 * 3 :].reshape(2, 2, 3)
        assert heard[0, 0].argmax() == int(said[1])
    assert heard[0].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert not any(event.kind == "say" for event in state.events)


def test_words_stand_for_meanings_where_the_game_reads_them():
    game = make("latent", of="stag_hunt", kwargs={"say_chars": 60}, meanings=[2], words=[["Let us hunt.", "Leave me alone."]])
    state = game.start(0)
    state.play({0: Move("z1"), 1: Move("z0")})
    assert [event.data["text"] for event in state.inner.events if event.kind == "say"] == ["Leave me alone.", "Let us hunt."]
    assert state.data(0)["observation"][-2 * 2 * 2 :].reshape(2, 2, 2)[:, 0].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("meaning", [Meaning(3), Meaning(0, 2)])
def test_meanings_are_written_and_read(meaning):
    assert make("latent").read(str(meaning)) == meaning


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"of": "stag_hunt"}, "seats speak"),
        ({"meanings": [3, 2]}, "meanings"),
        ({"meanings": [0, 1, 1]}, "meanings"),
        ({"words": [["a"], ["b"], ["c"]]}, "words"),
        ({"memory": 0}, "memory"),
    ],
)
def test_mistakes_are_named(given, problem):
    with pytest.raises(ParameterError, match=problem):
        make("latent", **given)
