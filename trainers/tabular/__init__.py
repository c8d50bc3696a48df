"""Preference optimisation over finite sets of answers, exactly: expected gradients and closed forms instead of samples, so that every limit is known.

:mod:`.game` holds what is played, :mod:`.solutions` what each method should come to, :mod:`.methods` the registry of methods, :mod:`.running` their runs.
"""

from .game import PreferenceGame
from .methods import Method, Setting, method, methods
from .running import Trace, run

__all__ = ["Method", "PreferenceGame", "Setting", "Trace", "method", "methods", "run"]
