"""Self-play of a language model, heard at every turn to speak."""

from __future__ import annotations

import asyncio

import numpy as np

from ...agents.latent import Speaker
from ...agents.latent.player import LatentMind
from ...arena.seeds import child_seed
from ...games.actions import Move
from ...games.adapters.latent import NO_ROLE
from ...games.core import Game, State
from ...llm.chat import ChatModel
from .config import Config
from .statements import Said, Statement

__all__ = ["hear"]

_IN_FLIGHT = 32


async def hear(game: Game, model: ChatModel, mind: LatentMind | None, config: Config, seed: int) -> list[Statement]:
    """Let a model play with itself.

    It speaks; all else is chosen by the policy of the iteration before, uniformly where there is none.

    Args:
        game: in words.
        model: what speaks.
        mind: the policy of the iteration before, with its latent space.
        config: how many games and candidates.
        seed: of deals and draws.

    Returns:
        Every turn to speak at which the model said something that could be read, game by game.

    Raises:
        ModelFailure: the model cannot be asked.
    """
    gate = asyncio.Semaphore(_IN_FLIGHT)

    async def one(number: int) -> list[Statement]:
        async with gate:
            return await _Table(game, model, mind, config, number=number, seed=child_seed(seed, "game", number)).play()

    found = await asyncio.gather(*(one(number) for number in range(config.games)))
    return [statement for part in found for statement in part]


class _Table:
    """One game."""

    def __init__(self, game: Game, model: ChatModel, mind: LatentMind | None, config: Config, *, number: int, seed: int) -> None:
        self.config, self.mind, self.number = config, mind, number
        self.rng = np.random.default_rng(child_seed(seed, "draws"))
        self.state = game.start(seed)
        self.speakers = [Speaker(model, temperature=config.speaking) for _ in range(game.seats)]
        for seat, speaker in enumerate(self.speakers):
            speaker.start(seat, game.type, child_seed(seed, "speaker", seat) % 2**31)
        self.statements: list[Statement] = []

    async def play(self) -> list[Statement]:
        while not self.state.over:
            seats = self.state.to_move
            moves = await asyncio.gather(*(self._move(self.state, seat) for seat in seats))
            self.state.play(dict(zip(seats, moves, strict=True)))
        return self.statements

    async def _move(self, state: State, seat: int) -> Move:
        observation, speaker = state.observe(seat), self.speakers[seat]
        spec = observation.action_spec
        if spec.say_chars:
            found = await speaker.candidates(observation, self.config.candidates, self.config.tries)
            if found:
                played = int(self.rng.integers(len(found)))
                role = str(observation.role or NO_ROLE)
                own = tuple(np.asarray(observation.data["observation"], float).reshape(-1).tolist())
                heard = tuple((event.seat, str(event.data["text"])) for event in observation.events if event.kind == "say" and event.seat is not None)
                candidates = tuple(Said(item.text, item.move.choice, item.reply.token_ids or (), item.reply.logprobs or ()) for item in found)
                prompt = found[0].reply.prompt_token_ids or ()
                self.statements.append(Statement(self.number, state.turn, seat, role, own, heard, prompt, candidates, played))
                move = found[played].move
            else:
                move = spec.sample(self.rng)
        else:
            move = spec.sample(self.rng) if self.mind is None else Move(self.mind.choose(observation, self.rng))
        speaker.moved(observation, move, told=spec.say_chars > 0)
        return move
