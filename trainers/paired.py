"""How far one player is ahead of another at the same seats, deals and opponents."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..analysis.resample import student_interval
from ..arena.report.summary import Estimate

__all__ = ["edge", "told"]


def edge(ours: ArrayLike, theirs: ArrayLike) -> Estimate:
    """Compare payoffs pair by pair: the mean difference with its 95 % interval (Student's t over pairs); one pair alone has none."""
    return student_interval(np.asarray(ours, float) - np.asarray(theirs, float))


def told(estimate: Estimate, form: str = "+.3f") -> str:
    """Write an estimate with its interval, where it has one."""
    value = format(estimate.value, form)
    return f"{value} ({estimate.low:{form}} to {estimate.high:{form}})" if estimate.has_interval else value
