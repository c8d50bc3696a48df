"""A game told to one seat as a conversation: what a language player asks its model with, and what demonstrations for such models are made of."""

from __future__ import annotations

from itertools import takewhile

from ...games.core import Event, GameType, Observation
from ...llm.chat import Message
from .memory import Conversation, Window
from .prompt import FORGOTTEN, AnswerForm, advised, answer_form, events_text, system_text, turn_text
from .styles import Style

__all__ = ["Narration"]

_PLAYED_FOR_YOU = "You gave no usable answer last time, so a move was made for you."


class Narration:
    """Tells one seat's game turn by turn; the conversation only grows, until it is opened anew.

    Args:
        seat: who is told.
        game_type: the game's type.
        form: ``"json"`` or ``"tags"``, how answers are to be written.
        style: what comes before an answer.
        persona, goal: see :class:`~ludens.agents.language.LanguagePlayer`.

    Attributes:
        talk: the conversation; None before the first turn.
    """

    def __init__(self, seat: int, game_type: GameType, form: str, style: Style, *, persona: str = "", goal: str = "") -> None:
        self._seat, self._type, self._form, self._style = seat, game_type, form, style
        self._persona, self._goal = persona, goal
        self.talk: Conversation | None = None
        self._told = 0  # events already told
        self._shown: AnswerForm | None = None  # how to answer, as last explained
        self._before = ""
        self._own = False
        self._failed = False

    def open(self, observation: Observation, before: str = "") -> Conversation:
        """Begin the conversation, or begin it anew with ``before``."""
        text = system_text(self._seat, observation.rules, self._type, self._style, persona=self._persona, goal=self._goal)
        self.talk, self._before, self._shown = Conversation(Message("system", text)), before, None
        return self.talk

    def reopen(self, observation: Observation, before: str) -> None:
        """Begin the conversation anew with what the seat was told before anybody acted (its cards, its role, the setting) and with ``before``."""
        self.open(observation, "\n\n".join(part for part in (events_text(self._setting(observation)), before) if part))

    def forget(self, observation: Observation, window: Window) -> None:
        """Begin the conversation anew with the setting and the last of what was told, as much as half the window holds."""
        talk = self.talk or self.open(observation)
        setting = self._setting(observation)
        kept = len(talk.messages[0].content) + len(events_text(setting))
        # requests and replies go in any case; events may all have room
        begin = max(self._told - window.half(kept, observation.events, self._told), len(setting))
        left_out = begin - len(setting)
        self.reopen(observation, FORGOTTEN.format(count=left_out) if left_out else "")
        # what the seat said itself stood in its replies, which are gone
        self._told, self._own = begin, True

    def _setting(self, observation: Observation) -> list[Event]:
        told = observation.events[: self._told]
        return list(takewhile(lambda event: event.seat is None, told))

    def tell(self, observation: Observation, advice: str = "") -> AnswerForm:
        """Append what is new, an adviser's words where there are some, and what is asked; give how it is to be answered."""
        talk = self.talk or self.open(observation)
        form = answer_form(observation.action_spec, self._form, self._style)
        events = observation.events
        new = events[self._told :]
        before = "\n\n".join(part for part in (self._before, _PLAYED_FOR_YOU if self._failed else "") if part)
        silent = None if self._own else self._seat
        request = f"{advised(advice)}\n\n{observation.request}" if advice else observation.request
        talk.hear(turn_text(silent, new, request, None if form is self._shown else form.text, before=before), len(new))
        # until an answer is in, this turn counts as failed: whoever waits for it may give up at any moment
        self._told, self._before, self._shown, self._own, self._failed = len(events), "", form, False, True
        return form

    def answered(self) -> None:
        """Note that the turn got a usable answer."""
        self._failed = False
