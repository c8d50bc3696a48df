"""Dictator choices: one seat picks one of two allocations, as a stated preference would.

**Rules in words.** In each round two allocations (X and Y) of points to the dictator and the recipient are shown; the dictator picks one.
The dictator is told what to care for: its own points, equality, the total, or the recipient's points. The measure is the share of choices
that this preference calls for.

**Parameters.** See :class:`DictatorChoice`. Pairs between which the stated preference is indifferent are never shown. With ``drawn``
amounts are drawn anew each round, so that remembered items do not help; with ``shuffle`` the two allocations of a pair change places at
random.

**Actions.** ``X`` or ``Y``; a message beside it where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, pick); 1 for the dictator of this round, else 0; the four amounts (X
own, X other, Y own, Y other) as shares of the largest, -1 for none.

**Payoffs.** The amounts of the picked allocation.

**Events.** ``options`` with ``round``, ``x``, ``y`` (pairs: dictator's, recipient's points); ``round`` with ``dictator``, ``x``, ``y``,
``picked``, ``consistent``, ``payoffs``; ``say``.

**Sources.** Fan, Chen, Jin and He, Proceedings of AAAI 38 (2024) 17960-17967 (arXiv:2312.05488): preferences and pairs.

**Versions.** v0: first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, get_args

from ...actions import Move
from ...core import GameType, Prediction, seat_name
from ...domains import Record
from .roles import RoleGame, RoleState

__all__ = ["DictatorChoice", "DictatorChoiceState", "utility"]

Preference = Literal["self_interest", "equality", "common_interest", "altruism"]
Pair = tuple[tuple[int, int], tuple[int, int]]
DRAWN_STEP = 10
MAX_AMOUNT = 10_000
WORDS = {
    "self_interest": "Your aim is to get as many points as you can for yourself.",
    "equality": "Your aim is that both players get as equal amounts as possible.",
    "common_interest": "Your aim is that both players together get as many points as possible.",
    "altruism": "Your aim is that the other player gets as many points as possible.",
}


def utility(preference: str, own: int, other: int) -> int:
    """Value an allocation under a stated preference."""
    return {"self_interest": own, "equality": -abs(own - other), "common_interest": own + other, "altruism": other}[preference]


def _are_pairs(value: Any) -> bool:
    def two(item: Any) -> bool:
        return isinstance(item, tuple) and len(item) == 2

    amounts = [item for pair in value if two(pair) for option in pair if two(option) for item in option] if isinstance(value, tuple) else []
    return bool(amounts) and len(amounts) == 4 * len(value) and all(type(item) is int and 0 <= item <= MAX_AMOUNT for item in amounts)


@dataclass(frozen=True, kw_only=True)
class DictatorChoice(RoleGame):
    """Pick one of two allocations.

    Attributes:
        preference: what the dictator is told to care for.
        pairs: the pairs of allocations ((own, other), (own, other)), shown in turn.
        drawn: draw both allocations anew each round instead, in tens up to the largest amount in ``pairs``.
        shuffle: put the two allocations of a pair in random order.
        rounds: pairs shown.
    """

    preference: Preference = "self_interest"
    pairs: tuple[Pair, ...] = (((300, 300), (500, 100)), ((300, 300), (300, 400)), ((300, 300), (100, 500)))
    drawn: bool = False
    shuffle: bool = True
    rounds: int = 4

    roles: ClassVar[tuple[str, str]] = ("dictator", "recipient")
    stage_names: ClassVar[tuple[str, ...]] = ("pick",)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.preference in get_args(Preference), "preference", f"should be one of {', '.join(get_args(Preference))}")
        self.require(_are_pairs(self.pairs), "pairs", "should be pairs ((own, other), (own, other)) of whole numbers from 0 to 10000")
        self.require(bool(self.telling), "pairs", f"should hold a pair between which {self.preference} is not indifferent")
        self.require(type(self.drawn) is bool, "drawn", "should be true or false")
        self.require(type(self.shuffle) is bool, "shuffle", "should be true or false")
        self.require(not self.drawn or self.largest >= DRAWN_STEP, "pairs", f"should hold an amount of at least {DRAWN_STEP} where options are drawn")

    @cached_property
    def telling(self) -> tuple[Pair, ...]:
        """The pairs between which the preference is not indifferent."""
        return tuple(pair for pair in self.pairs if utility(self.preference, *pair[0]) != utility(self.preference, *pair[1]))

    @cached_property
    def largest(self) -> int:
        """The largest amount in the pairs."""
        return max(amount for pair in self.pairs for option in pair for amount in option)

    @cached_property
    def type(self) -> GameType:
        shown = [amount for pair in self.telling for option in pair for amount in option]
        low, high = (0, self.largest) if self.drawn else (min(shown), max(shown))
        return self.role_type(float(low), float(high), horizon=self.rounds, chance=self.drawn or self.shuffle)

    def acts(self, seat: int) -> dict[str, Record]:
        return {"X": Record(()), "Y": Record(())}  # the recipient is never asked

    @property
    def width(self) -> int:
        return 5

    def body(self, seat: int | None) -> list[str]:
        return [
            *self.role_lines(seat),
            "In each round two allocations X and Y are shown, each giving some points to the dictator and some to the recipient.",
            "The dictator picks one; the recipient decides nothing.",
        ]

    def aim(self, seat: int | None) -> str:
        if seat is None:
            return f"The dictator is told: {WORDS[self.preference]}"
        if self.alternate:
            return f"As the dictator: {WORDS[self.preference]}"
        return WORDS[self.preference] if seat == 0 else "You get the points that the dictator's choices give you."

    def predictions(self) -> tuple[Prediction, ...]:
        return (
            Prediction(
                "rational",
                "consistent",
                1.0,
                "utility maximisation under the stated preference; Fan et al. (2024)",
                "no pair is shown that leaves it indifferent",
                1e-9,
            ),
            Prediction("random", "consistent", 0.5, "a fair coin for each choice"),
        )

    def new_state(self, seed: int) -> DictatorChoiceState:
        return DictatorChoiceState(self, seed)


class DictatorChoiceState(RoleState):
    """A position: ``options`` are the two allocations shown now."""

    game: DictatorChoice

    def deal(self) -> None:
        game = self.game
        pair = self._draw() if game.drawn else game.telling[(self.round - 1) % len(game.telling)]
        if game.shuffle and self.rng.random() < 0.5:
            pair = (pair[1], pair[0])
        self.options = pair
        x, y = (f"{own} points to {seat_name(self.first)} and {other} to {seat_name(1 - self.first)}" for own, other in pair)
        self.emit("options", f"Round {self.round}: X gives {x}; Y gives {y}.", data={"round": self.round, "x": list(pair[0]), "y": list(pair[1])})

    def _draw(self) -> Pair:
        steps = self.game.largest // DRAWN_STEP + 1
        while True:
            a, b, c, d = (DRAWN_STEP * int(amount) for amount in self.rng.integers(steps, size=4))
            if utility(self.game.preference, a, b) != utility(self.game.preference, c, d):
                return ((a, b), (c, d))

    def movers(self, stage: str) -> tuple[int, ...]:
        return (self.first,)

    def ask(self, seat: int) -> str:
        return "Do you pick X or Y?"

    def default_move(self, seat: int) -> Move:
        return Move(self.game.choice(seat, "X"))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        dictator, (x, y) = self.first, self.options
        picked = acts[dictator][0]
        chosen, other = (x, y) if picked == "X" else (y, x)
        consistent = utility(self.game.preference, *chosen) > utility(self.game.preference, *other)
        facts = {"dictator": dictator, "x": list(x), "y": list(y), "picked": picked, "consistent": consistent}
        self.close(f"{seat_name(dictator)} picked {picked}.", facts, self.by_seat(float(chosen[0]), float(chosen[1])))

    def features(self, seat: int) -> list[float]:
        amounts = [-1.0] * 4 if self.over else [amount / max(self.game.largest, 1) for option in self.options for amount in option]
        return [float(seat == self.first), *amounts]

    @property
    def outcome(self) -> dict[str, Any]:
        """Payoffs by role; ``consistent``: share of choices that the stated preference calls for; ``picks``."""
        picks = [one["picked"] for one in self.history]
        return self.role_facts() | {"consistent": sum(one["consistent"] for one in self.history) / len(picks) if picks else None, "picks": picks}
