"""The registry of methods: an update a name, with what it aims at, which iterate gets there, and how large a constant step may be."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

import numpy as np

from ...errors import ParameterError, UnknownName
from .game import Floats, PreferenceGame

__all__ = ["Method", "Range", "Setting", "Start", "State", "Target", "Update", "begin", "method", "method_named", "methods"]

Target = Literal["minimax winner", "regularised Nash", "Bradley-Terry", "data reply", "max-min"]
"""What a method comes to. The last two belong to IPO on fixed data and to MaxMin; the first three are the ones that are easily mixed up."""


@dataclass(frozen=True)
class Setting:
    """Numbers that methods are run with; each looks at those that it knows.

    Attributes:
        temperature: weight of the KL to the reference (the papers' tau or beta); unregularised methods ignore it.
        step: the constant step size; None for the method's own, which for two of them falls with time (see :meth:`Method.settled`).
        iterations: how many will be run; step sizes that guarantee an average follow from it.
        mixture: share of the reference in the opponent of Nash-MD-PG and IPO-MD.
        memory: rate at which the opponent of Nash-EMA follows the policy.
        restart: iterations between two moves of the magnet of magnetic preference optimisation.
        clip: how far P3O lets a probability ratio (or log-ratio) go.
        epochs: gradient steps that P3O takes on one batch.
    """

    temperature: float = 0.1
    step: float | None = None
    iterations: int = 1000
    mixture: float = 0.125
    memory: float = 0.1
    restart: int = 50
    clip: float = 0.2
    epochs: int = 4

    @property
    def size(self) -> float:
        """The step, which a method without one that falls with time cannot do without."""
        if self.step is None:
            raise ParameterError("step should be a number here: Method.settled fills it in")
        return self.step


class State(NamedTuple):
    """Where a run stands.

    Attributes:
        logs: log-probabilities, ``(C, n)``.
        memory: what else the method remembers, ``(C, n)`` or ``(G,)``: a magnet, an averaged opponent, the last gradient.
        turn: updates made.
    """

    logs: Floats
    memory: Floats
    turn: int

    @property
    def policy(self) -> Floats:
        """Probabilities, ``(C, n)``."""
        return np.exp(self.logs)

    def after(self, logs: Floats, memory: Floats | None = None) -> State:
        """Give the state after an update; what is remembered stays unless told otherwise."""
        return State(logs, self.memory if memory is None else memory, self.turn + 1)


Update = Callable[[PreferenceGame, State, Setting], State]
Start = Callable[[PreferenceGame], Floats]
Range = Callable[[PreferenceGame, Setting], float]
Solution = Callable[[PreferenceGame, Setting], Floats]


@dataclass(frozen=True)
class Method:
    """One registered method.

    Attributes:
        name: in configurations and tables.
        update: one exact iteration.
        target: what it comes to.
        iterate: which iterate does.
        solution: gives the policy that it comes to.
        queries: expected preferences P(y > opponent) that an iteration asks for.
        largest_step: gives the constant step size at which its fixed point stops attracting (0: always; infinite: never).
        step: the constant step it takes unless told otherwise; None where the step falls with time.
        memory: what the memory begins with; the log-reference by default.
        source: paper and equation.
    """

    name: str
    update: Update
    target: Target
    iterate: Literal["average", "last"]
    solution: Solution
    queries: int
    largest_step: Range
    step: Range | None
    memory: Start
    source: str

    def settled(self, game: PreferenceGame, setting: Setting) -> Setting:
        """Fill in the method's own step where none is given and it has a constant one."""
        return setting if setting.step is not None or self.step is None else replace(setting, step=self.step(game, setting))

    @property
    def summary(self) -> str:
        """The first line of the update's docstring."""
        return (self.update.__doc__ or "").partition("\n")[0]


_METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    target: Target,
    solution: Solution,
    largest_step: Range,
    step: Range | None,
    source: str,
    iterate: Literal["average", "last"] = "last",
    queries: int = 1,
    memory: Start | None = None,
) -> Callable[[Update], Update]:
    """Register an update under a name; see :class:`Method`."""

    def add(update: Update) -> Update:
        start = memory or (lambda game: np.log(game.reference))
        _METHODS[name] = Method(name, update, target, iterate, solution, queries, largest_step, step, start, source)
        return update

    return add


def methods() -> dict[str, Method]:
    """All methods by name, ordered by what they aim at."""
    _discover()
    order = get_args(Target)
    return dict(sorted(_METHODS.items(), key=lambda item: order.index(item[1].target)))


def method_named(name: str) -> Method:
    """Find a method.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in methods():
        raise UnknownName("method", name, _METHODS)
    return _METHODS[name]


def begin(chosen: Method, game: PreferenceGame, policy: Floats | None = None) -> State:
    """Give the state before the first update: at the reference, or at a policy."""
    return State(np.log(game.reference if policy is None else np.broadcast_to(policy, game.reference.shape)), chosen.memory(game), 0)


@lru_cache(maxsize=1)
def _discover() -> None:
    for name in ("winner", "nash", "rewards"):
        importlib.import_module(f".{name}", __package__)
