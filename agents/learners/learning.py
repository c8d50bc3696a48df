"""What a learner is: it mixes among arms, sees losses, and mixes anew; many independent runs at once.

Players hold one run; analyses run a learner on all sequences of a study in one call of :func:`run`. All losses a learner sees lie in [0, 1].
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError

__all__ = ["Floats", "Learner", "Ran", "draw_arms", "one_hot", "run", "tuned_rate"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Learner:
    """A rule of learning, for ``runs`` independent runs at once. Subclasses write :meth:`mix` and :meth:`update`.

    Attributes:
        feedback: ``"full"`` when it needs the losses of all arms, ``"bandit"`` when that of the arm it took is enough.
        needs_rounds: it must know how many rounds there will be.
    """

    feedback: ClassVar[Literal["full", "bandit"]] = "full"
    needs_rounds: bool = False

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        """Begin. ``rounds`` is how many there will be, as far as known; ``rng`` serves learners that draw."""
        self.runs, self.arms, self.rounds, self.rng = runs, arms, rounds, rng
        self.round = 0

    def mix(self) -> Floats:
        """Give the probabilities of the arms in this round: of shape (runs, arms)."""
        raise NotImplementedError

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        """Learn from a round.

        Args:
            losses: of shape (runs, arms), in [0, 1]; those of arms not taken are NaN where only the own loss is seen.
            mixed: what :meth:`mix` gave.
            taken: the arm that was taken, of shape (runs,).
        """
        raise NotImplementedError

    def require(self, condition: bool, name: str, should: str) -> None:
        """Raise ParameterError with the parameter's value and what would be right."""
        if not condition:
            raise ParameterError(f"{type(self).__name__}: {name}={getattr(self, name)!r} {should}")


class Ran(NamedTuple):
    """What a learner did on some sequences.

    Attributes:
        mixed: its probabilities, of shape (runs, rounds, arms).
        taken: the arms drawn by them, of shape (runs, rounds).
    """

    mixed: Floats
    taken: Ints


def run(learner: Learner, losses: Floats, rng: np.random.Generator) -> Ran:
    """Run a learner on sequences that do not answer it.

    Args:
        learner: the rule.
        losses: of shape (runs, rounds, arms), in [0, 1].
        rng: what is drawn comes from it.
    """
    runs, rounds, arms = losses.shape
    learner.start(runs, arms, rounds, rng)
    mixed, taken = np.empty(losses.shape), np.empty((runs, rounds), np.int64)
    for number in range(rounds):
        mixed[:, number] = learner.mix()
        taken[:, number] = draw_arms(mixed[:, number], rng)
        learner.update(losses[:, number], mixed[:, number], taken[:, number])
        learner.round += 1
    return Ran(mixed, taken)


def draw_arms(mixed: Floats, rng: np.random.Generator) -> Ints:
    """Draw an arm from each row of probabilities of shape (runs, arms)."""
    if ((mixed == 0) | (mixed == 1)).all():
        return mixed.argmax(axis=1)
    sums = np.cumsum(mixed, axis=1)
    return np.asarray((rng.random((len(mixed), 1)) * sums[:, -1:] >= sums[:, :-1]).sum(axis=1))


def one_hot(arms: Ints, count: int) -> Floats:
    """Give the distributions that are sure of an arm: of shape (runs, count)."""
    return np.eye(count)[arms]


def tuned_rate(arms: int, rounds: float) -> float:
    """Give the rate of exponential weights that suits a horizon: ``sqrt(8 ln d / T)`` (Cesa-Bianchi and Lugosi 2006, theorem 2.2)."""
    return math.sqrt(8 * math.log(arms) / max(rounds, 1))
