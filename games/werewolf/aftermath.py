"""What a death brings: a shot, last words, a badge that is handed on, and the test of who has won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..actions import Move
from ..core import seat_name
from .roles import NOBODY
from .step import Speech, Step
from .winning import winner

if TYPE_CHECKING:
    from .game import Werewolf
    from .state import WerewolfState

__all__ = ["STEPS", "sentences"]


class Test(Step):
    """Ends the game when a side has won."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        state.test()
        return ()


class Shot(Step):
    """A dead hunter may take somebody along, unless the village has won already."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        found = winner(state.game.win, state.cast, state.alive)
        return () if found is not None and found[0] == "village" else (int(args[0]),)

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return (*(seat_name(other) for other in state.living), NOBODY)

    def ask(self, state: WerewolfState, seat: int) -> str:
        return "You are dead, hunter. Whom do you shoot?"

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            if move.choice == NOBODY:
                state.emit("held", f"{seat_name(seat)} does not shoot.", seat=seat, to=(seat,))
                continue
            state.emit("shot", f"{seat_name(seat)}, the hunter, shoots {move.choice}.", seat=seat, data={"target": state.seat_of(move.choice)})
            game = state.game
            state.die([(state.seat_of(move.choice), "shot")], game.reveal_night if state.phase == "night" else game.reveal_day)


class LastWords(Speech):
    def ask(self, state: WerewolfState, seat: int) -> str:
        return f"You are dead, {seat_name(seat)}. Say your last words to all."

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            state.speak(seat, move.say)


class Badge(Step):
    """A dead sheriff hands on the badge."""

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        state.sheriff = None
        return (int(args[0]),)

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return (*(seat_name(other) for other in state.living), NOBODY)

    def ask(self, state: WerewolfState, seat: int) -> str:
        return "You are dead, sheriff. Who is to have your badge?"

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            state.sheriff = None if move.choice == NOBODY else state.seat_of(move.choice)
            words = f"{seat_name(seat)} hands the badge of the sheriff to {move.choice}."
            state.emit("sheriff", words, seat=state.sheriff, data={"round": state.round, "from": seat})


def sentences(game: Werewolf) -> list[str]:
    """Say in the rules what is shown of the dead, and who may speak."""
    shown = {"none": "is not shown", "side": "is shown as far as its side goes", "role": "is shown"}
    if game.reveal_night == game.reveal_day:
        out = [f"The role of the dead {shown[game.reveal_day]}."]
    else:
        out = [f"The role of those killed at night {shown[game.reveal_night]}; the role of those eliminated {shown[game.reveal_day]}."]
    if game.words and game.last_words != "none":
        who = "Who is eliminated" if game.last_words == "exiled" else "Who is eliminated, and who dies in the first night,"
        return [*out, f"{who} may say last words. Otherwise the dead are silent."]
    return [*out, "The dead are silent."]


STEPS: dict[str, Step] = {"test": Test(), "shot": Shot(), "last_words": LastWords(), "badge": Badge()}
