"""PPO over meanings: one network plays all seats of the abstract game and learns from what each of them earns.

Turns of a seat are its own decisions, one after another, whatever others do in between. The update is :mod:`ludens.trainers.ppo_update`, the advantages
that it learns from are generalised ones by a critic (:mod:`ludens.trainers.credit`). The critic tells how good a position is and not what the choices that
were not made are worth; these are found at the end, by making every choice in sampled positions and playing on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...agents.learners.learning import draw_arms
from ...agents.neural import NeuralPolicy, actions_of, new_policy
from ...agents.neural.modules import module_of
from ...agents.neural.policy import shape_of
from ...errors import ParameterError
from ...games.branching import Branching
from ...games.core import Game, seat_name
from ..credit import of_turns
from ..ppo_update import Judged, Learning, update
from ..rates import decay, set_rate
from .positions import Positions, side_by_side

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Config", "SelfPlay", "Turns", "Worth"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Config(Learning):
    """How a policy over meanings is learned in self-play.

    Attributes:
        updates: how often games are played and learned from.
        games: games an update.
        judged: games at the end, in which a position of each role is judged.
        playouts: how often a position is played to its end after each of its choices.
        stray: how often a seat moves at random on the way to a position that is judged: what the policy never comes to is judged as well.
    """

    TRAINER: ClassVar[str] = "lspo: ppo"

    updates: int = 60
    games: int = 64
    judged: int = 400
    playouts: int = 2
    stray: float = 0.3
    discount: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._whole("updates", "games", "judged", "playouts")
        self._shares("stray")


class Turns(NamedTuple):
    """Decisions, a row each, in the order in which they were made.

    Attributes:
        games, seats: in which game, and whose.
        seen, masks: what was shown, and which choices were legal: shapes (rows, inputs), (rows, choices).
        chosen, logs: numbers of the choices, and their log-probabilities.
        values: what the critic expected.
        earned: what the seat had earned before, as a share of what can be.
    """

    games: Numbers
    seats: Numbers
    seen: NDArray[np.float32]
    masks: NDArray[np.bool_]
    chosen: Numbers
    logs: NDArray[np.float64]
    values: NDArray[np.float64]
    earned: NDArray[np.float64]


class Worth(NamedTuple):
    """What the choices of a position are worth.

    Attributes:
        group: whose turn it is: a role or a seat.
        seen, mask: the observation and what is legal: shapes (inputs,), (choices,).
        advantages: of each choice over the policy, in the game's unit; 0 where it is not legal: shape (choices,).
    """

    group: str
    seen: NDArray[np.float32]
    mask: NDArray[np.bool_]
    advantages: NDArray[np.float32]


class SelfPlay:
    """A policy that plays all seats, and its critic.

    Args:
        game: whose choices can be listed.
        config: how it learns.
        by_role: whether advantages are found for roles; else for seats.
        seed: everything random follows from it.

    Attributes:
        policy: as it stands.
        in_step: whether games go side by side in a compiled engine.

    Raises:
        ParameterError: the choices cannot be listed.
    """

    def __init__(self, game: Game, config: Config, by_role: bool, seed: int) -> None:
        import torch
        from torch import nn

        self.game, self.config = game, config
        actions, self._inputs = actions_of(game), int(np.prod(shape_of(game)))
        if actions.kind != "listed":
            raise ParameterError(f"trainer lspo: ppo: the choices of {game.made_as} are too many to be listed; a coarser grain would be right")
        self._by_role = by_role
        self._groups = list(game.type.roles) if by_role else [seat_name(seat) for seat in range(game.seats)]
        self._unit = (game.type.payoff_high - game.type.payoff_low) / 2 or 1.0
        self._rng, self._seed = np.random.default_rng([seed, 1]), seed
        # an engine may number choices otherwise than the policy
        first = side_by_side(game, 1, 0)
        own, self.in_step = first.choices, not isinstance(first, Positions)
        self._places: Numbers = np.array([own.index(choice) for choice in actions.choices])
        sizes: dict[str, Any] = {"hidden": list(config.hidden)}
        self.policy: NeuralPolicy = new_policy(game, "mlp", seed=seed, **sizes)
        self._critic = module_of("mlp", self._inputs, 1, sizes, seed + 1)
        self._both = nn.ModuleList([self.policy.module, self._critic])
        self._optimizer = torch.optim.Adam(self._both.parameters(), lr=config.learning_rate, eps=1e-5)

    # -- learning --------------------------------------------------------------------------------------------------------

    def run(self) -> list[Mapping[str, float]]:
        """Make all updates; give the mean entropy and what each group earned, update by update."""
        import torch

        config = self.config
        trace: list[Mapping[str, float]] = []
        for number in range(config.updates):
            torch.manual_seed(self._seed + 7919 * (number + 1))
            share = number / config.updates
            set_rate(self._optimizer, config.learning_rate * decay(share))
            batch = self._begun(config.games)
            turns = self._play(batch)
            entropy = self._learn(batch, turns, config.entropy * decay(share))
            groups = self._group_of(batch)
            means = {f"earned, {name}": float(batch.returns[groups == place].mean()) for place, name in enumerate(self._groups) if (groups == place).any()}
            trace.append({"iteration": number + 1, "entropy": entropy, **means})
        return trace

    def _begun(self, count: int) -> Branching:
        return side_by_side(self.game, count, int(self._rng.integers(2**31)))

    def _group_of(self, batch: Branching) -> Numbers:
        """Number the group of every seat: shape (size, seats)."""
        return batch.roles if self._by_role else np.broadcast_to(np.arange(self.game.seats), batch.roles.shape)

    def _learn(self, batch: Branching, turns: Turns, bonus: float) -> float:
        import torch

        config, returns = self.config, batch.returns / self._unit
        gains, due = np.zeros(len(turns.games)), np.zeros(len(turns.games))
        keys = turns.games * self.game.seats + turns.seats
        order = np.argsort(keys, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
            earned = np.append(turns.earned[rows], returns[turns.games[rows[0]], turns.seats[rows[0]]])
            gains[rows], due[rows] = of_turns(earned, turns.values[rows], config.discount, config.trace)
        seen, masks, chosen = (torch.from_numpy(array) for array in (turns.seen, turns.masks, turns.chosen))
        logs, gain, target = (torch.from_numpy(array).float() for array in (turns.logs, gains, due))

        def judge(part: Tensor) -> Judged:
            now = self._logs(seen[part], masks[part])
            return Judged(now.gather(1, chosen[part, None])[:, 0], -(now.exp() * now).sum(-1).mean(), self._critic(seen[part])[:, 0])

        return update(judge, logs, gain, target, self._optimizer, learning=config, bonus=bonus)

    # -- playing ---------------------------------------------------------------------------------------------------------

    def _logs(self, seen: Tensor, masks: Tensor) -> Tensor:
        import torch

        return torch.log_softmax(self.policy.module(seen).masked_fill(~masks, -1e9), -1)

    def _ask(self, batch: Branching, games: Numbers, seats: Numbers) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
        """Give what some seats see, what is legal there, the chances of all choices and what the critic expects, a row each."""
        import torch

        shown = batch.see(games, seats)
        seen = np.zeros((len(games), self._inputs), np.float32)
        seen[:, : shown.shape[1]] = shown
        masks = np.ascontiguousarray(batch.legal(games, seats)[:, self._places])
        with torch.inference_mode():
            rows = torch.from_numpy(seen)
            chances = self._logs(rows, torch.from_numpy(masks)).double().exp().numpy() * masks
            values = self._critic(rows)[:, 0].double().numpy()
        return seen, masks, chances / chances.sum(-1, keepdims=True), values

    def _drawn(self, batch: Branching, stray: float) -> tuple[Numbers, Turns]:
        """Draw what everybody who must move does: the engine's joint moves, shape (size, seats), and the decisions."""
        games, seats = (array.astype(np.int64) for array in np.nonzero(batch.to_move))
        seen, masks, chances, values = self._ask(batch, games, seats)
        strays = self._rng.random(len(games)) < stray
        chosen = draw_arms(np.where(strays[:, None], masks / masks.sum(-1, keepdims=True), chances), self._rng)
        joint = np.zeros(batch.to_move.shape, np.int64)
        joint[games, seats] = self._places[chosen]
        logs = np.log(chances[np.arange(len(games)), chosen])
        return joint, Turns(games, seats, seen, masks, chosen, logs, values, batch.returns[games, seats] / self._unit)

    def _play(self, batch: Branching) -> Turns:
        """Play all games to their end, side by side; give all decisions."""
        parts = []
        while not batch.over.all():
            joint, turns = self._drawn(batch, 0.0)
            parts.append(turns)
            batch.step(joint)
        return Turns(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    # -- what choices are worth ------------------------------------------------------------------------------------------

    def worth(self) -> list[Worth]:
        """Make every choice in positions of each group, and play on as the policy does; choices of a position have the same chance in store."""
        return [row for batch, games, seats in self._positions() for row in self._tried(batch, games, seats)]

    def _positions(self) -> list[tuple[Branching, Numbers, Numbers]]:
        """Play games, and keep a position of each group in each, drawn uniformly from its decisions there: parts of them, with the games and seats."""
        batch = self._begun(self.config.judged)
        groups = self._group_of(batch).copy()
        met = np.zeros((len(groups), len(self._groups)), np.int64)
        # of each game and group: the number of the copy, its row there, and the seat
        kept = np.full((*met.shape, 3), -1, np.int64)
        copies: list[Branching] = []
        while not batch.over.all():
            games, seats = np.nonzero(batch.to_move)
            rows: dict[int, int] = {}
            for game, seat in zip(games.tolist(), seats.tolist(), strict=True):
                group = groups[game, seat]
                met[game, group] += 1
                if self._rng.random() * met[game, group] < 1:
                    kept[game, group] = len(copies), rows.setdefault(game, len(rows)), seat
            if rows:
                copies.append(batch.take(np.array(list(rows), np.int64)))
            batch.step(self._drawn(batch, self.config.stray)[0])
        found = []
        for number, part in enumerate(copies):
            own = kept[kept[..., 0] == number]
            if len(own):
                found.append((part, own[:, 1], own[:, 2]))
        return found

    def _tried(self, batch: Branching, games: Numbers, seats: Numbers) -> list[Worth]:
        """Try all choices of some seats; those who move at the same time do what they were drawn to do, whatever the seat tries."""
        here = batch.take(games)
        seen, masks, chances, _ = self._ask(here, np.arange(len(games)), seats)
        joint = self._drawn(here, 0.0)[0]
        which, choice = (np.repeat(array.astype(np.int64), self.config.playouts) for array in np.nonzero(masks))
        twins, everyone = here.take(which), np.arange(len(which))
        moves = joint[which]
        moves[everyone, seats[which]] = self._places[choice]
        twins.step(moves)
        if not twins.over.all():
            self._play(twins)
        values = np.zeros(masks.shape)
        np.add.at(values, (which, choice), twins.returns[everyone, seats[which]] / self.config.playouts)
        advantages = np.where(masks, values - (chances * values).sum(axis=1, keepdims=True), 0.0).astype(np.float32)
        names = [self._groups[group] for group in self._group_of(here)[np.arange(len(games)), seats]]
        return [Worth(*row) for row in zip(names, seen, masks, advantages, strict=True)]
