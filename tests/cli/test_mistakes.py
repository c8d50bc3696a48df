"""A mistake at the command line is one line that says what is wrong and what would be right, with exit status 2, and leaves nothing behind."""

import pytest

from ludens.cli import main
from ludens.conf.resolve import games_of
from ludens.errors import LudensError

MISTAKES = [
    (["tournamint"], "unknown command 'tournamint'; did you mean 'tournament'"),
    (["games", "prisoners_dilema"], "unknown game 'prisoners_dilema'; did you mean 'prisoners_dilemma'"),
    (["players", "tit_for_tut"], "unknown player 'tit_for_tut'; did you mean 'tit_for_tat'"),
    (["completion", "tcsh"], "unknown shell 'tcsh'"),
    (["play", "game=prisoners_dilemma"], "players=... is missing"),
    (["play", "game=prisoners_dilemma", "playerz=[random]"], "unknown setting 'playerz'; did you mean 'players'?"),
    (["play", "game=prisoner", "players=[random,random]"], "unknown game 'prisoner'; did you mean 'prisoners_dilemma'"),
    (["play", "game=prisoners_dilemma", "players=[random]"], "prisoners_dilemma-v0 has 2 seats; players=[...] names 1"),
    (["play", "game=prisoners_dilemma", "players=[random,tit_for_tut]"], "unknown player 'tit_for_tut'"),
    (["play", "game=prisoners_dilemma", "game.roundz=3", "players=[random,random]"], "unknown parameter 'roundz'; did you mean 'rounds'"),
    (["play", "game=prisoners_dilemma", "game.rounds=-3", "players=[random,random]"], "rounds=-3 should be"),
    (["play", "game=prisoners_dilemma", "players=[random,{kind:coin,p:7}]"], "p=7"),
    (["play", "game=prisoners_dilemma", "players=[random,{kind:coin,q:0.5}]"], "q"),
    (["play", "game=prisoners_dilemma", "players=[random,{p:0.5}]"], "has no kind"),
    (["play", "game=prisoners_dilemma", "players=[random,random]", "seed=x"], "'x' of type 'str' could not be converted to Integer"),
    (["play", "game=prisoners_dilemma", "players=[random"], "input"),
    (["play", "game=dictator", "players=[language,random]"], "player 'language' needs a model"),
    (["play", "game=dictator", "players=[language,random]", "model=opnai"], "unknown model 'opnai'"),
    (["play", "game=dictator", "players=[tit_for_tat,random]"], "player 'tit_for_tat' cannot play dictator-v0"),
    (["tournament", "players=[random,tit_for_tat]"], "game=NAME for one game, or games=[NAME,...] for several"),
    (["tournament", "game=stag_hunt", "players=[random,random]"], "player 'random' stands in the list twice"),
    (["tournament", "game=stag_hunt", "players=[random]"], "nothing to play"),
    (["tournament", "game=stag_hunt", "players=[random,grim]", "plan.kind=knockout"], "plan.kind=knockout should be"),
    (["tournament", "game=stag_hunt", "players=[random,grim]", "plan.replicates=0"], "replicates=0 should be 1 or more"),
    (["play", "game=prisoners_dilemma", "players=[random,random]", "seed=-1"], "seed=-1 should be 0 or more"),
    (["play", "game=prisoners_dilemma", "players=[random,random]", "move_seconds=nan"], "move_seconds=nan should be"),
    (["play", "game=prisoners_dilemma", "players=[random,random]", "--dry-run"], "unknown setting 'dry_run'"),
    (["play", "game=prisoners_dilemma", "players=[random,random]", "--drop"], "unknown option '--drop'"),
    (["play", "game=prisoners_dilemma", "players=[random,random]", "+sed=1"], "unknown setting 'sed'; did you mean 'seed'"),
    (["play", "game=prisoners_dilemma", "players=random"], "players=random should be a list: players=[random,...]"),
    (["tournament", "game=stag_hunt", "players=[random,{kind:memory_one,p_cc:0.9}]"], "p_cd, p_dc, p_dd must be given"),
    (["tournament", "game=stag_hunt", "players=[random,{kind:coin,p:7}]"], "p=7"),
    (["tournament", "game=stag_hunt", "players=[random,{kind:coin,pp:0.7}]"], "player coin: unknown parameter 'pp'; did you mean 'p'"),
    (["tournament", "game=stag_hunt", "players=[random,grim]", "name=../other"], "name=../other should be the name of one folder"),
    (["tournament", "game=stag_hunt", "players=[random,grim]", "bootstrap=-1"], "bootstrap=-1 should be 0 or more"),
    (["tournament", "game=stag_hunt", "players=[random,grim]", "transcripts=-1"], "transcripts=-1 should be 0 or more"),
    (["tournament", "game=stag_hunt", "players=[random,grim]", "budget.dollars=-1"], "budget.dollars=-1.0 should be 0 or more"),
    (["tournament", "game=stag_hunt", "players=[random,language]", "model=local_server"], "model.model=... is missing"),
    (["tournament", "game=stag_hunt", "players=[random,language]", "model=schema", "model.timeout=abc"], "timeout='abc' should be a number"),
    (["tournament", "game=stag_hunt", "players=[random,language]", "model=schema", "model.price=5"], "price=5 should be a mapping"),
    (["tournament", "game=stag_hunt", "players=[random,language]", "model=schema", "model.max_retries=null"], "max_retries=None should be a number"),
    (["replay"], "run=... is missing"),
    (["replay", "run=nowhere"], "there is no run 'nowhere'"),
    (["replay", "run=x", "format=avi"], "format=avi should be one of: html, gif, mp4"),
    (["replay", "run=x", "format=gif"], "format=... needs episode=...: one episode is one file"),
    (["replay", "ruin=x"], "unknown key 'ruin'; did you mean 'run'?"),
    (["report", "nowhere"], "'nowhere' should be KEY=VALUE"),
    (["export", "run=nowhere", "format=xml"], "format=xml should be one of"),
]


