"""What a seat of the catalogue may not know, drawn anew: before the offers the goods themselves, after them what lies behind prices and descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import catalogue_text as text
from .goods import KINDS, SLACK, Good, draw_good, goal_of, marked_up, plant
from .rewriting import Words, rewrite

if TYPE_CHECKING:
    from .catalogue_state import CatalogueState

__all__ = ["SHOPPER", "redraw"]

SHOPPER = 0


def redraw(state: CatalogueState, seat: int, rng: np.random.Generator) -> None:
    """Draw anew, in place, what ``seat`` may not know."""
    others = [other for other in range(1, state.game.seats) if other != seat]
    if not state.offers:
        _redraw_goods(state, seat, others, rng)
    else:
        for other in others:
            _redraw_truth(state, seat, other, rng)
        if seat != SHOPPER:
            _redraw_goal(state, rng)
    _rewrite(state)


def _redraw_goods(state: CatalogueState, seat: int, others: list[int], rng: np.random.Generator) -> None:
    """Draw the goods of other sellers; for a seller the goal too, for the shopper a target that fits the goal it knows."""
    places = [number for other in others for number in state.own(other)]
    for number in places:
        state.goods[number] = draw_good(rng, state.kinds)
    if seat != SHOPPER:
        _redraw_goal(state, rng)
    else:
        goal, kind = state.goal, KINDS[state.goal.kind]
        state.target = places[int(rng.integers(len(places)))]
        have = [name in goal.attributes or bool(rng.random() < 0.5) for name in kind.attributes]
        options = tuple(option for option in kind.options if option == goal.option or rng.random() < 2 / 3)
        # the highest price tells what the target cost
        target = Good(goal.kind, goal.colour, goal.material, options, (have[0], have[1]), _cost(goal.most, SLACK))
        state.goods[state.target] = target
    state.goods = plant(rng, state.goods, state.target, [number for number in places if number != state.target])


def _redraw_goal(state: CatalogueState, rng: np.random.Generator) -> None:
    fitting = [number for number, good in enumerate(state.goods) if any(good.hidden)]
    if fitting:
        state.target = fitting[int(rng.integers(len(fitting)))]
        state.goal = goal_of(state.goods[state.target], rng)


def _redraw_truth(state: CatalogueState, seat: int, other: int, rng: np.random.Generator) -> None:
    """Draw a seller's markup, way of describing, and its goods' attributes and costs, given the prices and descriptions that stand in the catalogue.

    Every markup that explains all prices is alike likely; a way of describing is drawn by Bayes' rule from a uniform prior and attributes with chance 1/2 each.
    """
    own = list(state.own(other))
    prices = {number: state.price(number) for number in own}
    claims = {number: state.claims(number) for number in own}
    told = {} if state.bought is None or seat != SHOPPER else {state.bought[0]: state.goods[state.bought[0]].hidden}
    markups = [markup for markup in range(0, 101, 10) if all(_cost(price, markup) for price in prices.values())]
    markup = markups[int(rng.integers(len(markups)))]
    describe = _way(state, own, claims, told, rng)
    for number in own:
        good = state.goods[number]
        if describe == "truthful":
            have = tuple(name in claims[number] for name in KINDS[good.kind].attributes)
        else:
            have = tuple(bool(rng.random() < 0.5) for _ in range(2))
        state.goods[number] = good._replace(cost=_cost(prices[number], markup), hidden=told.get(number, (have[0], have[1])))
    state.offers[other - 1] = [markup, describe]


def _cost(price: int, markup: int) -> int:
    """Find a cost that a markup turns into a price; 0 where there is none."""
    guess = price * 100 // (100 + markup)
    return guess if guess > 0 and marked_up(guess, markup) == price else 0


def _way(state: CatalogueState, own: list[int], claims: dict[int, tuple[str, ...]], told: dict[int, tuple[bool, bool]], rng: np.random.Generator) -> str:
    """Draw a way of describing that explains all descriptions of a seller."""
    full = all(len(claims[number]) == 2 for number in own)
    empty = not any(claims[number] for number in own)
    fits = {number: tuple(name in claims[number] for name in KINDS[state.goods[number].kind].attributes) for number in own}
    honest = all(fits[number] == have for number, have in told.items() if number in fits)
    # the truth of every good that was not told has chance 1/4 under an honest description, and any truth will do under the others
    weights = {"truthful": 0.25 ** (len(own) - sum(number in fits for number in told)) if honest else 0.0, "always": float(full), "never": float(empty)}
    ways, total = list(weights), sum(weights.values())
    return ways[int(rng.choice(len(ways), p=[weights[way] / total for way in ways]))]


def _rewrite(state: CatalogueState) -> None:
    """Put what has been drawn anew into the events and the returns."""
    anew: dict[tuple[str, int | None], Words] = {("goal", None): Words(text.goal(state.goal), state.goal_facts())}
    for seat in range(1, state.game.seats):
        anew["stock", seat] = Words(text.stock(state, seat), state.stock_facts(seat))
        if state.offers:
            markup, describe = state.offers[seat - 1]
            anew["offer", seat] = Words(text.offer(seat, markup, describe), {"markup": markup, "describe": describe})
    if state.bought is not None:
        wishes = state.wishes()
        anew["score", None] = Words(text.score(wishes, state.goal.kind == state.goods[state.bought[0]].kind), {"wishes": wishes})
        state.rewards = state.earned()
        state.returns = list(state.rewards)
    rewrite(state, anew)
