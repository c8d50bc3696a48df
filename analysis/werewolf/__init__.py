"""Werewolf measured: from stored episodes to win rates, vote accuracy, lies, beliefs and what utterances do."""

from .measures import MEASURES, calibration, swings
from .reading import Played, beliefs_in, read
from .tables import metric_tables, paired_difference, table

__all__ = ["MEASURES", "Played", "beliefs_in", "calibration", "metric_tables", "paired_difference", "read", "swings", "table"]
