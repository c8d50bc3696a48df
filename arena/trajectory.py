"""One seat's view of an episode, for training: what it knew, what it answered, and what that earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..games.actions import Status
from ..games.core import Game
from ..games.registry import make
from ..llm.chat import Message
from .record import Episode, RecordError, advance, prompts

__all__ = ["Step", "Trajectory", "trajectories"]


class Step(NamedTuple):
    """One decision of the seat.

    Attributes:
        turn: joint moves played before it.
        key: information-state string of what the seat knew.
        prompt: the messages that its model was last asked with, empty for players without one.
        reply: what the model answered last; None without one.
        prompt_token_ids, token_ids, logprobs: of that exchange, where the engine gave them.
        choice, say: the move that was played.
        status: how it came about. Moves that are defaulted or forfeited are the rules' and not the seat's: a training mask leaves them out.
        reward: what the seat earned from this move up to its next one (or the end).
    """

    turn: int
    key: str
    prompt: tuple[Message, ...]
    reply: str | None
    prompt_token_ids: tuple[int, ...] | None
    token_ids: tuple[int, ...] | None
    logprobs: tuple[float, ...] | None
    choice: Any
    say: str | None
    status: Status
    reward: float

    @property
    def trainable(self) -> bool:
        """Whether the seat itself made this move."""
        return self.status in (Status.OK, Status.REPAIRED)


@dataclass(frozen=True)
class Trajectory:
    """All decisions of one seat in one episode.

    Attributes:
        episode: id of the match.
        game: versioned game id.
        seat: position.
        role: what the rules gave the seat, where they give roles.
        player: hash of the player's spec.
        steps: in order; their rewards and ``unearned`` sum to ``total``.
        unearned: what the seat earned before its first move.
        total: the seat's return, in the game's unit.
    """

    episode: str
    game: str
    seat: int
    role: str | None
    player: str
    steps: tuple[Step, ...]
    unearned: float
    total: float


def trajectories(episode: Episode, game: Game | None = None) -> tuple[Trajectory, ...]:
    """Split an episode into its seats' trajectories; the rewards come from playing the moves again.

    Args:
        episode: what was played.
        game: the rules; by default made anew from the record.

    Raises:
        RecordError: the episode broke off by an error, or does not replay.
    """
    if episode.error is not None:
        raise RecordError(f"episode {episode.id} broke off ({episode.error}): it has no trajectories")
    rewards = _rewards(episode, make(episode.game, **episode.params) if game is None else game)
    asked = {id(decision): (call, whole) for decision, call, whole in prompts(episode) if not call.by}
    out = []
    for seat, record in enumerate(episode.seats):
        own = [decision for decision in episode.decisions if decision.seat == seat]
        ends = [*(decision.turn for decision in own[1:]), len(rewards)][: len(own)]  # a seat may never have been asked
        steps = []
        for decision, end in zip(own, ends, strict=True):
            call, whole = asked.get(id(decision), (None, ()))
            tokens = (None, None, None) if call is None else (call.prompt_token_ids, call.token_ids, call.logprobs)
            earned = sum(reward[seat] for reward in rewards[decision.turn : end])
            text = None if call is None else call.text
            steps.append(Step(decision.turn, decision.key, tuple(whole), text, *tokens, decision.choice, decision.say, decision.status, earned))
        before = sum(reward[seat] for reward in rewards[: own[0].turn if own else len(rewards)])
        out.append(Trajectory(episode.id, episode.game, seat, record.role, record.hash, tuple(steps), before, episode.returns[seat]))
    return tuple(out)


def _rewards(episode: Episode, game: Game) -> list[Sequence[float]]:
    state = game.start(episode.seed)
    rewards: list[Sequence[float]] = []
    for turn in episode.moves():
        advance(state, turn)
        rewards.append(list(state.rewards))
    if [float(value) for value in state.returns] != list(episode.returns):
        raise RecordError(f"episode {episode.id} replays to returns {state.returns}, the record says {list(episode.returns)}")
    return rewards
