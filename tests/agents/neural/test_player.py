"""The kind of player ``neural``: who it is, what it can play, how it plays."""

from __future__ import annotations

import pickle

import pytest
from finite_games import FINITE

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from ludens.agents import PlayerSpec  # noqa: E402
from ludens.agents.neural import NeuralPlayer, new_policy, save_policy  # noqa: E402
from ludens.arena import play_match  # noqa: E402
from ludens.arena.plan import Match  # noqa: E402
from ludens.errors import LudensError, ParameterError  # noqa: E402
from ludens.games import make  # noqa: E402


def saved(path, game, name="mlp", seed=1, **sizes):
    return str(save_policy(path, new_policy(game, name, seed=seed, **(sizes or {"hidden": [8] if name == "mlp" else 8}))))


def play(game, *specs, seed=3):
    return play_match(Match(game, specs, seed))


@pytest.mark.parametrize("name", ["mlp", "gru"])
@pytest.mark.parametrize("game_id", FINITE)
def test_it_plays_every_game_with_random_weights(game_id, name, tmp_path):
    game = make(game_id)
    spec = PlayerSpec.of("neural", path=saved(tmp_path / "p", game, name))
    assert spec.why_not(game) is None
    episode = play(game, *[spec] * game.seats)
    assert {str(decision.status) for decision in episode.decisions} == {"ok"}
    assert not episode.faults
    again = play(game, *[spec] * game.seats)
    assert [decision.move for decision in again.decisions] == [decision.move for decision in episode.decisions]


@pytest.mark.parametrize(
    ("game_id", "params", "heads"),
    [
        ("prisoners_dilemma", {"say_chars": 50, "rounds": 3}, 1),
        ("public_goods", {"punishment": True, "say_chars": 20, "rounds": 2}, 1),
        ("cournot", {"say_chars": 50, "rounds": 2}, 2),
        ("ultimatum", {"strategy_method": True}, 1),
        ("negotiation", {"say_chars": 50}, 1),
    ],
)
def test_it_is_silent_where_others_talk_and_answers_at_every_stage(game_id, params, heads, tmp_path):
    game = make(game_id, **params)
    spec = PlayerSpec.of("neural", path=saved(tmp_path / "p", game))
    assert len(new_policy(game).actions.heads) == heads
    episode = play(game, *[spec] * game.seats)
    assert {str(decision.status) for decision in episode.decisions} == {"ok"}
    assert not any(decision.say for decision in episode.decisions)


def test_its_draws_follow_from_the_seed(tmp_path):
    game = make("rock_paper_scissors", rounds=30)
    path = saved(tmp_path / "p", game)
    moves = {}
    for sample in (True, False):
        spec = PlayerSpec.of("neural", path=path, sample=sample)
        moves[sample] = [[decision.move for decision in play(game, spec, spec, seed=seed).decisions] for seed in (1, 1, 2)]
        assert moves[sample][0] == moves[sample][1]
    assert moves[True][0] != moves[True][2]
    assert moves[True][0] != moves[False][0]


def test_it_says_why_it_cannot_play(tmp_path):
    spec = PlayerSpec.of("neural", path=saved(tmp_path / "p", make("public_goods")))
    assert spec.why_not(make("public_goods", rounds=3)) is None
    for game, words in (
        (make("trust"), "the policy is for public_goods-v0"),
        (make("public_goods", endowment=50), "other choices than the 51 of these rules"),
        (make("public_goods", seats=6), "reads observations of shape (13,)"),
    ):
        reason = spec.why_not(game)
        assert words in reason
        assert "\n" not in reason
    player = spec.build()
    game = make("trust")
    player.start(0, game.type, 1)
    with pytest.raises(LudensError, match="cannot play trust"):
        player.act(game.start(1).observe(0))


def test_other_weights_are_another_player(tmp_path):
    game = make("chicken")
    path = saved(tmp_path / "p", game, seed=1)
    first = PlayerSpec.of("neural", path=path)
    assert first == PlayerSpec.of("neural", path=path)
    assert first.name == f"neural(path={path})"
    saved(tmp_path / "p", game, seed=2)
    second = PlayerSpec.of("neural", path=path)
    assert first.hash != second.hash
    second.build()
    with pytest.raises(LudensError, match="holds another policy"):
        first.build()
    # read back from a record, a spec does not look at the folder
    plain = dict(first.plain)
    assert PlayerSpec.of(plain.pop("kind"), **plain).hash == first.hash


def test_specs_travel(tmp_path):
    spec = PlayerSpec.of("neural", path=saved(tmp_path / "p", make("chicken")))
    assert pickle.loads(pickle.dumps(spec)) == spec


@pytest.mark.parametrize("params", [{}, {"path": ""}, {"path": 3}, {"path": "nowhere/at/all"}])
def test_a_wrong_folder_is_told_in_a_line(params):
    with pytest.raises(ParameterError, match=r"path=|cannot read its policy.json") as caught:
        PlayerSpec.of("neural", **params)
    assert "\n" not in str(caught.value)


def test_sample_is_true_or_false(tmp_path):
    with pytest.raises(ParameterError, match="sample='yes'"):
        NeuralPlayer(saved(tmp_path / "p", make("chicken")), sample="yes")


def test_a_tournament_from_the_command_line(tmp_path, capsys, monkeypatch):
    from ludens.cli import main

    monkeypatch.chdir(tmp_path)
    game = make("prisoners_dilemma", rounds=5)
    saved("policies/one", game)
    saved("policies/two", game, "gru")
    words = ["tournament", "games=[{id: prisoners_dilemma, rounds: 5},stag_hunt]", "name=n", "processes=2", "progress=false", "bootstrap=10"]
    players = "players=[{base: neural, path: policies/one, name: one},{kind: neural, path: policies/two, sample: false, name: two},tit_for_tat]"
    assert main([*words, players, "--dry-run"]) == 0
    assert "the policy is for prisoners_dilemma-v0" in capsys.readouterr().out
    assert main([*words, players]) == 0
    shown = capsys.readouterr().out
    assert "1 game, 12 matches" in shown
    assert main([*words, players]) == 0
    capsys.readouterr()
    saved("policies/one", game, seed=5)
    assert main([*words, players]) == 2
    assert "digest" in capsys.readouterr().err
    assert main(["tournament", "game=chicken", "players=[neural,random]"]) == 2
    assert "path=None should name a folder" in capsys.readouterr().err
