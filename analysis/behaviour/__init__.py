"""Behavioural estimators: the parameters of models of behaviour out of choices, by maximum likelihood, and the table of a run.

Every estimator is a pure function of arrays that gives a :class:`Fit` (or a :class:`Mixture` of types); :func:`behaviour` reads a run.
"""

from ...games.matrix.quantal import logit_branch, logit_equilibrium, logit_near
from .altruism import ces_altruism, ces_share
from .discounting import DISCOUNTING, discount_factor, discounting
from .fit import Fit
from .guessing import guessing_hierarchy, guessing_levels, hierarchy_guesses, hierarchy_mean, tau_of_mean
from .levels import cognitive_hierarchy, hierarchy_policies, level_policies, level_shares, poisson, rationality_orders
from .maximum import Parameter, maximise
from .mixture import Mixture, mixture
from .quantal import expected_payoffs, logit_response, quantal_branch, quantal_response
from .reading import Behaviour, behaviour, behaviour_rows
from .reciprocity import contribution_type, reciprocity
from .repeated import SFEM_STRATEGIES, memory_one, prescriptions, strategy_shares
from .revealed import Consistency, bronars_power, consistency, efficiency_index, garp_violations
from .risk import crra, crra_utility, indifference
from .rows import Row
from .social import charness_rabin, fehr_schmidt, social_utility

__all__ = [
    "DISCOUNTING",
    "SFEM_STRATEGIES",
    "Behaviour",
    "Consistency",
    "Fit",
    "Mixture",
    "Parameter",
    "Row",
    "behaviour",
    "behaviour_rows",
    "bronars_power",
    "ces_altruism",
    "ces_share",
    "charness_rabin",
    "cognitive_hierarchy",
    "consistency",
    "contribution_type",
    "crra",
    "crra_utility",
    "discount_factor",
    "discounting",
    "efficiency_index",
    "expected_payoffs",
    "fehr_schmidt",
    "garp_violations",
    "guessing_hierarchy",
    "guessing_levels",
    "hierarchy_guesses",
    "hierarchy_mean",
    "hierarchy_policies",
    "indifference",
    "level_policies",
    "level_shares",
    "logit_branch",
    "logit_equilibrium",
    "logit_near",
    "logit_response",
    "maximise",
    "memory_one",
    "mixture",
    "poisson",
    "prescriptions",
    "quantal_branch",
    "quantal_response",
    "rationality_orders",
    "reciprocity",
    "social_utility",
    "strategy_shares",
    "tau_of_mean",
]
