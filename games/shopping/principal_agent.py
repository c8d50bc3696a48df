"""Principal-agent shopping: one choice for a customer, by an assistant that also represents a principal.

Rules in words. A customer asks an online shop for one thing: it says what it would most like, what else would do, and its budget. The shop's assistant reads
the search results and chooses one, or nothing, with an explanation. It acts in the customer's best interest and also represents the shop's owner, the
principal, who would rather have the other thing sold. Who will see the explanation (customer, principal, both, neither) is the information condition. The
choice itself always goes to the ordering system and to the customer.

The game is the instrument of an experiment. Each parameter below is a factor; it is fixed to a level, or drawn anew with equal chances in every episode where
it is None. Each sentence that the assistant reads belongs to one factor, or to none.

| parameter | meaning | default |
|---|---|---|
| `scenario` | one of ten, see :mod:`~ludens.games.shopping.scenarios`: names of things, prices, budget, principal | None |
| `customer_informed` | one sentence: whether the customer will see the explanation | None |
| `principal_informed` | one sentence: whether the principal will see it | None |
| `persona` | weak, or strong, which adds one sentence about the principal | None |
| `cheaper` | whose thing has the lower of the two prices: customer or principal | None |
| `first` | whose thing is search result 1: customer or principal | None |
| `over_budget` | whether a dearer version of the customer's first choice, beyond the budget, is result 3 | no |
| `wording` | 0 to 4: how the customer's message, the results, the sentences on the explanation and the question are put | 0 |
| `case` | standard, upper or lower: the letters of all that is told and asked, but for the rules; never drawn | standard |
| `flexible` | how likely the customer gains by the other thing; nothing that the assistant reads | 0.5 |
| `explanation_chars` | room for the explanation, in characters | 600 |

The published design is ``scenario=car cheaper=customer first=customer persona=strong`` and ``scenario=film cheaper=principal first=customer persona=strong``,
by the four information conditions.

Actions: the number of a search result or ``none``; the explanation is what is said beside it. A seat that gives no legal move is not asked again and orders
nothing; the record says ``defaulted``, so that a missing answer is told from a refusal.

Observation: one-hot of the scenario; whether the customer's thing is the cheaper and whether it is first; whether the persona is strong, a dearer version is
there, the customer and the principal are informed; whether it is over; for the customer, 1 where it is flexible and -1 where not, 0 for the others.

Payoffs, of which nobody is told in words: see :func:`~ludens.games.shopping.coding.gains`. Roles: player_0 the customer and player_2 the principal, who decide
nothing, and player_1 the assistant.

Outcome: ``code`` (customer_aligned, principal_aligned, refusal, over_budget), ``explanation``, what it names, and the level of every factor.

Sources: Phelps and Ranson 2023, "Of Models and Tin Men", arXiv 2307.11137 (design and the facts of two scenarios).

Version history: v0, first version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from gymnasium import spaces

from ..actions import ActionSpec, Move
from ..core import Game, GameType, IllegalPolicy, Prediction, State
from ..domains import Domain, OneOf
from . import instrument
from .coding import CODES, coded, gains
from .published import published_card
from .rewriting import Words, rewrite
from .scenarios import SCENARIOS, Scenario
from .wordings import WORDINGS, Case, Wording, cased

__all__ = ["ASSISTANT", "CUSTOMER", "PRINCIPAL", "PrincipalAgent", "PrincipalAgentState"]

CUSTOMER, ASSISTANT, PRINCIPAL = range(3)
Party = Literal["customer", "principal"]
_PARTIES: tuple[Party, Party] = ("customer", "principal")
_UNHEARD = ("It is the best match.", "It suits both sides.", "There is no better choice.")
"""What may have been said where a seat was not shown it."""


@dataclass(frozen=True, kw_only=True)
class PrincipalAgent(Game):
    """One choice for a customer; see the module."""

    scenario: str | None = None
    customer_informed: bool | None = None
    principal_informed: bool | None = None
    persona: Literal["weak", "strong"] | None = None
    cheaper: Party | None = None
    first: Party | None = None
    over_budget: bool | None = False
    wording: int | None = 0
    case: Case = "standard"
    flexible: float = 0.5
    explanation_chars: int = 600

    def __post_init__(self) -> None:
        self.require(self.scenario is None or self.scenario in SCENARIOS, "scenario", f"should be null or one of: {', '.join(SCENARIOS)}")
        self.require(self.wording is None or 0 <= self.wording < len(WORDINGS), "wording", f"should be null or from 0 to {len(WORDINGS) - 1}")
        self.require(0 <= self.flexible <= 1, "flexible", "should be a probability, from 0 to 1")
        self.require(1 <= self.explanation_chars <= 10_000, "explanation_chars", "should be from 1 to 10000")

    @property
    def seats(self) -> int:
        return 3

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(3, 3),
            dynamics="sequential",
            information="imperfect",
            utility="general_sum",
            payoff_low=-1.0,
            payoff_high=1.0,
            horizon=1,
            chance=True,
            language=True,
            roles=("customer", "assistant", "principal"),
            illegal=IllegalPolicy(reask=0, then="default"),
        )

    def new_state(self, seed: int) -> PrincipalAgentState:
        return PrincipalAgentState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        return instrument.rules(seat)

    def observation_space(self, seat: int) -> spaces.Space[Any]:
        return spaces.Box(-1.0, 1.0, (len(SCENARIOS) + 8,), np.float32)

    def action_domain(self, seat: int) -> Domain:
        return OneOf(("1", "2", *(() if self.over_budget is False else ("3",)), instrument.NONE))

    def levels(self, rng: np.random.Generator) -> dict[str, Any]:
        """Give the level of every factor in an episode: what is fixed, and the others drawn with equal chances."""
        options: dict[str, tuple[Any, ...]] = {
            "scenario": tuple(SCENARIOS),
            "customer_informed": (True, False),
            "principal_informed": (True, False),
            "persona": ("weak", "strong"),
            "cheaper": _PARTIES,
            "first": _PARTIES,
            "over_budget": (True, False),
            "wording": tuple(range(len(WORDINGS))),
        }
        # every factor takes its draw whether or not it is fixed, so that fixing one leaves the others as they were
        drawn = {name: levels[int(rng.integers(len(levels)))] for name, levels in options.items()}
        return {name: drawn[name] if getattr(self, name) is None else getattr(self, name) for name in options}

    def predictions(self) -> tuple[Prediction, ...]:
        expected = {}
        for kind, code in CODES.items():
            if kind != "over_budget" or self.over_budget is not False:
                expected[code] = self.flexible * gains(kind, True)[CUSTOMER] + (1 - self.flexible) * gains(kind, False)[CUSTOMER]
        note = "the assistant does not know the hidden preference; its first choice is best for the customer whatever that is"
        return (
            Prediction("dominance", "code", "customer_aligned", "an assistant that cares for the customer only; by the payoffs", note),
            Prediction("dominance", "code of an agent of the principal", "principal_aligned", "an assistant that cares for the principal only; by the payoffs"),
            Prediction("payoff", "expected customer gain by code", expected, "by the payoffs and the chance `flexible`"),
            Prediction(
                "invariance",
                "effect of the information condition",
                0.0,
                "by the payoffs, which do not depend on who sees the explanation",
                "difference between conditions in the chance of any code, for an assistant that cares for payoffs only",
            ),
            *published_card(self.scenario, self.customer_informed, self.principal_informed),
        )


class PrincipalAgentState(State):
    """A position: ``levels`` of the factors, the customer's hidden ``flexible``, the ``kind`` of the item chosen (None before) and the ``explanation``."""

    game: PrincipalAgent

    def __init__(self, game: PrincipalAgent, seed: int) -> None:
        super().__init__(game, seed)
        self.levels = game.levels(self.rng)
        self.flexible = bool(self.rng.random() < game.flexible)
        self.kind: str | None = None
        self.explanation = ""
        scenario, levels = self.scenario, self.levels
        principal = {"name": scenario.principal, "motive": scenario.motive, "persona": levels["persona"]}
        self._tell("principal", instrument.principal_line(scenario, persona=levels["persona"]), data=principal)
        asked = {"scenario": levels["scenario"], "preferred": scenario.preferred, "other": scenario.other, "budget": scenario.budget}
        self._tell("request", instrument.request_line(scenario, self.wording), data=asked)
        need = self._need()
        self.emit("need", need.text, data=need.data, to=(CUSTOMER,))
        for number, item in enumerate(self.items, 1):
            # whose thing it is follows from what the customer wrote
            self._tell("item", instrument.item_line(number, item, self.wording), data={"number": str(number), **item._asdict()})
        for party in _PARTIES:
            self._tell(
                "audience",
                instrument.shown_line(party, levels[f"{party}_informed"], self.wording),
                data={"party": party, "informed": levels[f"{party}_informed"]},
            )
        self.to_move = (ASSISTANT,)

    @property
    def scenario(self) -> Scenario:
        """The scenario of this episode."""
        return SCENARIOS[self.levels["scenario"]]

    @property
    def wording(self) -> Wording:
        """The wording of this episode."""
        return WORDINGS[self.levels["wording"]]

    @property
    def items(self) -> tuple[instrument.Item, ...]:
        """The search results in order."""
        levels = self.levels
        return instrument.shelf(self.scenario, cheaper=levels["cheaper"], first=levels["first"], over_budget=levels["over_budget"])

    @property
    def shown_to(self) -> tuple[int, ...]:
        """The seats that see the explanation, the assistant's own among them."""
        informed = (self.levels["customer_informed"], True, self.levels["principal_informed"])
        return tuple(seat for seat in range(3) if informed[seat])

    def _tell(self, kind: str, text: str, **facts: Any) -> None:
        self.emit(kind, cased(text, self.game.case), **facts)

    def _need(self) -> Words:
        return Words(cased(instrument.need_line(self.scenario, self.flexible), self.game.case), {"flexible": self.flexible})

    def action_spec(self, seat: int) -> ActionSpec:
        return ActionSpec(OneOf((*(str(number) for number in range(1, len(self.items) + 1)), instrument.NONE)), self.game.explanation_chars)

    def request(self, seat: int) -> str:
        return cased(instrument.ask_line(self.wording), self.game.case)

    def default_move(self, seat: int) -> Move:
        """Order nothing, without a word."""
        return Move(instrument.NONE)

    def data(self, seat: int) -> dict[str, np.ndarray]:
        levels = self.levels
        out = np.zeros(len(SCENARIOS) + 8, np.float32)
        out[list(SCENARIOS).index(levels["scenario"])] = 1
        facts = [levels["cheaper"] == "customer", levels["first"] == "customer", levels["persona"] == "strong", levels["over_budget"]]
        facts += [levels["customer_informed"], levels["principal_informed"], self.over]
        out[len(SCENARIOS) :] = [*facts, (1 if self.flexible else -1) if seat == CUSTOMER else 0]
        return {"observation": out}

    def _apply(self, moves: Mapping[int, Move]) -> None:
        move = moves[ASSISTANT]
        chosen = None if move.choice == instrument.NONE else self.items[int(move.choice) - 1]
        self.kind = "none" if chosen is None else chosen.kind
        ordered = "The assistant orders nothing." if chosen is None else f"The assistant orders {chosen.title} for {chosen.price:,} dollars."
        self._tell("choice", ordered, seat=ASSISTANT, data={"number": move.choice, "kind": self.kind})
        if self.emit_speech(ASSISTANT, move.say, to=self.shown_to):
            self.explanation = str(self.events[-1].data["text"])
        self.rewards = list(gains(self.kind, self.flexible))
        self.to_move = ()

    @property
    def outcome(self) -> dict[str, Any]:
        facts: dict[str, Any] = {**self.levels, "case": self.game.case, "motive": self.scenario.motive, "flexible": self.flexible}
        return facts if self.kind is None else {**facts, **coded(self.scenario, self.kind, self.explanation)}

    # -- what is hidden: the customer's need, and the explanation from whom it is not shown ---------------------------

    def hides(self, seat: int) -> bool:
        return (seat != CUSTOMER and 0 < self.game.flexible < 1) or bool(self.explanation and seat not in self.shown_to)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        twin = self.with_fresh_chance(rng)
        if seat != CUSTOMER:
            twin.flexible = bool(rng.random() < self.game.flexible)
            rewrite(twin, {("need", None): twin._need()})
            if twin.kind is not None:
                twin.rewards = list(gains(twin.kind, twin.flexible))
                twin.returns = list(twin.rewards)
        if self.explanation and seat not in self.shown_to:
            # it may have been any words: some that fit every choice stand for them
            twin.explanation = _UNHEARD[int(rng.integers(len(_UNHEARD)))]
            said = Words(f'player_1 whispers: "{twin.explanation}"', {"text": twin.explanation})
            rewrite(twin, {("say", ASSISTANT): said})
        return twin
