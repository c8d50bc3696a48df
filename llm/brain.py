"""Answers made up from the request alone: the *schema brain* samples a legal value of any JSON schema, from a digest.

The same request always gets the same answer, whatever came before it, so tests, demonstrations and benchmarks play legal, varied and reproducible
moves without a model. Where there is no schema, :mod:`ludens.llm.words` reads what the prompt asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

__all__ = ["Draws", "from_schema"]

_WORDS = (
    "I think we can agree on that",
    "that seems fair to me",
    "let us see what you do first",
    "I would like a little more",
    "trust me on this one",
    "I remember the last round",
    "we both gain if we work together",
    "this is my best offer",
    "tell me what matters to you",
    "I am not convinced yet",
    "nobody has a reason to complain",
    "I keep what I promise",
)
_MAX_DEPTH = 12


class Draws:
    """Reproducible draws from a digest; far cheaper to set up than a random generator, and plenty for made-up answers.

    Args:
        source: the bytes that determine every draw.
    """

    __slots__ = ("_block", "_count", "_pool")

    def __init__(self, source: bytes) -> None:
        self._block = hashlib.blake2b(source, digest_size=32).digest()
        self._pool = int.from_bytes(self._block, "big")
        self._count = 0

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to ``n - 1``; the bias is below n / 2^64."""
        if self._count == 4:
            self._block = hashlib.blake2b(self._block, digest_size=32).digest()
            self._pool, self._count = int.from_bytes(self._block, "big"), 0
        self._count += 1
        word, self._pool = self._pool & 0xFFFFFFFFFFFFFFFF, self._pool >> 64
        return word % n

    def unit(self) -> float:
        """Draw from [0, 1)."""
        return self.below(1 << 53) / (1 << 53)

    def sentence(self, most: int) -> str:
        """Make a short sentence of at most ``most`` characters."""
        count = 1 + self.below(2)
        text = ", and ".join(_WORDS[self.below(len(_WORDS))] for _ in range(count))
        text = (text[0].upper() + text[1:] + ".")[: max(most, 0)]
        return text.strip()


def from_schema(schema: Mapping[str, Any], draws: Draws) -> Any:
    """Sample a JSON value that satisfies ``schema``.

    Understood: ``enum``, ``const``, ``anyOf``, ``oneOf``, ``$ref`` into ``$defs``, objects (all properties are given), arrays (``items``, ``prefixItems``,
    ``minItems``, ``maxItems``), strings (``minLength``, ``maxLength``), integers and numbers (bounds, ``multipleOf``), booleans and null.

    Raises:
        ValueError: the schema uses something else, or nests deeper than a sensible limit.
    """
    return _sample(schema, draws, schema, 0)


def _sample(schema: Mapping[str, Any], draws: Draws, root: Mapping[str, Any], depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError("the schema nests too deeply")
    if "$ref" in schema:
        return _sample(_resolve(schema["$ref"], root), draws, root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][draws.below(len(schema["enum"]))]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _sample(schema[word][draws.below(len(schema[word]))], draws, root, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kind, list):
        kind = kind[draws.below(len(kind))]
    match kind:
        case "object":
            return {name: _sample(part, draws, root, depth + 1) for name, part in schema.get("properties", {}).items()}
        case "array":
            return _array(schema, draws, root, depth)
        case "string":
            return draws.sentence(int(schema.get("maxLength", 200))).ljust(int(schema.get("minLength", 0)), ".")
        case "integer":
            return _integer(schema, draws)
        case "number":
            low, high = float(schema.get("minimum", 0)), float(schema.get("maximum", 100))
            return min(max(round(low + (high - low) * draws.unit(), 2), low), high)
        case "boolean":
            return draws.below(2) == 1
        case "null":
            return None
    raise ValueError(f"cannot sample the schema {orjson.dumps(schema)[:120]!r}")


def _array(schema: Mapping[str, Any], draws: Draws, root: Mapping[str, Any], depth: int) -> list[Any]:
    head = [_sample(part, draws, root, depth + 1) for part in schema.get("prefixItems", ())]
    items = schema.get("items")
    if not isinstance(items, Mapping):
        return head
    low = max(int(schema.get("minItems", 0)) - len(head), 0)
    high = max(int(schema.get("maxItems", low + len(head) + 2)) - len(head), low)
    made: list[Any] = list(head)
    for _ in range(low + draws.below(high - low + 1)):
        item = _sample(items, draws, root, depth + 1)
        if not schema.get("uniqueItems") or item not in made:
            made.append(item)
    return made


def _integer(schema: Mapping[str, Any], draws: Draws) -> int:
    low = int(schema["exclusiveMinimum"]) + 1 if "exclusiveMinimum" in schema else int(schema.get("minimum", 0))
    high = int(schema["exclusiveMaximum"]) - 1 if "exclusiveMaximum" in schema else int(schema.get("maximum", low + 100))
    step = int(schema.get("multipleOf", 1))
    first, last = -(-low // step), high // step
    if last < first:
        raise ValueError(f"no whole number lies between {low} and {high} in steps of {step}")
    return step * (first + draws.below(last - first + 1))


def _resolve(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    if not reference.startswith("#/"):
        raise ValueError(f"cannot follow the reference {reference[:80]!r}")
    found: Any = root
    for part in reference[2:].split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        raise ValueError(f"the reference {reference[:80]!r} leads nowhere")
    return found
