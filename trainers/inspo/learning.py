"""The policy's part of a step: GRPO on the player's own tokens, episodes of one deal and instruction compared with each other."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ...arena.record import Episode
from ...arena.seeds import child_seed
from ...llm.spec import ModelSpec
from ..epo.talks import Row, Strategy, rows
from ..saves import read_state, write_state

__all__ = ["Iterates", "Learner", "Learning", "compared"]


class Learning(Protocol):
    """The parameters of a step of learning, as trainers' configurations have them."""

    @property
    def learning_rate(self) -> float:
        """Of Adam."""

    @property
    def clip(self) -> float:
        """How far the ratio to the sampling model may be from 1 before a token stops counting."""

    @property
    def epochs(self) -> int:
        """How often a step's rows are read."""

    @property
    def batch(self) -> int:
        """Rows an update."""


class Learner:
    """A nano model that learns, and the moments of its optimizer, from step to step.

    Args:
        start: the checkpoint that training began with.
        place: a folder that an earlier step wrote; None at the first.
        config: learning rate and the like.
    """

    def __init__(self, start: Path, place: Path | None, config: Learning) -> None:
        import torch

        from ...llm.nano.network import load

        self._words, self._config = start, config
        self._network = load(place or start)
        self._optimizer = torch.optim.Adam(self._network.parameters(), lr=config.learning_rate)
        if place is not None:
            read_state(place, self._network, self._optimizer)

    def step(self, found: Sequence[Row], place: Path, step: int) -> float:
        """Take one step on a batch's rows, and write the checkpoint.

        Args:
            found: what :func:`compared` gave.
            place: where the new checkpoint goes.
            step: the step's number.

        Returns:
            The mean loss; 0 where there was nothing to learn from.
        """
        from ...llm.nano.network import save
        from ...llm.nano.tokenizer import Tokenizer
        from ..epo.update import fit
        from ..sft.trainer import copy_words

        config = self._config
        losses = list(fit(self._network, found, self._optimizer, epochs=config.epochs, batch=config.batch, clip=config.clip, seed=child_seed(step, "order")))
        copy_words(self._words, place)
        save(self._network, place, Tokenizer(self._words), half=False)
        write_state(place, self._network, self._optimizer, step)
        return float(np.mean(losses)) if losses else 0.0


class Iterates:
    """A nano model of a run, step by step: a folder a step, of which the newest is kept.

    Args:
        place: the run's folder.
        start: the checkpoint that training began with.
        config: learning rate and the like.
    """

    def __init__(self, place: Path, start: Path, config: Learning) -> None:
        self._place, self._start, self._config = place, start, config
        self._learner: Learner | None = None

    def after(self, steps: int) -> Path:
        """Give the checkpoint as it is after so many steps: the start after none."""
        return self._place / f"policy_{steps}" if steps else self._start

    def playing(self, steps: int, name: str) -> ModelSpec:
        """Describe the model as it plays after so many steps."""
        return ModelSpec(engine="nano", model=str(self.after(steps)), name=name, concurrency=None)

    def learn(self, found: Sequence[Row], steps: int) -> float:
        """Take one more step, from where the model stands after ``steps`` of them; give the mean loss."""
        if self._learner is None:
            self._learner = Learner(self._start, self.after(steps) if steps else None, self._config)
        return self._learner.step(found, self.after(steps + 1), steps)

    def forget(self, steps: int) -> None:
        """Remove what there was before the step that is saved now; the start stays."""
        if steps > 1:
            shutil.rmtree(self.after(steps - 1), ignore_errors=True)

    def publish(self, steps: int, place: Path) -> None:
        """Copy the checkpoint after so many steps, without what only training goes on from."""
        shutil.copytree(self.after(steps), place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("state.*"))


def compared(episodes: Sequence[Episode], seats: Sequence[int], rewards: np.ndarray, groups: Sequence[tuple[int, int]]) -> tuple[list[Row], dict[str, Any]]:
    """Weigh the player's own tokens by what its episode earned above its group's mean.

    All episodes of a group have the same deal and instruction, so neither is what the policy is credited for; groups without differences teach nothing.

    Args:
        episodes: what was played.
        seats: the player's, in each.
        rewards: what each earned, ``[E]``.
        groups: deal and instruction of each.

    Returns:
        The rows; and how many there are, with the share of groups without differences.
    """
    members: dict[tuple[int, int], list[float]] = {}
    for key, reward in zip(groups, rewards, strict=True):
        members.setdefault(key, []).append(float(reward))
    found: list[Row] = []
    for episode, seat, reward, key in zip(episodes, seats, rewards, groups, strict=True):
        own = _own(episode, seat)
        advantage = float(reward) - float(np.mean(members[key]))
        if own and advantage:
            found += rows(own, np.full(len(own), advantage))
    still = sum(np.ptp(values) == 0 for values in members.values()) / max(len(members), 1)
    return found, {"rows": len(found), "still": round(still, 3)}


def _own(episode: Episode, seat: int) -> list[Strategy]:
    """The player's own answers, with their tokens; the last of each decision, and only where the move was its own."""
    found = []
    for decision in episode.decisions:
        calls = [call for call in decision.calls if not call.by]
        if decision.seat == seat and calls:
            call = calls[-1]
            read = decision.status in ("ok", "repaired")
            if call.prompt_token_ids and call.token_ids and call.logprobs:
                found.append(Strategy(decision.turn, call.text or "", call.prompt_token_ids, call.token_ids, call.logprobs, read))
    return found
