"""How cooks with tasks walk: each by a shortest way, and where two would meet, both by the ways that let them through."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from functools import lru_cache

from .game import ACTIONS
from .kitchen import DIRECTIONS, Cell, Kitchen
from .routes import routes

__all__ = ["INTERACT", "STAY", "actions_of", "beside"]

STAY, INTERACT = ACTIONS.index("stay"), ACTIONS.index("interact")
Pair = tuple[Cell, Cell]


def beside(kitchen: Kitchen, cells: Collection[Cell]) -> frozenset[Cell]:
    """List where a cook can stand to use one of some cells."""
    return frozenset(there for cell in cells for direction in range(len(DIRECTIONS)) if (there := kitchen.ahead(cell, direction)) in kitchen.floor)


def actions_of(kitchen: Kitchen, where: Sequence[Cell], goals: Sequence[frozenset[Cell] | None], ready: Sequence[int | None]) -> list[int]:
    """Choose what all cooks do in a step.

    Args:
        kitchen: the map.
        where: where they stand.
        goals: for each the cells one of which it wants to use; None for a cook that wants nothing.
        ready: for each the action with which it uses what it faces (or stays for it); None for one that is on its way or wants nothing.

    Returns:
        Numbers of ``ACTIONS``.
    """
    ways, actions = routes(kitchen), []
    for cook, (cell, goal, use) in enumerate(zip(where, goals, ready, strict=True)):
        if use is not None or goal is None:
            actions.append(STAY if use is None else use)
            continue
        standing = {where[other] for other in range(len(where)) if other != cook and (goals[other] is None or ready[other] is not None)}
        action = ways.first(cell, goal, standing)
        if action is None:
            action = ways.first(cell, goal, ())
        actions.append(STAY if action is None else action)
    for cook in range(len(where)):
        for other in range(cook):
            if _meet(kitchen, where, actions, other, cook) and INTERACT not in (actions[other], actions[cook]):
                rest = frozenset(cell for number, cell in enumerate(where) if number not in (other, cook))
                past = _past(kitchen, (where[other], where[cook]), (goals[other], goals[cook]), rest)
                for number, action in zip((other, cook), past, strict=True):
                    # one that need not move may turn all the same
                    if action != STAY or _next(kitchen, where[number], actions[number]) != where[number]:
                        actions[number] = action
    # whoever would still run into another lets it pass
    while blocked := [cook for cook in range(len(where)) if _runs(kitchen, where, actions, cook)]:
        actions[blocked[-1]] = STAY
    return actions


def _next(kitchen: Kitchen, cell: Cell, action: int) -> Cell:
    ahead = kitchen.ahead(cell, action) if action < len(DIRECTIONS) else cell
    return ahead if ahead in kitchen.floor else cell


def _meet(kitchen: Kitchen, where: Sequence[Cell], actions: Sequence[int], one: int, other: int) -> bool:
    there, elsewhere = _next(kitchen, where[one], actions[one]), _next(kitchen, where[other], actions[other])
    return there == elsewhere or (there == where[other] and elsewhere == where[one])


def _runs(kitchen: Kitchen, where: Sequence[Cell], actions: Sequence[int], cook: int) -> bool:
    moves = _next(kitchen, where[cook], actions[cook]) != where[cook]
    return moves and any(_meet(kitchen, where, actions, cook, other) for other in range(len(where)) if other != cook)


@lru_cache(maxsize=4096)
def _past(kitchen: Kitchen, cells: Pair, goals: tuple[frozenset[Cell] | None, frozenset[Cell] | None], rest: frozenset[Cell]) -> tuple[int, int]:
    """Give the actions of two cooks that begin the shortest ways by which both reach where they want to be; else the first of them, else the other."""
    floor = kitchen.floor
    stands = [floor if goal is None else beside(kitchen, goal) for goal in goals]
    for one, other in ((stands[0], stands[1]), (stands[0], floor), (floor, stands[1])):
        if step := _lead(kitchen, cells, one, other, rest):
            return _towards(cells[0], step[0]), _towards(cells[1], step[1])
    return STAY, STAY


def _lead(kitchen: Kitchen, cells: Pair, one: frozenset[Cell], other: frozenset[Cell], rest: frozenset[Cell]) -> Pair | None:
    """Find where two cooks go first on shortest ways to where both may stand; None for no such ways."""
    begun: dict[Pair, Pair] = {cells: cells}
    queue = deque([cells])
    while queue:
        pair = queue.popleft()
        if pair != cells and pair[0] in one and pair[1] in other:
            return begun[pair]
        for there in _reach(kitchen, pair[0], rest):
            for elsewhere in _reach(kitchen, pair[1], rest):
                after = (there, elsewhere)
                if there != elsewhere and after != pair[::-1] and after not in begun:
                    begun[after] = after if pair == cells else begun[pair]
                    queue.append(after)
    return None


def _reach(kitchen: Kitchen, cell: Cell, rest: frozenset[Cell]) -> list[Cell]:
    ahead = [kitchen.ahead(cell, direction) for direction in range(len(DIRECTIONS))]
    return [cell, *(there for there in ahead if there in kitchen.floor and there not in rest)]


def _towards(cell: Cell, there: Cell) -> int:
    return STAY if there == cell else DIRECTIONS.index((there[0] - cell[0], there[1] - cell[1]))
