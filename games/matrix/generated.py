"""Games drawn at random: rings whose solution takes a chosen depth of reasoning, and uniform random games.

**Rules in words.**

- ``ring_network``: the players sit in a ring; what each earns depends on its own choice and on that of the next player only (the last looks at the
  first). The last player has a dominant action; the one before it can reason from that, the one before that from there, and so on: seat k of n needs
  ``n - k`` steps. Without ``instance`` a two-player example from the literature is played (options U, V and X, Y: the first earns 40 and 5 with U, 0
  and 15 with V; the second 0 and 7 with X, 10 and 8 with Y, so that Y dominates and V is right); with ``instance`` the payoffs are drawn so that
  before the last player only reasoning about the next player tells which action is right: each action is best against some choice of the next player.
- ``random_game``: every payoff is a whole number from 0 to ``top``, drawn uniformly.

**Parameters.** ``seats``; ``options_each`` (how many actions each player has); ``instance`` (which draw: the same number gives the same game);
``top``; and those of every matrix game (:mod:`ludens.games.matrix.rules`), which also tells actions, observation and events.

**Outcome.** The ring adds ``solution`` (each seat's action in the iterated-dominance solution), ``order`` (steps of reasoning each seat needs) and
``rational`` (the share of rounds in which each seat played it).

**Sources.** Kneeland, Identifying higher-order rationality, Econometrica 83 (2015); Fan, Chen, Jin and He, Can large language models serve as
rational players in game theory?, AAAI (2024), for the two-player payoffs.

**Versions.** v0: first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..core import Prediction, seat_name
from . import laboratory
from .display import alphabet
from .rules import MAX_ENTRIES, MatrixGame, Payoffs, nested
from .text import number

__all__ = ["RandomGame", "RingNetwork"]

_EXAMPLE = (((40.0, 5.0), (0.0, 15.0)), ((0.0, 7.0), (10.0, 8.0)))
"""Own payoffs ``[own action][next player's action]`` of the two-player example."""


@dataclass(frozen=True, kw_only=True)
class RingNetwork(MatrixGame):
    """A ring in which each looks at the next, solvable by iterated dominance from the last player back.

    Attributes:
        seats: number of players.
        options_each: number of actions of each player.
        instance: which random draw; None for the two-player example.
        top: the largest payoff drawn.
    """

    seats: int = 2
    options_each: int = 2
    instance: int | None = None
    top: int = 20

    def __post_init__(self) -> None:
        self.require(type(self.seats) is int and 2 <= self.seats <= 8, "seats", "should be a whole number from 2 to 8")
        self.require(type(self.options_each) is int and 2 <= self.options_each <= 6, "options_each", "should be a whole number from 2 to 6")
        self.require(self.seats * self.options_each**self.seats <= MAX_ENTRIES, "options_each", f"are too many for {self.seats} seats")
        self.require(self.instance is None or (type(self.instance) is int and self.instance >= 0), "instance", "should be a whole number from 0 on, or null")
        self.require(
            self.instance is not None or (self.seats, self.options_each) == (2, 2),
            "instance",
            "should be a number unless the ring has two players with two options",
        )
        self.require(
            type(self.top) is int and self.options_each - 1 <= self.top <= 10_000, "top", f"should be a whole number from {self.options_each - 1} to 10000"
        )
        super().__post_init__()

    @cached_property
    def ring(self) -> tuple[np.ndarray, ...]:
        """For each seat its payoffs ``[own action, next seat's action]``, before ``scale`` and ``shift``."""
        if self.instance is None:
            return tuple(np.array(own) for own in _EXAMPLE)
        rng = np.random.default_rng([self.instance, self.seats, self.options_each, self.top])
        size, ring = self.options_each, []
        for seat in range(self.seats):
            # the row that is best in each column: always the same for the last seat, each another one for the seats before it
            best = np.full(size, rng.integers(size)) if seat == self.seats - 1 else rng.permutation(size)
            own = np.empty((size, size))
            for column, row in enumerate(best):
                drawn = np.sort(rng.choice(self.top + 1, size, replace=False)).astype(float)
                own[row, column] = drawn[-1]
                own[np.arange(size) != row, column] = rng.permutation(drawn[:-1])
            ring.append(own)
        return tuple(ring)

    @cached_property
    def solution(self) -> tuple[int, ...]:
        """Each seat's action when all reason to the end."""
        out = [int(self.ring[-1].sum(axis=1).argmax())]
        for own in reversed(self.ring[:-1]):
            out.append(int(own[:, out[-1]].argmax()))
        return tuple(reversed(out))

    @cached_property
    def payoffs(self) -> Payoffs:
        shape = (self.options_each,) * self.seats
        places = np.indices(shape)
        return nested(np.stack([own[places[seat], places[(seat + 1) % self.seats]] for seat, own in enumerate(self.ring)]))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        if self.instance is None:
            return ("U", "V"), ("X", "Y")
        return (alphabet(self.options_each),) * self.seats

    def payoff_text(self, seat: int | None) -> str:
        if seat is not None and self.show_payoffs in ("none", "earned"):
            return super().payoff_text(seat)
        lines = [f"What each player earns depends on its own choice and on that of the next player only (the last looks at player_0), in {self.unit}:"]
        for other in range(self.seats):
            after = (other + 1) % self.seats
            if seat is not None and self.show_payoffs == "own" and other != seat:
                continue
            for own_name in self.options[other]:
                for next_name in self.options[after]:
                    earned = self.ring[other][self.index[other][own_name], self.index[after][next_name]] * self.scale + self.shift
                    who, whom = _name(other, seat), _name(after, seat)
                    own_s, next_s = "" if who == "you" else "s", "" if whom == "you" else "s"
                    lines.append(f"- if {who} choose{own_s} {own_name} and {whom} choose{next_s} {next_name}: {who} earn{own_s} {number(float(earned))}")
        return "\n".join(lines)

    def extra_predictions(self) -> tuple[Prediction, ...]:
        return laboratory.ring_network(self.seats)

    def extra_facts(self, history: Sequence[tuple[int, ...]]) -> dict[str, Any]:
        played = len(history)
        return {
            "solution": [names[action] for names, action in zip(self.actions, self.solution, strict=True)],
            "order": [self.seats - seat for seat in range(self.seats)],
            "rational": [sum(actions[seat] == self.solution[seat] for actions in history) / played if played else None for seat in range(self.seats)],
        }


@dataclass(frozen=True, kw_only=True)
class RandomGame(MatrixGame):
    """Independent uniform payoffs.

    Attributes:
        seats: number of players.
        options_each: number of actions of each player.
        instance: which random draw.
        top: the largest payoff; the smallest is 0.
    """

    seats: int = 2
    options_each: int = 3
    instance: int = 0
    top: int = 10

    def __post_init__(self) -> None:
        self.require(type(self.seats) is int and 1 <= self.seats <= 10, "seats", "should be a whole number from 1 to 10")
        self.require(type(self.options_each) is int and 2 <= self.options_each <= 50, "options_each", "should be a whole number from 2 to 50")
        self.require(self.seats * self.options_each**self.seats <= MAX_ENTRIES, "options_each", f"are too many for {self.seats} seats")
        self.require(type(self.instance) is int and self.instance >= 0, "instance", "should be a whole number from 0 on")
        self.require(type(self.top) is int and 1 <= self.top <= 1_000_000, "top", "should be a whole number from 1 to 1000000")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        rng = np.random.default_rng([self.instance, self.seats, self.options_each, self.top])
        return nested(rng.integers(self.top + 1, size=(self.seats,) + (self.options_each,) * self.seats).astype(float))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return (alphabet(self.options_each),) * self.seats


def _name(seat: int, reader: int | None) -> str:
    return "you" if seat == reader else seat_name(seat)
