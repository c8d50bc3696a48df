"""From a batch of requests to their replies: rows are made, the loop runs, and each reply is handed over when its row is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ParameterError
from ..chat import Reply, Request, Usage
from ..failures import one_line
from .constraint import Grammars
from .decode import decode
from .options import Options
from .row import Row
from .weights import load
from .worker import Job

if TYPE_CHECKING:
    from ..spec import ModelSpec

__all__ = ["Answers"]


class Answers:
    """A loaded model that answers batches.

    Args:
        spec: the model.
        options: the engine's parameters.

    Raises:
        LudensError: it cannot be loaded.
    """

    def __init__(self, spec: ModelSpec, options: Options) -> None:
        self._spec = spec
        self._weights = load(spec.model, options)
        vocabulary = self._weights.model.config.get_text_config().vocab_size
        self._grammars = Grammars(self._weights.tokenizer, vocabulary, self._weights.ends)

    def __call__(self, jobs: list[Job]) -> None:
        """Answer every job that is wanted; one that cannot be answered fails alone."""
        whose: dict[Row, Job] = {}
        for job in jobs:
            if job.wanted():
                try:
                    whose[self._row(job)] = job
                except _Unfit as problem:
                    job.fail(*problem.args)
        if not whose:
            return
        for row in decode(list(whose)):
            if row.problem is not None:
                whose[row].fail("generation", row.problem)
            else:
                whose[row].answer(self._reply(row))

    def _row(self, job: Job) -> Row:
        import torch

        request, weights = job.request, self._weights
        own, default = request.sampling, self._spec.sampling
        temperature = _first(own.temperature, default.temperature, 1.0)
        top_p = _first(own.top_p, default.top_p, 1.0)
        if not temperature >= 0 or not 0 < top_p <= 1:
            raise _Unfit("sampling", f"temperature={temperature} should be 0 or more, and top_p={top_p} above 0 and at most 1")
        try:
            prompt = weights.prompt(request.messages)
        except Exception as problem:  # a template is the checkpoint's own program and raises what it likes
            raise _Unfit("template", one_line(f"the chat template refuses the conversation: {problem}")) from problem
        room = None if weights.context is None else weights.context - len(prompt)
        if not prompt or (room is not None and room < 1):
            raise _Unfit("context", f"the prompt has {len(prompt)} tokens; prompt and answer together may have {weights.context}")
        most = own.max_tokens or default.max_tokens or room
        if most is None:
            raise _Unfit("sampling", "the model states no context length, so max_tokens should be set")
        try:
            constraint = None if request.schema is None else self._grammars.constraint(request.schema, self._spec.structured)
        except ParameterError as problem:
            raise _Unfit("schema", str(problem)) from problem
        return Row(
            weights=weights,
            prompt=prompt,
            most=most if room is None else min(most, room),
            temperature=temperature,
            top_p=top_p,
            generator=torch.Generator().manual_seed(_seed(request, self._spec.name)),
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
            model=self._weights.version,
        )


class _Unfit(Exception):
    """A request that cannot be answered: a word to count by, and why."""


def _first(own: float | None, default: float | None, otherwise: float) -> float:
    return own if own is not None else default if default is not None else otherwise


def _seed(request: Request, name: str) -> int:
    """Without a seed of its own a request is its own seed: a run can be repeated, and ``replicate`` tells repeats apart."""
    return int(request.key(name)[:15], 16) if request.seed is None else request.seed % 2**63
