"""An episode of Overcooked as a film: one frame for the beginning and one after every step. The page, the pictures and the terminal all show it.

Frames are read off the rules' own positions while the recorded moves are played again; nothing is guessed from words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from ...games.actions import Move, Status
from ...games.core import Event, Game, seat_name
from ...games.overcooked.game import ACTIONS, Overcooked
from ...games.overcooked.kitchen import DIRECTIONS, RECIPES, Cell, Kitchen
from ...games.overcooked.state import IDLE, OvercookedState, Thing
from ...games.overcooked.tasks import OvercookedTasks
from ...games.overcooked.tasks_state import TasksState
from ...games.registry import make
from ..record import Decision, Episode, RecordError, advance

__all__ = ["Cook", "Film", "Frame", "Served", "Stew", "code", "film", "frame_of", "kitchen_title", "packed"]

_NEWS = ("ready", "order", "end", "fail")
"""Events that are told beside what the cooks did; who stood in whose way shows by that."""
_WORDS = ("say", "task", "fail")
"""Events of a cook's that change nothing in the kitchen."""


class Cook(NamedTuple):
    """A cook in a frame.

    Attributes:
        cell: where it stands.
        facing: the number of its direction.
        holds: what it holds; None for nothing.
        did: what it did in the step that led here, in words; empty before the first.
        acted: whether that changed more than its place.
        said: what it said with that; untrusted.
        shaped: the shaped reward of that step.
    """

    cell: Cell
    facing: int
    holds: Thing | None
    did: str = ""
    acted: bool = False
    said: str | None = None
    shaped: float = 0.0


class Stew(NamedTuple):
    """What is in a pot.

    Attributes:
        onions, tomatoes: how many.
        left: steps until the soup is ready, 0 for one that is; None where nothing cooks.
        time: how many steps it cooks in all.
    """

    onions: int
    tomatoes: int
    left: int | None
    time: int


class Served(NamedTuple):
    """A soup that was delivered in a step: where, and what it earned."""

    cell: Cell
    value: float


class Frame(NamedTuple):
    """What is to be seen after so many steps.

    Attributes:
        step: steps played.
        cooks: in the order of the seats.
        counters: what lies on counters, by cell.
        pots: what is in pots that are not empty, by cell.
        score: points earned so far.
        soups: soups of worth delivered so far.
        served: what was delivered in the step.
        news: what else happened in it, in words.
    """

    step: int
    cooks: tuple[Cook, ...]
    counters: Mapping[Cell, Thing]
    pots: Mapping[Cell, Stew]
    score: float
    soups: int
    served: tuple[Served, ...] = ()
    news: tuple[str, ...] = ()


@dataclass(frozen=True)
class Film:
    """All frames of an episode.

    Attributes:
        kitchen: where it plays.
        horizon: steps that the rules allow.
        names: who cooked, in the order of the seats; untrusted.
        frames: one more than steps played.
    """

    kitchen: Kitchen
    horizon: int
    names: tuple[str, ...]
    frames: tuple[Frame, ...]


def kitchen_title(kitchen: Kitchen) -> str:
    """Name a kitchen and its cooks."""
    cooks = len(kitchen.starts)
    return f"{'a kitchen of its own' if kitchen.name == 'given' else kitchen.name}, {cooks} cook{'' if cooks == 1 else 's'}"


def film(episode: Episode, game: Game | None = None) -> Film:
    """Make the film of an episode; of one that broke off, as far as it went.

    Args:
        episode: what was played.
        game: its rules; by default made from the recorded id and parameters.

    Raises:
        RecordError: the rules installed are not those of the record, or refuse one of its moves.
    """
    rules = cast(Overcooked, game if game is not None else make(episode.game, **episode.params))
    if rules.hash != episode.game_hash:
        raise RecordError(f"episode {episode.id} was played by other rules than those installed")
    return Film(rules.kitchen, rules.horizon, tuple(seat.name for seat in episode.seats), tuple(_frames(episode, rules)))


