"""Tabular Markov games of two with a finite horizon: values, best replies, equilibria and the Nash gap, all exact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...games.matrix.solvers import extreme_equilibria, pure_equilibria

__all__ = ["Floats", "MarkovGame", "Profile", "best_reply", "equilibrium", "nash_gap", "random_game", "stage_candidates", "uniform", "values"]

Floats = NDArray[np.float64]
Profile = tuple[Floats, Floats]
"""A policy for each player: probabilities of actions, ``(H, S, A)``."""


class MarkovGame(NamedTuple):
    """Rules.

    Attributes:
        rewards: ``(2, H, S, A, A)``, from 0 to 1.
        moves: ``(H, S, A, A, S)``: probabilities of the next state.
        begin: ``(S,)``: probabilities of the first state.
    """

    rewards: Floats
    moves: Floats
    begin: Floats

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Steps, states, and the actions of both."""
        _, steps, states, one, other = self.rewards.shape
        return steps, states, one, other

    def with_rewards(self, rewards: Floats) -> MarkovGame:
        """Give the same game with other rewards."""
        return MarkovGame(rewards, self.moves, self.begin)


def random_game(rng: np.random.Generator, *, steps: int = 3, states: int = 3, actions: int = 3) -> MarkovGame:
    """Draw rewards uniformly and next states from a flat Dirichlet distribution."""
    rewards = rng.random((2, steps, states, actions, actions))
    return MarkovGame(rewards, rng.dirichlet(np.ones(states), (steps, states, actions, actions)), np.full(states, 1 / states))


def uniform(game: MarkovGame) -> Profile:
    """Give the players who draw their actions uniformly."""
    steps, states, *actions = game.shape
    return np.full((steps, states, actions[0]), 1 / actions[0]), np.full((steps, states, actions[1]), 1 / actions[1])


def values(game: MarkovGame, profile: Profile) -> Floats:
    """Give what each player earns from the first state on, ``(2,)``."""
    worth = np.zeros((2, game.begin.size))
    for step in reversed(range(game.shape[0])):
        ahead = game.rewards[:, step] + np.einsum("sabt,pt->psab", game.moves[step], worth)
        worth = np.einsum("psab,sa,sb->ps", ahead, profile[0][step], profile[1][step])
    return np.asarray(worth @ game.begin)


def best_reply(game: MarkovGame, profile: Profile, player: int) -> tuple[float, Floats]:
    """Give the most that a player can earn while the other keeps to its policy, and a policy that earns it, ``(H, S, A)``."""
    steps, states, *actions = game.shape
    worth, policy = np.zeros(states), np.zeros((steps, states, actions[player]))
    for step in reversed(range(steps)):
        ahead = game.rewards[player, step] + game.moves[step] @ worth
        own = np.einsum("sab,sb->sa", ahead, profile[1][step]) if player == 0 else np.einsum("sab,sa->sb", ahead, profile[0][step])
        policy[step, np.arange(states), own.argmax(1)] = 1
        worth = own.max(1)
    return float(worth @ game.begin), policy


def nash_gap(game: MarkovGame, profile: Profile) -> float:
    """Give how much both players together could gain by replying best: sum_i [max V_i(pi', pi_-i) - V_i(pi)]; 0 at a Nash equilibrium."""
    earned = values(game, profile)
    return float(sum(best_reply(game, profile, player)[0] - earned[player] for player in range(2)))


def stage_candidates(table: Floats) -> list[tuple[Floats, Floats]]:
    """List equilibria of a stage game ``(2, A, A)``, those that earn both together most first: the pure ones, or mixed ones where there is none."""
    sizes = table.shape[1:]
    found = [(np.eye(sizes[0])[one], np.eye(sizes[1])[other]) for one, other in pure_equilibria(table)]
    if not found:
        found = [(np.array(one), np.array(other)) for one, other in extreme_equilibria(table)]
    return sorted(found, key=lambda pair: -float(pair[0] @ table.sum(0) @ pair[1]))


def equilibrium(game: MarkovGame) -> Profile:
    """Find a Nash equilibrium by backward induction: in each stage the one that earns both together most."""
    profile, worth = uniform(game), np.zeros((2, game.begin.size))
    for step in reversed(range(game.shape[0])):
        ahead = game.rewards[:, step] + np.einsum("sabt,pt->psab", game.moves[step], worth)
        for state in range(game.begin.size):
            profile[0][step, state], profile[1][step, state] = stage_candidates(ahead[:, state])[0]
        worth = np.einsum("psab,sa,sb->ps", ahead, profile[0][step], profile[1][step])
    return profile
