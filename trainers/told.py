"""Fine-tuning on instructions: a nano model learns to do as it is told.

It reads transcripts of scripted players that were told an instruction in words and obeyed it, each begun by that instruction; and some of players that did
something else, so that a model that learns by play finds both better and worse than what it is told among its own draws. What an instruction is worth to the
model is then a matter of what the instruction says: without such a beginning, one is as good as another (docs/inspo.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..agents.bots import clauses
from ..agents.player import PlayerSpec
from ..arena.episode import play_match
from ..arena.plan import Match
from ..arena.record import Episode
from ..arena.seeds import child_rng, child_seed
from ..arena.watchdog import Watchdog
from ..errors import LudensError
from ..games.core import Game
from ..llm.chat import Sampling
from ..llm.spec import ModelSpec
from .card import write_card
from .registry import Say
from .sft import SFT
from .sft import Config as FitConfig
from .sft.teaching import Teacher, named
from .strength import meet, opponents

__all__ = ["Config", "Told"]


@dataclass(frozen=True)
class Config(FitConfig):
    """How a nano model learns to obey; what is not named here is as the trainer ``sft`` has it, without its teachers.

    Attributes:
        bank: sentences that instructions are made of; by default those that the game's scripted players understand.
        most: sentences an instruction has at most.
        obeyed: share of transcripts in which the instruction is obeyed; in the others another one is.
    """

    TRAINER: ClassVar[str] = "told"

    bank: tuple[str, ...] = ()
    most: int = 4
    obeyed: float = 0.85

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "bank", tuple(self.bank))
        self._require(all(isinstance(text, str) and text.strip() for text in self.bank), "bank", "should be sentences")
        self._whole("most")
        self._shares("obeyed")


class Told(SFT):
    """Trains a nano model on scripted players that are told what to do.

    Args:
        task: what is trained and where.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch or tokenizers is not installed.
        LudensError: no scripted player knows a game.
        ParameterError: a parameter is out of range.
    """

    PARAMETERS = Config

    config: Config

    def _teachers(self, say: Say) -> dict[Game, Teacher]:
        for game in self.task.games:
            if reason := PlayerSpec.of("instructed", instruction="x").why_not(game):
                raise LudensError(f"the trainer told: {reason}")
        return dict.fromkeys(self.task.games, "instructed")

    def _episodes(self, game: Game, teacher: Teacher, part: str) -> Iterator[tuple[Episode, tuple[int, ...]]]:
        config, field, seed = self.config, opponents(game), child_seed(self.task.seed, part, game.hash)
        bank = config.bank or clauses(game)
        number = 0
        with Watchdog(60.0) as watchdog:
            while True:
                rng = child_rng(seed, "told", number)
                told, other = (drawn(bank, config.most, rng) for _ in range(2))
                of = {"kind": named(teacher), "instruction": told if rng.random() < config.obeyed else other}
                seat = number % game.seats
                table = [field[index] for index in rng.integers(len(field), size=game.seats)]
                table[seat] = PlayerSpec.of("demonstrator", "teacher", of=of, persona=told, window_tokens=config.window_tokens)
                yield play_match(Match(game, tuple(table), child_seed(seed, "told", number, "deal")), watchdog=watchdog), (seat,)
                number += 1

    def _words(self) -> dict[str, Any]:
        facts = super()._words()
        return {**facts, "about": ["It was trained by Ludens to do as the first sentences of its prompt say, and knows nothing else: it is no assistant."]}

    def _measure(self, facts: dict[str, Any], say: Say) -> dict[str, Any]:
        """Compare what it earns under each sentence alone with what a player that obeys earns, on the same deals."""
        found = []
        if self.config.matches:
            for game in self.task.games:
                for clause in self.config.bank or clauses(game):
                    found.append({"game": game.label, "told": clause, **asyncio.run(self._obeys(game, clause))})
                    say(f'{game.label}, told "{clause}": {found[-1]["model"]:.2f} an episode, an obeying player {found[-1]["obeying"]:.2f}')
        facts["obeys"] = found
        write_card(self.place, facts, [])
        return facts

    async def _obeys(self, game: Game, clause: str) -> dict[str, float]:
        sampling = Sampling(temperature=self.config.temperature, max_tokens=None)
        model = ModelSpec(engine="nano", model=str(self.place), name="trained", concurrency=None, sampling=sampling).build()
        shared = {"persona": clause, "window_tokens": self.config.window_tokens, "beyond": "forget"}
        players = PlayerSpec.of("language", "trained", model="trained", **shared), PlayerSpec.of("instructed", "obeying", instruction=clause)
        seed = child_seed(self.task.seed, "obeys")
        try:
            earned = [
                [episode.returns[seat] for episode, seat in await meet(game, player, {"trained": model}, self.config.matches, seed)] for player in players
            ]
        finally:
            await model.close()
        return dict(zip(("model", "obeying"), (round(float(np.mean(part)), 4) for part in earned), strict=True))


def drawn(bank: tuple[str, ...], most: int, rng: np.random.Generator) -> str:
    """Draw an instruction: so many different sentences at most, in any order."""
    count = int(rng.integers(1, min(most, len(bank)) + 1))
    return " ".join(bank[index] for index in rng.choice(len(bank), count, replace=False))
