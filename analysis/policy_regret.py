"""Policy regret: what a fixed action would have earned against the opponents' own code, which then answers it.

External regret holds fixed what the others did. Where they react (tit for tat, an adversary with a memory), that is not what would have happened. So the
episode is played again: same rules, same seed, same opponents made anew from their stored specs with their own seeds, and one action for good from a round
on. Opponents must be code that answers at once: a model or a person cannot be asked again. Source: Arora, Dekel and Tewari 2012, "Online bandit learning
against an adaptive adversary", ICML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..agents.player import PlayerSpec
from ..arena.episode import play_match
from ..arena.plan import Match
from ..arena.record import Episode
from ..arena.watchdog import Watchdog
from ..games.core import Game, NotSupported
from ..games.matrix.rules import TALK, MatrixGame
from ..games.mixtures import Mixture
from ..games.online.rules import OnlineGame
from ..games.registry import make

__all__ = ["PolicyRegret", "policy_regret"]


class PolicyRegret(NamedTuple):
    """What single actions would have earned.

    Attributes:
        earned: by the seat, as recorded.
        fixed: what each action for good would have earned over the whole episode, of shape (actions,).
        regret: the largest of these less ``earned``.
        best: the number of that action.
    """

    earned: float
    fixed: NDArray[np.float64]
    regret: float
    best: int


def policy_regret(episode: Episode, seat: int, *, start: int = 0, game: Game | None = None, watchdog: Watchdog | None = None) -> PolicyRegret:
    """Play an episode again with every fixed action of a seat.

    Args:
        episode: of online learning or of a matrix game.
        seat: whose regret.
        start: the joint move from which the action is taken; before it, the recorded moves are.
        game: the rules; by default made from the record.
        watchdog: an entered watchdog, when many episodes are asked for in a row.

    Raises:
        NotSupported: another game; an opponent that cannot be asked again; or opponents that, asked again, do not do what was recorded.
    """
    game = make(episode.game, **episode.params) if game is None else game
    if not isinstance(game, OnlineGame | MatrixGame):
        raise NotSupported(f"policy regret is told of online learning and matrix games, and not of {game.made_as}")
    specs = []
    for other, record in enumerate(episode.seats):
        specs.append(PlayerSpec.of(record.spec["kind"], record.name, **{name: value for name, value in record.spec.items() if name != "kind"}))
        if other != seat and (problem := _problem(specs[-1])):
            raise NotSupported(f"{record.name} in seat {other} cannot be asked again: {problem}")
    recorded = [{"choice": decision.choice, "say": decision.say} for decision in episode.decisions if decision.seat == seat]

    def earned(moves: list[dict[str, Any]]) -> float:
        table = [PlayerSpec.of("replay", moves=moves) if at == seat else spec for at, spec in enumerate(specs)]
        played = play_match(Match(game, tuple(table), episode.seed), watchdog=watchdog)
        if played.error is not None:
            raise NotSupported(f"episode {episode.id} breaks off when it is played again: {played.error}")
        return played.returns[seat]

    if earned(recorded) != episode.returns[seat]:
        raise NotSupported(f"episode {episode.id}, played again with the same moves of seat {seat}, comes out different: its opponents are not what they were")
    before, after = recorded[:start], range(min(start, len(recorded)), game.type.horizon)
    choices = _choices(game, seat)
    fixed = np.array([earned([*before, *({"choice": _choice(game, choice, turn)} for turn in after)]) for choice in choices])
    best = int(fixed.argmax())
    return PolicyRegret(episode.returns[seat], fixed, float(fixed[best]) - episode.returns[seat], best)


def _problem(spec: PlayerSpec) -> str | None:
    if spec.needs_model or not spec.sync:
        return "it is no code that answers at once"
    return "it does what it did, whatever happens" if spec.kind == "replay" else None


def _choices(game: OnlineGame | MatrixGame, seat: int) -> list[str | Mapping[str, float]]:
    """List the single actions, as they are answered."""
    if isinstance(game, MatrixGame):
        return list(game.shown[seat])
    domain = game.spec.domain
    return [domain.of(row) for row in np.eye(game.arms)] if isinstance(domain, Mixture) else list(game.names)


def _choice(game: OnlineGame | MatrixGame, choice: str | Mapping[str, float], turn: int) -> str | Mapping[str, float]:
    """Give the answer of a turn: where seats talk before each choice, every other turn only asks for words."""
    return TALK if isinstance(game, MatrixGame) and game.say_chars and turn % 2 == 0 else choice
