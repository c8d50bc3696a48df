"""The nano family's tokenizer: byte-level byte-pair encoding whose tokens may span words, trained on what the model is to read.

Transcripts of games repeat whole phrases, so tokens that reach over blanks halve the length of a conversation. Digits always stand alone: a number is read
digit by digit, whatever numbers occurred in training. So do words with a capital: a name is made of the same tokens behind a blank, a quote or a bracket, or a
model could not copy it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...errors import LudensError, MissingExtra, ParameterError
from ..chat import Message
from ..special import defused
from .template import CHAT_TEMPLATE, END, PAD, ROLES, SPECIAL

__all__ = ["Tokenizer", "train"]

_MOST_CHARS = 48
"""Longest token, in bytes: phrases, not whole rule texts, so that another wording still finds its parts."""
_FEWEST = 4
"""Occurrences from which a pair is merged."""
_REMEMBERED = 4096
"""Texts whose tokens are remembered."""


def train(texts: Iterable[str], vocabulary: int, place: Path) -> None:
    """Train a tokenizer and write it as transformers reads it: ``tokenizer.json``, ``tokenizer_config.json``, ``chat_template.jinja``.

    Args:
        texts: messages as the model will see them.
        vocabulary: most tokens; at least the 256 bytes and the special ones.
        place: the folder.

    Raises:
        MissingExtra: the package tokenizers is not installed.
        ParameterError: the vocabulary is too small.
    """
    try:
        from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
        from tokenizers import Tokenizer as Made
    except ImportError:
        raise MissingExtra("training a tokenizer", "train") from None
    if vocabulary < 256 + len(SPECIAL):
        raise ParameterError(f"a vocabulary of {vocabulary} tokens is too small: {256 + len(SPECIAL)} are the bytes and the special tokens")
    made = Made(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r"[A-Z](?=[0-9])|[A-Z][a-z]+|[0-9]|\n"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=_FEWEST,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        max_token_length=_MOST_CHARS,
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    place.mkdir(parents=True, exist_ok=True)
    made.save(str(place / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "pad_token": PAD,
        "additional_special_tokens": list(ROLES.values()),
        "clean_up_tokenization_spaces": False,
        "model_input_names": ["input_ids", "attention_mask"],
    }
    (place / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (place / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")


class Tokenizer:
    """Reads and writes a checkpoint's tokens without transformers.

    Args:
        place: a folder with ``tokenizer.json``.

    Attributes:
        table: the ``LLTokenizer`` of llguidance that does it, and that masks are made with.
        size: number of token ids.
        end: the id that ends a message.

    Raises:
        LudensError: there is none, or it is not of this family.
    """

    def __init__(self, place: Path) -> None:
        from llguidance import LLTokenizer

        try:
            text = (place / "tokenizer.json").read_text(encoding="utf-8")
            known = {item["content"]: int(item["id"]) for item in json.loads(text)["added_tokens"]}
            self._roles = {role: known[token] for role, token in ROLES.items()}
            self.end, self.pad = known[END], known[PAD]
            self.table: Any = LLTokenizer(text, eos_token=self.end)
        except OSError as problem:
            raise LudensError(f"cannot read {place / 'tokenizer.json'}: {problem.strerror}") from problem
        except (KeyError, TypeError, ValueError) as problem:
            raise LudensError(
                f"{place / 'tokenizer.json'} is no tokenizer of the nano family ({problem}); play the model with engine=transformers"
            ) from problem
        # a conversation is written anew for every answer in it, and its rules for all its players
        self._written = lru_cache(_REMEMBERED)(self._write)
        self.size = int(self.table.vocab_size)
        self.special = frozenset(known.values())

    def encode(self, text: str) -> list[int]:
        """Write a text as token ids; special tokens spelled out in it are taken apart."""
        return list(self._written(text))

    def _write(self, text: str) -> tuple[int, ...]:
        # lone surrogates, which untrusted text may hold, have no bytes
        return tuple(self.table.tokenize_bytes(defused(text, SPECIAL).encode("utf-8", "replace")))

    def message(self, message: Message) -> list[int]:
        """Write one message with its role and its end."""
        return [self._roles[message.role], *self._written(message.content), self.end]

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Write a conversation up to where the assistant's answer begins."""
        return [token for message in messages for token in self.message(message)] + [self._roles["assistant"]]

    def text(self, ids: Sequence[int]) -> str:
        """Read token ids, special ones left out."""
        raw: bytes = self.table.decode_bytes([token for token in ids if token not in self.special])
        return raw.decode("utf-8", "replace")
