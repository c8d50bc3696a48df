"""Exports of a run: one row a decision (JSONL, Parquet), one row an exchange with a model (chat messages, as trainers read them), or one file a game.

The files of games are in formats of other projects, each for the games of one family: see :mod:`.adapters`.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LudensError, MissingExtra, nearest
from .files import StoreError
from .record import Episode, prompts, to_json
from .store import Run

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FAMILY_FORMATS", "FORMATS", "decision_rows", "export_run", "message_rows"]

_BATCH = 5000


def decision_rows(episode: Episode) -> Iterator[dict[str, Any]]:
    """Give one row a decision; ``choice`` is JSON text, the model's columns are sums over the decision's exchanges and ``reply`` is the last one's."""
    for decision in episode.decisions:
        who, calls = episode.seats[decision.seat], decision.calls
        yield {
            "match": episode.id,
            "game": episode.game,
            "game_hash": episode.game_hash,
            "seed": str(episode.seed),
            "replicate": episode.replicate,
            "turn": decision.turn,
            "seat": decision.seat,
            "player": who.hash,
            "name": who.name,
            "role": who.role,
            "key": decision.key,
            "choice": to_json(decision.choice).decode(),
            "say": decision.say,
            "status": decision.status.value,
            "cause": decision.cause,
            "problem": decision.problem,
            "note": decision.note,
            "reply": calls[-1].text if calls else None,
            "model": calls[-1].model if calls else None,
            "requests": len(calls),
            "retries": sum(len(call.retries) for call in calls),
            "prompt_tokens": sum(call.usage.prompt_tokens for call in calls),
            "completion_tokens": sum(call.usage.completion_tokens for call in calls),
            "cost": sum(call.cost or 0.0 for call in calls if not call.cached),
            "latency": sum(call.latency for call in calls),
            "seconds": decision.seconds,
            "returns": episode.returns[decision.seat],
            "valid": episode.error is None,
        }


def message_rows(episode: Episode) -> Iterator[dict[str, Any]]:
    """Give one row an answered exchange: ``messages`` (the whole prompt) and ``completion``, both lists of role and content, with what came of it."""
    for decision, call, messages in prompts(episode):
        if call.text is None:
            continue
        yield {
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "completion": [{"role": "assistant", "content": call.text}],
            "match": episode.id,
            "game": episode.game,
            "turn": decision.turn,
            "seat": decision.seat,
            "name": episode.seats[decision.seat].name,
            "model": call.model,
            "status": call.status,
            "finish": call.finish,
            "returns": episode.returns[decision.seat],
            "valid": episode.error is None,
        }


def _jsonl(rows: Iterable[dict[str, Any]], path: Path) -> int:
    count = 0
    with path.open("wb") as file:
        for row in rows:
            file.write(to_json(row) + b"\n")
            count += 1
    return count


def _parquet(rows: Iterable[dict[str, Any]], path: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as problem:
        raise MissingExtra("writing Parquet", "analysis") from problem
    schema = _schema(pa)
    count, rows = 0, iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def _schema(pa: Any) -> pa.Schema:
    # said once and for all: a column that is empty in the first batch must not change its type in the next
    whole = dict.fromkeys(("turn", "seat", "requests", "retries", "prompt_tokens", "completion_tokens"), pa.int64())
    real = dict.fromkeys(("cost", "latency", "seconds", "returns"), pa.float64())
    texts = ("match", "game", "game_hash", "seed", "replicate", "player", "name", "role", "key", "choice", "say", "status", "cause", "problem", "note")
    kinds = {**dict.fromkeys((*texts, "reply", "model"), pa.string()), **whole, **real, "valid": pa.bool_()}
    return pa.schema(list(kinds.items()))


def _zip(rows: Iterable[dict[str, Any]], path: Path) -> int:
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            # ZipInfo has a fixed date: the same games make the same bytes
            archive.writestr(zipfile.ZipInfo(row["name"]), row["text"].encode("utf-8", "replace"), zipfile.ZIP_DEFLATED)
            count += 1
    return count


def _aiwolf(episode: Episode) -> Iterator[dict[str, Any]]:
    from .adapters.aiwolf import aiwolf_files

    return aiwolf_files(episode)


def _kaggle(episode: Episode) -> Iterator[dict[str, Any]]:
    from .adapters.kaggle import kaggle_files

    return kaggle_files(episode)


_Rows = Callable[[Episode], Iterator[dict[str, Any]]]
_Format = tuple[str, _Rows, Callable[[Iterable[dict[str, Any]], Path], int]]
FORMATS: dict[str, _Format] = {
    "jsonl": ("decisions.jsonl", decision_rows, _jsonl),
    "parquet": ("decisions.parquet", decision_rows, _parquet),
    "messages": ("messages.jsonl", message_rows, _jsonl),
}
"""By name: the file under ``exports/``, how an episode becomes rows, how rows are written."""

FAMILY_FORMATS: dict[str, _Format] = {
    "aiwolf": ("aiwolf.zip", _aiwolf, _zip),
    "kaggle": ("kaggle.zip", _kaggle, _zip),
}
"""The same for formats that hold games of one family, a row being a file; an episode of another game is refused."""


def export_run(run: Run, kind: str, path: Path | None = None) -> tuple[Path, int]:
    """Write a run's finished episodes to a file, whole or not at all.

    Args:
        run: what to export.
        kind: a key of :data:`FORMATS` or :data:`FAMILY_FORMATS`.
        path: the file; by default one under the run's ``exports``.

    Returns:
        The file and the number of rows (of games, where a game is a file).

    Raises:
        LudensError: an unknown kind, or an episode that has no place in it.
        MissingExtra: Parquet without pyarrow.
        StoreError: the file cannot be written, or the store cannot be read.
    """
    known = {**FORMATS, **FAMILY_FORMATS}
    if kind not in known:
        raise LudensError(f"unknown export format {kind!r}{nearest(kind, known)}")
    name, rows, write = known[kind]
    path = path or run.path / "exports" / name
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        count = write((row for episode in run.episodes() for row in rows(episode)), fresh)
        os.replace(fresh, path)
    except OSError as problem:
        raise StoreError(f"cannot write {path}: {problem.strerror or problem}") from problem
    finally:
        with suppress(FileNotFoundError, NotADirectoryError):
            fresh.unlink()
    return path, count
