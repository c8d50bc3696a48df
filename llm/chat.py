"""Text generation behind one interface: :class:`Request` in, :class:`Reply` out, :class:`ChatModel` in between.

An engine implements ``generate``; behaviour (cache, limits, cost, recording) is added by wrapping one model in another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import orjson

from ..errors import LudensError

__all__ = ["ChatModel", "Message", "ModelFailure", "Reloadable", "Reply", "Request", "Sampling", "Usage"]


class Message(NamedTuple):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Sampling:
    """Sampling parameters; None leaves the engine's default.

    Attributes:
        max_tokens: most tokens of the answer.
        logprobs: how many alternatives a token to return log-probabilities for; 0 for the chosen token only, None for none.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = 512
    stop: tuple[str, ...] = ()
    logprobs: int | None = None


@dataclass(frozen=True)
class Request:
    """One thing to generate.

    Attributes:
        messages: the conversation so far.
        sampling: sampling parameters.
        schema: JSON schema that the answer must follow, for engines that can constrain (others ignore it).
        seed: seed for engines that take one.
        pattern: regular expression that the whole answer must match, where it is no JSON; for engines that can constrain (others ignore it).
        replicate: tells repeats of the same request apart, so that a cache does not make them one.
        tag: where the request comes from (``"<match id>/<seat>/<turn>/<attempt>"``); never sent and not part of the cache key.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    schema: dict[str, Any] | None = field(default=None, hash=False)
    seed: int | None = None
    replicate: str = ""
    tag: str = field(default="", compare=False)
    pattern: str | None = None

    def key(self, model: str) -> str:
        """Digest of all that determines a reply from ``model``: the cache key (32 hexadecimal digits)."""
        plain = [model, self.messages, vars(self.sampling), self.schema, self.seed, self.replicate, *([self.pattern] if self.pattern else [])]
        return hashlib.blake2b(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS, default=list), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Usage:
    """Tokens of one or many replies."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        text: the answer; untrusted.
        finish: ``"stop"``, ``"length"`` (cut at the token limit), ``"content_filter"`` or what else the engine said.
        token_ids, logprobs: of the answer's tokens, where the engine has them (same length).
        prompt_token_ids: of the prompt, where the engine has them.
        usage: tokens as the engine counts them.
        cost: money in US dollars by the price table; None when no price is known.
        latency: seconds from sending to the answer; where tries failed, from the first of them, waiting included.
        model: the version the engine says it is.
        retries: tries that failed before this one, each with its reason.
        cached: whether it came from a cache.
    """

    text: str
    finish: str = "stop"
    token_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None
    prompt_token_ids: tuple[int, ...] | None = None
    usage: Usage = Usage()
    cost: float | None = None
    latency: float = 0.0
    model: str = ""
    retries: tuple[str, ...] = ()
    cached: bool = False


class ModelFailure(LudensError):
    """A request got no reply after all retries, or may not be sent (budget spent).

    Attributes:
        reasons: what each try failed of, in order.
        fatal: trying other requests is useless too (wrong key, budget spent): the run should stop, keeping what it has.
    """

    def __init__(self, message: str, reasons: Sequence[str] = (), *, fatal: bool = False) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)
        self.fatal = fatal


@runtime_checkable
class ChatModel(Protocol):
    """Anything that generates text."""

    name: str
    """The model's name, as in cache keys, price tables and reports."""

    async def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order.

        Raises:
            ModelFailure: one of them could not be answered.
        """
        ...

    async def close(self) -> None:
        """Release connections or memory."""
        ...


@runtime_checkable
class Reloadable(Protocol):
    """A chat model whose weights can be replaced while it is open: between the iterations of a training, say.

    Wrappers are reloadable whatever they wrap, and pass it down.
    """

    @property
    def weights(self) -> str:
        """Which weights were put in by ``reload``, as a digest of their folder; "" for those that the model was described with."""
        ...

    async def reload(self, place: str) -> None:
        """Replace the weights by those of a folder, which must have the same shape.

        Where an adapter answers, it is the adapter that is replaced, and ``place`` one that peft saved. Requests made before are answered by the old weights,
        those made after the return by the new ones, and those made meanwhile by either; a cache keeps the two apart. Models that share an engine share the
        change.

        Raises:
            LudensError: the engine cannot, or the folder does not fit; the old weights stay.
        """
        ...
