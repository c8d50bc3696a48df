"""Prompts in the middle of an episode: positions of episodes that were played before, from which a model goes on.

That is the dataset reset of DR-PO (Chang et al. 2024, arXiv:2404.08495) where the episodes are the reference's, and, where an answer is one turn and the
episodes are the policy's own, the turn-level form of segment policy optimisation (Guo et al. 2025, arXiv:2505.23564): what a turn is worth is found by playing
on from it many times, without a critic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...arena.episode import Branch
from ...arena.record import Episode, advance
from ...games.core import Game

__all__ = ["Reset", "joined", "resets"]


class Reset(NamedTuple):
    """Where a prompt begins.

    Attributes:
        episode: in which; it was played from its beginning.
        turn: joint moves played before.
        branch: the position.
    """

    episode: Episode
    turn: int
    branch: Branch


def resets(game: Game, episodes: Sequence[tuple[Episode, int]], share: float, rng: np.random.Generator) -> list[Reset | None]:
    """Draw a decision of the seat in each of some episodes.

    Args:
        game: the rules.
        episodes: with the seat in each.
        share: of the episodes that are used, the first ones; of the others, and of those in which the seat decided nothing, it is None.
        rng: source of chance.
    """
    found: list[Reset | None] = []
    for number, (episode, seat) in enumerate(episodes):
        turns = [decision.turn for decision in episode.decisions if decision.seat == seat]
        drawn = rng.random()
        if number >= round(share * len(episodes)) or not turns:
            found.append(None)
            continue
        turn, state = turns[int(drawn * len(turns))], game.start(episode.seed)
        for before in list(episode.moves())[:turn]:
            advance(state, before)
        found.append(Reset(episode, turn, Branch(state, {})))
    return found


def joined(episode: Episode, reset: Reset | None) -> Episode:
    """Put the decisions before a reset in front of what was played from there on, so that the record is one of a whole episode."""
    if reset is None:
        return episode
    before = tuple(decision for decision in reset.episode.decisions if decision.turn < reset.turn)
    return replace(episode, decisions=(*before, *episode.decisions))
