"""Bots for retrieval: searchers who go hop by hop or only once, and one who guesses. They understand the questions of the made-up library, not those of files.

What the styles mean: fair searches for one thing after another, by its name and what is asked of it, reads the passage that is about it, and answers what it
found; generous does the same and reads everything that a search finds, as long as its moves last; greedy searches once, for the whole question, and answers
from the first passage; tough does not search and guesses; deceptive finds the answer as the fair do and gives the thing before it instead; cautious searches
by bare names and answers "unknown" where it is not sure, when the others give what they came to last.
"""

from __future__ import annotations

from ....errors import ParameterError
from ....games.core import Game
from ....games.retrieval.game import Retrieval
from .. import BotFactory
from .habits import CLAUSES, ToldBot, understood
from .searcher import GuesserBot, OneHopBot, SearcherBot

__all__ = ["CLAUSES", "GAMES", "bot_for", "bot_told"]

GAMES = ("Retrieval",)


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's bots.

    Raises:
        ParameterError: the game is not of this family, or its questions come from a file.
    """
    _require_known(game)
    if style == "greedy":
        return lambda seat, rng: OneHopBot()
    if style == "tough":
        return lambda seat, rng: GuesserBot()
    return lambda seat, rng: SearcherBot(style)


def bot_told(game: Game, instruction: str) -> BotFactory | None:
    """Give the maker of bots that do what an instruction says, as far as it is made of :data:`CLAUSES`; None where nothing of it is.

    Raises:
        ParameterError: as for :func:`bot_for`.
    """
    _require_known(game)
    return (lambda seat, rng: ToldBot(instruction)) if understood(instruction) else None


def _require_known(game: Game) -> None:
    if not isinstance(game, Retrieval):
        raise ParameterError(f"retrieval bots do not know {game.made_as}; they know {', '.join(GAMES)}")
    if game.questions:
        raise ParameterError("retrieval bots understand the questions of the made-up library only; leave questions out")
