"""Playing: one episode, a plan of many, tournaments, the store, replays, the report."""

from .adaptive import Adaptive
from .episode import Limits, play_match, play_match_async
from .plan import Excluded, Match, Plan, Result, Schedule
from .record import CallRecord, Decision, Episode, Fault, RecordError, SeatRecord, prompts, replay
from .round_robin import round_robin
from .runner import Options, Summary, play, play_async, spending_of
from .store import Run, StoreError
from .swiss import Swiss

__all__ = [
    "Adaptive",
    "CallRecord",
    "Decision",
    "Episode",
    "Excluded",
    "Fault",
    "Limits",
    "Match",
    "Options",
    "Plan",
    "RecordError",
    "Result",
    "Run",
    "Schedule",
    "SeatRecord",
    "StoreError",
    "Summary",
    "Swiss",
    "play",
    "play_async",
    "play_match",
    "play_match_async",
    "prompts",
    "replay",
    "round_robin",
    "spending_of",
]
