"""What may be answered now: :class:`Move`, :class:`Status`, and the :class:`ActionSpec` made of a domain.

An action spec is a domain of choices plus the leave to speak. Replies are untrusted: whatever
:meth:`ActionSpec.parse` is given, it returns a :class:`Parsed` and never raises.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from .domains import Acts, Domain, Text
from .replies import MAX_REPLY_CHARS, Unreadable, clean_text, find_bracket, find_json, find_speech, find_tagged, find_whole

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ActionSpec", "Move", "Parsed", "Status"]


_MOST_OWN = 2000
"""Characters that a section of the player's own may have where its reply is held to a pattern."""


class Move(NamedTuple):
    """What a seat does: a structured choice and, where the game lets it speak, free text."""

    choice: Any
    say: str | None = None


class Status(StrEnum):
    """How a decision came about; stored with each one."""

    OK = "ok"
    REPAIRED = "repaired"
    ILLEGAL = "illegal"
    UNPARSABLE = "unparsable"
    TRUNCATED = "truncated"
    DEFAULTED = "defaulted"
    FORFEITED = "forfeited"


class Parsed(NamedTuple):
    """A reply as understood: ``move`` is ``None`` unless ``status`` is ok or repaired; ``problem`` says why, for the re-ask."""

    move: Move | None
    status: Status
    problem: str | None = None


