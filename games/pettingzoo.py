"""PettingZoo views of any game: :func:`aec_env`, :func:`parallel_env`, and registration in PettingZoo's own registry.

After ``import ludens.games.pettingzoo``, ``pettingzoo.make("aec", "ludens/prisoners_dilemma-v0")`` works for every registered game.

An observation is ``{"observation": array, "action_mask": int8 array}`` (the mask where the action space is discrete); the words
stand in ``info``: ``text`` (what this seat has seen since it was last asked, the rules first, and what is asked now) and ``status`` of its
last action, and ``shaped`` its shaped reward where the game has them. With ``speech=True`` an action is ``{"choice": ..., "say": str}``; with ``shaped=1.0``
shaped rewards are added to the rewards, so many times. An illegal action is dealt with as the game declares, and counted in ``info``.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.env_registry import registration as zoo

from ..errors import ParameterError
from . import registry
from .actions import Move, Status
from .core import Game, State, seat_name
from .spaces import Codec, FreeText, codec

__all__ = ["AecView", "ParallelView", "aec_env", "parallel_env", "register_all"]

SPEECH_CHARS = 2000


class _Table:
    """What both views share: spaces, observations, and moves made legal by the game's declared policy."""

    def __init__(self, game: Game, speech: bool, shaped: float) -> None:
        if shaped and game.start(0).shaped is None:
            raise ParameterError(f"{game.made_as} has no shaped rewards; leave shaped={shaped!r} out")
        self.game, self.speech, self.shaped = game, speech, shaped
        self.names = [seat_name(seat) for seat in range(game.seats)]
        self.codecs: list[Codec] = [codec(game.action_domain(seat)) for seat in range(game.seats)]
        self.action_spaces: dict[str, spaces.Space[Any]] = {}
        self.observation_spaces: dict[str, spaces.Space[Any]] = {}
        for seat, name in enumerate(self.names):
            choice = copy.deepcopy(self.codecs[seat].space)  # a space of this view's own, parts included: its generators are seeded apart
            self.action_spaces[name] = spaces.Dict({"choice": choice, "say": FreeText(SPEECH_CHARS)}) if speech else choice
            parts: dict[str, spaces.Space[Any]] = {"observation": game.observation_space(seat)}
            if isinstance(choice, spaces.Discrete) and not speech:
                parts["action_mask"] = spaces.Box(0, 1, (int(choice.n),), np.int8)
            self.observation_spaces[name] = spaces.Dict(parts)

    def start(self, seed: int | None) -> State:
        self.rng = np.random.default_rng(seed)
        self.shown: list[int | None] = [None] * self.game.seats
        self.statuses: list[str] = [Status.OK] * self.game.seats
        return self.game.start(int(self.rng.integers(2**31)) if seed is None else seed)

    def observation(self, state: State, seat: int) -> dict[str, np.ndarray]:
        out = {"observation": state.data(seat)["observation"]}
        legal = state.action_spec(seat).domain if seat in state.to_move else None
        mask = None if self.speech else self.codecs[seat].mask(legal)
        return out if mask is None else {**out, "action_mask": mask}

    def info(self, state: State, seat: int) -> dict[str, Any]:
        observation = state.observe(seat)
        before = self.shown[seat]
        lines = [observation.rules] if before is None else []
        lines += [event.text for event in observation.events[before or 0 :]]
        self.shown[seat] = len(observation.events)
        to_move = seat in state.to_move
        info = {"text": "\n".join([*lines, observation.request] if to_move else lines), "status": str(self.statuses[seat]), "to_move": to_move}
        return info if state.shaped is None else {**info, "shaped": state.shaped[seat]}

    def reward(self, state: State, seat: int) -> float:
        return float(state.rewards[seat] + (self.shaped * state.shaped[seat] if state.shaped is not None else 0.0))

    def move(self, state: State, seat: int, action: Any) -> Move | None:
        """Turn an action into a legal move; None when the game says that the seat forfeits."""
        spec = state.action_spec(seat)
        choice, say = (action["choice"], action["say"][: spec.say_chars] or None) if self.speech else (action, None)
        move = Move(self.codecs[seat].decode(choice), say if spec.say_chars else None)
        self.statuses[seat] = Status.OK
        if spec.check(move) is None:
            return move
        then = self.game.type.illegal.then
        self.statuses[seat] = Status.FORFEITED if then == "forfeit" else Status.DEFAULTED
        if then == "forfeit":
            return None
        return state.default_move(seat) if then == "default" else spec.sample(self.rng)

    def text(self, state: State) -> str:
        return "\n".join(event.text for event in state.events if event.visible_to is None)


