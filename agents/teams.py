"""A team as one planner: for each seat of a joint game a scripted player, which may err."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..games.actions import Move
from ..games.adapters.joint import CARRY_ON, JointGame, members_asked
from ..games.core import Game, GameType, Observation, seat_name
from .player import Answer, BasePlayer, Player, inner_spec

__all__ = ["TeamPlayer", "fits"]


class TeamPlayer(BasePlayer):
    """Plans for all seats of a joint game as a player at each of them would choose; now and then a choice is any legal one.

    Args:
        of: who sits at every seat of the team: a kind of player, or a mapping with ``kind`` and its parameters. It must answer at once.
        noise: how likely a seat's choice is drawn from all legal ones.

    Raises:
        ParameterError: the player needs a model or waits for something, or the noise is no probability.
    """

    def __init__(self, of: str | Mapping[str, Any], noise: float = 0.0) -> None:
        self._of = inner_spec("team: of", of)
        if not 0 <= noise <= 1:
            raise ParameterError(f"team: noise={noise!r} should be from 0 to 1")
        self.noise = noise

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)
        self._members: list[Player] = []

    def act(self, observation: Observation) -> Move:
        game = observation.game
        if not isinstance(game, JointGame):
            raise ParameterError(f"team: {game.made_as} has no planner for all seats; play the game 'joint'")
        if not self._members:
            self._members = [self._of.build() for _ in range(game.team.seats)]
            for member, player in enumerate(self._members):
                player.start(member, game.team.type, int(self._rng.integers(2**63)))
        asked = members_asked(observation)
        choices = {member: self._choose(seen, member) for member, seen in asked.items()}
        if game.order == "in_turn":
            return Move(choices[min(asked)])
        return Move({seat_name(member): choices.get(member, CARRY_ON) for member in range(game.team.seats)})

    def _choose(self, seen: Observation, member: int) -> Any:
        if self.noise and self._rng.random() < self.noise:
            return seen.action_spec.sample(self._rng).choice
        given = self._members[member].act(seen)
        assert not inspect.isawaitable(given)
        move = given.move if isinstance(given, Answer) else given
        return (move or seen.action_spec.sample(self._rng)).choice


def fits(game: Game, of: str | Mapping[str, Any], **_: Any) -> str | None:
    """Say why no such team plays ``game``, or None when one does."""
    if not isinstance(game, JointGame):
        return f"{game.made_as} has no planner for all seats; the game 'joint' has"
    return inner_spec("team: of", of).why_not(game.team)
