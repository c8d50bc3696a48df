"""Retrieval in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core import seat_name
from ..words import listed

if TYPE_CHECKING:
    from .game import Retrieval
    from .knowledge import Passage

__all__ = ["ABOUT", "ask", "beginning", "page", "results", "rules", "verdict"]

ABOUT = {
    "search": "search: find passages by words that they should have, such as a name and what you want to know of it.",
    "read": "read: read in full the passage with that number in the last results.",
    "answer": "answer: give your answer, which ends the game: the bare name, year or word, without a sentence around it.",
}
_WHERE = "The library is not a part of the world you know: its people, towns, companies and books are made up."


def rules(game: Retrieval, seat: int | None) -> str:
    """State the rules."""
    who = seat_name(0)
    top = "passage" if game.top == 1 else f"{game.top} passages"
    shown = "their beginnings" if game.show == "beginnings" else "their whole text"
    lines = [
        f"{who} is asked one question and answers it from a library of {len(game.library.passages)} short passages.",
        *([] if game.questions else [_WHERE]),
        f"A search gives the titles of the {top} that match its words best, and {shown}. Rare words count most; the order of words does not count.",
        *(["What a passage tells stands after its beginning: it must be read."] if game.show == "beginnings" else []),
        "Some questions take several passages: what one tells is what to search for next.",
        f"There are {game.steps} moves in all. The answer is one of them, and nothing else is left for the last.",
        _pay(game),
    ]
    return "\n".join([*([] if seat is None else [f"You are {who}."]), *lines])


def _pay(game: Retrieval) -> str:
    if game.score == "exact":
        pay = "A right answer earns 1, any other 0; capital letters, punctuation and articles do not matter."
    else:
        pay = "The answer earns the share of words that it has in common with a right one (F1), 1 at best."
    return pay + (f" Each search costs {game.cost:g}." if game.cost else "")


def beginning(passage: Passage, chars: int) -> str:
    """Give the beginning of a passage, cut between words."""
    if len(passage.text) <= chars:
        return passage.text
    return passage.text[: chars + 1].rpartition(" ")[0] + " ..."


def results(query: str, titles: Sequence[str], shown: Sequence[str]) -> str:
    """List what a search found."""
    if not titles:
        return f'No passage has a word of "{query}".'
    return "\n".join([f'Results for "{query}":', *(f"{number}. {title}: {text}" for number, (title, text) in enumerate(zip(titles, shown, strict=True), 1))])


def page(passage: Passage) -> str:
    """Show a passage in full."""
    return f"{passage.title}: {passage.text}"


def verdict(given: str, answers: Sequence[str], right: bool) -> str:
    """Say how it ended."""
    gold = listed(answers[:3]).replace(" and ", " or ") if len(answers) > 1 else answers[0]
    return f'{seat_name(0)} answers "{given}", which is right.' if right else f'{seat_name(0)} answers "{given}". The right answer is {gold}.'


def ask(question: str, left: int) -> str:
    """Ask for the next move."""
    moves = "This is your last move: answer." if left == 1 else f"You have {left} moves left. What do you do?"
    return f"The question: {question}\n{moves}"
