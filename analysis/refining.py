"""What planning took: success, steps of the environment, queries and tokens of episodes, with and without refinement (ReAd, arXiv 2405.14314, section 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..arena.record import Decision, Episode, advance
from ..arena.report.summary import Estimate
from ..errors import LudensError
from ..games.core import State
from ..games.registry import make
from .resample import student_interval

__all__ = ["FIGURES", "Counts", "counts", "means", "paired"]

_FACTS = ("success", "soups")


class Counts(NamedTuple):
    """One episode.

    Attributes:
        success: 1 where the task was completed, else 0.
        steps: steps of the environment until then; all that there were where it was not.
        queries: how often the planner was asked until then, answers that could not be read among them.
        tokens: of those queries, prompts and replies; 0 for planners without a model.
        rejected: of the queries, proposals that the critic sent back.
        capped: decisions whose budget was used up.
        first, played: mean scores of the first proposals and of those that were played; NaN without a critic.
        earned: what a seat of the team had earned by then.
    """

    success: float
    steps: float
    queries: float
    tokens: float
    rejected: float
    capped: float
    first: float
    played: float
    earned: float


FIGURES = ("success", "steps", "queries", "tokens", "rejected", "capped", "first", "played", "earned")


def counts(episode: Episode, goal: int = 1) -> Counts:
    """Count what an episode of the game ``joint`` took.

    Args:
        episode: of a task that is completed (the robots') or of a kitchen.
        goal: soups that complete a kitchen; what comes after them is not counted.

    Raises:
        LudensError: the outcome tells neither ``success`` nor ``soups``.
        RecordError: the episode is of other rules than those installed.
    """
    facts = episode.outcome
    if "success" in facts:
        return _counted(episode.decisions, float(facts["success"]), float(facts["steps"]), episode.returns[0])
    if "soups" not in facts:
        raise LudensError(f"episode {episode.id} of {episode.game}: its outcome should tell one of {', '.join(_FACTS)}, and the steps it took")
    state: State = make(episode.game, **episode.params).start(episode.seed)
    used: list[Decision] = []
    for turn in episode.moves():
        advance(state, turn)
        used += turn.values()
        if state.outcome["soups"] >= goal:
            break
    return _counted(used, float(state.outcome["soups"] >= goal), float(state.outcome["steps"]), state.returns[0])


def _counted(decisions: Sequence[Decision], success: float, steps: float, earned: float) -> Counts:
    queries = tokens = rejected = capped = 0
    first, played = list[float](), list[float]()
    for decision in decisions:
        scores, threshold = _scores(decision)
        queries += len(decision.calls) or len(scores) or 1
        tokens += sum(call.usage.prompt_tokens + call.usage.completion_tokens for call in decision.calls)
        rejected += sum(score <= threshold for score in scores)
        capped += bool(scores) and max(scores) <= threshold
        first += scores[:1]
        played += [max(scores)] if scores and max(scores) <= threshold else scores[-1:]
    begun, ended = (float(np.mean(scores)) if scores else float("nan") for scores in (first, played))
    return Counts(success, steps, queries, tokens, rejected, capped, begun, ended, earned)


def _scores(decision: Decision) -> tuple[list[float], float]:
    """Read the scores of a refined player's proposals, and its threshold, out of its note."""
    try:
        note = json.loads(decision.note or "")
        return [float(proposal["score"]) for proposal in note["proposals"]], float(note["threshold"])
    except (ValueError, TypeError, KeyError):
        return [], 0.0  # the note of some other player


def means(found: Sequence[Counts], *, level: float = 0.95) -> dict[str, Estimate]:
    """Average every figure over episodes, each with a Student interval."""
    return {name: student_interval([getattr(one, name) for one in found], level=level) for name in FIGURES}


def paired(one: Sequence[Counts], other: Sequence[Counts], *, level: float = 0.95) -> dict[str, Estimate]:
    """Average the differences ``one - other`` of episodes with the same seeds, in the same order, each with a Student interval."""
    return {name: student_interval([getattr(a, name) - getattr(b, name) for a, b in zip(one, other, strict=True)], level=level) for name in FIGURES}
