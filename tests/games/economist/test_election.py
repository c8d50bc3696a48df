"""Votes: counting, what comes onto a ballot, recall, who is for a law and who is not, and the median voter."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.economist import bot_for, economic
from ludens.games import Move, make
from ludens.games.economist.election import PLANNERS_LAW, PRESENT_LAW, lines_of
from ludens.games.economist.formulas import majority_rate
from ludens.games.economist.voting import condorcet_winner, margins, maximal_lottery, tally

RATES = {"rate_1": 10, "rate_2": 20, "rate_3": 30}


def flat(rate):
    return {f"rate_{number}": rate for number in (1, 2, 3)}


# -- counting --------------------------------------------------------------------------------------------------------------


def test_margins_and_winners_by_hand():
    # three voters: 0 over 1 over 2, 0 over 2 over 1, 1 over 2 over 0
    grades = [[3, 2, 1], [3, 1, 2], [1, 3, 2]]
    lead = margins(grades)
    assert lead.tolist() == [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]]
    assert condorcet_winner(lead) == 0
    np.testing.assert_allclose(maximal_lottery(lead), [1, 0, 0], atol=1e-9)
    assert tally([[1, 0], [1, 1], [0, 1]]).tolist() == [2, 2]
    # equal grades count for nobody
    assert margins([[5, 5]]).tolist() == [[0, 0], [0, 0]]


def test_a_cycle_has_no_winner_and_an_even_lottery():
    lead = margins([[3, 2, 1], [1, 3, 2], [2, 1, 3]])
    assert condorcet_winner(lead) is None
    np.testing.assert_allclose(maximal_lottery(lead), [1 / 3] * 3, atol=1e-9)


def test_no_option_beats_a_maximal_lottery_on_average():
    rng = np.random.default_rng(0)
    for _ in range(50):
        lead = margins(rng.integers(0, 4, (int(rng.integers(1, 12)), int(rng.integers(2, 7)))))
        chances = maximal_lottery(lead)
        assert chances.sum() == pytest.approx(1)
        assert (chances @ lead).min() >= -1e-7
        if (winner := condorcet_winner(lead)) is not None:
            assert chances[winner] == pytest.approx(1)


# -- in the game -----------------------------------------------------------------------------------------------------------


def opened(ballot="plurality", stands=(), proposal=RATES, **parameters):
    game = make("economist", **{"workers": 4, "years": 2, "year_length": 2, "ballot": ballot, **parameters})
    state = game.start(0)
    assert state.to_move == tuple(range(game.seats))
    state.play({0: Move(proposal), **{seat: Move({"act": "stand", **flat(10 * seat)} if seat in stands else {"act": "pass"}) for seat in range(1, game.seats)}})
    return state


def test_a_year_is_proposals_a_vote_and_work():
    state = opened(stands=(2, 4))
    assert state.to_move == (1, 2, 3, 4)
    assert state.proposals == {PRESENT_LAW: [50] * 3, PLANNERS_LAW: [10, 20, 30], "candidate_1": [20] * 3, "candidate_2": [40] * 3}
    assert "candidate_1 (player_2): 20% of all income" in state.events[-1].text
    votes = ("candidate_1", "candidate_1", PLANNERS_LAW, PRESENT_LAW)
    state.play({seat: Move({"act": "vote", "for": vote}) for seat, vote in enumerate(votes, 1)})
    assert state.rates == [20] * 3
    assert state.events[-2].text == "Votes: present_law 1, planner 1, candidate_1 2 and candidate_2 0. candidate_1 is law."
    assert state.supporters == [True, True, False, False]
    for _ in range(2):
        state.play({seat: Move({"act": "work", "hours": 40}) for seat in range(1, 5)})
    (held,) = state.outcome["elections"]
    own = game_utilities(state)
    assert held["supporters_utility"] == pytest.approx(own[:2].mean())
    assert held["others_utility"] == pytest.approx(own[2:].mean())
    assert (held["winner"], held["supporters"]) == ("candidate_1", 2)
    # a year later the chosen law can be kept or recalled
    assert state.phase == "law"
    state.play({0: Move(flat(0)), **{seat: Move({"act": "pass"}) for seat in range(1, 5)}})
    assert state.proposals == {PRESENT_LAW: [20] * 3, PLANNERS_LAW: [0] * 3}
    state.play({seat: Move({"act": "vote", "for": PRESENT_LAW}) for seat in range(1, 5)})
    assert state.rates == [20] * 3


def game_utilities(state):
    return state.game.economy(state.skills).settle(state.hours, state.game.edges, np.array(state.rates) / 100).utility


def test_lots_decide_who_of_many_comes_onto_the_ballot():
    chosen = set()
    for seed in range(20):
        game = make("economist", workers=4, ballot="approval", candidates=1)
        state = game.start(seed)
        state.play({0: Move(RATES), **{seat: Move({"act": "stand", **flat(10 * seat)}) for seat in range(1, 5)}})
        assert len(state.proposals) == 3
        chosen.add(state.proposals["candidate_1"][0])
    assert chosen == {10, 20, 30, 40}


def test_empty_lines_cannot_be_voted_for():
    plurality, approval = opened(), opened("approval")
    assert plurality.action_spec(1).check(Move({"act": "vote", "for": "candidate_1"})) is not None
    full = dict.fromkeys(lines_of(2), "yes")
    assert approval.action_spec(1).check(Move({"act": "vote", **full})) is not None
    assert approval.action_spec(1).check(Move({"act": "vote", **full, "candidate_1": "no", "candidate_2": "no"})) is None


def test_approvals_add_up_and_ties_fall_to_either():
    won = set()
    for seed in range(12):
        game = make("economist", workers=2, years=1, year_length=1, ballot="approval", candidates=0)
        state = game.start(seed)
        state.play({0: Move(RATES), 1: Move({"act": "pass"}), 2: Move({"act": "pass"})})
        state.play({1: Move({"act": "vote", PRESENT_LAW: "yes", PLANNERS_LAW: "no"}), 2: Move({"act": "vote", PRESENT_LAW: "no", PLANNERS_LAW: "yes"})})
        won.add(state.elections[0]["winner"])
        assert state.elections[0]["supporters"] == 1
    assert won == {PRESENT_LAW, PLANNERS_LAW}


def test_the_majority_by_pairs_decides_where_plurality_would_not():
    # two workers love the planner's law, the other three split between the two other lines but grade it last
    state = opened("condorcet", stands=(1,), workers=5)
    ballots = [{PRESENT_LAW: 0, PLANNERS_LAW: 10, "candidate_1": 5}] * 2 + [{PRESENT_LAW: 10, PLANNERS_LAW: 0, "candidate_1": 9}] * 2
    ballots.append({PRESENT_LAW: 2, PLANNERS_LAW: 0, "candidate_1": 10})
    state.play({seat: Move({"act": "vote", **ballot, "candidate_2": 0}) for seat, ballot in enumerate(ballots, 1)})
    assert state.elections[0]["winner"] == "candidate_1"
    assert state.elections[0]["supporters"] == 1
    assert "candidate_1 is law." in state.events[-2].text


def test_votes_are_secret():
    state = opened(stands=(1,))
    state.play({seat: Move({"act": "vote", "for": PRESENT_LAW}) for seat in range(1, 5)})
    cast = [event for event in state.events if event.kind == "vote"]
    assert [event.visible_to for event in cast] == [(1,), (2,), (3,), (4,)]
    assert "You voted for present_law." in state.observe(2).text()


# -- those who vote by what they would get ---------------------------------------------------------------------------------


def elected(game, seed):
    state = game.start(seed)
    bots = [economic(game, seat, np.random.default_rng([seed, seat]), "optimal", "best_response") for seat in range(game.seats)]
    while not state.over:
        state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
    return state


def test_the_median_voter_decides_by_pairs():
    # every worker stands with its favourite flat rate: the one that beats all others is that of the median
    game = make("economist", workers=9, years=1, year_length=1, brackets="flat", ballot="condorcet", candidates=9, rate_step=1, hours_step=0)
    median = 100 * majority_rate(game.typical.under(game.edges, (0.0,)).income, game.tastes.elasticity)
    for seed in range(3):
        state = elected(game, seed)
        # the drawn median is not quite that of the typical population
        income = np.median(game.economy(state.skills).under(game.edges, (0.0,)).income)
        mean = game.typical.under(game.edges, (0.0,)).income.mean()
        spared = 1 - income / mean
        assert state.rates[0] == pytest.approx(100 * spared / (spared + 0.4), abs=3)
        assert state.rates[0] == pytest.approx(median, abs=12)


@pytest.mark.parametrize("ballot", ["plurality", "approval", "condorcet"])
@pytest.mark.parametrize("parameters", [{}, {"control": "changes", "satisfaction": True}], ids=str)
def test_scripted_workers_vote_under_every_rule(ballot, parameters):
    game = make("economist", workers=4, years=3, year_length=2, ballot=ballot, **parameters)
    for style in ("fair", "cautious"):
        state = game.start(0)
        bots = [bot_for(game, style)(seat, np.random.default_rng(seat)) for seat in range(game.seats)]
        while not state.over:
            state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
        assert len(state.elections) == 3 - (game.terms.control == "changes")
        # the law that wins by pairs may be nobody's first
        assert all(one["supporters"] >= (ballot != "condorcet") for one in state.elections)


def test_winners_of_a_vote_gain_by_it_on_average():
    game = make("economist", workers=15, years=1, year_length=1, ballot="plurality", candidates=2)
    gains = []
    for seed in range(5):
        state = elected(game, seed)
        before = game.economy(state.skills).under(game.edges, np.full(3, 0.5)).utility
        gains.append((game_utilities(state) - before)[np.array(state.supporters)].mean())
    assert np.mean(gains) > 0
