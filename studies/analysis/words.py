"""How the figures of a study were made, in words: only what the study at hand uses."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from .frame import Frame
from .results import Contrast

__all__ = ["methods", "versions"]

_CORRECTIONS = {
    "holm": "Holm's step-down procedure (1979), which holds the chance of any false positive",
    "bonferroni": "Bonferroni, which holds the chance of any false positive",
    "bh": "Benjamini and Hochberg (1995), which holds the expected share of false ones among positives",
    "none": "no correction",
}


_CONTRADICTED = "A hypothesis is called contradicted where the opposite direction has p at most {alpha:g}."
_MANY = (
    "The confirmatory family is corrected by {how}; exploratory hypotheses by Benjamini and Hochberg. A family is as large as planned, "
    "untestable hypotheses included."
)
_MISSING = (
    "Left out of means and models. Whether they depend on treatments is tested exactly; where a comparison's missing answers are unbalanced, the notes above "
    "say so, with the least and largest difference they allow (Manski 1990) and the test with all of them set against the hypothesis."
)
_MODELS = (
    "statsmodels; Firth's penalised logit, Tobit and the two parts of a hurdle by the likelihoods documented in this package. Separation is looked for by "
    "linear programming (Konis 2007); where it is found, Firth's likelihood with profile intervals stands in, and the table says so. Below 30 clusters a wild "
    "bootstrap of cluster scores (Kline and Santos 2012) stands beside sandwich errors."
)
_ROBUST = (
    "Specification curves cross the rows used, the model, and what is done about missing answers and exclusions. Shares of variance are of type II sums of "
    "squares; intraclass correlations by analysis of variance."
)


def methods(frame: Frame, contrasts: Iterable[Contrast], resamples: int) -> tuple[tuple[str, str], ...]:
    """State the methods that were used."""
    study = frame.study
    kinds = {outcome.kind for outcome in study.outcomes}
    said = [("Unit and dependence", _dependence(frame))]
    if "binary" in kinds:
        words = "Wilson score (1927)" + (" at the effective sample size of the clusters (Korn and Graubard 1998)" if study.cluster else "")
        difference = "regression on the group with clustered errors, Student's t at clusters less one" if study.cluster else "Newcombe's hybrid score (1998)"
        said.append(
            (
                "Intervals of shares",
                f"{words}; of a difference of shares, {difference}; of an odds ratio, Woolf, with a half added to each cell where one is empty.",
            )
        )
    if kinds - {"binary", "category"}:
        words = (
            "linearised over clusters, Student's t"
            if study.cluster
            else f"bias-corrected and accelerated bootstrap of {resamples} resamples (Student's t above 2000 answers)"
        )
        difference = "the same" if study.cluster else "Welch"
        said.append(
            (
                "Intervals of means",
                f"{words}; of a difference, {difference}; Hedges g by the noncentral t, Cliff's delta by Feng and Cliff (2004)"
                + (", both by a bootstrap of whole clusters here." if study.cluster else "."),
            )
        )
    tests = sorted({one.test.split(",")[0] for one in contrasts if one.p is not None})
    if tests:
        said.append(("Tests", f"{', '.join(tests)}; each in the direction stated beforehand. {_CONTRADICTED.format(alpha=study.alpha)}"))
        said.append(("Many tests", _MANY.format(how=_CORRECTIONS[study.correction])))
    said.append(("Missing answers", _MISSING))
    if study.models:
        said.append(("Regressions", _MODELS))
    said.append(("Robustness", _ROBUST))
    return tuple(said)


def _dependence(frame: Frame) -> str:
    study = frame.study
    if study.cluster:
        return f"A row is a {study.unit}. Rows of the same {study.cluster} are not taken as independent: errors and tests are by {study.cluster}."
    return f"A row is a {study.unit}; rows are taken as independent."


def versions() -> tuple[tuple[str, str], ...]:
    """Give the versions of the software that figures depend on."""
    from ... import __version__

    found = [("ludens", __version__), ("python", platform.python_version())]
    for name in ("numpy", "scipy", "pandas", "statsmodels", "patsy"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)
