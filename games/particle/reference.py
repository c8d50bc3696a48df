"""Reference: two agents, each of whom knows only where the other should go, and can send it one of ten numbers a step.

Rules in words. Three landmarks, red, green and blue, lie in the plane. Each agent should come near one of them, drawn at random, which only the other knows;
it sees the landmarks from where it is, but not the other agent. In each step it pushes itself and sends a number from 0 to 9, which means what the two make
of it and is heard before the next step. A step costs an agent the distance of the OTHER from its landmark, weighed against the mean of both distances.

| parameter | meaning | default |
|---|---|---|
| `local_ratio` | weight of the other's distance; the rest is the weight of the mean of both | 0.5 |
| `say_chars` | characters that may be spoken to the other with each step, beside the number; 0 for none | 0 |
| `horizon` | steps | 25 |

Actions: a message from 0 to 9 and `stay`, `left`, `right`, `down` or `up`; in numbers ``5 message + move``, as MPE2 has it. Observation: own speed,
landmarks as seen from there, the colour of the other's landmark, ten numbers of which the one that the other sent last is 1 (none at first), as MPE2 has
it. Sources: Lowe et al. 2017, arXiv 1706.02275; MPE2's ``simple_reference_v3``, which tests compare with.

Version history: v0, first version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self, cast

import numpy as np

from ..actions import ActionSpec, Move
from ..core import Event, GameType, Prediction, seat_name
from ..domains import Integer, OneOf, Record
from . import text
from .physics import DAMPING, DT, MOVES, Bodies, Floats, distances
from .world import SILENT, ParticleGame, ParticleState

__all__ = ["COLOURS", "LANDMARKS", "MESSAGES", "Reference", "ReferenceState"]

LANDMARKS, MESSAGES, _PUSH = 3, 10, 5.0
COLOURS = np.array([(0.75, 0.25, 0.25), (0.25, 0.75, 0.25), (0.25, 0.25, 0.75)])
COLOURS.setflags(write=False)
_ACTIONS = Record.of({"message": Integer(0, MESSAGES - 1), "move": OneOf(MOVES)})
_MEAN = 2 * (2 + math.sqrt(2) + 5 * math.asinh(1)) / 15
"""Mean distance of two points drawn in a square of side 2."""


@dataclass(frozen=True, kw_only=True)
class Reference(ParticleGame):
    """Two agents tell each other where to go; see the module for the parameters."""

    local_ratio: float = 0.5
    say_chars: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(0 <= self.local_ratio <= 1, "local_ratio", "should be from 0 to 1")
        self.require(0 <= self.say_chars <= 4000, "say_chars", "should be from 0 to 4000")

    @cached_property
    def bodies(self) -> Bodies:
        return Bodies((0.05,) * 2, (_PUSH,) * 2, (math.inf,) * 2, solid=False)

    @property
    def marks(self) -> int:
        return LANDMARKS

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, 2),
            dynamics="simultaneous",
            information="imperfect",
            utility="cooperative",
            payoff_low=-_farthest(self.horizon),
            payoff_high=0.0,
            horizon=self.horizon,
            chance=True,
            language=self.say_chars > 0,
            symmetric=True,
            illegal=SILENT,
        )

    @property
    def options(self) -> int:
        return MESSAGES * len(MOVES)

    @cached_property
    def spec(self) -> ActionSpec:
        return ActionSpec(_ACTIONS, say_chars=self.say_chars)

    def action_domain(self, seat: int) -> Record:
        return _ACTIONS

    def rules_text(self, seat: int | None = None) -> str:
        return text.reference_rules(self, seat)

    def width(self, seat: int) -> int:
        return 2 + 2 * LANDMARKS + 3 + MESSAGES

    def seen(self, state: ParticleState, seat: int) -> Floats:
        state = cast(ReferenceState, state)
        heard = np.zeros(MESSAGES)
        if (message := state.sent[1 - seat]) is not None:
            heard[message] = 1.0
        return np.concatenate([state.speed[seat], state.beside(state.marks, seat).ravel(), COLOURS[state.targets[1 - seat]], heard])

    def paid(self, state: ParticleState) -> list[float]:
        return self._shared(cast(ReferenceState, state).off())

    def _shared(self, off: Floats) -> list[float]:
        """Turn both distances, or sums of them, into what the agents earn: each is paid for the other's."""
        return (-self.local_ratio * off[::-1] - (1 - self.local_ratio) * off.mean()).tolist()

    def new_state(self, seed: int) -> ReferenceState:
        return ReferenceState(self, seed)

    def predictions(self) -> tuple[Prediction, ...]:
        source = "mean distance of two points drawn in a square, here of side 2: (2 + sqrt 2 + 5 asinh 1) / 15 times the side"
        return (Prediction("baseline", "return", -self.horizon * _MEAN, source, "expected return of a seat when nobody ever pushes"),)


