"""How well a model plays: against the same opponents, at the same seats and deals, as a player who moves at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..agents.bots import STYLES, fits
from ..agents.player import PlayerSpec
from ..arena.episode import Branch
from ..arena.plan import Match
from ..arena.record import Episode
from ..arena.seeds import child_rng, child_seed
from ..games.core import Game
from ..llm.chat import ChatModel
from .matches import played
from .paired import edge

__all__ = ["Strength", "meet", "opponents", "rows", "strength"]


class Strength(NamedTuple):
    """One game's measurement; payoffs in the game's unit.

    Attributes:
        game: the game's label.
        matches: episodes a player.
        player, random: mean returns.
        edge: mean difference of the two at the same seat, deal and opponents.
        low, high: its 95 % interval (Student's t over the paired episodes).
        decisions: decisions of the player.
        parsed: share of them that were read at the first try (status ok or repaired, nothing asked again).
        spoke: share of its decisions in which it said something, where it might; None where nobody may.
    """

    game: str
    matches: int
    player: float
    random: float
    edge: float
    low: float
    high: float
    decisions: int
    parsed: float
    spoke: float | None

    @property
    def line(self) -> str:
        """The measurement in one line."""
        return f"{self.game}: {self.player:.2f} against {self.random:.2f} at random, edge {self.edge:+.2f} ({self.low:+.2f} to {self.high:+.2f})"

    @property
    def better(self) -> bool:
        """Whether the interval excludes zero from above."""
        return self.low > 0


def opponents(game: Game) -> tuple[PlayerSpec, ...]:
    """Everybody a player may meet: all scripted styles that know the game, and the random player."""
    return (*(PlayerSpec.of("scripted", style, style=style) for style in STYLES if fits(game, style) is None), PlayerSpec.of("random"))


async def strength(
    games: Sequence[Game],
    player: PlayerSpec,
    models: Mapping[str, ChatModel],
    matches: int,
    seed: int = 0,
    *,
    in_flight: int = 64,
    done: Callable[[Strength], None] | None = None,
) -> list[Strength]:
    """Measure a player in every game.

    Args:
        games: what is played.
        player: who is measured.
        models: by the name that the player calls its own.
        matches: episodes a game, and as many for the random player.
        seed: of deals and opponents.
        in_flight: episodes at once.
        done: called with each game's measurement as it is made.

    Raises:
        ModelFailure: the model cannot be asked.
    """
    out = []
    for game in games:
        own = await meet(game, player, models, matches, seed, in_flight=in_flight)
        base = await meet(game, PlayerSpec.of("random"), models, matches, seed, in_flight=in_flight)
        out.append(_measured(game, own, base))
        if done is not None:
            done(out[-1])
    return out


async def meet(
    game: Game,
    player: PlayerSpec,
    models: Mapping[str, ChatModel],
    matches: int,
    seed: int = 0,
    *,
    in_flight: int = 64,
    field: Sequence[PlayerSpec] = (),
    at: int | None = None,
    branches: Sequence[Branch | None] = (),
) -> list[tuple[Episode, int]]:
    """Play a player against opponents, at every seat in turn.

    Args:
        game: what is played.
        player: who meets them.
        models: by the name that the player calls its own.
        matches: how many episodes.
        seed: of deals and opponents: the same for every player.
        in_flight: episodes at once.
        field: whom opponents are drawn from; :func:`opponents` by default.
        at: the only seat that it takes.
        branches: where each episode begins; by default at its own beginning.

    Returns:
        The episodes, with the player's seat in each.
    """
    field, tables, seats = field or opponents(game), [], []
    for number in range(matches):
        seat = number % game.seats if at is None else at
        table = [field[index] for index in child_rng(seed, "strength", number).integers(len(field), size=game.seats)]
        table[seat] = player
        tables.append(Match(game, tuple(table), child_seed(seed, "strength", number, "deal")))
        seats.append(seat)
    begun = [None if branch is None else Branch(branch.state.clone(), branch.moves) for branch in branches[:matches]]
    return list(zip(await played(tables, models, in_flight=in_flight, branches=begun), seats, strict=True))


def _measured(game: Game, own: Sequence[tuple[Episode, int]], base: Sequence[tuple[Episode, int]]) -> Strength:
    ours, theirs = (np.array([episode.returns[seat] for episode, seat in part]) for part in (own, base))
    ahead = edge(ours, theirs)
    decisions = [decision for episode, seat in own for decision in episode.decisions if decision.seat == seat]
    counts: Counter[str] = Counter()
    for decision in decisions:
        counts["parsed"] += decision.status in ("ok", "repaired") and len(decision.calls) <= 1
        counts["spoke"] += bool(decision.say)
    return Strength(
        game.label,
        len(own),
        float(ours.mean()),
        float(theirs.mean()),
        ahead.value,
        ahead.low,
        ahead.high,
        len(decisions),
        counts["parsed"] / max(len(decisions), 1),
        counts["spoke"] / max(len(decisions), 1) if any(_may_speak(episode) for episode, _ in own) else None,
    )


def _may_speak(episode: Episode) -> bool:
    return any(event.kind == "say" for event in episode.events)


def rows(measured: Sequence[Strength]) -> list[dict[str, Any]]:
    """Give the measurements as JSON values, rounded for people."""
    return [{name: round(value, 4) if isinstance(value, float) else value for name, value in item._asdict().items()} for item in measured]
