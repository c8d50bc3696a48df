"""Small networks: learned with torch, asked with numpy, one observation at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError
from ..rates import decay, set_rate

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .memory import Reservoir

__all__ = ["Network", "fit_policy", "fit_regrets"]


class Network:
    """Layers with rectifiers between them, as arrays.

    Attributes:
        layers: weights of shape (outputs, inputs) and biases, by layer.
        scale: what the outputs are multiplied by.
    """

    def __init__(self, layers: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]], scale: float = 1.0) -> None:
        self.layers, self.scale = list(layers), scale

    @classmethod
    def of(cls, module: nn.Module, scale: float = 1.0) -> Network:
        """Read the network ``mlp`` of :mod:`ludens.agents.neural.modules`."""
        weights = [tensor.detach().cpu().numpy().copy() for tensor in module.parameters()]
        return cls(list(zip(weights[::2], weights[1::2], strict=True)), scale)

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Ask it: from shape (..., inputs) to shape (..., outputs)."""
        for number, (weight, bias) in enumerate(self.layers):
            features = features @ weight.T + bias
            if number + 1 < len(self.layers):
                features = np.maximum(features, 0)
        return features * np.float32(self.scale)

    def many(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Ask it about many observations, shape (rows, inputs): by torch, whose products of large matrices are the faster ones."""
        import torch

        with torch.inference_mode():
            shown = torch.from_numpy(features)
            for number, (weight, bias) in enumerate(self.layers):
                shown = torch.nn.functional.linear(shown, torch.from_numpy(weight), torch.from_numpy(bias))
                if number + 1 < len(self.layers):
                    shown = shown.relu_()
            return np.asarray((shown * self.scale).numpy())


def fit_regrets(memory: Reservoir, hidden: Sequence[int], *, steps: int, batch: int, rate: float, seed: int) -> tuple[Network, float]:
    """Learn the mean regret of every choice from fresh weights, iterations weighed linearly.

    Minimises E[t sum_a (V(x, a) - r(a))^2] over legal choices (Brown, Lerer, Gross and Sandholm 2019, "Deep counterfactual regret minimization", arXiv
    1811.00164, algorithm 1). Targets are divided by their root mean square, which regret matching does not see.

    Returns:
        The network, and the mean loss of the last tenth of the steps.

    Raises:
        LudensError: the memory is empty, or the loss is no number.
    """
    scale = float(np.sqrt(np.mean(np.square(memory.targets[memory.masks])))) if len(memory) else 0.0
    scale = scale or 1.0

    def loss(outputs: Tensor, targets: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
        return (weights * (outputs - targets / scale).square().masked_fill(~masks, 0).sum(-1)).mean()

    module = fresh(memory, hidden, seed)
    value = _descend(module, memory, loss, steps=steps, batch=batch, rate=rate, seed=seed)
    return Network.of(module, scale), value


def fit_policy(module: nn.Module, memory: Reservoir, *, steps: int, batch: int, rate: float, seed: int) -> float:
    """Teach a module of logits the average policy: E[-t sum_a s(a) log P(x, a)] over legal choices.

    Brown et al. have squares of probabilities; the cross-entropy has the same minimum and steeper slopes near 0.

    Returns:
        The mean loss of the last tenth of the steps.

    Raises:
        LudensError: the memory is empty, or the loss is no number.
    """
    import torch

    def loss(outputs: Tensor, targets: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
        logs = torch.log_softmax(outputs.masked_fill(~masks, -1e9), -1)
        return -(weights * (targets * logs).sum(-1)).mean()

    return _descend(module, memory, loss, steps=steps, batch=batch, rate=rate, seed=seed)


def fresh(memory: Reservoir, hidden: Sequence[int], seed: int) -> nn.Module:
    """Make a network for a memory's rows."""
    from ...agents.neural.modules import module_of

    return module_of("mlp", memory.features.shape[1], memory.targets.shape[1], {"hidden": list(hidden)}, seed)


def _descend(module: nn.Module, memory: Reservoir, loss: Any, *, steps: int, batch: int, rate: float, seed: int) -> float:
    import torch

    if not len(memory):
        raise LudensError("nothing was sampled to learn from: more traversals would be right")
    rng = np.random.default_rng(seed)
    features, targets, masks = (torch.from_numpy(array) for array in (memory.features, memory.targets, memory.masks))
    weights = torch.from_numpy(memory.times / memory.times.mean())
    optimizer = torch.optim.Adam(module.parameters(), lr=rate, fused=True)
    last = []
    for step in range(steps):
        set_rate(optimizer, rate * decay(step / steps))
        rows = torch.from_numpy(rng.integers(len(memory), size=min(batch, 4 * len(memory))))
        value = loss(module(features[rows]), targets[rows], masks[rows], weights[rows])
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        if step >= 0.9 * steps or step + 1 == steps:
            last.append(value.item())
    found = float(np.mean(last))
    if not np.isfinite(found):
        raise LudensError("the loss is no finite number: a smaller learning_rate would be right")
    return found
