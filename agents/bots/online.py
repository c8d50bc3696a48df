"""Players of online learning (experts and bandits), by rules of thumb; the learners of theory are kinds of their own.

| style | plays |
|---|---|
| fair | every option alike, in turns |
| greedy | the option that cost least on average so far |
| generous | the option that cost least when it was last seen: what is past is forgiven |
| tough | the option that was best after as many rounds as there are options, for good |
| deceptive | at random, so that nobody can tell |
| cautious | the option whose worst cost so far is least |

Where distributions are asked for, the fair and the deceptive give every option the same; the others are sure.
"""

from __future__ import annotations

import numpy as np

from ...errors import ParameterError
from ...games.actions import Move
from ...games.core import Game, Observation
from ...games.mixtures import Mixture
from ...games.online.rules import OnlineGame
from . import BotFactory

__all__ = ["GAMES", "OnlineBot", "bot_for"]

GAMES = ("OnlineGame",)


class OnlineBot:
    """One player for one episode.

    Args:
        game: the rules.
        style: how it plays.
        rng: of its own chance.
    """

    def __init__(self, game: OnlineGame, style: str, rng: np.random.Generator) -> None:
        self.game, self.style, self.rng = game, style, rng
        self.seen: list[list[float | None]] = []
        self.committed: int | None = None

    def act(self, observation: Observation) -> Move:
        """Choose."""
        events = [event for event in observation.since(len(self.seen)) if event.kind == "round"]
        self.seen += [event.data["losses"] for event in events]
        domain = observation.action_spec.domain
        if isinstance(domain, Mixture):
            alike = self.style in ("fair", "deceptive")
            return Move(domain.of(np.full(self.game.arms, 1 / self.game.arms) if alike else np.eye(self.game.arms)[self.choose()]))
        return Move(self.game.names[self.choose()])

    def choose(self) -> int:
        """Give the number of an option."""
        arms, number = self.game.arms, len(self.seen)
        if self.style == "deceptive":
            return int(self.rng.integers(arms))
        if self.style == "fair":
            return number % arms
        table = np.array([[np.nan if loss is None else loss for loss in row] for row in self.seen], float).reshape(-1, arms)
        seen = np.isfinite(table)
        if not seen.any(axis=0).all():
            return int(seen.any(axis=0).argmin())
        if self.style == "generous":
            last = table[len(table) - 1 - seen[::-1].argmax(axis=0), np.arange(arms)]
            return int(last.argmin())
        if self.style == "cautious":
            return int(np.nanmax(table, axis=0).argmin())
        best = int(np.nanmean(table, axis=0).argmin())
        if self.style == "tough":
            self.committed = best if self.committed is None and number >= arms else self.committed
            return best if self.committed is None else self.committed
        return best


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's players."""
    if not isinstance(game, OnlineGame):
        raise ParameterError(f"players of online learning do not know {game.made_as}")
    return lambda seat, rng: OnlineBot(game, style, rng)
