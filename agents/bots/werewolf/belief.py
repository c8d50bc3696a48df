"""What a seat may think of the others: a posterior over all deals that agree with what it knows, acts weighed by how likely each role is to do them.

Where a cast has few enough deals they are all there and the posterior is exact under its model of behaviour; in larger games it is that of a sample.
After the deduction of Serrino, Kleiman-Weiner, Parkes and Tenenbaum 2019 (arXiv 1906.02330), with a fixed model of behaviour in place of a solver's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from ....games.werewolf.game import Werewolf
from ....games.werewolf.roles import role
from ....games.werewolf.speech import Kind, SpeechAct
from .ledger import Ledger, Said, Voted

__all__ = ["MOST_DEALS", "Belief", "deals"]

MOST_DEALS = 12_000
"""Deals beyond so many are sampled."""
_NEVER = 1e-4

# How likely an act is, relative to its other acts, for somebody of the village and for a werewolf (or who wins with them), by whether its target is a werewolf:
# (village about a werewolf, village about another, werewolf about a fellow, werewolf about another)
_ABOUT: Mapping[Kind, tuple[float, float, float, float]] = {
    Kind.ACCUSE: (1.3, 1.0, 0.4, 1.1),
    Kind.CALL_VOTE: (1.3, 1.0, 0.4, 1.1),
    Kind.COUNTER: (1.5, 0.8, 0.3, 1.2),
    Kind.DEFEND: (0.7, 1.1, 1.8, 0.9),
}
_VOTE = (1.4, 1.0, 0.45, 1.15)
_CLAIM_TRUE: Mapping[str, float] = {"seer": 0.6, "medium": 0.6, "doctor": 0.1, "bodyguard": 0.1}
_CLAIM_FALSE = {"village": 0.01, "werewolves": 0.2}
_REPORT_FALSE = (0.15, 0.6, 0.25)
"""What a liar reports: a fellow werewolf found, another called a werewolf, somebody cleared."""


@lru_cache(maxsize=64)
def deals(cast: tuple[str, ...], known: tuple[tuple[int, str], ...]) -> NDArray[np.int8]:
    """List the deals in which some seats have known roles, as indices into the distinct roles of the cast: shape ``(deals, seats)``.

    All of them where there are at most :data:`MOST_DEALS`, else as many drawn at random (always the same).
    """
    names = list(dict.fromkeys(cast))
    fixed = dict(known)
    rest = Counter(cast)
    rest.subtract(fixed.values())
    open_seats = [seat for seat in range(len(cast)) if seat not in fixed]
    left = [names.index(name) for name, count in rest.items() for _ in range(count)]
    count = factorial(len(left)) // prod(factorial(number) for number in rest.values())
    table = np.empty((min(count, MOST_DEALS), len(cast)), np.int8)
    for seat, name in fixed.items():
        table[:, seat] = names.index(name)
    if count <= MOST_DEALS:
        table[:, open_seats] = _arrangements(tuple(sorted(left)))
    else:
        table[:, open_seats] = np.random.default_rng(0).permuted(np.tile(np.array(left, np.int8), (MOST_DEALS, 1)), axis=1)
    table.setflags(write=False)
    return table


@lru_cache(maxsize=256)
def _arrangements(items: tuple[int, ...]) -> NDArray[np.int8]:
    """All distinct orders of some items: shape ``(orders, items)``."""
    if not items:
        return np.zeros((1, 0), np.int8)
    parts = []
    for item in sorted(set(items)):
        rest = list(items)
        rest.remove(item)
        tail = _arrangements(tuple(rest))
        parts.append(np.hstack([np.full((len(tail), 1), item, np.int8), tail]))
    return np.vstack(parts)


class Belief:
    """A posterior over deals.

    Args:
        game: the rules.
        known: seats whose roles are certain from the beginning: one's own, and one's pack.

    Attributes:
        weights: of the deals, adding up to 1.
    """

    def __init__(self, game: Werewolf, known: Mapping[int, str]) -> None:
        self.game = game
        self.names = list(game.counts)
        self.deals = deals(game.cast, tuple(sorted(known.items())))
        self.wolf = np.array([role(name).species == "werewolf" for name in self.names])[self.deals]
        self.against = np.array([role(name).side == "werewolves" for name in self.names])[self.deals]
        self._log = np.zeros(len(self.deals))
        self._acts = self._votes = self._dead = 0
        self._sure: dict[int, object] = {}
        self._repeated: set[tuple[int, int, SpeechAct]] = set()

    @classmethod
    def of(cls, game: Werewolf, ledger: Ledger) -> Belief:
        """Open the belief of a seat that knows its role and perhaps its pack."""
        known = {ledger.seat: ledger.role}
        if ledger.role == "werewolf":
            known |= dict.fromkeys(ledger.pack, "werewolf")
        return cls(game, known)

    @property
    def weights(self) -> NDArray[np.float64]:
        weights = np.exp(self._log - self._log.max())
        return np.asarray(weights / weights.sum())

    def wolves(self) -> NDArray[np.float64]:
        """Give the probability of each seat's being a werewolf: shape ``(seats,)``."""
        return np.asarray(self.weights @ self.wolf)

    def enemies(self) -> NDArray[np.float64]:
        """Give the probability of each seat's winning with the werewolves: shape ``(seats,)``."""
        return np.asarray(self.weights @ self.against)

    def roles(self) -> NDArray[np.float64]:
        """Give the probability of each role at each seat: shape ``(seats, roles)``, roles in the order of ``names``."""
        weights = self.weights
        return np.stack([weights @ (self.deals == index) for index in range(len(self.names))], axis=1)

    # -- evidence ----------------------------------------------------------------------------------------------------

    def read(self, ledger: Ledger, private: bool = True) -> None:
        """Take in what a ledger holds and this belief has not seen yet.

        Args:
            ledger: the facts.
            private: what the seat found out by itself counts too; without, this is the belief of somebody who saw the open events only.
        """
        for said in ledger.said[self._acts :]:
            self._hear(said)
        for vote in ledger.votes[self._votes :]:
            self._see(vote)
        for _, seat in ledger.killed[self._dead :]:
            self._log += np.log(np.where(self.wolf[:, seat], 0.2 if "witch" in self.game.counts else _NEVER, 1.0))
        self._acts, self._votes, self._dead = len(ledger.said), len(ledger.votes), len(ledger.killed)
        for seat, shown in ledger.shown.items():
            if self._sure.get(seat) != shown:
                self._sure[seat] = shown
                fits = self.deals[:, seat] == self.names.index(shown) if shown in self.names else self.against[:, seat] == (shown == "werewolves")
                self._log += np.log(np.where(fits, 1.0, _NEVER))
        if private:
            for seat, wolf in ledger.found.items():
                if self._sure.get(seat) is None:
                    self._sure[seat] = wolf
                    self._log += np.log(np.where(self.wolf[:, seat] == wolf, 1.0, _NEVER))

    def _hear(self, said: Said) -> None:
        key = (said.round, said.speaker, said.act)
        if key not in self._repeated:
            # what is said twice is no more likely to be true
            self._repeated.add(key)
            self._log += self.likelihood(said.speaker, said.act)

    def _see(self, vote: Voted) -> None:
        if vote.target is not None and vote.target != vote.voter:
            self._log += np.log(self._pick(vote.voter, vote.target, _VOTE))

    def likelihood(self, speaker: int, act: SpeechAct) -> NDArray[np.float64]:
        """Give the logarithm of how likely an act of speech is under each deal, up to a constant: shape ``(deals,)``."""
        kind = act.kind
        if kind in _ABOUT and act.target is not None and act.target != speaker:
            return np.log(self._pick(speaker, act.target, _ABOUT[kind]))
        if kind is Kind.CLAIM and act.role in self.names and act.role not in ("villager", "werewolf"):
            return np.log(self._claim(speaker, str(act.role)))
        if kind in (Kind.CHECK, Kind.IDENTIFIED) and act.target is not None:
            return np.log(self._report(speaker, "seer" if kind is Kind.CHECK else "medium", act.target, act.result == "werewolf"))
        if kind is Kind.REVEAL:
            return np.log(np.where(self.wolf[:, speaker], 1.0, 0.02))
        return np.zeros(len(self.deals))

    def _pick(self, speaker: int, target: int, table: tuple[float, float, float, float]) -> NDArray[np.float64]:
        bad, wolf = self.against[:, speaker], self.wolf[:, target]
        return np.where(bad, np.where(wolf, table[2], table[3]), np.where(wolf, table[0], table[1]))

    def _claim(self, speaker: int, claimed: str) -> NDArray[np.float64]:
        true = self.deals[:, speaker] == self.names.index(claimed)
        false = np.where(self.against[:, speaker], _CLAIM_FALSE["werewolves"], _CLAIM_FALSE["village"])
        return np.where(true, _CLAIM_TRUE.get(claimed, 0.2), false)

    def _report(self, speaker: int, claimed: str, target: int, wolf: bool) -> NDArray[np.float64]:
        if claimed not in self.names:
            return np.ones(len(self.deals))
        true = self.deals[:, speaker] == self.names.index(claimed)
        fits = self.wolf[:, target] == wolf
        fellow, framed, cleared = _REPORT_FALSE
        lie = np.where(self.wolf[:, target], fellow, framed) if wolf else np.full(len(self.deals), cleared)
        lie = lie * np.where(self.against[:, speaker], _CLAIM_FALSE["werewolves"], _CLAIM_FALSE["village"])
        return np.where(true, np.where(fits, 1.0, _NEVER), lie)

    def if_said(self, speaker: int, acts: Sequence[SpeechAct]) -> float:
        """Give the probability of a speaker's being a werewolf, had it said this now."""
        log = self._log + sum((self.likelihood(speaker, act) for act in acts), np.zeros(len(self.deals)))
        weights = np.exp(log - log.max())
        return float(weights @ self.wolf[:, speaker] / weights.sum())
