"""Preferences between trajectories by what is measured of them. An answer is a row of :data:`~ludens.trainers.control.environments.MEASURES`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..preferences import Flipped, Preference, ScorePreference, Voters
from ..preferences.scores import Score
from .config import Config
from .environments import HEADING, RETURN, STRAIN

__all__ = ["admitted", "headings", "judge", "truth"]


def truth(config: Config) -> Preference[Any]:
    """Give the preference without wrong labels, by which policies are measured."""
    if config.preference == "intransitive":
        return headings(config.voters)
    if config.preference == "constrained":
        return ScorePreference(admitted(config.strained), "sign")
    return ScorePreference(lambda row, context: float(row[RETURN]), "sign")


def judge(config: Config) -> Preference[Any]:
    """Give the preference that is learned from."""
    return Flipped(truth(config), config.wrong) if config.preference == "noisy" else truth(config)


def headings(voters: int) -> Voters:
    """Make voters over headings who go round in circles.

    Each cuts the circle at a place of its own and prefers what lies further on from there, so that being a little ahead wins all votes but those cut in
    between, and the mean of the votes has no best heading: P(a > b) is about 1 less the way from b on to a, as a share of the circle. With three voters and
    headings in their sectors these are Condorcet's rankings abc, bca and cab. Headings drawn uniformly are the minimax winner.
    """

    def further(cut: float) -> Score:
        return lambda row, context: float((row[HEADING] - cut) % 1)

    return Voters([further(number / voters) for number in range(voters)])


def admitted(share: float) -> Score:
    """Score by the return, under a bound on the share of strained steps; beyond it everything is worse, the more so the further it is.

    No sum of rewards of single steps can say so: whether a strained step costs anything depends on all the others.
    """

    def score(row: Any, context: Any) -> float:
        excess = float(row[STRAIN]) - share
        # any return is above -1 on this scale, any excess below
        return float(np.tanh(row[RETURN] / 1000)) if excess <= 0 else -1 - excess

    return score
