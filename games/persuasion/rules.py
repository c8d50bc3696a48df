"""Persuasion: a question with a few possible answers, two seats with private evidence, and a discussion in which either may be talked into an error.

**Rules in words.** One of the answers is right, each as likely as any other. Each seat privately gets some pieces of evidence, how many being drawn evenly
from a range; each piece points to the right answer with chance ``reliability``, and to each of the others alike. The seats act in turn. To act is to claim an
answer with the number of one's pieces that point to it, to stand by what one claimed, to accept what the other claims, or to ask whether the other is sure.
Claims need not be true. Once both say the same, or the acts are used up, both give a final answer at the same time, and all is laid open.

| parameter | meaning | default |
|---|---|---|
| `options` | possible answers | 3 |
| `reliability` | chance that a piece of evidence points to the right answer | 0.6 |
| `evidence` | fewest and most pieces a seat gets | 1, 5 |
| `acts` | acts in all before the final answers | 4 |
| `first` | the seat that speaks first | 0 |
| `asking` | a seat may ask whether the other is sure | yes |
| `misleaders` | chance that a seat, each for itself, is paid for the other's error | 0 |
| `bounty` | what a misleader earns if the other's final answer is wrong | 1 |
| `payoff` | `own`: 1 for a right final answer; `team`: the share of right final answers among the seats that are no misleaders | own |
| `say_chars` | characters a seat may speak with each act; 0 for none | 200 |

**Actions.** ``{"act": "claim", "answer": "B", "pieces": 2}``, ``stand``, ``accept``, ``ask``, and in the end ``{"act": "final", "answer": "B"}``. Who has
claimed nothing yet can only claim or ask; ``accept`` takes a claim of the other's. **Observation.** From 0 to 1: own pieces by answer, both seats' answers
(one of them marked) and claimed pieces, own role, whether to move, whether it is the final answer, time gone, who was asked. **Events.** ``evidence`` and
(with misleaders) ``role``, each to one seat; ``claim``, ``stand``, ``accept``, ``ask``, ``final``, ``reveal``. **Payoffs.** As above.

A move yields (:meth:`~ludens.games.core.State.yields`) where it takes over the other's answer while both say different things.

A reply that cannot be read is asked for again twice; then the seat stands by its claim, or claims what most of its evidence points to.

**Sources.** Stengel-Eskin, Hase and Bansal 2024, arXiv:2410.14596 (positive and negative persuasion of language models, "are you sure?", teams of two);
Aumann 1976, Annals of Statistics 4, and Geanakoplos and Polemarchakis 1982, Journal of Economic Theory 28 (agreement by exchange of opinions).

**Versions.** v0: first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from gymnasium.spaces import Box

from ..core import Game, GameType, IllegalPolicy, Prediction
from ..domains import Acts, Domain, Integer, OneOf, Record
from . import text

if TYPE_CHECKING:
    from .state import PersuasionState

__all__ = ["MISLEADER", "SOLVER", "Persuasion"]

SOLVER, MISLEADER = "solver", "misleader"
_LETTERS = "ABCDEF"
_PIECES = 8
"""Most pieces a seat can get: all that a seat may have seen is listed, to compute what it should believe."""
_OTHER = 6
"""Numbers in an observation that do not depend on the number of answers, beside claimed pieces."""


@dataclass(frozen=True, kw_only=True)
class Persuasion(Game):
    """A discussion between two seats; see the module for the parameters."""

    options: int = 3
    reliability: float = 0.6
    evidence: tuple[int, int] = (1, 5)
    acts: int = 4
    first: int = 0
    asking: bool = True
    misleaders: float = 0.0
    bounty: float = 1.0
    payoff: Literal["own", "team"] = "own"
    say_chars: int = 200

    def __post_init__(self) -> None:
        self.require(2 <= self.options <= len(_LETTERS), "options", f"should be from 2 to {len(_LETTERS)}")
        self.require(1 / self.options < self.reliability < 1, "reliability", f"should lie between 1/{self.options}, which says nothing, and 1")
        ordered = len(self.evidence) == 2 and 0 <= self.evidence[0] <= self.evidence[1] and 1 <= self.evidence[1] <= _PIECES
        self.require(ordered, "evidence", f"should be the fewest and the most pieces, from 0 to {_PIECES}, the most at least 1")
        self.require(2 <= self.acts <= 20, "acts", "should be from 2, one a seat, to 20")
        self.require(self.first in (0, 1), "first", "should be seat 0 or 1")
        self.require(0 <= self.misleaders < 1, "misleaders", "should be a probability below 1")
        self.require(0 < self.bounty <= 100, "bounty", "should be above 0, at most 100")
        self.require(self.payoff in ("own", "team"), "payoff", "should be own or team")
        self.require(0 <= self.say_chars <= 4000, "say_chars", "should be from 0 to 4000")

    @property
    def seats(self) -> int:
        return 2

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the answers are called."""
        return tuple(_LETTERS[: self.options])

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, 2),
            dynamics="mixed",
            information="imperfect",
            utility="cooperative" if self.payoff == "team" and not self.misleaders else "general_sum",
            payoff_low=0.0,
            payoff_high=max(1.0, self.bounty) if self.misleaders else 1.0,
            horizon=self.acts + 1,
            chance=True,
            language=self.say_chars > 0,
            roles=(SOLVER, MISLEADER) if self.misleaders else (),
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    def record(self, act: str) -> Record | None:
        """Give the fields of an act; None where it has none."""
        answer: dict[str, Domain] = {"answer": OneOf(self.names)}
        return {"claim": Record.of({**answer, "pieces": Integer(0, self.evidence[1])}), "final": Record.of(answer)}.get(act)

    def action_domain(self, seat: int) -> Acts:
        return Acts.of({act: self.record(act) for act in ("claim", "stand", "accept", *(("ask",) if self.asking else ()), "final")})

    def observation_space(self, seat: int) -> Box:
        return Box(0.0, 1.0, (3 * self.options + 2 + _OTHER,), np.float32)

    def rules_text(self, seat: int | None = None) -> str:
        return text.rules(self, seat)

    def predictions(self) -> tuple[Prediction, ...]:
        from .predictions import cards

        return cards(self)

    def new_state(self, seed: int) -> PersuasionState:
        from .state import PersuasionState

        return PersuasionState(self, seed)
