"""Reasoning styles: what a model writes before its answer, and what becomes of it.

A style is data: the parts a reply begins with, what the model is told of them, and how much room a reply needs. Chain of thought follows Wei et al. (2022,
arXiv:2201.11903); the scratchpad alternates thought and act as ReAct does (Yao et al. 2023, arXiv:2210.03629), with notes that outlive a shortened memory;
``recon`` is recursive contemplation in one reply: one's own view, a draft, how others would see it, then the answer (Wang et al. 2023, arXiv:2310.01320).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...games.replies import clean_text, last_object

__all__ = ["STYLES", "Style", "split_thinking"]


@dataclass(frozen=True)
class Style:
    """One way of arriving at an answer.

    Attributes:
        name: as in the player's parameters.
        guide: what the model is told about it, once.
        parts: fields (JSON) or sections (tagged text) that come before the answer, with what each is for.
        notes: the part that is handed on word for word when older conversation is summarised.
        max_tokens: room for a reply, where the player sets none.
        manners: whether the model is told how the conversation goes and what to make of what others say.
    """

    name: str
    guide: str
    parts: tuple[tuple[str, str], ...] = ()
    notes: str | None = None
    max_tokens: int = 512
    manners: bool = True

    @property
    def first(self) -> tuple[str, ...]:
        """Names of the parts, in order."""
        return tuple(name for name, _ in self.parts)

    def read(self, reply: str) -> dict[str, str]:
        """Collect the parts out of a reply; those that are missing or no text are left out."""
        if not self.parts:
            return {}
        found = last_object(reply, ("choice", "act", "say"))
        if found is None:
            found = _sections(reply, self.first)
        return {name: clean_text(found[name]).strip() for name in self.first if isinstance(found.get(name), str)}


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style("direct", "Give your answer at once, without explaining it."),
        # for experiments, in which every sentence belongs to the design
        Style("bare", "", manners=False),
        Style(
            "cot",
            "Think before you decide. Every answer begins with your reasoning, step by step; nobody else sees it.",
            (("reasoning", "what you considered, step by step"),),
            max_tokens=1024,
        ),
        Style(
            "scratchpad",
            "Every answer begins with a thought (what has changed and what you make of it) and with your notes "
            "(all you want to remember for the rest of the game, written out in full each time). Nobody else sees them.",
            (("thought", "what has changed and what you make of it"), ("notes", "all you want to remember, in full")),
            notes="notes",
            max_tokens=1024,
        ),
        Style(
            "beliefs",
            "Every answer begins with your beliefs: for each other player in the game, how likely you hold it to be against your side, in percent, "
            'and, where there are roles, which it most likely has, as in "player_1 60 thief, player_2 10 guard"; then with your reasoning. '
            "Nobody else sees them.",
            (
                ("beliefs", "how likely each other player is against your side, in percent, and its likeliest role"),
                ("reasoning", "what you conclude from that, step by step"),
            ),
            max_tokens=1024,
        ),
        Style(
            "recon",
            "Think twice before you decide, and let nobody see it. Every answer begins with how things look from where you stand: who each "
            "other player may be, what it wants, and whether what it says is true; then with a draft of what you would do and say; then with how "
            "each other player would take that draft: what it would learn or suspect of you. Your answer itself is the draft, mended where this "
            "shows that it should be.",
            (
                ("perspective", "who each other player may be, what it wants, whether what it says is true"),
                ("draft", "what you would do and say"),
                ("reception", "how each other player would take the draft, and what should be mended"),
            ),
            max_tokens=1536,
        ),
    )
}


def split_thinking(text: str) -> tuple[str, str]:
    """Part a reply into what a reasoning model thought between ``<think>`` and ``</think>`` and what it answered.

    Only the answer is read and kept in the conversation, as the makers of such models advise. An opening mark may be missing (some chat
    templates write it into the prompt); where the closing one is missing, all is thought.
    """
    opened = text.lstrip().startswith("<think>")
    thought, closed, answer = text.rpartition("</think>")
    if closed:
        return thought.strip().removeprefix("<think>").strip(), answer
    return (text.strip().removeprefix("<think>").strip(), "") if opened else ("", text)


def _sections(reply: str, names: tuple[str, ...]) -> dict[str, str]:
    head = re.compile(rf"^[ \t>*_#-]{{0,8}}({'|'.join(names)}|say|answer)[ \t*_]{{0,8}}[:=]", re.IGNORECASE | re.MULTILINE)
    marks = list(head.finditer(reply))
    ends = [*(mark.start() for mark in marks[1:]), len(reply)][: len(marks)]
    return {mark[1].lower(): reply[mark.end() : end].strip(" \t*_\n") for mark, end in zip(marks, ends, strict=True)}
