"""Bots for many-party deliberation: own demand first, then what the others seem to want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....games.actions import Move
from ....games.core import Observation
from ....games.negotiation.deliberation import LETTERS, Deliberation
from ....games.negotiation.scores import FULL_SCORE, deal_grid, sheet_scores

if TYPE_CHECKING:
    from .tactics import Tactic

__all__ = ["PartyBot"]

CLAIM_RATE = 0.7
LINES = {
    "fair": {
        "propose": ("This takes in what I have heard from all of you.", "I think most of us can live with this.", "A balanced package, in my view."),
        "support": ("I can support that.", "Good proposal, I am with you.", "That works for my side."),
        "pass": ("I listen for now.", "Let us hear the others.", "Nothing to add yet."),
        "accept": ("I vote for it, thank you all.", "A fair result. Yes.", "Yes from my side."),
        "reject": ("I cannot carry this, sorry.", "This stays below what I need.", "No, with regret."),
    },
    "greedy": {
        "propose": ("This is what I want.", "My side needs this.", "Here is a deal worth having."),
        "support": ("That suits me well.", "Yes, that one.", "I take that."),
        "pass": ("Not interested.", "Show me something better.", "Next."),
        "accept": ("Good for me. Yes.", "Yes.", "I take it."),
        "reject": ("Not enough for me.", "No.", "What is in it for me? No."),
    },
    "generous": {
        "propose": ("I have moved towards you all, I hope it helps.", "Would this make everybody happy?", "I can give way here, look."),
        "support": ("Happy to support this!", "Lovely, count me in.", "With pleasure."),
        "pass": ("I leave the floor to you.", "Please, go ahead.", "I am fine to wait."),
        "accept": ("Yes, and thank you all!", "With pleasure, yes.", "Gladly."),
        "reject": ("I am so sorry, I cannot.", "I wish I could. No.", "Just below what I need, sorry."),
    },
    "tough": {
        "propose": ("This or nothing.", "I will not go below this.", "You know where I stand now."),
        "support": ("Acceptable.", "Fine. Do not change it.", "This one, and no other."),
        "pass": ("I am not moving.", "I have said what I want.", "Your move, not mine."),
        "accept": ("Done.", "Yes. About time.", "Acceptable. Yes."),
        "reject": ("No. I warned you.", "Out of the question.", "You ignored us. No."),
    },
    "deceptive": {
        "propose": ("This costs me dearly, but I do it for you.", "Believe me, I gain nothing from this.", "I have never offered so much."),
        "support": ("It hurts me, but I support it.", "For your sake, yes.", "I swallow it for the common good."),
        "pass": ("I have no wishes of my own here.", "I am neutral.", "Decide without me, I am easy."),
        "accept": ("Against my interest, but yes.", "You win. Yes.", "For the sake of peace, yes."),
        "reject": ("My people would never forgive me.", "I am not allowed to. No.", "I truly wanted to. No."),
    },
    "cautious": {
        "propose": ("Perhaps something like this?", "Maybe this is safe for all.", "I am not sure, but what about this?"),
        "support": ("I think I can support that.", "That seems safe enough.", "Yes, perhaps that."),
        "pass": ("I would rather wait.", "Let me think.", "Not yet, please."),
        "accept": ("Yes, better than nothing.", "All right, yes.", "I do not want to block it. Yes."),
        "reject": ("I am afraid I cannot.", "Sorry, too risky for us.", "No, sorry."),
    },
}


class PartyBot:
    """One party: it concedes from its best deal to its threshold and steers towards options that others proposed.

    Args:
        game: the rules.
        style: names the words it uses.
        tactic: how it concedes.
        seat: where it sits.
        rng: its generator.
    """

    def __init__(self, game: Deliberation, style: str, tactic: Tactic, seat: int, rng: np.random.Generator) -> None:
        self.game, self.style, self.tactic, self.seat, self.rng = game, style, tactic, seat, rng
        self.deals = deal_grid(game.issues)
        self.heard = 0
        self.latest: tuple[int, ...] | None = None
        # how often each party proposed or supported each option, one row a party
        self.wishes = np.zeros((game.parties, len(game.issues), max(game.issues)))

    def act(self, observation: Observation) -> Move:
        """Choose a legal act and something to say with it."""
        self._listen(observation)
        spec = observation.action_spec
        choice = self._choose(spec.domain.names, observation.turn)  # type: ignore[attr-defined]
        said = self._speak(choice)[: spec.say_chars] if spec.say_chars else None
        return Move(choice, said)

    def _listen(self, observation: Observation) -> None:
        for event in observation.events[self.heard :]:
            if event.kind == "private":
                self.scores = sheet_scores(self.game.issues, event.data)
                self.points: list[list[int]] = event.data["scores"]
                self.threshold = float(event.data["threshold"])
            elif event.kind == "offer" and event.seat is not None:
                self.latest = tuple(event.data["deal"])
                self._wish(event.seat)
            elif event.kind == "support" and event.seat is not None:
                self._wish(event.seat)
        self.heard = len(observation.events)

    def _wish(self, seat: int) -> None:
        if self.latest is not None:
            self.wishes[seat, np.arange(len(self.latest)), list(self.latest)] += 1.0

    # -- what it does ------------------------------------------------------------------------------------------------

    def _choose(self, open_acts: tuple[str, ...], turn: int) -> dict[str, Any]:
        if "accept" in open_acts:
            return {"act": "accept" if self._acceptable(self._worth(self.latest)) else "reject"}
        if "pass" not in open_acts:
            return self._propose(self._final())
        demand = self.tactic.demand(min(1.0, turn / max(1, self.game.rounds * self.game.parties)), self.threshold, float(FULL_SCORE))
        if "support" in open_acts and self._worth(self.latest) >= demand:
            return {"act": "support"}
        if self.style == "cautious" and self.latest is not None and self.rng.random() < 0.3:
            return {"act": "pass"}
        return self._propose(self._popular(np.flatnonzero(self.scores >= demand)))

    def _worth(self, deal: tuple[int, ...] | None) -> float:
        return -np.inf if deal is None else float(sum(row[chosen] for row, chosen in zip(self.points, deal, strict=True)))

    def _acceptable(self, score: float) -> bool:
        return score > self.threshold if self.game.strict else score >= self.threshold

    def _propose(self, row: int) -> dict[str, Any]:
        return {"act": "propose", **{LETTERS[issue]: f"{LETTERS[issue]}{int(chosen) + 1}" for issue, chosen in enumerate(self.deals[row])}}

    def _support_of(self) -> NDArray[np.float64]:
        """Guess how much of each deal each other party wants: the mean frequency of its options in that party's own wishes; shape (deals, parties)."""
        totals = self.wishes.sum(axis=2, keepdims=True)
        shares = np.divide(self.wishes, totals, out=np.zeros_like(self.wishes), where=totals > 0)
        return np.stack([shares[party][np.arange(self.deals.shape[1]), self.deals].mean(axis=1) for party in range(self.game.parties)], axis=1)

    def _popular(self, good: NDArray[np.intp]) -> int:
        if not len(good):
            good = np.flatnonzero(self.scores >= self.scores.max())
        others = np.delete(self._support_of(), self.seat, axis=1)[good].sum(axis=1)
        best = good[others >= others.max() - 1e-9]
        best = best[self.scores[best] >= self.scores[best].max()]
        return int(best[int(self.rng.integers(len(best)))])

    def _final(self) -> int:
        """As leader: the deal that one can accept and the others, those with a veto doubly, seem to want most."""
        support = self._support_of()
        weight = np.ones(self.game.parties)
        weight[list(self.game.vetoes)] = 2.0
        weight[self.seat] = 0.0
        good = np.flatnonzero(self.scores >= self.threshold + (1.0 if self.game.strict else 0.0))
        if not len(good):
            return int(np.argmax(self.scores))
        wanted = support[good] @ weight + 1e-3 * self.scores[good] / FULL_SCORE
        return int(good[int(np.argmax(wanted))])

    # -- what it says ------------------------------------------------------------------------------------------------

    def _speak(self, choice: dict[str, Any]) -> str:
        act = choice["act"]
        lines = LINES[self.style][act]
        parts = [lines[int(self.rng.integers(len(lines)))]]
        if act == "propose" and self.rng.random() < CLAIM_RATE:
            spread = [max(row) - min(row) for row in self.points]
            # an honest party names the issue that matters most to it, the other kind the one that matters least
            issue = int(np.argmax(spread)) if self.tactic.honest else int(np.argmin(spread))
            row = self.points[issue]
            want = f"{LETTERS[issue]}{(int(np.argmax(row)) if self.tactic.honest else int(np.argmin(row))) + 1}"
            claims = (f"What matters most to us is {want}.", f"We really need {want}.", f"On {LETTERS[issue]} we cannot do without {want}.")
            parts.append(claims[int(self.rng.integers(len(claims)))])
        return " ".join(parts)
