"""Games of learners and population side by side, and the learners' turns to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...agents.choosing import Chooser, Sight
from ...agents.choosing.network import Batch
from ...agents.player import Answer, PlayerSpec
from ...errors import LudensError
from ...games.actions import Move
from ...games.core import Game, Observation, State
from ..credit import of_turns
from ..ppo_update import Judged, Learning, update

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Tables", "Turn", "earnings", "learn"]

LEARNER = 0
"""Number of the policy that learns among the policies of :class:`Tables`."""


class Turn(NamedTuple):
    """One decision of a learner.

    Attributes:
        sight: what was seen.
        choice, said: numbers of what was chosen and said, -1 for nothing.
        log, value: log-probability of both, and what the critic expected.
        earned: what the seat had earned before, as a share of what can be.
    """

    sight: Sight
    choice: int
    said: int
    log: float
    value: float
    earned: float


class Tables:
    """Some games, and who sits where.

    Args:
        game: what is played.
        policies: that may sit down; the first one learns.
        field: scripted players.
        learners: seats that learn in a game.
        count: how many games.
        rng: of all that is drawn.

    Attributes:
        states: the positions.
        tracks: a learner's turns by game and seat.
    """

    def __init__(self, game: Game, policies: Sequence[Chooser], field: Sequence[PlayerSpec], *, learners: int, count: int, rng: np.random.Generator) -> None:
        self.policies, self.rng = policies, rng
        self.unit = (game.type.payoff_high - game.type.payoff_low) / 2 or 1.0
        self.states: list[State] = [game.start(int(seed)) for seed in rng.integers(2**62, size=count)]
        self.tracks: dict[tuple[int, int], list[Turn]] = {}
        self._seated: list[dict[int, Any]] = []
        for state in self.states:
            own = set(rng.permutation(game.seats)[:learners].tolist())
            seated: dict[int, Any] = {}
            for seat in range(game.seats):
                # a style is as likely as a checkpoint
                drawn = int(rng.integers(len(field) + len(policies) - 1))
                seated[seat] = LEARNER if seat in own else drawn - len(field) + 1 if drawn >= len(field) else field[drawn].build()
                if not isinstance(seated[seat], int):
                    seated[seat].start(seat, state.game.type, int(rng.integers(2**31)))
            self._seated.append(seated)

    def earned(self, game: int, seat: int) -> float:
        """Give what a seat has earned so far, as a share of what can be."""
        return self.states[game].returns[seat] / self.unit

    def play(self) -> None:
        """Play all games to their end, side by side."""
        while live := [game for game, state in enumerate(self.states) if not state.over]:
            moves: dict[int, dict[int, Move]] = {game: {} for game in live}
            asked: dict[int, list[tuple[int, int, Observation]]] = {}
            for game in live:
                state = self.states[game]
                for seat in state.to_move:
                    who, observation = self._seated[game][seat], state.observe(seat)
                    if isinstance(who, int):
                        asked.setdefault(who, []).append((game, seat, observation))
                    else:
                        moves[game][seat] = _moved(who.act(observation), state, seat)
            for who, group in asked.items():
                self._decide(who, group, moves)
            for game, own in moves.items():
                self.states[game].play(own)

    def _decide(self, who: int, group: Sequence[tuple[int, int, Observation]], moves: dict[int, dict[int, Move]]) -> None:
        policy = self.policies[who]
        offers = [policy.offer(observation, self.rng) for _, _, observation in group]
        sights = [policy.sights.see(observation, texts) for (_, _, observation), texts in zip(group, offers, strict=True)]
        for (game, seat, _), texts, sight, drawn in zip(group, offers, sights, policy.draw(sights, self.rng), strict=True):
            moves[game][seat] = policy.move(drawn, texts)
            if who == LEARNER:
                turn = Turn(sight, drawn.choice, drawn.said, drawn.log, drawn.value, self.earned(game, seat))
                self.tracks.setdefault((game, seat), []).append(turn)


def _moved(answer: Any, state: State, seat: int) -> Move:
    """Read what a scripted player gives."""
    move = answer.move or state.default_move(seat) if isinstance(answer, Answer) else answer
    if not isinstance(move, Move):
        raise LudensError(f"a player of the population answers with {type(answer).__name__}; scripted ones that answer at once would be right")
    return move


def learn(policy: Chooser, tables: Tables, optimizer: Any, learning: Learning, bonus: float) -> float:
    """Update a policy by what its learners' turns led to; give the mean entropy."""
    import torch

    turns, gains, due = [], [], []
    for (game, seat), track in tables.tracks.items():
        earned = np.array([*(turn.earned for turn in track), tables.earned(game, seat)])
        own, target = of_turns(earned, np.array([turn.value for turn in track]), learning.discount, learning.trace)
        turns += track
        gains.append(own)
        due.append(target)
    batch = Batch.of([turn.sight for turn in turns])
    choice, said = (torch.tensor([getattr(turn, name) for turn in turns]) for name in ("choice", "said"))
    logs = torch.tensor([turn.log for turn in turns], dtype=torch.float32)
    gain, target = (torch.from_numpy(np.concatenate(parts)).float() for parts in (gains, due))

    def judge(part: Tensor) -> Judged:
        now = policy.module(batch.rows(part))
        spoken = now.said.gather(1, said[part].clamp(min=0)[:, None])[:, 0].masked_fill(said[part] < 0, 0.0)
        entropy = -(now.choices.exp() * now.choices).sum(-1) - (now.said.exp() * now.said).sum(-1)
        return Judged(now.choices.gather(1, choice[part, None])[:, 0] + spoken, entropy.mean(), now.values)

    return update(judge, logs, gain, target, optimizer, learning=learning, bonus=bonus)


def earnings(tables: Tables) -> Mapping[str, float]:
    """Give what learners earned on average, by role; by seat where there are none."""
    found: dict[str, list[float]] = {}
    for game, seat in tables.tracks:
        state = tables.states[game]
        found.setdefault(state.roles[seat] or f"player_{seat}", []).append(state.returns[seat])
    return {name: float(np.mean(values)) for name, values in sorted(found.items())}
