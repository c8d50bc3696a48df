"""Deliberation: many parties with secret score sheets look for one deal on several issues.

Rules in words. A deal picks one option of every issue. Each party holds a secret sheet with points for every option (its best deal makes 100) and a
threshold: what it has if there is no deal. The leader (player_0) opens. For some rounds every party acts once a round, the leader first: it proposes
a deal, supports the latest proposal, or passes, and may speak; a party with a veto may also walk away, which ends all. Then the
leader makes the final proposal and all parties vote at once. It passes when every party with a veto and all but ``dissent`` parties
vote for it. Then each earns its score of the deal, the leader ``bonus`` more when the vote was unanimous; else each earns its threshold.

Sheets are drawn at random and kept when the shares of deals that would pass, and that all parties could accept, lie within bounds:
these set how hard the game is. (Thresholds lie around the quantile of each party's scores at which the wanted share would pass by chance.)

| parameter | meaning | default |
|---|---|---|
| `parties` | how many | 6 |
| `issues` | options of each issue | 3, 3, 4, 4, 5 |
| `rounds` | rounds of discussion | 4 |
| `order` | order of the others in a round: `fixed` or `random` | random |
| `vetoes` | seats with a veto | 0, 1 |
| `dissent` | parties that may vote against a deal that passes | 1 |
| `strict` | a party can accept only above its threshold, not at it | no |
| `closing` | `vote`, or `threshold`: each party's vote follows from its sheet | vote |
| `bonus` | what unanimity earns the leader | 10 |
| `acceptable` | bounds of the share of deals that pass | 0.05, 0.10 |
| `unanimous` | bounds of the share of deals that all can accept | 0.01, 0.03 |
| `walk` | parties with a veto may walk away | yes |
| `say_chars` | characters that may be spoken with each act | 600 |

Actions: `propose` with one option for each issue, `support`, `pass`, `walk`; in the vote `accept` or `reject`. Observation: time gone, what is
asked, one's own sheet and threshold, the latest proposal and who made it, how often each option was proposed or supported. Payoffs: points of the sheet.

Sources: Abdelnabi, Gomaa, Sivaprasad, Schönherr and Fritz 2024, "Cooperation, Competition, and Maliciousness: LLM-Stakeholders Interactive
Negotiation", arXiv 2309.17234 (the kind of game, its sizes and difficulty; the sheets here are drawn anew).

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from gymnasium.spaces import Box

from ..core import Game, GameType, IllegalPolicy, Prediction, seat_name
from ..domains import Acts, OneOf, Record
from ..words import listed, number
from .scores import FULL_SCORE, Sheet, draw_sheets
from .table import MAX_DEALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .chamber import DeliberationState

__all__ = ["Deliberation"]

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, kw_only=True)
class Deliberation(Game):
    """Many parties look for one deal; see the module for the parameters."""

    parties: int = 6
    issues: tuple[int, ...] = (3, 3, 4, 4, 5)
    rounds: int = 4
    order: Literal["fixed", "random"] = "random"
    vetoes: tuple[int, ...] = (0, 1)
    dissent: int = 1
    strict: bool = False
    closing: Literal["vote", "threshold"] = "vote"
    bonus: float = 10.0
    acceptable: tuple[float, float] = (0.05, 0.10)
    unanimous: tuple[float, float] = (0.01, 0.03)
    walk: bool = True
    say_chars: int = 600

    def __post_init__(self) -> None:
        self.require(2 <= self.parties <= 10, "parties", "should be from 2 to 10")
        self.require(1 <= len(self.issues) <= 8 and all(2 <= count <= 9 for count in self.issues), "issues", "should be 1 to 8 issues of 2 to 9 options")
        self.require(int(np.prod(self.issues)) <= MAX_DEALS, "issues", f"should allow at most {MAX_DEALS} deals")
        self.require(1 <= self.rounds <= 100, "rounds", "should be from 1 to 100")
        self.require(self.order in ("fixed", "random"), "order", "should be 'fixed' or 'random'")
        self.require(self.closing in ("vote", "threshold"), "closing", "should be 'vote' or 'threshold'")
        self.require(
            set(self.vetoes) <= set(range(self.parties)) and len(set(self.vetoes)) == len(self.vetoes),
            "vetoes",
            "should be different seats of the game",
        )
        self.require(0 <= self.dissent < self.parties, "dissent", "should be below the number of parties")
        self.require(0 <= self.bonus <= 1000, "bonus", "should be from 0 to 1000")
        for name in ("acceptable", "unanimous"):
            low, high = getattr(self, name)
            self.require(0 <= low <= high <= 1, name, "should be two shares from 0 to 1, the smaller first")
        # without leave to dissent, the deals that pass are those that all accept
        alike = self.dissent == 0 or len(self.vetoes) == self.parties
        low, high = (self.unanimous[0], self.unanimous[1] if alike else 1.0)
        self.require(low <= self.acceptable[1] and self.acceptable[0] <= high, "acceptable", f"cannot hold together with unanimous={self.unanimous}")
        self.require(0 <= self.say_chars <= 4000, "say_chars", "should be from 0 to 4000")

    @property
    def seats(self) -> int:
        return self.parties

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, 10),
            dynamics="mixed" if self.closing == "vote" else "sequential",
            information="imperfect",
            utility="general_sum",
            payoff_low=0.0,
            payoff_high=FULL_SCORE + self.bonus,
            horizon=self.rounds * self.parties + (2 if self.closing == "vote" else 1),
            chance=True,
            language=self.say_chars > 0,
            roles=("leader", "veto", "party"),
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    @cached_property
    def offer_fields(self) -> Record:
        """The fields of a proposal: one option of every issue, named ``A1``, ``A2``, ..."""
        return Record.of({LETTERS[i]: OneOf(tuple(f"{LETTERS[i]}{k + 1}" for k in range(options))) for i, options in enumerate(self.issues)})

    def action_domain(self, seat: int) -> Acts:
        acts: dict[str, Record | None] = {"propose": self.offer_fields, "support": None, "pass": None}
        if self.closing == "vote":
            acts |= {"accept": None, "reject": None}
        return Acts.of({**acts, **({"walk": None} if self.walk and seat in self.vetoes else {})})

    def observation_space(self, seat: int) -> Box:
        return Box(0.0, 1.0, (6 + self.parties + 3 * sum(self.issues),), np.float32)

    def new_state(self, seed: int) -> DeliberationState:
        from .chamber import DeliberationState

        return DeliberationState(self, seed)

    def sheets(self, rng: np.random.Generator, known: dict[int, Sheet] | None = None, keep: Callable[[list[Sheet]], bool] | None = None) -> list[Sheet]:
        """Draw all parties' sheets, some of them perhaps given; see :func:`~ludens.games.negotiation.scores.draw_sheets`."""
        return draw_sheets(
            self.issues,
            self.parties,
            vetoes=self.vetoes,
            dissent=self.dissent,
            strict=self.strict,
            acceptable=self.acceptable,
            unanimous=self.unanimous,
            rng=rng,
            known=known,
            keep=keep,
        )

    def rules_text(self, seat: int | None = None) -> str:
        options = "; ".join(
            f"{LETTERS[i]} ({', '.join(domain.options)})" for i, (_, domain) in enumerate(self.offer_fields.fields) if isinstance(domain, OneOf)
        )
        rounds = "one round" if self.rounds == 1 else f"{self.rounds} rounds"
        order = "in an order drawn each round" if self.order == "random" else "in the order of the seats"
        if self.closing == "vote":
            close = "all parties vote on it at once"
        else:
            close = f"each party counts as for it when the deal scores {'more than' if self.strict else 'at least'} its threshold"
        needed = f"at least {self.parties - self.dissent} of the {self.parties} parties are for it"
        veto = f", {listed(seat_name(one) for one in self.vetoes)} among them" if self.vetoes else ""
        you = "" if seat is None else f" You are {seat_name(seat)}{', the leader' if seat == 0 else ''}{', and have a veto' if seat in self.vetoes else ''}."
        walk = " A party with a veto may also walk away, which ends everything without a deal." if self.walk and self.vetoes else ""
        say = " With each act you may speak to all. Words bind nobody, and nobody checks whether they are true." if self.say_chars else ""
        bonus = f" When all are for it, player_0 earns {number(self.bonus)} more." if self.bonus else ""
        return (
            f"{self.parties} parties look for one deal. A deal picks one option of every issue: {options}. Each party has a secret sheet with points "
            f"for every option and a secret threshold.{you} In {rounds} every party acts once, player_0 first, the others {order}: it proposes a deal, "
            f"supports the latest proposal or passes.{walk} Then player_0 makes the final proposal and {close}. It passes when {needed}{veto}. "
            f"Then you earn your points of the deal.{bonus} If it does not pass, you earn your threshold.{say} Your aim is to earn as many points as you can."
        )

    def predictions(self) -> tuple[Prediction, ...]:
        source = "by construction of the score sheets; ranges after Abdelnabi et al. 2024, arXiv 2309.17234"
        return (
            Prediction("design", "acceptable_share", list(self.acceptable), source, "share of all deals that would pass"),
            Prediction("design", "unanimous_share", list(self.unanimous), source, "share of all deals that all parties can accept"),
        )
