"""A score in words, as a part of what is asked."""

from __future__ import annotations

from collections.abc import Mapping

from ...games.actions import Move
from ...games.core import Observation

__all__ = ["Reconsidered", "feedback"]


def feedback(move: Move, score: float, threshold: float) -> str:
    """Tell a player what its proposal is worth and what would be good enough."""
    choice = move.choice
    said = "; ".join(f"{name}: {part}" for name, part in choice.items()) if isinstance(choice, Mapping) else str(choice)
    verdict = "worse than" if score < 0 else "no better than" if score == 0 else "only a little better than"
    return (
        f"Your plan was not carried out: {said}.\nIts evaluation score is {_told(score)}; it is {verdict} what you usually do in this situation. "
        f"The score should be above {_told(threshold)}. Find out what the plan lacks, and give a better one."
    )


def _told(score: float) -> str:
    return "0" if abs(score) < 0.005 else f"{score:+.2f}"


class Reconsidered(Observation):
    """What a seat may know, and what became of its last proposal."""

    __slots__ = ("feedback",)

    def __init__(self, observation: Observation, feedback: str) -> None:
        super().__init__(observation._live(), observation.seat)
        self.feedback = feedback

    @property
    def request(self) -> str:
        return f"{self.feedback}\n\n{super().request}"

    def text(self) -> str:
        return f"{super().text()}\n{self.feedback}"
