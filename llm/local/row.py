"""One answer while it grows: its tokens, when it ends, and where its text is cut."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...errors import ParameterError
from .constraint import Constraint
from .tokens import cut
from .weights import Weights

__all__ = ["Row"]


@dataclass(eq=False)
class Row:
    """One request in a batch.

    Attributes:
        weights: the model that answers.
        prompt: token ids of the prompt.
        most: most tokens of the answer.
        temperature: 0 for the likeliest token always.
        top_p: draw from the smallest set of tokens with so much probability.
        generator: a torch generator of this row's own, so that neighbours in the batch change nothing.
        stop: texts that end the answer and are no part of it.
        constraint: which tokens may come next; None for all.
        wanted: whether somebody still waits for it.
        ids, logprobs: the answer's tokens so far, the one that ended it included, and their log-probabilities.
        finish: why it ended; None while it grows.
        problem: why it cannot go on, where it cannot.
    """

    weights: Weights
    prompt: list[int]
    most: int
    temperature: float
    top_p: float
    generator: Any
    stop: tuple[str, ...] = ()
    constraint: Constraint | None = None
    wanted: Callable[[], bool] = lambda: True
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish: str | None = None
    problem: str | None = None

    def __post_init__(self) -> None:
        # a stop text of n bytes lies within the last n tokens; one more, because some decoders drop a leading space
        self._tail = max((len(stop.encode()) for stop in self.stop), default=0) + 1
        self._shown: list[int] = []

    def take(self, token: int, logprob: float) -> None:
        """Add a token, and see whether the answer ends with it."""
        self.ids.append(token)
        self.logprobs.append(logprob)
        if math.isnan(logprob):
            self.finish, self.problem = "error", "the model's probabilities are no numbers; another dtype may help"
            return
        try:
            whole = self.constraint is not None and self.constraint.take(token)
        except ParameterError as problem:
            # this row's alone: its neighbours in the batch go on
            self.finish, self.problem = "error", str(problem)
            return
        if token not in self.weights.special:
            self._shown.append(token)
        if whole or token in self.weights.ends or self._stopped():
            self.finish = "stop"
        elif len(self.ids) >= self.most:
            self.finish = "length"

    def draw(self) -> float:
        """Draw a number from 0 to 1 (exclusive) from the row's own generator."""
        import torch

        return float(torch.rand((), generator=self.generator, dtype=torch.float64))

    def text(self) -> str:
        """The answer's text, cut before the stop text that comes first."""
        return cut(self.weights.text(self._shown), self.stop)

    def _stopped(self) -> bool:
        if not self.stop:
            return False
        tail = self.weights.text(self._shown[-self._tail :])
        return any(stop in tail for stop in self.stop)
