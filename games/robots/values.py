"""Exact values of a planner that errs: what its joint actions are worth, and what each robot's part adds, on the tasks whose positions can be listed.

The planner mu begins a shortest plan with probability 1 - noise, each of the best joint actions alike, and otherwise draws any joint action in which
nobody fails. Its values are those of endless play, V = E[r + discount V'], found by solving the linear equations over everything that can come of a
position. Advantages follow Zhang et al. 2024 (ReAd, arXiv 2405.14314, section 3): of a joint action, Q(s, a) - V(s); of one robot's action after those
before it have chosen, Q(s, a_1..a_k) - Q(s, a_1..a_k-1), where Q of the first k actions is the mean over what mu would let the others do.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np

from .plan import planner
from .task import Joint, Position, Task

__all__ = ["ImprovedPlans", "NoisyPlans", "Plans", "Values", "noisy_plans", "values_of"]

_ROUNDING = 1e-9


class Plans:
    """A planner as probabilities of joint actions. Subclasses write :meth:`joints`.

    Args:
        task: the task.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._after: dict[tuple[Position, Joint], dict[Joint, float]] = {}

    def joints(self, position: Position) -> dict[Joint, float]:
        """Give the probabilities of joint actions; none when the task is completed."""
        raise NotImplementedError

    def after(self, position: Position, prefix: Joint) -> dict[Joint, float]:
        """Give the probabilities of joint actions that begin with what the first robots have chosen.

        Where the planner never chooses so, the others do what completes the task soonest beside it, or fail with it.
        """
        found = self._after.get((position, prefix))
        if found is None:
            found = self._after[position, prefix] = self._given(position, prefix)
        return found

    def _given(self, position: Position, prefix: Joint) -> dict[Joint, float]:
        size = len(prefix)
        kept = {joint: chance for joint, chance in self.joints(position).items() if joint[:size] == prefix and chance > 0}
        if kept:
            whole = sum(kept.values())
            return {joint: chance / whole for joint, chance in kept.items()}
        able = [self.task.able(position, robot) for robot in range(size, len(self.task.roles))]
        joints = [prefix + rest for rest in itertools.product(*able)]
        steps = [planner(self.task).steps(self.task.step(position, joint).position) for joint in joints]
        nearest = [joint for joint, left in zip(joints, steps, strict=True) if left == min(steps)]
        return dict.fromkeys(nearest, 1 / len(nearest))


class NoisyPlans(Plans):
    """The planner that errs.

    Args:
        task: the task.
        noise: how likely it draws any joint action, from 0 to 1.
    """

    def __init__(self, task: Task, noise: float) -> None:
        super().__init__(task)
        self.noise = noise
        self._found: dict[Position, dict[Joint, float]] = {}

    def joints(self, position: Position) -> dict[Joint, float]:
        found = self._found.get(position)
        if found is None:
            best, possible = planner(self.task).best(position), self.possible(position)
            found = {} if self.task.done(position) else dict.fromkeys(possible, self.noise / len(possible))
            for joint in best:
                found[joint] += (1 - self.noise) / len(best)
            self._found[position] = found
        return found

    def possible(self, position: Position) -> list[Joint]:
        """List the joint actions in which nobody fails."""
        able = [self.task.able(position, robot) for robot in range(len(self.task.roles))]
        return [joint for joint in itertools.product(*able) if not any(self.task.reasons(position, joint))]


