"""Intents of Werewolf as a latent space that needs no clusters: say nothing much, target somebody, claim a role.

After the baseline "Cicero-like" of Xu, Gu, Yu, Wu and Wang 2025 (LSPO, arXiv 2502.04686, appendix B.3), which chooses among fixed intents in the manner of
Meta Fundamental AI Research Diplomacy Team 2022, "Human-level play in the game of Diplomacy by combining language models with strategic reasoning". Its
thirteen intents name seats; here whom an intent is about is the slot of a meaning. "Do not reveal the role" cannot be told from saying nothing much.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError
from ...games.core import Game
from ...games.werewolf.game import Werewolf
from ...games.werewolf.speech import Kind, SpeechAct, parse, realise

__all__ = ["Intents"]

_IDLE, _TARGET, _WEREWOLF = "idle", "target", "werewolf"
_TARGETING = (Kind.ACCUSE, Kind.CALL_VOTE, Kind.COUNTER)
_ACTS = (Kind.ACCUSE, Kind.CALL_VOTE)
_SPEAKER, _OTHER, _SEATS = 0, 1, 2
_BANK = 12
_TRIES = 400


class Intents:
    """Maps utterances without names to intents, as unit vectors: an :class:`~ludens.agents.latent.embedding.Embedder`.

    An utterance with several acts of speech counts as the first of: a claim, a target, nothing much.

    Args:
        roles: of the game.

    Attributes:
        names: of the intents, in their order.
    """

    def __init__(self, roles: Sequence[str]) -> None:
        self._roles = tuple(roles)
        self.names = (_IDLE, _TARGET, *(f"claim {role}" for role in self._roles))
        self._number = lru_cache(maxsize=50_000)(self._number_of)

    @classmethod
    def of(cls, game: Game) -> Self:
        """Make those of a game.

        Raises:
            LudensError: it is no Werewolf: nobody knows its acts of speech.
        """
        if not isinstance(game, Werewolf):
            raise LudensError(f"{game.made_as}: clusters=intents reads acts of speech, which are those of werewolf; clusters=refit would be right")
        return cls(game.type.roles)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return self.centroids[[self._number(text) for text in texts]].reshape(len(texts), len(self.names))

    @property
    def centroids(self) -> NDArray[np.float64]:
        """Where intents lie: shape (intents, intents)."""
        return np.eye(len(self.names))

    def _number_of(self, text: str) -> int:
        from .space import named

        acts = parse(named(text, _SPEAKER, _OTHER), _SPEAKER, _SEATS, self._roles)
        for act in acts:
            role = _WEREWOLF if act.kind is Kind.REVEAL else act.role if act.kind is Kind.CLAIM else None
            if role in self._roles:
                return 2 + self._roles.index(str(role))
        targets = any(act.kind in _TARGETING or (act.kind is Kind.CHECK and act.result == _WEREWOLF) for act in acts)
        return int(targets)

    def banks(self, seed: int) -> tuple[tuple[str, ...], ...]:
        """Put every intent into words, some of which target somebody too where it is a claim; all of them mean it."""
        from .space import anonymous

        rng = np.random.default_rng(seed)
        rows = []
        for number, name in enumerate(self.names):
            found: dict[str, None] = {}
            for attempt in range(_TRIES):
                text = anonymous(realise(_acts(name, attempt), _SPEAKER, rng), _SPEAKER)
                if self._number(text) == number:
                    found[text] = None
                if len(found) == _BANK:
                    break
            rows.append(tuple(found))
        return tuple(rows)

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"intents": np.array(json.dumps(self._roles))}

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Undo :meth:`arrays`."""
        return cls(json.loads(str(arrays["intents"])))


def _acts(name: str, attempt: int) -> tuple[SpeechAct, ...]:
    """Give acts that an intent may be said by; every other claim targets somebody as well."""
    target = SpeechAct(_ACTS[attempt // 2 % len(_ACTS)], target=_OTHER)
    if name == _IDLE:
        return (SpeechAct(Kind.SMALLTALK),)
    if name == _TARGET:
        return (target,)
    role = name.removeprefix("claim ")
    claim = SpeechAct(Kind.REVEAL) if role == _WEREWOLF else SpeechAct(Kind.CLAIM, role=role)
    return (claim, target) if attempt % 2 else (claim,)
