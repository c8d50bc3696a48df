"""The commands that the page on real weights shows are commands that the command line takes."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from ludens.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "real-weights.md"
SHOWN = [line.removeprefix("$ ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("$ ludens ")]


def test_there_are_some():
    assert len(SHOWN) > 5


@pytest.mark.parametrize("line", SHOWN)
def test_it_is_understood(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)[1:]
    assert main([*words, *([] if "--dry-run" in words else ["--dry-run"])]) == 0, capsys.readouterr().err
    assert "US dollars" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
