"""A tournament from the command line, end to end: complete, resumed, forecast, and with a server that fails three requests out of ten."""

import json
import urllib.request
from pathlib import Path

import pytest

from ludens.arena import Run, prompts
from ludens.cli import main
from ludens.llm.testserver import server_process

FAULTS = "429:0.06,500:0.06,503:0.04,drop:0.05,malformed:0.04,empty:0.03,truncate:0.02"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def tournament(*words):
    return main(["tournament", "progress=false", "bootstrap=20", *words])


def test_plays_reports_and_resumes(capsys):
    words = ("games=[prisoners_dilemma,ultimatum]", "players=[fair,greedy,random]", "name=first")
    assert tournament(*words) == 0
    printed = capsys.readouterr()
    assert "Leaderboard" in printed.out
    assert "complete: 24 matches, 24 of them played now" in printed.err
    page = Path("runs/first/report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "prisoners_dilemma-v0" in page
    assert tournament(*words) == 0
    assert "complete: 24 matches, 0 of them played now" in capsys.readouterr().err


def test_the_same_command_finds_its_run_by_itself(capsys):
    words = ("game=stag_hunt", "players=[tit_for_tat,grim]")
    assert tournament(*words) == 0
    first = [path.name for path in Path("runs").iterdir()]
    assert tournament(*words) == 0
    assert [path.name for path in Path("runs").iterdir()] == first
    assert tournament(*words, "seed=1") == 0
    assert len(list(Path("runs").iterdir())) == 2
    capsys.readouterr()


def test_another_configuration_under_the_same_name_is_refused(capsys):
    assert tournament("game=stag_hunt", "players=[tit_for_tat,grim]", "name=mine") == 0
    capsys.readouterr()
    assert tournament("game=chicken", "players=[tit_for_tat,grim]", "name=mine") == 2
    said = capsys.readouterr().err.strip()
    assert "was made with another configuration: games" in said
    assert len(said.splitlines()) == 1


def test_dry_run_forecasts_and_leaves_nothing(capsys):
    assert tournament("games=[negotiation,dictator]", "players=[fair,language,tit_for_tat]", "model=openai_api", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "US dollars" in out
    assert "left out" in out  # tit_for_tat plays neither
    assert not Path("runs").exists()


def test_a_psro_plan_plays_what_joining_needs_and_is_analysed(capsys):
    words = ("game=prisoners_dilemma", "game.rounds=3", "players=[random,defector,tit_for_tat]", "tournament=psro", "plan.replicates=2", "name=grown")
    assert tournament(*words) == 0
    assert tournament(*words) == 0
    assert "0 of them played now" in capsys.readouterr().err
    assert main(["analyse", "psro", "run=grown"]) == 0
    said = capsys.readouterr().out
    assert "as it was played" in said
    assert "defector" in said
    assert tournament("games=[prisoners_dilemma,chicken]", "players=[random,defector]", "tournament=psro") == 2
    assert "one game" in capsys.readouterr().err


@pytest.mark.parametrize("plan", ["swiss", "adaptive"])
def test_other_plans(plan, capsys):
    words = ("game=prisoners_dilemma", "game.rounds=5", "players=[tit_for_tat,grim,random,defector]", f"tournament={plan}", "plan.rounds=2", "plan.matches=12")
    assert tournament(*words, f"name={plan}") == 0
    capsys.readouterr()
    with Run.open(f"runs/{plan}") as run:
        matches = run.matches()
    assert all(match.done for match in matches)
    assert len(matches) == (16 if plan == "swiss" else 12)


def test_sweeps_make_a_run_each(capsys):
    assert tournament("-m", "game=stag_hunt,chicken", "seed=1,2", "players=[tit_for_tat,grim]") == 0
    capsys.readouterr()
    assert len([path for path in Path("runs").iterdir() if path.is_dir()]) == 4


def test_a_sweep_that_is_only_forecast_leaves_nothing(capsys):
    assert tournament("-m", "game=stag_hunt,chicken", "players=[tit_for_tat,grim]", "--dry-run") == 0
    assert "chicken" in capsys.readouterr().out
    assert list(Path().iterdir()) == []


def test_a_key_that_is_not_set_is_told_before_a_folder_is_made(capsys, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert tournament("game=dictator", "players=[language,random]", "model=openai_api") == 2
    assert "set the environment variable OPENAI_API_KEY" in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.parametrize("retries", [12, 1])
def test_with_three_requests_in_ten_failing_everything_is_accounted_for(retries, capsys):
    with server_process("--faults", FAULTS, "--seed", "5") as url:
        model = ("model=local_server", "model.model=m", f"model.base_url={url}", f"model.max_retries={retries}", "model.backoff={first:0.001,most:0.01}")
        assert tournament("games=[ultimatum,haggling]", "players=[fair,language,language_cot]", *model, "name=faulty", "plan.replicates=6") == 0
        with urllib.request.urlopen(url.removesuffix("/v1") + "/stats") as answer:
            served = json.load(answer)
    printed = capsys.readouterr()
    assert "complete: " in printed.err
    with Run.open("runs/faulty") as run:
        assert all(match.done and match.error is None for match in run.matches())
        table, totals, faults = run.seat_table(), run.totals(), run.faults()
        calls = [call for episode in run.episodes() for _, call, _ in prompts(episode)]
        statuses = [decision.status for episode in run.episodes() for decision in episode.decisions]
    failed = sum(count for kind, count in served["faults"].items() if kind != "ok")
    assert failed > 0.2 * served["requests"]
    answered = [call for call in calls if call.text is not None]
    lost = [call for call in calls if call.text is None]
    # every request the server saw is either an answer we hold, a try that we retried, or a last try that was lost
    assert served["requests"] - failed == len(answered) == totals["replies"]
    assert failed == sum(len(call.retries) for call in answered) + (retries + 1) * len(lost)
    assert totals["failures"] == len(lost)
    assert len([fault for _, fault in faults if fault.kind == "no_reply"]) == len(lost)
    assert statuses.count("defaulted") >= len(lost)
    assert int(table["defaulted"].sum()) == statuses.count("defaulted")
    if retries == 1:
        assert lost
        assert "no_reply" in printed.out or "no reply" in printed.out
    else:
        assert not lost
