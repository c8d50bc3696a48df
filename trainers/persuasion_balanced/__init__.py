"""Training that balances accepting and resisting persuasion. See :mod:`ludens.trainers.persuasion_balanced.trainer`."""

from .trainer import PersuasionBalanced

__all__ = ["PersuasionBalanced"]
