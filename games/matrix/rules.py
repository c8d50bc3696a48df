"""Normal-form games of any number of seats, played once or repeatedly, from a payoff table.

**Rules in words.** In every round all seats choose at once and without seeing each other's choice; the joint choice decides what each seat earns. The
game is played for ``rounds`` rounds, or ends after each round with probability ``1 - continuation`` (``rounds`` is then the cap). Round t pays
``discount ** (t - 1)`` times the table. Where seats may talk, each round opens with messages written at once, which bind nobody.

**Parameters** (shared by every game of the family; see :class:`MatrixGame` for all of them): ``rounds``, ``continuation``, ``discount``;
``monitoring`` (``perfect``, ``noisy``, ``payoff``,
``counterfactual``) with ``noise``; ``tremble``; ``show_payoffs`` and ``show_rounds``; ``say_chars``; ``labels``,
``relabel``, ``scale`` and ``shift``, which change how the game looks and not what it is.

**Actions.** One of the seat's displayed labels. In the talking phase the only choice is ``talk``; what is said goes in ``say``.

**Observation.** ``observation`` is a vector of 32-bit floats in [0, 1]: for each seat the one-hot of its last action as this seat saw it (all zero
where it saw none), the share of the rounds played (0 where ``show_rounds`` is off), 1 in the talking phase, and the seat's own last payoff rescaled
to [0, 1] where it was told. ``action_mask`` marks the options open now, in the order of the domain.

**Events.** ``round`` with ``{"round": 1-based, "actions": [canonical indices], "payoffs": [...]}``, public under perfect monitoring of known payoffs
and else one for each seat with what that seat saw (None for what it did not; under counterfactual monitoring ``"options"`` tells what each of its actions
would have earned). ``say`` with ``{"text": ...}``.

**Sources.** Osborne and Rubinstein, A Course in Game Theory (1994), chapters 2 and 8; Mailath and Samuelson, Repeated Games and Reputations (2006),
for private monitoring; execution errors as in Axelrod and Hamilton (1981).

**Versions.** v0: first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from ...errors import ParameterError
from ..actions import ActionSpec
from ..core import Game, GameType, Prediction, seat_name
from ..domains import OneOf
from ..replies import clean_text
from . import display, structure, text
from .state import MatrixState

if TYPE_CHECKING:
    from gymnasium.spaces import Box

__all__ = ["MAX_ENTRIES", "TALK", "MatrixGame", "NormalForm", "Payoffs", "nested"]

Payoffs = tuple[Any, ...]
"""A nested tuple, seat-major: ``payoffs[seat][a0][a1]...`` is what ``seat`` earns."""

TALK = "talk"
"""The one choice of the talking phase."""

MAX_ENTRIES = 2_000_000
"""The largest payoff table: seats times joint actions."""

Facts = tuple[list[float], str, list[int]]


@dataclass(frozen=True, kw_only=True)
class MatrixGame(Game):
    """A one-shot or repeated normal-form game. Subclasses give ``payoffs`` and ``actions``.

    Attributes:
        rounds: rounds played; the cap where ``continuation`` is set.
        continuation: probability to go on after each round; None for a fixed number of rounds.
        discount: weight of each round against the one before.
        monitoring: ``"perfect"`` all see the joint action; ``"noisy"`` each seat sees its own action rightly, each other action wrongly with
            probability ``noise``, and no payoff; ``"payoff"`` each seat is told its own action and payoff only; ``"counterfactual"`` that, and what each of
            its other options would have earned against what the others did.
        noise: probability that another seat's action is shown as one of the others, drawn uniformly.
        tremble: probability that a chosen action is carried out as one of the others, drawn uniformly.
        show_payoffs: whose payoffs the rules tell: ``"all"``, ``"own"``, or ``"none"`` and ``"earned"``, with which the table is only learnt by playing: of a
            round seats are then told their own payoff, or, with ``"earned"`` under perfect monitoring, what everybody earned.
        show_rounds: the rules tell how long the game lasts.
        say_chars: characters each seat may say before each choice; 0 for no talk.
        labels: ``"plain"`` shows the actions' own names, ``"letters"`` neutral letters.
        relabel: index of the permutation of option order (and of letters) shown to the seats, below ``relabelings``.
        scale, shift: each payoff p is shown and paid as ``scale * p + shift``; ``scale`` is positive.
        unit: what payoffs are counted in.
    """

    rounds: int = 1
    continuation: float | None = None
    discount: float = 1.0
    monitoring: Literal["perfect", "noisy", "payoff", "counterfactual"] = "perfect"
    noise: float = 0.0
    tremble: float = 0.0
    show_payoffs: Literal["all", "own", "none", "earned"] = "all"
    show_rounds: bool = True
    say_chars: int = 0
    labels: Literal["plain", "letters"] = "plain"
    relabel: int = 0
    scale: float = 1.0
    shift: float = 0.0
    unit: str = "points"

    cooperative: ClassVar[int | None] = None
    """Index of the action that counts as cooperation in the outcome facts, where there is one."""

    def __post_init__(self) -> None:
        self.require(type(self.rounds) is int and 1 <= self.rounds <= 1_000_000, "rounds", "should be a whole number from 1 to 1000000")
        self.require(self.continuation is None or 0 < self.continuation < 1, "continuation", "should be a probability between 0 and 1, or null")
        self.require(self.continuation is None or self.rounds > 1, "rounds", "should be above 1 where continuation is set: it caps the number of rounds")
        self.require(0 < self.discount <= 1, "discount", "should be above 0 and at most 1")
        known = ("perfect", "noisy", "payoff", "counterfactual")
        self.require(self.monitoring in known, "monitoring", "should be 'perfect', 'noisy', 'payoff' or 'counterfactual'")
        self.require(0 <= self.noise <= 1, "noise", "should be a probability")
        self.require(self.noise == 0 or self.monitoring == "noisy", "noise", "has an effect only with monitoring='noisy'")
        self.require(0 <= self.tremble <= 1, "tremble", "should be a probability")
        self.require(self.show_payoffs in ("all", "own", "none", "earned"), "show_payoffs", "should be 'all', 'own', 'none' or 'earned'")
        self.require(
            self.show_payoffs != "earned" or self.monitoring == "perfect", "show_payoffs", "tells what everybody earned only with monitoring='perfect'"
        )
        self.require(type(self.say_chars) is int and 0 <= self.say_chars <= 100_000, "say_chars", "should be a whole number from 0 to 100000")
        self.require(self.labels in ("plain", "letters"), "labels", "should be 'plain' or 'letters'")
        self.require(math.isfinite(self.scale) and self.scale > 0, "scale", "should be a positive number")
        self.require(math.isfinite(self.shift), "shift", "should be a finite number")
        self._check_actions()
        shape = tuple(len(names) for names in self.actions)
        self.require(len(shape) * math.prod(shape) <= MAX_ENTRIES, "actions", f"make a payoff table of more than {MAX_ENTRIES} entries")
        self.require(
            type(self.relabel) is int and 0 <= self.relabel < self.relabelings, "relabel", f"should be a whole number from 0 to {self.relabelings - 1}"
        )

        if not np.isfinite(self.table).all():
            raise ParameterError(f"{self.id or type(self).__name__}: payoffs should be finite numbers")

    def _check_actions(self) -> None:
        for seat, names in enumerate(self.actions):
            folded = {str(name).strip().casefold() for name in names}
            clean = all(isinstance(name, str) and name.strip() == name and name and clean_text(name) == name for name in names)
            self.require(len(names) > 0 and clean and len(folded) == len(names), "actions", f"should be distinct non-empty words for {seat_name(seat)}")
            self.require(not self.say_chars or TALK not in folded, "actions", f"may not contain {TALK!r} where seats may talk")

    # -- to be given by a subclass -------------------------------------------------------------------------------------

    @cached_property
    def payoffs(self) -> Payoffs:
        """The payoff table before ``scale`` and ``shift``, seat-major nested tuples."""
        raise NotImplementedError

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        """Canonical labels of each seat's actions."""
        raise NotImplementedError

    def payoff_text(self, seat: int | None) -> str:
        """Say what the choices earn, as ``seat`` may know it; generated games override the full listing by a formula."""
        return text.payoff_listing(self, seat)

    def extra_facts(self, history: Sequence[tuple[int, ...]]) -> dict[str, Any]:
        """Add facts of this game to the outcome; ``history`` holds the joint actions carried out."""
        return {}

    def extra_predictions(self) -> tuple[Prediction, ...]:
        """Add what is known of this game in particular (laboratory averages, say) to its prediction card."""
        return ()

    # -- made from the above -------------------------------------------------------------------------------------------

    @property
    def seats(self) -> int:
        return len(self.actions)

    @cached_property
    def table(self) -> np.ndarray:
        """Payoffs as paid: float64 array of shape ``(seats, actions of seat 0, actions of seat 1, ...)``, read-only."""
        table = np.asarray(self.payoffs, dtype=np.float64) * self.scale + self.shift
        table.setflags(write=False)
        return table

    @cached_property
    def relabelings(self) -> int:
        """How many values ``relabel`` can take."""
        return display.count([len(names) for names in self.actions], self.labels == "letters")

    @cached_property
    def _display(self) -> tuple[display.Display, ...]:
        return display.displays(self.actions, self.labels == "letters", self.relabel)

    @cached_property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """Displayed labels of each seat's actions, in canonical order."""
        return tuple(shown.names for shown in self._display)

    @cached_property
    def options(self) -> tuple[tuple[str, ...], ...]:
        """Displayed labels of each seat's actions, in the order they are offered."""
        return tuple(tuple(shown.names[index] for index in shown.order) for shown in self._display)

    @cached_property
    def index(self) -> tuple[dict[str, int], ...]:
        """For each seat the canonical index of a displayed label."""
        return tuple({name: index for index, name in enumerate(names)} for names in self.shown)

    @cached_property
    def public(self) -> bool:
        """Whether every seat sees the joint action and all payoffs."""
        return self.monitoring == "perfect" and self.show_payoffs in ("all", "earned")

    @cached_property
    def type(self) -> GameType:
        weight = float(self.rounds) if self.discount == 1 else (1 - self.discount**self.rounds) / (1 - self.discount)
        return GameType(
            seats=(self.seats, self.seats),
            dynamics="simultaneous",
            information="imperfect",
            utility=structure.utility(self.table, self.continuation is None),
            payoff_low=min(0.0, float(self.table.min()) * weight),
            payoff_high=max(0.0, float(self.table.max()) * weight),
            horizon=self.rounds * (2 if self.say_chars else 1),
            unit=self.unit,
            chance=self.continuation is not None or self.tremble > 0 or self.noise > 0,
            language=self.say_chars > 0,
            symmetric=len(set(self.options)) == len(set(self.shown)) == 1 and structure.symmetric(self.table),
        )

    def observation_space(self, seat: int) -> Box:
        from gymnasium.spaces import Box

        return Box(0.0, 1.0, (sum(len(names) for names in self.actions) + 3,), np.float32)

    def action_domain(self, seat: int) -> OneOf:
        return self.domains[seat]

    def rules_text(self, seat: int | None = None) -> str:
        return text.rules(self, seat)

    def predictions(self) -> tuple[Prediction, ...]:
        from .predictions import cards

        return cards(self)

    def new_state(self, seed: int) -> MatrixState:
        return MatrixState(self, seed)

    @cached_property
    def domains(self) -> tuple[OneOf, ...]:
        """The widest domain of each seat."""
        return tuple(OneOf((*options, TALK) if self.say_chars else options) for options in self.options)

    @cached_property
    def specs(self) -> tuple[ActionSpec, ...]:
        """What each seat is asked when it chooses."""
        return tuple(ActionSpec(OneOf(options)) for options in self.options)

    @cached_property
    def talk_spec(self) -> ActionSpec:
        """What each seat is asked when it may talk."""
        return ActionSpec(OneOf((TALK,)), say_chars=self.say_chars)

    @cached_property
    def everyone(self) -> tuple[int, ...]:
        """All seats: they always move together."""
        return tuple(range(self.seats))

    @cached_property
    def _cells(self) -> np.ndarray:
        """The table with the seats last, so that a joint action is an index."""
        return np.moveaxis(self.table, 0, -1)

    @cached_property
    def _facts(self) -> dict[tuple[int, ...], Facts]:
        return {}

    def facts(self, actions: tuple[int, ...]) -> Facts:
        """Give payoffs and the public sentence of a joint action, and the action indices as a list; worked out once for each joint action."""
        found = self._facts.get(actions)
        if found is None:
            payoffs = self._cells[actions].tolist()
            found = self._facts[actions] = (payoffs, text.seen(self, list(actions), payoffs), list(actions))
        return found


