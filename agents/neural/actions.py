"""A game's choices as the outputs of a network: one head where they can be listed, several heads where they are made of parts.

One head lists every choice that any seat is ever asked for. Records and acts with too many values for that get one head a field (and
one for the act), which are drawn apart. Numbers with decimals, and whole numbers in too wide a range, become a grid of ``bins`` values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import LudensError, ParameterError
from ...games.core import Game
from ...games.domains import Acts, Domain, Integer, Real, Record
from ...games.spaces import MAX_DISCRETE, codec

__all__ = ["BINS", "Actions", "Head", "actions_of"]

BINS = 101
"""How many values stand for a range of numbers that cannot be listed, unless told otherwise."""
_LONGEST = 200

Values = dict[str, Any]
"""Values by their keys, in order."""


@dataclass(frozen=True)
class Head:
    """One categorical choice of a network.

    Attributes:
        field: the field that it chooses; ``"choice"`` for whole choices, ``"act"`` for acts.
        values: what its outputs stand for, in order.
        start: where its outputs begin in a row of all outputs.
        act: which output of the first head gives it a say; None where it always has one.
    """

    field: str
    values: tuple[Any, ...]
    start: int
    act: int | None = None

    @property
    def span(self) -> slice:
        """Its part of a row of outputs."""
        return slice(self.start, self.start + len(self.values))


class Actions:
    """What a network's outputs stand for, and the way between outputs and choices.

    Args:
        domains: the widest domain of each seat.
        bins: how many values stand for a range of numbers that cannot be listed.

    Attributes:
        kind: ``"listed"`` (one head), ``"record"`` or ``"acts"``.
        heads: the heads in order.
        size: outputs of all heads together.
        digest: of what every output stands for (12 hexadecimal digits).

    Raises:
        ParameterError: the choices are no finite set, or parts of them are bound together by a sum.
    """

    def __init__(self, domains: Sequence[Domain], bins: int = BINS) -> None:
        if type(bins) is not int or not 2 <= bins <= MAX_DISCRETE:
            raise ParameterError(f"bins={bins!r} should be a whole number from 2 to {MAX_DISCRETE}")
        self.bins = bins
        listed = [_listed(domain, bins) for domain in domains]
        whole = _union([values for values in listed if values is not None])
        parts: dict[tuple[str | None, str], Values]
        if None not in listed and len(whole) <= MAX_DISCRETE:
            self.kind, parts = "listed", {(None, "choice"): whole}
        elif all(isinstance(domain, Acts) for domain in domains):
            acts = [act for domain in domains if isinstance(domain, Acts) for act in domain.acts]
            self.kind, parts = "acts", {(None, "act"): {_key(name): name for name, _ in acts}, **_parts(acts, bins)}
        elif len(records := [(None, domain) for domain in domains if isinstance(domain, Record)]) == len(domains):
            self.kind, parts = "record", _parts(records, bins)
        else:
            raise ParameterError(f"the choices are no finite set: {' / '.join(domain.explain() for domain in domains)[:_LONGEST]}")
        self._places = {name: place for place, name in enumerate(parts)}
        self._index = [{key: place for place, key in enumerate(values)} for values in parts.values()]
        heads: list[Head] = []
        self.size = 0
        for (act, field), values in parts.items():
            heads.append(Head(field, tuple(values.values()), self.size, None if act is None else self._index[0][_key(act)]))
            self.size += len(values)
        self.heads = tuple(heads)
        plain = [[head.act, head.field, head.values] for head in heads]
        self.digest = hashlib.blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=6).hexdigest()

    @property
    def choices(self) -> tuple[Any, ...]:
        """All choices in order. Raises LudensError where they are made of several heads."""
        if self.kind != "listed":
            raise LudensError(f"the choices are made of {len(self.heads)} parts; each head lists its own values")
        return self.heads[0].values

    def mask(self, legal: Domain) -> np.ndarray:
        """Say which outputs stand for what is legal now: bool of shape (size,).

        Raises:
            LudensError: nothing legal has an output.
        """
        return _mask(self, legal)

    def encode(self, choice: Any) -> np.ndarray:
        """Name each head's output for ``choice``: int64 of shape (heads,), -1 for heads without a say. A number off the grid goes to the nearest.

        Raises:
            ParameterError: no outputs stand for it.
        """
        if self.kind == "listed":
            return np.array([self._output(0, choice)], dtype=np.int64)
        if not isinstance(choice, Mapping):
            raise ParameterError(f"no outputs stand for {choice!r}")
        act = choice.get("act") if self.kind == "acts" else None
        out = np.full(len(self.heads), -1, dtype=np.int64)
        for field, value in choice.items():
            place = 0 if self.kind == "acts" and field == "act" else self._places.get((act, field))
            if place is None:
                raise ParameterError(f"no output stands for the field {field!r} of {choice!r}")
            out[place] = self._output(place, value)
        return out

    def decode(self, indices: Sequence[int] | np.ndarray) -> Any:
        """Undo :meth:`encode`."""
        if self.kind == "listed":
            return self.heads[0].values[int(indices[0])]
        return {head.field: head.values[int(index)] for head, index in zip(self.heads, indices, strict=True) if index >= 0}

    def draw(self, probabilities: np.ndarray, rng: np.random.Generator | None) -> Any:
        """Draw a choice.

        Args:
            probabilities: of shape (size,); each head's part adds up to 1.
            rng: None takes the likeliest value of every head (the first of equal ones).
        """
        indices = np.full(len(self.heads), -1, dtype=np.int64)
        for place, head in enumerate(self.heads):
            if head.act is None or head.act == indices[0]:
                indices[place] = _pick(probabilities[head.span], rng)
        return self.decode(indices)

    def _output(self, place: int, value: Any) -> int:
        found = self._index[place].get(_key(value))
        if found is not None:
            return found
        values = self.heads[place].values
        if _is_number(value) and all(map(_is_number, values)) and min(values) <= value <= max(values):
            return int(np.abs(np.array(values, dtype=float) - value).argmin())
        raise ParameterError(f"no output of {self.heads[place].field!r} stands for {value!r}")


def actions_of(game: Game, bins: int = BINS) -> Actions:
    """Make (or find) the actions of a game, the same for all its seats.

    Raises:
        ParameterError: they cannot be the outputs of a network.
    """
    try:
        return _cached(tuple(dict.fromkeys(game.action_domain(seat) for seat in range(game.seats))), bins)
    except ParameterError as problem:
        raise ParameterError(f"{game.made_as}: {problem}") from problem


@lru_cache(maxsize=256)
def _cached(domains: tuple[Domain, ...], bins: int) -> Actions:
    return Actions(domains, bins)


@lru_cache(maxsize=8192)
def _mask(actions: Actions, legal: Domain) -> np.ndarray:
    out = np.zeros(actions.size, dtype=bool)
    if actions.kind == "listed":
        out[:] = [legal.check(value) is None for value in actions.choices]
    else:
        records = legal.acts if isinstance(legal, Acts) else ((None, legal),)
        for act, record in records:
            if (act is None) != (actions.kind == "record") or not isinstance(record, Record):
                raise LudensError(f"what is legal now is no part of what the game said: {legal.explain()[:_LONGEST]}")
            _refuse_sums(record)
            if act is not None:
                out[actions._index[0][_key(act)]] = True
            for field, domain in record.fields:
                head = actions.heads[actions._places[act, field]]
                out[head.span] = part = [domain.check(value) is None for value in head.values]
                if not any(part):
                    raise LudensError(f"none of the policy's {len(part)} values of {field!r} is legal now: {domain.explain()[:_LONGEST]}")
    if not out.any():
        raise LudensError(f"none of the policy's {actions.size} choices is legal now: {legal.explain()[:_LONGEST]}")
    out.flags.writeable = False  # it is shared
    return out


def _listed(domain: Domain, bins: int) -> Values | None:
    """List a domain's values, or a grid of them; None where it has too many parts for that."""
    values: Sequence[Any]
    if (every := codec(domain).values) is not None:
        values = every
    elif isinstance(domain, Real):
        grid = [round(domain.low + (domain.high - domain.low) * step / (bins - 1), domain.decimals) for step in range(bins)]
        values = [min(max(value, domain.low), domain.high) for value in grid]
    elif isinstance(domain, Integer):
        values = [domain.low + domain.step * round((domain.size() - 1) * step / (bins - 1)) for step in range(bins)]
    else:
        return None
    return {_key(value): value for value in values}


