"""Mixtures draw one player an episode; mixed actions draw a move a decision."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.arena.episode import play_match, play_match_async
from ludens.arena.forecast import dry_run
from ludens.arena.plan import Match, Plan
from ludens.cli import main
from ludens.conf.resolve import Cast
from ludens.errors import LudensError, ParameterError, UnknownName
from ludens.games import make
from ludens.llm.scripted import ScriptedModel

ROCK, PAPER = ({"kind": "mixed", "choices": {name: 1.0}} for name in ("rock", "paper"))


def mixture(*players, weights=None, **params):
    return PlayerSpec.of("mixture", "mix", players=list(players), weights=weights, **params)


def choices(episode, seat=0):
    return [decision.choice for decision in episode.decisions if decision.seat == seat]


def test_one_player_is_drawn_for_a_whole_episode_by_the_seat_seed():
    game, player = make("rock_paper_scissors", rounds=5), mixture(ROCK, PAPER, weights=[1, 3])
    drawn = Counter()
    for seed in range(400):
        played = choices(play_match(Match(game, (player, PlayerSpec.of("random")), seed)))
        assert len(set(played)) == 1
        drawn[played[0]] += 1
    # a standard error of .022
    assert drawn["paper"] / 400 == pytest.approx(0.75, abs=0.07)
    again = [choices(play_match(Match(game, (player, PlayerSpec.of("random")), seed))) for seed in (3, 3)]
    assert again[0] == again[1]


def test_the_record_names_the_mixture():
    player = mixture("random", "random")
    episode = play_match(Match(make("chicken"), (player, PlayerSpec.of("random")), 0))
    assert (episode.seats[0].hash, episode.seats[0].name) == (player.hash, "mix")


def test_a_mixture_in_a_mixture_is_one():
    inner = {"kind": "mixture", "players": [ROCK, PAPER], "weights": [1, 3]}
    player = mixture(inner, "random", weights=[1, 1])
    assert [share for share, _ in player.parts] == [0.125, 0.375, 0.5]
    assert PlayerSpec.of("random").parts == ((1.0, PlayerSpec.of("random")),)


def test_weights_and_players_are_its_identity_and_a_file_is_not(tmp_path):
    path = tmp_path / "average.json"
    path.write_text(json.dumps({"players": [ROCK, "random"], "weights": [1, 2]}))
    player = PlayerSpec.of("mixture", path=str(path))
    assert player == mixture(ROCK, "random", weights=[1, 2])
    assert player.hash != mixture(ROCK, "random", weights=[2, 1]).hash
    path.unlink()
    assert player.drawn(0) in {PlayerSpec.of("random"), PlayerSpec.of(**ROCK)}


def test_a_part_draws_from_a_stream_of_its_own():
    random, alone = mixture("random"), PlayerSpec.of("random")
    game = make("rock_paper_scissors")
    one, two = (play_match(Match(game, (player, alone), 5)) for player in (random, alone))
    assert choices(one, 1) == choices(two, 1)


def test_it_can_be_built_alone():
    game, player = make("rock_paper_scissors"), mixture(ROCK, PAPER).build()
    for seed in range(3):
        player.start(0, game.type, seed)
        assert player.act(game.start(0).observe(0)).choice == dict(mixture(ROCK, PAPER).drawn(seed).plain["choices"]).popitem()[0]
        player.end({})


async def test_parts_may_ask_models_of_their_own():
    game = make("rock_paper_scissors", rounds=1)
    models = {name: ScriptedModel([f'{{"choice": "{name}"}}'], name, loop=True) for name in ("rock", "paper")}
    player = mixture({"kind": "language", "model": "rock"}, {"kind": "language", "model": "paper"})
    assert (player.needs_model, player.sync) == (True, False)
    seen = {choices(await play_match_async(Match(game, (player, PlayerSpec.of("random")), seed), models))[0] for seed in range(12)}
    assert seen == {"rock", "paper"}
    plan = Plan(tuple(Match(game, (player, PlayerSpec.of("random")), seed) for seed in range(4)), "four")
    alone = PlayerSpec.of("language", model="rock")
    same = Plan(tuple(Match(game, (alone, PlayerSpec.of("random")), seed) for seed in range(4)), "four")
    assert dry_run(plan).requests == dry_run(same).requests


def test_a_cast_finds_named_parts_and_their_models():
    cast = Cast({"engine": "schema", "model": "schema"})
    spec = cast.add({"kind": "mixture", "name": "both", "players": ["fair", "language", {"kind": "mixed", "choices": {"rock": 1}}], "weights": [2, 1, 1]})
    assert [part.kind for _, part in spec.parts] == ["scripted", "language", "mixed"]
    assert len(cast.models) == 1
    cast.check()


def test_who_cannot_play_keeps_the_mixture_out():
    assert "demonstrator" in mixture("random", {"kind": "demonstrator", "of": "tit_for_tat"}).why_not(make("negotiation"))
    assert mixture("random").why_not(make("negotiation")) is None


def test_on_the_command_line(tmp_path, capsys):
    words = ["play", "game=chicken", "players=[{kind:mixture,players:[fair,random],weights:[1,1]},random]", "seed=1"]
    assert main(words) == 0
    assert main(["players", "mixture"]) == 0
    assert "how likely each is drawn" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("make_it", "problem", "said"),
    [
        (lambda: mixture().parts, ParameterError, "players=\\[\\] should name at least one player"),
        (lambda: mixture(ROCK, weights=[1, 2]).parts, ParameterError, "weights=\\[1, 2\\] should be one number a player"),
        (lambda: mixture(ROCK, weights=[0]).parts, ParameterError, "not all 0"),
        (lambda: mixture(ROCK, weights=[-1]).build(), ParameterError, "0 or more"),
        (lambda: mixture("rok"), UnknownName, "unknown player 'rok'"),
        (lambda: mixture(path="nowhere.json"), ParameterError, "cannot read 'nowhere.json'"),
        (lambda: mixture(ROCK, path="nowhere.json"), ParameterError, "players or a path, not both"),
        (lambda: PlayerSpec.of("mixed", choices={"rock": 0.5}).build(), ParameterError, "sum to 1"),
        (lambda: PlayerSpec.of("mixed", choices="rock").build(), ParameterError, "mapping of choices to probabilities"),
    ],
)
def test_mistakes_are_told(make_it, problem, said):
    with pytest.raises(problem, match=said):
        make_it()


def test_a_file_that_is_no_mixture(tmp_path):
    path = tmp_path / "x.json"
    for text, said in (("[", "cannot read"), ("[]", "should hold an object with a list of players")):
        path.write_text(text)
        with pytest.raises(ParameterError, match=said):
            PlayerSpec.of("mixture", path=str(path))


def test_mixed_actions_are_drawn_at_their_rates_seat_by_seat():
    game = make("rock_paper_scissors", rounds=2000)
    player = PlayerSpec.of("mixed", choices=[{"rock": 0.2, "paper": 0.8}, {"scissors": 1.0}])
    episode = play_match(Match(game, (player, player), 1))
    # a standard error of .009
    assert np.mean([choice == "paper" for choice in choices(episode)]) == pytest.approx(0.8, abs=0.03)
    assert set(choices(episode, 1)) == {"scissors"}
    assert player.why_not(make("minority")) == "it has probabilities for 2 seats, and the game has 5"
    alone = player.build()
    alone.start(0, make("chicken").type, 0)
    with pytest.raises(LudensError, match="none of paper, rock is open to player_0 at turn 0"):
        alone.act(make("chicken").start(0).observe(0))
