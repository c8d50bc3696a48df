"""A position of a matrix game: the history of joint actions, and whether the seats talk or choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import State
from . import hidden, text

if TYPE_CHECKING:
    from .rules import MatrixGame

__all__ = ["MatrixState"]


class MatrixState(State):
    """A position of a :class:`MatrixGame`.

    Attributes:
        history: joint actions carried out so far, as canonical indices.
        talking: the seats are asked to talk, not to choose.
    """

    game: MatrixGame

    def __init__(self, game: MatrixGame, seed: int) -> None:
        super().__init__(game, seed)
        self.history: list[tuple[int, ...]] = []
        self.talking = game.say_chars > 0
        self.to_move = game.everyone

    def action_spec(self, seat: int) -> ActionSpec:
        return self.game.talk_spec if self.talking else self.game.specs[seat]

    def request(self, seat: int) -> str:
        return text.request(self.game, len(self.history) + 1, self.talking)

    def _apply(self, moves: Mapping[int, Move]) -> None:
        game = self.game
        if self.talking:
            self._talk(moves)
            return
        actions = tuple([index[moves[seat].choice] for seat, index in enumerate(game.index)])
        if game.tremble:
            actions = tuple(hidden.flip(game, seat, action, game.tremble, self.rng) for seat, action in enumerate(actions))
        payoffs, words, played = game.facts(actions)
        number = len(self.history) + 1
        weight = game.discount ** (number - 1)
        self.rewards = [weight * payoff for payoff in payoffs] if weight != 1 else payoffs.copy()
        self.history.append(actions)
        if game.public:
            self.emit("round", f"Round {number}: {words}", data={"round": number, "actions": played.copy(), "payoffs": payoffs.copy()})
        else:
            for seat in game.everyone:
                sentence, data = hidden.view(game, seat, number, hidden.look(game, seat, actions, self.rng), actions)
                self.emit("round", sentence, data=data, to=(seat,))
        if number >= game.rounds or (game.continuation is not None and self.rng.random() >= game.continuation):
            self.to_move = ()
        else:
            self.talking = game.say_chars > 0

    def _talk(self, moves: Mapping[int, Move]) -> None:
        for seat in self.game.everyone:
            self.emit_speech(seat, moves[seat].say)
        self.talking = False

    def data(self, seat: int) -> dict[str, np.ndarray]:
        game = self.game
        sizes = [len(names) for names in game.actions]
        out = np.zeros(sum(sizes) + 3, np.float32)
        last = next((event for event in reversed(self._seen[seat]) if event.kind == "round"), None)
        if last is not None:
            start = 0
            for size, action in zip(sizes, last.data["actions"], strict=True):
                if action is not None:
                    out[start + action] = 1
                start += size
            own, low, high = last.data["payoffs"][seat], float(game.table[seat].min()), float(game.table[seat].max())
            out[-1] = (own - low) / (high - low) if own is not None and high > low else 0
        out[-3] = len(self.history) / game.rounds if game.show_rounds else 0
        out[-2] = self.talking and not self.over
        mask = np.zeros(len(game.domains[seat].options), np.int8)
        if seat in self.to_move:
            mask[-1 if self.talking else slice(None, sizes[seat])] = 1
        return {"observation": out, "action_mask": mask}

    @property
    def outcome(self) -> dict[str, Any]:
        return hidden.facts_of(self.game, self.history)

    def hides(self, seat: int) -> bool:
        return hidden.hides(self, seat)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        twin = self.with_fresh_chance(rng)
        if not self.game.public:
            hidden.redraw(twin, seat, rng)
        return twin
