"""Many-party deliberation: score sheets, the vote, vetoes, secrets."""

import numpy as np
import pytest

from ludens.games import Move, make
from ludens.games.negotiation.scores import FULL_SCORE, accepts, middle_quantile, passes, sheet_scores

GAME = make("deliberation", rounds=1, order="fixed")
PASS = Move({"act": "pass"})


def offer(game, row):
    letters = [name for name, _ in game.offer_fields.fields]
    return Move({"act": "propose", **{letter: f"{letter}{k + 1}" for letter, k in zip(letters, row, strict=True)}})


def to_vote(state, row):
    """Pass through the discussion and let the leader propose ``row`` in the end."""
    while state.phase == "discussion":
        state.play({state.to_move[0]: PASS})
    state.play({0: offer(state.game, row)})
    return state


def vote(state, yes):
    state.play({seat: Move({"act": "accept" if seat in yes else "reject"}) for seat in range(state.game.seats)})
    return state


@pytest.mark.parametrize("seed", range(8))
def test_feasible_shares_lie_in_their_bounds(seed):
    state = GAME.start(seed)
    scores = np.stack([sheet_scores(GAME.issues, sheet) for sheet in state.sheets], axis=1)
    assert scores.shape == (720, 6)
    assert scores.max(axis=0).tolist() == [FULL_SCORE] * 6
    yes = scores >= [sheet["threshold"] for sheet in state.sheets]
    acceptable = yes[:, 0] & yes[:, 1] & (yes.sum(axis=1) >= 5)
    assert 0.05 <= acceptable.mean() <= 0.10
    assert 0.01 <= yes.all(axis=1).mean() <= 0.03


def test_the_comparison_with_thresholds_is_explicit():
    scores, thresholds = np.array([50.0, 50.0]), np.array([50.0, 49.0])
    assert accepts(scores, thresholds, strict=False).tolist() == [True, True]
    assert accepts(scores, thresholds, strict=True).tolist() == [False, True]


def test_what_passes():
    yes = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 1]], dtype=bool)
    assert passes(yes, (0, 1), 1).tolist() == [True, True, False, False]
    assert passes(yes, (), 1).tolist() == [True, True, False, True]
    assert passes(yes, (), 0).tolist() == [True, False, False, False]


@pytest.mark.parametrize(("parties", "vetoes", "dissent"), [(6, 2, 1), (3, 2, 1), (4, 0, 2), (2, 2, 0)])
def test_thresholds_are_put_where_the_wanted_share_would_pass(parties, vetoes, dissent):
    quantile = middle_quantile(parties, vetoes, dissent, 0.075)
    rng = np.random.default_rng(0)
    yes = rng.random((200_000, parties)) > quantile
    assert passes(yes, tuple(range(vetoes)), dissent).mean() == pytest.approx(0.075, abs=0.005)


@pytest.mark.parametrize(
    "params",
    [
        {"parties": 7, "issues": (3, 3, 4, 4, 5, 4)},
        {"parties": 3},
        {"parties": 2, "dissent": 0, "acceptable": (0.05, 0.1), "unanimous": (0.05, 0.1)},
        {"strict": True, "dissent": 2},
    ],
)
def test_sheets_are_found_for_other_sizes(params):
    state = make("deliberation", **params).start(0)
    low, high = state.game.acceptable
    vote(to_vote(state, (0,) * len(state.game.issues)), range(state.game.seats))
    assert low <= state.outcome["acceptable_share"] <= high


def test_scores_are_paid_and_unanimity_rewards_the_leader():
    row = (0, 1, 2, 3, 4)
    state = vote(to_vote(GAME.start(0), row), range(6))
    scores = [sum(points[k] for points, k in zip(sheet["scores"], row, strict=True)) for sheet in state.sheets]
    assert state.returns == [scores[0] + 10.0, *scores[1:]]
    assert state.outcome["unanimous"]
    assert state.outcome["deal"] == "A1, B2, C3, D4, E5"


@pytest.mark.parametrize(("yes", "passed"), [((0, 1, 2, 3, 4), True), ((0, 1, 2, 3), False), ((0, 2, 3, 4, 5), False), ((1, 2, 3, 4, 5), False)])
def test_votes_and_vetoes(yes, passed):
    state = vote(to_vote(GAME.start(0), (0,) * 5), yes)
    assert state.outcome["agreement"] is passed
    assert not state.outcome["unanimous"]
    if not passed:
        assert state.returns == [float(sheet["threshold"]) for sheet in state.sheets]


def test_a_party_with_a_veto_can_end_it_all():
    state = GAME.start(0)
    state.play({0: PASS})
    assert "walk" in state.action_spec(1).domain.names
    state.play({1: Move({"act": "walk"})})
    assert state.over
    assert state.outcome["walked"] == "player_1"
    third = GAME.start(0)
    third.play({0: PASS})
    third.play({1: PASS})
    assert "walk" not in third.action_spec(2).domain.names


def test_thresholds_can_decide_instead_of_votes():
    game = make("deliberation", rounds=1, closing="threshold")
    for seed in range(4):
        state = game.start(seed)
        scores = np.stack([sheet_scores(game.issues, sheet) for sheet in state.sheets], axis=1)
        need = np.array([sheet["threshold"] for sheet in state.sheets])
        best = int(np.argmax((scores >= need).sum(axis=1) + 1e-4 * scores.sum(axis=1)))
        to_vote(state, np.unravel_index(best, game.issues))
        assert state.over
        assert state.outcome["votes"] == (scores[best] >= need).tolist()
        assert state.outcome["unanimous"]


def test_proposals_below_ones_own_threshold_are_counted():
    state = GAME.start(2)
    worst = tuple(int(np.argmin(points)) for points in state.sheets[0]["scores"])
    state.play({0: offer(GAME, worst)})
    assert state.outcome["below_threshold"] == [1, 0, 0, 0, 0, 0]


def test_nobody_sees_another_sheet():
    state = GAME.start(1)
    for seat in range(6):
        assert [event.data["seat"] for event in state.observe(seat).events if event.kind == "private"] == [seat]


def test_resampled_sheets_keep_the_generators_bounds_and_known_votes():
    game = make("deliberation", rounds=1, closing="threshold", parties=4, issues=(3, 3, 4), unanimous=(0.0, 0.2), acceptable=(0.05, 0.4))
    state, rng = game.start(3), np.random.default_rng(0)
    votes = to_vote(state, (0, 1, 2)).yes
    for _ in range(10):
        twin = state.resample_hidden(2, rng)
        assert twin.sheets[2] == state.sheets[2]
        assert twin.sheets[1] != state.sheets[1]
        assert twin._would_accept((0, 1, 2)) == votes
        assert 0.05 <= twin.outcome["acceptable_share"] <= 0.4


def test_the_record_names_each_partys_role():
    params = {"parties": 3, "issues": (2, 3, 4), "vetoes": (0, 2), "unanimous": (0.0, 1.0), "acceptable": (0.05, 0.6)}
    assert make("deliberation", **params).start(0).roles == ("leader", "party", "veto")
