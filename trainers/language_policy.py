"""A causal language model as a policy: log-probabilities, with gradients, of exactly the tokens that were sampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from ..errors import LudensError, MissingExtra
from .samples import Sample

if TYPE_CHECKING:
    from torch import Tensor

    from ..llm.spec import ModelSpec

__all__ = ["LanguagePolicy", "TokenBatch", "row_of"]


class TokenBatch(NamedTuple):
    """Samples side by side, filled up on the right; ``B`` samples, ``T`` tokens of the longest, prompt and reply together.

    Attributes:
        tokens: ids, ``[B, T]``.
        attention: 1 where a token stands, ``[B, T]``.
        sampled: True at exactly the tokens that the model sampled, ``[B, T]``; a loss looks at these alone.
        logprobs: of those under the policy that sampled them, elsewhere 0, ``[B, T]``.
    """

    tokens: Tensor
    attention: Tensor
    sampled: Tensor
    logprobs: Tensor

    @classmethod
    def of(cls, samples: Sequence[Sample], device: Any = "cpu") -> Self:
        """Lay samples side by side.

        Raises:
            LudensError: there is none, or one whose reply has no log-probability a token.
        """
        if not samples:
            raise LudensError("a batch needs at least one sample")
        if odd := next((sample for sample in samples if len(sample.reply) != len(sample.logprobs)), None):
            raise LudensError(f"episode {odd.episode}, turn {odd.turn}: {len(odd.reply)} sampled tokens have {len(odd.logprobs)} log-probabilities")
        return cls.laid([row_of(sample.prompt, sample.reply, sample.logprobs) for sample in samples], device)

    @classmethod
    def laid(cls, rows: Sequence[tuple[Sequence[int], Sequence[bool], Sequence[float]]], device: Any = "cpu") -> Self:
        """Lay rows of (tokens, mask of the sampled ones, log-probabilities) side by side."""
        import torch

        longest = max(len(tokens) for tokens, _, _ in rows)
        tokens = torch.zeros(len(rows), longest, dtype=torch.long)
        attention, sampled = torch.zeros_like(tokens), torch.zeros_like(tokens, dtype=torch.bool)
        logprobs = torch.zeros(len(rows), longest)
        for number, (ids, mask, known) in enumerate(rows):
            end = len(ids)
            tokens[number, :end] = torch.tensor(ids)
            attention[number, :end] = 1
            sampled[number, :end] = torch.tensor(mask)
            logprobs[number, :end] = torch.tensor(known)
        return cls(*(part.to(device) for part in (tokens, attention, sampled, logprobs)))


def row_of(prompt: Sequence[int], reply: Sequence[int], logprobs: Sequence[float]) -> tuple[list[int], list[bool], list[float]]:
    """Join a prompt and what was sampled after it to a row for :meth:`TokenBatch.laid`: tokens, mask of the sampled ones, log-probabilities."""
    before = len(prompt)
    return [*prompt, *reply], [*[False] * before, *[True] * len(reply)], [*[0.0] * before, *logprobs]


class LanguagePolicy:
    """A causal language model of transformers that is being trained.

    The engines play (with batches, caches and masks); this computes what a loss needs on what they sampled, and writes a checkpoint that they load.

    Args:
        model: a causal language model of transformers, adapters included.
        words: a folder with the tokenizer's files, copied beside every checkpoint that is written.
        half: compute in bfloat16; weights that are learned stay in float32.

    Attributes:
        shares: whether what several rows begin with is read once.
    """

    shares: ClassVar[bool] = False

    def __init__(self, model: Any, words: Path, *, half: bool = False) -> None:
        self.model, self.words, self.half = model, words, half

    @classmethod
    def load(cls, place: str | Path, *, dtype: str = "float32", device: str = "cpu", lora: int = 0, seed: int = 0) -> Self:
        """Load a checkpoint's folder: safetensors only, and no code of the checkpoint's.

        Args:
            place: the folder.
            dtype: of what is computed, and of weights that stay as they are.
            device: as torch calls it.
            lora: rank of an adapter in all linear layers but the head (Hu et al. 2021, arXiv:2106.09685), which is all that is learned then; 0 for none.
            seed: of the adapter's first weights, which change nothing yet.

        Raises:
            MissingExtra: transformers is not installed; or peft, and an adapter is wanted.
            LudensError: there is no such folder, or it cannot be loaded.
        """
        if find_spec("transformers") is None:
            raise MissingExtra("a language policy", "train")
        from ..llm.failures import one_line
        from ..llm.local.places import check_place
        from ..llm.local.weights import read_model

        check_place(str(place))
        half = dtype == "bfloat16"
        model = read_model(str(place), dtype if lora or not half else "float32")
        try:
            model = model.to(device).eval()
        except Exception as problem:  # no such device, or no room on it
            raise LudensError(f"cannot load {str(place)!r}: {one_line(str(problem))}") from problem
        return cls(_with_adapter(model, lora, seed) if lora else model, Path(place), half=half)

    def around(self, model: Any) -> Self:
        """Give another network of the same shape as a policy."""
        return type(self)(model, self.words, half=self.half)

    @property
    def adapted(self) -> bool:
        """Whether an adapter is learned, and the model itself stays as it is."""
        return hasattr(self.model, "peft_config")

    def logprobs(self, batch: TokenBatch) -> Tensor:
        """Give the log-probability of every sampled token, ``[B, T]``, 0 elsewhere; of the model's own distribution, as the engines report it.

        Where answers were held to a schema, the tokens were drawn from this distribution restricted to what the schema allowed: ratios of new to
        old policy are those of the unrestricted model.
        """
        import torch

        device = next(self.model.parameters()).device
        rows, columns = batch.sampled.nonzero(as_tuple=True)
        # the logits of a token stand one place before it; only those of places that some row asks for are made, and only those asked for normalised
        places, at = (columns - 1).unique(return_inverse=True)
        tokens = batch.tokens.to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.half):
            logits = self.model(input_ids=tokens, attention_mask=batch.attention.to(device), use_cache=False, logits_to_keep=places.to(device)).logits
        found = torch.log_softmax(logits[rows, at].float(), -1).gather(-1, tokens[rows, columns][:, None])[:, 0].to(batch.tokens.device)
        return torch.zeros(batch.tokens.shape, dtype=found.dtype, device=found.device).index_put((rows, columns), found)

    def save(self, place: str | Path) -> Path:
        """Write a checkpoint that every engine loads: safetensors, configuration and the tokenizer's files; of an adapter, as peft has it, that alone.

        Returns:
            The folder.
        """
        from ..llm.local.lent import take_back
        from ..llm.local.weights import without_bars

        place = Path(place)
        with without_bars():
            self.model.save_pretrained(place, safe_serialization=True)
        take_back(place)
        self.copy_words(place)
        return place

    def publish(self, place: str | Path) -> Path:
        """Let engines of this process answer with these weights under a folder's name, as they are and where they are: nothing is written but words.

        It holds until the next time, or until the network is gone. What is sampled then is computed as the loss computes it, in the same precision.

        Returns:
            The folder.
        """
        from ..llm.local.lent import lend

        place = Path(place)
        place.mkdir(parents=True, exist_ok=True)
        self.copy_words(place)
        lend(place, self.model, half=self.half)
        return place

    def merged(self) -> Self:
        """Add what an adapter learned to the weights, for what is to be trained further or to play without it; without one, nothing changes."""
        return self.around(self.model.merge_and_unload()) if self.adapted else self

    def playing(self, spec: ModelSpec, place: str | Path) -> ModelSpec:
        """Describe the model that plays what was saved in a folder, or published there.

        Args:
            spec: the model that training began with.
            place: the folder.
        """
        from ..llm.local.lent import borrowed

        if not self.adapted or borrowed(str(place)):
            return replace(spec, model=str(place))
        return replace(spec, options={**spec.options, "adapters": {"learned": str(place)}, "adapter": "learned"})

    def copy_words(self, place: Path) -> None:
        """Copy the tokenizer's files beside a checkpoint."""
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"):
            if (self.words / name).is_file() and self.words.resolve() != place.resolve():
                (place / name).write_bytes((self.words / name).read_bytes())


def _with_adapter(model: Any, rank: int, seed: int) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as problem:
        raise MissingExtra("learning an adapter", "train") from problem
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return get_peft_model(model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")).eval()
