"""The nano model as a policy that is trained: conversations end to end instead of side by side, which costs a small model a fraction of the time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from ...errors import LudensError
from ...llm.local.weights import chosen_device
from ...llm.nano.model import folder
from ...llm.spec import ModelSpec
from ..language_policy import LanguagePolicy, TokenBatch
from ..stretches import stretches

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["NanoPolicy", "policy_of"]


class NanoPolicy(LanguagePolicy):
    """A language policy on the network of the nano family."""

    shares = True

    @classmethod
    def load(cls, place: str | Path, *, dtype: str = "float32", device: str = "cpu", lora: int = 0, seed: int = 0) -> Self:
        """Load a checkpoint's folder, or ``house``; all weights are learned.

        Raises:
            LudensError: there is none, or it is not of the nano family; or an adapter is wanted.
        """
        from ...llm.nano.network import load

        if lora:
            raise LudensError(f"models of the engine 'nano' learn all their weights; leave lora={lora} out")
        found = folder(str(place))
        return cls(load(found).to(device).eval(), found)

    def hidden(self, batch: TokenBatch) -> Tensor:
        """Give the last hidden state before each sampled token, which it is chosen by, row after row: ``[N, width]``."""
        import torch

        found = stretches(batch.tokens.cpu().numpy(), batch.attention.sum(1).tolist())
        rows, columns = batch.sampled.nonzero(as_tuple=True)
        hidden = self.model(batch.tokens[found.first[0], found.first[1]], found.lengths, found.after)
        return hidden[torch.from_numpy(found.place).to(batch.tokens.device)[rows, columns - 1]]

    def logprobs(self, batch: TokenBatch) -> Tensor:
        import torch

        rows, columns = batch.sampled.nonzero(as_tuple=True)
        # only the logits that are asked for are made
        logits = self.model.logits(self.hidden(batch)).float()
        own = torch.log_softmax(logits, -1).gather(-1, batch.tokens[rows, columns][:, None])[:, 0]
        return torch.zeros(batch.tokens.shape, dtype=own.dtype, device=own.device).index_put((rows, columns), own)

    def save(self, place: str | Path) -> Path:
        from ...llm.nano.network import save
        from ...llm.nano.tokenizer import Tokenizer

        place = Path(place)
        place.mkdir(parents=True, exist_ok=True)
        self.copy_words(place)
        # whole: rounded to half the digits, what plays would not be what learns
        save(self.model, place, Tokenizer(self.words), half=False)
        return place

    def publish(self, place: str | Path) -> Path:
        return self.save(place)  # a few megabytes, which the engine reads into arrays of its own


def policy_of(spec: ModelSpec, trainer: str = "preference", *, lora: int = 0, seed: int = 0) -> LanguagePolicy:
    """Load the policy of a model that can be trained here, on the device and in the precision of the model's options.

    Args:
        spec: the model.
        trainer: how messages call who asks.
        lora: rank of the adapter that is learned; 0 for all weights.
        seed: of its first weights.

    Raises:
        LudensError: its engine plays no checkpoint of ours, or it cannot be loaded.
        MissingExtra: transformers is not installed; or peft, and an adapter is wanted.
    """
    if spec.engine == "nano":
        return NanoPolicy.load(spec.model, lora=lora)
    if spec.engine != "transformers":
        raise LudensError(f"the trainer {trainer} trains models of the engines 'nano' and 'transformers'; model {spec.name!r} has the engine {spec.engine!r}")
    if spec.options.get("adapter"):
        raise LudensError(f"the trainer {trainer} begins with a model, and not with its adapter {spec.options['adapter']!r}; leave adapter out")
    device, dtype = spec.options.get("device", "auto"), spec.options.get("dtype", "auto")
    if dtype not in ("auto", "float32", "bfloat16"):
        raise LudensError(f"the trainer {trainer}: dtype={dtype!r} should be float32 or bfloat16, which hold small gradients")
    return LanguagePolicy.load(spec.model, dtype="float32" if dtype == "auto" else dtype, device=chosen_device(device), lora=lora, seed=seed)
