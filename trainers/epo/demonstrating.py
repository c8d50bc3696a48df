"""Tagged transcripts of scripted play, that a strategist begins with: tactics of all kinds, mediocre ones among them, so that training has room to move."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...agents.strategist.sources import BY
from ...arena.record import Episode, prompts
from ...arena.seeds import child_rng
from ...llm.chat import Message, Request
from ...llm.scripted import ScriptedModel
from .talks import Strategy

__all__ = ["Written", "demonstrated", "demonstrator"]

Written = Callable[[Sequence[Message], str], tuple[tuple[int, ...], tuple[int, ...]]]
"""Writes a conversation and the answer to it as the tokens of some model."""
_KEEP = 0.7


def demonstrator(tags: Sequence[str], seed: int, keep: float = _KEEP) -> ScriptedModel:
    """Make a model that stands for scripted tacticians: each episode it draws a strategy, and before every later move keeps it or draws another.

    Args:
        tags: strategies, each alike likely.
        seed: everything drawn follows from it and the request.
        keep: chance that a strategy is kept.
    """

    def answer(request: Request) -> str:
        rng = child_rng(seed, "demonstrated", request.tag)
        said = [message.content for message in request.messages if message.role == "assistant"]
        return said[-1] if said and rng.random() < keep else f"Strategy: {tags[int(rng.integers(len(tags)))]}"

    return ScriptedModel(answer, keep=False)


def demonstrated(episode: Episode, seat: int, written: Written) -> list[Strategy]:
    """Collect a seat's strategies of an episode that no model with tokens said, written as the tokens of the one that is to learn them."""
    found = []
    for decision, call, messages in prompts(episode):
        if decision.seat == seat and call.by == BY and call.text is not None:
            prompt, reply = written(messages, call.text)
            found.append(Strategy(decision.turn, call.text, prompt, reply, tuple(np.zeros(len(reply))), call.status in ("ok", "repaired")))
    return found
