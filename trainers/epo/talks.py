"""The strategist's side of an episode: its strategies, and the very tokens of them, as rows that a loss is computed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...agents.strategist.sources import BY
from ...arena.record import CallRecord, Episode, advance
from ..credit import Floats

__all__ = ["Row", "Spoken", "Strategy", "rows", "strategies", "told"]


class Strategy(NamedTuple):
    """One strategy.

    Attributes:
        turn: joint moves played before it.
        text: the reply that said it.
        prompt: token ids that the strategist was given.
        reply: token ids that it sampled, the end of its answer included.
        logprobs: of the reply's tokens under the model that sampled them, before temperature and masks.
        read: whether it could be read; one that could not was never heard, and is trained on by nothing.
    """

    turn: int
    text: str
    prompt: tuple[int, ...]
    reply: tuple[int, ...]
    logprobs: tuple[float, ...]
    read: bool


class Row(NamedTuple):
    """Tokens in one stretch, some of them strategies.

    Attributes:
        ids: token ids, ``T`` of them.
        places: where the strategies' tokens stand, in order.
        gains: of each of these, what its log-probability counts in the loss.
        logprobs: of each of these, under the model that sampled them.
    """

    ids: tuple[int, ...]
    places: tuple[int, ...]
    gains: tuple[float, ...]
    logprobs: tuple[float, ...]


class Spoken(NamedTuple):
    """What was said in one episode, and what it came to.

    Attributes:
        said: strategies, in order, ``T`` of them.
        weights: what each counts, ``[T]``.
        outcome: what the seat earned, from 0 to 1.
        deal: the same for episodes of the same seat and deal against the same opponents.
    """

    said: Sequence[Strategy]
    weights: Floats
    outcome: float = 0.0
    deal: object = None


def strategies(episode: Episode, seat: int) -> list[Strategy]:
    """Collect a seat's strategies, those without recorded tokens left out."""
    found = []
    for decision in episode.decisions:
        if decision.seat == seat:
            found += [_strategy(decision.turn, call) for call in decision.calls if call.by == BY and call.prompt_token_ids and call.token_ids and call.logprobs]
    return found


def told(episode: Episode, seat: int) -> Iterator[tuple[int, list[str]]]:
    """Play an episode again, and give at every joint turn, and at its end, what the seat has seen since the turn before."""
    from ...games.registry import make

    state, known = make(episode.game, **episode.params).start(episode.seed), 0
    for moves in [*episode.moves(), None]:
        seen = state.observe(seat).events
        yield state.turn, [event.text for event in seen[known:]]
        known = len(seen)
        if moves is not None:
            advance(state, moves)


def _strategy(turn: int, call: CallRecord) -> Strategy:
    return Strategy(turn, call.text or "", call.prompt_token_ids or (), call.token_ids or (), call.logprobs or (), call.status in ("ok", "repaired"))


def rows(said: Sequence[Strategy], weighed: Floats) -> Iterator[Row]:
    """Lay an episode's strategies out as rows: one for all of them as long as each prompt goes on from the one before, with its answer, token by token.

    Only tokens that were sampled count, each as its strategy's weight over the strategy's tokens and over the episode's strategies: the mean over strategies
    of the weighted mean over tokens, as in the released code. A prompt that begins otherwise than the tokens before it opens a row of its own, so that what is
    learned from is exactly what was sampled from.

    Args:
        said: an episode's strategies, in order.
        weighed: their weights, ``[T]``.
    """
    counted = max(sum(strategy.read for strategy in said), 1)
    ids: tuple[int, ...] = ()
    places: list[int] = []
    gains: list[float] = []
    logprobs: list[float] = []
    for strategy, weight in zip(said, weighed, strict=True):
        if places and strategy.prompt[: len(ids)] != ids:
            yield Row(ids, tuple(places), tuple(gains), tuple(logprobs))
            places, gains, logprobs = [], [], []
        ids = strategy.prompt + strategy.reply
        if strategy.read:
            places += range(len(strategy.prompt), len(ids))
            gains += [float(weight) / (len(strategy.reply) * counted)] * len(strategy.reply)
            logprobs += strategy.logprobs
    if places:
        yield Row(ids, tuple(places), tuple(gains), tuple(logprobs))
