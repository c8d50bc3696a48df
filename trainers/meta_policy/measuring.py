"""Episodes as they are judged and compared: a step's, and the same deals played by the model at the start and at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from ...arena.record import Episode
from ...games.core import Game, seat_name
from ..epo.playing import Deal, seen_by, share_of
from ..paired import edge, told
from .accepting import Agreement, agreement
from .features import measured as features_of
from .judges import Judge, Judgement, Shown
from .rubric import Rubric

__all__ = ["Played", "agreed_on", "mean", "measured"]


class Played(NamedTuple):
    """Episodes of deals, ``E`` of them.

    Attributes:
        episodes: what was played.
        seats: the player's, in each.
        groups: deal of each (and 0: episodes of a deal make one group).
        payoffs: what the player earned, from 0 at the lowest to 1 at the highest.
        shown: each as judges see it.
    """

    episodes: list[Episode]
    seats: list[int]
    groups: list[tuple[int, int]]
    payoffs: list[float]
    shown: list[Shown]

    @classmethod
    def of(cls, episodes: Sequence[Episode], dealt: Sequence[Deal], numbers: Sequence[int]) -> Self:
        """Lay out what was played.

        Args:
            episodes: ``E`` of them.
            dealt: the deal of each.
            numbers: the same as numbers: equal ones are one deal.
        """
        both = list(zip(episodes, dealt, strict=True))
        return cls(
            list(episodes),
            [deal.seat for deal in dealt],
            [(number, 0) for number in numbers],
            [share_of(episode, deal.game, deal.seat) for episode, deal in both],
            [Shown(seat_name(deal.seat), "\n".join(seen_by(episode, deal.seat)), features_of(episode, deal.game, deal.seat)) for episode, deal in both],
        )


def agreed_on(rubric: Rubric, judged: Sequence[Judgement | None], played: Played, among: Sequence[int] | None = None) -> Agreement:
    """Correlate what a rubric's scores and payoffs say of the same episodes.

    Args:
        rubric: that they were judged by.
        judged: what the judge said of each, ``[E]``.
        played: the episodes.
        among: numbers of those that are looked at; by default all that were judged.
    """
    numbers = [number for number in (range(len(judged)) if among is None else among) if judged[number] is not None]
    scores = [rubric.share(one.total) for number in numbers if (one := judged[number]) is not None]
    return agreement(scores, [played.payoffs[number] for number in numbers], [played.groups[number] for number in numbers])


def mean(values: ArrayLike) -> float:
    """The mean, rounded; 0 of nothing, where no judge answered."""
    found = np.asarray(values, float)
    return round(float(found.mean()), 4) if len(found) else 0.0


async def measured(game: Game, sides: Mapping[str, Played], rubrics: Mapping[str, Rubric], judge: Judge) -> dict[str, Any]:
    """Compare the model at the start with the one at the end, on deals that nothing was learned or chosen by.

    Args:
        game: what was played.
        sides: what ``start`` and ``end`` played, a deal each at the same place.
        rubrics: the ``first`` and the ``last``, by which both are judged.
        judge: who does.

    Returns:
        Means, the edge with its 95 % interval, judged scores, a line of words, and the deals on which they differ most, as JSON values.
    """
    start, end = sides["start"], sides["end"]
    ahead = edge(end.payoffs, start.payoffs)
    means = {name: mean(played.payoffs) for name, played in sides.items()}
    judged: dict[str, Any] = {}
    for name, rubric in rubrics.items():
        scored = {side: await judge.judge(rubric, played.shown) for side, played in sides.items()}
        judged[name] = {side: mean([rubric.share(one.total) for one in each if one is not None]) for side, each in scored.items()}
        judged[name]["correlation"] = round(agreed_on(rubric, scored["end"], end).overall, 4)
    order = np.argsort(np.subtract(start.payoffs, end.payoffs), kind="stable").tolist()
    shown = [
        {
            "deal": number,
            "earned": {name: played.payoffs[number] for name, played in sides.items()},
            **{name: _lines(played.shown[number]) for name, played in sides.items()},
        }
        for number in dict.fromkeys([*order[:2], order[-1]])
    ]
    line = f"{game.label}: at the end {means['end']:.3f}, at the start {means['start']:.3f}, edge {told(ahead)}; judged by the first rubric "
    line += f"{judged['first']['start']:.3f} and now {judged['first']['end']:.3f}"
    interval = {"edge": ahead.value, "low": ahead.low, "high": ahead.high}
    return {"game": game.label, "matches": len(start.payoffs), **means, **interval, "judged": judged, "line": line, "shown": shown}


def _lines(shown: Shown) -> list[str]:
    return [f"(judged is {shown.who})", *shown.told.split("\n")]
