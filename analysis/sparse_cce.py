"""Sparse coarse correlated equilibria: is a mixture of a few product policies an equilibrium against every deviation, those that remember included?

``T`` rounds of learners who do not talk to each other are such a mixture, uniform over the rounds' policies. Small regret against policies that look at the
present state only does not make it one: to do well against the mixture a seat may have to find out from the history which round it is in (Foster, Golowich and
Kakade 2023, "Hardness of independent learning and sparse equilibrium computation in Markov games", arXiv 2303.12287).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from .exploitability import best_response, values
from .trees import Tree

__all__ = ["SparseGap", "sparse_gap"]

MOST_NODES = 20_000_000
"""Trees with more nodes, once for each policy, are refused."""


class SparseGap(NamedTuple):
    """How far a mixture of product policies is from a coarse correlated equilibrium.

    Attributes:
        gains: what each seat gains by the best policy of its own against the mixture of the others': shape (seats,); the mixture is an ``eps`` one where none
            is above ``eps``.
        worth: what each seat earns in the mixture: shape (seats,).
    """

    gains: NDArray[np.float64]
    worth: NDArray[np.float64]

    @property
    def eps(self) -> float:
        """The largest gain."""
        return float(self.gains.max())


def sparse_gap(tree: Tree, policies: Sequence[NDArray[np.float64]], weights: Sequence[float] | None = None) -> SparseGap:
    """Measure what each seat gains against a mixture of product policies, exactly.

    A deviating seat does not know which policy was drawn. So the tree is laid out once for each of them, the deviator's information sets shared by all copies
    and everybody else's not; a best response there (:func:`.exploitability.best_response`) is a best response to the mixture, over all policies with memory.

    Args:
        tree: the game.
        policies: each of shape (information sets, most choices): what all seats do in a round.
        weights: of the rounds; None for all the same.

    Raises:
        ParameterError: there is no policy, weights do not fit, or the copies have too many nodes.
    """
    share = np.full(len(policies), 1 / max(len(policies), 1)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(policies) or share.shape != (len(policies),) or (share < 0).any() or share.sum() <= 0:
        raise ParameterError(
            f"{len(policies)} policies and {share.size} weights were given; there should be one policy at least, and a weight of 0 or more for each"
        )
    if len(policies) * len(tree.seat) > MOST_NODES:
        raise ParameterError(f"{len(policies)} copies of {len(tree.seat):,} nodes are too many; {MOST_NODES:,} nodes fit")
    share = share / share.sum()
    worth = np.asarray(share @ np.array([values(tree, policy) for policy in policies]))
    stacked = np.concatenate(policies)
    gains = []
    for seat in range(tree.game.seats):
        copied = _copies(tree, share, seat)
        gains.append(best_response(copied, stacked, seat).value - worth[seat])
    return SparseGap(np.array(gains), worth)


def _copies(tree: Tree, share: NDArray[np.float64], seat: int) -> Tree:
    """Lay a tree out once for each policy; a seat's information sets in all copies are those of the first."""
    count, nodes, infosets = len(share), len(tree.seat), len(tree.keys)
    # copies stand side by side level by level, so that roots come first and siblings stay together
    bounds = [0, len(tree.roots)]
    while bounds[-1] < nodes:
        level = slice(bounds[-2], bounds[-1])
        bounds.append(bounds[-1] + int(tree.children[level].sum()))
    size, start = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    for low, high in itertools.pairwise(bounds):
        size[low:high], start[low:high] = high - low, low
    here = np.arange(nodes)
    places = (start * count + (here - start))[None, :] + np.arange(count)[:, None] * size[None, :]

    def laid(column: NDArray[Any]) -> NDArray[Any]:
        """Put a column, given for each copy, in the order of the nodes."""
        out = np.empty((count * nodes, *column.shape[2:]), column.dtype)
        out[places.ravel()] = column.reshape(count * nodes, *column.shape[2:])
        return out

    same = np.broadcast_to(tree.infoset, (count, nodes))
    offset = np.where((tree.seat >= 0) & (tree.seat != seat), infosets, 0)[None, :] * np.arange(count)[:, None]
    inner = tree.children > 0
    first = np.where(inner[None, :], places[:, np.where(inner, tree.first, 0)], 0)
    parent = np.where((tree.parent >= 0)[None, :], places[:, np.maximum(tree.parent, 0)], -1)
    return Tree(
        game=tree.game,
        roots=np.concatenate([tree.roots * part for part in share.tolist()]),
        parent=laid(parent),
        seat=laid(np.broadcast_to(tree.seat, (count, nodes))),
        infoset=laid(same + offset),
        first=laid(first),
        children=laid(np.broadcast_to(tree.children, (count, nodes))),
        payoffs=laid(np.broadcast_to(tree.payoffs, (count, *tree.payoffs.shape))),
        keys=tree.keys * count,
        options=tree.options * count,
        past=np.tile(tree.past, count),
    )
