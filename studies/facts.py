"""The facts of a row: what expressions may name.

Of an episode every entry of the game's ``outcome`` by its name, and :data:`FACTS`, which are ours and win over an entry of the same name
(``outcome.NAME`` reaches that). Factors and, for exclusions and hypotheses, outcomes of the study come on top.

Where the subject gave no answer that could be read (all its decisions in the row were made by the game's policy), what follows from its answer is None:
``choice``, ``say``, ``returns``, the game's facts. ``status``, ``answered`` and ``missing_share`` tell of that, so that a missing answer can be an outcome too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from ..agents.player import PlayerSpec
from ..arena.episode import play_match
from ..arena.plan import Match
from ..arena.record import Decision, Episode
from ..games.actions import Status
from ..games.core import Game

__all__ = ["FACTS", "decisions_of", "known_facts", "rehearse", "row_facts"]

FACTS: dict[str, str] = {
    "seat": "number of the seat (of the first one, where the row is an episode in which the subject holds several)",
    "role": "what the rules gave that seat, if anything",
    "turn": "joint moves played before the decision (before the last one, where the row has several)",
    "round": "which of the seat's decisions in the episode this is, from 1 (how many there were, where the row has several)",
    "status": "of the decision: ok, repaired, defaulted or forfeited (the worst one, where the row has several)",
    "answered": "whether the subject gave at least one answer of its own",
    "missing_share": "share of its decisions that the game's policy made instead",
    "choice": "what was chosen (last, where the row has several decisions); parts by choice.NAME",
    "say": "what was said with it",
    "own": "all choices of the row's decisions, in order, answers that were missing as None",
    "previous": "the seat's choice before this one",
    "others": "choices of the other seats at the same turn, in seat order",
    "previous_others": "the other seats' latest choices before this turn, in seat order",
    "returns": "what the subject earned in the episode, in the game's unit (the mean over its seats)",
    "returns_all": "what every seat earned, in seat order",
    "forfeited": "the seat that forfeited, if any",
    "turns": "joint moves of the episode",
    "outcome": "all facts of the game, as a mapping",
}
"""By name: meaning."""
_BAD = (Status.DEFAULTED, Status.FORFEITED)
_RANK = {Status.OK: 0, Status.REPAIRED: 1, Status.DEFAULTED: 2, Status.FORFEITED: 3}


def row_facts(episode: Episode, seats: Sequence[int], unit: Literal["episode", "decision", "seat"]) -> Iterator[tuple[tuple[Decision, ...], dict[str, Any]]]:
    """Give the rows of an episode in the order of play: the decisions that each is about, and its facts.

    Args:
        episode: what was played.
        seats: those of the subject.
        unit: what a row is.
    """
    if unit == "episode":
        yield _row(episode, seats, [item for item in episode.decisions if item.seat in seats])
    elif unit == "seat":
        for seat in seats:
            yield _row(episode, [seat], [item for item in episode.decisions if item.seat == seat])
    else:
        for decision, before, beside in _timeline(episode):
            if decision.seat in seats:
                mine, latest = before.get(decision.seat, []), [made[-1] for seat, made in sorted(before.items()) if seat != decision.seat and made]
                more = {"round": len(mine) + 1, "previous": mine[-1] if mine else None, "others": beside, "previous_others": latest}
                decisions, facts = _row(episode, [decision.seat], [decision])
                yield decisions, {**facts, **more}


def _timeline(episode: Episode) -> Iterator[tuple[Decision, Mapping[int, list[Any]], list[Any]]]:
    """Give each decision with all choices before its turn by seat, and the other seats' at its turn."""
    before: dict[int, list[Any]] = {}
    for turn in episode.moves():
        for seat, decision in sorted(turn.items()):
            yield decision, before, [other.choice for at, other in sorted(turn.items()) if at != seat]
        for seat, decision in turn.items():
            before.setdefault(seat, []).append(decision.choice)


def _row(episode: Episode, seats: Sequence[int], decisions: Sequence[Decision]) -> tuple[tuple[Decision, ...], dict[str, Any]]:
    missing = [decision.status in _BAD for decision in decisions]
    answered = not decisions or not all(missing)
    own = [None if gone else decision.choice for decision, gone in zip(decisions, missing, strict=True)]
    earned = [episode.returns[seat] for seat in seats]
    outcome = episode.outcome if answered else {}
    return tuple(decisions), {
        **outcome,
        "seat": seats[0] if seats else None,
        "role": episode.seats[seats[0]].role if seats else None,
        "turn": decisions[-1].turn if decisions else None,
        "round": len(decisions),
        "status": max((decision.status for decision in decisions), key=_RANK.__getitem__).value if decisions else None,
        "answered": answered,
        "missing_share": sum(missing) / len(missing) if missing else 0.0,
        "choice": own[-1] if own else None,
        "say": decisions[-1].say if decisions and not missing[-1] else None,
        "own": own,
        "previous": None,
        "others": None,
        "previous_others": None,
        "returns": sum(earned) / len(earned) if earned and answered else None,
        "returns_all": list(episode.returns) if answered else None,
        "forfeited": episode.forfeited,
        "turns": episode.turns,
        "outcome": outcome,
    }


@lru_cache(maxsize=256)
def rehearse(game: Game) -> Episode:
    """Play an episode of random moves, which shows what an outcome of this game looks like."""
    random = PlayerSpec.of("random")
    return play_match(Match(game, (random,) * game.seats, 0))


def known_facts(game: Game) -> set[str]:
    """List the names that an expression about this game may take, its outcome's found by a rehearsal."""
    return {*FACTS, *rehearse(game).outcome}


def decisions_of(game: Game) -> Counter[int]:
    """Count the decisions of every seat in a rehearsal."""
    return Counter(decision.seat for decision in rehearse(game).decisions)
