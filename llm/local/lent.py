"""Networks that are lent: one of this process answers in the name of a folder, so that a policy in training speaks without being written and read again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple
from weakref import ref

__all__ = ["Lent", "borrowed", "lend", "take_back"]


class Lent(NamedTuple):
    """A network that answers for a folder.

    Attributes:
        model: a causal language model of transformers, or peft's around it, where it is and as it is.
        half: whether it computes in bfloat16 while its weights are kept in float32.
        version: which weights these are, for the names of replies.
    """

    model: Any
    half: bool
    version: str


_LENT: dict[str, tuple[ref[Any], bool, str]] = {}


def lend(place: Path, model: Any, *, half: bool) -> None:
    """Let a network answer for a folder, until another does, it is gone or taken back; whoever trains it waits for the answers.

    Args:
        place: with the tokenizer's files; the configuration is written there.
        model: the network, in evaluation mode.
        half: whether it computes in bfloat16.
    """
    model.config.save_pretrained(place)
    _LENT[_key(place)] = ref(model), half, f"{place.resolve().name}@{_digest(model)}"


def take_back(place: Path) -> None:
    """Let a folder speak for itself again: what is written there counts."""
    _LENT.pop(_key(place), None)


def borrowed(name: str) -> Lent | None:
    """Give the network that answers for a folder, where there is one."""
    model, half, version = _LENT.get(_key(Path(name)), (lambda: None, False, ""))
    found = model()
    return None if found is None else Lent(found, half, version)


def _key(place: Path) -> str:
    return str(place.expanduser().resolve())


def _digest(model: Any) -> str:
    """Digest the sums of all weights and of their squares: other weights have another one, and it costs little where they are."""
    import torch

    with torch.no_grad():
        sums = [part for weight in model.parameters() for part in (weight.sum(dtype=torch.float64), weight.square().sum(dtype=torch.float64))]
        return hashlib.blake2b(torch.stack(sums).cpu().numpy().tobytes(), digest_size=6).hexdigest()
