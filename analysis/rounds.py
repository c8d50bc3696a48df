"""What the seats of a run faced and did, round by round, as arrays for :mod:`ludens.analysis.regret`: online learning and repeated matrix games."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arena.record import Episode
from ..arena.store import GameRow, MatchRow, Run
from ..games.core import Game
from ..games.matrix.rules import MatrixGame
from ..games.online.rules import OnlineGame
from ..games.registry import make, spec
from .regret import own_losses, sure

__all__ = ["Rounds", "joint_actions", "known_game", "read_rounds"]

Floats = NDArray[np.float64]


class Rounds(NamedTuple):
    """What one seat faced in the matches of a game. Rounds that were not played cost nothing and hold no play.

    Attributes:
        seat: whose.
        matches: their ids, in the order of the plan.
        players: the hash of who sat there, per match.
        cluster: per match a number; matches with the same chance share it.
        losses: what each arm cost, of shape (matches, rounds, arms); discounted as the game pays.
        taken: what was done, as mixtures that are sure; None where only distributions were played.
        mixed: the distributions that were answered; None where single arms were.
        lengths: rounds played, per match.
    """

    seat: int
    matches: tuple[str, ...]
    players: tuple[str, ...]
    cluster: NDArray[np.int64]
    losses: Floats
    taken: Floats | None
    mixed: Floats | None
    lengths: NDArray[np.int64]

    @property
    def play(self) -> Floats:
        """What was done, or the distributions where nothing else was."""
        play = self.taken if self.taken is not None else self.mixed
        assert play is not None
        return play

    def of(self, player: str) -> Rounds:
        """Give the matches in which ``player`` sat here."""
        keep = np.array([one == player for one in self.players])
        return self._replace(
            matches=tuple(match for match, kept in zip(self.matches, keep, strict=True) if kept),
            players=tuple(one for one in self.players if one == player),
            cluster=self.cluster[keep],
            losses=self.losses[keep],
            taken=None if self.taken is None else self.taken[keep],
            mixed=None if self.mixed is None else self.mixed[keep],
            lengths=self.lengths[keep],
        )


def known_game(row: GameRow) -> OnlineGame | MatrixGame | None:
    """Make a game of a run where regret can be told from its record, else None; adapters are not made at all."""
    if spec(row.id).adapts:
        return None
    game: Game = make(row.id, **row.params)
    return game if isinstance(game, OnlineGame | MatrixGame) else None


def read_rounds(run: Run, game: OnlineGame | MatrixGame, matches: Sequence[MatchRow]) -> list[Rounds]:
    """Read all finished matches of one game, seat by seat."""
    ids = [match.id for match in matches]
    seeds = np.unique([str(match.seed) for match in matches], return_inverse=True)[1]
    if isinstance(game, OnlineGame):
        return [_online(run, game, matches, seeds)]
    actions, lengths = joint_actions(game, run.episodes(ids))
    weights = game.discount ** np.arange(actions.shape[1])
    played = np.arange(actions.shape[1]) < lengths[:, None]
    out = []
    for seat in range(game.seats):
        losses = own_losses(game.table, seat, actions) * (weights * played)[:, :, None]
        taken = sure(actions[..., seat], len(game.actions[seat])) * played[:, :, None]
        out.append(Rounds(seat, tuple(ids), tuple(match.players[seat] for match in matches), seeds, losses, taken, None, lengths))
    return out


def _online(run: Run, game: OnlineGame, matches: Sequence[MatchRow], seeds: NDArray[np.int64]) -> Rounds:
    """Read online learning out of the outcomes, which hold all costs and all answers."""
    outcomes = run.outcomes()
    facts = [outcomes[match.id] for match in matches]
    lengths = np.array([fact["rounds"] for fact in facts])
    shape = (len(facts), int(lengths.max(initial=0)), game.arms)
    losses, mixed, taken = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for number, fact in enumerate(facts):
        count = fact["rounds"]
        losses[number, :count] = np.reshape(fact["losses"], (count, game.arms))
        if fact["arms"]:
            taken[number, :count] = sure(np.array(fact["arms"]), game.arms)
        if fact["weights"]:
            mixed[number, :count] = fact["weights"]
    # six decimals are kept, so that probabilities add up to 1 only nearly
    total = mixed.sum(axis=2, keepdims=True)
    mixed /= np.where(total > 0, total, 1)
    drawn = game.answer == "choice" or game.feedback == "bandit"
    return Rounds(
        0,
        tuple(match.id for match in matches),
        tuple(match.players[0] for match in matches),
        seeds,
        losses,
        taken if drawn else None,
        mixed if game.answer == "distribution" else None,
        lengths,
    )


def joint_actions(game: MatrixGame, episodes: Iterable[Episode]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read the joint actions that were carried out, out of what the seats were told of their own.

    Returns:
        Canonical indices of shape (episodes, rounds, seats), zero after the end; and the rounds of each episode.
    """
    rows: list[list[int]] = []
    lengths = []
    for episode in episodes:
        flat: list[int] = []
        for event in episode.events:
            if event.kind == "round":
                # an event that one seat alone sees tells its own action for certain; those of a round stand in the order of seats
                flat += event.data["actions"] if event.visible_to is None else [event.data["actions"][event.visible_to[0]]]
        rows.append(flat)
        lengths.append(len(flat) // game.seats)
    longest = max(lengths, default=0)
    out = np.zeros((len(rows), longest * game.seats), np.int64)
    for number, flat in enumerate(rows):
        out[number, : len(flat)] = flat
    return out.reshape(len(rows), longest, game.seats), np.array(lengths, np.int64)