class Chosen(NamedTuple):
    """What a cook did in a step: the number of the action, -1 for a forfeit, and what is to be noted of it."""

    action: int
    note: str = ""


def _frames(episode: Episode, game: Overcooked) -> Iterator[Frame]:
    state = cast(OvercookedState, game.start(episode.seed))
    yield frame_of(state)
    walk = Walk(game) if isinstance(game, OvercookedTasks) else None
    for turn in episode.moves():
        before = list(state.where)
        try:
            events = advance(state, turn)
        except Exception as problem:
            if episode.error is None:
                raise RecordError(f"episode {episode.id} cannot be replayed past step {state.clock}: {problem}") from problem
            return
        if walk is None:
            yield frame_of(state, events, {seat: _chosen(decision) for seat, decision in turn.items()}, before)
        else:
            yield from walk.frames(cast(TasksState, state), events, turn)


def _chosen(decision: Decision) -> Chosen:
    action = -1 if decision.status is Status.FORFEITED else ACTIONS.index(decision.choice)
    return Chosen(action, _by_default(decision))


def _by_default(decision: Decision) -> str:
    return f"by default: {decision.cause}" if decision.status is Status.DEFAULTED else ""


class Walk:
    """Shows step by step what cooks with tasks do between two choices: the same steps in a kitchen without tasks."""

    def __init__(self, game: OvercookedTasks) -> None:
        self._state = cast(OvercookedState, Overcooked(layout=game.layout, horizon=game.horizon, old_dynamics=game.old_dynamics).start())
        self._tasks: dict[int, str] = {}
        self._untold: list[Event] = []

    def frames(self, state: TasksState, events: Sequence[Event], turn: Mapping[int, Decision]) -> Iterator[Frame]:
        """Give the frames of the steps that one joint choice led to."""
        for seat, decision in turn.items():
            self._tasks[seat] = str(decision.choice) if decision.status is not Status.DEFAULTED else f"{decision.choice}, {_by_default(decision)}"
        self._untold += [event for event in events if event.kind in ("say", "fail")]
        for actions in state.walked:
            before = list(self._state.where)
            told = self._state.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(actions)})
            chosen = {seat: Chosen(action, self._tasks.get(seat, "")) for seat, action in enumerate(actions)}
            yield frame_of(self._state, [*self._untold, *told], chosen, before)
            self._untold = []


def frame_of(state: OvercookedState, events: Sequence[Event] = (), chosen: Mapping[int, Chosen] | None = None, before: Sequence[Cell] = ()) -> Frame:
    """Make the frame of a position.

    Args:
        state: the position.
        events: what the step that led to it caused.
        chosen: what the cooks did in that step, where it is known.
        before: where they stood then.
    """
    kitchen = state.game.kitchen
    acts = {event.seat: event for event in events if event.seat is not None and event.kind not in _WORDS}
    said = {event.seat: str(event.data["text"]) for event in events if event.kind == "say"}
    cooks = []
    for seat, (cell, facing, holds) in enumerate(zip(state.where, state.facing, state.hands, strict=True)):
        event = acts.get(seat)
        did = "" if event is None else event.text.removeprefix(f"{seat_name(seat)} ").removesuffix(".")
        if chosen is not None and seat in chosen:
            did = _did(kitchen, before[seat], cell, chosen[seat], did)
        cooks.append(Cook(cell, facing, holds, did, event is not None, said.get(seat), state.shaped[seat]))
    pots = {}
    for cell, (onions, tomatoes, ticks) in state.pots.items():
        time = kitchen.time((onions, tomatoes))
        pots[cell] = Stew(onions, tomatoes, None if ticks == IDLE else max(0, time - ticks), time)
    return Frame(
        state.clock,
        tuple(cooks),
        dict(state.counters),
        pots,
        float(state.returns[0]),
        state.delivered,
        tuple(
            Served(kitchen.ahead(state.where[event.seat], state.facing[event.seat]), float(event.data["value"]))
            for event in events
            if event.kind == "deliver" and event.seat is not None
        ),
        tuple(event.text for event in events if event.kind in _NEWS),
    )


