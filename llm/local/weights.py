"""Loading: a folder or a hub name becomes a model, its tokenizer and what the loop has to know of both."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import LudensError, MissingExtra
from ..failures import one_line
from .lent import borrowed
from .options import Options
from .places import fingerprint, folder
from .tokens import Tokens, end_tokens, load_tokenizer

__all__ = ["Weights", "chosen_device", "load", "read_model", "release", "without_bars"]

_ALONE = threading.Lock()
"""Who loads: while they do, transformers and peft change what torch makes tensors on, for the whole process; two at a time may leave it changed."""


@dataclass(frozen=True)
class Weights(Tokens):
    """A loaded model.

    Attributes:
        model: a causal language model of transformers, on ``device``, in evaluation mode; with adapters, peft's model around it.
        device: where the model is.
        versions: which version of the base model ("") and of each adapter is loaded.
        loaded: what peft calls each adapter now.
        half: compute in bfloat16, whatever the weights are kept in.
    """

    model: Any
    device: Any
    versions: dict[str, str]
    loaded: dict[str, str] = field(default_factory=dict)
    half: bool = False

    @property
    def version(self) -> str:
        """The base model's name and which version of it: the hub's commit, or a fingerprint of the folder's files."""
        return self.versions[""]

    def table(self) -> Any:
        """Give the tokenizer's table for masks; the model may have more logits than the tokenizer has tokens."""
        from llguidance.hf import from_tokenizer

        return from_tokenizer(self.tokenizer, n_vocab=self.model.config.get_text_config().vocab_size, eos_token=list(self.ends))

    @contextmanager
    def speaking(self, adapter: str) -> Iterator[None]:
        """Let an adapter answer, or the base model for ""."""
        if not self.loaded:
            yield
        elif adapter:
            self.model.set_adapter(self.loaded[adapter], inference_mode=True)
            yield
        else:
            with self.model.disable_adapter():
                yield

    def replace(self, place: Path, adapter: str) -> None:
        """Put other weights of the same shape in the place of an adapter's, or of the base model's for "".

        Raises:
            LudensError: they cannot be loaded; the old ones stay.
        """
        import torch

        version = f"{place.resolve().name}@{fingerprint(place)}"
        if adapter:
            self.add(place, adapter, version)
            return
        # by way of the CPU's memory: an accelerator need not hold both, and what cannot be read leaves all as it was
        new = read_model(str(place), self.model.dtype).state_dict()
        base = self.model.get_base_model() if self.loaded else self.model
        with torch.no_grad():
            for name, tensor in base.state_dict().items():
                if ".lora_" not in name:
                    tensor.copy_(new[name.replace(".base_layer.", ".")])
        self.versions[""] = version

    def add(self, place: Path, adapter: str, version: str) -> None:
        """Load an adapter, in the place of an older one of its name."""
        name, old = f"{adapter}-{version.rpartition('@')[2]}", self.loaded.get(adapter)
        if name != old:
            try:
                with _ALONE:
                    self.model.load_adapter(str(place), adapter_name=name, is_trainable=False)
            except Exception as problem:  # peft raises all sorts
                raise LudensError(f"cannot load the adapter {str(place)!r}: {one_line(str(problem))}") from problem
            self.loaded[adapter] = name
            if old is not None:
                self.model.set_adapter(name, inference_mode=True)  # or peft warns that the active one goes
                self.model.delete_adapter(old)
        self.versions[adapter] = version


def load(name: str, options: Options, adapters: Mapping[str, str] | None = None) -> Weights:
    """Load a model, its tokenizer and its adapters: weights from safetensors only, and no code from the checkpoint; or take the one that is lent.

    Args:
        name: a folder, or a name at the hub (downloaded once, unless ``HF_HUB_OFFLINE=1``).
        options: device, dtype and the template's variables.
        adapters: folders of adapters by name.

    Raises:
        LudensError: it cannot be loaded, or its tokenizer has no chat template.
    """
    tokenizer, lent = load_tokenizer(name), borrowed(name)
    model = _placed(name, options) if lent is None else lent.model
    device, version = next(model.parameters()).device, _version(name, model) if lent is None else lent.version
    config, ends = model.config.get_text_config(), end_tokens(model.generation_config.eos_token_id, tokenizer)
    model, loaded, versions = _with_adapters(model, adapters or {}), {}, {"": version}
    for adapter, place in (adapters or {}).items():
        at = Path(place).expanduser()
        versions[adapter] = f"{at.resolve().name}@{fingerprint(at)}"
        loaded[adapter] = adapter
    return Weights(
        tokenizer=tokenizer,
        ends=ends,
        special=frozenset({*tokenizer.all_special_ids, *ends}),
        context=getattr(config, "max_position_embeddings", None),
        template=dict(options.chat_template_kwargs),
        model=model,
        device=device,
        versions=versions,
        loaded=loaded,
        half=lent is not None and lent.half,
    )


def _placed(name: str, options: Options) -> Any:
    """Read a model and put it where it is to be."""
    import torch

    try:
        device = torch.device(chosen_device(options.device))
    except Exception as problem:
        raise LudensError(f"cannot load {name!r}: {one_line(str(problem))}") from problem
    model = read_model(name, options.dtype if options.dtype != "auto" or device.type != "cpu" else "float32")
    try:
        return model.to(device).eval().requires_grad_(False)
    except Exception as problem:  # no such device, or no room on it
        raise LudensError(f"cannot load {name!r}: {one_line(str(problem))}") from problem


def release() -> None:
    """Give back the memory of models that nobody refers to any more: they hold cycles, and torch keeps an accelerator's memory for later."""
    import torch

    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def read_model(name: str, dtype: Any) -> Any:
    """Read a causal language model of transformers, one at a time in this process: safetensors only, and no code of the checkpoint's.

    Args:
        name: a folder, or a name at the hub.
        dtype: of its weights, as torch has it or by name.

    Raises:
        LudensError: it cannot be loaded.
    """
    from transformers import AutoModelForCausalLM

    with _ALONE, without_bars():
        try:
            return AutoModelForCausalLM.from_pretrained(str(folder(name) or name), dtype=dtype, use_safetensors=True, trust_remote_code=False)
        except Exception as problem:  # the library raises all sorts, in words of its own
            raise LudensError(f"cannot load {name!r}: {one_line(str(problem))}") from problem


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers from drawing progress bars of its own over the run's."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _with_adapters(model: Any, adapters: Mapping[str, str]) -> Any:
    if not adapters:
        return model
    try:
        from peft import PeftModel
    except ImportError:
        raise MissingExtra("an adapter of the engine 'transformers'", "train") from None
    wrapped = None
    for adapter, place in adapters.items():
        try:
            with _ALONE:
                if wrapped is None:
                    wrapped = PeftModel.from_pretrained(model, str(Path(place).expanduser()), adapter_name=adapter, is_trainable=False)
                else:
                    wrapped.load_adapter(str(Path(place).expanduser()), adapter_name=adapter, is_trainable=False)
        except Exception as problem:  # peft raises all sorts
            raise LudensError(f"cannot load the adapter {place!r}: {one_line(str(problem))}") from problem
    assert wrapped is not None
    return wrapped.eval()


def chosen_device(asked: str) -> str:
    """Give the device that a name means: for ``auto`` the first accelerator there is, else the CPU."""
    import torch

    if asked != "auto":
        return asked
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _version(name: str, model: Any) -> str:
    place = folder(name)
    if place is not None:
        return f"{place.resolve().name}@{fingerprint(place)}"
    commit = getattr(model.config, "_commit_hash", None)
    return f"{name}@{commit[:12]}" if commit else name
