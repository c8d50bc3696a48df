"""The vote of a day, and the election of a sheriff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..actions import Move
from ..core import seat_name
from ..words import listed
from .discussion import turned
from .game import ABSTAIN
from .step import Step

if TYPE_CHECKING:
    from .game import Werewolf
    from .state import WerewolfState

__all__ = ["BADGE", "STEPS", "sentences"]

BADGE = 1.5
"""What the vote of a sheriff counts."""


class Vote(Step):
    """Everybody votes, at once or in turn. Arguments: 0, or 1 for the second vote after a tie; and who may be voted for, empty for everybody."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        stage, stand = args
        state.phase, state.ballots = "vote", {}
        voters = [seat for seat in state.living if seat not in stand]
        if state.game.vote == "simultaneous":
            return voters
        state.soon(*(("ballot", seat, stand) for seat in turned(state, state.game.vote_order, voters)), ("count", stage))
        return ()

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        stand, game = self._stand(state) or state.living, state.game
        names = tuple(seat_name(other) for other in stand if other != seat or game.vote_self)
        return (*names, ABSTAIN) if game.abstain else names

    @staticmethod
    def _stand(state: WerewolfState) -> Sequence[int]:
        return state.step[2]

    def ask(self, state: WerewolfState, seat: int) -> str:
        leave = ", or abstain" if state.game.abstain else ""
        return f"Vote, {seat_name(seat)}: who is to be eliminated{leave}?"

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        _note(state, moves)
        words = "; ".join(_ballot(seat, vote) for seat, vote in state.ballots.items())
        if not state.game.vote_secret:
            state.emit("votes", f"Votes: {words}.", data=_facts(state))
        else:
            for seat, vote in state.ballots.items():
                state.emit("ballot", f"{_ballot(seat, vote)}.", seat=seat, data={"vote": vote, "round": state.round}, to=(seat,))
        _count(state, state.step[1])


class Ballot(Vote):
    """One seat's vote where they vote in turn."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        return (int(args[0]),)

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        _note(state, moves)
        for seat in moves:
            vote = state.ballots[seat]
            state.emit("ballot", f"{_ballot(seat, vote)}.", seat=seat, data={"vote": vote, "round": state.round})


class Count(Step):
    """Counts votes that were cast in turn."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        state.emit("votes", f"Votes: {'; '.join(_ballot(seat, vote) for seat, vote in state.ballots.items())}.", data=_facts(state))
        _count(state, args[0])
        return ()


