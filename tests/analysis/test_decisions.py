"""Counterfactual regret of decisions: planted blunders are found, exact values are met, noise is not taken for a mistake."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from ludens.agents.player import PlayerSpec
from ludens.analysis.decisions import Search, choices_at, judge, judgeable
from ludens.arena.episode import Branch, play_match
from ludens.arena.plan import Match
from ludens.arena.record import advance
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.games import make
from ludens.llm.spec import ModelSpec


def played(game, *players, seed=0):
    specs = [PlayerSpec.of(player) if isinstance(player, str) else player for player in players]
    return play_match(Match(game, tuple(specs), seed))


def styled(style):
    return PlayerSpec.of("scripted", style, style=style)


def planted(episode, turn, seat, choice):
    """Give the episode up to a turn, in which a seat does something else than it did, and that decision."""
    found = next(decision for decision in episode.decisions if (decision.turn, decision.seat) == (turn, seat))
    blunder = found._replace(choice=choice, say=None)
    kept = [blunder if decision is found else decision for decision in episode.decisions if decision.turn <= turn]
    return replace(episode, decisions=tuple(kept)), blunder


def judged(episode, decisions, **search):
    return asyncio.run(judge(episode, decisions, Search(**search)))


# -- planted blunders --------------------------------------------------------------------------------------------------


def test_a_werewolf_that_votes_for_its_own_kind_is_found():
    game = make("werewolf")
    episode = played(game, *[styled("fair")] * 7, seed=4)
    assert [seat for seat, role in enumerate(episode.outcome["roles"]) if role == "werewolf"] == [0, 2]
    (found,) = judged(*_only(planted(episode, 16, 2, "player_0")), playouts=24)
    assert found.hidden
    assert found.regret.low > 0
    assert found.better == "player_5"
    assert found.own.low > 0


def test_a_seller_that_accepts_less_than_the_good_is_worth_to_it_is_found():
    game = make("haggling")
    episode = played(game, styled("fair"), styled("greedy"), seed=3)
    (found,) = judged(*_only(planted(episode, 1, 0, {"act": "accept"})), playouts=16)
    values = {choice["act"]: value for choice, value in found.values}
    assert values["accept"] < 0
    assert found.regret.low > 0
    assert found.better["act"] != "accept"


def test_a_defection_that_a_grim_player_punishes_costs_what_theory_says():
    game = make("prisoners_dilemma", rounds=8)
    episode = played(game, "tit_for_tat", "grim")
    (found,) = judged(*_only(planted(episode, 2, 0, "defect")), playouts=4)
    # 5 for one round and 1 for five, after two of 3, instead of 3 for all eight: tit for tat repents, grim does not
    assert dict(found.values) == {"defect": 2 * 3 + 5 + 0 + 4 * 1, "cooperate": 8 * 3}
    assert (found.regret.value, found.regret.low, found.regret.high) == (9, 9, 9)
    assert found.own.value == 9
    assert found.better == "cooperate"


def _only(planting):
    episode, blunder = planting
    return episode, [blunder]


# -- values ------------------------------------------------------------------------------------------------------------


def test_values_are_those_of_the_game():
    game = make("kuhn_poker")
    episode = next(one for seed in range(20) if (one := played(game, "random", "random", seed=seed)).events[1].data == {"card": 2})
    first = judgeable(episode)[0]
    (found,) = judged(episode, [first], screen=1200, playouts=2)
    # the king: a bet is called every other time; a check is bet into every other time, and that bet called every other time
    exact = {"bet": 0.5 * 1 + 0.5 * 2, "check": 0.5 * 1 + 0.5 * (0.5 * -1 + 0.5 * 2)}
    # one play-out lies within 1.5 of its mean, so a mean of 1200 has a standard error below 0.044
    assert dict(found.values) == pytest.approx(exact, abs=4 * 0.044)


def test_noise_is_no_mistake():
    # all that follows is a coin: no decision is a mistake, and most are not even suspected
    game = make("matching_pennies", rounds=2)
    found = []
    for seed in range(25):
        episode = played(game, "random", "random", seed=seed)
        found += judged(episode, judgeable(episode), screen=6, playouts=20, seed=seed)
    assert len(found) == 100
    wrong = sum(one.regret.low > 0 for one in found)
    # at most 2.5 % of 100, with a standard error of 1.6
    assert wrong <= 2.5 + 3 * 1.6
    values = np.array([one.regret.value for one in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(len(values))


# -- playing on --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("game", "players"),
    [
        (make("prisoners_dilemma", rounds=12), ("tit_for_tat", "grim")),
        (make("prisoners_dilemma", rounds=12), ("adaptive", "alternator")),
        (make("haggling"), (styled("greedy"), styled("tough"))),
        (make("public_goods", rounds=4), (styled("fair"), styled("greedy"), styled("cautious"), styled("tough"))),
    ],
    ids=lambda value: getattr(value, "label", None),
)
def test_new_players_read_what_their_seat_has_seen(game, players):
    episode = played(game, *players, seed=1)
    specs = tuple(PlayerSpec.of(player) if isinstance(player, str) else player for player in players)
    state = game.start(episode.seed)
    for turn in episode.moves():
        again = play_match(Match(game, specs, 1), branch=Branch(state.clone(), {}))
        assert again.returns == episode.returns
        advance(state, turn)


def test_what_is_said_is_said_with_each_alternative_and_many_choices_are_drawn():
    game = make("haggling")
    episode = played(game, styled("fair"), styled("greedy"))
    first = episode.decisions[0]
    moves, size = choices_at(game.start(episode.seed), first, 8, np.random.default_rng(0))
    assert moves[0].choice == first.choice
    assert len({str(move.choice) for move in moves}) == len(moves) == 8
    assert size > 8
    assert {move.say for move in moves} == {first.say}


def test_the_same_search_judges_the_same():
    episode = played(make("leduc_poker"), "random", "random", seed=2)
    decisions = judgeable(episode)
    assert judged(episode, decisions, playouts=8) == judged(episode, decisions, playouts=8)
    assert judged(episode, decisions, playouts=8) != judged(episode, decisions, playouts=8, seed=1)


def test_players_that_ask_a_model_are_asked_anew():
    game = make("prisoners_dilemma", rounds=2)
    spec = PlayerSpec.of("language", model="schema")
    model = ModelSpec(engine="schema", model="schema").build()

    async def both():
        from ludens.arena.episode import play_match_async

        episode = await play_match_async(Match(game, (spec, PlayerSpec.of("cooperator")), 0), {"schema": model})
        found = await judge(episode, judgeable(episode), Search(playouts=4), {"schema": model})
        await model.close()
        return found

    found = asyncio.run(both())
    assert [(one.turn, one.seat) for one in found] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    last = next(one for one in found if (one.turn, one.seat) == (1, 0))
    # against a cooperator defection brings 5 instead of 3 in the last round, whatever the first was
    values = dict(last.values)
    assert values["defect"] - values["cooperate"] == 2


@pytest.mark.parametrize(("search", "says"), [({"playouts": 1}, "playouts=1 should be 2 or more"), ({"most": 1}, "most=1 should be 2 or more")])
def test_bounds_of_a_search(search, says):
    with pytest.raises(ParameterError, match=says):
        Search(**search)


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_marks_replays(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["tournament", "game=prisoners_dilemma", "game.rounds=6", "players=[grim,alternator]", "name=pd", "progress=false", "bootstrap=0"]
    assert main(words) == 0
    capsys.readouterr()
    assert main(["analyse", "decisions", "run=pd", "player=alternator", "screen=4", "playouts=4"]) == 0
    said = capsys.readouterr().out
    assert "Worst decisions" in said
    assert "grim (player" not in said
    from ludens.arena import Run
    from ludens.arena.report.findings import kept_findings

    (findings,) = kept_findings(tmp_path / "runs" / "pd")
    assert findings.marks
    mark = findings.marks[0]
    assert main(["replay", "run=pd", f"episode={mark.episode}"]) == 0
    assert mark.text in " ".join(capsys.readouterr().out.split())
    assert main(["replay", "run=pd", f"episode={mark.episode}", "out=one.html"]) == 0
    assert mark.text in (tmp_path / "one.html").read_text(encoding="utf-8")
    with Run.open(tmp_path / "runs" / "pd") as run:
        assert {mark.episode for mark in findings.marks} <= {match.id for match in run.matches()}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["player=nobody"], "unknown player 'nobody'"),
        (["episode=zzz"], "no finished episode begins with 'zzz'"),
        (["decisions=0"], "decisions=0 should be a whole number from 1"),
        (["models=maybe"], "models=maybe should be yes or no"),
        (["plays=3"], "unknown key 'plays'"),
    ],
)
def test_mistakes_are_told(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["tournament", "game=prisoners_dilemma", "game.rounds=1", "players=[grim,alternator]", "name=pd", "progress=false", "bootstrap=0"]) == 0
    capsys.readouterr()
    assert main(["analyse", "decisions", "run=pd", *words]) == 2
    assert says in capsys.readouterr().err
