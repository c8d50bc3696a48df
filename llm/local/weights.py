"""Loading: a folder or a hub name becomes a model, its tokenizer and what the loop has to know of both."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import LudensError
from ..chat import Message
from ..failures import one_line
from ..special import defused
from .options import Options

__all__ = ["Weights", "check_place", "load", "release"]

_SAMPLE = 2**20
"""Bytes from either end of a weight file that go into its fingerprint."""


@dataclass(frozen=True)
class Weights:
    """A loaded model.

    Attributes:
        model: a causal language model of transformers, on ``device``, in evaluation mode.
        tokenizer: its tokenizer.
        version: the model's name and which version of it: the hub's commit, or a fingerprint of the folder's files.
        device: where the model is.
        ends: token ids that end an answer.
        special: token ids that are no part of a text.
        context: most tokens of prompt and answer together; None where the model does not say.
        template: further variables of the chat template.
    """

    model: Any
    tokenizer: Any
    version: str
    device: Any
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

    def text(self, ids: Sequence[int]) -> str:
        """Read token ids, special ones left out."""
        shown = [token for token in ids if token not in self.special]
        return str(self.tokenizer.decode(shown, clean_up_tokenization_spaces=False))

    def table(self) -> Any:
        """Give the tokenizer's table for masks; the model may have more logits than the tokenizer has tokens."""
        from llguidance.hf import from_tokenizer

        return from_tokenizer(self.tokenizer, n_vocab=self.model.config.get_text_config().vocab_size, eos_token=list(self.ends))


def check_place(name: str) -> None:
    """Look at a model's folder without loading it; a name that is no folder is taken for one of the hub.

    Raises:
        LudensError: it looks like a path, and there is no model.
    """
    place = Path(name).expanduser()
    if place.is_dir():
        if not (place / "config.json").is_file():
            raise LudensError(f"model {name!r}: the folder has no config.json; it should be one that save_pretrained wrote")
        if not any(place.glob("*.safetensors")):
            raise LudensError(f"model {name!r}: the folder has no *.safetensors; other weight formats can run code and are not read")
    elif place.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise LudensError(f"model {name!r}: there is no such folder")


def load(name: str, options: Options) -> Weights:
    """Load a model and its tokenizer: weights from safetensors only, and no code from the checkpoint.

    Args:
        name: a folder, or a name at the hub (downloaded once, unless ``HF_HUB_OFFLINE=1``).
        options: device, dtype and the template's variables.

    Raises:
        LudensError: it cannot be loaded, or its tokenizer has no chat template.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    place = str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # it would draw over the run's own
    try:
        device = torch.device(_device(options.device))
        dtype = options.dtype if options.dtype != "auto" or device.type != "cpu" else "float32"
        tokenizer = AutoTokenizer.from_pretrained(place, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(place, dtype=dtype, use_safetensors=True, trust_remote_code=False)
        model = model.to(device).eval().requires_grad_(False)
    except Exception as problem:  # the libraries raise all sorts, in words of their own
        raise LudensError(f"cannot load {name!r}: {one_line(str(problem))}") from problem
    finally:
        if shown:
            logging.enable_progress_bar()
    if not tokenizer.chat_template:
        raise LudensError(f"the tokenizer of {name!r} has no chat template: take a model that was tuned to chat, or add chat_template.jinja to its folder")
    ends = _ends(model, tokenizer)
    return Weights(
        model=model,
        tokenizer=tokenizer,
        version=_version(name, model),
        device=device,
        ends=ends,
        special=frozenset({*tokenizer.all_special_ids, *ends}),
        context=getattr(model.config.get_text_config(), "max_position_embeddings", None),
        template=dict(options.chat_template_kwargs),
    )


def release() -> None:
    """Give back the memory of models that nobody refers to any more: they hold cycles, and torch keeps an accelerator's memory for later."""
    import torch

    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _device(asked: str) -> str:
    import torch

    if asked != "auto":
        return asked
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _ends(model: Any, tokenizer: Any) -> tuple[int, ...]:
    told = model.generation_config.eos_token_id
    ends = [*(told if isinstance(told, list) else [told]), tokenizer.eos_token_id]
    return tuple(sorted({int(token) for token in ends if token is not None}))


def _version(name: str, model: Any) -> str:
    commit = getattr(model.config, "_commit_hash", None)
    place = Path(name).expanduser()
    if not place.is_dir():
        return f"{name}@{commit[:12]}" if commit else name
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted([place / "config.json", *place.glob("*.safetensors")]):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            file.seek(max(size - _SAMPLE, 0), os.SEEK_SET)
            digest.update(file.read(_SAMPLE))
    return f"{place.resolve().name}@{digest.hexdigest()}"
