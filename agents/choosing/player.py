"""The players ``chooser`` and ``chooser_bank``: a policy that chooses what to say among what a model, or the bank, offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import LudensError, ParameterError
from ...games.actions import Move
from ...games.core import Game, GameType, Observation
from ...llm.chat import ChatModel
from ..latent.speaker import Speaker
from ..player import BasePlayer
from .chooser import card_of, loaded

__all__ = ["BankChooser", "ModelChooser", "fits", "pin"]


class _Choosing(BasePlayer):
    def __init__(self, path: str, digest: str | None = None) -> None:
        if not isinstance(path, str) or not path:
            raise ParameterError(f"player chooser: path={path!r} should name a folder that the trainer sla wrote")
        _, found = card_of(path)
        if digest is not None and digest != found:
            raise LudensError(f"player chooser: {path!r} holds another chooser ({found}) than when the player was named ({digest})")
        self.chooser = loaded(str(Path(path).expanduser().resolve()), found)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self.rng = np.random.default_rng(seed)
        self._fits = False

    def _among(self, observation: Observation, texts: tuple[str, ...]) -> Move:
        if not self._fits and (own := self.chooser.sights.game).hash != observation.game.hash:
            raise LudensError(f"player chooser cannot play {observation.game.label}: it is for {own.label}")
        self._fits = True
        (drawn,) = self.chooser.draw([self.chooser.sights.see(observation, texts)], self.rng)
        return self.chooser.move(drawn, texts)


class BankChooser(_Choosing):
    """Chooses among things that were said before; no model is asked. Its draws follow from the seat's seed.

    Args:
        path: the folder that the trainer ``sla`` wrote.
        digest: which chooser the folder is to hold; filled in when the player is named.

    Raises:
        ParameterError: there is none in the folder.
        LudensError: it holds another one than when the player was named; at the first move, the game does not fit.
    """

    def act(self, observation: Observation) -> Move:
        return self._among(observation, self.chooser.offer(observation, self.rng))


class ModelChooser(_Choosing):
    """Chooses among things that a language model might say; where it gives none that can be read, among the bank's.

    Args:
        model: what is asked.
        path, digest: as :class:`BankChooser` has them.
        tries: how often it is asked for the candidates at most; None for twice as often as there are to be.
        temperature: of what the model says; None for its own.

    Raises:
        ParameterError: there is no chooser in the folder, or a parameter is of the wrong kind.
        LudensError: as :class:`BankChooser`.
    """

    def __init__(self, model: ChatModel, *, path: str, tries: int | None = None, temperature: float | None = None, digest: str | None = None) -> None:
        super().__init__(path, digest)
        if tries is not None and (type(tries) is not int or tries < 1):
            raise ParameterError(f"player chooser: tries={tries!r} should be a whole number above 0, or null")
        self._tries = tries or 2 * self.chooser.candidates
        self._speaker = Speaker(model, temperature=temperature)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._speaker.start(seat, game_type, seed)

    async def act(self, observation: Observation) -> Move:
        speaks = observation.action_spec.say_chars > 0
        found = await self._speaker.candidates(observation, self.chooser.candidates, self._tries) if speaks else []
        move = self._among(observation, tuple(one.text for one in found) or self.chooser.offer(observation, self.rng))
        self._speaker.moved(observation, move, told=speaks)
        return move


def fits(game: Game, path: str = "", **_: Any) -> str | None:
    """Say why what a folder holds cannot play ``game``, or None when it can; torch is not loaded for it."""
    card = card_of(path)[0]
    if card["game_hash"] == game.hash:
        return None
    return f"the chooser is for {card['game']}" + (" with other parameters" if card["game"] == game.made_as else "")


def pin(params: dict[str, Any]) -> dict[str, Any]:
    """Add the digest of the chooser that the folder holds now, unless one is given: other weights are another player."""
    return params if params.get("digest") else {**params, "digest": card_of(str(params.get("path")))[1]}
