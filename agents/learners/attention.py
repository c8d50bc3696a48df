"""A learner that is one layer of self-attention over the losses so far; trained by :mod:`ludens.trainers.regret_loss`.

With the losses ``l_1 .. l_t`` seen, linear attention gives ``g = sum_i (V l_i + v) (a . l_i + b)`` and softmax attention ``g = t sum_i w_i (V l_i + v)`` with
``w ~ exp(a . l_i)``; the arms are mixed by ``softmax(g)``. With ``V = -eta I``, ``v = 0``, ``a = 0`` and ``b = 1`` both are Hedge (after Park, Liu, Ozdaglar
and Zhang 2024, arXiv 2403.16843, section 5; there ``a = K^T (Q c + q)`` and ``b = k . (Q c + q)``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from ...errors import LudensError, ParameterError
from .learning import Floats, Ints, Learner
from .weights import softmin

__all__ = ["FILE", "AttentionLearner", "AttentionWeights", "pin"]

FILE = "attention.json"
"""What a folder of such a learner holds."""


class AttentionWeights(NamedTuple):
    """The weights.

    Attributes:
        kind: ``"linear"`` or ``"softmax"`` attention.
        V: values, of shape (arms, arms).
        v: their constant, of shape (arms,).
        a: scores, of shape (arms,).
        b: their constant; without effect in softmax attention.
    """

    kind: Literal["linear", "softmax"]
    V: Floats
    v: Floats
    a: Floats
    b: float

    def save(self, folder: Path) -> Path:
        """Write the folder of a player; return its file."""
        folder.mkdir(parents=True, exist_ok=True)
        plain = {name: item.tolist() if isinstance(item, np.ndarray) else item for name, item in self._asdict().items()}
        path = folder / FILE
        path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
        return path

    @classmethod
    def load(cls, folder: Path) -> AttentionWeights:
        """Read a folder.

        Raises:
            LudensError: there is no such file, or it holds something else.
        """
        path = folder / FILE
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            values, constant, scores = (np.array(plain[name], dtype=np.float64) for name in ("V", "v", "a"))
            made = cls(plain["kind"], values, constant, scores, float(plain["b"]))
        except OSError as problem:
            raise LudensError(f"cannot read {path}: {problem.strerror}") from problem
        except (ValueError, TypeError, KeyError) as problem:
            raise LudensError(f"{path} holds no weights of attention: {problem}") from problem
        arms = len(made.v)
        if (
            made.kind not in ("linear", "softmax")
            or made.V.shape != (arms, arms)
            or made.a.shape != (arms,)
            or not np.isfinite([*made.V.flat, *made.v, *made.a]).all()
        ):
            raise LudensError(f"{path} holds no weights of attention that fit together")
        return made


class AttentionLearner(Learner):
    """One layer of self-attention over the losses so far, from a folder that ``trainer=regret_loss`` wrote.

    Args:
        path: the folder.
        digest: which weights it is to hold; filled in when the player is named, so that other weights are another player.
    """

    def __init__(self, path: str, digest: str | None = None) -> None:
        self.path, self.digest = path, digest
        self.require(isinstance(path, str), "path", "should be the path of a folder")
        folder = Path(path).expanduser()
        self.weights = AttentionWeights.load(folder)
        if digest is not None and digest != _digest(folder):
            raise LudensError(f"{path!r} holds other weights than when the player was named")

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        if arms != len(self.weights.v):
            raise ParameterError(f"{self.path!r} was trained on {len(self.weights.v)} options; this game has {arms}")
        self.values, self.scale = np.zeros((runs, arms)), np.zeros((runs, 1))

    def mix(self) -> Floats:
        if self.weights.kind == "linear" or self.round == 0:
            return softmin(-self.values)
        return softmin(-self.round * self.values / self.scale)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        weights = self.weights
        values, score = losses @ weights.V.T + weights.v, (losses @ weights.a)[:, None]
        if weights.kind == "linear":
            self.values += values * (score + weights.b)
        else:
            self.values += np.exp(score) * values
            self.scale += np.exp(score)


def pin(params: dict[str, Any]) -> dict[str, Any]:
    """Add the digest of the weights to the parameters of a player."""
    if "digest" in params or not isinstance(params.get("path"), str):
        return params
    return {**params, "digest": _digest(Path(params["path"]).expanduser())}


def _digest(folder: Path) -> str:
    import hashlib

    try:
        return hashlib.blake2b((folder / FILE).read_bytes(), digest_size=6).hexdigest()
    except OSError as problem:
        raise LudensError(f"cannot read {folder / FILE}: {problem.strerror}") from problem
