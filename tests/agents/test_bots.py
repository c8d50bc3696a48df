"""The dispatcher of scripted bots."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from market import Market

from ludens import plugins
from ludens.agents import PlayerSpec
from ludens.agents.bots import STYLES, _modules
from ludens.errors import ParameterError
from ludens.games import Move, make


def test_an_unknown_style_is_named_with_the_nearest():
    with pytest.raises(ParameterError, match=r"style='greddy' is no style; did you mean 'greedy'"):
        PlayerSpec.of("scripted", style="greddy").build()


def test_a_game_without_bots_is_refused_before_and_at_the_table():
    spec = PlayerSpec.of("scripted", style="fair")
    assert spec.why_not(make("prisoners_dilemma")) is None
    assert spec.why_not(Market()).startswith("no scripted bots know Market; they know ")
    player = spec.build()
    player.start(0, Market().type, 0)
    with pytest.raises(ParameterError, match="no scripted bots know Market"):
        player.act(Market().start(0).observe(0))


@pytest.mark.parametrize("style", STYLES)
def test_specs_name_and_hash_the_style(style):
    spec = PlayerSpec.of("scripted", style=style)
    assert spec.sync
    assert not spec.needs_model
    assert spec.name == f"scripted(style={style})"
    assert spec.hash != PlayerSpec.of("scripted", style=STYLES[STYLES.index(style) - 1]).hash


def test_another_distribution_adds_bots_by_an_entry_point(monkeypatch):
    made = []

    class Buyer:
        def act(self, observation):
            return Move("south")

    def bot_for(game, style):
        made.append((type(game).__name__, style))
        return lambda seat, rng: Buyer()

    class Entry:
        def load(self):
            return SimpleNamespace(GAMES=("Market",), bot_for=bot_for)

    monkeypatch.setattr(plugins, "entry_points", lambda group: [Entry()] if group == "ludens.bots" else [])
    _modules.cache_clear()
    try:
        spec = PlayerSpec.of("scripted", style="tough")
        assert spec.why_not(Market()) is None
        player = spec.build()
        player.start(1, Market().type, 0)
        state = Market().start(0)
        assert player.act(state.observe(1)) == player.act(state.observe(1)) == Move("south")
        assert set(made) == {("Market", "tough")}
    finally:
        _modules.cache_clear()


def test_every_module_of_bots_says_what_it_plays():
    for name, module in _modules().items():
        assert isinstance(name, str)
        assert callable(module.bot_for)
