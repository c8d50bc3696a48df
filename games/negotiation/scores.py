"""Score sheets of many-party deliberation: drawn at random, kept when neither too easy nor hopeless."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from .instances import grid

__all__ = ["FULL_SCORE", "Sheet", "accepts", "deal_grid", "draw_sheets", "middle_quantile", "passes", "sheet_scores"]

FULL_SCORE = 100
"""What the best deal for a party scores on its own sheet."""
THRESHOLD_SPREAD = 0.125
"""A party's threshold lies at a quantile of its scores, drawn uniformly so far below and above the middle one."""
MAX_TRIES = 20_000

Sheet = dict[str, Any]
"""``scores``: points of each option of each issue; ``threshold``: what the party needs, which is also what it has without a deal."""


def deal_grid(issues: tuple[int, ...]) -> NDArray[np.int64]:
    """List all deals, shape (deals, issues), options counted from 0."""
    return grid(tuple(options - 1 for options in issues))


@lru_cache(maxsize=64)
def _columns(issues: tuple[int, ...]) -> NDArray[np.int64]:
    starts = np.cumsum([0, *issues[:-1]])
    return deal_grid(issues) + starts


def sheet_scores(issues: tuple[int, ...], sheet: Mapping[str, Any]) -> NDArray[np.float64]:
    """Score every deal of :func:`deal_grid` on one sheet, shape (deals,)."""
    flat = np.array([points for row in sheet["scores"] for points in row], dtype=np.float64)
    return np.asarray(flat[_columns(issues)].sum(axis=1), dtype=np.float64)


def accepts(scores: NDArray[np.float64], thresholds: NDArray[np.float64], strict: bool) -> NDArray[np.bool_]:
    """Compare scores with thresholds: at least them, or above them where ``strict``."""
    return scores > thresholds if strict else scores >= thresholds


def passes(yes: NDArray[np.bool_], vetoes: tuple[int, ...], dissent: int) -> NDArray[np.bool_]:
    """Say which deals pass: all holders of a veto and all but ``dissent`` parties say yes.

    Args:
        yes: shape (deals, parties).
        vetoes: seats without whose yes nothing passes.
        dissent: how many parties may say no.
    """
    return np.asarray(yes[:, list(vetoes)].all(axis=1) & (yes.sum(axis=1) >= yes.shape[1] - dissent))


@lru_cache(maxsize=64)
def middle_quantile(parties: int, vetoes: int, dissent: int, share: float) -> float:
    """Find where thresholds must lie for about ``share`` of the deals to pass, were the parties' scores independent.

    Args:
        parties: how many parties.
        vetoes: how many of them hold a veto.
        dissent: how many parties may say no.
        share: of all deals, from 0 to 1.

    Returns:
        The quantile of a party's scores; a deal is then good enough for it with probability one minus that.
    """

    def pass_rate(quantile: float) -> float:
        yes, free = 1.0 - quantile, parties - vetoes
        return sum(math.comb(free, no) * quantile**no * yes ** (parties - no) for no in range(min(dissent, free) + 1))

    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if pass_rate(middle) > share else (low, middle)
    return (low + high) / 2.0


def draw_sheet(issues: tuple[int, ...], middle: float, rng: np.random.Generator) -> Sheet:
    """Draw one party's sheet: issue weights uniform on the simplex, one best option an issue, the others uniform below it.

    Args:
        issues: options of each issue.
        middle: middle quantile of the threshold.
        rng: the generator.
    """
    weights = np.floor(rng.dirichlet(np.ones(len(issues))) * FULL_SCORE).astype(int)
    weights[int(np.argmax(weights))] += FULL_SCORE - int(weights.sum())
    scores = []
    for weight, options in zip(weights.tolist(), issues, strict=True):
        row = rng.integers(0, weight + 1, size=options)
        row[int(rng.integers(options))] = weight
        scores.append(row.tolist())
    sheet: Sheet = {"scores": scores}
    quantile = float(np.clip(rng.uniform(middle - THRESHOLD_SPREAD, middle + THRESHOLD_SPREAD), 0.0, 1.0))
    sheet["threshold"] = int(np.quantile(sheet_scores(issues, sheet), quantile, method="higher"))
    return sheet


def draw_sheets(
    issues: tuple[int, ...],
    parties: int,
    *,
    vetoes: tuple[int, ...],
    dissent: int,
    strict: bool,
    acceptable: tuple[float, float],
    unanimous: tuple[float, float],
    rng: np.random.Generator,
    known: Mapping[int, Sheet] | None = None,
    keep: Callable[[list[Sheet]], bool] | None = None,
) -> list[Sheet]:
    """Draw all parties' sheets until the shares of deals that pass and that all accept lie within the bounds.

    Args:
        issues: options of each issue.
        parties: how many parties.
        vetoes: seats that hold a veto.
        dissent: how many parties may say no.
        strict: a party accepts only above its threshold.
        acceptable: bounds of the share of deals that would pass.
        unanimous: bounds of the share of deals that all accept.
        rng: the generator.
        known: sheets that are given, by seat; drawing the others anew is then exact conditional sampling.
        keep: a further condition on the sheets.

    Raises:
        ParameterError: no such sheets were found in many tries.
    """
    middle = middle_quantile(parties, len(vetoes), dissent, sum(acceptable) / 2.0)
    for _ in range(MAX_TRIES):
        sheets = [known[seat] if known and seat in known else draw_sheet(issues, middle, rng) for seat in range(parties)]
        scores = np.stack([sheet_scores(issues, sheet) for sheet in sheets], axis=1)
        yes = accepts(scores, np.array([sheet["threshold"] for sheet in sheets], dtype=np.float64), strict)
        share, all_share = float(passes(yes, vetoes, dissent).mean()), float(yes.all(axis=1).mean())
        if acceptable[0] <= share <= acceptable[1] and unanimous[0] <= all_share <= unanimous[1] and (keep is None or keep(sheets)):
            return sheets
    raise ParameterError(f"deliberation: no score sheets found with acceptable={acceptable} and unanimous={unanimous}; widen these bounds")
