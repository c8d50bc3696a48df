"""The same tournament by both engines of vLLM, from the command line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from tiny_models import make_llama

from ludens.arena import Run
from ludens.cli import main

pytestmark = pytest.mark.vllm


@pytest.mark.parametrize("engine", ["vllm", "vllm_server"])
def test_a_tournament_is_played(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("vllm") is None:
        pytest.skip("vLLM is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    # its rules alone are longer, in a vocabulary of a few hundred tokens, than what most tiny checkpoints can take
    place = make_llama(tmp_path / "tiny", context=8192)
    words = ["game=prisoners_dilemma", "players=[language,fair]", "progress=false", "bootstrap=20", "name=first", "move_seconds=900"]
    model = [f"model={engine}", f"model.model={place}", "model.name=tiny", "model.options.max_batch=16", "model.options.engine_args.enforce_eager=true"]
    assert main(["tournament", *words, *model]) == 0
    assert "Leaderboard" in capsys.readouterr().out
    with Run.open(tmp_path / "runs" / "first") as run:
        assert all(match.done and match.error is None for match in run.matches())
        episodes = list(run.episodes())
    own = [decision for episode in episodes for decision in episode.decisions if decision.calls]
    assert own
    # a random model plays legal moves: the schema sees to it
    assert {decision.status for decision in own} == {"ok"}
    assert all(call.text for decision in own for call in decision.calls)
