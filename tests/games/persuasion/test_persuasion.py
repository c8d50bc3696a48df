"""The discussion of two seats with private evidence: belief against brute force, what is open when, who is paid, what is hidden, what yields."""

import itertools
from collections import defaultdict

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.actions import Move
from ludens.games.persuasion.belief import belief, chances, claims, heard, settled
from ludens.games.persuasion.predictions import ceiling
from ludens.games.testing import check_game


def brute(game, misleaders):
    """Chances of (own tally, other's first claim) by truth, piece by piece: every sequence of pieces of both seats, both kinds of partner."""
    low, high = game.evidence
    numbers, found = range(game.options), defaultdict(lambda: np.zeros(game.options))
    slips = (1 - game.reliability) / (game.options - 1)

    def dealt(truth):
        for count in range(low, high + 1):
            for pieces in itertools.product(numbers, repeat=count):
                chance = 1 / (high - low + 1)
                for piece in pieces:
                    chance *= game.reliability if piece == truth else slips
                yield tuple(pieces.count(answer) for answer in numbers), chance

    for truth in numbers:
        for own, likely in dealt(truth):
            for tally, other in dealt(truth):
                for misleads, share in ((False, 1 - misleaders), (True, misleaders)):
                    wanted = min(tally) if misleads else max(tally)
                    named = [answer for answer in numbers if tally[answer] == wanted]
                    for answer in named:
                        found[own, (answer, max(tally))][truth] += likely * other * share / len(named) / game.options
    return found


@pytest.mark.parametrize(
    "params",
    [{"evidence": (1, 3)}, {"evidence": (0, 3), "misleaders": 0.3}, {"options": 2, "evidence": (2, 4), "reliability": 0.8, "misleaders": 0.6}],
)
def test_belief_is_what_brute_force_finds(params):
    game = make("persuasion", **params)
    for (own, claim), joint in brute(game, game.misleaders).items():
        np.testing.assert_allclose(belief(game, own, claim), joint / joint.sum(), atol=1e-12)
    # another share of misleaders than the rules state can be reckoned with
    for (own, claim), joint in brute(game, 0.1).items():
        np.testing.assert_allclose(belief(game, own, claim, misleaders=0.1), joint / joint.sum(), atol=1e-12)


@pytest.mark.parametrize("params", [{"evidence": (1, 3)}, {"evidence": (0, 3), "misleaders": 0.3}])
def test_the_card_is_what_brute_force_finds(params):
    game = make("persuasion", **params)
    sums = dict.fromkeys(("right", "alone", "held", "misled", "wrong", "corrected"), 0.0)
    for (tally, (other, _)), joint in brute(game, game.misleaders).items():
        best = [answer for answer in range(game.options) if np.isclose(joint[answer], joint.max(), rtol=1e-9)]
        for own in (answer for answer in range(game.options) if tally[answer] == max(tally)):
            share = 1 / tally.count(max(tally))
            final = own if own in best else other if other in best else best[0]
            sums["right"] += share * joint[final]
            sums["alone"] += share * joint[own]
            if own != other:
                sums["held"] += share * joint[own]
                sums["misled"] += share * joint[own] * (final == other)
                sums["wrong"] += share * joint[other]
                sums["corrected"] += share * joint[other] * (final == other)
    found = ceiling(game)
    assert found.right == pytest.approx(sums["right"], abs=1e-12)
    assert found.alone == pytest.approx(sums["alone"], abs=1e-12)
    assert found.misinformation == pytest.approx(sums["misled"] / sums["held"], abs=1e-12)
    assert found.correction == pytest.approx(sums["corrected"] / sums["wrong"], abs=1e-12)
    shown = {(card.concept, card.quantity): card.value for card in game.predictions()}
    assert shown["bayes", "right"] == pytest.approx(found.right, abs=1e-6)
    # the best answer is the best there is: no other rule of what was dealt and heard can be right more often
    assert found.right == pytest.approx(sum(joint.max() for joint in brute(game, game.misleaders).values()), abs=1e-12)


def test_chances_sum_to_one_and_impossible_claims_tell_nothing():
    game = make("persuasion", evidence=(4, 5), misleaders=0.2)
    _, table = chances(game)
    np.testing.assert_allclose(table.sum(0), 1)
    np.testing.assert_allclose(heard(game).sum((0, 1)), 1)
    # of four pieces two at least point to the same of three answers
    assert not heard(game)[0, 1].any()
    np.testing.assert_allclose(belief(game, (3, 1, 0), (1, 1)), belief(game, (3, 1, 0)))


def test_a_misleader_claims_as_many_pieces_as_an_honest_seat_would():
    assert claims((3, 1, 0)) == {(0, 3): 1.0}
    assert claims((3, 1, 0), misleads=True) == {(2, 3): 1.0}
    assert claims((2, 2, 0)) == {(0, 2): 0.5, (1, 2): 0.5}
    # so that numbers alone give nobody away
    game = make("persuasion", evidence=(1, 4))
    np.testing.assert_allclose(heard(game, 0.0).sum((0, 2)), heard(game, 0.9).sum((0, 2)))


def test_equals_are_settled_in_favour_of_what_was_claimed():
    assert settled(np.array([0.4, 0.4, 0.2]), own=1, other=0) == 1
    assert settled(np.array([0.4, 0.2, 0.4]), own=1, other=2) == 2
    assert settled(np.array([0.4, 0.2, 0.4]), own=1) == 0


