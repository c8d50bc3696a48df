"""What a report says of how its figures were made, and of what went wrong in a run."""

from __future__ import annotations

from collections.abc import Iterator

from ..arena.report.summary import Fault
from ..arena.store import Run
from .reading import Columns
from .results import Results

__all__ = ["faults_of", "methods_of"]

_DONE = {
    "raised": "a player's code raised; the game's declared policy moved",
    "hung": "a player ran over its time; the game's declared policy moved",
    "no_reply": "a model's request failed after all retries; the game's declared policy moved",
    "start": "a player could not be started",
    "end": "a player raised after the last move; its result stands",
    "game": "the rules raised; the match is kept and rates nobody",
    "worker": "a worker process died",
}


def faults_of(run: Run, table: Columns) -> Iterator[Fault]:
    """Account for all that was retried, dropped, defaulted or left out."""
    found: dict[str, tuple[int, str]] = {}
    for match, fault in run.faults():
        times, example = found.get(fault.kind, (0, f"{fault.text} (match {match})"))
        found[fault.kind] = (times + 1, example)
    for kind, (times, example) in sorted(found.items()):
        yield Fault(kind.replace("_", " "), _DONE[kind], times, example[:300])
    for column, kind, what in (
        ("retries", "requests retried", "sent again after a failed try, then answered or given up"),
        ("failures", "requests without a reply", "given up after all retries; counted as a failed try"),
        ("illegal", "illegal answers", "asked again, or left to the game's declared policy"),
        ("unparsable", "unparsable answers", "asked again, or left to the game's declared policy"),
        ("truncated", "truncated answers", "asked again, or left to the game's declared policy"),
        ("defaulted", "defaulted decisions", "the game's declared policy moved"),
        ("forfeited", "forfeited decisions", "the game ended"),
    ):
        if times := int(table[column].sum()):
            yield Fault(kind, what, times)
    excluded = run.meta.get("excluded") or []
    if excluded:
        reasons = "; ".join(" - ".join(one) for one in excluded[:5])
        yield Fault("combinations left out of the plan", "never played", len(excluded), reasons[:300])


def methods_of(results: Results, *, bootstrap: int, level: float, teams: bool) -> tuple[tuple[str, str], ...]:
    """State how each kind of figure was made."""
    percent = f"{level * 100:.0f} %"
    clusters = (
        f" Matches that share their chance (paired seeds) are drawn together: {results.clusters:,} independent groups of {results.matches:,} matches."
        if results.clusters < results.matches
        else ""
    )
    score = (
        "A player's returns are mapped so that the lowest and highest payoff the rules allow become 0 and 1, averaged within each game and then over the games "
        f"it played, each weighing the same. {percent} percentile intervals of {bootstrap} bootstrap resamples of whole matches (hence of opponents, too) "
        f"within each game.{clusters}"
    )
    rating = (
        "Bradley-Terry maximum likelihood on who earned more than whom in each match, on the Elo scale with mean 1500 (400 points are odds of ten to one). "
        "Draws count half each way; matches of n seats are broken into all pairs, weighing n - 1 comparisons together (Plackett-Luce by full rank breaking); "
        "one virtual draw is credited to each player, so that ratings stay finite. "
        f"{percent} percentile intervals of {bootstrap} resamples of whole matches."
        + (" In team and cooperative games equal returns are the same team, not draws." if teams else "")
    )
    tables = f"Means over matches; {percent} Student intervals over the means of independent matches (groups of matches that share chance count once)."
    cards = (
        "A card is laid beside the outcome fact that bears its quantity's name; 'agrees' means that the observed mean lies within the card's stated tolerance. "
        "Cards describe ideal or human play: to differ from one is a finding, not a fault."
    )
    answers = (
        "Ok, repaired, defaulted and forfeited say how each decision ended and add up to all decisions; illegal, unparsable and truncated count tries that "
        "came back so, whether or not a later try was good. Cost, tokens and retries are those of stored replies; cached replies cost nothing."
    )
    return (
        ("Score", score),
        ("Rating", rating),
        ("Online", "openskill's Plackett-Luce model fed match by match in the order of the plan (mean and standard deviation); it depends on that order."),
        ("Payoff tables, seat effects, outcome facts", tables),
        ("Prediction card", cards),
        ("Answers and spending", answers),
    )
