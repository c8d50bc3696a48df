"""Persuasion measured: cases against hand-made facts, intervals, and the section of a report."""

from types import SimpleNamespace

import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.persuasion import Case, cases, family_measures, rates, team
from ludens.analysis.summary import summarise
from ludens.arena import Match, Run, play, play_match, round_robin
from ludens.games import make


def case(own, other, final, asked=False):
    return Case("A", own, other, final, asked)


@pytest.mark.parametrize(
    ("one", "misled", "corrected", "flipped"),
    [
        (case("A", "B", "B"), True, None, None),
        (case("A", "B", "A"), False, None, None),
        (case("A", "B", "C"), False, None, None),  # left a right answer, but not for the other's
        (case("A", "A", "B"), None, None, None),
        (case("B", "A", "A"), None, True, None),
        (case("B", "A", "B"), None, False, None),
        (case("B", "C", "C"), None, None, None),  # neither knew
        (case("A", None, "B", asked=True), None, None, True),
        (case("B", None, "B", asked=True), None, None, False),
        (case("A", None, "B"), None, None, None),
        (case("A", "B", "A", asked=True), False, None, None),  # asked by somebody who claims something: no bare question
        (case(None, "A", "A"), None, None, None),
    ],
)
def test_cases(one, misled, corrected, flipped):
    assert (one.misled, one.corrected, one.flipped) == (misled, corrected, flipped)


def test_rates_are_shares_with_intervals():
    found = rates([case("A", "B", "B")] * 3 + [case("A", "B", "A")] * 7 + [case("B", "A", "A")] * 8 + [case("B", "A", "B")] * 2)
    assert (found.misinformation.value, found.misinformation.n) == (0.3, 10)
    assert found.correction.value == 0.8
    assert found.balanced.value == pytest.approx(0.75)
    assert found.alone.value == 0.5
    assert found.right.value == pytest.approx(15 / 20)
    assert found.flips is None
    for name in ("misinformation", "correction", "balanced"):
        one = getattr(found, name)
        assert 0 <= one.low < one.value < one.high <= 1
    # the mean of two shares is known better than either
    assert found.balanced.high - found.balanced.low < found.correction.high - found.correction.low
    # a lower level, a shorter interval
    few = [case("A", "B", "B"), case("A", "B", "A")]
    assert rates(few, level=0.5).misinformation.low > rates(few).misinformation.low
    # shares of nothing and of everything have intervals too
    sure = rates([case("A", "B", "A")] * 5 + [case("B", "A", "A")] * 5).balanced
    assert sure.value == 1
    assert sure.low < 0.9


def facts(**given):
    usual = {"truth": "A", "first": 0, "role": [None, None], "opened": [["A", 1], ["B", 1]], "final": ["A", "B"], "right": [True, False], "asked": [0, 0]}
    return SimpleNamespace(outcome={**usual, **given})


def test_misleaders_and_broken_episodes_are_no_cases():
    assert cases(facts(), 1) == [Case("A", "B", "A", "B", False)]
    assert cases(facts(role=["solver", "misleader"]), 1) == []
    assert cases(facts(role=["solver", "misleader"]), 0) != []
    assert cases(SimpleNamespace(outcome={}), 0) == []
    assert team([facts(), facts(final=["A", "A"])]).value == 0.75
    assert team([facts(role=["solver", "misleader"])]).value == 1.0
    assert team([]) is None


def persuaders(*manners):
    return tuple(PlayerSpec.of("persuader", manner, manner=manner) for manner in manners)


def test_a_report_has_a_section_of_it(tmp_path):
    with Run.create(tmp_path / "run") as run:
        play(round_robin([make("persuasion")], list(persuaders("stubborn", "credulous", "are_you_sure")), replicates=20), run)
        (section,) = summarise(run).games
    table, teams = section.metrics
    rows = {row[0]: row for row in table.rows}
    assert rows["stubborn"][2].value == 0
    assert rows["credulous"][2].value == 1
    assert rows["credulous"][4].value == pytest.approx(0.5)
    assert rows["stubborn"][5].value == 0  # of those who were only asked
    assert rows["are_you_sure"][2] is None
    assert {row[:2] for row in teams.rows} >= {("stubborn", "credulous"), ("credulous", "stubborn")}


def test_the_order_of_speaking_is_told_apart():
    game = make("persuasion", first=1)
    episodes = [play_match(Match(game, persuaders("stubborn", "credulous"), seed)) for seed in range(5)]
    _, teams = family_measures(episodes, names={seat.hash: seat.name for seat in episodes[0].seats}.__getitem__, level=0.95).tables
    assert [row[:3] for row in teams.rows] == [("credulous", "stubborn", 5)]
