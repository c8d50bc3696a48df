"""What a language policy is trained on: the very tokens that were sampled, with what they earned; text is never written as tokens a second time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..arena.trajectory import Trajectory

__all__ = ["Sample", "Samples", "samples"]


class Sample(NamedTuple):
    """One decision of a language player.

    Attributes:
        prompt: token ids that the model was given.
        reply: token ids that it sampled, the end of its answer included.
        logprobs: of the reply's tokens under the model that sampled them, before temperature, nucleus and masks.
        reward: what the seat earned from this decision up to its next one.
        to_go: what it earned from this decision to the end.
        trainable: whether the move was the seat's own; where the rules moved for it, nothing is to be learned from the outcome.
        episode: id of the match.
        game: versioned game id.
        player: hash of the player's spec.
        seat, turn: where in the episode.
    """

    prompt: tuple[int, ...]
    reply: tuple[int, ...]
    logprobs: tuple[float, ...]
    reward: float
    to_go: float
    trainable: bool
    episode: str
    game: str
    player: str
    seat: int
    turn: int


class Samples(NamedTuple):
    """The samples of some trajectories, and how many decisions had none.

    Attributes:
        kept: in the order of the trajectories and their steps.
        without_tokens: decisions of which no token ids or log-probabilities were recorded: no model was asked, or its engine does not tell them.
    """

    kept: list[Sample]
    without_tokens: int


def samples(trajectories: Iterable[Trajectory]) -> Samples:
    """Take the sampled tokens out of trajectories; of a decision that was asked again, those of the last answer."""
    kept: list[Sample] = []
    without = 0
    for trajectory in trajectories:
        to_go = trajectory.total - trajectory.unearned
        for step in trajectory.steps:
            if step.prompt_token_ids is None or not step.token_ids or step.logprobs is None:
                without += 1
            else:
                where = (trajectory.episode, trajectory.game, trajectory.player, trajectory.seat, step.turn)
                kept.append(Sample(step.prompt_token_ids, step.token_ids, step.logprobs, step.reward, to_go, step.trainable, *where))
            to_go -= step.reward
    return Samples(kept, without)
