"""Utilities of options elicited from choices between two of them: fits with uncertainty, which pair to ask next, and how coherent the choices are."""

from .active import next_pairs, random_pairs, start_pairs, usual_pairs
from .choices import PairChoices, ask_both_ways
from .coherence import Coherence, ExpectedUtility, coherence, expected_utility
from .fits import Utilities, fit_bradley_terry_utilities, fit_thurstone

__all__ = [
    "Coherence",
    "ExpectedUtility",
    "PairChoices",
    "Utilities",
    "ask_both_ways",
    "coherence",
    "expected_utility",
    "fit_bradley_terry_utilities",
    "fit_thurstone",
    "next_pairs",
    "random_pairs",
    "start_pairs",
    "usual_pairs",
]
