"""How far a finding hangs on choices that should not matter: wordings, orders, scenarios, and the analyst's own."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np

from ...analysis.resample import student_quantile
from ...analysis.results import Floats, Ints
from ...arena.report.summary import Cell, DataTable, Estimate
from ..design import level_word
from ..spec import Factor, Hypothesis, Outcome
from .contrasts import difference
from .firth import NotConverged, firth
from .frame import Frame, coded, needs
from .intervals import LEVEL
from .results import SpecificationCurve
from .separation import independent

__all__ = ["Correlation", "correlation_table", "intraclass", "specification_curve", "variance_table"]

_MOST = 400
"""Specifications that a curve shows; of more, those of whole combinations of levels are left out."""


class _Spec(NamedTuple):
    estimate: Estimate
    answers: dict[str, str]


def specification_curve(frame: Frame, hypothesis: Hypothesis) -> SpecificationCurve | None:
    """Estimate the difference of a hypothesis under every reasonable choice (Simonsohn, Simmons and Nelson 2020).

    Crossed are: rows (all; each level of each nuisance and block factor; each combination of nuisance levels), the model (plain difference; regression on all
    other factors; for yes and no a logistic one by Firth's likelihood, as an average marginal effect), missing answers (left out; for yes and no also all no
    and all yes) and, where rules leave rows out, whether they do.

    Returns:
        None where fewer than two choices can be estimated.
    """
    outcome = frame.study.outcome(hypothesis.outcome)
    factors = [factor for factor in [*frame.nuisances, *frame.blocks] if factor.name != hypothesis.factor]
    fills: list[tuple[str, float | None]] = [("left out", None)]
    if outcome.kind == "binary" and frame.kept[outcome.name].isna().any():
        fills += [("counted as no", 0.0), ("counted as yes", 1.0)]
    rules = [("heeded", frame)]
    if (frame.rows["excluded"] != "").any():
        rules.append(("not heeded", Frame(frame.study, frame.rows.assign(excluded=""))))
    models = ["difference", "adjusted linear", *(["adjusted logit"] if outcome.kind == "binary" else [])]
    found: list[_Spec] = []
    for (rule, given), (fill, value) in itertools.product(rules, fills):
        rows = given.pick(hypothesis.where)
        if value is not None:
            rows = rows.assign(**{outcome.name: rows[outcome.name].fillna(value)})
        for subset, part in _subsets(factors, rows, frame.nuisances):
            for model in models:
                one = _estimate(given, hypothesis, outcome, part, model)
                if one is not None:
                    found.append(_Spec(one, {"rows": subset, "model": model, "missing answers": fill, "rules for leaving out": rule}))
    if len(found) < 2:
        return None
    if len(found) > _MOST:
        found = [spec for spec in found if " and " not in spec.answers["rows"]][:_MOST]
    return _curve(hypothesis, found)


def _curve(hypothesis: Hypothesis, made: list[_Spec]) -> SpecificationCurve:
    found = sorted(made, key=lambda spec: spec.estimate.value)
    planned = {"rows": "all", "model": "difference", "missing answers": "left out", "rules for leaving out": "heeded"}
    main = next((index for index, spec in enumerate(found) if spec.answers == planned), None)
    values = [spec.estimate.value for spec in found]
    choices = []
    for question in planned:
        answers = list(dict.fromkeys(spec.answers[question] for spec in made))
        single = [answer for answer in answers if " and " not in answer]
        for answer in single if len(single) > 1 or len(answers) > 1 else []:
            choices.append((question, answer, tuple(spec.answers[question] == answer for spec in found)))
        if len(single) < len(answers):
            choices.append((question, "one combination of nuisance levels", tuple(" and " in spec.answers[question] for spec in found)))
    clear = sum(spec.estimate.has_interval and (spec.estimate.low > 0 or spec.estimate.high < 0) for spec in found)
    same = sum((value > 0) == (np.median(values) > 0) for value in values)
    about = (
        f"{len(found)} specifications: least {values[0]:.2f}, median {float(np.median(values)):.2f}, largest {values[-1]:.2f}; "
        f"{same} have the sign of the median, "
        f"the interval of {clear} excludes zero. The planned analysis is marked."
    )
    title = f"{hypothesis.name}: the difference under every reasonable choice"
    return SpecificationCurve(title, about, f"difference in {hypothesis.outcome}", tuple(spec.estimate for spec in found), tuple(choices), main)


def _subsets(factors: list[Factor], rows: Any, nuisances: tuple[Factor, ...]) -> list[tuple[str, Any]]:
    parts = [("all", rows)]
    varying = [factor for factor in factors if rows[factor.name].astype(str).nunique() > 1]
    for factor in varying:
        parts += [(f"{factor.name} = {level_word(level)}", rows[np.asarray(rows[factor.name] == coded(factor, level))]) for level in factor.levels]
    crossed = [factor for factor in varying if factor in nuisances]
    if len(crossed) > 1 and math.prod(len(factor.levels) for factor in crossed) <= 64:
        for levels in itertools.product(*(factor.levels for factor in crossed)):
            mask = np.ones(len(rows), bool)
            for factor, level in zip(crossed, levels, strict=True):
                mask &= np.asarray(rows[factor.name] == coded(factor, level))
            parts.append((" and ".join(f"{factor.name} = {level_word(level)}" for factor, level in zip(crossed, levels, strict=True)), rows[mask]))
    return parts


def _estimate(frame: Frame, hypothesis: Hypothesis, outcome: Outcome, rows: Any, model: str) -> Estimate | None:
    """Estimate the difference in some rows by one model; None where they do not allow it."""
    factor = frame.study.factor(hypothesis.factor)
    rows = rows[rows[outcome.name].notna()]
    treated = np.asarray(rows[factor.name] == coded(factor, hypothesis.high))
    inside = treated | np.asarray(rows[factor.name] == coded(factor, hypothesis.low))
    rows, treated = rows[inside], treated[inside]
    if min(treated.sum(), (~treated).sum()) < 2:
        return None
    y = rows[outcome.name].to_numpy(np.float64)
    cluster = frame.clusters(rows)
    if cluster is not None and len(np.unique(cluster)) < 2:
        cluster = None
    if model == "difference":
        return difference(y[treated], y[~treated], outcome, None if cluster is None else (cluster[treated], cluster[~treated]))
    others = [one for one in [*frame.study.factors, *(b for b in frame.blocks if b not in frame.study.factors)] if one.name != factor.name]
    columns = [needs("pandas").get_dummies(rows[one.name].astype(str), drop_first=True, dtype=float).to_numpy() for one in others]
    design = np.column_stack([np.ones(len(rows)), treated.astype(float), *columns])
    design = design[:, independent(design)]
    if design.shape[1] <= 2 or len(rows) <= design.shape[1] + 1:
        return None
    if model == "adjusted linear":
        return _linear(design, y, cluster)
    return _logit(design, y, cluster) if 0 < y.mean() < 1 else None


def _linear(design: Floats, y: Floats, cluster: Ints | None) -> Estimate:
    """Regress, with errors HC3 or clustered (CR1); the effect stands in column 1."""
    inverse = np.linalg.inv(design.T @ design)
    b = inverse @ design.T @ y
    rest = y - design @ b
    weights = design @ inverse[1]
    if cluster is None:
        leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
        parts, scale, df, units = weights * rest / np.maximum(1 - leverage, 1e-6), 1.0, len(y) - design.shape[1], len(y)
    else:
        parts = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=weights * rest)
        units = len(parts)
        scale, df = units / (units - 1) * (len(y) - 1) / (len(y) - design.shape[1]), units - 1
    half = student_quantile(LEVEL, df) * math.sqrt(scale * float(parts @ parts))
    return Estimate(
        float(b[1]), float(b[1] - half), float(b[1] + half), units, LEVEL, "least squares, HC3" if cluster is None else "least squares, errors clustered"
    )


def _logit(design: Floats, y: Floats, cluster: Ints | None) -> Estimate | None:
    """Give the average marginal effect of column 1 in a Firth logit, by the delta method."""
    from scipy.special import expit

    try:
        found = firth(design, y, profile=False)
    except NotConverged:
        return None
    on, off = design.copy(), design.copy()
    on[:, 1], off[:, 1] = 1.0, 0.0
    p_on, p_off = expit(on @ found.coefficients), expit(off @ found.coefficients)
    slope = (p_on * (1 - p_on)) @ on / len(y) - (p_off * (1 - p_off)) @ off / len(y)
    if cluster is None:
        variance, reach, units = float(slope @ found.covariance @ slope), student_quantile(LEVEL), len(y)
    else:
        rows = (design @ (found.covariance @ slope)) * (y - expit(design @ found.coefficients))
        parts = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=rows)
        units = len(parts)
        variance, reach = units / (units - 1) * float(parts @ parts), student_quantile(LEVEL, units - 1)
    value, half = float((p_on - p_off).mean()), reach * math.sqrt(variance)
    method = "Firth logit, average marginal effect, delta method" + ("" if cluster is None else ", errors clustered")
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), units, LEVEL, method)


def variance_table(frame: Frame, outcome: Outcome) -> DataTable | None:
    """Share out the variance of an outcome: each factor's sum of squares beyond all others (type II), and of treatments by nuisance factors.

    None where nothing varies.
    """
    y, rows = frame.values(frame.kept, outcome)
    if len(y) < 3 or float(np.ptp(y)) == 0:
        return None
    factors = [factor for factor in [*frame.treatments, *frame.nuisances, *frame.blocks] if rows[factor.name].astype(str).nunique() > 1]
    single = {factor.name: needs("pandas").get_dummies(rows[factor.name].astype(str), drop_first=True, dtype=float).to_numpy() for factor in factors}
    pairs = {}
    for treatment, other in itertools.product(frame.treatments, [*frame.nuisances, *frame.blocks]):
        if treatment.name in single and other.name in single:
            a, b = single[treatment.name], single[other.name]
            pairs[f"{treatment.name} × {other.name}"] = (a[:, :, None] * b[:, None, :]).reshape(len(y), -1)
    roles = {factor.name: factor.role for factor in factors}
    total = float(((y - y.mean()) ** 2).sum())
    full = _residual(y, [*single.values(), *pairs.values()])
    rows_out: list[tuple[Cell, ...]] = []
    base = _residual(y, list(single.values()))
    for name in single:
        without = _residual(y, [columns for other, columns in single.items() if other != name])
        rows_out.append((name, roles[name], *_shares(without, base, full, total)))
    for name in pairs:
        without = _residual(y, [*single.values(), *(columns for other, columns in pairs.items() if other != name)])
        rows_out.append((name, "interaction", *_shares(without, full, full, total)))
    rows_out.append(("left over", "", full[0] / total, full[1], None))
    about = f"Share of the sum of squares of {outcome.name} that only the factor explains, the others being there; F tests take rows as independent"
    return DataTable(f"What varies {outcome.name}", about, ("Factor", "Role", "Share of variance", "Degrees of freedom", "p"), tuple(rows_out))


def _residual(y: Floats, blocks: list[Floats]) -> tuple[float, int]:
    design = np.column_stack([np.ones(len(y)), *blocks])
    b, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ b
    return float(rest @ rest), len(y) - int(rank)


def _shares(without: tuple[float, int], base: tuple[float, int], full: tuple[float, int], total: float) -> tuple[float, int, float | None]:
    from scipy.special import fdtrc

    squares, df = max(0.0, without[0] - base[0]), without[1] - base[1]
    p = float(fdtrc(df, full[1], squares / df / (full[0] / full[1]))) if df > 0 and full[1] > 0 and full[0] > 0 else None
    return squares / total, df, p


class Correlation(NamedTuple):
    """How alike answers of a group are, with an interval; groups; mean group size; and how many independent answers all are worth."""

    icc: Estimate
    groups: int
    size: float
    effective: float


def intraclass(values: Floats, group: Ints, level: float = LEVEL) -> Correlation | None:
    """Estimate the intraclass correlation of groups by one-way analysis of variance, with the interval of Searle (1971, exact for equal sizes).

    (MSB - MSW) / (MSB + (n0 - 1) MSW), n0 the mean size less its variance over N (Donner 1986). The effective number is N / (1 + (n0 - 1) icc), icc at least 0.

    Returns:
        None where there are fewer than two groups or no repeats within them.
    """
    from scipy.special import fdtri

    codes = np.unique(group, return_inverse=True)[1]
    sizes = np.bincount(codes)
    k, n = len(sizes), len(values)
    if k < 2 or n <= k:
        return None
    means = np.bincount(codes, weights=values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (k - 1)
    within = float(((values - means[codes]) ** 2).sum()) / (n - k)
    n0 = float((n - (sizes**2).sum() / n) / (k - 1))
    if within + between == 0:
        return None
    ratio = between / within if within > 0 else math.inf
    icc = (between - within) / (between + (n0 - 1) * within)
    ends = [
        (f - 1) / (f + n0 - 1) if math.isfinite(f) else 1.0
        for f in (ratio / fdtri(k - 1, n - k, (1 + level) / 2), ratio / fdtri(k - 1, n - k, (1 - level) / 2))
    ]
    found = Estimate(icc, float(max(-1.0, ends[0])), float(min(1.0, ends[1])), k, level, "analysis of variance, Searle's interval")
    return Correlation(found, k, n / k, n / (1 + max(0.0, n0 - 1) * max(0.0, icc)))


def correlation_table(frame: Frame, outcome: Outcome) -> DataTable | None:
    """Make the table of how alike answers are within clusters, wordings and subjects, treatments taken out; None where there is nothing to group by."""
    y, rows = frame.values(frame.kept, outcome)
    names = list(dict.fromkeys([*([frame.study.cluster] if frame.study.cluster else []), *(f.name for f in frame.nuisances), *(f.name for f in frame.blocks)]))
    if len(y) < 3 or not names:
        return None
    columns = [needs("pandas").get_dummies(rows[one.name].astype(str), drop_first=True, dtype=float).to_numpy() for one in frame.treatments]
    design = np.column_stack([np.ones(len(y)), *columns])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    out: list[tuple[Cell, ...]] = []
    for name in names:
        found = intraclass(rest, frame.clusters(rows, name))  # type: ignore[arg-type]
        if found is not None:
            out.append((name, found.groups, found.size, found.icc, found.effective))
    if not out:
        return None
    about = (
        f"Intraclass correlation of {outcome.name}, treatments taken out, and how many independent answers the {len(y)} are worth if the group were the unit"
    )
    return DataTable("How alike answers are", about, ("Group", "Groups", "Mean size", "Correlation", "Effective answers"), tuple(out))
