"""What is known of the tasks: shortest plans, found here, and how language models did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core import Prediction
from .plan import planner

if TYPE_CHECKING:
    from .game import RobotsGame

__all__ = ["cards"]

_READ = "Zhang et al. 2024 (ReAd), arXiv 2405.14314, table 4"
_PLANNERS = ("RoCo", "ReAct", "ReAd-S")
_MEASURED: dict[str, tuple[tuple[float, float | None], ...]] = {
    "Y1_G1": ((0.9, 6.2), (1.0, 5.5), (1.0, 5.0)),
    "Y1_G2": ((1.0, 8.9), (1.0, 8.2), (1.0, 7.0)),
    "Y2_G2": ((1.0, 10.6), (1.0, 10.0), (1.0, 9.4)),
    "Y2_G3": ((0.7, 13.5), (0.6, 13.8), (0.9, 12.2)),
    "Y3_G3": ((0.6, 14.7), (0.4, 14.9), (0.8, 14.0)),
    "recipe1": ((1.0, 4.7), (1.0, 4.0), (1.0, 4.2)),
    "recipe2": ((0.9, 9.1), (1.0, 6.0), (1.0, None)),
    "recipe3": ((0.8, 11.5), (0.7, 10.1), (1.0, 8.9)),
    "recipe4": ((0.5, 13.1), (0.6, 12.5)),
    "sort1": ((1.0, 1.1), (1.0, 1.0)),
    "sort2": ((1.0, 3.4), (0.6, 7.8)),
    "sort3": ((1.0, 4.9), (0.8, 6.4)),
    "sort4": ((1.0, 6.4), (0.8, 6.1)),
    "sort5": ((1.0, 7.4), (0.7, 8.4)),
}
"""Success rate and mean steps of the planners, as far as they are known to us."""


def cards(game: RobotsGame) -> tuple[Prediction, ...]:
    """Give the cards of a task."""
    (steps,) = {planner(game.task).steps(start) for start in game.task.starts}
    search = "breadth-first search over joint actions"
    if steps > game.horizon:
        return (Prediction("optimum", "success", False, search, f"the shortest plan has {steps} steps"),)
    found = [
        Prediction("optimum", "steps", steps, search, "from every start of the level", 0.0),
        Prediction("welfare", "return", game.task.bounds[1], "the task completed, nothing done that costs points", "for each robot", 1e-9),
    ]
    if game.horizon == 15:
        note = "GPT-4-Turbo, in simulated physics, 10 episodes of at most 15 steps; {}"
        for name, (success, used) in zip(_PLANNERS, _MEASURED[game.level], strict=False):
            found.append(Prediction("language_model", "success", success, f"{_READ}: {name}", note.format("share of successes")))
            if used is not None:
                found.append(Prediction("language_model", "steps", used, f"{_READ}: {name}", note.format("failures count as 15 steps")))
    return tuple(found)
