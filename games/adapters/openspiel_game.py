"""Any game of OpenSpiel as a game of ours: ``ludens.make("openspiel", name="leduc_poker(players=2)")``.

Rules in words. They are OpenSpiel's. What it declares (seats, chance, information, utility, bounds, length) is taken from it; the position is told in
its own strings: to everybody where nothing is hidden, else to each seat as OpenSpiel's information state. Chance nodes are drawn from the episode's own
generator.

| parameter | meaning | default |
|---|---|---|
| `name` | the game in OpenSpiel's notation | kuhn_poker |
| `rules` | the rules in words, since OpenSpiel has none | |

Actions: the legal moves by their names in this position (see :class:`~ludens.games.adapters.openspiel_moves.NamedMoves`); a choice is OpenSpiel's
number of the move. Observation: OpenSpiel's tensor, of the information state where something is hidden; where a game has no tensor, the share of the
longest game that is over. Payoffs: OpenSpiel's returns.

Not for games that draw inside their own rules (``SAMPLED_STOCHASTIC``: the same moves would not give the same episode), mean-field games and games that do
not number their moves. Hidden information is resampled as well as OpenSpiel does it: for some games (gin rummy) it hands back the state that it was given.

Source: Lanctot et al. 2019, "OpenSpiel: A Framework for Reinforcement Learning in Games", arXiv 1908.09453.

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ParameterError, nearest
from ..core import Game, GameType, State, seat_name
from ..domains import Domain, Integer
from ..words import listed, number
from .openspiel_state import OpenSpielState
from .openspiel_words import NOTES, one_line

if TYPE_CHECKING:
    from gymnasium.spaces import Space

__all__ = ["OpenSpielGame", "load_spiel"]

_UTILITY = {"ZERO_SUM": "zero_sum", "CONSTANT_SUM": "constant_sum", "GENERAL_SUM": "general_sum", "IDENTICAL": "cooperative"}


@lru_cache(maxsize=64)
def load_spiel(name: str) -> Any:
    """Load a game of OpenSpiel, once a process. Raises ``pyspiel.SpielError`` for a name or a parameter that it does not know."""
    import pyspiel

    return pyspiel.load_game(name)


@dataclass(frozen=True, kw_only=True)
class OpenSpielGame(Game):
    """A game of OpenSpiel; see the module."""

    name: str = "kuhn_poker"
    rules: str = ""

    def __post_init__(self) -> None:
        import pyspiel

        short = self.name.partition("(")[0].strip()
        known = pyspiel.registered_names()
        self.require(short in known, "name", f"is no game of OpenSpiel{nearest(short, known)}")
        try:
            kind = load_spiel(self.name).get_type()
        except pyspiel.SpielError as problem:
            raise ParameterError(f"{self.id or type(self).__name__}: name={self.name!r} is refused by OpenSpiel: {one_line(problem)}") from problem
        self.require(kind.dynamics != pyspiel.GameType.Dynamics.MEAN_FIELD, "name", "is a mean-field game; only games of seats can be played")
        self.require(not kind.action_structs_only, "name", "does not number its moves, so they cannot be listed")
        sampled = kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC
        self.require(
            not sampled, "name", "draws its chance inside its own rules, so that an episode cannot be repeated; a game with explicit chance would be right"
        )

    @property
    def spiel(self) -> Any:
        """The ``pyspiel.Game``."""
        return load_spiel(self.name)

    @property
    def seats(self) -> int:
        return int(self.spiel.num_players())

    @cached_property
    def hidden(self) -> bool:
        """Whether OpenSpiel declares that a seat may know less than all that has happened."""
        return self.spiel.get_type().information.name == "IMPERFECT_INFORMATION"

    @cached_property
    def type(self) -> GameType:
        spiel = self.spiel
        kind = spiel.get_type()
        sequential = kind.dynamics.name == "SEQUENTIAL"
        one_shot = kind.information.name == "ONE_SHOT"
        return GameType(
            seats=(min(kind.min_num_players, self.seats), max(kind.max_num_players, self.seats)),
            # OpenSpiel calls a game simultaneous where it is so at some of its nodes
            dynamics="sequential" if sequential or self.seats == 1 else "simultaneous" if one_shot else "mixed",
            information="perfect" if sequential and not self.hidden else "imperfect",
            utility=_UTILITY[kind.utility.name],  # type: ignore[arg-type]
            payoff_low=float(spiel.min_utility()),
            payoff_high=float(spiel.max_utility()),
            horizon=max(1, int(spiel.max_game_length())),
            chance=kind.chance_mode.name != "DETERMINISTIC",
        )

    def rules_text(self, seat: int | None = None) -> str:
        kind, facts = self.spiel.get_type(), self.type
        own = f" You are {seat_name(seat)}." if seat is not None else ""
        seats = f"{self.seats} players, {listed(map(seat_name, range(self.seats)))}." if self.seats > 1 else "one player, player_0."
        turns = {"sequential": "Moves are made one at a time.", "simultaneous": "All move at once.", "mixed": "Some or all moves are made at once."}[
            facts.dynamics
        ]
        sums = {
            "zero_sum": ", and payoffs add up to zero",
            "constant_sum": ", and payoffs add up to the same sum always",
            "cooperative": ", the same for all",
        }.get(facts.utility, "")
        lines = [f"The game is {kind.long_name}, as OpenSpiel plays it ({self.name}). There {'are' if self.seats > 1 else 'is'} {seats}{own}"]
        lines += [words for words in (self.rules or NOTES.get(kind.short_name, ""),) if words]
        lines.append(f"{turns} A payoff is from {number(facts.payoff_low)} to {number(facts.payoff_high)}{sums}.")
        return "\n".join(lines)

    @cached_property
    def tensor(self) -> str:
        """Which tensor of OpenSpiel learners see: ``"information_state"``, ``"observation"`` or, where the game has none, ``""``."""
        kind = self.spiel.get_type()
        offered = {"information_state": kind.provides_information_state_tensor, "observation": kind.provides_observation_tensor}
        order = ("information_state", "observation") if self.hidden else ("observation", "information_state")
        return next((name for name in order if offered[name] and self._tensor_size(name)), "")

    def _tensor_size(self, name: str) -> int:
        """How many numbers a tensor has; 0 where OpenSpiel declares it and does not have it (its crosswords)."""
        import pyspiel

        try:
            return int(np.prod(getattr(self.spiel, f"{name}_tensor_shape")()))
        except pyspiel.SpielError:
            return 0

    def observation_space(self, seat: int) -> Space[Any]:
        from gymnasium.spaces import Box

        return Box(-np.inf, np.inf, (self._tensor_size(self.tensor) if self.tensor else 1,), np.float32)

    def action_domain(self, seat: int) -> Domain:
        return Integer(0, int(self.spiel.num_distinct_actions()) - 1)

    def new_state(self, seed: int) -> State:
        state = OpenSpielState(self, seed)
        state.open()
        return state
