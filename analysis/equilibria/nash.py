"""Nash equilibria: all of a two-player game, the optimal play of a zero-sum one, and one of any game."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...errors import LudensError, MissingExtra, ParameterError
from ...games.core import NotSupported
from ...games.matrix.mixtures import average
from ...games.matrix.programs import matrix_program
from .profiles import Floats, Payoffs, Profile, as_table, deviations, expected, regrets, slack
from .qre import logit_qres

__all__ = ["Equilibria", "Equilibrium", "ZeroSum", "bimatrix_equilibria", "one_equilibrium", "zero_sum"]

MOST_BASES = 3_000_000
"""Two-player games with more pairs of supports of equal size are refused; 10 by 10 has 184,755."""
_DUST = 1e-12
_RATIONALITIES = tuple(float(value) for value in np.geomspace(1.0, 1e6, 25))


class Equilibrium(NamedTuple):
    """A Nash equilibrium.

    Attributes:
        profile: one mixed action a seat.
        payoffs: what each seat earns.
        regret: the most that a seat would gain by its best action.
    """

    profile: tuple[Floats, ...]
    payoffs: tuple[float, ...]
    regret: float


class Equilibria(NamedTuple):
    """The equilibria of a two-player game.

    Attributes:
        found: each checked for its regret; in a degenerate game the extreme ones, of which all others are mixtures.
        degenerate: whether an equilibrium has more best replies than actions that it mixes: then there may be infinitely many.
        odd: whether their number is odd, as it is in nearly all games (Wilson 1971); an even number of a game that is not degenerate says that some were lost.
        sets: of a degenerate game, the sets of extreme equilibria whose mixtures are equilibria too: numbers of row mixtures, and of column mixtures.
    """

    found: tuple[Equilibrium, ...]
    degenerate: bool
    odd: bool
    sets: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing speaks against these being all."""
        return self.degenerate or self.odd


class ZeroSum(NamedTuple):
    """Optimal play of a zero-sum game.

    Attributes:
        value: what the row player earns.
        row, column: optimal mixed actions.
        gap: how much more the best reply to ``column`` earns than the worst reply to ``row`` leaves: 0 but for rounding.
    """

    value: float
    row: Floats
    column: Floats
    gap: float


def equilibrium(table: Floats, profile: Profile) -> Equilibrium:
    """Put a profile with its payoffs and its regret."""
    return Equilibrium(tuple(profile), tuple(expected(table, profile).tolist()), float(regrets(table, profile).max()))


def zero_sum(payoffs: Payoffs) -> ZeroSum:
    """Solve a zero-sum game of two by one linear program, whose dual variables are the other side's mixture.

    Args:
        payoffs: the row player's matrix, or both players' tensors, which must add up to a constant.

    Raises:
        ParameterError: the payoffs do not add up to a constant.
    """
    if np.ndim(payoffs) == 2:
        matrix = np.asarray(payoffs, dtype=np.float64)
    else:
        table = as_table(payoffs)
        if len(table) != 2 or np.ptp(table.sum(axis=0)) > slack(table):
            raise ParameterError("the payoffs do not add up to a constant; bimatrix_equilibria finds the equilibria of such games")
        matrix = table[0]
    solved = matrix_program(matrix)
    return ZeroSum(solved.value, solved.row, solved.column, float((matrix @ solved.column).max() - (solved.row @ matrix).min()))


def bimatrix_equilibria(payoffs: Payoffs) -> Equilibria:
    """Find all equilibria of a two-player game by pygambit's enumeration of extreme points (``enummixed``), each with its regret checked here.

    Args:
        payoffs: one matrix a seat.

    Raises:
        MissingExtra: pygambit is not installed (extra ``analysis``).
        NotSupported: more than two seats, or too many actions.
        LudensError: what came back is no equilibrium.
    """
    table = as_table(payoffs)
    if len(table) != 2:
        raise NotSupported(f"all equilibria are found for two seats only, not for {len(table)}; one_equilibrium finds one")
    m, n = table.shape[1:]
    if math.comb(m + n, m) > MOST_BASES:
        raise NotSupported(f"a game of {m} x {n} actions is too large to enumerate its equilibria; one_equilibrium finds one")
    tolerance = slack(table)
    profiles = _enumerate(table)
    found = []
    for profile in profiles:
        one = equilibrium(table, profile)
        if one.regret > 100 * tolerance:
            raise LudensError(f"the enumeration gave a profile with a regret of {one.regret:.3g}; the payoffs may differ by less than can be told apart")
        found.append(one)
    degenerate = any(
        int((worth >= worth.max() - 10 * tolerance).sum()) > int((other > 1e-9).sum())
        for one in found
        for worth, other in zip(deviations(table, one.profile), reversed(one.profile), strict=True)
    )
    return Equilibria(tuple(found), degenerate, len(found) % 2 == 1, _sets(table, profiles, tolerance) if degenerate else ())


