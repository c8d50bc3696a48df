"""An engine of vLLM in this process, fed by the worker's queue: what comes while it generates joins what it is generating."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import LudensError
from ..chat import Reply, Usage
from ..failures import one_line
from ..local.asked import Asked, Unfit, settle
from ..local.places import check_same_shape, fingerprint, folder
from ..local.tokens import cut, load_tokens
from ..local.worker import Job, More
from .loading import make_engine, on_cpu, unmake_engine
from .options import VllmOptions
from .parameters import constraint, sampling_parameters, scoring_parameters, wants_scores
from .worker.ludens_vllm_mends import pack_heads

__all__ = ["VllmAnswers"]


@dataclass(frozen=True)
class _Answer:
    """What vLLM has generated."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...] | None
    finish: str
    cached: int


@dataclass(frozen=True)
class _Open:
    """A request that vLLM is at: generating, or scoring the answer that it gave."""

    job: Job
    asked: Asked
    answer: _Answer | None = None


class VllmAnswers:
    """A model loaded by vLLM.

    Args:
        name: the model's, for messages.
        options: the engine's parameters.
        places: the base model's folder or name under "", and the folder of every adapter under its name.

    Raises:
        LudensError: it cannot be loaded.
    """

    def __init__(self, name: str, options: VllmOptions, places: Mapping[str, str]) -> None:
        self._name = name
        self._places = dict(places)
        self._tokens = load_tokens(places[""], dict(options.chat_template_kwargs), options.context)
        self._engine = make_engine(places[""], options, self._tokens.context)
        self._context = int(self._engine.model_config.max_model_len)
        self._broken = ""
        self._numbers = itertools.count(1)
        self._open: dict[str, _Open] = {}
        self._loras: dict[str, Any] = {}
        self._versions = {"": _version(places[""])}
        for adapter, place in places.items():
            if adapter:
                self._add(adapter, place)

    def __call__(self, jobs: list[Job], more: More) -> None:
        """Answer jobs, and those that come meanwhile, until none is open."""
        self._begin(jobs)
        while self._open:
            for output in self._step():
                if output.finished:
                    self._finish(output)
            self._leave([number for number, item in self._open.items() if not item.job.wanted()])
            self._begin(more(sys.maxsize))

    def _step(self) -> list[Any]:
        try:
            return list(self._engine.step())
        except Exception as problem:  # of the engine, not of a request: nothing that it says after can be relied on
            self._broken = one_line(f"vLLM's engine has failed: {type(problem).__name__}: {problem}")
            for item in self._open.values():
                item.job.fail("engine", self._broken, fatal=True)
            self._open.clear()
            return []

    def reload(self, place: str, adapter: str) -> None:
        if self._broken:
            raise LudensError(self._broken)
        check_same_shape(self._places[adapter], place)
        if adapter:
            self._add(adapter, place)
        else:
            self._engine.collective_rpc("reload_weights", kwargs={"weights_path": str(folder(place))})
            if on_cpu():
                self._engine.collective_rpc(pack_heads)
            if not self._engine.reset_prefix_cache():
                raise LudensError(f"model {self._name!r}: vLLM kept what it had computed with the old weights")
            self._versions[""] = _version(place)
        self._places[adapter] = place

    def close(self) -> None:
        engine, self._engine = self._engine, None
        unmake_engine(engine)

    def _add(self, adapter: str, place: str) -> None:
        from vllm.lora.request import LoRARequest

        # a new name for every version: vLLM tells adapters, and what it computed with them, apart by it
        version = _version(place)
        lora = LoRARequest(f"{adapter}-{version.rpartition('@')[2]}", next(self._numbers), str(folder(place)))
        try:
            self._engine.add_lora(lora)
        except Exception as problem:  # in words of its own
            raise LudensError(f"vLLM cannot load the adapter {place!r}: {one_line(f'{type(problem).__name__}: {problem}')}") from problem
        old = self._loras.get(adapter)
        self._loras[adapter], self._versions[adapter] = lora, version
        if old is not None:
            self._engine.remove_lora(old.lora_int_id)

    def _begin(self, jobs: list[Job]) -> None:
        for job in jobs:
            if not job.wanted():
                job.drop()
            elif self._broken:
                job.fail("engine", self._broken, fatal=True)
            else:
                try:
                    self._ask(job)
                except Unfit as problem:
                    job.fail(*problem.args)

    def _ask(self, job: Job) -> None:
        bounds = constraint(job.request, job.spec.structured)
        # an answer that is to be scored has to leave room for the token that vLLM insists on generating then
        asked = settle(job.request, job.spec, self._tokens, self._context - self._scored(job))
        try:
            parameters = sampling_parameters(asked, bounds, self._tokens.ends)
            self._send(asked.prompt, parameters, _Open(job, asked))
        except Exception as problem:  # what it finds wrong with a request, in words of its own; others fare better
            words = one_line(str(problem))
            raise (Unfit("schema", f"the schema cannot be followed: {words}") if bounds is not None else Unfit("request", words)) from problem

    def _send(self, prompt: list[int], parameters: Any, item: _Open) -> None:
        number = str(next(self._numbers))
        (rendered,) = self._engine.renderer.render_cmpl([{"prompt_token_ids": prompt}])
        self._engine.add_request(number, rendered, parameters, lora_request=self._loras.get(item.job.adapter))
        self._open[number] = item

    def _finish(self, output: Any) -> None:
        item = self._open.pop(output.request_id)
        if item.answer is not None:
            scores = output.prompt_logprobs[-len(item.answer.ids) :]
            logprobs = tuple(float(step[token].logprob) for step, token in zip(scores, item.answer.ids, strict=True))
            self._hand_over(item, replace(item.answer, logprobs=logprobs))
            return
        made = output.outputs[0]
        if made.finish_reason not in ("stop", "length"):
            item.job.fail("generation", f"vLLM ended the answer by {made.finish_reason!r}")
            return
        ids = tuple(int(token) for token in made.token_ids)
        answer = _Answer(ids, None, made.finish_reason, output.num_cached_tokens or 0)
        if constraint(item.job.request, item.job.spec.structured) is None:
            logprobs = tuple(float(step[token].logprob) for step, token in zip(made.logprobs, ids, strict=True))
            self._hand_over(item, replace(answer, logprobs=logprobs))
        elif self._scored(item.job):
            # vLLM's numbers are those of what the schema left; the model's own take another look
            self._send([*item.asked.prompt, *ids], scoring_parameters(), replace(item, answer=answer))
        else:
            self._hand_over(item, answer)

    def _hand_over(self, item: _Open, answer: _Answer) -> None:
        job, asked = item.job, item.asked
        if answer.logprobs is not None and any(math.isnan(value) for value in answer.logprobs):
            job.fail("generation", "the model's probabilities are no numbers; another dtype may help")
            return
        usage = Usage(len(asked.prompt), len(answer.ids), answer.cached)
        reply = Reply(
            text=cut(self._tokens.text(answer.ids), asked.stop),
            finish=answer.finish,
            token_ids=answer.ids,
            logprobs=answer.logprobs,
            prompt_token_ids=tuple(asked.prompt),
            usage=usage,
            cost=None if job.spec.price is None else job.spec.price.cost(usage),
            model=" + ".join(self._versions[name] for name in dict.fromkeys(("", job.adapter))),
        )
        job.answer(reply)

    def _scored(self, job: Job) -> bool:
        # with adapters, vLLM 0.32 fails over the log-probabilities of a prompt
        return not self._loras and wants_scores(job.request, job.spec)

    def _leave(self, numbers: list[str]) -> None:
        if numbers:
            for number in numbers:
                self._open.pop(number).job.drop()
            self._engine.abort_request(numbers)


def _version(name: str) -> str:
    place = folder(name)
    return f"{place.resolve().name}@{fingerprint(place)}" if place is not None else name
