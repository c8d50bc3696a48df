"""One try that went wrong, whatever the transport: :class:`TryFailed`, and how statuses and headers map to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from .chat import ModelFailure

__all__ = ["MAX_DETAIL", "TryFailed", "from_status", "one_line", "retry_after"]

MAX_DETAIL = 200
"""Most characters of a server's own words that are kept."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\s]+")
_AGAIN = frozenset({408, 409, 425, 429})
# no other request fares better: wrong key, no credit, no such model or page
_FATAL = frozenset({401, 402, 404})
_OUT_OF_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


class TryFailed(ModelFailure):
    """One try failed.

    Attributes:
        kind: a short word to count by: a status (``"429"``), ``"timeout"``, ``"connection"``, ``"malformed"``, ``"empty"``, ``"oversize"``.
        again: trying again may help.
        wait: seconds that the server asked to wait; None when it did not say.
    """

    def __init__(self, kind: str, detail: str, *, again: bool = True, wait: float | None = None, fatal: bool = False) -> None:
        reason = f"{kind}: {detail}" if detail else kind
        super().__init__(reason, (reason,), fatal=fatal)
        self.kind = kind
        self.again = again
        self.wait = wait


def one_line(text: str, secret: str = "") -> str:
    """Make untrusted words fit for a message: no secret, one line, no control characters, bounded."""
    if secret:
        text = text.replace(secret, "***")
    text = _UNPRINTABLE.sub(" ", text.encode("utf-8", "replace").decode("utf-8")).strip()
    return text if len(text) <= MAX_DETAIL else text[: MAX_DETAIL - 3] + "..."


def from_status(status: int, body: bytes, headers: Mapping[str, str], secret: str = "", now: Callable[[], datetime] | None = None) -> TryFailed:
    """Describe an answer whose status is not 200.

    Args:
        status: the HTTP status.
        body: the answer's body, as far as it was read.
        headers: its headers (any case, if the mapping does not care).
        secret: the key, taken out of the server's words.
        now: the clock that an HTTP date in Retry-After is compared with.
    """
    message, code = _words(body)
    detail = one_line(message, secret)
    again = status in _AGAIN or status >= 500
    fatal = status in _FATAL
    if status == 429 and code in _OUT_OF_CREDIT:
        again, fatal = False, True
    return TryFailed(str(status), detail, again=again, wait=retry_after(headers, now) if again else None, fatal=fatal)


def _words(body: bytes) -> tuple[str, str]:
    try:
        made: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:2000].decode("utf-8", "replace"), ""
    inner = made.get("error", made) if isinstance(made, dict) else made
    if isinstance(inner, dict):
        return str(inner.get("message") or inner.get("detail") or "no message"), str(inner.get("code") or inner.get("type") or "")
    return str(inner), ""


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime] | None = None) -> float | None:
    """Read Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3), or the finer ``retry-after-ms``; None when absent or unreadable."""
    fine = headers.get("retry-after-ms")
    text = headers.get("retry-after")
    try:
        if fine is not None:
            return max(float(fine) / 1000, 0.0)
        if text is None:
            return None
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(str(text))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - (now or _utc_now)()).total_seconds(), 0.0)


def _utc_now() -> datetime:
    return datetime.now(UTC)
