"""What of an episode can be measured without a model, and the sentences of rubrics that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...arena.record import Decision, Episode
from ...games.core import Game
from ..epo.playing import share_of
from .rubric import plain_words

__all__ = ["FEATURES", "Feature", "measured", "sentence_of"]

_MANY_WORDS = 20
"""Words a decision that count as much talk."""


class Feature(NamedTuple):
    """Something measurable.

    Attributes:
        sentence: how a rubric asks for it.
        measure: how far it holds of a seat in an episode, from 0 to 1; None where the game knows no such thing.
    """

    sentence: str
    measure: Callable[[Episode, Game, int], float | None]


def measured(episode: Episode, game: Game, seat: int) -> dict[str, float]:
    """Measure an episode; what the game does not know is left out."""
    found = {name: feature.measure(episode, game, seat) for name, feature in FEATURES.items()}
    return {name: min(max(float(value), 0.0), 1.0) for name, value in found.items() if value is not None}


def sentence_of(text: str) -> str | None:
    """Give the name of the feature that a sentence asks for, however it is written; None where a script knows no such sentence."""
    return _KNOWN.get(plain_words(text))


def _agreement(episode: Episode, game: Game, seat: int) -> float | None:
    reached = episode.outcome.get("agreement", episode.outcome.get("accepted"))
    if isinstance(reached, bool):
        return float(reached)
    return float(np.mean(reached)) if isinstance(reached, list | tuple) and reached and all(isinstance(one, bool) for one in reached) else None


def _others(episode: Episode, game: Game, seat: int) -> list[float]:
    return [share_of(episode, game, other) for other in range(len(episode.returns)) if other != seat]


def _others_earned(episode: Episode, game: Game, seat: int) -> float | None:
    others = _others(episode, game, seat)
    return float(np.mean(others)) if others else None


def _equal(episode: Episode, game: Game, seat: int) -> float | None:
    shares = [share_of(episode, game, any_seat) for any_seat in range(len(episode.returns))]
    return 1 - float(np.ptp(shares)) if len(shares) > 1 else None


def _ahead(episode: Episode, game: Game, seat: int) -> float | None:
    own, others = share_of(episode, game, seat), _others(episode, game, seat)
    return float(np.mean([0.5 + 0.5 * np.sign(own - other) for other in others])) if others else None


def _total(episode: Episode, game: Game, seat: int) -> float | None:
    return float(np.mean([share_of(episode, game, any_seat) for any_seat in range(len(episode.returns))]))


def _talk(episode: Episode, game: Game, seat: int) -> float | None:
    if not game.type.language:
        return None
    own = list(_own(episode, seat))
    return sum(len((decision.say or "").split()) for decision in own) / (_MANY_WORDS * max(len(own), 1))


def _long(episode: Episode, game: Game, seat: int) -> float | None:
    return episode.turns / game.type.horizon


def _numbers(episode: Episode, game: Game, seat: int) -> float | None:
    named, span = [number for decision in _own(episode, seat) for number in _numbers_in(decision.choice)], game.type.payoff_high - game.type.payoff_low
    return (float(np.mean(named)) if named else 0.0) / span if span > 0 else None


def _accepted(episode: Episode, game: Game, seat: int) -> float | None:
    return _acted(episode, seat, "accept")


def _rejected(episode: Episode, game: Game, seat: int) -> float | None:
    return _acted(episode, seat, "reject")


def _legal(episode: Episode, game: Game, seat: int) -> float | None:
    own = [decision.status in ("ok", "repaired") for decision in _own(episode, seat)]
    return float(np.mean(own)) if own else None


def _acted(episode: Episode, seat: int, act: str) -> float:
    return float(any((choice.get("act") if isinstance(choice, Mapping) else choice) == act for choice in (one.choice for one in _own(episode, seat))))


def _own(episode: Episode, seat: int) -> Iterator[Decision]:
    return (decision for decision in episode.decisions if decision.seat == seat)


def _numbers_in(choice: Any) -> Iterator[float]:
    if isinstance(choice, int | float) and not isinstance(choice, bool):
        yield float(choice)
    elif isinstance(choice, Mapping):
        for value in choice.values():
            yield from _numbers_in(value)
    elif isinstance(choice, list | tuple):
        for value in choice:
            yield from _numbers_in(value)


FEATURES: dict[str, Feature] = {
    "agreement": Feature("The game ended in an agreement.", _agreement),
    "others": Feature("The other side earned much.", _others_earned),
    "equal": Feature("All sides earned about the same.", _equal),
    "ahead": Feature("The player earned more than the others.", _ahead),
    "total": Feature("All sides together earned much.", _total),
    "talk": Feature("The player said much.", _talk),
    "long": Feature("The game went on for long.", _long),
    "numbers": Feature("The player named high numbers.", _numbers),
    "accepted": Feature("The player accepted what was offered.", _accepted),
    "rejected": Feature("The player rejected what was offered.", _rejected),
    "legal": Feature("All answers of the player were legal.", _legal),
}
"""By name. What the player itself earned is not among them: a rubric that asked for it would be the payoff."""
_KNOWN = {plain_words(feature.sentence): name for name, feature in FEATURES.items()}
