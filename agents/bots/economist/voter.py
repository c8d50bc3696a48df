"""How scripted workers stand and vote: by what each law would bring them, when all others are as the population is known to be and answer exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....games.core import Observation
from ....games.economist.game import Economist
from ....games.economist.labour import best_hours, reward_of_hours
from ....games.economist.schedule import Floats
from ....games.economist.setups import LARGEST_CHANGE

__all__ = ["Voter"]


class Voter:
    """A worker in a vote: stands with its favourite flat rate, and judges laws by its own utility under them.

    Args:
        game: the rules.
        skill: what an hour of it earns.
    """

    def __init__(self, game: Economist, skill: float) -> None:
        self.game, self.skill = game, np.array([skill])

    def worth(self, rates: Floats) -> Floats:
        """Say what laws of shape (S, K), from 0 to 1, would bring: shape (S,)."""
        game, typical = self.game, self.game.typical
        rebate = typical.under(game.edges, rates).rebate
        enjoyed, given = (np.zeros_like(rebate), rebate) if game.spending == "rebate" else (game.good_value * rebate, np.zeros_like(rebate))
        hours = best_hours(game.tastes, self.skill, game.edges, rates, given)
        return reward_of_hours(game.tastes, hours, self.skill, game.edges, rates, rebate=given)[:, 0] + enjoyed

    def stand(self, observation: Observation) -> dict[str, Any]:
        """Stand with the best flat rate, as near to it as may be proposed."""
        game, step = self.game, self.game.terms.rate_step
        flats = np.arange(0, 101, step)
        best = int(flats[self.worth(np.repeat(flats[:, None] / 100, len(game.edges), axis=1)).argmax()])
        now = np.round(100 * observation.data["rates"]).astype(int).tolist()
        most = LARGEST_CHANGE // step * step
        values = [best] * len(now) if game.terms.control == "rates" else [min(max(best - rate, -most), most) for rate in now]
        return {"act": "stand", **{name: value for (name, _), value in zip(game.law(tuple(now)).fields, values, strict=True)}}

    def vote(self, observation: Observation) -> dict[str, Any]:
        """Vote for the best law, approve of those above the mean, or grade them between the worst and the best."""
        laws = next(event.data["laws"] for event in reversed(observation.events) if event.kind == "ballot")
        worth = dict(zip(laws, self.worth(np.array(list(laws.values())) / 100).tolist(), strict=True))
        if self.game.ballot == "plurality":
            return {"act": "vote", "for": max(worth, key=lambda line: worth[line])}
        low, high = min(worth.values()), max(worth.values())
        mean = sum(worth.values()) / len(worth)
        record = observation.action_spec.domain.record("vote")  # type: ignore[attr-defined]
        if self.game.ballot == "approval":
            return {"act": "vote", **{line: "yes" if line in worth and worth[line] >= mean else "no" for line, _ in record.fields}}
        return {"act": "vote", **{line: round(10 * (worth[line] - low) / (high - low or 1)) if line in worth else 0 for line, _ in record.fields}}
