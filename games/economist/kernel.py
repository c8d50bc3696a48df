"""Economies at speed: many populations side by side in compiled code, with numeric workers. It needs the extra ``fast``. Tests hold it to the readable rules.

batch = EconomistBatch(make("economist", workers=10_000), 64, worker="hill_climbing")
batch.set_law([0.5, 0.4, 0.3])
trace = batch.run(1000)  # trace.welfare has shape (64, 1000)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError, nearest
from ..compiled import compiled
from ..core import NotSupported, State
from .game import Economist
from .schedule import Floats
from .setups import FULL_TIME
from .state import EconomistState
from .welfare import OBJECTIVES

__all__ = ["BATCH_WORKERS", "EconomistBatch", "Trace"]

BATCH_WORKERS = ("best_response", "hill_climbing", "epsilon_greedy", "fixed")
"""Rules for workers that are compiled."""
_ARM = 10


class Trace(NamedTuple):
    """What happened step by step, each of shape (size, steps)."""

    welfare: Floats
    mean_income: Floats
    rebate: Floats


class EconomistBatch:
    """A batch of economies under laws of their own.

    The arrays are live: the next step changes them. Copy what is to be kept. Utilities are the workers' own: altruists, adversaries and satisfaction are
    matters of the readable game.

    Args:
        game: the rules; years and control do not matter here.
        size: how many economies.
        seed: of the populations and of what workers draw; each economy has a stream of its own.
        worker: the rule of all workers, one of ``BATCH_WORKERS``.
        epsilon: of ``epsilon_greedy``.

    Attributes:
        game, size, worker: as given.
        skills, hours, income, tax, consumption, utility: float64 of shape (size, workers).
        rates: float64 of shape (size, K), from 0 to 1: the laws.
        rebate, welfare: float64 of shape (size,): of the last step.

    Raises:
        ParameterError: ``size`` is not positive, no such rule, ``epsilon`` out of range.
        NotSupported: best response where money has curvature (``game.economy(...).answer`` does that).
        MissingExtra: numba is not installed.
    """

    def __init__(self, game: Economist, size: int, seed: int = 0, *, worker: str = "best_response", epsilon: float = 0.1) -> None:
        if size < 1:
            raise ParameterError(f"size={size} should be at least 1")
        if worker not in BATCH_WORKERS:
            raise ParameterError(f"worker={worker!r} is no compiled rule{nearest(worker, BATCH_WORKERS)}")
        if not 0 <= epsilon <= 1:
            raise ParameterError(f"epsilon={epsilon} should be from 0 to 1")
        if worker == "best_response" and game.tastes.curvature:
            raise NotSupported("compiled workers do not find best responses where money has curvature")
        self.game, self.size, self.worker, self._epsilon = game, size, worker, epsilon
        self._loops = compiled("ludens.games.economist.kernel_loops", "the batched economist")
        loops, shape, tastes = self._loops, (size, game.workers), game.tastes
        self._kind = (loops.STAY, loops.CLIMB, loops.GREEDY, loops.FIXED)[BATCH_WORKERS.index(worker)]
        self._edges = np.array(game.edges)
        step = float(game.terms.hours_step)
        self._efforts = tastes.effort(np.arange(0, game.longest + 1e-9, step)) if step else np.zeros(0)
        self.skills, self.hours, self.income, self.tax = (np.zeros(shape) for _ in range(4))
        self.consumption, self.utility, self._stride, self._before = (np.zeros(shape) for _ in range(4))
        arms = game.longest // _ARM + 1 if self._kind == loops.GREEDY else 1
        table = (*shape, arms) if self._kind == loops.GREEDY else (1, 1, 1)
        self._counts, self._means, self._tried = np.zeros(table, np.int32), np.zeros(table), np.zeros(shape, np.int8)
        self.rates = np.zeros((size, len(game.edges)))
        self.rebate, self.welfare = np.zeros(size), np.zeros(size)
        self._worked, self._changed = np.zeros(size, np.bool_), np.ones(size, np.bool_)
        populations, draws = np.random.SeedSequence(seed).spawn(2)
        self._seeds = draws.generate_state(size, np.uint64)
        self._rng = np.random.default_rng(populations)
        self.reset()

    def reset(self) -> None:
        """Begin with new populations; laws stay."""
        for index in range(self.size):
            self.skills[index] = self.game.drawn(self._rng)
        self._forget(np.ones(self.size, np.bool_))

    def put(self, index: int, state: State) -> None:
        """Give an economy the population and the law of a readable position; its workers have not worked yet."""
        if not isinstance(state, EconomistState):
            raise ParameterError(f"{state.game.made_as} is no economist game")
        self.skills[index] = state.skills
        self._forget(np.arange(self.size) == index)
        laws = self.rates.copy()
        laws[index] = np.array(state.rates) / 100
        self.set_law(laws)

    def _forget(self, which: NDArray[np.bool_]) -> None:
        self._worked[which], self._changed[which] = False, True
        self._stride[which], self._before[which] = 10.0, -np.inf
        self._answer()

    def set_law(self, rates: ArrayLike) -> None:
        """Post laws: shape (K,) for all economies, or (size, K); from 0 to 1.

        Raises:
            ParameterError: the shape is wrong, or a rate lies outside.
        """
        laws = np.asarray(rates, np.float64)
        if laws.shape not in (self.rates.shape, self.rates.shape[1:]):
            raise ParameterError(f"rates should have shape {self.rates.shape} or {self.rates.shape[1:]}, got {laws.shape}")
        if not ((laws >= 0) & (laws <= 1)).all():
            raise ParameterError("rates should be from 0 to 1")
        laws = np.broadcast_to(laws, self.rates.shape)
        self._changed |= (laws != self.rates).any(axis=1)
        self.rates[:] = laws
        self._answer()

    def _answer(self) -> None:
        """Find best hours, where the workers are such that find them."""
        if self._kind == self._loops.STAY:
            tastes, back = self.game.tastes, self.game.typical.felt(1.0)
            self._loops.best(self.skills, self._edges, self.rates * back, tastes.cost, tastes.power, tastes.longest, tastes.step, self.hours)

    def step(self, hours: ArrayLike) -> None:
        """Work one step with given hours, whatever the workers' rule.

        Args:
            hours: shape (size, workers); as the game allows them.

        Raises:
            ParameterError: the shape is wrong, or hours are not allowed; nothing has changed then.
        """
        given = np.asarray(hours, np.float64)
        if given.shape != self.hours.shape:
            raise ParameterError(f"hours should have shape {self.hours.shape}, got {given.shape}")
        step = float(self.game.terms.hours_step)
        if not ((given >= 0) & (given <= self.game.longest)).all() or (step and (given % step).any()):
            raise ParameterError(f"hours should be {self.game.hours.explain()}")
        self.hours[:] = given
        self._work(self._loops.STAY, 1)

    def run(self, steps: int) -> Trace:
        """Have the workers work under the laws as they stand.

        Raises:
            ParameterError: ``steps`` is not positive.
        """
        if steps < 1:
            raise ParameterError(f"steps={steps} should be at least 1")
        return self._work(self._kind, steps)

    def _work(self, kind: int, steps: int) -> Trace:
        game, tastes = self.game, self.game.tastes
        trace = Trace(*(np.zeros((self.size, steps)) for _ in range(3)))
        self._loops.run(
            kind, steps, self._changed, self._worked, self.skills, self._edges, self.rates, self.hours, self._stride, self._before,
            self._counts, self._means, self._tried, self._epsilon, self._seeds, self._efforts, tastes.cost, tastes.power,
            tastes.longest, tastes.step, float(game.terms.hours_step or 0.1), float(min(FULL_TIME, game.longest)), tastes.curvature,
            -1.0 if game.spending == "rebate" else game.good_value, OBJECTIVES.index(game.terms.objective), game.aversion, self.income, self.tax,
            self.consumption, self.utility, self.rebate, trace.welfare, trace.mean_income, trace.rebate,
        )  # fmt: skip
        self._changed[:], self._worked[:] = False, True
        self.welfare = trace.welfare[:, -1].copy()
        return trace
