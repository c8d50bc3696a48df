"""One seat's bot: what it does in every phase."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....games.actions import Move
from ....games.core import Observation, seat_name
from ....games.werewolf.game import ABSTAIN, BIDS, PASS, SPEAK, Werewolf
from ....games.werewolf.roles import NOBODY
from ....games.werewolf.speech import NOT_WEREWOLF, Kind, realise
from .belief import Belief
from .ledger import Ledger
from .manners import Manner
from .talk import wanted

__all__ = ["WerewolfBot"]

_POISON = 0.75
"""A witch poisons, and a hunter shoots, whom it holds for a werewolf with so much certainty."""
_SHOT = 0.4


class WerewolfBot:
    """Plays every role in one manner.

    Args:
        game: the rules.
        manner: how.
        seat: where it sits.
        rng: its generator.

    Attributes:
        note: before a vote, how likely it holds each other living seat to be against the village, in percent; None otherwise.
    """

    def __init__(self, game: Werewolf, manner: Manner, seat: int, rng: np.random.Generator) -> None:
        self.game, self.manner, self.seat, self.rng = game, manner, seat, rng
        self.ledger = Ledger(game, seat)
        self._belief: Belief | None = None
        self._open: Belief | None = None
        self.note: str | None = None

    def act(self, observation: Observation) -> Move:
        """Choose a legal act, and something to say where it is its turn to speak."""
        ledger = self.ledger
        ledger.read(observation)
        self.note = None
        spec = observation.action_spec
        options: tuple[str, ...] = spec.domain.options  # type: ignore[attr-defined]
        if habitual := self.manner.habits.move(ledger, options, spec.say_chars, voice=self.manner.voice, rng=self.rng):
            return habitual
        if SPEAK in options:
            return self._speak(options, spec.say_chars)
        if options == BIDS:
            return Move(self._bid())
        if self.seat not in ledger.alive:
            return Move(self._farewell(options))
        if ledger.night:
            return Move(self._night(options))
        if self.game.sheriff and not ledger.elected and ledger.round == 1:
            return Move(self._pick(options, -self.belief.enemies()))
        self.note = self._beliefs()
        return Move(self._vote(options))

    # -- what it thinks ----------------------------------------------------------------------------------------------

    @property
    def belief(self) -> Belief:
        """Its belief, brought up to date."""
        if self._belief is None:
            self._belief = Belief.of(self.game, self.ledger)
        self._belief.read(self.ledger)
        return self._belief

    def open_belief(self) -> Belief:
        """What somebody would think who saw the open events only."""
        if self._open is None:
            self._open = Belief(self.game, {})
        self._open.read(self.ledger, private=False)
        return self._open

    def _beliefs(self) -> str | None:
        if self.ledger.role in ("werewolf", "minion") or self.manner.villager != "bayes":
            return None  # who knows has no belief, and the other manners have no number for one
        chances, names = self.belief.enemies(), self.belief.names
        likeliest = self.belief.roles().argmax(axis=1)
        others = sorted(self.ledger.alive - {self.seat})
        return ", ".join(f"{seat_name(seat)} {100 * chances[seat]:.0f} % {names[likeliest[seat]]}" for seat in others)

    @property
    def pressed(self) -> int:
        """How many others accuse it today."""
        return self.ledger.pressed().get(self.seat, 0)

    def suspect(self) -> tuple[int | None, float]:
        """Give the living seat that a villager of this manner holds for a werewolf, and how much likelier that is than for a seat of which nothing is known."""
        ledger = self.ledger
        others = sorted(ledger.alive - {self.seat})
        if not others:
            return None, 0.0
        if wolves := [seat for seat, wolf in ledger.found.items() if wolf and seat in ledger.alive]:
            return wolves[0], float(len(others))
        if self.manner.villager == "bayes":
            chances = self.belief.wolves()
            best = self._first([seat for seat in others if chances[seat] >= chances[others].max() - 1e-9])
            return best, float(chances[best] / max(chances[others].mean(), 1e-9))
        if self.manner.villager == "first_claim":
            reports = [ledger.reports(claimant) for claimant in ledger.claimants("seer")[:1]]
            named = [seat for found in reports for seat, wolf in found.items() if wolf and seat in others]
            return (named[-1], 2.0) if named else (self._any(others), 1.0)
        if self.manner.villager == "majority":
            pressed = ledger.pressed()
            most = max(pressed.get(seat, 0) for seat in others)
            return (self._first([seat for seat in others if pressed.get(seat, 0) == most]), 2.0) if most else (self._any(others), 1.0)
        return self._any(others), 1.0

    def scapegoat(self) -> int | None:
        """Give whom a werewolf would like to see eliminated: the most accused of the others, or else whom the village suspects most."""
        ledger = self.ledger
        prey = sorted(ledger.alive - set(ledger.pack) - {self.seat})
        if not prey:
            return None
        pressed = ledger.pressed()
        most = max(pressed.get(seat, 0) for seat in prey)
        if most:
            return self._first([seat for seat in prey if pressed.get(seat, 0) == most])
        chances = self.open_belief().wolves()
        return self._first([seat for seat in prey if chances[seat] >= chances[prey].max() - 1e-9])

    def lost_fellow(self) -> int | None:
        """Give a fellow werewolf that half of the village accuses, if there is one."""
        pressed = self.ledger.pressed()
        return next((seat for seat in self.ledger.pack if seat != self.seat and 2 * pressed.get(seat, 0) >= len(self.ledger.alive) - 2), None)

    def _first(self, seats: Sequence[int]) -> int:
        # villagers who think alike should vote alike; where it begins changes from day to day
        return min(seats, key=lambda seat: (seat - 3 * self.ledger.round) % self.game.seats)

    def _any(self, seats: Sequence[int]) -> int:
        return seats[int(self.rng.integers(len(seats)))]

    def _pick(self, options: Sequence[str], worth: np.ndarray) -> str:
        """Give the option whose seat is worth most."""
        seats = {int(name.rpartition("_")[2]): name for name in options if name.startswith("player_")}
        best = max(worth[seat] for seat in seats)
        return seats[self._any([seat for seat in seats if worth[seat] >= best - 1e-9])]

    # -- what it does ------------------------------------------------------------------------------------------------

    def _speak(self, options: Sequence[str], say_chars: int) -> Move:
        ledger = self.ledger
        if self.manner.speaker == "silent":
            return Move(PASS if PASS in options else SPEAK)
        if ledger.night:
            target = self._target()
            return Move(SPEAK, f"Let us take {seat_name(target)}."[:say_chars] if target is not None else None)
        acts = wanted(self)
        again = any(said.speaker == self.seat and said.round == ledger.round for said in ledger.said)
        if PASS in options and (again and all(any(said.speaker == self.seat and said.act == act for said in ledger.said) for act in acts)):
            return Move(PASS)
        return Move(SPEAK, realise(acts, self.seat, self.rng, style=self.manner.voice, max_chars=say_chars))

    def _bid(self) -> str:
        ledger = self.ledger
        if self.manner.speaker == "silent":
            return "0"
        named = bool(ledger.said) and any(said.act.target == self.seat for said in ledger.said[-3:])
        spoken = any(said.speaker == self.seat and said.round == ledger.round for said in ledger.said)
        kinds = {act.kind for act in wanted(self)}
        if kinds & {Kind.CHECK, Kind.IDENTIFIED} and not spoken:
            return "4" if named else "3"
        return "4" if named and not spoken else "2" if Kind.ACCUSE in kinds and not spoken else "1" if not spoken else "0"

    def _vote(self, options: Sequence[str]) -> str:
        ledger, names = self.ledger, set(options)
        target = self._wolf_vote() if ledger.role in ("werewolf", "minion") else self.suspect()[0]
        if target is not None and seat_name(target) in names:
            return seat_name(target)
        # after a tie some stand only
        stand = [name for name in options if name != ABSTAIN and name not in {seat_name(seat) for seat in ledger.pack}]
        if stand:
            return self._pick(stand, self.belief.enemies())
        return ABSTAIN if ABSTAIN in names else options[0]

    def _wolf_vote(self) -> int | None:
        if self.manner.wolf == "bus" and (lost := self.lost_fellow()) is not None:
            return lost
        if self.manner.wolf in ("aggressive", "fake_seer"):
            prey = self.ledger.alive - set(self.ledger.pack)
            said = [said.act for said in self.ledger.today(Kind.ACCUSE, Kind.CHECK, Kind.CALL_VOTE) if said.speaker == self.seat]
            if mine := [act.target for act in said if act.target in prey and act.result != NOT_WEREWOLF]:
                return mine[-1]
        return self.scapegoat()

    def _night(self, options: Sequence[str]) -> str:
        role, names = self.ledger.role, set(options)
        if role == "werewolf":
            target = self.ledger.proposed if self.ledger.proposed is not None else self._target()
            return seat_name(target) if target is not None and seat_name(target) in names else self._any_of(options)
        if role == "seer":
            chances = self.belief.wolves()
            unknown = [name for name in options if int(name.rpartition("_")[2]) not in self.ledger.found and int(name.rpartition("_")[2]) in self.ledger.alive]
            return self._pick(unknown or options, chances)
        if role in ("doctor", "bodyguard"):
            return self._protect(options)
        if role == "witch":
            return self._brew(options)
        return self._any_of(options)

    def _any_of(self, options: Sequence[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def _target(self) -> int | None:
        """Give whom a werewolf wants to kill: a likely seer, then another special role, then whom the village trusts."""
        ledger = self.ledger
        prey = sorted(ledger.alive - set(ledger.pack))
        if not prey:
            return None
        if self.manner.wolf == "quiet" and not ledger.claimants("seer"):
            return self._any(prey)
        worth = self.belief.roles()
        gain = {"seer": 3.0, "witch": 1.5, "doctor": 1.2, "bodyguard": 1.2, "medium": 1.0}
        scores = sum((gain.get(name, 0.0) * worth[:, index] for index, name in enumerate(self.belief.names)), np.zeros(self.game.seats))
        scores = scores + 0.2 * (1.0 - self.open_belief().wolves())
        return self._any([seat for seat in prey if scores[seat] >= scores[prey].max() - 1e-9])

    def _protect(self, options: Sequence[str]) -> str:
        own, manner = seat_name(self.seat), self.manner.doctor
        if manner == "random":
            return self._any_of(options)
        claims = [seat_name(seat) for seat in self.ledger.claimants("seer") if seat != self.seat and seat_name(seat) in options]
        if manner == "claimed" and claims:
            chances = self.belief.enemies()
            return min(claims, key=lambda name: chances[int(name.rpartition("_")[2])])
        if own in options:
            return own
        return self._pick(options, -self.belief.enemies())

    def _brew(self, options: Sequence[str]) -> str:
        chances = self.belief.enemies()
        if "save" in options and self.ledger.attacked is not None and chances[self.ledger.attacked] < 0.5:
            return "save"
        poisons = [name for name in options if name.startswith("poison ")]
        if poisons:
            best = max(poisons, key=lambda name: chances[int(name.rpartition("_")[2])])
            if chances[int(best.rpartition("_")[2])] >= _POISON:
                return best
        return NOBODY

    def _farewell(self, options: Sequence[str]) -> str:
        """Shoot, or hand on a badge: who is dead is asked nothing else."""
        chances = self.belief.enemies()
        names = [name for name in options if name != NOBODY]
        if self.ledger.role == "hunter" and names and self.ledger.sheriff != self.seat:
            best = self._pick(names, chances)
            return best if chances[int(best.rpartition("_")[2])] >= _SHOT else NOBODY
        return self._pick(names, -chances) if names else NOBODY
