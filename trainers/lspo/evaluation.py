"""The agents of all iterations against that of the last, on the same seeds: side by side, one side of the game at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.player import PlayerSpec
from ...analysis.resample import student_interval
from ...arena.plan import Match
from ...arena.seeds import child_seed
from ...games.core import Game, seat_name
from ...llm.chat import ChatModel
from ..matches import played

__all__ = ["Cell", "cell", "earnings", "evaluate", "sides"]

_IN_FLIGHT = 32
_LOOKS = 20


class Cell(NamedTuple):
    """One agent on one side against the last one on the others.

    Attributes:
        agent: its name.
        side: who belong to it: roles or seats.
        matches: games played.
        mean: what a member of the side earned on average.
        low, high: the 95 % interval of that (Student's t).
        won: share of the games in which the side earned something; None where payoffs are no wins and losses.
        edge, edge_low, edge_high: how much more it earned than the first agent on the same seeds, with the 95 % interval of the paired differences.
    """

    agent: str
    side: str
    matches: int
    mean: float
    low: float
    high: float
    won: float | None
    edge: float
    edge_low: float
    edge_high: float


def sides(game: Game) -> tuple[tuple[str, ...], ...]:
    """Find out who win and lose together: groups of roles, or of seats where there are none, that earned the same in some games of random play.

    Roles of one side are told by their payoffs, so that no game needs to declare them.
    """
    names = game.type.roles or tuple(seat_name(seat) for seat in range(game.seats))
    earned: dict[str, list[float]] = {name: [] for name in names}
    rng = np.random.default_rng(0)
    for seed in range(_LOOKS):
        state = game.start(seed)
        while not state.over:
            state.play({seat: state.action_spec(seat).sample(rng) for seat in state.to_move})
        for name in names:
            own = [value for seat, value in enumerate(state.returns) if _group(game, state.roles, seat) == name]
            earned[name].append(float(np.mean(own)) if own else np.nan)
    found: dict[tuple[float, ...], list[str]] = {}
    for name in names:
        found.setdefault(tuple(np.round(earned[name], 9).tolist()), []).append(name)
    return tuple(tuple(group) for group in found.values())


def _group(game: Game, roles: Sequence[str | None], seat: int) -> str:
    return str(roles[seat]) if game.type.roles else seat_name(seat)


async def evaluate(game: Game, agents: Sequence[PlayerSpec], models: Mapping[str, ChatModel], matches: int, seed: int) -> list[Cell]:
    """Play every agent, on every side, against the last agent on all others.

    Args:
        game: in words.
        agents: in order; the last is the opponent of all, itself included.
        models: by the name that players call theirs.
        matches: games a cell.
        seed: of deals and draws: the same in every cell.
    """
    cells = []
    for side in sides(game):
        first: NDArray[np.float64] | None = None
        for agent in agents:
            earned = await earnings(game, agent, agents[-1], side, models, matches=matches, seed=seed)
            first = earned if first is None else first
            cells.append(cell(game, agent.name, side, earned, earned - first))
    return cells


async def earnings(
    game: Game, agent: PlayerSpec, last: PlayerSpec, side: Sequence[str], models: Mapping[str, ChatModel], *, matches: int, seed: int
) -> NDArray[np.float64]:
    """Play an agent on one side against another on the others; give what a member of the side earned on average, a match each."""
    deals = [child_seed(seed, "evaluation", number) for number in range(matches)]
    own = [[seat for seat in range(game.seats) if _group(game, roles, seat) in side] for roles in (game.start(deal).roles for deal in deals)]
    tables = [Match(game, tuple(agent if seat in seats else last for seat in range(game.seats)), deal) for seats, deal in zip(own, deals, strict=True)]
    episodes = await played(tables, models, in_flight=_IN_FLIGHT)
    return np.array([np.mean([episode.returns[seat] for seat in seats]) if seats else 0.0 for seats, episode in zip(own, episodes, strict=True)])


def cell(game: Game, agent: str, side: Sequence[str], earned: NDArray[np.float64], gain: NDArray[np.float64]) -> Cell:
    """Sum matches up: what was earned, and how much more than by another agent on the same deals."""
    won = float((earned > 0).mean()) if game.type.utility in ("team", "zero_sum") else None
    own, edge = student_interval(earned), student_interval(gain)
    return Cell(agent, ", ".join(side), len(earned), own.value, own.low, own.high, won, edge.value, edge.low, edge.high)


def rows(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Give the cells as JSON values, rounded for people."""
    return [{name: round(value, 4) if isinstance(value, float) else value for name, value in cell._asdict().items()} for cell in cells]
