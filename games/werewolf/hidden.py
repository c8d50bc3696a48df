"""What a seat cannot know, drawn anew: another deal that fits what it saw, played through again with the same public moves.

The deal is drawn uniformly from those that agree with everything the seat was told. The public part of the game is then played as it was; at night whoever the
seat does not know is made to choose so that the mornings come out as they did. A world that the seat could tell from the true one is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..actions import Move
from ..core import Event, IllegalMove, seat_name
from .roles import NOBODY, role
from .winning import winner

if TYPE_CHECKING:
    from .state import WerewolfState

__all__ = ["consistent_deals", "resample"]

_WORLDS = 40
"""Worlds that are tried before the true one is taken."""
_DEALS = 400
"""Deals that are drawn for each of them."""
_SECRET = frozenset({"acts", "kill", "whisper", "witches"})
_SECRET_DRAWS = frozenset({"killer", "attack"})


def resample(state: WerewolfState, seat: int, rng: np.random.Generator) -> Any:
    """Give a position that ``seat`` cannot tell from this one."""
    deals = consistent_deals(state, seat, rng)
    for _ in range(_WORLDS):
        deal = next(deals, None)
        twin = None if deal is None else _World(state, seat, deal, rng).play()
        if twin is not None:
            return twin
    return state.with_fresh_chance(rng)


# -- deals -------------------------------------------------------------------------------------------------------------


def consistent_deals(state: WerewolfState, seat: int, rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Draw deals that agree with what a seat was told and with the game's not having ended before; uniformly, until it gives up on finding one."""
    game, tests = state.game, [*_told(state, seat)]
    known = {seat: state.cast[seat]}
    for other in range(game.seats):
        possible = [name for name in game.counts if all(test(other, name) for test in tests)]
        if len(possible) == 1:
            known[other] = possible[0]
    rest = list(game.cast)
    for name in known.values():
        rest.remove(name)
    unknown = [other for other in range(game.seats) if other not in known]
    while True:
        for _ in range(_DEALS):
            dealt = {**known, **{other: rest[int(index)] for other, index in zip(unknown, rng.permutation(len(rest)), strict=True)}}
            deal = tuple(dealt[other] for other in range(game.seats))
            if all(test(other, deal[other]) for test in tests for other in unknown) and _open(state, deal):
                yield deal
                break
        else:
            return


def _told(state: WerewolfState, seat: int) -> Iterator[Callable[[int, str], bool]]:
    """Give what a seat was told of others, each as a test of a seat and a role."""
    for event in state.observe(seat).events:
        if event.kind in ("check", "medium"):
            level = state.game.seer_sees if event.kind == "check" else "species"
            yield _finds(event.data["target"], level, event.data["found"])
        elif event.kind == "reveal":
            yield _finds(event.data["seat"], "role" if event.data["reveal"] in state.game.counts else "side", event.data["reveal"])
        elif event.kind == "pack":
            yield _pack(frozenset(event.data["wolves"]))
        elif event.kind == "shot":
            yield _finds(int(event.seat or 0), "role", "hunter")
        elif event.kind == "explode":
            yield _finds(int(event.seat or 0), "role", state.cast[int(event.seat or 0)])
        elif event.kind == "end":
            for other, name in enumerate(event.data["roles"]):
                yield _finds(other, "role", name)


def _pack(wolves: frozenset[int]) -> Callable[[int, str], bool]:
    return lambda other, name: (role(name).species == "werewolf") == (other in wolves)


def _finds(target: int, level: str, found: str) -> Callable[[int, str], bool]:
    def test(other: int, name: str) -> bool:
        if other != target:
            return True
        if level == "species":
            return (role(name).species == "werewolf") == (found == "werewolf")
        return (role(name).side if level == "side" else name) == found

    return test


def _open(state: WerewolfState, deal: tuple[str, ...]) -> bool:
    """Tell whether the game would have gone on as long as it did."""
    alive = [True] * len(deal)
    won = None
    for event in state.events:
        if won is not None and event.kind in ("night", "votes", "say", "latent", "order", "floor"):
            return False
        gone = event.data["dead"] if event.kind == "dawn" else [event.data["seat"]] if event.kind == "exile" and event.data["seat"] is not None else []
        for seat in gone:
            alive[seat] = False
        if event.kind in ("shot", "explode"):
            alive[event.data["target"] if event.kind == "shot" else int(event.seat or 0)] = False
        won = winner(state.game.win, deal, alive)
    return state.over or won is None or state.step[0] in ("shot", "badge", "last_words")


# -- worlds ------------------------------------------------------------------------------------------------------------


