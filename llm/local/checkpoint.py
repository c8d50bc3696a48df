"""What an engine in this process has to know of a loaded model besides its arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..chat import Message

__all__ = ["Checkpoint"]


class Checkpoint(Protocol):
    """A loaded model's words: how conversations become tokens, and tokens text."""

    @property
    def version(self) -> str:
        """The model's name and which version of it."""
        ...

    @property
    def ends(self) -> tuple[int, ...]:
        """Token ids that end an answer."""
        ...

    @property
    def special(self) -> frozenset[int]:
        """Token ids that are no part of a text."""
        ...

    @property
    def context(self) -> int | None:
        """Most tokens of prompt and answer together; None where the model does not say."""
        ...

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Write a conversation as token ids, up to where the answer begins."""
        ...

    def text(self, ids: Sequence[int]) -> str:
        """Read token ids, special ones left out."""
        ...

    def table(self) -> Any:
        """Give the ``LLTokenizer`` of llguidance that masks are made with, one entry a logit."""
        ...
