"""How numbers are written in reports, the same in the page and in the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .summary import Estimate

__all__ = ["count", "decimals", "interval", "money", "number", "percent", "seconds"]


def decimals(values: Sequence[float]) -> int:
    """Choose how many decimals show the differences of a set of numbers: three significant digits of their spread, none needed for whole numbers."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite or all(abs(value - round(value)) < 1e-9 for value in finite):
        return 0
    spread = max(finite) - min(finite) or max(abs(value) for value in finite)
    return min(4, max(0, 2 - math.floor(math.log10(spread))))


def number(value: float, places: int = 2) -> str:
    """Write a number with a true minus sign and thin groups; an en dash for none."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def interval(estimate: Estimate, places: int = 2) -> str:
    """Write the interval of an estimate; nothing where there is none."""
    return f"{number(estimate.low, places)} to {number(estimate.high, places)}" if estimate.has_interval else ""


def count(value: int) -> str:
    """Write a whole number, large ones shortened: ``12,345``, ``1.23 M``."""
    if value < 1_000_000:
        return f"{value:,}"
    return f"{value / 1e6:.2f} M" if value < 1_000_000_000 else f"{value / 1e9:.2f} G"


def money(value: float | None) -> str:
    """Write US dollars with cents, small sums with four decimals."""
    if value is None:
        return "–"
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


def percent(part: float, whole: float = 1.0) -> str:
    """Write a share; never 100 % or 0 % when something is missing or there."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "<0.1 %"
    if 99.9 < share < 100:
        return ">99.9 %"
    return f"{share:.1f} %" if share not in (0, 100) else f"{share:.0f} %"


def seconds(value: float | None) -> str:
    """Write a duration with its unit."""
    if value is None or not math.isfinite(value):
        return "–"
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.0f} ms"
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min"
