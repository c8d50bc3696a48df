"""Episodes of a strategist: who meets whom, on which deals, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from ...agents.bots import fits
from ...agents.player import PlayerSpec
from ...arena.plan import Match
from ...arena.record import Episode
from ...arena.seeds import child_rng, child_seed
from ...games.core import Game
from ...llm.chat import ChatModel
from ...llm.spec import ModelSpec
from ..matches import played
from .config import Config

__all__ = ["Cast", "Deal", "deals", "play", "pool_of", "seen_by", "share_of"]


@dataclass(frozen=True)
class Cast:
    """The players of a training run and the models behind them.

    Attributes:
        config: the trainer's.
        models: specifications by name.
    """

    config: Config
    models: dict[str, ModelSpec]

    @classmethod
    def of(cls, config: Config) -> Cast:
        """Begin with the actor's model, where it has one."""
        return cls.beside(config, config.actor)

    @classmethod
    def beside(cls, config: Config, actor: Mapping[str, Any]) -> Cast:
        """Put strategists beside another actor."""
        config = replace(config, actor=actor)
        given = actor.get("model")
        if given is None:
            return cls(config, {})
        spec = ModelSpec(engine="nano", model=given, name="actor") if isinstance(given, str) else ModelSpec.of({**given, "name": "actor"})
        return cls(config, {"actor": spec})

    @property
    def actor(self) -> dict[str, Any]:
        """Parameters of the actor."""
        return {**self.config.actor, **({"model": "actor"} if "actor" in self.models else {})}

    def strategist(self, name: str, place: str | Path | None, member: int = 0) -> PlayerSpec:
        """Make a strategist: by a checkpoint, or one that draws from the tags.

        Args:
            name: what it and its model are called.
            place: of the checkpoint; None to draw.
            member: of a group, whose members draw differently and are otherwise the same.
        """
        config = self.config
        given: dict[str, Any] = {"tags": list(config.tags), "seed": member}
        if place is not None:
            engine = "classifier" if config.method == "ppdpp" else "nano"
            self.models[name] = ModelSpec(engine=engine, model=str(place), name=name, concurrency=None)
            given |= self._asked(name)
        return PlayerSpec.of("strategist", name, strategist=given, actor=self.actor)

    def alone(self) -> PlayerSpec:
        """Make the actor without a strategist."""
        return PlayerSpec.of(str(self.actor.get("kind", "language")), "alone", **{name: value for name, value in self.actor.items() if name != "kind"})

    def demonstrator(self) -> PlayerSpec:
        """Make a strategist whose model, of the name ``demonstrated``, is still to be given."""
        return PlayerSpec.of("strategist", "demonstrated", strategist={"tags": list(self.config.tags), **self._asked("demonstrated")}, actor=self.actor)

    def _asked(self, model: str) -> dict[str, Any]:
        return {"model": model, "temperature": self.config.temperature, "window_tokens": self.config.window_tokens}


def pool_of(game: Game, styles: Sequence[str]) -> list[PlayerSpec]:
    """Give the opponents of these styles that play a game; the random player where none does."""
    return [PlayerSpec.of("scripted", style, style=style) for style in styles if fits(game, style) is None] or [PlayerSpec.of("random")]


class Deal(NamedTuple):
    """One deal: a seed, the seat of the player that is looked at, and who sits at the others."""

    game: Game
    seed: int
    seat: int
    others: tuple[PlayerSpec, ...]

    def match(self, player: PlayerSpec) -> Match:
        """Seat a player."""
        table = list(self.others)
        table[self.seat] = player
        return Match(self.game, tuple(table), self.seed)


def deals(game: Game, count: int, pool: Sequence[PlayerSpec], past: Sequence[PlayerSpec], *, share: float, seed: int) -> list[Deal]:
    """Draw deals: every seat in turn, opponents from a pool, a share of them from the past.

    Args:
        game: what is played.
        count: how many.
        pool: opponents that do not learn.
        past: earlier strategists; empty in the first round.
        share: of the seats that they take.
        seed: the same for whoever is compared.
    """
    found = []
    for number in range(count):
        rng = child_rng(seed, "deal", number)
        drawn = [past if past and rng.random() < share else pool for _ in range(game.seats)]
        others = tuple(source[int(rng.integers(len(source)))] for source in drawn)
        found.append(Deal(game, child_seed(seed, "deal", number, "seed"), number % game.seats, others))
    return found


async def play(matches: Sequence[Match], specs: Mapping[str, ModelSpec | ChatModel], in_flight: int = 64) -> list[Episode]:
    """Play matches, models built for them and closed afterwards."""
    models: dict[str, ChatModel] = {name: spec.build() if isinstance(spec, ModelSpec) else spec for name, spec in specs.items()}
    try:
        return await played(matches, models, in_flight=in_flight)
    finally:
        for model in models.values():
            await model.close()


def share_of(episode: Episode, game: Game, seat: int) -> float:
    """What a seat earned, from 0 at the game's lowest payoff to 1 at its highest."""
    low, high = game.type.payoff_low, game.type.payoff_high
    return min(max((episode.returns[seat] - low) / (high - low), 0.0), 1.0) if high > low else 0.0


def seen_by(episode: Episode, seat: int) -> list[str]:
    """What a seat saw, line by line."""
    return [event.text for event in episode.events if event.visible_to is None or seat in event.visible_to]
