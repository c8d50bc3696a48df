"""How often the tests of :mod:`ludens.analysis.growth` say "sublinear", by simulation, for play whose growth is known.

    python -P -m ludens.analysis.growth_calibration docs/regret.md

writes the table between the markers of a page (prints it where none is named). The rows:

| play | what is true |
|---|---|
| coin | regret / t goes up or down by a fair coin each round: the null that the trend test assumes |
| line | linear regret: a constant loss a round, and noise of a random walk |
| root | a square root of t, and the same noise |
| uniform, no better arm | play that learns nothing against unbiased losses: a square root, for want of anything to learn |
| uniform, a better arm (by 3 of 10) | play that learns nothing where there is something to learn: linear |
| Hedge, no better arm; Hedge, a better arm | sublinear |
| follow the leader, alternating | linear, though losses are bounded and it learns |
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..agents.learners import learner
from ..agents.learners.learning import run
from ..errors import LudensError
from ..games.online.sequences import Shape, draw
from .growth import mann_kendall, regression_test, trend_test
from .regret import external

__all__ = ["HORIZONS", "NOISES", "PLAYS", "Calibrated", "calibrate", "markdown"]

Floats = NDArray[np.float64]
HORIZONS = (25, 100, 400)
NOISES = (0.5, 2.0)
"""Standard deviations of the walk's steps, in units of the regret of the first round."""
_LEVEL = 0.05
_BEGIN, _END = "<!-- calibration -->", "<!-- /calibration -->"


class Calibrated(NamedTuple):
    """How the tests judge a kind of play.

    Attributes:
        play: what was simulated.
        truth: ``"linear"``, ``"sublinear"`` or ``"null"``.
        rounds: of each run.
        trend, mann_kendall, regression: share of runs in which each says "sublinear" at 5 %.
        slope: mean slope of the regression.
        regret: mean final regret a round, losses in [0, 1] (synthetic curves: in units of the first round).
    """

    play: str
    truth: str
    rounds: int
    trend: float
    mann_kendall: float
    regression: float
    slope: float
    regret: float


def _coin(runs: int, rounds: int, rng: np.random.Generator) -> Floats:
    steps = rng.exponential(1.0, (runs, rounds)) * np.where(rng.random((runs, rounds)) < 0.5, -1, 1) / rounds
    # far above zero, so that nothing is clipped
    return np.asarray((10 + np.cumsum(steps, axis=1)) * np.arange(1, rounds + 1))


def _curve(power: float, noise: float) -> Callable[[int, int, np.random.Generator], Floats]:
    def curves(runs: int, rounds: int, rng: np.random.Generator) -> Floats:
        walk = np.cumsum(rng.normal(0, noise, (runs, rounds)), axis=1)
        return np.arange(1, rounds + 1) ** power + walk

    return curves


def _learnt(kind: str | None, losses: str, gap: float, arms: int = 2) -> Callable[[int, int, np.random.Generator], Floats]:
    def curves(runs: int, rounds: int, rng: np.random.Generator) -> Floats:
        shape = Shape(rounds, arms, gap=gap)
        table = np.stack([draw(losses, shape, rng) for _ in range(runs)]) / shape.high
        mixed = np.full(table.shape, 1 / arms) if kind is None else run(learner(kind), table, rng).mixed
        return external(table, mixed)

    return curves


PLAYS: dict[str, tuple[str, Callable[[int, int, np.random.Generator], Floats]]] = {
    "coin": ("null", _coin),
    **{f"line, noise {noise:g}": ("linear", _curve(1.0, noise)) for noise in NOISES},
    **{f"root, noise {noise:g}": ("sublinear", _curve(0.5, noise)) for noise in NOISES},
    "uniform, no better arm": ("sublinear", _learnt(None, "iid", 0.0)),
    "uniform, a better arm": ("linear", _learnt(None, "iid", 3.0)),
    "Hedge, no better arm": ("sublinear", _learnt("hedge", "iid", 0.0)),
    "Hedge, a better arm": ("sublinear", _learnt("hedge", "iid", 3.0)),
    "follow the leader, no better arm": ("sublinear", _learnt("follow_the_leader", "iid", 0.0)),
    "follow the leader, a better arm": ("sublinear", _learnt("follow_the_leader", "iid", 3.0)),
    "follow the leader, alternating": ("linear", _learnt("follow_the_leader", "alternating", 0.0)),
    "Hedge, alternating": ("sublinear", _learnt("hedge", "alternating", 0.0)),
}
"""What is simulated: the truth, and what makes curves of regret."""


def calibrate(rounds: int, *, runs: int = 2000, seed: int = 0) -> tuple[Calibrated, ...]:
    """Measure all tests on all kinds of play.

    Args:
        rounds: of each run.
        runs: how many, of each kind; a share of them has a standard error of at most ``0.5 / sqrt(runs)``.
        seed: of all chance.
    """
    out = []
    for number, (play, (truth, curves)) in enumerate(PLAYS.items()):
        made = curves(runs, rounds, np.random.default_rng([seed, rounds, number]))
        fit = regression_test(made)
        known = np.isfinite(fit.slope)
        out.append(
            Calibrated(
                play,
                truth,
                rounds,
                float((trend_test(made).p < _LEVEL).mean()),
                float((mann_kendall(made).p < _LEVEL).mean()),
                float((np.where(known, fit.p, 1.0) < _LEVEL).mean()),
                float(fit.slope[known].mean()) if known.any() else np.nan,
                float(made[:, -1].mean() / rounds),
            )
        )
    return tuple(out)


def markdown(horizons: tuple[int, ...] = HORIZONS, *, runs: int = 2000) -> str:
    """Lay the table out for a page."""
    lines = ["| play | truth | T | trend | Mann-Kendall | regression | mean slope | regret / T |", "|---|---|---|---|---|---|---|---|"]
    for rounds in horizons:
        for row in calibrate(rounds, runs=runs):
            shares = " | ".join(f"{share:.3f}" for share in (row.trend, row.mann_kendall, row.regression))
            lines.append(f"| {row.play} | {row.truth} | {row.rounds} | {shares} | {row.slope:.2f} | {row.regret:.3f} |")
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Write the table into the page that is named, or print it."""
    table = markdown()
    if not words:
        print(table)
        return 0
    page = Path(words[0])
    before, begin, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise LudensError(f"{page} should hold the markers {_BEGIN} and {_END}")
    page.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
