"""The compiled rules of :mod:`.kernel`; importing this module needs numba.

Each function is the counterpart of a step of the readable engine, and game ``i`` of a batch moves on until somebody must choose. Random numbers are SplitMix64
(Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014). A game has two streams, one for what chance decides and one for moves drawn
at random, keyed by seed, number of the game and episode: the size of the batch and the order of play do not matter.

Arrays (columns: :mod:`.kernel_layout`), handed on one by one because numba unpacks containers slowly:
    rules: shape (numbers,).
    facts: shape (games, numbers).
    pay: shape (2, games, seats), rewards and returns.
    to_move: shape (games, seats).
    masks: shape (games, seats * options).
    moves: shape (games, seats), numbers of options; those of seats that need not move are not read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from ..splitmix import GAMMA, mix
from . import kernel_layout as at

__all__ = ["deal", "play", "random_moves", "seed_games", "step"]

LAYOUT = 0x57F9EAC7
"""Digest of :mod:`.kernel_layout`."""

Numbers = NDArray[np.int64]
Pay = NDArray[np.float64]
Flags = NDArray[np.bool_]
Masks = NDArray[np.int8]

_32 = np.uint64(32)


# -- chance ------------------------------------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy")
def _key(word: int, number: int) -> int:
    return int(np.int64(mix((np.uint64(word) ^ np.uint64(number)) + GAMMA)))


@njit(cache=True, error_model="numpy", inline="always")
def _below(facts: Numbers, i: int, stream: int, count: int) -> int:
    """Draw a number from 0 to ``count - 1``; chances are equal but for a part in 2**32."""
    word = np.uint64(facts[i, stream]) + GAMMA
    facts[i, stream] = np.int64(word)
    return int(np.int64(((mix(word) >> _32) * np.uint64(count)) >> _32))


@njit(cache=True, error_model="numpy", inline="always")
def _nth(bits: int, number: int) -> int:
    """Find the seat of the ``number``-th bit that is set, counting from 0."""
    seat = 0
    while True:
        if (bits >> seat) & 1:
            if number == 0:
                return seat
            number -= 1
        seat += 1


@njit(cache=True, error_model="numpy", inline="always")
def _lot(facts: Numbers, i: int, name: int, seats: int, count: int) -> int:
    """Draw one of ``count`` seats, given as bits, and record it."""
    seat = _nth(seats, _below(facts, i, at.CHANCE, count))
    facts[i, at.DRAWN + len(at.DRAWS) * (facts[i, at.ROUND] - 1) + name] = seat
    return seat


# -- a game and its end ------------------------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy")
def _open(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, i: int, dealt: bool) -> None:  # noqa: PLR0917  # arrays one by one
    """Begin an episode; the roles are dealt here unless they were set before."""
    seats = rules[at.SEATS]
    facts[i, at.CHANCE] = _key(facts[i, at.BASE], 2 * facts[i, at.EPISODE])
    facts[i, at.PLAY] = _key(facts[i, at.BASE], 2 * facts[i, at.EPISODE] + 1)
    if not dealt:
        _shuffle(rules, facts, i)
    for column in range(at.WOLVES, at.PACK + 1):
        facts[i, column] = 0
    facts[i, at.LIVING_WOLVES] = 0
    for seat in range(seats):
        about = at.ROLES + at.ROLE_NUMBERS * facts[i, at.ROLE + seat]
        for column in range(at.ROLE_NUMBERS - 1):
            facts[i, at.WOLVES + column] |= rules[about + column] << seat
        facts[i, at.LIVING_WOLVES] += rules[about + at.IS_WOLF]
        facts[i, at.MEANINGS + seat] = rules[about + at.HAS_MEANINGS]
        facts[i, at.CHECKED + seat], facts[i, at.GUARDED_IN + seat] = 0, at.NOBODY
        pay[0, i, seat] = pay[1, i, seat] = 0.0
    _clear(to_move, masks, i)
    facts[i, at.ROUND], facts[i, at.WINNER], facts[i, at.MOVERS], facts[i, at.PAID] = 0, at.OPEN, 0, 0
    facts[i, at.ALIVE], facts[i, at.LIVING] = (1 << seats) - 1, seats
    facts[i, at.WAS_STEP], facts[i, at.WAS_PHASE], facts[i, at.WAS_ROUND] = at.FRESH, at.ENDED, 0
    _round(rules, facts, pay, to_move, masks, i)


@njit(cache=True, error_model="numpy")
def _shuffle(rules: Numbers, facts: Numbers, i: int) -> None:
    for seat in range(rules[at.SEATS]):
        facts[i, at.ROLE + seat] = rules[at.CAST + seat]
    for seat in range(rules[at.SEATS] - 1, 0, -1):
        other = _below(facts, i, at.CHANCE, seat + 1)
        held = facts[i, at.ROLE + seat]
        facts[i, at.ROLE + seat] = facts[i, at.ROLE + other]
        facts[i, at.ROLE + other] = held


@njit(cache=True, error_model="numpy")
def _finish(rules: Numbers, facts: Numbers, pay: Pay, i: int, side: int) -> None:
    facts[i, at.WINNER], facts[i, at.PHASE], facts[i, at.STEP] = side, at.ENDED, at.OVER
    if side == at.DRAW:
        return
    earned = 300.0 if rules[at.SHAPED] else 1.0
    winners = facts[i, at.GOOD] if side == at.VILLAGE else ~facts[i, at.GOOD]
    for seat in range(rules[at.SEATS]):
        pay[0, i, seat] += earned if (winners >> seat) & 1 else -earned
    facts[i, at.PAID] = 1


@njit(cache=True, error_model="numpy", inline="always")
def _die(rules: Numbers, facts: Numbers, pay: Pay, i: int, seat: int) -> bool:
    """Let a seat die and end the game if a side has won; tell whether one has."""
    facts[i, at.ALIVE] &= ~(1 << seat)
    facts[i, at.LIVING] -= 1
    facts[i, at.LIVING_WOLVES] -= (facts[i, at.WOLVES] >> seat) & 1
    wolves = facts[i, at.LIVING_WOLVES]
    others = facts[i, at.LIVING] - wolves
    if wolves == 0:
        _finish(rules, facts, pay, i, at.VILLAGE)
    elif wolves > others or (rules[at.PARITY] and wolves == others):
        _finish(rules, facts, pay, i, at.WEREWOLVES)
    return facts[i, at.STEP] == at.OVER


@njit(cache=True, error_model="numpy", inline="always")
def _ask(rules: Numbers, facts: Numbers, to_move: Flags, masks: Masks, i: int, seat: int, targets: int) -> None:  # noqa: PLR0917  # as above
    """Have a seat choose among seats."""
    facts[i, at.MOVERS] |= 1 << seat
    to_move[i, seat] = True
    legal, first = 0, seat * rules[at.OPTIONS]
    for other in range(rules[at.SEATS]):
        legal += (targets >> other) & 1
        masks[i, first + other] = (targets >> other) & 1
    facts[i, at.LEGAL + seat] = legal


# -- the night ---------------------------------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy", inline="always")
def _round(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, i: int) -> None:  # noqa: PLR0917  # as above
    if facts[i, at.ROUND] > 0 and rules[at.SHAPED]:
        for seat in range(rules[at.SEATS]):
            if (facts[i, at.ALIVE] >> seat) & 1:
                pay[0, i, seat] += 5.0
        facts[i, at.PAID] = 1
    if facts[i, at.ROUND] == rules[at.MAX_ROUNDS]:
        side = rules[at.CAP_RULE]
        if side == at.BY_LOT:
            side = at.VILLAGE + _below(facts, i, at.CHANCE, 2)
            facts[i, at.DRAWN + len(at.DRAWS) * (facts[i, at.ROUND] - 1) + at.CAP] = side
        _finish(rules, facts, pay, i, side)
        return
    for name in range(len(at.DRAWS)):
        facts[i, at.DRAWN + len(at.DRAWS) * facts[i, at.ROUND] + name] = at.NOBODY
    facts[i, at.ROUND] += 1
    facts[i, at.PHASE], facts[i, at.STEP], facts[i, at.CHOSEN] = at.NIGHT, at.ACTS, 0
    _acts(rules, facts, to_move, masks, i)


@njit(cache=True, error_model="numpy", inline="always")
def _acts(rules: Numbers, facts: Numbers, to_move: Flags, masks: Masks, i: int) -> None:
    """Ask all who choose at once at night."""
    alive = facts[i, at.ALIVE]
    wolves = facts[i, at.WOLVES] & alive
    prey = alive & ~wolves
    if rules[at.KILL_RULE] == at.PROPOSE:
        wolves &= -wolves  # the lowest bit: the first of them
    elif rules[at.KILL_RULE] == at.RANDOM_WOLF:
        wolves = 1 << _lot(facts, i, at.KILLER, wolves, facts[i, at.LIVING_WOLVES])
    for seat in range(rules[at.SEATS]):
        bit, targets = 1 << seat, 0
        if bit & wolves:
            targets = prey
        elif bit & alive & facts[i, at.SEERS]:
            targets = alive & ~bit
            if not rules[at.RECHECKS]:
                targets &= ~facts[i, at.CHECKED + seat]
        elif bit & alive & facts[i, at.GUARDS]:
            targets = alive if bit & facts[i, at.SELF_GUARDS] else alive & ~bit
            if not rules[at.REPEATS] and facts[i, at.GUARDED_IN + seat] == facts[i, at.ROUND] - 1:
                targets &= ~(1 << facts[i, at.GUARDED + seat])
        if targets:
            _ask(rules, facts, to_move, masks, i, seat, targets)


@njit(cache=True, error_model="numpy", inline="always")
def _night(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, i: int, moves: Numbers) -> None:  # noqa: PLR0917  # as above
    """Carry out choices of the night; when the werewolves have decided, it ends."""
    for seat in range(rules[at.SEATS]):
        bit, target = 1 << seat, moves[i, seat]
        if not bit & facts[i, at.MOVED]:
            continue
        facts[i, at.CHOICE + seat] = target
        if bit & facts[i, at.WOLVES]:
            facts[i, at.CHOSEN] += 1
            facts[i, at.VICTIM] = target
        elif bit & facts[i, at.SEERS]:
            facts[i, at.CHECKED + seat] |= 1 << target
        else:
            facts[i, at.GUARDED + seat], facts[i, at.GUARDED_IN + seat] = target, facts[i, at.ROUND]
    if rules[at.KILL_RULE] == at.PROPOSE and facts[i, at.CHOSEN] < facts[i, at.LIVING_WOLVES]:
        facts[i, at.STEP] = at.KILL
        wolf = _nth(facts[i, at.WOLVES] & facts[i, at.ALIVE], facts[i, at.CHOSEN])
        _ask(rules, facts, to_move, masks, i, wolf, facts[i, at.ALIVE] & ~facts[i, at.WOLVES])
        return
    if rules[at.KILL_RULE] == at.MAJORITY:
        _, ties, top = _count(rules, facts, i, moves, facts[i, at.MOVED] & facts[i, at.WOLVES])
        facts[i, at.VICTIM] = _lot(facts, i, at.ATTACK, top, ties) if ties > 1 else _nth(top, 0)
    _dawn(rules, facts, pay, to_move, masks, i)


@njit(cache=True, error_model="numpy", inline="always")
def _dawn(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, i: int) -> None:  # noqa: PLR0917  # as above
    saved = False
    for seat in range(rules[at.SEATS]):
        if (facts[i, at.ALIVE] >> seat) & 1 and facts[i, at.GUARDED_IN + seat] == facts[i, at.ROUND]:
            saved = saved or facts[i, at.GUARDED + seat] == facts[i, at.VICTIM]
    if not saved:
        facts[i, at.KILLED] = facts[i, at.VICTIM]
        if _die(rules, facts, pay, i, facts[i, at.VICTIM]):
            return
    if not rules[at.TALK_ROUNDS]:
        _open_vote(rules, facts, to_move, masks, i)
        return
    facts[i, at.PHASE], facts[i, at.STEP], facts[i, at.SPEAKER], facts[i, at.TALK] = at.DAY, at.TURN, at.NOBODY, 0
    facts[i, at.FIRST_SPEAKER] = (facts[i, at.ROUND] - 1) % rules[at.SEATS] if rules[at.ROTATE] else 0
    _next_turn(rules, facts, to_move, masks, i)


# -- the day -----------------------------------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy", inline="always")
def _next_turn(rules: Numbers, facts: Numbers, to_move: Flags, masks: Masks, i: int) -> None:
    """Give the next living seat its turn to speak, or open the vote."""
    seats, alive, seat = rules[at.SEATS], facts[i, at.ALIVE], facts[i, at.SPEAKER]
    begin, ended = facts[i, at.FIRST_SPEAKER], False
    while True:
        if seat == at.NOBODY:
            seat = begin
        else:
            seat = seat + 1 if seat + 1 < seats else 0
            if seat == begin:
                facts[i, at.TALK] += 1
                ended = facts[i, at.TALK] == rules[at.TALK_ROUNDS]
        if ended or (alive >> seat) & 1:
            break
    if ended:
        _open_vote(rules, facts, to_move, masks, i)
    else:
        meanings = facts[i, at.MEANINGS + seat]
        facts[i, at.SPEAKER] = seat
        facts[i, at.MOVERS] = 1 << seat
        facts[i, at.LEGAL + seat] = meanings
        to_move[i, seat] = True
        first = seat * rules[at.OPTIONS] + seats
        masks[i, first] = 1
        if rules[at.MOST_MEANINGS]:
            for meaning in range(1, meanings):
                masks[i, first + meaning] = 1
            if rules[at.SLOTS]:
                _offer_slots(rules, facts, masks, i, seat)


@njit(cache=True, error_model="numpy")
def _offer_slots(rules: Numbers, facts: Numbers, masks: Masks, i: int, seat: int) -> None:
    others = facts[i, at.ALIVE] & ~(1 << seat)
    facts[i, at.LEGAL + seat] *= facts[i, at.LIVING]
    for meaning in range(facts[i, at.MEANINGS + seat]):
        first = seat * rules[at.OPTIONS] + rules[at.SEATS] + rules[at.MOST_MEANINGS] + meaning * rules[at.SEATS]
        for other in range(rules[at.SEATS]):
            masks[i, first + other] = (others >> other) & 1


@njit(cache=True, error_model="numpy")
def _mean(rules: Numbers, facts: Numbers, i: int, move: int) -> None:
    """Note a turn of the abstract game."""
    said, about = move - rules[at.SEATS], at.NOBODY
    if said >= rules[at.MOST_MEANINGS]:
        said, about = divmod(said - rules[at.MOST_MEANINGS], rules[at.SEATS])
    facts[i, at.SAID + facts[i, at.SPEAKER]], facts[i, at.ABOUT + facts[i, at.SPEAKER]] = said, about


@njit(cache=True, error_model="numpy", inline="always")
def _open_vote(rules: Numbers, facts: Numbers, to_move: Flags, masks: Masks, i: int) -> None:
    seats, alive, abstain = rules[at.SEATS], facts[i, at.ALIVE], rules[at.ABSTAINING]
    facts[i, at.PHASE], facts[i, at.STEP], facts[i, at.MOVERS] = at.VOTING, at.VOTE, alive
    legal = facts[i, at.LIVING] - 1 + rules[at.VOTE_SELF] + (abstain > 0)
    for seat in range(seats):
        if (alive >> seat) & 1:
            to_move[i, seat] = True
            facts[i, at.LEGAL + seat] = legal
            first = seat * rules[at.OPTIONS]
            for other in range(seats):
                masks[i, first + other] = (alive >> other) & 1
            masks[i, first + seat] = rules[at.VOTE_SELF]
            if abstain:
                masks[i, first + abstain] = 1


@njit(cache=True, error_model="numpy", inline="always")
def _count(rules: Numbers, facts: Numbers, i: int, moves: Numbers, voters: int) -> tuple[int, int, int]:
    """Count votes; return the most votes of a seat, how many seats have so many, and which."""
    seats, most, ties, top = rules[at.SEATS], 0, 0, 0
    for seat in range(seats):
        facts[i, at.TALLY + seat] = 0
    for seat in range(seats):
        vote = moves[i, seat]
        if (voters >> seat) & 1 and vote < seats:
            facts[i, at.TALLY + vote] += 1
            most = max(most, facts[i, at.TALLY + vote])
    for seat in range(seats):
        if facts[i, at.TALLY + seat] == most:
            ties += 1
            top |= 1 << seat
    return most, ties, top


@njit(cache=True, error_model="numpy", inline="always")
def _vote(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, i: int, moves: Numbers) -> None:  # noqa: PLR0917  # as above
    """Carry out a vote, and open the next round."""
    for seat in range(rules[at.SEATS]):
        vote = moves[i, seat] if moves[i, seat] < rules[at.SEATS] else at.NOBODY
        facts[i, at.CHOICE + seat] = vote
        if rules[at.SHAPED] and vote != at.NOBODY and (facts[i, at.MOVED] & facts[i, at.GOOD]) >> seat & 1:
            pay[0, i, seat] += 20.0 if (facts[i, at.WOLVES] >> vote) & 1 else -20.0
            facts[i, at.PAID] = 1
    most, ties, top = _count(rules, facts, i, moves, facts[i, at.MOVED])
    gone = at.NOBODY
    if most == 0:
        if rules[at.LOT_WHEN_EMPTY]:
            gone = _lot(facts, i, at.TIE, facts[i, at.ALIVE], facts[i, at.LIVING])
    elif not rules[at.STRICT] or 2 * most > facts[i, at.LIVING]:
        if ties == 1:
            gone = _nth(top, 0)
        elif rules[at.TIE_RANDOM]:
            gone = _lot(facts, i, at.TIE, top, ties)
    if gone != at.NOBODY:
        facts[i, at.EXILED] = gone
        if rules[at.SHAPED]:
            _price_exile(rules, facts, pay, i, gone)
        if _die(rules, facts, pay, i, gone):
            return
    _round(rules, facts, pay, to_move, masks, i)


@njit(cache=True, error_model="numpy")
def _price_exile(rules: Numbers, facts: Numbers, pay: Pay, i: int, gone: int) -> None:
    good = facts[i, at.GOOD]
    for seat in range(rules[at.SEATS]):
        if seat == gone:
            pay[0, i, seat] -= 10.0
        elif (facts[i, at.ALIVE] >> seat) & 1:
            pay[0, i, seat] += -5.0 if (good >> seat) & 1 == (good >> gone) & 1 else 5.0
    facts[i, at.PAID] = 1


# -- a batch -----------------------------------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy", inline="always")
def _play(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, i: int, moves: Numbers) -> None:  # noqa: PLR0917  # as above
    """Play one joint move of a game that is not over."""
    now, moved = facts[i, at.STEP], facts[i, at.MOVERS]
    facts[i, at.WAS_STEP], facts[i, at.WAS_PHASE], facts[i, at.WAS_ROUND] = now, facts[i, at.PHASE], facts[i, at.ROUND]
    if facts[i, at.PAID]:
        facts[i, at.PAID] = 0
        for seat in range(rules[at.SEATS]):
            pay[0, i, seat] = 0.0
    if now == at.TURN:
        speaker = facts[i, at.SPEAKER]
        facts[i, at.WAS_SPEAKER] = speaker
        to_move[i, speaker] = False
        if rules[at.MOST_MEANINGS]:
            for option in range(speaker * rules[at.OPTIONS], (speaker + 1) * rules[at.OPTIONS]):
                masks[i, option] = 0
            _mean(rules, facts, i, moves[i, speaker])
        else:
            masks[i, speaker * rules[at.OPTIONS] + rules[at.SEATS]] = 0
        _next_turn(rules, facts, to_move, masks, i)
    else:
        facts[i, at.MOVED], facts[i, at.MOVERS], facts[i, at.KILLED], facts[i, at.EXILED] = moved, 0, at.NOBODY, at.NOBODY
        _clear(to_move, masks, i)
        if now == at.VOTE:
            _vote(rules, facts, pay, to_move, masks, i, moves)
        else:
            _night(rules, facts, pay, to_move, masks, i, moves)
        if facts[i, at.PAID]:
            for seat in range(rules[at.SEATS]):
                pay[1, i, seat] += pay[0, i, seat]


@njit(cache=True, error_model="numpy", inline="always")
def _clear(to_move: Flags, masks: Masks, i: int) -> None:
    for seat in range(to_move.shape[1]):
        to_move[i, seat] = False
    for option in range(masks.shape[1]):
        masks[i, option] = 0


@njit(cache=True, error_model="numpy", inline="always")
def _legal(rules: Numbers, masks: Masks, i: int, seat: int, move: int) -> bool:
    return move >= 0 and move < rules[at.OPTIONS] and masks[i, seat * rules[at.OPTIONS] + move] != 0


@njit(cache=True, error_model="numpy")
def _check(rules: Numbers, facts: Numbers, masks: Masks, i: int, moves: Numbers) -> int:
    """Find the first seat whose move is not legal, or NOBODY."""
    for seat in range(rules[at.SEATS]):
        if (facts[i, at.MOVERS] >> seat) & 1 and not _legal(rules, masks, i, seat, moves[i, seat]):
            return seat
    return at.NOBODY


@njit(cache=True, error_model="numpy", inline="always")
def _draw_move(rules: Numbers, facts: Numbers, masks: Masks, i: int, seat: int, first: int) -> int:  # noqa: PLR0917  # as above
    """Draw one of a seat's legal options, of which there is none before ``first``; a single one takes no chance."""
    legal, option, begin = facts[i, at.LEGAL + seat], first, seat * rules[at.OPTIONS]
    left = _below(facts, i, at.PLAY, legal) if legal > 1 else 0
    while left >= masks[i, begin + option]:
        left -= masks[i, begin + option]
        option += 1
    return option


