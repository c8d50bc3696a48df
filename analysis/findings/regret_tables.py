"""The tables and charts of :mod:`ludens.analysis.findings.regret`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ...games.matrix.rules import MatrixGame
from ...games.online.rules import ADAPTIVE, OnlineGame
from ..growth import mann_kendall, rate, regression_test, trend_test
from ..growth_calibration import calibrate
from ..references import BANDIT, FULL, reference
from ..regret import dynamic, external, internal, swap, variation
from ..resample import student_intervals
from ..rounds import Rounds

__all__ = ["Part", "calibrations", "charts", "gaps", "growth", "horizons", "mean", "references", "regrets"]

_POINTS = 25
_LEVEL = 0.05


class Part(NamedTuple):
    """One player in one seat of one game."""

    label: str
    name: str
    game: OnlineGame | MatrixGame
    key: str
    rounds: Rounds

    @property
    def who(self) -> str:
        return self.name if self.game.seats == 1 else f"{self.name} in seat {self.rounds.seat}"


def mean(values: NDArray[np.float64], cluster: NDArray[np.int64], bounds: tuple[float, float] = (-np.inf, np.inf)) -> Estimate:
    """Estimate a mean over episodes, with a Student interval over those with chance of their own."""
    (found,) = student_intervals(values, np.zeros(len(values), np.int64), cluster, 1, level=0.95, bounds=bounds)
    assert found is not None
    return found


def regrets(parts: Sequence[Part]) -> list[DataTable]:
    """Tell the regret of every player, of every kind."""
    rows: list[tuple[Cell, ...]] = []
    others: list[tuple[Cell, ...]] = []
    for part in parts:
        faced = part.rounds
        losses, play, cluster = faced.losses, faced.play, faced.cluster
        head: tuple[Cell, ...] = (part.name, part.label, faced.seat)
        final = external(losses, play)[:, -1]
        expected = mean(external(losses, faced.mixed)[:, -1], cluster) if faced.mixed is not None else None
        realised = mean(final, cluster) if faced.taken is not None else None
        rows.append((*head, len(losses), round(float(faced.lengths.mean()), 2), realised, expected, mean(final / faced.lengths, cluster)))
        measures = (internal(losses, play), swap(losses, play), dynamic(losses, play)[:, -1], variation(losses))
        others.append((*head, *(mean(values, cluster) for values in measures)))
    about = (
        "External regret: means over episodes, in the game's unit, 95 % intervals (Student t over episodes with chance of their own); of what was "
        "done, and expected, of the distributions that were answered. A round: the same divided by rounds."
    )
    columns = ("player", "game", "seat", "episodes", "rounds", "regret", "expected", "a round")
    also = (
        "Of what was done, or of distributions where nothing else was. Variation: the sum over rounds of the largest change of any option's cost; "
        "dynamic regret can only be small where it is."
    )
    kept = [number for number in range(len(columns)) if any(row[number] is not None for row in rows)]
    return [
        DataTable("Regret", about, tuple(columns[number] for number in kept), tuple(tuple(row[number] for number in kept) for row in rows)),
        DataTable("Regret of other kinds", also, ("player", "game", "seat", "internal", "swap", "dynamic", "variation"), tuple(others)),
    ]


def gaps(seats: Mapping[str, tuple[str, OnlineGame | MatrixGame, list[Rounds]]], names: Mapping[str, str]) -> list[DataTable]:
    """Tell how far what was played in each match is from correlated equilibria: the largest regret of a seat, a round."""
    rows: list[tuple[Cell, ...]] = []
    for label, _, rounds in seats.values():
        if len(rounds) < 2:
            continue
        lengths = rounds[0].lengths
        coarse = np.max([external(one.losses, one.play)[:, -1] / lengths for one in rounds], axis=0)
        fine = np.max([swap(one.losses, one.play) / lengths for one in rounds], axis=0)
        tables = list(zip(*(one.players for one in rounds), strict=True))
        for lineup in dict.fromkeys(tables):
            keep = np.array([table == lineup for table in tables])
            cluster = rounds[0].cluster[keep]
            who = " v ".join(names[player] for player in lineup)
            rows.append((who, label, int(keep.sum()), mean(coarse[keep], cluster), mean(fine[keep], cluster)))
    about = (
        "How much a seat could still gain a round in the empirical distribution of what was played in a match: by one option for good (coarse), or by "
        "changing what it was to do. 0 is an equilibrium."
    )
    columns = ("players by seat", "game", "matches", "gap to coarse correlated equilibrium", "gap to correlated equilibrium")
    return [DataTable("How far play is from correlated equilibria", about, columns, tuple(rows))] if rows else []


def _whole_curves(part: Part) -> NDArray[np.float64] | None:
    """Give the curves of external regret, of the rounds that all episodes have; None where these are fewer than ten."""
    shortest = int(part.rounds.lengths.min())
    return external(part.rounds.losses, part.rounds.play)[:, :shortest] if shortest >= 10 else None


def growth(parts: Sequence[Part]) -> DataTable:
    """Tell what the tests say of every player."""
    rows: list[tuple[Cell, ...]] = []
    for part in parts:
        curves = _whole_curves(part)
        if curves is None:
            rows.append((part.name, part.label, part.rounds.seat, int(part.rounds.lengths.min()), *[None] * 6))
            continue
        cluster = part.rounds.cluster
        fit = regression_test(curves)
        known = np.isfinite(fit.slope)
        middle = curves.mean(axis=0, keepdims=True)
        ends = sorted({max(2, curves.shape[1] // 4), max(3, curves.shape[1] // 2), curves.shape[1]})
        within = rate(ends, [curves[:, end - 1] for end in ends], cluster=cluster)
        rows.append(
            (
                part.name,
                part.label,
                part.rounds.seat,
                curves.shape[1],
                mean((trend_test(curves).p < _LEVEL).astype(float), cluster, (0.0, 1.0)),
                mean((mann_kendall(curves).p < _LEVEL).astype(float), cluster, (0.0, 1.0)),
                mean((np.where(known, fit.p, 1.0) < _LEVEL).astype(float), cluster, (0.0, 1.0)),
                mean(fit.slope[known], cluster[known]) if known.any() else None,
                float(trend_test(middle).p[0]),
                within.exponent,
            )
        )
    about = (
        "Shares of episodes in which a test says at 5 % that external regret grows less than linearly: the trend test (falls of regret / t against a "
        "fair coin), Mann-Kendall on regret / t, and "
        "regression (the slope of log regret on log t below 1, rounds without regret left out). The trend test is also made on the mean curve. Within: "
        "the exponent of mean regret between a quarter, a half and all of the "
        "rounds, with a bootstrap interval; learners tuned to the horizon may look linear in it. Nothing where episodes have fewer than ten rounds in common."
    )
    columns = ("player", "game", "seat", "rounds", "trend", "Mann-Kendall", "regression", "slope", "trend p of the mean", "exponent within")
    return DataTable("Does regret grow less than linearly?", about, columns, tuple(rows))


def horizons(parts: Sequence[Part]) -> list[DataTable]:
    """Fit growth over games that differ in their number of rounds alone."""
    groups: dict[tuple[str, str, int], list[Part]] = {}
    for part in parts:
        same = repr((part.game.made_as, sorted((name, value) for name, value in part.game.params.items() if name != "rounds")))
        groups.setdefault((part.name, same, part.rounds.seat), []).append(part)
    rows: list[tuple[Cell, ...]] = []
    for group in groups.values():
        ordered = sorted(group, key=lambda part: part.game.rounds)
        if len(ordered) < 2:
            continue
        finals = [external(part.rounds.losses, part.rounds.play)[:, -1] for part in ordered]
        found = rate([part.game.rounds for part in ordered], finals)
        horizons = ", ".join(str(part.game.rounds) for part in ordered)
        rows.append(
            (ordered[0].name, ordered[0].game.made_as, ordered[0].rounds.seat, horizons, ", ".join(f"{mean:.4g}" for mean in found.means), found.exponent)
        )
    about = (
        "The exponent of mean external regret over games that differ in their rounds alone: 1 is linear, a half what the best learners promise. "
        "Intervals by a bootstrap over episodes."
    )
    columns = ("player", "game", "seat", "rounds", "mean regret", "exponent")
    return [DataTable("Growth over horizons", about, columns, tuple(rows))] if rows else []


def calibrations(parts: Sequence[Part]) -> list[DataTable]:
    """Tell what the tests say of known play, at the rounds that were played."""
    rows: list[tuple[Cell, ...]] = []
    for rounds in sorted({curves.shape[1] for part in parts if (curves := _whole_curves(part)) is not None}):
        # the work grows with the square of the rounds; 400 tell what there is to tell of longer ones
        for row in calibrate(min(rounds, 400), runs=500):
            rows.append((row.play, row.truth, row.rounds, row.trend, row.mann_kendall, row.regression, round(row.slope, 3)))
    about = (
        "How often the tests say less than linearly of simulated play whose growth is known (500 runs a row, two options): of linear regret they "
        "should at 5 % of the time, of sublinear always. "
        "At most 400 rounds are simulated."
    )
    columns = ("play", "truth", "rounds", "trend", "Mann-Kendall", "regression", "mean slope")
    return [DataTable("What the tests say of known play", about, columns, tuple(dict.fromkeys(rows)))] if rows else []


def _sequences(part: Part, kinds: Sequence[str] | None) -> dict[str, NDArray[np.float64]]:
    """Give curves of external regret of reference learners on what a player faced; none where that answered the player by design."""
    if isinstance(part.game, OnlineGame):
        if part.game.losses in ADAPTIVE:
            return {}
        low, high, alone = 0.0, part.game.high, part.game.feedback == "bandit"
    else:
        low, high, alone = -float(part.game.table[part.rounds.seat].max()), -float(part.game.table[part.rounds.seat].min()), part.game.monitoring == "payoff"
        low, high = min(low, 0.0) if part.game.discount < 1 else low, max(high, 0.0) if part.game.discount < 1 else high
    same = len(set(part.rounds.lengths.tolist())) == 1
    if not same:
        return {}
    chosen = kinds if kinds is not None else BANDIT if alone else FULL
    return {kind: external(part.rounds.losses, reference(kind, part.rounds.losses, low=low, high=high)) for kind in chosen}


def references(parts: Sequence[Part], kinds: Sequence[str] | None) -> list[DataTable]:
    """Tell the regret of learners on the sequences that players faced."""
    rows: list[tuple[Cell, ...]] = []
    for part in parts:
        own = external(part.rounds.losses, part.rounds.play)[:, -1]
        for kind, curves in _sequences(part, kinds).items():
            final = curves[:, -1]
            rows.append((kind, part.label, part.who, mean(final, part.rounds.cluster), mean(own - final, part.rounds.cluster)))
    about = (
        "Expected external regret of learners on the very sequences that each player faced, and how much more the player's is (below 0: the player did "
        "better). In matrix games the others are "
        "taken to do what they did, whatever the learner does."
    )
    columns = ("learner", "game", "in place of", "external", "the player's is more by")
    return [DataTable("Reference learners on the same sequences", about, columns, tuple(rows))] if rows else []


def charts(parts: Sequence[Part], kinds: Sequence[str] | None) -> list[Curves]:
    """Draw mean regret after each round, a chart a game."""
    charts = []
    for key in dict.fromkeys(part.key for part in parts):
        lines = []
        first = True
        for part in (one for one in parts if one.key == key):
            curves = _whole_curves(part)
            if curves is None:
                continue
            lines.append((part.who, _line(curves, part.rounds.cluster)))
            if first and part.game.seats == 1:
                # seats face sequences of their own; one player's stand for all only where nature drew them
                lines += [(f"{kind} (reference)", _line(made, part.rounds.cluster)) for kind, made in _sequences(part, kinds).items()]
                first = False
        if lines:
            label = next(part.label for part in parts if part.key == key)
            about = "Mean external regret after each round, with 95 % intervals. References are run on what the first player faced."
            charts.append(Curves(f"Regret in {label}", about, "round", "external regret", tuple(lines), bounds=None))
    return charts


def _line(curves: NDArray[np.float64], cluster: NDArray[np.int64]) -> tuple[tuple[float, Estimate], ...]:
    rounds = curves.shape[1]
    at = np.unique(np.linspace(1, rounds, min(rounds, _POINTS)).round().astype(int))
    return tuple((float(number), mean(curves[:, number - 1], cluster)) for number in at)
