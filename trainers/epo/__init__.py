"""Explicit policy optimisation: a strategist beside a frozen actor is trained by what its strategies earned. See :mod:`ludens.trainers.epo.trainer`."""

from .trainer import EPO
from .weights import NORMS, Played, key_rewards, weights

__all__ = ["EPO", "NORMS", "Played", "key_rewards", "weights"]
