"""What a report shows, as plain data: made by ``ludens.analysis.summary.summarise``, drawn by the HTML and terminal writers here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from .findings import Findings

__all__ = [
    "DECIDED",
    "STATUSES",
    "TRIED",
    "Answer",
    "Cell",
    "Curves",
    "DataTable",
    "Dot",
    "Estimate",
    "Exchange",
    "Fault",
    "GameSection",
    "Line",
    "PairCells",
    "PredictionRow",
    "RunSummary",
    "Scatter",
    "SeatRow",
    "Spending",
    "Standing",
    "Transcript",
]

DECIDED = ("ok", "repaired", "defaulted", "forfeited")
"""How a decision ended; these add up to all decisions."""
TRIED = ("illegal", "unparsable", "truncated")
"""How a try came back, whether or not a later one was good."""
STATUSES = DECIDED + TRIED


@dataclass(frozen=True)
class Estimate:
    """A number with its uncertainty.

    Attributes:
        value: the point estimate.
        low, high: ends of the interval; NaN where there is none.
        n: independent units behind it (matches or clusters of matches).
        level: coverage aimed at.
        method: how the interval was made.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    level: float = 0.95
    method: str = ""

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)


@dataclass(frozen=True)
class Spending:
    """What a player's decisions took.

    Attributes:
        cost: US dollars; None when no price is known.
        latency: mean seconds a decision; None when not recorded.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    latency: float | None = None
    cached: int = 0
    retries: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Standing:
    """One player in the leaderboard.

    Attributes:
        score: mean normalised payoff over games.
        rating: Bradley-Terry rating on the Elo scale; None when never compared.
        online: openskill's mean and standard deviation; None when not computed.
        statuses: number of decisions by how they ended, and of tries by how they came back (:data:`STATUSES`).
        front: on the cost-skill front; None where costs are unknown.
    """

    name: str
    hash: str
    kind: str
    matches: int
    decisions: int
    score: Estimate
    rating: Estimate | None = None
    online: tuple[float, float] | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    spending: Spending = Spending()
    front: bool | None = None


@dataclass(frozen=True)
class PairCells:
    """A square table of players against players; None where two never met."""

    players: tuple[str, ...]
    cells: tuple[tuple[Estimate | None, ...], ...]


@dataclass(frozen=True)
class SeatRow:
    """One seat of a game: mean return, and how much more than the mean of its match."""

    seat: int
    role: str
    mean: Estimate
    effect: Estimate


@dataclass(frozen=True)
class PredictionRow:
    """A line of the prediction card beside what was observed.

    Attributes:
        observed: mean of the outcome fact or payoff of that name; None where play does not measure it directly.
        agrees: whether the observed mean lies within the card's tolerance; None where the card states no test.
    """

    concept: str
    quantity: str
    value: str
    source: str
    note: str = ""
    observed: Estimate | None = None
    agrees: bool | None = None


Cell: TypeAlias = str | float | Estimate | None
"""What stands in a table: words, a number, a number with its uncertainty, or nothing to measure."""


@dataclass(frozen=True)
class DataTable:
    """Measures of a run.

    Attributes:
        title: what the rows are.
        about: what the columns mean, in a sentence or two.
        columns: their names; the first one's cells name the rows.
        rows: a cell a column.
    """

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Curves:
    """A chart: lines through estimates.

    Attributes:
        title, about: what it shows, and what its words mean.
        x_title, y_title: of the axes.
        lines: a name and its points, from left to right: where each stands, and the estimate.
        diagonal: the estimates, shares then, should equal where they stand; drawn as a dotted line.
        bounds: the least and largest that an estimate can be; None where that is not known. What of an interval lies beyond is cut off.
    """

    title: str
    about: str
    x_title: str
    y_title: str
    lines: tuple[tuple[str, tuple[tuple[float, Estimate], ...]], ...]
    diagonal: bool = False
    bounds: tuple[float, float] | None = (0.0, 1.0)


class Dot(NamedTuple):
    """A point of a scatter.

    Attributes:
        x, y: where it stands.
        times: how many things stand there; a dot's area grows with it.
        text: what it is, told when it is pointed at.
    """

    x: float
    y: float
    times: int
    text: str


@dataclass(frozen=True)
class Scatter:
    """Points in a plane whose axes have the same scale and no unit, coloured by group.

    Attributes:
        title, about: what it shows, and what its words mean.
        x_title, y_title: of the axes.
        groups: a name and its points, in the order of the colours.
    """

    title: str
    about: str
    x_title: str
    y_title: str
    groups: tuple[tuple[str, tuple[Dot, ...]], ...]


@dataclass(frozen=True)
class GameSection:
    """All that is shown of one game (an id with its parameters).

    Attributes:
        metrics: tables of the game's family.
        curves: its charts.
        facts: short statements of its type, as (name, value).
        outcomes: means of the numeric and yes-no outcome facts, as (name, estimate).
        labels: how often each text outcome occurred, as (name, ((value, count), ...)).
    """

    label: str
    title: str
    rules: str
    unit: str
    payoff_low: float
    payoff_high: float
    matches: int
    params: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    payoffs: PairCells | None = None
    wins: PairCells | None = None
    seats: tuple[SeatRow, ...] = ()
    predictions: tuple[PredictionRow, ...] = ()
    outcomes: tuple[tuple[str, Estimate], ...] = ()
    labels: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    metrics: tuple[DataTable, ...] = ()
    curves: tuple[Curves, ...] = ()


@dataclass(frozen=True)
class Fault:
    """Something that went wrong and what was done about it.

    Attributes:
        kind: what happened, in a word or two.
        what: what was done (retried, dropped, defaulted, excluded).
        count: how often.
        example: one message, shortened.
    """

    kind: str
    what: str
    count: int
    example: str = ""


@dataclass(frozen=True)
class Exchange:
    """One exchange with a model: what was new in its prompt and what it answered.

    Attributes:
        earlier: how many messages of the seat's last prompt came before the new ones.
        prompt: the new messages, as (role, text).
        reply: the answer; None when the request failed.
        status: how the reply parsed.
        problem: what was wrong with it, as the model was told.
    """

    earlier: int
    prompt: tuple[tuple[str, str], ...]
    reply: str | None
    status: str = "ok"
    problem: str = ""
    model: str = ""
    tokens: int = 0
    cost: float | None = None
    latency: float = 0.0
    retries: int = 0
    cached: bool = False


@dataclass(frozen=True)
class Answer:
    """A seat's decision.

    Attributes:
        choice: what was played, as text.
        status: ok, repaired, defaulted or forfeited.
        cause: for the last two, what the last try was.
        note: private text of the player (its reasoning).
        mark: what an analysis remarks on it.
    """

    choice: str
    status: str = "ok"
    cause: str = ""
    problem: str = ""
    note: str = ""
    exchanges: tuple[Exchange, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Line:
    """One thing in a transcript: an event, a decision, or a decision with the event it caused.

    Attributes:
        kind: the event's kind, or ``"move"`` for a decision that caused no event of its own.
        turn: joint moves played before it; -1 for what came before the first move.
        seat: who caused it; None for the rules.
        text: what happened, in words.
        speech: whether ``text`` is what the seat said aloud, word for word.
        seen_by: seats that could see it; None for all.
        answer: the decision behind it.
    """

    kind: str
    turn: int
    seat: int | None
    text: str
    speech: bool = False
    seen_by: tuple[int, ...] | None = None
    answer: Answer | None = None


@dataclass(frozen=True)
class Transcript:
    """One episode in words.

    Attributes:
        seats: name of the player in each seat.
        roles: the seats' roles, where the rules gave any.
        outcome: outcome facts, as (name, value).
        note: what a reader must know of this transcript.
        clipped: characters left out of over-long texts.
        scene: what pages show move, as JSON values, where the family's display has that.
    """

    match: str
    game: str
    title: str
    seed: str
    seats: tuple[str, ...]
    returns: tuple[float, ...]
    unit: str
    outcome: tuple[tuple[str, str], ...]
    rules: str
    lines: tuple[Line, ...]
    roles: tuple[str, ...] = ()
    note: str = ""
    clipped: int = 0
    scene: dict[str, Any] | None = None


@dataclass(frozen=True)
class RunSummary:
    """A whole run, ready to be shown.

    Attributes:
        standings: best first.
        order: what the standings are sorted by: ``"rating"`` or ``"score"``.
        methods: how each figure was made, as (name, statement).
        notes: what a reader must know.
        sample: how the transcripts were chosen.
        versions: software and rules, as (name, version).
        description: the plan in one line.
        findings: what analyses of the run found, a section each.
    """

    name: str
    made: str
    started: str
    matches: int
    planned: int | None
    decisions: int
    standings: tuple[Standing, ...]
    games: tuple[GameSection, ...]
    order: str = "score"
    faults: tuple[Fault, ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    sample: str = ""
    methods: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    description: str = ""
    findings: tuple[Findings, ...] = ()

    @property
    def statuses(self) -> dict[str, int]:
        """Decisions and tries by status over all players."""
        return {status: sum(row.statuses.get(status, 0) for row in self.standings) for status in STATUSES}

    @property
    def spending(self) -> Spending:
        """Totals over all players; the cost is None when that of no player who used tokens is known."""
        paying = [row.spending for row in self.standings if row.spending.tokens or row.spending.cost] or [row.spending for row in self.standings]
        costs = [spent.cost for spent in paying if spent.cost is not None]
        return Spending(
            prompt_tokens=sum(row.spending.prompt_tokens for row in self.standings),
            completion_tokens=sum(row.spending.completion_tokens for row in self.standings),
            cost=sum(costs) if costs else None,
            cached=sum(row.spending.cached for row in self.standings),
            retries=sum(row.spending.retries for row in self.standings),
        )