def _parts(records: Iterable[tuple[str | None, Record]], bins: int) -> dict[tuple[str | None, str], Values]:
    """Take records apart into fields; those of several seats are laid together."""
    parts: dict[tuple[str | None, str], Values] = {}
    for act, record in records:
        _refuse_sums(record)
        for field, domain in record.fields:
            values = _listed(domain, bins)
            if values is None:
                raise ParameterError(f"the field {field!r} is no finite set: {domain.explain()[:_LONGEST]}")
            parts[act, field] = _union([parts.get((act, field), {}), values])
    return parts


def _union(several: Sequence[Values]) -> Values:
    return {key: value for values in several for key, value in values.items()}


def _refuse_sums(record: Record) -> None:
    if record.at_most is not None or record.at_least is not None:
        raise ParameterError(f"fields that are bound together by a sum cannot be drawn apart: {record.explain()[:_LONGEST]}")


def _key(value: Any) -> str:
    """Tell values apart as JSON does: 1 and 1.0 are two, for a domain of whole numbers refuses the second."""
    return json.dumps(value, sort_keys=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _pick(probabilities: np.ndarray, rng: np.random.Generator | None) -> int:
    if rng is None:
        return int(probabilities.argmax())
    sums = np.cumsum(probabilities)
    # rounding may leave the draw above the sum: then it is the last of those that can be drawn
    last = int(np.flatnonzero(probabilities)[-1])
    return min(int(np.searchsorted(sums, rng.random() * sums[-1], side="right")), last)
