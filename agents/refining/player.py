"""The kind of player ``refined``: another player's proposals are scored, and sent back in words until one is good enough."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Generator, Mapping
from functools import lru_cache
from typing import Any

from ...errors import LudensError, ParameterError
from ...games.actions import Move
from ...games.core import Game, GameType, Observation
from ...llm.chat import ChatModel
from ..player import Answer, BasePlayer, Call, Player, wrapped_spec
from .critic import Critic, critic_of
from .feedback import Reconsidered, feedback

__all__ = ["RefinedPlayer", "fits", "pin"]

Given = Move | Answer
_Asking = Generator[Observation, Given, Answer]


class RefinedPlayer(BasePlayer):
    """Asks another player until what it proposes has an advantage over what it usually does, as a critic sees it.

    One decision is one loop of ReAd (Zhang et al. 2024, arXiv 2405.14314, algorithms 2 and 3): propose, score, and where the score is not above the
    threshold, tell the score and ask again. In a joint game that is ReAd-J; in one with ``order=in_turn`` the decisions are those of one agent after the
    other, which is ReAd-S. A player that has used up its budget plays the best of its proposals. The threshold stays where it is: the published rule
    halves it with every rejection, and the published runs did not follow it.

    Each answer keeps a JSON note: the threshold, and ``proposals``, a list of their choices and scores in order.

    Args:
        of: who proposes: a kind of player, or a mapping with ``kind`` and its parameters.
        critic: the folder of a critic that the trainer ``read`` made, or ``{noise: ..., discount: ...}`` for the exact values of the player ``noisy_planner``.
        threshold: above which a proposal is played; None for the critic's own.
        budget: proposals a decision at most.
        model: what the other player asks, where it asks a model.
        digest: which critic the folder is to hold; filled in when the player is named.

    Raises:
        ParameterError: a parameter is of the wrong kind or out of range, or there is no critic in the folder.
        LudensError: the folder is damaged or holds another critic; at the first move, the critic does not know the game.
    """

    def __init__(
        self,
        of: str | Mapping[str, Any],
        critic: str | Mapping[str, Any],
        *,
        threshold: float | None = None,
        budget: int = 10,
        model: ChatModel | None = None,
        digest: str | None = None,
    ) -> None:
        if threshold is not None and not isinstance(threshold, int | float):
            raise ParameterError(f"refined: threshold={threshold!r} should be a number, or null for the critic's own")
        if type(budget) is not int or budget < 1:
            raise ParameterError(f"refined: budget={budget!r} should be a whole number above 0")
        self._of, self._model, self._budget = wrapped_spec("refined: of", of), model, budget
        self._critic = _made(critic, digest)
        self._given = threshold
        self._of.build(model)  # what is wrong with it is told now

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._inner: Player = self._of.build(self._model)
        self._inner.start(seat, game_type, seed)
        self._threshold: float | None = None

    def act(self, observation: Observation) -> Answer | Awaitable[Answer]:
        if self._threshold is None:
            if reason := self._critic.fits(observation.game):
                raise LudensError(f"refined: the critic does not know {observation.game.label}: {reason}")
            self._threshold = self._critic.threshold(observation.game) if self._given is None else float(self._given)
        loop = self._refine(observation, self._threshold)
        asked = next(loop)
        while True:
            given = self._inner.act(asked)
            if inspect.isawaitable(given):
                return self._wait(loop, given)
            try:
                asked = loop.send(given)
            except StopIteration as stop:
                return stop.value

    async def _wait(self, loop: _Asking, given: Awaitable[Given]) -> Answer:
        while True:
            try:
                asked = loop.send(await given)
            except StopIteration as stop:
                return stop.value
            answer = self._inner.act(asked)
            assert inspect.isawaitable(answer)
            given = answer

    def _refine(self, observation: Observation, threshold: float) -> _Asking:
        """Ask, score and ask again; give what is played."""
        calls: list[Call] = []
        tried: list[tuple[Move, float]] = []
        asked, last = observation, Answer(None)
        while len(tried) < self._budget:
            given = yield asked
            last = given if isinstance(given, Answer) else Answer(given)
            calls += last.calls
            if last.move is None:
                break
            tried.append((last.move, self._critic.score(observation, last.move)))
            if tried[-1][1] > threshold:
                break
            asked = Reconsidered(observation, feedback(*tried[-1], threshold))
        proposals = [{"choice": move.choice, "score": round(score, 6)} for move, score in tried]
        note = json.dumps({"threshold": threshold, "proposals": proposals, **({"note": last.note} if last.note else {})})
        if not tried:
            return Answer(None, last.status, tuple(calls), last.problem, note)
        # of equals the last: it is what the player has just said
        best = max(reversed(tried), key=lambda item: item[1])[0]
        return Answer(best, calls=tuple(calls), note=note)

    def end(self, outcome: Mapping[str, Any]) -> None:
        self._inner.end(outcome)


def fits(game: Game, of: str | Mapping[str, Any], critic: str | Mapping[str, Any], digest: str | None = None, **_: Any) -> str | None:
    """Say why it cannot play ``game``, or None when it can."""
    return wrapped_spec("refined: of", of).why_not(game) or _made(critic, digest).fits(game)


def pin(params: dict[str, Any]) -> dict[str, Any]:
    """Add the digest of the critic that the folder holds now, unless one is given: another critic makes another player."""
    if not isinstance(params.get("critic"), str) or params.get("digest"):
        return params
    from .folders import critic_digest

    return {**params, "digest": critic_digest(params["critic"])}


def _made(critic: str | Mapping[str, Any], digest: str | None) -> Critic:
    if isinstance(critic, str) and critic:
        from .folders import critic_digest

        found = critic_digest(critic)
        if digest not in (None, found):
            raise LudensError(f"refined: {critic!r} holds another critic ({found}) than when the player was named ({digest})")
        digest = found
    return _kept(json.dumps(critic, sort_keys=True), digest)


@lru_cache(maxsize=16)
def _kept(critic: str, digest: str | None) -> Critic:
    # one for all seats and episodes of a process: it holds nothing of an episode
    return critic_of(json.loads(critic))
