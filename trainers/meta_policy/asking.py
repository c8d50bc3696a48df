"""Many requests to a model at once, each of which may fail by itself; and words of others as quotations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...games.replies import clean_text, last_object
from ...llm.chat import ChatModel, Message, ModelFailure, Reply, Request, Sampling, Usage

__all__ = ["Asking", "quoted"]

_HEAD, _TAIL = 1000, 3000
"""Characters of a quotation's beginning and end that are kept."""


class Asking:
    """A model, and what it was asked since somebody last wanted to know.

    Args:
        model: who answers.
        temperature: of the answers.
        most_tokens: of an answer.

    Attributes:
        requests: how many there were.
        failed: how many of them got no reply.
        usage: tokens of the replies.
    """

    def __init__(self, model: ChatModel, *, temperature: float, most_tokens: int) -> None:
        self._model, self._sampling = model, Sampling(temperature=temperature, max_tokens=most_tokens)
        self.requests, self.failed, self.usage = 0, 0, Usage()

    async def objects(self, system: str, texts: Sequence[str], schema: Mapping[str, Any], key: str, what: str) -> list[dict[str, Any] | ModelFailure | None]:
        """Ask every text by itself, for one JSON object that has a key.

        Args:
            system: what the model is told first.
            texts: what it is asked.
            schema: of the answer, for engines that can hold to it.
            key: that the object must have.
            what: tells these requests apart from others with the same words.

        Returns:
            For each text the object, None where the reply holds none, or the failure where there was no reply.

        Raises:
            ModelFailure: the model cannot be asked at all.
        """
        requests = [
            Request((Message("system", system), Message("user", text)), self._sampling, dict(schema), replicate=f"{what}/{number}")
            for number, text in enumerate(texts)
        ]
        replies = await asyncio.gather(*(self._one(request) for request in requests))
        return [reply if isinstance(reply, ModelFailure) else last_object(reply.text, (key,)) for reply in replies]

    async def _one(self, request: Request) -> Reply | ModelFailure:
        self.requests += 1
        try:
            (reply,) = await self._model.generate([request])
        except ModelFailure as failure:
            if failure.fatal:
                raise
            self.failed += 1
            return failure
        self.usage += reply.usage
        return reply

    def taken(self) -> dict[str, int]:
        """Give what was counted, and count anew."""
        counted = {
            "requests": self.requests,
            "failed": self.failed,
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
        }
        self.requests, self.failed, self.usage = 0, 0, Usage()
        return counted

    async def close(self) -> None:
        """Release what the model holds."""
        await self._model.close()


def quoted(text: str) -> str:
    """Write somebody's words as a JSON string, so that they cannot close their quotes and speak in our name; of long ones, the beginning and the end."""
    text = clean_text(text)
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]} [...] {text[-_TAIL:]}"
    return json.dumps(text, ensure_ascii=False)
