"""One planner for all: a game of ours in which all earn the same, played by one seat that chooses for everybody.

    make("joint", of="overcooked_tasks", kwargs={"layout": "coordination_ring"})

In each move the planner is told what every seat that is to move is told, and answers with a choice for each seat: `{"player_0": ..., "player_1": ...}`; one
that is not to move can only `carry on`. It knows what all of them know together. It earns what a seat earns on average. Seats do not speak: there is
nobody to speak to.

| parameter | meaning | default |
|---|---|---|
| `of` | the id of a cooperative game | overcooked_tasks |
| `kwargs` | its parameters | its own defaults |
| `order` | the planner chooses for all seats `together` or for one after the other, `in_turn` | together |

Beside `observation`, stacked seat by seat, `data` has all that the seats' own data have of one shape, stacked likewise, and `chosen`: per seat the number of
the option that was chosen for it in this move, -1 for none yet.

Sources: planning for a team by one model is what ReAd calls joint planning, and choosing for one agent after the other sequential planning (Zhang et al.
2024, arXiv 2405.14314); a player at each seat plans singly.

Version history: v0, first version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, TypeGuard

import numpy as np
from gymnasium.spaces import Box

from ...errors import LudensError
from ..actions import ActionSpec, Move
from ..core import Game, GameType, IllegalPolicy, NotSupported, Observation, Prediction, seat_name
from ..domains import Domain, OneOf, Record
from ..registry import make
from .running import Options
from .wrapping import WrappingState

if TYPE_CHECKING:
    from gymnasium.vector import VectorEnv

__all__ = ["CARRY_ON", "JointGame", "JointState", "members_asked"]

CARRY_ON = "carry on"
"""The one choice for a seat that is not to move."""


@dataclass(frozen=True, kw_only=True)
class JointGame(Game):
    """A cooperative game with one planner; see the module for the parameters.

    Raises:
        ParameterError: there is no such game, or its seats do not all want the same.
    """

    of: str = "overcooked_tasks"
    kwargs: Mapping[str, Any] = Options()
    order: Literal["together", "in_turn"] = "together"

    def __post_init__(self) -> None:
        self.require(isinstance(self.kwargs, Mapping), "kwargs", "should be a mapping, such as {horizon: 100}")
        object.__setattr__(self, "kwargs", Options(self.kwargs))
        self.require(self.team.type.utility == "cooperative", "of", "should be a game in which all earn the same")
        self.require(self.team.seats > 1, "of", "should have more than one seat")
        named = all(isinstance(self.team.action_domain(member), OneOf) for member in range(self.team.seats))
        self.require(named or self.team.type.dynamics == "simultaneous", "of", "should be a game in which all move at once, or choose options by name")
        self.require(self.order in ("together", "in_turn"), "order", "should be 'together' or 'in_turn'")
        self.require(named or self.order == "together", "order", "should be 'together' where seats do not choose options by name")

    @cached_property
    def team(self) -> Game:
        """The game that is planned for."""
        return make(self.of, **self.kwargs)

    @property
    def seats(self) -> int:
        return 1

    @cached_property
    def type(self) -> GameType:
        inner = self.team.type
        return GameType(
            seats=(1, 1),
            dynamics="sequential",
            information="imperfect" if inner.chance or inner.information == "imperfect" else "perfect",
            utility="cooperative",
            payoff_low=inner.payoff_low,
            payoff_high=inner.payoff_high,
            horizon=inner.horizon * (self.team.seats if self.order == "in_turn" else 1),
            unit=inner.unit,
            chance=inner.chance,
            illegal=IllegalPolicy(reask=inner.illegal.reask, then="default" if inner.illegal.then == "default" else "random"),
        )

    def action_domain(self, seat: int) -> Domain:
        domains = {seat_name(member): self.team.action_domain(member) for member in range(self.team.seats)}
        if self.order == "in_turn":
            return OneOf(tuple(dict.fromkeys(option for options in self.options for option in options)))
        if self.team.type.dynamics != "simultaneous":
            domains = {name: OneOf((*domain.options, CARRY_ON)) for name, domain in domains.items() if isinstance(domain, OneOf)}
        return _together(domains)

    @cached_property
    def options(self) -> tuple[tuple[Any, ...], ...]:
        """Per seat of the team, all options that it ever has, in the order of its domain; nothing for a seat that does not choose options by name."""
        domains = [self.team.action_domain(member) for member in range(self.team.seats)]
        return tuple(domain.options if isinstance(domain, OneOf) else () for domain in domains)

    def observation_space(self, seat: int) -> Box:
        spaces = [self.team.observation_space(member) for member in range(self.team.seats)]
        if not all(isinstance(space, Box) and space.shape == spaces[0].shape for space in spaces):
            raise LudensError(f"what the seats of {self.team.made_as} see cannot be stacked")
        low, high = (np.stack([getattr(space, bound) for space in spaces]) for bound in ("low", "high"))
        return Box(low, high, dtype=spaces[0].dtype)  # type: ignore[arg-type]

    def new_state(self, seed: int) -> JointState:
        return JointState(self, seed)

    def vector_env(self, num_envs: int) -> VectorEnv[Any, Any, Any]:
        # there a team is an environment in any case
        return self.team.vector_env(num_envs)

    def predictions(self) -> tuple[Prediction, ...]:
        return self.team.predictions()

    def rules_text(self, seat: int | None = None) -> str:
        names = f"{', '.join(map(seat_name, range(self.team.seats - 1)))} and {seat_name(self.team.seats - 1)}"
        how = "each time you choose for all of them who are to move"
        if self.order == "in_turn":
            how = "for one after the other of those who are to move you choose what it does, and when all have a choice they act at once"
        return f"You plan for {names}: {how}. The rules that they follow:\n{self.team.rules_text(None)}"


class JointState(WrappingState):
    """A position: that of the game that is planned for.

    Attributes:
        inner: it.
        chosen: choices for the first of the seats that are to move, where one is chosen for after the other.
    """

    OTHER = "team"

    game: JointGame

    def __init__(self, game: JointGame, seed: int) -> None:
        super().__init__(game, seed)
        self.inner = game.team.start(seed)
        self.chosen: list[Any] = []
        self._tell(0)

    @property
    def asked(self) -> tuple[int, ...]:
        """The seats of the team that are chosen for now."""
        return self.inner.to_move if self.game.order == "together" else self.inner.to_move[len(self.chosen) :][:1]

    def action_spec(self, seat: int) -> ActionSpec:
        if self.game.order == "in_turn":
            return ActionSpec(self.inner.action_spec(self.asked[0]).domain)
        domains = [self.inner.action_spec(member).domain if member in self.inner.to_move else OneOf((CARRY_ON,)) for member in range(self.game.team.seats)]
        return ActionSpec(_together({seat_name(member): domain for member, domain in enumerate(domains)}))

    def request(self, seat: int) -> str:
        told = self.situation(self.asked)
        return told if self.game.order == "together" else f"{told}\nChoose for {seat_name(self.asked[0])}."

    def situation(self, members: Sequence[int]) -> str:
        """Say what some seats that are to move are told."""
        told: list[str] = []
        for member in members:
            # what one has been told need not be told again with the next, unless it is of itself
            lines = [line for line in self.inner.request(member).splitlines() if line not in told or line.startswith(("You ", "Your "))]
            told += [f"To {seat_name(member)}:", *lines]
        return "\n".join(told)

    def default_move(self, seat: int) -> Move:
        if self.game.order == "in_turn":
            return Move(self.inner.default_move(self.asked[0]).choice)
        chosen: dict[str, Any] = {}
        for member in range(self.game.team.seats):
            name, asked = seat_name(member), member in self.inner.to_move
            choice: Any = self.inner.default_move(member).choice if asked else CARRY_ON
            apart = asked and _apart(self.inner.action_spec(member).domain)
            chosen |= {f"{name}_{field}": value for field, value in choice.items()} if apart else {name: choice}
        return Move(chosen)

    def data(self, seat: int) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] | None = self._memo.get("data")
        if found is None:
            members = [self.inner.data(member) for member in range(self.game.team.seats)]
            same = [name for name in members[0] if all(name in member and member[name].shape == members[0][name].shape for member in members)]
            chosen = np.full(self.game.team.seats, -1, np.int64)
            for member, choice in zip(self.inner.to_move, self.chosen, strict=False):
                chosen[member] = self.game.options[member].index(choice)
            found = self._memo["data"] = {**{name: np.stack([member[name] for member in members]) for name in same}, "chosen": chosen}
        return dict(found)

    def _apply(self, moves: Mapping[int, Move]) -> None:
        if self.game.order == "in_turn":
            member, choice = self.asked[0], moves[0].choice
            self.emit("plan", f"{seat_name(member)} is to do this: {choice}.", seat=0, data={"member": member, "choice": choice})
            self.chosen.append(choice)
            if len(self.chosen) < len(self.inner.to_move):
                return
            choices, self.chosen = dict(zip(self.inner.to_move, self.chosen, strict=True)), []
        else:
            choices = {member: _own(moves[0].choice, seat_name(member), self.inner.action_spec(member).domain) for member in self.inner.to_move}
        before = len(self.inner.events)
        self.inner.play({member: Move(choice) for member, choice in choices.items()})
        self.rewards = [float(np.mean(self.inner.rewards))]
        self._tell(before)

    def _tell(self, before: int) -> None:
        for event in self.inner.events[before:]:
            # what no seat may know the planner may not know either
            to = () if event.visible_to == () else None
            self.emit(event.kind, event.text, seat=None if event.seat is None else 0, data=event.data, to=to)
        self.to_move = (0,) if self.inner.to_move else ()

    @property
    def outcome(self) -> dict[str, Any]:
        return self.inner.outcome

    # -- hidden information ----------------------------------------------------------------------------------------------

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw chance to come anew. Raises NotSupported where something is hidden from all seats."""
        if self.hides(seat):
            raise NotSupported(f"{self.game.team.made_as} hides something from all its seats, which cannot be drawn anew for a planner")
        twin = self.clone()
        twin.inner = self.inner.with_fresh_chance(rng)
        return twin


def _together(domains: Mapping[str, Domain]) -> Record:
    """Put the seats' domains side by side; what has fields of its own is taken apart, as `player_0_move`, so that an answer in words names each once."""
    fields: dict[str, Domain] = {}
    for name, domain in domains.items():
        fields |= {f"{name}_{field}": part for field, part in domain.fields} if _apart(domain) else {name: domain}
    return Record.of(fields)


def _apart(domain: Domain) -> TypeGuard[Record]:
    return isinstance(domain, Record) and domain.at_most is None and domain.at_least is None


def _own(choice: Mapping[str, Any], name: str, domain: Domain) -> Any:
    """Give a seat's part of a choice for all."""
    return {field: choice[f"{name}_{field}"] for field, _ in domain.fields} if _apart(domain) else choice[name]


def members_asked(observation: Observation) -> dict[int, Observation]:
    """Give, for each seat of the team that is chosen for now, what it may know, out of what its planner does.

    Raises:
        NotSupported: it is no planner's observation.
    """
    state = observation._live()
    if not isinstance(state, JointState):
        raise NotSupported(f"{observation.game.made_as} has no planner for all seats")
    return {member: state.inner.observe(member) for member in state.asked}
