"""Value augmented sampling: what tokens are worth in a model's own play is learned, and the model, which stays as it is, leans towards those worth more.

After Han, Shenfeld et al. 2024, arXiv:2405.06639: values of the base's own samples by TD(lambda). Values are linear in the model's last hidden states, one row
a token, and begin at the same value for every token, so that what was never sampled is neither sought nor shunned.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np

from ..arena.seeds import child_seed
from ..arena.trajectory import trajectories
from ..errors import LudensError
from ..games.core import Game
from ..llm.chat import Sampling
from .language_policy import TokenBatch
from .parameters import Parameters, filled
from .rates import set_rate, to_zero
from .registry import Say, Task, require_packages
from .samples import samples

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from .preference.weights import NanoPolicy

__all__ = ["VAS", "Config", "Decided", "Turn", "lambda_returns"]


@dataclass(frozen=True)
class Config(Parameters):
    """How values are learned.

    Attributes:
        episodes: of each game that the model plays against players of all styles.
        seat: where it plays; null for every seat in turn.
        structured: whether its replies are held to a schema: none, or json_schema.
        trace: lambda of the returns that values are fitted to; 1 for what was earned in the end.
        epochs: passes over what was played; returns are worked out anew for each.
        minibatch: tokens of an update.
        learning_rate: of Adam at the beginning; it falls linearly to a twentieth.
        decay: weight decay, of AdamW.
        held_out: share of the episodes by which the fit is measured.
        beta: how far the player that is measured leans.
        candidates: likeliest tokens that it weighs.
        window_tokens: how much of a conversation is remembered.
        matches: deals by which it is compared with the model alone in each game; 0 for none.
        measured_at: the temperature of both.
    """

    TRAINER: ClassVar[str] = "vas"

    episodes: int = 300
    seat: int | None = None
    structured: Literal["none", "json_schema"] = "json_schema"
    trace: float = 0.95
    epochs: int = 30
    minibatch: int = 256
    learning_rate: float = 3e-3
    decay: float = 0.01
    held_out: float = 0.2
    beta: float = 10.0
    candidates: int = 20
    window_tokens: int = 2000
    matches: int = 100
    measured_at: float = 1.0

    def __post_init__(self) -> None:
        self._whole("episodes", least=2)
        self._whole("epochs", "minibatch", "candidates", "window_tokens")
        self._whole("matches", least=0)
        self._shares("trace")
        self._positive("learning_rate", "beta", "measured_at")
        self._not_negative("decay")
        self._require(isinstance(self.held_out, int | float) and 0 < self.held_out < 1, "held_out", "should lie between 0 and 1")
        self._require(self.seat is None or (type(self.seat) is int and self.seat >= 0), "seat", "should be a seat's number, or null")
        self._one_of(structured=("none", "json_schema"))


class Turn(NamedTuple):
    """One decision.

    Attributes:
        prompt, reply: token ids.
        reward: what was earned up to the next decision, in spans of the game's payoffs.
    """

    prompt: tuple[int, ...]
    reply: tuple[int, ...]
    reward: float


class Decided(NamedTuple):
    """The tokens of all replies, episode after episode; N of them.

    Attributes:
        hidden: what the model had made of all before each token, ``(N, width)``.
        token: which one it was, ``(N,)``.
        reward: what was earned by its turn, at the last token of the turn, ``(N,)``.
        episode: which episode it is of, ``(N,)``, ascending.
    """

    hidden: Tensor
    token: Tensor
    reward: Tensor
    episode: Tensor


class VAS:
    """Learns the values of a nano model's tokens.

    The run's folder holds ``values.safetensors``, which the engine takes as an option (``{engine: nano, model: ..., options: {values: PATH, beta: 10}}``),
    ``log.jsonl`` (a line an epoch) and ``result.json``. Everything is played and fitted in one go; a run that was cut off begins anew.

    Args:
        task: games, and a model of the engine nano.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range.
        LudensError: the model cannot be read here.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("vas", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer vas")
        self.model = task.nano_model("vas")

    def run(self, say: Say) -> Mapping[str, Any]:
        from ..llm.nano.valued import write_values
        from .preference.weights import NanoPolicy
        from .saves import open_log

        began, place = time.perf_counter(), self.task.place
        place.mkdir(parents=True, exist_ok=True)
        policy = NanoPolicy.load(self.model.model)
        decided = read(policy, [turns for game in self.task.games for turns in self._played(game)])
        with open_log(place, 0, "epoch") as log:
            weights, fit = fitted(decided, policy.model.shape.vocabulary, self.config, self.task.seed, lambda facts: log.write(json.dumps(facts) + "\n"))
        path = write_values(place, weights)
        say(f"{len(decided.token):,} tokens; of held-out returns {fit['explained']:.0%} explained")
        compared = asyncio.run(self._compared(path)) if self.config.matches else []
        for item in compared:
            say(item.line)
        facts = {
            "checkpoint": str(path),
            "explained": round(fit["explained"], 4),
            "tokens": len(decided.token),
            "compared": [item.plain for item in compared],
            "seconds": round(time.perf_counter() - began, 1),
        }
        (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        return facts

    def _played(self, game: Game) -> list[list[Turn]]:
        """Have the model play; give its own turns of each episode."""
        from .preference.played import players
        from .strength import meet

        config, span = self.config, game.type.payoff_high - game.type.payoff_low
        spec = replace(self.model, name="base", structured=config.structured, sampling=Sampling(temperature=1.0, max_tokens=None))

        async def play() -> list[list[Turn]]:
            model, player = spec.build(), players("base", config.window_tokens, 0, 1)[0]
            try:
                met = await meet(game, player, {"base": model}, config.episodes, child_seed(self.task.seed, "play", game.hash), at=config.seat)
            finally:
                await model.close()
            found = [samples(part for part in trajectories(episode) if part.seat == seat).kept for episode, seat in met]
            return [[Turn(own.prompt, own.reply, own.reward / span) for own in part if own.trainable] for part in found]

        return asyncio.run(play())

    async def _compared(self, path: Path) -> list[Any]:
        from .preference.compared import compare
        from .preference.played import players

        config, sampling = self.config, Sampling(temperature=self.config.measured_at, max_tokens=None)
        leaning = {**self.model.options, "values": str(path), "beta": config.beta, "candidates": config.candidates}
        specs = {"valued": replace(self.model, name="valued", options=leaning), "base": replace(self.model, name="base")}
        models = {name: replace(spec, structured=config.structured, sampling=sampling).build() for name, spec in specs.items()}
        valued, base = (players(name, config.window_tokens, 0, 1)[0] for name in ("valued", "base"))
        try:
            return list(await compare(self.task.games, valued, base, models, deals=config.matches, seed=child_seed(self.task.seed, "compared"), at=config.seat))
        finally:
            for model in models.values():
                await model.close()


def read(policy: NanoPolicy, episodes: Sequence[Sequence[Turn]]) -> Decided:
    """Read the replies of some episodes with the model that gave them.

    Raises:
        LudensError: there are none.
    """
    import torch

    hidden: list[Tensor] = []
    token: list[int] = []
    reward: list[float] = []
    episode: list[int] = []
    for number, turns in enumerate(episodes):
        rows = [
            ([*turn.prompt, *turn.reply], [*[False] * len(turn.prompt), *[True] * len(turn.reply)], [0.0] * (len(turn.prompt) + len(turn.reply)))
            for turn in turns
        ]
        if rows:
            with torch.no_grad():
                hidden.append(policy.hidden(TokenBatch.laid(rows)))
        for turn in turns:
            token += turn.reply
            reward += [*[0.0] * (len(turn.reply) - 1), turn.reward]
            episode += [number] * len(turn.reply)
    if not token:
        raise LudensError("the trainer vas found no decision of the model whose tokens its engine told")
    return Decided(torch.cat(hidden).float(), torch.tensor(token), torch.tensor(reward), torch.tensor(episode))


def lambda_returns(values: NDArray[np.float64], reward: NDArray[np.float64], episode: NDArray[np.int64], trace: float) -> NDArray[np.float64]:
    """Give ``G_t = r_t + (1 - lambda) V_{t+1} + lambda G_{t+1}``, within each episode; after its last token nothing is to be earned. All of shape (N,)."""
    out, later = np.empty_like(reward), 0.0
    for number in range(len(reward) - 1, -1, -1):
        last = number + 1 == len(reward) or episode[number + 1] != episode[number]
        out[number] = reward[number] + (0.0 if last else (1 - trace) * values[number + 1] + trace * later)
        later = out[number]
    return out


def fitted(decided: Decided, vocabulary: int, config: Config, seed: int, note: Any) -> tuple[NDArray[np.float32], dict[str, float]]:
    """Fit ``V(token after hidden) = (state + own of the token) . hidden + constant``.

    Args:
        decided: what was played.
        vocabulary: how many tokens there are.
        config: how.
        seed: of the order of updates and of what is held out.
        note: takes a dictionary of numbers an epoch.

    Returns:
        ``state + own``, ``(vocabulary, width)`` (a constant leans nowhere), and the last epoch's numbers.
    """
    import torch

    rng, width = np.random.default_rng(seed), decided.hidden.shape[1]
    kept_out = rng.permutation(int(decided.episode.max()) + 1) < round(config.held_out * (int(decided.episode.max()) + 1))
    held = torch.from_numpy(kept_out)[decided.episode]
    learned = (~held).nonzero()[:, 0].numpy()
    state, own = torch.nn.Linear(width, 1), torch.nn.Embedding(vocabulary, width)
    for part in (*state.parameters(), own.weight):
        torch.nn.init.zeros_(part)
    optimizer = torch.optim.AdamW([*state.parameters(), *own.parameters()], lr=config.learning_rate, weight_decay=config.decay)

    def value(rows: Tensor | slice) -> Tensor:
        hidden = decided.hidden[rows]
        return state(hidden)[:, 0] + (own(decided.token[rows]) * hidden).sum(-1)

    facts: dict[str, float] = {}
    for epoch in range(config.epochs):
        set_rate(optimizer, config.learning_rate * to_zero(epoch / config.epochs))
        with torch.no_grad():
            before = value(slice(None)).double().numpy()
        target = torch.from_numpy(lambda_returns(before, decided.reward.double().numpy(), decided.episode.numpy(), config.trace)).float()
        order, losses = rng.permutation(learned), []
        for start in range(0, len(order), config.minibatch):
            rows = torch.from_numpy(order[start : start + config.minibatch])
            loss = (value(rows) - target[rows]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        with torch.no_grad():
            off = (value(slice(None)) - target)[held]
            facts = {"epoch": epoch + 1, "loss": float(np.mean(losses)), "explained": float(1 - off.var() / target[held].var().clamp_min(1e-12))}
        note({name: round(number, 6) for name, number in facts.items()})
    with torch.no_grad():
        weights = own.weight + state.weight
    return np.asarray(weights.numpy(), np.float32), facts
