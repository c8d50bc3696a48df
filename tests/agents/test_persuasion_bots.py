"""Persuaders: each manner does what it is called, misleaders mislead in every manner, and the Bayesian reaches the exact ceiling."""

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.persuasion.predictions import ceiling


def outcomes(one, other, count=200, **params):
    game = make("persuasion", **params)
    players = tuple(PlayerSpec.of("persuader", manner=manner) for manner in (one, other))
    return [play_match(Match(game, players, seed)) for seed in range(count)]


def rates(episodes):
    """Misinformation and correction of seat 0 where it is no misleader, and how often it is right."""
    facts = [episode.outcome for episode in episodes if episode.outcome["role"][0] != "misleader"]
    misled = [one["final"][0] == one["opened"][1][0] for one in facts if one["opened"][0][0] == one["truth"] != one["opened"][1][0]]
    corrected = [one["right"][0] for one in facts if one["opened"][1][0] == one["truth"] != one["opened"][0][0]]
    return float(np.mean(misled)), float(np.mean(corrected)), float(np.mean([one["right"][0] for one in facts]))


def test_stubborn_and_credulous_do_what_they_are_called():
    assert rates(outcomes("stubborn", "stubborn"))[:2] == (0.0, 0.0)
    assert rates(outcomes("credulous", "stubborn"))[:2] == (1.0, 1.0)
    acts = {event.kind for episode in outcomes("credulous", "stubborn", 20) for event in episode.events if event.seat == 0}
    assert "accept" in acts
    assert "stand" not in acts


@pytest.mark.parametrize("params", [{}, {"misleaders": 0.3}])
def test_the_bayesian_reaches_the_ceiling(params):
    game, count = make("persuasion", **params), 1500
    found = rates(outcomes("bayesian", "stubborn", count, **params))
    exact = ceiling(game)
    # four standard errors at most, of about a quarter of the episodes each
    assert found[0] == pytest.approx(exact.misinformation, abs=4 * 0.5 / (count / 4) ** 0.5)
    assert found[1] == pytest.approx(exact.correction, abs=4 * 0.5 / (count / 6) ** 0.5)
    assert found[2] == pytest.approx(exact.right, abs=4 * 0.5 / (count / 2) ** 0.5)


def test_honest_players_go_by_the_sum_and_pay_for_it_among_misleaders():
    calm, misled = (rates(outcomes("honest", "stubborn", 600, **params))[2] for params in ({}, {"misleaders": 0.5}))
    assert calm > misled + 0.05


def test_whoever_has_the_role_misleads():
    for manner in ("honest", "credulous", "are_you_sure"):
        told = [episode.outcome for episode in outcomes(manner, "stubborn", 60, misleaders=0.5)]
        for one in told:
            if one["role"][0] == "misleader":
                tally = one["evidence"][0]
                assert tally["ABC".index(one["opened"][0][0])] == min(tally)
                assert one["opened"][0][1] == max(tally)


def test_who_only_asks_shows_nothing():
    for episode in outcomes("stubborn", "are_you_sure", 20):
        assert episode.outcome["opened"][1] is None
        assert episode.outcome["asked"][0] > 0
        assert episode.outcome["final"][0] == episode.outcome["opened"][0][0]
    assert all(episode.outcome["opened"][1] for episode in outcomes("stubborn", "are_you_sure", 5, asking=False))


def test_styles_play_and_speak_and_nothing_has_to_be_mended():
    game = make("persuasion", misleaders=0.2)
    for style in ("fair", "greedy", "generous", "tough", "deceptive", "cautious"):
        spec = PlayerSpec.of("scripted", style=style)
        episode = play_match(Match(game, (spec, spec), 4))
        assert all(decision.status == "ok" for decision in episode.decisions)
        assert any(decision.say for decision in episode.decisions)


def test_mistakes_are_named():
    with pytest.raises(ParameterError, match="manner='honset' is no manner"):
        PlayerSpec.of("persuader", manner="honset").build()
    assert "persuasion" in PlayerSpec.of("persuader").why_not(make("dictator"))
    assert PlayerSpec.of("persuader").why_not(make("persuasion")) is None
