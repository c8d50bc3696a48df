"""From a batch of requests to their replies: rows are made, the loop runs, and each reply is handed over when its row is finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...errors import LudensError, ParameterError
from ..chat import Reply, Usage
from .asked import Unfit, settle
from .checkpoint import Checkpoint
from .constraint import Grammars
from .row import Row
from .worker import Job, More

__all__ = ["Answers", "Decode"]

Decode = Callable[[list[Row], Callable[[int], list[Row]]], Iterator[Row]]
"""Generates for rows and gives each as soon as it is finished; may ask for up to so many more while it is at it."""


class Answers:
    """A loaded model that answers batches.

    Args:
        checkpoint: the loaded model's words.
        decode: its arithmetic.
    """

    def __init__(self, checkpoint: Checkpoint, decode: Decode) -> None:
        self._checkpoint, self._decode = checkpoint, decode
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
                    except Unfit as problem:
                        job.fail(*problem.args)
            whose.update(fresh)
            return list(fresh)

        for row in self._decode(rows(jobs), lambda most: rows(more(most))):
            job = whose.pop(row)
            if row.problem is not None:
                job.fail("generation", row.problem)
            else:
                job.answer(self._reply(row, job))

    def reload(self, place: str, adapter: str) -> None:
        raise LudensError(f"the weights of {self._checkpoint.version} cannot be replaced by those of {place!r}")

    def close(self) -> None:
        return None  # the last reference goes with the thread

    def version(self, adapter: str) -> str:
        """Which weights answer for an adapter, or for the base model where it is ""."""
        return self._checkpoint.version

    def _row(self, job: Job) -> Row:
        asked = settle(job.request, job.spec, self._checkpoint, self._checkpoint.context)
        try:
            constraint = self._grammars.constraint(job.request.schema, job.spec.structured, job.request.pattern)
        except ParameterError as problem:
            raise Unfit("schema", str(problem)) from problem
        return Row(
            checkpoint=self._checkpoint,
            prompt=asked.prompt,
            most=asked.most,
            temperature=asked.temperature,
            top_p=asked.top_p,
            generator=np.random.default_rng(asked.seed),
            stop=asked.stop,
            constraint=constraint,
            wanted=job.wanted,
        )

    def _reply(self, row: Row, job: Job) -> Reply:
        usage = Usage(len(row.prompt), len(row.ids))
        return Reply(
            text=row.text(),
            finish=row.finish or "stop",
            token_ids=tuple(row.ids),
            logprobs=tuple(row.logprobs),
            prompt_token_ids=tuple(row.prompt),
            usage=usage,
            cost=None if job.spec.price is None else job.spec.price.cost(usage),
            model=self.version(job.adapter),
        )
