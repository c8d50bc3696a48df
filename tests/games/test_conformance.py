"""Every registered game passes the public conformance suite, its golden playthrough included."""

from pathlib import Path

import pytest

from ludens.games import all_ids, make, spec
from ludens.games.testing import check_game

GOLDENS = Path(__file__).parents[1] / "golden"
OURS = [game_id for game_id in all_ids() if spec(game_id).entry_point.startswith("ludens.")]


@pytest.mark.parametrize("game_id", OURS)
def test_registered_game_conforms(game_id):
    check_game(make(game_id), golden=GOLDENS / f"{game_id}.txt")


def test_every_golden_belongs_to_a_game():
    assert {path.stem for path in GOLDENS.glob("*.txt")} == set(OURS)
