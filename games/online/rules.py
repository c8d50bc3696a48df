"""Online learning: one learner against a sequence of losses, with full information (``experts``) or without (``bandit``).

**Rules in words.** In every round the seat chooses one of a few options, or says how likely it is to take each. Then every option has a cost. The seat
pays that of its choice. With full information it is told what every option cost; in the bandit it is told its own cost only. The aim is to pay as little
as possible over all rounds. Nature is part of the rules: the costs are drawn before the first round, or answer past play.

| parameter | meaning | default |
|---|---|---|
| `feedback` | `full` (experts) or `bandit` | by id |
| `arms`, `rounds` | options, and how often one is chosen | 2, 25 |
| `losses` | where costs come from, see below | iid |
| `answer` | `choice`, or `distribution`: a probability for each option | choice |
| `high` | the largest cost; the smallest is 0 | 10 |
| `gap` | by how much one option, drawn, is better on average (iid) | 0 |
| `noise` | largest distance of a cost from its mean (trend, sine, gradual, abrupt) | 1 |
| `variation` | sum of the changes of the means over the rounds (gradual, abrupt) | 20 |
| `period` | rounds of a swing (sine) | 20 |
| `given` | a sequence of one's own: rows of numbers, or the path of a `.csv` file of such rows, which is kept | none |

`losses`: `iid` (uniform), `trend` (means along lines), `sine`, `gradual` and `abrupt` (means that wander or jump within the budget `variation`),
`alternating` (leads whoever follows the leader astray), `given`; and two that see past play: `heaviest` puts the largest cost on the option that carries
most weight, of this round's distribution where one is answered, else of all choices so far; `last` on the option that carried most weight in the round
before. All others cost nothing then.

With `answer: distribution` experts pay the mean cost; in the bandit an option is drawn by it.

**Actions.** `A`, `B`, ... (`o1`, `o2`, ... from 27 options on), or `{"A": 0.25, "B": 0.75}`. **Observation.** 32-bit floats in [0, 1]: share of the
rounds played; then, an entry an option: mean weight given to it, mean of its costs seen, its last cost seen, and whether it was ever seen. **Events.**
`round` with `{"round", "arm", "weights", "losses", "loss"}`; what was not told is None. In the bandit `costs` tells nobody but the record what every option
cost. **Payoffs.** Costs, negative.

**Sources.** Cesa-Bianchi and Lugosi, Prediction, Learning, and Games (2006); Park, Liu, Ozdaglar and Zhang 2024, "Do LLM agents have regret?", arXiv
2403.16843, for two options, 25 rounds, costs up to 10 and the kinds of sequences. Arora, Dekel and Tewari 2012, ICML, for adversaries with a memory.

**Versions.** v0: first.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from gymnasium.spaces import Box

from ...errors import ParameterError
from ..actions import ActionSpec
from ..core import Game, GameType, IllegalPolicy, Prediction
from ..domains import Domain, OneOf
from ..mixtures import Mixture
from . import text
from .sequences import Shape

if TYPE_CHECKING:
    from .state import OnlineState

__all__ = ["ADAPTIVE", "OnlineGame"]

ADAPTIVE = ("heaviest", "last")
"""Kinds of losses that answer past play."""
_MOST = 2_000_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class OnlineGame(Game):
    """Choices against a sequence of losses; see the module for the parameters."""

    feedback: Literal["full", "bandit"] = "full"
    arms: int = 2
    rounds: int = 25
    losses: Literal["iid", "trend", "sine", "gradual", "abrupt", "alternating", "heaviest", "last", "given"] = "iid"
    answer: Literal["choice", "distribution"] = "choice"
    high: float = 10.0
    gap: float = 0.0
    noise: float = 1.0
    variation: float = 20.0
    period: float = 20.0
    given: str | tuple[tuple[float, ...], ...] = field(default=())

    def __post_init__(self) -> None:
        if isinstance(self.given, str) and self.given:
            object.__setattr__(self, "given", _read(self.given))
        self.require(2 <= self.arms <= 1000, "arms", "should be from 2 to 1000")
        self.require(1 <= self.rounds <= 100_000, "rounds", "should be from 1 to 100000")
        self.require(self.rounds * self.arms <= _MOST, "rounds", f"times arms should be at most {_MOST}")
        self.require(0 < self.high <= 1e9, "high", "should be positive, at most 1e9")
        self.require(0 <= self.gap < self.high / 2, "gap", "should be at least 0 and below half of high")
        self.require(self.gap == 0 or self.losses == "iid", "gap", "has an effect only with losses='iid'")
        self.require(0 <= self.noise <= self.high, "noise", "should be from 0 to high")
        self.require(0 <= self.variation < math.inf, "variation", "should be at least 0")
        self.require(0 < self.period < math.inf, "period", "should be positive")
        self.require((self.losses == "given") == bool(self.given), "given", "should hold rows of costs with losses='given', and only then")
        if self.given:
            rows = {len(row) for row in self.given}
            self.require(rows == {self.arms} and len(self.given) >= self.rounds, "given", f"should have at least {self.rounds} rows of {self.arms} costs")
            costs = np.asarray(self.given, dtype=np.float64)
            self.require(
                bool(np.isfinite(costs).all() and costs.min() >= 0 and costs.max() <= self.high), "given", f"should hold costs from 0 to {self.high:g}"
            )

    @property
    def seats(self) -> int:
        return 1

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the options are called."""
        return tuple(_LETTERS[: self.arms]) if self.arms <= len(_LETTERS) else tuple(f"o{number + 1}" for number in range(self.arms))

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each option."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def shape(self) -> Shape:
        """What the sequence is drawn by."""
        return Shape(self.rounds, self.arms, self.high, self.gap, self.noise, self.variation, self.period)

    @cached_property
    def spec(self) -> ActionSpec:
        """What is asked in every round."""
        return ActionSpec(Mixture(self.names) if self.answer == "distribution" else OneOf(self.names))

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(1, 1),
            dynamics="sequential",
            information="imperfect",
            utility="general_sum",
            payoff_low=-self.high * self.rounds,
            payoff_high=0.0,
            horizon=self.rounds,
            chance=self.losses not in (*ADAPTIVE, "given") or (self.feedback == "bandit" and self.answer == "distribution"),
            illegal=IllegalPolicy(reask=2, then="random"),
        )

    def action_domain(self, seat: int) -> Domain:
        return self.spec.domain

    def observation_space(self, seat: int) -> Box:
        return Box(0.0, 1.0, (1 + 4 * self.arms,), np.float32)

    def rules_text(self, seat: int | None = None) -> str:
        return text.rules(self, seat)

    def predictions(self) -> tuple[Prediction, ...]:
        from .predictions import cards

        return cards(self)

    def new_state(self, seed: int) -> OnlineState:
        from .state import OnlineState

        return OnlineState(self, seed)


def _read(path: str) -> tuple[tuple[float, ...], ...]:
    """Read rows of numbers. Raises ParameterError where the file cannot be read or holds something else."""
    try:
        with Path(path).open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError) as problem:
        raise ParameterError(f"given: cannot read {path}: {getattr(problem, 'strerror', None) or problem}") from problem
    try:
        return tuple(tuple(float(cell) for cell in row) for row in rows)
    except ValueError as problem:
        raise ParameterError(f"given: {path} should hold nothing but rows of numbers: {problem}") from problem
