"""Any Gymnasium environment as a game of one seat.

    make("gymnasium", env="FrozenLake-v1", kwargs={"is_slippery": False}, actions=("left", "down", "right", "up"))

`env` is an id of Gymnasium's registry (`module:id` imports a module first). Actions: Discrete, MultiDiscrete, MultiBinary, and Box with bounds; the mask in
`info["action_mask"]` is heeded where there is one. Observations in numbers are the environment's own arrays, categories one-hot; in words they are written
out, with the environment's own drawing where it makes one in characters. Other spaces are refused.

| parameter | meaning | default |
|---|---|---|
| `env` | the environment's id | FrozenLake-v1 |

Version history: v0, first version.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gymnasium

from ...errors import MissingPackage, ParameterError
from .display import about, unpainted
from .foreign import ForeignGame
from .running import Facts, Options, Seen, World

__all__ = ["GymnasiumGame"]


@dataclass(frozen=True, kw_only=True)
class GymnasiumGame(ForeignGame):
    """An environment of Gymnasium; see the module and :mod:`.foreign` for the parameters."""

    env: str = "FrozenLake-v1"

    @property
    def facts(self) -> Facts:
        return _look(self.env, Options(self.kwargs))

    def open(self) -> World:
        return _Episode(_made(self.env, Options(self.kwargs)))


def _made(env: str, kwargs: Options) -> gymnasium.Env[Any, Any]:
    try:
        with warnings.catch_warnings():
            # of newer versions of an environment
            warnings.simplefilter("ignore")
            made = gymnasium.make(env, disable_env_checker=True, **kwargs)
            if "ansi" in made.metadata.get("render_modes", ()) and "render_mode" not in kwargs:
                made = gymnasium.make(env, disable_env_checker=True, render_mode="ansi", **kwargs)
    except ModuleNotFoundError as problem:
        raise MissingPackage(f"GymnasiumGame: env={env!r}", problem.name or str(problem)) from problem
    except Exception as problem:  # an environment's own code may raise anything
        raise ParameterError(f"GymnasiumGame: env={env!r} does not start{_given(kwargs)}: {' '.join(str(problem).split())}") from problem
    return made


def _given(kwargs: Options) -> str:
    return f" with kwargs={dict(kwargs)}" if kwargs else ""


@lru_cache(maxsize=64)
def _look(env: str, kwargs: Options) -> Facts:
    made = _made(env, kwargs)
    _, info = made.reset(seed=0)
    return Facts(
        names=("agent",),
        observations=(made.observation_space,),
        actions=(made.action_space,),
        masked=info.get("action_mask") is not None,
        about=about(type(made.unwrapped).__doc__),
        longest=made.spec.max_episode_steps if made.spec else None,
        together=False,
    )


class _Episode:
    """A running environment."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self.env = env

    def reset(self, seed: int) -> Seen:
        view, info = self.env.reset(seed=seed)
        return self._seen(view, info)

    def step(self, actions: Mapping[int, Any]) -> Seen:
        view, reward, ended, cut, info = self.env.step(actions[0])
        seen = self._seen(view, info)
        seen.rewards[0] = float(reward)
        if ended or cut:
            seen.to_move, seen.cut = (), bool(cut and not ended)
        return seen

    def _seen(self, view: Any, info: Mapping[str, Any]) -> Seen:
        seen = Seen(views={0: view}, to_move=(0,))
        if info.get("action_mask") is not None:
            seen.masks[0] = info["action_mask"]
        if self.env.render_mode == "ansi" and isinstance(drawing := self.env.render(), str):
            seen.words[0] = unpainted(drawing)
        return seen
