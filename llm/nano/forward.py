"""Llama's equations in numpy: prompts are read in one go, answers grow a token at a time for many rows together, on one key-value cache."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...errors import LudensError
from ..failures import one_line
from .shape import Shape

__all__ = ["Cache", "Floats", "Forward", "normed"]

Floats = npt.NDArray[np.float32]
_BITS = {"F32": np.float32, "F16": np.float16}
_FIRST = 256
"""Positions of a row that there is room for at first."""
_PIECE = 128
"""Most tokens of a prompt that are read in one go: what lies between the matrices then stays in the processor's cache."""


class Cache:
    """Keys and values of rows that are under way.

    Memory is taken as the longest row grows: what a system gives by the huge page costs time even where little of it is written.

    Args:
        shape: of the model.
        rows: most rows at once.
    """

    def __init__(self, shape: Shape, rows: int) -> None:
        self._context = shape.context
        size = (shape.layers, rows, shape.kv_heads, min(_FIRST, shape.context), shape.head)
        self.keys: Floats = np.zeros(size, np.float32)
        self.values: Floats = np.zeros(size, np.float32)

    def reach(self, length: int) -> None:
        """Make room for so many positions of every row."""
        held = self.keys.shape[3]
        if length > held:
            more = np.zeros((*self.keys.shape[:3], min(max(length, 2 * held), self._context) - held, self.keys.shape[4]), np.float32)
            self.keys, self.values = np.concatenate([self.keys, more], 3), np.concatenate([self.values, more], 3)

    def copy(self, row: int, length: int) -> tuple[Floats, Floats]:
        """Copy what a row holds, ``[layers, kv_heads, length, head]`` each."""
        return self.keys[:, row, :, :length].copy(), self.values[:, row, :, :length].copy()

    def put(self, row: int, keys: Floats, values: Floats) -> None:
        """Begin a row with what :meth:`copy` gave."""
        self.reach(keys.shape[2])
        self.keys[:, row, :, : keys.shape[2]], self.values[:, row, :, : keys.shape[2]] = keys, values

    def move(self, source: int, row: int, length: int) -> None:
        """Copy one row's ``length`` positions over another row."""
        self.keys[:, row, :, :length] = self.keys[:, source, :, :length]
        self.values[:, row, :, :length] = self.values[:, source, :, :length]


