"""What a run says beyond its scores: one module an analysis, each with a function ``analyse(run, given) -> Findings``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...arena.report.findings import Findings
from ...arena.store import Run
from ...errors import UnknownName

__all__ = ["ANALYSES", "Analysis", "analysis"]


@dataclass(frozen=True)
class Analysis:
    """An analysis of runs.

    Attributes:
        module: with the function ``analyse``, which takes a run and the settings that were given, as text.
        summary: one line.
        settings: what it takes, by key, and what each means.
        extra: of the distribution that it needs; "" for none.
    """

    module: str
    summary: str
    settings: Mapping[str, str]
    extra: str = ""

    def __call__(self, run: Run, given: Mapping[str, str]) -> Findings:
        """Analyse a run.

        Raises:
            LudensError: the run has nothing of the kind, or a setting is wrong.
            MissingExtra: a package that it needs is not installed.
        """
        function: Callable[[Run, Mapping[str, str]], Findings] = importlib.import_module(self.module).analyse
        return function(run, given)


ANALYSES: dict[str, Analysis] = {
    "exploitability": Analysis(
        "ludens.analysis.findings.exploitability", "how much each player's habits could be exploited, in games whose tree fits", {}, extra="fast"
    ),
    "behaviour": Analysis(
        "ludens.analysis.findings.behaviour", "what choices say in models of behaviour (fairness, reciprocity, depth, strategies), beside what people did", {}
    ),
    "decisions": Analysis(
        "ludens.analysis.findings.decisions",
        "which decisions were mistakes: every alternative played on against the same players; marked in replays",
        {
            "player": "only this player's decisions",
            "episode": "only this episode's (its id, or how it begins)",
            "decisions": "how many to judge at most, drawn evenly (default 60)",
            "screen": "play-outs of every alternative, to find the best (default 12)",
            "playouts": "fresh play-outs of the best and of what was played, to measure the difference (default 24)",
            "most": "alternatives at most, the played one among them (default 8)",
            "seed": "everything random follows from it (default 0)",
            "models": "yes: also where play-outs ask models, which costs what playing costs (default no)",
        },
    ),
    "equilibrium": Analysis(
        "ludens.analysis.findings.equilibrium",
        "who would be chosen in the game of choosing a player, with NashConv and prices of anarchy",
        {
            "solver": "max_entropy, nash, cce, alpha_rank, prd or uniform (default max_entropy)",
            "bootstrap": "resampled games behind the intervals (default 100)",
            "seed": "of the resampling (default 0)",
        },
    ),
    "psro": Analysis(
        "ludens.analysis.findings.psro",
        "which players a population needs (double oracle), and what responders gain against each",
        {
            "meta": "nash, max_entropy, cce, alpha_rank, prd or uniform (default nash)",
            "generations": "of exact best responses from uniform play, in games whose tree fits (default 0: none)",
            "search": "episodes from which a responder learns against each player that answers at once (default 0: none)",
            "seed": "of what learns (default 0)",
        },
    ),
    "ratings": Analysis(
        "ludens.analysis.findings.ratings",
        "Nash averaging, voting rules, and how cyclic strength is",
        {
            "voters": "game or match: who votes (default game)",
            "bootstrap": "resamples behind the intervals (default 100)",
            "seed": "of the resampling (default 0)",
        },
    ),
    "regret": Analysis(
        "ludens.analysis.findings.regret",
        "what each player would have gained by other choices, in experts, bandit and matrix games",
        {
            "references": "learners to run on the same sequences, with commas between (default: by what the players are told)",
            "policy": "how many episodes of each player are played again for policy regret (default 20; 0 for none)",
            "start": "the move from which the single option is played there; before it, what was played is (default 0)",
        },
    ),
}
"""The analyses by name."""


def analysis(name: str) -> Analysis:
    """Find an analysis.

    Raises:
        UnknownName: there is none of that name; the message names the nearest ones.
    """
    if name not in ANALYSES:
        raise UnknownName("analysis", name, ANALYSES)
    return ANALYSES[name]
