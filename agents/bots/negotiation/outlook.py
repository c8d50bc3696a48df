"""What a negotiator may guess of the other side: which deals it could ever accept, and which it likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....games.negotiation.division import ItemDivision
from ....games.negotiation.exchange import ResourceExchange
from ....games.negotiation.haggling import SELLER, Haggling
from ....games.negotiation.table import Bargain, Setting

__all__ = ["Outlook", "outlook"]


@dataclass(frozen=True)
class Outlook:
    """A view of the other side.

    Attributes:
        received: what each deal gives it of each issue, as parts of all there is, shape (deals, issues).
        plausible: deals that it could conceivably accept, shape (deals,).
        known: what each deal is worth to it, where that is known; shape (deals,).
        deals: the deals, to find its past offers among them.
    """

    received: NDArray[np.float64]
    plausible: NDArray[np.bool_]
    known: NDArray[np.float64] | None
    deals: NDArray[np.int64]

    def liking(self, offers: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Guess how much the other side likes each deal.

        An issue counts as much as the mean part of it that its own past offers kept for itself (Raiffa's
        logrolling: give what the other wants, keep what it gives away); before its first offer all issues count alike.
        """
        if self.known is not None:
            return self.known
        weights = np.full(self.received.shape[1], 0.5)
        if offers:
            rows = [int(np.flatnonzero((self.deals == np.array(offer)).all(axis=1))[0]) for offer in offers]
            weights = self.received[rows].mean(axis=0)
        # the small floor makes everything worth having
        return np.asarray(self.received @ np.maximum(weights, 0.02), dtype=np.float64)


def outlook(game: Bargain, setting: Setting, seat: int, deals: NDArray[np.int64], known: NDArray[np.float64] | None) -> Outlook:
    """Make the view of ``seat`` on the other side from what it may know.

    Args:
        game: the rules.
        setting: what everybody was told.
        seat: who looks.
        deals: all deals.
        known: what they are worth to the other side, where ``seat`` was told.
    """
    other = 1 - seat
    everything = np.ones(len(deals), dtype=bool)
    if known is not None:
        received = known[:, None] / max(1.0, float(np.abs(known).max()))
        return Outlook(received, known >= game.outside[other], known, deals)
    if isinstance(game, ItemDivision):
        pool = np.array(setting["pool"])
        return Outlook((deals if other == 0 else pool - deals) / pool, everything, None, deals)
    if isinstance(game, Haggling):
        price, listed = deals[:, 0], setting["list_price"]
        # nobody pays more than the list price, however much the thing may be worth to them
        fits = price <= listed if seat == SELLER else price >= game.cost_range[0] * listed
        gained = price if other == SELLER else setting["ceiling"] - price
        return Outlook(gained[:, None] / setting["ceiling"], np.asarray(fits), None, deals)
    if isinstance(game, ResourceExchange):
        # before it knows better, a unit of one resource seems worth a unit of another
        flows = deals if other == 1 else -deals
        span = np.maximum(np.array(game.stocks).sum(axis=0), 1)
        return Outlook((1.0 + flows / span) / 2.0, flows.sum(axis=1) >= 0, None, deals)
    return Outlook(np.ones((len(deals), 1)), everything, None, deals)