def _enumerate(table: Floats) -> list[tuple[Floats, Floats]]:
    try:
        import pygambit
    except ModuleNotFoundError as problem:
        raise MissingExtra("enumerating equilibria", "analysis") from problem
    # adding a constant to a seat's payoffs and scaling them changes no equilibrium, and the engine's tolerances suit payoffs of about one
    scaled = [(own - own.min()) / (float(np.ptp(own)) or 1.0) for own in table]
    game = pygambit.StrategicGame.from_arrays(*scaled)
    labels = [list(game.get_strategies(player)) for player in game.players]
    profiles: dict[tuple[tuple[float, ...], ...], tuple[Floats, Floats]] = {}
    for mixed in pygambit.nash.enummixed_solve(game, rational=False).equilibria:
        x, y = (np.array([float(mixed[player][label]) for label in names]) for player, names in zip(game.players, labels, strict=True))
        profiles.setdefault((tuple(np.round(x, 9)), tuple(np.round(y, 9))), (x / x.sum(), y / y.sum()))
    return [profiles[key] for key in sorted(profiles, reverse=True)]


def _sets(table: Floats, profiles: Sequence[tuple[Floats, Floats]], tolerance: float) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Find the maximal sets of rows and columns each of which are equilibria with each other (Winkels 1979), as cliques."""
    import networkx

    rows, columns = ({tuple(np.round(profile[seat], 9)): profile[seat] for profile in profiles} for seat in (0, 1))
    graph = networkx.Graph()
    for side, mixtures in enumerate((rows, columns)):
        graph.add_edges_from(((side, one), (side, two)) for one in range(len(mixtures)) for two in range(one))
        graph.add_nodes_from((side, one) for one in range(len(mixtures)))
    for i, x in enumerate(rows.values()):
        graph.add_edges_from(((0, i), (1, j)) for j, y in enumerate(columns.values()) if regrets(table, (x, y)).max() <= 100 * tolerance)
    cliques = (sorted(clique) for clique in networkx.find_cliques(graph))
    parts = ((tuple(i for side, i in clique if side == 0), tuple(j for side, j in clique if side == 1)) for clique in cliques)
    return tuple(sorted(part for part in parts if part[0] and part[1]))


def one_equilibrium(payoffs: Payoffs) -> Equilibrium:
    """Find one equilibrium of a game of any number of seats: the limit of its logit equilibria, made exact on its support.

    The principal branch of logit equilibria is followed to high rationality (McKelvey and Palfrey 1995, Turocy 2005); the actions still played are then
    made indifferent by Newton's method. How near it comes is stated as ``regret``.

    Args:
        payoffs: one tensor a seat.

    Raises:
        NotSupported: the branch cannot be followed far enough for any equilibrium.
    """
    table = as_table(payoffs)
    span = float(np.ptp(table)) or 1.0
    found: list[Equilibrium] = []
    for size in range(5, len(_RATIONALITIES) + 1, 5):
        try:
            points = logit_qres(list(table), [value / span for value in _RATIONALITIES[size - 5 : size]])
        except NotSupported:
            if not found:
                raise
            break
        for profile in (points[-1], _polished(table, points[-1])):
            # dust of high rationality is no share
            kept = [np.where(part > _DUST, part, 0.0) for part in profile]
            found.append(equilibrium(table, [part / part.sum() for part in kept]))
        if min(one.regret for one in found) <= 1e-12 * span:
            break
    return min(found, key=lambda one: one.regret)


def _polished(table: Floats, profile: Profile, tries: int = 20) -> list[Floats]:
    """Drop actions that are hardly played and make the others indifferent, by Newton's method; the profile itself where that leads nowhere."""
    used = [np.flatnonzero(part > 1e-3) for part in profile]
    inner = np.ascontiguousarray(table[np.ix_(np.arange(len(table)), *used)])
    shares = [part[kept] / part[kept].sum() for part, kept in zip(profile, used, strict=True)]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in shares])])
    for _ in range(tries):
        gap, slope = np.zeros(starts[-1]), np.zeros((starts[-1], starts[-1]))
        for seat, own in enumerate(inner):
            here = slice(starts[seat], starts[seat + 1])
            worth = average(own, shares, (seat,))
            gap[here] = worth - worth[0]
            for other in range(len(shares)):
                if other != seat:
                    rise = average(own, shares, (seat, other))
                    slope[here, starts[other] : starts[other + 1]] = rise - rise[0]
            gap[starts[seat]] = shares[seat].sum() - 1.0
            slope[starts[seat]] = 0.0
            slope[starts[seat], here] = 1.0
        if np.abs(gap).max() < 1e-15:
            break
        step = np.linalg.lstsq(slope, -gap, rcond=None)[0]
        shares = [part + step[starts[seat] : starts[seat + 1]] for seat, part in enumerate(shares)]
    if min(part.min() for part in shares) < 0 or not all(np.isfinite(part).all() for part in shares):
        return list(profile)
    full = [np.zeros(len(part)) for part in profile]
    for whole, kept, part in zip(full, used, shares, strict=True):
        whole[kept] = part / part.sum()
    return full
