"""What the seats of a batch of games see, brought up to date after each step; importing this module needs numba.

The counterpart of :mod:`.encode`: instead of reading all events again, only what the last step changed is written.
Arrays are those of :mod:`.kernel_loops`, and ``sight``, which says where the parts of an observation begin (:mod:`.kernel_layout`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from . import kernel_layout as at

__all__ = ["see"]

LAYOUT = 0x57F9EAC7
"""Digest of :mod:`.kernel_layout`."""

Numbers = NDArray[np.int64]
Pages = NDArray[np.float32]
"""Observations, shape (games, seats, size)."""


@njit(cache=True, error_model="numpy")
def _first(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    """What a seat knows of a game that was just dealt."""
    seats, kinds = rules[at.SEATS], sight[at.AT_CLOCK] - sight[at.AT_ROLE]
    for seat in range(seats):
        held = facts[i, at.ROLE + seat]
        for place in range(sight[at.SIZE]):
            pages[i, seat, place] = 0.0
        pages[i, seat, seat] = pages[i, seat, sight[at.AT_ROLE] + held] = 1.0
        for other in range(seats):
            pages[i, seat, sight[at.AT_ALIVE] + other] = 1.0
        if sight[at.EXTENDED]:
            pages[i, seat, sight[at.AT_SHOWN] + seat * kinds + held] = 1.0
            if (facts[i, at.PACK] >> seat) & 1:
                for other in range(seats):
                    pages[i, seat, sight[at.AT_PACK] + other] = (facts[i, at.WOLVES] >> other) & 1


@njit(cache=True, error_model="numpy")
def _row(sight: Numbers, facts: Numbers, i: int) -> int:
    """Find the row of the round in which the last step was taken."""
    return min(facts[i, at.WAS_ROUND], sight[at.SHOWN_ROUNDS]) - 1


@njit(cache=True, error_model="numpy")
def _shift(pages: Pages, i: int, seat: int, begin: int, width: int, rounds: int) -> None:  # noqa: PLR0917  # arrays and numbers only
    """Move rows by round up by one."""
    last = begin + (rounds - 1) * width
    for place in range(begin, last):
        pages[i, seat, place] = pages[i, seat, place + width]
    for place in range(last, last + width):
        pages[i, seat, place] = 0.0


@njit(cache=True, error_model="numpy")
def _forget_talk(rules: Numbers, sight: Numbers, pages: Pages, i: int, seat: int, full: bool) -> None:  # noqa: PLR0917  # as above
    """Nobody has spoken yet in a new round, and the oldest round is dropped where all rows are full."""
    seats = rules[at.SEATS]
    for other in range(seats):
        pages[i, seat, sight[at.AT_SPOKEN] + other] = 0.0
    if full:
        _shift(pages, i, seat, sight[at.AT_LATENTS], seats * rules[at.MOST_MEANINGS], sight[at.SHOWN_ROUNDS])
        if rules[at.SLOTS]:
            _shift(pages, i, seat, sight[at.AT_SLOTS], seats * seats, sight[at.SHOWN_ROUNDS])


@njit(cache=True, error_model="numpy")
def _new_round(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    now, seats, rounds = facts[i, at.ROUND], rules[at.SEATS], sight[at.SHOWN_ROUNDS]
    full = now > rounds
    for seat in range(seats):
        pages[i, seat, sight[at.AT_CLOCK]] = now / rules[at.MAX_ROUNDS]
        if full:
            _shift(pages, i, seat, sight[at.AT_ROUNDS], seats * (2 + seats), rounds)
        if sight[at.EXTENDED]:
            if (facts[i, at.WOLVES] >> seat) & 1:
                for other in range(seats):
                    pages[i, seat, sight[at.AT_PROPOSED] + other] = 0.0
            if rules[at.MOST_MEANINGS]:
                _forget_talk(rules, sight, pages, i, seat, full)


@njit(cache=True, error_model="numpy")
def _choices(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    """What was chosen in secret: one's own target, what the seer finds, proposals among the werewolves."""
    seats, wolves = rules[at.SEATS], facts[i, at.WOLVES]
    secret = sight[at.AT_ROUNDS] + _row(sight, facts, i) * seats * (2 + seats)
    for seat in range(seats):
        if not (facts[i, at.MOVED] >> seat) & 1:
            continue
        target = facts[i, at.CHOICE + seat]
        pages[i, seat, secret + target] = 1.0
        if sight[at.EXTENDED] and (facts[i, at.SEERS] >> seat) & 1:
            pages[i, seat, sight[at.AT_FOUND] + ((wolves >> target) & 1) * seats + target] = 1.0
        if sight[at.EXTENDED] and (wolves >> seat) & 1:
            last = (wolves & facts[i, at.ALIVE]) >> (seat + 1) == 0
            alone = rules[at.KILL_RULE] == at.RANDOM_WOLF or facts[i, at.LIVING_WOLVES] == 1
            if not alone and not (last and rules[at.KILL_RULE] == at.PROPOSE):
                for other in range(seats):
                    if (wolves >> other) & 1:
                        pages[i, other, sight[at.AT_PROPOSED] + target] = 1.0


