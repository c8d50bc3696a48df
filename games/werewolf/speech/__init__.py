"""The speech of Werewolf: acts as data, acts in words, words back to acts, and how well that went."""

from .acts import ALL_ROLES, NOT_WEREWOLF, RESULTS, WEREWOLF, Kind, Reason, SpeechAct
from .parse import parse
from .phrases import STYLES, phrases
from .realise import MOST_ACTS, realise
from .score import KindCount, Score, score, score_all

__all__ = [
    "ALL_ROLES",
    "MOST_ACTS",
    "NOT_WEREWOLF",
    "RESULTS",
    "STYLES",
    "WEREWOLF",
    "Kind",
    "KindCount",
    "Reason",
    "Score",
    "SpeechAct",
    "parse",
    "phrases",
    "realise",
    "score",
    "score_all",
]
