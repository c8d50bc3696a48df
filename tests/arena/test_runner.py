from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import event

from ludens import make
from ludens.agents import PlayerSpec, player_kind
from ludens.arena import Adaptive, Limits, Options, Plan, Run, StoreError, Swiss, play, play_async, round_robin, spending_of
from ludens.arena.forecast import dry_run
from ludens.arena.progress import Moments, RichProgress, Tally, duration, facts, money
from ludens.errors import LudensError
from ludens.llm.chat import ModelFailure, Reply, Request, Usage
from ludens.llm.pricing import Price
from ludens.llm.scripted import SchemaModel, ScriptedModel
from ludens.llm.spec import ModelSpec

DILEMMA = make("prisoners_dilemma", rounds=4)
SCRIPTED = [PlayerSpec.of("tit_for_tat"), PlayerSpec.of("random"), PlayerSpec.of("grim")]
TALKERS = [PlayerSpec.of("language", name="a", model="m"), PlayerSpec.of("language", name="b", model="m", style="cot"), PlayerSpec.of("random")]
HERE = Options(processes=1)

HELPERS = '''
import os
import time

from ludens.agents import BasePlayer
from ludens.agents.simple import RandomPlayer


class Dying(RandomPlayer):
    """Takes its whole process down."""

    def act(self, observation):
        os._exit(7)


class Endless(BasePlayer):
    def act(self, observation):
        while True:
            pass
'''


class Quiet:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def begin(self, tally: Tally) -> None:
        self.seen.append("begin")

    def update(self, tally: Tally) -> None:
        self.seen.append(facts(tally))

    def say(self, text: str) -> None:
        self.seen.append(text)

    def end(self, tally: Tally) -> None:
        self.seen.append("end")


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "arena_helpers.py").write_text(HELPERS)
    monkeypatch.syspath_prepend(str(folder))
    player_kind("arena_dying", "arena_helpers:Dying")
    player_kind("arena_endless", "arena_helpers:Endless")


def test_one_process_equals_many(tmp_path: Path, stored: Any) -> None:
    plan = round_robin([DILEMMA, make("ultimatum")], SCRIPTED, replicates=5)
    for processes in (1, 2):
        with Run.create(tmp_path / str(processes)) as run:
            summary = play(plan, run, options=Options(processes=processes))
        assert summary.complete
        assert summary.played == len(plan)
    assert stored(tmp_path / "1") == stored(tmp_path / "2")


def test_a_complete_run_plays_nothing_again(tmp_path: Path, stored: Any) -> None:
    plan = round_robin([DILEMMA], SCRIPTED)
    progress = Quiet()
    with Run.create(tmp_path / "run") as run:
        play(plan, run, options=HERE, progress=progress)
        before = stored(tmp_path / "run")
        again = play(plan, run, options=HERE)
        assert (again.played, again.before, again.complete) == (0, len(plan), True)
        assert stored(tmp_path / "run") == before
        more = play(plan + round_robin([DILEMMA], SCRIPTED, replicates=2), run, options=HERE)
        assert (more.before, more.played) == (len(plan), len(plan))
    assert progress.seen[0] == "begin"
    assert progress.seen[-1] == "end"
    assert len(progress.seen) == len(plan) + 2


@pytest.mark.parametrize("schedule", [Swiss((DILEMMA,), tuple(SCRIPTED), rounds=3), Adaptive((DILEMMA,), tuple(SCRIPTED), matches=20)])
def test_schedules_are_extended_and_resumed(tmp_path: Path, stored: Any, schedule: Any) -> None:
    with Run.create(tmp_path / "whole") as run:
        summary = play(schedule, run, options=HERE)
    assert summary.complete
    assert summary.played == summary.planned
    with Run.create(tmp_path / "halved") as run:
        first = Plan(schedule.due({})[:1])
        play(first, run, options=HERE)
        play(schedule, run, options=HERE)
        run.note(excluded=[], description=schedule.description)
    assert stored(tmp_path / "halved") == stored(tmp_path / "whole")


