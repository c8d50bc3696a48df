"""A seat's view in numbers.

The ``paper`` encoding is that of LSPO (arXiv 2502.04686, Table 6), 211 numbers at its seven seats: own seat, own role, round, phase, who is alive, and for each
of three rounds one's own secret target, who was announced dead, and who voted for whom. The ``extended`` encoding has four rounds and adds what the paper's
policy has to do without: what one found out, fellow werewolves, proposals, roles that were shown, who has spoken today, whose turn it is, the sheriff, and in
the abstract game for each round who named which meaning last, and whom.

Both are functions of the events that the seat has seen, and show the latest rounds where a game is longer. Action masks come from the action spec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from ..core import Event
from .roles import role

if TYPE_CHECKING:
    from .game import Werewolf
    from .state import WerewolfState

__all__ = ["ROUNDS", "encode", "size", "space"]

ROUNDS = {"paper": 3, "extended": 4}
"""How many rounds each encoding shows."""
_PHASES = ("night", "day", "vote")
_LASTING = frozenset({"pack", "role", "check", "medium", "reveal", "sheriff"})


def size(game: Werewolf) -> int:
    """Count the numbers of a game's encoding."""
    seats, rounds = game.seats, ROUNDS[game.encoding]
    base = seats + len(game.counts) + 1 + len(_PHASES) + seats + rounds * (2 * seats + seats * seats)
    if game.encoding == "paper":
        return base
    said = max(game.latents, default=0) + (seats if game.latents and game.latent_slots == "target" else 0)
    return base + seats * (2 + 1 + 1 + len(game.counts) + 1 + 1 + 1) + rounds * seats * said


def space(game: Werewolf) -> Box:
    """Give the space of a game's observations."""
    return Box(0.0, 1.0, (size(game),), np.float32)


def encode(state: WerewolfState, seat: int) -> NDArray[np.float32]:
    """Write what a seat has seen as an array of shape ``(size(game),)``."""
    game, seats = state.game, state.game.seats
    page = _Page(state, seat)
    for event in state._seen[seat]:
        page.note(event)
    own, role_of = np.zeros(seats, np.float32), np.zeros(len(page.roles), np.float32)
    own[seat], role_of[page.roles.index(state.cast[seat])] = 1.0, 1.0
    clock = [min(1.0, state.round / game.max_rounds), *(float(state.phase == phase) for phase in _PHASES)]
    by_round = [part for rows in zip(page.secret, page.dead, page.votes, strict=True) for part in rows]
    parts = [own, role_of, np.array(clock, np.float32), np.array(state.alive, np.float32), *by_round]
    if game.encoding == "extended":
        turn = np.zeros(seats, np.float32)
        if state.step and state.step[0] in ("turn", "ballot", "last_words"):
            turn[state.step[1]] = 1.0
        parts += [page.found, page.pack, page.proposed, page.shown, page.spoken, page.badge, turn, page.latents, page.slots]
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)


class _Page:
    """Arrays that events are noted in; the rows by round show the latest rounds."""

    def __init__(self, state: WerewolfState, seat: int) -> None:
        game, seats = state.game, state.game.seats
        self.game, self.seat, self.roles = game, seat, list(game.counts)
        rounds = ROUNDS[game.encoding]
        self.first = max(1, state.round - rounds + 1)
        self.row = (1 if game.first_night == "none" else 0) - self.first
        self.secret, self.dead = np.zeros((rounds, seats), np.float32), np.zeros((rounds, seats), np.float32)
        self.votes = np.zeros((rounds, seats, seats), np.float32)
        self.found = np.zeros((2, seats), np.float32)
        self.shown = np.zeros((seats, len(self.roles)), np.float32)
        self.latents = np.zeros((rounds, seats, max(game.latents, default=0)), np.float32)
        self.slots = np.zeros((rounds, seats, seats if game.latents and game.latent_slots == "target" else 0), np.float32)
        self.pack, self.proposed, self.spoken, self.badge = (np.zeros(seats, np.float32) for _ in range(4))

    def note(self, event: Event) -> None:
        kind = event.kind
        if kind == "night":
            self.row = event.data["round"] - self.first
            self.spoken[:] = self.proposed[:] = 0.0
        elif kind in _LASTING:
            self._lasting(event)
        elif (kind == "say" and event.visible_to is None) or kind == "latent":
            self.spoken[event.seat] = 1.0
        elif kind == "proposal" and event.data["target"] is not None:
            self.proposed[event.data["target"]] = 1.0
        if 0 <= self.row < len(self.dead):
            self._of_round(event)

    def _lasting(self, event: Event) -> None:
        kind, data = event.kind, event.data
        if kind == "pack":
            self.pack[data["wolves"]] = 1.0
        elif kind == "role":
            self.shown[self.seat, self.roles.index(data["role"])] = 1.0
        elif kind in ("check", "medium"):
            found = data["found"]
            wolf = role(found).species == "werewolf" if found in self.roles else found == "werewolf"
            self.found[int(wolf), data["target"]] = 1.0
        elif kind == "reveal" and data["reveal"] in self.roles:
            self.shown[data["seat"], self.roles.index(data["reveal"])] = 1.0
        elif kind == "sheriff":
            self.badge[:] = 0.0
            if event.seat is not None:
                self.badge[event.seat] = 1.0

    def _of_round(self, event: Event) -> None:
        kind, data, row = event.kind, event.data, self.row
        if kind == "dawn":
            self.dead[row, data["dead"]] = 1.0
        elif kind == "votes":
            self.votes[row] = 0.0
            for voter, vote in data["votes"].items():
                if vote is not None:
                    self.votes[row, int(voter), vote] = 1.0
        elif kind == "ballot" and data["vote"] is not None:
            self.votes[row, event.seat, data["vote"]] = 1.0
        elif kind == "check" or (kind in ("proposal", "attack", "protect") and event.seat == self.seat and data["target"] is not None):
            self.secret[row] = 0.0
            self.secret[row, data["target"]] = 1.0
        elif kind == "latent":
            self.latents[row, event.seat] = 0.0
            self.latents[row, event.seat, data["latent"]] = 1.0
            if self.slots.size:
                self.slots[row, event.seat] = 0.0
                if data["target"] is not None:
                    self.slots[row, event.seat, data["target"]] = 1.0
        elif kind == "potion" and data["poison"] is not None:
            self.secret[row, data["poison"]] = 1.0
