"""A position of OpenSpiel as one of ours: :class:`OpenSpielState`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import Game, IllegalMove, NotSupported, State, seat_name
from .openspiel_moves import NamedMoves
from .openspiel_words import one_line

if TYPE_CHECKING:
    from .openspiel_game import OpenSpielGame

__all__ = ["OpenSpielState"]


class OpenSpielState(State):
    """A position of OpenSpiel.

    Attributes:
        path: all actions so far, those of chance too, as OpenSpiel numbers them; of a simultaneous node one a seat.
        viewed: per seat, what it saw last.
        spiel: the ``pyspiel.State``; a slot, since it follows from the path and is no plain value.
    """

    __slots__ = ("_script", "spiel")

    game: OpenSpielGame
    spiel: Any
    _script: Iterator[int] | None
    """What chance did, while a history is told again; None when it draws."""

    def open(self, script: Iterator[int] | None = None) -> None:
        """Begin at OpenSpiel's initial state: let chance do what it does first, and tell every seat what it sees."""
        self.path: list[int] = []
        self.viewed: list[str] = [""] * self.game.seats
        self.spiel = self.game.spiel.new_initial_state()
        self._script = script
        self._chance()
        self._arrive()

    def action_spec(self, seat: int) -> ActionSpec:
        spec = self._memo.get(seat)
        if spec is None:
            legal = self.spiel.legal_actions(seat)
            spec = self._memo[seat] = ActionSpec(NamedMoves.of(legal, [self.spiel.action_to_string(seat, action) for action in legal]))
        return spec

    def request(self, seat: int) -> str:
        return f"{seat_name(seat)}, it is your move."

    def data(self, seat: int) -> dict[str, np.ndarray]:
        if not self.game.tensor:
            return {"observation": np.array([self.turn / self.game.type.horizon], dtype=np.float32)}
        return {"observation": np.array(getattr(self.spiel, f"{self.game.tensor}_tensor")(seat), dtype=np.float32).reshape(-1)}

    @property
    def outcome(self) -> dict[str, Any]:
        return {"history": list(self.path)}

    def hides(self, seat: int) -> bool:
        return self.game.hidden

    def _apply(self, moves: Mapping[int, Move]) -> None:
        names = {seat: self.action_spec(seat).domain.show(move.choice) for seat, move in moves.items()}
        self._memo.clear()
        for seat, name in names.items():
            self.emit(
                "move",
                f"{seat_name(seat)} plays: {name}",
                seat=seat,
                data={"action": moves[seat].choice, "name": name},
                to=(seat,) if self.game.hidden else None,
            )
        before = self._returns()
        if self.spiel.is_simultaneous_node():
            # a seat without a legal action has no say; OpenSpiel takes any number for it
            joint = [moves[seat].choice if seat in moves else 0 for seat in range(self.game.seats)]
            self.spiel.apply_actions(joint)
            self.path += joint
        else:
            (move,) = moves.values()
            self.spiel.apply_action(move.choice)
            self.path.append(move.choice)
        self._chance()
        self.rewards = [after - old for after, old in zip(self._returns(), before, strict=True)]
        self._arrive()

    def _returns(self) -> list[float]:
        """What OpenSpiel has paid so far; a game that pays at its end states nothing before."""
        pays_now = self.spiel.is_terminal() or self.game.spiel.get_type().reward_model.name == "REWARDS"
        return [float(total) for total in self.spiel.returns()] if pays_now else [0.0] * self.game.seats

    def _chance(self) -> None:
        while self.spiel.is_chance_node():
            action = self._draw() if self._script is None else next(self._script)
            name = " ".join(self.spiel.action_to_string(self.spiel.current_player(), action).split())
            self.emit("chance", f"Chance: {name}", data={"action": action, "name": name}, to=() if self.game.hidden else None)
            self.spiel.apply_action(action)
            self.path.append(action)

    def _draw(self) -> int:
        actions, weights = zip(*self.spiel.chance_outcomes(), strict=True)
        drawn = int(np.searchsorted(np.cumsum(weights), self.rng.random() * sum(weights), side="right"))
        return int(actions[min(drawn, len(actions) - 1)])

    def _arrive(self) -> None:
        """Say who moves, and tell what the seats see where it has changed."""
        spiel = self.spiel
        if spiel.is_terminal():
            self.to_move = ()
        elif spiel.is_simultaneous_node():
            self.to_move = tuple(seat for seat in range(self.game.seats) if spiel.legal_actions(seat))
        else:
            self.to_move = (int(spiel.current_player()),)
        views = [self._view(seat) for seat in range(self.game.seats)]
        if not self.game.hidden:
            if views[0] != self.viewed[0]:
                self.emit("position", f"The position:\n{views[0]}", data={"position": views[0]})
        else:
            for seat, view in enumerate(views):
                if view != self.viewed[seat]:
                    self.emit("view", f"{seat_name(seat)} sees:\n{view}", seat=seat, data={"view": view}, to=(seat,))
        self.viewed = views

    def _view(self, seat: int) -> str:
        kind = self.game.spiel.get_type()
        if not self.game.hidden:
            text = str(self.spiel)
        elif kind.provides_information_state_string:
            text = self.spiel.information_state_string(seat)
        elif kind.provides_observation_string:
            text = self.spiel.observation_string(seat)
        else:
            raise NotSupported(f"{self.game.made_as}: OpenSpiel's {self.game.name} hides something and has no string of what a seat knows")
        return "\n".join(line.rstrip() for line in text.strip().splitlines())

    # -- copies ------------------------------------------------------------------------------------------------------

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        if not self.game.hidden:
            return self.with_fresh_chance(rng)
        import pyspiel

        try:
            other = self.spiel.resample_from_infostate(seat, rng.random)
            twin = self._retold(other.history())
        except pyspiel.SpielError as problem:
            raise NotSupported(f"OpenSpiel cannot resample {self.game.name}: {one_line(problem)}") from problem
        except (IllegalMove, StopIteration) as problem:
            raise NotSupported(f"OpenSpiel resamples {self.game.name} into a state whose history cannot be played") from problem
        if list(twin.observe(seat).events) != list(self.observe(seat).events) or (twin.turn, twin.over) != (self.turn, self.over):
            raise NotSupported(f"OpenSpiel resamples {self.game.name} into a state that {seat_name(seat)} can tell from this one")
        twin._rng = np.random.default_rng(rng.integers(2**63)) if self.game.type.chance else None
        return twin

    def _retold(self, history: list[int]) -> Self:
        """Go through a history from the start, telling everybody what it would have been told; chance does what it did there."""
        state, script = type(self)(self.game, self.seed), iter(history)
        state.open(script)
        while not state.over and state.turn < self.turn:
            taken = [next(script) for _ in range(self.game.seats if state.spiel.is_simultaneous_node() else 1)]
            state.play({seat: Move(taken[seat if len(taken) > 1 else 0]) for seat in state.to_move})
        state._script = None
        return state

    def clone(self) -> Self:
        twin = super().clone()
        twin.spiel, twin._script = self.spiel.clone(), None
        return twin

    @classmethod
    def from_dict(cls, game: Game, plain: Mapping[str, Any]) -> Self:
        state = super().from_dict(game, plain)
        state.spiel, state._script = _follow(state.game.spiel, state.path), None
        return state


def _follow(spiel: Any, path: list[int]) -> Any:
    """Give the state of a game after all actions of a path."""
    state, rest = spiel.new_initial_state(), iter(path)
    for action in rest:
        if state.is_simultaneous_node():
            state.apply_actions([action, *(next(rest) for _ in range(spiel.num_players() - 1))])
        else:
            state.apply_action(action)
    return state
