"""What a request comes to at one model: its prompt as tokens, and every sampling parameter settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..chat import Message, Request
from ..failures import one_line

if TYPE_CHECKING:
    from ..spec import ModelSpec

__all__ = ["Asked", "Unfit", "settle", "settled_seed"]


class Writes(Protocol):
    """What writes prompts: a :class:`ludens.llm.local.checkpoint.Checkpoint`, or its tokens alone."""

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Write a conversation as token ids, up to where the answer begins."""
        ...


class Unfit(Exception):
    """A request that cannot be answered: a word to count by, and why."""


@dataclass(frozen=True)
class Asked:
    """A request, settled.

    Attributes:
        prompt: token ids of the prompt.
        most: most tokens of the answer.
        temperature: 0 for the likeliest token always.
        top_p: draw from the smallest set of tokens with so much probability.
        stop: texts that end the answer and are no part of it.
        seed: of the answer's own generator, below 2^63.
    """

    prompt: list[int]
    most: int
    temperature: float
    top_p: float
    stop: tuple[str, ...]
    seed: int


def settle(request: Request, spec: ModelSpec, words: Writes, context: int | None) -> Asked:
    """Settle what a request leaves open: by the model's ``sampling``, else temperature 1, top_p 1 and as many tokens as the context has room for.

    Raises:
        Unfit: it cannot be answered.
    """
    own, default = request.sampling, spec.sampling
    temperature = _first(own.temperature, default.temperature, 1.0)
    top_p = _first(own.top_p, default.top_p, 1.0)
    if not temperature >= 0 or not 0 < top_p <= 1:
        raise Unfit("sampling", f"temperature={temperature} should be 0 or more, and top_p={top_p} above 0 and at most 1")
    try:
        prompt = words.prompt(request.messages)
    except Exception as problem:  # a template is the checkpoint's own program and raises what it likes
        raise Unfit("template", one_line(f"the chat template refuses the conversation: {problem}")) from problem
    room = None if context is None else context - len(prompt)
    if not prompt or (room is not None and room < 1):
        raise Unfit("context", f"the prompt has {len(prompt)} tokens; prompt and answer together may have {context}")
    most = own.max_tokens or default.max_tokens or room
    if most is None:
        raise Unfit("sampling", "the model states no context length, so max_tokens should be set")
    return Asked(prompt, most if room is None else min(most, room), temperature, top_p, own.stop or default.stop, settled_seed(request, spec.name))


def settled_seed(request: Request, name: str) -> int:
    """Without a seed of its own a request is its own seed: a run can be repeated, and ``replicate`` tells repeats apart."""
    return int(request.key(name)[:15], 16) if request.seed is None else request.seed % 2**63


def _first(own: float | None, default: float | None, otherwise: float) -> float:
    return own if own is not None else default if default is not None else otherwise