class ReferenceState(ParticleState):
    """A position.

    Attributes:
        targets: per seat, the landmark that it should come near, which only the other seat knows.
        sent: per seat, the message it sent last; None before the first.
        paths: per seat and landmark, the sum of its distances from it after each step so far, of which what both have earned follows.
    """

    game: Reference

    def _begin(self) -> None:
        self.targets: list[int] = [int(number) for number in self.rng.integers(LANDMARKS, size=2)]
        self.sent: list[int | None] = [None, None]
        self.paths: Floats = np.zeros((2, LANDMARKS))
        for seat in range(2):
            self.emit("start", text.landmarks(self, seat), seat=seat, data={"landmarks": self.beside(self.marks, seat).tolist()}, to=(seat,))
            self._emit_target(seat)

    def _emit_target(self, seat: int) -> None:
        target = self.targets[seat]
        self.emit("target", text.target(seat, target), seat=seat, data={"landmark": target}, to=(1 - seat,))

    def request(self, seat: int) -> str:
        return text.reference_request(self, seat)

    def default_move(self, seat: int) -> Move:
        """Stay, and send 0."""
        return Move({"message": 0, "move": "stay"})

    def _announce(self, moves: Mapping[int, Move]) -> list[int]:
        for seat in range(2):
            message, move = moves[seat].choice["message"], moves[seat].choice["move"]
            self.sent[seat] = message
            self.emit("move", text.moves([move], seat), seat=seat, data={"move": move}, to=(seat,))
            self.emit("message", f"{seat_name(seat)} sends {message}.", seat=seat, data={"message": message})
            self.emit_speech(seat, moves[seat].say)
        return [MOVES.index(moves[seat].choice["move"]) for seat in range(2)]

    def _apply(self, moves: Mapping[int, Move]) -> None:
        super()._apply(moves)
        self.paths = self.paths + distances(self.where, self.marks)

    def off(self) -> Floats:
        """Give the distance of each agent from its landmark: shape (2,)."""
        return distances(self.where, self.marks)[range(2), self.targets]

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw the seat's own landmark anew, and what both would have earned with it. What the other was told of it changes, too."""
        twin = self.with_fresh_chance(rng)
        twin.targets[seat] = int(rng.integers(LANDMARKS))
        other, changed = 1 - seat, text.target(seat, twin.targets[seat])

        def told(event: Event) -> Event:
            return Event("target", seat, changed, {"landmark": twin.targets[seat]}, (other,)) if event.kind == "target" and event.seat == seat else event

        twin.events = [told(event) for event in twin.events]
        twin._seen[other] = [told(event) for event in twin._seen[other]]
        twin._keys[other] = None
        twin.returns = self.game._shared(twin.paths[range(2), twin.targets])
        twin.rewards = self.game.paid(twin) if self.turn else [0.0, 0.0]
        return twin

    @property
    def outcome(self) -> dict[str, object]:
        """Facts for the record."""
        return {"steps": self.turn, "targets": list(self.targets), "distances": self.off().tolist()}


def _farthest(horizon: int) -> float:
    """Bound the sum of an agent's distances from a landmark: both begin in a square of side 2, and no agent gets away faster than by pushing all the time."""
    away, speed, total = 2 * math.sqrt(2), 0.0, 0.0
    for _ in range(horizon):
        away += DT * speed
        speed = (1 - DAMPING) * speed + DT * _PUSH
        total += away
    return total
