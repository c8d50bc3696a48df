"""What is remembered of the last rounds: trajectories, and who won where somebody asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..preferences import Preference
from .environments import Floats
from .playing import Round

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Memory", "wins"]


def wins(preference: Preference[Any], fresh: Floats, older: Floats, *, opponents: int, kind: str, rng: np.random.Generator) -> Floats:
    """Compare each fresh trajectory with some of those that came before it: the older ones, and the fresh ones with smaller numbers.

    So no pair is asked about twice, and whoever is a round older was compared as often with those that came after as with those that came before.

    Args:
        preference: is asked.
        fresh: measures of a round, ``(N, M)``.
        older: of the rest of the queue, ``(K, M)``.
        opponents: how many each is compared with, drawn without replacement; all where there are fewer.
        kind: of the answers: "hard", drawn by the preference's probability, or "soft".
        rng: draws opponents and hard answers.

    Returns:
        How far each fresh trajectory won, against the fresh ones first, ``(N, N + K)``; NaN where nobody asked.
    """
    count = len(fresh)
    line, table = np.concatenate([fresh, older]), np.full((count, count + len(older)), np.nan)
    for number in range(count):
        before = np.concatenate([np.arange(number), np.arange(count, len(line))])
        drawn = rng.choice(before, min(opponents, len(before)), replace=False)
        if not len(drawn):
            continue
        answers = preference.table([fresh[number]], list(line[drawn]))[0]
        if kind == "hard":
            answers = (rng.random(len(drawn)) < answers).astype(float)
        table[number, drawn] = answers
        among = drawn < count
        table[drawn[among], number] = 1 - answers[among]
    return table


class Memory(NamedTuple):
    """The last rounds, in a ring: round ``n`` lies in slot ``n % rounds``.

    Attributes:
        raw: observations as the environment gave them, those after the last steps too, ``(rounds, N, H + 1, O)``.
        chosen: actions as they were drawn, ``(rounds, N, H, A)``.
        hidden: rewards of the environment, ``(rounds, N, H)``.
        table: how far each trajectory won against each other one, ``(rounds, N, rounds, N)``; NaN where nobody asked.
    """

    raw: Tensor
    chosen: Tensor
    hidden: Tensor
    table: Tensor

    @classmethod
    def empty(cls, rounds: int, count: int, horizon: int, seen: int, actions: int) -> Memory:
        """Make room for rounds of so many trajectories."""
        import torch

        raw, chosen = torch.zeros(rounds, count, horizon + 1, seen), torch.zeros(rounds, count, horizon, actions)
        return cls(raw, chosen, torch.zeros(rounds, count, horizon), torch.full((rounds, count, rounds, count), float("nan")))

    def slots(self, number: int, rounds: int) -> list[int]:
        """Say where the last rounds lie, the latest, ``number``, first: as many as were played and are kept."""
        return [(number - back) % len(self.raw) for back in range(min(rounds, number + 1, len(self.raw)))]

    def keep(self, played: Round, number: int) -> None:
        """Take in a round, in the place of the oldest one; nobody was asked about it yet."""
        import torch

        (slot,) = self.slots(number, 1)
        self.raw[slot], self.chosen[slot] = played.raw, played.chosen
        self.hidden[slot] = torch.from_numpy(played.rewards)
        self.table[slot] = self.table[:, :, slot] = float("nan")

    def answered(self, table: Floats, number: int) -> None:
        """Take in what :func:`wins` said of a round, against itself and as many rounds before it as the table is wide."""
        import torch

        count = len(table)
        answers = torch.from_numpy(table).float().unflatten(1, (-1, count))
        for back, slot in enumerate(self.slots(number, answers.shape[1])):
            self.table[number % len(self.raw), :, slot] = answers[:, back]
            if back:
                self.table[slot, :, number % len(self.raw)] = 1 - answers[:, back].T

    def shares(self, slots: list[int], queue: list[int]) -> Tensor:
        """Give each trajectory's share of wins where it was compared with one of the queue, ``(len(slots), N)``; 1/2 where it never was.

        Swamy et al. 2024, arXiv:2401.04056, Algorithm 2.
        """
        import torch

        table = self.table[slots][:, :, queue].flatten(2)
        asked = (~table.isnan()).sum(2)
        return torch.where(asked > 0, table.nansum(2) / asked.clamp(min=1), 0.5)
