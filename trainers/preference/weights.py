"""The nano model as a policy that is trained: conversations end to end instead of side by side, which costs a small model a fraction of the time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from ...errors import LudensError
from ...llm.nano.model import folder
from ...llm.spec import ModelSpec
from ..language_policy import LanguagePolicy, TokenBatch

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["NanoPolicy", "policy_of"]


class NanoPolicy(LanguagePolicy):
    """A language policy on the network of the nano family."""

    @classmethod
    def load(cls, place: str | Path, *, dtype: str = "float32", device: str = "cpu") -> Self:
        """Load a checkpoint's folder, or ``house``.

        Raises:
            LudensError: there is none, or it is not of the nano family.
        """
        from ...llm.nano.network import load

        found = folder(str(place))
        return cls(load(found).to(device).eval(), found)

    def logprobs(self, batch: TokenBatch) -> Tensor:
        import torch

        there = batch.attention.bool()
        lengths, ids, at = batch.attention.sum(1).tolist(), batch.tokens[there], batch.sampled[there].nonzero()[:, 0]
        # the logits of a token stand one place before it; only those that are asked for are made
        logits = self.model.logits(self.model(ids, lengths)[at - 1]).float()
        own = torch.log_softmax(logits, -1).gather(-1, ids[at][:, None])[:, 0]
        return torch.zeros(batch.tokens.shape, dtype=own.dtype, device=own.device).index_put(batch.sampled.nonzero(as_tuple=True), own)

    def save(self, place: str | Path) -> Path:
        from ...llm.nano.network import save
        from ...llm.nano.tokenizer import Tokenizer

        place = Path(place)
        place.mkdir(parents=True, exist_ok=True)
        self.copy_words(place)
        # whole: rounded to half the digits, what plays would not be what learns
        save(self.model, place, Tokenizer(self.words), half=False)
        return place


def policy_of(spec: ModelSpec) -> LanguagePolicy:
    """Load the policy of a model that can be trained here.

    Raises:
        LudensError: its engine plays no checkpoint of ours, or it cannot be loaded.
        MissingExtra: transformers is not installed.
    """
    if spec.engine == "nano":
        return NanoPolicy.load(spec.model)
    if spec.engine == "transformers":
        return LanguagePolicy.load(spec.model)
    raise LudensError(f"the trainer preference trains models of the engines 'nano' and 'transformers'; model {spec.name!r} has the engine {spec.engine!r}")
