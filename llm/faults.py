"""Faults that the local test server commits on command: a probability table drawn from a seed, or an exact list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from ..errors import ParameterError, nearest

__all__ = ["FAULTS", "FaultTable", "parse_faults"]

FAULTS: dict[str, str] = {
    "400": "status 400 with an error object",
    "401": "status 401 whose message repeats the key that was sent",
    "403": "status 403",
    "404": "status 404, model not found",
    "429": "status 429 with Retry-After in seconds",
    "429date": "status 429 with Retry-After as an HTTP date",
    "quota": "status 429 with the code insufficient_quota, which no waiting mends",
    "500": "status 500 with an error object",
    "502": "status 502 with an HTML page",
    "503": "status 503 with Retry-After: 0",
    "timeout": "no answer until the client gives up",
    "drop": "the connection is closed without an answer",
    "truncate": "the connection is closed in the middle of the body",
    "malformed": "status 200 with half of the JSON",
    "empty": "status 200 with an empty list of choices",
    "null": "status 200 with content null",
    "refusal": "status 200 with content null and a refusal",
    "length": "status 200, cut at the token limit",
    "slow": "the body arrives a byte at a time",
    "ok": "no fault",
}
"""Every fault the server can commit, with what it does."""


def parse_faults(text: str) -> dict[str, float]:
    """Read ``"429:0.1,drop:0.05"``.

    Raises:
        ParameterError: an unknown fault, a rate outside [0, 1], or rates that sum to more than 1.
    """
    table: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, rate = part.partition(":")
        try:
            table[name.strip()] = float(rate)
        except ValueError:
            raise ParameterError(f"fault {part!r} should look like '429:0.1'") from None
    check_table(table)
    return table


def check_table(table: Mapping[str, float]) -> None:
    """Raise ParameterError unless names are known and rates make a distribution."""
    for name, rate in table.items():
        if name not in FAULTS:
            raise ParameterError(f"unknown fault {name!r}{nearest(name, FAULTS)}")
        if not 0 <= rate <= 1:
            raise ParameterError(f"fault {name!r} has rate {rate}; it should lie between 0 and 1")
    if sum(table.values()) > 1 + 1e-9:
        raise ParameterError(f"fault rates sum to {sum(table.values()):g}; they should sum to at most 1")


class FaultTable:
    """Decides what goes wrong with a request.

    With rates, the draw depends on the seed, the body and how often that body has failed in a row: runs are reproducible whatever the order in which
    requests arrive, and a retry meets a fresh draw. With a list, faults come in order of arrival, then none.

    Args:
        faults: rates by fault, or a list of faults.
        seed: another seed, other victims.
    """

    def __init__(self, faults: Mapping[str, float] | Iterable[str] = (), seed: int = 0) -> None:
        self._seed = seed
        self._seen: dict[bytes, int] = {}
        if isinstance(faults, Mapping):
            check_table(faults)
            self._rates, self._list = dict(faults), []
        else:
            self._rates, self._list = {}, list(faults)
            check_table(dict.fromkeys(self._list, 0.0))
            self._list.reverse()

    def draw(self, body: bytes) -> str:
        """Name the fault of this request, ``"ok"`` for none."""
        if self._list:
            return self._list.pop()
        if not self._rates:
            return "ok"
        digest = hashlib.blake2b(body, digest_size=16, key=self._seed.to_bytes(16, "big", signed=True)).digest()
        failed = self._seen.get(digest, 0)
        roll = int.from_bytes(hashlib.blake2b(digest + failed.to_bytes(4, "big"), digest_size=8).digest(), "big") / 2**64
        for name, rate in self._rates.items():
            roll -= rate
            if roll < 0:
                self._seen[digest] = failed + 1
                return name
        self._seen.pop(digest, None)
        return "ok"
