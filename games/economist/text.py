"""The economist in words: what each seat is told and asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import seat_name
from ..words import listed, number
from .schedule import Schedule
from .setups import LARGEST_CHANGE

if TYPE_CHECKING:
    from .game import Economist
    from .state import EconomistState

__all__ = [
    "ballot",
    "brackets_named",
    "economy",
    "election",
    "introduction",
    "law",
    "money",
    "planner_request",
    "population",
    "rules",
    "stand_request",
    "vote_request",
    "voted",
    "worked",
    "worker_request",
]

_LISTED = 12
"""So many skills are listed one by one; of more, quantiles are told."""

_AIMS = {
    "inverse_income": "the mean of the workers' utilities in which each counts in inverse proportion to the income before tax (the weights sum to one)",
    "utilitarian": "the mean of the workers' utilities",
    "rawlsian": "the utility of the worker who is worst off",
    "atkinson": "the utility that, if all workers had it, would be as good as theirs are, at an aversion to inequality of {aversion}",
    "equality_productivity": "mean income before tax, times one minus the Gini index of what workers can spend",
    "raw_sum": "the sum, over all workers, of utility divided by income before tax (an income below 1 counts as 1)",
}


def money(amount: float) -> str:
    """Write an amount of money, in whole units where it is large."""
    shown = f"{abs(amount):,.0f}" if abs(amount) >= 100 else number(round(abs(amount), 2))
    return f"-${shown}" if amount < 0 and shown != "0" else f"${shown}"


def _spans(edges: Sequence[float]) -> list[str]:
    if len(edges) == 1:
        return ["all income"]
    inner = [f"from {money(low)} to {money(high)}" for low, high in pairwise(edges[1:])]
    return [f"up to {money(edges[1])}", *inner, f"above {money(edges[-1])}"]


def _rates(edges: Sequence[float], rates: Iterable[float]) -> str:
    levels = list(rates)
    if len(set(levels)) == 1:
        return f"{levels[0]:g}% of all income"
    return listed(f"{rate:g}% {span}" for rate, span in zip(levels, _spans(edges), strict=True))


def brackets_named(game: Economist) -> tuple[str, ...]:
    """Say which field is for which bracket."""
    names = [name for name, _ in game.law(tuple([0] * len(game.edges))).fields]
    what = "the rate on" if game.terms.control == "rates" else "the change of the rate on"
    return tuple(f"{name} is {what} {'income ' * (span != 'all income')}{span}." for name, span in zip(names, _spans(game.edges), strict=True))


# -- rules -----------------------------------------------------------------------------------------------------------------


def rules(game: Economist, seat: int | None) -> str:
    """State the rules as a seat is told them."""
    terms, edges = game.terms, game.edges
    step = terms.hours_step
    hours = f"from 0 to {game.longest}, " + ("with at most two decimals" if not step else "whole hours" if step == 1 else f"in steps of {step}")
    there = f"There {_are(terms.years, 'tax year')} with {_count(terms.year_length, 'step')} of work {'each' if terms.years > 1 else 'in it'}."
    lines = [f"{_count(game.workers, 'worker')} earn incomes; a planner, {seat_name(0)}, sets the income tax. {there}"]
    if len(edges) == 1:
        lines.append("The tax has one rate for all yearly income.")
    else:
        inside = "Each has a rate, which is paid on the part of an income that lies inside the bracket, and on no other part."
        lines.append(f"The tax has {len(edges)} brackets of yearly income: {listed(_spans(edges))}. {inside}")
    lines.append(_law_words(game))
    if game.ballot != "none":
        lines.append(_vote_words(game))
    income = "Income is what an hour of the worker's earns, times the hours."
    lines.append(f"In each step all workers choose at once how many hours a week they work, {hours}. {income}")
    if game.spending == "rebate":
        lines.append("All taxes are paid back at once, the same sum to every worker: the rebate.")
    else:
        worth = "as much as" if game.good_value == 1 else f"{number(game.good_value)} times"
        lines.append(f"Taxes are spent on a public good, which is worth to every worker {worth} the tax paid a head.")
    lines.append(_utility_words(game))
    if game.satisfaction:
        lines.append(
            "In each step workers also say whether they are satisfied with the tax. Who is not feels gains half as much and losses half as much again."
        )
    if seat is None:
        lines.append(f"The planner wants much welfare: {_aim(game)}.")
        return "\n".join(lines)
    if seat == 0:
        lines.append(f"You are {seat_name(0)}, the planner. You know the workers' skills, but not who has which, and after each step all incomes.")
        lines.append(f"Your score of a step is welfare: {_aim(game)}.")
        lines.append("Workers answer your tax with their hours: who keeps less of an hour's income works less.")
    else:
        lines.append(f"You are {seat_name(seat)}, a worker. You do not know what others earn or how long they work.")
    lines.append("What counts is the mean of your score over all steps.")
    return "\n".join(lines)


def _law_words(game: Economist) -> str:
    terms = game.terms
    if terms.control == "rates":
        every = "the" if len(game.edges) == 1 else "every"
        return f"At the beginning of each year the planner sets {every} rate, from 0% to 100% in steps of {terms.rate_step} points."
    most = LARGEST_CHANGE // terms.rate_step * terms.rate_step
    return (
        f"In the first year every rate is {game.start_rate}%. At the beginning of each further year the planner may move every rate up or down, "
        f"by up to {most} points in steps of {terms.rate_step} points; rates stay from 0% to 100%."
    )


def _vote_words(game: Economist) -> str:
    how = {
        "plurality": "Each votes for one of them, and the one with the most votes is law; ties are drawn by lot.",
        "approval": "Each approves of as many as it likes, and the one with the most approvals is law; ties are drawn by lot.",
        "condorcet": "Each grades them from 0 to 10. A law that a majority grades above any other one is law; where there is none, chance decides between "
        "those that no other beats on balance.",
    }[game.ballot]
    standing = f", and those of at most {_count(game.candidates, 'worker')} who stand (drawn by lot if more do)" if game.candidates else ""
    return f"What the planner sets is only a proposal: the workers vote. On the ballot are the present law, the planner's{standing}. {how}"


def _utility_words(game: Economist) -> str:
    tastes = game.tastes
    power, longest = number(tastes.power), game.longest
    examples = [hours for hours in (20, 40, 60, 80) if hours < longest] + [longest]
    effort = listed(f"{money(float(tastes.effort(hours)))} at {hours} hours" for hours in examples)
    spent = "what is left of the income after tax" + (", with the rebate" if game.spending == "rebate" else "")
    cost = f"effort costs {tastes.cost:.4g} times the hours{'' if tastes.power == 1 else f' to the power {power}'}: {effort}"
    good = " plus the worth of the public good" if game.spending == "public_good" else ""
    if not tastes.curvature:
        return f"A worker's utility of a step is {spent}{good}, minus effort; {cost}."
    share = number(1 - tastes.curvature)
    return f"A worker's utility of a step is (s^{share} - 1) / {share}{good}, minus effort. Here s is {spent}; {cost.replace('$', '')}."


def _aim(game: Economist) -> str:
    return _AIMS[game.terms.objective].format(aversion=number(game.aversion))


# -- what happens ----------------------------------------------------------------------------------------------------------


def population(game: Economist, skills: Sequence[float]) -> str:
    """Tell the planner who there is."""
    earns = "Skills (what an hour a week earns in a year)"
    if len(skills) <= _LISTED:
        return f"{earns}: {listed(map(money, skills))}."
    shares = (0, 10, 25, 50, 75, 90, 100)
    found = np.percentile(skills, shares)
    return f"{earns} of the {len(skills)} workers: lowest {money(found[0])}, {_quantiles(shares[1:-1], found[1:-1])}, highest {money(found[-1])}."


def _quantiles(shares: Sequence[int], values: Iterable[float]) -> str:
    return ", ".join(f"{share}% have at most {money(value)}" for share, value in zip(shares, values, strict=True))


def introduction(game: Economist, skill: float, wants: str, persona: str) -> str:
    """Tell a worker who it is and what it wants."""
    full = min(40, game.longest)
    words = [
        *([persona] if persona else []),
        f"Each hour a week that you work earns you {money(skill)} a year; with {full} hours your income is {money(full * skill)}.",
    ]
    if wants == "altruist":
        words.append(f"You do not care for your own utility. Your score of a step is welfare: {_aim(game)}.")
    elif wants == "adversary":
        words.append(f"You do not care for your own utility. Your score of a step is minus welfare, so you want it low; welfare is {_aim(game)}.")
    else:
        words.append("Your score of a step is your utility.")
    return " ".join(words)


def law(game: Economist, year: int, rates: Sequence[float]) -> str:
    """Proclaim a year's schedule."""
    return f"Tax year {year + 1} of {game.terms.years}: the tax is {_rates(game.edges, rates)}."


