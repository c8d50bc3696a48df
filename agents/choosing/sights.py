"""What a chooser is shown: the game in numbers, what was said last, and what might be said, as vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...games.adapters.latent import NO_ROLE
from ...games.core import Event, Game, Observation
from ..latent.embedding import Embedder
from ..latent.space import anonymous, named, seats_named
from ..neural.actions import actions_of
from ..neural.policy import shape_of

__all__ = ["Bank", "Sight", "Sights", "draw_candidates"]

Bank = Mapping[str, Sequence[tuple[str, int]]]
"""For each role, utterances without names and how often each was heard."""

_REMEMBERED = 50_000


class Sight(NamedTuple):
    """A decision as the network is shown it.

    Attributes:
        own: what the game shows in numbers: float32 of shape (inputs,).
        heard: of every seat its last utterances, latest first: float32 of shape (seats * memory, width); zeros where there was none.
        present: which of them there are: bool of shape (seats * memory,).
        legal: which choices are: bool of shape (choices,).
        offered: what might be said: float32 of shape (candidates, width); there may be none.
    """

    own: NDArray[np.float32]
    heard: NDArray[np.float32]
    present: NDArray[np.bool_]
    legal: NDArray[np.bool_]
    offered: NDArray[np.float32]


class Sights:
    """Turns observations of one game into sights.

    An utterance is the embedding of its words without names, then whom it names, a number a seat.

    Args:
        game: in words.
        embedder: of utterances.
        memory: how many of everybody's last utterances are shown.
    """

    def __init__(self, game: Game, embedder: Embedder, memory: int) -> None:
        self.game, self.embedder, self.memory = game, embedder, memory
        self.actions, self.inputs = actions_of(game), int(np.prod(shape_of(game)))
        self.width = embedder([""]).shape[1] + game.seats
        self._vector = lru_cache(maxsize=_REMEMBERED)(self._vector_of)
        self._embedded = lru_cache(maxsize=_REMEMBERED)(self._embed)

    def see(self, observation: Observation, candidates: Sequence[str] = ()) -> Sight:
        """Give what is seen where a seat stands that might say one of these."""
        shown = np.asarray(observation.data["observation"], np.float32).reshape(-1)
        heard, present = self._heard(observation.events)
        legal = self.actions.mask(observation.action_spec.domain)
        offered = np.zeros((len(candidates), self.width), np.float32)
        for row, text in enumerate(candidates):
            offered[row] = self._vector(text, observation.seat)
        return Sight(np.pad(shown, (0, self.inputs - len(shown))), heard, present, legal, offered)

    def _heard(self, events: Sequence[Event]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        rows = np.zeros((self.game.seats, self.memory, self.width), np.float32)
        count = np.zeros(self.game.seats, int)
        for event in reversed(events):
            if event.kind == "say" and event.seat is not None and count[event.seat] < self.memory:
                rows[event.seat, count[event.seat]] = self._vector(str(event.data["text"]), event.seat)
                count[event.seat] += 1
        present = np.arange(self.memory)[None] < count[:, None]
        return rows.reshape(-1, self.width), present.reshape(-1)

    def _vector_of(self, text: str, seat: int) -> NDArray[np.float32]:
        whom = np.zeros(self.game.seats, np.float32)
        whom[[other for other in seats_named(text) if other != seat and other < self.game.seats]] = 1
        return np.concatenate([self._embedded(anonymous(text, seat)), whom])

    def _embed(self, text: str) -> NDArray[np.float32]:
        # names aside, the same words come again and again
        return np.asarray(self.embedder([text])[0], np.float32)


def draw_candidates(bank: Bank, observation: Observation, count: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Draw different things to say out of what was heard of the seat's role, each as likely as it was heard; somebody is named at random."""
    rows, seat, seats = bank[str(observation.role or NO_ROLE)], observation.seat, observation.game.seats
    chances = np.array([times for _, times in rows], float)
    others = [other for other in range(seats) if other != seat]
    found = dict.fromkeys(
        named(rows[int(row)][0], seat, others[int(rng.integers(len(others)))])[: observation.action_spec.say_chars]
        for row in rng.choice(len(rows), size=count, p=chances / chances.sum())
    )
    return tuple(found)
