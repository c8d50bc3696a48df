"""The words of the negotiation games: rules, events and requests that several of them share."""

from __future__ import annotations

from collections.abc import Sequence

from ..core import seat_name
from ..words import listed, number

__all__ = ["amount", "bundle", "measure", "one", "protocol", "several"]

_UNCOUNTED = ("wood", "water", "food")


def measure(value: float, unit: str) -> str:
    """Write a payoff with its unit: ``"1 point"``, ``"2.5 points"``."""
    return f"{number(value)} {unit.removesuffix('s') if value == 1 else unit}"


def amount(count: int, name: str) -> str:
    """Write a count and a noun: ``"1 book"``, ``"3 books"``."""
    return f"{count} {name if count == 1 else several(name)}"


def several(name: str) -> str:
    """Write the plural of a noun; what is not counted has none: ``"books"``, ``"water"``."""
    return name if name.endswith(("s", *_UNCOUNTED)) else f"{name}s"


def one(name: str) -> str:
    """Write a noun with its article: ``"a book"``, ``"an apple"``, ``"water"``."""
    if name.endswith(_UNCOUNTED):
        return name
    return f"an {name}" if name.startswith(("a", "e", "i", "o")) else f"a {name}"


def bundle(counts: Sequence[int], names: Sequence[str]) -> str:
    """Write a bundle of items in words; ``"nothing"`` when it is empty."""
    return listed(amount(count, name) for count, name in zip(counts, names, strict=True) if count)


def protocol(
    *,
    deadline: int,
    disclose_deadline: bool,
    breakdown: float,
    discount: Sequence[float],
    outside: Sequence[float],
    unit: str,
    first: int,
    walk: bool,
    talk: bool,
    reject_ends: bool,
    offers_lapse: bool,
    last_answers_only: bool,
    counter_only: bool,
    one_proposer: bool,
    say_chars: int,
) -> str:
    """State the protocol of two alternating negotiators in words, one sentence a parameter that matters."""
    lines = [f"The two sides act in turn; {seat_name(first)} begins."]
    if one_proposer:
        lines.append(f"{seat_name(first)} proposes; {seat_name(1 - first)} accepts or rejects.")
    elif counter_only:
        lines.append("To act is to propose; an open offer can also be accepted, and a new proposal turns it down.")
    else:
        lines.append("To act is to propose an agreement, or to accept or reject the other side's open offer.")
    if talk:
        lines.append("A side may also just talk.")
    if walk:
        lines.append("A side may walk away, which ends the negotiation without an agreement.")
    if reject_ends:
        lines.append("A rejection ends the negotiation without an agreement.")
    elif not counter_only:
        lines.append("A rejection passes the turn; the negotiation goes on.")
    if offers_lapse:
        lines.append("An offer lapses when the side it was made to does anything but accept it.")
    else:
        lines.append("A side's latest offer can be accepted until that side makes another one or it is rejected.")
    if disclose_deadline:
        lines.append(f"After {deadline} acts in all the negotiation ends without an agreement.")
    else:
        lines.append("The negotiation ends without an agreement at some point that you are not told.")
    if last_answers_only:
        lines.append("The last act cannot propose: it accepts or rejects.")
    if breakdown:
        lines.append(f"After the second act and each later one the talks break down with probability {breakdown:g}, without an agreement.")
    if any(factor < 1 for factor in discount):
        factors = f"{discount[0]:g} for player_0 and {discount[1]:g} for player_1"
        lines.append(f"Time costs: from the third act on, every act multiplies what a side will earn by its factor, {factors}.")
    lines.append(f"Without an agreement player_0 earns {measure(outside[0], unit)} and player_1 earns {measure(outside[1], unit)}.")
    if say_chars:
        lines.append("With each act you may say something to the other side. Words bind nobody, and nobody checks whether they are true.")
    lines.append(f"Your aim is to earn as many {unit} as you can.")
    return " ".join(lines)
