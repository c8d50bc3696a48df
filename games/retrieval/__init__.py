"""Retrieval: search, read and answer over a library of short passages, made up or from a file."""

from ..registry import register

register("retrieval-v0", "ludens.games.retrieval.game:Retrieval", summary="one question, a library to search, passages to read, an answer (after Search-R1)")
