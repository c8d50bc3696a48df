"""A network with the game it is for: from observations to probabilities over choices, one by one and in batches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import LudensError, ParameterError
from ...games.core import Game, Observation
from .actions import BINS, Actions, actions_of
from .modules import module_of, sizes_of, torch_or_missing

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["NeuralPolicy", "misfit", "new_policy", "shape_of"]


class NeuralPolicy:
    """A network and what its inputs and outputs mean in one game.

    Args:
        game: the game it is (or will be) trained for.
        module: maps observations (batch, inputs) to logits (batch, outputs), see :mod:`ludens.agents.neural.modules`.
        name: the network's registered name; "" for one that is not registered, which can play but not be saved.
        sizes: the arguments that its factory was given.
        bins: how many values stand for a range of numbers that cannot be listed.

    Attributes:
        actions: what the outputs stand for.
        shape: of ``Observation.data["observation"]``.

    Raises:
        ParameterError: the game has no single shape of observation, or its choices cannot be outputs.
    """

    def __init__(self, game: Game, module: nn.Module, name: str = "", sizes: dict[str, Any] | None = None, bins: int = BINS) -> None:
        self.game, self.module, self.name, self.sizes = game, module, name, dict(sizes or {})
        self.actions: Actions = actions_of(game, bins)
        self.shape = shape_of(game)

    @property
    def recurrent(self) -> bool:
        """Whether the network remembers earlier decisions of an episode."""
        return bool(getattr(self.module, "recurrent", False))

    def fits(self, game: Game) -> str | None:
        """Say why it cannot play ``game``, or None when it can: same id, same shape of observation, same choices."""
        return misfit(game, self.game.made_as, self.shape, self.actions.bins, self.actions.digest)

    # -- one by one, in numpy ----------------------------------------------------------------------------------------

    def features(self, observation: Observation) -> np.ndarray:
        """Give what the network is shown: float32 of shape (inputs,)."""
        shown = np.asarray(observation.data["observation"], dtype=np.float32).reshape(-1)
        return np.pad(shown, (0, math.prod(self.shape) - len(shown)))

    def mask(self, observation: Observation) -> np.ndarray:
        """Say which outputs stand for what is legal now: bool of shape (outputs,)."""
        return self.actions.mask(observation.action_spec.domain)

    def distribution(self, observation: Observation) -> np.ndarray:
        """Give the probabilities of all outputs (in the order of ``actions.choices``), as at the first decision of an episode.

        Returns:
            float64 of shape (outputs,); 0 for what is illegal; adds up to 1, or, with several heads, to 1 in each that has a legal value.
        """
        return self.step(observation)[0]

    def step(self, observation: Observation, state: Any = None) -> tuple[np.ndarray, Any]:
        """Give the probabilities and, for a recurrent network, the state to hand in at the next decision.

        Raises:
            LudensError: the network's outputs are no numbers.
        """
        import torch

        features, mask = self.features(observation), self.mask(observation)
        device = next((item.device for item in self.module.parameters()), None)
        with torch.inference_mode():
            shown = torch.from_numpy(features.copy()).to(device)[None]
            allowed = torch.from_numpy(mask.copy()).to(device)[None]
            logits, state = self.logits(shown, allowed, state)
            logs = self.log_probs(logits)[0].double().cpu().numpy()
        probabilities = np.where(mask, np.exp(logs), 0.0)
        for head in self.actions.heads:
            total = probabilities[head.span].sum()
            if not math.isfinite(total) or (total == 0 and mask[head.span].any()):
                raise LudensError(f"the policy's outputs for {self.game.made_as} are no probabilities")
            probabilities[head.span] /= total or 1.0
        return probabilities, state

    # -- in batches, in torch ----------------------------------------------------------------------------------------

    def logits(self, observations: Tensor, masks: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Ask the network.

        Args:
            observations: float32 of shape (batch, inputs).
            masks: bool of shape (batch, outputs).
            state: of a recurrent network after the decision before; None at the beginning.

        Returns:
            Logits of shape (batch, outputs), minus infinity for what is illegal (heads without any legal value are left alone: they have no say); and
            the new state, None without a memory.
        """
        import torch

        raw, state = self.module(observations, state) if self.recurrent else (self.module(observations), None)
        parts = []
        for head in self.actions.heads:
            mask = masks[:, head.span]
            parts.append(raw[:, head.span].masked_fill(~mask & mask.any(-1, keepdim=True), -math.inf))
        return (parts[0] if len(parts) == 1 else torch.cat(parts, -1)), state

    def log_probs(self, logits: Tensor) -> Tensor:
        """Turn logits into log-probabilities, each head by itself: shape (batch, outputs)."""
        import torch

        return torch.cat([torch.log_softmax(logits[:, head.span], -1) for head in self.actions.heads], -1)

    def log_prob(self, logits: Tensor, indices: Tensor) -> Tensor:
        """Give the log-probability of choices.

        Args:
            logits: of shape (batch, outputs), as :meth:`logits` gives them.
            indices: int64 of shape (batch, heads), rows of ``actions.encode``.

        Returns:
            Shape (batch,).
        """
        logs = self.log_probs(logits)
        total = logs.new_zeros(len(logs))
        for place, head in enumerate(self.actions.heads):
            index = indices[:, place]
            own = logs[:, head.span].gather(-1, index.clamp(min=0)[:, None])[:, 0]
            total = total + own.masked_fill(index < 0, 0.0)
        return total

    def entropy(self, logits: Tensor) -> Tensor:
        """Give the entropy of the choice in nats: shape (batch,). Heads count as much as their act is likely."""
        logs = self.log_probs(logits)
        total = logs.new_zeros(len(logs))
        for head in self.actions.heads:
            own = logs[:, head.span]
            # 0 log 0 is 0, and so is its gradient
            each = -(own.exp() * own.masked_fill(own == -math.inf, 0.0)).sum(-1)
            total = total + (each if head.act is None else each * logs[:, head.act].exp())
        return total


