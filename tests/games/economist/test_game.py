"""The game: conformance in every variant, who is told what, payoffs, laws, hidden information, warnings."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import Move, NotSupported, make
from ludens.games.core import IllegalMove
from ludens.games.economist.game import PLANNER, ROLES
from ludens.games.economist.optimum import welfare_of
from ludens.games.economist.setups import DegenerateObjective
from ludens.games.testing import check_game, random_moves

VARIANTS = [
    {"setup": "one_step"},
    {"setup": "published", "years": 2, "year_length": 2},
    {"satisfaction": True, "personas": True, "cues": True, "altruists": 1, "adversaries": 1, "years": 2, "year_length": 2},
    {"workers": 1, "years": 2},
    {"ballot": "plurality", "workers": 3, "years": 2, "year_length": 2},
    {"ballot": "approval", "workers": 3, "years": 2, "year_length": 1, "control": "changes", "rate_step": 10, "satisfaction": True, "candidates": 1},
    {"ballot": "condorcet", "workers": 4, "years": 2, "year_length": 1, "candidates": 3, "brackets": "flat"},
    {"ballot": "plurality", "workers": 3, "years": 2, "year_length": 1, "candidates": 0},
    {
        "workers": 3,
        "brackets": "seven",
        "objective": "atkinson",
        "spending": "public_good",
        "control": "changes",
        "rate_step": 10,
        "years": 2,
        "year_length": 2,
    },
    {"workers": 3, "hours_step": 0, "skills": "uniform", "years": 2, "year_length": 2, "objective": "raw_sum", "adversaries": 2},
    {"workers": 3, "objective": "equality_productivity", "curvature": 0.5, "brackets": (0, 10_000), "years": 2, "year_length": 2},
]


@pytest.mark.filterwarnings("ignore::ludens.games.economist.setups.DegenerateObjective")
@pytest.mark.parametrize("parameters", VARIANTS, ids=lambda parameters: next(iter(parameters.items())))
def test_every_variant_conforms(parameters):
    check_game(make("economist", **parameters), seeds=(1,))


def law(game, *rates):
    return {PLANNER: Move({f"rate_{number}": rate for number, rate in enumerate(rates, 1)})}


def work(game, hours):
    return {seat: Move(hours[seat - 1]) for seat in range(1, game.seats)}


def played(game, seed=0):
    state, rng = game.start(seed), np.random.default_rng(seed)
    while not state.over:
        state.play(random_moves(state, rng))
    return state


def test_a_year_is_a_law_and_then_steps_of_work_by_all():
    game = make("economist", workers=3, years=2, year_length=2)
    state, movers = game.start(0), []
    while not state.over:
        movers.append(state.to_move)
        state.play(law(game, 10, 20, 30) if state.to_move == (PLANNER,) else work(game, (40, 40, 40)))
    assert movers == [(0,), (1, 2, 3), (1, 2, 3)] * 2
    assert len(movers) == game.type.horizon
    assert state.roles == ("planner", "worker", "worker", "worker")
    assert set(state.roles) == set(ROLES)
    with pytest.raises(IllegalMove, match="over"):
        state.play({})


def test_payoffs_are_mean_utilities_and_mean_welfare():
    game = make("economist", workers=4, years=2, year_length=3)
    state, rng = game.start(3), np.random.default_rng(0)
    economy, utilities, welfare = game.economy(state.skills), [], []
    for _ in range(2):
        rates = (rng.integers(0, 21, 3) * 5).tolist()
        state.play(law(game, *rates))
        for _ in range(3):
            hours = rng.integers(0, 101, 4).tolist()
            state.play(work(game, hours))
            year = economy.settle(hours, game.edges, np.array(rates) / 100)
            utilities.append(year.utility)
            welfare.append(game.aim.of(year))
    assert state.over
    np.testing.assert_allclose(state.returns, [np.mean(welfare), *np.mean(utilities, axis=0)])
    assert state.outcome["welfare"] == pytest.approx(np.mean(welfare)) == pytest.approx(state.returns[PLANNER])
    assert state.outcome["welfare_by_year"] == pytest.approx([np.mean(welfare[:3]), np.mean(welfare[3:])])
    assert state.outcome["rates"] == rates
    assert state.outcome["steps"] == 6


def test_workers_know_their_own_lives_and_the_planner_knows_sums():
    state = played(make("economist", workers=4))
    for event in state.events:
        assert (event.visible_to is None) == (event.kind == "law")
        if event.kind in ("work", "skill"):
            assert event.visible_to == (event.seat,)
        if event.kind in ("economy", "population"):
            assert event.visible_to == (PLANNER,)
    told = next(event for event in state.events if event.kind == "population").data["skills"]
    assert told == sorted(told) == sorted(state.skills.tolist())


def test_hidden_lives_are_dealt_anew_among_those_who_are_not_known():
    game = make("economist", workers=5, satisfaction=True, personas=True, altruists=1)
    state, rng = played(game), np.random.default_rng(1)
    for seat in (PLANNER, 2):
        twins = [state.resample_hidden(seat, rng) for _ in range(10)]
        assert any(twin.skills.tolist() != state.skills.tolist() for twin in twins)
        for twin in twins:
            assert sorted(twin.skills) == sorted(state.skills)
            assert sorted(twin.returns) == sorted(state.returns)
            assert seat == PLANNER or twin.skills[seat - 1] == state.skills[seat - 1]
            for worker in range(5):
                facts = [event.data for event in twin.events if event.visible_to == (worker + 1,)]
                assert facts[0]["skill"] == twin.skills[worker]
                assert facts[0]["persona"] == twin.personas[worker]
                assert facts[0]["wants"] == twin.wants[worker]
                assert twin.returns[worker + 1] == pytest.approx(sum(one["utility"] for one in facts[1:]) / game.steps)
    with pytest.raises(NotSupported, match="with 2 workers"):
        make("economist", workers=2).start(0).resample_hidden(1, rng)


def test_rates_are_changed_within_reach_where_the_planner_makes_changes():
    game = make("economist", control="changes", rate_step=10, start_rate=90, workers=2, years=3, year_length=1)
    state = game.start(0)
    assert state.to_move == (1, 2)
    assert "every rate is 90%" in game.rules_text(0)
    state.play(work(game, (40, 40)))
    spec = state.action_spec(PLANNER)
    assert spec.check(Move({"change_1": 10, "change_2": -20, "change_3": 0})) is None
    assert "change_1: 20 is not" in spec.check(Move({"change_1": 20, "change_2": 0, "change_3": 0}))
    state.play({PLANNER: Move({"change_1": 10, "change_2": -20, "change_3": 0})})
    assert state.rates == [100, 70, 90]
    state.play(work(game, (40, 40)))
    state.play({PLANNER: state.default_move(PLANNER)})
    assert state.rates == [100, 70, 90]
    assert game.type.horizon == 5


def test_who_says_nothing_goes_on_as_before():
    game = make("economist", workers=2, years=2, year_length=2, hours_step=10)
    state = game.start(0)
    assert state.default_move(PLANNER).choice == {"rate_1": 50, "rate_2": 50, "rate_3": 50}
    state.play(law(game, 5, 10, 15))
    assert state.default_move(1).choice == 40
    state.play(work(game, (70, 20)))
    assert [state.default_move(seat).choice for seat in (1, 2)] == [70, 20]
    state.play(work(game, (70, 20)))
    assert state.default_move(PLANNER).choice == {"rate_1": 5, "rate_2": 10, "rate_3": 15}


def test_altruists_and_adversaries_are_paid_by_welfare():
    game = make("economist", workers=4, altruists=1, adversaries=2, years=1, year_length=1)
    state = game.start(5)
    state.play(law(game, 20, 20, 20))
    state.play(work(game, (40, 40, 40, 40)))
    welfare = state.returns[PLANNER]
    own = game.economy(state.skills).settle(state.hours, game.edges, np.full(3, 0.2)).utility
    for worker, wants in enumerate(state.wants):
        assert state.returns[worker + 1] == pytest.approx({"own": own[worker], "altruist": welfare, "adversary": -welfare}[wants])
    assert sorted(state.wants) == ["adversary", "adversary", "altruist", "own"]
    assert {tuple(game.start(seed).wants) for seed in range(20)} != {tuple(state.wants)}


def test_who_is_not_satisfied_never_gains_by_it():
    game = make("economist", workers=2, satisfaction=True, years=1, year_length=2)
    state = game.start(0)
    state.play(law(game, 0, 0, 0))
    state.play({1: Move({"hours": 40, "satisfied": "no"}), 2: Move({"hours": 100, "satisfied": "no"})})
    felt = [reward * 2 for reward in state.rewards[1:]]
    own = game.economy(state.skills).settle(state.hours, game.edges, np.zeros(3)).utility
    np.testing.assert_allclose(felt, own - 0.5 * np.abs(own))
    assert (np.array(felt) < own).all()
    assert "Satisfied: 0 of 2." in state.events[-1].text
    # welfare counts what happened, not how it was felt
    assert state.rewards[PLANNER] * 2 == pytest.approx(game.aim.of(game.economy(state.skills).settle(state.hours, game.edges, np.zeros(3))))


def test_words_say_what_numbers_do():
    game = make("economist", workers=3, years=1, year_length=2)
    state = game.start(0)
    assert "from $38,100 to $125,000" in game.rules_text(0)
    assert "You are player_0, the planner." in game.rules_text(0)
    assert "You are player_2, a worker." in game.rules_text(2)
    assert "You are" not in game.rules_text(None)
    assert "rate_3 is the rate on income above $125,000." in state.action_spec(PLANNER).explain()
    state.play(law(game, 0, 50, 100))
    assert state.events[-1].text == "Tax year 1 of 1: the tax is 0% up to $38,100, 50% from $38,100 to $125,000 and 100% above $125,000."
    state.play(work(game, (0, 0, 0)))
    assert "You worked 0 hours and earned $0; tax $0, the rebate $0, so you could spend $0. Your utility was $0." in state.observe(1).text()
    assert state.request(1).startswith("Tax year 1 of 1, step 2 of 2.")


def test_the_planner_is_told_the_laws_tried_best_first():
    game = make("economist", workers=3, years=3, year_length=1)
    state = game.start(0)
    for rates in ((100, 100, 100), (40, 40, 40)):
        state.play(law(game, *rates))
        state.play({seat: Move(int(game.economy(state.skills).answer(game.edges, np.array(rates) / 100)[seat - 1])) for seat in (1, 2, 3)})
    lines = state.request(PLANNER).split("\n")
    assert lines[1] == "Mean welfare under the taxes tried so far, best first:"
    assert lines[2].startswith("- 40% of all income: ")
    assert lines[3].startswith("- 100% of all income: ")


def test_cues_recall_what_was_best_and_say_which_way_to_go():
    game = make("economist", workers=3, years=3, year_length=4, cues=True)
    state = game.start(0)
    assert state.request(PLANNER).count("\n") == 0
    state.play(law(game, 20, 20, 20))
    assert state.request(1).endswith("There is time to try hours that you have not tried yet.")
    best = game.economy(state.skills).answer(game.edges, np.full(3, 0.2)).astype(int)
    state.play(work(game, (best + 20).tolist()))
    state.play(work(game, (best + 10).tolist()))
    for seat in (1, 2, 3):
        lines = state.request(seat).split("\n")
        assert f"best first: {best[seat - 1] + 10} hours $" in lines[1]
        assert lines[2] == "In the last step you worked less than before, and it rose: fewer hours may be better."
    state.play(work(game, (best - 5).tolist()))
    assert "you worked less than before, and it " in state.request(1)
    assert state.request(1).endswith("It is the year's last step: work the hours that you found best.")
    state.play(work(game, best.tolist()))
    assert "Bracket" not in state.request(PLANNER)
    state.play(law(game, 60, 20, 10))
    # hours under another law say nothing
    assert "best first" not in state.request(1)
    for _ in range(4):
        state.play(work(game, best.tolist()))
    rose = state.history[-1]["welfare"] > state.history[3]["welfare"]
    assert f"Bracket 1: its rate went up and welfare {'rose' if rose else 'fell'}; it may be too {'low' if rose else 'high'}." in state.request(PLANNER)
    assert f"Bracket 3: its rate went down and welfare {'rose' if rose else 'fell'}; it may be too {'high' if rose else 'low'}." in state.request(PLANNER)
    assert "Bracket 2" not in state.request(PLANNER)


def test_learners_see_numbers_that_move():
    game = make("economist", workers=3)
    state = game.start(0)
    planner, worker = state.data(PLANNER), state.data(1)
    assert planner["skills"].tolist() == sorted(state.skills)
    assert worker["skill"].tolist() == [state.skills[0]]
    assert planner["incomes"].tolist() == [0, 0, 0]
    state.play(law(game, 10, 20, 30))
    state.play(work(game, (10, 60, 100)))
    assert state.data(1)["rates"].tolist() == [0.1, 0.2, 0.3]
    assert state.data(2)["observation"][-1] == pytest.approx(0.6)
    assert state.data(PLANNER)["incomes"].tolist() == sorted((state.skills * [10, 60, 100]).tolist())
    assert state.data(PLANNER)["observation"][5:8].sum() == pytest.approx(1)


def test_the_published_setup_warns_and_explains():
    with pytest.warns(DegenerateObjective) as caught:
        game = make("economist", setup="published")
    text = str(caught[0].message)
    for words in ("raw_sum has no sensible maximum", "rises up to a rate of 100 percent", "would like 197 hours a week", "the longest hours"):
        assert words in text
    assert (game.edges, game.tastes.cost, game.terms.hours_step) == ((0, 90_000, 159_100), 0.0005, 10)
    assert (game.terms.years, game.terms.year_length, game.start_rate) == (40, 25, 50)
    with pytest.warns(DegenerateObjective, match="the bracket 2 of 3 begins: it is empty"):
        make("economist", setup="published", skills="uniform")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make("economist")
        make("economist", setup="published", objective="utilitarian", cost=0.0269)


def test_what_is_given_beside_a_setup_counts():
    with pytest.warns(DegenerateObjective):
        game = make("economist", setup="published", years=2, brackets="three")
    assert (game.terms.years, game.terms.year_length, game.terms.brackets) == (2, 25, "three")
    assert game.label == "economist-v0(setup=published, years=2, brackets=three)"


def test_cards_are_what_the_rules_bring_about():
    game = make("economist", workers=6)
    cards = {(card.concept, card.quantity): card.value for card in game.predictions()}
    rates = np.array(cards["stackelberg", "rates"]) / 100
    assert welfare_of(game.typical, game.aim, game.edges, rates)[0] == pytest.approx(cards["stackelberg", "welfare"])
    assert cards["stackelberg", "welfare"] > cards["us_federal", "welfare"] > cards["no_tax", "welfare"]
    assert cards["behaviour", "elasticity"] == pytest.approx(0.4)
    assert cards["revenue", "flat_rate"] == pytest.approx(1 / 1.4)
    assert 0 < cards["majority", "flat_rate"] < cards["welfare", "flat_rate"] < cards["revenue", "flat_rate"]
    assert max(cards["saez", "rates"]) < 1
    # too many schedules for a card
    assert not any(card.concept == "stackelberg" for card in make("economist", brackets="seven").predictions())


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"workers": 0}, "workers=0 should be from 1"),
        ({"rate_step": 7}, "rate_step=7 should divide 100"),
        ({"control": "changes", "rate_step": 25, "start_rate": 50}, "rate_step=25 should be at most 20"),
        ({"start_rate": 52}, "start_rate=52 should be a multiple of 5"),
        ({"brackets": (0, 5, 5)}, "brackets=.* should rise from 0"),
        ({"brackets": (1, 5)}, "brackets=.* should rise from 0"),
        ({"brackets": "many"}, "brackets='many' should be"),
        ({"power": 1.0}, "power=1.0 should be from 1.05"),
        ({"curvature": 1.0}, "curvature=1.0 should be from 0 to 0.95"),
        ({"curvature": 0.2, "strategic": True}, "strategic=True should be false"),
        ({"altruists": 3, "adversaries": 3}, "adversaries=3 should be at most"),
        ({"cost": -1.0}, "cost=-1.0 should be positive"),
        ({"hours_step": 200}, "hours_step=200 should be from 0 to 100"),
        ({"setup": "correct"}, "setup='correct' should be"),
        ({"objective": "happiness"}, "objective='happiness' should be"),
    ],
)
def test_parameters_are_checked(parameters, says):
    with pytest.raises(ParameterError, match=says):
        make("economist", **parameters)