class Election(Step):
    """All elect a sheriff."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        return state.living

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return tuple(seat_name(other) for other in state.living if other != seat)

    def ask(self, state: WerewolfState, seat: int) -> str:
        return "Who is to be the sheriff?"

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        votes = {seat: state.seat_of(move.choice) for seat, move in moves.items()}
        words = "; ".join(f"{seat_name(seat)} for {seat_name(vote)}" for seat, vote in votes.items())
        state.emit("election", f"Votes for a sheriff: {words}.", data={"votes": _plain(votes)})
        top = _top({seat: float(sum(vote == seat for vote in votes.values())) for seat in state.living})
        state.sheriff = top[0] if len(top) == 1 else state.draw("election", top)
        state.emit("sheriff", f"{seat_name(state.sheriff)} is the sheriff.", seat=state.sheriff, data={"round": state.round})


# -- counting ----------------------------------------------------------------------------------------------------------


def _note(state: WerewolfState, moves: Mapping[int, Move]) -> None:
    for seat, move in moves.items():
        state.ballots[seat] = None if move.choice == ABSTAIN else state.seat_of(move.choice)


def _ballot(seat: int, vote: int | None) -> str:
    return f"{seat_name(seat)} abstains" if vote is None else f"{seat_name(seat)} votes for {seat_name(vote)}"


def _plain(votes: Mapping[int, int | None]) -> dict[str, int | None]:
    return {str(seat): vote for seat, vote in votes.items()}


def _facts(state: WerewolfState) -> dict[str, Any]:
    return {"round": state.round, "votes": _plain(state.ballots)}


def _top(weights: Mapping[int, float]) -> list[int]:
    most = max(weights.values())
    return [seat for seat, weight in weights.items() if weight == most]


def _weights(state: WerewolfState, ballots: Iterable[tuple[int, int]]) -> dict[int, float]:
    weights: dict[int, float] = {}
    for seat, vote in ballots:
        weights[vote] = weights.get(vote, 0.0) + (BADGE if seat == state.sheriff else 1.0)
    return dict(sorted(weights.items()))


def _count(state: WerewolfState, stage: int) -> None:
    """Settle who goes."""
    game = state.game
    _price_votes(state)
    cast = [(seat, vote) for seat, vote in state.ballots.items() if vote is not None]
    if not cast:
        _exile(state, state.draw("tie", state.living) if game.all_abstain == "random" else None)
        return
    weights = _weights(state, cast)
    top = _top(weights)
    if game.threshold == "majority" and 2 * weights[top[0]] <= len(state.living) + (0.5 if state.sheriff is not None else 0.0):
        _exile(state, None)
    elif len(top) == 1:
        _exile(state, top[0])
    else:
        state.emit("tie", f"The vote is tied between {listed(map(seat_name, top))}.", data={"tied": top})
        _untie(state, top, stage)


def _untie(state: WerewolfState, top: list[int], stage: int) -> None:
    game = state.game
    rule = game.tie if game.tie in ("random", "nobody") else game.tie_then
    if game.tie in ("revote", "revote_tied") and stage == 0:
        stand = tuple(top) if game.tie == "revote_tied" else ()
        if len(stand) < len(state.living):
            state.soon(("vote", 1, stand))
            return
    elif game.tie == "sheriff" and state.sheriff is not None and (choice := state.ballots.get(state.sheriff)) in top:
        _exile(state, choice)
        return
    elif game.tie == "scapegoat" and (goats := [seat for seat in state.living if state.cast[seat] == "scapegoat"]):
        _exile(state, goats[0])
        return
    _exile(state, state.draw("tie", top) if rule == "random" else None)


def _exile(state: WerewolfState, seat: int | None) -> None:
    data = {"round": state.round, "seat": seat}
    if seat is None:
        state.emit("exile", "Nobody is eliminated.", data=data)
        return
    state.emit("exile", f"{seat_name(seat)} is eliminated.", data=data)
    if mediums := tuple(other for other in state.living if state.cast[other] == "medium" and other != seat):
        found = state.found(seat, "species")
        state.emit("medium", f"{seat_name(seat)}, who was eliminated, was {found[1]}.", data={"target": seat, "found": found[0]}, to=mediums)
    if state.game.last_words != "none" and state.game.words:
        state.soon(("last_words", seat))
    state.die([(seat, "exile")], state.game.reveal_day)


def _price_votes(state: WerewolfState) -> None:
    if state.game.utility == "shaped":
        # LSPO, appendix A.3: votes of the village alone are priced
        for seat, vote in state.ballots.items():
            if vote is not None and state.role(seat).side == "village":
                state.rewards[seat] += 20.0 if vote in state.wolves else -20.0


# -- in words ----------------------------------------------------------------------------------------------------------


def sentences(game: Werewolf) -> list[str]:
    """Say in the rules how the vote goes."""
    order = {"seats": "in the order of the seats", "rotate": "in turn, beginning one seat further each day", "random_start": "in turn, beginning by lot"}
    at_once = "at the same time" if game.vote == "simultaneous" else order[game.vote_order]
    whom = "one living player, who may be oneself" if game.vote_self else "another living player"
    leave = " or abstain" if game.abstain else ""
    seen = "only the result is shown" if game.vote_secret else "all votes are public"
    out = [f"Then all living players vote {at_once} for {whom}{leave}; {seen}."]
    if game.threshold == "majority":
        out.append("Who has the votes of more than half of the living is eliminated; otherwise nobody is.")
    else:
        out.append(f"Who has most votes is eliminated. {_tie_sentence(game)}")
    if game.abstain:
        out.append(f"When all abstain, {'nobody is eliminated' if game.all_abstain == 'nobody' else 'somebody drawn by lot is eliminated'}.")
    if game.sheriff:
        out.append(
            f"On the first day a sheriff is elected, whose vote counts {BADGE} times; at death the sheriff hands the badge to a living player or to nobody."
        )
    return out


def _tie_sentence(game: Werewolf) -> str:
    otherwise = "lots are drawn" if game.tie_then == "random" else "nobody is eliminated"
    return {
        "random": "Ties are settled by lot.",
        "nobody": "In a tie nobody is eliminated.",
        "revote": f"In a tie all vote once more; if that is tied too, {otherwise}.",
        "revote_tied": f"In a tie those who are not tied vote once more, among the tied; if that is tied too, or all are tied, {otherwise}.",
        "sheriff": f"Of the tied the one whom the sheriff voted for is eliminated; where there is none, {otherwise}.",
        "scapegoat": f"In a tie a living scapegoat is eliminated instead; where there is none, {otherwise}.",
    }[game.tie]


STEPS: dict[str, Step] = {"vote": Vote(), "ballot": Ballot(), "count": Count(), "election": Election()}
