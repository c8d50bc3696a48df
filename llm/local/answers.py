"""From a batch of requests to their replies: rows are made, the loop runs, and each reply is handed over when its row is finished."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import ParameterError
from ..chat import Reply, Usage
from .asked import Unfit, settle
from .constraint import Grammars
from .decode import decode
from .options import Options
from .places import check_same_shape
from .row import Row
from .weights import load
from .worker import Job, More

if TYPE_CHECKING:
    from ..spec import ModelSpec

__all__ = ["Answers"]


class Answers:
    """A loaded model of transformers that answers batches.

    Args:
        spec: the model.
        options: the engine's parameters.

    Raises:
        LudensError: it cannot be loaded.
    """

    def __init__(self, spec: ModelSpec, options: Options) -> None:
        self._places = {"": spec.model, **options.adapters}
        self._weights = load(spec.model, options)
        vocabulary = self._weights.model.config.get_text_config().vocab_size
        self._grammars = Grammars(self._weights.tokenizer, vocabulary, self._weights.ends)

    def __call__(self, jobs: list[Job], more: More) -> None:
        """Answer every job that is wanted; one that cannot be answered fails alone. Those of one adapter are generated together."""
        for adapter in sorted({job.adapter for job in jobs}):
            with self._weights.speaking(adapter):
                self._answer([job for job in jobs if job.adapter == adapter])

    def reload(self, place: str, adapter: str) -> None:
        check_same_shape(self._places[adapter], place)
        self._weights.replace(Path(place).expanduser(), adapter)
        self._places[adapter] = place

    def close(self) -> None:
        return None  # the last reference goes with the thread

    def _answer(self, jobs: list[Job]) -> None:
        whose: dict[Row, Job] = {}
        for job in jobs:
            if job.wanted():
                try:
                    whose[self._row(job)] = job
                except Unfit as problem:
                    job.fail(*problem.args)
        if not whose:
            return
        for row in decode(list(whose)):
            if row.problem is not None:
                whose[row].fail("generation", row.problem)
            else:
                whose[row].answer(self._reply(row, whose[row]))

    def _row(self, job: Job) -> Row:
        import torch

        asked = settle(job.request, job.spec, self._weights, self._weights.context)
        try:
            constraint = None if job.request.schema is None else self._grammars.constraint(job.request.schema, job.spec.structured)
        except ParameterError as problem:
            raise Unfit("schema", str(problem)) from problem
        return Row(
            weights=self._weights,
            prompt=asked.prompt,
            most=asked.most,
            temperature=asked.temperature,
            top_p=asked.top_p,
            generator=torch.Generator().manual_seed(asked.seed),
            stop=asked.stop,
            constraint=constraint,
            wanted=job.wanted,
        )

    def _reply(self, row: Row, job: Job) -> Reply:
        usage = Usage(len(row.prompt), len(row.ids))
        versions = self._weights.versions
        return Reply(
            text=row.text(),
            finish=row.finish or "stop",
            token_ids=tuple(row.ids),
            logprobs=tuple(row.logprobs),
            prompt_token_ids=tuple(row.prompt),
            usage=usage,
            cost=None if job.spec.price is None else job.spec.price.cost(usage),
            model=" + ".join(versions[name] for name in (("", job.adapter) if job.adapter else ("",))),
        )
