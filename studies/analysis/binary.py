"""Regressions of yes and no and of shares: logit, Firth's logit, generalised estimating equations, fractional logit; separation and what follows from it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ...arena.report.summary import Estimate
from ...errors import ParameterError
from ..spec import Model
from .firth import firth
from .fits import Design, Fit
from .frame import needs
from .intervals import LEVEL
from .separation import separation
from .shared import exponent, fitted, linear, logistic, restricted_by, sandwich, wild_p

__all__ = ["fit_firth", "fit_fractional", "fit_gee", "fit_logit"]


def fit_logit(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit a logit by maximum likelihood, or Firth's where answers are separated."""
    separated = _separated(model, design)
    if separated:
        return separated
    covariance, errors = sandwich(design, "nonrobust")
    found = needs("statsmodels.api").Logit(design.y, design.x).fit(disp=0, method="newton", maxiter=100, **covariance)
    notes = () if found.mle_retvals["converged"] else ("The likelihood did not converge; do not read these figures.",)
    facts = (("errors:", errors), ("log-likelihood", f"{found.llf:.2f}"), ("McFadden's R²", f"{found.prsquared:.3f}"))
    wild = wild_p(design, restricted_by("Binomial"))
    return (
        fitted(model, design, "Logit", found.params, found.cov_params(), method=errors, mean=logistic, ratio="odds ratio", facts=facts, wild=wild, notes=notes),
    )


def _separated(model: Model, design: Design) -> tuple[Fit, ...]:
    """Fit by Firth where terms predict answers without error, and say so; empty where they do not."""
    found = separation(design.x, design.y)
    if found.kind == "none":
        return ()
    kind = "Complete separation" if found.kind == "complete" else "Quasi-complete separation"
    terms = ", ".join(design.names[index] for index in found.columns)
    said = f"{kind}: the plain likelihood has no maximum (it grows for ever in {terms}); Firth's penalised likelihood stands instead, "
    said += "beside the exact tests of the contrasts."
    return tuple(replace(one, notes=(said, *one.notes)) for one in fit_firth(model, design, (0.0, 1.0)))


def fit_firth(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit Firth's logit, with profile intervals and ratio tests."""
    found = firth(design.x, design.y, LEVEL)
    method = "profile penalised likelihood"
    estimates = tuple(
        Estimate(float(b), float(low), float(high), len(design.y), LEVEL, method)
        for b, low, high in zip(found.coefficients, found.low, found.high, strict=True)
    )
    notes = (
        ()
        if design.cluster is None
        else (f"Profile intervals take rows as independent, but rows stand in {design.clusters} clusters: the cluster tests of the contrasts do not.",)
    )
    facts = (("intervals and p:", "profile penalised likelihood ratio"), ("penalised log-likelihood", f"{found.loglik:.2f}"))
    return (
        Fit(
            model, "Logit by Firth's penalised likelihood", design, design.names, estimates, tuple(np.sqrt(np.diag(found.covariance)).tolist()),
            tuple(found.p.tolist()), found.coefficients, found.covariance, logistic, "odds ratio", facts, (), notes,
        ),
    )  # fmt: skip


def fit_gee(model: Model, design: Design, bounds: tuple[float, float]) -> tuple[Fit, ...]:
    """Solve generalised estimating equations (Liang and Zeger 1986), the outcome's kind choosing the family, with one correlation within clusters."""
    if design.cluster is None:
        raise ParameterError(f"model {model.name}: a GEE needs clusters; name a column in cluster of the model or of the study")
    sm = needs("statsmodels.api")
    binary = bounds == (0.0, 1.0)
    if binary and set(np.unique(design.y)) <= {0.0, 1.0}:
        separated = _separated(model, design)
        if separated:
            return separated
    family, mean, ratio = (
        ("Binomial", logistic, "odds ratio") if binary else ("Poisson", exponent, "rate ratio") if bounds == (0.0, math.inf) else ("Gaussian", linear, "")
    )
    order = np.argsort(design.cluster, kind="stable")
    few = (design.clusters or 0) < 50
    equations = sm.GEE(design.y[order], design.x[order], design.cluster[order], family=getattr(sm.families, family)(), cov_struct=sm.cov_struct.Exchangeable())
    found = equations.fit(maxiter=200, cov_type="bias_reduced" if few else "robust")
    errors = "sandwich with the bias correction of Mancl and DeRouen" if few else "sandwich"
    notes = () if found.converged else ("The estimating equations did not converge; do not read these figures.",)
    facts = (("working correlation within clusters", f"{float(equations.cov_struct.dep_params):.3f}"), ("errors:", errors))
    return (
        fitted(
            model,
            design,
            f"GEE ({family.lower()}, exchangeable)",
            found.params,
            found.cov_params(),
            method=errors,
            mean=mean,
            ratio=ratio,
            facts=facts,
            notes=notes,
        ),
    )


def fit_fractional(model: Model, design: Design, _: tuple[float, float]) -> tuple[Fit, ...]:
    """Fit a fractional logit (Papke and Wooldridge 1996) with robust errors."""
    sm = needs("statsmodels.api")
    covariance, errors = sandwich(design, "HC1")
    found = sm.GLM(design.y, design.x, family=sm.families.Binomial()).fit(maxiter=200, **covariance)
    notes = () if found.converged else ("The likelihood did not converge; do not read these figures.",)
    facts = (("errors:", errors),)
    wild = wild_p(design, restricted_by("Binomial"))
    return (
        fitted(
            model,
            design,
            "Fractional logit",
            found.params,
            found.cov_params(),
            method=errors,
            mean=logistic,
            ratio="odds ratio",
            facts=facts,
            wild=wild,
            notes=notes,
        ),
    )
