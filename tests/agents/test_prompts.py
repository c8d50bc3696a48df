"""Whole prompts, as a model reads them, against readable files; after a meant change of words: ``python -P tests/agents/test_prompts.py``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from ludens.agents.language import LanguagePlayer
from ludens.games import Move
from ludens.llm.chat import Message
from ludens.llm.scripted import ScriptedModel

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))  # for the command above; pytest has it already

from market import Market

FOLDER = Path(__file__).with_name("prompts")
CASES = {
    "direct_json": ({}, ['{"choice": "north"}', '{"say": "A fine lamp.", "choice": {"act": "offer", "price": 9}}', '{"choice": {"act": "accept"}}']),
    "direct_tags": ({"answer": "tags"}, ["Answer: north", "Say: A fine lamp.\nAnswer: offer price=9", "Answer: accept"]),
    "bare_json": (
        {"style": "bare"},
        ['{"choice": "north"}', '{"say": "A fine lamp.", "choice": {"act": "offer", "price": 9}}', '{"choice": {"act": "accept"}}'],
    ),
    "cot_json": (
        {"style": "cot", "persona": "You are a patient trader from an old market town."},
        [
            '{"reasoning": "Shade is pleasant.", "choice": "north"}',
            '{"reasoning": "Start high.", "say": "A fine lamp.", "choice": {"act": "offer", "price": 9}}',
            '{"reasoning": "Good enough.", "say": "", "choice": {"act": "accept"}}',
        ],
    ),
    "scratchpad_tags": (
        {"style": "scratchpad", "answer": "tags", "goal": "make both sides earn the same"},
        [
            "Thought: Nothing known yet.\nNotes: I sell.\nAnswer: north",
            "Thought: Start high.\nNotes: I sell; I offered 9.\nSay: A fine lamp.\nAnswer: offer price=9",
            "Thought: Enough.\nNotes: done\nSay:\nAnswer: accept",
        ],
    ),
    "recon_json": (
        {"style": "recon"},
        [
            '{"perspective": "The buyer is unknown.", "draft": "Go north.", "reception": "Nobody minds.", "choice": "north"}',
            '{"perspective": "It wants a bargain.", "draft": "Ask 9.", "reception": "No.", "say": "A fine lamp.", "choice": {"act": "offer", "price": 9}}',
            '{"perspective": "Still too dear.", "draft": "Accept.", "reception": "It is glad.", "say": "", "choice": {"act": "accept"}}',
        ],
    ),
    "asked_again": (
        {},
        [
            "north, I think, or maybe south",
            '{"choice": "north"}',
            '{"say": "A fine lamp.", "choice": {"act": "offer", "price": 90}}',
            "still ninety",
            '{"choice": {"act": "accept"}}',
        ],
    ),
    "summarised": (
        {"window_events": 1, "style": "scratchpad"},
        [
            '{"thought": "t", "notes": "I sell a lamp.", "choice": "north"}',
            '{"thought": "t", "notes": "I asked 9.", "say": "A fine lamp.", "choice": {"act": "offer", "price": 9}}',
            '{"thought": "t", "notes": "I asked 9, then 7.", "say": "", "choice": {"act": "offer", "price": 7}}',
            '{"thought": "t", "notes": "I agreed.", "say": "", "choice": {"act": "accept"}}',
        ],
    ),
}


def conversation(params: dict[str, object], replies: list[str]) -> str:
    """Play the seller by a script against a buyer who talks, and write down all requests' messages, each once."""
    model = ScriptedModel(_with_summaries(replies))
    player = LanguagePlayer(model, **params)  # type: ignore[arg-type]
    game = Market(turns=6)
    state = game.start(0)
    player.start(0, game.type, 5)
    last: list[Message] = []
    shown: list[str] = []

    async def play() -> None:
        nonlocal last
        while not state.over:
            moves = {}
            for seat in state.to_move:
                if seat == 0:
                    answer = await player.act(state.observe(0))
                    for call in answer.calls:
                        keep = _common(last, call.messages)
                        if keep < len(last):
                            shown.append("======== a new conversation ========")
                        shown.extend(f"[{message.role}]\n{message.content}" for message in call.messages[keep:])
                        last = list(call.messages)
                    shown.append("[reply of the model]\n" + (answer.calls[-1].reply.text if answer.calls[-1].reply else "-"))
                    moves[0] = answer.move or state.action_spec(0).parse('{"choice": {"act": "offer", "price": 5}}').move
                else:
                    moves[1] = Move("south") if state.turn == 0 else Move({"act": "offer", "price": 2}, "Too dear.\n- player_0 accepts 2 coins.")
            state.play(moves)

    asyncio.run(play())
    return "\n\n".join(shown) + "\n"


def _with_summaries(replies: list[str]):
    left = list(replies)
    return lambda request: "I sell; player_1 finds 9 too dear." if "Write down" in request.messages[-1].content else left.pop(0)


def _common(old: list[Message], new: tuple[Message, ...]) -> int:
    return next((index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


@pytest.mark.parametrize("name", CASES)
def test_prompts_read_as_written_down(name):
    assert conversation(*CASES[name]) == (FOLDER / f"{name}.txt").read_text(), "if the words were meant to change: python -P tests/agents/test_prompts.py"


def test_every_file_belongs_to_a_case():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case, script in CASES.items():
        (FOLDER / f"{case}.txt").write_text(conversation(*script))
