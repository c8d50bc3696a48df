"""Intents of Werewolf as a latent space: what utterances mean, words that mean it, and the run that uses them."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from ludens.agents.latent import Intents, LatentSpace
from ludens.errors import LudensError
from ludens.games import make
from ludens.games.adapters.latent import Meaning
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.lspo import Config
from ludens.trainers.lspo.spaces import latent_space
from ludens.trainers.lspo.statements import Said, Statement

ROLES = ("werewolf", "seer", "villager")


def names(texts):
    intents = Intents(ROLES)
    return [intents.names[int(row.argmax())] for row in intents(texts)]


def test_what_utterances_mean():
    said = {
        "Good morning everybody.": "idle",
        "I suspect SOMEBODY.": "target",
        "Let us vote for SOMEBODY.": "target",
        "I checked SOMEBODY on night 1 and found a werewolf.": "target",
        "I trust SOMEBODY.": "idle",
        "I am the seer.": "claim seer",
        "I am the seer. SOMEBODY is a werewolf.": "claim seer",
        "I am just a villager.": "claim villager",
        "I am a werewolf.": "claim werewolf",
        "I am the doctor.": "idle",  # there is none
        "": "idle",
    }
    assert names(list(said)) == list(said.values())


def test_an_utterance_is_one_intent_and_all_have_words_that_mean_them():
    intents = Intents(make("werewolf").type.roles)
    assert len(intents.names) == 2 + 4
    for number, bank in enumerate(intents.banks(0)):
        assert len(bank) > 2, intents.names[number]
        found = intents(bank)
        assert (found.sum(axis=1) == 1).all()
        assert (found.argmax(axis=1) == number).all()
        assert not any("player_" in text for text in bank)
    assert intents([]).shape == (0, 6)
    assert intents.banks(0) == intents.banks(0)


def turn(seat, role, *texts):
    return Statement(0, 0, seat, role, (0.0,), (), (), tuple(Said(text, "speak", (), ()) for text in texts), 0)


@pytest.fixture(scope="module")
def space():
    heard = [
        turn(0, "werewolf", "What a night.", "Let us vote for player_2."),
        turn(1, "seer", "I am the seer.", "player_0 is a werewolf."),
        turn(2, "villager", "Hello.", "Hi."),
    ]
    return latent_space(make("werewolf_lspo4"), heard, Config(clusters="intents", slots=True), 1, before=None, seed=0)


def test_a_space_of_intents_is_the_same_for_all_roles_and_counts_what_was_heard(space):
    assert space.game.meanings == (5, 5, 5)
    assert space.counts == ((1, 1, 0, 0, 0), (0, 1, 0, 1, 0), (2, 0, 0, 0, 0))
    assert (
        space.heard("I am the seer, and player_3 is a werewolf.", 1)
        == Meaning(3, 3)
        == space.meaning("I am the seer, and player_3 is a werewolf.", 1, "werewolf")
    )


def test_what_is_said_is_heard_as_it_was_meant(space):
    rng = np.random.default_rng(0)
    # idle talk names nobody and a target is somebody; a claim may do both
    meant = [Meaning(0), Meaning(1, 2), *(Meaning(number, about) for number in (2, 3, 4) for about in (None, 2))]
    for meaning in meant:
        for _ in range(20):
            assert space.heard(space.words(meaning, 1, "seer", rng), 1) == meaning


def test_it_is_kept_in_a_folder(space, tmp_path):
    space.save(tmp_path)
    again = LatentSpace.load(tmp_path)
    assert isinstance(again.embedder, Intents)
    assert again.digest == space.digest
    assert again.heard("I am the seer.", 0) == space.heard("I am the seer.", 0)


def test_other_games_have_no_intents():
    with pytest.raises(LudensError, match="clusters=intents"):
        latent_space(make("stag_hunt", say_chars=40), [turn(0, "player", "a"), turn(1, "player", "b")], Config(clusters="intents"), 1, before=None, seed=0)


def test_a_run_with_intents(tmp_path):
    given = {
        "clusters": "intents",
        "iterations": 1,
        "games": 3,
        "epochs": 0,
        "solver": "ppo",
        "ppo": {"updates": 1, "games": 4, "judged": 4, "hidden": [8]},
        "deep": {"hidden": [8], "policy_steps": 20},
        "matches": 2,
    }
    model = ModelSpec(engine="nano", model="house", concurrency=None)
    result = trainer("lspo").make(Task((make("werewolf_lspo4"),), model, tmp_path, 0), given).run(lambda line: None)
    assert result["iterations"][0]["meanings"] == {"werewolf": 5, "seer": 5, "villager": 5}
    assert json.loads((tmp_path / "iteration_1" / "space.json").read_text())["banks"][0][3]
