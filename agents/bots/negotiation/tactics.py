"""Time-dependent concession with logrolling, for every two-party negotiation game."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....games.actions import Move
from ....games.core import Observation
from ....games.negotiation.table import Bargain, Private, Setting
from .outlook import outlook
from .talk import Scene, speak

__all__ = ["BargainBot", "Tactic"]

ASSUMED_ACTS = 20
"""How long a bot thinks the talks last when it is not told."""


@dataclass(frozen=True)
class Tactic:
    """How demands fall.

    Attributes:
        high, low: first and last demand as parts of the gain over the outside option that a bot hopes for.
        speed: exponent ``e`` of the concession ``x ** (1 / e)``: 1 falls linearly, more falls early, less falls late.
        logroll: of equally good offers make the one that the other side seems to like best; else any of the cheapest.
        honest: whether claims are true.
        walks: leaves in anger when the last act brings it no acceptable offer.
        low_value: the last demand in the game's own unit instead of as a part; None for ``low``.
    """

    high: float
    low: float
    speed: float
    logroll: bool = True
    honest: bool = True
    walks: bool = False
    low_value: float | None = None

    def demand(self, elapsed: float, base: float, best: float) -> float:
        """Say what the bot wants now, in the game's unit.

        Args:
            elapsed: time gone, from 0 to 1.
            base: its outside option.
            best: what it hopes for at most.
        """
        gain = best - base
        low = base + self.low * gain if self.low_value is None else self.low_value
        return low + (base + self.high * gain - low) * (1.0 - elapsed ** (1.0 / self.speed))


class BargainBot:
    """One side of a two-party negotiation.

    Args:
        game: the rules.
        style: names the words it uses.
        tactic: how it concedes.
        seat: where it sits.
        rng: its generator.
    """

    def __init__(self, game: Bargain, style: str, tactic: Tactic, seat: int, rng: np.random.Generator) -> None:
        self.game, self.style, self.tactic, self.seat, self.rng = game, style, tactic, seat, rng
        self.setting: Setting = {}
        self.private: dict[int, Private] = {}
        self.heard = 0
        self.theirs: list[tuple[int, ...]] = []
        self.acted = False

    def act(self, observation: Observation) -> Move:
        """Choose a legal act and something to say with it."""
        self._listen(observation)
        spec = observation.action_spec
        open_acts = spec.domain.names  # type: ignore[attr-defined]
        demand, settle = (self.tactic.demand(self._elapsed(turn), self.base, self.best) for turn in (observation.turn, observation.turn + 1))
        offered = self._offered(observation, open_acts)
        last = self.game.disclose_deadline and observation.turn >= self.game.deadline - 1
        if last and not self.tactic.walks:
            settle = self.base + 1e-6  # nothing better can come any more
        choice, scene = self._choose(open_acts, demand, settle, offered, last)
        said = None
        if spec.say_chars:
            said = speak(self, choice, scene, offered=offered, demand=demand, first=not self.acted)[: spec.say_chars]
        self.acted = True
        return Move(choice, said)

    # -- what it knows -----------------------------------------------------------------------------------------------

    def _listen(self, observation: Observation) -> None:
        for event in observation.events[self.heard :]:
            if event.kind == "setting":
                self.setting = event.data
            elif event.kind == "private":
                self.private[event.data["seat"]] = {name: item for name, item in event.data.items() if name != "seat"}
            elif event.kind == "offer" and event.seat != self.seat:
                self.theirs.append(tuple(event.data["deal"]))
        if self.heard == 0:
            self._size_up()
        self.heard = len(observation.events)

    def _size_up(self) -> None:
        game, other = self.game, 1 - self.seat
        self.deals = game.deals(self.setting)
        self.own = game.worth(self.setting, self.seat, self.private[self.seat], self.deals)
        self.base = game.outside[self.seat]
        known = game.worth(self.setting, other, self.private[other], self.deals) if other in self.private else None
        self.view = outlook(game, self.setting, self.seat, self.deals, known)
        hopes = self.own[self.view.plausible]
        self.best = max(float(hopes.max()) if len(hopes) else self.base, self.base)

    def _elapsed(self, turn: int) -> float:
        acts = self.game.deadline - 1.0 if self.game.disclose_deadline else ASSUMED_ACTS - 1.0
        keeps = self.game.discount[self.seat] * (1.0 - self.game.breakdown)
        if keeps < 1.0:
            # whoever loses by waiting is through with conceding when half of the value is gone
            acts = min(acts, max(1.0, math.log(0.5) / math.log(keeps)))
        return min(1.0, turn / acts)

    def _offered(self, observation: Observation, open_acts: tuple[str, ...]) -> float | None:
        if "accept" not in open_acts or not self.theirs:
            return None
        return float(self.game.worth(self.setting, self.seat, self.private[self.seat], np.array([self.theirs[-1]]))[0])

    # -- what it does ------------------------------------------------------------------------------------------------

    def _choose(self, open_acts: tuple[str, ...], demand: float, settle: float, offered: float | None, last: bool) -> tuple[dict[str, Any], Scene]:
        """Accept what is worth as much as the next demand (``settle``), else make an offer worth the present one."""
        hopeless = self.best <= self.base
        if offered is not None and offered >= settle - 1e-9 and not (hopeless and offered < self.base):
            return {"act": "accept"}, Scene.ACCEPT
        if "walk" in open_acts and ((last and self.tactic.walks) or hopeless):
            return {"act": "walk"}, Scene.WALK
        if "propose" in open_acts and not (last and "reject" in open_acts):
            deal = self._offer(demand)
            return {"act": "propose", **self.game.to_fields(self.setting, self.seat, deal)}, Scene.COUNTER if offered is not None else Scene.OFFER
        if "reject" in open_acts:
            return {"act": "reject"}, Scene.REJECT
        return {"act": open_acts[-1]}, Scene.WALK if open_acts[-1] == "walk" else Scene.OFFER

    def _offer(self, demand: float) -> tuple[int, ...]:
        good = np.flatnonzero((self.own >= demand - 1e-9) & self.view.plausible)
        if not len(good):
            good = np.flatnonzero(self.own >= self.own.max() - 1e-9) if not self.view.plausible.any() else self._nearest(demand)
        score = self.view.liking(self.theirs)[good] if self.tactic.logroll else -self.own[good]
        best = good[score >= score.max() - 1e-9]
        # a tie leaves the bot free to take more for itself only where the other side does not seem to mind
        best = best[self.own[best] >= self.own[best].max() - 1e-9] if self.tactic.logroll else best
        return tuple(int(item) for item in self.deals[int(best[int(self.rng.integers(len(best)))])])

    def _nearest(self, demand: float) -> NDArray[np.intp]:
        reachable = np.where(self.view.plausible, self.own, -np.inf)
        return np.flatnonzero(reachable >= min(demand, float(reachable.max())) - 1e-9)
