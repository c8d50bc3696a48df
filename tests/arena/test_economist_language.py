"""A hundred language workers and a language planner, end to end: on the local test server, by schema and by script, resumed, forecast."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ludens.agents.player import PlayerSpec
from ludens.arena import Match, Options, Plan, Run, play, spending_of
from ludens.arena.forecast import dry_run
from ludens.games import make
from ludens.games.economist.game import PLANNER
from ludens.llm.chat import Request
from ludens.llm.pricing import Price
from ludens.llm.scripted import SchemaModel, ScriptedModel
from ludens.llm.spec import ModelSpec
from ludens.llm.testserver import server_process

HERE = Options(processes=1)
GAME = make("economist", workers=100, years=2, year_length=2)
TALKER, EXACT = PlayerSpec.of("language", model="m"), PlayerSpec.of("economist")
ALL = (TALKER,) * 101
MIXED = (TALKER,) * 51 + (EXACT,) * 50


def test_a_hundred_workers_and_a_planner_on_the_local_server(tmp_path: Path) -> None:
    with server_process() as url, Run.create(tmp_path / "run") as run:
        spec = ModelSpec.of({"model": "m", "name": "m", "engine": "local_server", "base_url": url})
        summary = play(Plan((Match(GAME, ALL, 0),)), run, {"m": spec.build()}, options=HERE)
        assert summary.complete
        assert summary.replies == 100 * 4 + 2
        (episode,) = run.episodes()
        assert {str(decision.status) for decision in episode.decisions} == {"ok"}
        assert episode.outcome["steps"] == 4


def test_a_run_that_stopped_goes_on_and_pays_nothing_twice(tmp_path: Path, stored: Any) -> None:
    plan = Plan(tuple(Match(GAME, seats, seed) for seed in range(2) for seats in (ALL, MIXED)))
    spec = ModelSpec.of({"model": "m", "name": "m", "engine": "schema", "price": {"prompt": 1.0, "completion": 1.0}, "sampling": {"max_tokens": 50}})
    forecast = dry_run(plan, prices={"m": Price(1.0, 1.0)})
    with Run.create(tmp_path / "whole") as run:
        whole = play(plan, run, {"m": spec.build()}, options=HERE)
        assert forecast.requests.low <= run.totals()["requests"] <= forecast.requests.high
        assert forecast.dollars is not None
        assert forecast.dollars.low <= whole.cost <= forecast.dollars.high
    with Run.create(tmp_path / "run") as run:
        assert not play(plan, run, {"m": spec.build(spending=spending_of(run, whole.cost / 2, None))}, options=HERE).complete
        assert play(plan, run, {"m": spec.build(spending=spending_of(run, whole.cost * 2, None))}, options=HERE).complete
        assert run.totals()["paid"] == pytest.approx(whole.cost)
    assert stored(tmp_path / "run") == stored(tmp_path / "whole")


def test_a_planner_by_script_reads_what_its_laws_brought(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        asked = request.messages[-1].content
        if "it is yours to set the rates" in asked:
            best = "best first" in asked
            return json.dumps({"choice": {"rate_1": 75 if best else 20, "rate_2": 55 if best else 20, "rate_3": 50 if best else 20}})
        return json.dumps({"choice": 40})

    game = make("economist", workers=4, years=2, year_length=1)
    with Run.create(tmp_path / "run") as run:
        play(Plan((Match(game, (TALKER, TALKER, EXACT, EXACT, EXACT), 0),)), run, {"m": ScriptedModel(answer, "m")}, options=HERE)
        (episode,) = run.episodes()
    laws = [decision.choice for decision in episode.decisions if decision.seat == PLANNER]
    assert [law["rate_1"] for law in laws] == [20, 75]
    assert episode.outcome["welfare_by_year"][1] > episode.outcome["welfare_by_year"][0]


def test_a_model_by_schema_votes_and_is_asked_nothing_else(tmp_path: Path) -> None:
    game = make("economist", workers=5, years=2, year_length=1, ballot="condorcet", satisfaction=True, personas=True)
    with Run.create(tmp_path / "run") as run:
        assert play(Plan((Match(game, (TALKER,) * 6, 0),)), run, {"m": SchemaModel("m")}, options=HERE).complete
        (episode,) = run.episodes()
    assert {decision.choice["act"] for decision in episode.decisions if decision.seat != PLANNER} <= {"work", "stand", "pass", "vote"}
    assert len(episode.outcome["elections"]) == 2
    assert all(decision.status == "ok" for decision in episode.decisions)
