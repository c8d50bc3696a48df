"""The registry of networks, and the two that come with it: a multi-layer perceptron and one with a memory.

A factory is called as ``factory(inputs, outputs, **sizes)`` and gives a ``torch.nn.Module`` that maps observations of shape (batch, inputs) to logits
of shape (batch, outputs). One whose attribute ``recurrent`` is true is called with ``(observations, state)``, where ``state`` is None at the
beginning of an episode, and gives ``(logits, state)``. A checkpoint names a registered network; it cannot name code.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...errors import MissingExtra, ParameterError, UnknownName
from ...plugins import load_plugins

if TYPE_CHECKING:
    from torch import nn

__all__ = ["PolicyModule", "gru", "mlp", "module_of", "policy_module", "policy_modules", "sizes_of", "torch_or_missing"]

_WIDEST = 8192
_DEEPEST = 16


@dataclass(frozen=True)
class PolicyModule:
    """A registered network.

    Attributes:
        entry_point: ``"module:factory"``.
        summary: one line for lists.
    """

    name: str
    entry_point: str
    summary: str = ""

    def load(self) -> Callable[..., Any]:
        """Import the factory."""
        module, _, attribute = self.entry_point.partition(":")
        return getattr(importlib.import_module(module), attribute)


_MODULES: dict[str, PolicyModule] = {}


def policy_module(name: str, entry_point: str, *, summary: str = "") -> None:
    """Register a network: ``policy_module("convolution", "my_package.nets:Convolution")``.

    Distributions do so in a module that an entry point of the group ``ludens.policies`` names.
    """
    _MODULES[name] = PolicyModule(name, entry_point, summary)


def policy_modules() -> dict[str, PolicyModule]:
    """All networks by name, third-party ones included."""
    _discover()
    return dict(sorted(_MODULES.items()))


def sizes_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Complete the sizes of a network by its factory's defaults, as plain values: a later change of defaults must not change what is saved.

    Raises:
        UnknownName: no such network.
    """
    known = inspect.signature(_find(name)).parameters.values()
    defaults = {item.name: item.default for item in known if item.default is not item.empty}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in {**defaults, **given}.items()}


def module_of(name: str, inputs: int, outputs: int, sizes: Mapping[str, Any], seed: int | None = None) -> nn.Module:
    """Make a network with fresh weights; torch's own generator is left as it was.

    Args:
        name: a registered network.
        inputs: numbers in an observation.
        outputs: logits.
        sizes: further arguments of its factory.
        seed: of the weights; None where they will be overwritten.

    Raises:
        UnknownName: no such network.
        ParameterError: its factory does not take these sizes.
        MissingExtra: torch is not installed.
    """
    factory = _find(name)
    torch = torch_or_missing()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed or 0)
        try:
            return factory(inputs, outputs, **sizes)
        except TypeError as problem:
            raise ParameterError(f"policy module {name!r}: {problem}") from problem


def mlp(inputs: int, outputs: int, hidden: Sequence[int] = (64, 64)) -> nn.Module:
    """Layers with rectifiers between them.

    Args:
        inputs: numbers in an observation.
        outputs: logits.
        hidden: widths of the layers in between; none makes it linear.
    """
    from torch import nn

    if not isinstance(hidden, list | tuple) or len(hidden) > _DEEPEST:
        raise ParameterError(f"policy module 'mlp': hidden={hidden!r} should be a list of at most {_DEEPEST} widths")
    layers: list[Any] = []
    width = inputs
    for following in hidden:
        _check_width("mlp", following)
        layers += [nn.Linear(width, following), nn.ReLU()]
        width = following
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def gru(inputs: int, outputs: int, hidden: int = 64) -> nn.Module:
    """A gated recurrent unit: it remembers what it saw at its earlier decisions of the episode.

    Args:
        inputs: numbers in an observation.
        outputs: logits.
        hidden: width of its memory.
    """
    from torch import nn

    _check_width("gru", hidden)

    class Recurrent(nn.Module):  # type: ignore[misc]  # torch is judged as Any
        recurrent = True

        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.GRUCell(inputs, hidden)
            self.head = nn.Linear(hidden, outputs)

        def forward(self, observations: Any, state: Any = None) -> tuple[Any, Any]:
            state = self.cell(observations, state)
            return self.head(state), state

    return Recurrent()


def torch_or_missing() -> Any:
    """Import torch. Raises MissingExtra where it, or safetensors, is not installed."""
    try:
        import safetensors  # noqa: F401
        import torch
    except ModuleNotFoundError as problem:
        if problem.name not in ("torch", "safetensors"):
            raise
        raise MissingExtra("a neural policy", "train") from problem
    return torch


def _find(name: str) -> Callable[..., Any]:
    if name not in policy_modules():
        raise UnknownName("policy module", name, _MODULES)
    return _MODULES[name].load()


def _check_width(name: str, width: Any) -> None:
    if type(width) is not int or not 0 < width <= _WIDEST:
        raise ParameterError(f"policy module {name!r}: hidden={width!r} should be a whole number from 1 to {_WIDEST}")


@lru_cache(maxsize=1)
def _discover() -> None:
    load_plugins("ludens.policies")


policy_module("mlp", f"{__name__}:mlp", summary="layers with rectifiers; hidden=[64, 64]")
policy_module("gru", f"{__name__}:gru", summary="a gated recurrent unit, which remembers the episode; hidden=64")