@njit(cache=True, error_model="numpy", inline="always")
def _draw_moves(rules: Numbers, facts: Numbers, masks: Masks, i: int, moves: Numbers) -> None:
    if facts[i, at.STEP] == at.TURN:
        speaker = facts[i, at.SPEAKER]
        moves[i, speaker] = _draw_move(rules, facts, masks, i, speaker, rules[at.SEATS])
    else:
        for seat in range(rules[at.SEATS]):
            if (facts[i, at.MOVERS] >> seat) & 1:
                moves[i, seat] = _draw_move(rules, facts, masks, i, seat, 0)


@njit(cache=True, error_model="numpy", nogil=True)
def seed_games(facts: Numbers, seed: int) -> None:
    """Key the random streams of all games."""
    for i in range(len(facts)):
        facts[i, at.BASE] = _key(_key(seed, 0), i)


@njit(cache=True, error_model="numpy", nogil=True)
def deal(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, dealt: bool) -> None:  # noqa: PLR0917  # as above
    """Begin an episode of every game, with the roles that are set where ``dealt``."""
    for i in range(len(facts)):
        _open(rules, facts, pay, to_move, masks, i, dealt)


@njit(cache=True, error_model="numpy", nogil=True)
def step(rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, moves: Numbers, auto_reset: bool) -> int:  # noqa: PLR0917  # as above
    """Play one joint move of every game that is not over; deal the others anew where ``auto_reset``.

    Returns:
        -1, or the place in ``moves`` of the first that is not legal, counting along its rows; nothing has changed then.
    """
    for i in range(len(facts)):
        speaker = facts[i, at.SPEAKER]
        if facts[i, at.STEP] == at.TURN and _legal(rules, masks, i, speaker, moves[i, speaker]):
            continue
        wrong = _check(rules, facts, masks, i, moves)
        if wrong != at.NOBODY:
            return i * rules[at.SEATS] + wrong
    for i in range(len(facts)):
        if facts[i, at.STEP] != at.OVER:
            _play(rules, facts, pay, to_move, masks, i, moves)
        elif auto_reset:
            facts[i, at.EPISODE] += 1
            _open(rules, facts, pay, to_move, masks, i, False)
        else:
            facts[i, at.WAS_STEP] = at.OVER
            for seat in range(rules[at.SEATS]):
                pay[0, i, seat] = 0.0
    return -1


@njit(cache=True, error_model="numpy", nogil=True)
def random_moves(rules: Numbers, facts: Numbers, masks: Masks, moves: Numbers) -> None:
    """Draw a legal move, all alike likely, for every seat to move; the others' are left as they are."""
    for i in range(len(facts)):
        _draw_moves(rules, facts, masks, i, moves)


@njit(cache=True, error_model="numpy", nogil=True)
def play(  # noqa: PLR0917  # as above
    rules: Numbers, facts: Numbers, pay: Pay, to_move: Flags, masks: Masks, seed: int, winners: NDArray[np.int8], rounds: NDArray[np.int8]
) -> None:
    """Play whole games with moves drawn at random, one after the other in a batch of one; write who won each, and in which round."""
    moves = np.zeros((1, rules[at.SEATS]), np.int64)
    for number in range(len(winners)):
        facts[0, at.BASE] = _key(_key(seed, 0), number)
        _open(rules, facts, pay, to_move, masks, 0, False)
        while facts[0, at.STEP] != at.OVER:
            _draw_moves(rules, facts, masks, 0, moves)
            _play(rules, facts, pay, to_move, masks, 0, moves)
        winners[number], rounds[number] = facts[0, at.WINNER], facts[0, at.ROUND]
