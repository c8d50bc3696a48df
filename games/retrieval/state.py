"""A position of retrieval: the question, what was found last, what has been read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ..actions import ActionSpec, Move
from ..core import State
from ..domains import Integer, Record
from . import text
from .calls import Calls, Line
from .questions import Question
from .scoring import exact, f1
from .search import words

if TYPE_CHECKING:
    from .game import Retrieval

__all__ = ["RetrievalState", "calls"]

_BEGINNING = 60
"""Characters of a passage that a list of results shows."""


@lru_cache(maxsize=64)
def calls(search: bool, results: int, chars: int) -> Calls:
    """What may be done: search, where there are moves left for it; read one of so many results; answer."""
    acts: dict[str, Any] = {}
    if search:
        acts["search"] = Record.of({"query": Line(chars)})
    if results:
        acts["read"] = Record.of({"result": Integer(1, results)})
    return Calls(Calls.of({**acts, "answer": Record.of({"text": Line(chars)})}).acts)


class RetrievalState(State):
    """A position.

    Attributes:
        question: what is asked.
        results: numbers of the passages found last, best first.
        seen: numbers of the passages whose whole text was shown, in that order.
        searches: how many there were.
        answer: what was answered; None before.
    """

    game: Retrieval

    def __init__(self, game: Retrieval, seed: int) -> None:
        super().__init__(game, seed)
        drawn = game.library.draw(game.kinds, self.rng)
        self.question: dict[str, Any] = drawn._asdict()
        self.results: list[int] = []
        self.seen: list[int] = []
        self.searches = 0
        self.answer: str | None = None
        self.emit("question", f"player_0 is asked: {drawn.text}", data={"text": drawn.text})
        self.to_move = (0,)

    @property
    def asked(self) -> Question:
        """The question."""
        return Question(**self.question)

    @property
    def left(self) -> int:
        """Moves that are left."""
        return self.game.steps - self.turn

    def action_spec(self, seat: int) -> ActionSpec:
        open_now = self.left > 1
        domain = calls(open_now, len(self.results) if open_now and self.game.show == "beginnings" else 0, self.game.chars)
        return ActionSpec(domain, about=tuple(text.ABOUT[name] for name in domain.names))

    def request(self, seat: int) -> str:
        return text.ask(self.asked.text, self.left)

    def data(self, seat: int) -> dict[str, np.ndarray]:
        """``observation``: the share of moves used, of ``top`` found, then for each result the share of the question's words in it and whether it was read."""
        asked = set(words(self.asked.text))
        seen = np.zeros(2 + 2 * self.game.top, np.float32)
        seen[:2] = min(self.turn / self.game.steps, 1.0), len(self.results) / self.game.top
        for place, number in enumerate(self.results):
            shown = set(words(self.game.library.passages[number].title)) | set(words(self._shown(number)))
            seen[2 + 2 * place : 4 + 2 * place] = len(asked & shown) / max(len(asked), 1), number in self.seen
        return {"observation": seen}

    def _shown(self, number: int) -> str:
        passage = self.game.library.passages[number]
        return passage.text if self.game.show == "passages" else text.beginning(passage, _BEGINNING)

    def _apply(self, moves: Mapping[int, Move]) -> None:
        choice = moves[0].choice
        if choice["act"] == "search":
            self._search(choice["query"])
        elif choice["act"] == "read":
            self._read(self.results[choice["result"] - 1])
        else:
            self._answer(choice["text"])

    def _search(self, query: str) -> None:
        library = self.game.library
        self.results = library.finder.search(query, self.game.top)
        self.searches += 1
        self.rewards = [0.0 - self.game.cost]
        titles, shown = [library.passages[number].title for number in self.results], [self._shown(number) for number in self.results]
        self.emit("results", text.results(query, titles, shown), data={"query": query, "titles": titles, "texts": shown})
        if self.game.show == "passages":
            self._note(self.results)

    def _read(self, number: int) -> None:
        passage = self.game.library.passages[number]
        self.emit("passage", text.page(passage), data={"title": passage.title, "text": passage.text})
        self._note([number])

    def _note(self, numbers: list[int]) -> None:
        self.seen += [number for number in numbers if number not in self.seen]

    def _answer(self, given: str) -> None:
        asked = self.asked
        self.answer = given
        right = exact(given, asked.answers)
        self.rewards = [right if self.game.score == "exact" else f1(given, asked.answers)]
        self.emit("answer", text.verdict(given, asked.answers, bool(right)), seat=0, data={"text": given, "answers": list(asked.answers), "exact": right})
        self.to_move = ()

    def hides(self, seat: int) -> bool:
        # the library follows from the parameters, whoever has not searched it
        return False

    @property
    def outcome(self) -> dict[str, Any]:
        asked, passages = self.asked, self.game.library.passages
        given = self.answer or ""
        return {
            "question": asked.text,
            "kind": asked.kind,
            "hops": len(asked.support),
            "answers": list(asked.answers),
            "answer": self.answer,
            "exact": exact(given, asked.answers),
            "f1": round(f1(given, asked.answers), 6),
            "searches": self.searches,
            "read": len(self.seen),
            "support": [passages[number].title for number in asked.support],
            "recall": sum(number in self.seen for number in asked.support) / max(len(asked.support), 1),
        }