@pytest.mark.parametrize(
    "params",
    [
        {"misleaders": 0.4, "payoff": "team", "bounty": 2.0, "acts": 7, "first": 1},
        {"options": 2, "evidence": (0, 1), "say_chars": 0, "asking": False, "acts": 2},
        {"options": 6, "evidence": (3, 3), "acts": 20},
    ],
)
def test_other_parameters_conform(params):
    check_game(make("persuasion", **params), seeds=range(2))


def claim(answer, pieces):
    return Move({"act": "claim", "answer": answer, "pieces": pieces})


ACCEPT, STAND, ASK = (Move({"act": act}) for act in ("accept", "stand", "ask"))


def final(answer):
    return Move({"act": "final", "answer": answer})


def test_what_is_open_when():
    state = make("persuasion").start(0)
    assert state.action_spec(0).domain.names == ("claim", "ask")
    state.play({0: claim("A", 5)})
    assert state.action_spec(1).domain.names == ("claim", "ask")
    state.play({1: ASK})
    assert state.action_spec(0).domain.names == ("claim", "stand", "ask")
    assert state.yields(0, STAND) is None  # nobody claims anything else
    state.play({0: STAND})
    state.play({1: claim("B", 1)})
    assert state.to_move == (0, 1)
    assert state.action_spec(0).domain.names == ("final",)
    state.play({0: final("A"), 1: final("A")})
    assert state.over
    assert state.outcome["asked"] == [1, 0]
    assert state.outcome["opened"] == [["A", 5], ["B", 1]]


def test_agreement_ends_the_discussion():
    state = make("persuasion", acts=9).start(0)
    state.play({0: claim("A", 1)})
    state.play({1: claim("B", 4)})
    assert state.to_move == (0,)
    state.play({0: ACCEPT})
    assert state.to_move == (0, 1)


def test_what_yields_and_what_holds_out():
    state = make("persuasion").start(0)
    assert state.yields(0, claim("A", 1)) is None
    state.play({0: claim("A", 1)})
    assert state.yields(1, claim("B", 1)) is None  # who has claimed nothing has nothing to give up
    state.play({1: claim("B", 1)})
    assert state.yields(0, ACCEPT) is True
    assert state.yields(0, claim("B", 3)) is True
    assert [state.yields(0, move) for move in (STAND, ASK, claim("C", 1), claim("A", 2))] == [False] * 4
    state.play({0: STAND})
    state.play({1: STAND})
    assert state.yields(0, final("B")) is True
    assert state.yields(1, final("C")) is False


def test_offers_of_negotiations_are_yielded_to_by_accepting_them():
    state = make("ultimatum_chain").start(0)
    propose = state.action_spec(0).sample(np.random.default_rng(0))
    assert state.yields(0, propose) is None
    state.play({0: propose})
    assert state.yields(1, Move({"act": "accept"})) is True
    assert state.yields(1, Move({"act": "reject"})) is False
    assert make("prisoners_dilemma").start(0).yields(0, Move("C")) is None


def ended(seed, answers, **params):
    state = make("persuasion", acts=2, **params).start(seed)
    state.play({0: claim("A", 1)})
    state.play({1: claim("B", 1)})
    truth = state.truth
    state.play({seat: final(state.game.names[truth if right else (truth + 1) % 3]) for seat, right in enumerate(answers)})
    return state


def test_who_is_paid():
    assert ended(1, (True, False)).returns == [1.0, 0.0]
    assert ended(1, (True, False), payoff="team").returns == [0.5, 0.5]
    mixed = next(seed for seed in range(50) if make("persuasion", misleaders=0.5).start(seed).misleads == [False, True])
    assert ended(mixed, (False, True), misleaders=0.5, bounty=3.0).returns == [0.0, 3.0]
    assert ended(mixed, (True, False), misleaders=0.5, bounty=3.0, payoff="team").returns == [1.0, 0.0]
    assert ended(mixed, (True, False), misleaders=0.5).outcome["role"] == ["solver", "misleader"]


def test_what_is_hidden_is_drawn_anew_as_the_seat_must_think_it_is():
    state = make("persuasion", evidence=(4, 4)).start(3)
    rng, own = np.random.default_rng(0), state.tallies[0]
    drawn = np.bincount([state.resample_hidden(0, rng).truth for _ in range(2000)], minlength=3) / 2000
    # four standard errors of a share
    np.testing.assert_allclose(drawn, belief(state.game, own), atol=4 * 0.5 / 2000**0.5)
    assert state.resample_hidden(0, rng).tallies[0] == own


def test_silence_stands_by_what_was_claimed():
    state = make("persuasion").start(0)
    best = int(np.argmax(state.tallies[0]))
    assert state.default_move(0) == claim(state.game.names[best], state.tallies[0][best])
    state.play({0: claim("C", 1)})
    state.play({1: claim("A", 1)})
    assert state.default_move(0) == STAND
    state.play({0: STAND})
    state.play({1: STAND})
    assert state.default_move(0) == final("C")


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"options": 1}, "options"),
        ({"reliability": 0.3}, "reliability"),
        ({"evidence": (3, 2)}, "evidence"),
        ({"evidence": (0, 0)}, "evidence"),
        ({"acts": 1}, "acts"),
        ({"first": 2}, "first"),
        ({"misleaders": 1.0}, "misleaders"),
        ({"payoff": "both"}, "payoff"),
        ({"say_chars": -1}, "say_chars"),
    ],
)
def test_bad_parameters_are_named(params, name):
    with pytest.raises(ParameterError, match=name):
        make("persuasion", **params)
