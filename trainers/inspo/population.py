"""A population of instructions: who is drawn, what is credited, who is dropped, who comes in.

After INSPO (Zhou et al. 2025, arXiv:2512.01945): an instruction is drawn by p(I) = softmax(w / t), the rewards of what was played under it move w, and
the population is pruned by successive halving. What the paper leaves open is settled here by simulation (docs/inspo.md): weights move once a step, by
the mean of all credits of the step; moved after every group, they follow noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..credit import Floats

__all__ = ["Instruction", "Population"]


@dataclass
class Instruction:
    """One instruction.

    Attributes:
        id: number; the first ones are the seeds.
        text: what the player is told.
        parent: id of the one that it was made from; None for a seed.
        born: step at which it came in.
        weight: importance w, on the scale of rewards.
        count, mean, square: credits so far, their mean, and the sum of squared differences from it (Welford).
        died: step at which it was dropped; None while it is drawn.
    """

    id: int
    text: str
    parent: int | None = None
    born: int = 0
    weight: float = 0.0
    count: int = 0
    mean: float = 0.0
    square: float = 0.0
    died: int | None = None

    @property
    def alive(self) -> bool:
        """Whether it is drawn."""
        return self.died is None

    def credited(self, credits: Sequence[float], rate: float) -> None:
        """Move the weight towards the mean of a step's credits; the first ones set it where it was not inherited."""
        self.weight = float(np.mean(credits)) if not self.count and self.parent is None else (1 - rate) * self.weight + rate * float(np.mean(credits))
        for credit in credits:
            self.count += 1
            ahead = credit - self.mean
            self.mean += ahead / self.count
            self.square += ahead * (credit - self.mean)

    def at_least(self, errors: float) -> float:
        """Lower confidence bound: the weight less so many standard errors of the mean credit."""
        if self.count < 2:
            return self.weight - errors
        return self.weight - errors * float(np.sqrt(self.square / (self.count - 1) / self.count))


@dataclass
class Population:
    """Instructions, dead ones among them: they are the others' ancestors.

    Attributes:
        members: all that ever were, by id.
        temperature: t of the softmax, of the order of true differences in reward: at 1, draws are even.
        floor: share of draws that is even, so that nobody starves.
        rate: how far a step's mean moves a weight.
    """

    members: list[Instruction] = field(default_factory=list)
    temperature: float = 0.02
    floor: float = 0.1
    rate: float = 0.2

    @classmethod
    def of(cls, seeds: Sequence[str], **settings: float) -> Population:
        """Begin with seeds, all of the same weight."""
        return cls([Instruction(number, text) for number, text in enumerate(seeds)], **settings)

    @property
    def alive(self) -> list[Instruction]:
        """Those that are drawn."""
        return [member for member in self.members if member.alive]

    def shares(self) -> Floats:
        """Give p(I) of those alive, in their order: softmax(w/t), mixed with even shares."""
        weights = np.array([member.weight for member in self.alive]) / self.temperature
        likely = np.exp(weights - weights.max())
        return (1 - self.floor) * likely / likely.sum() + self.floor / len(weights)

    def draw(self, count: int, rng: np.random.Generator, *, distinct: int = 1) -> list[list[Instruction]]:
        """Draw instructions for so many deals.

        Args:
            count: deals.
            rng: source of chance.
            distinct: different instructions a deal; with two, rewards can be compared on the same deal.
        """
        alive, shares = self.alive, self.shares()
        size = min(distinct, len(alive))
        return [[alive[index] for index in rng.choice(len(alive), size, replace=False, p=shares)] for _ in range(count)]

    def credit(self, earned: Mapping[int, Sequence[float]]) -> None:
        """Credit a step's rewards.

        Args:
            earned: by id, a credit for every group that was played under it.
        """
        for id, credits in sorted(earned.items()):
            if credits:
                self.members[id].credited(credits, self.rate)

    def halve(self, step: int, *, least: int, keep: int = 1, errors: float = 1.0) -> list[Instruction]:
        """Drop the worse half by lower confidence bounds (successive halving); who has fewer than ``least`` credits is not judged yet and stays.

        Args:
            step: the step's number.
            least: credits.
            keep: as many stay at least.
            errors: standard errors below the weight at which the bound is.

        Returns:
            Those that stay, best first.
        """
        order = sorted(self.alive, key=lambda member: (-member.at_least(errors), member.id))
        kept = order[: max(keep, -(-len(order) // 2))]
        for member in order[len(kept) :]:
            if member.count >= least:
                member.died = step
        return [member for member in order if member.alive]

    def admit(self, text: str, parent: Instruction, ahead: float, step: int) -> Instruction:
        """Take in a new instruction, which begins at its parent's weight and what it was found to be ahead of it."""
        self.members.append(Instruction(len(self.members), text, parent.id, step, parent.weight + ahead))
        return self.members[-1]

    def plain(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return asdict(self)

    @classmethod
    def load(cls, plain: Mapping[str, Any]) -> Population:
        """Undo :meth:`plain`."""
        return cls(**{**plain, "members": [Instruction(**member) for member in plain["members"]]})
