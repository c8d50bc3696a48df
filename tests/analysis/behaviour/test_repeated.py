"""Strategies in repeated games: rates and prescriptions of known players."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ludens.agents.repeated import STRATEGIES
from ludens.analysis.behaviour import SFEM_STRATEGIES, memory_one, prescriptions, strategy_shares
from ludens.errors import LudensError

C, D = 0, 1
OTHER = [C, D, D, C, C, D, C]
TIT_FOR_TAT = [C, C, D, D, C, C, D]


def test_prescriptions_by_hand():
    match = [(TIT_FOR_TAT, OTHER)]
    assert prescriptions(match, "tit_for_tat")[0].tolist() == [1, 1, 0, 0, 1, 1, 0]
    assert prescriptions(match, "defector")[0].tolist() == [0] * 7
    assert prescriptions(match, "grim")[0].tolist() == [1, 1, 0, 0, 0, 0, 0]
    # stay after a reward or a temptation, change else
    assert prescriptions(match, "win_stay_lose_shift")[0].tolist() == [1, 1, 0, 1, 0, 1, 0]
    assert prescriptions(match, "coin", p=0.3)[0].tolist() == pytest.approx([0.3] * 7)
    assert set(SFEM_STRATEGIES) <= set(STRATEGIES)


def test_memory_one_counts_by_hand():
    fit = memory_one([(TIT_FOR_TAT, OTHER), ([C, C, D, D], [C, D, C, D])])
    # after CC: C of C, C; after CD: D, D; after DC: C, C, D of the two matches; after DD: D
    assert fit.value("first") == 1
    assert fit.value("cc") == pytest.approx(1)
    assert fit.value("cd") == 0
    assert fit.value("dc") == pytest.approx(1 / 2)
    assert fit.value("dd") == 0
    assert fit.n == 11
    assert fit.units == 2


def test_what_never_came_is_not_identified():
    fit = memory_one([([C] * 5, [C] * 5)] * 3)
    assert fit.value("cc") == 1
    assert math.isnan(fit.value("dd"))
    assert "dd is not identified: it never came" in fit.flags
    assert "cc is at its bound 1: no standard error" in fit.flags
    # Wilson's interval of three of three matches
    assert fit.of("cc").low == pytest.approx(3 / (3 + 1.959964**2), abs=1e-5)


def test_errors_count_matches_and_not_rounds():
    # matches all alike within: fifty rounds tell no more than one
    rng = np.random.default_rng(0)
    kinds = (rng.random(40) < 0.5).astype(int)
    fit = memory_one([([kind] * 50, [C] * 50) for kind in kinds])
    share = 1 - kinds.mean()
    assert fit.se[0] == pytest.approx(math.sqrt(share * (1 - share) / 39), rel=1e-6)
    together = memory_one([([kind] * 50, [C] * 50) for kind in kinds], clusters=np.arange(40) // 4)
    assert together.units == 10


def test_a_pure_population_is_named():
    made = strategy_shares([(TIT_FOR_TAT, OTHER)] * 20)
    assert made.fit.value("tit_for_tat") == pytest.approx(1)
    assert made.posterior.argmax(axis=1).tolist() == [SFEM_STRATEGIES.index("tit_for_tat")] * 20
    assert any(flag.startswith("tremble is at its bound") for flag in made.fit.flags)


def test_mutual_cooperation_tells_no_nice_strategy_from_another():
    fit = strategy_shares([([C] * 8, [C] * 8)] * 10).fit
    nice = ("cooperator", "grim", "tit_for_tat", "win_stay_lose_shift", "tit_for_two_tats")
    assert all(math.isnan(fit.value(name)) for name in nice)
    assert fit.value("defector") == 0
    assert any("act alike in what was seen" in flag for flag in fit.flags)


def test_units_keep_to_one_strategy():
    matches = [([C] * 4, [D] * 4), ([D] * 4, [C] * 4)] * 5
    fit = strategy_shares(matches, ("cooperator", "defector"), units=np.arange(10) % 2).fit
    assert fit.units == 2
    assert fit.value("cooperator") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: memory_one([]), "at least one pair"),
        (lambda: memory_one([([0, 1], [0])]), "of one length"),
        (lambda: memory_one([([0, 2], [0, 1])]), "actions should be 0"),
        (lambda: strategy_shares([([0], [0])], ("tit_for_tatt",)), "did you mean 'tit_for_tat'"),
    ],
)
def test_bad_input_is_told(call, problem):
    with pytest.raises(LudensError, match=problem):
        call()
