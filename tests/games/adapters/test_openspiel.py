"""Games of OpenSpiel in the house: they pass the conformance suite, and play move for move as OpenSpiel plays them."""

from collections import Counter

import numpy as np
import pytest

import ludens
from ludens.errors import ParameterError
from ludens.games import Move, NotSupported, Status
from ludens.games.spaces import codec
from ludens.games.testing import check_game, random_moves

pyspiel = pytest.importorskip("pyspiel")
pytestmark = pytest.mark.peer

NAMES = [
    "kuhn_poker",
    "kuhn_poker(players=3)",
    "leduc_poker",
    "tic_tac_toe",
    "connect_four",
    "goofspiel(imp_info=True,num_cards=4)",
    "matrix_rps",
    "matrix_pd",
    "liars_dice",
    "catch",
    "blackjack",
    "phantom_ttt",
    "first_sealed_auction",
]
LONG = ["breakthrough", "oh_hell", "euchre", "pig(winscore=15)", "backgammon"]


@pytest.mark.parametrize("name", NAMES)
def test_it_conforms(name):
    check_game(ludens.make("openspiel", name=name))


@pytest.mark.parametrize("name", [*LONG, pytest.param("coop_box_pushing", marks=pytest.mark.slow)])
def test_long_games_conform(name):
    check_game(ludens.make("openspiel", name=name), seeds=(0,))


@pytest.mark.parametrize("name", [*NAMES, *LONG, "coop_box_pushing"])
def test_it_plays_as_openspiel_does(name):
    game, spiel = ludens.make("openspiel", name=name), pyspiel.load_game(name)
    for seed in range(3):
        state, other, rng = game.start(seed), spiel.new_initial_state(), np.random.default_rng(seed)
        done = 0
        while True:
            # what chance did is taken over from ours; it must have been open to it
            while other.is_chance_node():
                action = state.path[done]
                assert action in dict(other.chance_outcomes())
                other.apply_action(action)
                done += 1
            assert state.over == other.is_terminal()
            if state.over:
                break
            for seat in state.to_move:
                domain = state.action_spec(seat).domain
                assert list(domain.numbers) == other.legal_actions(seat)
                assert [" ".join(other.action_to_string(seat, number).split()) for number in domain.numbers] == list(domain.names)
            moves = random_moves(state, rng)
            if other.is_simultaneous_node():
                other.apply_actions([moves[seat].choice if seat in moves else 0 for seat in range(game.seats)])
                done += game.seats
            else:
                other.apply_action(moves[state.to_move[0]].choice)
                done += 1
            state.play(moves)
        assert state.returns == pytest.approx(other.returns())
        assert state.outcome["history"] == other.history()


def test_declarations_are_openspiels():
    kuhn, rps, box = (ludens.make("openspiel", name=name).type for name in ("kuhn_poker", "matrix_rps", "coop_box_pushing"))
    assert (kuhn.dynamics, kuhn.information, kuhn.utility, kuhn.chance, kuhn.payoff_low, kuhn.payoff_high, kuhn.horizon) == (
        "sequential",
        "imperfect",
        "zero_sum",
        True,
        -2,
        2,
        3,
    )
    assert (rps.dynamics, rps.utility, rps.chance, rps.horizon) == ("simultaneous", "zero_sum", False, 1)
    assert (box.dynamics, box.utility) == ("mixed", "cooperative")
    assert ludens.make("openspiel", name="backgammon").type.information == "perfect"


def test_chance_is_drawn_by_its_weights():
    game = ludens.make("openspiel", name="kuhn_poker")
    dealt = Counter(tuple(game.start(seed).path) for seed in range(1200))
    assert set(dealt) == {(a, b) for a in range(3) for b in range(3) if a != b}
    assert all(150 < count < 250 for count in dealt.values()), dealt


def test_a_hidden_card_is_resampled_among_those_that_it_may_be():
    state = ludens.make("openspiel", name="kuhn_poker").start(0)
    own, other = state.path
    rng = np.random.default_rng(0)
    twins = [state.resample_hidden(0, rng) for _ in range(60)]
    assert {twin.path[1] for twin in twins} == {0, 1, 2} - {own}
    assert all(twin.path[0] == own for twin in twins)
    assert all(twin.key(0) == state.key(0) for twin in twins)
    assert all((twin.key(1) == state.key(1)) == (twin.path[1] == other) for twin in twins)


def test_what_openspiel_cannot_resample_is_said():
    state = ludens.make("openspiel", name="battleship").start(0)
    with pytest.raises(NotSupported, match="battleship"):
        state.resample_hidden(0, np.random.default_rng(0))


def test_replies_name_moves():
    spec = ludens.make("openspiel", name="kuhn_poker").start(0).action_spec(0)
    assert "one of: Pass, Bet" in spec.explain()
    assert spec.schema()["properties"]["choice"]["enum"] == ["Pass", "Bet"]
    assert spec.parse('{"choice": "Bet"}') == (Move(1), Status.OK, None)
    assert spec.parse("Answer: bet").move == Move(1)
    assert spec.write(Move(1)) == '{"choice": "Bet"}'
    # its number is not what was asked for
    assert spec.parse('{"choice": 1}').status is Status.ILLEGAL
    assert "is a name" in spec.check(Move("Bet"))


def test_marks_at_the_end_of_a_name_survive_markdown():
    from ludens.games.adapters.openspiel_moves import NamedMoves

    domain = NamedMoves.of([3, 8, 9, 11], ["d3c4*", "d3d4", "twice", "twice"])
    assert domain.read("d3c4") == (3, True)
    assert domain.read("d3c4*") == (3, False)
    assert domain.read("d3d4*") == (8, True)
    assert domain.names[2:] == ("twice (move 9)", "twice (move 11)")


def test_a_network_sees_numbers_that_mean_the_same_everywhere():
    game = ludens.make("openspiel", name="chess")
    state = game.start(0)
    (white,) = state.to_move
    mask = codec(game.action_domain(white)).mask(state.action_spec(white).domain)
    assert mask.shape == (game.spiel.num_distinct_actions(),)
    assert np.flatnonzero(mask).tolist() == state.spiel.legal_actions()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("kuhn_pokr", "did you mean 'kuhn_poker'"),
        ("kuhn_poker(players=77)", "is refused by OpenSpiel"),
        ("bridge_uncontested_bidding", "draws its chance inside its own rules"),
        ("mfg_crowd_modelling", "mean-field"),
        ("crossword", "does not number its moves"),
        ("", "is no game of OpenSpiel"),
    ],
)
def test_what_cannot_be_played_is_told_in_one_line(name, told):
    with pytest.raises(ParameterError, match=told) as caught:
        ludens.make("openspiel", name=name)
    assert "\n" not in str(caught.value)


def test_rules_can_be_told():
    game = ludens.make("openspiel", name="catch", rules="Catch the ball.")
    assert "Catch the ball." in game.rules_text(0)
    assert game.hash != ludens.make("openspiel", name="catch").hash