def worked(game: Economist, facts: dict[str, Any], wants: str) -> str:
    """Tell a worker how a step went."""
    left = facts["income"] - facts["tax"] + (facts["rebate"] if game.spending == "rebate" else 0)
    back = "the rebate" if game.spending == "rebate" else "the tax paid a head"
    scale = "" if game.tastes.curvature else "$"
    score = money(facts["utility"]) if scale else number(facts["utility"])
    said = "" if facts.get("satisfied", True) else " You were not satisfied."
    means = {"own": "utility", "altruist": "score, welfare,", "adversary": "score, minus welfare,"}[wants]
    return (
        f"You worked {number(facts['hours'])} hours and earned {money(facts['income'])}; tax {money(facts['tax'])}, {back} {money(facts['rebate'])}, "
        f"so you could spend {money(left)}.{said} Your {means} was {score}."
    )


def economy(game: Economist, facts: dict[str, Any]) -> str:
    """Tell the planner how a step went."""
    incomes, edges = np.array(facts["incomes"]), game.edges
    ends = np.bincount(Schedule.of(edges, [0] * len(edges)).bracket(incomes), minlength=len(edges))
    spans = listed(f"{count} {span}" for count, span in zip(ends.tolist(), _spans(edges), strict=True))
    where = "" if len(edges) == 1 else f" Workers by income: {spans}."
    shown = (lambda amount: number(round(amount, 3))) if game.tastes.curvature or game.terms.objective == "raw_sum" else money
    said = f" Satisfied: {facts['satisfied']} of {game.workers}." if "satisfied" in facts else ""
    return (
        f"Mean income {money(facts['mean_income'])}, median {money(float(np.median(incomes)))}, tax paid a head {money(facts['rebate'])}, "
        f"Gini index of spending {facts['gini']:.3f}.{where}{said} Welfare was {shown(facts['welfare'])}."
    )


