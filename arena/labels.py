"""Which of two episodes was better: pairs to ask about, and the answers, a JSON object a line.

A file of answers holds for each ``first`` and ``second`` (``run`` and ``episode``), ``seat`` (whose play was judged; null for everybody's), ``preference``
(1 for the first, 0 for the second, 1/2 for neither), ``rater`` and ``question``. Unknown fields are refused: a typo is no answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import LudensError
from .seeds import child_rng
from .store import MatchRow, Run

__all__ = ["FILE", "Label", "Pair", "Side", "add_labels", "choose_pairs", "read_labels"]

FILE = "labels.jsonl"
"""Where a run's folder keeps answers."""
_LONGEST = 10_000


class Side(NamedTuple):
    """An episode of a run."""

    run: str
    episode: str


class Pair(NamedTuple):
    """Two episodes of one game, in the order in which they are shown."""

    first: Side
    second: Side


@dataclass(frozen=True)
class Label:
    """An answer.

    Attributes:
        first, second: the pair, as it was shown.
        preference: 1 where the first is better, 0 where the second is, 1/2 where neither.
        rater: who answered.
        seat: whose play was judged; None for everybody's.
        question: that was answered.
    """

    first: Side
    second: Side
    preference: float
    rater: str
    seat: int | None = None
    question: str = ""

    @property
    def key(self) -> tuple[Side, Side, int | None, str, str]:
        """What was asked of whom: a second answer to it is none."""
        return self.first, self.second, self.seat, self.rater, self.question

    @property
    def line(self) -> str:
        """The answer as a line of a file."""
        plain = asdict(self) | {"first": self.first._asdict(), "second": self.second._asdict()}
        return json.dumps(plain, ensure_ascii=True) + "\n"


def choose_pairs(runs: Sequence[Run], count: int, seed: int) -> list[Pair]:
    """Draw pairs of finished episodes to compare: of the first two runs, one of each; of one run, two of it; always of one game with its parameters.

    Episodes that were dealt alike (one seed) are compared with each other first. Which of a pair is shown first is drawn.

    Args:
        runs: one or two.
        count: pairs wanted.
        seed: of the draw.

    Returns:
        As many pairs as wanted, or all there are.

    Raises:
        LudensError: there is no pair of one game.
    """
    rng = child_rng(seed, "pairs")
    left, right = (_finished(run) for run in (runs[0], runs[-1]))
    alone = len(runs) == 1
    found = [
        (one.seed != other.seed, float(rng.random()), one.id, other.id)
        for at, one in enumerate(left)
        for other in (right[at + 1 :] if alone else right)
        if one.game == other.game
    ]
    if not found:
        raise LudensError(f"there are no two finished episodes of one game to compare in {' and '.join(run.name for run in runs)}")
    chosen = [Pair(Side(runs[0].name, one), Side(runs[-1].name, other)) for _, _, one, other in sorted(found)[:count]]
    return [pair if rng.random() < 0.5 else Pair(pair.second, pair.first) for pair in chosen]


def _finished(run: Run) -> list[MatchRow]:
    return [match for match in run.matches() if match.done and match.error is None]


def read_labels(path: Path) -> list[Label]:
    """Read a file of answers.

    Raises:
        LudensError: it cannot be read, or a line is no answer; the message names it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise LudensError(f"cannot read {path}: {getattr(problem, 'strerror', None) or problem}") from problem
    out = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                out.append(_label(json.loads(line)))
            except (ValueError, TypeError, KeyError) as problem:
                raise LudensError(f"{path}, line {number}: no answer ({problem})") from problem
    return out


def _label(given: Any) -> Label:
    fields = dict(given)
    first, second = _side(fields.pop("first")), _side(fields.pop("second"))
    preference, seat = fields.pop("preference"), fields.pop("seat", None)
    if type(preference) not in (int, float) or not 0 <= preference <= 1:
        raise ValueError(f"preference={preference!r} should be a number from 0 to 1")
    if seat is not None and (type(seat) is not int or seat < 0):
        raise ValueError(f"seat={seat!r} should be null or the number of a seat")
    rater, question = _text(fields.pop("rater"), "rater"), _text(fields.pop("question", ""), "question")
    if fields:
        raise ValueError(f"unknown field {next(iter(fields))!r}")
    return Label(first, second, float(preference), rater, seat, question)


def _side(given: Any) -> Side:
    fields = dict(given)
    run = _text(fields["run"], "run")
    if Path(run).name != run:
        raise ValueError(f"run={run!r} should be the name of a run's folder, and no path")
    return Side(run, _text(fields["episode"], "episode"))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError(f"{name} should be text")
    return value


def add_labels(path: Path, labels: Sequence[Label]) -> int:
    """Add answers to a file, but not those that it holds already; give how many are new."""
    known = {label.key for label in (read_labels(path) if path.exists() else ())}
    fresh = [label for label in labels if label.key not in known]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(label.line for label in fresh)
    return len(fresh)
