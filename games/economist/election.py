"""The law by vote: what may be answered when a year's law is chosen, and how ballots are counted.

The planner and every worker who stands propose a law; ``candidates`` of those workers, drawn by lot, come onto the ballot beside the planner and the law
as it stands, so that voters can keep what they have and recall whom they chose. Ties are drawn by lot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..domains import Acts, Domain, Integer, OneOf, Record
from .voting import condorcet_winner, margins, maximal_lottery, tally

if TYPE_CHECKING:
    from .game import Economist

__all__ = ["PLANNERS_LAW", "PRESENT_LAW", "Ballot", "ballot_domain", "count", "duties", "lines_of", "supports"]

Ballot = Literal["none", "plurality", "approval", "condorcet"]
PRESENT_LAW, PLANNERS_LAW = "present_law", "planner"
_HIGHEST = 10


def lines_of(candidates: int) -> tuple[str, ...]:
    """Name the lines of a full ballot."""
    return (PRESENT_LAW, PLANNERS_LAW, *(f"candidate_{number}" for number in range(1, candidates + 1)))


def ballot_domain(game: Economist, filled: Sequence[str]) -> Record:
    """Give the ballots where some lines are filled; an empty line can have neither approval nor a grade."""
    if game.ballot == "plurality":
        return Record.of({"for": OneOf(tuple(filled))})
    if game.ballot == "approval":
        return Record.of({line: OneOf(("yes", "no") if line in filled else ("no",)) for line in lines_of(game.candidates)})
    return Record.of({line: Integer(0, _HIGHEST if line in filled else 0) for line in lines_of(game.candidates)})


def duties(game: Economist, law: Domain) -> Acts:
    """Give all that a worker is ever asked where the law is chosen by vote; ``law`` has all laws that can be proposed."""
    assert isinstance(law, Record)
    work = game.work if isinstance(game.work, Record) else Record.of({"hours": game.work})
    return Acts.of({"work": work, "stand": law, "pass": None, "vote": ballot_domain(game, lines_of(game.candidates))})


def count(game: Economist, filled: Sequence[str], votes: Sequence[Mapping[str, Any]], rng: np.random.Generator) -> tuple[str, dict[str, int]]:
    """Count votes.

    Returns:
        The winning line, and the support of each: votes, approvals, or how many others it beats by majority.
    """
    if game.ballot == "condorcet":
        lead = margins([[vote[line] for line in filled] for vote in votes])
        beaten = (lead > 0).sum(axis=1)
        winner = condorcet_winner(lead)
        if winner is None:
            winner = int(rng.choice(len(filled), p=maximal_lottery(lead)))
        return filled[winner], dict(zip(filled, beaten.tolist(), strict=True))
    if game.ballot == "plurality":
        marks = [[vote["for"] == line for line in filled] for vote in votes]
    else:
        marks = [[vote[line] == "yes" for line in filled] for vote in votes]
    support = tally(marks).astype(int)
    best = np.flatnonzero(support == support.max())
    return filled[int(rng.choice(best)) if len(best) > 1 else int(best[0])], dict(zip(filled, support.tolist(), strict=True))


def supports(game: Economist, vote: Mapping[str, Any], winner: str) -> bool:
    """Tell whether a voter voted for the winner, approved of it, or graded nothing above it."""
    if game.ballot == "plurality":
        return bool(vote["for"] == winner)
    if game.ballot == "approval":
        return bool(vote[winner] == "yes")
    return bool(vote[winner] == max(value for line, value in vote.items() if line != "act"))
