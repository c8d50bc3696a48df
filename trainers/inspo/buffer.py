"""What went wrong, worst and newest first: a bounded buffer that instructions are made better from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["Buffer", "Case"]


class Case(NamedTuple):
    """One episode as evidence.

    Attributes:
        step: when it was played.
        instruction: id of the one that it was played under.
        reward: from 0 to 1.
        facts: the game's outcome, as JSON values.
        told: what happened, in words.
        deal: which deal it was: of one deal, only the worst case is worth keeping.
    """

    step: int
    instruction: int
    reward: float
    facts: dict[str, Any]
    told: str
    deal: int


@dataclass
class Buffer:
    """Keeps the cases that matter most: failures before successes, new ones before old.

    Attributes:
        size: how many are kept.
        half_life: steps after which a case counts half.
        cases: what is kept.
    """

    size: int = 256
    half_life: float = 20.0
    cases: list[Case] = field(default_factory=list)

    def priority(self, case: Case, now: int) -> float:
        """Give (1 - reward) times a factor that halves every ``half_life`` steps."""
        return (1 - case.reward) * 0.5 ** ((now - case.step) / self.half_life)

    def add(self, cases: Sequence[Case], now: int) -> None:
        """Take cases in, and let go of those that matter least."""
        worst: dict[tuple[int, int, int], Case] = {}
        for case in [*self.cases, *cases]:
            key = (case.step, case.deal, case.instruction)
            if key not in worst or case.reward < worst[key].reward:
                worst[key] = case
        # ties go to the newer
        self.cases = sorted(worst.values(), key=lambda case: (-self.priority(case, now), -case.step, case.instruction, case.deal))[: self.size]

    def evidence(self, instruction: int, now: int, count: int) -> list[Case]:
        """Give the cases of an instruction that matter most; of all, where it has none."""
        own = [case for case in self.cases if case.instruction == instruction] or self.cases
        return sorted(own, key=lambda case: -self.priority(case, now))[:count]
