"""Equilibria out of preference data (MARLHF: arXiv 2409.00717): tabular Markov games, where everything can be computed."""

from .data import MIXES, Comparisons, compare
from .learners import LEARNERS
from .markov import MarkovGame, equilibrium, nash_gap, random_game
from .reward import learn
from .study import Setting, findings, gaps

__all__ = ["LEARNERS", "MIXES", "Comparisons", "MarkovGame", "Setting", "compare", "equilibrium", "findings", "gaps", "learn", "nash_gap", "random_game"]
