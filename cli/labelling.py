"""``ludens label``: which of two episodes is better, said by people, by a language model, or by what was earned."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import LudensError
from .words import console, pairs, run_folder

if TYPE_CHECKING:
    from ..arena.labels import Label, Pair, Side
    from ..arena.record import Episode
    from ..arena.store import Run
    from ..llm.spec import ModelSpec

__all__ = ["KEYS", "label"]

KEYS = ("run", "by", "answers", "pairs", "seed", "seat", "question", "rater", "model", "scale", "out")
_TOGETHER = 16
"""Pairs that a language model is asked about at a time: so many answers are lost at most where it fails."""
_ANSWERS = {"1": 1.0, "2": 0.0, "0": 0.5}


class _Asked(NamedTuple):
    """What is asked, and of whom: of which pairs, with their episodes; and whose play is judged, where it is one seat's."""

    pairs: Sequence[Pair]
    episodes: Mapping[Side, Episode]
    question: str
    seat: int | None
    rater: str

    def label(self, pair: Pair, preference: float) -> Label:
        """Write an answer down."""
        from ..arena.labels import Label

        return Label(*pair, preference, self.rater, self.seat, self.question)


def label(words: list[str]) -> int:
    """Ask which of two episodes is better, and keep the answers in the first run's folder."""
    from ..arena.labels import FILE, add_labels, choose_pairs, read_labels
    from ..arena.store import Run

    names = [word.partition("=")[2] for word in words if word.startswith("run=")]
    given = pairs(words, KEYS, required=("run",))
    if len(names) > 2:
        raise LudensError(f"run=... is given {len(names)} times; a pair is of one run or of two")
    by = given.get("by", "page")
    if by not in _NAMES:
        raise LudensError(f"by={by} should be one of: {', '.join(_NAMES)}")
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
        asked = _Asked(chosen, episodes, question, seat, given.get("rater") or _NAMES[by](given))
        if by == "page":
            _write_page(asked, names, Path(given.get("out", runs[0].path / "label.html")))
            return 0
        # what the same rater has answered already is not asked again
        known = {answer.key for answer in (read_labels(path) if path.exists() else ())}
        asked = asked._replace(pairs=[pair for pair in chosen if asked.label(pair, 0.5).key not in known])
        return _say(sum(add_labels(path, answers) for answers in _RATERS[by](asked, given)), path)


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


def _write_page(asked: _Asked, names: Sequence[str], out: Path) -> None:
    from ..arena.report.pairs import render_pairs
    from .reading import write_page

    command = f"ludens label {' '.join(f'run={name}' for name in names)} answers=labels.jsonl"
    write_page(out, render_pairs(asked.pairs, asked.episodes, asked.question, seat=asked.seat, rater=asked.rater, command=command))
    print(f"{len(asked.pairs)} pairs; bring the answers in with  {command}")


# -- raters: they give answers as they come, some at a time, which are kept before they go on ---------------------------


def _in_terminal(asked: _Asked, given: Mapping[str, str]) -> Iterator[list[Label]]:
    """Show pair after pair; Ctrl-D ends, and what was answered counts."""
    from ..arena.report import print_replay
    from ..arena.report.pairs import blinded

    out = console()
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
        yield [asked.label(pair, _ANSWERS[answer])]


def _spec(given: Mapping[str, str]) -> ModelSpec:
    from ..conf.resolve import model_of

    if "model" not in given:
        raise LudensError("by=model asks a language model; name it: model=...")
    return model_of(given["model"])


def _by_model(asked: _Asked, given: Mapping[str, str]) -> Iterator[list[Label]]:
    """Ask a language model, in both orders."""
    from ..arena.report.pairs import blinded, in_words
    from ..trainers.preferences import ModelJudge

    spec, replies, unread = _spec(given), 0, 0

    async def some(pairs: Sequence[Pair]) -> tuple[list[Label], ModelJudge]:
        # a client of a server lives no longer than the event loop that made it
        model = spec.build()
        judge = ModelJudge(model, f"Each answer is the record of a game. {asked.question}")
        told = {side: blinded(asked.episodes[side]) for pair in pairs for side in pair}
        try:
            answers = [judge.judge([in_words(told[pair.first])], [in_words(told[pair.second])], told[pair.first].rules) for pair in pairs]
            tables = await asyncio.gather(*answers)
        finally:
            await model.close()
        return [asked.label(pair, float(table[0, 0])) for pair, table in zip(pairs, tables, strict=True)], judge

    for begin in range(0, len(asked.pairs), _TOGETHER):
        labels, judge = asyncio.run(some(asked.pairs[begin : begin + _TOGETHER]))
        replies, unread = replies + judge.asked, unread + judge.unreadable
        yield labels
    if unread:
        print(f"{unread} of {replies} replies could not be read and count as ties")


def _scale(given: Mapping[str, str]) -> float:
    try:
        scale = float(given.get("scale", "1"))
    except ValueError:
        scale = float("nan")
    if not 0 < scale < float("inf"):
        raise LudensError(f"scale={given['scale']} should be a number above 0, in the game's units")
    return scale


def _by_returns(asked: _Asked, given: Mapping[str, str]) -> Iterator[list[Label]]:
    """Simulate a rater: Bradley and Terry's model on what the seat, or the mean seat, earned."""
    import numpy as np

    from ..arena.seeds import child_rng
    from ..trainers.preferences import ScorePreference

    def earned(episode: Episode, context: object) -> float:
        return float(np.mean(episode.returns) if asked.seat is None else episode.returns[asked.seat])

    oracle, seed = ScorePreference(earned, "logistic", _scale(given)), _whole(given, "seed", 0)
    for pair in asked.pairs:
        # a pair's draw is its own, whichever pairs were answered before
        drawn = child_rng(seed, "answer", *pair.first, *pair.second).random()
        yield [asked.label(pair, float(drawn < oracle(asked.episodes[pair.first], asked.episodes[pair.second])))]


_RATERS = {"terminal": _in_terminal, "model": _by_model, "returns": _by_returns}
_NAMES: dict[str, Callable[[Mapping[str, str]], str]] = {
    "page": lambda given: "",
    "terminal": lambda given: getpass.getuser(),
    "model": lambda given: _spec(given).name,
    "returns": lambda given: f"returns/{_scale(given):g}",
}
"""What a rater is called that is not named: of a page, whoever opens it says so."""
