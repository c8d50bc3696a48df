"""A language model that learns to learn from nothing but the regret of its own play.

It plays ``experts`` games as a language player does, in words. In every round its probabilities of naming each option are read off the conversation, where
the options' answers come apart, and the regret of these mixtures is the loss. What it chose before stands in the conversation and is not differentiated
through: the costs owe nothing to it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...agents.learners import learner
from ...agents.learners.learning import run as learn
from ...agents.player import PlayerSpec
from ...analysis.regret import external
from ...arena.record import Episode
from ...arena.seeds import child_seed
from ...arena.trajectory import trajectories
from ...errors import LudensError, ParameterError
from ...games.online.predictions import hedge_bound
from ...games.online.rules import OnlineGame
from ...llm.chat import Sampling
from ..paired import edge, told
from ..parameters import filled
from ..rates import decay, set_rate
from ..registry import Say, Task, require_packages
from ..samples import samples
from ..strength import meet
from .config import LanguageConfig
from .loss import online_games, regrets, surrogate

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from ..preference.weights import NanoPolicy

__all__ = ["Arms", "RegretLanguage", "Told", "mixtures"]


class Told(NamedTuple):
    """Conversations of whole episodes, and where options come apart in them; N episodes of T rounds.

    Attributes:
        tokens: of all conversations end to end.
        lengths: of each, N.
        places: where the token stands that names an option, counted through all conversations, ``(N, T)``.
        losses: what options cost, in [0, 1], ``(N, T, arms)``.
    """

    tokens: list[int]
    lengths: list[int]
    places: NDArray[np.int64]
    losses: NDArray[np.float64]


class _Measured(NamedTuple):
    regret: NDArray[np.float64]
    """Of each episode, in units of the largest cost."""
    losses: NDArray[np.float64]


class Arms(NamedTuple):
    """The tokens of the answers that name the options.

    Attributes:
        common: with which all of them begin.
        apart: the next one of each.
    """

    common: list[int]
    apart: list[int]


class RegretLanguage:
    """Trains a nano model on its own play of ``experts`` games.

    The run's folder holds ``checkpoint``, ``log.jsonl``, ``result.json`` and what a cut-off run goes on from.

    Args:
        task: games of online learning that ask for choices, with as many arms and rounds, whose losses answer nobody; and a model of the engine nano.
        **parameters: see :class:`~ludens.trainers.regret_loss.config.LanguageConfig`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, or the games are not of the kind.
        LudensError: the model cannot be trained here.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("regret_loss_language", "torch")
        self.task, self.config = task, filled(LanguageConfig, parameters, "trainer regret_loss_language")
        self.games = online_games(task, "regret_loss_language")
        if any(game.answer != "choice" for game in self.games):
            raise ParameterError("trainer regret_loss_language: games should ask for choices (answer=choice)")
        self.model = task.nano_model("regret_loss_language")
        self.policy = _policy(self.model.model)
        self.arms = _arms(self.policy, self.games[0])

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from ..saves import open_log, read_state, write_state

        config, place = self.config, self.task.place
        place.mkdir(parents=True, exist_ok=True)
        network = self.policy.model
        optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
        before = self._measured(self.model.model)
        done, seconds = read_state(place, network, optimizer) or (0, 0.0)
        began = time.perf_counter() - seconds
        with open_log(place, done) as log:
            for step in range(done, config.steps):
                set_rate(optimizer, config.learning_rate * decay(step / config.steps))
                facts = self._step(optimizer, step)
                log.write(json.dumps({"step": step + 1, **{name: round(value, 6) for name, value in facts.items()}}) + "\n")
                if (step + 1) % config.save_every == 0 or step + 1 == config.steps:
                    log.flush()
                    write_state(place, network, optimizer, [step + 1, time.perf_counter() - began])
                if self.task.progress:
                    say(f"step {step + 1}/{config.steps}: loss {facts['loss']:.4f}, regret {facts['regret']:.3f}, form {facts['form']:.4f}")
        final = self.policy.save(place / "checkpoint")
        after, held_out = self._measured(str(final)), {}
        for game in self.games:
            old, new, hedge = before[game.label], after[game.label], _hedge(after[game.label].losses)
            fell = edge(new.regret, old.regret)
            say(f"{game.label}: regret {new.regret.mean():.3f}, {old.regret.mean():.3f} before ({told(fell, '+.3f')}), Hedge's {hedge.mean():.3f}")
            held_out[game.label] = {
                "regret": round(float(new.regret.mean()), 4),
                "before": round(float(old.regret.mean()), 4),
                "change": [round(value, 4) for value in (fell.value, fell.low, fell.high)],
                "hedge": round(float(hedge.mean()), 4),
            }
        reached = {"checkpoint": str(final), "held_out": held_out, "seconds": round(time.perf_counter() - began, 1)}
        (place / "result.json").write_text(json.dumps(reached, indent=1) + "\n", encoding="utf-8")
        return reached

    def _step(self, optimizer: torch.optim.Optimizer, step: int) -> dict[str, float]:
        import torch

        config, game = self.config, self.games[step % len(self.games)]
        at = str(self.policy.save(self.task.place / "playing"))
        heard = self._heard(game, self._play(at, game, config.samples * config.terms, child_seed(self.task.seed, "play", step)))
        logits, form = _read(self.policy.model, heard, self.arms)
        losses = torch.from_numpy(heard.losses).to(logits.dtype)
        found = regrets(torch.softmax(logits, -1), losses)[:, -1]
        height = surrogate(found.reshape(config.terms, config.samples) / hedge_bound(game.rounds, game.arms))
        optimizer.zero_grad(set_to_none=True)
        (height + config.form * form).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.policy.model.parameters(), config.norm)
        optimizer.step()
        return {"loss": height.item(), "regret": found.mean().item(), "form": form.item(), "norm": float(norm)}

    def _play(self, place: str, game: OnlineGame, count: int, seed: int) -> list[Episode]:
        spec = replace(self.model, model=place, name="learner", structured="json_schema", sampling=Sampling(temperature=1.0, max_tokens=None))
        player = PlayerSpec.of("language", "learner", model="learner", window_tokens=self.config.window_tokens, beyond="forget", reask=0)

        async def play() -> list[Episode]:
            model = spec.build()
            try:
                return [episode for episode, _ in await meet(game, player, {"learner": model}, count, seed)]
            finally:
                await model.close()

        return asyncio.run(play())

    def _heard(self, game: OnlineGame, episodes: Sequence[Episode]) -> Told:
        """Lay out the conversations of episodes; each is its last prompt, which holds all that was before, and the common beginning of the answers."""
        tokens: list[int] = []
        lengths, places, losses = [], [], []
        for episode in episodes:
            (trajectory,) = trajectories(episode)
            prompts = [sample.prompt for sample in samples([trajectory]).kept]
            if len(prompts) != len(trajectory.steps) or any(prompts[-1][: len(prompt)] != prompt for prompt in prompts):
                raise LudensError(f"trainer regret_loss_language: {game.rounds} rounds do not fit into window_tokens={self.config.window_tokens}")
            conversation, common = (*prompts[-1], *self.arms.common), self.arms.common
            if any(list(conversation[len(prompt) : len(prompt) + len(common)]) != common for prompt in prompts):
                raise LudensError(f"trainer regret_loss_language: in {game.label} the model found another way to write its answers than the one it was shown")
            places.append([len(tokens) + len(prompt) + len(common) for prompt in prompts])
            tokens += conversation
            lengths.append(len(conversation))
            losses.append(episode.outcome["losses"])
        return Told(tokens, lengths, np.array(places), np.array(losses) / game.high)

    def _measured(self, place: str) -> dict[str, _Measured]:
        """Give the regret of a checkpoint in held-out episodes of every game."""
        import torch

        policy, out = _policy(place), {}
        for number, game in enumerate(self.games):
            heard = self._heard(game, self._play(place, game, self.config.held_out, child_seed(self.task.seed, "held out", number)))
            with torch.no_grad():
                mixed = mixtures(policy.model, heard, self.arms)
            out[game.label] = _Measured(external(heard.losses, mixed.double().numpy())[:, -1], heard.losses)
        return out


