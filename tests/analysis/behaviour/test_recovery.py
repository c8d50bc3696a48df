"""Planted parameters come back: once with a fixed seed, and at the nominal rate over many simulations (slow)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ludens.agents.repeated import strategy
from ludens.analysis.behaviour import (
    Fit,
    ces_altruism,
    ces_share,
    charness_rabin,
    cognitive_hierarchy,
    crra,
    discount_factor,
    discounting,
    fehr_schmidt,
    guessing_hierarchy,
    guessing_levels,
    hierarchy_guesses,
    hierarchy_policies,
    level_policies,
    level_shares,
    logit_equilibrium,
    logit_response,
    memory_one,
    poisson,
    quantal_branch,
    quantal_response,
    rationality_orders,
    reciprocity,
    social_utility,
    strategy_shares,
)
from ludens.analysis.behaviour.risk import contextual_difference

SIMULATIONS = 200
# four standard errors: one false alarm in 16,000 for each parameter
FAR = 4.0
LEAST = 0.95 - FAR * np.sqrt(0.95 * 0.05 / SIMULATIONS)

PENNIES = np.array([[[9.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
PAYOFFS = np.random.default_rng(0).integers(0, 20, size=(2, 4, 4)).astype(float)
PENNIES_BRANCH = quantal_branch(PENNIES)[0]
Case = tuple[Callable[[np.random.Generator], Fit], dict[str, float]]


def drawn(rng, shares, seats):
    """Draw an action in each seat."""
    return np.array([rng.choice(len(shares[seat]), p=shares[seat]) for seat in seats])


def sides(n):
    return np.arange(n) % 2


def qre(rng):
    return quantal_response(PENNIES, sides(400), drawn(rng, PENNIES_BRANCH(1.0), sides(400)))


def response(rng):
    beliefs = [np.array([0.7, 0.3]), np.array([0.4, 0.6])]
    worth = [PENNIES[0] @ beliefs[1], beliefs[0] @ PENNIES[1]]
    shares = [np.exp(0.8 * one) / np.exp(0.8 * one).sum() for one in worth]
    return logit_response(PENNIES, sides(400), drawn(rng, shares, sides(400)), beliefs)


def guessed(rng, tau, n):
    levels = rng.poisson(tau, size=n)
    exact = hierarchy_guesses(tau, 2 / 3, 0, 100)[np.minimum(levels, 20)]
    noisy = exact + 3 * rng.normal(size=n)
    # drawn again where a bound is passed: cut, not piled up
    while ((noisy < 0) | (noisy > 100)).any():
        noisy = np.where((noisy < 0) | (noisy > 100), exact + 3 * rng.normal(size=n), noisy)
    return np.where(levels == 0, rng.uniform(0, 100, size=n), noisy)


def level_mixture(rng):
    level = rng.choice(3, p=[0.3, 0.45, 0.25], size=300)
    centres = np.array([50, 100 / 3, 200 / 9])[level]
    return guessing_levels(np.where(level == 0, rng.uniform(0, 100, 300), centres + 2 * rng.normal(size=300)), 2 / 3, 0, 100, deepest=2).fit


def hierarchy(rng):
    weight, policies = poisson(1.35), hierarchy_policies(PAYOFFS, 1.35)
    shares = [weight @ np.array([one[seat] for one in policies]) for seat in range(2)]
    return cognitive_hierarchy(PAYOFFS, sides(400), drawn(rng, shares, sides(400)))


def levels(rng):
    level, units = rng.choice(3, p=[0.25, 0.45, 0.3], size=150), np.repeat(np.arange(150), 4)
    policies, seats = level_policies(PAYOFFS, 2), sides(600)
    chosen = [rng.choice(4) if rng.random() < 0.2 else rng.choice(4, p=policies[level[unit]][seat]) for unit, seat in zip(units, seats, strict=True)]
    return level_shares(PAYOFFS, units, seats, chosen, deepest=2).fit


def orders(rng):
    order, units, need = rng.choice(4, p=[0.15, 0.25, 0.35, 0.25], size=200), np.repeat(np.arange(200), 6), np.tile([1, 1, 2, 2, 3, 3], 200)
    right = np.where((need <= order[units]) & (rng.random(1200) > 0.15), True, rng.random(1200) < 1 / 3)
    return rationality_orders(units, need, right, np.full(1200, 3)).fit


def allocations(rng):
    return rng.integers(0, 11, size=(400, 3, 2)).astype(float)


def envy(rng):
    table = allocations(rng)
    return fehr_schmidt(table, (social_utility(table, 0.4, -0.8) + rng.gumbel(size=(400, 3))).argmax(axis=1))


def envy_in_clusters(rng):
    """Each of 40 people makes ten choices with an envy of its own; the mean is planted, and errors must count people."""
    table, own = allocations(rng), np.repeat(0.8 + 0.3 * rng.normal(size=40), 10)
    utility = np.stack([social_utility(one[None], 0.4, -alpha)[0] for one, alpha in zip(table, own, strict=True)])
    return fehr_schmidt(table, (utility + rng.gumbel(size=(400, 3))).argmax(axis=1), clusters=np.repeat(np.arange(40), 10))


def wronged(rng):
    table, misbehaved = allocations(rng), rng.integers(0, 2, size=400)
    utility = social_utility(table, 0.4, -0.2, (-0.3 * misbehaved)[:, None])
    return charness_rabin(table, (utility + rng.gumbel(size=(400, 3))).argmax(axis=1), misbehaved=misbehaved)


def answered_offers(rng):
    offers = rng.integers(0, 11, size=500)
    table = np.stack([np.zeros((500, 2)), np.stack([offers, 10 - offers], axis=1)], axis=1).astype(float)
    return fehr_schmidt(table, (social_utility(table, 0.6, -0.9) + rng.gumbel(size=(500, 2))).argmax(axis=1))


def giving(rng):
    prices = rng.uniform(0.3, 1.0, size=(300, 2))
    share = np.clip(ces_share(0.65, -0.5, prices[:, 1] / prices[:, 0]) + 0.15 * rng.normal(size=300), 0, 1)
    return ces_altruism(prices, np.stack([share, 1 - share], axis=1) / prices)


def waiting(kind, beta):
    def simulate(rng):
        amounts, delays = rng.uniform(5, 20, size=(400, 2)), np.stack([np.zeros(400), rng.integers(1, 30, size=400)], axis=1)
        delays[200:] += 10
        worth = amounts * discount_factor(kind, delays, 0.03, beta)
        return discounting(amounts, delays, (worth[:, 1] - worth[:, 0] + rng.logistic(size=400) > 0).astype(int), kind=kind)

    return simulate


def lotteries(rng):
    outcomes, high = rng.uniform(1, 10, size=(400, 2, 2)), rng.uniform(0.1, 0.9, size=(400, 2))
    chances = np.stack([high, 1 - high], axis=2)
    return crra(outcomes, chances, (10 * contextual_difference(outcomes, chances, 0.5) + rng.logistic(size=400) > 0).astype(int))


def answering(rng):
    people, received = np.repeat(np.arange(40), 5), rng.uniform(0, 30, size=200)
    return reciprocity(received, 1 + 0.4 * received + (2 * rng.normal(size=40))[people] + rng.normal(size=200), clusters=people)


def rounds(rng, kind, tremble, length=12):
    """Play a strategy that trembles against coins."""
    made = strategy(kind)
    memory, own, other = made.opening(), [], rng.integers(0, 2, size=length).tolist()
    for theirs in other:
        mine = int(rng.random() >= made.cooperates(memory))
        own.append(1 - mine if rng.random() < tremble else mine)
        memory = made.after(memory, own[-1], theirs)
    return own, other


def strategies(rng):
    kinds = rng.choice(["defector", "cooperator", "grim", "tit_for_tat"], p=[0.3, 0.2, 0.15, 0.35], size=150)
    return strategy_shares([rounds(rng, kind, 0.1) for kind in kinds], ("defector", "cooperator", "grim", "tit_for_tat")).fit


def memory(rng):
    chances, matches = {(0, 0): 0.9, (0, 1): 0.2, (1, 0): 0.6, (1, 1): 0.3}, []
    for _ in range(60):
        own, other = [int(rng.random() >= 0.7)], rng.integers(0, 2, size=15)
        for theirs in other[:-1]:
            own.append(int(rng.random() >= chances[own[-1], int(theirs)]))
        matches.append((own, other))
    return memory_one(matches)


CASES: dict[str, Case] = {
    "quantal_response": (qre, {"lambda": 1.0}),
    "logit_response": (response, {"lambda": 0.8}),
    "guessing_hierarchy": (lambda rng: guessing_hierarchy(guessed(rng, 1.6, 300), 2 / 3, 0, 100), {"tau": 1.6, "sd": 3.0}),
    "guessing_levels": (level_mixture, {"level_0": 0.3, "level_1": 0.45, "level_2": 0.25, "sd": 2.0}),
    "cognitive_hierarchy": (hierarchy, {"tau": 1.35}),
    "level_shares": (levels, {"level_0": 0.25, "level_1": 0.45, "level_2": 0.3, "tremble": 0.2}),
    "rationality_orders": (orders, {"order_0": 0.15, "order_1": 0.25, "order_2": 0.35, "order_3": 0.25, "tremble": 0.15}),
    "fehr_schmidt": (envy, {"alpha": 0.8, "beta": 0.4, "lambda": 1.0}),
    "ultimatum": (answered_offers, {"alpha": 0.9, "beta": 0.6, "lambda": 1.0}),
    "charness_rabin": (wronged, {"rho": 0.4, "sigma": -0.2, "theta": 0.3, "lambda": 1.0}),
    "ces_altruism": (giving, {"a": 0.65, "rho": -0.5, "sd": 0.15}),
    "exponential": (waiting("exponential", 1.0), {"rate": 0.03, "lambda": 1.0}),
    "quasi_hyperbolic": (waiting("quasi_hyperbolic", 0.8), {"rate": 0.03, "beta": 0.8, "lambda": 1.0}),
    "hyperbolic": (waiting("hyperbolic", 1.0), {"rate": 0.03, "lambda": 1.0}),
    "crra": (lotteries, {"r": 0.5, "lambda": 10.0}),
    "reciprocity": (answering, {"intercept": 1.0, "slope": 0.4}),
    "memory_one": (memory, {"first": 0.7, "cc": 0.9, "cd": 0.2, "dc": 0.6, "dd": 0.3}),
    "strategy_shares": (strategies, {"defector": 0.3, "cooperator": 0.2, "grim": 0.15, "tit_for_tat": 0.35, "tremble": 0.1}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_planted_comes_back(name):
    simulate, truth = CASES[name]
    fit = simulate(np.random.default_rng(1))
    assert fit.converged
    assert not fit.flags
    assert set(fit.names) == set(truth)
    for parameter, value in truth.items():
        at = fit.names.index(parameter)
        assert abs(fit.estimate[at] - value) < FAR * fit.se[at], parameter
        assert fit.low[at] < fit.estimate[at] < fit.high[at]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CASES)
def test_intervals_cover_at_the_nominal_rate(name):
    simulate, truth = CASES[name]
    inside, told = dict.fromkeys(truth, 0), dict.fromkeys(truth, 0)
    for seed in range(SIMULATIONS):
        fit = simulate(np.random.default_rng([seed, 7]))
        for parameter, value in truth.items():
            at = fit.names.index(parameter)
            if np.isfinite(fit.low[at]):
                told[parameter] += 1
                inside[parameter] += bool(fit.low[at] <= value <= fit.high[at])
    for parameter in truth:
        assert told[parameter] >= 0.9 * SIMULATIONS, parameter
        assert inside[parameter] / told[parameter] >= LEAST, (parameter, inside[parameter] / told[parameter])


def test_clusters_widen_errors_where_people_differ():
    together = envy_in_clusters(np.random.default_rng(3))
    assert together.clusters == 40
    assert together.of("alpha").n == 40
    # alpha varies between people: the mean of the choices they make is near the planted mean
    assert abs(together.value("alpha") - 0.8) < FAR * together.se[0] + 0.1


def test_logit_equilibrium_is_the_branch():
    at = quantal_branch(PENNIES)[0]
    for rationality in (0.0, 0.3, 2.0, 7.0):
        for one, two in zip(at(rationality), logit_equilibrium(PENNIES, rationality), strict=True):
            np.testing.assert_allclose(one, two, atol=1e-9)
