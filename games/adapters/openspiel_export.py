"""Our games as games of OpenSpiel: :func:`openspiel_game`, so that its algorithms (CFR, exploitability, fictitious play, best responses...) run on them.

A move goes out by its number in the widest domain of choices, ``game.action_domain(seat)``; speech stays at home. Where only some of several seats
move at once, the others have the one move "wait". What a seat knows goes out as the events it has seen, with the state's key. Payoffs are paid at the end.

Of games that draw something only those go out that can list what is drawn at the opening (``game.openings()``): that is OpenSpiel's one chance node. Elsewhere
our positions draw chance inside their rules, where OpenSpiel would have to see it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ..actions import Move
from ..core import Game, NotSupported, State
from ..spaces import codec

__all__ = ["openspiel_game"]

_UTILITY = {"zero_sum": "ZERO_SUM", "constant_sum": "CONSTANT_SUM", "cooperative": "IDENTICAL"}
_WAIT = 0
"""The one action of a seat that is not to move while others move at once."""
_KEPT = 200_000
"""Positions of one game that are kept."""

_Path = tuple[tuple[int, ...], ...]


def openspiel_game(game: Game) -> Any:
    """Turn a game into a ``pyspiel.Game``.

    It is registered with OpenSpiel in this process as ``ludens_NAME_HASH``, where ``pyspiel.load_game`` and OpenSpiel's transformations find it.

    Args:
        game: one without chance, or whose openings can be listed, in which every seat has a finite number of choices.

    Raises:
        NotSupported: the game draws chance inside its rules, or its choices are too many to be numbered.
    """
    import pyspiel

    openings: tuple[tuple[float, State], ...] = ()
    if game.type.chance:
        try:
            openings = tuple(game.openings())
        except NotSupported as problem:
            raise NotSupported(f"{game.made_as} draws chance inside its own rules, where OpenSpiel needs chance nodes ({problem})") from problem
    choices = [codec(game.action_domain(seat)).values for seat in range(game.seats)]
    if None in choices:
        seat = choices.index(None)
        raise NotSupported(
            f"{game.made_as}: player_{seat} chooses {game.action_domain(seat).explain()}, which cannot be numbered; a coarser grain would be right"
        )
    kind = _game_type(game)
    info = pyspiel.GameInfo(
        num_distinct_actions=max(len(values) for values in choices if values is not None),
        max_chance_outcomes=len(openings),
        num_players=game.seats,
        min_utility=float(game.type.payoff_low),
        max_utility=float(game.type.payoff_high),
        utility_sum=_sum(game),
        max_game_length=game.type.horizon,
    )
    tree = _Tree(game, tuple(values or () for values in choices), openings)
    made = _game_class()

    class Exported(made):  # type: ignore[misc, valid-type]
        def __init__(self, params: Any = None) -> None:
            super().__init__(tree, kind, info, params or {})

    if kind.short_name not in pyspiel.registered_names():
        pyspiel.register_game(kind, Exported)
    return pyspiel.load_game(kind.short_name)


class _Tree:
    """The positions of a game by the joint moves that lead to them.

    They follow from those moves, so they are shared and kept: algorithms come by them again and again.
    """

    def __init__(self, game: Game, choices: tuple[tuple[Any, ...], ...], openings: tuple[tuple[float, State], ...]) -> None:
        self.game = game
        self.choices = choices
        self.openings = openings
        self.position = lru_cache(maxsize=_KEPT)(self._position)
        self.legal = lru_cache(maxsize=_KEPT)(self._legal)
        self.told = lru_cache(maxsize=_KEPT)(self._told)

    def __deepcopy__(self, memo: Any) -> _Tree:
        # OpenSpiel copies a state by copying its attributes deeply
        return self

    def _position(self, path: _Path) -> State:
        if self.openings and len(path) <= 1:
            # before chance has drawn nobody is asked for anything; any opening stands for that
            return self.openings[path[0][0] if path else 0][1]
        if not path:
            return self.game.start(0)
        state = self.position(path[:-1]).clone()
        moves = path[-1] if len(path[-1]) == self.game.seats else (path[-1][0],) * self.game.seats
        state.play({seat: Move(self.choices[seat][moves[seat]]) for seat in state.to_move})
        return state

    def _legal(self, path: _Path, seat: int) -> tuple[int, ...]:
        state = self.position(path)
        if seat not in state.to_move:
            return (_WAIT,)
        domain = state.action_spec(seat).domain
        return tuple(number for number, value in enumerate(self.choices[seat]) if domain.check(value) is None)

    def _told(self, path: _Path, seat: int) -> str:
        if self.openings and not path:
            return ""
        state = self.position(path)
        return "".join([f"{event.text}\n" for event in state.observe(seat).events]) + f"[{state.key(seat)}]"


def _game_type(game: Game) -> Any:
    import pyspiel

    facts, of = game.type, pyspiel.GameType
    sequential = facts.dynamics == "sequential"
    one_shot = not sequential and facts.horizon == 1
    return of(
        short_name=f"ludens_{game.made_as.rpartition('-v')[0] or game.made_as}_{game.hash}",
        long_name=game.label,
        dynamics=of.Dynamics.SEQUENTIAL if sequential else of.Dynamics.SIMULTANEOUS,
        chance_mode=of.ChanceMode.EXPLICIT_STOCHASTIC if facts.chance else of.ChanceMode.DETERMINISTIC,
        information=of.Information.ONE_SHOT
        if one_shot
        else of.Information.PERFECT_INFORMATION
        if facts.information == "perfect"
        else of.Information.IMPERFECT_INFORMATION,
        utility=getattr(of.Utility, _UTILITY.get(facts.utility, "GENERAL_SUM")),
        reward_model=of.RewardModel.TERMINAL,
        max_num_players=game.seats,
        min_num_players=game.seats,
        provides_information_state_string=True,
        provides_information_state_tensor=False,
        provides_observation_string=True,
        provides_observation_tensor=True,
        parameter_specification={},
    )


def _sum(game: Game) -> float | None:
    """What returns add up to, where that is declared to be always the same: one episode tells."""
    if game.type.utility == "zero_sum":
        return 0.0
    if game.type.utility != "constant_sum":
        return None
    state, rng = game.start(0), np.random.default_rng(0)
    while not state.over:
        state.play({seat: state.action_spec(seat).sample(rng) for seat in state.to_move})
    return float(sum(state.returns))


@lru_cache(maxsize=1)
def _game_class() -> Any:
    """Make the classes that inherit from OpenSpiel's, which is imported only now."""
    import pyspiel

    class ExportedGame(pyspiel.Game):  # type: ignore[misc]
        """One of our games behind OpenSpiel's interface."""

        def __init__(self, tree: _Tree, kind: Any, info: Any, params: Any) -> None:
            super().__init__(kind, info, params)
            self.tree = tree

        def new_initial_state(self) -> Any:
            return ExportedState(self)

        def make_py_observer(self, iig_obs_type: Any = None, params: Any = None) -> Any:
            return _Observer(self.tree.game)

    class ExportedState(pyspiel.State):  # type: ignore[misc]
        """One of our positions behind OpenSpiel's interface: the joint moves that led to it."""

        def __init__(self, game: Any) -> None:
            super().__init__(game)
            self.tree: _Tree = game.tree
            self.path: _Path = ()

        @property
        def position(self) -> State:
            return self.tree.position(self.path)

        def current_player(self) -> int:
            if self.tree.openings and not self.path:
                return int(pyspiel.PlayerId.CHANCE)
            to_move = self.position.to_move
            if not to_move:
                return int(pyspiel.PlayerId.TERMINAL)
            return to_move[0] if self.tree.game.type.dynamics == "sequential" else int(pyspiel.PlayerId.SIMULTANEOUS)

        def chance_outcomes(self) -> list[tuple[int, float]]:
            return [(number, chance) for number, (chance, _) in enumerate(self.tree.openings)]

        def _legal_actions(self, player: int) -> list[int]:
            return list(self.tree.legal(self.path, player))

        def _apply_action(self, action: int) -> None:
            self.path = (*self.path, (action,))

        def _apply_actions(self, actions: list[int]) -> None:
            self.path = (*self.path, tuple(actions))

        def _action_to_string(self, player: int, action: int) -> str:
            if player == int(pyspiel.PlayerId.CHANCE):
                return f"opening {action}"
            return self.tree.game.action_domain(player).show(self.tree.choices[player][action]) if player in self.position.to_move else "wait"

        def is_terminal(self) -> bool:
            return self.position.over

        def returns(self) -> list[float]:
            return list(self.position.returns)

        def __str__(self) -> str:
            if self.tree.openings and not self.path:
                return "nothing has been dealt yet"
            return "\n".join(event.text for event in self.position.events) or "nothing has happened yet"

    return ExportedGame


class _Observer:
    """What a seat sees, as OpenSpiel asks for it: our array, flat, and the events with the state's key."""

    def __init__(self, game: Game) -> None:
        # seats may have arrays of different sizes; OpenSpiel has one size for all
        size = max(int(np.prod(game.observation_space(seat).shape or ())) for seat in range(game.seats))
        self.tensor = np.zeros(size, dtype=np.float32)
        self.dict = {"observation": self.tensor}

    def set_from(self, state: Any, player: int) -> None:
        array = state.position.data(player)["observation"].reshape(-1)
        self.tensor.fill(0)
        self.tensor[: array.size] = array

    def string_from(self, state: Any, player: int) -> str:
        return state.tree.told(state.path, player)
