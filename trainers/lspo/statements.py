"""What was said and what might have been: the records that the stages hand on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...agents.latent import LatentSpace
from ...games.adapters.latent import NO_ROLE
from ...games.core import Event

__all__ = ["Said", "Statement", "read_statements", "write_statements"]


@dataclass(frozen=True)
class Said:
    """Something that might be said.

    Attributes:
        text: what.
        choice: what would be chosen with it, as a JSON value.
        tokens: those of the reply; empty where the engine does not tell them.
        logprobs: theirs under the model that said it.
    """

    text: str
    choice: Any
    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]


@dataclass(frozen=True)
class Statement:
    """One turn to speak.

    Attributes:
        game: number of the game.
        turn, seat: where in it.
        role: the speaker's; ``player`` where there are no roles.
        own: what the game in words shows the speaker in numbers.
        heard: who said what before, as far as the speaker heard it.
        prompt: tokens that the model was given; empty where the engine does not tell them.
        candidates: what it might say.
        played: number of the one that was said.
    """

    game: int
    turn: int
    seat: int
    role: str
    own: tuple[float, ...]
    heard: tuple[tuple[int, str], ...]
    prompt: tuple[int, ...]
    candidates: tuple[Said, ...]
    played: int

    @property
    def round(self) -> int:
        """Which of the speaker's own utterances this is, from 1: the day, where everybody speaks once a day."""
        return 1 + sum(seat == self.seat for seat, _ in self.heard)

    def features(self, space: LatentSpace) -> NDArray[np.float32]:
        """Give what a policy over a space's meanings is shown here."""
        events = [Event("say", seat, text, {"text": text}, None) for seat, text in self.heard]
        return space.game.heard(np.array(self.own, np.float32), events, lambda event: space.heard(str(event.data["text"]), int(event.seat or 0)))

    def meanings(self, space: LatentSpace) -> list[Any]:
        """Tell what the candidates mean."""
        return [space.meaning(said.text, self.seat, None if self.role == NO_ROLE else self.role) for said in self.candidates]


def write_statements(path: Path, statements: Iterable[Statement]) -> None:
    """Write them, one a line, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(json.dumps(asdict(statement), ensure_ascii=False) + "\n" for statement in statements), encoding="utf-8")
    fresh.replace(path)


def read_statements(path: Path) -> list[Statement]:
    """Undo :func:`write_statements`."""
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        plain = json.loads(line)
        candidates = tuple(Said(item["text"], item["choice"], tuple(item["tokens"]), tuple(item["logprobs"])) for item in plain.pop("candidates"))
        heard = tuple((int(seat), str(text)) for seat, text in plain.pop("heard"))
        out.append(Statement(**{**plain, "own": tuple(plain["own"]), "prompt": tuple(plain["prompt"])}, heard=heard, candidates=candidates))
    return out
