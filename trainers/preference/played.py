"""Games as judges: several episodes of one deal, and who earns more in it is preferred."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.record import Episode
from ...arena.seeds import child_seed
from ...arena.trajectory import trajectories
from ...errors import LudensError, ParameterError
from ...games.core import Game
from ...llm.chat import ChatModel, Sampling
from ...llm.spec import ModelSpec
from ..language_policy import LanguagePolicy, TokenBatch
from ..preferences import ScorePreference
from ..samples import Sample, samples
from ..strength import meet
from .answers import Answers, Drawn, rows_of
from .config import GameConfig
from .resets import Reset, joined, resets

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

__all__ = ["Played", "players"]

Deal = Sequence[tuple[Episode, int]]


class _Played(NamedTuple):
    samples: list[list[Sample]]
    """Of each answer, in order."""
    returns: NDArray[np.float64]
    """``(B, K)``."""
    everyone: NDArray[np.float64]
    """What all seats earned, ``(S, B, K)``; of games with different numbers of seats the first few."""


class Played:
    """Answers are all that a language model says at one seat of an episode; a prompt is a deal with its opponents.

    Args:
        games: what is played; a collection's prompts are shared out among them.
        spec: the model as it begins, which stays the frozen opponent.
        policy: its weights, as they are trained.
        config: of the run.
        seed: of deals, opponents and draws.
        place: the folders of the policies that play.
    """

    def __init__(self, games: Sequence[Game], spec: ModelSpec, policy: LanguagePolicy, config: GameConfig, *, seed: int, place: Path) -> None:
        self.shares = policy.shares
        self.games, self.config, self.seed, self.place = tuple(games), config, seed, place
        self._spec, self._policy = spec, policy
        self._judge = ScorePreference(lambda answer, context: float(answer), config.judge, config.scale)
        if config.method == "maxmin" and len({game.seats for game in games}) > 1:
            raise ParameterError("trainer preference: maxmin counts the seats as groups of people; all games should have as many")
        for game in games:
            if config.seat is not None and config.seat >= game.seats:
                raise ParameterError(f"trainer preference: seat={config.seat} should be below {game.seats}, the seats of {game.label}")

    def logprobs(self, module: nn.Module, batch: TokenBatch) -> Tensor:
        return self.wrapped(module).logprobs(batch)

    def wrapped(self, module: nn.Module) -> LanguagePolicy:
        """Give a network as a policy that can be saved."""
        return self._policy.around(module)

    def draw(self, answering: nn.Module, rival: nn.Module | None, number: int) -> Drawn:
        size, places = self.config.group, {"policy": self.wrapped(answering).publish(self.place / "policy")}
        if rival is not None:
            places["rival"] = self.wrapped(rival).publish(self.place / "rival")
        played, met = asyncio.run(self._play(places, number))
        wanted = [number for number in range(len(played.returns)) if any(played.samples[number * size : (number + 1) * size])]
        if not wanted:
            raise LudensError("the trainer preference found no decision of the model whose tokens its engine told")
        parts = [rows_of(own) for number in wanted for own in played.samples[number * size : (number + 1) * size]]
        returns = played.returns[wanted]
        table = np.stack([self._judge.table(list(own)) for own in returns])
        rivals = None if met is None else np.stack([self._judge.table(list(own), list(other)) for own, other in zip(returns, met.returns[wanted], strict=True)])
        found = [sample for number in wanted for own in played.samples[number * size : (number + 1) * size] for sample in own]
        facts = {"return": float(played.returns.mean()), "illegal": 1 - float(np.mean([sample.trainable for sample in found])), "decisions": float(len(found))}
        groups = self._scaled(played.everyone)[:, wanted]
        return Drawn(Answers.of(parts, size), table, rivals, self._scaled(played.returns)[wanted], facts, groups)

    def _scaled(self, returns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Divide returns ``(..., B, K)`` by how far apart a game's payoffs may be, game by game."""
        share = returns.shape[-2] // len(self.games)
        spans = [game.type.payoff_high - game.type.payoff_low for game in self.games for _ in range(share)]
        return np.asarray(returns / np.array(spans)[:, None])

    async def _play(self, places: Mapping[str, Path], number: int) -> tuple[_Played, _Played | None]:
        sampling = Sampling(temperature=1.0, max_tokens=None)
        specs = {name: replace(self._policy.playing(self._spec, place), name=name) for name, place in places.items()}
        if self.config.opponents == "start" or self.config.begin == "reference":
            specs["start"] = replace(self._spec, name="start")
        models = {name: replace(spec, structured=self.config.structured, sampling=sampling).build() for name, spec in specs.items()}
        try:
            own = await self._episodes("policy", 0, models, number)
            return own, await self._episodes("rival", self.config.group, models, number) if "rival" in places else None
        finally:
            for model in models.values():
                await model.close()

    async def _episodes(self, name: str, first: int, models: Mapping[str, ChatModel], number: int) -> _Played:
        """Play a group of episodes of every deal."""
        config = self.config
        # a seed of its own changes what a player draws, and nothing else of the episode
        members = players(name, config.window_tokens, first, config.group)
        field = () if config.opponents == "styles" else players("start" if config.opponents == "start" else "policy", config.window_tokens, 10**6, 1)
        deals: list[Deal] = []
        starts: list[Reset | None] = []
        for game in self.games:
            count, seed = max(1, config.prompts // len(self.games)), child_seed(self.seed, "collect", number)
            begun: list[Reset | None] = [None] * count
            if config.begin != "deal":
                first_player = players("start" if config.begin == "reference" else "policy", config.window_tokens, 2 * 10**6, 1)[0]
                episodes = await meet(game, first_player, models, count, seed, field=field, at=config.seat)
                begun = resets(game, episodes, config.resets, np.random.default_rng([self.seed, number, 2]))
            branches = [None if reset is None else reset.branch for reset in begun]
            played = [await meet(game, player, models, count, seed, field=field, at=config.seat, branches=branches) for player in members]
            deals += list(zip(*played, strict=True))
            starts += begun
        found = [self._samples(episode, seat, reset) for deal, reset in zip(deals, starts, strict=True) for episode, seat in deal]
        own = np.array([[episode.returns[seat] for episode, seat in deal] for deal in deals])
        seats = range(min(game.seats for game in self.games))
        return _Played(found, own, np.array([[[episode.returns[seat] for episode, _ in deal] for deal in deals] for seat in seats]))

    def _samples(self, episode: Episode, seat: int, reset: Reset | None) -> list[Sample]:
        """Give what a seat said in an episode, from a reset on; the first turn of it where that is the answer."""
        found = samples(part for part in trajectories(joined(episode, reset)) if part.seat == seat).kept
        own = [sample for sample in found if reset is None or sample.turn >= reset.turn]
        return own[:1] if self.config.span == "turn" else own


def players(model: str, window_tokens: int, first: int, count: int) -> list[PlayerSpec]:
    """Describe players of one model that differ in their draws alone."""
    shared: dict[str, Any] = {"model": model, "window_tokens": window_tokens, "beyond": "forget", "reask": 0}
    return [PlayerSpec.of("language", model, **shared, seed=first + member + 1) for member in range(count)]
