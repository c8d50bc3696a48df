"""How a trained model does beside its own start: the same deals, seats and opponents, and at one table with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...agents.player import PlayerSpec
from ...analysis.resample import student_interval
from ...arena.report.summary import Estimate
from ...arena.seeds import child_seed
from ...games.core import Game
from ...llm.chat import ChatModel
from ..paired import edge, told
from ..strength import meet

__all__ = ["Compared", "compare"]


class Compared(NamedTuple):
    """One game's comparison; each a mean over deals with its 95 % interval (Student's t over the deals, which are paired).

    Attributes:
        game: the game's label.
        deals: how many.
        trained, start: mean returns at the same seats, deals and opponents, in the game's unit.
        edge: mean difference of the two.
        preferred: P(trained > start): how often it earned more there, ties counting half.
        duel: in games of two seats, how often it earned more than its start at the same table, each deal in both orders, ties counting half; else None.
    """

    game: str
    deals: int
    trained: float
    start: float
    edge: Estimate
    preferred: Estimate
    duel: Estimate | None

    @property
    def line(self) -> str:
        """The comparison in one line."""
        edge, preferred = told(self.edge, ".3f"), told(self.preferred, ".3f")
        met = "" if self.duel is None else f"; at one table it earned more in {told(self.duel, '.3f')}"
        return f"{self.game}: {self.trained:.2f} against {self.start:.2f} before, edge {edge}, preferred {preferred}{met}"

    @property
    def plain(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        found = {name: round(value, 4) if isinstance(value, float) else value for name, value in self._asdict().items()}
        for name in ("edge", "preferred", "duel"):
            own = getattr(self, name)
            found[name] = None if own is None else [round(own.value, 4), *((round(own.low, 4), round(own.high, 4)) if own.has_interval else (None, None))]
        return found


async def compare(
    games: Sequence[Game],
    trained: PlayerSpec,
    start: PlayerSpec,
    models: Mapping[str, ChatModel],
    *,
    deals: int,
    seed: int,
    field: Sequence[PlayerSpec] = (),
    at: int | None = None,
) -> list[Compared]:
    """Compare two players.

    Args:
        games: what is played.
        trained: who is compared.
        start: whom it is compared with.
        models: by the names that they call theirs.
        deals: how many a game.
        seed: of deals and opponents.
        field: whom the opponents are drawn from; all scripted styles by default.
        at: the only seat that they take.
    """
    out = []
    for game in games:
        own, base = [
            np.array([episode.returns[seat] for episode, seat in await meet(game, player, models, deals, seed, field=field, at=at)])
            for player in (trained, start)
        ]
        duel = None
        if game.seats == 2 and at is None:
            duel = student_interval(await _duel(game, (trained, start), models, deals, child_seed(seed, "duel")))
        wins = (1 + np.sign(own - base)) / 2
        out.append(Compared(game.label, deals, float(own.mean()), float(base.mean()), edge(own, base), student_interval(wins), duel))
    return out


async def _duel(game: Game, pair: tuple[PlayerSpec, PlayerSpec], models: Mapping[str, ChatModel], deals: int, seed: int) -> np.ndarray:
    ways = await asyncio.gather(*(meet(game, pair[0], models, deals, seed, field=pair[1:], at=seat) for seat in (0, 1)))
    wins = [[(1 + np.sign(episode.returns[seat] - episode.returns[1 - seat])) / 2 for episode, seat in way] for way in ways]
    return np.asarray(np.mean(wins, axis=0))
