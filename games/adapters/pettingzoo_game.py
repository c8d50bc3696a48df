"""Any PettingZoo environment as a game.

    make("pettingzoo", env="classic/tictactoe_v3")
    make("pettingzoo", env="mpe2/simple_spread_v3", kwargs={"N": 3})

`env` is an id of PettingZoo's registry, or the module of an environment (`mpe2/simple_spread_v3`, `mpe2.simple_spread_v3`) that defines `parallel_env` or
`env`. The parallel interface is taken where there is one: agents act at once; otherwise one by one, as the agent-environment cycle has it. There an agent is
paid what it earned when it is its turn again (or when it is over), as in a loop over `agent_iter`; what is still owed when `horizon` cuts the episode off is
not paid. Actions: Discrete, MultiDiscrete, MultiBinary, and Box with bounds; the mask in `observation["action_mask"]` or `info["action_mask"]` is heeded.
Other spaces are refused.

| parameter | meaning | default |
|---|---|---|
| `env` | the environment's id, or its module | classic/tictactoe_v3 |
| `api` | `parallel` or `aec`: which interface of the environment is taken | parallel where there is one |

Version history: v0, first version.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal

from gymnasium import spaces
from pettingzoo.env_registry import registration
from pettingzoo.env_registry.exceptions import PettingZooRegistryError

from ...errors import MissingPackage, ParameterError
from .display import about
from .foreign import ForeignGame
from .running import Facts, Options, Seen, World

__all__ = ["PettingZooGame"]

Api = Literal["parallel", "aec"]


@dataclass(frozen=True, kw_only=True)
class PettingZooGame(ForeignGame):
    """An environment of PettingZoo; see the module and :mod:`.foreign` for the parameters."""

    env: str = "classic/tictactoe_v3"
    api: Api | None = None

    def __post_init__(self) -> None:
        self.require(self.api in (None, "parallel", "aec"), "api", "should be 'parallel' or 'aec'")
        super().__post_init__()

    @property
    def facts(self) -> Facts:
        return _look(self.env, Options(self.kwargs), self.api)

    def open(self) -> World:
        return _made(self.env, Options(self.kwargs), self.api)


class _Agents:
    """What both kinds of running environment share."""

    def __init__(self, env: Any) -> None:
        self.env, self.names = env, list(env.possible_agents)

    def _show(self, seen: Seen, agent: str, view: Any, info: Mapping[str, Any]) -> None:
        seat, mask = self.names.index(agent), info.get("action_mask")
        if isinstance(view, Mapping) and "action_mask" in view:
            view, mask = view["observation"], view["action_mask"]
        seen.views[seat] = view
        if mask is not None:
            seen.masks[seat] = mask


class _Cycle(_Agents):
    """A running environment whose agents act one by one."""

    def reset(self, seed: int) -> Seen:
        self.env.reset(seed=seed)
        seen = Seen()
        for agent in self.env.agents:
            self._show(seen, agent, self.env.observe(agent), self.env.infos.get(agent, {}))
        return self._on(seen)

    def step(self, actions: Mapping[int, Any]) -> Seen:
        (action,) = actions.values()
        self.env.step(action)
        return self._on(Seen())

    def _on(self, seen: Seen) -> Seen:
        """Go on to the next agent that acts, through those for whom it is over."""
        cut = False
        while self.env.agents:
            agent = self.env.agent_selection
            view, reward, ended, late, info = self.env.last()
            seat = self.names.index(agent)
            seen.rewards[seat] = seen.rewards.get(seat, 0.0) + float(reward)
            self._show(seen, agent, view, info)
            if not ended and not late:
                seen.to_move = (seat,)
                return seen
            cut = cut or bool(late and not ended)
            self.env.step(None)
        seen.cut = cut
        return seen


class _Together(_Agents):
    """A running environment whose agents act at once."""

    def reset(self, seed: int) -> Seen:
        views, infos = self.env.reset(seed=seed)
        return self._seen(views, infos)

    def step(self, actions: Mapping[int, Any]) -> Seen:
        views, rewards, ended, late, infos = self.env.step({self.names[seat]: action for seat, action in actions.items()})
        seen = self._seen(views, infos)
        seen.rewards = {self.names.index(agent): float(reward) for agent, reward in rewards.items()}
        seen.to_move = tuple(seat for seat in seen.to_move if not ended.get(self.names[seat]) and not late.get(self.names[seat]))
        seen.cut = not seen.to_move and any(late.values()) and not any(ended.values())
        return seen

    def _seen(self, views: Mapping[str, Any], infos: Mapping[str, Any]) -> Seen:
        seen = Seen()
        for agent, view in views.items():
            self._show(seen, agent, view, infos.get(agent, {}))
        seen.to_move = tuple(sorted(map(self.names.index, self.env.agents)))
        return seen


@lru_cache(maxsize=64)
def _maker(env: str, api: Api | None) -> tuple[Callable[..., Any], Api, str | None]:
    """Find what makes an environment: by the registry, else by its module; with its interface and its description."""
    kinds: tuple[Api, ...] = ("parallel", "aec") if api is None else (api,)
    for kind in kinds:
        try:
            found = registration.spec(kind, env)
        except (PettingZooRegistryError, ValueError):
            continue
        point = found.entry_point
        if not isinstance(point, str):
            return partial(registration.make, kind, found), kind, None
        module, _, attribute = point.partition(":")
        loaded = importlib.import_module(module)
        return getattr(loaded, attribute), kind, loaded.__doc__
    for name in (env.replace("/", "."), f"pettingzoo.{env.replace('/', '.')}"):
        try:
            loaded = importlib.import_module(name)
        except ModuleNotFoundError as problem:
            if problem.name and name.startswith(problem.name):
                continue  # there is no such module; that one inside it is missing is another matter
            raise
        for kind in kinds:
            if made := getattr(loaded, "parallel_env" if kind == "parallel" else "env", None):
                inner = sys.modules.get(getattr(getattr(loaded, "raw_env", None), "__module__", name))
                return made, kind, getattr(inner, "__doc__", None)
    words = f" with the {api} interface" if api else ""
    raise ParameterError(f"PettingZooGame: env={env!r} is no environment of PettingZoo{words}; should be such as classic/tictactoe_v3 or mpe2/simple_spread_v3")


def _made(env: str, kwargs: Options, api: Api | None) -> _Cycle | _Together:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            maker, kind, _ = _maker(env, api)
            made = maker(**kwargs)
    except ParameterError:
        raise
    except ImportError as problem:
        # some environments raise it themselves, in words of their own
        told = ParameterError(f"PettingZooGame: env={env!r} does not start: {' '.join(str(problem).split())}")
        raise (MissingPackage(f"PettingZooGame: env={env!r}", problem.name) if problem.name else told) from problem
    except Exception as problem:  # an environment's own code may raise anything
        given = f" with kwargs={dict(kwargs)}" if kwargs else ""
        raise ParameterError(f"PettingZooGame: env={env!r} does not start{given}: {' '.join(str(problem).split())}") from problem
    return (_Together if kind == "parallel" else _Cycle)(made)


def _bare(space: spaces.Space[Any]) -> spaces.Space[Any]:
    """Leave of an observation space what is no mask."""
    return space["observation"] if isinstance(space, spaces.Dict) and "action_mask" in space.spaces else space


@lru_cache(maxsize=64)
def _look(env: str, kwargs: Options, api: Api | None) -> Facts:
    world = _made(env, kwargs, api)
    seen = world.reset(0)
    return Facts(
        names=tuple(world.names),
        observations=tuple(_bare(world.env.observation_space(name)) for name in world.names),
        actions=tuple(world.env.action_space(name) for name in world.names),
        masked=bool(seen.masks),
        about=about(_maker(env, api)[2]),
        longest=None,
        together=isinstance(world, _Together),
    )