class ImprovedPlans(Plans):
    """A planner weighted by its own advantages: pi(a|s) = mu(a|s) exp(A(s, a) / temperature) / Z (ReAd, section 3.3).

    Args:
        values: of the planner mu.
        temperature: the smaller, the further from mu; 0 keeps what has no negative advantage and drops the rest.
        in_turn: robot after robot by local advantages, each normalised for itself, as the paper's sequential form has it. It is another policy than the
            joint form: the constants depend on what the robots before have chosen.
    """

    def __init__(self, values: Values, temperature: float, *, in_turn: bool = False) -> None:
        super().__init__(values.task)
        self.values, self.temperature, self.in_turn = values, temperature, in_turn

    def joints(self, position: Position) -> dict[Joint, float]:
        if self.in_turn:
            return self._grown(position, {(): 1.0})
        mu = self.values.plans.joints(position)
        return self._weighted(mu, {joint: self.values.advantage(position, joint) for joint in mu})

    def _grown(self, position: Position, begun: dict[Joint, float]) -> dict[Joint, float]:
        """Let the next robot choose after each of the choices of those before it, until all have."""
        size = len(next(iter(begun)))
        if self.task.done(position) or size == len(self.task.roles):
            return {} if self.task.done(position) else begun
        grown: dict[Joint, float] = {}
        for prefix, reached in begun.items():
            own: dict[Joint, float] = {}
            for joint, chance in (self.values.plans.after(position, prefix) if prefix else self.values.plans.joints(position)).items():
                own[joint[: size + 1]] = own.get(joint[: size + 1], 0.0) + chance
            gains = {choice: self.values.local(position, prefix, choice[-1]) for choice in own}
            grown |= {choice: reached * chance for choice, chance in self._weighted(own, gains).items()}
        return self._grown(position, grown)

    def _weighted(self, mu: dict[Joint, float], gains: dict[Joint, float]) -> dict[Joint, float]:
        top = max(gains.values(), default=0.0)
        if self.temperature == 0:
            weights = {choice: chance * (gains[choice] >= -_ROUNDING) for choice, chance in mu.items()}
        else:
            weights = {choice: chance * float(np.exp((gains[choice] - top) / self.temperature)) for choice, chance in mu.items()}
        whole = sum(weights.values())
        return {choice: weight / whole for choice, weight in weights.items() if weight > 0}


class Values:
    """The exact values of a planner.

    Args:
        plans: the planner; what it does must not depend on the names of things that are alike.
        discount: of rewards, a step; below 1.
    """

    def __init__(self, plans: Plans, discount: float = 0.9) -> None:
        self.plans, self.task, self.discount = plans, plans.task, discount
        self._values: dict[Position, float] = {}

    def value(self, position: Position) -> float:
        """Give V(s)."""
        key = self.task.canonical(position)
        if key not in self._values:
            self._solve(key)
        return self._values[key]

    def joint(self, position: Position, joint: Joint) -> float:
        """Give Q(s, a)."""
        after, reward, _ = self.task.step(position, joint)
        return reward + self.discount * self.value(after)

    def prefix(self, position: Position, prefix: Joint) -> float:
        """Give Q(s, a_1..a_k); V(s) of nothing chosen, Q(s, a) of everything."""
        if not prefix:
            return self.value(position)
        if len(prefix) == len(self.task.roles):
            return self.joint(position, prefix)
        return sum(chance * self.joint(position, joint) for joint, chance in self.plans.after(position, prefix).items())

    def advantage(self, position: Position, joint: Joint) -> float:
        """Give A(s, a) = Q(s, a) - V(s)."""
        return self.joint(position, joint) - self.value(position)

    def local(self, position: Position, prefix: Joint, action: int) -> float:
        """Give what one robot's action adds after ``prefix``; over all robots these add up to the advantage of the joint action."""
        return self.prefix(position, (*prefix, action)) - self.prefix(position, prefix)

    def _solve(self, first: Position) -> None:
        """Solve V = r + discount P V over everything that can come of a position."""
        from scipy.sparse import csr_array, identity
        from scipy.sparse.linalg import spsolve

        number = {first: 0}
        queue, rows, columns, chances = [first], list[int](), list[int](), list[float]()
        rewards: list[float] = []
        for position in queue:
            here, earned = number[position], 0.0
            for joint, chance in self.plans.joints(position).items():
                after, reward, _ = self.task.step(position, joint)
                there = self.task.canonical(after)
                if there not in number:
                    number[there] = len(queue)
                    queue.append(there)
                earned += chance * reward
                rows.append(here)
                columns.append(number[there])
                chances.append(chance)
            rewards.append(earned)
        size = len(queue)
        matrix = identity(size, format="csc") - self.discount * csr_array((chances, (rows, columns)), shape=(size, size)).tocsc()
        self._values |= dict(zip(queue, np.atleast_1d(spsolve(matrix, np.array(rewards))).tolist(), strict=True))


@lru_cache(maxsize=64)
def noisy_plans(task: Task, noise: float) -> NoisyPlans:
    """Give the planner of a task that errs; all who ask share what it has found."""
    return NoisyPlans(task, noise)


@lru_cache(maxsize=64)
def values_of(task: Task, noise: float, discount: float = 0.9) -> Values:
    """Give the values of a task's planner; all who ask share what has been found."""
    return Values(noisy_plans(task, noise), discount)
