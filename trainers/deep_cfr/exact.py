"""Policies in networks as policies of a tree, so that they can be measured exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...agents.neural.policy import NeuralPolicy
from ...analysis.trees import Tree, after
from ...games.actions import Move
from ...games.core import State

__all__ = ["policy_in", "sights"]


def sights(tree: Tree, see: Callable[[State, int], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Give what is seen at every information set: shape (information sets, inputs); zeros where it is chance's turn.

    Args:
        tree: the game.
        see: gives an observation of a position for a seat.
    """
    found: list[NDArray[np.float32] | None] = [None] * len(tree.keys)
    wanted = _on_the_way(tree)
    stack = [(number, state, state.to_move, dict[int, Move]()) for number, (_, state) in enumerate(tree.game.beginnings())]
    width = 0
    while stack:
        node, state, seats, moves = stack.pop()
        if not seats or not wanted[node]:
            continue
        infoset, seat = int(tree.infoset[node]), seats[0]
        if found[infoset] is None:
            found[infoset] = row = see(state, seat)
            width = len(row)
        for place, value in enumerate(tree.options[infoset]):
            child = int(tree.first[node]) + place
            if not wanted[child]:
                continue
            # simultaneous choices are kept until the last of them is made
            chosen = {**moves, seat: Move(value)}
            if len(seats) > 1:
                stack.append((child, state, seats[1:], chosen))
            else:
                ways = after(state, chosen)
                begin = child if len(ways) == 1 else int(tree.first[child])
                stack += [(begin + number, way, way.to_move, {}) for number, way in enumerate(ways)]
    return np.stack([np.zeros(width, np.float32) if row is None else row for row in found])


def _on_the_way(tree: Tree) -> NDArray[np.bool_]:
    """Tell which nodes are the first of their information set, or above such a one."""
    wanted = np.zeros(len(tree.seat), np.bool_)
    _, firsts = np.unique(tree.infoset, return_index=True)
    for first in firsts[tree.infoset[firsts] >= 0]:
        node = int(first)
        while node >= 0 and not wanted[node]:
            wanted[node] = True
            node = int(tree.parent[node])
    return wanted


def policy_in(tree: Tree, policy: NeuralPolicy, seen: NDArray[np.float32]) -> NDArray[np.float64]:
    """Write a network's policy as an array: shape (information sets, most choices).

    Args:
        tree: the game.
        policy: of one head that lists all choices.
        seen: what is seen, as :func:`sights` gives it.
    """
    import torch

    with torch.inference_mode():
        logits = policy.module(torch.from_numpy(seen)).double().numpy()
    numbers = {_frozen(choice): place for place, choice in enumerate(policy.actions.choices)}
    out = tree.uniform()
    for infoset, options in enumerate(tree.options):
        if tree.owner[infoset] == tree.game.seats:
            continue
        own = logits[infoset, [numbers[_frozen(option)] for option in options]]
        chances = np.exp(own - own.max())
        out[infoset, : len(options)] = chances / chances.sum()
    return out


def _frozen(value: object) -> str:
    from json import dumps

    return dumps(value, sort_keys=True)
