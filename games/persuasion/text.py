"""The words of the persuasion game: rules, evidence, claims and requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core import seat_name
from ..words import listed, number

if TYPE_CHECKING:
    from .rules import Persuasion

__all__ = ["claimed", "evidence", "pieces", "position", "rules"]


def rules(game: Persuasion, seat: int | None) -> str:
    """State the rules, one sentence a parameter that matters."""
    low, high = game.evidence
    other = (1 - game.reliability) / (game.options - 1)
    count = pieces(high) if low == high else f"{low} to {pieces(high)}, each number alike likely"
    lines = [
        f"Two players discuss a question with {game.options} possible answers, {listed(game.names)}. One is right, each as likely as any other.",
        f"Each player privately gets evidence: {count}.",
        f"Each piece points to the right answer with chance {number(game.reliability)} and to each other answer with chance {number(other)}.",
        f"{seat_name(game.first)} speaks first; then both act in turn, {game.acts} acts in all.",
        "To act is to claim an answer with a number of pieces that point to it; or, once you have claimed one, to stand by it, or to accept the other's.",
    ]
    if game.asking:
        lines.append("Or you ask whether the other is sure.")
    lines.append("Claims need not be true.")
    lines.append("When both say the same, or the acts are over, both give a final answer at the same time.")
    if game.payoff == "own":
        pays = "You earn 1 point if your final answer is right, else 0."
    elif game.misleaders:
        pays = "You earn the share of right final answers among those who are no misleaders, from 0 to 1 points."
    else:
        pays = "Both earn the share of right final answers, from 0 to 1 points."
    lines.append(pays if seat is not None else pays.replace("You earn", "A player earns").replace("your", "its"))
    if game.misleaders:
        paid = f"{number(game.bounty)} {'point' if game.bounty == 1 else 'points'}"
        chance = f"Each player, for itself, is a misleader with chance {number(game.misleaders)}, and only it is told:"
        lines.append(f"{chance} it earns {paid} if the other's final answer is wrong, else 0.")
    return " ".join(lines)


def pieces(count: int) -> str:
    """Write a number of pieces: ``"1 piece"``, ``"3 pieces"``."""
    return f"{count} {'piece' if count == 1 else 'pieces'}"


def evidence(names: Sequence[str], tally: Sequence[int]) -> str:
    """Write how many pieces point where, most first: ``"3 for A, 1 for C and 0 for B"``."""
    return listed(f"{count} for {name}" for name, count in sorted(zip(names, tally, strict=True), key=lambda item: -item[1]))


def claimed(name: str, count: int) -> str:
    """Write a claim: ``"B, with 2 pieces"``."""
    return f"{name}, with {pieces(count)}"


def position(game: Persuasion, said: Sequence[tuple[int, int] | None], seat: int) -> str:
    """Say where both stand, as one of them sees it."""
    own, other = (None if one is None else claimed(game.names[one[0]], one[1]) for one in (said[seat], said[1 - seat]))
    yours = "You have claimed nothing." if own is None else f"You say {own}."
    return f"{yours} {seat_name(1 - seat)} {'has claimed nothing' if other is None else f'says {other}'}."
