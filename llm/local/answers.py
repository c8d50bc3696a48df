"""From a batch of requests to their replies: rows are made, the loop runs, and each reply is handed over when its row is finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ParameterError
from ..chat import Reply, Request, Usage
from ..failures import one_line
from .checkpoint import Checkpoint
from .constraint import Grammars
from .row import Row
from .worker import Job, More

if TYPE_CHECKING:
    from ..spec import ModelSpec

__all__ = ["Answers", "Decode"]

Decode = Callable[[list[Row], Callable[[int], list[Row]]], Iterator[Row]]
"""Generates for rows and gives each as soon as it is finished; may ask for up to so many more while it is at it."""


class Answers:
    """A loaded model that answers batches.

    Args:
        spec: the model's.
        checkpoint: the loaded model's words.
        decode: its arithmetic.
    """

    def __init__(self, spec: ModelSpec, checkpoint: Checkpoint, decode: Decode) -> None:
        self._spec, self._checkpoint, self._decode = spec, checkpoint, decode
        self._grammars = Grammars(checkpoint.table)

    def __call__(self, jobs: list[Job], more: More) -> None:
        """Answer every job that is wanted; one that cannot be answered fails alone."""
        whose: dict[Row, Job] = {}

        def rows(jobs: list[Job]) -> list[Row]:
            fresh: dict[Row, Job] = {}
            for job in jobs:
                if job.wanted():
                    try:
                        fresh[self._row(job)] = job
                    except _Unfit as problem:
                        job.fail(*problem.args)
            whose.update(fresh)
            return list(fresh)

        for row in self._decode(rows(jobs), lambda most: rows(more(most))):
            if row.problem is not None:
                whose.pop(row).fail("generation", row.problem)
            else:
                whose.pop(row).answer(self._reply(row))

    def _row(self, job: Job) -> Row:
        request, checkpoint = job.request, self._checkpoint
        own, default = request.sampling, self._spec.sampling
        temperature = _first(own.temperature, default.temperature, 1.0)
        top_p = _first(own.top_p, default.top_p, 1.0)
        if not temperature >= 0 or not 0 < top_p <= 1:
            raise _Unfit("sampling", f"temperature={temperature} should be 0 or more, and top_p={top_p} above 0 and at most 1")
        try:
            prompt = checkpoint.prompt(request.messages)
        except Exception as problem:  # a template is the checkpoint's own program and raises what it likes
            raise _Unfit("template", one_line(f"the chat template refuses the conversation: {problem}")) from problem
        room = None if checkpoint.context is None else checkpoint.context - len(prompt)
        if not prompt or (room is not None and room < 1):
            raise _Unfit("context", f"the prompt has {len(prompt)} tokens; prompt and answer together may have {checkpoint.context}")
        most = own.max_tokens or default.max_tokens or room
        if most is None:
            raise _Unfit("sampling", "the model states no context length, so max_tokens should be set")
        try:
            constraint = None if request.schema is None else self._grammars.constraint(request.schema, self._spec.structured)
        except ParameterError as problem:
            raise _Unfit("schema", str(problem)) from problem
        return Row(
            checkpoint=checkpoint,
            prompt=prompt,
            most=most if room is None else min(most, room),
            temperature=temperature,
            top_p=top_p,
            generator=np.random.default_rng(_seed(request, self._spec.name)),
            stop=own.stop or default.stop,
            constraint=constraint,
            wanted=job.wanted,
        )

    def _reply(self, row: Row) -> Reply:
        usage = Usage(len(row.prompt), len(row.ids))
        return Reply(
            text=row.text(),
            finish=row.finish or "stop",
            token_ids=tuple(row.ids),
            logprobs=tuple(row.logprobs),
            prompt_token_ids=tuple(row.prompt),
            usage=usage,
            cost=None if self._spec.price is None else self._spec.price.cost(usage),
            model=self._checkpoint.version,
        )


class _Unfit(Exception):
    """A request that cannot be answered: a word to count by, and why."""


def _first(own: float | None, default: float | None, otherwise: float) -> float:
    return own if own is not None else default if default is not None else otherwise


def _seed(request: Request, name: str) -> int:
    """Without a seed of its own a request is its own seed: a run can be repeated, and ``replicate`` tells repeats apart."""
    return int(request.key(name)[:15], 16) if request.seed is None else request.seed % 2**63
