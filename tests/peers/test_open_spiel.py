"""Item division beside OpenSpiel's ``bargaining``, and named matrix games beside its own: same moves, same payoffs."""

import itertools
import re

import numpy as np
import pytest

import ludens
from ludens.games import Move
from ludens.games.negotiation.instances import instances

pyspiel = pytest.importorskip("pyspiel")
pytestmark = pytest.mark.peer

ITEMS = ("book", "hat", "ball")


def numbers(line):
    return tuple(int(number) for number in re.findall(r": (\d+)", line))


def instance(state):
    """Read pool and both sides' values from the peer's text."""
    lines = str(state).splitlines()
    return numbers(lines[0].removeprefix("Pool")), numbers(lines[1].partition(":")[2]), numbers(lines[2].partition(":")[2])


@pytest.fixture(scope="module")
def database():
    state = pyspiel.load_game("bargaining").new_initial_state()
    found = []
    for number, _ in state.chance_outcomes():
        child = state.child(number)
        found.append((number, *instance(child)))
    return found


def test_the_published_instances_are_among_those_that_we_generate(database):
    ours = set(instances(3, (5, 7), 10))
    assert {(pool, mine, theirs) for _, pool, mine, theirs in database} <= ours


@pytest.mark.parametrize("discount", [1.0, 0.9])
def test_random_bargaining_pays_the_same(database, discount):
    peer = pyspiel.load_game("bargaining", {"discount": discount})
    rng = np.random.default_rng(11)
    agreed = 0
    for number, pool, mine, theirs in database[::5]:
        rules = {"pool": pool, "values": (mine, theirs), "discount": (discount, discount)}
        state = ludens.make("negotiation", walk=False, counter_only=True, deadline=10, **rules).start(0)
        other = peer.new_initial_state()
        other.apply_action(number)
        while not other.is_terminal():
            seat = other.current_player()
            assert state.to_move == (seat,)
            action = int(rng.choice(other.legal_actions()))
            text = other.action_to_string(seat, action)
            if text == "Agree":
                choice = {"act": "accept"}
                agreed += 1
            else:
                # ours states what the proposer takes, as theirs does
                choice = {"act": "propose", **dict(zip(ITEMS, numbers(text.partition(":")[2]), strict=True))}
            state.play({seat: Move(choice)})
            other.apply_action(action)
        assert state.over, f"instance {number}: the peer's game is over, ours waits for {state.to_move}"
        assert state.returns == pytest.approx(other.returns())
    assert agreed > 20


@pytest.mark.parametrize(("troops", "fields"), [(5, 3), (4, 2), (3, 4)])
def test_blotto_has_the_same_payoffs(troops, fields):
    game, peer = ludens.make("blotto", troops=troops, fields=fields), pyspiel.load_game("blotto", {"coins": troops, "fields": fields, "players": 2})
    state = peer.new_initial_state()
    # theirs are named "[0,1,4]"
    names = [state.action_to_string(0, action).strip("[]").replace(",", "-") for action in state.legal_actions(0)]
    assert sorted(names) == sorted(game.shown[0])
    for one, two in itertools.product(range(len(names)), repeat=2):
        end = state.clone()
        end.apply_actions([one, two])
        assert end.returns() == game.table[:, game.index[0][names[one]], game.index[1][names[two]]].tolist()


@pytest.mark.parametrize(("ours", "theirs"), [("matching_pennies", "matrix_mp"), ("rock_paper_scissors", "matrix_rps"), ("shapley", "matrix_shapleys_game")])
def test_named_games_have_the_same_payoffs(ours, theirs):
    game, peer = ludens.make(ours), pyspiel.load_matrix_game(theirs)
    mine = np.array(game.payoffs, dtype=float)
    other = np.array([peer.row_utilities(), peer.col_utilities()], dtype=float)
    # up to the order of actions: every relabelling that is a symmetry of one is one of the other
    assert sorted(mine.reshape(2, -1).T.tolist()) == sorted(other.reshape(2, -1).T.tolist())
