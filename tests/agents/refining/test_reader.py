"""Critics that read words: what they read, that their scores add up, and that they are written, read and told apart."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from ludens.agents import PlayerSpec
from ludens.agents.refining.card import Card
from ludens.agents.refining.critic import critic_of
from ludens.agents.refining.folders import WEIGHTS, critic_digest, load_critic, save_critic
from ludens.agents.refining.reader import TextCritic, pieces, situation
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.errors import LudensError
from ludens.games import make
from ludens.games.actions import Move
from ludens.llm.nano.tokenizer import Tokenizer
from ludens.trainers.read.data import rows_of
from ludens.trainers.read.fit import Settings
from ludens.trainers.read.reading import fit_words

SORT = {"of": "sort_cubes", "kwargs": {"level": "sort3"}}
KITCHEN = {"of": "overcooked_tasks", "kwargs": {"horizon": 60}}
PLANNERS = {
    "sort_cubes": PlayerSpec.of("noisy_planner", noise=0.5),
    "overcooked_tasks": PlayerSpec.of("team", of={"kind": "scripted", "style": "fair"}, noise=0.5),
}


def critic_for(place, of, kwargs, steps=4, episodes=6, **card):
    game = make("joint", of=of, kwargs=kwargs)
    rows = rows_of(game, [play_match(Match(game, (PLANNERS[of],), seed)) for seed in range(episodes)], 0.9, situation)
    plain = {"discount": 0.9, "planner": {}, "thresholds": {"together": 0.0, "in_turn": 0.0}, **card}
    made = Card(game.team.hash, "x", 0, tuple(map(len, game.options)), reads="words", options=game.options, **plain)
    return fit_words(rows, made, Settings((), steps, 16, 2e-3, 0.01, 1.0, 0), "xs", place), rows


@pytest.mark.parametrize("settings", [SORT, KITCHEN])
def test_local_scores_add_up_to_the_joint_one_and_orders_read_alike(tmp_path, settings):
    critic, _ = critic_for(tmp_path, **settings)
    state, other = (make("joint", **settings, order=order).start(0) for order in ("together", "in_turn"))
    rng = np.random.default_rng(2)
    for _ in range(5):
        move, parts = state.action_spec(0).sample(rng), 0.0
        whole, told = critic.score(state.observe(0), move), situation(state.observe(0))
        for member in state.inner.to_move:
            assert situation(other.observe(0)) == told
            part = Move(move.choice[f"player_{member}"])
            parts += critic.score(other.observe(0), part)
            other.play({0: part})
        state.play({0: move})
        assert parts == pytest.approx(whole, abs=1e-4)


def test_a_decision_is_its_position_and_a_piece_for_every_choice(tmp_path):
    critic_for(tmp_path, **SORT)
    words = Tokenizer(tmp_path)
    options = [["stay", "go"], ["stay"], ["stay", "lift cube"]]
    found = pieces(words, "To player_0:\nStep 1.", [1, -1, 1], options)
    assert [words.text(piece) for piece in found] == ["To player_0:\nStep 1.\n", "player_0: go\n", "player_2: lift cube\n"]


def test_what_training_read_is_what_players_read(tmp_path):
    critic, rows = critic_for(tmp_path, **SORT, steps=60)
    found = critic.values(rows.positions, rows.chosen)
    # it was fitted to these very rows: a reading out of step with the fit would know nothing of them
    assert np.corrcoef(found, rows.returns())[0, 1] > 0.5


def test_critics_are_written_and_read(tmp_path):
    critic, rows = critic_for(tmp_path / "fitted", **SORT)
    place = save_critic(tmp_path / "critic", critic.carded(critic.card))
    read = load_critic(place)
    assert isinstance(read, TextCritic)
    assert read.card == critic.card
    assert np.array_equal(read.values(rows.positions[:4], rows.chosen[:4]), critic.values(rows.positions[:4], rows.chosen[:4]))
    assert "it was fitted to" in str(read.fits(make("joint", **KITCHEN)))
    spec = PlayerSpec.of("refined", of=PLANNERS["sort_cubes"].plain, critic=str(place))
    assert not play_match(Match(make("joint", **SORT), (spec,), 1)).faults
    before = critic_digest(place)
    (place / "model.safetensors").write_bytes((place / "model.safetensors").read_bytes()[:-2] + b"\0\0")
    assert critic_digest(place) != before


def test_damaged_critics_are_told(tmp_path):
    critic, _ = critic_for(tmp_path / "fitted", **SORT)
    place = save_critic(tmp_path / "critic", critic)
    whole = (place / WEIGHTS).read_bytes()
    (place / WEIGHTS).write_bytes(whole.replace(b'"weights', b'"weighty'))
    with pytest.raises(LudensError, match="is damaged, or of another version"):
        critic_of(str(place))
    (place / WEIGHTS).write_bytes(whole)
    (place / "model.safetensors").unlink()
    with pytest.raises(LudensError, match=r"model\.safetensors cannot be read"):
        critic_of(str(place))
    critic.weights[0] = np.nan
    with pytest.raises(LudensError, match="no finite numbers"):
        save_critic(tmp_path / "other", critic)
    assert not (tmp_path / "other").exists()
