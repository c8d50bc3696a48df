"""What players chose in normal-form games, and the measures that make sense of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from ...arena.record import Decision, Episode
from ...errors import LudensError
from ...games.actions import Status
from ...games.matrix.generated import RingNetwork
from ...games.matrix.rules import TALK, MatrixGame
from .fit import Floats, Ints
from .levels import cognitive_hierarchy, rationality_orders
from .quantal import logit_response, quantal_response
from .repeated import OUTCOMES, SFEM_STRATEGIES, memory_one, outcome_counts, strategy_shares
from .rows import Row, Writer

__all__ = ["MatrixChoices", "matrix_rows", "meant", "read_matrix"]

_LARGEST = 4096
"""Entries of the largest payoff table whose equilibria are followed."""
_RESPONSE, _EQUILIBRIUM = "lambda, response to what was played", "lambda, quantal response equilibrium"
_RATES = {name: "cooperation, first round" if name == "first" else f"cooperation after {name.upper()}" for name in OUTCOMES}
_STRATEGIES = {name: f"share of {name}" for name in SFEM_STRATEGIES} | {"tremble": "tremble of strategies"}


class MatrixChoices(NamedTuple):
    """What one player chose.

    Attributes:
        cluster: seed of the episode, of shape ``(choices,)``.
        seat: where it sat.
        action: canonical index of its action.
        matches: per episode and seat, own and other's actions by round; of games of two seats only.
        match_clusters: seed of each match.
        left_out: choices that the game made for it.
    """

    cluster: Ints
    seat: Ints
    action: Ints
    matches: tuple[tuple[Ints, Ints], ...]
    match_clusters: Ints
    left_out: int


def meant(decision: Decision) -> bool:
    """Tell whether the player itself chose."""
    return decision.choice is not None and decision.status not in (Status.DEFAULTED, Status.FORFEITED)


def _rounds(game: MatrixGame, episode: Episode) -> Iterator[dict[int, Decision]]:
    """Give the decisions of each round that all seats finished, by seat."""
    for _, turn in groupby(episode.decisions, key=lambda decision: decision.turn):
        made = {decision.seat: decision for decision in turn}
        if len(made) == game.seats and all(decision.choice is not None and decision.choice != TALK for decision in made.values()):
            yield made


def read_matrix(game: MatrixGame, episodes: Iterable[Episode]) -> dict[str, MatrixChoices]:
    """Collect what each player chose, by its hash; a match in which the game moved for a seat is cut there.

    Args:
        game: the rules.
        episodes: what was played of it.
    """
    choices: dict[str, list[tuple[int, int, int]]] = {}
    matches: dict[str, list[tuple[int, Ints, Ints]]] = {}
    left: dict[str, int] = {}
    for episode in episodes:
        joint, whole = [], True
        for made in _rounds(game, episode):
            actions = [game.index[seat][made[seat].choice] for seat in range(game.seats)]
            for seat, decision in made.items():
                player = episode.seats[seat].hash
                if meant(decision):
                    choices.setdefault(player, []).append((episode.seed, seat, actions[seat]))
                else:
                    left[player] = left.get(player, 0) + 1
            whole = whole and all(map(meant, made.values()))
            if whole:
                joint.append(actions)
        if game.seats == 2 and joint:
            rows = np.array(joint, np.int64).T
            for seat in (0, 1):
                matches.setdefault(episode.seats[seat].hash, []).append((episode.seed, rows[seat], rows[1 - seat]))
    out = {}
    for player in sorted({*choices, *left}):
        columns = np.array(choices.get(player, []), dtype=object).reshape(-1, 3)
        played = matches.get(player, [])
        seeds = np.unique([*columns[:, 0].tolist(), *(match[0] for match in played)])
        out[player] = MatrixChoices(
            np.searchsorted(seeds, columns[:, 0].astype(seeds.dtype)),
            columns[:, 1].astype(np.int64),
            columns[:, 2].astype(np.int64),
            tuple((own, other) for _, own, other in played),
            np.searchsorted(seeds, np.array([match[0] for match in played], dtype=seeds.dtype)),
            left.get(player, 0),
        )
    return out


def matrix_rows(game: MatrixGame, key: str, episodes: Iterable[Episode], *, level: float = 0.95) -> Iterator[Row]:
    """Measure each player's choices.

    Args:
        game: the rules.
        key: hash of the game.
        episodes: what was played of it.
        level: coverage of the intervals aimed at.
    """
    found = read_matrix(game, episodes)
    for player, made in found.items():
        if not len(made.action):
            continue
        write = Writer(key, player, f"{made.left_out} choices that the game made for it are left out" if made.left_out else "", level)
        if isinstance(game, RingNetwork):
            yield from _orders(game, made, write)
        elif game.cooperative is not None and game.seats == 2:
            yield from _cooperation(game, made, write)
        if game.rounds == 1 or game.type.utility in ("zero_sum", "constant_sum"):
            yield from _precision(game, made, _shares(game, found), write)


def _shares(game: MatrixGame, found: dict[str, MatrixChoices]) -> list[Floats]:
    """Give how often each action was taken in each seat, by all players together."""
    seat, action = (np.concatenate([getattr(made, name) for made in found.values()]) for name in ("seat", "action"))
    out = []
    for number, names in enumerate(game.actions):
        counts = np.bincount(action[seat == number], minlength=len(names)).astype(float)
        out.append(counts / counts.sum() if counts.sum() else np.full(len(names), 1 / len(names)))
    return out


def _precision(game: MatrixGame, made: MatrixChoices, beliefs: list[Floats], write: Writer) -> Iterator[Row]:
    played = len(made.action)
    here: dict[str, Any] = {"clusters": made.cluster, "level": write.level}
    note = "; ".join(["each round taken as a game of its own"] * (game.rounds > 1) + ["the players were not told all payoffs"] * (game.show_payoffs != "all"))
    try:
        yield from write.fit(logit_response(game.table, made.seat, made.action, beliefs, **here), {"lambda": _RESPONSE}, note=note)
    except LudensError as problem:
        yield write.untold(_RESPONSE, played, str(problem))
    if game.table.size > _LARGEST:
        yield write.untold(_EQUILIBRIUM, played, f"a table of more than {_LARGEST} payoffs is not followed")
        return
    try:
        yield from write.fit(quantal_response(game.table, made.seat, made.action, **here), {"lambda": _EQUILIBRIUM}, note=note)
    except LudensError as problem:
        yield write.untold(_EQUILIBRIUM, played, str(problem))
    if game.rounds == 1:
        yield from write.fit(cognitive_hierarchy(game.table, made.seat, made.action, **here), {"tau": "tau"}, note=note)


def _orders(game: RingNetwork, made: MatrixChoices, write: Writer) -> Iterator[Row]:
    need = game.seats - made.seat
    solved = made.action == np.array(game.solution)[made.seat]
    sizes = np.array([len(names) for names in game.actions])[made.seat]
    for order in np.unique(need):
        here = need == order
        yield write.mean(f"solved, order {order}", solved[here], made.cluster[here], note=f"{1 / sizes[here][0]:.3g} by guessing")
    shares = rationality_orders(np.zeros(len(need), np.int64), need, solved, sizes, level=write.level)
    why = "likeliest order where the player is of one, and guesses beyond it"
    if never := [str(order) for order in range(1, game.seats + 1) if order not in need]:
        why += f"; it never sat where {', '.join(never)} steps are needed"
    found = write.untold("order of rationality", len(need), why)
    yield found._replace(estimate=float(shares.posterior[0].argmax()), units=len(np.unique(made.cluster)))


def _cooperation(game: MatrixGame, made: MatrixChoices, write: Writer) -> Iterator[Row]:
    repeated = game.rounds > 1
    yield write.mean("cooperation, repeated" if repeated else "cooperation, one shot", made.action == game.cooperative, made.cluster)
    if not repeated or not made.matches or any(len(names) != 2 for names in game.actions):
        return
    if game.tremble or game.monitoring != "perfect":
        yield write.untold("strategy", len(made.action), "what was meant and what was seen differ in this game: no strategy is estimated")
        return
    # 0 is to cooperate
    matches = made.matches if game.cooperative == 0 else tuple((1 - own, 1 - other) for own, other in made.matches)
    rates = write.fit(memory_one(matches, clusters=made.match_clusters, level=write.level), _RATES)
    came = outcome_counts(matches)[0]
    for row, often in zip(rates, came.T, strict=True):
        yield row._replace(n=int(often.sum()), units=len(np.unique(made.match_clusters[often > 0])))
    yield from write.fit(strategy_shares(matches, level=write.level).fit, _STRATEGIES, note="each match taken to be of one strategy")
