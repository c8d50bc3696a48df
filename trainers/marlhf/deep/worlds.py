"""Games as batches of play by networks: who learns, what they see, and tables at which one seat learns against fixed policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ....agents.neural.actions import actions_of
from ....errors import ParameterError
from ....games.core import Game
from ....games.particle.tag import Tag

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Alone", "Play", "Policy", "Singles", "Team", "World", "drawn", "policy_of"]

Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Policy = Callable[[Singles], Singles]
"""From what is seen, ``(rows, width)``, to probabilities of actions, ``(rows, options)``."""


class Play(NamedTuple):
    """Whole games, G of them, of T steps each and N learning seats.

    Attributes:
        seen: float32 ``(G, T + 1, N, width)``.
        chosen: ``(G, T, N)``: numbers of actions.
        rewards: ``(G, T, N)``: what each seat earned.
    """

    seen: Singles
    chosen: Ints
    rewards: NDArray[np.float64]

    @property
    def returns(self) -> NDArray[np.float64]:
        """What each seat earned in each game, ``(G, N)``."""
        return np.asarray(self.rewards.sum(1))


class World:
    """A game with a fast vector environment, in which some seats learn.

    In Tag the adversaries learn and ``others`` is the prey; elsewhere all seats do. A seat sees what its player would, and which seat it is.

    Args:
        game: the rules; episodes never end early.
        others: the policy of the seats that do not learn, which do not see which seat they are.

    Attributes:
        seats: how many learn; they have the first seats.
        plain: numbers that any seat sees.
        width: numbers that a learning seat is shown: these, and which seat it is.
        options: actions of a seat.
        idle: the number of what counts for a seat that gives no legal move.
        horizon: steps.

    Raises:
        ParameterError: the game has choices that cannot be numbered, or that are not always legal, or may end early.
        NotSupported: it has no vector environment.
    """

    def __init__(self, game: Game, others: Policy | None = None) -> None:
        actions = actions_of(game)
        seen, infos = game.vector_env(1).reset(seed=0)
        if actions.kind != "listed" or "legal" in infos or getattr(game, "end_on_success", False):
            raise ParameterError(f"trainer marlhf: {game.made_as} should have one list of choices, always legal, and a fixed number of steps")
        self.game, self.others = game, others
        self.seats = game.adversaries if isinstance(game, Tag) else game.seats
        self.options, self.horizon = actions.size, game.type.horizon
        self.idle = int(actions.encode(game.start(0).default_move(0).choice)[0])
        self.plain = int(np.prod(seen.shape[2:]))
        self.width = self.plain + self.seats
        self._names = np.eye(self.seats, dtype=np.float32)

    def shown(self, seen: NDArray[Any]) -> Singles:
        """Give what the learning seats see, ``(games, seats, width)``, of what a vector environment gives."""
        plain = seen.reshape(*seen.shape[:2], -1)[:, : self.seats]
        return np.concatenate([plain, np.broadcast_to(self._names, (len(seen), self.seats, self.seats))], axis=-1, dtype=np.float32)

    def step(self, envs: Any, seen: NDArray[Any], chosen: Ints, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.bool_], Any]:
        """Play a step, drawing what the seats that do not learn do.

        Args:
            envs: the vector environment.
            seen: what it gave last.
            chosen: ``(games, seats)``.
            rng: source of chance.

        Returns:
            What is seen next; what each learning seat earned, ``(games, seats)``; which games are over; shaped rewards, ``(games, seats)``, or 0.
        """
        if self.others is not None:
            rest = seen[:, self.seats :].reshape(len(seen) * (self.game.seats - self.seats), -1)
            chosen = np.concatenate([chosen, drawn(self.others(rest), rng).reshape(len(seen), -1)], axis=1)
        following, team, ended, cut, infos = envs.step(chosen)
        own = infos["rewards"][:, : self.seats] if "rewards" in infos else np.repeat(np.asarray(team, float)[:, None], self.seats, 1)
        return following, own, ended | cut, infos.get("shaped", 0.0)

    def play(self, policies: Sequence[Policy], games: int, rng: np.random.Generator) -> Play:
        """Play whole games, a policy at each learning seat."""
        envs = self.game.vector_env(games)
        seen, _ = envs.reset(seed=int(rng.integers(2**31)))
        views, choices, rewards = [self.shown(seen)], [], []
        for _ in range(self.horizon):
            chosen = np.stack([drawn(policy(views[-1][:, seat]), rng) for seat, policy in enumerate(policies)], axis=1)
            seen, own, _, _ = self.step(envs, seen, chosen, rng)
            views.append(self.shown(seen))
            choices.append(chosen)
            rewards.append(own)
        return Play(np.stack(views, 1), np.stack(choices, 1), np.stack(rewards, 1))


class _Table:
    """A vector environment of learning seats (as :class:`~ludens.trainers.practice.Practice` wants one)."""

    def __init__(self, world: World, games: int, rng: np.random.Generator) -> None:
        self.world, self.rng, self._envs = world, rng, world.game.vector_env(games)

    def reset(self, *, seed: int) -> tuple[Singles, dict[str, Any]]:
        self._seen, _ = self._envs.reset(seed=seed)
        return self._view(), {}

    def _view(self) -> Singles:
        return self.world.shown(self._seen)

    def _step(self, chosen: Ints) -> tuple[NDArray[np.float64], NDArray[np.bool_], Any]:
        self._seen, own, over, shaped = self.world.step(self._envs, self._seen, chosen, self.rng)
        return own, over, shaped


class Team(_Table):
    """All learning seats learn together, from the mean of what they earn."""

    def step(self, chosen: Ints) -> tuple[Singles, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        own, over, shaped = self._step(chosen)
        return self._view(), own.mean(1), np.zeros_like(over), over, {"shaped": shaped}


class Alone(_Table):
    """One seat a game learns, from what it earns itself; a policy plays the others. Seats take turns, game by game.

    Args:
        world: the game.
        games: how many.
        policy: of the others.
        rng: source of chance.
    """

    def __init__(self, world: World, games: int, policy: Policy, rng: np.random.Generator) -> None:
        super().__init__(world, games, rng)
        self.policy, self._rows, self._own = policy, np.arange(games), np.arange(games) % world.seats

    def _view(self) -> Singles:
        return super()._view()[self._rows, self._own][:, None]

    def step(self, chosen: Ints) -> tuple[Singles, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        views = self.world.shown(self._seen)
        joint = drawn(self.policy(views.reshape(-1, self.world.width)), self.rng).reshape(views.shape[:2])
        joint[self._rows, self._own] = chosen[:, 0]
        own, over, _ = self._step(joint)
        return self._view(), own[self._rows, self._own], np.zeros_like(over), over, {}


class _Asked(Protocol):
    def __call__(self, seen: Any) -> Any: ...


def policy_of(module: nn.Module | _Asked) -> Policy:
    """Give the policy whose logits a network gives."""
    import torch

    def policy(seen: Singles) -> Singles:
        with torch.inference_mode():
            return np.asarray(module(torch.from_numpy(np.ascontiguousarray(seen))).softmax(-1).numpy())

    return policy


def drawn(chances: Singles, rng: np.random.Generator) -> Ints:
    """Draw an action a row of probabilities."""
    return np.asarray((chances.cumsum(-1) < rng.random((*chances.shape[:-1], 1))).sum(-1).clip(max=chances.shape[-1] - 1), np.int64)
