"""Policies in folders: ``policy.json`` and ``policy.safetensors``. Weights are read from safetensors only, and no code comes from a folder."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path

from ...errors import LudensError, ParameterError
from .card import CARD, WEIGHTS, Card, read_card
from .modules import module_of, policy_modules, torch_or_missing
from .policy import NeuralPolicy

__all__ = ["load_policy", "save_policy"]


def save_policy(folder: str | Path, policy: NeuralPolicy) -> Path:
    """Write a policy into a folder, which is made where there is none; a policy in it is replaced.

    Raises:
        ParameterError: its network is not registered, so that nobody could load it.
        LudensError: its weights are no numbers, or the folder cannot be written.
    """
    torch = torch_or_missing()
    from safetensors.torch import save

    if policy.name not in policy_modules():
        raise ParameterError(f"the policy's network {policy.name!r} is not registered: name it by policy_module, and give NeuralPolicy name=... and sizes=...")
    # copies, so that tied weights do not share memory, which the format refuses
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in policy.module.state_dict().items()}
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise LudensError(f"the policy's weights {name!r} are no finite numbers; nothing was saved")
    raw = save(tensors)
    game, actions = policy.game, policy.actions
    card = Card(game.made_as, game.params, game.hash, policy.shape, actions.bins, actions.size, actions.digest, policy.name, policy.sizes, _digest(raw))
    try:
        written = card.write()
    except TypeError as problem:
        raise ParameterError(f"the policy's sizes={policy.sizes!r} should be plain values, which JSON can hold") from problem
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
        # the card last: until it stands, it does not fit the weights, and the folder is refused rather than half read
        for name, content in ((WEIGHTS, raw), (CARD, written.encode())):
            fresh = place / f"{name}.new"
            fresh.write_bytes(content)
            os.replace(fresh, place / name)
    except OSError as problem:
        raise LudensError(f"cannot write the policy to {str(folder)!r}: {problem.strerror}") from problem
    return place


def load_policy(folder: str | Path) -> NeuralPolicy:
    """Read a policy that :func:`save_policy` wrote, on the CPU and in evaluation mode.

    Raises:
        ParameterError: there is no policy in the folder.
        LudensError: a file is damaged or was changed since, or the game or the network is not registered here.
        MissingExtra: torch is not installed.
    """
    card, _ = read_card(folder)
    torch = torch_or_missing()
    from safetensors import SafetensorError
    from safetensors.torch import load

    place = Path(folder).expanduser() / WEIGHTS
    try:
        raw = place.read_bytes()
    except OSError as problem:
        raise ParameterError(f"policy {str(folder)!r}: cannot read its {WEIGHTS} ({problem.strerror})") from problem
    if _digest(raw) != card.weights:
        raise LudensError(f"policy {str(folder)!r}: its {WEIGHTS} is not the file that its {CARD} was written with")
    try:
        game = card.make_game()
        module = module_of(card.module, math.prod(card.shape), card.outputs, card.sizes)
        policy = NeuralPolicy(game, module, card.module, card.sizes, card.bins)
        if reason := card.misfit(game):
            raise LudensError(reason)
        tensors = load(raw)
        policy.module.load_state_dict(tensors, strict=True)
    except (SafetensorError, RuntimeError) as problem:  # load_state_dict raises the second, over several lines
        raise LudensError(f"policy {str(folder)!r}: its weights do not fit the network {card.module!r}: {' '.join(str(problem).split())[:200]}") from problem
    except LudensError as problem:
        raise LudensError(f"policy {str(folder)!r}: {problem}") from problem
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise LudensError(f"policy {str(folder)!r}: its weights are no finite numbers")
    policy.module.eval()
    return policy


def _digest(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=16).hexdigest()
