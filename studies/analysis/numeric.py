"""Regressions of numbers, ranks and counts through statsmodels: least squares, mixed models, ordered logit, Poisson."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...analysis.results import Floats
from ...errors import ParameterError
from ..spec import Model
from .fits import Design, Fit
from .frame import needs
from .shared import expit, exponent, fitted, linear, restricted_by, sandwich, whole, wild_p

__all__ = ["fit_mixed", "fit_ols", "fit_ordered", "fit_poisson"]


def fit_ols(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit by least squares, with HC3 or clustered errors."""
    covariance, errors = sandwich(design, "HC3")
    found = needs("statsmodels.api").OLS(design.y, design.x).fit(**covariance)
    facts = (("errors:", errors), ("R²", f"{found.rsquared:.3f}"))
    wild = wild_p(design, restricted_by("Gaussian"))
    df = float(found.df_resid)
    return (fitted(model, design, "OLS", found.params, found.cov_params(), method=errors, df=df, mean=linear, facts=facts, wild=wild),)


def fit_mixed(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit random intercepts of clusters by restricted likelihood."""
    if design.cluster is None:
        raise ParameterError(f"model {model.name}: a mixed model needs groups; name a column in cluster of the model or of the study")
    mixed = needs("statsmodels.api").MixedLM(design.y, design.x, groups=design.cluster)
    try:
        found = mixed.fit(reml=True, method=["bfgs", "powell"])
    except np.linalg.LinAlgError:  # a trial step out of range ends the gradient methods
        found = mixed.fit(reml=True, method=["powell", "nm"])
    k = design.x.shape[1]
    between, within = float(np.asarray(found.cov_re)[0, 0]), float(found.scale)
    notes = [] if found.converged else ["The likelihood did not converge; do not read these figures."]
    if between < 1e-6 * within:
        notes.append("The variance between clusters is estimated as zero, the edge of what is possible: intervals of a plain regression would be the same.")
    facts = (
        ("random intercepts of", f"{design.clusters} clusters"),
        ("share of variance between them", f"{between / (between + within):.3f}"),
        ("by", "restricted likelihood"),
    )
    covariance = np.asarray(found.cov_params())[:k, :k]
    one = fitted(
        model,
        design,
        "Mixed linear model",
        np.asarray(found.fe_params),
        covariance,
        method="restricted likelihood",
        mean=linear,
        facts=facts,
        notes=tuple(notes),
    )
    return (one,)


def fit_ordered(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit a cumulative logit with thresholds between the levels that occur."""
    kind = needs("statsmodels.miscmodels.ordinal_model").OrderedModel
    kept = [index for index, name in enumerate(design.names) if name != "intercept"]
    if not kept:
        raise ParameterError(f"model {model.name}: an ordered logit needs at least one term besides the intercept")
    levels, codes = np.unique(design.y, return_inverse=True)
    ordering = kind(codes, design.x[:, kept], distr="logit")
    covariance, errors = sandwich(design, "nonrobust")
    found = ordering.fit(method="bfgs", disp=0, maxiter=500, gtol=1e-6, **covariance)
    params, k = np.asarray(found.params), len(kept)
    thresholds = np.asarray(ordering.transform_threshold_params(params))[1:-1]
    slim = replace(design, x=design.x[:, kept], names=tuple(design.names[index] for index in kept), kept=tuple(design.kept[index] for index in kept))
    notes = [] if found.mle_retvals["converged"] else ["The likelihood did not converge; do not read these figures."]
    if float(np.abs(params[:k]).max()) > 12:
        notes.append("A coefficient is beyond 12: a term predicts the order of answers all but without error, and its size means nothing.")

    def mean(at: Floats, x: Floats) -> Floats:
        cuts = np.asarray(ordering.transform_threshold_params(at))[1:-1]
        above = expit((x @ at[:k])[:, None] - cuts[None, :])
        return np.asarray(levels[0] + above @ np.diff(levels))

    facts = (("thresholds", ", ".join(f"{value:.2f}" for value in thresholds)), ("errors:", errors), ("log-likelihood", f"{found.llf:.2f}"))
    covariances = np.asarray(found.cov_params())
    said: dict[str, Any] = {"facts": facts, "notes": tuple(notes)}
    return (whole(model, slim, "Ordered logit", params, covariances, k=k, method=errors, mean=mean, ratio="odds ratio", **said),)


def fit_poisson(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit a Poisson regression with robust errors, which stand counts that spread more."""
    sm = needs("statsmodels.api")
    covariance, errors = sandwich(design, "HC1")
    found = sm.GLM(design.y, design.x, family=sm.families.Poisson()).fit(maxiter=200, **covariance)
    notes = [] if found.converged else ["The likelihood did not converge; do not read these figures."]
    if float(np.abs(found.params).max()) > 15:
        notes.append("A coefficient is beyond 15: some cell has no counts at all, and its size means nothing.")
    dispersion = float(found.pearson_chi2 / found.df_resid)
    facts = (("errors:", errors), ("dispersion", f"{dispersion:.2f}"))
    said: dict[str, Any] = {"facts": facts, "wild": wild_p(design, restricted_by("Poisson")), "notes": tuple(notes)}
    return (fitted(model, design, "Poisson", found.params, found.cov_params(), method=errors, mean=exponent, ratio="rate ratio", **said),)
