"""How scripted workers choose their hours: from exact best response to blind habit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from ....errors import ParameterError, nearest
from ....games.actions import Move
from ....games.core import Observation
from ....games.domains import Acts
from ....games.economist.game import Economist
from ....games.economist.labour import best_hours, reward_of_hours
from ....games.economist.schedule import Floats
from ....games.economist.setups import FULL_TIME
from .voter import Voter

__all__ = ["WORKERS", "BestResponse", "EpsilonGreedy", "Fixed", "HillClimbing", "Logit", "Worker", "worker"]

_ARM = 10
"""Hours between the arms of the table of an epsilon-greedy worker."""
_STRIDE = 10.0
"""Hours by which a hill-climbing worker first moves."""


class Rule(Protocol):
    """A way to choose hours."""

    def hours(self, rates: Floats, last: dict[str, Any] | None) -> float:
        """Choose hours, still to be fitted to what is allowed.

        Args:
            rates: of the law, shape (K,), from 0 to 1.
            last: facts of the worker's last step; None at the first.
        """
        ...


def _own_part(game: Economist, last: dict[str, Any]) -> float:
    """Give the part of a utility that came of the own hours: what all get alike moves with the others' hours and would mislead."""
    return float(last["utility"] - last["rebate"] * (1.0 if game.spending == "rebate" else game.good_value))


class BestResponse:
    """The hours that are best under the law, the last rebate taken as given.

    Args:
        game: the rules.
        skill: what an hour earns.
        effort: times the best hours are worked: below 1 to hold back, above 1 to give.
    """

    def __init__(self, game: Economist, skill: float, effort: float = 1.0) -> None:
        self.economy, self.edges, self.effort = game.economy(np.array([skill])), game.edges, effort
        # what comes back of the own tax depends on how many others there are
        back = (1.0 if game.spending == "rebate" else game.good_value) / game.workers if game.strategic else 0.0
        self.felt, self.given = 1 - back, game.spending == "rebate"

    def hours(self, rates: Floats, last: dict[str, Any] | None) -> float:
        rebate = last["rebate"] if last and self.given else 0.0
        return self.effort * float(best_hours(self.economy.tastes, self.economy.skills, self.edges, rates * self.felt, rebate)[0])


class Logit:
    """Hours drawn with probabilities that rise with their utility (a quantal response): ``exp(u / temperature)``, normalised.

    Args:
        game: the rules.
        skill: what an hour earns.
        rng: draws.
        temperature: in units of utility.
    """

    def __init__(self, game: Economist, skill: float, rng: np.random.Generator, temperature: float) -> None:
        if not temperature > 0:
            raise ParameterError(f"worker logit: temperature={temperature} should be positive")
        self.game, self.rng, self.temperature = game, rng, temperature
        step = game.terms.hours_step or 1
        self.options = np.arange(0, game.longest + 1e-9, step)
        self.skills = np.full(self.options.size, skill)

    def hours(self, rates: Floats, last: dict[str, Any] | None) -> float:
        rebate = last["rebate"] if last and self.game.spending == "rebate" else 0.0
        worth = reward_of_hours(self.game.tastes, self.options, self.skills, self.game.edges, rates, rebate=rebate) / self.temperature
        chances = np.exp(worth - worth.max())
        return float(self.options[self.rng.choice(self.options.size, p=chances / chances.sum())])


class HillClimbing:
    """Follows its experience: goes on as long as its utility (but for the rebate) rises, turns where it falls, in moves that shrink at each turn."""

    def __init__(self, game: Economist) -> None:
        self.game = game
        self.step, self.least, self.direction = _STRIDE, game.terms.hours_step or 0.1, 1.0
        self.full = min(FULL_TIME, game.longest)
        self.law: Floats | None = None
        self.before: float | None = None

    def hours(self, rates: Floats, last: dict[str, Any] | None) -> float:
        changed = self.law is None or bool((self.law != rates).any())
        self.law = rates
        if last is None:
            return self.full
        if changed:
            # what was earned under another law says little: look around again
            self.step, self.before = _STRIDE, None
        else:
            earned = _own_part(self.game, last)
            if self.before is not None and earned < self.before:
                self.direction, self.step = -self.direction, max(self.step / 2, self.least)
            self.before = earned
        return float(last["hours"]) + self.direction * self.step


