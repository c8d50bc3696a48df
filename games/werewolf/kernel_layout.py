"""What the compiled loops of :mod:`.kernel` read and write: the rules and a batch of games as arrays of numbers. Needs no numba.

Sets of seats are bits of one number. numba keeps compiled code until the file of the function changes, and would not notice that a column has moved here; so
``kernel_loops.py`` and ``kernel_sight.py`` each hold a digest of these numbers, which a test compares.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import NotSupported
from .encode import ROUNDS, size
from .game import ABSTAIN, MOST_SEATS, Werewolf
from .roles import role

__all__ = ["facts", "rules", "sight"]

NOBODY = -1

# -- the rules: shape (numbers,); what is yes or no is 1 or 0 -----------------------------------------------------------

# options are the names, then `speak` or the meanings, then `abstain`, whose number is ABSTAIN (0 where there is none); MOST_MEANINGS is 0 in the game of words
SEATS, OPTIONS, ABSTAINING, MOST_MEANINGS, SLOTS, TALK_ROUNDS, ROTATE, KILL_RULE, RECHECKS, REPEATS = range(10)
VOTE_SELF, TIE_RANDOM, STRICT, LOT_WHEN_EMPTY, PARITY, MAX_ROUNDS, CAP_RULE, SHAPED = range(10, 18)
CAST = 18
"""The roles that are dealt, a seat each."""
ROLES = CAST + MOST_SEATS
"""For each role so many numbers as follow: on which side and of which species it is, its powers, and how many meanings it has."""
IS_WOLF, IS_GOOD, IS_SEER, IS_GUARD, GUARDS_SELF, KNOWS_PACK, HAS_MEANINGS = range(7)
ROLE_NUMBERS = 7

PROPOSE, RANDOM_WOLF, MAJORITY = range(3)
_KILLS = {"propose": PROPOSE, "random_wolf": RANDOM_WOLF, "vote": MAJORITY}

WINNERS = ("draw", "village", "werewolves")
DRAW, VILLAGE, WEREWOLVES = range(3)
OPEN = -1
BY_LOT = 3
_CAPS = {"draw": DRAW, "village": VILLAGE, "werewolves": WEREWOLVES, "random": BY_LOT}

# -- a game: shape (games, numbers) ------------------------------------------------------------------------------------

ROUND, PHASE, STEP, ALIVE, LIVING, LIVING_WOLVES, SPEAKER, FIRST_SPEAKER, TALK, CHOSEN, VICTIM, WINNER, EPISODE, MOVERS = range(14)
# seats by what they are
WOLVES, GOOD, SEERS, GUARDS, SELF_GUARDS, PACK = range(14, 20)
# what the last step changed
WAS_STEP, WAS_PHASE, WAS_ROUND, WAS_SPEAKER, MOVED, KILLED, EXILED, PAID = range(20, 28)
# states of the random generators: the key of the game, what chance decides, moves drawn at random
BASE, CHANCE, PLAY = range(28, 31)
# numbers of the seats, a block each; LEGAL says how many options a seat to move has, TALLY holds votes while they are counted
MEANINGS, LEGAL, ROLE, CHECKED, GUARDED, GUARDED_IN, CHOICE, SAID, ABOUT, TALLY = range(31, 31 + 10 * MOST_SEATS, MOST_SEATS)
DRAWN = 31 + 10 * MOST_SEATS
"""What chance decided, for each round so many numbers as follow; NOBODY where nothing."""
DRAWS = ("killer", "attack", "tie", "cap")
KILLER, ATTACK, TIE, CAP = range(4)

ACTS, KILL, TURN, VOTE, OVER, FRESH = range(6)
"""Steps; a game that was just dealt was FRESH before."""
NIGHT, DAY, VOTING, ENDED = range(4)
"""Phases."""

# -- an observation: where its parts begin, in the order of .encode; shape (numbers,) ----------------------------------

SIZE, SHOWN_ROUNDS, EXTENDED, REVEALS_NIGHT, REVEALS_DAY = range(5)
AT_ROLE, AT_CLOCK, AT_ALIVE, AT_ROUNDS, AT_FOUND, AT_PACK, AT_PROPOSED, AT_SHOWN, AT_SPOKEN, AT_TURN, AT_LATENTS, AT_SLOTS = range(5, 17)

_KNOWN_ROLES = ("werewolf", "seer", "doctor", "bodyguard", "villager", "possessed", "minion")
_SUPPORTED: dict[str, tuple[Any, ...]] = {
    "first_night": ("kill",),
    "kill": tuple(_KILLS),
    "kill_skip": (False,),
    "whispers": (0,),
    "seer_sees": ("species",),
    "seer_checks_dead": (False,),
    "doctor_told": (False,),
    "last_words": ("none",),
    "discussion": ("rounds",),
    "talk_order": ("seats", "rotate"),
    "talk_pass": (False,),
    "explode": (False,),
    "vote": ("simultaneous",),
    "vote_secret": (False,),
    "tie": ("random", "nobody"),
    "win": ("parity", "majority"),
    "sheriff": (False,),
}
"""What the kernel plays of the parameters of which it does not play everything."""


def rules(game: Werewolf) -> NDArray[np.int64]:
    """Write rules as numbers.

    Raises:
        NotSupported: the kernel does not play them; the message names the parameter.
    """
    for name in game.counts:
        if name not in _KNOWN_ROLES:
            raise NotSupported(f"the werewolf kernel does not play a cast with {name!r}; it plays: {', '.join(_KNOWN_ROLES)}")
    for name, allowed in _SUPPORTED.items():
        if getattr(game, name) not in allowed:
            raise NotSupported(f"the werewolf kernel does not play {name}={getattr(game, name)!r}; it plays: {', '.join(map(repr, allowed))}")
    names = list(game.counts)
    numbers = {
        SEATS: game.seats,
        OPTIONS: len(game.options.options),
        ABSTAINING: game.options.options.index(ABSTAIN) if game.abstain else 0,
        MOST_MEANINGS: max(game.latents, default=0),
        SLOTS: game.latent_slots == "target",
        TALK_ROUNDS: game.talk_rounds if game.speaks else 0,
        ROTATE: game.talk_order == "rotate",
        KILL_RULE: _KILLS[game.kill],
        RECHECKS: game.seer_rechecks,
        REPEATS: game.doctor_repeats,
        VOTE_SELF: game.vote_self,
        TIE_RANDOM: game.tie == "random",
        STRICT: game.threshold == "majority",
        LOT_WHEN_EMPTY: game.all_abstain == "random",
        PARITY: game.win == "parity",
        MAX_ROUNDS: game.max_rounds,
        CAP_RULE: _CAPS[game.cap],
        SHAPED: game.utility == "shaped",
        **{CAST + seat: names.index(name) for seat, name in enumerate(game.cast)},
    }
    for place, name in enumerate(names):
        numbers |= {ROLES + ROLE_NUMBERS * place + column: number for column, number in _about(game, name).items()}
    table = np.zeros(ROLES + ROLE_NUMBERS * len(names), np.int64)
    table[list(numbers)] = list(numbers.values())
    return table


def _about(game: Werewolf, name: str) -> dict[int, int]:
    held = role(name)
    return {
        IS_WOLF: held.species == "werewolf",
        IS_GOOD: held.side == "village",
        IS_SEER: name == "seer",
        IS_GUARD: name in ("doctor", "bodyguard"),
        GUARDS_SELF: name == "doctor" and game.doctor_self,
        KNOWS_PACK: held.knows_wolves,
        HAS_MEANINGS: len(game.meanings(name)) if game.latents else 1,
    }


def sight(game: Werewolf) -> NDArray[np.int64]:
    """Find where the parts of an observation begin."""
    seats, roles, rounds = game.seats, len(game.counts), ROUNDS[game.encoding]
    widths = {
        AT_ROLE: roles,
        AT_CLOCK: 4,
        AT_ALIVE: seats,
        AT_ROUNDS: rounds * (2 * seats + seats * seats),
        AT_FOUND: 2 * seats,
        AT_PACK: seats,
        AT_PROPOSED: seats,
        AT_SHOWN: seats * roles,
        AT_SPOKEN: 2 * seats,  # with the badge, which nobody has here
        AT_TURN: seats,
        AT_LATENTS: rounds * seats * max(game.latents, default=0),
        AT_SLOTS: 0,
    }
    table = np.zeros(AT_SLOTS + 1, np.int64)
    table[SIZE], table[SHOWN_ROUNDS], table[EXTENDED] = size(game), rounds, game.encoding == "extended"
    table[REVEALS_NIGHT], table[REVEALS_DAY] = game.reveal_night == "role", game.reveal_day == "role"
    place = seats
    for part, width in widths.items():
        table[part] = place
        place += width
    return table


def facts(game: Werewolf, count: int) -> NDArray[np.int64]:
    """Make the numbers of ``count`` games that have yet to be dealt."""
    return np.zeros((count, DRAWN + len(DRAWS) * game.max_rounds), np.int64)
