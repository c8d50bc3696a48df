"""What learns from strategies, and how: a nano model by weighted likelihood (EPO) or by pairs (DPO), a classifier over tags by policy gradient (PPDPP)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...llm.chat import Message
from ...llm.classifier import Classifier, features
from ...llm.nano.shape import Shape
from .config import Config
from .siblings import fit_pairs, pairs
from .talks import Spoken, rows
from .update import fit, steps

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ...llm.nano.network import Network

__all__ = ["ClassifierLearner", "Learner", "NanoLearner", "PairLearner", "learner_of"]


class Learner(Protocol):
    """Changes a strategist by what its strategies came to.

    Attributes:
        context: most tokens of a conversation that it can read.
    """

    context: float

    def begin(self, start: Path) -> Path:
        """Give the folder of the strategist that training begins with; ``start`` is that of the model that was named."""
        ...

    def written(self, messages: Sequence[Message], text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Write a conversation and the answer to it as its tokens."""
        ...

    def imitate(self, spoken: Sequence[Spoken], start: Path, place: Path, *, epochs: int, rate: float, seed: int) -> list[float]:
        """Make strategies likelier by their weights; write the new checkpoint to ``place``, and give the losses of the steps."""
        ...

    def learn(self, spoken: Sequence[Spoken], start: Path, place: Path, *, seed: int) -> list[float]:
        """Learn from a round; write the new checkpoint to ``place``, and give the losses of the steps."""
        ...


class NanoLearner:
    """Fits a nano model by weighted log-likelihood, on the tokens of strategies alone.

    Args:
        config: the trainer's.
        words: the folder of its tokenizer.
    """

    def __init__(self, config: Config, words: Path) -> None:
        from ...llm.nano.tokenizer import Tokenizer

        self.config, self.words = config, words
        self.context: float = Shape.of(json.loads((words / "config.json").read_text(encoding="utf-8")), str(words)).context
        self._tokenizer = Tokenizer(words)

    def begin(self, start: Path) -> Path:
        return start

    def written(self, messages: Sequence[Message], text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        # the role token of an answer is the prompt's last
        return tuple(self._tokenizer.prompt(messages)), tuple(self._tokenizer.message(Message("assistant", text))[1:])

    def imitate(self, spoken: Sequence[Spoken], start: Path, place: Path, *, epochs: int, rate: float, seed: int) -> list[float]:
        found = [row for talk in spoken for row in rows(talk.said, talk.weights) if any(row.gains)]
        network, optimizer = self._opened(start, rate)
        losses = list(fit(network, found, optimizer, epochs=epochs, batch=self.config.batch, clip=self.config.clip, seed=seed))
        self._keep(network, place)
        return losses

    def learn(self, spoken: Sequence[Spoken], start: Path, place: Path, *, seed: int) -> list[float]:
        return self.imitate(spoken, start, place, epochs=self.config.epochs, rate=self.config.learning_rate, seed=seed)

    def _opened(self, start: Path, rate: float) -> tuple[Network, torch.optim.Optimizer]:
        import torch

        from ...llm.nano.network import load

        network = load(start)
        return network, torch.optim.Adam(network.parameters(), lr=rate)

    def _keep(self, network: Network, place: Path) -> None:
        from ...llm.nano.network import save
        from ..sft.trainer import copy_words

        copy_words(self.words, place)
        save(network, place, self._tokenizer, half=False)


class PairLearner(NanoLearner):
    """Fits a nano model by direct preference optimisation on sibling strategies; weights do not count."""

    def learn(self, spoken: Sequence[Spoken], start: Path, place: Path, *, seed: int) -> list[float]:
        config, found = self.config, pairs(spoken)
        network, optimizer = self._opened(start, config.learning_rate)
        steps = fit_pairs(network, found, optimizer, epochs=config.epochs, batch=config.batch, temperature=config.pair_temperature, seed=seed)
        losses = list(steps)
        self._keep(network, place)
        return losses


class ClassifierLearner:
    """Fits a linear classifier over tags, by policy gradient with the weights that strategies have.

    As PPDPP (Deng et al. 2024, arXiv:2311.00262), whose classifier is a pretrained encoder and begins with supervised turns.
    """

    context = math.inf

    def __init__(self, config: Config) -> None:
        self.config = config
        self._answers = tuple(f"Strategy: {tag}" for tag in config.tags)

    def begin(self, start: Path) -> Path:
        place = start / "classifier"
        Classifier.begin(self._answers).save(place)
        return place

    def written(self, messages: Sequence[Message], text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return features(messages), (self._answers.index(text),)

    def imitate(self, spoken: Sequence[Spoken], start: Path, place: Path, *, epochs: int, rate: float, seed: int) -> list[float]:
        import torch

        held = Classifier.load(start)
        weights = torch.from_numpy(held.weights.copy()).requires_grad_()
        optimizer = torch.optim.Adam([weights], lr=rate)
        said = [(strategy, float(weight) / len(talk.said)) for talk in spoken for strategy, weight in zip(talk.said, talk.weights, strict=True) if weight]

        def loss_of(batch: Sequence[int]) -> Tensor:
            chosen = [said[index] for index in batch]
            sizes = torch.tensor([len(strategy.prompt) for strategy, _ in chosen])
            ids = torch.tensor([word for strategy, _ in chosen for word in strategy.prompt])
            logits = torch.nn.functional.embedding_bag(ids, weights, sizes.cumsum(0) - sizes, mode="sum") / sizes.sqrt()[:, None]
            own = torch.log_softmax(logits, -1)[torch.arange(len(chosen)), torch.tensor([strategy.reply[0] for strategy, _ in chosen])]
            return -(own * torch.tensor([weight for _, weight in chosen])).mean()

        losses = list(steps(loss_of, len(said), optimizer, epochs=epochs, batch=self.config.batch, seed=seed))
        held._replace(weights=weights.detach().numpy()).save(place)
        return losses

    def learn(self, spoken: Sequence[Spoken], start: Path, place: Path, *, seed: int) -> list[float]:
        return self.imitate(spoken, start, place, epochs=self.config.epochs, rate=self.config.learning_rate, seed=seed)


def learner_of(config: Config, words: Path) -> Learner:
    """Give the learner of a configuration; ``words`` is the folder of the model that was named."""
    if config.method == "ppdpp":
        return ClassifierLearner(config)
    return (PairLearner if config.method == "dpo" else NanoLearner)(config, words)
