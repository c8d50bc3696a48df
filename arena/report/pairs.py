"""The page that asks people which of two episodes is better, pair by pair, side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..labels import Pair, Side
from ..record import Episode
from .pages import render_page
from .summary import Transcript
from .transcript import transcribe

__all__ = ["blinded", "in_words", "render_pairs"]

_HERE = Path(__file__).parent
_LONGEST_TEXT = 6_000


def blinded(episode: Episode) -> Transcript:
    """Make a transcript that says neither who played nor what they earned, nor what they thought: what a rater should judge is the play."""
    transcript = transcribe(episode, max_text=_LONGEST_TEXT)
    lines = tuple(line if line.answer is None else replace(line, answer=replace(line.answer, note="", exchanges=(), mark="")) for line in transcript.lines)
    return replace(transcript, seats=("",) * len(transcript.seats), returns=(), outcome=(), lines=lines)


def in_words(transcript: Transcript) -> str:
    """Write what happened, turn by turn, a line an event, for a rater that reads."""
    lines, turn = [], -1
    for line in transcript.lines:
        if line.turn != turn and line.turn >= 0:
            lines.append(f"[turn {line.turn + 1}]")
        turn = line.turn
        text = line.text or (line.answer.choice if line.answer else "")
        if text:
            lines.append(text if line.seat is None else f"player_{line.seat} says: {text}" if line.speech else f"player_{line.seat}: {text}")
    return "\n".join(lines)


def render_pairs(pairs: Sequence[Pair], episodes: Mapping[Side, Episode], question: str, *, seat: int | None = None, rater: str = "", command: str = "") -> str:
    """Render the pairs as one HTML page that needs no network and gives the answers as a file.

    Args:
        pairs: what is asked.
        episodes: of the pairs.
        question: asked of each.
        seat: whose play is judged, where it is one seat's.
        rater: who answers, where that is known.
        command: that takes the file of answers.
    """
    sides = list(dict.fromkeys(side for pair in pairs for side in pair))
    asked = [
        {"transcripts": [sides.index(pair.first), sides.index(pair.second)], "first": pair.first._asdict(), "second": pair.second._asdict()} for pair in pairs
    ]
    key = hashlib.blake2b(json.dumps([asked, question, seat]).encode(), digest_size=8).hexdigest()
    return render_page(
        _HERE / "pairs.html",
        (_HERE / "pairs.css").read_text("utf-8"),
        script=(_HERE / "pairs.js").read_text("utf-8"),
        transcripts=[blinded(episodes[side]) for side in sides],
        data={"pairs": asked, "question": question, "seat": seat, "key": f"ludens-{key}"},
        question=question,
        count=len(pairs),
        rater=rater,
        command=command,
    )
