"""What a training run goes on from: weights and an optimizer's moments in one safetensors file, written whole or not at all; and its log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

__all__ = ["LOG", "open_log", "read_state", "write_state"]

LOG = "log.jsonl"
_FILE = "state.safetensors"


def open_log(place: Path, done: int, count: str = "step") -> TextIO:
    """Open a run's log to add lines to it; those of after the save, which will be written again, go.

    Args:
        place: the run's folder.
        done: how far the save is.
        count: the field that says how far a line is.
    """
    path = place / LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() and done else []
    path.write_text("".join(f"{line}\n" for line in lines if json.loads(line)[count] <= done), encoding="utf-8")
    return path.open("a", encoding="utf-8")


def write_state(place: Path, module: nn.Module, optimizer: torch.optim.Optimizer, point: Any) -> None:
    """Write where training stands.

    Args:
        place: the run's folder.
        module: what is trained.
        optimizer: of its parameters.
        point: how far it is, as JSON values.
    """
    from safetensors.torch import save_file

    tensors = {f"weight.{name}": weight.detach().cpu().contiguous() for name, weight in module.named_parameters()}
    for index, state in enumerate(_moments(optimizer)):
        tensors |= {f"{index}.{name}": value.detach().cpu().contiguous() for name, value in state.items()}
    fresh = place / "state.new"
    save_file(tensors, fresh, metadata={"point": json.dumps(point)})
    fresh.replace(place / _FILE)


def read_state(place: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> Any:
    """Read what :func:`write_state` wrote into a module and its optimizer; give the point, None where nothing was written."""
    from safetensors import safe_open

    if not (place / _FILE).exists():
        return None
    with safe_open(place / _FILE, framework="pt") as file:
        point = json.loads(file.metadata()["point"])
        module.load_state_dict({name: file.get_tensor(f"weight.{name}") for name, _ in module.named_parameters()})
        names = list(file.keys())
        for index, (weight, state) in enumerate(zip(_weights(optimizer), _moments(optimizer), strict=True)):
            state.update({name.partition(".")[2]: file.get_tensor(name).to(weight.device) for name in names if name.startswith(f"{index}.")})
            if "step" in state:
                state["step"] = state["step"].cpu()  # Adam counts on the CPU
    return point


def _weights(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [weight for group in optimizer.param_groups for weight in group["params"]]


def _moments(optimizer: torch.optim.Optimizer) -> Iterator[dict[str, Any]]:
    for weight in _weights(optimizer):
        yield optimizer.state[weight]