@dataclass(frozen=True)
class ActionSpec:
    """What one seat may answer now.

    Attributes:
        domain: the choices open at this moment.
        say_chars: how many characters the seat may speak beside its choice; 0 when it may not.
        about: what the choice stands for, in words, one line an option (shown in prompts).
    """

    domain: Domain
    say_chars: int = 0
    about: tuple[str, ...] = field(default=(), compare=False)

    @property
    def say_only(self) -> bool:
        """Whether the seat is only asked to speak: there is one choice (such as the empty record), and a reply need not mention it."""
        return self.say_chars > 0 and self.domain.size() == 1

    # -- in words and as schema --------------------------------------------------------------------------------------

    def explain(self, style: str = "json", first: tuple[str, ...] = ()) -> str:
        """Say how to answer, for a prompt.

        Args:
            style: ``"json"`` for one JSON object, ``"tags"`` for lines that begin with ``Say:`` and ``Answer:``.
            first: fields (``"json"``) or sections (``"tags"``) of the player's own that come before the answer, such as its reasoning.
        """
        lines = [*([] if self.say_only else [f"Choose {self.domain.explain()}."]), *self.about]
        if style == "json":
            split = isinstance(self.domain, Acts) and len(self.domain.acts) > 1
            parts = [f'"{name}": "..."' for name in (*first, *(("say",) if self.say_chars else ()))]
            if not self.say_only:
                parts.append('"choice": ' + ("{...}" if split else self.domain.form(style)))
            lines.append("Answer with one JSON object: {" + ", ".join(parts) + "}")
            if split:
                lines.append(f"where choice is {self.domain.form(style)}")
        else:
            lines.append("Answer in this form:")
            lines += [f"{name.capitalize()}: ..." for name in first]
            if self.say_chars:
                lines.append("Say: <what you say to the others, on one line>")
            if not self.say_only:
                lines.append(f"Answer: {self.domain.form(style)}")
        if self.say_chars:
            lines.append(f"What you say may have at most {self.say_chars} characters; it may be empty.")
        return "\n".join(lines)

    def example(self) -> Any:
        """Give one legal choice, always the same one."""
        import numpy as np

        return self.domain.sample(np.random.default_rng(0))

    def schema(self) -> dict[str, Any]:
        """Give the JSON schema of a whole reply (``say`` first, so that a model speaks before it binds itself)."""
        properties: dict[str, Any] = {}
        if self.say_chars:
            properties["say"] = {"type": "string", "maxLength": self.say_chars}
        if not self.say_only:
            properties["choice"] = self.domain.schema()
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}

    def pattern(self, first: tuple[str, ...] = ()) -> str:
        """Give a regular expression of a whole reply in tagged text, for engines that can hold to one; see :meth:`~ludens.games.domains.Domain.pattern`.

        Args:
            first: sections of the player's own that come before the answer; here each is held to one line.
        """
        lines = [f"{name.capitalize()}: [^\\n]{{1,{_MOST_OWN}}}" for name in first]
        if self.say_chars:
            lines.append(f"Say: [^\\n]{{0,{self.say_chars}}}")
        if not self.say_only:
            lines.append(f"Answer: {self.domain.pattern()}")
        return "\\n".join(lines)

    def write(self, move: Move, style: str = "json") -> str:
        """Write a move as the reply that :meth:`parse` reads back, in JSON or in tagged text (where speech goes on one line)."""
        if style == "tags":
            said = " ".join((move.say or "").split())
            lines = [f"Say: {said}"] if self.say_chars and move.say is not None else []
            return "\n".join([*lines, *([] if self.say_only else [f"Answer: {self.domain.show(move.choice)}"])])
        shape = {"say": move.say} if self.say_chars and move.say is not None else {}
        return json.dumps(shape if self.say_only and shape else {**shape, "choice": self.domain.written(move.choice)}, ensure_ascii=False)

    # -- judging and drawing -----------------------------------------------------------------------------------------

    def check(self, move: Move) -> str | None:
        """Return what is wrong with a move, or ``None`` when it is legal now."""
        if move.say is not None:
            if not self.say_chars:
                return "you may not speak now" if move.say else None
            if not isinstance(move.say, str) or len(move.say) > self.say_chars:
                return f"you may say at most {self.say_chars} characters"
        return self.domain.check(move.choice)

    def sample(self, rng: np.random.Generator) -> Move:
        """Draw a legal move uniformly; it says nothing."""
        return Move(self.domain.sample(rng))

    # -- reading replies ---------------------------------------------------------------------------------------------

    def parse(self, reply: str, *, truncated: bool = False) -> Parsed:
        """Read a reply.

        The last JSON object that has a ``choice`` counts; failing that, the last ``Answer:`` line; failing that, the
        last ``[bracketed]`` piece; failing that, the whole reply if it is nothing but a choice. A choice that is only
        mentioned in running text is not taken for an answer, nor is an object in a line ``Say:`` where there is a line
        ``Answer:``. Of a reply that was cut off only a whole JSON object or a finished ``Answer:`` line counts: "1" may
        be the beginning of "12", and a bracket part of a thought.

        Args:
            reply: the text, of any length and content.
            truncated: the engine cut the reply at its token limit.

        Returns:
            The move, or the status and the problem in words. Never raises.
        """
        if not isinstance(reply, str):
            return Parsed(None, Status.UNPARSABLE, "the reply is not text")
        if len(reply) > MAX_REPLY_CHARS:
            return self._bad(truncated, Status.UNPARSABLE, f"the reply has {len(reply)} characters; at most {MAX_REPLY_CHARS} are read")
        whole_lines = reply[: reply.rfind("\n") + 1] if truncated else reply
        if self.say_only:
            found = find_speech(reply, whole_lines, next(iter(self.domain.values()))) or find_tagged(whole_lines)
        else:
            found = find_json(reply) or find_tagged(whole_lines)
            if not truncated:
                # brackets in a free text are part of it
                found = found or (None if isinstance(self.domain, Text) else find_bracket(reply)) or find_whole(reply)
        if found is None:
            nothing = "there is no answer in it" if truncated or reply.strip() else "the reply is empty"
            return self._bad(truncated, Status.UNPARSABLE, nothing)
        raw, said, source = found
        try:
            choice, repaired = self.domain.read(raw)
        except Unreadable as problem:
            return self._bad(truncated, Status.UNPARSABLE, str(problem))
        except (ValueError, OverflowError, RecursionError):
            return self._bad(truncated, Status.UNPARSABLE, f"expected {self.domain.explain()}")
        if problem_text := self.domain.check(choice):
            # a whole reply of running text is no attempt at an answer, hence unreadable rather than illegal
            return self._bad(truncated, Status.UNPARSABLE if source == "whole" else Status.ILLEGAL, problem_text)
        if source != "json":
            repaired = self.domain.show(choice) != raw
        if said is not None and not isinstance(said, str):
            said, repaired = None, True
        if said is not None:
            kept = clean_text(said)[: self.say_chars]
            repaired = repaired or (kept != said and bool(self.say_chars))
            said = kept if self.say_chars else None
        return Parsed(Move(choice, said), Status.REPAIRED if repaired else Status.OK)

    @staticmethod
    def _bad(truncated: bool, status: Status, problem: str) -> Parsed:
        if truncated:
            return Parsed(None, Status.TRUNCATED, f"the reply was cut off at the token limit ({problem})")
        return Parsed(None, status, problem)
