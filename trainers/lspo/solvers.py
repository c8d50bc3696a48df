"""Policies over meanings, and what each meaning is worth: solvers behind one call."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.neural import NeuralPolicy, actions_of, load_policy, new_policy, save_policy
from ...agents.neural.policy import shape_of
from ...errors import LudensError, ParameterError
from ...games.adapters.latent import LatentGame
from ...games.core import NotSupported, seat_name
from ..deep_cfr import DeepSolver
from ..deep_cfr.memory import Reservoir
from ..deep_cfr.network import Network, fit_policy, fit_regrets
from .config import Config
from .ppo import SelfPlay

if TYPE_CHECKING:
    from ...analysis.trees import Tree

__all__ = ["SOLVERS", "Solution", "Solver"]

_TRACE = "solving.jsonl"


class Solution(NamedTuple):
    """What a solver found.

    Attributes:
        policy: over the abstract game's choices.
        advantages: for each group of seats, a network that gives how much better each choice is than the policy; none where nothing was learned.
        by_role: whether groups are roles; else they are seats.
        measures: what is known of it.
        trace: how solving went, a row an iteration of the solver: ``iteration``, and values by name; a name's part after a comma says whose they are. Empty
            where a solver does not learn step by step.
    """

    policy: NeuralPolicy
    advantages: dict[str, Network]
    by_role: bool
    measures: dict[str, float]
    trace: tuple[Mapping[str, float], ...] = ()

    def worth(self, role: str, seat: int, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the advantage of every choice: shape (choices,); zeros where nothing was learned."""
        network = self.advantages.get(role if self.by_role else seat_name(seat))
        return np.zeros(self.policy.actions.size, np.float32) if network is None else network(features)

    def save(self, place: Path) -> None:
        """Write it into a folder, the player's ``policy`` last."""
        arrays: dict[str, NDArray[Any]] = {}
        for group, network in self.advantages.items():
            for layer, pair in enumerate(network.layers):
                arrays |= {f"{group}/{layer}/{part}": array for part, array in zip("wb", pair, strict=True)}
        plain = {"by_role": self.by_role, "measures": self.measures, "scales": {group: network.scale for group, network in self.advantages.items()}}
        (place / _TRACE).unlink(missing_ok=True)
        if self.trace:
            (place / _TRACE).write_text("".join(json.dumps(row) + "\n" for row in self.trace), encoding="utf-8")
        np.savez(place / "advantages.npz", plain=np.array(json.dumps(plain)), **arrays)  # type: ignore[arg-type]
        save_policy(place / "policy", self.policy)

    @classmethod
    def load(cls, place: Path) -> Solution:
        """Undo :meth:`save`."""
        with np.load(place / "advantages.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        plain = json.loads(str(arrays.pop("plain")))
        networks = {}
        for group, scale in plain["scales"].items():
            own = sum(name.startswith(f"{group}/") for name in arrays) // 2
            networks[group] = Network([(arrays[f"{group}/{layer}/w"], arrays[f"{group}/{layer}/b"]) for layer in range(own)], scale)
        path = place / _TRACE
        trace = tuple(map(json.loads, path.read_text(encoding="utf-8").splitlines())) if path.exists() else ()
        return cls(load_policy(place / "policy"), networks, plain["by_role"], plain["measures"], trace)


Solver = Callable[[LatentGame, Config, int], Solution]
"""Solves an abstract game with a seed."""


def uniform(game: LatentGame, config: Config, seed: int) -> Solution:
    """Learn nothing: the policy draws uniformly, and nothing is better than anything else."""
    import torch

    policy = new_policy(game, "mlp", seed=seed, hidden=[1])
    with torch.no_grad():
        for weight in policy.module.parameters():
            weight.zero_()
    return Solution(policy, {}, bool(game.type.roles), {})


def deep_cfr(game: LatentGame, config: Config, seed: int) -> Solution:
    """Deep CFR with a network of regrets for each role, as the paper has it."""
    by_role = bool(game.type.roles)
    solver = DeepSolver(game, replace(config.solving, share="role" if by_role else "seat"), seed)
    trace: list[Mapping[str, float]] = []
    solver.run(lambda iteration: trace.append({"iteration": iteration, **{f"regret loss, {group}": loss for group, loss in solver.losses.items()}}))
    policy = solver.average()
    # 1 where games went side by side in a compiled engine, 0 where they went one by one in the readable one
    measures = {"in_step": float(solver.walks == "together"), **(_exact(game, config, policy) if config.solving.exact else {})}
    return Solution(policy, dict(solver.regrets), by_role, measures, tuple(trace))


def ppo(game: LatentGame, config: Config, seed: int) -> Solution:
    """PPO in self-play, the policy as it stands at the end; advantages by playing on after every choice of sampled positions, which a network learns."""
    by_role, deep = bool(game.type.roles), config.solving
    play = SelfPlay(game, config.self_play, by_role, seed)
    trace = play.run()
    rng, memories = np.random.default_rng(seed), dict[str, Reservoir]()
    for row in play.worth():
        own = memories.setdefault(row.group, Reservoir(deep.memory, len(row.seen), len(row.mask)))
        own.add(row.seen, row.advantages, row.mask, 1, rng)
    networks = {group: _regrets(memory, config, seed) for group, memory in memories.items()}
    measures = {"in_step": float(play.in_step), **(_exact(game, config, play.policy) if deep.exact else {})}
    return Solution(play.policy, networks, by_role, measures, tuple(trace))


def _regrets(memory: Reservoir, config: Config, seed: int) -> Network:
    deep = config.solving
    return fit_regrets(memory, deep.hidden, steps=deep.policy_steps, batch=deep.batch, rate=deep.learning_rate, seed=seed)[0]


def tabular(game: LatentGame, config: Config, seed: int) -> Solution:
    """Solve the whole tree by CFR+ or by external sampling, then write policy and advantages into networks.

    Raises:
        LudensError: the tree does not fit, or chance cannot be listed.
    """
    from ...analysis.cfr import CFR, ExternalSampling
    from ...analysis.exploitability import advantages, nash_conv, values
    from ...analysis.trees import tree_of
    from ..deep_cfr.exact import policy_in, sights

    try:
        tree = tree_of(game, config.most_nodes)
    except (NotSupported, ParameterError) as problem:
        raise LudensError(f"the solver {config.solver} needs the whole tree: {problem}; solver=deep_cfr would be right") from problem
    solver = CFR(tree, plus=True) if config.solver == "cfr" else ExternalSampling(tree, seed)
    solver.run(config.solver_iterations)
    average = solver.average()
    actions, inputs = actions_of(game), int(np.prod(shape_of(game)))
    places = {_frozen(choice): place for place, choice in enumerate(actions.choices)}
    both = sights(tree, lambda state, seat: np.append(_padded(state.data(seat)["observation"], inputs), np.float32(_number(game, state.roles[seat]))))
    seen, groups = both[:, :-1].copy(), _groups(tree, game, both[:, -1])
    better = advantages(tree, average)
    rng = np.random.default_rng(seed)
    policies = Reservoir(len(tree.keys), inputs, actions.size)
    memories: dict[str, Reservoir] = {group: Reservoir(len(tree.keys), inputs, actions.size) for group in dict.fromkeys(groups) if group}
    for number, options in enumerate(tree.options):
        if not groups[number]:
            continue
        own = [places[_frozen(option)] for option in options]
        mask, chances, worth = np.zeros(actions.size, np.bool_), np.zeros(actions.size, np.float32), np.zeros(actions.size, np.float32)
        mask[own], chances[own], worth[own] = True, average[number, : len(own)], better[number, : len(own)]
        policies.add(seen[number], chances, mask, 1, rng)
        memories[groups[number]].add(seen[number], worth, mask, 1, rng)
    deep = config.solving
    policy = new_policy(game, "mlp", seed=seed, hidden=list(deep.hidden))
    fit_policy(policy.module, policies, steps=deep.policy_steps, batch=deep.batch, rate=deep.learning_rate, seed=seed)
    networks = {group: _regrets(memory, config, seed) for group, memory in memories.items()}
    measures = {
        "nodes": float(len(tree.seat)),
        "nash_conv_uniform": nash_conv(tree, tree.uniform()),
        "nash_conv": nash_conv(tree, average),
        "nash_conv_network": nash_conv(tree, policy_in(tree, policy, seen)),
        "value_0": float(values(tree, average)[0]),
    }
    return Solution(policy, networks, bool(game.type.roles), measures)


def _exact(game: LatentGame, config: Config, policy: NeuralPolicy) -> dict[str, float]:
    from ...analysis.exploitability import nash_conv
    from ...analysis.trees import tree_of
    from ..deep_cfr.exact import policy_in, sights

    tree = tree_of(game, config.solving.exact)
    seen = sights(tree, lambda state, seat: _padded(state.data(seat)["observation"], int(np.prod(policy.shape))))
    return {"nash_conv_uniform": nash_conv(tree, tree.uniform()), "nash_conv_network": nash_conv(tree, policy_in(tree, policy, seen))}


def _groups(tree: Tree, game: LatentGame, numbers: NDArray[np.float32]) -> list[str]:
    """Give the group of every information set by the number of its role; "" where it is chance's turn."""
    roles = game.type.roles
    names = [roles[int(number)] if roles else seat_name(seat) for (seat, _), number in zip(tree.keys, numbers, strict=True)]
    return ["" if seat == game.seats else name for (seat, _), name in zip(tree.keys, names, strict=True)]


def _number(game: LatentGame, role: str | None) -> int:
    return game.type.roles.index(role) if role in game.type.roles else 0


def _padded(shown: NDArray[np.float32], inputs: int) -> NDArray[np.float32]:
    row = np.asarray(shown, np.float32).reshape(-1)
    return np.pad(row, (0, inputs - len(row)))


def _frozen(value: object) -> str:
    return json.dumps(value, sort_keys=True)


SOLVERS: dict[str, Solver] = {"cfr": tabular, "mccfr": tabular, "deep_cfr": deep_cfr, "ppo": ppo, "uniform": uniform}
