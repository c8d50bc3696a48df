"""Sweep floor: a robot with a dustpan and one with a broom bring the yellow and the green cubes into the bin.

Rules in words. ``player_0`` has the dustpan, ``player_1`` the broom; both act at once. The dustpan may MOVE to a cube, DUMP what is in it into the bin
(wherever it stands; it stands at no cube afterwards) and WAIT; the broom may MOVE to a cube, SWEEP a cube into the dustpan, and WAIT. A cube is swept when
both stood at it before the step and the dustpan WAITs; both stand at no cube then. The task is completed when all yellow and green cubes are in the bin.

| parameter | meaning | default |
|---|---|---|
| `level` | `Y1_G1`, `Y1_G2`, `Y2_G2` (7 cubes) or `Y2_G3`, `Y3_G3` (9 cubes): how many are yellow and green; the others are to stay | Y2_G2 |
| `horizon` | steps | 15 |
| `say_chars` | characters that may be spoken with each action; 0 for silent robots | 0 |

Actions: all are always offered, and fail where their conditions do not hold: to move to a cube where the robot stands or that is not on the floor, to dump
an empty dustpan, to sweep without both robots in place or while the dustpan does not wait. What fails changes nothing and everybody is told why. Payoffs,
the same for both: 1 for each yellow or green cube swept, -1 for any other, 1 for completing. Observation: see :mod:`.game`. Everything about distances,
paths and collisions is left out.

Sources: Mandi et al. 2023, "RoCo", arXiv 2307.04738 (the task, with three cubes); Zhang et al. 2024, "ReAd", arXiv 2405.14314 (the levels). Ours, as no
source says it: the numbers of the rewards, the colours of the cubes that are to stay (except in `Y3_G3`), and that a robot stands at no cube after a sweep
or a dump.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .game import RobotsGame
from .sweep import LEVELS, SweepTask, sweep_task
from .text_sweep import SweepWords

__all__ = ["SweepFloor"]


@dataclass(frozen=True, kw_only=True)
class SweepFloor(RobotsGame):
    """A dustpan and a broom; see the module for the parameters."""

    level: str = "Y2_G2"

    levels: ClassVar[tuple[str, ...]] = tuple(LEVELS)

    @property
    def task(self) -> SweepTask:
        return sweep_task(self.level)

    @property
    def words(self) -> SweepWords:
        return SweepWords(self.task)
