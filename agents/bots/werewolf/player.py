"""The Werewolf player whose manner of playing each role is set role by role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import numpy as np

from ....errors import ParameterError, nearest
from ....games.core import Game, GameType, Observation
from ....games.werewolf.game import Werewolf
from ....games.werewolf.speech import STYLES as VOICES
from ...player import Answer, BasePlayer
from .bot import WerewolfBot
from .habits import Habits
from .manners import Manner

__all__ = ["VillagerPlayer", "villager_fits"]


class VillagerPlayer(BasePlayer):
    """Plays every role of Werewolf, each as its parameter says.

    Args:
        villager: whom it suspects: ``bayes`` (a posterior over all deals, claims weighed), ``majority`` (who is accused most), ``first_claim`` (whom
            the first seer to claim names) or ``random``.
        seer: ``honest`` claims at once and reports all, ``finds`` claims when it has found a werewolf, ``hidden`` when it is accused besides.
        doctor: protects ``self``, ``claimed`` (who claims to be the seer, else itself) or ``random``.
        wolf: ``quiet``, ``aggressive``, ``fake_seer`` or ``bus`` (gives up a fellow that is lost).
        speaker: ``plain``, ``level1`` (says what looks least suspicious) or ``silent``.
        voice: ``plain``, ``calm``, ``pushy`` or ``timid``.
        habits: chances of what it does without thinking, by name, see :class:`~ludens.agents.bots.werewolf.habits.Habits`: ``kill_first``, ``self_save``,
            ``abstain``, ``reveal``.

    Raises:
        ParameterError: a parameter has no such value; at the first move, the game is not Werewolf.
    """

    def __init__(
        self,
        villager: str = "bayes",
        *,
        seer: str = "honest",
        doctor: str = "claimed",
        wolf: str = "quiet",
        speaker: str = "plain",
        voice: str = "plain",
        habits: Mapping[str, float] | None = None,
    ) -> None:
        given: dict[str, Any] = {"villager": villager, "seer": seer, "doctor": doctor, "wolf": wolf, "speaker": speaker, "voice": voice}
        hints = get_type_hints(Manner)
        for field in fields(Manner):
            if field.name == "habits":
                continue
            allowed = tuple(VOICES) if field.name == "voice" else get_args(hints[field.name])
            if given[field.name] not in allowed:
                problem = f"should be one of: {', '.join(allowed)}{nearest(str(given[field.name]), allowed)}"
                raise ParameterError(f"player villager: {field.name}={given[field.name]!r} {problem}")
        try:
            held = Habits.of({} if habits is None else habits)
        except ParameterError as problem:
            raise ParameterError(f"player villager: {problem}") from None
        self.manner = Manner(**given, habits=held)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._bot: WerewolfBot | None = None

    def act(self, observation: Observation) -> Answer:
        if self._bot is None:
            game = observation.game
            if not isinstance(game, Werewolf):
                raise ParameterError(f"player villager plays Werewolf only, not {game.made_as}")
            self._bot = WerewolfBot(game, self.manner, self.seat, np.random.default_rng(self.seed))
        move = self._bot.act(observation)
        return Answer(move, note=self._bot.note)


def villager_fits(game: Game, **_: object) -> str | None:
    """Say why the player cannot play ``game``, or None when it can."""
    if not isinstance(game, Werewolf):
        return f"villager plays Werewolf only, not {game.made_as}"
    return "villager speaks in words, and this game has meanings instead" if game.latents else None
