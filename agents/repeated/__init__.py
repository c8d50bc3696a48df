"""The classic strategies of repeated games with two seats and two actions; see :mod:`ludens.agents.repeated.base`.

:data:`STRATEGIES` is the list of their kinds, each with the class that plays it and the parameters it presets; importing this package loads no class.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import UnknownName

if TYPE_CHECKING:
    from .base import Strategy

__all__ = ["FITS", "STRATEGIES", "Entry", "strategy"]

FITS = "ludens.agents.repeated.base:fits"


class Entry(NamedTuple):
    """A kind of player of this package.

    Attributes:
        entry_point: ``"module:Class"``.
        summary: one line for lists.
        presets: parameters that the kind sets.
    """

    entry_point: str
    summary: str
    presets: Mapping[str, Any]


def _kin(module: str, *rows: tuple[str, str, str] | tuple[str, str, str, dict[str, Any]]) -> dict[str, Entry]:
    return {row[0]: Entry(f"{__name__}.{module}:{row[1]}", row[2], row[3] if len(row) == 4 else {}) for row in rows}


STRATEGIES: dict[str, Entry] = {
    **_kin(
        "simple",
        ("cooperator", "Cooperator", "always cooperates"),
        ("defector", "Defector", "always defects"),
        ("alternator", "Alternator", "cooperates and defects by turns"),
        ("cycler", "Cycler", "repeats a pattern such as CCD"),
        ("coin", "Coin", "cooperates with probability p"),
        ("appeaser", "Appeaser", "changes its action after each defection"),
        ("tricky_cooperator", "TrickyCooperator", "cooperates, but tries its luck on the meek"),
        ("tricky_defector", "TrickyDefector", "defects, but tries to win cooperation back"),
    ),
    **_kin(
        "tit_for_tat",
        ("tit_for_tat", "TitForTat", "cooperates first, then copies"),
        ("suspicious_tit_for_tat", "SuspiciousTitForTat", "defects first, then copies"),
        ("anti_tit_for_tat", "AntiTitForTat", "cooperates first, then does the opposite"),
        ("bully", "Bully", "defects first, then does the opposite"),
        ("tit_for_two_tats", "TitsForTats", "answers two defections in a row by one", {"tits": 1, "tats": 2}),
        ("two_tits_for_tat", "TitsForTats", "answers a defection by two", {"tits": 2, "tats": 1}),
        ("hard_tit_for_tat", "TitsForTats", "answers a defection by three", {"tits": 3, "tats": 1}),
        ("tits_for_tats", "TitsForTats", "answers a run of defections by a number of its own"),
        ("hard_tit_for_two_tats", "HardTitForTwoTats", "defects after two defections in a row within three rounds"),
        ("sneaky_tit_for_tat", "SneakyTitForTat", "tries defecting and repents if punished"),
        ("spiteful_tit_for_tat", "SpitefulTitForTat", "tit for tat until two defections in a row"),
        ("slow_tit_for_two_tats", "SlowTitForTwoTats", "takes up what the other does twice in a row"),
        ("contrite_tit_for_tat", "ContriteTitForTat", "tit for tat that is sorry for its slips"),
        ("adaptive_tit_for_tat", "AdaptiveTitForTat", "follows a moving image of the other"),
        ("gradual", "Gradual", "punishes as often as it was wronged so far, then calms down"),
        ("original_gradual", "OriginalGradual", "gradual as published in 1997"),
        ("omega_tit_for_tat", "OmegaTitForTat", "breaks deadlocks, gives up on random play"),
        ("resurrection", "Resurrection", "tit for tat, stuck after five own defections"),
        ("double_resurrection", "DoubleResurrection", "tit for tat that breaks its own runs of five"),
        ("random_tit_for_tat", "RandomTitForTat", "copies and draws by turns"),
        ("dynamic_two_tits_for_tat", "DynamicTwoTitsForTat", "two tits for tat, forgiving to the cooperative"),
    ),
    **_kin(
        "grudges",
        ("grim", "Grudger", "cooperates until the first defection"),
        ("davis", "Grudger", "cooperates ten times, then grim", {"patience": 10}),
        ("spiteful_cc", "Grudger", "cooperates twice, then grim", {"patience": 2}),
        ("fool_me_once", "FoolMeOnce", "forgives one defection"),
        ("aggravater", "Aggravater", "defects three times, then grim"),
        ("opposite_grudger", "OppositeGrudger", "defects until the first cooperation"),
        ("easy_go", "EasyGo", "defects until the first defection"),
        ("grudger_alternator", "GrudgerAlternator", "cooperates until the first defection, then alternates"),
        ("forgetful_grudger", "ForgetfulGrudger", "bears a grudge for ten rounds"),
        ("once_bitten", "OnceBitten", "bears a grudge after two defections in a row"),
        ("soft_grudger", "SoftGrudger", "answers a defection by DDDD CC"),
        ("punisher", "Punisher", "punishes by the share of defections"),
        ("inverse_punisher", "InversePunisher", "punishes by the share of cooperation"),
        ("retaliate", "Retaliate", "gets even, with interest"),
        ("limited_retaliate", "LimitedRetaliate", "gets even for at most twenty rounds"),
        ("capri", "Capri", "a friendly rival of memory three"),
    ),
    **_kin(
        "probers",
        ("prober", "Prober", "opens DCC, exploits the meek"),
        ("prober_2", "Prober2", "opens DCC, cooperates with DC"),
        ("prober_3", "Prober3", "opens DC, exploits the meek"),
        ("prober_4", "Prober4", "twenty probes, then a verdict"),
        ("hard_prober", "HardProber", "opens DDCC, exploits the meek"),
        ("detective", "Detective", "opens CDCC, exploits the meek"),
        ("handshake", "Handshake", "cooperates with its own kind"),
        ("collective", "Collective", "cooperates with its own kind until it defects"),
        ("gradual_killer", "GradualKiller", "opens DDDDDCC"),
        ("remorseful_prober", "RemorsefulProber", "tit for tat that probes and is sorry"),
    ),
    **_kin(
        "majorities",
        ("soft_majority", "Majority", "does what the other did more often; cooperates in a tie"),
        ("hard_majority", "Majority", "does what the other did more often; defects in a tie", {"soft": False}),
        ("soft_majority_5", "Majority", "soft majority of the last five rounds", {"rounds": 5}),
        ("hard_majority_5", "Majority", "hard majority of the last five rounds", {"rounds": 5, "soft": False}),
        ("forgiver", "Forgiver", "bears a tenth of defections"),
        ("forgiving_tit_for_tat", "ForgivingTitForTat", "tit for tat that bears a tenth of defections"),
        ("doubler", "Doubler", "bears one defection for two cooperations"),
        ("level_punisher", "LevelPunisher", "bears a fifth of defections after ten rounds"),
        ("average_copier", "AverageCopier", "cooperates as often as the other"),
        ("grumpy", "Grumpy", "has moods"),
        ("short_memory", "ShortMemory", "follows a clear majority of the last ten rounds"),
        ("worse_and_worse", "WorseAndWorse", "defects ever more often"),
        ("worse_and_worse_2", "WorseAndWorse2", "tit for tat, then defects ever more often"),
    ),
    **_kin(
        "tournaments",
        ("shubik", "Shubik", "punishes longer each time (1980)"),
        ("tullock", "Tullock", "cooperates a tenth less than the other (1980)"),
        ("nydegger", "Nydegger", "a table of the last three rounds (1980)"),
        ("downing", "Downing", "maximises against estimated reactions (1980)"),
        ("tester", "Tester", "defects, apologises or alternates (1980)"),
        ("gladstein", "Gladstein", "defects as much as it may (1980)"),
        ("champion", "Champion", "cooperates, copies, then judges (1980)"),
        ("eatherley", "Eatherley", "answers by the share of defections (1980)"),
        ("white", "White", "answers when defections pile up (1980)"),
        ("cave", "Cave", "gives up on the erratic (1980)"),
        ("black", "Black", "counts the last five rounds (1980)"),
        ("grofman", "Grofman", "counts the last eight rounds (1980)"),
    ),
    **_kin(
        "adaptive",
        ("adaptive", "Adaptive", "tries both actions, keeps what pays"),
        ("adaptive_pavlov_2006", "AdaptivePavlov2006", "classes the other by its pattern"),
        ("adaptive_pavlov_2011", "AdaptivePavlov2011", "classes the other by its count"),
    ),
    **_kin(
        "memory_one",
        ("memory_one", "MemoryOne", "four probabilities, one for each outcome of the last round"),
        ("win_stay_lose_shift", "MemoryOne", "keeps what paid (Pavlov)", {"p_cc": 1.0, "p_cd": 0.0, "p_dc": 0.0, "p_dd": 1.0}),
        ("win_shift_lose_stay", "MemoryOne", "changes what paid", {"p_cc": 0.0, "p_cd": 1.0, "p_dc": 1.0, "p_dd": 0.0, "first": 0.0}),
        ("stochastic_win_stay_lose_shift", "MemoryOne", "Pavlov with errors of 5 %", {"p_cc": 0.95, "p_cd": 0.05, "p_dc": 0.05, "p_dd": 0.95}),
        ("firm_but_fair", "MemoryOne", "forgives mutual defection", {"p_cc": 1.0, "p_cd": 0.0, "p_dc": 1.0, "p_dd": 2 / 3}),
        ("stochastic_cooperator", "MemoryOne", "an evolved cooperator", {"p_cc": 0.935, "p_cd": 0.229, "p_dc": 0.266, "p_dd": 0.42}),
        ("desperate", "MemoryOne", "cooperates after mutual defection only", {"p_cc": 0.0, "p_cd": 0.0, "p_dc": 0.0, "p_dd": 1.0, "first": 0.5}),
        ("hopeless", "MemoryOne", "defects after mutual cooperation only", {"p_cc": 0.0, "p_cd": 1.0, "p_dc": 1.0, "p_dd": 1.0, "first": 0.5}),
        ("willing", "MemoryOne", "defects after mutual defection only", {"p_cc": 1.0, "p_cd": 1.0, "p_dc": 1.0, "p_dd": 0.0, "first": 0.5}),
        ("repeater", "MemoryOne", "draws once and stays with it", {"p_cc": 1.0, "p_cd": 1.0, "p_dc": 0.0, "p_dd": 0.0, "first": 0.6}),
        ("reactive", "Reactive", "two probabilities, one for each action of the other"),
        ("joss", "Reactive", "tit for tat that defects now and then (1980)", {"p": 0.9, "q": 0.0}),
        ("soft_joss", "Reactive", "tit for tat that forgives now and then", {"p": 1.0, "q": 0.1}),
        ("generous_tit_for_tat", "GenerousTitForTat", "tit for tat that forgives as much as is safe"),
        ("zero_determinant", "ZeroDeterminant", "enforces a line between the payoffs"),
        ("extort_2", "ZeroDeterminant", "extorts two points for one", {"phi": 1 / 9, "s": 1 / 2, "l": 1.0}),
        ("extort_3", "ZeroDeterminant", "extorts three points for one", {"phi": 3 / 26, "s": 1 / 3, "l": 1.0}),
        ("extort_4", "ZeroDeterminant", "extorts four points for one", {"phi": 4 / 17, "s": 1 / 4, "l": 1.0}),
        ("zd_gtft_2", "ZeroDeterminant", "generous: bears half of each loss", {"phi": 1 / 4, "s": 1 / 2, "l": 3.0}),
        ("zd_gen_2", "ZeroDeterminant", "generous, reacting less", {"phi": 1 / 8, "s": 1 / 2, "l": 3.0}),
        ("zd_set_2", "ZeroDeterminant", "sets the other's payoff to 2", {"phi": 1 / 4, "s": 0.0, "l": 2.0}),
    ),
    **_kin(
        "machines",
        ("machine", "Machine", "a finite-state machine given by its table"),
        ("fortress_3", "Machine", "cooperates after two defections", {"first": "D", "table": [[0, "D", 1, "D"], [0, "D", 2, "C"], [2, "C", 0, "D"]]}),
        (
            "fortress_4",
            "Machine",
            "cooperates after three defections",
            {"first": "D", "table": [[0, "D", 1, "D"], [0, "D", 2, "D"], [0, "D", 3, "C"], [3, "C", 0, "D"]]},
        ),
        ("pun_1", "Machine", "two states, opens D", {"first": "D", "table": [[1, "C", 1, "C"], [0, "C", 0, "D"]]}),
        ("ripoff", "Machine", "exploits until answered", {"first": "D", "table": [[1, "C", 2, "C"], [0, "D", 2, "C"], [2, "C", 2, "D"]]}),
        ("thumper", "Machine", "answers a defection by two", {"first": "C", "table": [[0, "C", 1, "D"], [0, "D", 0, "D"]]}),
    ),
}
"""Every kind of this package by name."""


def strategy(kind: str, **params: Any) -> Strategy[Any]:
    """Make a strategy of this package without a table to sit at: ``strategy("grim").automaton()``.

    Raises:
        UnknownName: no such kind.
        ParameterError: a parameter is out of range.
    """
    if kind not in STRATEGIES:
        raise UnknownName("strategy", kind, STRATEGIES)
    entry = STRATEGIES[kind]
    module, _, name = entry.entry_point.partition(":")
    made: Strategy[Any] = getattr(importlib.import_module(module), name)(**{**entry.presets, **params})
    return made
