"""Positions of :class:`~ludens.games.werewolf.game.Werewolf`: who is what, who lives, and the steps still to come.

A game is an agenda of steps (see :mod:`.steps`): each is entered, may wait for moves, and may put further steps in front of the others. What chance decides is
drawn by :meth:`WerewolfState.draw` alone, by name and out of listed options, and can be given beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import State, seat_name
from ..domains import OneOf
from ..words import listed
from .game import ABSTAIN, BIDS, MOST_SEATS, PASS, SPEAK, Werewolf
from .roles import NOBODY, Role, role
from .steps import STEPS
from .winning import winner

__all__ = ["WerewolfState"]

Step = tuple[Any, ...]


class WerewolfState(State):
    """A position.

    Args:
        game: the rules.
        seed: of all that chance decides.
        deal: the seats' roles, where they are given; else drawn.
        given: what chance decides, by the name of the draw, in order; what is not given is drawn.

    Attributes:
        cast: per seat, its role.
        wolves: the seats of the werewolves, living and dead.
        alive: per seat, whether it lives.
        living: the seats that live.
        round: the number of the night and the day after it; 0 before the first.
        phase: night, day, vote or over.
        agenda: steps to come, the next first.
        step: the step that waits for moves.
        victim: whom the werewolves attack this night.
        saved, poisoned: what the witch did this night.
        checked: per seat, whom it has checked as a seer.
        protected: per seat, whom it protected last and in which night; None for nobody yet.
        potions: per seat, whether it has its antidote and its poison.
        proposals: what the werewolves chose this night so far, seat and target.
        spoken: per seat, its turns to speak today.
        passed: how many passed in this round of talk.
        latest, speaker: what was said last today, and by whom.
        ballots: the votes of the vote that is held, or was held last; None for an abstention.
        sheriff: who holds the badge.
        deaths: round, cause and seat of each death, in order.
        winner: the side that won, or draw; None before the end.
        draws: what chance decided so far: name and result.
        history: what was played: per joint move its step and the moves.
    """

    game: Werewolf

    def __init__(self, game: Werewolf, seed: int, deal: Sequence[str] | None = None, given: Mapping[str, Sequence[Any]] | None = None) -> None:
        super().__init__(game, seed)
        seats = game.seats
        self.given = {name: list(items) for name, items in (given or {}).items()}
        self.draws: list[tuple[str, Any]] = []
        self.cast: tuple[str, ...] = tuple(deal) if deal is not None else self._deal()
        self.wolves = tuple(seat for seat, name in enumerate(self.cast) if role(name).species == "werewolf")
        self.alive = [True] * seats
        self.living = list(range(seats))
        self.round = 0
        self.phase = "night"
        self.agenda: list[Step] = [("round",)]
        self.step: Step = ()
        self.victim: int | None = None
        self.saved = False
        self.poisoned: list[int] = []
        self.checked: list[list[int]] = [[] for _ in range(seats)]
        self.protected: list[tuple[int, int] | None] = [None] * seats
        self.potions = [(name == "witch", name == "witch") for name in self.cast]
        self.proposals: list[tuple[int, int | None]] = []
        self.spoken = [0] * seats
        self.passed = 0
        self.latest = ""
        self.speaker: int | None = None
        self.ballots: dict[int, int | None] = {}
        self.sheriff: int | None = None
        self.deaths: list[tuple[int, str, int]] = []
        self.winner: str | None = None
        self.history: list[tuple[Step, dict[int, tuple[Any, str | None]]]] = []
        self._tell_roles()
        self._advance()

    # -- chance ------------------------------------------------------------------------------------------------------

    def draw(self, name: str, options: Sequence[Any]) -> Any:
        """Let chance pick one of some options, all alike likely, unless the result was given beforehand."""
        waiting = self.given.get(name)
        result = waiting.pop(0) if waiting else options[int(self.rng.integers(len(options)))]
        self.draws.append((name, result))
        return result

    def draw_order(self, name: str, seats: Sequence[int]) -> list[int]:
        """Let chance put seats in order."""
        waiting = self.given.get(name)
        result = list(waiting.pop(0)) if waiting else [int(seat) for seat in self.rng.permutation(seats)]
        self.draws.append((name, tuple(result)))
        return result

    def _deal(self) -> tuple[str, ...]:
        return tuple(self.game.cast[int(index)] for index in self.rng.permutation(self.game.seats))

    # -- who is what -------------------------------------------------------------------------------------------------

    @property
    def roles(self) -> tuple[str, ...]:
        return self.cast

    def role(self, seat: int) -> Role:
        """Give a seat's role."""
        return role(self.cast[seat])

    @property
    def living_wolves(self) -> list[int]:
        """The werewolves that live."""
        return [seat for seat in self.wolves if self.alive[seat]]

    def seat_of(self, name: str) -> int:
        """Give the seat of a name."""
        return _SEATS[name]

    def found(self, seat: int, level: str) -> tuple[str, str]:
        """Say what a seat is, as far as a level (species, side, role) tells: as a word and in words."""
        held = self.role(seat)
        if level == "species":
            wolf = held.species == "werewolf"
            return ("werewolf", "a werewolf") if wolf else ("not werewolf", "not a werewolf")
        if level == "side":
            return held.side, f"on the side of the {held.side}"
        return held.name, f"{'an' if held.name[0] in 'aeiou' else 'a'} {held.name}"

    def _tell_roles(self) -> None:
        wolves = self.wolves
        for seat, name in enumerate(self.cast):
            self.emit("role", f"Your role: {seat_name(seat)} is {self.found(seat, 'role')[1]}.", data={"seat": seat, "role": name}, to=(seat,))
        told = tuple(seat for seat in range(self.game.seats) if self.role(seat).knows_wolves)
        words = f"The werewolves are {listed(seat_name(seat) for seat in wolves)}." if len(wolves) > 1 else f"The only werewolf is {seat_name(wolves[0])}."
        self.emit("pack", words, data={"wolves": list(wolves)}, to=told)

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        found: ActionSpec | None = self._memo.get(seat)
        if found is None:
            step = STEPS[self.step[0]]
            found = self._memo[seat] = _spec(step.options(self, seat), self.game.words if step.speaks else 0)
        return found

    def request(self, seat: int) -> str:
        where = f"Night {self.round}." if self.phase == "night" else f"Day {self.round}."
        return f"{where} Alive: {_names(tuple(self.living))}. {STEPS[self.step[0]].ask(self, seat)}"

    def default_move(self, seat: int) -> Move:
        """Do nothing: abstain, pass, attack nobody, keep the potions, say nothing; where none of that is legal, something drawn at random."""
        domain = self.action_spec(seat).domain
        idle = next((choice for choice in (ABSTAIN, PASS, NOBODY, SPEAK, BIDS[0]) if domain.check(choice) is None), None)
        return Move(domain.sample(np.random.default_rng([self.seed, self.turn, seat])) if idle is None else idle)

    # -- what moves cause --------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        ordered = moves if len(moves) == 1 else dict(sorted(moves.items()))
        self.history.append((self.step, {seat: (move.choice, move.say) for seat, move in ordered.items()}))
        self.to_move = ()
        STEPS[self.step[0]].apply(self, ordered)
        self._advance()

    def _advance(self) -> None:
        while self.agenda and not self.to_move:
            self.step = self.agenda.pop(0)
            self.to_move = tuple(STEPS[self.step[0]].enter(self, *self.step[1:]))
        if not self.to_move:
            self.step = ()

    def soon(self, *steps: Step) -> None:
        """Put steps in front of all others."""
        self.agenda[:0] = steps

    def speak(self, seat: int, said: str | None, *, to: tuple[int, ...] | None = None) -> None:
        """Show what a seat says, or that it says nothing."""
        if not self.emit_speech(seat, said, to=to, round=self.round):
            self.emit("silence", f"{seat_name(seat)} says nothing.", seat=seat, data={"round": self.round}, to=to)

    def die(self, deaths: Sequence[tuple[int, str]], reveal: str) -> None:
        """Let seats die, show of them what the rules show, and put what follows from it on the agenda: shots, the test of who wins, badges."""
        shots: list[Step] = []
        badges: list[Step] = []
        for seat, cause in deaths:
            self.alive[seat] = False
            self.living = [other for other in self.living if other != seat]
            self.deaths.append((self.round, cause, seat))
            if reveal != "none":
                found = self.found(seat, reveal)
                self.emit("reveal", f"{seat_name(seat)} was {found[1]}.", data={"seat": seat, "reveal": found[0]})
            if self.role(seat).shoots(cause):
                shots.append(("shot", seat))
            if self.sheriff == seat:
                badges.append(("badge", seat))
            if self.game.utility == "shaped" and cause == "exile":
                self._price_exile(seat)
        self.soon(*shots, ("test",), *badges)

    def _price_exile(self, gone: int) -> None:
        # LSPO, appendix A.3: what an elimination by vote earns
        lost = self.role(gone).side
        for seat in range(self.game.seats):
            if seat == gone:
                self.rewards[seat] -= 10.0
            elif self.alive[seat]:
                self.rewards[seat] += -5.0 if self.role(seat).side == lost else 5.0

    def finish(self, side: str, why: str) -> None:
        """End the game."""
        self.winner, self.phase, self.agenda, self.to_move = side, "over", [], ()
        earned = 1.0 if self.game.utility == "team" else 300.0
        for seat in range(self.game.seats):
            if side != "draw":
                self.rewards[seat] += earned if self.role(seat).side == side else -earned
        cast = listed(f"{seat_name(seat)} {name}" for seat, name in enumerate(self.cast))
        result = "Nobody wins" if side == "draw" else f"The {side} win{'s' if side == 'village' else ''}"
        self.emit("end", f"{result}: {why}. The roles were: {cast}.", data={"winner": side, "roles": list(self.cast)})

    def test(self) -> bool:
        """End the game if a side has won; tell whether one has."""
        if found := winner(self.game.win, self.cast, self.alive):
            self.finish(*found)
        return found is not None

    def _on_forfeit(self, seat: int) -> None:
        side = "village" if self.role(seat).side == "werewolves" else "werewolves"
        self.finish(side, f"{seat_name(seat)} gave up")

    # -- who knows what ----------------------------------------------------------------------------------------------

    def hides(self, seat: int) -> bool:
        return True

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        from .hidden import resample

        return resample(self, seat, rng)

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        from .encode import encode

        return {"observation": encode(self, seat)}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record: who won, when, and who died of what."""
        exiled = [seat for _, cause, seat in self.deaths if cause == "exile"]
        wolves = set(self.wolves)
        return {
            "winner": self.winner,
            "village_wins": self.winner == "village",
            "rounds": self.round,
            "roles": list(self.cast),
            "survivors": [seat_name(seat) for seat in self.living],
            "killed": [seat_name(seat) for _, cause, seat in self.deaths if cause == "kill"],
            "exiled": [seat_name(seat) for seat in exiled],
            "wolves_exiled": sum(seat in wolves for seat in exiled),
            "others_exiled": sum(seat not in wolves for seat in exiled),
        }


_SEATS = {seat_name(seat): seat for seat in range(MOST_SEATS)}


@lru_cache(maxsize=4096)
def _names(seats: tuple[int, ...]) -> str:
    return listed(map(seat_name, seats))


@lru_cache(maxsize=4096)
def _spec(options: tuple[str, ...], say_chars: int) -> ActionSpec:
    return ActionSpec(OneOf(options), say_chars)
