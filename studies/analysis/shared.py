"""What the families of regressions share: fitted models out of coefficients, covariances, wild bootstraps, means of the outcome."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...analysis.results import Floats
from ..spec import Model
from .firth import NotConverged
from .fits import Design, Fit, wald
from .flips import FEW, wild_score
from .frame import needs

__all__ = ["expit", "exponent", "fitted", "linear", "logistic", "restricted_by", "sandwich", "whole", "wild_p"]


def expit(line: Floats) -> Floats:
    """Give the chance of log odds."""
    from scipy.special import expit

    return np.asarray(expit(line))


def logistic(at: Floats, x: Floats) -> Floats:
    """Give the chance that a design has under coefficients on log odds."""
    return expit(x @ at[: x.shape[1]])


def linear(at: Floats, x: Floats) -> Floats:
    """Give the mean that a design has under coefficients."""
    return np.asarray(x @ at[: x.shape[1]])


def exponent(at: Floats, x: Floats) -> Floats:
    """Give the mean that a design has under coefficients on logarithms."""
    return np.exp(np.minimum(x @ at[: x.shape[1]], 700.0))


def fitted(model: Model, design: Design, family: str, coefficients: Any, covariance: Any, *, method: str, df: float = math.inf, **more: Any) -> Fit:
    """Put a fit together from coefficients and their covariance."""
    b, v = np.asarray(coefficients, np.float64), np.asarray(covariance, np.float64)
    if not np.all(np.isfinite(b)):
        raise NotConverged(f"model {model.name}: {family} gave estimates that are no numbers")
    estimates, errors, p = wald(design, b, v, df=df, method=method)
    return Fit(model, family, design, design.names, tuple(estimates), tuple(errors), tuple(p), b, v, **more)


def sandwich(design: Design, independent: str) -> tuple[dict[str, Any], str]:
    """Choose the covariance: clustered where there are clusters."""
    if design.cluster is None:
        return {"cov_type": independent}, {"nonrobust": "inverse information", "HC1": "robust (HC1)", "HC3": "robust (HC3)"}[independent]
    return {"cov_type": "cluster", "cov_kwds": {"groups": design.cluster}}, f"clustered ({design.clusters} clusters), Student's t"


def wild_p(design: Design, restricted: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> tuple[float, ...]:
    """Give the wild bootstrap's p of each coefficient but the intercept where clusters are few."""
    groups = design.clusters
    if groups is None or groups >= FEW or groups < 2 or design.x.shape[1] < 2:
        return ()
    assert design.cluster is not None
    return tuple(
        math.nan if name == "intercept" else wild_score(design.x, design.y, design.cluster, index, restricted) for index, name in enumerate(design.names)
    )


def restricted_by(family: str) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Make the restricted fit that a wild bootstrap of scores needs, of a generalised linear model."""

    def restricted(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        sm = needs("statsmodels.api")
        found = sm.GLM(y, x, family=getattr(sm.families, family)()).fit()
        mean = np.asarray(found.fittedvalues)
        return mean, {"Gaussian": np.ones_like(mean), "Binomial": mean * (1 - mean), "Poisson": mean}[family]

    return restricted


def whole(model: Model, design: Design, family: str, params: Floats, covariance: Floats, *, k: int, **more: Any) -> Fit:
    """Show the first k parameters, and keep all of them for effects."""
    one = fitted(model, design, family, params[:k], covariance[:k, :k], **more)
    return replace(one, coefficients=params, covariance=covariance)