class EpsilonGreedy:
    """Keeps the mean utility (but for the rebate) of hours in tens under the law in force; tries each once, then works the best, now and then any.

    Args:
        game: the rules.
        rng: draws.
        epsilon: how often any hours are tried, from 0 to 1.
    """

    def __init__(self, game: Economist, rng: np.random.Generator, epsilon: float) -> None:
        if not 0 <= epsilon <= 1:
            raise ParameterError(f"worker epsilon_greedy: epsilon={epsilon} should be from 0 to 1")
        self.game, self.rng, self.epsilon = game, rng, epsilon
        self.options = np.arange(0, game.longest + 1e-9, _ARM)
        self.law: Floats | None = None
        self.tried = 0

    def hours(self, rates: Floats, last: dict[str, Any] | None) -> float:
        if self.law is None or (self.law != rates).any():
            self.law, self.counts, self.means = rates, np.zeros(self.options.size), np.zeros(self.options.size)
        elif last is not None:
            self.counts[self.tried] += 1
            self.means[self.tried] += (_own_part(self.game, last) - self.means[self.tried]) / self.counts[self.tried]
        fresh = np.flatnonzero(self.counts == 0)
        if fresh.size:
            self.tried = int(self.rng.choice(fresh))
        elif self.rng.random() < self.epsilon:
            self.tried = int(self.rng.integers(self.options.size))
        else:
            self.tried = int(self.means.argmax())
        return float(self.options[self.tried])


class Fixed:
    """Works 40 to 60 hours whatever the tax (Karten et al. 2025), or always the same.

    Args:
        rng: draws.
        hours: None to draw anew in each step.
    """

    def __init__(self, rng: np.random.Generator, hours: float | None = None) -> None:
        self.rng, self.always = rng, hours

    def hours(self, rates: Floats, last: dict[str, Any] | None) -> float:
        return float(self.rng.integers(40, 61)) if self.always is None else self.always


class Worker:
    """A bot at a worker's seat: a rule, fitted to the hours that are allowed. It is satisfied when it gets back what it pays; :mod:`.voter` votes for it."""

    def __init__(self, game: Economist, rule: Rule, skill: float) -> None:
        self.game, self.rule, self.voter = game, rule, Voter(game, skill)

    def act(self, observation: Observation) -> Move:
        asked = observation.action_spec.domain
        if isinstance(asked, Acts) and "work" not in asked.names:
            return Move(self.voter.vote(observation) if "vote" in asked.names else self.voter.stand(observation))
        choice = self._work(observation)
        if isinstance(asked, Acts):
            return Move({"act": "work", **choice} if isinstance(choice, dict) else {"act": "work", "hours": choice})
        return Move(choice)

    def _work(self, observation: Observation) -> Any:
        last = next((event.data for event in reversed(observation.events) if event.kind == "work"), None)
        wanted = min(max(self.rule.hours(observation.data["rates"], last), 0), self.game.longest)
        step = self.game.terms.hours_step
        hours = int(min(round(wanted / step), self.game.longest // step) * step) if step else round(wanted, 2)
        satisfied = last is None or last["rebate"] >= last["tax"]
        return {"hours": hours, "satisfied": "yes" if satisfied else "no"} if self.game.satisfaction else hours


Maker = Callable[[Economist, float, np.random.Generator, dict[str, float]], Rule]

WORKERS: dict[str, Maker] = {
    "best_response": lambda game, skill, rng, knobs: BestResponse(game, skill),
    "logit": lambda game, skill, rng, knobs: Logit(game, skill, rng, knobs["temperature"]),
    "hill_climbing": lambda game, skill, rng, knobs: HillClimbing(game),
    "epsilon_greedy": lambda game, skill, rng, knobs: EpsilonGreedy(game, rng, knobs["epsilon"]),
    "fixed": lambda game, skill, rng, knobs: Fixed(rng),
    "full_time": lambda game, skill, rng, knobs: Fixed(rng, FULL_TIME),
    "generous": lambda game, skill, rng, knobs: BestResponse(game, skill, 1.1),
    "striking": lambda game, skill, rng, knobs: BestResponse(game, skill, 0.5),
}
"""Rules by name."""


def worker(game: Economist, name: str, skill: float, rng: np.random.Generator, *, temperature: float = 1000.0, epsilon: float = 0.1) -> Worker:
    """Make a worker.

    Args:
        game: the rules.
        name: of ``WORKERS``.
        skill: what an hour of it earns.
        rng: draws, where the rule draws.
        temperature: of ``logit``, in units of utility.
        epsilon: of ``epsilon_greedy``.

    Raises:
        ParameterError: no such rule, or a parameter out of range.
    """
    if name not in WORKERS:
        raise ParameterError(f"worker={name!r} is no rule for workers{nearest(name, WORKERS)}")
    return Worker(game, WORKERS[name](game, skill, rng, {"temperature": temperature, "epsilon": epsilon}), skill)
