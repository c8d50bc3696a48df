"""Preference oracles: how likely one answer is preferred to another, transitive or not.

Every oracle is a :class:`~ludens.trainers.preferences.oracle.Preference`; what an answer is depends on it. That the two orders of a pair add up to 1 is held in
:func:`~ludens.trainers.preferences.oracle.complementary` alone.
"""

from .flipped import Flipped
from .games import RolloutPreference, game_table
from .labelled import LabelPreference
from .learned import ModelPreference
from .oracle import NotComplementary, Preference, complementary, labels
from .scores import ScorePreference, bradley_terry
from .tables import TablePreference
from .tokens import AdditiveJudge, MajorityJudge
from .voters import Voters, ranking
from .words import ModelJudge

__all__ = [
    "AdditiveJudge",
    "Flipped",
    "LabelPreference",
    "MajorityJudge",
    "ModelJudge",
    "ModelPreference",
    "NotComplementary",
    "Preference",
    "RolloutPreference",
    "ScorePreference",
    "TablePreference",
    "Voters",
    "bradley_terry",
    "complementary",
    "game_table",
    "labels",
    "ranking",
]
