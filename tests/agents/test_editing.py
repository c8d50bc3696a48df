"""The line editor of the extra ``human``: it reads, completes, and works inside a running event loop."""

import asyncio
import io

import pytest

pytest.importorskip("prompt_toolkit")

from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ludens.agents.editing import LineEditor


def typed(text: str, words: tuple[str, ...] = ()) -> str:
    with create_pipe_input() as keys:
        keys.send_text(text)
        return LineEditor(input=keys, output=DummyOutput()).ask("Your answer: ", words)


def test_a_line_is_read_and_edited():
    assert typed("defect\n") == "defect"
    assert typed("defact\x7f\x7f\x7fect\n") == "defect"


def test_ends_are_told():
    with pytest.raises(EOFError):
        typed("\x04")
    with pytest.raises(KeyboardInterrupt):
        typed("\x03")


async def test_it_works_inside_an_event_loop():
    assert typed("accept\n", ("accept", "reject")) == "accept"
    await asyncio.sleep(0)


def test_it_is_not_used_where_nobody_can_type(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("accept"))
    assert not LineEditor.usable()
