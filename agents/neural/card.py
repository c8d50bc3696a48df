"""``policy.json``: what stands beside the weights, as data. It is read without torch, and nothing in it is run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...errors import LudensError, ParameterError
from ...games import registry
from ...games.core import Game
from .policy import misfit

__all__ = ["CARD", "WEIGHTS", "Card", "read_card"]

CARD, WEIGHTS = "policy.json", "policy.safetensors"
FORMAT = 1
"""Version of the card; readers refuse others."""
_LARGEST = 2**20


@dataclass(frozen=True)
class Card:
    """What a saved policy is.

    Attributes:
        game: the versioned id of the game that it was trained for.
        params: that game's parameters.
        game_hash: digest of both, so that a change of defaults does not pass unseen.
        shape: of its observations.
        bins: how many values stand for a range of numbers that cannot be listed.
        outputs: how many outputs it has.
        actions: digest of what they stand for.
        module: the registered name of its network.
        sizes: arguments of the network's factory.
        weights: digest of the weights' file (32 hexadecimal digits).
        format: version of this form.
    """

    game: str
    params: dict[str, Any]
    game_hash: str
    shape: tuple[int, ...]
    bins: int
    outputs: int
    actions: str
    module: str
    sizes: dict[str, Any]
    weights: str
    format: int = FORMAT

    def write(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    def misfit(self, game: Game) -> str | None:
        """Say in one line why the policy cannot play ``game``; None when it can."""
        return misfit(game, self.game, self.shape, self.bins, self.actions)

    def make_game(self) -> Game:
        """Make the game that it was trained for.

        Raises:
            LudensError: there is none such any more, or its rules have other parameters now.
        """
        game = registry.make(self.game, **self.params)
        if game.hash != self.game_hash:
            raise LudensError(f"the policy is for {self.game} with parameters that mean another game here: its {CARD} was changed, or the game was")
        return game


def read_card(folder: str | Path) -> tuple[Card, str]:
    """Read a folder's card.

    Returns:
        The card, and a digest of it (12 hexadecimal digits): as it holds the weights' digest, it tells any two policies apart.

    Raises:
        ParameterError: there is no such folder, or no card in it.
        LudensError: the card is damaged, or of another version.
    """
    place = Path(folder).expanduser() / CARD
    try:
        with place.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as problem:
        should = "it should be a folder that save_policy wrote"
        raise ParameterError(f"policy {str(folder)!r}: cannot read its {CARD} ({problem.strerror}); {should}") from problem
    try:
        return _parsed(raw), hashlib.blake2b(raw, digest_size=6).hexdigest()
    except LudensError as problem:
        raise LudensError(f"policy {str(folder)!r}: {problem}") from problem


_KINDS = {
    "game": str,
    "params": dict,
    "game_hash": str,
    "shape": list,
    "bins": int,
    "outputs": int,
    "actions": str,
    "module": str,
    "sizes": dict,
    "weights": str,
    "format": int,
}


@lru_cache(maxsize=64)
def _parsed(raw: bytes) -> Card:
    if len(raw) > _LARGEST:
        raise LudensError(f"its {CARD} is larger than {_LARGEST} bytes")
    try:
        made = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise LudensError(f"its {CARD} is no JSON") from problem
    if not isinstance(made, dict) or made.get("format") != FORMAT:
        found = made.get("format") if isinstance(made, dict) else None
        raise LudensError(f"its {CARD} has format {str(found)[:20]}, this version reads {FORMAT}")
    if set(made) != set(_KINDS):
        odd = sorted(set(made) ^ set(_KINDS))
        raise LudensError(f"its {CARD} should have the fields {', '.join(_KINDS)}; {str(odd[0])[:40]!r} is {'missing' if odd[0] in _KINDS else 'unknown'}")
    for name, kind in _KINDS.items():
        if type(made[name]) is not kind:
            raise LudensError(f"its {CARD} has {name}={str(made[name])[:40]!r}, which should be {kind.__name__}")
    if not all(type(size) is int and size > 0 for size in made["shape"]):
        raise LudensError(f"its {CARD} has shape={str(made['shape'])[:40]}, which should be whole numbers above 0")
    return Card(**{**made, "shape": tuple(made["shape"])})
