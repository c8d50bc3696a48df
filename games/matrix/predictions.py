"""The prediction card of a matrix game: what theory says of its table and of its repetition. Laboratory averages stand with the games they belong to.

Actions are named by their canonical labels and payoffs stated as paid, so cards read the same under every relabelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import NotSupported, Prediction
from . import solvers, structure
from .quantal import logit_equilibrium

if TYPE_CHECKING:
    from .rules import MatrixGame

__all__ = ["cards"]

_MAX_LISTED = 64
_MAX_QUANTAL = 4096
_RATIONALITY = 10.0
_SOLVER = "enumerated here"
_LP = "linear program solved here"


def cards(game: MatrixGame) -> tuple[Prediction, ...]:
    """State what theory predicts for a game; what is too large to work out is left out."""
    return (*_stage(game), *_repeated(game), *game.extra_predictions())


def _stage(game: MatrixGame) -> Iterator[Prediction]:
    table = game.table
    pure = solvers.pure_equilibria(table)
    if len(pure) <= _MAX_LISTED:
        yield Prediction("nash", "stage_pure", [_cell(game, joint) for joint in pure], _SOLVER, "all pure equilibria of one round")
    try:
        mixed = solvers.extreme_equilibria(table)
    except NotSupported:
        mixed = None
    if mixed is not None and len(mixed) <= _MAX_LISTED:
        rows = [{"mixed": [_mixed(x), _mixed(y)], "payoffs": _expected(table, x, y)} for x, y in mixed]
        yield Prediction(
            "nash", "stage_extreme", rows, _SOLVER, "all extreme equilibria of one round in mixed actions; probabilities in the order of the canonical labels"
        )
        if len(mixed) == 1 and pure == []:
            welfare = float(sum(_expected(table, *mixed[0])))
            yield Prediction("nash", "welfare", welfare, _SOLVER, "sum of payoffs of a round in the unique equilibrium, which is mixed")
    yield from _quantal(game)
    kept = solvers.iterated_dominance(table)
    if any(len(actions) < size for actions, size in zip(kept, table.shape[1:], strict=True)):
        named = [[names[action] for action in actions] for names, actions in zip(game.actions, kept, strict=True)]
        yield Prediction("dominance", "surviving_actions", named, _SOLVER, "iterated elimination of actions strictly dominated by pure ones")
    yield from _security(game)
    yield from _efficiency(game)
    if (safe := solvers.risk_dominant(table)) is not None:
        yield Prediction("risk_dominance", "stage_pure", _cell(game, safe), "Harsanyi and Selten (1988), worked out here", "larger product of deviation losses")


def _security(game: MatrixGame) -> Iterator[Prediction]:
    # symmetric seats have the same levels, and solving for one of them is enough
    different = 1 if structure.symmetric(game.table) else game.seats
    pure = [_tidy(solvers.pure_minmax(game.table, seat)) for seat in range(different)]
    try:
        levels = [_tidy(solvers.maximin(game.table, seat)[0]) for seat in range(different)]
    except NotSupported:
        levels = []
    repeat = game.seats // different
    if levels:
        yield Prediction("security", "maximin", levels * repeat, _LP, "what each seat can secure by a mixed action; also the correlated minmax payoff")
    yield Prediction("minmax", "pure_minmax", pure * repeat, _SOLVER, "lowest payoff to which the others can hold a seat down by pure actions")


def _quantal(game: MatrixGame) -> Iterator[Prediction]:
    span = float(np.ptp(game.table))
    if game.table.size > _MAX_QUANTAL or span == 0:
        return
    try:
        shares = logit_equilibrium(game.table, _RATIONALITY / span)
    except NotSupported:
        return
    note = f"logit response with rationality {_RATIONALITY:g} over the range of all payoffs; shares in the order of the canonical labels"
    yield Prediction("quantal_response", "choices", [_mixed(part.tolist()) for part in shares], "McKelvey and Palfrey (1995), solved here", note)


def _efficiency(game: MatrixGame) -> Iterator[Prediction]:
    table = game.table
    total = table.sum(axis=0)
    best = np.argwhere(total >= total.max() - solvers.CLOSE * max(1.0, float(np.abs(table).max()))).tolist()
    yield Prediction("welfare", "welfare", _tidy(float(total.max())), _SOLVER, "largest sum of payoffs of a round")
    if len(best) <= _MAX_LISTED:
        yield Prediction("welfare", "stage_pure", [_cell(game, tuple(joint)) for joint in best], _SOLVER, "joint actions with the largest sum")
    try:
        efficient = solvers.pareto_payoffs(table)
        if len(efficient) <= _MAX_LISTED:
            yield Prediction("pareto", "payoffs", [list(point) for point in efficient], _SOLVER, "payoffs of the Pareto-efficient joint actions")
        low, high = solvers.correlated_welfare(table)
    except NotSupported:
        return
    yield Prediction(
        "correlated", "welfare_range", [_tidy(low), _tidy(high)], _LP, "smallest and largest expected sum of payoffs in a correlated equilibrium (Aumann 1974)"
    )


def _repeated(game: MatrixGame) -> Iterator[Prediction]:
    if game.rounds == 1 or game.monitoring != "perfect" or game.tremble:
        return
    table = game.table
    pure = solvers.pure_equilibria(table)
    patience = game.discount * (game.continuation or 1.0)
    survivors = solvers.iterated_dominance(table)
    if all(len(actions) == 1 for actions in survivors):
        cell = _cell(game, tuple(actions[0] for actions in survivors))
        note = "one-round equilibrium is unique, so backward induction plays it in every round"
        yield Prediction("subgame_perfect", "every_round", cell, "Benoit and Krishna (1985); dominance solved here", note + _cap(game))
    if not pure:
        return
    total = table.sum(axis=0)
    target = tuple(int(place) for place in np.unravel_index(int(total.argmax()), total.shape))
    thresholds = [solvers.grim_trigger_discount(table, target, [float(table[(seat, *joint)]) for seat in range(game.seats)]) for joint in pure]
    found = [threshold for threshold in thresholds if threshold is not None]
    if target in pure or not found:
        return
    here = f"here {patience:g}, cut at {game.rounds} rounds" if patience < 1 else f"here {game.rounds} rounds, undiscounted"
    names = "/".join(names[action] for names, action in zip(game.actions, target, strict=True))
    yield Prediction(
        "folk_theorem",
        "grim_trigger_discount",
        _tidy(min(found)),
        "Friedman (1971)",
        f"smallest discount factor at which grim trigger sustains {names} for ever; {here}",
    )


def _cap(game: MatrixGame) -> str:
    return "" if game.continuation is None else f"; the cap of {game.rounds} rounds makes the game finite"


def _cell(game: MatrixGame, joint: Sequence[int]) -> dict[str, Any]:
    payoffs = [_tidy(float(game.table[(seat, *joint)])) for seat in range(game.seats)]
    return {"actions": [names[action] for names, action in zip(game.actions, joint, strict=True)], "payoffs": payoffs}


def _mixed(shares: Sequence[float]) -> list[float]:
    return [_tidy(share) for share in shares]


def _expected(table: np.ndarray, x: Sequence[float], y: Sequence[float]) -> list[float]:
    return [_tidy(float(np.array(x) @ own @ np.array(y))) for own in table]


def _tidy(value: float) -> float:
    """Round away the noise of the last digits (1e-9 relative), so that cards and their hashes do not depend on the solver's build."""
    return float(f"{value:.9g}") + 0.0 if abs(value) > solvers.CLOSE else 0.0
