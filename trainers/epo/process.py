"""Which turns mattered: by a rule that replays the episode, or by a judge that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...arena.record import Episode, advance
from ...errors import LudensError
from ...games.core import Game, State, seat_name
from ...games.negotiation.table import Bargain
from ...games.replies import last_object
from ...games.retrieval.state import RetrievalState
from ...llm.chat import ChatModel, Message, ModelFailure, Request, Sampling
from .talks import told

__all__ = ["by_judge", "by_rule", "progress_at", "progress_of"]

Progress = Callable[[State, int], float]
_TRUSTED = 3
"""A judge's key turns beyond so many are left out: who marks everything marks nothing."""


def progress_of(game: Game) -> Progress:
    """How far a seat has come: the worth of the other side's last offer to it where offers are made, the passages found in retrieval, else what it earned."""
    if isinstance(game, Bargain):
        return _offered
    return _found if getattr(game, "library", None) is not None else _earned


def _offered(state: State, seat: int) -> float:
    game, others = state.game, [event for event in state.events if event.kind == "offer" and event.seat != seat]
    if not others or not isinstance(game, Bargain):
        return 0.0
    held: Any = state
    deal = np.array([others[-1].data["deal"]])
    return float(game.worth(held.setting, seat, held.private[seat], deal)[0])


def _found(state: State, seat: int) -> float:
    return float(state.outcome["recall"]) if isinstance(state, RetrievalState) else 0.0


def _earned(state: State, seat: int) -> float:
    return float(state.returns[seat])


def progress_at(episode: Episode, game: Game, seat: int, turns: Sequence[int]) -> list[float]:
    """Play an episode again, and give how far a seat had come at each of some joint turns, in the game's unit."""
    state, progress, seen = game.start(episode.seed), progress_of(game), []
    for moves in episode.moves():
        if state.turn in turns:
            seen.append(progress(state, seat))
        advance(state, moves)
    return seen


def by_rule(episode: Episode, game: Game, seat: int, turns: Sequence[int], outcome: float, *, gate: float = 0.6) -> set[int]:
    """Mark the strategy after which the seat's progress rose most before it moved again, and the last one where the episode went well enough.

    Every episode has its turning point, bad ones too: weights of ``norm="traj_maxabs"`` are 1 all through a trajectory of which nothing is marked, so that with
    marks on good episodes alone the bad ones would weigh more.

    Args:
        episode: what was played.
        game: its rules.
        seat: whose strategies.
        turns: joint turns at which they were said.
        outcome: what the seat earned, from 0 to 1.
        gate: the last strategy of an episode that earned less is no key turn.

    Returns:
        Key turns, counted from 0 among ``turns``.
    """
    keys = {len(turns) - 1} if turns and outcome >= gate else set()
    if len(turns) > 1:
        rises = np.diff(progress_at(episode, game, seat, turns))
        keys.add(int(rises.argmax()))
    return keys


_ASK = (
    "Below is a finished game with the strategies that {who} was given before its moves, numbered from 0. It earned {outcome:.2f} on a scale from 0 to 1. "
    'Which strategies were critical for that, at most three? Answer with one JSON object: {{"reasoning": "...", "key": [<numbers>]}}'
)
_SCHEMA = {
    "type": "object",
    "properties": {"reasoning": {"type": "string", "maxLength": 600}, "key": {"type": "array", "items": {"type": "integer"}, "maxItems": _TRUSTED}},
    "required": ["reasoning", "key"],
    "additionalProperties": False,
}


async def by_judge(episode: Episode, seat: int, strategies: Mapping[int, str], outcome: float, judge: ChatModel) -> set[int] | None:
    """Ask a language model which strategies were critical.

    Strategies are numbered by themselves: in the released code the judge counts messages of both sides, and numbers of the wrong side are lost.

    Args:
        episode: what was played.
        seat: whose strategies.
        strategies: what they were, by the joint turn at which each was said.
        outcome: what the seat earned, from 0 to 1.
        judge: who is asked.

    Returns:
        Key turns, counted from 0; None where the reply could not be read or did not come.

    Raises:
        ModelFailure: the judge cannot be asked at all.
    """
    text = f"{_ASK.format(who=seat_name(seat), outcome=outcome)}\n\n{_transcript(episode, seat, strategies)}"
    request = Request((Message("user", text),), Sampling(temperature=0.0, max_tokens=400), schema=_SCHEMA, replicate=f"{episode.id}/{seat}")
    try:
        (reply,) = await judge.generate([request])
    except ModelFailure as failure:
        if failure.fatal:
            raise
        return None
    found: Mapping[str, Any] | None = last_object(reply.text, ("key",))
    keys = None if found is None else found.get("key")
    if not isinstance(keys, list) or not all(type(key) is int for key in keys):
        return None
    return {key for key in keys[:_TRUSTED] if 0 <= key < len(strategies)}


def _transcript(episode: Episode, seat: int, strategies: Mapping[int, str]) -> str:
    """What everybody and this seat saw, with the strategies in their places."""
    lines: list[str] = []
    for turn, seen in told(episode, seat):
        lines += seen
        if turn in strategies:
            lines.append(f"[strategy {list(strategies).index(turn)}: {strategies[turn]}]")
    if not lines:
        raise LudensError(f"episode {episode.id} tells nothing to judge")
    return "\n".join(lines)
