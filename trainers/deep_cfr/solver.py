"""The algorithm: iterations of walks and learning, then the average policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...agents.neural import NeuralPolicy, actions_of, new_policy
from ...agents.neural.policy import shape_of
from ...errors import MissingExtra, ParameterError
from ...games.core import Game, NotSupported, State, seat_name
from .config import Config
from .lengths import Lengths
from .memory import Reservoir
from .network import Network, fit_policy, fit_regrets
from .together import Together
from .walks import Known, Walk, Walker

__all__ = ["DeepSolver"]


class DeepSolver:
    """Deep CFR with external sampling, a network of regrets for each group of seats and one average policy.

    Args:
        game: of perfect recall, with choices that can be listed.
        config: how it is run.
        seed: everything random follows from it.

    Attributes:
        iterations: how many have been run.
        regrets: the network of regrets of each group, as learned last; none before the first iteration.
        walks: how walks are made: together, or one by one, and why.

    Raises:
        ParameterError: the choices cannot be listed, roles are to share networks and there are none, or walks are to be made together in a game that has no
            engine for it.

    Source: Brown, Lerer, Gross and Sandholm 2019, "Deep counterfactual regret minimization", arXiv 1811.00164. Beyond zero-sum games of two nothing is
    promised but small regret.
    """

    def __init__(self, game: Game, config: Config, seed: int = 0) -> None:
        self.game, self.config, self.seed = game, config, seed
        self._actions = actions_of(game)
        if self._actions.kind != "listed":
            raise ParameterError(f"trainer deep_cfr: the choices of {game.made_as} are too many to be listed; a coarser grain would be right")
        if config.share == "role" and not game.type.roles:
            raise ParameterError(f"trainer deep_cfr: {game.made_as} has no roles that could share a network; share=seat would be right")
        shape = shape_of(game)
        self._inputs = int(np.prod(shape))
        self.groups = list(game.type.roles) if config.share == "role" else [seat_name(seat) for seat in range(game.seats)]
        sizes = (config.memory, self._inputs, self._actions.size)
        self.memories = {group: Reservoir(*sizes) for group in self.groups}
        self.policies = Reservoir(*sizes)
        self.regrets: dict[str, Network] = {}
        self.losses: dict[str, float] = {}
        self.iterations = 0
        self._lengths = Lengths(self.groups)
        self._walker = Walker(game, self._actions, self._inputs, regrets=self._regrets_of, group_of=self.group_of, depth=config.depth, lengths=self._lengths)
        self._together, self.walks = self._in_step()

    def _in_step(self) -> tuple[Together | None, str]:
        """Make what walks together, where the game and the configuration let it; tell how walks are made."""
        config = self.config
        if config.walks == "one_by_one":
            return None, "one by one"
        shared: dict[str, Any] = {"regrets": self.regrets.get, "by_role": config.share == "role", "depth": config.depth, "lengths": self._lengths}
        try:
            return Together(self.game, self._actions.choices, self._inputs, **shared), "together"
        except (NotSupported, MissingExtra) as problem:
            if config.walks == "together":
                raise ParameterError(f"trainer deep_cfr: walks=together is not possible here: {problem}") from problem
            return None, f"one by one: {problem}"

    def group_of(self, state: State, seat: int) -> str:
        """Tell whose network a seat of a position uses."""
        return str(state.roles[seat]) if self.config.share == "role" else seat_name(seat)

    def sight(self, state: State, seat: int) -> Known:
        """Give what a seat sees as the networks are shown it."""
        return self._walker.sight(state, seat)

    def _regrets_of(self, group: str, features: NDArray[np.float32]) -> NDArray[np.float32] | None:
        network = self.regrets.get(group)
        return None if network is None else network(features)

    def run(self, done: Callable[[int], None] | None = None) -> None:
        """Run all iterations that are left.

        Args:
            done: called after each with its number, from 1.
        """
        config = self.config
        while self.iterations < config.iterations:
            time = self.iterations + 1
            # draws follow from the seed and the iteration alone, so that a run that was cut off goes on as it would have
            rng = np.random.default_rng([self.seed, time])
            self._walker.begin()
            for group in self.groups:
                if self._together is not None:
                    self._together.walk(group, config.traversals, Walk(-1, time, self.memories[group], self.policies, rng))
                    continue
                for _ in range(config.traversals):
                    state = self.game.start(int(rng.integers(2**62)))
                    members = [seat for seat in range(self.game.seats) if self.group_of(state, seat) == group]
                    if members:
                        seat = members[int(rng.integers(len(members)))]
                        self._walker.walk(state, Walk(seat, time, self.memories[group], self.policies, rng))
            for number, group in enumerate(self.groups):
                if len(self.memories[group]):
                    fitted = {"steps": config.steps, "batch": config.batch, "seed": (self.seed * 7919 + time) * 64 + number}
                    network, loss = fit_regrets(self.memories[group], config.hidden, rate=config.learning_rate, **fitted)
                    self.regrets[group], self.losses[group] = network, loss
            self.iterations = time
            if done is not None:
                done(time)

    def average(self) -> NeuralPolicy:
        """Learn the average policy from everything that was seen: one network for all seats, which is to know its seat by what it sees."""
        config = self.config
        policy = new_policy(self.game, "mlp", seed=self.seed, hidden=list(config.hidden))
        fit_policy(policy.module, self.policies, steps=config.policy_steps, batch=config.batch, rate=config.learning_rate, seed=self.seed)
        return policy

    # -- what a run goes on from -----------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write everything to a file, whole or not at all."""
        arrays: dict[str, NDArray[Any]] = {f"policies/{name}": array for name, array in self.policies.arrays().items()}
        for group, memory in self.memories.items():
            arrays |= {f"memory/{group}/{name}": array for name, array in memory.arrays().items()}
        for group, network in self.regrets.items():
            arrays[f"scale/{group}"] = np.array(network.scale)
            for layer, pair in enumerate(network.layers):
                arrays |= {f"regrets/{group}/{layer}/{part}": array for part, array in zip("wb", pair, strict=True)}
        arrays |= {f"lengths/{group}": counts for group, counts in self._lengths.counts.items()}
        plain = {"iterations": self.iterations, "losses": self.losses}
        fresh = path.with_suffix(".new.npz")
        np.savez(fresh, point=np.array(json.dumps(plain)), **arrays)  # type: ignore[arg-type]
        fresh.replace(path)

    def load(self, path: Path) -> None:
        """Go on from what :meth:`save` wrote, where there is such a file."""
        if not path.exists():
            return
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        plain = json.loads(str(arrays["point"]))
        self.iterations, self.losses = plain["iterations"], plain["losses"]
        self._lengths.counts.update(_under(arrays, "lengths/"))
        self.policies.restore(_under(arrays, "policies/"))
        for group, memory in self.memories.items():
            memory.restore(_under(arrays, f"memory/{group}/"))
            found = _under(arrays, f"regrets/{group}/")
            if found:
                layers = [(found[f"{layer}/w"], found[f"{layer}/b"]) for layer in range(len(found) // 2)]
                self.regrets[group] = Network(layers, float(arrays[f"scale/{group}"]))


def _under(arrays: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
