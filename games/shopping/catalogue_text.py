"""The words of the catalogue: rules, what is shown, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core import seat_name
from ..words import listed, number
from .goods import KINDS, Goal, title

if TYPE_CHECKING:
    from .catalogue import Catalogue
    from .catalogue_state import CatalogueState

__all__ = [
    "ABOUT_OFFER",
    "ASK_OFFER",
    "ASK_OPENING",
    "about",
    "ask",
    "delivery",
    "goal",
    "market",
    "offer",
    "page",
    "results",
    "rules",
    "sale",
    "score",
    "stock",
]

ASK_OPENING = "Say to the sellers what you look for, as far as you want them to know it."
ASK_OFFER = "Set your prices and say how you describe your goods."
ABOUT_OFFER = (
    "markup is how much your prices lie above your costs.",
    "describe is what stands on the pages of your goods: the attributes that they have (truthful), both attributes of every good (always), or none (never).",
)
_ACTS = {
    "search": "search: look for goods by kind, colour, material and described attributes; what fits best comes first.",
    "filter": "filter: keep only the results with a feature (any keeps all) that cost at most so much.",
    "more": "more: show the next results.",
    "open": "open: open the page of a good.",
    "compare": "compare: see the pages of two goods side by side.",
}


def rules(game: Catalogue, seat: int | None) -> str:
    """State the rules as a seat is told them."""
    sellers = listed(seat_name(other) for other in range(1, game.seats))
    many = game.sellers > 1
    lines = [
        f"player_0 shops in a market; {sellers} {'sell' if many else 'sells'} its {game.goods} goods.",
        "The shopper has a goal, which the sellers do not know: a kind of good, a colour, a material, attributes, an option and a highest price.",
        "Every kind of good has two attributes that cannot be seen. Only its seller knows which of them a good has, and what it cost.",
    ]
    if game.say_chars:
        lines.append("First the shopper says something to all.")
    how = "all sellers decide at once" if many else "the seller decides"
    wishes = "colour, material, each attribute, option and price"
    lines += [
        f"Then {how} how far prices lie above costs and with which attributes goods are described; descriptions need not be true.",
        f"After that the shopper has {game.steps} moves to search, look and buy one good, which ends the game.",
        f"The shopper earns the share of its wishes that the good truly meets: {wishes}. It earns nothing for a good of another kind or without buying.",
        "The seller of the good earns its price minus its cost, divided by the cost." + (f" {_fine(game.fine)}" if game.fine else ""),
    ]
    you = [] if seat is None else [f"You are {seat_name(seat)}, {'the shopper' if seat == 0 else 'a seller' if many else 'the seller'}."]
    return "\n".join([*you, *lines])


def _fine(fine: float) -> str:
    return f"It loses {number(fine)} where the good lacks an attribute that it was described with."


def market(kinds: Sequence[str], goods: int) -> str:
    """Say what the catalogue has, and which attributes matter."""
    told = ". ".join(f"A {kind} may be {listed(KINDS[kind].attributes).replace(' and ', ' or ')} or both" for kind in kinds)
    return f"The market has {goods} goods, each a {listed(kinds).replace(' and ', ' or a ')}. {told}."


def goal(wanted: Goal) -> str:
    """State the goal."""
    return (
        f"player_0 wants a {wanted.colour} {wanted.material} {wanted.kind} that is {listed(wanted.attributes)}, in the option {wanted.option}, "
        f"for at most {wanted.most} dollars."
    )


def stock(state: CatalogueState, seat: int) -> str:
    """List a seller's goods with what only it knows of them."""
    parts = []
    for index in state.own(seat):
        good = state.goods[index]
        have = [name for name, has in zip(KINDS[good.kind].attributes, good.hidden, strict=True) if has]
        is_so = listed(have) if have else "neither attribute"
        parts.append(f"{state.game.names[index]} {title(good)} ({', '.join(good.options)}), cost {good.cost}, {is_so}")
    return f"{seat_name(seat)} sells: {'; '.join(parts)}."


def offer(seat: int, markup: int, describe: str) -> str:
    """Say what a seller has decided."""
    how = {"truthful": "with the attributes that they have", "always": "with both attributes each", "never": "without attributes"}[describe]
    return f"{seat_name(seat)} marks its goods up by {markup} percent and describes them {how}."


def results(facts: Mapping[str, Any]) -> str:
    """List results."""
    if not facts["goods"]:
        return "No goods are found."
    lines = "; ".join(f"{item['good']} {item['title']}, {item['price']} dollars, from {seat_name(item['seller'])}" for item in facts["goods"])
    many, first = facts["found"], facts["first"]
    shown = "" if len(facts["goods"]) == many else f" These are numbers {first} to {first + len(facts['goods']) - 1}:"
    return f"{many} {'good is' if many == 1 else 'goods are'} found.{shown} {lines}."


def page(facts: Mapping[str, Any]) -> str:
    """Write a good's page."""
    said = f"describes it as {listed(facts['claims'])}" if facts["claims"] else "does not describe it further"
    options = ", ".join(facts["options"])
    return f"{facts['good']}: {facts['title']} for {facts['price']} dollars. Options: {options}. {seat_name(facts['seller'])} {said}."


def sale(facts: Mapping[str, Any], option: str) -> str:
    """Say what was bought."""
    return f"player_0 buys {facts['good']}, a {facts['title']}, in the option {option}, from {seat_name(facts['seller'])} for {facts['price']} dollars."


def delivery(name: str, have: Mapping[str, bool]) -> str:
    """Say what a good turns out to be."""
    # what it is before what it is not
    words = sorted(have, key=lambda attribute: not have[attribute])
    return f"{name} turns out to be {listed(word if have[word] else f'not {word}' for word in words)}."


def score(wishes: Mapping[str, bool], kind: bool) -> str:
    """Say which wishes the purchase meets."""
    if not kind:
        return "It is not the kind of thing that was wanted."
    missed = [wish for wish, yes in wishes.items() if not yes]
    return f"It meets {sum(wishes.values())} of {len(wishes)} wishes" + (f"; not met: {listed(missed)}." if missed else ".")


def about(acts: Iterable[str], opened: str | bool) -> tuple[str, ...]:
    """Explain the acts that are open now."""
    lines = [_ACTS[act] for act in acts if act in _ACTS]
    return (*lines, *([f"buy: buy {opened}, whose page is open, in one of its options."] if opened else []), "stop: leave without buying.")


def ask(left: int) -> str:
    """Ask the shopper for its next move."""
    return f"You have {left} {'move' if left == 1 else 'moves'} left. What do you do?"
