"""A prompt with line editing, history and completion, by the extra ``human``; the plain prompt of the terminal without it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["LineEditor"]


class LineEditor:
    """Reads lines from the terminal with the keys people know.

    Args:
        streams: ``input`` and ``output`` of prompt_toolkit's session (tests).
    """

    def __init__(self, **streams: Any) -> None:
        from prompt_toolkit import PromptSession

        self._session: PromptSession[str] = PromptSession(**streams)

    @staticmethod
    def usable() -> bool:
        """Whether the package is installed and a person can type: both ends are terminals."""
        return importlib.util.find_spec("prompt_toolkit") is not None and sys.stdin.isatty() and sys.stdout.isatty()

    def ask(self, prompt: str, words: Sequence[str] = ()) -> str:
        """Read one line; Tab completes to one of ``words``.

        Raises:
            EOFError: the input ended (Ctrl-D).
            KeyboardInterrupt: Ctrl-C.
        """
        from prompt_toolkit.completion import WordCompleter

        # in a thread of its own: the caller may be inside an event loop, and so is the editor
        return self._session.prompt(prompt, completer=WordCompleter(list(words), ignore_case=True), in_thread=True)
