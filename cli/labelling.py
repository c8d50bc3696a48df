"""``ludens label``: which of two episodes is better, said by people, by a language model, or by what was earned."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import LudensError
from .words import console, pairs, run_folder

if TYPE_CHECKING:
    from ..arena.labels import Label, Pair, Side
    from ..arena.record import Episode
    from ..arena.store import Run

__all__ = ["KEYS", "label"]

RATERS = ("page", "terminal", "model", "returns")
KEYS = ("run", "by", "answers", "pairs", "seed", "seat", "question", "rater", "model", "scale", "out")
_ANSWERS = {"1": 1.0, "2": 0.0, "0": 0.5}


class _Asked(NamedTuple):
    """What is asked: of which pairs, with their episodes; and whose play is judged, where it is one seat's."""

    pairs: Sequence[Pair]
    episodes: Mapping[Side, Episode]
    question: str
    seat: int | None


def label(words: list[str]) -> int:
    """Ask which of two episodes is better, and keep the answers in the first run's folder."""
    from ..arena.labels import FILE, add_labels, choose_pairs, read_labels
    from ..arena.store import Run

    names = [word.partition("=")[2] for word in words if word.startswith("run=")]
    given = pairs(words, KEYS, required=("run",))
    if len(names) > 2:
        raise LudensError(f"run=... is given {len(names)} times; a pair is of one run or of two")
    by = given.get("by", "page")
    if by not in RATERS:
        raise LudensError(f"by={by} should be one of: {', '.join(RATERS)}")
    with ExitStack() as stack:
        runs = [stack.enter_context(Run.open(run_folder(name))) for name in dict.fromkeys(names)]
        path = Path(given["out"]) if "out" in given and by != "page" else runs[0].path / FILE
        if "answers" in given:
            return _say(add_labels(path, _known(read_labels(Path(given["answers"])), runs)), path)
        chosen = choose_pairs(runs, _whole(given, "pairs", 20, least=1), _whole(given, "seed", 0))
        episodes = {side: run.episode(side.episode) for run in runs for pair in chosen for side in pair if side.run == run.name}
        seat = _whole(given, "seat", 0) if "seat" in given else None
        seats = min(len(episode.seats) for episode in episodes.values())
        if seat is not None and seat >= seats:
            raise LudensError(f"seat={seat} should be below {seats}: the games have {seats} seats")
        question = given.get("question") or (f"In which game did player_{seat} play better?" if seat is not None else "In which game did they play better?")
        asked = _Asked(chosen, episodes, question, seat)
        if by == "page":
            _write_page(asked, given, names, Path(given.get("out", runs[0].path / "label.html")))
            return 0
        rate = {"terminal": _in_terminal, "model": _by_model, "returns": _by_returns}[by]
        # each answer is kept as it comes
        return _say(sum(add_labels(path, [answer]) for answer in rate(asked, given)), path)


def _say(fresh: int, path: Path) -> int:
    print(f"{fresh} new {'answer' if fresh == 1 else 'answers'}: {path}")
    return 0


def _whole(given: Mapping[str, str], key: str, default: int, least: int = 0) -> int:
    text = given.get(key, str(default))
    if not text.isdecimal() or int(text) < least:
        raise LudensError(f"{key}={text} should be a whole number, {least} or more")
    return int(text)


def _known(labels: Sequence[Label], runs: Sequence[Run]) -> Sequence[Label]:
    """Check that answers are about episodes of these runs."""
    there = {run.name: run.finished() for run in runs}
    for one in labels:
        for side in (one.first, one.second):
            if side.episode not in there.get(side.run, ()):
                raise LudensError(f"an answer is about episode {side.episode!r} of run {side.run!r}, which is none of {', '.join(there)}")
    return labels


def _write_page(asked: _Asked, given: Mapping[str, str], names: Sequence[str], out: Path) -> None:
    from ..arena.report.pairs import render_pairs
    from .reading import write_page

    command = f"ludens label {' '.join(f'run={name}' for name in names)} answers=labels.jsonl"
    write_page(out, render_pairs(asked.pairs, asked.episodes, asked.question, seat=asked.seat, rater=given.get("rater", ""), command=command))
    print(f"{len(asked.pairs)} pairs; bring the answers in with  {command}")


def _in_terminal(asked: _Asked, given: Mapping[str, str]) -> Iterator[Label]:
    """Show pair after pair; Ctrl-D ends, and what was answered counts."""
    from ..arena.labels import Label
    from ..arena.report import print_replay
    from ..arena.report.pairs import blinded

    rater, out = given.get("rater") or getpass.getuser(), console()
    for number, pair in enumerate(asked.pairs, 1):
        for place, side in zip(("first", "second"), pair, strict=True):
            out.print(f"\npair {number} of {len(asked.pairs)}: the {place} game", style="bold")
            print_replay(blinded(asked.episodes[side]), out)
        answer = ""
        while answer not in _ANSWERS:
            try:
                answer = input(f"\n{asked.question}  1 the first, 2 the second, 0 neither, Ctrl-D to stop: ").strip()
            except EOFError:
                print()
                return
        yield Label(*pair, _ANSWERS[answer], rater, asked.seat, asked.question)


def _by_model(asked: _Asked, given: Mapping[str, str]) -> list[Label]:
    """Ask a language model, in both orders."""
    from ..arena.labels import Label
    from ..arena.report.pairs import blinded, in_words
    from ..conf.resolve import model_of
    from ..trainers.preferences import ModelJudge

    if "model" not in given:
        raise LudensError("by=model asks a language model; name it: model=...")
    spec = model_of(given["model"])
    judge = ModelJudge(spec.build(), f"Each answer is the record of a game. {asked.question}")
    told = {side: in_words(blinded(episode)) for side, episode in asked.episodes.items()}
    rules = blinded(asked.episodes[asked.pairs[0].first]).rules

    async def all_pairs() -> list[Any]:
        return await asyncio.gather(*(judge.judge([told[pair.first]], [told[pair.second]], rules) for pair in asked.pairs))

    tables = asyncio.run(all_pairs())
    rater = given.get("rater") or spec.name
    labels = [Label(*pair, float(table[0, 0]), rater, asked.seat, asked.question) for pair, table in zip(asked.pairs, tables, strict=True)]
    if judge.unreadable:
        print(f"{judge.unreadable} of {judge.asked} replies could not be read and count as ties")
    return labels


def _by_returns(asked: _Asked, given: Mapping[str, str]) -> list[Label]:
    """Simulate a rater: Bradley and Terry's model on what the seat, or the mean seat, earned."""
    import numpy as np

    from ..arena.labels import Label
    from ..arena.seeds import child_rng
    from ..trainers.preferences import ScorePreference

    try:
        scale = float(given.get("scale", "1"))
    except ValueError:
        scale = float("nan")
    if not 0 < scale < float("inf"):
        raise LudensError(f"scale={given['scale']} should be a number above 0, in the game's units")

    def earned(episode: Episode, context: object) -> float:
        return float(np.mean(episode.returns) if asked.seat is None else episode.returns[asked.seat])

    oracle, rng = ScorePreference(earned, "logistic", scale), child_rng(_whole(given, "seed", 0), "answers")
    drawn = (float(rng.random() < oracle(asked.episodes[pair.first], asked.episodes[pair.second])) for pair in asked.pairs)
    return [
        Label(*pair, answer, given.get("rater") or f"returns/{scale:g}", asked.seat, asked.question) for pair, answer in zip(asked.pairs, drawn, strict=True)
    ]