def _did(kitchen: Kitchen, before: Cell, after: Cell, chosen: Chosen, caused: str) -> str:
    action, note = chosen
    if action < 0:
        return "forfeits"
    name = ACTIONS[action]
    if caused:
        words = caused
    elif action >= len(DIRECTIONS):
        words = "stays" if name == "stay" else "interacts in vain"
    elif after != before:
        words = f"goes {name}"
    else:
        words = f"cannot go {name}" if kitchen.ahead(before, action) in kitchen.floor else f"faces {name}"
    return f"{words} ({note})" if note else words


# -- for the page ------------------------------------------------------------------------------------------------------


def packed(shown: Film) -> dict[str, Any]:
    """Give a film as small JSON values, for the script of the page.

    Beside the map there is a list ``steps``, an entry a frame, which holds what is new in it: cooks as ``[seat, x, y, facing, thing]``, what each did (an
    index into ``words``), counters as ``[x, y, thing]``, pots as ``[x, y, onions, tomatoes, step in which the soup is ready or -1, time]``, and the rest
    by name. What is empty is 0. Things are written ``o``, ``t``, ``d``, ``m``, ``s21`` (a soup of two onions and a tomato), and 0 for none.
    """
    kitchen = shown.kitchen
    words: dict[str, int] = {}
    steps = []
    cooks: list[tuple[Any, ...]] = []
    counters: dict[Cell, Any] = {}
    pots: dict[Cell, tuple[int, ...]] = {}
    score, soups = 0.0, 0
    for frame in shown.frames:
        rows = [(*cook.cell, cook.facing, code(cook.holds)) for cook in frame.cooks]
        lying = {cell: code(thing) for cell, thing in frame.counters.items()}
        stews = {cell: _stew(stew, frame.step, pots.get(cell)) for cell, stew in frame.pots.items()}
        did = [words.setdefault(cook.did, len(words)) for cook in frame.cooks if cook.did]
        rest = {
            "say": {seat: cook.said for seat, cook in enumerate(frame.cooks) if cook.said},
            "shaped": {seat: cook.shaped for seat, cook in enumerate(frame.cooks) if cook.shaped},
            "score": frame.score if frame.score != score else None,
            "soups": frame.soups if frame.soups != soups else None,
            "served": [[*served.cell, served.value] for served in frame.served],
            "news": list(frame.news),
        }
        step: list[Any] = [
            [(seat, *row) for seat, row in enumerate(rows) if not cooks or row != cooks[seat]],
            did,
            [(*cell, lying.get(cell, 0)) for cell in {**counters, **lying} if lying.get(cell, 0) != counters.get(cell, 0)],
            [(*cell, *stews.get(cell, ())) for cell in {**pots, **stews} if stews.get(cell) != pots.get(cell)],
            {name: value for name, value in rest.items() if value not in (None, {}, [])},
        ]
        steps.append([part or 0 for part in step])
        cooks, counters, pots, score, soups = rows, lying, stews, frame.score, frame.soups
    orders = [[*parts, value, time] for parts, value, time in zip(RECIPES, kitchen.values, kitchen.times, strict=True) if value]
    return {"kind": "overcooked", "rows": list(kitchen.rows), "horizon": shown.horizon, "orders": orders, "words": list(words), "steps": steps}


def code(thing: Thing | None) -> str | int:
    """Write a thing shortly; 0 for none."""
    return 0 if thing is None else f"s{thing[1]}{thing[2]}" if thing[0] == "soup" else str(thing[0][0])


def _stew(stew: Stew, step: int, before: tuple[int, ...] | None) -> tuple[int, ...]:
    if stew.left is None:
        return (stew.onions, stew.tomatoes, -1, stew.time)
    if stew.left == 0 and before is not None and before[:2] == stew[:2] and 0 <= before[2] <= step:
        return before  # ready since then
    return (stew.onions, stew.tomatoes, step + stew.left, stew.time)
