"""Pairs of answers out of a file: one JSON object a line, with the columns that other trainers have too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import LudensError
from ...llm.chat import Message
from ...llm.nano.tokenizer import Tokenizer
from ...llm.spec import ModelSpec

if TYPE_CHECKING:
    from ..language_policy import LanguagePolicy

__all__ = ["Pair", "PairsFile", "Words", "read_pairs"]

_COLUMNS = ("prompt", "chosen", "rejected")
_ROLES = ("system", "user", "assistant")


class Pair(NamedTuple):
    """Two answers to one prompt, as token ids; answers end with the token that ends them."""

    prompt: tuple[int, ...]
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]


class PairsFile(NamedTuple):
    """What a file holds.

    Attributes:
        pairs: in its order.
        long: how many were left out because the model cannot read so much.
        same: how many were left out because both answers are the same.
    """

    pairs: list[Pair]
    long: int
    same: int


class Words(NamedTuple):
    """How a model's conversations are written.

    Attributes:
        write: gives a conversation and the answer to it as token ids: the prompt's, and those of the answer with its end.
        most: tokens of prompt and answer together; None where the model does not say.
        vocabulary: from 0 up to which number token ids may be.
    """

    write: Callable[[Sequence[Message], str], tuple[list[int], list[int]]]
    most: int | None
    vocabulary: int

    @classmethod
    def of(cls, spec: ModelSpec, policy: LanguagePolicy) -> Words:
        """Read them from a model and its tokenizer's files."""
        if spec.engine == "nano":
            words, shape = Tokenizer(policy.words), policy.model.shape
            return cls(lambda messages, text: (words.prompt(messages), [*words.encode(text), words.end]), shape.context, shape.vocabulary)
        from ...llm.local.tokens import load_tokens

        tokens, vocabulary = load_tokens(spec.model, dict(spec.options.get("chat_template_kwargs", {}))), policy.model.config.get_text_config().vocab_size
        return cls(lambda messages, text: (tokens.prompt(messages), tokens.reply(messages, text)), tokens.context, int(vocabulary))


def read_pairs(path: Path, words: Words) -> PairsFile:
    """Read a file of pairs.

    A line has ``prompt``, ``chosen`` and ``rejected``: a list of messages and two lists of one message of the assistant each, or three texts, of which the
    prompt is what the user says and the others what the assistant answers. Or it has token ids as they were sampled, ``prompt_ids``, ``chosen_ids`` and
    ``rejected_ids``, which end with the token that ends an answer. Other columns are passed over.

    Args:
        path: of the file.
        words: of the model that is to read them.

    Raises:
        LudensError: the file cannot be read, or a line is none of these.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise LudensError(f"cannot read pairs from {str(path)!r}: {getattr(problem, 'strerror', None) or problem}") from problem
    pairs: list[Pair] = []
    long = same = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            pair = _pair(json.loads(line), words)
        except (ValueError, TypeError, KeyError) as problem:
            raise LudensError(
                f"{path}, line {number}: {problem}; a line should be a JSON object with prompt, chosen and rejected, each a text or a list of messages"
            ) from problem
        if pair.chosen == pair.rejected:
            same += 1
        elif words.most is not None and len(pair.prompt) + max(len(pair.chosen), len(pair.rejected)) > words.most:
            long += 1
        else:
            pairs.append(pair)
    if not pairs:
        raise LudensError(f"{path} holds no pairs to learn from: {long} are too long for the model, of {same} both answers are the same")
    return PairsFile(pairs, long, same)


def _pair(row: Any, words: Words) -> Pair:
    if not isinstance(row, Mapping):
        raise ValueError("no JSON object")
    if "prompt_ids" in row:
        return Pair(*(_ids(row, f"{column}_ids", words.vocabulary) for column in _COLUMNS))
    if missing := [column for column in _COLUMNS if column not in row]:
        raise ValueError(f"there is no {missing[0]}")
    prompt = [Message("user", row["prompt"])] if isinstance(row["prompt"], str) else [_message(one) for one in row["prompt"]]
    if not prompt or prompt[-1].role == "assistant":
        raise ValueError("the prompt should end with what the model is to answer")
    (given, chosen), (_, rejected) = (words.write(prompt, _answer(row[column], column)) for column in _COLUMNS[1:])
    return Pair(tuple(given), tuple(chosen), tuple(rejected))


def _ids(row: Mapping[str, Any], column: str, vocabulary: int) -> tuple[int, ...]:
    found = row.get(column)
    if not isinstance(found, list) or not found or any(type(token) is not int or not 0 <= token < vocabulary for token in found):
        raise ValueError(f"{column} should be a list of token ids from 0 to {vocabulary - 1}")
    return tuple(found)


def _message(given: Any) -> Message:
    if not isinstance(given, Mapping) or given.get("role") not in _ROLES or not isinstance(given.get("content"), str):
        raise ValueError(f"a message should have a role ({', '.join(_ROLES)}) and a text as content")
    return Message(given["role"], given["content"])


def _answer(given: Any, column: str) -> str:
    if isinstance(given, str):
        return given
    messages = [_message(one) for one in given] if isinstance(given, list) else []
    if len(messages) != 1 or messages[0].role != "assistant":
        raise ValueError(f"{column} should be one message of the assistant")
    return messages[0].content
