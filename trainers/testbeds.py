"""Preferences whose solutions are known, by name: matrices, populations of voters, contexts, a game of Blotto, judges of tokens.

Rows beat columns; answers are numbered from 1 in names and from 0 in arrays.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from ..errors import UnknownName
from ..games.registry import make
from .preferences import AdditiveJudge, MajorityJudge, Preference, ScorePreference, Voters, bradley_terry, game_table, ranking
from .tabular.game import Floats, PreferenceGame

__all__ = ["cycle", "enumerated", "list_testbeds", "make_testbed", "sequences"]


def cycle(one: float, two: float, three: float) -> Floats:
    """Make a table of three answers from P(1 > 2), P(2 > 3) and P(3 > 1)."""
    return np.array([[0.5, one, 1 - three], [1 - one, 0.5, two], [three, 1 - two, 0.5]])


def enumerated(preference: Preference[int], size: int, **facts: object) -> PreferenceGame:
    """Make a game of an oracle over the numbers below ``size``."""
    return PreferenceGame.of(preference.table(range(size)), **facts)  # type: ignore[arg-type]


def sequences(judge: Preference[tuple[int, ...]], vocabulary: int, length: int, first: Sequence[float] | None = None, name: str = "") -> PreferenceGame:
    """Make a game over all sequences of tokens, in lexicographic order.

    Args:
        judge: who compares two of them.
        vocabulary: how many tokens.
        length: of the sequences.
        first: distribution of every token of the reference, independent of the others; uniform by default.
        name: for tables.
    """
    answers = list(itertools.product(range(vocabulary), repeat=length))
    token = np.full(vocabulary, 1 / vocabulary) if first is None else np.asarray(first, float)
    reference = np.prod(token[np.array(answers)], axis=1)
    words = ["".join(str(item + 1) for item in answer) for answer in answers]
    return PreferenceGame.of(judge.table(answers), name=name, reference=reference, answers=words)


_M2 = cycle(0.9, 0.7, 0.6)
_M8 = "0.5 0.2 0.8 0.8 0.7 0.7, 0.8 0.5 0.2 0.5 0.6 0.1, 0.2 0.8 0.5 0.2 0.7 0.5, 0.2 0.5 0.8 0.5 0.3 0.5, 0.3 0.4 0.3 0.7 0.5 0.5, 0.3 0.9 0.5 0.5 0.5 0.5"


def _rankings() -> PreferenceGame:
    excess = 0.06
    few, many = 1 / 3 - excess / 4, 1 / 3 + excess / 2
    return enumerated(Voters([ranking((0, 1, 2)), ranking((1, 2, 0)), ranking((2, 0, 1))], (few, many, few)), 3)


def _bradley_terry() -> PreferenceGame:
    rewards = (0.0, 0.5, 1.0, 2.0)
    return enumerated(bradley_terry(lambda answer, context: rewards[answer]), 4)


def _condorcet() -> PreferenceGame:
    return PreferenceGame.of([[0.5, 0.51, 0.51], [0.49, 0.5, 0.99], [0.49, 0.01, 0.5]])


def _spock() -> PreferenceGame:
    beats = np.array([[0.5 + 0.25 * ((j - i) % 5 in (1, 3)) - 0.25 * ((j - i) % 5 in (2, 4)) for j in range(5)] for i in range(5)])
    return PreferenceGame.of(beats)


def _with_loser() -> PreferenceGame:
    table = np.full((4, 4), 0.9)
    table[:3, :3], table[3, :3], table[3, 3] = _M2, 0.1, 0.5
    return PreferenceGame.of(table)


def _blotto() -> PreferenceGame:
    table, names = game_table(make("blotto"))
    return PreferenceGame.of(table, answers=names)


def _two_groups() -> PreferenceGame:
    utilities, shares = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.6]]), (0.8, 0.2)
    parts = [ScorePreference(lambda answer, context, own=own: float(own[answer])).table(range(3)) for own in utilities]  # type: ignore[misc]
    return PreferenceGame.of(np.tensordot(shares, parts, 1), groups=utilities, shares=shares)


_MADE: dict[str, tuple[str, Callable[[], PreferenceGame]]] = {
    "rps": ("rock, paper, scissors: a cycle of three at .8", lambda: PreferenceGame.of(cycle(0.8, 0.8, 0.8))),
    "biased_rps": ("a cycle of three at .9, .7 and .6", lambda: PreferenceGame.of(_M2)),
    "biased_rps_skewed": ("the same with the reference (.5, .3, .2)", lambda: PreferenceGame.of(_M2, reference=(0.5, 0.3, 0.2))),
    "three_rankings": ("voters of three cyclic rankings", _rankings),
    "bradley_terry": ("four answers with rewards 0, .5, 1 and 2", _bradley_terry),
    "condorcet": ("one answer beats each other narrowly, another beats the rest by far", _condorcet),
    "spock": ("rock, paper, scissors, lizard, Spock at .75", _spock),
    "biased_rps_loser": ("a biased cycle, and an answer that loses to all of it", _with_loser),
    "six": ("six answers; the only winner mixes three of them", lambda: PreferenceGame.of([[float(x) for x in row.split()] for row in _M8.split(",")])),
    "blotto": ("Colonel Blotto with 5 troops on 3 fields", _blotto),
    "contexts": ("two contexts, a biased cycle and its reversal", lambda: PreferenceGame.of(np.stack([_M2, 1 - _M2]))),
    "two_groups": ("people of two kinds, four to one, who want different answers", _two_groups),
    "additive_tokens": ("3 tokens, each judged by a biased cycle", lambda: sequences(AdditiveJudge(_M2), 3, 3)),
    "majority_tokens": (
        "3 tokens, the majority of three cycles; the reference draws (.6, .3, .1)",
        lambda: sequences(MajorityJudge(cycle(1.0, 1.0, 1.0)), 3, 3, (0.6, 0.3, 0.1)),
    ),
}


def list_testbeds() -> dict[str, str]:
    """All testbeds by name, each with what it is in one line."""
    return {name: about for name, (about, _) in _MADE.items()}


def make_testbed(name: str) -> PreferenceGame:
    """Make a testbed.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in _MADE:
        raise UnknownName("testbed", name, _MADE)
    made = _MADE[name][1]()
    object.__setattr__(made, "name", name)
    return made