@pytest.mark.parametrize(("words", "says"), MISTAKES, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_mistake_is_one_clear_line(words, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    printed = capsys.readouterr()
    lines = printed.err.strip().splitlines()
    assert len(lines) == 1, printed.err
    assert lines[0].startswith("ludens: ")
    assert says in lines[0]
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_configuration_of_ones_own_are_one_line_too(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine" / "model").mkdir(parents=True)
    (tmp_path / "mine" / "model" / "made.yaml").write_text("{engine: schema, model: made}\n")
    (tmp_path / "mine" / "model" / "broken.yaml").write_text("engine: [schema\n")
    words = ["play", "--config-dir", "mine", "game=dictator", "players=[language,random]"]
    assert main([*words, "model=made"]) == 0
    capsys.readouterr()
    for more, says in (
        (["model=mad"], "unknown model 'mad'; did you mean 'made'?"),
        (["model=broken"], "broken.yaml"),
        (["players=[{kind:language,model:broken},random]"], "broken.yaml"),
        (["model=made", "game=dictador"], "unknown game 'dictador'; did you mean 'dictator'"),
    ):
        assert main([*words, *more]) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1, lines
        assert says in lines[0]


def test_games_can_be_taken_out_of_all():
    everything = games_of({"game": None, "games": ["all"]})
    fewer = games_of({"game": None, "games": ["all", "-overcooked", "-trust-v0", {"id": "trust", "multiplier": 2}]})
    assert {game.made_as for game in everything} - {game.made_as for game in fewer} == {"overcooked-v0"}
    assert [game.label for game in fewer][-1] == "trust-v0(multiplier=2)"
    with pytest.raises(LudensError, match="-trust takes out a game that is not among those before it"):
        games_of({"game": None, "games": ["negotiation", "-trust"]})
    with pytest.raises(LudensError, match="did you mean"):
        games_of({"game": None, "games": ["all", "-overcoked"]})
