"""Retrieval: one question, a library that only a search opens, and an answer.

Rules in words. A question is asked. Its answer stands in a library of short passages, for some questions one step at a time: what one passage tells is what to
look for in the next. Each move is a search by words (BM25), the reading of one of the passages found, or the answer, which ends the game and is compared
with the right one. The last move can only be the answer.

The library is made up: people, towns, companies and books with names from a grammar of syllables, so that no model can know them; distractors
share names with what matters. Every name belongs to one split, by a digest of its letters, so what is asked in one split is unheard of in the others whatever
the seeds are. (Occupations and products are words of the language and occur in all of them.) Or it comes from a file: see :mod:`~ludens.games.retrieval.files`.

| parameter | meaning | default |
|---|---|---|
| `split` | train, dev or test: which part of the names the world is made of | train |
| `world` | seed of the made-up world | 0 |
| `things` | how many people, towns, companies and books there are | 300 |
| `distractors` | passages that share names with others and answer nothing | 100 |
| `kinds` | kinds of questions, each alike likely: one_hop, two_hop, three_hop, comparison | all |
| `steps` | moves in all | 10 |
| `top` | passages that a search finds | 3 |
| `show` | whether a search shows the passages' beginnings, to be read, or the passages | beginnings |
| `score` | what is earned: exact match, or F1 of the answer's words | exact |
| `cost` | what a search costs | 0 |
| `chars` | characters of a query and an answer | 120 |
| `questions` | path of a file of questions, instead of the made-up world | |
| `corpus` | path of a file of passages to them | |
| `digest` | of these files; filled in, and held to where given | |
| `engine` | what searches: own, or the library bm25s | own |

Observation: the share of moves used; results found out of `top`; then for each result the share of the question's words in what is shown of it, and whether it
has been read.

Payoffs: exact match (0 or 1) or F1, less the cost of the searches.

What is drawn anew for a seat that may not know it: nothing; question and library follow from seed and parameters.

Sources: Jin et al. 2025, "Search-R1", arXiv 2503.09516 (the loop); Yang et al. 2018, "HotpotQA", arXiv 1809.09600; Ho et al. 2020, arXiv 2011.01060; Trivedi et
al. 2022, "MuSiQue", arXiv 2108.00573 (bridge and comparison questions).

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

from ..core import Game, GameType, Prediction
from ..domains import Domain
from . import text
from .files import digest_of
from .library import Library, made_up, of_files
from .names import Split
from .predictions import card
from .questions import ASKED
from .search import Engine
from .state import RetrievalState, calls

__all__ = ["Retrieval"]


@dataclass(frozen=True, kw_only=True)
class Retrieval(Game):
    """One question to a library; see the module."""

    split: Split = "train"
    world: int = 0
    things: int = 300
    distractors: int = 100
    kinds: tuple[str, ...] = ASKED
    steps: int = 10
    top: int = 3
    show: Literal["beginnings", "passages"] = "beginnings"
    score: Literal["exact", "f1"] = "exact"
    cost: float = 0.0
    chars: int = 120
    questions: str = ""
    corpus: str = ""
    digest: str = ""
    engine: Engine = "own"

    def __post_init__(self) -> None:
        self.require(self.world >= 0, "world", "should be 0 or more")
        self.require(20 <= self.things <= 5000, "things", "should be from 20 to 5000")
        self.require(0 <= self.distractors <= 100_000, "distractors", "should be from 0 to 100000")
        self.require(bool(self.kinds) and set(self.kinds) <= set(ASKED), "kinds", f"should be some of {', '.join(ASKED)}")
        self.require(2 <= self.steps <= 100, "steps", "should be from 2 (search, answer) to 100")
        self.require(1 <= self.top <= 20, "top", "should be from 1 to 20")
        self.require(0 <= self.cost <= 1, "cost", "should be from 0 to 1")
        self.require(10 <= self.chars <= 1000, "chars", "should be from 10 to 1000")
        self.require(bool(self.questions) or not self.corpus, "corpus", "needs a file of questions: questions=...")
        if self.questions:
            found = digest_of(self.questions, *([self.corpus] if self.corpus else []))
            self.require(self.digest in ("", found), "digest", f"is not that of the files, which is {found}: they have changed")
            object.__setattr__(self, "digest", found)
        else:
            self.require(not self.digest, "digest", "belongs to a file of questions: questions=...")

    @property
    def seats(self) -> int:
        return 1

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(1, 1),
            dynamics="sequential",
            information="imperfect",
            utility="general_sum",
            payoff_low=0.0 - self.cost * (self.steps - 1),
            payoff_high=1.0,
            horizon=self.steps,
            chance=True,
        )

    @property
    def library(self) -> Library:
        """What is searched."""
        if self.questions:
            return of_files(self.questions, self.corpus, self.digest, self.engine)
        return made_up(self.world, self.split, self.things, self.distractors, self.engine)

    def new_state(self, seed: int) -> RetrievalState:
        return RetrievalState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        return text.rules(self, seat)

    def observation_space(self, seat: int) -> spaces.Space[Any]:
        return spaces.Box(0.0, 1.0, (2 + 2 * self.top,), np.float32)

    def action_domain(self, seat: int) -> Domain:
        return calls(True, self.top if self.show == "beginnings" else 0, self.chars)

    def predictions(self) -> tuple[Prediction, ...]:
        return card(self.library, self.kinds, self.top, self.questions == "")
