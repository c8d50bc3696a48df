"""Regressed critics in folders: one safetensors file with a card in it, and the language model of one that reads words. No code comes from a folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import LudensError, MissingExtra, ParameterError
from .card import Card, Regressed
from .network import NetworkCritic

__all__ = ["WEIGHTS", "critic_digest", "load_critic", "save_critic"]

WEIGHTS = "critic.safetensors"


def save_critic(folder: str | Path, critic: Regressed) -> Path:
    """Write a critic into a folder, which is made where there is none; a critic in it is replaced.

    Raises:
        LudensError: its weights are no finite numbers.
        MissingExtra: safetensors is not installed.
    """
    save = _safetensors().numpy.save
    tensors = critic.tensors()
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise LudensError("the critic's weights are no finite numbers; nothing was saved")
    place = Path(folder).expanduser()
    place.mkdir(parents=True, exist_ok=True)
    if critic.card.reads == "words":
        _copy_checkpoint(critic, place)
    raw = save({name: np.ascontiguousarray(tensor, np.float32) for name, tensor in tensors.items()}, metadata={"card": json.dumps(asdict(critic.card))})
    fresh = place / f"{WEIGHTS}.new"
    fresh.write_bytes(raw)
    os.replace(fresh, place / WEIGHTS)
    return place


def _copy_checkpoint(critic: Regressed, place: Path) -> None:
    from .reader import CHECKPOINT, TextCritic

    assert isinstance(critic, TextCritic)
    if critic.place != place:
        for name in CHECKPOINT:
            shutil.copyfile(critic.place / name, place / name)


def load_critic(folder: str | Path) -> Regressed:
    """Read a critic that :func:`save_critic` wrote.

    Raises:
        ParameterError: there is no critic in the folder.
        LudensError: a file is damaged.
        MissingExtra: safetensors is not installed.
    """
    module = _safetensors()
    path = _file(folder)
    try:
        with module.safe_open(path, framework="np") as file:
            plain = json.loads((file.metadata() or {})["card"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        card = Card(**{**plain, "sizes": tuple(plain["sizes"]), "options": tuple(map(tuple, plain.get("options", ())))})
        if card.reads == "words":
            from .reader import TextCritic

            return TextCritic.of(card, tensors, path.parent)
        return NetworkCritic.of(card, tensors)
    except (module.SafetensorError, KeyError, IndexError, TypeError, ValueError) as problem:
        raise LudensError(f"critic {str(folder)!r}: its {WEIGHTS} is damaged, or of another version: {' '.join(str(problem).split())[:200]}") from problem


def critic_digest(folder: str | Path) -> str:
    """Fingerprint of the critic in a folder (12 hexadecimal digits). Raises ParameterError where there is none."""
    weights = sorted(_file(folder).parent.glob("*.safetensors"))
    return _digest(tuple((str(path), path.stat().st_mtime_ns) for path in weights))


@lru_cache(maxsize=64)
def _digest(files: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for path, _ in files:
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


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
