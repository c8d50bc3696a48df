"""What training a strategist was worth: the same deals, seats and opponents, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...agents.bots import fits
from ...agents.player import PlayerSpec
from ...games.core import Game
from ..paired import edge, told
from .playing import Cast, deals, play

__all__ = ["compared"]


async def compared(cast: Cast, games: Sequence[Game], before: Path, after: Path, seed: int) -> list[dict[str, Any]]:
    """Play the strategist before and after its training, one that draws its strategies, and the actor alone.

    Args:
        cast: actor and parameters.
        games: what is played.
        before: the checkpoint that training began with.
        after: the one that it ended with.
        seed: of deals and opponents, the same for all of them.

    Returns:
        A row a game and field of opponents (those of training, and those held out): mean payoffs, and the edge of after over before with its 95 % interval
        (Student's t over paired episodes).
    """
    players = {
        "before": cast.strategist("before", before),
        "after": cast.strategist("after", after),
        "drawn": cast.strategist("drawn", None),
        "alone": PlayerSpec.of(str(cast.actor.get("kind", "language")), "alone", **{name: value for name, value in cast.actor.items() if name != "kind"}),
    }
    found = []
    for game in games:
        for field, styles in (("met", cast.config.opponents), ("held out", cast.config.held_out)):
            pool = [PlayerSpec.of("scripted", style, style=style) for style in styles if fits(game, style) is None] or [PlayerSpec.of("random")]
            dealt = deals(game, cast.config.matches, pool, (), share=0.0, seed=seed)
            earned = {}
            for name, player in players.items():
                episodes = await play([deal.match(player) for deal in dealt], cast.models)
                earned[name] = np.array([episode.returns[deal.seat] for episode, deal in zip(episodes, dealt, strict=True)])
            found.append(_row(game, field, earned))
            if game.seats == 1:
                break  # nobody else is met
    return found


def _row(game: Game, field: str, earned: dict[str, np.ndarray]) -> dict[str, Any]:
    ahead = edge(earned["after"], earned["before"])
    means = {name: round(float(values.mean()), 4) for name, values in earned.items()}
    line = f"{game.label} against opponents {field}: " + ", ".join(f"{name} {value:.2f}" for name, value in means.items())
    return {
        "game": game.label,
        "opponents": field,
        "matches": len(earned["after"]),
        **means,
        "edge": round(ahead.value, 4),
        "low": round(ahead.low, 4),
        "high": round(ahead.high, 4),
        "line": f"{line}; edge {told(ahead)}",
    }
