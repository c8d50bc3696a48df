"""A run on disk: the folder, the store in it, and how to read what was played.

::

    runs/NAME/config.json    the resolved configuration
    runs/NAME/run.sqlite     the store (or a database elsewhere, by URL)
    runs/NAME/exports/       Parquet, JSONL

A finished episode is one transaction. One process at a time may write; any number may read meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table, func, select

from . import tables
from .files import StoreError, connect, difference, examine, hold, make_schema, make_sqlite, speaking, write_file
from .plan import Match, Result
from .record import Episode, Fault, load
from .rows import EpisodeRows, game_row, match_row
from .tables import TALLIES

__all__ = ["GameRow", "MatchRow", "PlayerRow", "Run", "StoreError"]


class MatchRow(NamedTuple):
    """A planned match.

    Attributes:
        done: it was played and stored.
        error: why the game broke off, if it did.
    """

    id: str
    position: int
    game: str
    players: tuple[str, ...]
    seed: int
    replicate: str
    group: str
    done: bool
    error: str | None


class PlayerRow(NamedTuple):
    """A player, by its hash."""

    hash: str
    name: str
    spec: dict[str, Any]


class GameRow(NamedTuple):
    """A game with its parameters; ``type`` is its :class:`GameType` as JSON values (payoff bounds, unit, roles...)."""

    hash: str
    id: str
    label: str
    params: dict[str, Any]
    type: dict[str, Any]


class Run:
    """One run. Make it by :meth:`create` (new, or resumed with the same configuration) or :meth:`open` (reading).

    Attributes:
        path: the run's folder.
        url: of the database.
        config: the resolved configuration.
        meta: facts of the run: format, ludens (version), name, created, and what :meth:`note` added.
    """

    def __init__(self, path: Path, url: str, engine: Engine, lock: sqlite3.Connection | None) -> None:
        self.path, self.url, self.engine = path, url, engine
        self._lock = lock
        with self._reading() as connection:
            self.meta: dict[str, Any] = {key: json.loads(value) for key, value in connection.execute(select(tables.meta))}
        if "format" not in self.meta:
            raise StoreError(f"{self.where} holds no run")
        if self.meta["format"] > tables.FORMAT:
            raise StoreError(f"{self.where} has store format {self.meta['format']}; this ludens reads formats up to {tables.FORMAT}")
        self.config: dict[str, Any] = self.meta.pop("config")

    # -- making and opening ------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path, config: Mapping[str, Any] | None = None, *, url: str | None = None, free: Collection[str] = ()) -> Run:
        """Make a run, or open the one that is there for writing, so that it goes on.

        Args:
            path: the run's folder.
            config: the resolved configuration, JSON values.
            url: of a database elsewhere; by default ``run.sqlite`` in the folder.
            free: keys of the configuration (dotted where nested) that may differ from those the run was made with.

        Raises:
            StoreError: the folder holds a run of another configuration (the message names the first key that differs), another
                process writes to it, or its store is damaged. Nothing is changed then.
        """
        path, config = Path(path), dict(config or {})
        try:
            (path / "exports").mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"cannot make the run folder {path}: {problem.strerror or problem}") from problem
        lock = hold(path)
        try:
            file = path / "run.sqlite"
            if url is None and not file.exists():
                make_sqlite(file, path.name, config)
            run = cls._open(path, url, lock, config)
            if differs := difference(run.config, config, frozenset(free)):
                run.engine.dispose()
                raise StoreError(f"{path} was made with another configuration: {differs}; choose another name, or remove the folder")
        except BaseException:
            lock.close()
            raise
        write_file(path / "config.json", orjson.dumps(config, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        return run

    @classmethod
    def open(cls, path: str | Path, *, url: str | None = None) -> Run:
        """Open a run for reading; somebody may be writing to it.

        Raises:
            StoreError: there is no run, or its store is damaged.
        """
        path = Path(path)
        if not path.is_dir() or (url is None and not (path / "run.sqlite").exists()):
            raise StoreError(f"there is no run in {path}")
        return cls._open(path, url, None, None)

    @classmethod
    def _open(cls, path: Path, url: str | None, lock: sqlite3.Connection | None, config: dict[str, Any] | None) -> Run:
        file = path / "run.sqlite"
        if url is None:
            examine(file, thorough=lock is not None)
        engine = connect(url or f"sqlite:///{file}", path.name, write=lock is not None)
        if url is not None and lock is not None:
            with speaking(url, "write"), engine.begin() as connection:
                make_schema(connection, path.name, config or {})
        return cls(path, url or f"sqlite:///{file}", engine, lock)

    def close(self) -> None:
        """Let go of the database and the lock."""
        self.engine.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def where(self) -> str:
        """The store's place, without a password, for messages."""
        return str(self.path / "run.sqlite") if self.url.startswith("sqlite") else sa.make_url(self.url).render_as_string(hide_password=True)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with speaking(self.where, "read"), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction.

        Raises:
            StoreError: the run was opened for reading, the disk is full, or the database refuses; the transaction is undone.
        """
        if self._lock is None:
            raise StoreError(f"{self.path} was opened for reading only")
        with speaking(self.where, "write"), self.engine.begin() as connection:
            yield connection

    # -- reading -----------------------------------------------------------------------------------------------------

    def games(self) -> dict[str, GameRow]:
        """All games of the run by hash."""
        with self._reading() as connection:
            rows = connection.execute(select(tables.games)).all()
        return {row.hash: GameRow(row.hash, row.id, row.label, json.loads(row.params), json.loads(row.type)) for row in rows}

    def players(self) -> dict[str, PlayerRow]:
        """All players of the run by hash."""
        with self._reading() as connection:
            rows = connection.execute(select(tables.players)).all()
        return {row.hash: PlayerRow(row.hash, row.name, json.loads(row.spec)) for row in rows}

    def matches(self) -> list[MatchRow]:
        """All planned matches in the order of the plan."""
        table, episodes = tables.matches, tables.episodes
        query = select(table, episodes.c.match, episodes.c.error).join_from(table, episodes, episodes.c.match == table.c.id, isouter=True)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(table.c.position)).all()
        return [
            MatchRow(row.id, row.position, row.game, tuple(json.loads(row.players)), int(row.seed), row.replicate, row.grp, row.match is not None, row.error)
            for row in rows
        ]

    def seat_table(self) -> dict[str, np.ndarray]:
        """One row a seat of every finished match, in the order of the plan, as columns of equal length.

        Columns: ``match`` (id), ``position``, ``game`` (label), ``game_hash``, ``seed`` (as text), ``replicate``, ``group``, ``cluster`` (matches of a
        game that share a seed, hence chance), ``seat``, ``player`` (hash), ``name``, ``role`` (empty where there is none), ``returns``, ``valid``, and the
        tallies of :data:`ludens.arena.tables.TALLIES`.
        """
        s, m, g = tables.seats, tables.matches, tables.games
        columns: list[Any] = [s.c.match, m.c.position, g.c.label, g.c.hash, m.c.seed, m.c.replicate, m.c.grp, s.c.seat, s.c.player, s.c.name]
        columns += [func.coalesce(s.c.role, ""), s.c.returns, s.c.valid, *(s.c[name] for name in TALLIES)]
        query = select(*columns).join_from(s, m, m.c.id == s.c.match).join(g, g.c.hash == m.c.game).order_by(m.c.position, s.c.seat)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        names = ("match", "position", "game", "game_hash", "seed", "replicate", "group", "seat", "player", "name", "role", "returns", "valid", *TALLIES)
        texts = {"match", "game", "game_hash", "seed", "replicate", "group", "player", "name", "role"}
        filled = zip(*rows, strict=True) if rows else ([] for _ in names)
        kinds: dict[str, Any] = {"valid": np.bool_, **dict.fromkeys(("returns", "cost", "latency", "seconds"), np.float64), **dict.fromkeys(texts, np.str_)}
        out = {name: np.array(column, dtype=kinds.get(name, np.int64)) for name, column in zip(names, filled, strict=True)}
        out["cluster"] = np.char.add(np.char.add(out["game_hash"], "|"), out["seed"])
        return out

    def episode(self, match: str) -> Episode:
        """Read one episode.

        Raises:
            StoreError: no such match, or it was not played yet.
        """
        with self._reading() as connection:
            row = connection.execute(select(tables.episodes.c.record, tables.episodes.c.clock).where(tables.episodes.c.match == match)).first()
        if row is None:
            raise StoreError(f"{self.path} holds no episode {match!r}")
        return _episode(row.record, row.clock)

    def episodes(self, ids: Sequence[str] | None = None, *, batch: int = 200) -> Iterator[Episode]:
        """Read many episodes (by default all, in the order of the plan), a batch at a time."""
        if ids is None:
            ids = [match.id for match in self.matches() if match.done]
        table = tables.episodes
        for start in range(0, len(ids), batch):
            some = ids[start : start + batch]
            with self._reading() as connection:
                rows = {row.match: row for row in connection.execute(select(table.c.match, table.c.record, table.c.clock).where(table.c.match.in_(some)))}
            for match in some:
                if match not in rows:
                    raise StoreError(f"{self.path} holds no episode {match!r}")
                yield _episode(rows[match].record, rows[match].clock)

    def outcomes(self) -> dict[str, dict[str, Any]]:
        """The games' facts of every finished match by match id."""
        with self._reading() as connection:
            return {row.match: orjson.loads(row.outcome) for row in connection.execute(select(tables.episodes.c.match, tables.episodes.c.outcome))}

    def faults(self) -> list[tuple[str, Fault]]:
        """What went wrong and was dealt with: match id and fault, in the order of the plan."""
        table, matches = tables.faults, tables.matches
        query = select(table).join_from(table, matches, matches.c.id == table.c.match).order_by(matches.c.position, table.c.number)
        with self._reading() as connection:
            return [(row.match, Fault(row.seat, row.turn, row.kind, row.text)) for row in connection.execute(query)]

    def results(self) -> dict[str, Result]:
        """Returns and cost of every finished match by id, as schedules want them."""
        seats, episodes = tables.seats, tables.episodes
        with self._reading() as connection:
            costs = {row.match: (row.cost, row.error) for row in connection.execute(select(episodes.c.match, episodes.c.cost, episodes.c.error))}
            returns: dict[str, list[float]] = {match: [] for match in costs}
            for match, value in connection.execute(select(seats.c.match, seats.c.returns).order_by(seats.c.match, seats.c.seat)):
                returns[match].append(value)
        return {match: Result(None if error else tuple(returns[match]), cost) for match, (cost, error) in costs.items()}

    def finished(self) -> set[str]:
        """Ids of the matches that were played and stored."""
        with self._reading() as connection:
            return set(connection.execute(select(tables.episodes.c.match)).scalars())

    def totals(self) -> dict[str, float]:
        """Sums over the run.

        ``matches`` planned, ``episodes`` finished, ``errors`` among them, every tally of the seats, and the stored ``replies`` with what was ``paid`` for
        them (US dollars) and ``paid_tokens``: those of unfinished matches too, so ``paid`` may exceed ``cost``.
        """
        seats, replies, episodes = tables.seats, tables.replies, tables.episodes
        with self._reading() as connection:
            sums = connection.execute(select(*(func.coalesce(func.sum(seats.c[name]), 0).label(name) for name in TALLIES))).one()
            paid = connection.execute(select(func.count(), func.coalesce(func.sum(replies.c.cost), 0.0), func.coalesce(func.sum(replies.c.tokens), 0))).one()
            planned = connection.execute(select(func.count()).select_from(tables.matches)).scalar_one()
            done, errors = connection.execute(select(func.count(), func.count(episodes.c.error))).one()
        counts = {"matches": planned, "episodes": done, "errors": errors, "replies": paid[0], "paid": paid[1], "paid_tokens": paid[2]}
        return {**{name: value or 0 for name, value in sums._mapping.items()}, **counts}

    def pending_replies(self) -> dict[str, bytes]:
        """Stored replies of matches that are not finished, as JSON by key: what a resumed run need not ask again."""
        replies, episodes = tables.replies, tables.episodes
        query = select(replies.c.key, replies.c.reply).join_from(replies, episodes, episodes.c.match == replies.c.match, isouter=True)
        with self._reading() as connection:
            return {row.key: row.reply for row in connection.execute(query.where(episodes.c.match.is_(None)))}

    # -- writing -----------------------------------------------------------------------------------------------------

    def note(self, **facts: Any) -> None:
        """Keep JSON facts about the run in ``meta``."""
        with self.writing() as connection:
            connection.execute(tables.meta.delete().where(tables.meta.c.key.in_(list(facts))))
            connection.execute(tables.meta.insert(), [{"key": key, "value": json.dumps(value)} for key, value in facts.items()])
        self.meta.update(facts)

    def add(self, matches: Sequence[Match]) -> None:
        """Enter planned matches with their games and players; those that are there already stay as they are."""
        with self.writing() as connection:
            known = set(connection.execute(select(tables.matches.c.id)).scalars())
            fresh = [match for match in matches if match.id not in known]
            games = {match.game.hash: match.game for match in fresh}
            players = {player.hash: player for match in fresh for player in match.players}
            _add_new(connection, tables.games, [game_row(game) for game in games.values()])
            rows = [{"hash": key, "name": spec.name or spec.kind, "spec": json.dumps(spec.plain, sort_keys=True)} for key, spec in players.items()]
            _add_new(connection, tables.players, rows)
            if fresh:
                connection.execute(tables.matches.insert(), [match_row(match, len(known) + index) for index, match in enumerate(fresh)])

    def save(self, episodes: Sequence[EpisodeRows], replies: Sequence[dict[str, Any]] = ()) -> None:
        """Store finished episodes and replies in one transaction; what is there already is left as it is."""
        with self.writing() as connection:
            if replies:
                _put(connection, tables.replies, list(replies))
            if episodes:
                _put(connection, tables.episodes, [rows.episode for rows in episodes])
                _put(connection, tables.seats, [seat for rows in episodes for seat in rows.seats])
                if faults := [fault for rows in episodes for fault in rows.faults]:
                    _put(connection, tables.faults, faults)


def _episode(record: bytes, clock: bytes) -> Episode:
    try:
        return load(zlib.decompress(record), zlib.decompress(clock))
    except zlib.error as problem:
        raise StoreError(f"a stored episode is damaged: {problem}") from problem


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(table.insert().prefix_with("OR IGNORE"), rows)
    elif connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        connection.execute(insert(table).on_conflict_do_nothing(), rows)
    else:
        connection.execute(table.insert(), rows)


def _add_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    known = set(connection.execute(select(table.c.hash)).scalars())
    if fresh := [row for row in rows if row["hash"] not in known]:
        connection.execute(table.insert(), fresh)