def new_policy(game: Game, name: str = "mlp", *, seed: int = 0, bins: int = BINS, **sizes: Any) -> NeuralPolicy:
    """Make a policy with random weights.

    Args:
        game: the game it is for.
        name: a registered network (:func:`ludens.agents.neural.policy_modules`).
        seed: of the weights.
        bins: how many values stand for a range of numbers that cannot be listed.
        **sizes: arguments of the network, such as ``hidden=[64, 64]``.

    Raises:
        ParameterError: the game's choices are no finite set, or the network does not take these sizes.
        UnknownName: no such network.
        MissingExtra: torch is not installed.
    """
    torch_or_missing()
    whole = sizes_of(name, sizes)
    module = module_of(name, math.prod(shape_of(game)), actions_of(game, bins).size, whole, seed)
    return NeuralPolicy(game, module, name, whole, bins)


def shape_of(game: Game) -> tuple[int, ...]:
    """Give the shape of a game's observations; of lists of different lengths, that of the longest, to which zeros fill up the others.

    Raises:
        ParameterError: it differs between seats otherwise, or they are no single array.
    """
    shapes = {game.observation_space(seat).shape for seat in range(game.seats)}
    if all(shape is not None and len(shape) == 1 for shape in shapes):
        shapes = {max(shape for shape in shapes if shape is not None)}
    if len(shapes) != 1 or None in shapes:
        raise ParameterError(f"{game.made_as}: its observations are no arrays of one shape, but {sorted(map(str, shapes))}")
    return tuple(int(size) for size in shapes.pop() or ())


def misfit(game: Game, made_as: str, shape: tuple[int, ...], bins: int, digest: str) -> str | None:
    """Say in one line why a policy for ``made_as`` with these inputs and outputs cannot play ``game``; None when it can."""
    if game.made_as != made_as:
        return f"the policy is for {made_as}"
    try:
        own, actions = shape_of(game), actions_of(game, bins)
    except ParameterError as problem:
        return str(problem)
    if own != shape:
        return f"the policy reads observations of shape {shape}, these have {own}"
    if actions.digest != digest:
        return f"the policy's outputs stand for other choices than the {actions.size} of these rules"
    return None
