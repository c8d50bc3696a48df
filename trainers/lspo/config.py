"""How latent space policy optimisation is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from ..deep_cfr import Config as DeepConfig
from ..parameters import Parameters, filled
from .ppo import Config as PPOConfig

__all__ = ["Config"]


@dataclass(frozen=True)
class Config(Parameters):
    """How often, and how, meanings are found, solved and taught.

    Attributes:
        iterations: how often all stages are run.
        games: games that the model plays with itself in an iteration, to be heard speaking.
        candidates: different things that it is asked for at every turn to speak; one of them, drawn uniformly, is said.
        tries: how often it is asked for them at most.
        meanings: clusters of each role in the first iteration, by role (``player`` where there are no roles); one more in every further one.
        meanings_else: of roles that ``meanings`` does not name.
        shared: whether all roles share one set of clusters, as many as the role with the most has. Else, as in the paper, each has its own; those who hear a
            number do not know the role, so that a number that only one role has gives it away.
        grow: clusters that every further iteration adds; 0 for a fixed space.
        clusters: ``refit`` (found anew in every iteration, as the paper has it) or ``extend`` (those there are keep their places and numbers),
            or ``intents`` (of Werewolf; a fixed set, see :mod:`ludens.agents.latent.intents`: nothing is clustered, and their number is theirs).
        dimensions: most dimensions of utterances.
        slots: whether a meaning comes with whom it names.
        memory: how many of everybody's last utterances the policy sees.
        exemplars: whether the abstract game says each meaning's most typical utterance, for games that read what is said.
        solver: ``cfr`` (all of the tree, where it fits), ``mccfr`` (samples of it), ``deep_cfr`` (any size), ``ppo`` (the same, by self-play) or ``uniform``
            (no policy is learned).
        solver_iterations: of ``cfr`` and ``mccfr``.
        most_nodes: of a tree; a greater one is refused.
        deep: parameters of ``deep_cfr``, see :mod:`ludens.trainers.deep_cfr.config`; the networks and their learning are taken from there in all cases.
        ppo: parameters of ``ppo``, see :mod:`ludens.trainers.lspo.ppo`, with widths and rate of its own.
        preference: ``larger`` (of two utterances, that whose meaning has the larger advantage) or ``mixing`` (labels whose optimum speaks each meaning as
            often as the policy does).
        gap: least difference of advantages, in standard deviations of the role's, that makes a pair.
        temperature: beta of DPO.
        anchor: weight of the chosen utterance's own log-probability a token in the loss, against its falling together with the other's.
        learning_rate, epochs, batch: of DPO; ``batch`` counts pairs. 0 epochs leave the model as it is.
        most_pairs: most pairs of an iteration.
        lora: rank of an adapter that is taught in the place of all weights, and added to them at the end of the iteration; 0 for these.
        device: where the model is taught, as torch names it (``cpu``, ``cuda``).
        dtype: of its weights there; log-probabilities are float32 in any case.
        speaking: temperature at which the model speaks; None for the model's own.
        matches: games for each cell of the evaluation of all iterations against the last; 0 for none.
        speech: how those agents speak: ``bank`` (what was said before; fast) or ``free`` (the model of the iteration; then the model that the run began with,
            as a language player that makes all its moves itself, plays first of all).
    """

    TRAINER: ClassVar[str] = "lspo"

    iterations: int = 3
    games: int = 100
    candidates: int = 3
    tries: int = 6
    meanings: Mapping[str, int] = field(default_factory=lambda: {"werewolf": 3})
    meanings_else: int = 2
    shared: bool = False
    grow: int = 1
    clusters: Literal["refit", "extend", "intents"] = "refit"
    dimensions: int = 64
    slots: bool = False
    memory: int = 2
    exemplars: bool = False
    solver: Literal["cfr", "mccfr", "deep_cfr", "ppo", "uniform"] = "deep_cfr"
    solver_iterations: int = 500
    most_nodes: int = 1_000_000
    deep: Mapping[str, Any] = field(default_factory=dict)
    ppo: Mapping[str, Any] = field(default_factory=dict)
    preference: Literal["larger", "mixing"] = "larger"
    gap: float = 0.1
    temperature: float = 0.1
    anchor: float = 1.0
    learning_rate: float = 5e-5
    epochs: int = 2
    batch: int = 8
    most_pairs: int = 400
    lora: int = 0
    device: str = "cpu"
    dtype: Literal["float32", "bfloat16"] = "float32"
    speaking: float | None = None
    matches: int = 200
    speech: Literal["bank", "free"] = "bank"

    def __post_init__(self) -> None:
        self._whole(
            "iterations", "games", "candidates", "tries", "meanings_else", "dimensions", "memory", "solver_iterations", "most_nodes", "batch", "most_pairs"
        )
        self._whole("grow", "epochs", "matches", "lora", least=0)
        for name, allowed in _CHOICES.items():
            self._require(getattr(self, name) in allowed, name, f"should be one of: {', '.join(allowed)}")
        self._positive("temperature", "learning_rate", *(("speaking",) if self.speaking is not None else ()))
        self._not_negative("gap", "anchor")
        self._require(self.tries >= self.candidates, "tries", "should be at least as many as candidates")
        self._require(all(type(count) is int and count > 0 for count in self.meanings.values()), "meanings", "should be whole numbers above 0")
        object.__setattr__(self, "deep", {**_DEEP, **self.deep})
        _ = self.solving, self.self_play

    @property
    def solving(self) -> DeepConfig:
        """The parameters of Deep CFR."""
        return filled(DeepConfig, self.deep, "trainer lspo: deep")

    @property
    def self_play(self) -> PPOConfig:
        """The parameters of PPO over meanings."""
        return filled(PPOConfig, self.ppo, "trainer lspo: ppo")

    def count(self, role: str, iteration: int) -> int:
        """Tell how many meanings a role has in an iteration, counted from 1."""
        return self.meanings.get(role, self.meanings_else) + self.grow * (iteration - 1)


_CHOICES = {
    "clusters": ("refit", "extend", "intents"),
    "solver": ("cfr", "mccfr", "deep_cfr", "ppo", "uniform"),
    "preference": ("larger", "mixing"),
    "speech": ("bank", "free"),
    "dtype": ("float32", "bfloat16"),
}
# many short iterations: benchmarks/deep_cfr_samples.py
_DEEP = {"iterations": 200, "traversals": 20, "depth": 4, "hidden": (64, 64), "steps": 40, "batch": 512, "memory": 200_000, "exact": 0}
assert set(_DEEP) <= {item.name for item in fields(DeepConfig)}