class Forward:
    """A checkpoint's arithmetic, in float32.

    Norms are multiplied into the matrices behind them, and matrices that read the same vector are one. The two halves of a head, which positions turn against
    each other, are kept in turns: a pair is then one complex number and turning it one multiplication. Scores do not depend on the order within a head.

    Args:
        place: the checkpoint's folder.

    Attributes:
        shape: its sizes.
        norm: weights of the last norm, which are multiplied into what is made of its output, ``[width]``.

    Raises:
        LudensError: it cannot be read, or is not of this family.
    """

    def __init__(self, place: Path) -> None:
        try:
            config = json.loads((place / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise LudensError(f"model {str(place)!r}: config.json cannot be read ({one_line(str(problem))})") from problem
        self.shape = shape = Shape.of(config, str(place))
        held = _tensors(place)
        try:
            self._embedding = held["model.embed_tokens.weight"]
            self.norm = held["model.norm.weight"]
            self._head = np.ascontiguousarray((self._embedding * self.norm).T)
            self._layers = [_Layer(held, f"model.layers.{number}", shape) for number in range(shape.layers)]
        except KeyError as problem:
            raise LudensError(f"model {str(place)!r}: model.safetensors has no {problem}") from problem
        if self._embedding.shape != (shape.vocabulary, shape.width):
            raise LudensError(f"model {str(place)!r}: weights and config.json differ in size")
        frequencies = shape.theta ** (-np.arange(0, shape.head, 2, dtype=np.float32) / shape.head)
        angles = np.arange(shape.context, dtype=np.float32)[:, None] * frequencies
        self._turns = np.exp(1j * angles).astype(np.complex64)[:, None]
        # position i of a piece may look at all up to itself
        self._later = np.triu(np.full((_PIECE, _PIECE), -np.inf, np.float32), 1)

    def read(self, tokens: npt.NDArray[np.int64], cache: Cache, row: int, start: int) -> Floats:
        """Read tokens of one row, the first of them at position ``start``; give the logits after the last, ``[vocabulary]``."""
        cache.reach(start + len(tokens))
        for begin in range(0, len(tokens), _PIECE):
            hidden = self._piece(tokens[begin : begin + _PIECE], cache, row, start + begin)
        return self._logits(hidden)[0]

    def _piece(self, tokens: npt.NDArray[np.int64], cache: Cache, row: int, start: int) -> Floats:
        """Read some of them; give the residual stream after the last, ``[1, width]``."""
        count = len(tokens)
        end = start + count
        hidden = self._embedding[tokens]
        for number, layer in enumerate(self._layers):
            query, key, value = layer.project(hidden, self._turns[start:end])
            keys, values = cache.keys[number, row], cache.values[number, row]
            keys[:, start:end], values[:, start:end] = key.swapaxes(0, 1), value.swapaxes(0, 1)
            if number == self.shape.layers - 1:  # what comes next is asked for after the last token only
                query, hidden, count = query[-1:], hidden[-1:], 1
            # heads that share keys follow each other: [kv_heads, groups * tokens, head] against [kv_heads, head, end]
            together = query.transpose(1, 2, 0, 3).reshape(len(keys), -1, query.shape[-1])
            scores = together @ keys[:, :end].swapaxes(-1, -2)
            if count > 1:
                scores.reshape(-1, count, end)[..., start:] += self._later[:count, :count]
            sums = _softened(scores)
            mixed = (scores @ values[:, :end] / sums).reshape(query.shape[1], query.shape[2], count, -1)
            hidden = layer.finish(hidden, mixed.transpose(2, 0, 1, 3).reshape(count, -1))
        return hidden

    def step(self, tokens: npt.NDArray[np.int64], cache: Cache, positions: npt.NDArray[np.int64]) -> Floats:
        """Read one token of each of the cache's first rows, at its row's position; give logits, ``[rows, vocabulary]``."""
        rows, longest = len(tokens), int(positions.max()) + 1
        cache.reach(longest)
        hidden = self._embedding[tokens]
        turns = self._turns[positions]
        everyone = np.arange(rows)
        beyond = np.arange(longest)[None, :] > positions[:, None]
        ragged = bool(beyond.any())
        beyond = beyond[:, None, None]
        for number, layer in enumerate(self._layers):
            query, key, value = layer.project(hidden, turns)
            keys, values = cache.keys[number], cache.values[number]
            keys[everyone, :, positions], values[everyone, :, positions] = key, value
            # matrix times vector for each query: faster than times the narrow matrix of the few queries that share keys
            scores = (keys[:rows, :, None, :longest] @ query[..., None])[..., 0]
            if ragged:
                np.copyto(scores, -np.inf, where=beyond)
            sums = _softened(scores)
            mixed = (scores[..., None, :] @ values[:rows, :, None, :longest])[..., 0, :] / sums
            hidden = layer.finish(hidden, mixed.reshape(rows, -1))
        return self._logits(hidden)

    def _logits(self, hidden: Floats) -> Floats:
        return normed(hidden, self.shape.epsilon) @ self._head


class _Layer:
    """One block's matrices."""

    def __init__(self, held: dict[str, Floats], name: str, shape: Shape) -> None:
        self._shape = shape
        query, key, value = (held[f"{name}.self_attn.{part}_proj.weight"] for part in "qkv")
        parts = [_in_turns(query * np.float32(shape.head**-0.5), shape.head), _in_turns(key, shape.head), value]
        self._qkv = _folded(parts, held[f"{name}.input_layernorm.weight"])
        self._out = np.ascontiguousarray(held[f"{name}.self_attn.o_proj.weight"].T)
        parts = [held[f"{name}.mlp.{part}_proj.weight"] for part in ("gate", "up")]
        self._gate_up = _folded(parts, held[f"{name}.post_attention_layernorm.weight"])
        self._down = np.ascontiguousarray(held[f"{name}.mlp.down_proj.weight"].T)

    def project(self, hidden: Floats, turns: npt.NDArray[np.complex64]) -> tuple[Floats, Floats, Floats]:
        """Make queries ``[n, kv_heads, groups, head]``, keys and values ``[n, kv_heads, head]``; queries are scaled, positions turned in."""
        shape = self._shape
        heads = shape.heads + shape.kv_heads
        made = (normed(hidden, shape.epsilon) @ self._qkv).reshape(len(hidden), heads + shape.kv_heads, shape.head)
        pairs = made.view(np.complex64)[:, :heads]
        pairs *= turns
        query = made[:, : shape.heads].reshape(len(hidden), shape.kv_heads, -1, shape.head)
        return query, made[:, shape.heads : heads], made[:, heads:]

    def finish(self, hidden: Floats, mixed: Floats) -> Floats:
        """Add what attention found, then the gated feed-forward part."""
        hidden = hidden + mixed @ self._out
        inner = normed(hidden, self._shape.epsilon) @ self._gate_up
        gate, up = inner[:, : self._shape.feed_forward], inner[:, self._shape.feed_forward :]
        up *= gate
        np.negative(gate, out=gate)
        with np.errstate(over="ignore"):  # far below zero the gate is shut: exp overflows to infinity and the quotient to 0
            shut = np.exp(gate)
        shut += 1
        hidden += np.divide(up, shut, out=shut) @ self._down
        return hidden


def _tensors(place: Path) -> dict[str, Floats]:
    """Read all weights as float32; safetensors only."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(place / "model.safetensors", framework="numpy") as file:
            names = list(file.keys())
            odd = {str(file.get_slice(name).get_dtype()) for name in names} - set(_BITS)
            if odd:
                raise LudensError(f"model {str(place)!r}: weights are {', '.join(sorted(odd))}; the engine 'nano' reads float32 and float16")
            return {name: file.get_tensor(name).astype(np.float32) for name in names}
    except (OSError, SafetensorError) as problem:
        raise LudensError(f"model {str(place)!r}: model.safetensors cannot be read ({one_line(str(problem))})") from problem


def _folded(parts: list[Floats], norm: Floats) -> Floats:
    return np.ascontiguousarray((np.concatenate(parts) * norm).T)


def normed(hidden: Floats, epsilon: float) -> Floats:
    """Scale vectors ``[n, width]`` to a mean square of 1."""
    scale = np.einsum("ij,ij->i", hidden, hidden) / hidden.shape[1] + np.float32(epsilon)
    return np.asarray(hidden / np.sqrt(scale)[:, None], dtype=np.float32)


def _softened(scores: Floats) -> Floats:
    """Make scores the softmax's numerators; give the denominators, to be divided by where there is least to divide."""
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    return np.asarray(scores.sum(-1, keepdims=True), dtype=np.float32)


def _in_turns(weight: Floats, head: int) -> Floats:
    """Order the rows of each head as pairs: the first of its lower half, the first of its upper half, the second ones, and so on."""
    return weight.reshape(-1, 2, head // 2, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)
