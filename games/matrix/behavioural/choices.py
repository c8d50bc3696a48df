"""How a seat's acts become the domain it answers from: as plain as the game's parameters allow.

A game lists every act that a seat may ever be asked for, each with its named fields. One act with one field is answered by the bare
value (a price, a bid); acts without fields by their names; anything else by :class:`~ludens.games.actions.Acts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domains import Acts, Domain, OneOf, Record

__all__ = ["ActTable", "domain", "names", "unwrap", "wrap"]

ActTable = Mapping[str, Record]
"""Acts by name, each with its fields."""


def _bare_field(table: ActTable) -> tuple[str, str] | None:
    """Name the act and the field when a bare value says it all."""
    if len(table) == 1:
        ((act, record),) = table.items()
        if len(record.fields) == 1 and record.at_most is None and record.at_least is None:
            return act, record.fields[0][0]
    return None


def _labels_only(table: ActTable) -> bool:
    return all(not record.fields for record in table.values())


def domain(table: ActTable, now: ActTable) -> Domain:
    """Give the domain of the acts open ``now``, in the shape that the whole ``table`` calls for."""
    if _bare_field(table):
        return next(iter(now.values())).fields[0][1]
    return OneOf(tuple(now)) if _labels_only(table) else Acts.of(now)


def wrap(table: ActTable, act: str, fields: Mapping[str, Any]) -> Any:
    """Write an act with its fields as a choice of that shape."""
    if _bare_field(table):
        return next(iter(fields.values()))
    return act if _labels_only(table) else {"act": act, **fields}


def unwrap(table: ActTable, choice: Any) -> tuple[str, dict[str, Any]]:
    """Undo :func:`wrap`: the act and its fields."""
    bare = _bare_field(table)
    if bare:
        return bare[0], {bare[1]: choice}
    if _labels_only(table):
        return choice, {}
    return choice["act"], {name: value for name, value in choice.items() if name != "act"}


def names(table: ActTable, now: Domain) -> tuple[str, ...]:
    """Name the acts that a domain made by :func:`domain` leaves open."""
    if isinstance(now, Acts):
        return now.names
    return now.options if isinstance(now, OneOf) else tuple(table)
