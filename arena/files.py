"""The files of a run: made whole or not at all, looked at before they are trusted, held by one writer at a time."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, func, select

from .. import __version__
from ..errors import LudensError
from . import tables

__all__ = ["StoreError", "connect", "difference", "examine", "hold", "make_schema", "make_sqlite", "speaking", "write_file"]


class StoreError(LudensError):
    """A run folder cannot be made, opened, read or written."""


@contextmanager
def speaking(where: str, verb: str) -> Iterator[None]:
    """Turn what a database says into one line."""
    try:
        yield
    except sa.exc.DBAPIError as problem:
        said = " ".join(str(problem.orig).split())
        if "full" in said or "disk I/O" in said:
            raise StoreError(f"cannot {verb} {where}: {said}; what was finished is kept, free some space and run the same again") from problem
        if "locked" in said:
            raise StoreError(f"cannot {verb} {where}: another program holds it locked; close it and run the same again") from problem
        if "malformed" in said or "not a database" in said:
            raise StoreError(f"{where} is damaged ({said}); nothing was written to it: restore it from a copy, or use another run name") from problem
        raise StoreError(f"cannot {verb} {where}: {said}") from problem
    except sa.exc.SQLAlchemyError as problem:
        raise StoreError(f"cannot {verb} {where}: {' '.join(str(problem).split())}") from problem


def hold(path: Path) -> sqlite3.Connection:
    """Take the writer's lock of a run folder; closing the connection, or dying, lets go of it.

    Raises:
        StoreError: another process has it, or the folder is read-only.
    """
    if not _writable(path):
        raise StoreError(f"cannot write to {path}: the folder is read-only")
    # an exclusive transaction on a file of its own: the system drops it when the process dies, on every system alike
    lock = sqlite3.connect(path / "lock.sqlite", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as problem:
        lock.close()
        if "locked" in str(problem):
            raise StoreError(f"{path} is being written to by another process; wait for it, or choose another run name") from problem
        raise StoreError(f"cannot lock {path / 'lock.sqlite'}: {problem}") from problem
    return lock


def make_sqlite(file: Path, name: str, config: Mapping[str, Any]) -> None:
    """Make the SQLite store of a new run."""
    # made whole under another name: a store that is there is never half made
    fresh = file.with_suffix(".new")
    with suppress(FileNotFoundError):
        fresh.unlink()
    engine = sa.create_engine(f"sqlite:///{fresh}")
    with speaking(str(file), "make"), engine.begin() as connection:
        make_schema(connection, name, config)
    engine.dispose()
    os.replace(fresh, file)


def make_schema(connection: Connection, name: str, config: Mapping[str, Any]) -> None:
    """Make the tables that are not there, and enter a new run's facts."""
    tables.metadata.create_all(connection)
    if connection.execute(select(func.count()).select_from(tables.meta)).scalar_one() == 0:
        facts = {"format": tables.FORMAT, "ludens": __version__, "name": name, "created": time.time(), "config": config}
        connection.execute(tables.meta.insert(), [{"key": key, "value": json.dumps(value)} for key, value in facts.items()])


def examine(file: Path, *, thorough: bool) -> None:
    """Look whether a SQLite file is whole, without opening it for writing."""
    damaged = "nothing was written to it: restore it from a copy, or use another run name"
    try:
        with file.open("rb") as handle:
            head = handle.read(100)
        size = file.stat().st_size
        log = file.with_name(file.name + "-wal")
        logged = log.stat().st_size if log.exists() else 0
    except OSError as problem:
        raise StoreError(f"cannot read {file}: {problem.strerror}") from problem
    if head[:16] != b"SQLite format 3\x00" or len(head) < 100:
        raise StoreError(f"{file} is damaged (it is no SQLite database); {damaged}")
    page = {1: 65536}.get(number := struct.unpack(">H", head[16:18])[0], number)
    pages = struct.unpack(">I", head[28:32])[0]
    if size < page * pages and not logged:
        raise StoreError(f"{file} is damaged (truncated to {size} of {page * pages} bytes); {damaged}")
    if logged and not _writable(file.parent):
        raise StoreError(f"cannot read {file}: its folder is read-only and {log.name} is not merged into it yet; copy the folder to where it can be written")
    if thorough:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.Error as problem:
            said = str(problem)
        finally:
            connection.close()
        if said != "ok":
            raise StoreError(f"{file} is damaged ({' '.join(said.split())}); {damaged}")


def connect(url: str, name: str, *, write: bool) -> Engine:
    """Make the engine of a store; ``name`` is the run's, for databases that hold several."""
    path = sa.make_url(url).database if url.startswith("sqlite:///") else None
    if path is not None and not write and not _writable(Path(path).parent):
        # SQLite makes files beside a store even to read it, unless it is told that nobody else can write there either
        url = f"sqlite:///file:{quote(str(Path(path).absolute()))}?immutable=1&uri=true"
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as problem:
        raise StoreError(f"cannot use the store's URL: {' '.join(str(problem).split())}") from problem
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def _set(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA busy_timeout=5000")
            if write:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
            else:
                connection.execute("PRAGMA query_only=1")
    elif engine.dialect.name == "postgresql":
        # several runs share one database: each has a schema of its own
        if write:
            with speaking(engine.url.render_as_string(hide_password=True), "write"), engine.begin() as connection:
                connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))
        engine = engine.execution_options(schema_translate_map={None: name})
    return engine


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


def write_file(file: Path, content: bytes) -> None:
    """Write a file whole, or leave the one that is there."""
    fresh = file.with_suffix(".new")
    try:
        fresh.write_bytes(content)
        os.replace(fresh, file)
    except OSError as problem:
        raise StoreError(f"cannot write {file}: {problem.strerror}") from problem


def difference(before: Mapping[str, Any], now: Mapping[str, Any], free: Collection[str], prefix: str = "") -> str | None:
    """Name the first key in which two configurations differ, with both values; None when they agree, ``free`` keys aside."""
    now = orjson.loads(orjson.dumps(now))
    for key in sorted({*before, *now}):
        name = prefix + key
        if name in free:
            continue
        old, new = before.get(key, "(absent)"), now.get(key, "(absent)")
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            if found := difference(old, new, free, name + "."):
                return found
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            if found := difference(_numbered(old), _numbered(new), free, f"{name}."):
                return found
        elif old != new:
            return f"{name} was {_short(old)} and is now {_short(new)}"
    return None


def _numbered(items: list[Any]) -> dict[str, Any]:
    return {str(index): item for index, item in enumerate(items)}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
