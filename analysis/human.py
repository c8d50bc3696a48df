"""What people did in the laboratory, with where each number comes from and whether anybody read it there; and how far play is from it.

The numbers stand in ``human.csv``, and the few whole distributions in ``human_distributions.csv``. ``verified`` is true only where the source itself was read
(its abstract or its data) and holds the number; ``how`` says what was done. :meth:`Benchmark.text` always says so: print a benchmark by it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arena.report.summary import Estimate
from ..errors import ParameterError
from .resample import equivalence_p, percentile_interval, student_intervals, student_quantile

__all__ = ["Benchmark", "Distribution", "Equivalence", "benchmarks", "distance", "distributions", "equivalence", "ks_distance", "wasserstein"]

Floats = NDArray[np.float64]


class Benchmark(NamedTuple):
    """A human average.

    Attributes:
        game: id without version.
        measure: named as the rows of :func:`.behaviour.reading.behaviour` name it.
        value: the average; NaN where only a range is known.
        low, high: the range; NaN where there is none.
        n: how many; None where it is not known.
        n_of: of what.
        spread: standard deviation over participants; None where it is not known.
        source: publication.
        year: of it; more than one for more than one publication.
        caveat: design, stakes, what the number depends on.
        verified: the source itself was read and holds the number.
        how: what was done to verify it.
    """

    game: str
    measure: str
    value: float
    low: float
    high: float
    n: int | None
    n_of: str
    spread: float | None
    source: str
    year: str
    caveat: str
    verified: bool
    how: str

    @property
    def tag(self) -> str:
        """Say whether it is verified, and how."""
        return f"{'verified' if self.verified else 'NOT VERIFIED'}: {self.how}"

    def text(self) -> str:
        """Write it with its tag."""
        number = f"{self.low:.3g} to {self.high:.3g}" if math.isnan(self.value) else f"{self.value:.3g}"
        return f"{number} ({self.tag}; {self.source} ({self.year}); {self.caveat})"


class Distribution(NamedTuple):
    """How many people did what.

    Attributes:
        game: id without version.
        measure: as in :class:`Benchmark`.
        source, year: publication.
        values: of shape ``(values,)``.
        counts: people with each value.
    """

    game: str
    measure: str
    source: str
    year: str
    values: Floats
    counts: Floats


class Equivalence(NamedTuple):
    """Two one-sided tests (Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987)).

    Attributes:
        difference: mean of play minus the benchmark.
        se: its standard error.
        low, high: interval of coverage ``1 - 2 alpha``; equivalent where it lies within the margin.
        p: larger of the two one-sided p-values.
        equivalent: ``p < alpha``.
        n: independent units.
        margin: the largest difference that counts as none.
    """

    difference: float
    se: float
    low: float
    high: float
    p: float
    equivalent: bool
    n: int
    margin: float


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    page = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(page.splitlines()))


def benchmarks(game: str | None = None, measure: str | None = None) -> tuple[Benchmark, ...]:
    """List human averages.

    Args:
        game: id without version; None for all.
        measure: None for all.
    """

    def number(text: str) -> float:
        return float(text) if text else math.nan

    return tuple(
        Benchmark(
            row["game"],
            row["measure"],
            number(row["value"]),
            number(row["low"]),
            number(row["high"]),
            int(row["n"]) if row["n"] else None,
            row["n_of"],
            float(row["spread"]) if row["spread"] else None,
            row["source"],
            row["year"],
            row["caveat"],
            row["verified"] == "yes",
            row["how"],
        )
        for row in _rows("human.csv")
        if game in (None, row["game"]) and measure in (None, row["measure"])
    )


def distributions(game: str | None = None, measure: str | None = None) -> tuple[Distribution, ...]:
    """List whole distributions of what people did. Each has a benchmark of the same source, whose tag holds for it too.

    Args:
        game: id without version; None for all.
        measure: None for all.
    """
    found: dict[tuple[str, str, str, str], list[tuple[float, float]]] = {}
    for row in _rows("human_distributions.csv"):
        if game in (None, row["game"]) and measure in (None, row["measure"]):
            found.setdefault((row["game"], row["measure"], row["source"], row["year"]), []).append((float(row["value"]), float(row["count"])))
    return tuple(Distribution(*key, *np.array(pairs).T) for key, pairs in found.items())


def wasserstein(values: Floats, weights: Floats, other_values: Floats, other_weights: Floats) -> float:
    """Give the area between two distribution functions, in units of the values."""
    from scipy.stats import wasserstein_distance

    return float(wasserstein_distance(values, other_values, weights, other_weights))


def ks_distance(values: Floats, weights: Floats, other_values: Floats, other_weights: Floats) -> float:
    """Give the largest gap between two distribution functions (Kolmogorov-Smirnov)."""
    at = np.union1d(values, other_values)
    one, two = (
        (np.where(place[:, None] <= at[None, :], weight[:, None], 0).sum(axis=0) / weight.sum())
        for place, weight in ((values, weights), (other_values, other_weights))
    )
    return float(np.abs(one - two).max())


def distance(
    play: ArrayLike,
    human: Distribution,
    *,
    measure: Callable[[Floats, Floats, Floats, Floats], float] = wasserstein,
    clusters: ArrayLike | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Measure how far play is from what people did.

    The interval resamples whole clusters of play and, separately, the people. A distance is never negative: its resamples lie above the estimate where the
    two are alike, so that an interval says how far apart the two may be and never that they are the same.

    Args:
        play: of shape ``(choices,)``, in the unit of the distribution.
        human: what people did.
        measure: :func:`wasserstein` or :func:`ks_distance`.
        clusters: group of each choice; by default each stands for itself.
        resamples: bootstrap draws.
        level: coverage aimed at.
        seed: of the draws.

    Raises:
        ParameterError: there is no choice, or the clusters are of another length.
    """
    values = np.asarray(play, float)
    if values.ndim != 1 or not len(values):
        raise ParameterError("the distance from people needs at least one choice")
    group = np.arange(len(values)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    if group.shape != values.shape:
        raise ParameterError(f"clusters should have shape ({len(values)},), one for each choice")
    rng, count, people = np.random.default_rng(seed), int(group.max()) + 1, int(human.counts.sum())
    draws = []
    for _ in range(resamples if count > 1 else 0):
        often = np.bincount(rng.integers(count, size=count), minlength=count)[group].astype(float)
        drawn = rng.multinomial(people, human.counts / people).astype(float)
        draws.append(measure(values, often, human.values, drawn))
    point = measure(values, np.ones(len(values)), human.values, human.counts)
    return percentile_interval(point, np.array(draws, float), level=level, n=count, method=f"percentiles of {resamples} resamples of clusters and of people")


def equivalence(
    play: ArrayLike,
    benchmark: float,
    margin: float,
    *,
    clusters: ArrayLike | None = None,
    benchmark_se: float = 0.0,
    alpha: float = 0.05,
) -> Equivalence:
    """Test whether the mean of play is within a margin of a human average.

    Args:
        play: of shape ``(choices,)``.
        benchmark: the human average.
        margin: the largest difference that counts as none, chosen before looking.
        clusters: group of each choice, averaged first; by default each stands for itself.
        benchmark_se: standard error of the average; 0 takes it as given, which is too sure of it.
        alpha: chance of calling equivalent what is not.

    Raises:
        ParameterError: fewer than two clusters, or a margin that is not positive.
    """
    values = np.asarray(play, float)
    group = np.arange(len(values)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    if not margin > 0:
        raise ParameterError(f"margin={margin:g} should be positive")
    found = student_intervals(values, np.zeros(len(values), np.int64), group.astype(np.int64), 1, level=1 - 2 * alpha)[0]
    if found is None or found.n < 2:
        raise ParameterError("an equivalence test needs at least two independent units")
    own = (found.high - found.value) / student_quantile(1 - 2 * alpha, found.n - 1)
    se = math.hypot(own, benchmark_se)
    # Welch and Satterthwaite, the benchmark's error taken as known
    degrees = (found.n - 1) * (se / own) ** 4 if own > 0 else math.inf
    gap, half = found.value - benchmark, student_quantile(1 - 2 * alpha, min(degrees, 1e9)) * se
    p = equivalence_p(gap, se, min(degrees, 1e9), margin)
    return Equivalence(gap, se, gap - half, gap + half, p, p < alpha, found.n, margin)
