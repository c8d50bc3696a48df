"""What a regressed critic reads of a joint game: the position as numbers, and what is chosen for whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ...games.actions import Move
from ...games.adapters.joint import CARRY_ON, JointGame, members_asked
from ...games.core import Game, Observation, seat_name

__all__ = ["Floats", "Ints", "choices", "features", "joint_game", "one_hot"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def joint_game(game: Game) -> JointGame:
    """Give a game as one that a critic can read. Raises ParameterError where it is no joint game of seats that choose options by name."""
    if not isinstance(game, JointGame) or not all(game.options):
        raise ParameterError(f"{game.made_as} should be the game 'joint' of one whose seats choose options by name")
    return game


def features(observation: Observation) -> Floats:
    """Write down the position: what all seats observe in numbers, and which tasks they are about, where they have any (the game ``overcooked_tasks``)."""
    data, options = observation.data, joint_game(observation.game).options
    parts = [np.asarray(data["observation"], np.float32).ravel()]
    if "tasks" in data:
        # each seat's tasks begin with its own
        parts.append(one_hot(data["tasks"][None, :, 0], tuple(map(len, options)))[0])
    return np.concatenate(parts)


def choices(observation: Observation, move: Move) -> Ints:
    """Give, per seat, the number of the option that is chosen for it once ``move`` is made; -1 for none yet, or none at all."""
    game = joint_game(observation.game)
    chosen = np.array(observation.data["chosen"], np.int64)
    if game.order == "in_turn":
        (member,) = members_asked(observation)
        chosen[member] = game.options[member].index(move.choice)
        return chosen
    assert isinstance(move.choice, Mapping)
    for member, options in enumerate(game.options):
        choice = move.choice[seat_name(member)]
        if choice != CARRY_ON:
            chosen[member] = options.index(choice)
    return chosen


def one_hot(chosen: Ints, sizes: tuple[int, ...]) -> Floats:
    """Write choices as zeros and ones, seat after seat; nothing but zeros for -1.

    Args:
        chosen: ``(B, seats)``.
        sizes: options of each seat.

    Returns:
        ``(B, sum of sizes)``.
    """
    out = np.zeros((len(chosen), sum(sizes)), np.float32)
    rows, seats = np.nonzero(chosen >= 0)
    out[rows, np.cumsum((0, *sizes[:-1]))[seats] + chosen[rows, seats]] = 1
    return out
