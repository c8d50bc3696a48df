"""Counterfactual regret minimisation over any game whose tree fits: CFR, CFR+, linear CFR, and external-sampling Monte Carlo CFR.

    tree = tree_of(make("leduc_poker"))
    solver = CFR(tree, plus=True)
    solver.run(1000)
    nash_conv(tree, solver.average())

It needs the extra ``fast``. In zero-sum games of two the average policies approach an equilibrium; elsewhere nothing is promised but small regret.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from ..games.compiled import compiled
from .trees import Tree

__all__ = ["CFR", "ExternalSampling"]


class _Averages:
    """Regrets and summed policies, and the policies that follow from them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._loops = compiled("ludens.analysis.cfr_loops", "counterfactual regret minimisation")
        shape = (len(tree.keys), int(tree.counts.max()))
        self.regrets: NDArray[np.float64] = np.zeros(shape)
        self.sums: NDArray[np.float64] = np.zeros(shape)
        self.iterations = 0

    def current(self) -> NDArray[np.float64]:
        """Give the policy of the next iteration: shape (information sets, most choices)."""
        policy = np.zeros_like(self.regrets)
        self._loops.match_regrets(self.regrets, self.tree.counts, self.tree.owner, -1, policy)
        return policy

    def average(self) -> NDArray[np.float64]:
        """Give the average policy; uniform where nobody has come yet."""
        totals = self.sums.sum(axis=1, keepdims=True)
        return np.where(totals > 0, self.sums / np.where(totals > 0, totals, 1), self.tree.uniform())


class CFR(_Averages):
    """All of the tree in every iteration, seats updated in turn.

    Args:
        tree: the game.
        plus: CFR+: regrets are never below zero, and averages weigh iterations linearly.
        weights: how iterations weigh in regrets and averages: ``uniform``, or ``linear`` (linear CFR).

    Attributes:
        regrets, sums: shape (information sets, most choices): counterfactual regrets and policies, summed.
        iterations: how many have been run.

    Raises:
        ParameterError: no such weights.
        MissingExtra: numba is not installed.

    Sources: Zinkevich et al. 2007, "Regret minimization in games with incomplete information"; Tammelin 2014, arXiv 1407.5042 (CFR+); Brown and Sandholm
    2019, arXiv 1809.04040 (linear CFR).
    """

    def __init__(self, tree: Tree, *, plus: bool = False, weights: Literal["uniform", "linear"] = "uniform") -> None:
        super().__init__(tree)
        if weights not in ("uniform", "linear"):
            raise ParameterError(f"weights={weights!r} should be 'uniform' or 'linear'")
        self.plus, self.weights = plus, weights
        nodes, seats = len(tree.seat), tree.game.seats
        self._reach, self._values = np.zeros((nodes, seats + 1)), np.zeros((nodes, seats))

    def run(self, iterations: int) -> None:
        """Run so many more iterations."""
        tree = self.tree
        shape = (tree.seat, tree.infoset, tree.first, tree.children, tree.payoffs)
        self._loops.iterate(
            iterations, self.iterations, self.plus, self.weights == "linear", tree.roots, *shape, tree.counts, tree.owner, self.current(), self._reach,
            self._values, self.regrets, self.sums,
        )  # fmt: skip
        self.iterations += iterations


class ExternalSampling(_Averages):
    """One opening and one choice of everybody else in every walk; a walk for each seat in every iteration.

    Args:
        tree: the game.
        seed: of what is drawn.

    Raises:
        MissingExtra: numba is not installed.

    Source: Lanctot et al. 2009, "Monte Carlo sampling for regret minimization in extensive games".
    """

    def __init__(self, tree: Tree, seed: int = 0) -> None:
        super().__init__(tree)
        self._rng = np.random.default_rng(seed)
        depth = np.zeros(len(tree.seat), np.int64)
        depth[len(tree.roots) :] = 1
        for node in range(len(tree.roots), len(tree.seat)):
            depth[node] += depth[tree.parent[node]]
        self._levels = int(depth.max()) + 1

    def run(self, iterations: int) -> None:
        """Run so many more iterations."""
        tree, seats = self.tree, self.tree.game.seats
        roots = self._rng.choice(len(tree.roots), size=(iterations, seats), p=tree.roots / tree.roots.sum())
        draws = self._rng.random((iterations, seats, self._levels))
        shape = (tree.seat, tree.infoset, tree.first, tree.children, tree.payoffs)
        self._loops.walk(roots, draws, *shape, self.regrets, self.sums)
        self.iterations += iterations