class _View:
    """What an environment of either kind is besides its steps."""

    state_: State

    def __init__(self, game: Game, *, speech: bool = False, shaped: float = 0.0, render_mode: str | None = None) -> None:
        super().__init__()
        self.metadata = {"render_modes": ["ansi", "human"], "name": game.made_as, "is_parallelizable": game.type.dynamics == "simultaneous"}
        self.game, self.render_mode = game, render_mode
        self._table = _Table(game, speech, shaped)
        self.possible_agents = list(self._table.names)
        self.agents: list[str] = []
        self.action_spaces, self.observation_spaces = self._table.action_spaces, self._table.observation_spaces

    def action_space(self, agent: str) -> spaces.Space[Any]:
        return self.action_spaces[agent]

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        return self.observation_spaces[agent]

    def render(self) -> str | None:
        text = self._table.text(self.state_)
        if self.render_mode == "human":
            print(text)
            return None
        return text

    def close(self) -> None:
        """Nothing is held open."""


class AecView(_View, AECEnv):  # type: ignore[misc]
    """One seat acts at a time; simultaneous moves are gathered and played together."""

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        self.state_ = self._table.start(seed)
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self._pending: dict[int, Move] = {}
        self.infos = {name: self._table.info(self.state_, seat) for seat, name in enumerate(self.agents)}
        self.agent_selection = self.possible_agents[self.state_.to_move[0]]

    def observe(self, agent: str) -> dict[str, np.ndarray]:
        return self._table.observation(self.state_, self.possible_agents.index(agent))

    def step(self, action: Any) -> None:
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        state, seat = self.state_, self.possible_agents.index(agent)
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        move = self._table.move(state, seat, action)
        if move is None:
            state.forfeit(seat)
            self._pending.clear()
            self._advance()
            return
        self._pending[seat] = move
        waiting = [other for other in state.to_move if other not in self._pending]
        if waiting:
            self.agent_selection = self.possible_agents[waiting[0]]
        else:
            state.play(self._pending)
            self._pending = {}
            self._advance()

    def _advance(self) -> None:
        state = self.state_
        for seat, name in enumerate(self.possible_agents):
            self.rewards[name] = self._table.reward(state, seat)
            self.infos[name] = self._table.info(state, seat)
        self._accumulate_rewards()
        if state.over:
            self.terminations = dict.fromkeys(self.agents, True)
            self.agent_selection = self.agents[0]
        else:
            self.agent_selection = self.possible_agents[state.to_move[0]]
        if self.render_mode == "human":
            self.render()


class ParallelView(_View, ParallelEnv):  # type: ignore[misc]
    """All seats hand in an action at each step; those not to move (``info["to_move"]`` is false) are not heeded."""

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        self.state_ = self._table.start(seed)
        self.agents = list(self.possible_agents)
        return self._observations(), self._infos()

    def step(self, actions: dict[str, Any]) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Any]]:
        state, moves = self.state_, {}
        if not self.agents:
            return {}, {}, {}, {}, {}
        for seat in state.to_move:
            move = self._table.move(state, seat, actions[self.possible_agents[seat]])
            if move is None:
                state.forfeit(seat)
                break
            moves[seat] = move
        else:
            state.play(moves)
        names = self.agents
        out = (
            self._observations(),
            {name: self._table.reward(state, seat) for seat, name in enumerate(names)},
            dict.fromkeys(names, state.over),
            dict.fromkeys(names, False),
            self._infos(),
        )
        if state.over:
            self.agents = []
        if self.render_mode == "human":
            self.render()
        return out

    def _observations(self) -> dict[str, Any]:
        return {name: self._table.observation(self.state_, seat) for seat, name in enumerate(self.possible_agents)}

    def _infos(self) -> dict[str, Any]:
        return {name: self._table.info(self.state_, seat) for seat, name in enumerate(self.possible_agents)}


def aec_env(game: Game | str, *, speech: bool = False, shaped: float = 0.0, render_mode: str | None = None, **params: Any) -> AecView:
    """View a game (or a game id with parameters) as an agent-environment cycle. Raises ParameterError for ``shaped`` where nothing is shaped."""
    return AecView(registry.make(game, **params) if isinstance(game, str) else game, speech=speech, shaped=shaped, render_mode=render_mode)


def parallel_env(game: Game | str, *, speech: bool = False, shaped: float = 0.0, render_mode: str | None = None, **params: Any) -> ParallelView:
    """View a game (or a game id with parameters) as a parallel environment. Raises ParameterError for ``shaped`` where nothing is shaped."""
    return ParallelView(registry.make(game, **params) if isinstance(game, str) else game, speech=speech, shaped=shaped, render_mode=render_mode)


def register_all() -> None:
    """Enter every registered game into PettingZoo's AEC and parallel registries as ``ludens/<id>``; safe to repeat."""
    for id in registry.all_ids():
        name = f"ludens/{id}"
        if name not in zoo.aec_registry:
            zoo.register("aec", name, entry_point=aec_env, kwargs={"game": id})
            zoo.register("parallel", name, entry_point=parallel_env, kwargs={"game": id})


register_all()
