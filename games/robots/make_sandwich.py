"""Make sandwich: two robots, each with its own side of the table, stack a sandwich in the order of a recipe.

Rules in words. ``player_0`` is on the right side of the table, ``player_1`` on the left; both act at once. A robot with an empty gripper may PICK an item
from its own side; one that holds an item may PUT it ON what is on top of the sandwich, if it is the next item of the recipe (the first goes on the
cutting_board), or back ON the table, on its own side; both may WAIT. If both put something in one step, neither does. What is on the sandwich stays there.
The task is completed when the sandwich is the whole recipe.

| parameter | meaning | default |
|---|---|---|
| `level` | `recipe1` to `recipe4`: sandwiches of 3, 5, 7 and 9 items | recipe3 |
| `horizon` | steps | 15 |
| `say_chars` | characters that may be spoken with each action; 0 for silent robots | 0 |

Actions: what fits the gripper is offered (an empty one may try to PICK any item, a full one to PUT what it holds ON anything), and fails where its
conditions do not hold: an item on the other side, in the other gripper or on the sandwich, an item that is not next, a place where it does not belong, two
robots that put at once. What fails changes nothing and everybody is told why. Payoffs, the same for both: 1 for each item put on the sandwich, 1 for
completing it. Observation: see :mod:`.game`.

Sources: Mandi et al. 2023, "RoCo", arXiv 2307.04738 (the task); Zhang et al. 2024, "ReAd", arXiv 2405.14314 (the levels; the items of `recipe3`, the items
and sides of `recipe4`, with two that are not needed). Ours, as no source says it: the rewards, the items of `recipe1` and `recipe2`, and that the items of
`recipe1` to `recipe3` lie on the two sides by turns, beginning with a side that the seed draws.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .game import RobotsGame
from .sandwich import LEVELS, SandwichTask, sandwich_task
from .text_sandwich import SandwichWords

__all__ = ["MakeSandwich"]


@dataclass(frozen=True, kw_only=True)
class MakeSandwich(RobotsGame):
    """Two robots at a table; see the module for the parameters."""

    level: str = "recipe3"

    levels: ClassVar[tuple[str, ...]] = tuple(LEVELS)

    @property
    def task(self) -> SandwichTask:
        return sandwich_task(self.level)

    @property
    def words(self) -> SandwichWords:
        return SandwichWords(self.task)
