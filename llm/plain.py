"""Requests and replies as plain JSON objects, for stores, caches and cassettes; only what differs from the default is written."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .chat import Message, Reply, Request, Sampling, Usage

__all__ = ["reply_from_plain", "reply_to_plain", "request_from_plain", "request_to_plain"]


def request_to_plain(request: Request) -> dict[str, Any]:
    """Write a request as JSON values."""
    plain = _changed(request)
    plain["messages"] = [list(message) for message in request.messages]
    if "sampling" in plain:
        plain["sampling"] = _changed(request.sampling)
    return plain


def request_from_plain(plain: dict[str, Any]) -> Request:
    """Read what :func:`request_to_plain` wrote."""
    made = dict(plain)
    made["messages"] = tuple(Message(role, content) for role, content in plain["messages"])
    if "sampling" in made:
        sampling = dict(made["sampling"])
        made["sampling"] = Sampling(**sampling | ({"stop": tuple(sampling["stop"])} if "stop" in sampling else {}))
    return Request(**made)


def reply_to_plain(reply: Reply) -> dict[str, Any]:
    """Write a reply as JSON values."""
    plain = _changed(reply)
    if "usage" in plain:
        plain["usage"] = _changed(reply.usage)
    return plain


def reply_from_plain(plain: dict[str, Any]) -> Reply:
    """Read what :func:`reply_to_plain` wrote."""
    made: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    if "usage" in made:
        made["usage"] = Usage(**made["usage"])
    return Reply(**made)


def _changed(thing: Request | Reply | Sampling | Usage) -> dict[str, Any]:
    plain = {}
    for item in fields(thing):
        value = getattr(thing, item.name)
        if value != item.default:
            plain[item.name] = list(value) if isinstance(value, tuple) else value
    return plain
