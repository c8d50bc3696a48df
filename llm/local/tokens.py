"""From conversations to token ids and back: the chat template, the tokens that end an answer, and words that must not act as tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import LudensError
from ..chat import Message
from ..failures import one_line
from ..special import defused
from .places import folder

__all__ = ["Tokens", "cut", "load_tokenizer", "load_tokens"]


@dataclass(frozen=True)
class Tokens:
    """What turns a conversation into a prompt and token ids into an answer.

    Attributes:
        tokenizer: a tokenizer of transformers with a chat template.
        ends: token ids that end an answer.
        special: token ids that are no part of a text.
        context: most tokens of prompt and answer together; None where the model does not say.
        template: further variables of the chat template.
    """

    tokenizer: Any
    ends: tuple[int, ...]
    special: frozenset[int]
    context: int | None
    template: dict[str, Any]

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Write a conversation as token ids by the tokenizer's chat template, up to where the answer begins.

        Special tokens that somebody spelled out in a message (``<|im_end|>``) are taken apart: a player's words must not end
        its turn or open another's.
        """
        plain = [{"role": role, "content": defused(content, self.tokenizer.all_special_tokens)} for role, content in messages]
        ids = self.tokenizer.apply_chat_template(plain, add_generation_prompt=True, tokenize=True, return_dict=False, **self.template)
        return [int(token) for token in ids]

    def reply(self, messages: Sequence[Message], text: str) -> list[int]:
        """Write an answer to a conversation as token ids by the template, its end included: what a model would have sampled.

        Raises:
            LudensError: by the template the conversation reads differently once it is answered, so that there is no telling where the answer begins.
        """
        plain = [{"role": role, "content": defused(content, self.tokenizer.all_special_tokens)} for role, content in [*messages, Message("assistant", text)]]
        ids = [int(token) for token in self.tokenizer.apply_chat_template(plain, tokenize=True, return_dict=False, **self.template)]
        given = self.prompt(messages)
        if ids[: len(given)] != given:
            raise LudensError("the chat template writes a conversation differently once it is answered; give token ids instead of words")
        answer = ids[len(given) :]
        # some templates add a line end behind the token that ends an answer, which no model samples
        ends = [place for place, token in enumerate(answer) if token in self.ends]
        return answer[: ends[-1] + 1] if ends else [*answer, self.ends[0]]

    def text(self, ids: Sequence[int]) -> str:
        """Read token ids, special ones left out."""
        shown = [token for token in ids if token not in self.special]
        return str(self.tokenizer.decode(shown, clean_up_tokenization_spaces=False))


def cut(text: str, stops: Sequence[str]) -> str:
    """A text up to the stop text that comes first."""
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return text[: min(found)] if found else text


def load_tokenizer(name: str) -> Any:
    """Load a tokenizer; no code of the checkpoint is run.

    Raises:
        LudensError: it cannot be loaded, or has no chat template.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder(name) or name), trust_remote_code=False)
    except Exception as problem:  # the library raises all sorts, in words of its own
        raise LudensError(f"cannot load {name!r}: {one_line(str(problem))}") from problem
    if not tokenizer.chat_template:
        raise LudensError(f"the tokenizer of {name!r} has no chat template: take a model that was tuned to chat, or add chat_template.jinja to its folder")
    return tokenizer


def load_tokens(name: str, template: dict[str, Any], context: int | None = None) -> Tokens:
    """Read what there is to know of a model's tokens without its weights.

    Args:
        name: a folder, or a name at the hub.
        template: further variables of the chat template.
        context: most tokens of prompt and answer together; None for what the model's settings say.

    Raises:
        LudensError: it cannot be loaded.
    """
    from transformers import AutoConfig, GenerationConfig

    tokenizer, place = load_tokenizer(name), str(folder(name) or name)
    try:
        config = AutoConfig.from_pretrained(place, trust_remote_code=False).get_text_config()
    except Exception as problem:  # as above
        raise LudensError(f"cannot load {name!r}: {one_line(str(problem))}") from problem
    try:
        told = GenerationConfig.from_pretrained(place).eos_token_id
    except OSError:  # a checkpoint need not have one
        told = config.eos_token_id
    ends = end_tokens(told, tokenizer)
    special = frozenset({*tokenizer.all_special_ids, *ends})
    return Tokens(tokenizer, ends, special, context or getattr(config, "max_position_embeddings", None), template)


def end_tokens(told: int | Iterable[int] | None, tokenizer: Any) -> tuple[int, ...]:
    """The tokens that end an answer: what the checkpoint's generation settings say, and the tokenizer's own."""
    ends = [*(told if isinstance(told, list | tuple) else [told]), tokenizer.eos_token_id]
    return tuple(sorted({int(token) for token in ends if token is not None}))
