"""The particle worlds in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import seat_name
from ..words import listed, number
from .physics import DAMPING, DT

if TYPE_CHECKING:
    from .reference import Reference, ReferenceState
    from .spread import Spread
    from .tag import Tag
    from .world import ParticleState

__all__ = ["end", "landmarks", "moves", "point", "reference_request", "reference_rules", "request", "spread_rules", "start", "tag_rules", "target"]

_COLOURS = ("red", "green", "blue")
_PAST = {"stay": "does not push", "left": "pushes left", "right": "pushes right", "down": "pushes down", "up": "pushes up"}


def point(pair: Any) -> str:
    """Write a place or a speed: ``(0.25, -1)``."""
    return f"({', '.join(number(round(float(item), 3)) for item in pair)})"


def moves(choices: list[str], first: int = 0) -> str:
    """Say who pushes where, from seat ``first`` on."""
    return "; ".join(f"{seat_name(seat)} {_PAST[choice]}" for seat, choice in enumerate(choices, first)) + "."


def end(done: bool) -> str:
    """Say why it is over."""
    return "It is done: the episode ends early." if done else "The time is up: the episode ends."


def target(seat: int, landmark: int) -> str:
    """Say where a seat should go."""
    return f"{seat_name(seat)} should come near the {_COLOURS[landmark]} landmark."


def start(state: ParticleState) -> str:
    """Say where everything lies at first."""
    agents = "; ".join(f"{_who(state, seat)} at {point(place)}" for seat, place in enumerate(state.where))
    return f"At the start: {agents}. {_marks(state, absolute=True)}"


def landmarks(state: ParticleState, seat: int) -> str:
    """Say where landmarks lie as a seat sees them at first."""
    return f"At the start {seat_name(seat)} sees landmarks at {_coloured(state, seat)}."


def _who(state: ParticleState, seat: int) -> str:
    role = state.roles[seat]
    return seat_name(seat) + (f" ({role})" if role else "")


def _coloured(state: ParticleState, seat: int) -> str:
    return listed(f"{point(place)} ({colour})" for colour, place in zip(_COLOURS, state.beside(state.marks, seat), strict=True))


def _marks(state: ParticleState, *, absolute: bool = False, seat: int = 0) -> str:
    name = "Obstacles" if state.game.bodies.rocks else "Landmarks"
    if not len(state.marks):
        return f"{name}: none."
    away = np.sqrt(np.square(state.beside(state.marks, seat)).sum(axis=1))
    return f"{name}: " + "; ".join(point(place) + ("" if absolute else f", {_far(off)} from you") for place, off in zip(state.marks, away, strict=True)) + "."


def _far(distance: float) -> str:
    return number(round(float(distance), 3))


# -- what is asked ---------------------------------------------------------------------------------------------------


def request(state: ParticleState, seat: int) -> str:
    """Say what a seat sees that sees everything, and ask what it does."""
    lines = [_step(state), f"You are at {point(state.where[seat])}; your speed is {point(state.speed[seat])}."]
    away = np.sqrt(np.square(state.beside(state.where, seat)).sum(axis=1))
    for other in range(state.game.seats):
        if other != seat:
            speed = f", with speed {point(state.speed[other])}" if state.roles[other] == "prey" else ""
            lines.append(f"{_who(state, other)} is at {point(state.where[other])}, {_far(away[other])} from you{speed}.")
    return "\n".join([*lines, _marks(state, seat=seat), "Which way do you push?"])


def reference_request(state: ReferenceState, seat: int) -> str:
    """Say what a seat sees and has heard in Reference, and ask what it does."""
    other, heard = seat_name(1 - seat), state.sent[1 - seat]
    return "\n".join(
        [
            _step(state),
            f"As seen from you, landmarks lie at {_coloured(state, seat)}; your speed is {point(state.speed[seat])}.",
            f"{other} should come near the {_COLOURS[state.targets[1 - seat]]} one, and does not know it.",
            f"{other} has sent {'nothing yet' if heard is None else f'{heard} last'}.",
            "What do you send, and which way do you push?",
        ]
    )


def _step(state: ParticleState) -> str:
    return f"Step {state.turn + 1} of {state.game.horizon}."


# -- rules -----------------------------------------------------------------------------------------------------------


def _moving(adds: str, carries: str) -> str:
    return (
        f"left and down lower x and y, right and up raise them, stay does not push. Everybody first moves by {number(DT)} of the speed it has; then "
        f"{number(100 * DAMPING)} % of the speed is lost and the push adds {adds}. So a push shows one step later, and carries {carries} in all."
    )


def _push(force: float) -> tuple[str, str]:
    """Say how much a push adds to the speed, and how far it carries."""
    return number(force * DT), number(force * DT * DT / DAMPING)


def _you(seat: int | None, what: str = "") -> str:
    return "" if seat is None else f" You are {seat_name(seat)}{what}."


_DRAWN = "Everything is drawn between -1 and 1 along each axis; places are written (x, y)."


def spread_rules(game: Spread, seat: int | None) -> str:
    """State the rules of Spread."""
    adds, carries = _push(game.bodies.pushes[0])
    agents = f"{game.agents} round agents of radius 0.15 share" if game.agents > 1 else "A round agent of radius 0.15 is alone in"
    bumps = (
        f" For each agent that an agent collides with (centres closer than 0.3), it pays {number(game.local_ratio)} a step; agents that collide push each "
        "other apart."
    )
    together = "all push at once" if game.agents > 1 else "it pushes itself"
    early = " The episode ends early when there is an agent within 0.1 of each landmark." if game.end_on_success else ""
    return (
        f"{agents} a plane with {game.marks} landmark{'s' if game.marks > 1 else ''}.{_you(seat)} {_DRAWN} In each of {game.horizon} steps {together}: "
        f"{_moving(f'{adds} to it', carries)} In each step everybody pays {number(1 - game.local_ratio)} times the sum, over the landmarks, of the distance to "
        f"the nearest agent.{bumps if game.agents > 1 else ''}{early} Your aim is to have each landmark covered by an agent, soon."
    )


def tag_rules(game: Tag, seat: int | None) -> str:
    """State the rules of Tag."""
    (adds, carries), (adds_prey, carries_prey) = _push(game.bodies.pushes[0]), _push(game.bodies.pushes[-1])
    hunts = seat is not None and game.hunts(seat)
    aim = "" if seat is None else " Your aim is to touch the prey, as often as you can." if hunts else " Your aim is not to be touched, and not to stray."
    hunters = f"{game.adversaries} adversaries (radius 0.075) hunt" if game.adversaries > 1 else "1 adversary (radius 0.075) hunts"
    rocks = f" among {game.obstacles} round obstacle{'s' if game.obstacles > 1 else ''} of radius 0.2" if game.obstacles else ""
    early = " The episode ends early when every prey is touched at once." if game.end_on_success else ""
    return (
        f"{hunters} {game.prey} prey (radius 0.05) in a plane{rocks}.{_you(seat, ', an adversary' if hunts else ', a prey')} The adversaries have the first "
        f"seats. {_DRAWN} In each of {game.horizon} steps all push at once: "
        f"{_moving(f'{adds} to that of an adversary, {adds_prey} to that of a prey', f'an adversary {carries} and a prey {carries_prey}')} No adversary is "
        "faster than 1, no prey than 1.3. All bodies and obstacles are solid and push each other apart. For each touch of an adversary and a prey in a step "
        "(centres closer than 0.125) all adversaries earn 10 and that prey pays 10. A prey pays for straying, along each axis: from 0.9 to 1 off the middle "
        f"up to 1 point a step, beyond that exp(2 d - 2) at distance d, at most 10.{early}{aim}"
    )


def reference_rules(game: Reference, seat: int | None) -> str:
    """State the rules of Reference."""
    adds, carries = _push(game.bodies.pushes[0])
    say = " With each step you may also speak to the other." if game.say_chars else ""
    return (
        f"Two agents share a plane with a red, a green and a blue landmark.{_you(seat)} Each agent should come near one landmark, drawn at random, which only "
        f"the other agent knows. Each sees the landmarks from where it is, written (x, y), but not the other agent. In each of {game.horizon} steps both push "
        f"and send a message at once: {_moving(f'{adds} to it', carries)} A message is a number from 0 to 9, heard before the next step; what it means is up "
        f"to you two.{say} In each step an agent pays {number(game.local_ratio)} times the other's distance from the landmark that the other should come near, "
        f"and {number(1 - game.local_ratio)} times the mean of both agents' distances. Your aim is that both come near their landmarks, soon."
    )
