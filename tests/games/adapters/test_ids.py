"""Adapters are registered apart from games, and say in one line what is missing."""

from importlib.metadata import PackageNotFoundError

import pytest

import ludens
from ludens.conf.resolve import game_of, games_of
from ludens.errors import MissingPackage, UnknownName
from ludens.games import adapter_ids, all_ids, registry, spec


@pytest.fixture
def nothing_installed(monkeypatch):
    def version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(registry, "version", version)


def test_adapters_are_listed_apart():
    assert {"openspiel-v0", "textarena-v0"} <= set(adapter_ids())
    assert not set(adapter_ids()) & set(all_ids())
    assert all(spec(id).adapts for id in adapter_ids())
    assert not any(spec(id).adapts for id in all_ids())


@pytest.mark.parametrize(("name", "package"), [("openspiel", "open_spiel"), ("textarena-v0", "textarena")])
def test_what_is_missing_is_told_in_one_line(nothing_installed, name, package):
    assert not spec(name).installed
    with pytest.raises(MissingPackage, match=rf"^{spec(name).id} needs the package {package}: pip install {package}$"):
        game_of(name)


def test_games_of_the_house_need_nothing(nothing_installed):
    assert spec("trust").installed
    assert ludens.make("trust").seats == 2


def test_all_means_the_games_of_the_house(nothing_installed):
    assert {game.made_as for game in games_of({"game": None, "games": ["all"]})} == set(all_ids())


def test_a_misspelt_adapter_is_not_taken_for_a_missing_package():
    with pytest.raises(UnknownName):
        ludens.make("openspil")


def test_the_list_of_games_shows_adapters(nothing_installed, capsys):
    from ludens.cli.listing import games

    assert games([]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("textarena")]
    assert line.split()[:3] == ["textarena", "textarena", "no"]


def test_completion_knows_adapters_and_does_not_load_what_is_missing(nothing_installed):
    from ludens.cli.completion import candidates

    assert "openspiel" in candidates("ludens games ", ["games"])
    assert candidates("ludens play game=openspiel game.", ["play"]) == []
