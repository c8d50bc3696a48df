"""One answer while it grows: its tokens, when it ends, and where its text is cut."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...errors import ParameterError
from .checkpoint import Checkpoint
from .constraint import Constraint
from .tokens import cut

__all__ = ["GREEDY", "Row"]

GREEDY = 1e-5
"""Below this temperature the likeliest token is taken: logits divided by less may leave the range of float32."""


@dataclass(eq=False)
class Row:
    """One request in a batch.

    Attributes:
        checkpoint: of the model that answers.
        prompt: token ids of the prompt.
        most: most tokens of the answer.
        temperature: 0 for the likeliest token always.
        top_p: draw from the smallest set of tokens with so much probability.
        generator: of this row's own, so that neighbours in the batch change nothing.
        stop: texts that end the answer and are no part of it.
        constraint: which tokens may come next; None for all.
        wanted: whether somebody still waits for it.
        ids, logprobs: the answer's tokens so far, the one that ended it included, and their log-probabilities.
        finish: why it ended; None while it grows.
        problem: why it cannot go on, where it cannot.
    """

    checkpoint: Checkpoint
    prompt: list[int]
    most: int
    temperature: float
    top_p: float
    generator: np.random.Generator
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
        if token not in self.checkpoint.special:
            self._shown.append(token)
        if whole or token in self.checkpoint.ends or self._stopped():
            self.finish = "stop"
        elif len(self.ids) >= self.most:
            self.finish = "length"

    def draw(self) -> float:
        """Draw a number from 0 to 1 (exclusive) from the row's own generator."""
        return float(self.generator.random())

    def text(self) -> str:
        """The answer's text, cut before the stop text that comes first."""
        return cut(self.checkpoint.text(self._shown), self.stop)

    def _stopped(self) -> bool:
        if not self.stop:
            return False
        tail = self.checkpoint.text(self._shown[-self._tail :])
        return any(stop in tail for stop in self.stop)
