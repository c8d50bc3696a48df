"""Regressions of outcomes with limits: Tobit, and the two parts of a hurdle."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ...analysis.results import Floats
from ...errors import ParameterError
from ..spec import Model
from .binary import fit_logit
from .firth import NotConverged
from .fits import Design, Fit
from .numeric import fit_ols
from .separation import independent
from .shared import whole
from .tobit import expected, tobit

__all__ = ["fit_hurdle", "fit_tobit"]


def fit_tobit(model: Model, design: Design, bounds: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit a Tobit between the outcome's limits."""
    low, high = bounds
    if not (math.isfinite(low) or math.isfinite(high)):
        raise ParameterError(f"model {model.name}: a Tobit needs limits; give outcome {model.outcome} low or high")
    found = tobit(design.x, design.y, low, high, design.cluster)
    errors = "inverse information" if design.cluster is None else f"clustered ({design.clusters} clusters), Student's t"
    sigma = math.exp(found.coefficients[-1])
    facts = (
        ("at the limits:", f"{found.at_low} low, {found.at_high} high"),
        ("sigma", f"{sigma:.3f}"),
        ("errors:", errors),
        ("log-likelihood", f"{found.loglik:.2f}"),
    )

    def mean(at: Floats, x: Floats) -> Floats:
        return expected(at, x, low, high)

    return (whole(model, design, "Tobit", found.coefficients, found.covariance, k=design.x.shape[1], method=errors, mean=mean, facts=facts),)


def fit_hurdle(model: Model, design: Design, bounds: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit whether the answer clears its lower limit by logit, and by how much it does by OLS of those that do (Cragg 1971, the two-part form)."""
    low = bounds[0]
    if not math.isfinite(low):
        raise ParameterError(f"model {model.name}: a hurdle needs a lower limit; give outcome {model.outcome} low")
    over = design.y > low
    if over.all() or not over.any():
        raise NotConverged(f"model {model.name}: {'every' if over.all() else 'no'} answer clears {low:g}; there is no hurdle to model")
    first = replace(fit_logit(model, replace(design, y=over.astype(np.float64)), (0.0, 1.0))[0], model=replace(model, name=f"{model.name}, clears {low:g}"))
    rows = np.flatnonzero(over)
    among = _narrowed(design, rows)
    parts = [first]
    if len(rows) > among.x.shape[1] + 1:
        parts.append(replace(fit_ols(model, among, bounds)[0], model=replace(model, name=f"{model.name}, amount above {low:g}")))
    return tuple(parts)


def _narrowed(design: Design, rows: Any) -> Design:
    """Keep some rows, and the columns that these can tell apart."""
    x = design.x[rows]
    kept = independent(x)
    lost = [name for index, name in enumerate(design.names) if index not in kept]
    notes = (*design.notes, *((f"Among answers above the limit the design cannot tell {', '.join(lost)} from the other terms: left out.",) if lost else ()))
    cluster = None if design.cluster is None else np.unique(design.cluster[rows], return_inverse=True)[1]
    return replace(
        design,
        x=x[:, kept], y=design.y[rows], names=tuple(design.names[index] for index in kept), kept=tuple(design.kept[index] for index in kept),
        rows=design.rows.iloc[rows], cluster=cluster, notes=notes,
    )  # fmt: skip
