"""Bots for normal-form games of any number of seats, played once or repeatedly, with or without talk.

They reckon with the whole payoff table, so they play only games that tell it to all (``show_payoffs="all"``). The *target* of a round is
the joint action with the highest total payoff, of several the one whose poorest seat earns most; where several remain (battle of the sexes)
they are taken in turns. In constant-sum games nobody can gain without another's loss; there is no target, and all but the best responders
play their security strategy.

| style | plays |
|---|---|
| fair | its part of the target while the others are in good standing; a seat loses it by leaving the target unprovoked and regains it by returning |
| greedy | a best response to the other seats' observed frequencies |
| generous | its part of the target, whatever happens |
| tough | of the targets the one it likes best; after the first deviation it holds the deviator down for good |
| deceptive | announces its part of the target, and best-responds to the others keeping theirs, as far as they have so far |
| cautious | its security (maximin) strategy, mixed where that secures more |

Sources: standing and contrition, Sugden, The Economics of Rights, Co-operation and Welfare (1986), and Boyd, J. theor. Biol. 136 (1989);
unforgiving punishment, Friedman, Rev. Econ. Stud. 38 (1971); best response to frequencies, Brown (1951), fictitious play; security
levels, von Neumann (1928).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import ParameterError
from ...games.actions import Move
from ...games.core import Game, Observation
from .matrix_talk import speak

if TYPE_CHECKING:
    from ...games.matrix.rules import MatrixGame

__all__ = ["GAMES", "MatrixBot", "Outlook", "bot_for"]

GAMES = ("MatrixGame",)
_PRIOR = 1.0  # weight of one imagined round, so that frequencies exist before the first


class Outlook:
    """What the table says before anybody has played; one for each game.

    Attributes:
        table: float64 array of shape ``(seats, actions of seat 0, ...)``.
        targets: joint actions (canonical indices) in the order in which they are taken in turns; empty in constant-sum games.
    """

    def __init__(self, table: np.ndarray) -> None:
        self.table = table
        self.seats = len(table)
        total, close = table.sum(axis=0), 1e-9 * max(1.0, float(np.abs(table).max()))
        self.targets: list[tuple[int, ...]] = []
        if self.seats == 1 or np.ptp(total) > close:
            best = np.argwhere(total >= total.max() - close)
            poorest = np.array([table[:, *cell].min() for cell in best])
            self.targets = [tuple(int(action) for action in cell) for cell in best[poorest >= poorest.max() - close]]
        self._security: dict[int, np.ndarray] = {}

    def own(self, seat: int) -> np.ndarray:
        """Give a seat's payoffs as a matrix: own actions by joint actions of all others (C order)."""
        matrix: np.ndarray = np.moveaxis(self.table[seat], seat, 0).reshape(self.table.shape[1 + seat], -1)
        return matrix

    def security(self, seat: int) -> np.ndarray:
        """Give the mixed strategy that secures a seat the most against anything the others do: probabilities of its actions."""
        if seat not in self._security:
            self._security[seat] = _maximin(self.own(seat))
        return self._security[seat]

    def hold_down(self, seat: int, victim: int) -> int:
        """Give the action of ``seat`` that leaves ``victim`` the least, whatever everybody else does."""
        ceiling = np.moveaxis(self.table[victim], seat, 0).reshape(self.table.shape[1 + seat], -1).max(axis=1)
        return int(ceiling.argmin())

    def expected(self, seat: int, beliefs: Sequence[np.ndarray]) -> np.ndarray:
        """Give a seat's expected payoff of each action when each other seat mixes independently as believed."""
        payoffs = self.table[seat]
        for other in reversed(range(self.seats)):
            if other != seat:
                payoffs = np.tensordot(payoffs, beliefs[other], axes=([other], [0]))
        return payoffs


