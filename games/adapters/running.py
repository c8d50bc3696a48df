"""What an environment of another library is to its adapter: arguments, facts, and steps that show something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gymnasium.spaces import Space

__all__ = ["Facts", "Options", "Seen", "World"]


class Options(dict[str, Any]):
    """Keyword arguments of an environment: a dictionary of JSON values that games can be compared and looked up by."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(json.dumps(self, sort_keys=True))


@dataclass(frozen=True)
class Facts:
    """What a look at an environment tells.

    Attributes:
        names: what it calls its agents, in the order of the seats.
        observations, actions: their spaces.
        masked: it says at times that some actions are closed.
        about: what it says of itself.
        longest: its own limit of joint moves, where it has one.
        together: agents act at once.
    """

    names: tuple[str, ...]
    observations: tuple[Space[Any], ...]
    actions: tuple[Space[Any], ...]
    masked: bool
    about: str
    longest: int | None
    together: bool


@dataclass
class Seen:
    """What a step of an environment showed.

    Attributes:
        views: what seats were shown, by seat; words where they were shown some; masks of their actions.
        rewards: what they earned.
        to_move: who acts next; nobody when it is over.
        cut: it is over because its time was up.
    """

    views: dict[int, Any] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    masks: dict[int, Any] = field(default_factory=dict)
    rewards: dict[int, float] = field(default_factory=dict)
    to_move: tuple[int, ...] = ()
    cut: bool = False


class World(Protocol):
    """A running environment."""

    def reset(self, seed: int) -> Seen:
        """Begin an episode."""
        ...

    def step(self, actions: Mapping[int, Any]) -> Seen:
        """Play a joint move: the environment's own actions, by seat."""
        ...
