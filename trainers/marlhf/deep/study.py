"""One repetition: every mix of data, every learner, and what each policy is worth; and the tables of many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ....analysis.resample import student_interval
from ....arena.report.findings import Findings
from ....arena.report.summary import Cell, DataTable, Estimate
from ....arena.seeds import child_rng, child_seed
from ....games.core import Game
from ..data import MIXES
from .config import Config
from .data import Compared, compare, ranges
from .experts import Experts
from .gap import measure
from .keeping import keep_policy
from .offline import imitate, learn_policy
from .rewards import Learned, learn
from .worlds import Policy, policy_of

__all__ = ["COVERAGE", "COVERAGE_TITLE", "VARIANTS", "findings", "repetition"]

VARIANTS = ("imitation", "all", "no reference", "no time", "no pessimism")
"""What is learned: the reference alone; with everything; and with one part left out: the imitated reference, the regulariser along time, pessimism."""
_PLAIN = 0.1
"""The temperature without an imitated reference: what a higher one would keep to is random play."""
_ALWAYS = VARIANTS[:3]
_PARTS = {"imitation": "learning at all", "no reference": "reference", "no time": "time", "no pessimism": "pessimism"}

COVERAGE = (("single", "unilateral"), ("mix-expert", "mix-unilateral"), ("pure-expert", "mix-unilateral"), ("pure-expert", "unilateral"))
"""Pairs of mixes whose gaps are compared: without and with unilateral coverage."""

COVERAGE_TITLE = "What unilateral coverage saves"

Row = Mapping[str, Any]


def repetition(
    experts: Experts, config: Config, seed: int, *, known: Collection[tuple[str, str]] = (), given: Compared | None = None, place: Path | None = None
) -> Iterator[Row]:
    """Learn from every mix by every learner; give a row for each policy that is not known yet: mix, variant, and what was measured.

    What is drawn depends on the seed and the mix, and for the measures on the seed alone, so that policies meet the same games.

    Args:
        experts: the game and who plays it best.
        config: how.
        seed: of this repetition.
        known: mixes and variants of rows that are not wanted again.
        given: the data, where they were recorded.
        place: a folder for what is learned with everything, as players by mix; None for none.
    """
    world = experts.world
    scale = ranges(world, experts.policy, child_rng(seed, "ranges"))
    reply = config.practising(world.horizon, config.reply_steps)

    def row(mix: str, variant: str, policy: Policy, learned: Learned | None = None) -> Row:
        found = measure(experts, policy, reply, child_seed(seed, "measure"), games=config.games)
        told = {} if learned is None else {name: getattr(learned, name) for name in ("accuracy", "fit", "roughness")}
        return {"mix": mix, "variant": variant, "return": float(found.returns.mean()), "gap": float(found.gains.sum()), **told}

    if ("", "expert") not in known:
        yield row("", "expert", experts.policy)
    for mix in config.data:
        wanted = [variant for variant in (VARIANTS if mix in config.ablated else _ALWAYS) if (mix, variant) not in known]
        if not wanted:
            continue
        rng = child_rng(seed, "pairs", mix)
        data = given or compare(world, experts.policy, MIXES[mix], config.pairs, rng, scale=scale, steepness=config.steepness)
        reference = imitate(world, data.play, child_rng(seed, "imitate", mix), steps=config.imitation_steps, hidden=config.hidden)
        fitted: dict[float, Learned] = {}
        for variant in wanted:
            if variant == "imitation":
                yield row(mix, variant, policy_of(reference))
                continue
            alpha = 0.0 if variant == "no time" else config.alpha
            if alpha not in fitted:
                rng = child_rng(seed, "rewards", mix)
                fitted[alpha] = learn(data, world.options, rng, alpha=alpha, members=config.members, steps=config.reward_steps, hidden=config.reward_hidden)
            learned = fitted[alpha]
            lowered = learned.rewards - (0.0 if variant == "no pessimism" else config.pessimism) * learned.widths
            policy = learn_policy(
                world,
                data.play,
                lowered,
                None if variant == "no reference" else reference,
                child_rng(seed, "policy", mix),
                learner=config.learner,
                temperature=_PLAIN if variant == "no reference" else config.temperature,
                discount=config.discount,
                steps=config.policy_steps,
                hidden=config.hidden,
            )
            if place is not None and variant == "all":
                rng = child_rng(seed, "keep", mix)
                keep_policy(world, data.play, policy, place / mix, rng, hidden=config.hidden, steps=config.imitation_steps)
            yield row(mix, variant, policy, learned)


def findings(game: Game, config: Config, repetitions: Sequence[Sequence[Row]]) -> Findings:
    """Lay out gaps, returns and reward models by mix, and what coverage and each part are worth, seed by seed."""

    def column(mix: str, variant: str, what: str) -> np.ndarray:
        return np.array([next(row[what] for row in rows if (row["mix"], row["variant"]) == (mix, variant)) for rows in repetitions])

    def cells(mix: str, what: str) -> Iterator[Cell]:
        for variant in VARIANTS:
            known = variant in _ALWAYS or mix in config.ablated
            yield student_interval(column(mix, variant, what)) if known else None

    def measured(what: str) -> tuple[tuple[Cell, ...], ...]:
        return tuple((mix, *cells(mix, what)) for mix in config.data)

    def saved(one: str, other: str, variant: str) -> Estimate:
        return student_interval(column(one, variant, "gap") - column(other, variant, "gap"))

    def without(mix: str, variant: str) -> Estimate | None:
        known = variant in _ALWAYS or mix in config.ablated
        return student_interval(column(mix, variant, "gap") - column(mix, "all", "gap")) if known else None

    expert = {what: student_interval(column("", "expert", what)) for what in ("gap", "return")}
    models: list[tuple[Cell, ...]] = [
        (mix, variant, *(student_interval(column(mix, variant, what)) for what in ("accuracy", "fit", "roughness")))
        for mix in config.data
        for variant in (("all", "no time") if mix in config.ablated else ("all",))
    ]
    coverage: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{one} less {other}", *(saved(one, other, variant) for variant in _ALWAYS)) for one, other in COVERAGE if one in config.data and other in config.data
    )
    parts: tuple[tuple[Cell, ...], ...] = tuple((mix, *(without(mix, variant) for variant in _PARTS)) for mix in config.data)
    source = f"answers of {config.recorded}" if config.recorded else f"{config.pairs} comparisons a mix"
    return Findings(
        kind="marlhf",
        title="Equilibria out of preferences",
        about=f"{game.label}: {config.seeds} repetitions, {source}. The expert earns {expert['return'].value:.2f} a seat, and its own gap is "
        f"{expert['gap'].value:.2f}.",
        tables=(
            DataTable("Nash gap", "What the seats could gain alone, added up, by the best reply that training finds.", ("data", *VARIANTS), measured("gap")),
            DataTable("Return", "What a seat earns a game when all follow the policy.", ("data", *VARIANTS), measured("return")),
            *([DataTable(COVERAGE_TITLE, "Difference of gaps, seed by seed.", ("data", *_ALWAYS), coverage)] if coverage else []),
            DataTable(
                "What each part saves",
                "Gap without it less gap with all, seed by seed; without learning at all, the gap of imitation.",
                ("data", *_PARTS.values()),
                parts,
            ),
            DataTable(
                "Rewards",
                "Share of held-out answers got right; correlation with the true reward, step by step; mean squared jump from step to step over the variance.",
                ("data", "learned with", "accuracy", "correlation", "roughness"),
                tuple(models),
            ),
        ),
        notes=(
            "Replies are found by training from the expert, so gaps are lower bounds, up to chance.",
            "Experts are the same in all repetitions: networks cloned from scripted players and improved by proximal policy optimisation.",
        ),
    )
