"""Regressions of a study: the model it names, fitted by its family, with the automatic switches said in notes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...errors import ParameterError
from ..spec import Model
from .binary import fit_firth, fit_fractional, fit_gee, fit_logit
from .firth import NotConverged
from .fits import Design, Fit, build
from .flips import FEW
from .frame import Frame, limits
from .limited import fit_hurdle, fit_tobit
from .numeric import fit_mixed, fit_ols, fit_ordered, fit_poisson

__all__ = ["fit"]


def fit(frame: Frame, model: Model) -> tuple[Fit, ...]:
    """Fit a model of the study; a hurdle gives its two parts.

    A model that cannot be fitted gives no fit rather than none for the whole report.

    Raises:
        ParameterError: the formula or the outcome's kind does not suit the family.
        NotConverged: the likelihood has no maximum, or it was not found.
        MissingExtra: statsmodels is not installed.
    """
    design = build(frame, model)
    outcome = frame.study.outcome(model.outcome)
    wanted = _SUITS.get(model.family, ())
    if wanted and outcome.kind not in wanted:
        raise ParameterError(f"model {model.name}: family {model.family} needs an outcome that is {' or '.join(wanted)}; {outcome.name} is {outcome.kind}")
    if len(design.y) <= design.x.shape[1]:
        raise NotConverged(f"model {model.name}: {len(design.y)} answers cannot tell {design.x.shape[1]} terms")
    if float(np.ptp(design.y)) == 0:
        raise NotConverged(f"model {model.name}: all answers are {design.y[0]:g}; there is nothing to explain")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what statsmodels warns of is looked at below, and said in notes
        try:
            found = _FAMILIES[model.family](model, design, limits(outcome))
        except np.linalg.LinAlgError as problem:
            raise NotConverged(f"model {model.name}: the likelihood has no regular maximum ({problem})") from problem
    return tuple(replace(one, notes=(*design.notes, *one.notes, *_told(one))) for one in found)


def _told(one: Fit) -> list[str]:
    groups = one.design.clusters
    notes = []
    if groups is not None and groups < FEW and "Firth" not in one.family:
        notes.append(
            f"{groups} clusters are few: sandwich errors tend to be too small; the wild bootstrap's p is the one to read."
            if one.wild
            else f"{groups} clusters are few: errors tend to be too small."
        )
    if one.design.cluster is None and one.family.startswith(("Logit", "Poisson", "OLS", "Fractional")):
        notes.append("Rows are taken as independent.")
    return notes


_SUITS: dict[str, tuple[str, ...]] = {
    "logit": ("binary",),
    "firth": ("binary",),
    "gee": ("binary", "share", "count", "continuous"),
    "ordered": ("ordinal", "binary"),
    "fractional": ("share", "binary"),
    "poisson": ("count", "binary"),
}


_FAMILIES: dict[str, Callable[[Model, Design, tuple[float, float]], tuple[Fit, ...]]] = {
    "logit": fit_logit,
    "firth": fit_firth,
    "gee": fit_gee,
    "ols": fit_ols,
    "mixed": fit_mixed,
    "ordered": fit_ordered,
    "tobit": fit_tobit,
    "hurdle": fit_hurdle,
    "fractional": fit_fractional,
    "poisson": fit_poisson,
}
