"""Positions of :class:`~ludens.games.economist.game.Economist`: a law for the year, then steps of work.

Observations in numbers, all from 0 to 1. A worker's: share of the years and of the year's steps gone, rates, then the logarithms (of one plus the
amount, as a share of that of the highest income) of its full-time income, last income, last tax and last rebate, and its last hours. The planner's: the
same two shares, rates, shares of workers by bracket, shares of income by bracket, the logarithm of mean income, and the Gini index of consumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ..actions import ActionSpec, Move
from ..core import NotSupported, State
from ..domains import Acts
from . import text
from .cues import planner_cues, worker_cues
from .dealing import dealt
from .economy import Year
from .election import PLANNERS_LAW, PRESENT_LAW, ballot_domain, count, duties, lines_of, supports
from .game import PLANNER, Economist
from .personas import draw_persona
from .schedule import Floats, Schedule, paid_in_brackets
from .setups import FULL_TIME
from .welfare import gini

__all__ = ["UNSATISFIED", "EconomistState"]

UNSATISFIED = 0.5
"""Share of a utility's size that a worker who is not satisfied does not feel (Karten et al. 2025 multiply by it, which makes losses smaller)."""
_KINDS = ("own", "altruist", "adversary")


class EconomistState(State):
    """A position; worker ``i`` of the arrays sits at seat ``i + 1``.

    Attributes:
        skills: shape (workers,).
        wants: per worker ``"own"``, ``"altruist"`` or ``"adversary"``.
        personas: per worker who it is, in words; empty without personas.
        rates: of the current law, in percent.
        year, step: from 0: the tax year, and how many of its steps have been worked.
        phase: ``"law"`` (the planner sets it, or laws are proposed), ``"vote"`` or ``"work"``.
        proposals: where there is a vote, the laws on the ballot, by line, in percent.
        supporters: per worker, whether it voted for the law in force; empty without a vote.
        elections: what was voted, and how supporters and others fared in the year.
        hours: shape (workers,): of the last step worked, zeros before the first.
        history: per step worked, its rates in percent, welfare, mean income, Gini index of consumption and mean utility.
    """

    game: Economist

    def __init__(self, game: Economist, seed: int) -> None:
        super().__init__(game, seed)
        self.skills: Floats = game.drawn(self.rng)
        wants = ["altruist"] * game.altruists + ["adversary"] * game.adversaries
        wants += ["own"] * (game.workers - len(wants))
        self.wants = [wants[index] for index in self.rng.permutation(game.workers)] if game.altruists or game.adversaries else wants
        self.personas = [draw_persona(self.rng).words for _ in range(game.workers)] if game.personas else []
        self.rates = [game.start_rate] * len(game.edges)
        self.year = self.step = 0
        self.hours = np.zeros(game.workers)
        self.history: list[dict[str, Any]] = []
        self.proposals: dict[str, list[int]] = {}
        self.supporters: list[bool] = []
        self.elections: list[dict[str, Any]] = []
        self.phase = "law"
        self._introduce()
        if game.terms.control == "rates":
            self._open()
        else:
            self._proclaim()

    # -- who is told what --------------------------------------------------------------------------------------------

    def _introduce(self) -> None:
        skills = np.sort(self.skills).tolist()
        self.emit("population", text.population(self.game, skills), data={"skills": skills}, to=(PLANNER,))
        for index, skill in enumerate(self.skills.tolist()):
            persona = self.personas[index] if self.personas else ""
            words = text.introduction(self.game, skill, self.wants[index], persona)
            self.emit("skill", words, seat=index + 1, data={"skill": skill, "wants": self.wants[index], "persona": persona}, to=(index + 1,))

    def _open(self) -> None:
        """Begin a year: laws are set or proposed."""
        self.phase = "law"
        self.to_move = (PLANNER,) if self.game.ballot == "none" else tuple(range(self.game.seats))

    def _proclaim(self) -> None:
        self.phase = "work"
        self.to_move = tuple(range(1, self.game.seats))
        self.emit("law", text.law(self.game, self.year, self.rates), seat=PLANNER, data={"year": self.year, "rates": list(self.rates)})

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        game, laws = self.game, self.game.law(tuple(self.rates))
        if seat == PLANNER:
            return ActionSpec(laws, about=text.brackets_named(game))
        if game.ballot == "none":
            return ActionSpec(game.work)
        if self.phase == "law":
            return ActionSpec(Acts.of({"stand": laws, "pass": None}), about=text.brackets_named(game))
        if self.phase == "vote":
            return ActionSpec(Acts.of({"vote": ballot_domain(game, tuple(self.proposals))}))
        return ActionSpec(Acts.of({"work": duties(game, laws).record("work")}))

    def request(self, seat: int) -> str:
        if seat == PLANNER:
            words, cues = text.planner_request(self), planner_cues(self) if self.game.cues else []
        else:
            words = {"law": text.stand_request, "vote": text.vote_request, "work": text.worker_request}[self.phase](self)
            cues = worker_cues(self, seat) if self.game.cues and self.phase == "work" else []
        return "\n".join([words, *cues])

    def default_move(self, seat: int) -> Move:
        """Leave rates as they are; do not stand, vote for the present law; work as in the last step, at first full time."""
        game = self.game
        if seat == PLANNER:
            staying = self.rates if game.terms.control == "rates" else [0] * len(self.rates)
            return Move({name: value for (name, _), value in zip(game.law(tuple(self.rates)).fields, staying, strict=True)})
        if self.phase == "law":
            return Move({"act": "pass"})
        if self.phase == "vote":
            graded = {line: (10 if game.ballot == "condorcet" else "yes") if line == PRESENT_LAW else (0 if game.ballot == "condorcet" else "no")
                      for line in lines_of(game.candidates)}  # fmt: skip
            return Move({"act": "vote", **({"for": PRESENT_LAW} if game.ballot == "plurality" else graded)})
        step = game.terms.hours_step
        worked = float(self.hours[seat - 1]) if self.history else min(FULL_TIME, game.longest)
        hours = int(worked // step * step) if step else worked
        choice = {"hours": hours, **({"satisfied": "yes"} if game.satisfaction else {})}
        if game.ballot != "none":
            return Move({"act": "work", **choice})
        return Move(choice if game.satisfaction else hours)

    # -- a move ------------------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        if self.phase == "law":
            proposed = self._law_of(moves[PLANNER].choice)
            if self.game.ballot == "none":
                self.rates = proposed
                self._proclaim()
            else:
                self._call_vote(proposed, {seat: moves[seat].choice for seat in range(1, self.game.seats) if moves[seat].choice["act"] == "stand"})
            return
        if self.phase == "vote":
            self._count([moves[seat].choice for seat in range(1, self.game.seats)])
            return
        choices = [moves[seat].choice for seat in range(1, self.game.seats)]
        self.hours = np.array([choice["hours"] if isinstance(choice, dict) else choice for choice in choices], np.float64)
        self._work([not self.game.satisfaction or choice["satisfied"] == "yes" for choice in choices])
        self.step += 1
        if self.step == self.game.terms.year_length:
            self.year, self.step = self.year + 1, 0
            if self.year == self.game.terms.years:
                self.to_move = ()
            else:
                self._open()

    def _law_of(self, choice: Mapping[str, Any]) -> list[int]:
        """Turn a choice of rates, or of changes, into rates in percent."""
        values = [choice[name] for name, _ in self.game.law(tuple(self.rates)).fields]
        return values if self.game.terms.control == "rates" else [rate + change for rate, change in zip(self.rates, values, strict=True)]

    def _call_vote(self, proposed: list[int], standing: Mapping[int, Mapping[str, Any]]) -> None:
        """Make up the ballot: the present law, the planner's, and those of workers who stand, by lot where they are many."""
        seats, places = sorted(standing), self.game.candidates
        if len(seats) > places:
            seats = sorted(self.rng.choice(seats, size=places, replace=False).tolist())
        self.proposals = {PRESENT_LAW: list(self.rates), PLANNERS_LAW: proposed}
        named = {PLANNERS_LAW: PLANNER}
        for line, seat in zip(lines_of(places)[2:], seats, strict=False):
            self.proposals[line], named[line] = self._law_of(standing[seat]), seat
        self.emit("ballot", text.ballot(self.game, self.proposals, named), data={"laws": dict(self.proposals), "seats": named})
        self.phase, self.to_move = "vote", tuple(range(1, self.game.seats))

    def _count(self, votes: list[dict[str, Any]]) -> None:
        winner, support = count(self.game, tuple(self.proposals), votes, self.rng)
        self.supporters = [supports(self.game, vote, winner) for vote in votes]
        for index, vote in enumerate(votes):
            cast = {name: value for name, value in vote.items() if name != "act" and (name == "for" or name in self.proposals)}
            self.emit("vote", text.voted(cast), seat=index + 1, data=cast, to=(index + 1,))
        self.rates = list(self.proposals[winner])
        self.elections.append({"winner": winner, "supporters": sum(self.supporters), "supporters_utility": 0.0, "others_utility": 0.0})
        self.emit("election", text.election(self.game, winner, support), data={"winner": winner, "support": support})
        self.proposals = {}
        self._proclaim()

    def _work(self, satisfied: list[bool]) -> None:
        game = self.game
        year = game.economy(self.skills).settle(self.hours, game.edges, np.array(self.rates) / 100)
        welfare = float(game.aim.of(year))
        felt = [self._felt(index, float(utility), welfare, satisfied[index]) for index, utility in enumerate(year.utility)]
        self.rewards = [worth / game.steps for worth in (welfare, *felt)]
        if self.supporters:
            for name, chosen in (("supporters_utility", True), ("others_utility", False)):
                side = [float(utility) for utility, supporter in zip(year.utility, self.supporters, strict=True) if supporter == chosen]
                self.elections[-1][name] += (sum(side) / len(side) if side else 0.0) / game.terms.year_length
        for index, worth in enumerate(felt):
            facts = {
                "hours": float(year.hours[index]),
                "income": float(year.income[index]),
                "tax": float(year.tax[index]),
                "rebate": float(year.rebate),
                "utility": worth,
            }
            if game.satisfaction:
                facts["satisfied"] = satisfied[index]
            if self.wants[index] != "own":
                facts["welfare"] = welfare
            self.emit("work", text.worked(game, facts, self.wants[index]), seat=index + 1, data=facts, to=(index + 1,))
        self._report(year, welfare, satisfied)

    def _felt(self, index: int, utility: float, welfare: float, satisfied: bool) -> float:
        worth = {"own": utility, "altruist": welfare, "adversary": -welfare}[self.wants[index]]
        return worth if satisfied else worth - UNSATISFIED * abs(worth)

    def _report(self, year: Year, welfare: float, satisfied: list[bool]) -> None:
        facts: dict[str, Any] = {
            "welfare": welfare,
            "mean_income": float(year.income.mean()),
            "gini": float(gini(year.consumption)),
            "mean_utility": float(year.utility.mean()),
        }
        self.history.append({"rates": list(self.rates), **facts})
        told = {**facts, "rebate": float(year.rebate), "incomes": np.sort(year.income).tolist()}
        if self.game.satisfaction:
            told["satisfied"] = sum(satisfied)
        self.emit("economy", text.economy(self.game, told), data=told, to=(PLANNER,))

    # -- hidden information ------------------------------------------------------------------------------------------

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Deal the lives of the workers that ``seat`` does not know (skill, kind, what each did and earned) to their seats anew.

        All that ``seat`` was told is a sum over them, so it cannot tell. Raises NotSupported where there is at most one of them: then nothing can be dealt.
        """
        unknown = [index for index in range(self.game.workers) if index + 1 != seat]
        if len(unknown) < 2:
            raise NotSupported(f"{self.game.made_as}: with {self.game.workers} workers nothing that is hidden from seat {seat} can be drawn anew")
        twin = self.with_fresh_chance(rng)
        source = list(range(self.game.workers))
        for index, other in zip(unknown, rng.permutation(unknown).tolist(), strict=True):
            source[index] = other
        seats = [PLANNER, *(other + 1 for other in source)]
        now_at = {old: new for new, old in enumerate(seats)}
        twin.skills, twin.hours = self.skills[source], self.hours[source]
        twin.wants = [self.wants[other] for other in source]
        twin.personas = [self.personas[other] for other in source] if self.personas else []
        twin.supporters = [self.supporters[other] for other in source] if self.supporters else []
        twin.rewards, twin.returns = ([earned[old] for old in seats] for earned in (self.rewards, self.returns))
        twin.events = dealt(self.events, now_at)
        twin._seen = [[event for event in twin.events if event.visible_to is None or other in event.visible_to] for other in range(self.game.seats)]
        twin._keys = [None] * self.game.seats
        return twin

    # -- in numbers --------------------------------------------------------------------------------------------------

    def _told_last(self, seat: int, kind: str) -> dict[str, Any]:
        """Give the data of the last event of a kind that a seat has seen; empty before the first."""
        return next((event.data for event in reversed(self._seen[seat]) if event.kind == kind), {})

    def data(self, seat: int) -> dict[str, np.ndarray]:
        """Give ``observation``, and what bots reckon with: ``rates`` (K,), parts of one; ``skill`` (1,), or all ``skills`` and last ``incomes``, sorted."""
        game, rates = self.game, np.array(self.rates) / 100
        gone = [self.year / game.terms.years, self.step / game.terms.year_length]

        def scaled(amounts: Any) -> Floats:
            return np.clip(np.log1p(np.asarray(amounts, np.float64)) / np.log1p(game.most_income), 0, 1)

        if seat != PLANNER:
            last, skill = self._told_last(seat, "work"), float(self.skills[seat - 1])
            amounts = scaled([skill * min(FULL_TIME, game.longest), last.get("income", 0), last.get("tax", 0), max(last.get("rebate", 0), 0)])
            row = np.concatenate([gone[:2], rates, amounts[:3], [last.get("hours", 0) / game.longest]])
            return {"observation": row.astype(np.float32), "rates": rates, "skill": np.array([skill])}
        last = self._told_last(seat, "economy")
        incomes = np.array(last.get("incomes", [0.0] * game.workers))
        ends = np.bincount(Schedule.of(game.edges, rates).bracket(incomes), minlength=rates.size) / game.workers if last else np.zeros(rates.size)
        held = paid_in_brackets(incomes, game.edges).sum(axis=0) / max(incomes.sum(), 1e-12)
        row = np.concatenate([gone, rates, ends, held, [float(scaled(incomes.mean())), last.get("gini", 0.0)]])
        return {"observation": np.clip(row, 0, 1).astype(np.float32), "rates": rates, "skills": np.sort(self.skills), "incomes": incomes}

    @property
    def roles(self) -> tuple[str | None, ...]:
        return ("planner", *["worker"] * self.game.workers)

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record: means over the steps worked (welfare, income, Gini, utility), the last law in percent, welfare by year, and elections."""
        if not self.history:
            return {"steps": 0}
        length = self.game.terms.year_length
        welfare = [step["welfare"] for step in self.history]
        means = {name: float(np.mean([step[name] for step in self.history])) for name in ("welfare", "mean_income", "gini", "mean_utility")}
        by_year = [float(np.mean(welfare[start : start + length])) for start in range(0, len(welfare), length)]
        facts = {"steps": len(welfare), **means, "rates": self.history[-1]["rates"], "welfare_by_year": by_year}
        return {**facts, **({"elections": self.elections} if self.game.ballot != "none" else {})}
