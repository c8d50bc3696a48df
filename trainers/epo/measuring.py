"""What training a strategist was worth: the same deals, seats and opponents, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.record import Episode
from ...games.core import Game
from ...llm.spec import ModelSpec
from ..paired import edge, told
from .playing import Cast, Deal, deals, play, pool_of

__all__ = ["Measured", "compared", "measured"]


class Measured(NamedTuple):
    """Players at the same deals.

    Attributes:
        game: what was played.
        opponents: whom they met: ``"met"`` in training, or ``"held out"``.
        actor: who moved: ``"its own"``, or one that it was not trained beside, counted from 1.
        deals: what was dealt.
        episodes: of each player, a deal each.
    """

    game: Game
    opponents: str
    actor: str
    deals: list[Deal]
    episodes: dict[str, list[Episode]]

    def earned(self, player: str) -> np.ndarray:
        """Give a player's payoffs, in the order of the deals."""
        return np.array([episode.returns[deal.seat] for episode, deal in zip(self.episodes[player], self.deals, strict=True)])

    def row(self) -> dict[str, Any]:
        """Mean payoffs, and the edge of after over before with its 95 % interval (Student's t over paired episodes), as JSON values."""
        earned = {name: self.earned(name) for name in self.episodes}
        ahead = edge(earned["after"], earned["before"])
        means = {name: round(float(values.mean()), 4) for name, values in earned.items()}
        beside = "" if self.actor == "its own" else f" beside {self.actor}"
        line = f"{self.game.label}{beside} against opponents {self.opponents}: " + ", ".join(f"{name} {value:.2f}" for name, value in means.items())
        return {
            "game": self.game.label,
            "opponents": self.opponents,
            "actor": self.actor,
            "matches": len(self.deals),
            **means,
            "edge": round(ahead.value, 4),
            "low": round(ahead.low, 4),
            "high": round(ahead.high, 4),
            "line": f"{line}; edge {told(ahead)}",
        }


async def measured(players: Mapping[str, PlayerSpec], dealt: Sequence[Deal], models: Mapping[str, ModelSpec]) -> dict[str, list[Episode]]:
    """Seat each player at each deal, and play."""
    return {name: await play([deal.match(player) for deal in dealt], models) for name, player in players.items()}


async def compared(cast: Cast, games: Sequence[Game], before: Path, after: Path, seed: int) -> list[Measured]:
    """Play the strategist before and after its training, one that draws its strategies, and the actor alone.

    Args:
        cast: actor and parameters.
        games: what is played.
        before: the checkpoint that training began with.
        after: the one that it ended with.
        seed: of deals and opponents, the same for all of them.

    Returns:
        An item a game and field of opponents (those of training, and those held out), beside its own actor and each of ``transfer``.
    """
    config = cast.config
    casts = {"its own": cast} | {f"another actor ({number})": Cast.beside(config, actor) for number, actor in enumerate(config.transfer, 1)}
    found = []
    for game in games:
        for actor, beside in casts.items():
            for field, styles in (("met", config.opponents), ("held out", config.held_out)):
                players = {
                    "before": beside.strategist("before", before),
                    "after": beside.strategist("after", after),
                    "drawn": beside.strategist("drawn", None),
                    "alone": beside.alone(),
                }
                dealt = deals(game, config.matches, pool_of(game, styles), (), share=0.0, seed=seed)
                found.append(Measured(game, field, actor, dealt, await measured(players, dealt, beside.models)))
                if game.seats == 1:
                    break  # nobody else is met
    return found
