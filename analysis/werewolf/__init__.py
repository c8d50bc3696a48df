"""Werewolf measured: from stored episodes to win rates, vote accuracy, lies, beliefs and what utterances do."""

from .curves import accuracy_by_day, calibration_by_player
from .measures import MEASURES, calibration, swings
from .reading import Played, beliefs_in, guesses_in, read
from .report import family_measures
from .tables import metric_tables, paired_difference, table

__all__ = [
    "MEASURES",
    "Played",
    "accuracy_by_day",
    "beliefs_in",
    "calibration",
    "calibration_by_player",
    "family_measures",
    "guesses_in",
    "metric_tables",
    "paired_difference",
    "read",
    "swings",
    "table",
]
