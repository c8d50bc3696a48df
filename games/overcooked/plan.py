"""What two cooks can do together: plans close to the best, by beam search through the compiled rules. It needs the extra ``fast``.

    plan = joint_plan(make("overcooked", layout="coordination_ring"))
    plan.returns  # 360.0

All joint actions are tried from every position that is kept; of the positions reached the most promising are kept, judged by what is in the pots and how far
what is carried or lies about still has to go. Kitchens draw nothing at random, so a plan holds as long as both follow it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ..compiled import compiled
from .game import ACTIONS, Overcooked
from .kernel import OvercookedBatch
from .kernel_tables import COOKING, SOUP, Contents, tables
from .kitchen import DIRECTIONS, MOST_INGREDIENTS, RECIPES, Cell, Kitchen

__all__ = ["Plan", "joint_plan"]

_COOKS = 2
_JOINT = np.array([(one, other) for one in range(len(ACTIONS)) for other in range(len(ACTIONS))], np.uint8)
_FAR = 60
"""Steps to what is out of reach."""
_IN_POT, _STARTED, _COOKED, _ON_DISH, _SERVABLE = 0.6, 0.05, 0.1, 0.075, 0.04
"""What a soup is worth on its way, in shares of a soup that is served: all that belongs to it is in the pot; it cooks; it is ready; a dish is at hand; it is on
the dish. Rules of thumb that were tried in the five kitchens of the papers."""


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        actions: uint8 of shape (steps, 2): numbers of ``ACTIONS``, step by step.
        returns: what it earns everybody.
    """

    actions: NDArray[np.uint8]
    returns: float


class Outlook(NamedTuple):
    """What :func:`.plan_loops.judge` looks up.

    Attributes:
        inside: by what is in a pot, float32: what that is worth.
        lacks, later: by what is in a pot, int8: onions and tomatoes that it lacks, or will lack when it has been emptied.
        dishes: by what is in a pot, int8: how many dishes it takes to empty it.
        soups: by recipe, float32: what a soup on a dish is worth.
        to_pot, to_serve: by pose and then by cell, int16: steps that what is carried or lies there is away, over counters too.
        walk: by pose, int16: steps to where onions, tomatoes and dishes are kept, and to a pot.
        fetch: by pose and cell, int16: steps to a counter.
        counters: the cells that are counters, those near pots first.
    """

    inside: NDArray[np.float32]
    lacks: NDArray[np.int8]
    later: NDArray[np.int8]
    dishes: NDArray[np.int8]
    soups: NDArray[np.float32]
    to_pot: NDArray[np.int16]
    to_serve: NDArray[np.int16]
    walk: NDArray[np.int16]
    fetch: NDArray[np.int16]
    counters: NDArray[np.int64]


