"""The economist measured: how close each planner came to the best schedule, what workers gave away, and the charts of it.

Every episode is laid beside the optimum of its own population (the best schedule on the grid when all workers answer exactly); episodes of one seed share
their population and count once in an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..arena.record import Episode
from ..arena.report.summary import Cell, Curves, DataTable, Estimate
from ..games.core import Game
from ..games.economist.economy import Economy, Year
from ..games.economist.election import PLANNERS_LAW, PRESENT_LAW
from ..games.economist.game import PLANNER, Economist
from ..games.economist.optimum import best_schedule, follower_regret, percent_of_optimum, welfare_of
from ..games.economist.schedule import Floats
from ..games.economist.welfare import gini, lorenz
from ..games.registry import make
from .families import FamilyMeasures
from .resample import student_intervals

__all__ = ["Benchmark", "Economics", "benchmark", "family_measures", "planner_table", "read", "worker_table"]

_LARGEST = 300
"""Populations up to this size are laid beside their optimum."""
_DECILES = 10


@dataclass(frozen=True)
class Benchmark:
    """What a population could have had: the best welfare, that without tax, and whether the best is known to be the best on the grid."""

    optimum: float
    no_tax: float
    proven: bool


@dataclass(frozen=True)
class Economics:
    """An episode in numbers.

    Attributes:
        game: the rules.
        seed: of the episode, and so of its population.
        economy: its workers, in the order of the seats.
        rates: shape (steps, K), from 0 to 1.
        hours: shape (steps, workers).
        year: what came of them, a row a step.
        welfare: shape (steps,).
        winners: which line of the ballot won, a year each; none where nobody votes.
    """

    game: Economist
    seed: int
    economy: Economy
    rates: Floats
    hours: Floats
    year: Year
    welfare: Floats
    winners: tuple[str, ...] = ()

    @property
    def by_year(self) -> Floats:
        """Mean welfare of each tax year that was completed."""
        length = self.game.terms.year_length
        return self.welfare[: len(self.welfare) // length * length].reshape(-1, length).mean(axis=1)


def read(episode: Episode) -> Economics:
    """Read an episode.

    Raises:
        ParameterError: it is of other rules than are installed.
    """
    game = _game(episode.game, tuple(sorted((name, _frozen(value)) for name, value in episode.params.items())))
    assert isinstance(game, Economist)
    skills = np.zeros(game.workers)
    rates: list[list[float]] = []
    law: list[float] = []
    hours: list[list[float]] = []
    winners: list[str] = []
    for event in episode.events:
        if event.kind == "skill" and event.seat is not None:
            skills[event.seat - 1] = event.data["skill"]
        elif event.kind == "law":
            law = event.data["rates"]
        elif event.kind == "election":
            winners.append(event.data["winner"])
        elif event.kind == "work":
            # the first worker's line opens a step
            if event.seat == 1:
                hours.append([])
                rates.append(law)
            hours[-1].append(event.data["hours"])
    economy = game.economy(skills)
    posted, worked = np.array(rates).reshape(-1, len(game.edges)) / 100, np.array(hours).reshape(-1, game.workers)
    year = economy.settle(worked, game.edges, posted)
    return Economics(game, episode.seed, economy, posted, worked, year, np.atleast_1d(game.aim.of(year)), tuple(winners))


def benchmark(played: Economics) -> Benchmark:
    """Find what the population of an episode could have had."""
    return _benchmark(played.game, tuple(np.sort(played.economy.skills).tolist()))


@lru_cache(maxsize=1024)
def _benchmark(game: Economist, skills: tuple[float, ...]) -> Benchmark:
    economy = game.economy(np.array(skills))
    best = best_schedule(economy, game.aim, game.edges, step=game.terms.rate_step / 100)
    idle = float(welfare_of(economy, game.aim, game.edges, np.zeros((1, len(game.edges))))[0])
    return Benchmark(best.welfare, idle, best.method == "exhaustive")


@lru_cache(maxsize=64)
def _game(game_id: str, params: tuple[tuple[str, object], ...]) -> Game:
    return make(game_id, **dict(params))


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def family_measures(episodes: Iterable[Episode], *, names: Callable[[str], str] = str, level: float = 0.95) -> FamilyMeasures:
    """Make the tables and charts of a game's report.

    Args:
        episodes: of one game; those that ended in an error or before anybody worked are left out.
        names: how a player is called, by the hash of its spec.
        level: coverage of intervals.
    """
    found = [(episode, read(episode)) for episode in episodes if episode.error is None and episode.forfeited is None]
    games = [played for _, played in found if len(played.hours)]
    players = [tuple(names(seat.hash) for seat in episode.seats) for episode, played in found if len(played.hours)]
    if not games:
        return FamilyMeasures()
    tables = (planner_table(games, players, level=level), worker_table(games, players, level=level))
    charts = (
        _welfare_by_year(games, players, level),
        _schedules(games, players, level),
        _lorenz_curves(games, level),
        _hours_by_decile(games, players, level),
        _votes(games, level),
    )
    return FamilyMeasures(tables, tuple(chart for chart in charts if chart.lines))


def planner_table(games: Sequence[Economics], players: Sequence[Sequence[str]], *, level: float = 0.95) -> DataTable:
    """Lay planners side by side: welfare as a percentage of the optimum of each population, over the whole game and in the last year.

    Args:
        games: what was played.
        players: per game, what the player of each seat is called.
        level: coverage of intervals.
    """
    columns = ("percent of optimum", "in the last year", "percent of the possible gain over no tax", "welfare", "mean income", "Gini of spending")
    rows = []
    for played in games:
        best = benchmark(played) if played.game.workers <= _LARGEST else None
        # a percentage of a best welfare that is not positive means nothing
        percent = [np.nan] * 3
        if best is not None and best.optimum > 0:
            mean, last = float(played.welfare.mean()), float(played.by_year[-1]) if len(played.by_year) else np.nan
            room = best.optimum - best.no_tax
            gain = 100 * (mean - best.no_tax) / room if room > 1e-9 * abs(best.optimum) else np.nan
            percent = [percent_of_optimum(mean, best.optimum), percent_of_optimum(last, best.optimum), gain]
        rows.append([*percent, float(played.welfare.mean()), float(played.year.income.mean()), float(gini(played.year.consumption).mean())])
    proven = all(benchmark(played).proven for played in games if played.game.workers <= _LARGEST)
    about = (
        "The optimum is the best schedule on the game's grid when all workers answer exactly, "
        + ("of all there are, " if proven else "as far as a search finds it (a lower bound, so percentages may be too high), ")
        + "for each population by itself. Above 100 where workers work more than is best for them."
    )
    return DataTable("Planners", about, ("", *columns), _by_player(rows, [names[PLANNER] for names in players], games, level))


def worker_table(games: Sequence[Economics], players: Sequence[Sequence[str]], *, level: float = 0.95) -> DataTable:
    """Lay workers side by side: utility, what their hours gave away beside the best ones, and hours.

    Args:
        games: what was played.
        players: per game, what the player of each seat is called.
        level: coverage of intervals.
    """
    columns = ("utility", "regret", "regret in the last year", "hours a week")
    rows, owners, sources = [], [], []
    for played, names in zip(games, players, strict=True):
        regret = follower_regret(played.economy, played.hours, played.game.edges, played.rates)
        last = regret[-played.game.terms.year_length :].mean(axis=0)
        for worker in range(played.game.workers):
            rows.append(
                [float(played.year.utility[:, worker].mean()), float(regret[:, worker].mean()), float(last[worker]), float(played.hours[:, worker].mean())]
            )
            owners.append(names[worker + 1])
            sources.append(played)
    about = "Regret is what the best hours under the same law, all else as it was, would have brought more, in utility a step. Skills differ between workers."
    return DataTable("Workers", about, ("", *columns), _by_player(rows, owners, sources, level))


def _by_player(rows: Sequence[Sequence[float]], owners: Sequence[str], games: Sequence[Economics], level: float) -> tuple[tuple[Cell, ...], ...]:
    """Average rows by their owner, games of one population counted as one."""
    names = sorted(set(owners))
    _, clusters = np.unique([played.seed for played in games], return_inverse=True)
    owner = np.array([names.index(one) for one in owners])
    values = np.array(rows, np.float64)
    found: list[list[Estimate | None]] = []
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        found.append(student_intervals(values[known, column], owner[known], clusters[known], len(names), level=level))
    return tuple((name, *(column[index] for column in found)) for index, name in enumerate(names))


# -- charts ----------------------------------------------------------------------------------------------------------------


def _chart(
    words: tuple[str, str, str, str],
    points: Iterable[tuple[str, int, float, float, int]],
    level: float,
    bounds: tuple[float, float] | None,
    diagonal: bool = False,
) -> Curves:
    """Make a chart of points (line, number from the left, x, y, seed): a line a name, points of one number averaged; ``words`` as ``Curves`` has them."""
    found: dict[str, list[tuple[int, float, float, int]]] = {}
    for name, number, x, y, seed in points:
        found.setdefault(name, []).append((number, x, y, seed))
    lines = []
    for name in sorted(found):
        numbers, places, values, seeds = (np.array(column) for column in zip(*found[name], strict=True))
        _, clusters = np.unique(seeds, return_inverse=True)
        size = int(numbers.max()) + 1
        estimates = student_intervals(values, numbers, clusters, size, level=level)
        middle = np.bincount(numbers, weights=places, minlength=size) / np.maximum(np.bincount(numbers, minlength=size), 1)
        lines.append((name, tuple((float(x), one) for x, one in zip(middle, estimates, strict=True) if one is not None)))
    return Curves(*words, tuple(lines), diagonal, bounds)


def _welfare_by_year(games: Sequence[Economics], players: Sequence[Sequence[str]], level: float) -> Curves:
    points = []
    for played, names in zip(games, players, strict=True):
        best = benchmark(played).optimum if played.game.workers <= _LARGEST else 0.0
        if best > 0 and len(played.by_year) > 1:
            points += [(names[PLANNER], year, year + 1.0, 100 * value / best, played.seed) for year, value in enumerate(played.by_year.tolist())]
    return _chart(("Welfare by year", "Percent of the optimum of each population, by planner.", "tax year", "percent of optimum"), points, level, None)


def _schedules(games: Sequence[Economics], players: Sequence[Sequence[str]], level: float) -> Curves:
    points = []
    for played, names in zip(games, players, strict=True):
        edges = np.array(played.game.edges)
        top = 1.5 * edges[-1] if edges[-1] else played.game.most_income / 10
        # both ends of every bracket
        incomes = np.repeat(np.append(edges, top), 2)[1:-1]
        rates = 100 * np.repeat(played.rates[-1], 2)
        points += [(names[PLANNER], number, x, y, played.seed) for number, (x, y) in enumerate(zip(incomes.tolist(), rates.tolist(), strict=True))]
    return _chart(("Last schedules", "Marginal rate of the last law, by planner.", "income", "percent"), points, level, (0.0, 100.0))


def _lorenz_curves(games: Sequence[Economics], level: float) -> Curves:
    points = []
    for played in games:
        for name, amounts in (("income before tax", played.year.income), ("spending", played.year.consumption)):
            # over the last year, each worker by its mean
            people, held = lorenz(amounts[-played.game.terms.year_length :].mean(axis=0))
            points += [(name, number, x, y, played.seed) for number, (x, y) in enumerate(zip(people.tolist(), held.tolist(), strict=True))]
    about = "Share of the total that the poorest have, last year."
    return _chart(("Lorenz curves", about, "share of workers, poorest first", "share of the total"), points, level, (0.0, 1.0), diagonal=True)


def _hours_by_decile(games: Sequence[Economics], players: Sequence[Sequence[str]], level: float) -> Curves:
    points = []
    for played, names in zip(games, players, strict=True):
        length = played.game.terms.year_length
        worked = played.hours[-length:].mean(axis=0)
        best = np.array([played.economy.answer(played.game.edges, played.rates[-1])])[0]
        ranks = played.economy.skills.argsort().argsort()
        for worker, rank in enumerate(ranks.tolist()):
            part = min(_DECILES * rank // played.game.workers, _DECILES - 1)
            points.append((names[worker + 1], part, part + 1.0, float(worked[worker]), played.seed))
            points.append(("best answer", part, part + 1.0, float(best[worker]), played.seed))
    about = "Hours in the last year by tenth of the skills, beside the exact best answers to the last law."
    return _chart(("Hours by skill", about, "tenth of skills, lowest first", "hours a week"), points, level, (0.0, float(games[0].game.longest)))


_LAWS = {PRESENT_LAW: "the present law", PLANNERS_LAW: "the planner's law"}


def _votes(games: Sequence[Economics], level: float) -> Curves:
    points = []
    for played in games:
        for year, winner in enumerate(played.winners):
            for name in (*_LAWS.values(), "a worker's law"):
                points.append((name, year, year + 1.0, float(name == _LAWS.get(winner, "a worker's law")), played.seed))
    about = "How often each kind of law won the vote of a year; by the present law the voters kept what they had."
    return _chart(("Laws voted in", about, "tax year", "share of games"), points, level, (0.0, 1.0))
