"""Overcooked by tasks: cooks choose what to do next, and the rules walk them there, around each other.

Rules in words. The kitchen, its steps and its payoffs are those of :mod:`.game`. But a cook is asked only when it has nothing to do, and chooses a task:
fetch an onion, put it into a pot, take a soup out, serve it, ... The task is carried out by a shortest way; who stands in the way of another that has
nothing better to do moves aside. A task ends when it is done; it fails, with the reason told, when it cannot be done any more. Then the cook is asked
again, while the others carry on with theirs.

| parameter | meaning | default |
|---|---|---|
| `layout`, `horizon`, `old_dynamics`, `encoding`, `say_chars` | as in `overcooked` | |
| `patience` | steps after which a task fails whose place could not be reached | 30 |
| `pause` | steps that `wait` lasts at most; it ends when another's task ends or a soup is ready | 5 |

Tasks: `get onion`, `get tomato`, `get dish`, `get soup` (where it is kept, or from a counter; but who could fetch a thing where it is kept and comes to no
pot leaves what lies on counters to the others), `put in pot N`, `start pot N`, `take soup from pot N`, `serve`, `put down`, `pass on` (to a counter that
another cook can reach), `make way`, `wait`; those that can be begun now are offered. Observation: as in `overcooked`, and `tasks`, the numbers of the cooks'
tasks, the own first, -1 for none. Payoffs: the soups' values, the same for all.

Sources: the vocabulary is that of planners with language models, such as ProAgent (Zhang et al. 2023, arXiv 2308.11339) and ReAd (Zhang et al. 2024, arXiv
2405.14314); the ways are ours.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..actions import ActionSpec
from ..core import GameType, NotSupported
from ..domains import OneOf
from .game import Overcooked
from .kitchen import Cell

if TYPE_CHECKING:
    from .tasks_state import TasksState
    from .vector import OvercookedVectorEnv

__all__ = ["MAKE_WAY", "WAIT", "OvercookedTasks"]

WAIT, MAKE_WAY = "wait", "make way"


@dataclass(frozen=True, kw_only=True)
class OvercookedTasks(Overcooked):
    """Cooks with tasks in a kitchen; see the module for the parameters."""

    patience: int = 30
    pause: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(1 <= self.patience <= 1000, "patience", "should be from 1 to 1000")
        self.require(1 <= self.pause <= 1000, "pause", "should be from 1 to 1000")

    @cached_property
    def type(self) -> GameType:
        plain = super().type
        return GameType(**{**vars(plain), "dynamics": "mixed" if self.seats > 1 else "sequential"})

    @cached_property
    def pots(self) -> tuple[Cell, ...]:
        """The pots: pot 1 is the first."""
        return self.kitchen.cells("P")

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """All tasks there are in this kitchen."""
        things = [name for name, tile in (("onion", "O"), ("tomato", "T"), ("dish", "D")) if self.kitchen.cells(tile)]
        fetch = [f"get {name}" for name in (*things, "soup")]
        starts = () if self.old_dynamics else ("start pot",)
        pots = [f"{what} {number}" for what in ("put in pot", *starts, "take soup from pot") for number in range(1, len(self.pots) + 1)]
        return (*fetch, *pots, "serve", "put down", "pass on", MAKE_WAY, WAIT)

    def pot(self, task: str) -> Cell:
        """Give the pot that a task names."""
        return self.pots[int(task.rpartition(" ")[2]) - 1]

    def offer(self, tasks: tuple[str, ...]) -> ActionSpec:
        """Give what may be answered where some tasks can be begun."""
        return ActionSpec(OneOf(tasks), say_chars=self.say_chars)

    def action_domain(self, seat: int) -> OneOf:
        return OneOf(self.tasks)

    def new_state(self, seed: int) -> TasksState:
        from .tasks_state import TasksState

        return TasksState(self, seed)

    def vector_env(self, num_envs: int) -> OvercookedVectorEnv:
        raise NotSupported(f"{self.made_as} has no vector environment; overcooked-v0 has one")

    def rules_text(self, seat: int | None = None) -> str:
        from .tasks_text import rules

        return rules(self, seat)
