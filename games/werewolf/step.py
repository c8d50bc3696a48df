"""What a step of the agenda is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..actions import Move
from .game import SPEAK

if TYPE_CHECKING:
    from .state import WerewolfState

__all__ = ["Speech", "Step"]


class Step:
    """One step of a night or a day; it keeps nothing itself. On the agenda it stands as its name and its arguments.

    Attributes:
        speaks: whether those who move may speak.
    """

    speaks: ClassVar[bool] = False

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        """Begin: put further steps on the agenda, emit events, and give the seats that must move now, if any."""
        raise NotImplementedError

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        """Give what a seat that must move may choose."""
        raise NotImplementedError

    def ask(self, state: WerewolfState, seat: int) -> str:
        """Ask it."""
        raise NotImplementedError

    def apply(self, state: WerewolfState, moves: Mapping[int, Move]) -> None:
        """Carry out the moves of those who had to."""
        raise NotImplementedError


class Speech(Step):
    """A step in which one seat, its argument, is asked to speak."""

    speaks = True

    def enter(self, state: WerewolfState, *args: Any) -> Sequence[int]:
        return (int(args[0]),)

    def options(self, state: WerewolfState, seat: int) -> tuple[str, ...]:
        return (SPEAK,)
