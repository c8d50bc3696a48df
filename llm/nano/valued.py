"""Value augmented sampling: a model that stays as it is answers by its own probabilities times ``exp(beta V)`` of where each likely token leads.

Han, Shenfeld et al. 2024, arXiv:2405.06639. There a second model reads every likely token to value it; here the values are linear in what the model itself
has made of the conversation, so that all of them cost one product of matrices. They are mean values under the model's own play: to first order in ``beta``
that is the policy that maximises reward less a KL to the model; farther away it is another (the exact one needs ``log E exp(beta R)``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from ...errors import LudensError
from ..failures import one_line
from .forward import Floats, Forward, normed

__all__ = ["VALUES", "ValuedForward", "read_values", "tilted", "values_digest", "write_values"]

VALUES = "values.safetensors"
"""What the trainer ``vas`` writes."""


class ValuedForward(Forward):
    """A checkpoint's arithmetic, with logits that lean towards tokens of high value.

    Args:
        place: the checkpoint's folder.
        values: the file of its tokens' values.
        beta: how far to lean, in 1 by the unit of the values, which is a game's span of payoffs.
        most: likeliest tokens that are weighed; the others keep their logits.

    Raises:
        LudensError: something cannot be read, or does not fit together.
    """

    def __init__(self, place: Path, values: Path, beta: float, most: int) -> None:
        super().__init__(place)
        weights = read_values(values)
        if weights.shape != (self.shape.vocabulary, self.shape.width):
            raise LudensError(f"{str(values)!r} holds values of other tokens than those of {str(place)!r}: {weights.shape[0]} of width {weights.shape[1]}")
        self._values, self._beta, self._most = np.ascontiguousarray((weights * self.norm).T), np.float32(beta), most

    def _logits(self, hidden: Floats) -> Floats:
        shown = normed(hidden, self.shape.epsilon)
        return tilted(shown @ self._head, shown @ self._values, self._beta, self._most)


def tilted(logits: Floats, values: Floats, beta: float | np.float32, most: int) -> Floats:
    """Add ``beta (V - mean V)`` to each row's likeliest tokens, the mean being over these; both ``[rows, vocabulary]``."""
    logits = logits.copy()
    top = np.argpartition(logits, -most, axis=-1)[:, -most:] if most < logits.shape[1] else np.broadcast_to(np.arange(logits.shape[1]), logits.shape)
    own = np.take_along_axis(values, top, -1)
    lean = np.take_along_axis(logits, top, -1) + beta * (own - own.mean(-1, keepdims=True))
    np.put_along_axis(logits, top, lean.astype(logits.dtype), -1)
    return logits


def write_values(place: Path, weights: Floats) -> Path:
    """Write values, ``[vocabulary, width]``, of last hidden states (after the last norm)."""
    from safetensors.numpy import save_file

    path = place / VALUES
    save_file({"values": np.ascontiguousarray(weights, np.float32)}, path)
    return path


def read_values(path: Path) -> Floats:
    """Read what :func:`write_values` wrote. Raises LudensError where it cannot be read or holds something else."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            weights: Floats = file.get_tensor("values").astype(np.float32)
    except (OSError, SafetensorError) as problem:
        raise LudensError(f"values {str(path)!r} cannot be read ({one_line(str(problem))})") from problem
    if weights.ndim != 2 or not np.isfinite(weights).all():
        raise LudensError(f"values {str(path)!r} should be one finite matrix")
    return weights


def values_digest(path: str) -> str:
    """Give a fingerprint of a file of values. Raises LudensError where there is none."""
    try:
        return hashlib.blake2b(Path(path).expanduser().read_bytes(), digest_size=6).hexdigest()
    except OSError as problem:
        raise LudensError(f"values {path!r} cannot be read ({problem.strerror})") from problem
