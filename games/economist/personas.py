"""People: who a worker is, in words, drawn from tables whose shares sum to one.

The shares are round numbers of ours, after the make-up of the labour force in the United States; nothing in them depends on income, so that a persona tells
a language model how to feel, not what it earns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...errors import ParameterError

__all__ = ["AGES", "ATTITUDES", "OCCUPATIONS", "SEXES", "Persona", "draw_persona", "draw_personas"]

OCCUPATIONS: dict[str, float] = {
    "office clerk": 0.12,
    "shop assistant": 0.09,
    "lorry driver": 0.09,
    "cook": 0.08,
    "manager": 0.11,
    "accountant": 0.06,
    "factory worker": 0.07,
    "nurse": 0.07,
    "teacher": 0.06,
    "electrician": 0.05,
    "software developer": 0.04,
    "care worker": 0.05,
    "cleaner": 0.04,
    "police officer": 0.02,
    "engineer": 0.02,
    "hairdresser": 0.02,
    "farmer": 0.01,
}
AGES: dict[tuple[int, int], float] = {(18, 24): 0.13, (25, 34): 0.23, (35, 44): 0.22, (45, 54): 0.20, (55, 64): 0.16, (65, 75): 0.06}
"""Bands, both ends included; within a band all ages are alike likely."""
SEXES: dict[str, float] = {"woman": 0.47, "man": 0.53}
ATTITUDES: dict[str, float] = {
    "thinks that taxes are a fair price for what everybody shares": 0.22,
    "thinks that those who earn more should pay a larger share": 0.24,
    "thinks that people should keep what they earn": 0.20,
    "does not trust the government to spend well": 0.16,
    "cares little about taxes as long as the family gets by": 0.18,
}


class Persona(NamedTuple):
    """One person."""

    occupation: str
    age: int
    sex: str
    attitude: str

    @property
    def words(self) -> str:
        """Tell the person who it is."""
        article = "an" if self.occupation[0] in "aeiou" else "a"
        feeling = self.attitude.replace("thinks", "think").replace("does not", "do not").replace("cares", "care")
        return f"You are a {self.sex} of {self.age}, {article} {self.occupation}, and you {feeling}."

    @property
    def row(self) -> dict[str, Any]:
        """The person as JSON values, for tables."""
        return self._asdict()


def draw_persona(rng: np.random.Generator) -> Persona:
    """Draw one person."""
    occupation, band, sex, attitude = (_drawn(table, rng) for table in (OCCUPATIONS, AGES, SEXES, ATTITUDES))
    return Persona(occupation, int(rng.integers(band[0], band[1] + 1)), sex, attitude)


def draw_personas(count: int, seed: int) -> list[Persona]:
    """Draw so many people; the same seed gives the same ones.

    Raises:
        ParameterError: ``count`` is not positive.
    """
    if count < 1:
        raise ParameterError(f"count={count} should be at least 1")
    rng = np.random.default_rng(seed)
    return [draw_persona(rng) for _ in range(count)]


def _drawn(table: dict[Any, float], rng: np.random.Generator) -> Any:
    return list(table)[int(rng.choice(len(table), p=list(table.values())))]
