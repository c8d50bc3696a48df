"""The store's tables, for any database that SQLAlchemy speaks to."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

__all__ = ["FORMAT", "STATUS_COLUMNS", "TALLIES", "episodes", "faults", "games", "matches", "meta", "metadata", "players", "replies", "seats"]

FORMAT = 1
"""Version of this schema; kept in ``meta``."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))
"""Facts of the run as JSON values: format, ludens, name, config, created, description, excluded."""

players = Table(
    "players",
    metadata,
    Column("hash", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("spec", Text, nullable=False),  # JSON
)

games = Table(
    "games",
    metadata,
    Column("hash", String(32), primary_key=True),
    Column("id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("params", Text, nullable=False),  # JSON
    Column("type", Text, nullable=False),  # JSON: the GameType
)

matches = Table(
    "matches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("position", Integer, nullable=False),  # in the order of the plan
    Column("game", String(32), nullable=False),  # games.hash
    Column("players", Text, nullable=False),  # JSON: players.hash by seat
    Column("seed", Text, nullable=False),  # decimal: seeds have 63 bits and more
    Column("replicate", Text, nullable=False),
    Column("grp", Text, nullable=False),
)

episodes = Table(
    "episodes",
    metadata,
    Column("match", String(32), primary_key=True),
    Column("record", LargeBinary, nullable=False),  # zlib of record.dump()[0]: the same bytes whenever it is played
    Column("clock", LargeBinary, nullable=False),  # zlib of record.dump()[1]
    Column("outcome", Text, nullable=False),  # JSON
    Column("turns", Integer, nullable=False),
    Column("decisions", Integer, nullable=False),
    Column("forfeited", Integer),
    Column("error", Text),
    Column("cost", Float, nullable=False),
    Column("finished", Float, nullable=False),  # clock
    Column("seconds", Float, nullable=False),  # clock
)

STATUS_COLUMNS = ("ok", "repaired", "defaulted", "forfeited", "illegal", "unparsable", "truncated")
"""Counts a seat. ``ok``, ``repaired``, ``defaulted`` and ``forfeited`` count decisions by how they ended and add up to ``decisions``;
``illegal``, ``unparsable`` and ``truncated`` count tries that came back so, whether or not a later try of the decision was good."""

_CALLS = ("requests", "retries", "failures", "cached", "priced")
_TOKENS = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")
_COUNTS = ("decisions", *STATUS_COLUMNS, "raised", *_CALLS, *_TOKENS)
TALLIES = (*_COUNTS, "cost", "latency", "seconds")
"""The summable columns of a seat.

Counts: decisions and statuses as above; ``raised`` decisions for which the player gave no answer at all (it raised, hung, or was not asked any more);
``requests`` to a model, ``retries`` of them, ``failures`` that got no reply, replies ``cached``, replies ``priced``; tokens. Then ``cost`` (US dollars, cached
replies excepted), ``latency`` (seconds waited for replies; clock), ``seconds`` (taken for moves; clock).
"""

seats = Table(
    "seats",
    metadata,
    Column("match", String(32), primary_key=True),
    Column("seat", Integer, primary_key=True),
    Column("player", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("returns", Float, nullable=False),
    Column("valid", Boolean, nullable=False),  # false when the rules raised: it rates nobody
    *(Column(name, Integer, nullable=False) for name in _COUNTS),
    *(Column(name, Float, nullable=False) for name in ("cost", "latency", "seconds")),
)

replies = Table(
    "replies",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("match", String(32), nullable=False),
    Column("model", Text, nullable=False),
    Column("reply", LargeBinary, nullable=False),  # JSON
    Column("cost", Float, nullable=False),
    Column("tokens", Integer, nullable=False),
)
Index("replies_match", replies.c.match)

faults = Table(
    "faults",
    metadata,
    Column("match", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seat", Integer),
    Column("turn", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("text", Text, nullable=False),
)
