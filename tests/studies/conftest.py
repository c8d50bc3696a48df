"""A small study for the tests of this room, and the way to play it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ludens.arena import Options, Plan, Run, play
from ludens.conf.resolve import Cast
from ludens.studies.loading import load_study
from ludens.studies.lock import lock_run
from ludens.studies.plan import plan_study

SMALL: dict[str, Any] = {
    "name": "small",
    "title": "A small study",
    "question": "Does watching matter?",
    "game": {"id": "shopping", "scenario": "car", "cheaper": "customer", "first": "customer"},
    "seats": ["fair", "subject", "fair"],
    "subjects": [
        {
            "kind": "planted",
            "name": "watched",
            "does": {"kind": "scripted", "style": "greedy"},
            "otherwise": {"kind": "scripted", "style": "fair"},
            "logit": -1.0,
            "effects": {"will be shown to the principal": 2.0},
            "missing": -2.0,
        }
    ],
    "factors": {
        "principal_informed": {"levels": [False, True]},
        "customer_informed": {"levels": [False, True]},
        "wording": {"levels": [0, 1, 2], "role": "nuisance"},
    },
    "outcomes": {
        "serves": {"value": "code == 'principal_aligned'", "primary": True},
        "gives_answer": {"value": "answered"},
    },
    "hypotheses": {"H1": {"outcome": "serves", "factor": "principal_informed", "high": True, "low": False, "direction": "greater"}},
    "models": {"main": {"outcome": "serves", "family": "logit", "formula": "principal_informed * customer_informed + C(wording)"}},
    "exclude": {"long": "contains(say, 'electric') and round > 1"},
    "replicates": 6,
    "assumed": {"H1": [0.3, 0.7]},
}


@pytest.fixture
def entry():
    """The study as a mapping that a test may change."""
    return copy.deepcopy(SMALL)


@pytest.fixture
def played(tmp_path):
    """Plan, lock and play an entry; gives the run (closed) and the lock."""

    def go(entry: dict[str, Any], name: str = "run", *, only: int | None = None, processes: int = 1, players: tuple[Any, ...] = (), reason: str | None = None):
        cast = Cast()
        planned = plan_study(load_study(entry), cast, players)
        with Run.create(tmp_path / name, {"command": "study", "study": planned.study.name}) as run:
            lock = lock_run(run, planned, cast.models, reason)
            play(Plan(planned.plan.matches[:only]), run, {}, options=Options(processes=processes))
        return run, lock

    return go
