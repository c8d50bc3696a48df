"""Choosers: what they see, the network, their folders, and how they sit down."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import spoken_throws as throws  # noqa: E402

from ludens.agents import PlayerSpec  # noqa: E402
from ludens.agents.choosing import Chooser, Sights  # noqa: E402
from ludens.agents.choosing.network import Batch  # noqa: E402
from ludens.agents.latent import TfIdf  # noqa: E402
from ludens.errors import LudensError, ParameterError  # noqa: E402
from ludens.games import make  # noqa: E402

TEXTS = ["SOMEBODY is a werewolf.", "I am the seer.", "Let us vote for SOMEBODY.", "MYSELF is innocent."]
BANK = {role: tuple((text, number + 1) for number, text in enumerate(TEXTS)) for role in ("werewolf", "seer", "villager")}


def chooser(seed=0, candidates=3):
    sights = Sights(make("werewolf_lspo4"), TfIdf.fit(TEXTS), 2)
    return Chooser.fresh(sights, BANK, candidates, model=16, heads=4, hidden=(8,), seed=seed)


def talking(policy, seed=0):
    """A position in which somebody speaks and others have spoken, with sights of it."""
    state, rng = policy.sights.game.start(seed), np.random.default_rng(seed)
    while not state.over:
        (seat, *_) = state.to_move
        observation = state.observe(seat)
        if observation.action_spec.say_chars and sum(event.kind == "say" for event in observation.events) >= 1:
            return observation, rng
        moves = {}
        for seat in state.to_move:
            texts = policy.offer(state.observe(seat), rng)
            (drawn,) = policy.draw([policy.sights.see(state.observe(seat), texts)], rng)
            moves[seat] = policy.move(drawn, texts)
        state.play(moves)
    raise AssertionError("nobody spoke after somebody")


def test_what_is_seen_says_who_spoke_what_of_whom():
    policy = chooser()
    observation, _ = talking(policy)
    sight = policy.sights.see(observation, ["player_3 is a werewolf.", "player_0 is a werewolf."])
    assert sight.heard.shape == (4 * 2, policy.sights.width)
    said = [event for event in observation.events if event.kind == "say"]
    assert sight.present.sum() == len(said)
    assert all(sight.present[event.seat * 2] for event in said)
    assert not sight.heard[~sight.present].any()
    # the words are the same, the names are not
    dimensions = policy.sights.width - 4
    assert (sight.offered[0, :dimensions] == sight.offered[1, :dimensions]).all()
    assert [row.tolist() for row in sight.offered[:, dimensions:]] == [[0, 0, 0, observation.seat != 3], [observation.seat != 0, 0, 0, 0]]


def test_the_last_utterance_stands_first():
    policy = chooser()
    observation, _ = talking(policy)
    first = next(event for event in observation.events if event.kind == "say")
    twice = (*observation.events, first.__class__("say", first.seat, "", {"text": "I am the seer."}, None))
    heard, present = policy.sights._heard(twice)
    assert present[first.seat * 2 : first.seat * 2 + 2].all()
    assert np.allclose(heard[first.seat * 2, :-4], policy.sights.embedder(["I am the seer."])[0])


def test_scores_follow_candidates_and_not_their_places_or_what_fills_up():
    policy = chooser()
    observation, _ = talking(policy)
    texts = [text.replace("SOMEBODY", "player_2") for text in TEXTS[:3]]
    sights = [policy.sights.see(observation, part) for part in (texts, texts[::-1], texts[:1], ())]
    with torch.no_grad():
        together = policy.module(Batch.of(sights))
        alone = policy.module(Batch.of(sights[2:3]))
    assert torch.allclose(together.said[0, :3], together.said[1, :3].flip(0), atol=1e-5)
    assert together.said[0, :3].exp().sum().item() == pytest.approx(1, abs=1e-5)
    assert len(set(together.said[0, :3].tolist())) == 3
    # a single candidate is certain, however many others have, and none says nothing
    assert together.said[2, 0].item() == pytest.approx(0, abs=1e-6)
    assert torch.allclose(together.choices[2], alone.choices[0], atol=1e-5)
    assert not together.said[3].any()
    assert not (together.choices.exp()[:, ~torch.from_numpy(sights[0].legal.copy())] > 0).any()


def test_candidates_are_different_and_come_as_often_as_they_were_heard():
    policy = chooser(candidates=2)
    observation, _ = talking(policy)
    rng = np.random.default_rng(0)
    drawn = [policy.offer(observation, rng) for _ in range(2000)]
    assert all(len(set(texts)) == len(texts) for texts in drawn)
    first = np.mean([texts[0] == "I am the seer." for texts in drawn])
    # 2 of 1 + 2 + 3 + 4; four standard errors of 2000 draws
    assert first == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 2000))
    assert not any("SOMEBODY" in text or "MYSELF" in text for texts in drawn for text in texts)


def test_a_folder_holds_all_of_it(tmp_path):
    policy = chooser(seed=3)
    policy.save(tmp_path)
    again = Chooser.load(tmp_path)
    observation, _ = talking(policy)
    for seed in range(5):
        one, other = np.random.default_rng(seed), np.random.default_rng(seed)
        texts = policy.offer(observation, one)
        assert again.offer(observation, other) == texts
        assert again.draw([again.sights.see(observation, texts)], other) == policy.draw([policy.sights.see(observation, texts)], one)


def test_a_folder_that_was_changed_is_refused(tmp_path):
    chooser().save(tmp_path)
    spec = PlayerSpec.of("chooser_bank", path=str(tmp_path))
    chooser(seed=1).save(tmp_path)
    with pytest.raises(LudensError, match="another chooser"):
        spec.build()
    weights = tmp_path / "chooser.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(LudensError, match="is not the file"):
        Chooser.load(tmp_path)
    card = json.loads((tmp_path / "chooser.json").read_text())
    (tmp_path / "chooser.json").write_text(json.dumps({**card, "format": 9}))
    with pytest.raises(LudensError, match="format 9"):
        Chooser.load(tmp_path)
    with pytest.raises(ParameterError, match="holds no chooser"):
        PlayerSpec.of("chooser_bank", path=str(tmp_path / "none"))


def test_weights_that_are_no_numbers_are_not_saved(tmp_path):
    policy = chooser()
    with torch.no_grad():
        policy.module.place[0, 0] = float("nan")
    with pytest.raises(LudensError, match="no finite numbers"):
        policy.save(tmp_path)


def test_it_sits_down_at_its_own_game_only(tmp_path):
    chooser().save(tmp_path)
    spec = PlayerSpec.of("chooser_bank", path=str(tmp_path))
    assert spec.why_not(make("werewolf_lspo4")) is None
    assert "the chooser is for werewolf_lspo4" in spec.why_not(make("werewolf"))
    assert "with other parameters" in spec.why_not(make("werewolf_lspo4", max_rounds=3))
    other = make("werewolf")
    player = spec.build()
    player.start(0, other.type, 0)
    with pytest.raises(LudensError, match="cannot play"):
        player.act(other.start(0).observe(0))


def test_a_model_offers_and_the_policy_chooses(tmp_path):
    throws.make_known()
    game = make("spoken_throws")
    said = [f"I throw {name}" for name in throws.THROWS]
    sights = Sights(game, TfIdf.fit(said), 1)
    bank = {"player": (("I throw lizard", 1),)}
    Chooser.fresh(sights, bank, 2, model=16, heads=2, hidden=(8,), seed=0).save(tmp_path)

    async def first(model, seed):
        player = PlayerSpec.of("chooser", path=str(tmp_path), model="m").build(model)
        player.start(0, game.type, seed)
        return (await player.act(game.start(0).observe(0))).say

    habitual = throws.Habitual(np.array([0.5, 0.5, 0, 0, 0]))
    found = {asyncio.run(first(habitual, seed)) for seed in range(12)}
    assert found == {"I throw rock", "I throw paper"}


def test_a_model_that_cannot_be_read_leaves_the_bank(tmp_path):
    throws.make_known()
    game = make("spoken_throws")
    sights = Sights(game, TfIdf.fit(["I throw lizard"]), 1)
    Chooser.fresh(sights, {"player": (("I throw lizard", 1),)}, 2, model=16, heads=2, hidden=(8,), seed=0).save(tmp_path)

    class Mute:
        name = "mute"

        async def generate(self, requests):
            from ludens.llm.chat import Reply

            return [Reply("...") for _ in requests]

    async def once():
        player = PlayerSpec.of("chooser", path=str(tmp_path), model="m").build(Mute())
        player.start(0, game.type, 0)
        return (await player.act(game.start(0).observe(0))).say

    assert asyncio.run(once()) == "I throw lizard"
    with pytest.raises(ParameterError, match="tries=0"):
        PlayerSpec.of("chooser", path=str(tmp_path), model="m", tries=0).build(Mute())