@njit(cache=True, error_model="numpy")
def _death(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int, dead: int, shown: bool) -> None:  # noqa: PLR0917  # as above
    kinds = sight[at.AT_CLOCK] - sight[at.AT_ROLE]
    for seat in range(rules[at.SEATS]):
        pages[i, seat, sight[at.AT_ALIVE] + dead] = 0.0
        if shown and sight[at.EXTENDED]:
            pages[i, seat, sight[at.AT_SHOWN] + dead * kinds + facts[i, at.ROLE + dead]] = 1.0


@njit(cache=True, error_model="numpy")
def _dawn(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    seats, dead = rules[at.SEATS], facts[i, at.KILLED]
    announced = sight[at.AT_ROUNDS] + _row(sight, facts, i) * seats * (2 + seats) + seats
    if dead != at.NOBODY:
        for seat in range(seats):
            pages[i, seat, announced + dead] = 1.0
        _death(rules, sight, facts, pages, i, dead, sight[at.REVEALS_NIGHT] == 1)


@njit(cache=True, error_model="numpy")
def _votes(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    seats = rules[at.SEATS]
    votes = sight[at.AT_ROUNDS] + _row(sight, facts, i) * seats * (2 + seats) + 2 * seats
    for voter in range(seats):
        vote = facts[i, at.CHOICE + voter]
        if (facts[i, at.MOVED] >> voter) & 1 and vote != at.NOBODY:
            for seat in range(seats):
                pages[i, seat, votes + voter * seats + vote] = 1.0
    if facts[i, at.EXILED] != at.NOBODY:
        _death(rules, sight, facts, pages, i, facts[i, at.EXILED], sight[at.REVEALS_DAY] == 1)


@njit(cache=True, error_model="numpy")
def _said(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    """A turn of the abstract game."""
    seats, speaker, most = rules[at.SEATS], facts[i, at.WAS_SPEAKER], rules[at.MOST_MEANINGS]
    said, about = facts[i, at.SAID + speaker], facts[i, at.ABOUT + speaker]
    latents = sight[at.AT_LATENTS] + (_row(sight, facts, i) * seats + speaker) * most
    slots = sight[at.AT_SLOTS] + (_row(sight, facts, i) * seats + speaker) * seats
    for seat in range(seats):
        pages[i, seat, sight[at.AT_SPOKEN] + speaker] = 1.0
        for meaning in range(most):
            pages[i, seat, latents + meaning] = 1.0 if meaning == said else 0.0
        if rules[at.SLOTS]:
            for other in range(seats):
                pages[i, seat, slots + other] = 1.0 if other == about else 0.0


@njit(cache=True, error_model="numpy")
def _phase(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages, i: int) -> None:
    was, now = facts[i, at.WAS_PHASE], facts[i, at.PHASE]
    for seat in range(rules[at.SEATS]):
        if was != at.ENDED:
            pages[i, seat, sight[at.AT_CLOCK] + 1 + was] = 0.0
        if now != at.ENDED:
            pages[i, seat, sight[at.AT_CLOCK] + 1 + now] = 1.0


@njit(cache=True, error_model="numpy", inline="always")
def _mark(rules: Numbers, sight: Numbers, pages: Pages, i: int, speaker: int, mark: float) -> None:  # noqa: PLR0917  # as above
    """Write whose turn to speak it is, or was."""
    for seat in range(rules[at.SEATS]):
        pages[i, seat, sight[at.AT_TURN] + speaker] = mark


@njit(cache=True, error_model="numpy", nogil=True)
def see(rules: Numbers, sight: Numbers, facts: Numbers, pages: Pages) -> None:
    """Write what the last step of every game changed; to be called once after each."""
    for i in range(len(facts)):
        was = facts[i, at.WAS_STEP]
        if was == at.OVER:
            continue
        if was == at.TURN:
            if sight[at.EXTENDED]:
                _mark(rules, sight, pages, i, facts[i, at.WAS_SPEAKER], 0.0)
                if rules[at.MOST_MEANINGS]:
                    _said(rules, sight, facts, pages, i)
        elif was == at.FRESH:
            _first(rules, sight, facts, pages, i)
        elif was == at.VOTE:
            _votes(rules, sight, facts, pages, i)
        else:
            _choices(rules, sight, facts, pages, i)
            _dawn(rules, sight, facts, pages, i)
        if facts[i, at.PHASE] != facts[i, at.WAS_PHASE]:
            if facts[i, at.ROUND] != facts[i, at.WAS_ROUND]:
                _new_round(rules, sight, facts, pages, i)
            _phase(rules, sight, facts, pages, i)
        if facts[i, at.STEP] == at.TURN and sight[at.EXTENDED]:
            _mark(rules, sight, pages, i, facts[i, at.SPEAKER], 1.0)
