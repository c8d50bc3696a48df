"""Who plays best: networks cloned from the scripted fair players of a game, then improved by proximal policy optimisation; and a prey to hunt."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ....agents.bots import ScriptedPlayer
from ....agents.neural.actions import actions_of
from ....agents.neural.modules import module_of
from ....agents.player import Answer
from ....arena.seeds import child_rng, child_seed
from ....games.actions import Move
from ....games.core import Game
from ...ppo import Config as Practising
from ...practice import Practice
from .fitting import fit_rows
from .worlds import Ints, Policy, Singles, Team, World, policy_of

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Experts", "demonstrations", "improve", "load_or_train"]

_FILE = "experts.safetensors"


class Experts(NamedTuple):
    """A world and those who play it best.

    Attributes:
        world: the game, with its fixed seats.
        module: logits of the expert policy of all learning seats.
        critic: what it expects to earn.
    """

    world: World
    module: nn.Module
    critic: nn.Module

    @property
    def policy(self) -> Policy:
        """The expert policy."""
        return policy_of(self.module)


def demonstrations(game: Game, episodes: int, seed: int) -> tuple[Singles, Ints]:
    """Watch scripted fair players; give what all seats saw, ``(episodes, T, seats, numbers)``, and the numbers of what they chose."""
    actions = actions_of(game)
    width = max(int(np.prod(game.observation_space(seat).shape or ())) for seat in range(game.seats))
    seen = np.zeros((episodes, game.type.horizon, game.seats, width), np.float32)
    chosen = np.zeros(seen.shape[:3], np.int64)
    for episode in range(episodes):
        state = game.start(child_seed(seed, "deal", episode))
        players = [ScriptedPlayer() for _ in range(game.seats)]
        for seat, player in enumerate(players):
            player.start(seat, game.type, child_seed(seed, "player", episode, seat))
        for step in range(game.type.horizon):
            moves = dict[int, Move]()
            for seat in state.to_move:
                observation = state.observe(seat)
                answer = players[seat].act(observation)
                moves[seat] = move = answer.move or state.default_move(seat) if isinstance(answer, Answer) else answer
                numbers = np.asarray(observation.data["observation"], np.float32).reshape(-1)
                seen[episode, step, seat, : len(numbers)] = numbers
                chosen[episode, step, seat] = actions.encode(move.choice)[0]
            state.play(moves)
    return seen, chosen


def improve(envs: Any, module: nn.Module, critic: nn.Module, settings: Practising, seed: int) -> float:
    """Practise in place; give what was earned in the games of the last update."""
    import torch

    practice = Practice(envs, module, critic, settings, seed)
    optimizer = torch.optim.Adam(practice.both.parameters(), lr=settings.learning_rate, eps=1e-5)
    updates, finished = max(1, settings.steps // (settings.envs * settings.length)), [0.0]
    for update in range(updates):
        torch.manual_seed(child_seed(seed, "update", update))
        finished, _ = practice.update(optimizer, update / updates)
    return float(np.mean(finished))


def load_or_train(game: Game, place: Path, settings: Practising, episodes: int, seed: int) -> Experts:
    """Make the experts of a game, or read those that a run's folder holds."""
    from safetensors.torch import load_file, save_file

    world = World(game)
    sizes = {"hidden": list(settings.hidden)}
    module = module_of("mlp", world.width, world.options, sizes, child_seed(seed, "expert") % 2**31)
    critic = module_of("mlp", world.width, 1, sizes, child_seed(seed, "critic") % 2**31)
    others = module_of("mlp", world.width - world.seats, world.options, sizes, child_seed(seed, "others") % 2**31)
    parts = {"module": module, "critic": critic, "others": others}
    if world.seats < game.seats:
        world.others = policy_of(others)
    path = place / _FILE
    if path.exists():
        weights = load_file(path)
        for name, part in parts.items():
            part.load_state_dict({key.partition(".")[2]: weight for key, weight in weights.items() if key.startswith(f"{name}.")})
        return Experts(world, module, critic)
    seen, chosen = demonstrations(game, episodes, child_seed(seed, "demonstrations"))
    if world.seats < game.seats:
        fit_rows(others, seen[:, :, world.seats :], chosen[:, :, world.seats :], child_rng(seed, "others"), steps=1000)
    shown = world.shown(seen.reshape(-1, game.seats, seen.shape[-1]))
    fit_rows(module, shown, chosen[:, :, : world.seats].reshape(shown.shape[:2]), child_rng(seed, "clone"), steps=1000)
    improve(Team(world, settings.envs, child_rng(seed, "team")), module, critic, settings, child_seed(seed, "practice") % 2**31)
    save_file({f"{name}.{key}": weight.contiguous() for name, part in parts.items() for key, weight in part.state_dict().items()}, path)
    return Experts(world, copy.deepcopy(module), copy.deepcopy(critic))
