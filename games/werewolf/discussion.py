"""The discussion of a day: who speaks when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..actions import Move
from ..core import seat_name
from ..words import listed
from .game import BIDS, EXPLODE, PASS, SPEAK
from .step import Speech, Step

if TYPE_CHECKING:
    from .game import Werewolf
    from .state import WerewolfState

__all__ = ["STEPS", "sentences", "turned"]

_NAMED = re.compile(r"player_(\d+)")


class Day(Step):
    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        state.phase = "day"
        if state.round == 1 and state.game.first_night == "none":
            state.emit("day", "Day 1 begins.", data={"round": 1})
        return ()


class Discussion(Step):
    """Puts the turns of the day on the agenda."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        game = state.game
        state.latest, state.speaker = "", None
        if game.speaks:
            if game.discussion == "bidding":
                state.soon(("bids", game.talk_turns))
            else:
                state.soon(*(("talk" if game.discussion == "rounds" else "chorus", number) for number in range(game.talk_rounds)))
        return ()


class Talk(Step):
    """One round in which everybody has a turn."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        if _all_passed(state, args[0]):
            return ()
        state.passed = 0
        living, kind = state.living, state.game.talk_order
        order = state.draw_order("order", living) if kind == "random" else turned(state, kind, living)
        if kind != "seats":
            state.emit("order", f"They speak in this order: {listed(map(seat_name, order))}.", data={"order": list(order)})
        state.soon(*(("turn", seat) for seat in order))
        return ()


class Turn(Speech):
    """One seat's turn to speak."""

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        game = state.game
        said = _meanings(state, seat) if game.latents else (SPEAK,)
        return (*said, *((PASS,) if game.talk_pass else ()), *((EXPLODE,) if game.explode and seat in state.wolves else ()))

    def ask(self, state: WerewolfState, seat: int) -> str:
        return f"It is your turn to speak to all, {seat_name(seat)}."

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            if move.choice == PASS:
                state.passed += 1
                state.emit("pass", f"{seat_name(seat)} passes.", seat=seat, data={"round": state.round})
                continue
            state.spoken[seat] += 1
            if state.game.latents and move.choice != EXPLODE:
                _mean(state, seat, str(move.choice))
                continue
            state.speaker, state.latest = seat, move.say or ""
            state.speak(seat, move.say)
        if bold := [seat for seat, move in moves.items() if move.choice == EXPLODE]:
            _explode(state, bold)


class Chorus(Turn):
    """One round in which everybody speaks at once."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        if _all_passed(state, args[0]):
            return ()
        state.passed = 0
        return state.living

    def ask(self, state: WerewolfState, seat: int) -> str:
        return f"Speak to all, {seat_name(seat)}; everybody speaks at once."


class Bids(Step):
    """Everybody but the last speaker bids for the next turn."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        return [seat for seat in state.living if seat != state.speaker] if args[0] else ()

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return BIDS

    def ask(self, state: WerewolfState, seat: int) -> str:
        levels = "0: I listen; 1: I have something general to say; 2: something specific; 3: it is urgent; 4: I was addressed."
        return f"How much do you want to speak next? {levels}"

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        left = state.step[1]
        bids = {seat: int(move.choice) for seat, move in moves.items()}
        for seat, bid in bids.items():
            state.emit("bid", f"{seat_name(seat)} bids {bid}.", seat=seat, data={"bid": bid}, to=(seat,))
        highest = max(bids.values())
        if not highest:
            state.emit("quiet", "Nobody wants to speak any more.", data={"round": state.round})
            return
        first = [seat for seat, bid in bids.items() if bid == highest]
        named = {int(number) for number in _NAMED.findall(state.latest)}
        first = [seat for seat in first if seat in named] or first
        fewest = min(state.spoken[seat] for seat in first)
        first = [seat for seat in first if state.spoken[seat] == fewest]
        seat = first[0] if len(first) == 1 else state.draw("speaker", first)
        state.emit("floor", f"{seat_name(seat)} has the next turn.", seat=seat, data={"round": state.round})
        state.soon(("turn", seat), ("bids", left - 1))


def _meanings(state: WerewolfState, seat: int) -> tuple[str, ...]:
    meanings = state.game.meanings(state.cast[seat])
    slots = [seat_name(other) for other in state.living if other != seat] if state.game.latent_slots == "target" else []
    return (*meanings, *(f"{meaning} {name}" for meaning in meanings for name in slots))


def _mean(state: WerewolfState, seat: int, choice: str) -> None:
    """Note a turn of the abstract game."""
    meaning, _, about = choice.partition(" ")
    state.speaker, state.latest = seat, about
    data = {"round": state.round, "latent": int(meaning[1:]), "target": state.seat_of(about) if about else None}
    state.emit("latent", f"{seat_name(seat)} says {meaning}{f' of {about}' if about else ''}.", seat=seat, data=data)


def turned(state: WerewolfState, kind: str, seats: list[int]) -> list[int]:
    """Put living seats in order: by their numbers, beginning with another one each round, or with one drawn by lot."""
    if kind == "seats":
        return seats
    begin = state.draw("starter", seats) if kind == "random_start" else (state.round - 1) % state.game.seats
    return [*(seat for seat in seats if seat >= begin), *(seat for seat in seats if seat < begin)]


def _all_passed(state: WerewolfState, number: int) -> bool:
    return number > 0 and state.game.talk_pass and state.passed >= len(state.living)


def _explode(state: WerewolfState, seats: Sequence[int]) -> None:
    """End the day: what stands before the next round is struck from the agenda."""
    for seat in seats:
        state.emit("explode", f"{seat_name(seat)} reveals itself as a werewolf and dies; the day is over.", seat=seat, data={"round": state.round})
    del state.agenda[: state.agenda.index(("round",))]
    state.die([(seat, "explosion") for seat in seats], "none")


def sentences(game: Werewolf) -> list[str]:
    """Say in the rules how a day's discussion goes."""
    if not game.speaks:
        return ["Nobody speaks."]
    if game.latents:
        about = ", and whom it is about if it likes" if game.latent_slots == "target" else ""
        what = f"A turn is no speech, but one of a few meanings, whose number depends on the role{about}."
    else:
        what = "Words bind nobody, and nobody checks whether they are true."
    times = "once" if game.talk_rounds == 1 else f"{game.talk_rounds} times"
    order = {
        "seats": "in the order of the seats",
        "rotate": "in the order of the seats, beginning one seat further each day",
        "random_start": "in the order of the seats, beginning with a seat drawn by lot",
        "random": "in an order drawn by lot",
    }[game.talk_order]
    how = {
        "rounds": f"By day every living player speaks {times} to all, {order}.",
        "parallel": f"By day all living players speak {times} to all, at the same time.",
        "bidding": (
            f"By day there are up to {game.talk_turns} turns to speak. Before each, every living player but the last speaker bids 0 to 4, and the highest "
            "bid speaks. Ties go to those whom the last speaker named, then to those who spoke least, then by lot. Bids are secret; when all bid 0 the "
            "discussion ends."
        ),
    }[game.discussion]
    out = [how] if game.talk_rounds or game.discussion == "bidding" else ["Nobody speaks by day."]
    out += ["A turn may be passed; when everybody passes, the discussion ends."] if game.talk_pass and game.discussion != "bidding" else []
    out += ["A werewolf may use its turn to reveal itself: it dies, and the day ends without a vote."] if game.explode else []
    return [*out, what]


STEPS: dict[str, Step] = {"day": Day(), "discussion": Discussion(), "talk": Talk(), "turn": Turn(), "chorus": Chorus(), "bids": Bids()}