class _World:
    """One attempt: the game of another deal, as far as it agrees with what the seat saw."""

    def __init__(self, state: WerewolfState, seat: int, deal: tuple[str, ...], rng: np.random.Generator) -> None:
        self.state, self.seat, self.rng = state, seat, rng
        self.seen = list(state.observe(seat).events)
        self.knows_pack = seat in state.wolves
        given: dict[str, list[Any]] = {}
        for name, result in state.draws:
            if name not in _SECRET_DRAWS or self.knows_pack:
                given.setdefault(name, []).append(result)
        self.twin = type(state)(state.game, int(rng.integers(2**62)), deal, given)
        self.public = [entry for entry in state.history if entry[0][0] not in _SECRET]
        # what the seat itself chose in secret and, for a werewolf, what the others of the pack did
        known = set(state.wolves) if self.knows_pack else {seat}
        self.secret = [
            (step[0], {mover: move for mover, move in moves.items() if mover in known})
            for step, moves in state.history
            if step[0] in _SECRET and any(mover in known for mover in moves)
        ]
        self.dawns = {event.data["round"]: event.data["dead"] for event in state.events if event.kind == "dawn"}
        self.checked = 0
        self.plan: str | None = None  # whom the werewolves of this world attack tonight

    def play(self) -> WerewolfState | None:
        twin = self.twin
        for _ in range(4 * len(self.state.history) + 8):
            if not self._agrees():
                return None
            if self._arrived():
                return self._settled()
            if twin.over:
                return None
            moves = self._secret_moves() if twin.step[0] in _SECRET else self._public_moves()
            if moves is None:
                return None
            try:
                twin.play(moves)
            except IllegalMove:
                return None
        return None

    def _agrees(self) -> bool:
        shown = self.twin._seen[self.seat]
        fresh, self.checked = range(self.checked, len(shown)), len(shown)
        return len(shown) <= len(self.seen) and all(_same(shown[index], self.seen[index]) for index in fresh)

    def _arrived(self) -> bool:
        state, twin = self.state, self.twin
        if self.public or self.secret or len(self.twin._seen[self.seat]) != len(self.seen) or twin.over != state.over:
            return False
        if state.over:
            return True
        secret = state.step[0] in _SECRET
        same = (twin.step[0] in _SECRET) == secret and (secret or twin.step == state.step)
        return same and (self.seat in twin.to_move) == (self.seat in state.to_move)

    def _settled(self) -> WerewolfState:
        twin = self.twin
        twin.seed, twin.turn, twin.given = self.state.seed, self.state.turn, {}
        return twin

    def _public_moves(self) -> dict[int, Move] | None:
        if not self.public or self.public[0][0] != self.twin.step or set(self.public[0][1]) != set(self.twin.to_move):
            return None
        return {seat: Move(*move) for seat, move in self.public.pop(0)[1].items()}

    def _secret_moves(self) -> dict[int, Move] | None:
        twin = self.twin
        known: dict[int, tuple[Any, str | None]] = {}
        if self.secret and self.secret[0][0] == twin.step[0] and set(self.secret[0][1]) <= set(twin.to_move):
            known = self.secret.pop(0)[1]
        elif self.seat in twin.to_move:
            return None
        moves = {seat: Move(*move) for seat, move in known.items()}
        if twin.step[0] == "acts" and not self.knows_pack:
            self.plan = self._prey(moves)
        for seat in twin.to_move:
            if seat not in moves:
                moves[seat] = self._guess(seat)
        return moves

    def _prey(self, moves: dict[int, Move]) -> str | None:
        """Choose whom the werewolves of this world attack, so that the morning can come out as it did; None where there is nobody."""
        twin = self.twin
        names = [seat_name(seat) for seat in twin.living if seat not in twin.wolves]
        dead = [seat_name(seat) for seat in self.dawns.get(twin.round, [])]
        shown = [event.data["target"] for event in self.seen if event.kind == "attacked"]
        nights = [event for event in self.seen if event.kind == "night"]
        attacked = shown[-1] if shown and self.seen.index(nights[-1]) < max(i for i, event in enumerate(self.seen) if event.kind == "attacked") else None
        if attacked is not None and twin.round == self.state.round:
            names = [seat_name(attacked)]
        elif hit := [name for name in dead if name in names]:
            names = hit
        elif twin.round in self.dawns and self.seat in moves and twin.role(self.seat).name in ("doctor", "bodyguard") and moves[self.seat].choice in names:
            names = [moves[self.seat].choice]
        return names[int(self.rng.integers(len(names)))] if names else None

    def _guess(self, seat: int) -> Move:
        twin = self.twin
        spec = twin.action_spec(seat)
        options: tuple[str, ...] = spec.domain.options  # type: ignore[attr-defined]
        if twin.step[0] == "whisper":
            return Move("speak", "...")
        dead = self.dawns.get(twin.round)
        if seat in twin.wolves:
            return Move(self.plan if self.plan in options else options[int(self.rng.integers(len(options)))])
        if twin.role(seat).name in ("doctor", "bodyguard") and dead is not None and self.plan is not None:
            if not dead and self.plan in options:
                return Move(self.plan)
            options = tuple(name for name in options if name != self.plan) or options
        if twin.role(seat).wakes == "after" and dead is not None:
            return Move(self._potion(options, dead))
        return Move(options[int(self.rng.integers(len(options)))])

    def _potion(self, options: tuple[str, ...], dead: list[int]) -> str:
        victim = self.twin.victim
        poisoned = [seat for seat in dead if seat != victim]
        guarded = any(self.twin.protected[seat] == (victim, self.twin.round) for seat in self.twin.living)
        save = victim is not None and victim not in dead and not guarded
        parts = [*(["save"] if save else []), *(f"poison {seat_name(seat)}" for seat in poisoned[:1])]
        wanted = " and ".join(parts) or NOBODY
        return wanted if wanted in options else options[0]


def _same(one: Event, other: Event) -> bool:
    return one.kind == other.kind and one.seat == other.seat and one.text == other.text and one.data == other.data
