"""The planner's seat as a ``gymnasium.vector.VectorEnv``: one environment is one economy, one step a tax year of compiled workers who answer exactly.

    envs = make("economist", control="changes").vector_env(256)
    observations, infos = envs.reset(seed=0)
    observations, rewards, terminations, truncations, infos = envs.step(actions)

It needs the extra ``fast``. An action is the number of a law among all that the game's seats can ever choose (``ludens.agents.neural``'s outputs); which of
them are legal now stands in ``infos["legal"]``. Tests hold it to the readable game with scripted workers of the kind ``best_response``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from ..core import NotSupported
from ..domains import Record
from ..spaces import codec
from .game import PLANNER, Economist
from .kernel import EconomistBatch
from .schedule import Schedule, paid_in_brackets
from .welfare import gini

__all__ = ["EconomistVectorEnv"]


class EconomistVectorEnv(VectorEnv):
    """Many economies, each with a population of its own, drawn anew when it begins again (``NEXT_STEP``); all begin and end together.

    Observations have the shape (num_envs, 1, inputs): the planner's, with zeros at the end where a worker's are longer. Rewards add up to the mean welfare of
    the game. ``infos["legal"]`` is bool of shape (num_envs, 1, outputs).

    Args:
        game: the rules.
        num_envs: how many economies.

    Raises:
        ParameterError: ``num_envs`` is not positive.
        NotSupported: laws are chosen by vote, workers want other things than their own, or money has curvature: compiled workers know nothing of that.
        MissingExtra: numba is not installed.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012  # as gymnasium has it

    def __init__(self, game: Economist, num_envs: int) -> None:
        if num_envs < 1:
            raise ParameterError(f"{game.made_as}: num_envs={num_envs} should be positive")
        if game.ballot != "none" or game.altruists or game.adversaries or game.satisfaction:
            raise NotSupported(f"{game.label}: the vector environment has workers who want their own alone, and no votes")
        self.game, self.num_envs = game, num_envs
        self._batch = EconomistBatch(game, num_envs, worker="best_response")
        domains = dict.fromkeys((game.action_domain(PLANNER), game.action_domain(PLANNER + 1)))
        listed = [codec(domain).values for domain in domains]
        if None in listed:
            raise NotSupported(f"{game.label}: laws and hours cannot be numbered; a coarser rate_step and an hours_step would be right")
        laws = listed[0] or ()
        names = [name for name, _ in _record(game.action_domain(PLANNER)).fields]
        self._laws = np.array([[law[name] for name in names] for law in laws], np.int64)
        outputs = len(dict.fromkeys(str(value) for values in listed for value in values or ()))
        inputs = max(game.observation_space(seat).shape[0] for seat in (PLANNER, PLANNER + 1))
        self._inputs, self._outputs = inputs, outputs
        self.single_observation_space = Box(0, 1, (1, inputs))
        self.single_action_space = MultiDiscrete([outputs])
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._rates = np.zeros((num_envs, len(game.edges)), np.int64)
        self._year, self._over = 0, False

    def reset(self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin all economies anew. Raises NotSupported where only some are to begin."""
        if options and options.get("reset_mask") is not None and not np.all(options["reset_mask"]):
            raise NotSupported(f"{self.game.made_as}: all economies begin together")
        first = seed if isinstance(seed, int | None) else seed[0]
        super().reset(seed=first)
        if first is not None:
            self._batch = EconomistBatch(self.game, self.num_envs, first, worker="best_response")
        self._begin()
        return self._seen(), self._infos()

    def step(self, actions: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Post laws and let a year pass.

        Raises:
            ParameterError: an action is no law, or not legal now.
        """
        no, rewards = np.zeros(self.num_envs, np.bool_), np.zeros(self.num_envs, np.float32)
        if self._over:
            self._begin()
            return self._seen(), rewards, no, no, self._infos()
        chosen = np.asarray(actions).reshape(self.num_envs)
        if not self._legal()[np.arange(self.num_envs), chosen].all():
            raise ParameterError(f"{self.game.made_as}: an action is no law that may be chosen now; infos['legal'] says which are")
        laws = self._laws[chosen]
        self._rates = laws if self.game.terms.control == "rates" else self._rates + laws
        rewards += self._earned + self._work()
        self._earned[:] = 0.0
        self._over = self._year == self.game.terms.years
        return self._seen(), rewards, np.full(self.num_envs, self._over), no, self._infos()

    def _begin(self) -> None:
        self._batch.reset()
        self._rates[:] = self.game.start_rate
        self._year, self._over, self._earned = 0, False, np.zeros(self.num_envs)
        if self.game.terms.control == "changes":
            # the first year passes under the law as it stands; what it earned is paid with the first decision
            self._earned += self._work()
            self._over = self._year == self.game.terms.years

    def _work(self) -> NDArray[np.float64]:
        """Let a year pass; give each economy's share in the mean welfare of the game."""
        self._batch.set_law(self._rates / 100)
        trace = self._batch.run(self.game.terms.year_length)
        self._year += 1
        return trace.welfare.sum(axis=1) / self.game.steps

    def _legal(self) -> NDArray[np.bool_]:
        legal = np.zeros((self.num_envs, self._outputs), np.bool_)
        after = self._laws[None] + (self._rates[:, None] if self.game.terms.control == "changes" else 0)
        legal[:, : len(self._laws)] = ((after >= 0) & (after <= 100)).all(axis=2)
        return legal

    def _infos(self) -> dict[str, Any]:
        return {"legal": self._legal()[:, None]}

    def _seen(self) -> NDArray[np.float32]:
        game, batch, brackets = self.game, self._batch, len(self.game.edges)
        rates = self._rates / 100
        seen = np.zeros((self.num_envs, 1, self._inputs), np.float32)
        row = seen[:, 0]
        row[:, 0] = self._year / game.terms.years
        row[:, 2 : 2 + brackets] = rates
        if self._year:
            incomes = batch.income
            at = Schedule.of(game.edges, rates[0]).bracket(incomes)
            row[:, 2 + brackets : 2 + 2 * brackets] = (at[:, :, None] == np.arange(brackets)).mean(axis=1)
            held = paid_in_brackets(incomes, game.edges).sum(axis=1) / np.maximum(incomes.sum(axis=1), 1e-12)[:, None]
            row[:, 2 + 2 * brackets : 2 + 3 * brackets] = held
            row[:, 2 + 3 * brackets] = np.clip(np.log1p(incomes.mean(axis=1)) / np.log1p(game.most_income), 0, 1)
            row[:, 3 + 3 * brackets] = gini(batch.consumption)
        return np.clip(seen, 0, 1)


def _record(domain: Any) -> Record:
    assert isinstance(domain, Record)
    return domain
