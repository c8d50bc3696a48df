"""From a settled request to vLLM's sampling parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..chat import Request
from ..local.constraint import SPACING
from ..wire import Structured, bare_options

if TYPE_CHECKING:
    from ..local.asked import Asked
    from ..spec import ModelSpec

__all__ = ["constraint", "sampling_parameters", "scoring_parameters", "wants_scores"]


def sampling_parameters(asked: Asked, bounds: dict[str, Any] | None, ends: tuple[int, ...]) -> Any:
    """Make vLLM's ``SamplingParams``.

    Args:
        asked: the request, settled.
        bounds: what the answer may be, see :func:`constraint`.
        ends: token ids that end an answer.

    Raises:
        ValueError: vLLM refuses them.
    """
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    return SamplingParams(
        temperature=asked.temperature,
        top_p=asked.top_p,
        max_tokens=asked.most,
        stop=list(asked.stop),
        stop_token_ids=list(ends),
        seed=asked.seed,
        logprobs=0,  # of the tokens that were taken, and no others
        detokenize=bool(asked.stop),  # the text is read from the tokens at the end, as by the engine transformers
        output_kind=RequestOutputKind.FINAL_ONLY,
        structured_outputs=None if bounds is None else StructuredOutputsParams(**bounds),
    )


def scoring_parameters() -> Any:
    """Make the ``SamplingParams`` that tell the log-probability of every token of a prompt."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=0, detokenize=False, output_kind=RequestOutputKind.FINAL_ONLY)


def constraint(request: Request, structured: Structured) -> dict[str, Any] | None:
    """Say in vLLM's words what an answer may be: arguments of its ``StructuredOutputsParams``, or what its server reads as ``structured_outputs``.

    Args:
        request: whose schema or pattern the answer must follow, if it has one.
        structured: how it is obeyed, as :class:`ludens.llm.wire.Dialect` has it.
    """
    schema = request.schema
    if structured == "none":
        return None
    if schema is None:
        return None if request.pattern is None else {"regex": request.pattern}
    if structured == "choice" and (options := bare_options(schema)):
        return {"choice": options}
    # llguidance, by which vLLM is told to constrain, reads how to space JSON from the schema itself
    return {"json": {**({"type": "object"} if structured == "json_object" else schema), "x-guidance": SPACING}, "disable_any_whitespace": True}


def wants_scores(request: Request, spec: ModelSpec) -> bool:
    """Whether a constrained answer is to be scored: vLLM's log-probabilities are those of what the schema left, and the model's own take another look at it."""
    asked = request.sampling.logprobs is not None or spec.sampling.logprobs is not None
    return asked and constraint(request, spec.structured) is not None
