"""What is sent to vLLM's own ``POST /v1/completions``, with prompts as token ids, and what is read from its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..failures import TryFailed, one_line
from ..local.asked import Asked

__all__ = ["body", "read", "read_scores", "scoring_body"]


def body(asked: Asked, served: str, bounds: dict[str, Any] | None) -> dict[str, Any]:
    """Write a request.

    Args:
        asked: the request, settled.
        served: what the server calls the model.
        bounds: what the answer may be, see :func:`ludens.llm.vllm.parameters.constraint`.
    """
    made = {
        "model": served,
        "prompt": asked.prompt,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "seed": asked.seed,
        "max_tokens": asked.most,
        "logprobs": 0,
        "return_token_ids": True,
    }
    made |= {"stop": list(asked.stop)} if asked.stop else {}
    return made | ({} if bounds is None else {"structured_outputs": bounds})


def scoring_body(asked: Asked, served: str, ids: Sequence[int]) -> dict[str, Any]:
    """Write a request for the log-probabilities of an answer that was given."""
    return {"model": served, "prompt": [*asked.prompt, *ids], "temperature": 0, "max_tokens": 1, "prompt_logprobs": 0}


def read(made: Any) -> tuple[tuple[int, ...], tuple[float, ...], str, int]:
    """Read an answer: token ids, their log-probabilities, why it ended, and how many tokens of the prompt were in the server's cache.

    Raises:
        TryFailed: it does not look like one.
    """
    try:
        choice, details = made["choices"][0], made["usage"].get("prompt_tokens_details")
        ids, logprobs = tuple(map(int, choice["token_ids"])), tuple(map(float, choice["logprobs"]["token_logprobs"]))
        finish = choice["finish_reason"]
        if len(ids) != len(logprobs) or finish not in ("stop", "length"):
            raise ValueError(f"{len(ids)} tokens with {len(logprobs)} log-probabilities, ended by {finish!r}")
        return ids, logprobs, str(finish), int((details or {}).get("cached_tokens") or 0)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
        raise TryFailed("malformed", one_line(f"the body is no completion of vLLM: {type(problem).__name__}: {problem}")) from None


def read_scores(made: Any, ids: Sequence[int]) -> tuple[float, ...]:
    """Read the log-probabilities of the last tokens of a prompt.

    Raises:
        TryFailed: they are not there.
    """
    try:
        scores = made["choices"][0]["prompt_logprobs"][-len(ids) :]
        return tuple(float(step[str(token)]["logprob"]) for step, token in zip(scores, ids, strict=True))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
        raise TryFailed("malformed", one_line(f"the body has no log-probabilities: {type(problem).__name__}: {problem}")) from None