@dataclass(frozen=True, kw_only=True)
class NormalForm(MatrixGame):
    """A normal-form game whose table is given.

    Attributes:
        payoffs: nested tuples, ``payoffs[seat][a0][a1]...``.
        actions: canonical labels of each seat's actions; empty for A, B, C...
    """

    # field() without a default: otherwise the property of the same name in the base would be taken for one
    payoffs: Payoffs = field()
    actions: tuple[tuple[str, ...], ...] = field(default=())

    def __post_init__(self) -> None:
        try:
            table = np.asarray(self.payoffs, dtype=np.float64)
        except (ValueError, TypeError):
            table = np.empty(0)
        if table.ndim < 2 or table.size == 0 or table.ndim != table.shape[0] + 1:
            raise ParameterError(f"{self.id or 'NormalForm'}: payoffs should be a full table payoffs[seat][a0][a1]..., one index for each of the seats")
        if not self.actions:
            object.__setattr__(self, "actions", tuple(display.alphabet(size) for size in table.shape[1:]))
        self.require(
            all(isinstance(names, tuple) for names in self.actions) and tuple(len(names) for names in self.actions) == table.shape[1:],
            "actions",
            f"should name {' x '.join(str(size) for size in table.shape[1:])} actions, one tuple a seat",
        )
        super().__post_init__()


def nested(table: np.ndarray) -> Payoffs:
    """Turn an array into nested tuples."""
    out = table.tolist()

    def freeze(value: object) -> object:
        return tuple(freeze(item) for item in value) if isinstance(value, list) else value

    return tuple(freeze(seat) for seat in out)
