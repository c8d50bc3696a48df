"""A searcher that does what it is told: sentences of an instruction turn habits on and off.

What a sentence means is settled here and nowhere else, so that how good an instruction is can be planted, and a model can be shown what obeying it looks like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ....games.actions import Move
from .reading import Need
from .searcher import GuesserBot, known, plan_for, question_of

if TYPE_CHECKING:
    from ....games.core import Event, Observation

__all__ = ["CLAUSES", "Habits", "ToldBot", "understood"]


class Habits(NamedTuple):
    """How a library is searched; what holds where nothing is said is a careless way.

    Attributes:
        search: whether it searches at all, or guesses.
        whole: whether the first search is for the question as it stands, or for what is needed first.
        again: whether it searches on for what the last passage named, or answers after one search.
        sentence: whether the answer comes in a whole sentence, which counts as wrong.
        unsure: whether it says "unknown" where it has not come to the end, or the thing that it came to.
    """

    search: bool = True
    whole: bool = True
    again: bool = False
    sentence: bool = False
    unsure: bool = False

    @classmethod
    def of(cls, instruction: str) -> Habits:
        """Read an instruction; of sentences that contradict each other the last counts, and others than :data:`CLAUSES` mean nothing."""
        return cls(**{name: value for habits in understood(instruction) for name, value in habits.items()})


CLAUSES: dict[str, dict[str, bool]] = {
    "Search before you answer.": {"search": True},
    "Answer at once, without a search.": {"search": False},
    "Search for the whole question.": {"whole": True},
    "Search by a name and what you want to know of it, and read what is found.": {"whole": False},
    "After the first passage, search again for the thing that it names.": {"again": True},
    "Stop after one search.": {"again": False},
    "Answer with the bare name or number, without a sentence around it.": {"sentence": False},
    "Answer in a whole sentence.": {"sentence": True},
    "Say unknown where you are not sure.": {"unsure": True},
    "Give your best guess where you are not sure.": {"unsure": False},
    "Take your time.": {},
    "Be brief.": {},
}
"""Sentences with what they turn on and off; the last two mean nothing."""


def _bare(sentence: str) -> str:
    return " ".join(re.findall(r"\w+", sentence.lower()))


_MEANT = {_bare(sentence): habits for sentence, habits in CLAUSES.items()}


def understood(instruction: str) -> list[dict[str, bool]]:
    """List what the sentences of an instruction turn on and off, those that mean nothing to a searcher left out."""
    sentences = (_bare(sentence) for sentence in re.split(r"(?<=[.!?])\s+", instruction))
    return [_MEANT[sentence] for sentence in sentences if sentence in _MEANT]


class ToldBot:
    """Searches by its habits.

    Args:
        instruction: what it is told.
    """

    def __init__(self, instruction: str) -> None:
        self.habits = Habits.of(instruction)

    def act(self, observation: Observation) -> Move:
        """Search, read or answer."""
        if not self.habits.search:
            return self._said(GuesserBot().act(observation).choice["text"])
        plan = plan_for(observation)
        if plan is None:
            return self._said("unknown")
        results, texts = known(observation)
        found, need = plan.follow(texts)
        if need is None:
            # of two things that are compared, the earlier
            return self._said(found[0][-1] if len(found) == 1 else plan.things[0 if int(found[0][-1]) < int(found[1][-1]) else 1])
        step = self._next(observation, need, results, texts)
        return step or self._said("unknown" if self.habits.unsure else found[-1][-1])

    def _next(self, observation: Observation, need: Need, results: list[Event], texts: dict[str, str]) -> Move | None:
        open_now = observation.action_spec.domain.names  # type: ignore[attr-defined]
        titles = list(results[-1].data["titles"]) if results else []
        if "read" in open_now and need.title in titles and need.title not in texts:
            return Move({"act": "read", "result": titles.index(need.title) + 1})
        if "search" not in open_now or (results and not self.habits.again):
            return None
        asked = {event.data["query"] for event in results}
        first = [question_of(observation)[: observation.game.params["chars"]]] if self.habits.whole and not results else []
        query = next((way for way in (*first, need.query, need.title, need.thing) if way not in asked), None)
        return Move({"act": "search", "query": query}) if query is not None else None

    def _said(self, text: Any) -> Move:
        return Move({"act": "answer", "text": f"It is {text}." if self.habits.sentence else str(text)})
