"""Who plays: the learner, and its partners with the models behind them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...agents.player import PlayerSpec
from ...errors import LudensError
from ...games.core import Game
from ...llm.chat import Sampling
from ...llm.spec import ModelSpec
from .config import SELF, Config

__all__ = ["LEARNER", "Cast"]

LEARNER = "learner"
"""What the model that is trained is called."""


@dataclass(frozen=True)
class Cast:
    """The players of a run.

    Attributes:
        config: the trainer's.
        specs: models by the name that players call theirs.
    """

    config: Config
    specs: dict[str, ModelSpec] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config, model: ModelSpec) -> Cast:
        """Begin with the model that is trained; its replies are held to the schema, so that what is drawn can be read."""
        sampling = Sampling(temperature=config.temperature, max_tokens=None)
        return cls(config, {LEARNER: replace(model, name=LEARNER, concurrency=None, structured="json_schema", sampling=sampling)})

    def at(self, place: str) -> ModelSpec:
        """Describe the same model with the weights of a folder."""
        return replace(self.specs[LEARNER], model=place)

    def learner(self, member: int = 0, model: str = LEARNER, temperature: float | None = None) -> PlayerSpec:
        """Make the learner; members differ in their draws alone."""
        config = self.config
        heat = config.temperature if temperature is None else temperature
        return PlayerSpec.of("language", model, model=model, window_tokens=config.window_tokens, beyond="forget", reask=0, temperature=heat, seed=member)

    def pool(self, game: Game, partners: Sequence[str | Mapping[str, Any]]) -> list[PlayerSpec]:
        """Make the partners that play a game.

        Raises:
            LudensError: none of them does.
        """
        made = [self._partner(partner) for partner in partners]
        found = [player for player in made if player.why_not(game) is None]
        if not found:
            raise LudensError(f"the trainer persuasion_balanced: no partner plays {game.label}: {made[0].why_not(game)}")
        return found

    def _partner(self, partner: str | Mapping[str, Any]) -> PlayerSpec:
        if partner == SELF:
            # draws of its own: at another seat than the learner's, whose members count from 0
            return self.learner(-1)
        if isinstance(partner, str):
            return PlayerSpec.of("scripted", partner, style=partner)
        params = {str(name): value for name, value in partner.items() if name not in ("kind", "name")}
        label = str(partner.get("name", partner["kind"]))
        if params.get("model") is not None:
            spec = ModelSpec.of({**params["model"], "name": f"{label} {_digest(params['model'])}"})
            self.specs[spec.name] = spec
            params["model"] = spec.name
        made = PlayerSpec.of(str(partner["kind"]), label, **params)
        if made.needs_model and not made.models:
            raise LudensError(f"the trainer persuasion_balanced: the partner {label!r} needs a model, a mapping as in the group model")
        return made


def _digest(model: Mapping[str, Any]) -> str:
    """Tell models of partners apart that are called alike."""
    return hashlib.blake2b(json.dumps(model, sort_keys=True, default=str).encode(), digest_size=4).hexdigest()