def test_models_and_scripts_together_with_every_reply_accounted_for(tmp_path: Path) -> None:
    price = Price(1.0, 2.0)
    model = SchemaModel("m", price=price)
    plan = round_robin([DILEMMA, make("negotiation")], TALKERS, replicates=2)
    with Run.create(tmp_path / "run") as run:
        summary = play(plan, run, {"m": model}, options=Options(in_flight=3, processes=1))
        totals = run.totals()
        assert totals["requests"] == totals["replies"] == summary.replies == totals["priced"]
        assert totals["paid"] == pytest.approx(totals["cost"]) == pytest.approx(summary.cost)
        assert totals["paid_tokens"] == totals["prompt_tokens"] + totals["completion_tokens"] == summary.tokens
        usage = Usage(int(totals["prompt_tokens"]), int(totals["completion_tokens"]))
        assert totals["cost"] == pytest.approx(price.cost(usage))
        assert sum(episode.cost for episode in run.episodes()) == pytest.approx(totals["cost"])


def test_the_order_of_play_does_not_show(tmp_path: Path, stored: Any) -> None:
    plan = round_robin([DILEMMA], TALKERS, replicates=2)

    class Uneven(SchemaModel):
        async def one(self, request: Request) -> Reply:
            for _ in range(int(request.key("x")[:2], 16) % 7):
                await asyncio.sleep(0)
            return await super().one(request)

    for in_flight in (1, 50):
        with Run.create(tmp_path / str(in_flight)) as run:
            play(plan, run, {"m": (SchemaModel if in_flight == 1 else Uneven)("m")}, options=Options(in_flight=in_flight, processes=1))
    assert stored(tmp_path / "1") == stored(tmp_path / "50")


def test_no_more_episodes_are_in_flight_than_allowed(tmp_path: Path) -> None:
    now = most = 0

    async def answer(request: Request) -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return "Answer: cooperate"

    with Run.create(tmp_path / "run") as run:
        play(
            round_robin([DILEMMA], [TALKERS[0], SCRIPTED[0]], replicates=10), run, {"m": ScriptedModel(answer, "m")}, options=Options(in_flight=3, processes=1)
        )
    assert most == 3


def test_a_spent_budget_stops_and_more_money_goes_on(tmp_path: Path, stored: Any) -> None:
    plan = round_robin([DILEMMA], TALKERS, replicates=2)
    spec = ModelSpec.of({"model": "m", "name": "m", "engine": "schema", "price": {"prompt": 1.0, "completion": 1.0}, "sampling": {"max_tokens": 50}})
    with Run.create(tmp_path / "whole") as run:
        whole = play(plan, run, {"m": spec.build()}, options=HERE)
    with Run.create(tmp_path / "run") as run:
        spending = spending_of(run, whole.cost / 2, None)
        summary = play(plan, run, {"m": spec.build(spending=spending)}, options=HERE)
        assert not summary.complete
        assert "budget" in str(summary.stopped)
        assert "run the same again" in summary.line
        assert run.totals()["paid"] <= whole.cost / 2
        assert play(plan, run, {"m": spec.build(spending=spending_of(run, whole.cost / 2, None))}, options=HERE).replies == 0
        rest = play(plan, run, {"m": spec.build(spending=spending_of(run, whole.cost * 2, None))}, options=HERE)
        assert rest.complete
        assert run.totals()["paid"] == pytest.approx(whole.cost)
    assert stored(tmp_path / "run") == stored(tmp_path / "whole")


def test_a_refused_key_stops_whatever_the_player_does(tmp_path: Path) -> None:
    def refuse(request: Request) -> str:
        raise ModelFailure("the server refuses the key", ("401",), fatal=True)

    with Run.create(tmp_path / "run") as run:
        summary = play(round_robin([DILEMMA], TALKERS), run, {"m": ScriptedModel(refuse, "m")}, options=HERE)
        assert summary.stopped == "the server refuses the key"
        assert not summary.interrupted
        assert not run.finished() - {match.id for match in round_robin([DILEMMA], TALKERS) if all(player.sync for player in match.players)}


