"""Models without a model: fixed texts, a function, or legal answers by schema; for tests, demonstrations and teaching."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import orjson

from ..errors import ParameterError
from .brain import Draws, from_schema
from .chat import ModelFailure, Reply, Request, Usage
from .limit import prompt_tokens_at_most
from .pricing import Price
from .single import PerRequest
from .words import from_prompt

__all__ = ["SchemaModel", "ScriptedModel"]

Script = Sequence[str | Reply | Exception] | Callable[[Request], "str | Reply | Awaitable[str | Reply]"]


class ScriptedModel(PerRequest):
    """Answers from a script.

    Args:
        script: answers in order (an exception in it is raised in its turn), or a function of the request, plain or async.
        name: the model's name.
        loop: begin a list anew at its end; else running out of answers is a failure.
        price: the price table.
        keep: remember the requests (a long run had better not).

    Attributes:
        requests: everything it was asked, where ``keep`` is set.
        asked: how many requests there were.
    """

    def __init__(self, script: Script, name: str = "scripted", *, loop: bool = False, price: Price | None = None, keep: bool = True) -> None:
        if not callable(script) and (isinstance(script, str) or not script):
            raise ParameterError(f"model {name!r}: the script should be a list of at least one answer, or a function")
        self.name = name
        self.requests: list[Request] = []
        self.asked = 0
        self._keep = keep
        self._script = script
        self._loop = loop
        self._price = price

    async def one(self, request: Request) -> Reply:
        turn, self.asked = self.asked, self.asked + 1
        if self._keep:
            self.requests.append(request)
        if callable(self._script):
            made = self._script(request)
            answer: str | Reply | Exception = made if isinstance(made, str | Reply) else await made
        else:
            if turn >= len(self._script) and not self._loop:
                raise ModelFailure(f"model {self.name!r}: the script has {len(self._script)} answers, and this is request {turn + 1}", ("script",), fatal=True)
            answer = self._script[turn % len(self._script)]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else _reply(answer, request, self._price, self.name)


class SchemaModel(PerRequest):
    """Answers every request legally by its schema, else by the options its words state; the same request gets the same answer.

    Args:
        name: the model's name; another name, other answers.
        fallback: the answer where neither schema nor options are found.
        price: the price table.
    """

    def __init__(self, name: str = "schema", *, fallback: str = "I have no opinion.", price: Price | None = None) -> None:
        self.name = name
        self._fallback = fallback
        self._price = price

    async def one(self, request: Request) -> Reply:
        draws = Draws(request.key(self.name).encode())
        if request.schema is None:
            text = from_prompt([message.content for message in request.messages], draws, self._fallback)
        else:
            text = orjson.dumps(from_schema(request.schema, draws)).decode()
        return _reply(text, request, self._price, self.name)


def _reply(text: str, request: Request, price: Price | None, name: str) -> Reply:
    """Count as a rough tokenizer would: a token for four characters."""
    finish = "stop"
    for stop in request.sampling.stop:
        text = text.partition(stop)[0]
    most = request.sampling.max_tokens
    if most is not None and len(text) > 4 * most:
        text, finish = text[: 4 * most], "length"
    usage = Usage(prompt_tokens_at_most(request) // 2, -(-len(text) // 4))
    return Reply(text, finish, usage=usage, cost=price.cost(usage) if price else None, model=name)
