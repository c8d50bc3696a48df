"""Positions of :class:`~ludens.games.negotiation.deliberation.Deliberation`: discussion, final proposal, vote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from ..actions import ActionSpec, Move
from ..core import Event, State, seat_name
from ..domains import Acts, Record
from ..words import listed, number
from .deliberation import LETTERS, Deliberation
from .outcome import appraise
from .scores import FULL_SCORE, Sheet, accepts, passes, sheet_scores

__all__ = ["DeliberationState"]

Deal = tuple[int, ...]
PHASES = ("discussion", "final", "vote", "over")


class DeliberationState(State):
    """A position.

    Attributes:
        sheets: per party, its points and its threshold.
        phase: discussion, final (the leader's last proposal), vote or over.
        queue: seats still to act in this round.
        left: rounds after this one.
        proposal, proposer: the latest proposal and who made it.
        tally: how often each option (counted through all issues) was proposed or supported.
        below: per party, how often it proposed a deal that it could not accept itself.
        found: a deal that would pass was proposed at some time.
        yes: per party, its vote; None before.
        ended: how it ended: agreement, rejected, walk or forfeit.
    """

    game: Deliberation

    def __init__(self, game: Deliberation, seed: int) -> None:
        super().__init__(game, seed)
        self.sheets: list[Sheet] = game.sheets(self.rng)
        self.phase = "discussion"
        self.left = game.rounds
        self.queue: list[int] = []
        self.proposal: Deal | None = None
        self.proposer: int | None = None
        self.tally = [0] * sum(game.issues)
        self.below = [0] * game.parties
        self.found = False
        self.yes: list[bool] | None = None
        self.deal: Deal | None = None
        self.ended: str | None = None
        self.walked: int | None = None
        for seat in range(game.parties):
            self._record(self._private_event(seat))
        self._next_round()

    @property
    def roles(self) -> tuple[str, ...]:
        leader, veto, party = self.game.type.roles
        return (leader, *(veto if seat in self.game.vetoes else party for seat in range(1, self.game.parties)))

    # -- what may be done --------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        acts: dict[str, Record | None]
        if self.phase == "vote":
            acts = {"accept": None, "reject": None}
        else:
            acts = {"propose": self.game.offer_fields}
            if self.phase == "discussion":
                acts |= {"pass": None} if self.proposal is None or self.proposer == seat else {"support": None, "pass": None}
            if self.game.walk and seat in self.game.vetoes:
                acts["walk"] = None
        return ActionSpec(Acts.of(acts), say_chars=self.game.say_chars)

    def request(self, seat: int) -> str:
        now = "There is no proposal yet." if self.proposal is None else f"The latest proposal, by {self._name(self.proposer)}: {self._words(self.proposal)}."
        ask = {
            "discussion": f"It is your turn, {seat_name(seat)}. Rounds left after this one: {self.left}.",
            "final": "Make the final proposal.",
            "vote": f"Vote on the final proposal, {seat_name(seat)}: accept or reject.",
        }
        return f"{now} {ask.get(self.phase, '')}".strip()

    def default_move(self, seat: int) -> Move:
        """Say nothing that binds: pass, vote no; in the final proposal the latest one, else the leader's own best deal."""
        if self.phase == "discussion":
            return Move({"act": "pass"})
        if self.phase == "vote":
            return Move({"act": "reject"})
        deal = self.proposal or tuple(int(np.argmax(row)) for row in self.sheets[seat]["scores"])
        return Move({"act": "propose", **self._choice(deal)})

    # -- what acts cause ---------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        for seat in sorted(moves):
            self.emit_speech(seat, moves[seat].say)
        if self.phase == "vote":
            self._count([moves[seat].choice["act"] == "accept" for seat in range(self.game.parties)])
            return
        ((seat, move),) = moves.items()
        act = move.choice["act"]
        if act == "walk":
            self.walked = seat
            self.emit("walk", f"{seat_name(seat)} walks away: there is no deal.", seat=seat)
            self._finish("walk")
            return
        if act == "propose":
            self._propose(seat, tuple(int(move.choice[LETTERS[i]][1:]) - 1 for i in range(len(self.game.issues))))
        elif act == "support":
            self._note(cast(Deal, self.proposal))
            self.emit("support", f"{seat_name(seat)} supports the proposal of {self._name(self.proposer)}.", seat=seat)
        else:
            self.emit("pass", f"{seat_name(seat)} makes no proposal.", seat=seat)
        self._advance()

    def _propose(self, seat: int, deal: Deal) -> None:
        self.proposal, self.proposer = deal, seat
        self._note(deal)
        yes = self._would_accept(deal)
        self.below[seat] += not yes[seat]
        self.found = self.found or bool(passes(np.array([yes]), self.game.vetoes, self.game.dissent)[0])
        final = "The final proposal" if self.phase == "final" else f"{seat_name(seat)} proposes"
        self.emit("offer", f"{final}: {self._words(deal)}.", seat=seat, data={"deal": list(deal), "final": self.phase == "final"})

    def _note(self, deal: Deal) -> None:
        start = 0
        for options, chosen in zip(self.game.issues, deal, strict=True):
            self.tally[start + chosen] += 1
            start += options

    def _advance(self) -> None:
        if self.phase == "final":
            self.phase = "vote"
            self.to_move = tuple(range(self.game.parties))
            if self.game.closing == "threshold":
                self._count(self._would_accept(cast(Deal, self.proposal)))
        elif self.queue:
            self.to_move = (self.queue.pop(0),)
        elif self.left:
            self._next_round()
        else:
            self.phase, self.to_move = "final", (0,)

    def _next_round(self) -> None:
        others = list(range(1, self.game.parties))
        self.queue = [int(seat) for seat in self.rng.permutation(others)] if self.game.order == "random" else others
        self.left -= 1
        self.to_move = (0,)
        self.emit("round", f"Round {self.game.rounds - self.left} of {self.game.rounds}.", data={"round": self.game.rounds - self.left})

    def _count(self, yes: list[bool]) -> None:
        self.yes = yes
        sides = [listed(seat_name(seat) for seat, vote in enumerate(yes) if vote is side) for side in (True, False)]
        self.emit("vote", f"For the final proposal: {sides[0]}. Against: {sides[1]}.", data={"yes": yes})
        passed = bool(passes(np.array([yes]), self.game.vetoes, self.game.dissent)[0])
        self.deal = self.proposal if passed else None
        words = f"Agreed: {self._words(cast(Deal, self.deal))}." if passed else "The proposal does not pass: there is no deal."
        self.emit("agreement" if passed else "no_deal", words, data={"deal": list(self.deal)} if self.deal else {})
        self._finish("agreement" if passed else "rejected")

    def _finish(self, how: str) -> None:
        self.ended, self.phase, self.to_move, self.queue = how, "over", (), []
        for seat, earned in enumerate(self._earned()):
            self.rewards[seat] += earned
            self._record(self._result_event(seat, earned))

    def _earned(self) -> list[float]:
        if self.deal is None:
            return [float(sheet["threshold"]) for sheet in self.sheets]
        earned = [self._score(seat, self.deal) for seat in range(self.game.parties)]
        earned[0] += self.game.bonus if self.yes is not None and all(self.yes) else 0.0
        return earned

    def _on_forfeit(self, seat: int) -> None:
        self._finish("forfeit")

    def _score(self, seat: int, deal: Deal) -> float:
        return float(sum(row[chosen] for row, chosen in zip(self.sheets[seat]["scores"], deal, strict=True)))

    def _would_accept(self, deal: Deal) -> list[bool]:
        scores = np.array([self._score(seat, deal) for seat in range(self.game.parties)])
        return [bool(item) for item in accepts(scores, np.array([float(sheet["threshold"]) for sheet in self.sheets]), self.game.strict)]

    # -- words -------------------------------------------------------------------------------------------------------

    @staticmethod
    def _name(seat: int | None) -> str:
        return "nobody" if seat is None else seat_name(seat)

    def _choice(self, deal: Deal) -> dict[str, str]:
        return {LETTERS[i]: f"{LETTERS[i]}{chosen + 1}" for i, chosen in enumerate(deal)}

    def _words(self, deal: Deal) -> str:
        return ", ".join(self._choice(deal).values())

    def _record(self, event: Event) -> None:
        self.emit(event.kind, event.text, data=event.data, to=event.visible_to)

    def _private_event(self, seat: int) -> Event:
        sheet = self.sheets[seat]
        ranked = [sorted(enumerate(row, 1), key=lambda option: -option[1]) for row in sheet["scores"]]
        rows = "; ".join(", ".join(f"{LETTERS[i]}{option} {points}" for option, points in row) for i, row in enumerate(ranked))
        # as a proposal is written, so that it can be taken over as it stands
        best = json.dumps(self._choice(tuple(row[0][0] - 1 for row in ranked)))
        words = f"Points on the sheet of {seat_name(seat)}, best options first: {rows}. Its best deal: {best}. Its threshold: {sheet['threshold']}."
        return Event("private", None, words, {"seat": seat, "scores": [list(row) for row in sheet["scores"]], "threshold": sheet["threshold"]}, (seat,))

    def _result_event(self, seat: int, earned: float) -> Event:
        return Event("result", None, f"This makes {number(earned)} points for {seat_name(seat)}.", {"seat": seat, "payoff": earned}, (seat,))

    # -- who knows what ----------------------------------------------------------------------------------------------

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw anew the other parties' sheets given this one's, and every chance draw still to come.

        Where votes follow from the sheets and are known, sheets that would have voted otherwise are not drawn.
        """
        twin = self.with_fresh_chance(rng)
        told = self.game.closing == "threshold" and self.yes is not None

        def same_votes(sheets: list[Sheet]) -> bool:
            twin.sheets = sheets
            return twin._would_accept(cast(Deal, self.proposal)) == self.yes

        twin.sheets = self.game.sheets(rng, {seat: self.sheets[seat]}, same_votes if told else None)
        if self.game.order == "random":
            twin.queue = [int(other) for other in rng.permutation(self.queue)]
        if self.ended is not None:
            twin.returns = twin._earned()
            twin.rewards = list(twin.returns)
        twin._recount()
        for other in range(self.game.parties):
            if other != seat:
                twin._keys[other] = None

        def again(event: Event) -> Event:
            at = event.data["seat"]
            return twin._private_event(at) if event.kind == "private" else twin._result_event(at, twin.returns[at])

        hidden = [event.visible_to is not None and seat not in event.visible_to for event in self.events]
        twin.events = [again(event) if secret else event for event, secret in zip(self.events, hidden, strict=True)]
        twin._seen = [[event for event in twin.events if event.visible_to is None or at in event.visible_to] for at in range(self.game.parties)]
        return twin

    def _recount(self) -> None:
        """Make the facts that follow from sheets and public proposals anew."""
        self.below, self.found = [0] * self.game.parties, False
        for event in self.events:
            if event.kind == "offer" and event.seat is not None:
                yes = self._would_accept(tuple(event.data["deal"]))
                self.below[event.seat] += not yes[event.seat]
                self.found = self.found or bool(passes(np.array([yes]), self.game.vetoes, self.game.dissent)[0])

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, NDArray[np.float32]]:
        game, sheet = self.game, self.sheets[seat]
        own = [points / FULL_SCORE for row in sheet["scores"] for points in row]
        latest = [0.0] * sum(game.issues)
        start = 0
        for options, chosen in zip(game.issues, self.proposal or (), strict=False):
            latest[start + chosen] = 1.0
            start += options
        acts = max(1, sum(self.tally) // len(game.issues))
        proposer = [float(self.proposer == one) for one in range(game.parties)]
        clock = [min(1.0, self.turn / game.type.horizon), float(seat in self.to_move), *(float(self.phase == phase) for phase in PHASES[:3])]
        row = [*clock, sheet["threshold"] / FULL_SCORE, *proposer, *own, *latest, *(count / acts for count in self.tally)]
        return {"observation": np.array(row, dtype=np.float32)}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record; see :func:`~ludens.games.negotiation.outcome.appraise` for the measures of the deal (without the bonus)."""
        facts: dict[str, Any] = {
            "agreement": self.deal is not None,
            "ended": self.ended,
            "turns": self.turn,
            "found": self.found,
            "below_threshold": self.below,
        }
        facts["walked"] = None if self.walked is None else seat_name(self.walked)
        if self.ended is None:
            return facts
        thresholds = [float(sheet["threshold"]) for sheet in self.sheets]
        options = np.stack([sheet_scores(self.game.issues, sheet) for sheet in self.sheets], axis=1)
        yes = accepts(options, np.array(thresholds), self.game.strict)
        scores = thresholds if self.deal is None else [self._score(seat, self.deal) for seat in range(self.game.parties)]
        return {
            **facts,
            "deal": None if self.deal is None else self._words(self.deal),
            "votes": self.yes,
            "unanimous": self.deal is not None and self.yes is not None and all(self.yes),
            "values": scores,
            "acceptable_share": float(passes(yes, self.game.vetoes, self.game.dissent).mean()),
            "unanimous_share": float(yes.all(axis=1).mean()),
            **appraise(scores, options, thresholds),
        }
