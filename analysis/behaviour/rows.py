"""Rows of the table of behaviour: out of a fit, out of an average, or out of what cannot be told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..resample import student_intervals, wilson_interval
from .fit import Fit

__all__ = ["Row", "Writer"]

_UNIT = (0.0, 1.0)
_ROUNDING = 1e-12


class Row(NamedTuple):
    """One measure of one player in one game.

    Attributes:
        game: its hash.
        player: its hash.
        measure: what is measured.
        estimate: NaN where the choices do not tell; the note says why.
        se: standard error; NaN where there is none.
        low, high: ends of the interval; NaN where there is none.
        n: choices.
        units: independent units behind them (episodes of different seeds).
        note: what to keep in mind.
    """

    game: str
    player: str
    measure: str
    estimate: float
    se: float
    low: float
    high: float
    n: int
    units: int
    note: str


class Writer(NamedTuple):
    """Writes rows of one player in one game.

    Attributes:
        game: its hash.
        player: its hash.
        note: what holds for all rows.
        level: coverage of intervals aimed at.
    """

    game: str
    player: str
    note: str
    level: float

    def mean(self, measure: str, values: ArrayLike, clusters: ArrayLike, *, bounds: tuple[float, float] = _UNIT, note: str = "") -> Row:
        """Average choices, with a Student interval over the means of clusters; for a share at its bound, Wilson's with a trial a cluster.

        Args:
            measure: what is measured.
            values: one a choice; at least one.
            clusters: group of each choice.
            bounds: at which the interval is cut.
            note: what to keep in mind.
        """
        each = np.asarray(values, float)
        group = np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
        found = student_intervals(each, np.zeros(len(each), np.int64), group, 1, level=self.level, bounds=bounds)[0]
        assert found is not None
        se = math.nan
        if found.has_interval:
            means = np.bincount(group, weights=each) / np.bincount(group)
            se = float(means.std(ddof=1)) / math.sqrt(found.n)
        low, high = found.low, found.high
        why = "" if found.has_interval else "all of one seed: no standard error"
        if found.has_interval and found.value in (0.0, 1.0) and bounds == _UNIT:
            # a share at its bound: as many trials as there are units
            low, high = wilson_interval(found.value, found.n, self.level)
            se, why = math.nan, "the same each time: at its bound, no standard error"
        elif se <= _ROUNDING * max(1.0, float(np.abs(each).max())):
            se, why = 0.0, "the same each time: an error of 0 means a rule, not precision"
        return Row(self.game, self.player, measure, found.value, se, low, high, len(each), found.n, self._notes(why, note))

    def fit(self, fit: Fit, measures: Mapping[str, str], *, note: str = "") -> list[Row]:
        """Write the parameters of a fit.

        Args:
            fit: what was estimated.
            measures: how to call the parameters, by name; those not named are left out.
            note: what to keep in mind.
        """
        words = {name: re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in fit.names}
        rows = []
        for at, name in enumerate(fit.names):
            if name in measures:
                # what is said of this parameter, or of none in particular
                flags = [flag for flag in fit.flags if words[name].search(flag) or not any(word.search(flag) for word in words.values())]
                estimate, se, low, high = (float(column[at]) for column in (fit.estimate, fit.se, fit.low, fit.high))
                rows.append(Row(self.game, self.player, measures[name], estimate, se, low, high, fit.n, fit.units, self._notes(*flags, note)))
        return rows

    def untold(self, measure: str, n: int, why: str) -> Row:
        """Say why something cannot be estimated."""
        return Row(self.game, self.player, measure, math.nan, math.nan, math.nan, math.nan, n, 0, self._notes(why))

    def _notes(self, *notes: str) -> str:
        return "; ".join(filter(None, (*notes, self.note)))
