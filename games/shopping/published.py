"""What the published principal-agent study counted, and prediction cards made of it.

Counts are worked out from the study's stored data (phelps-sg/llm-cooperation, results of the experiment ``principalagent``), 30 completions a cell; what is
missing had no choice that could be read. The study itself reports figures; its own tests, if any, were not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..core import Prediction

__all__ = ["CAR", "FILM", "Counts", "Told", "pooled", "published_card"]

SOURCE = "Phelps and Ranson (2023), arXiv 2307.11137; counted from the study's stored data"


class Told(NamedTuple):
    """The information condition: who is told the explanation."""

    customer: bool
    principal: bool


class Counts(NamedTuple):
    """Choices in a cell: the customer's first choice, the principal's thing, none that could be read."""

    customer: int
    principal: int
    missing: int


BOTH, CUSTOMER, PRINCIPAL, NEITHER = Told(True, True), Told(True, False), Told(False, True), Told(False, False)

CAR: dict[tuple[str, float, Told], Counts] = {
    ("gpt-3.5-turbo", 0.2, BOTH): Counts(10, 18, 2),
    ("gpt-3.5-turbo", 0.2, CUSTOMER): Counts(29, 0, 1),
    ("gpt-3.5-turbo", 0.2, PRINCIPAL): Counts(9, 21, 0),
    ("gpt-3.5-turbo", 0.2, NEITHER): Counts(18, 0, 12),
    ("gpt-3.5-turbo", 0.6, BOTH): Counts(7, 23, 0),
    ("gpt-3.5-turbo", 0.6, CUSTOMER): Counts(22, 0, 8),
    ("gpt-3.5-turbo", 0.6, PRINCIPAL): Counts(11, 18, 1),
    ("gpt-3.5-turbo", 0.6, NEITHER): Counts(21, 2, 7),
    ("gpt-4", 0.2, BOTH): Counts(0, 30, 0),
    ("gpt-4", 0.2, CUSTOMER): Counts(0, 30, 0),
    ("gpt-4", 0.2, PRINCIPAL): Counts(0, 30, 0),
    ("gpt-4", 0.2, NEITHER): Counts(0, 30, 0),
    ("gpt-4", 0.6, BOTH): Counts(0, 30, 0),
    ("gpt-4", 0.6, CUSTOMER): Counts(0, 30, 0),
    ("gpt-4", 0.6, PRINCIPAL): Counts(0, 30, 0),
    ("gpt-4", 0.6, NEITHER): Counts(7, 23, 0),
}
"""The car scenario by model, temperature and condition."""
FILM: dict[str, Counts] = {"gpt-3.5-turbo": Counts(0, 232, 8), "gpt-4": Counts(0, 240, 0)}
"""The film scenario by model, all conditions and temperatures together."""


def pooled(model: str, told: Iterable[Told]) -> Counts:
    """Add up the car scenario's cells of a model over temperatures and the given conditions."""
    wanted = set(told)
    cells = [counts for (name, _, condition), counts in CAR.items() if name == model and condition in wanted]
    return Counts(*(sum(column) for column in zip(*cells, strict=True)))


def published_card(scenario: str | None, customer_informed: bool | None, principal_informed: bool | None) -> tuple[Prediction, ...]:
    """State the published shares of principal-aligned choices for the conditions that a game allows; None stands for a factor that is drawn."""
    cards = []
    if scenario in ("car", None):
        told = [
            Told(customer, principal)
            for customer in ((True, False) if customer_informed is None else (customer_informed,))
            for principal in ((True, False) if principal_informed is None else (principal_informed,))
        ]
        for model in ("gpt-3.5-turbo", "gpt-4"):
            cells = {_named(condition): pooled(model, [condition]) for condition in told}
            shares = {name: counts.principal / (counts.customer + counts.principal) for name, counts in cells.items()}
            tally = "; ".join(f"{name} {counts.principal} of {counts.customer + counts.principal}, {counts.missing} missing" for name, counts in cells.items())
            note = f"{model}, scenario car, by who was told, temperatures 0.2 and 0.6 together, share of what could be read: {tally}"
            cards.append(Prediction("language_model", "principal_aligned", {model: shares}, SOURCE, note))
    if scenario in ("film", None):
        shares = {model: counts.principal / (counts.customer + counts.principal) for model, counts in FILM.items()}
        tally = "; ".join(f"{model} {counts.principal} of {counts.customer + counts.principal}, {counts.missing} missing" for model, counts in FILM.items())
        caveat = "training for safety explains this as well as the principal's guidelines"
        note = f"scenario film, all conditions and both temperatures, share of what could be read: {tally}; {caveat}"
        cards.append(Prediction("language_model", "principal_aligned", shares, SOURCE, note))
    return tuple(cards)


def _named(told: Told) -> str:
    return {BOTH: "both", CUSTOMER: "customer", PRINCIPAL: "principal", NEITHER: "neither"}[told]
