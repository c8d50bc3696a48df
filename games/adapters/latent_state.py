"""Positions of :class:`~ludens.games.adapters.latent.LatentGame`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import Event, NotSupported, State
from ..domains import Acts, Record
from .latent import MEANT, LatentGame, Meaning
from .wrapping import WrappingState

__all__ = ["LatentState"]


class LatentState(WrappingState):
    """A position: that of the game in words.

    Attributes:
        inner: it.
    """

    OTHER = "spoken"

    game: LatentGame

    def __init__(self, game: LatentGame, seed: int, inner: State) -> None:
        super().__init__(game, seed)
        self.inner = inner
        self._tell(0)

    def action_spec(self, seat: int) -> ActionSpec:
        return self.game.offer(self.inner.action_spec(seat), self.inner.roles[seat], seat)

    def request(self, seat: int) -> str:
        return self.inner.request(seat)

    def default_move(self, seat: int) -> Move:
        move, spec = self.inner.default_move(seat), self.inner.action_spec(seat)
        if not spec.say_chars:
            return move
        own = move.choice if isinstance(spec.domain, Acts | Record) else {"choice": move.choice}
        return Move("z0" if spec.say_only else {**own, "say": "z0"})

    def data(self, seat: int) -> dict[str, np.ndarray]:
        own = self.inner.data(seat)["observation"]
        return {"observation": self.game.heard(own, self._seen[seat], self._meaning)}

    def _meaning(self, event: Event) -> Meaning | None:
        """Read an utterance: a number, or the words that stand for it."""
        text, words = str(event.data["text"]), self.game.words
        if not words:
            return self.game.read(text)
        numbers = [row.index(text) for row in words if text in row]
        return Meaning(numbers[0]) if numbers else None

    def _apply(self, moves: Mapping[int, Move]) -> None:
        before = len(self.inner.events)
        spoken = {}
        for seat, move in moves.items():
            spoken[seat] = self.game.spoken_move(move, self.inner.action_spec(seat), partial(self._words, seat))
        self.inner.play(spoken)
        self.rewards = list(self.inner.rewards)
        self._tell(before)

    def _words(self, seat: int, meaning: Meaning) -> str:
        game, role = self.game, self.inner.roles[seat]
        return game.words[game.speakers.index(role) if role in game.speakers else 0][meaning.number] if game.words else str(meaning)

    def _on_forfeit(self, seat: int) -> None:
        before = len(self.inner.events)
        self.inner.forfeit(seat)
        self.rewards = list(self.inner.rewards)
        self._tell(before + 1)

    def _tell(self, before: int) -> None:
        for event in self.inner.events[before:]:
            # nothing is said in words here
            kind = MEANT if event.kind == "say" else event.kind
            self.emit(kind, event.text, seat=event.seat, data=event.data, to=event.visible_to)
        self.to_move = self.inner.to_move

    @property
    def roles(self) -> tuple[str | None, ...]:
        return self.inner.roles

    @property
    def outcome(self) -> dict[str, Any]:
        return self.inner.outcome

    def hides(self, seat: int) -> bool:
        return self.inner.hides(seat)

    def draw_from(self, rng: np.random.Generator) -> None:
        self.inner.draw_from(rng)

    # -- hidden information ----------------------------------------------------------------------------------------------

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw what the other game hides anew; the events are told again."""
        inner = self.inner.resample_hidden(seat, rng)
        if len(inner.events) < len(self.inner.events):
            raise NotSupported(f"{self.game.spoken.made_as} tells another story when what it hides is drawn anew")
        twin = self.clone()
        twin.inner = inner
        twin.events, twin._seen, twin._keys = [], [[] for _ in range(self.game.seats)], [None] * self.game.seats
        twin._tell(0)
        return twin