def joint_plan(game: Overcooked, position: Mapping[str, Any] | None = None, *, steps: int | None = None, width: int = 1000, alone: int | None = None) -> Plan:
    """Plan for both cooks.

    Args:
        game: the rules, of two cooks.
        position: where to begin, as ``OvercookedBatch.facts`` gives it; None for the beginning.
        steps: how far to look; None for the whole horizon.
        width: how many positions to keep after each step. A thousand take 3 seconds for 400 steps, and come within a soup of the best in most kitchens.
        alone: plan for this cook, while the other stays where it is; None for both.

    Raises:
        ParameterError: the game is not for two, or a number is not positive.
        MissingExtra: numba is not installed.
    """
    steps = game.horizon if steps is None else steps
    if game.seats != _COOKS:
        raise ParameterError(f"a joint plan needs {_COOKS} cooks; this kitchen has {game.seats}")
    if steps < 1 or width < 1:
        raise ParameterError(f"steps={steps} and width={width} should be at least 1")
    loops = compiled("ludens.games.overcooked.plan_loops", "planning")
    table, view = tables(game), outlook(game)
    batch = OvercookedBatch(game, 1)
    if position is not None:
        batch.put(0, position)
    joint = _JOINT if alone is None else _JOINT[_JOINT[:, 1 - alone] == ACTIONS.index("stay")]
    rows, earned = batch.rows.copy(), np.zeros(1, np.float32)
    parents, chosen = [], []
    for _ in range(steps):
        reached, rewards = loops.expand(rows, joint, *table)
        earned = np.repeat(earned, len(joint)) + rewards
        promise, keys = loops.judge(reached, earned, float(max(game.kitchen.values)), table.pots, not game.old_dynamics, *view)
        _, kept = np.unique(keys, return_index=True)
        if len(kept) > width:
            kept = kept[np.argpartition(-promise[kept], width)[:width]]
        rows, earned = reached[kept], earned[kept]
        parents.append(kept // len(joint))
        chosen.append(kept % len(joint))
    # of the plans that earn most the one with the brightest outlook
    best = int(np.lexsort((promise[kept], earned))[-1])
    returns, actions = float(earned[best]), np.zeros((steps, _COOKS), np.uint8)
    for step in range(steps - 1, -1, -1):
        actions[step] = joint[chosen[step][best]]
        best = int(parents[step][best])
    return Plan(actions, returns)


def outlook(game: Overcooked) -> Outlook:
    """Judge what can be in the pots of a kitchen, and measure its ways."""
    kitchen, contents = game.kitchen, Contents(game.kitchen)
    target, most = kitchen.favourite, max(kitchen.values)
    inside, dishes = np.zeros(contents.count, np.float32), np.zeros(contents.count, np.int8)
    lacks, later = np.zeros((contents.count, 2), np.int8), np.zeros((contents.count, 2), np.int8)
    soups = np.array(kitchen.values, np.float32) / most if most > 0 else np.zeros(len(RECIPES), np.float32)
    lacks[0] = target
    for number in range(SOUP, contents.count):
        onions, tomatoes = (int(count) for count in contents.inside[number])
        recipe = RECIPES.index((onions, tomatoes))
        if number >= COOKING:
            done = 1 - max(0, int(contents.left[number])) / max(1, kitchen.times[recipe])
            inside[number], dishes[number], later[number] = (_IN_POT + _STARTED + _COOKED * done) * soups[recipe], 1, target
        elif onions <= target[0] and tomatoes <= target[1]:
            inside[number] = _IN_POT * (onions + tomatoes) / sum(target)
            lacks[number] = target[0] - onions, target[1] - tomatoes
            dishes[number] = (onions, tomatoes) == target
        elif onions + tomatoes == MOST_INGREDIENTS:
            inside[number], dishes[number] = _IN_POT * soups[recipe], 1
    ways = _ways(kitchen)
    soups = soups * np.float32(_IN_POT + _STARTED + _COOKED + _ON_DISH + _SERVABLE)
    height, count = kitchen.height, kitchen.width * kitchen.height
    poses = 4 * len(kitchen.floor)

    def steps_to(cells: Collection[Cell], carrying: bool) -> NDArray[np.int16]:
        # away from the goal on a graph turned round; empty hands do not go over counters
        graph = ways if carrying else ways.subgraph(range(poses))
        goals = [pose for cell in cells for pose in ways.successors(poses + cell[0] * height + cell[1]) if pose < poses]
        found = nx.multi_source_dijkstra_path_length(graph.reverse(copy=False), set(goals)) if goals else {}
        return np.array([min(_FAR, found.get(node, _FAR)) for node in range(poses + count)], np.int16)

    to_pot = steps_to(kitchen.cells("P"), True)
    # what is near a pot is wanted before what is not
    counters = sorted(kitchen.cells("X"), key=lambda cell: to_pot[poses + cell[0] * height + cell[1]])
    fetch = np.full((poses, count), _FAR, np.int16)
    for x, y in counters:
        fetch[:, x * height + y] = steps_to([(x, y)], False)[:poses]
    return Outlook(
        inside=inside,
        lacks=lacks,
        later=later,
        dishes=dishes,
        soups=soups,
        to_pot=to_pot,
        to_serve=steps_to(kitchen.cells("S"), True),
        walk=np.stack([steps_to(kitchen.cells(tile), False)[:poses] for tile in "OTDP"], axis=1),
        fetch=fetch,
        counters=np.array([x * height + y for x, y in counters], np.int64),
    )


def _ways(kitchen: Kitchen) -> nx.DiGraph:
    """Give the graph of poses, and behind them of cells that are no floor: a step a step, one to put down on a counter and two to take from there."""
    graph, floor = nx.DiGraph(), sorted(kitchen.floor)
    number = {cell: 4 * at for at, cell in enumerate(floor)}
    poses = 4 * len(floor)
    graph.add_nodes_from(range(poses + kitchen.width * kitchen.height))
    for cell, first in number.items():
        for facing in range(len(DIRECTIONS)):
            for direction in range(len(DIRECTIONS)):
                graph.add_edge(first + facing, number.get(kitchen.ahead(cell, direction), first) + direction, weight=1)
            ahead = kitchen.ahead(cell, facing)
            if ahead not in number:
                used = poses + ahead[0] * kitchen.height + ahead[1]
                # somebody has to come for it
                graph.add_edge(used, first + facing, weight=2)
                if kitchen.tile(ahead) == "X":
                    graph.add_edge(first + facing, used, weight=1)
    return graph
