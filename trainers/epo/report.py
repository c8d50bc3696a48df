"""What a strategist learnt, as tables: what it says in which state and to whom, what that is worth, and games of before and after to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from ...arena.record import Episode
from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ...games.core import Game, seat_name
from ..paired import edge
from .measuring import Measured
from .playing import share_of
from .process import progress_at
from .talks import Strategy, strategies, told

__all__ = ["findings"]

_MOST = 8
"""Strategies with a column of their own."""
_THIRDS = ("in the lowest third", "in the middle third", "in the highest third")


def findings(rounds: Sequence[Mapping[str, Any]], measured: Sequence[Measured]) -> Findings:
    """Lay out rounds, and what the strategist says before and after them.

    Args:
        rounds: facts of the rounds, in order.
        measured: the strategist ``before`` and ``after`` on the same deals.
    """
    own = [item for item in measured if item.actor == "its own"]
    names = _names(own)
    tables = [_worth(measured), *(_states(own, names)), _responses(own, names), *_read(own)] if measured else []
    notes = (
        "Shares are of all strategies said on the deals of the measurement, at the temperature of training.",
        "Differences are paired by deal; their intervals are Student's t over deals. A strategist that says what its actor does anyway changes nothing.",
    )
    about = "A strategist says a short strategy before each move of an actor, which is not trained. Before: as it began, after its warm start."
    return Findings("epo", "A strategist, before and after", about, tuple(tables), _curves(rounds), notes)


def _worth(measured: Sequence[Measured]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for item in measured:
        earned = {name: item.earned(name) for name in item.episodes}
        means = (round(float(earned[name].mean()), 3) for name in ("before", "after", "drawn", "alone"))
        ahead = edge(earned["after"], earned["before"])
        rows.append(
            (f"{item.game.made_as}: opponents {item.opponents}, {item.actor if item.actor != 'its own' else 'its own actor'}", len(item.deals), *means, ahead)
        )
    about = "Mean payoff in the game's unit: before and after training, with strategies drawn at random, and the actor alone; difference of after to before."
    return DataTable("What it is worth", about, ("game, opponents, actor", "deals", "before", "after", "drawn", "alone", "difference"), tuple(rows))


# -- what is said -------------------------------------------------------------------------------------------------------


def _said(item: Measured, player: str) -> Iterator[tuple[Episode, int, str, list[Strategy]]]:
    """A player's episodes with the seat, the others' names, and the strategies that could be read."""
    for episode, deal in zip(item.episodes[player], item.deals, strict=True):
        others = ", ".join(other.name for seat, other in enumerate(deal.others) if seat != deal.seat)
        yield episode, deal.seat, others or "nobody", [strategy for strategy in strategies(episode, deal.seat) if strategy.read]


def _name(strategy: Strategy) -> str:
    return strategy.text.rpartition(":")[2].strip()[:40]


def _names(measured: Sequence[Measured]) -> list[str]:
    counts = Counter(_name(strategy) for item in measured for player in ("before", "after") for *_, said in _said(item, player) for strategy in said)
    return [name for name, _ in counts.most_common(_MOST)]


def _shares(counts: Counter[str], names: Sequence[str]) -> tuple[Cell, ...]:
    total = sum(counts.values())
    return tuple(round(counts[name] / total, 3) if total else None for name in names)


def _states(measured: Sequence[Measured], names: Sequence[str]) -> Iterator[DataTable]:
    for game in dict.fromkeys(item.game for item in measured):
        found: dict[str, dict[str, Counter[str]]] = {}
        for item in measured:
            for player in ("before", "after"):
                for episode, seat, _, said in _said(item, player) if item.game == game else ():
                    reached = progress_at(episode, game, seat, [strategy.turn for strategy in said])
                    for number, (strategy, progress) in enumerate(zip(said, reached, strict=True)):
                        for state in (_when(number), _standing(game, progress)):
                            found.setdefault(state, {}).setdefault(player, Counter())[_name(strategy)] += 1
        rows = tuple(
            (f"{state}, {player}", sum(counts.values()), *_shares(counts, names))
            for state in sorted(found, key=_order)
            for player in ("before", "after")
            if (counts := found[state].get(player))
        )
        about = (
            "Shares of strategies by the number of the seat's move, and by how far it has come when the strategy is said: what the other side's last offer "
            "is worth to it where offers are made, the passages found in retrieval, else what it earned, from the game's lowest payoff to its highest."
        )
        yield DataTable(f"Strategies by state: {game.made_as}", about, ("state", "said", *names), rows)


def _when(number: int) -> str:
    return f"move {number + 1}" if number < 4 else "move 5 or later"


def _standing(game: Game, progress: float) -> str:
    low, high = game.type.payoff_low, game.type.payoff_high
    share = (progress - low) / (high - low) if high > low else 0.0
    return f"progress {_THIRDS[min(max(int(share * 3), 0), 2)]}"


def _order(state: str) -> tuple[bool, int, str]:
    return state.startswith("progress"), next((place for place, third in enumerate(_THIRDS) if third in state), 0), state


def _responses(measured: Sequence[Measured], names: Sequence[str]) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for item in measured:
        counts: dict[str, Counter[str]] = {}
        met: dict[str, list[int]] = {}
        for number, (_, _, others, said) in enumerate(_said(item, "after")):
            counts.setdefault(others, Counter()).update(_name(strategy) for strategy in said)
            met.setdefault(others, []).append(number)
        before, after = item.earned("before"), item.earned("after")
        for others in sorted(met, key=lambda name: -len(met[name]))[:20]:
            at = met[others]
            ahead = edge(after[at], before[at])
            label = f"{item.game.made_as}: {others} ({item.opponents})"
            rows.append((label, len(at), round(float(before[at].mean()), 3), round(float(after[at].mean()), 3), ahead, *_shares(counts[others], names)))
    about = "What it earned against each opponent, and the shares of what it says to its actor there after training."
    return DataTable("Learnt responses", about, ("opponent", "deals", "before", "after", "difference", *names), tuple(rows))


# -- to read ------------------------------------------------------------------------------------------------------------


def _read(measured: Sequence[Measured]) -> Iterator[DataTable]:
    """The deal that gained most, and the one that lost most."""
    if not measured:
        return
    item = measured[0]
    gains = item.earned("after") - item.earned("before")
    for title, chosen in (("The deal that gained most", int(np.argmax(gains))), ("The deal that lost most", int(np.argmin(gains)))):
        if gains[chosen] == 0:
            continue
        deal = item.deals[chosen]
        seats = ", ".join(other.name for seat, other in enumerate(deal.others) if seat != deal.seat)
        both = [_dialogue(item.episodes[player][chosen], deal.seat) for player in ("before", "after")]
        steps = enumerate(zip_longest(*both, fillvalue=("", "")))
        # before the first strategy there may be nothing to see
        rows = tuple((f"{number}", *before, *after) for number, (before, after) in steps if any((*before, *after)))
        parts = (f"{player} {item.episodes[player][chosen].returns[deal.seat]:.2f}" for player in ("before", "after"))
        shares = (f"{share_of(item.episodes[player][chosen], item.game, deal.seat):.2f}" for player in ("before", "after"))
        about = f"{item.game.label}, {seat_name(deal.seat)} against {seats or 'nobody'}: {', '.join(parts)} {item.game.type.unit} (shares {', '.join(shares)})."
        yield DataTable(title, about, ("step", "before: strategy", "before: what was seen next", "after: strategy", "after: what was seen next"), rows)


def _dialogue(episode: Episode, seat: int) -> list[tuple[str, str]]:
    """The strategies of a seat, each with what the seat saw from there to the next one; first what it saw before any."""
    said = {strategy.turn: _name(strategy) for strategy in strategies(episode, seat)}
    found: list[tuple[str, list[str]]] = [("", [])]
    for turn, lines in told(episode, seat):
        found[-1][1].extend(lines)
        if turn in said:
            found.append((said[turn], []))
    return [(strategy, " ".join(lines)) for strategy, lines in found]


# -- rounds -------------------------------------------------------------------------------------------------------------


def _curves(rounds: Sequence[Mapping[str, Any]]) -> tuple[Curves, ...]:
    if not rounds:
        return ()
    names = list(dict.fromkeys(name for facts in rounds for name in facts["strategies"]))[:_MOST]
    shares = tuple((name, tuple((float(number), Estimate(facts["strategies"].get(name, 0.0))) for number, facts in enumerate(rounds, 1))) for name in names)
    outcome = (("outcome", tuple((float(number), Estimate(facts["outcome"])) for number, facts in enumerate(rounds, 1))),)
    return (
        Curves("Outcome by round", "Mean outcome of the round's episodes, from 0 to 1; each round has deals of its own.", "round", "outcome", outcome),
        Curves("Strategies by round", "Share of each strategy among those said in the round.", "round", "share", shares),
    )