def test_failing_requests_are_losses_that_are_counted(tmp_path: Path) -> None:
    def sometimes(request: Request) -> str:
        if int(request.key("m")[:4], 16) % 10 < 3:
            raise ModelFailure("the server is down", ("500", "500", "500"))
        return "Answer: defect"

    plan = round_robin([DILEMMA], TALKERS, replicates=5)
    with Run.create(tmp_path / "run") as run:
        summary = play(plan, run, {"m": ScriptedModel(sometimes, "m")}, options=HERE)
        totals = run.totals()
        assert summary.complete
        assert totals["episodes"] == len(plan)
        assert totals["failures"] > 0
        assert totals["requests"] == totals["replies"] + totals["failures"]
        assert [fault.kind for _, fault in run.faults()].count("no_reply") == totals["failures"]
        assert totals["defaulted"] == totals["failures"], "each lost request costs one decision, which the policy makes"


def test_a_full_disk_stops_cleanly(tmp_path: Path) -> None:
    plan = round_robin([DILEMMA], TALKERS, replicates=10)
    with Run.create(tmp_path / "run") as run:
        begun = 0

        @event.listens_for(run.engine, "begin")
        def fill(connection: Any) -> None:
            nonlocal begun
            begun += 1
            if begun > 60:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StoreError, match="what was finished is kept"):
            play(plan, run, {"m": SchemaModel("m")}, options=Options(in_flight=4, processes=1))
        kept = run.finished()
    assert kept
    with Run.create(tmp_path / "run") as run:
        assert kept <= run.finished()
        summary = play(plan, run, {"m": SchemaModel("m")}, options=HERE)
        assert summary.complete
        assert summary.before == len(kept)


def test_a_process_that_dies_costs_only_its_own_match(tmp_path: Path, helpers: None) -> None:
    plan = round_robin([DILEMMA], [*SCRIPTED, PlayerSpec.of("arena_dying")])
    with Run.create(tmp_path / "run") as run:
        summary = play(plan, run, options=Options(processes=2))
        assert summary.complete
        assert summary.errors == 6
        lost = [match for match in run.matches() if match.error]
        assert all("process that played it died" in str(match.error) for match in lost)
        dying = PlayerSpec.of("arena_dying").hash
        assert {match.id for match in lost} == {match.id for match in run.matches() if dying in match.players}
        assert not run.seat_table()["valid"][run.seat_table()["player"] == dying].any()


def test_a_player_that_hangs_in_a_worker_is_stopped(tmp_path: Path, helpers: None) -> None:
    plan = round_robin([DILEMMA], [SCRIPTED[0], PlayerSpec.of("arena_endless")])
    with Run.create(tmp_path / "run") as run:
        summary = play(plan, run, options=Options(processes=2, limits=Limits(move_seconds=0.05, patience=2)))
        assert summary.complete
        assert [fault.kind for _, fault in run.faults()] == ["hung", "hung"] * len(plan)


def test_what_cannot_be_made_is_told_before_anything_is_played(tmp_path: Path) -> None:
    with Run.create(tmp_path / "run") as run:
        with pytest.raises(LudensError, match="plays by the model 'm'"):
            play(round_robin([DILEMMA], TALKERS), run)
        with pytest.raises(LudensError):
            play(round_robin([DILEMMA], [SCRIPTED[0], PlayerSpec.of("tit_for_tat", nonsense=1)]), run)
        assert run.matches() == []
        with pytest.raises(LudensError, match="in_flight=0"):
            Options(in_flight=0)


async def test_a_schedule_that_never_ends_is_refused(tmp_path: Path) -> None:
    class Stuck(Plan):
        def due(self, results: Any) -> Any:
            return self.matches

    with Run.create(tmp_path / "run") as run, pytest.raises(LudensError, match="asks for matches that are all played"):
        await play_async(Stuck(round_robin([DILEMMA], SCRIPTED).matches, "stuck"), run, options=HERE)


