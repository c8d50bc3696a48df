"""Rejection-sampling fine-tuning: a nano model plays, and learns from those of its own games that went best.

Each round is a step of expert iteration with the model as its own expert: play every deal several times, keep the episodes that went best, fit the
replies given in them, and begin anew with the better model (Gulcehre et al. 2023, "Reinforced Self-Training", arXiv:2308.08998; comparing within
groups as Shao et al. 2024, arXiv:2402.03300, do). It needs no teacher that can be copied to the digit: what lost money is not repeated.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..agents.player import PlayerSpec
from ..arena.record import Episode
from ..arena.seeds import child_seed
from ..errors import ParameterError, nearest
from ..llm.chat import Sampling
from ..llm.nano.model import folder
from ..llm.spec import ModelSpec
from .card import write_card
from .parameters import Parameters, filled
from .registry import Say, Task, require_packages
from .sft import Config as FitConfig
from .sft.corpus import Corpus, Writer, conversations
from .sft.trainer import ABOUT, bare_name, began_with, copy_words
from .strength import Strength, meet, rows

__all__ = ["RFT", "Config"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a nano model is trained on its own games.

    Attributes:
        rounds: how often it plays and learns.
        episodes: games a round, for every game that ``more`` does not name.
        more: games a round for single games by name.
        group: episodes of one deal against the same opponents, which are compared with each other.
        keep: share of a deal's episodes that is learned from.
        epochs: how often these are read.
        temperature: at which it plays; higher finds more that is new.
        batch_tokens, learning_rate, warmup: as the trainer ``sft`` has them.
        window_tokens: how much of a conversation is remembered.
        matches: episodes a game and player by which strength is measured; 0 for none.
        measured_at: the temperature at which it is.
    """

    TRAINER: ClassVar[str] = "rft"

    rounds: int = 2
    episodes: int = 60
    more: Mapping[str, int] = field(default_factory=dict)
    group: int = 4
    keep: float = 0.25
    epochs: float = 2.0
    temperature: float = 0.8
    batch_tokens: int = 3000
    learning_rate: float = 6e-4
    warmup: int = 20
    window_tokens: int = 2000
    matches: int = 100
    measured_at: float = 0.5

    def __post_init__(self) -> None:
        whole = all(type(count) is int and count > 1 for count in (self.episodes, *self.more.values()))
        self._require(whole, "episodes", "and more should be whole numbers above 1")
        self._require(type(self.group) is int and self.group > 1, "group", "should be a whole number above 1")
        self._whole("rounds")
        self._require(0 < self.keep < 1, "keep", "should lie between 0 and 1")
        self._positive("epochs", "temperature")