def ballot(game: Economist, laws: Mapping[str, Sequence[float]], seats: Mapping[str, int]) -> str:
    """Tell what may be voted for."""
    whose = {line: f"{line}{f' ({seat_name(seats[line])})' if line in seats else ''}" for line in laws}
    return "On the ballot: " + "; ".join(f"{whose[line]}: {_rates(game.edges, rates)}" for line, rates in laws.items()) + "."


def voted(cast: Mapping[str, Any]) -> str:
    """Tell a worker how it voted."""
    if "for" in cast:
        return f"You voted for {cast['for']}."
    if all(isinstance(value, str) for value in cast.values()):
        return f"You approved of {listed(line for line, value in cast.items() if value == 'yes')}."
    return f"Your grades: {listed(f'{line} {value}' for line, value in cast.items())}."


def election(game: Economist, winner: str, support: Mapping[str, int]) -> str:
    """Tell how the vote went."""
    what = {"plurality": "Votes", "approval": "Approvals", "condorcet": "Others that each beats by majority"}[game.ballot]
    return f"{what}: {listed(f'{line} {number}' for line, number in support.items())}. {winner} is law."


# -- what is asked ---------------------------------------------------------------------------------------------------------


def planner_request(state: EconomistState) -> str:
    """Ask for the law of a year, with what came of those before it."""
    game, by_vote = state.game, state.game.ballot != "none"
    verb = f"{'propose' if by_vote else 'set'} the rates" if game.terms.control == "rates" else f"{'propose to ' if by_vote else ''}change the rates"
    shown = (lambda amount: number(round(amount, 3))) if game.tastes.curvature or game.terms.objective == "raw_sum" else money
    lines = [f"Tax year {state.year + 1} of {game.terms.years} begins; it is yours to {verb}."]
    if game.terms.control == "changes" or by_vote:
        lines.append(f"The tax now is {_rates(game.edges, state.rates)}.")
    best: dict[tuple[int, ...], list[float]] = {}
    for step in state.history:
        best.setdefault(tuple(step["rates"]), []).append(step["welfare"])
    ranked = sorted(best.items(), key=lambda item: -float(np.mean(item[1])))[:5]
    if ranked:
        lines.append("Mean welfare under the taxes tried so far, best first:")
        lines += [f"- {_rates(game.edges, rates)}: {shown(float(np.mean(found)))}" for rates, found in ranked]
    return "\n".join(lines)


def stand_request(state: EconomistState) -> str:
    """Ask whether a worker stands."""
    now = _rates(state.game.edges, state.rates)
    return f"Tax year {state.year + 1} of {state.game.terms.years} begins with a vote. The present law is {now}. Do you stand with a law of your own?"


def vote_request(state: EconomistState) -> str:
    """Ask for a vote."""
    how = {"plurality": "Which law do you vote for?", "approval": "Which laws do you approve of?", "condorcet": "How do you grade the laws?"}[state.game.ballot]
    return f"The vote on the law of tax year {state.year + 1} of {state.game.terms.years}. {how}"


def worker_request(state: EconomistState) -> str:
    """Ask for hours."""
    game = state.game
    length = game.terms.year_length
    step = f", step {state.step + 1} of {length}" if length > 1 else ""
    also = " Are you satisfied with the tax?" if game.satisfaction else ""
    return f"Tax year {state.year + 1} of {game.terms.years}{step}. The tax is {_rates(game.edges, state.rates)}. How many hours a week do you work?{also}"


def _count(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 's'}"


def _are(many: int, what: str) -> str:
    return f"{'is' if many == 1 else 'are'} {_count(many, what)}"
