"""Cues for language players that learn from what they tried, after the in-context prompts of LLM Economist: what was best, which way to go, when to explore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..words import number
from .text import money

if TYPE_CHECKING:
    from .state import EconomistState

__all__ = ["planner_cues", "worker_cues"]

_BEST = 5
"""So many different hours are recalled."""


def _own_part(state: EconomistState, facts: dict[str, Any]) -> float:
    """Give a utility but for what all get alike, which moves with the hours of others."""
    game = state.game
    return float(facts["utility"] - facts["rebate"] * (1.0 if game.spending == "rebate" else game.good_value))


def worker_cues(state: EconomistState, seat: int) -> list[str]:
    """Recall a worker's best hours under the present law, say which way its last change of hours led, and whether to explore."""
    steps: list[dict[str, Any]] = []
    for event in reversed(state._seen[seat]):
        if event.kind == "law":
            break
        if event.kind == "work":
            steps.insert(0, event.data)
    lines = []
    common = "the rebate" if state.game.spending == "rebate" else "the public good"
    if steps:
        found: dict[float, list[float]] = {}
        for facts in steps:
            found.setdefault(facts["hours"], []).append(_own_part(state, facts))
        ranked = sorted(found.items(), key=lambda item: -float(np.mean(item[1])))[:_BEST]
        write = number if state.game.tastes.curvature else money
        best = "; ".join(f"{number(hours)} hours {write(float(np.mean(worth)))}" for hours, worth in ranked)
        lines.append(f"Your score under this tax but for {common}, best first: {best}.")
    if len(steps) > 1 and steps[-1]["hours"] != steps[-2]["hours"]:
        more = steps[-1]["hours"] > steps[-2]["hours"]
        rose = _own_part(state, steps[-1]) > _own_part(state, steps[-2])
        tried = f"In the last step you worked {'more' if more else 'less'} than before, and it {'rose' if rose else 'fell'}"
        lines.append(f"{tried}: {'more' if more == rose else 'fewer'} hours may be better.")
    last = state.step + 1 == state.game.terms.year_length
    lines.append("It is the year's last step: work the hours that you found best." if last else "There is time to try hours that you have not tried yet.")
    return lines


def planner_cues(state: EconomistState) -> list[str]:
    """Say of each bracket which way welfare went when its rate was last changed, from one year to the next."""
    length = state.game.terms.year_length
    years = [state.history[start : start + length] for start in range(0, len(state.history), length)]
    if len(years) < 2:
        return []
    before, after = years[-2:]
    rose = np.mean([step["welfare"] for step in after]) > np.mean([step["welfare"] for step in before])
    lines = []
    for index, (old, new) in enumerate(zip(before[0]["rates"], after[0]["rates"], strict=True), 1):
        if old != new:
            way = "low" if (new > old) == rose else "high"
            lines.append(f"Bracket {index}: its rate went {'up' if new > old else 'down'} and welfare {'rose' if rose else 'fell'}; it may be too {way}.")
    return lines
