"""What both HTTP engines know of an endpoint: where it is, how it wants requests written, what it costs, and its key, which is never shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ..errors import LudensError, ParameterError
from .failures import one_line
from .pricing import Price
from .wire import Dialect

__all__ = ["Endpoint", "read_key"]


@dataclass(frozen=True)
class Endpoint:
    """One model at one base URL.

    Attributes:
        name: the model's name in keys and reports.
        base_url: up to and with ``/v1``; "" for the official client's default.
        dialect: how it wants requests written.
        timeout: seconds that one try may take, body included.
        price: the price table; None when unknown.
        key: the API key; never part of a repr, comparison or message.
    """

    name: str
    base_url: str
    dialect: Dialect
    timeout: float = 60.0
    price: Price | None = None
    key: str = field(default="", repr=False, compare=False)

    def scrub(self, text: str) -> str:
        """Make a message of untrusted words: one line, and without the key."""
        return one_line(text, self.key)


def read_key(variable: str, model: str) -> str:
    """Read the API key from the environment variable that the configuration names; "" names none.

    Raises:
        LudensError: the variable is not set.
        ParameterError: what was given looks like a key instead of a variable's name.
    """
    if not variable:
        return ""
    if not variable.isidentifier():
        raise ParameterError(f"model {model!r}: api_key_env should name an environment variable such as OPENAI_API_KEY, not hold the key itself")
    key = os.environ.get(variable, "")
    if not key:
        raise LudensError(f"model {model!r} needs an API key: set the environment variable {variable}")
    return key
