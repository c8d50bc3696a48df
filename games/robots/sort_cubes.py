"""Sort cubes: three robots in a line, none of whom reaches everything, bring each cube to its panel.

Rules in words. Seven panels lie in a line; ``player_0`` reaches panel1 to panel3, ``player_1`` panel3 to panel5, ``player_2`` panel5 to panel7. Blue_square
belongs on panel2, pink_polygon on panel4, yellow_trapezoid on panel6. All act at once: PICK a cube and PLACE it on a panel, or WAIT. Cube and panel must
both be in reach; no cube may be placed on another's target; a panel holds several cubes; where several robots pick one cube, none gets it. The task is
completed when every cube lies on its target.

| parameter | meaning | default |
|---|---|---|
| `level` | `sort1` to `sort5`, from easy to hard; see below | sort4 |
| `horizon` | steps | 15 |
| `say_chars` | characters that may be spoken with each action; 0 for silent robots | 0 |

Actions: every cube with every panel is always offered, and fails where its conditions do not hold: cube or panel out of reach, the cube lies there already,
the panel is another's target, several robots pick one cube. What fails changes nothing and everybody is told why. Payoffs, the same for all: 1 for each
cube that comes to its target, -1 for each that is taken away from it, 1 for completing. Observation: see :mod:`.game`.

Levels: the cubes lie on three of the panels 1, 3, 5 and 7. By the shortest plan and the fewest picks of such a plan: `sort1` 1 step, `sort2` 2 steps and 4
picks, `sort3` 2 steps and 5 picks, `sort4` 3 steps; the seed draws one of these starts. `sort5` is the published start, 4 steps: blue on panel7, pink on
panel3, yellow on panel1.

Sources: Mandi et al. 2023, "RoCo", arXiv 2307.04738 (the task); Zhang et al. 2024, "ReAd", arXiv 2405.14314 (the levels by name, the start of `sort5`).
Ours, as no source says it: the rewards, the starts of `sort1` to `sort4`. A difference: all robots may wait in one step, which changes nothing; there such
a plan is refused.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .game import RobotsGame
from .sort import LEVELS, SortTask, sort_task
from .text_sort import SortWords

__all__ = ["SortCubes"]


@dataclass(frozen=True, kw_only=True)
class SortCubes(RobotsGame):
    """Three robots in a line; see the module for the parameters."""

    level: str = "sort4"

    levels: ClassVar[tuple[str, ...]] = tuple(LEVELS)

    @property
    def task(self) -> SortTask:
        return sort_task(self.level)

    @property
    def words(self) -> SortWords:
        return SortWords(self.task)
