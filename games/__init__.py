"""Rules of play, nothing else: one folder a family. See :mod:`ludens.games.core` for the nouns."""

from .actions import ActionSpec, Move, Parsed, Status
from .core import Event, Game, GameType, IllegalMove, IllegalPolicy, NotSupported, Observation, Prediction, State, load_state, seat_name
from .domains import Acts, Domain, Integer, OneOf, Real, Record, Text
from .registry import GameSpec, adapter_ids, all_ids, make, parameters, register, spec

__all__ = [
    "ActionSpec",
    "Acts",
    "Domain",
    "Event",
    "Game",
    "GameSpec",
    "GameType",
    "IllegalMove",
    "IllegalPolicy",
    "Integer",
    "Move",
    "NotSupported",
    "Observation",
    "OneOf",
    "Parsed",
    "Prediction",
    "Real",
    "Record",
    "State",
    "Status",
    "Text",
    "adapter_ids",
    "all_ids",
    "load_state",
    "make",
    "parameters",
    "register",
    "seat_name",
    "spec",
]
