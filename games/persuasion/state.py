"""Positions of :class:`~ludens.games.persuasion.rules.Persuasion`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..actions import ActionSpec, Move
from ..core import Event, State, seat_name
from ..domains import Acts
from . import text
from .belief import belief
from .rules import MISLEADER, SOLVER, Persuasion

__all__ = ["PersuasionState"]


class PersuasionState(State):
    """A position.

    Attributes:
        truth: number of the right answer.
        tallies: per seat, how many of its pieces point to each answer.
        misleads: per seat, whether it is a misleader.
        said: per seat, the answer it stands by and the pieces it claimed for it; None before it claimed one.
        opened: per seat, its first claim.
        asked: per seat, how often it was asked whether it is sure.
        finals: per seat, its final answer.
        closing: whether final answers are due.
    """

    game: Persuasion

    def __init__(self, game: Persuasion, seed: int) -> None:
        super().__init__(game, seed)
        self.truth = int(self.rng.integers(game.options))
        self.tallies = [_tally(game, self.truth, self.rng) for _ in range(2)]
        self.misleads = [bool(draw < game.misleaders) for draw in self.rng.random(2)]
        self.said: list[tuple[int, int] | None] = [None, None]
        self.opened: list[tuple[int, int] | None] = [None, None]
        self.asked = [0, 0]
        self.finals: list[int | None] = [None, None]
        self.closing = False
        self.to_move = (game.first,)
        for seat in (0, 1):
            for event in self._dealt(seat):
                self.emit(event.kind, event.text, data=event.data, to=event.visible_to)

    # -- what may be done --------------------------------------------------------------------------------------------

    def _open_acts(self, seat: int) -> list[str]:
        if self.closing:
            return ["final"]
        own, other = self.said[seat], self.said[1 - seat]
        acts = ["claim"] if own is None else ["claim", "stand"] if other is None else ["claim", "stand", "accept"]
        return [*acts, *(["ask"] if self.game.asking else [])]

    def action_spec(self, seat: int) -> ActionSpec:
        return ActionSpec(Acts.of({act: self.game.record(act) for act in self._open_acts(seat)}), say_chars=self.game.say_chars)

    def request(self, seat: int) -> str:
        where = text.position(self.game, self.said, seat)
        return f"{where} What is your final answer?" if self.closing else f"{where} Act {self.turn + 1} of {self.game.acts}: what do you do?"

    def default_move(self, seat: int) -> Move:
        """Stand by what was claimed; before that, claim what most of the evidence points to."""
        said, tally = self.said[seat], self.tallies[seat]
        if not self.closing and said is not None:
            return Move({"act": "stand"})
        best = int(np.argmax(tally)) if said is None else said[0]
        return Move({"act": "final", "answer": self.game.names[best]} if self.closing else self.claim(best, tally[best]))

    def claim(self, answer: int, count: int) -> dict[str, Any]:
        """Write the choice that claims an answer with a number of pieces."""
        return {"act": "claim", "answer": self.game.names[answer], "pieces": count}

    def yields(self, seat: int, move: Move) -> bool | None:
        own, other, choice = self.said[seat], self.said[1 - seat], move.choice
        if own is None or other is None or own[0] == other[0]:
            return None
        return bool(choice["act"] == "accept" or choice.get("answer") == self.game.names[other[0]])

    # -- what acts cause ---------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        for seat, move in sorted(moves.items()):
            self.emit_speech(seat, move.say)
            getattr(self, f"_{move.choice['act']}")(seat, move.choice)
        if self.closing:
            self._finish()
            return
        both = self.said[0] is not None and self.said[1] is not None and self.said[0][0] == self.said[1][0]
        self.closing = both or self.turn + 1 >= self.game.acts
        self.to_move = (0, 1) if self.closing else (1 - next(iter(moves)),)

    def _claim(self, seat: int, choice: Mapping[str, Any]) -> None:
        claimed = (self.game.names.index(choice["answer"]), int(choice["pieces"]))
        self.said[seat] = claimed
        self.opened[seat] = self.opened[seat] or claimed
        words = f"{seat_name(seat)} claims {text.claimed(choice['answer'], claimed[1])}."
        self.emit("claim", words, seat=seat, data={"answer": choice["answer"], "pieces": claimed[1]})

    def _stand(self, seat: int, choice: Mapping[str, Any]) -> None:
        said = self.said[seat]
        assert said is not None
        name = self.game.names[said[0]]
        self.emit("stand", f"{seat_name(seat)} stands by {name}.", seat=seat, data={"answer": name})

    def _accept(self, seat: int, choice: Mapping[str, Any]) -> None:
        other = self.said[1 - seat]
        assert other is not None
        self.said[seat] = other
        name = self.game.names[other[0]]
        self.emit("accept", f"{seat_name(seat)} accepts {name}.", seat=seat, data={"answer": name})

    def _ask(self, seat: int, choice: Mapping[str, Any]) -> None:
        self.asked[1 - seat] += 1
        self.emit("ask", f"{seat_name(seat)} asks: are you sure?", seat=seat)

    def _final(self, seat: int, choice: Mapping[str, Any]) -> None:
        self.finals[seat] = self.game.names.index(choice["answer"])

    def _finish(self) -> None:
        game, names = self.game, self.game.names
        for seat in (0, 1):
            final = self.finals[seat]
            assert final is not None
            self.emit("final", f"The final answer of {seat_name(seat)} is {names[final]}.", seat=seat, data={"answer": names[final]})
        parts = [f"{seat_name(seat)} had {text.evidence(names, self.tallies[seat])}" for seat in (0, 1)]
        roles = [f"{seat_name(seat)} was a misleader" for seat in (0, 1) if self.misleads[seat]]
        words = f"The right answer was {names[self.truth]}. {'; '.join([*parts, *roles])}."
        self.emit("reveal", words, data={"answer": names[self.truth], "evidence": [list(tally) for tally in self.tallies], "misleads": list(self.misleads)})
        right = [float(final == self.truth) for final in self.finals]
        solvers = [right[seat] for seat in (0, 1) if not self.misleads[seat]]
        for seat in (0, 1):
            if self.misleads[seat]:
                self.rewards[seat] += game.bounty * (1 - right[1 - seat])
            else:
                self.rewards[seat] += right[seat] if game.payoff == "own" else sum(solvers) / len(solvers)
        self.to_move = ()

    # -- who knows what ----------------------------------------------------------------------------------------------

    @property
    def roles(self) -> tuple[str | None, ...]:
        return tuple((MISLEADER if misleads else SOLVER) if self.game.misleaders else None for misleads in self.misleads)

    def _dealt(self, seat: int) -> list[Event]:
        """Give the events that tell a seat what it alone was dealt."""
        tally = list(self.tallies[seat])
        words = f"Your evidence, {text.pieces(sum(tally))}: {text.evidence(self.game.names, tally)}."
        events = [Event("evidence", None, words, {"seat": seat, "tally": tally}, (seat,))]
        if self.game.misleaders:
            role = self.roles[seat]
            events.append(Event("role", None, f"You are a {role}.", {"seat": seat, "role": role}, (seat,)))
        return events

    def hides(self, seat: int) -> bool:
        return not self.over

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw the right answer from what the seat's evidence makes likely, and the other's role and evidence given it. What was said binds nothing."""
        twin = self.with_fresh_chance(rng)
        if self.over:
            return twin
        game, other = self.game, 1 - seat
        twin.truth = int(rng.choice(game.options, p=belief(game, self.tallies[seat])))
        twin.tallies[other] = _tally(game, twin.truth, rng)
        twin.misleads[other] = bool(rng.random() < game.misleaders)
        fresh = iter(twin._dealt(other))
        twin.events = [next(fresh) if event.visible_to == (other,) else event for event in self.events]
        twin._seen[other] = [event for event in twin.events if event.visible_to is None or other in event.visible_to]
        twin._keys[other] = None
        return twin

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, NDArray[np.float32]]:
        game, most = self.game, self.game.evidence[1]
        parts: list[float] = [count / most for count in self.tallies[seat]]
        for said in (self.said[seat], self.said[1 - seat]):
            parts += [float(said is not None and said[0] == answer) for answer in range(game.options)]
            parts.append(0.0 if said is None else said[1] / most)
        parts += [float(self.misleads[seat]), float(seat in self.to_move), float(self.closing), min(self.turn / game.acts, 1.0)]
        parts += [float(self.asked[seat] > 0), float(self.asked[1 - seat] > 0)]
        return {"observation": np.array(parts, np.float32)}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts of a finished episode.

        Returns:
            ``truth``: the right answer; per seat ``evidence`` (pieces by answer), ``role`` (None without misleaders), ``opened`` (the first claim and its
            pieces, None where it made none), ``final``, ``right`` and ``asked`` (how often it was asked whether it is sure); ``first``: who spoke first.
        """
        if not self.over or None in self.finals:
            return {}
        names = self.game.names
        return {
            "truth": names[self.truth],
            "first": self.game.first,
            "evidence": [list(tally) for tally in self.tallies],
            "role": list(self.roles),
            "opened": [None if claim is None else [names[claim[0]], claim[1]] for claim in self.opened],
            "final": [names[final] for final in self.finals if final is not None],
            "right": [final == self.truth for final in self.finals],
            "asked": list(self.asked),
        }


def _tally(game: Persuasion, truth: int, rng: np.random.Generator) -> list[int]:
    """Draw a seat's evidence, counted by the answers that its pieces point to."""
    chances = np.full(game.options, (1 - game.reliability) / (game.options - 1))
    chances[truth] = game.reliability
    return [int(count) for count in rng.multinomial(int(rng.integers(game.evidence[0], game.evidence[1] + 1)), chances)]
