"""What a regressed critic is, and what all of them have in common, whatever they read positions from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ...games.actions import Move
from ...games.core import Game, Observation
from .features import Floats, Ints, choices, joint_game

__all__ = ["Card", "Positions", "Reads", "Regressed"]

Reads = Literal["numbers", "words"]
Positions = NDArray[Any]
"""``B`` positions as a critic reads them: ``(B, features)`` numbers, or ``(B,)`` texts."""


@dataclass(frozen=True)
class Card:
    """What a critic is.

    Attributes:
        team: hash of the game that the team plays; the planner's own order makes no difference.
        label: the same game for people.
        inputs: features of a position; 0 where it reads words.
        sizes: options of each seat.
        discount: of rewards, an environment step.
        planner: whose play it judges, as a player's plain form.
        thresholds: above which a proposal is good enough, by the order in which the planner chooses.
        reads: what it reads positions from.
        options: of each seat, in words, where it reads words.
    """

    team: str
    label: str
    inputs: int
    sizes: tuple[int, ...]
    discount: float
    planner: Mapping[str, Any]
    thresholds: Mapping[str, float]
    reads: Reads = "numbers"
    options: tuple[tuple[str, ...], ...] = ()


class Regressed:
    """Q of a position and the choices of the first seats: with no choices it is V, with all of them the joint Q.

    So its local advantages add up to the joint one by construction.

    Args:
        card: what it is.
        earned: mean and spread of the returns that it was fitted to.
    """

    def __init__(self, card: Card, earned: tuple[float, float]) -> None:
        self.card, self.earned = card, earned

    @staticmethod
    def position(observation: Observation) -> Any:
        """Write a position down as it reads it."""
        raise NotImplementedError

    def values(self, positions: Positions, chosen: Ints) -> Floats:
        """Give Q(s, a_1..a_k), ``(B,)``.

        Args:
            positions: ``B`` of them.
            chosen: ``(B, seats)``, -1 for what is not chosen.
        """
        raise NotImplementedError

    def tensors(self) -> dict[str, Floats]:
        """Give what is not on the card as arrays by name."""
        raise NotImplementedError

    def carded(self, card: Card) -> Self:
        """Give the same critic with another card."""
        twin = copy.copy(self)
        twin.card = card
        return twin

    def score(self, observation: Observation, move: Move) -> float:
        """Give the advantage of a move over what the planner usually does after what was chosen before."""
        both = np.stack([np.array(observation.data["chosen"], np.int64), choices(observation, move)])
        before, after = self.values(np.array([self.position(observation)] * 2), both).tolist()
        return float(after - before)

    def threshold(self, game: Game) -> float:
        """Say above which score a proposal is good enough."""
        return self.card.thresholds[joint_game(game).order]

    def fits(self, game: Game) -> str | None:
        """Say why it knows nothing of a game, or None when it does."""
        try:
            team = joint_game(game).team
        except ParameterError as problem:
            return str(problem)
        return None if team.hash == self.card.team else f"it was fitted to {self.card.label}, and this is {team.label}"
