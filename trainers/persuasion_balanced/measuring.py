"""What training was worth: the same deals, seats and partners before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...agents.player import PlayerSpec
from ...analysis.persuasion import Case, Rates, cases, rates, team
from ...arena.record import Episode
from ...arena.report.summary import Estimate
from ...arena.seeds import child_seed
from ...games.core import Game
from ...games.persuasion.rules import Persuasion
from ..epo.playing import Deal, deals, play
from ..paired import edge, told
from .growing import decided
from .partners import Cast

__all__ = ["Measured", "compared", "gave_in"]

_ASKS = ("cautious",)
"""The style that, in persuasion, only asks whether the other is sure."""


class Measured(NamedTuple):
    """Before and after at the same deals.

    Attributes:
        game: what was played.
        partners: whom it met: those of training (``"met"``), others (``"held out"``), ``"itself"``, or in persuasion whoever ``"only asks"``.
        deals: what was dealt.
        episodes: of ``before`` and ``after``, a deal each.
    """

    game: Game
    partners: str
    deals: list[Deal]
    episodes: dict[str, list[Episode]]

    def earned(self, player: str) -> np.ndarray:
        """Give payoffs in the order of the deals; beside itself, the mean of all seats."""
        alone = self.partners != "itself"
        return np.array([own.returns[deal.seat] if alone else np.mean(own.returns) for own, deal in zip(self.episodes[player], self.deals, strict=True)])

    @property
    def edge(self) -> Estimate:
        """How far after is ahead of before, over paired deals."""
        return edge(self.earned("after"), self.earned("before"))

    def rates(self, player: str) -> Rates | None:
        """Rates of persuasion; None in other games."""
        if not isinstance(self.game, Persuasion):
            return None
        found: list[Case] = []
        for episode, deal in zip(self.episodes[player], self.deals, strict=True):
            found += [case for seat in ((0, 1) if self.partners == "itself" else (deal.seat,)) for case in cases(episode, seat)]
        return rates(found)

    def row(self) -> dict[str, Any]:
        """Give all of it as JSON values."""
        means = {player: round(float(self.earned(player).mean()), 4) for player in self.episodes}
        ahead, facts = self.edge, dict[str, Any]()
        for player, own in self.episodes.items():
            facts[f"gave_in_{player}"] = _plain(gave_in(self.game, own, self.deals))
            if isinstance(self.game, Persuasion):
                found = self.rates(player)
                assert found is not None
                facts[f"rates_{player}"] = {name: _plain(value) for name, value in found._asdict().items()}
                facts[f"team_{player}"] = _plain(team(own))
        line = f"{self.game.label}, partners {self.partners}: before {means['before']:.3f}, after {means['after']:.3f}, difference {told(ahead)}"
        return {"game": self.game.label, "partners": self.partners, "matches": len(self.deals), **means, "edge": _plain(ahead), **facts, "line": line}


def gave_in(game: Game, episodes: Sequence[Episode], dealt: Sequence[Deal]) -> Estimate | None:
    """Estimate the share of the learner's decisions in dispute that gave in, with Wilson's interval; None where nothing was in dispute."""
    from ...analysis.resample import wilson_interval

    seen = [one.yields for episode, deal in zip(episodes, dealt, strict=True) for one in decided(game, episode, deal.seat) if one.yields is not None]
    if not seen:
        return None
    share = sum(seen) / len(seen)
    return Estimate(share, *wilson_interval(share, len(seen), 0.95), n=len(seen), method="Wilson")


async def compared(cast: Cast, games: Sequence[Game], before: Path, after: Path, seed: int) -> list[Measured]:
    """Play the model before and after its training.

    Args:
        cast: partners and parameters.
        games: what is played.
        before: the checkpoint that training began with.
        after: the one that it ended with.
        seed: of deals and partners, the same for both.
    """
    config, found = cast.config, list[Measured]()
    places = {"before": before, "after": after}
    players = {name: cast.learner(model=name, temperature=config.measured_at) for name in places}
    for game in games:
        fields: dict[str, list[PlayerSpec] | None] = {"met": cast.pool(game, config.partners)}
        if config.held_out:
            fields["held out"] = cast.pool(game, config.held_out)
        fields["itself"] = None
        if isinstance(game, Persuasion) and game.asking:
            fields["only asks"] = cast.pool(game, _ASKS)
        for partners, pool in fields.items():
            own = child_seed(seed, game.made_as, partners)
            # whom a deal is drawn with does not matter beside itself: the other seat is the same player
            dealt = deals(game, config.matches, pool or [cast.learner()], (), share=0.0, seed=own)
            models = {**cast.specs, **{name: cast.at(str(place)) for name, place in places.items()}}
            episodes = {}
            for name, player in players.items():
                seated = [deal._replace(others=(player,) * game.seats) if pool is None else deal for deal in dealt]
                episodes[name] = await play([deal.match(player) for deal in seated], models)
            found.append(Measured(game, partners, dealt, episodes))
    return found


def _plain(estimate: Estimate | None) -> list[float | int] | None:
    """Write an estimate as [value, low, high, n]; None where there is none."""
    if estimate is None:
        return None
    return [round(estimate.value, 4), round(estimate.low, 4), round(estimate.high, 4), estimate.n]