def test_dry_run_brackets_what_is_then_spent(tmp_path: Path) -> None:
    price = Price(1.0, 2.0)
    plan = round_robin([DILEMMA, make("ultimatum"), make("negotiation")], [*TALKERS, PlayerSpec.of("conceder")], replicates=4)
    forecast = dry_run(plan, prices={"m": price})
    assert forecast.matches == len(plan)
    assert forecast.done == 0
    assert sum(forecast.games.values()) == len(plan)
    assert forecast.excluded
    with Run.create(tmp_path / "run") as run:
        summary = play(plan, run, {"m": SchemaModel("m", price=price)}, options=HERE)
        totals = run.totals()
        assert forecast.requests.low <= totals["requests"] <= forecast.requests.high
        assert forecast.dollars is not None
        assert forecast.dollars.low <= summary.cost <= forecast.dollars.high
        assert forecast.prompt_tokens.low <= totals["prompt_tokens"] <= forecast.prompt_tokens.high
        rest = dry_run(plan + round_robin([DILEMMA, make("ultimatum")], TALKERS, replicates=8), run, {"m": price})
        assert rest.measured
        assert rest.done == len(plan)
        more = play(plan + round_robin([DILEMMA, make("ultimatum")], TALKERS, replicates=8), run, {"m": SchemaModel("m", price=price)}, options=HERE)
        assert rest.dollars is not None
        assert rest.dollars.value == pytest.approx(more.cost, rel=0.25), "from the run's own replies it is close"
    assert dry_run(plan).unpriced == ("m",)
    assert dry_run(plan).dollars is None
    assert dry_run(Swiss((DILEMMA,), tuple(SCRIPTED))).open_ended


def test_forecasts_have_intervals() -> None:
    moments = Moments()
    for value in (1.0, 2.0, 3.0, 2.0):
        moments.add(value)
    total = moments.total_of(10)
    assert total is not None
    assert total.value == pytest.approx(20.0)
    # variance 2/3 a match; ten more and the mean's own error: 2/3 * (10 + 100/4)
    assert total.high - total.value == pytest.approx(1.96 * (2 / 3 * 35) ** 0.5)
    assert Moments().total_of(3) is None
    tally = Tally(planned=10, replies=3, tokens=5, cost=0.5, faults=1, errors=1, stopping="x")
    for cost in (0.1, 0.2):
        tally.finished(1.0, cost, error=False, faults=0)
    assert "to go" in facts(tally)
    assert "stopping" in facts(tally)
    assert (duration(42), duration(185), duration(7800)) == ("42 s", "3:05 min", "2:10 h")
    assert (money(0), money(0.01234), money(12.3)) == ("$0.00", "$0.0123", "$12.30")


@pytest.mark.parametrize("terminal", [True, False])
def test_the_live_view_draws_what_there_is(tmp_path: Path, terminal: bool) -> None:
    screen = StringIO()
    view = RichProgress(Console(file=screen, force_terminal=terminal, width=200), every=0.0)
    plan = round_robin([DILEMMA], TALKERS)
    with Run.create(tmp_path / "run") as run:
        play(Plan(plan.matches[:2]), run, {"m": SchemaModel("m", price=Price(1, 1))}, options=HERE)
        play(plan, run, {"m": SchemaModel("m", price=Price(1, 1))}, options=HERE, progress=view)
    shown = screen.getvalue()
    assert "2 matches were played before" in shown
    assert "6/6" in shown
    assert "replies" in shown
    assert "$0.0" in shown


def test_memory_does_not_grow_with_the_number_of_episodes(tmp_path: Path) -> None:
    # the tasks under way are as many as may be in flight, however many matches there are
    counts: list[int] = []

    async def answer(request: Request) -> str:
        counts.append(len(asyncio.all_tasks()))
        return "Answer: cooperate"

    with Run.create(tmp_path / "run") as run:
        play(
            round_robin([DILEMMA], [TALKERS[0], SCRIPTED[0]], replicates=60), run, {"m": ScriptedModel(answer, "m")}, options=Options(in_flight=5, processes=1)
        )
    assert max(counts) <= 5 + 4  # and the runner's own few


def test_importing_the_arena_loads_nothing_heavy() -> None:
    code = (
        "import sys, ludens.arena; print([name for name in ('torch', 'transformers', 'openai', 'ray', 'scipy', 'pandas', 'networkx') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=os.sep, capture_output=True, text=True, check=True).stdout.strip() == "[]"
