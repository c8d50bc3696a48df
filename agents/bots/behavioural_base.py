"""What all bots for behavioural and market games share: reading events, planning a round, saying what they claim to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...games.actions import Move
from ...games.core import Observation
from ...games.matrix.behavioural import choices
from ...games.matrix.behavioural.common import TALK
from .behavioural_talk import speak

if TYPE_CHECKING:
    from ...games.matrix.behavioural.common import RoundGame

__all__ = ["Decision", "RoundBot", "mean"]


class Decision(NamedTuple):
    """An act, its fields, and what the bot says it will do (a verb phrase), true or not."""

    act: str
    fields: dict[str, Any]
    claim: str


def mean(values: Sequence[float]) -> float:
    """Give the arithmetic mean of at least one value."""
    return sum(values) / len(values)


class RoundBot:
    """One seat's bot for one episode. Subclasses write :meth:`decide` and may write :meth:`hurt`.

    Attributes:
        past: data of the finished rounds' ``round`` events, oldest first.
        now: data of the other events of the present round by kind (``value``, ``offer``, ``send``, ``contributions``, ``options``).
        domain: the domain to choose from now.
    """

    game: RoundGame

    def __init__(self, game: RoundGame, style: str, seat: int, rng: np.random.Generator) -> None:
        self.game = game
        self.style = style
        self.seat = seat
        self.rng = rng
        self.past: list[dict[str, Any]] = []
        self.now: dict[str, dict[str, Any]] = {}
        self._read = 0
        self._plan: Decision | None = None

    @classmethod
    def refuses(cls, game: Any) -> str | None:
        """Say why bots of this class do not play a game of theirs with these parameters, or None when they do."""
        return None

    def decide(self, acts: tuple[str, ...]) -> Decision:
        """Choose among the acts open now; in the talking stage, among those of the stage that follows."""
        raise NotImplementedError

    def hurt(self) -> bool:
        """Tell whether somebody let this seat down in the last round; asked only when there was one."""
        return False

    def act(self, observation: Observation) -> Move:
        """Choose a legal move; speak where the seat may."""
        for event in observation.events[self._read :]:
            if event.kind == "round":
                self.past.append(event.data)
                self.now = {}
            elif event.kind not in ("say", "result"):
                self.now[event.kind] = event.data
        self._read = len(observation.events)
        spec = observation.action_spec
        self.domain = spec.domain
        acts = choices.names(self.game.tables[self.seat], spec.domain)
        if acts == (TALK,):
            self._plan = self.decide((self.game.stage_names[0],))
            return Move(self.game.choice(self.seat, TALK), self._say(self._plan.claim, spec.say_chars))
        # what was planned before talking is kept: the honest keep their word, and a lie was planned as one
        decision = self._plan if self._plan is not None and self._plan.act in acts else self.decide(acts)
        self._plan = None
        return Move(self.game.choice(self.seat, decision.act, **decision.fields), self._say(decision.claim, spec.say_chars))

    def _say(self, claim: str, most: int) -> str | None:
        if not most:
            return None
        mood = "open" if not self.past else "hurt" if self.hurt() else "well"
        return speak(self.style, mood, claim, most, self.rng)

    @property
    def others(self) -> list[int]:
        """The other seats."""
        return [seat for seat in range(self.game.seats) if seat != self.seat]

    def of_others(self, name: str) -> list[Any]:
        """Give the other seats' entries of a list in the last round."""
        return [self.past[-1][name][seat] for seat in self.others]
