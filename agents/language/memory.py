"""What a language player remembers: an append-only conversation and, where a window is set, when and by how much it is shortened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...games.core import Event
from ...games.replies import MAX_REPLY_CHARS, clean_text
from ...llm.chat import Message
from .prompt import UNANSWERED

__all__ = ["CHARS_PER_TOKEN", "Conversation", "Window"]

CHARS_PER_TOKEN = 4
"""Characters a token, roughly, for English text under the usual vocabularies; windows count with it."""
_KEPT_CHARS = MAX_REPLY_CHARS // 10


@dataclass(frozen=True)
class Window:
    """How much a player remembers word for word; beyond it, the model summarises or the beginning is forgotten.

    Attributes:
        tokens: most tokens of the conversation, counted as characters over :data:`CHARS_PER_TOKEN`; None for no bound.
        events: most events told in it; None for no bound.
    """

    tokens: int | None = None
    events: int | None = None

    def exceeded(self, talk: Conversation) -> bool:
        """Tell whether a conversation has outgrown the window; one that has not begun has nothing to sum up."""
        if len(talk.messages) == 1:
            return False
        too_long = self.tokens is not None and talk.chars > self.tokens * CHARS_PER_TOKEN
        return too_long or (self.events is not None and talk.events > self.events)

    def half(self, kept: int, events: Sequence[Event], told: int) -> int:
        """Count how many of the last ``told`` events fill at most half of what the window has room for beside ``kept`` characters that stay."""
        most = told if self.events is None else self.events // 2
        room = None if self.tokens is None else (self.tokens * CHARS_PER_TOKEN - kept) / 2
        count = 0
        while count < min(most, told):
            if room is not None and (room := room - len(events[told - count - 1].text)) < 0:
                break
            count += 1
        return count


class Conversation:
    """Messages in turn, after one system message; only ever appended to.

    Attributes:
        messages: the conversation.
        chars: its length.
        events: how many events were told in it.
    """

    __slots__ = ("chars", "events", "messages")

    def __init__(self, system: Message) -> None:
        self.messages = [system]
        self.chars = len(system.content)
        self.events = 0

    def hear(self, text: str, events: int = 0) -> None:
        """Append what the player is told; where its last message went unanswered, that is marked first."""
        if self.messages[-1].role == "user":
            self._append(Message("assistant", UNANSWERED))
        self._append(Message("user", text))
        self.events += events

    def answer(self, reply: str) -> None:
        """Append the model's own reply, cleaned and, where it is absurdly long, cut."""
        kept = clean_text(reply)
        if len(kept) > _KEPT_CHARS:
            kept = kept[:_KEPT_CHARS] + " [...]"
        self._append(Message("assistant", kept if kept.strip() else UNANSWERED))

    def _append(self, message: Message) -> None:
        self.messages.append(message)
        self.chars += len(message.content)
