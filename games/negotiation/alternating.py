"""Alternating offers with discounting: the bargaining game of Rubinstein and its finite forebear of Ståhl.

Rules in words. Two sides split a pie of known size. One proposes a split; the other accepts it or makes a counter-offer, and so on. Each
counter-offer costs time: it multiplies what a side will earn by that side's discount factor, and the talks may also break down
after it. The last act before the deadline can only accept or reject, and a rejection there leaves both with their outside
options, so a game of ``deadline`` acts has ``deadline - 1`` possible offers. A long deadline stands in for the infinite game;
``disclose_deadline=False`` (the default) hides it.

| parameter | meaning | default |
|---|---|---|
| `pie` | what there is to split | 1 |
| `grain` | pieces it is cut into | 100 |
| `discount` | what each counter-offer does to a side's earnings | 0.9, 0.9 |
| `breakdown` | probability of an end after each counter-offer | 0 |
| `deadline` | acts in all | 40 |

and the other parameters of the protocol, see :class:`~ludens.games.negotiation.table.Bargain`.

Actions: `propose` with the pieces that the proposer keeps, `accept` where an offer is open, `reject` where the last act only answers.
Observation: time gone (if disclosed), whose turn, which offers are open, both latest offers as player_0's share. Payoffs: the
share times the discount factor to the power of the number of counter-offers made.

Sources: Rubinstein 1982, "Perfect Equilibrium in a Bargaining Model", Econometrica 50; Ståhl 1972, "Bargaining Theory"; Binmore, Rubinstein
and Wolinsky 1986, RAND Journal of Economics 17 (breakdown as impatience).

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core import Prediction
from .solve import finite_share, rubinstein_share
from .split import Split

__all__ = ["AlternatingOffers"]


@dataclass(frozen=True, kw_only=True)
class AlternatingOffers(Split):
    """Split a pie by alternating offers under discounting; see the module."""

    discount: tuple[float, float] = (0.9, 0.9)
    deadline: int = 40
    last_answers_only: bool = True
    disclose_deadline: bool = False
    counter_only: bool = True

    def predictions(self) -> tuple[Prediction, ...]:
        if any(self.outside) or self.reject_ends or not self.last_answers_only or not self.offers_lapse:
            return ()
        patience = tuple(factor * (1 - self.breakdown) for factor in self.discount)
        mine, theirs = patience[self.first], patience[1 - self.first]
        exact = finite_share(mine, theirs, self.deadline - 1)
        near = 2.0 / self.grain
        out = [
            Prediction(
                "subgame_perfect",
                "share",
                exact if self.first == 0 else 1 - exact,
                f"backward induction over {self.deadline - 1} offers (Ståhl 1972)",
                "player_0's share, agreed at once; continuous pie, breakdown counted as impatience",
                near,
            )
        ]
        if mine * theirs < 1:
            limit = rubinstein_share(mine, theirs)
            note = "player_0's share when there is no deadline"
            out.append(Prediction("subgame_perfect_infinite", "share", limit if self.first == 0 else 1 - limit, "Rubinstein 1982, Econometrica 50", note))
        return tuple(out)
