"""The registry of trainers, and what every one of them is given.

A trainer is a factory ``factory(task, **parameters) -> Trainer``. Third parties call :func:`trainer_kind` in a module named by an entry point of the group
``ludens.trainers``. Nothing is imported before a trainer is made.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from ..errors import LudensError, MissingExtra, ParameterError, UnknownName
from ..games.core import Game
from ..llm.spec import ModelSpec
from ..plugins import load_plugins

__all__ = ["Kind", "Say", "Task", "Trainer", "require_packages", "trainer", "trainer_kind", "trainers"]

Say = Callable[[str], None]
"""Takes one line for people."""


@dataclass(frozen=True)
class Task:
    """What is to be trained, on what, and where it goes.

    Attributes:
        games: what is played, at least one unless the trainer has something else to learn from.
        model: the model that is trained, where one is; its ``model`` field names the checkpoint to begin with, where one is wanted.
        place: the run's folder; training that was cut off goes on from what it holds.
        seed: everything random follows from it.
        command: the words that started it, for the model card; "" where it was started from Python.
        progress: draw a progress bar.
    """

    games: tuple[Game, ...]
    model: ModelSpec | None
    place: Path
    seed: int = 0
    command: str = ""
    progress: bool = False

    def language_model(self, trainer: str) -> ModelSpec:
        """Give the model.

        Raises:
            ParameterError: none was named.
        """
        if self.model is None:
            raise ParameterError(f"the trainer {trainer!r} trains a language model; name it: model=...")
        return self.model

    def nano_model(self, trainer: str) -> ModelSpec:
        """Give the model, which must be of the engine ``nano``.

        Raises:
            ParameterError: none was named.
            LudensError: it is of another engine.
        """
        model = self.language_model(trainer)
        if model.engine != "nano":
            raise LudensError(f"the trainer {trainer} trains models of the engine 'nano'; model {model.name!r} has the engine {model.engine!r}")
        return model


def require_packages(trainer: str, *packages: str) -> None:
    """Make sure that packages are installed, without importing them.

    Raises:
        MissingExtra: one is not.
    """
    if any(importlib.util.find_spec(package) is None for package in packages):
        raise MissingExtra(f"the trainer {trainer!r}", "train")


class Trainer(Protocol):
    """One training run."""

    def run(self, say: Say) -> Mapping[str, Any]:
        """Train to the end, from the last save where there is one.

        Args:
            say: takes lines about how it goes.

        Returns:
            What was reached, as JSON values, the path of the ``checkpoint`` among them.
        """
        ...


@dataclass(frozen=True)
class Kind:
    """A registered trainer.

    Attributes:
        entry_point: ``"module:factory"``.
        summary: one line for lists.
        extra: the extra of the distribution that it needs; "" for none.
        config: ``"module:Dataclass"`` of its parameters, whose docstring explains them, for ``--help``; "" for none.
        needs_model: it trains a language model, which must be named.
        needs_game: it plays games, which must be named; others may have something else to learn from.
        takes_model: it can do with a model, or without.
    """

    name: str
    entry_point: str
    summary: str = ""
    extra: str = ""
    config: str = ""
    needs_model: bool = True
    needs_game: bool = True
    takes_model: bool = False

    def parameters(self) -> type | None:
        """The dataclass of its parameters, where it names one."""
        module, _, attribute = self.config.partition(":")
        return getattr(importlib.import_module(module), attribute) if module else None

    def make(self, task: Task, parameters: Mapping[str, Any]) -> Trainer:
        """Make the trainer.

        Raises:
            MissingExtra: a package that it needs is not installed.
            ParameterError: a parameter is unknown or out of range.
        """
        module, _, attribute = self.entry_point.partition(":")
        try:
            factory: Callable[..., Trainer] = getattr(importlib.import_module(module), attribute)
            return factory(task, **parameters)
        except ModuleNotFoundError as problem:
            if not self.extra or (problem.name or "").partition(".")[0] == "ludens":
                raise
            raise MissingExtra(f"the trainer {self.name!r}", self.extra) from problem


_TRAINERS: dict[str, Kind] = {}


def trainer_kind(
    name: str,
    entry_point: str,
    *,
    summary: str = "",
    extra: str = "",
    config: str = "",
    needs_model: bool = True,
    needs_game: bool = True,
    takes_model: bool = False,
) -> None:
    """Register a trainer: ``trainer_kind("mine", "my_package.training:MyTrainer", config="my_package.training:Config")``."""
    _TRAINERS[name] = Kind(name, entry_point, summary, extra, config, needs_model, needs_game, takes_model)


def trainers() -> dict[str, Kind]:
    """All trainers by name, third-party ones included."""
    _discover()
    return dict(sorted(_TRAINERS.items()))


def trainer(name: str) -> Kind:
    """Find a trainer.

    Raises:
        UnknownName: there is none of that name; the message names the nearest ones.
    """
    if name not in trainers():
        raise UnknownName("trainer", name, _TRAINERS)
    return _TRAINERS[name]


@lru_cache(maxsize=1)
def _discover() -> None:
    load_plugins("ludens.trainers")


trainer_kind(
    "deep_cfr",
    "ludens.trainers.deep_cfr:DeepCFR",
    summary="deep counterfactual regret minimisation: a neural policy near equilibrium, for games of perfect recall",
    extra="train",
    config="ludens.trainers.deep_cfr.config:Config",
    needs_model=False,
)
trainer_kind(
    "marlhf",
    "ludens.trainers.marlhf.deep:Marlhf",
    summary="equilibria out of preference data by networks: rewards, offline policies and their Nash gaps, by mix of data",
    extra="train",
    config="ludens.trainers.marlhf.deep:Config",
    needs_model=False,
)
trainer_kind(
    "marlhf_tabular",
    "ludens.trainers.marlhf.trainer:MarlhfTabular",
    summary="equilibria out of preference data on random Markov games: exact Nash gaps by mix of data and by learner",
    config="ludens.trainers.marlhf.trainer:Config",
    needs_model=False,
    needs_game=False,
)
trainer_kind(
    "meta_policy",
    "ludens.trainers.meta_policy:MetaPolicy",
    summary="meta policy optimisation: a nano model learns from a judge with a rubric, which is rewritten from what the model made of it",
    extra="train",
    config="ludens.trainers.meta_policy.config:Config",
)
trainer_kind(
    "mra",
    "ludens.trainers.mra:MRA",
    summary="meta representations for agents: one policy with latent modes for games of any number of agents; exact Nash gaps where choices congest",
    extra="train",
    config="ludens.trainers.mra.config:Config",
    needs_model=False,
    needs_game=False,
)
trainer_kind(
    "nash_tabular",
    "ludens.trainers.tabular.trainer:NashTabular",
    summary="preference optimisation over finitely many answers, exactly: SPO, SPPO, Nash-MD, EGPO, INPO, DPO and kin on a testbed or a matrix game",
    config="ludens.trainers.tabular.trainer:Config",
    needs_model=False,
    needs_game=False,
)
trainer_kind(
    "epo",
    "ludens.trainers.epo:EPO",
    summary="explicit policy optimisation: a nano model learns to say strategies to an actor that stays as it is",
    extra="train",
    config="ludens.trainers.epo.config:Config",
)
trainer_kind(
    "inspo",
    "ludens.trainers.inspo:INSPO",
    summary="instruction and policy co-evolution: instructions compete and are made better from failures; a nano model may learn under them",
    config="ludens.trainers.inspo.config:Config",
)
trainer_kind(
    "lspo",
    "ludens.trainers.lspo:LSPO",
    summary="latent space policy optimisation: speech as a few meanings, a policy over them, a language model that speaks as it would",
    extra="train",
    config="ludens.trainers.lspo.config:Config",
)
trainer_kind(
    "persuasion_balanced",
    "ludens.trainers.persuasion_balanced:PersuasionBalanced",
    summary="persuasion-balanced training: a nano model learns from trees of dialogues when to accept persuasion and when to resist it",
    extra="train",
    config="ludens.trainers.persuasion_balanced.config:Config",
)
trainer_kind(
    "ppo",
    "ludens.trainers.ppo:PPO",
    summary="proximal policy optimisation: a neural policy learns in self-play of a team, in games with a fast vector environment",
    extra="train",
    config="ludens.trainers.ppo:Config",
    needs_model=False,
)
trainer_kind(
    "preference",
    "ludens.trainers.preference.trainer:PreferenceTrainer",
    summary="preference optimisation by a model's own games: SPPO, INPO, Nash-MD, Nash-MP, EGPO, IPO, DPO, P3O, SPO, GRPO, RLOO",
    extra="train",
    config="ludens.trainers.preference.config:GameConfig",
)
trainer_kind(
    "preference_pairs",
    "ludens.trainers.preference.on_pairs:PairsTrainer",
    summary="preference optimisation by pairs of answers in a file: DPO, IPO; all weights or a LoRA adapter",
    extra="train",
    config="ludens.trainers.preference.config:PairsConfig",
    needs_game=False,
)
trainer_kind(
    "preference_tokens",
    "ludens.trainers.preference.on_testbed:PreferenceTokens",
    summary="the same of a small transformer over sequences of tokens whose solutions are known",
    extra="train",
    config="ludens.trainers.preference.config:TokenConfig",
    needs_model=False,
    needs_game=False,
)
trainer_kind(
    "read",
    "ludens.trainers.read:Read",
    summary="reinforced advantage feedback: a critic of a planner for a team, and what refining its proposals by it is worth",
    extra="train",
    config="ludens.trainers.read.config:Config",
    needs_model=False,
    takes_model=True,
)
trainer_kind(
    "regret_loss",
    "ludens.trainers.regret_loss:RegretLoss",
    summary="regret as a loss: a layer of self-attention learns to learn, in experts games",
    extra="train",
    config="ludens.trainers.regret_loss.config:Config",
    needs_model=False,
)
trainer_kind(
    "regret_loss_language",
    "ludens.trainers.regret_loss:RegretLanguage",
    summary="the same of a nano model, which plays the games in words",
    extra="train",
    config="ludens.trainers.regret_loss.config:LanguageConfig",
)
trainer_kind(
    "rft",
    "ludens.trainers.rft:RFT",
    summary="rejection-sampling fine-tuning: a nano model learns from the best of its own games",
    extra="train",
    config="ludens.trainers.rft:Config",
)
trainer_kind(
    "spo_control",
    "ludens.trainers.control:SPOControl",
    summary="self-play preference optimisation of a body in MuJoCo by comparisons of whole trajectories, beside reward models with the same queries",
    extra="control",
    config="ludens.trainers.control.config:Config",
    needs_model=False,
    needs_game=False,
)
trainer_kind(
    "sft",
    "ludens.trainers.sft:SFT",
    summary="supervised fine-tuning: a nano model learns to play as the best scripted players do",
    extra="train",
    config="ludens.trainers.sft.config:Config",
)
trainer_kind(
    "sla",
    "ludens.trainers.sla:SLA",
    summary="strategic language agent: a policy that chooses among things that might be said, by PPO against a population",
    extra="train",
    config="ludens.trainers.sla.config:Config",
    needs_model=False,
    takes_model=True,
)
trainer_kind(
    "told",
    "ludens.trainers.told:Told",
    summary="fine-tuning on instructions: a nano model learns to do as it is told, from scripted players that obey, and some that do not",
    extra="train",
    config="ludens.trainers.told:Config",
)
trainer_kind(
    "vas",
    "ludens.trainers.vas:VAS",
    summary="value augmented sampling: a nano model that stays as it is leans towards tokens that are worth more in its own play",
    extra="train",
    config="ludens.trainers.vas:Config",
)
