"""The players ``latent`` and ``latent_bank``: a policy over meanings plays a game in words."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError, ParameterError
from ...games.actions import Move
from ...games.adapters.latent import Meaning
from ...games.core import Event, Game, GameType, Observation
from ...llm.chat import ChatModel
from ..neural import NeuralPolicy, load_policy
from ..neural.card import read_card
from ..player import Answer, BasePlayer
from .space import LatentSpace
from .speaker import Speaker

__all__ = ["BankPlayer", "LatentMind", "LatentPlayer", "fits", "pin"]


class LatentMind:
    """A policy over meanings with the space they live in: what it would do where a seat of the game in words stands.

    Attributes:
        space: the latent space.
        policy: for its abstract game; None moves uniformly.
    """

    def __init__(self, space: LatentSpace, policy: NeuralPolicy | None) -> None:
        self.space, self.policy = space, policy

    def features(self, observation: Observation) -> NDArray[np.float32]:
        """Give what the policy is shown: float32 of shape (inputs,)."""
        return self.space.game.heard(observation.data["observation"], observation.events, self._heard)

    def _heard(self, event: Event) -> Meaning | None:
        return None if event.seat is None else self.space.heard(str(event.data["text"]), event.seat)

    def choose(self, observation: Observation, rng: np.random.Generator, meaning: Meaning | None = None) -> Any:
        """Draw a choice of the abstract game; with a meaning given, one that holds it."""
        game = self.space.game
        legal = game.offer(observation.action_spec, observation.role, observation.seat).domain
        if self.policy is None:
            options = [value for value in legal.values() if meaning is None or game.said(value) == meaning]
            return options[int(rng.integers(len(options)))]
        actions = self.policy.actions
        mask = actions.mask(legal)
        if meaning is not None:
            mask = mask & np.array([game.said(value) == meaning for value in actions.choices])
        return actions.draw(self._chances(self.features(observation), mask), rng)

    def _chances(self, features: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        import torch

        assert self.policy is not None
        with torch.inference_mode():
            shown = np.pad(features, (0, int(np.prod(self.policy.shape)) - len(features)))
            logits = self.policy.module(torch.from_numpy(shown)[None])[0].double().numpy()
        chances = np.where(mask, np.exp(logits - logits[mask].max()), 0.0)
        return np.asarray(chances / chances.sum())


class _Latent(BasePlayer):
    def __init__(self, path: str, digest: str | None = None) -> None:
        if not isinstance(path, str) or not path:
            raise ParameterError(f"player latent: path={path!r} should name a folder of an iteration that the trainer lspo wrote")
        if digest is not None and digest != (found := _digest(path)):
            raise LudensError(f"player latent: {path!r} holds another policy ({found}) than when the player was named ({digest})")
        self.mind = _mind(str(Path(path).expanduser().resolve()))

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self.rng = np.random.default_rng(seed)
        self._fits = False

    def _check(self, observation: Observation) -> None:
        if not self._fits and (own := self.mind.space.game.spoken).hash != observation.game.hash:
            raise LudensError(f"player latent cannot play {observation.game.label}: its policy is for {own.label}")
        self._fits = True

    def _in_words(self, observation: Observation, choice: Any) -> Move:
        return self.mind.space.game.spoken_move(Move(choice), observation.action_spec, lambda meaning: self._words(observation, meaning))

    def _words(self, observation: Observation, meaning: Meaning) -> str:
        return self.mind.space.words(meaning, self.seat, observation.role, self.rng)[: observation.action_spec.say_chars]


class BankPlayer(_Latent):
    """A policy over meanings that says what others said before it: no model is asked.

    Args:
        path: the folder of an iteration.
        digest: which policy the folder is to hold; filled in when the player is named.

    Raises:
        ParameterError: there is none in the folder.
        LudensError: it holds another policy than when the player was named; at the first move, the game does not fit.
    """

    def act(self, observation: Observation) -> Move:
        self._check(observation)
        return self._in_words(observation, self.mind.choose(observation, self.rng))


class LatentPlayer(_Latent):
    """A policy over meanings with a language model that speaks for it.

    Args:
        model: what speaks.
        path: the folder of an iteration.
        speech: ``"free"``: the model says what it likes, and the policy makes all other moves; ``"steered"``: the policy chooses what is meant, and the model
            is asked until it says something that means it, else something that was said before is said again.
        tries: how often it is asked then.
        temperature: of what the model says; None for its own.
        digest: which policy the folder is to hold; filled in when the player is named.

    Raises:
        ParameterError: there is no policy in the folder, or a parameter is of the wrong kind.
        LudensError: the folder holds another policy than when the player was named; at the first move, the game does not fit.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        path: str,
        speech: Literal["free", "steered"] = "free",
        tries: int = 4,
        temperature: float | None = None,
        digest: str | None = None,
    ) -> None:
        super().__init__(path, digest)
        if speech not in ("free", "steered"):
            raise ParameterError(f"player latent: speech={speech!r} should be 'free' or 'steered'")
        if type(tries) is not int or tries < 1:
            raise ParameterError(f"player latent: tries={tries!r} should be a whole number above 0")
        self._speech, self._tries = speech, tries
        self._speaker = Speaker(model, temperature=temperature)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._speaker.start(seat, game_type, seed)

    async def act(self, observation: Observation) -> Move | Answer:
        self._check(observation)
        speaks = observation.action_spec.say_chars > 0
        move = await (self._free(observation) if speaks and self._speech == "free" else self._steered(observation, speaks))
        self._speaker.moved(observation, move, told=speaks)
        return move

    async def _free(self, observation: Observation) -> Move:
        found = await self._speaker.candidates(observation, 1, self._tries)
        if not found:
            return self._in_words(observation, self.mind.choose(observation, self.rng))
        text = found[0].text
        meaning = self.mind.space.meaning(text, self.seat, observation.role)
        return self.mind.space.game.spoken_move(Move(self.mind.choose(observation, self.rng, meaning)), observation.action_spec, partial(_said, text))

    async def _steered(self, observation: Observation, speaks: bool) -> Move:
        choice = self.mind.choose(observation, self.rng)
        wanted = self.mind.space.game.said(choice) if speaks else None
        if wanted is not None:
            for candidate in await self._speaker.candidates(observation, self._tries, self._tries):
                if self.mind.space.meaning(candidate.text, self.seat, observation.role) == wanted:
                    return self.mind.space.game.spoken_move(Move(choice), observation.action_spec, partial(_said, candidate.text))
        return self._in_words(observation, choice)


def _said(text: str, _: Meaning) -> str:
    return text


def fits(game: Game, path: str = "", **_: Any) -> str | None:
    """Say why what a folder holds cannot play ``game``, or None when it can."""
    own = LatentSpace.load(path).game.spoken
    return None if own.hash == game.hash else f"the policy is for {own.label}"


def pin(params: dict[str, Any]) -> dict[str, Any]:
    """Add the digest of what the folder holds now, unless one is given: another policy or latent space is another player."""
    return params if params.get("digest") else {**params, "digest": _digest(str(params.get("path")))}


def _digest(path: str) -> str:
    return f"{LatentSpace.load(path).digest}-{read_card(Path(path).expanduser() / 'policy')[1]}"


@lru_cache(maxsize=16)
def _mind(path: str) -> LatentMind:
    return LatentMind(LatentSpace.load(path), load_policy(Path(path) / "policy"))
