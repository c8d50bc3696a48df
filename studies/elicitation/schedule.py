"""Which choice is asked next: a schedule that extends itself from the answers, round by round, and goes on where it was stopped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...agents.player import PlayerSpec
from ...analysis.utility import PairChoices, fit_thurstone, next_pairs, random_pairs, start_pairs
from ...arena.plan import Excluded, Match, Result
from ...arena.seeds import child_rng, child_seed
from ...arena.store import Run
from ...games.actions import Status
from .spec import Elicitation

__all__ = ["Answer", "PairSchedule", "answers_of"]


class Answer(NamedTuple):
    """One question to one subject: numbers of the options shown first and second, which repeat, whether the first was taken (NaN: no answer), the episode."""

    first: int
    second: int
    time: int
    took_first: float
    status: str
    episode: str


class _Question(NamedTuple):
    match: Match
    first: int
    second: int
    time: int


class PairSchedule:
    """Asks each subject rings through all options first, then, batch by batch, the pairs that tell most given its own answers.

    What was answered is read from the run: a match that has a result has an episode there. So it is deterministic in what was played.

    Args:
        study: what is asked.
        subjects: who answers.
        run: where the answers are.
    """

    excluded: tuple[Excluded, ...] = ()

    def __init__(self, study: Elicitation, subjects: Sequence[PlayerSpec], run: Run) -> None:
        self.study = study
        self._asking = [_Asking(study, subject, run) for subject in subjects]

    @property
    def description(self) -> str:
        """One line."""
        study = self.study
        return f"{study.title}: {study.wanted} pairs of {len(study.options)} options, {len(self._asking)} subjects, {study.times} answers an order"

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        """Give the first round of every subject that is not complete; empty when all pairs were asked."""
        return tuple(match for asking in self._asking for match in asking.due(results))

    def answers(self) -> dict[str, list[Answer]]:
        """Give what was answered in complete rounds, by subject."""
        return {asking.subject.name: asking.answers for asking in self._asking}


class _Asking:
    """The rounds of one subject."""

    def __init__(self, study: Elicitation, subject: PlayerSpec, run: Run) -> None:
        self.study, self.subject, self._run = study, subject, run
        self.answers: list[Answer] = []
        self._number = 0
        self._round: list[_Question] = []

    def due(self, results: Mapping[str, Result]) -> tuple[Match, ...]:
        self._round = self._round or self._next()
        while self._round and all(one.match.id in results for one in self._round):
            self.answers += _read(self._run, self._round)
            self._number += 1
            self._round = self._next()
        return tuple(one.match for one in self._round)

    def _next(self) -> list[_Question]:
        study, size = self.study, len(self.study.options)
        rng = child_rng(study.seed, "pairs", self._number)
        asked = answers_of(self.answers, size)
        left = study.wanted - len({tuple(sorted((one.first, one.second))) for one in self.answers})
        if self._number == 0:
            pairs = start_pairs(size, rng)
        elif left <= 0:
            return []
        else:
            count = min(left, study.batch or size)
            known = study.sampling == "active" and np.isfinite(asked.took_first).any()
            pairs = next_pairs(fit_thurstone(asked), asked, count, rng) if known else random_pairs(size, count, rng, asked=asked)
        return list(self._questions(pairs))

    def _questions(self, pairs: Sequence[tuple[int, int]]) -> Iterator[_Question]:
        study = self.study
        for one, other in pairs:
            for swapped in (False, True):
                game = study.game(study.labels[one], study.labels[other], swapped=swapped)
                for time in range(study.times):
                    seed = child_seed(study.seed, "answer", self.subject.name, one, other, swapped, time)
                    match = Match(game, (self.subject,), seed, f"{time + 1}", f"round {self._number + 1}")
                    yield _Question(match, *((other, one) if swapped else (one, other)), time + 1)


def _read(run: Run, asked: Sequence[_Question]) -> Iterator[Answer]:
    for (match, first, second, time), episode in zip(asked, run.episodes([one.match.id for one in asked]), strict=True):
        decision = episode.decisions[-1] if episode.decisions else None
        read = decision is not None and decision.status not in (Status.DEFAULTED, Status.FORFEITED) and episode.error is None
        took = float(episode.outcome["first"]) if read else math.nan
        yield Answer(first, second, time, took, decision.status.value if decision else "broken_off", match.id)


def answers_of(answers: Sequence[Answer], options: int) -> PairChoices:
    """Give answers as the analysis takes them."""
    return PairChoices.of([one.first for one in answers], [one.second for one in answers], [one.took_first for one in answers], options)
