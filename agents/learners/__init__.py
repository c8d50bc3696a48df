"""Learners of online learning and of repeated games; see :mod:`ludens.agents.learners.learning` for what one is.

:data:`LEARNERS` is the list of their kinds, each with the class that learns and the parameters it presets; importing this package loads no class.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import ParameterError, UnknownName, nearest

if TYPE_CHECKING:
    from .learning import Learner

__all__ = ["LEARNERS", "Entry", "learner"]


class Entry(NamedTuple):
    """A kind of learner.

    Attributes:
        place: ``"module:Class"``, the module in this package.
        summary: one line for lists.
        presets: parameters that the kind sets.
        pin: as in :func:`ludens.agents.player.player_kind`.
    """

    place: str
    summary: str
    presets: Mapping[str, Any] = {}
    pin: str | None = None

    def load(self) -> type[Learner]:
        """Import the class."""
        module, _, name = self.place.partition(":")
        found: type[Learner] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        return found


LEARNERS: dict[str, Entry] = {
    "hedge": Entry("weights:Hedge", "exponential weights, tuned to the rounds, any-time or doubling"),
    "optimistic_hedge": Entry("weights:Hedge", "exponential weights that count the last loss twice", {"optimistic": True}),
    "fixed_share": Entry("weights:FixedShare", "exponential weights that share out, for losses that drift"),
    "ftrl": Entry("leaders:FTRL", "follows the leader, regularised by Euclid"),
    "attention": Entry("attention:AttentionLearner", "one layer of self-attention, from a folder of trainer=regret_loss", pin=f"{__name__}.attention:pin"),
    "ftpl": Entry("leaders:FTPL", "follows the leader, perturbed anew each round"),
    "follow_the_leader": Entry("leaders:FollowTheLeader", "takes what would have been best so far"),
    "fictitious_play": Entry("leaders:FollowTheLeader", "answers the frequencies of what the others did together"),
    "stochastic_fictitious_play": Entry("leaders:StochasticFictitiousPlay", "answers the frequencies by a quantal response"),
    "regret_matching": Entry("matching:RegretMatching", "takes arms in proportion to their regret"),
    "regret_matching_plus": Entry("matching:RegretMatching", "regret matching that forgets negative regret", {"plus": True}),
    "exp3": Entry("bandits:EXP3", "exponential weights on estimates; sees its own loss alone"),
    "exp3_ix": Entry("bandits:EXP3", "EXP3 that explores implicitly; sees its own loss alone", {"implicit": True}),
    "ucb1": Entry("bandits:UCB1", "takes the arm that could be best; sees its own loss alone"),
    "thompson": Entry("bandits:Thompson", "draws from its beliefs; sees its own loss alone"),
    "q_learning": Entry("bandits:QLearning", "values of actions, and some exploration; sees its own loss alone"),
    "policy_gradient": Entry("bandits:PolicyGradient", "softmax preferences moved by gains; sees its own loss alone"),
}
"""Every kind of this package by name."""


def learner(kind: str, **params: Any) -> Learner:
    """Make a learner without a table to sit at: ``learner("hedge", tuning="anytime")``.

    Raises:
        UnknownName: no such kind.
        ParameterError: a parameter is unknown or out of range.
    """
    if kind not in LEARNERS:
        raise UnknownName("learner", kind, LEARNERS)
    entry = LEARNERS[kind]
    cls = entry.load()
    known = inspect.signature(cls).parameters
    for given in params:
        if given not in known:
            raise ParameterError(f"player {kind}: unknown parameter {given!r}{nearest(given, known)}")
    if missing := [name for name, item in known.items() if item.default is item.empty and name not in params]:
        raise ParameterError(f"player {kind}: {', '.join(missing)} must be given")
    try:
        return cls(**{**entry.presets, **params})
    except TypeError as problem:
        # a word where a number should be
        raise ParameterError(f"player {kind}: {problem}") from problem
