"""Players of persuasion: how they weigh what the other says against what they know.

| style | manner | is |
|---|---|---|
| fair | honest | claims what most of its evidence points to; takes the other's word for as many pieces, and goes by the sum |
| greedy | bayesian | claims honestly, and settles by Bayes' rule, reckoning with misleaders as the rules state their share |
| generous | credulous | claims honestly, and accepts whatever the other claims |
| tough | stubborn | claims honestly, and stands by it whatever the other says |
| deceptive | misleader | claims what fewest of its pieces point to, and stands by it |
| cautious | are_you_sure | shows no evidence and only asks whether the other is sure, where the rules let it ask; else it is honest |

Whoever has the role of a misleader misleads, whatever its style. The final answer of a misleader is what most of its evidence points to; so is that of a seat
that only asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ParameterError, nearest
from ...games.actions import Move
from ...games.core import Game, Observation
from ...games.persuasion.belief import Claim, belief, claims, settled
from ...games.persuasion.rules import MISLEADER, Persuasion
from . import BotFactory, ScriptedPlayer

__all__ = ["GAMES", "MANNERS", "PersuaderPlayer", "PersuasionBot", "bot_for", "persuader_fits"]

GAMES = ("Persuasion",)
MANNERS = {
    "fair": "honest",
    "greedy": "bayesian",
    "generous": "credulous",
    "tough": "stubborn",
    "deceptive": "misleader",
    "cautious": "are_you_sure",
}
"""How each style plays."""
_SPOKEN = {
    "claim": "My evidence points to {answer}, {pieces} of it.",
    "stand": "I have seen nothing that speaks against it.",
    "accept": "You know more than I do.",
    "ask": "Are you sure?",
}


class PersuasionBot:
    """One player for one episode.

    Args:
        game: the rules.
        manner: how it plays.
        seat: where it sits.
        rng: of its own chance.
    """

    def __init__(self, game: Persuasion, manner: str, seat: int, rng: np.random.Generator) -> None:
        self.game, self.manner, self.seat, self.rng = game, manner, seat, rng
        self.tally: list[int] = []
        self.own: int | None = None
        self.theirs: int | None = None
        self.told: Claim | None = None
        self.misleads = manner == "misleader"
        self._read = 0

    def act(self, observation: Observation) -> Move:
        """Claim, then answer what the other claims."""
        self._listen(observation)
        acts = observation.action_spec.domain.names  # type: ignore[attr-defined]
        if "final" in acts:
            return Move({"act": "final", "answer": self.game.names[self._final()]})
        choice = self._choose(acts)
        said = _SPOKEN[choice["act"]].format(**choice) if self.game.say_chars else ""
        return Move(choice, said[: self.game.say_chars] or None)

    def _listen(self, observation: Observation) -> None:
        names = self.game.names
        for event in observation.since(self._read):
            if event.kind == "evidence":
                self.tally = event.data["tally"]
            elif event.kind == "role":
                self.misleads = self.misleads or event.data["role"] == MISLEADER
            elif event.kind in ("claim", "accept"):
                answer = names.index(event.data["answer"])
                if event.seat == self.seat:
                    self.own = answer
                else:
                    self.theirs = answer
                    if event.kind == "claim" and self.told is None:
                        self.told = answer, int(event.data["pieces"])
        self._read = len(observation.events)

    def _choose(self, acts: tuple[str, ...]) -> dict[str, Any]:
        if self.manner == "are_you_sure" and not self.misleads and "ask" in acts:
            return {"act": "ask"}
        if self.own is None:
            open_to = claims(self.tally, misleads=self.misleads)
            answer, count = list(open_to)[int(self.rng.choice(len(open_to), p=list(open_to.values())))]
            return {"act": "claim", "answer": self.game.names[answer], "pieces": count}
        best = self.own if self.misleads else self._best(self.own)
        if best == self.own:
            return {"act": "stand"}
        if best == self.theirs:
            return {"act": "accept"}
        return {"act": "claim", "answer": self.game.names[best], "pieces": self.tally[best]}

    def _best(self, own: int) -> int:
        """Give the answer that it thinks right by now."""
        if self.manner == "credulous":
            return own if self.theirs is None else self.theirs
        if self.manner == "bayesian":
            return settled(belief(self.game, self.tally, self.told), own, self.theirs)
        if self.manner == "stubborn" or self.told is None:
            return own
        counted = np.array(self.tally, float)
        counted[self.told[0]] += self.told[1]
        return settled(counted, own, self.theirs)

    def _final(self) -> int:
        alone = int(np.argmax(self.tally))
        return alone if self.misleads or self.own is None else self._best(self.own)


class PersuaderPlayer(ScriptedPlayer):
    """Plays persuasion in a manner called by its own name.

    Args:
        manner: ``"honest"``, ``"bayesian"``, ``"credulous"``, ``"stubborn"``, ``"misleader"`` or ``"are_you_sure"``; see the module.

    Raises:
        ParameterError: no such manner; at the first move, another game.
    """

    def __init__(self, manner: str = "honest") -> None:
        found = {known: style for style, known in MANNERS.items()}
        if manner not in found:
            raise ParameterError(f"persuader: manner={manner!r} is no manner{nearest(manner, found)}")
        super().__init__(found[manner])


def persuader_fits(game: Game, **_: Any) -> str | None:
    """Say why a persuader cannot play ``game``, or None when it can."""
    return None if isinstance(game, Persuasion) else f"it plays persuasion, not {game.made_as}"


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's bots.

    Raises:
        ParameterError: the game is another, or no such style.
    """
    if not isinstance(game, Persuasion):
        raise ParameterError(f"bots of persuasion do not know {game.made_as}")
    if style not in MANNERS:
        raise ParameterError(f"persuasion bots: style={style!r} is no style{nearest(style, MANNERS)}")
    return lambda seat, rng: PersuasionBot(game, MANNERS[style], seat, rng)