def mixtures(network: nn.Module, heard: Told, arms: Arms) -> Tensor:
    """Give the probabilities of naming each option, where one of them is named, ``(N, T, arms)``."""
    import torch

    return torch.softmax(_read(network, heard, arms)[0], -1)


def _read(network: nn.Module, heard: Told, arms: Arms) -> tuple[Tensor, Tensor]:
    """Give the options' logits where they come apart, ``(N, T, arms)``, and minus the mean log-probability of coming there and naming one of them."""
    import torch

    hidden = network(torch.tensor(heard.tokens), heard.lengths)
    places = torch.from_numpy(heard.places)
    # the logits of a token stand one place before it
    logits = network.logits(hidden[places.flatten() - 1]).float()
    form = torch.logsumexp(torch.log_softmax(logits, -1)[:, arms.apart], -1).mean()
    for back, token in enumerate(reversed(arms.common), 1):
        form = form + torch.log_softmax(network.logits(hidden[places.flatten() - 1 - back]).float(), -1)[:, token].mean()
    return logits[:, arms.apart].view(*places.shape, -1), -form


def _policy(place: str) -> NanoPolicy:
    from ..preference.weights import NanoPolicy

    return NanoPolicy.load(place)


def _arms(policy: NanoPolicy, game: OnlineGame) -> Arms:
    """Write the answers that a language player is asked for.

    Raises:
        LudensError: the model's tokens do not tell the options apart at one place.
    """
    from ...llm.nano.tokenizer import Tokenizer

    tokenizer = Tokenizer(Path(policy.words))
    answers = [tokenizer.encode(json.dumps({"choice": name})) for name in game.names]
    common = next((at for at, column in enumerate(zip(*answers, strict=False)) if len(set(column)) > 1), None)
    if common is None or len({answer[common] for answer in answers}) < len(answers):
        raise LudensError(f"trainer regret_loss_language: the tokens of model {str(policy.words)!r} do not tell {', '.join(game.names)} apart at one place")
    return Arms(answers[0][:common], [answer[common] for answer in answers])


def _hedge(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    return external(losses, learn(learner("hedge"), losses, np.random.default_rng(0)).mixed)[:, -1]
