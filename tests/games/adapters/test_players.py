"""Who plays our games plays those of other libraries: by numbers, by words, and out of the record."""

import pytest

from ludens.agents import PlayerSpec
from ludens.arena import play_match, play_match_async, replay
from ludens.arena.plan import Match
from ludens.games import make
from ludens.llm.scripted import SchemaModel

pytestmark = pytest.mark.peer

GAMES = [
    pytest.param("pyspiel", "openspiel", {"name": "leduc_poker"}, id="leduc"),
    pytest.param("pyspiel", "openspiel", {"name": "goofspiel(imp_info=True,num_cards=4)"}, id="goofspiel"),
    pytest.param("textarena", "textarena", {"env": "KuhnPoker-v0"}, id="textarena"),
]


def statuses(episode):
    return {str(decision.status) for decision in episode.decisions}


@pytest.mark.parametrize(("package", "adapter", "params"), GAMES)
async def test_a_language_player_answers_by_name(package, adapter, params):
    pytest.importorskip(package)
    game = make(adapter, **params)
    spec = PlayerSpec.of("language", model="schema")
    episode = await play_match_async(Match(game, (spec, PlayerSpec.of("random")), 1), {"schema": SchemaModel("schema")})
    assert statuses(episode) == {"ok"}
    assert not episode.faults
    assert replay(episode).returns == list(episode.returns)


@pytest.mark.parametrize("name", ["leduc_poker", "goofspiel(imp_info=True,num_cards=4)", "tic_tac_toe", "backgammon"])
def test_a_network_plays_by_number(name, tmp_path):
    pytest.importorskip("pyspiel")
    pytest.importorskip("torch")
    from ludens.agents.neural import new_policy, save_policy

    game = make("openspiel", name=name)
    spec = PlayerSpec.of("neural", path=str(save_policy(tmp_path / "p", new_policy(game, "mlp", seed=1, hidden=[8]))))
    assert spec.why_not(game) is None
    episode = play_match(Match(game, (spec, spec), 3))
    assert statuses(episode) == {"ok"}
    assert not episode.faults


def test_a_person_is_offered_the_names():
    from ludens.agents.person import _words
    from ludens.games.adapters.openspiel_moves import NamedMoves

    assert _words(NamedMoves.of([0, 4], ["Pass", "Bet"]))[:2] == ("Pass", "Bet")
