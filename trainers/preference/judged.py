"""Testbeds for policies of tokens: a small causal transformer whose every answer is known, so that where it stands is exact."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...llm.nano.network import Network
from ...llm.nano.shape import Shape
from ..language_policy import TokenBatch
from ..tabular.game import Floats, PreferenceGame
from .answers import Answers, Drawn

__all__ = ["Judged", "TokenPolicy", "spelling"]

Ints = NDArray[np.int64]


def spelling(game: PreferenceGame) -> Ints:
    """Give the tokens of every answer, from 0, ``(n, T)``: the digits of names such as 132, of other answers one token each."""
    names = game.answers
    if all(name.isdigit() and len(name) == len(names[0]) > 1 for name in names):
        return np.array([[int(letter) - 1 for letter in name] for name in names])
    return np.arange(len(names))[:, None]


class TokenPolicy(nn.Module):  # type: ignore[misc]  # torch counts as Any
    """A transformer of the nano family over the sequences of a testbed; at first it is exactly the reference.

    What it reads is the number of the context, then the tokens so far. Its logits are the reference's log-probabilities plus a head that begins at zero.

    Args:
        game: the testbed.
        width: of the residual stream.
        layers: blocks.
    """

    def __init__(self, game: PreferenceGame, width: int = 32, layers: int = 2) -> None:
        super().__init__()
        words = spelling(game)
        contexts, (count, length), vocabulary = len(game.reference), words.shape, int(words.max()) + 1
        self.body = Network(Shape(layers, width, 4, 2, 3 * width, contexts + vocabulary, length), spread=0.2)
        self.head = nn.Linear(width, vocabulary, bias=True)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        tokens = np.tile(words, (contexts, 1))
        read = np.concatenate([np.repeat(np.arange(contexts), count)[:, None], contexts + tokens[:, :-1]], 1)
        self._read, self._lengths = torch.from_numpy(read.ravel()), [length] * len(read)
        self._tokens, self._prior = torch.from_numpy(tokens), torch.from_numpy(_prior(game, words)).float()

    def forward(self) -> Tensor:
        """Give the log-probability of every token of every answer in every context, ``(C n, T)``."""
        logits = self.head(self.body(self._read, self._lengths)).view(*self._prior.shape) + self._prior
        return torch.log_softmax(logits, -1).gather(-1, self._tokens[..., None])[..., 0]


def _prior(game: PreferenceGame, words: Ints) -> Floats:
    """Give the reference's log-probability of every token that may come next, at each place of each answer, ``(C n, T, V)``."""
    (count, length), vocabulary = words.shape, int(words.max()) + 1
    out = np.full((len(game.reference), count, length, vocabulary), -30.0)
    for place in range(length):
        for number in range(count):
            same = (words[:, :place] == words[number, :place]).all(1)
            for token in np.unique(words[same, place]):
                mass = game.reference[:, same & (words[:, place] == token)].sum(1)
                out[:, number, place, token] = np.log(mass / game.reference[:, same].sum(1))
    return out.reshape(-1, length, vocabulary)


class Judged:
    """Answers of token policies to the contexts of a testbed, compared by its table.

    Args:
        game: the testbed.
        prompts, group: how many contexts are drawn at a time, and answers to each.
        seed: of what is drawn.
    """

    shares = False

    def __init__(self, game: PreferenceGame, prompts: int, group: int, seed: int) -> None:
        self.game, self.prompts, self.group, self.seed = game, prompts, group, seed
        self._words = spelling(game)

    def start(self) -> TokenPolicy:
        """Make the policy to begin with, its body random by the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            return TokenPolicy(self.game)

    def policy(self, module: nn.Module) -> Floats:
        """Give the distribution over answers, ``(C, n)``."""
        with torch.no_grad():
            return self._distribution(module())

    def _distribution(self, tokens: Tensor) -> Floats:
        found = np.exp(tokens.sum(-1).double().numpy().reshape(self.game.reference.shape))
        return np.asarray(found / found.sum(1, keepdims=True))

    def logprobs(self, module: nn.Module, batch: TokenBatch) -> Tensor:
        """See :class:`~ludens.trainers.preference.learning.Field`; a row's first token is its number among all answers in all contexts."""
        own = module()[batch.tokens[:, 0]]
        return torch.cat([own.new_zeros(len(own), 1), own], 1)

    def draw(self, answering: nn.Module, rival: nn.Module | None, number: int) -> Drawn:
        game, rng = self.game, np.random.default_rng([self.seed, number])
        with torch.no_grad():
            logs = answering()
        own = self._distribution(logs)
        contexts = rng.choice(len(game.weights), size=self.prompts, p=game.weights)
        chosen = np.stack([rng.choice(own.shape[1], size=self.group, p=own[context]) for context in contexts])
        tables = game.tables[contexts]
        rows = np.arange(self.prompts)[:, None, None]
        rivals = None
        if rival is not None:
            others = self.policy(rival)
            met = np.stack([rng.choice(own.shape[1], size=self.group, p=others[context]) for context in contexts])
            rivals = tables[rows, chosen[:, :, None], met[:, None, :]]
        table = tables[rows, chosen[:, :, None], chosen[:, None, :]]
        queries = self.prompts * self.group * (self.group - 1) // 2 if rivals is None else rivals.size
        groups = game.groups[:, contexts[:, None], chosen] if len(game.groups) else None
        return Drawn(self._answers(logs, contexts, chosen), table, rivals, None, {"queries": float(queries)}, groups)

    def _answers(self, logs: Tensor, contexts: Ints, chosen: Ints) -> Answers:
        numbers = torch.from_numpy((contexts[:, None] * self.game.reference.shape[1] + chosen).ravel())
        rows, row = numbers.unique(return_inverse=True)
        tokens = torch.cat([rows[:, None], torch.from_numpy(self._words)[rows % self.game.reference.shape[1]]], 1)
        sampled = torch.ones_like(tokens, dtype=torch.bool)
        sampled[:, 0] = False
        known = torch.cat([logs.new_zeros(len(rows), 1), logs[rows]], 1)
        batch = TokenBatch(tokens, torch.ones_like(tokens), sampled, known)
        return Answers(batch, row, torch.arange(len(row)), len(contexts), chosen.shape[1])
