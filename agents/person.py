"""A person in the terminal."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.panel import Panel
from rich.text import Text as Styled

from ..games.actions import ActionSpec, Move
from ..games.adapters.openspiel_moves import NamedMoves
from ..games.core import GameType, Observation, seat_name
from ..games.domains import Acts, Domain, OneOf
from ..games.replies import clean_text
from .editing import LineEditor
from .player import BasePlayer

__all__ = ["PersonPlayer"]

_COMMANDS = "Type /help to read the rules and all that happened again, /quit to stop."


class PersonPlayer(BasePlayer):
    """Shows a person what is new, asks, and asks again with the parser's message where the answer does not do.

    An answer is the bare choice (``cooperate``, ``propose book=1 hat=0``) or any form a model may use. What to say is asked for separately. ``/quit``,
    the end of the input and Ctrl-C all raise KeyboardInterrupt, so that whoever runs the game stops as for Ctrl-C. The words ``help`` and ``quit`` do
    the same without the slash where they are no legal choice.

    Args:
        name: how the person is greeted; by default the seat's name.
        stdin: where answers are read; None for the terminal.
        stdout: where everything is shown; None for the terminal.
    """

    def __init__(self, name: str = "", *, stdin: TextIO | None = None, stdout: TextIO | None = None) -> None:
        self._name = name
        self._stdin = stdin
        self._console = Console(file=stdout, highlight=False, markup=False, emoji=False)
        self._editor = LineEditor() if stdin is None and stdout is None and LineEditor.usable() else None

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._told = 0
        self._shown: str | None = None

    def act(self, observation: Observation) -> Move:
        if not self._told and self._shown is None:
            self._rules(observation)
        self._news(observation, self._told)
        self._told = len(observation.events)
        spec = observation.action_spec
        how = _how(spec)
        self._show(observation.request, "bold")
        if how != self._shown:
            self._show(how)
            self._shown = how
        move = Move(next(spec.domain.values())) if spec.say_only else None
        while move is None:
            move = self._choice(observation, spec)
        if not spec.say_chars or move.say is not None:
            return move
        while True:
            said = self._speech(spec)
            if said is not None:
                return Move(move.choice, said or None)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _choice(self, observation: Observation, spec: ActionSpec) -> Move | None:
        line = self._line("Your answer: ", _words(spec.domain))
        word = line.strip().casefold()
        parsed = spec.parse(line)
        if word in ("/quit", "/help") or (parsed.move is None and word in ("quit", "help")):
            if word.endswith("quit"):
                raise KeyboardInterrupt("the person at the terminal quit")
            self._rules(observation)
            self._news(observation, 0)
            self._show(observation.request, "bold")
            self._show(_how(spec))
            return None
        if parsed.move is None:
            self._show(f"That does not work: {parsed.problem}.", "red")
        return parsed.move

    def _speech(self, spec: ActionSpec) -> str | None:
        said = clean_text(self._line("Say to the others (Enter for nothing): ")).strip()
        if said == "/quit":
            raise KeyboardInterrupt("the person at the terminal quit")
        if len(said) > spec.say_chars:
            self._show(f"That does not work: it has {len(said)} characters; at most {spec.say_chars} are allowed.", "red")
            return None
        return said

    def _line(self, prompt: str, words: Sequence[str] = ()) -> str:
        try:
            with _interruptible():
                if self._stdin is not None:
                    return self._read(prompt)
                return self._editor.ask(prompt, words) if self._editor is not None else self._console.input(prompt)
        except EOFError:
            raise KeyboardInterrupt("the input of the person at the terminal ended") from None

    def _read(self, prompt: str) -> str:
        assert self._stdin is not None
        self._console.print(prompt, end="")
        line = self._stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    # -- showing ---------------------------------------------------------------------------------------------------

    def _rules(self, observation: Observation) -> None:
        title = f"{self._name or seat_name(self.seat)}: the rules"
        self._console.print(Panel(Styled(clean_text(observation.rules)), title=Styled(title), subtitle=_COMMANDS, subtitle_align="left"))

    def _news(self, observation: Observation, since: int) -> None:
        for event in observation.events[since:]:
            self._show(event.text, "cyan" if event.kind == "say" else "")

    def _show(self, text: str, style: str = "") -> None:
        # what others said is untrusted: no control sequence of theirs may reach the terminal
        self._console.print(Styled(clean_text(text), style=style))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the reading of a line: an event loop that has taken the signal would hear of it only after the line."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _words(domain: Domain) -> tuple[str, ...]:
    """List the words that an answer can begin with, for completion."""
    if isinstance(domain, OneOf):
        return (*domain.options, "/help", "/quit")
    if isinstance(domain, Acts | NamedMoves):
        return (*domain.names, "/help", "/quit")
    return ("/help", "/quit")


def _how(spec: ActionSpec) -> str:
    lines = [] if spec.say_only else [f"Choose {spec.domain.explain()}.", *spec.about]
    form = spec.domain.form("tags")
    if not spec.say_only and not re.fullmatch(r"<[^<>]*>", form):
        lines.append(f"Write it in the form: {form}")
    if spec.say_chars:
        lines.append(f"You may say at most {spec.say_chars} characters.")
    return "\n".join(lines)
