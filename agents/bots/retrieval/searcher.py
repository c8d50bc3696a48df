"""Searchers of a library: one who goes hop by hop, one who searches once, one who guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....games.actions import Move
from .reading import Need, Plan, fact, plan_of, title_of

if TYPE_CHECKING:
    from ....games.core import Event, Observation

__all__ = ["GuesserBot", "OneHopBot", "SearcherBot", "known", "plan_for", "question_of"]

_UNKNOWN = "unknown"
_GUESSES = {"year": "1700", "occupation": "painter", "product": "bells"}


class SearcherBot:
    """Follows a question hop by hop."""

    def __init__(self, style: str) -> None:
        self.style = style

    def act(self, observation: Observation) -> Move:
        """Search for what is needed next, read it, or answer."""
        plan = plan_for(observation)
        if plan is None:
            return _answer(_UNKNOWN)
        results, texts = known(observation)
        found, need = plan.follow(texts)
        if need is None:
            return _answer(self._final(plan, found))
        open_now = observation.action_spec.domain.names  # type: ignore[attr-defined]
        step = self._next(need, results, texts, open_now)
        return step or _answer(_UNKNOWN if self.style == "cautious" else found[-1][-1])

    def _next(self, need: Need, results: list[Event], texts: dict[str, str], open_now: tuple[str, ...]) -> Move | None:
        titles = list(results[-1].data["titles"]) if results else []
        if "read" in open_now:
            unread = [title for title in titles if title not in texts]
            wanted = need.title if need.title in unread else unread[0] if unread and self.style == "generous" else None
            if wanted is not None:
                return Move({"act": "read", "result": titles.index(wanted) + 1})
        asked = {event.data["query"] for event in results}
        ways = [need.thing, need.title] if self.style == "cautious" else [need.query, need.title, need.thing]
        query = next((way for way in ways if way not in asked), None)
        return Move({"act": "search", "query": query}) if query is not None and "search" in open_now else None

    def _final(self, plan: Plan, found: list[list[str]]) -> str:
        if len(found) > 1:
            first, second = (int(chain[-1]) for chain in found)
            right = plan.things[0 if first < second else 1]
            return plan.things[1 if right == plan.things[0] else 0] if self.style == "deceptive" else right
        return found[0][-2] if self.style == "deceptive" else found[0][-1]


class OneHopBot:
    """Searches once, for the question as it stands, reads what comes first, and answers from it."""

    def act(self, observation: Observation) -> Move:
        """Search, read, answer."""
        plan = plan_for(observation)
        results, texts = known(observation)
        open_now = observation.action_spec.domain.names  # type: ignore[attr-defined]
        if not results and "search" in open_now:
            return Move({"act": "search", "query": question_of(observation)[: observation.game.params["chars"]]})
        titles = list(results[-1].data["titles"]) if results else []
        if titles and titles[0] not in texts and "read" in open_now:
            return Move({"act": "read", "result": 1})
        if plan is None or not titles:
            return _answer(_UNKNOWN)
        if len(plan.things) > 1:
            return _answer(plan.things[0])
        thing = titles[0].removesuffix(" (work)")
        relation = plan.hops[-1]
        return _answer(fact(relation, thing, texts.get(title_of(relation, thing), "")) or thing)


class GuesserBot:
    """Answers at once with what might be so."""

    def act(self, observation: Observation) -> Move:
        """Guess."""
        plan = plan_for(observation)
        if plan is None:
            return _answer(_UNKNOWN)
        last = plan.hops[-1]
        return _answer(plan.things[0] if len(plan.things) > 1 else _GUESSES.get(last.name, _GUESSES.get(last.to, plan.things[0])))


def question_of(observation: Observation) -> str:
    """Give the question."""
    return str(observation.events[0].data["text"])


def plan_for(observation: Observation) -> Plan | None:
    """Understand the question; None where it is none of the made-up library's."""
    return plan_of(question_of(observation))


def known(observation: Observation) -> tuple[list[Event], dict[str, str]]:
    """Give the lists of results, and all passages that were shown in full, by title."""
    results = [event for event in observation.events if event.kind == "results"]
    texts: dict[str, str] = {}
    if observation.game.params["show"] == "passages":
        for event in results:
            texts |= dict(zip(event.data["titles"], event.data["texts"], strict=True))
    for event in observation.events:
        if event.kind == "passage":
            texts[event.data["title"]] = event.data["text"]
    return results, texts


def _answer(text: Any) -> Move:
    return Move({"act": "answer", "text": str(text)})
