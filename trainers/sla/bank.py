"""What there is to say: utterances of each role, heard of a model that plays with itself, or of the population."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ...agents.choosing.sights import Bank
from ...agents.latent import anonymous
from ...agents.player import PlayerSpec
from ...arena.episode import play_match
from ...arena.plan import Match
from ...arena.seeds import child_rng, child_seed
from ...errors import LudensError
from ...games.adapters.latent import NO_ROLE
from ...games.core import Game
from ...llm.spec import ModelSpec
from ..lspo.config import Config as Hearing
from ..lspo.playing import hear
from .config import Config

__all__ = ["gather", "read_bank", "write_bank"]


def gather(game: Game, model: ModelSpec | None, field: tuple[PlayerSpec, ...], config: Config, seed: int) -> Bank:
    """Hear some games.

    Args:
        game: in words.
        model: what speaks; None for the population.
        field: the population's scripted players.
        config: how many games, and how a model is asked.
        seed: of deals and draws.

    Raises:
        ModelFailure: the model cannot be asked.
        LudensError: a role said nothing.
    """
    found: dict[str, Counter[str]] = {role: Counter() for role in game.type.roles or (NO_ROLE,)}
    for role, text in _of_model(game, model, config, seed) if model is not None else _of_population(game, field, config, seed):
        found[role][text] += 1
    if silent := [role for role, texts in found.items() if not texts]:
        raise LudensError(f"{game.made_as}: nothing was heard of {', '.join(silent)}; a greater trainer.heard would be right")
    return {role: tuple(sorted(texts.items(), key=lambda item: (-item[1], item[0]))) for role, texts in found.items()}


def _of_model(game: Game, model: ModelSpec, config: Config, seed: int) -> Iterator[tuple[str, str]]:
    hearing = Hearing(games=config.heard, candidates=config.candidates, tries=config.tries, speaking=config.speaking)

    async def listen() -> Iterator[tuple[str, str]]:
        built = model.build()
        try:
            statements = await hear(game, built, None, hearing, seed)
        finally:
            await built.close()
        return ((item.role, anonymous(said.text, item.seat)) for item in statements for said in item.candidates)

    return asyncio.run(listen())


def _of_population(game: Game, field: tuple[PlayerSpec, ...], config: Config, seed: int) -> Iterator[tuple[str, str]]:
    for number in range(config.heard):
        drawn = child_rng(seed, "heard", number).integers(len(field), size=game.seats)
        episode = play_match(Match(game, tuple(field[index] for index in drawn), child_seed(seed, "heard", number, "deal")))
        for decision in episode.decisions:
            if decision.say:
                yield episode.seats[decision.seat].role or NO_ROLE, anonymous(decision.say, decision.seat)


def write_bank(path: Path, bank: Bank) -> None:
    """Write it, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(bank, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)


def read_bank(path: Path) -> Bank:
    """Undo :func:`write_bank`."""
    return {role: tuple((str(text), int(times)) for text, times in rows) for role, rows in json.loads(path.read_text(encoding="utf-8")).items()}
