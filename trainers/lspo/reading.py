"""One game of every iteration to read: its agent in all seats, always on the same deal, with what each utterance means beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...agents.latent import LatentSpace
from ...agents.player import PlayerSpec
from ...arena.plan import Match
from ...arena.record import Episode
from ...arena.report.pages import render_replay
from ...arena.seeds import child_seed
from ...games.core import Game, seat_name
from ...llm.chat import ChatModel
from ..matches import played

__all__ = ["PAGE", "keep_replay", "read_through", "spoken"]

PAGE = "game.html"


async def read_through(game: Game, agents: Sequence[PlayerSpec], models: Mapping[str, ChatModel], seed: int) -> list[Episode]:
    """Play one game with each agent in all seats.

    Args:
        game: in words.
        agents: in order.
        models: by the name that players call theirs.
        seed: of the deal, which is the same for all of them.
    """
    deal = child_seed(seed, "reading")
    return await played([Match(game, (agent,) * game.seats, deal) for agent in agents], models)


def spoken(episode: Episode, space: LatentSpace) -> list[tuple[int, int, str, str, str]]:
    """List what was said: turn, seat, who spoke, the words, and what they mean with the most typical utterance of that meaning."""
    rows = []
    for decision in episode.decisions:
        if decision.say:
            role = episode.seats[decision.seat].role
            number = space.meaning(decision.say, decision.seat, role).number
            who = f"{seat_name(decision.seat)}, {role}" if role else seat_name(decision.seat)
            rows.append((decision.turn, decision.seat, who, decision.say, f"z{number}: {space.banks[space.speaker(role)][number][0]}"))
    return rows


def keep_replay(place: Path, episode: Episode, game: Game, space: LatentSpace) -> Path:
    """Write the page that replays an episode, with meanings as remarks beside the moves, into an iteration's folder."""
    marks = {(turn, seat): f"means {meaning}" for turn, seat, _, _, meaning in spoken(episode, space)}
    path = place / PAGE
    path.write_text(render_replay(episode, game=game, marks=marks), encoding="utf-8")
    return path
