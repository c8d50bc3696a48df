"""Neural policies: torch modules that read ``Observation.data`` and give probabilities over choices; as players from safetensors.

``new_policy`` makes one for a game, ``save_policy`` and ``load_policy`` keep it in a folder, and the kind of player ``neural`` seats it. torch
is loaded with the first policy that is made or loaded.
"""

from .actions import Actions, Head, actions_of
from .folder import load_policy, save_policy
from .modules import policy_module, policy_modules
from .player import NeuralPlayer
from .policy import NeuralPolicy, new_policy

__all__ = [
    "Actions",
    "Head",
    "NeuralPlayer",
    "NeuralPolicy",
    "actions_of",
    "load_policy",
    "new_policy",
    "policy_module",
    "policy_modules",
    "save_policy",
]
