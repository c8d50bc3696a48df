"""Regressed critics in folders: one safetensors file with a card in it, evaluated by numpy. No code comes from a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import LudensError, MissingExtra, ParameterError
from ...games.actions import Move
from ...games.core import Game, Observation
from .features import Floats, Ints, choices, features, joint_game, one_hot

__all__ = ["WEIGHTS", "Card", "NetworkCritic", "critic_digest", "load_critic", "save_critic"]

WEIGHTS = "critic.safetensors"


@dataclass(frozen=True)
class Card:
    """What a critic is.

    Attributes:
        team: hash of the game that the team plays; the planner's own order makes no difference.
        label: the same game for people.
        inputs: features of a position.
        sizes: options of each seat.
        discount: of rewards, an environment step.
        planner: whose play it judges, as a player's plain form.
        thresholds: above which a proposal is good enough, by the order in which the planner chooses.
    """

    team: str
    label: str
    inputs: int
    sizes: tuple[int, ...]
    discount: float
    planner: Mapping[str, Any]
    thresholds: Mapping[str, float]


class NetworkCritic:
    """Q of a position and the choices of the first seats, as a perceptron: with no choices it is V, with all of them the joint Q.

    Its local advantages add up to the joint one by construction.

    Args:
        card: what it is.
        layers: weights ``(out, in)`` and biases ``(out,)``, ReLU between them.
        scale: mean and spread of the features, each ``(inputs,)``.
        earned: mean and spread of the returns that it was fitted to.
    """

    def __init__(self, card: Card, layers: Sequence[tuple[Floats, Floats]], scale: tuple[Floats, Floats], earned: tuple[float, float]) -> None:
        self.card, self.layers, self.scale, self.earned = card, list(layers), scale, earned

    def threshold(self, game: Game) -> float:
        return self.card.thresholds[joint_game(game).order]

    def values(self, rows: Floats, chosen: Ints) -> Floats:
        """Give Q(s, a_1..a_k), ``(B,)``.

        Args:
            rows: ``(B, inputs)``.
            chosen: ``(B, seats)``, -1 for what is not chosen.
        """
        x = np.concatenate([(rows - self.scale[0]) / self.scale[1], one_hot(chosen, self.card.sizes)], axis=1)
        for number, (weight, bias) in enumerate(self.layers):
            x = x @ weight.T + bias
            if number + 1 < len(self.layers):
                x = np.maximum(x, 0)
        return np.asarray(x[:, 0] * self.earned[1] + self.earned[0], np.float32)

    def score(self, observation: Observation, move: Move) -> float:
        row = features(observation)
        both = np.stack([np.array(observation.data["chosen"], np.int64), choices(observation, move)])
        before, after = self.values(np.stack([row, row]), both).tolist()
        return float(after - before)

    def fits(self, game: Game) -> str | None:
        try:
            team = joint_game(game).team
        except ParameterError as problem:
            return str(problem)
        return None if team.hash == self.card.team else f"it was fitted to {self.card.label}, and this is {team.label}"


def save_critic(folder: str | Path, critic: NetworkCritic) -> Path:
    """Write a critic into a folder, which is made where there is none; a critic in it is replaced.

    Raises:
        LudensError: its weights are no finite numbers.
        MissingExtra: safetensors is not installed.
    """
    save = _safetensors().numpy.save
    tensors = {"mean": critic.scale[0], "spread": critic.scale[1], "earned": np.array(critic.earned, np.float32)}
    for number, (weight, bias) in enumerate(critic.layers):
        tensors |= {f"{number}.weight": weight, f"{number}.bias": bias}
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise LudensError("the critic's weights are no finite numbers; nothing was saved")
    place = Path(folder).expanduser()
    place.mkdir(parents=True, exist_ok=True)
    raw = save({name: np.ascontiguousarray(tensor, np.float32) for name, tensor in tensors.items()}, metadata={"card": json.dumps(asdict(critic.card))})
    fresh = place / f"{WEIGHTS}.new"
    fresh.write_bytes(raw)
    os.replace(fresh, place / WEIGHTS)
    return place


def load_critic(folder: str | Path) -> NetworkCritic:
    """Read a critic that :func:`save_critic` wrote.

    Raises:
        ParameterError: there is no critic in the folder.
        LudensError: the file is damaged.
        MissingExtra: safetensors is not installed.
    """
    module = _safetensors()
    path = _file(folder)
    try:
        with module.safe_open(path, framework="np") as file:
            plain = json.loads((file.metadata() or {})["card"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        card = Card(**{**plain, "sizes": tuple(plain["sizes"])})
        count = sum(name.endswith(".weight") for name in tensors)
        layers = [(tensors[f"{number}.weight"], tensors[f"{number}.bias"]) for number in range(count)]
        critic = NetworkCritic(card, layers, (tensors["mean"], tensors["spread"]), (float(tensors["earned"][0]), float(tensors["earned"][1])))
        tried = critic.values(np.zeros((1, card.inputs), np.float32), np.full((1, len(card.sizes)), -1))
    except (module.SafetensorError, KeyError, IndexError, TypeError, ValueError) as problem:
        raise LudensError(f"critic {str(folder)!r}: its {WEIGHTS} is damaged, or of another version: {' '.join(str(problem).split())[:200]}") from problem
    if not np.isfinite(tried).all():
        raise LudensError(f"critic {str(folder)!r}: its weights are no finite numbers")
    return critic


def critic_digest(folder: str | Path) -> str:
    """Fingerprint of the critic in a folder (12 hexadecimal digits). Raises ParameterError where there is none."""
    path = _file(folder)
    return _digest(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _digest(path: str, changed: int) -> str:
    return hashlib.blake2b(Path(path).read_bytes(), digest_size=6).hexdigest()


def _file(folder: str | Path) -> Path:
    path = Path(folder).expanduser() / WEIGHTS
    if not path.is_file():
        raise ParameterError(f"critic {str(folder)!r} should be a folder with a {WEIGHTS}, as the trainer 'read' writes it")
    return path


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as problem:
        raise MissingExtra("a regressed critic", "train") from problem
    return safetensors
