"""Lower bounds of exploitability where a game's tree does not fit: what the best of some responders earns against a player.

A bound says nothing of what nobody has tried: the search is stated with it. What is chosen as best looks better than it is, so responders are chosen by some of
the matches and measured by others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..agents.player import Answer, Player, PlayerSpec
from ..arena.plan import Match, Plan
from ..arena.report.summary import Estimate
from ..arena.seeds import child_rng, child_seed
from ..errors import LudensError, ParameterError
from ..games.actions import Move
from ..games.core import Game
from ..games.spaces import codec
from .resample import student_quantile
from .results import Floats, Ints, Results

__all__ = ["Learned", "LowerBound", "learned_response", "lower_bound", "responder_plan"]


class LowerBound(NamedTuple):
    """What responders gain against a player who sits in all other seats.

    Attributes:
        gain: how much more the chosen responders earn than the player itself would, a seat: a lower bound of exploitability, from matches that chose nothing.
        responders: the chosen ones, a seat (one for all where seats are exchangeable); -1 where nobody did better than the player itself.
        searched: how many responders were tried.
        matches: how many matches were looked at.
    """

    gain: Estimate
    responders: tuple[int, ...]
    searched: int
    matches: int


class Learned(NamedTuple):
    """What a responder gains that has learned by playing.

    Attributes:
        gain: how much more it earns than the player itself in its seat, on deals it has not learned from: paired by deal.
        episodes: the search: episodes played to learn.
        positions: different decisions that it has met.
    """

    gain: Estimate
    episodes: int
    positions: int


def responder_plan(game: Game, target: PlayerSpec, responders: Sequence[PlayerSpec], *, replicates: int = 50, seed: int = 0) -> Plan:
    """Plan what :func:`lower_bound` reads: every responder against the target in all other seats, and the target alone.

    A responder sits in every seat, in one where seats are exchangeable. All replicates share their seeds (common random numbers).

    Args:
        game: what is played.
        target: who is to be exploited.
        responders: who tries.
        replicates: matches a responder and seat.
        seed: all matches' seeds derive from it.
    """
    seats = range(1 if game.type.symmetric else game.seats)
    tables = [(target,) * game.seats]
    tables += [(target,) * seat + (one,) + (target,) * (game.seats - seat - 1) for one in responders if one.hash != target.hash for seat in seats]
    numbers = range(replicates)
    matches = tuple(Match(game, table, child_seed(seed, game.hash, number), str(number)) for table in tables for number in numbers)
    return Plan(matches, f"responders: {len(responders)} against {target.name or target.kind}, {game.label}, {replicates} replicates")


def lower_bound(results: Results, target: int, *, symmetric: bool, constant_sum: bool = False, level: float = 0.95) -> LowerBound | None:
    """Bound from below how exploitable a player is, by what all other players of the results earn against it.

    Of each table, every second cluster of matches chooses the responders and the others measure them.

    Args:
        results: rows of one game, all matches with the same number of seats.
        target: the player's number.
        symmetric: seats are exchangeable.
        constant_sum: returns of a match always add up to the same: where seats are exchangeable, too, what the player earns against itself is known.
        level: coverage of the interval.

    Returns:
        None where nobody met it at such a table, or it never met itself and that is not known.
    """
    tables = list(results.by_seats())
    if len(tables) != 1:
        raise LudensError("matches with different numbers of seats make no single game")
    rows = tables[0]
    seats = rows.shape[1]
    others = (results.player[rows] != target).sum(axis=1)
    alone, tries = rows[others == 0], rows[others == 1]
    where = (results.player[tries] != target).argmax(axis=1)
    tried = tries[np.arange(len(tries)), where]
    who, earned, cluster = results.player[tried], results.returns[tried], results.cluster[tried]
    known = symmetric and constant_sum
    if not len(tries) or (not len(alone) and not known):
        return None
    base_known = float(results.returns[rows].sum(axis=1).mean()) / seats
    held = _halves(who * seats + (0 if symmetric else where), cluster)
    gains, variances, chosen, units = [], [], [], []
    for seat in range(1 if symmetric else seats):
        here = np.ones(len(who), dtype=bool) if symmetric else where == seat
        own = results.returns[alone].ravel() if symmetric else results.returns[alone[:, seat]]
        own_cluster = np.repeat(results.cluster[alone[:, 0]], seats) if symmetric else results.cluster[alone[:, 0]]
        base, base_variance, base_units = (base_known, 0.0, 0) if not len(alone) else _mean(own, own_cluster)
        found = {one: float(earned[here & ~held & (who == one)].mean()) for one in np.unique(who[here & ~held]).tolist()}
        best = max(found, key=lambda one: (found[one], -one), default=-1)
        if best < 0 or found[best] <= base or not (here & held & (who == best)).any():
            gains.append(0.0)
            variances.append(0.0)
            chosen.append(-1)
            continue
        part = here & held & (who == best)
        mean, variance, count = _mean(earned[part], cluster[part])
        gains.append(mean - base)
        variances.append(variance + base_variance)
        chosen.append(best)
        units += [count, *([base_units] if base_units else [])]
    return LowerBound(_estimate(gains, variances, units, level), tuple(chosen), len(np.unique(who)), len(tries) + len(alone))


def _halves(table: Ints, cluster: Ints) -> NDArray[np.bool_]:
    """Hold back every second cluster of each table."""
    keys, where = np.unique(np.stack([table, cluster]), axis=1, return_inverse=True)
    first = np.searchsorted(keys[0], keys[0])
    return np.asarray(((np.arange(keys.shape[1]) - first) % 2 == 1)[where.ravel()])


def _mean(values: Floats, cluster: Ints) -> tuple[float, float, int]:
    """Give the mean of cluster means, its variance (NaN of one cluster), and how many clusters there are."""
    _, inverse = np.unique(cluster, return_inverse=True)
    means = np.bincount(inverse, weights=values) / np.bincount(inverse)
    return float(means.mean()), float(means.var(ddof=1) / len(means)) if len(means) > 1 else math.nan, len(means)


def _estimate(gains: Sequence[float], variances: Sequence[float], units: Sequence[int], level: float) -> Estimate:
    value, variance, least = float(np.mean(gains)), float(np.sum(variances)) / len(gains) ** 2, min(units, default=0)
    if not least:
        return Estimate(value, n=0, level=level, method="nobody did better than the player itself")
    if least < 2 or math.isnan(variance):
        return Estimate(value, n=least, level=level, method="too few independent matches for an interval")
    # degrees of freedom of the smallest sample: never too narrow
    half = student_quantile(level, least - 1) * math.sqrt(variance)
    return Estimate(value, value - half, value + half, n=least, level=level, method="Student t over match means, matches that chose nobody")


def learned_response(
    game: Game, target: PlayerSpec, seat: int, *, episodes: int = 2000, tests: int = 500, explore: float = 1.0, seed: int = 0, level: float = 0.95
) -> Learned:
    """Let a table learn to reply to a player, and measure what it gains on deals it has not seen.

    Monte Carlo control over what a seat knows (``Observation.key``): mean returns of each choice, tried by the upper confidence bound of Auer, Cesa-Bianchi and
    Fischer (2002).

    Args:
        game: one with choices that can be numbered.
        target: who sits in all other seats; a kind that answers at once.
        seat: where the responder sits.
        episodes: played to learn.
        tests: deals on which the responder and the player itself are compared.
        explore: width of the confidence bounds, in the range of payoffs seen.
        seed: of everything.
        level: coverage of the interval.

    Raises:
        ParameterError: choices cannot be numbered, or numbers are out of range.
        LudensError: the target waits for a model, or gives no legal move.
    """
    values = codec(game.action_domain(seat)).values
    if values is None:
        raise ParameterError(f"{game.made_as}: player_{seat}'s choices cannot be numbered; a coarser grain would be right")
    if episodes < 1 or tests < 2 or explore < 0:
        raise ParameterError(f"episodes={episodes} should be 1 or more, tests={tests} 2 or more, and explore={explore} 0 or more")
    table = _Table(values, explore, child_rng(seed, "learner"))
    for number in range(episodes):
        path, returns = _episode(game, target, seat, child_seed(seed, "learn", number), table.explore)
        table.learn(path, returns)
    gains = np.empty(tests)
    for number in range(tests):
        deal = child_seed(seed, "test", number)
        gains[number] = _episode(game, target, seat, deal, table.best)[1] - _episode(game, target, seat, deal, None)[1]
    gain = _estimate([float(gains.mean())], [float(gains.var(ddof=1) / tests)], [tests], level)
    return Learned(gain, episodes, len(table.sums))


class _Table:
    """Mean returns of choices by what is known."""

    def __init__(self, values: Sequence[object], width: float, rng: np.random.Generator) -> None:
        self.values, self.width, self.rng = values, width, rng
        self.sums: dict[str, Floats] = {}
        self.counts: dict[str, Floats] = {}
        self._legal: dict[str, Ints] = {}
        self._low, self._high = math.inf, -math.inf

    def _options(self, key: str, domain: object) -> Ints:
        if key not in self._legal:
            legal = [index for index, value in enumerate(self.values) if domain.check(value) is None]  # type: ignore[attr-defined]
            self._legal[key] = np.array(legal, np.int64)
        return self._legal[key]

    def explore(self, key: str, domain: object) -> int:
        """Choose to learn: what was never tried first, in random order."""
        options = self._options(key, domain)
        if key not in self.sums:
            self.sums[key], self.counts[key] = np.zeros(len(options)), np.zeros(len(options))
        counts = self.counts[key]
        if (counts == 0).any():
            return int(options[self.rng.choice(np.flatnonzero(counts == 0))])
        span = max(self._high - self._low, 1e-12)
        bound = self.sums[key] / counts + self.width * span * np.sqrt(2 * math.log(counts.sum()) / counts)
        return int(options[bound.argmax()])

    def best(self, key: str, domain: object) -> int:
        """Choose what has paid best; at random where it has never been."""
        options = self._options(key, domain)
        if key not in self.sums or not self.counts[key].any():
            return int(self.rng.choice(options))
        counts = self.counts[key]
        return int(options[np.where(counts > 0, self.sums[key] / np.maximum(counts, 1), -np.inf).argmax()])

    def learn(self, path: Sequence[tuple[str, int]], returns: float) -> None:
        """Add what an episode paid to all choices made in it."""
        self._low, self._high = min(self._low, returns), max(self._high, returns)
        for key, choice in path:
            place = int(np.searchsorted(self._legal[key], choice))
            self.sums[key][place] += returns
            self.counts[key][place] += 1


def _episode(game: Game, target: PlayerSpec, seat: int, seed: int, choose: object) -> tuple[list[tuple[str, int]], float]:
    """Play one deal; ``choose`` gives the number of a choice for ``seat``, None lets the target sit there too."""
    state = game.start(seed)
    values = codec(game.action_domain(seat)).values or ()
    players: dict[int, Player] = {}
    for other in range(game.seats):
        if other != seat or choose is None:
            players[other] = target.build()
            players[other].start(other, game.type, child_seed(seed, "seat", other))
    path: list[tuple[str, int]] = []
    while state.to_move:
        moves = {}
        for mover in state.to_move:
            if mover in players:
                moves[mover] = _move(players[mover].act(state.observe(mover)), target)
            else:
                key = state.key(mover)
                number = choose(key, state.action_spec(mover).domain)  # type: ignore[operator]
                path.append((key, number))
                moves[mover] = Move(values[number])
        state.play(moves)
    return path, float(state.returns[seat])


def _move(answer: object, target: PlayerSpec) -> Move:
    move = answer.move if isinstance(answer, Answer) else answer
    if not isinstance(move, Move):
        raise LudensError(f"player {target.name or target.kind!r} gives no move at once; a responder learns against scripted and neural players only")
    return move
