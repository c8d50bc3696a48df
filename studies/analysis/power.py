"""How likely a study is to find what it assumes, by simulation through the tests and corrections of the analysis itself."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...analysis.results import Floats, Ints
from ...arena.report.summary import DataTable, Estimate
from ...errors import ParameterError
from ..design import level_word
from ..spec import Hypothesis, Outcome, Study
from .compare import corrected, fisher_many, mann_whitney, welch
from .flips import cluster_test
from .frame import coded, limits, read
from .intervals import wilson

__all__ = ["power_of"]

_WANTED = 0.8


class _Arm(NamedTuple):
    """Rows of one level of a hypothesis: how many, and the cluster of each (None where rows are independent)."""

    size: int
    cluster: Ints | None


class _Task(NamedTuple):
    """A hypothesis with what is assumed of it."""

    hypothesis: Hypothesis
    outcome: Outcome
    high: _Arm
    low: _Arm
    low_mean: float
    high_mean: float
    deviation: float


def power_of(study: Study, planned: Any, simulations: int = 2000, seed: int = 0, *, icc: float = 0.0, missing: float = 0.0) -> DataTable:
    """Forecast the power of each hypothesis with an entry in ``study.assumed``.

    Answers are drawn from the assumed means (yes and no: Bernoulli; shares: beta; counts: Poisson, or negative binomial where the deviation asks for it;
    numbers and ranks: normal, cut at the outcome's bounds), tested as :func:`~ludens.studies.analysis.compare.compare` tests them, and corrected as the study
    says: hypotheses are drawn independently of one another, and those without an assumption are taken to have no effect.

    Args:
        study: what is planned.
        planned: a pandas DataFrame with a row a unit and a column a factor (and the cluster column), as of
            :func:`~ludens.studies.table.planned_rows`.
        simulations: studies drawn.
        seed: of all chance.
        icc: correlation within clusters of ``study.cluster``, of what lies behind the answers on a normal scale.
        missing: share of answers that will be missing, at random.

    Returns:
        A row a hypothesis: answers in either group, what is assumed, power alone and after correction with its simulation interval, and the least difference
        from the mean at ``low`` found with a chance of four in five at the first step of the correction.

    Raises:
        ParameterError: an assumption does not fit its outcome, or the plan has no rows at a level.
    """
    if not study.assumed:
        raise ParameterError(f"study {study.name}: assumed is empty; give for each hypothesis the means at low and high, and a standard deviation for numbers")
    known = {hypothesis.name for hypothesis in study.hypotheses}
    strange = sorted(set(study.assumed) - known)
    if strange:
        raise ParameterError(f"study {study.name}: assumed names {strange[0]!r}, which is no hypothesis; hypotheses: {', '.join(sorted(known))}")
    if not 0 <= icc < 1 or not 0 <= missing < 1:
        raise ParameterError(f"icc {icc:g} and missing {missing:g} should be at least 0 and less than 1")
    frame = read(study, _blank(study, planned))
    tasks = [_task(study, frame, hypothesis, missing) for hypothesis in study.hypotheses if hypothesis.name in study.assumed]
    rng = np.random.default_rng(seed)
    drawn = {task.hypothesis.name: _simulate(task, simulations, icc, rng) for task in tasks}
    found: dict[str, Floats] = {}
    for confirmatory, how in ((True, study.correction), (False, "bh")):
        family = [hypothesis.name for hypothesis in study.hypotheses if hypothesis.confirmatory is confirmatory]
        if family:
            p = np.stack([drawn[name] if name in drawn else rng.random(simulations) for name in family], axis=-1)
            found |= dict(zip(family, corrected(p, how).T, strict=True))
    rows = []
    for task in tasks:
        name = task.hypothesis.name
        sizes = sum(hypothesis.confirmatory is task.hypothesis.confirmatory for hypothesis in study.hypotheses)
        level = study.alpha if study.correction == "none" else study.alpha / sizes
        least = _least(task, level, icc, seed)
        spread = task.deviation or None
        rows.append(
            (
                name,
                task.high.size,
                task.low.size,
                task.low_mean,
                task.high_mean,
                spread,
                _rate(drawn[name], study.alpha),
                _rate(found[name], study.alpha),
                least,
            )
        )
    about = (
        f"{simulations} simulated studies; power alone: p at most {study.alpha:g}; corrected: {study.correction} over the family. Least found: the difference "
        f"found with power {_WANTED:g} at the level of the correction's first step"
        + (f"; correlation within {study.cluster} {icc:g}" if study.cluster else "")
        + (f"; {missing:.0%} of answers missing" if missing else "")
    )
    columns = ("Hypothesis", "n, high", "n, low", "Low", "High", "SD", "Power alone", "Corrected", "Least found")
    return DataTable("Forecast of power", about, columns, tuple(rows))


def _rate(p: Floats, alpha: float) -> Estimate:
    return wilson(int((p <= alpha).sum()), len(p), method="Wilson score over simulations")


def _blank(study: Study, planned: Any) -> Any:
    table = planned.copy()
    for outcome in study.outcomes:
        table[outcome.name] = np.nan
    return table.assign(excluded="")


def _task(study: Study, frame: Any, hypothesis: Hypothesis, missing: float) -> _Task:
    outcome, given = study.outcome(hypothesis.outcome), tuple(study.assumed[hypothesis.name])
    low, high = limits(outcome)
    needed = 2 if outcome.kind in ("binary", "count") else 3
    if not needed <= len(given) <= 3 or not (low <= given[0] <= high and low <= given[1] <= high):
        wanted = "the means at low and high" + (" and a standard deviation" if needed == 3 else "")
        raise ParameterError(f"study {study.name}: assumed of {hypothesis.name} should be {wanted} between {low:g} and {high:g}, not {list(given)}")
    if outcome.kind == "category":
        raise ParameterError(f"study {study.name}: {hypothesis.name} asks for the mean of labels ({outcome.name})")
    deviation = given[2] if len(given) == 3 else 0.0
    if needed == 3 and not deviation > 0:
        raise ParameterError(f"study {study.name}: the standard deviation assumed of {hypothesis.name} should be positive, not {deviation:g}")
    factor = study.factor(hypothesis.factor)
    rows = frame.pick(hypothesis.where)
    keep = np.random.default_rng(study.seed).random(len(rows)) >= missing
    arms = []
    clusters = frame.clusters(rows)
    for level in (hypothesis.high, hypothesis.low):
        mask = np.asarray(rows[factor.name] == coded(factor, level)) & keep
        if not mask.any():
            raise ParameterError(
                f"study {study.name}: no row of the plan has {factor.name} = {level_word(level)}" + (f" where {hypothesis.where}" if hypothesis.where else "")
            )
        arms.append(_Arm(int(mask.sum()), None if clusters is None else clusters[mask]))
    return _Task(hypothesis, outcome, arms[0], arms[1], given[0], given[1], deviation)


def _draw(task: _Task, arm: _Arm, mean: float, *, shift: Floats | None, icc: float, count: int, rng: np.random.Generator) -> Floats:
    """Draw answers, shape [count, rows]; ``shift`` [count, clusters], of variance ``icc``, moves clusters up and down on the normal scale."""
    from scipy.special import ndtr, ndtri

    low, high = limits(task.outcome)
    shape = (count, arm.size)
    rank = None
    if shift is not None and arm.cluster is not None:
        rank = ndtr(shift[:, arm.cluster] + math.sqrt(1 - icc) * rng.standard_normal(shape))
    kind = task.outcome.kind
    if kind == "binary":
        return ((rng.random(shape) if rank is None else 1 - rank) < mean).astype(np.float64)
    if kind == "count":
        over = task.deviation**2 - mean  # beyond Poisson: a negative binomial has it
        wide = over > 1e-9 and mean > 0
        if rank is None:
            return (rng.negative_binomial(mean**2 / over, mean / (mean + over), shape) if wide else rng.poisson(mean, shape)).astype(np.float64)
        from scipy.stats import nbinom, poisson

        law = nbinom(mean**2 / over, mean / (mean + over)) if wide else poisson(mean)
        return np.searchsorted(law.cdf(np.arange(int(law.ppf(1 - 1e-12)) + 1)), rank).astype(np.float64)
    if kind == "share":
        scale = mean * (1 - mean) / task.deviation**2 - 1
        if scale <= 0:
            return ((rng.random(shape) if rank is None else 1 - rank) < mean).astype(np.float64)
        if rank is not None:
            from scipy.special import betaincinv

            return np.asarray(betaincinv(mean * scale, (1 - mean) * scale, rank))
        return rng.beta(mean * scale, (1 - mean) * scale, shape)
    normal = rng.standard_normal(shape) if rank is None else ndtri(rank)
    values = np.clip(mean + task.deviation * normal, low, high)
    return np.round(values) if kind == "ordinal" else values


def _shifts(task: _Task, count: int, icc: float, rng: np.random.Generator) -> Floats | None:
    if task.high.cluster is None or task.low.cluster is None:
        return None
    groups = int(max(task.high.cluster.max(), task.low.cluster.max())) + 1
    return math.sqrt(icc) * rng.standard_normal((count, groups))


def _simulate(task: _Task, count: int, icc: float, rng: np.random.Generator, high_mean: float | None = None) -> Floats:
    """Draw studies and give the p of each."""
    mean = task.high_mean if high_mean is None else high_mean
    direction = task.hypothesis.direction
    shift = _shifts(task, count, icc, rng)
    if shift is None and task.outcome.kind == "binary":
        counts = rng.binomial(task.high.size, mean, count), rng.binomial(task.low.size, task.low_mean, count)
        return fisher_many(counts[0], task.high.size, counts[1], task.low.size, direction)
    high = _draw(task, task.high, mean, shift=shift, icc=icc, count=count, rng=rng)
    low = _draw(task, task.low, task.low_mean, shift=shift, icc=icc, count=count, rng=rng)
    if shift is None:
        p = mann_whitney(high, low, direction) if task.outcome.kind == "ordinal" else welch(high, low, direction)
        return np.where(np.isfinite(p), p, 1.0)
    assert task.high.cluster is not None
    assert task.low.cluster is not None
    tested = cluster_test(high, low, (task.high.cluster, task.low.cluster), direction)[0]
    return np.ones(count) if tested is None else tested


def _least(task: _Task, alpha: float, icc: float, seed: int) -> float | None:
    """Find, by halving, the least difference in the direction assumed that is found with the power wanted; None where even the largest is not."""
    direction = task.hypothesis.direction
    down = direction == "less" or (direction == "two_sided" and task.high_mean < task.low_mean)
    low, high = limits(task.outcome)
    end = low if down else high
    span = abs(end - task.low_mean) if math.isfinite(end) else max(8 * task.deviation, 4 * task.low_mean + 20)
    sign, count = (-1.0 if down else 1.0), 1000

    def found(size: float) -> bool:
        p = _simulate(task, count, icc, np.random.default_rng(seed), task.low_mean + sign * size)
        return bool((p <= alpha).mean() >= _WANTED)

    if span <= 0 or not found(span):
        return None
    under, over = 0.0, span
    for _ in range(9):
        middle = (under + over) / 2
        under, over = (under, middle) if found(middle) else (middle, over)
    return sign * over
