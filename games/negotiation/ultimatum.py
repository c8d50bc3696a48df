"""Ultimatum chains: take it, leave it, or name your own terms while rounds last.

Rules in words. There is a pot to split. One side proposes; the other accepts, rejects, which ends the game, or makes a counter-proposal.
The last act can only accept or reject. With two acts this is the ultimatum game; with ``one_proposer`` and ``reject_ends=False`` only the first side
proposes and may try again after each rejection. On a rejection, or when time is up, both get their outside options.

| parameter | meaning | default |
|---|---|---|
| `pie` | what there is to split | 100 |
| `grain` | pieces it is cut into | 100 |
| `deadline` | acts in all | 6 |
| `reject_ends` | a rejection ends the game | yes |
| `one_proposer` | only the side that begins may propose | no |
| `outside` | what a rejection leaves to each side | 0, 0 |

and the other parameters of the protocol, see :class:`~ludens.games.negotiation.table.Bargain`.

The multi-round ultimatum of NegotiationArena says that both lose everything on a rejection (the default here), while its code hands the pot
back to its first holder; that variant is ``outside=(100, 0)``.

Actions: `propose` with what the proposer keeps, `accept`, `reject`. Observation: time gone, whose turn, which offers are open, both
latest offers as player_0's share. Payoffs: what the accepted proposal gives.

Sources: Güth, Schmittberger and Schwarze 1982, Journal of Economic Behavior and Organization 3; Bianchi et al. 2024, "How Well Can LLMs
Negotiate?", arXiv 2402.05863; Oosterbeek, Sloof and van de Kuilen 2004, Experimental Economics 7 (human averages).

Version history: v0, first version.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core import UNVERIFIED, Prediction
from .solve import finite_share
from .split import Split

__all__ = ["UltimatumChain"]


@dataclass(frozen=True, kw_only=True)
class UltimatumChain(Split):
    """Split a pot by proposals that can be refused; see the module."""

    pie: float = 100.0
    deadline: int = 6
    reject_ends: bool = True
    last_answers_only: bool = True

    def predictions(self) -> tuple[Prediction, ...]:
        if any(self.outside) or not self.last_answers_only or not self.offers_lapse:
            return ()
        patience = tuple(factor * (1 - self.breakdown) for factor in self.discount)
        first = 1.0 if self.one_proposer else finite_share(patience[self.first], patience[1 - self.first], self.deadline - 1)
        note = "player_0's share; the last to propose takes all, continuous pie"
        out = [Prediction("subgame_perfect", "share", first if self.first == 0 else 1 - first, "backward induction", note, 2.0 / self.grain)]
        if self.deadline == 2:
            people = "Oosterbeek, Sloof and van de Kuilen 2004, Experimental Economics 7: 75 ultimatum experiments"
            out.append(
                Prediction(
                    "human",
                    "share",
                    0.6 if self.first == 0 else 0.4,
                    people,
                    f"{UNVERIFIED}; mean demand of proposers as player_0's share: they offer 40 %",
                    0.1,
                )
            )
            out.append(Prediction("human", "agreement_rate", 0.84, people, f"{UNVERIFIED}; 16 % of the offers are rejected on average", 0.1))
        return tuple(out)