class RFT:
    """Trains a nano model on the best of its own games.

    The run's folder holds a folder a round; a run that was cut off goes on with the round it was at.

    Args:
        task: what is trained and where; ``model.model`` names the checkpoint to begin with.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        LudensError: the checkpoint cannot be read.
        ParameterError: a parameter is out of range.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("rft", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer rft")
        self.model = task.nano_model("rft")
        for name in self.config.more:
            if name not in (known := [bare_name(game) for game in task.games]):
                raise ParameterError(f"trainer rft: more names {name!r}, which is not among the games{nearest(name, known)}")
        self._start = folder(self.model.model)

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from ..llm.nano.network import load
        from .sft.measure import free_replies, play

        place, seconds = self._start, 0.0
        for number in range(self.config.rounds):
            place, spent = self._round(number, place, say)
            seconds += spent
        final = self.task.place / "checkpoint"
        shutil.copytree(place, final, dirs_exist_ok=True)
        facts = {
            "title": "Ludens nano (from its own games)",
            "about": list(ABOUT),
            "command": self.task.command,
            "seed": self.task.seed,
            "seconds": round(seconds, 1),
            "torch": torch.__version__,
            "weights": load(final).shape.parameters,
            "rounds": self.config.rounds,
            "temperature": self.config.measured_at,
            "window_tokens": self.config.window_tokens,
            "games": [game.made_as for game in self.task.games],
            "began_with": began_with(self.model.model),
        }
        measured: list[Strength] = []
        if self.config.matches:
            fitting, seed = replace(self._fitting(1), matches=self.config.matches), child_seed(self.task.seed, "strength")
            measured = play(self.task.games, final, fitting, seed, lambda item: say(item.line))
            facts["replies_read_unconstrained"] = round(free_replies(self.task.games, final, fitting, seed), 4)
        write_card(final, facts, rows(measured))
        return {"checkpoint": str(final), **facts, "strength": rows(measured)}

    def _round(self, number: int, start: Path, say: Say) -> tuple[Path, float]:
        """Play, choose, fit; give the new checkpoint and the seconds of fitting."""
        from ..llm.nano.network import load, save
        from ..llm.nano.tokenizer import Tokenizer
        from .sft.fit import fit
        from .sft.progress import bar

        folder = self.task.place / f"round_{number + 1}"
        folder.mkdir(parents=True, exist_ok=True)
        network, tokenizer = load(start), Tokenizer(start)
        if not (folder / "kept.npz").exists():
            writer = Writer(tokenizer, network.shape.context)
            for game, episodes in zip(self.task.games, asyncio.run(self._play(start, number)), strict=True):
                for deal in episodes:
                    for episode, seat in best(deal, self.config.keep):
                        for talk in conversations(episode, (seat,)):
                            writer.add(talk)
                mean = np.mean([episode.returns[seat] for deal in episodes for episode, seat in deal])
                say(f"round {number + 1}, {game.label}: {mean:.2f} {game.type.unit} an episode")
            writer.corpus().save(folder / "kept.npz")
        corpus = Corpus.load(folder / "kept.npz")
        fitting = self._fitting(int(corpus.starts[-1] * self.config.epochs))
        with bar(self.task.progress) as log:
            spent = fit(network, corpus, fitting, seed=child_seed(self.task.seed, "order", number), place=folder, log=log)
        copy_words(start, folder / "checkpoint")
        save(network, folder / "checkpoint", tokenizer)
        say(f"round {number + 1}: {len(corpus):,} conversations of {corpus.starts[-1]:,} tokens were learned from, in {spent:.0f} s")
        return folder / "checkpoint", spent

    async def _play(self, place: Path, number: int) -> list[list[tuple[tuple[Episode, int], ...]]]:
        """Play every game; by deals, each with the episodes of a group."""
        sampling = Sampling(temperature=self.config.temperature, max_tokens=None)
        model = ModelSpec(engine="nano", model=str(place), name="trained", concurrency=None, sampling=sampling).build()
        shared = {"model": "trained", "window_tokens": self.config.window_tokens, "beyond": "forget"}
        # a seed of its own changes what a player draws, and nothing else of the episode
        players = [PlayerSpec.of("language", "trained", **shared, seed=member + 1) for member in range(self.config.group)]
        seed, out = child_seed(self.task.seed, "round", number), []
        try:
            for game in self.task.games:
                deals = max(1, self.config.more.get(bare_name(game), self.config.episodes) // self.config.group)
                out.append(list(zip(*[await meet(game, player, {"trained": model}, deals, seed) for player in players], strict=True)))
            return out
        finally:
            await model.close()

    def _fitting(self, tokens: int) -> FitConfig:
        own = asdict(self.config)
        shared = {name: own[name] for name in ("batch_tokens", "learning_rate", "warmup", "window_tokens")}
        return FitConfig(preset=None, tokens=max(tokens, 1), temperature=self.config.measured_at, **shared)


def best(deal: Sequence[tuple[Episode, int]], keep: float) -> list[tuple[Episode, int]]:
    """Choose among the episodes of one deal: the best ``keep`` of them (one at least), and only what is better than their mean; where all are equal, the first.

    Cards and opponents are the same in all of them, so that it is play that is compared and not luck.
    """
    returns = np.array([episode.returns[seat] for episode, seat in deal])
    if np.ptp(returns) == 0:
        return [deal[0]]
    bar = np.sort(returns)[-max(1, round(keep * len(deal)))]
    return [item for item, value in zip(deal, returns, strict=True) if value >= bar and value > returns.mean()]