def _maximin(payoffs: np.ndarray) -> np.ndarray:
    count = len(payoffs)
    pure = payoffs.min(axis=1)
    if pure.max() >= payoffs.max(axis=0).min():  # a saddle point: no mixture secures more
        return np.eye(count)[int(pure.argmax())]
    from scipy.optimize import linprog

    # maximise v subject to p @ payoffs >= v in every column, sum(p) = 1, p >= 0
    columns = np.unique(payoffs, axis=1)
    solved = linprog(
        c=np.r_[np.zeros(count), -1.0],
        A_ub=np.c_[-columns.T, np.ones(columns.shape[1])],
        b_ub=np.zeros(columns.shape[1]),
        A_eq=np.r_[np.ones(count), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
        method="highs",
    )
    if not solved.success:
        raise ArithmeticError(f"no security strategy found: {solved.message}")
    mixed = np.clip(solved.x[:count], 0, None)
    return np.asarray(mixed / mixed.sum())


_OUTLOOKS: dict[str, Outlook] = {}


def outlook(game: MatrixGame) -> Outlook:
    """Make or look up the outlook of a game."""
    if game.hash not in _OUTLOOKS:
        if len(_OUTLOOKS) >= 16:
            _OUTLOOKS.clear()
        _OUTLOOKS[game.hash] = Outlook(game.table)
    return _OUTLOOKS[game.hash]


class MatrixBot:
    """One seat's bot for one episode.

    Attributes:
        standing: per seat, whether it is in good standing.
        offender: the first seat that left the target, None as long as nobody did.
        kept: for each round seen, per seat, whether it kept to the target (also where its action was not seen).
    """

    def __init__(self, game: MatrixGame, style: str, seat: int, rng: np.random.Generator) -> None:
        self.game, self.style, self.seat, self.rng = game, style, seat, rng
        self.view = outlook(game)
        self.targets = list(self.view.targets)
        if style == "tough" and self.targets:
            self.targets = [max(self.targets, key=lambda cell: float(self.view.table[seat, *cell]))]
        self.seen = 0
        self.rounds = 0
        self.counts = [np.zeros(len(names)) for names in game.shown]
        self.standing = [True] * self.view.seats
        self.offender: int | None = None
        self.kept: list[list[bool]] = []

    def act(self, observation: Observation) -> Move:
        for event in observation.events[self.seen :]:
            if event.kind == "round":
                self._learn(event.data["actions"])
        self.seen = len(observation.events)
        spec = observation.action_spec
        if spec.say_only:
            return Move(next(spec.domain.values()), speak(self, spec.say_chars))
        return Move(self.game.shown[self.seat][CHOICES[self.style](self)])

    def target(self, ahead: int = 0) -> tuple[int, ...] | None:
        """Give this round's target, or None where there is none."""
        return self.targets[(self.rounds + ahead) % len(self.targets)] if self.targets else None

    def _learn(self, actions: Sequence[int | None]) -> None:
        goal = self.target()
        kept = [goal is None or action is None or action == goal[seat] for seat, action in enumerate(actions)]
        bad = [seat for seat, good in enumerate(self.standing) if not good]
        for seat, on_target in enumerate(kept):
            if on_target:
                self.standing[seat] = True
            elif not any(other != seat for other in bad):  # leaving the target is excused only by somebody else's bad standing
                self.standing[seat] = False
                if self.offender is None and seat != self.seat:
                    self.offender = seat
        for seat, action in enumerate(actions):
            if action is not None:
                self.counts[seat][action] += 1
        self.kept.append(kept)
        self.rounds += 1

    # -- what the styles are made of ---------------------------------------------------------------------------------

    def secure(self) -> int:
        """Draw from the security strategy."""
        mixed = self.view.security(self.seat)
        return int(mixed.argmax()) if mixed.max() > 1 - 1e-9 else int(self.rng.choice(len(mixed), p=mixed))

    def respond(self, prior: Sequence[np.ndarray]) -> int:
        """Draw among the best responses to observed frequencies, mixed with one round's worth of ``prior``."""
        beliefs = [(counts + _PRIOR * guess) / (counts.sum() + _PRIOR) for counts, guess in zip(self.counts, prior, strict=True)]
        worth = self.view.expected(self.seat, beliefs)
        best = np.flatnonzero(worth >= worth.max() - 1e-9 * max(1.0, float(np.abs(worth).max())))
        return int(best[0] if len(best) == 1 else self.rng.choice(best))

    def uniform(self) -> list[np.ndarray]:
        """Give the belief of one who knows nothing."""
        return [np.full(len(counts), 1 / len(counts)) for counts in self.counts]


def _fair(bot: MatrixBot) -> int:
    goal = bot.target()
    others_good = all(good for seat, good in enumerate(bot.standing) if seat != bot.seat)
    return goal[bot.seat] if goal and others_good else bot.secure()


def _greedy(bot: MatrixBot) -> int:
    return bot.respond(bot.uniform())


def _generous(bot: MatrixBot) -> int:
    goal = bot.target()
    return goal[bot.seat] if goal else bot.secure()


def _tough(bot: MatrixBot) -> int:
    goal = bot.target()
    if goal is None:
        return bot.secure()
    return goal[bot.seat] if bot.offender is None else bot.view.hold_down(bot.seat, bot.offender)


def _deceptive(bot: MatrixBot) -> int:
    goal = bot.target()
    if goal is None:
        return bot.respond(bot.uniform())
    return bot.respond([np.eye(len(counts))[action] for counts, action in zip(bot.counts, goal, strict=True)])


def _cautious(bot: MatrixBot) -> int:
    return bot.secure()


CHOICES: dict[str, Callable[[MatrixBot], int]] = {
    "fair": _fair,
    "greedy": _greedy,
    "generous": _generous,
    "tough": _tough,
    "deceptive": _deceptive,
    "cautious": _cautious,
}


def bot_for(game: Game, style: str) -> Callable[[int, np.random.Generator], MatrixBot]:
    """Make the factory of bots for one game and style.

    Raises:
        ParameterError: the players of the game are not told all payoffs, so that a bot would know more than its seat may.
    """
    known: Any = game
    if known.show_payoffs != "all":
        raise ParameterError(f"scripted bots play {game.made_as} by its payoff table, and show_payoffs={known.show_payoffs!r} keeps that from the players")
    return lambda seat, rng: MatrixBot(known, style, seat, rng)
