"""How a rubric is rewritten: samples that were judged badly, an analysis and a better rubric from each, and one rubric out of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np

from .asking import Asking
from .judges import Judgement, Shown
from .rubric import Rubric

__all__ = ["VERDICTS", "Merged", "MetaJudge", "Refinement", "Rewritten", "Sample", "Usual", "Verdict", "rewrite", "samples_of"]

Verdict = Literal["bad", "ok", "good"]
VERDICTS: tuple[Verdict, ...] = ("bad", "ok", "good")
"""Of how an episode was judged, the worst first."""


class Usual(NamedTuple):
    """What episodes of one deal came to on average.

    Attributes:
        judged, payoff: as a sample has them.
        features: as judges are shown them; those that all of them have.
    """

    judged: float
    payoff: float
    features: dict[str, float]


class Sample(NamedTuple):
    """A judged episode.

    Attributes:
        shown: as the judge saw it.
        judgement: what the judge said.
        judged: its total, from 0 at the rubric's lowest to 1 at its highest.
        payoff: what the player earned, from 0 at the game's lowest to 1 at its highest.
        usual: the same of all episodes of its deal: a policy learns from differences from it alone.
    """

    shown: Shown
    judgement: Judgement
    judged: float
    payoff: float
    usual: Usual


def samples_of(rubric: Rubric, judged: Sequence[tuple[Shown, Judgement]], payoffs: Sequence[float], deals: Sequence[Hashable]) -> list[Sample]:
    """Lay judged episodes beside the others of their deals.

    Args:
        rubric: that they were judged by.
        judged: ``E`` of them.
        payoffs: what each earned, from 0 to 1.
        deals: which deal each was of.
    """
    shares = [rubric.share(judgement.total) for _, judgement in judged]
    members: dict[Hashable, list[int]] = {}
    for number, deal in enumerate(deals):
        members.setdefault(deal, []).append(number)
    usual = {}
    for deal, own in members.items():
        seen = [judged[number][0].features for number in own]
        features = {name: float(np.mean([one[name] for one in seen])) for name in seen[0] if all(name in one for one in seen)}
        usual[deal] = Usual(float(np.mean([shares[number] for number in own])), float(np.mean([payoffs[number] for number in own])), features)
    return [
        Sample(shown, judgement, share, float(payoff), usual[deal])
        for (shown, judgement), share, payoff, deal in zip(judged, shares, payoffs, deals, strict=True)
    ]


class Refinement(NamedTuple):
    """What one sample teaches: an analysis, and the rubric made better by it."""

    analysis: str
    rubric: Rubric


class Merged(NamedTuple):
    """What a merge gave: a rubric, where there is one, and how many answers could not be read or did not come."""

    rubric: Rubric | None
    unread: int


class MetaJudge(Protocol):
    """Judges how a judge judged."""

    @property
    def asking(self) -> Asking | None:
        """The model that is asked, where one is."""

    async def verdicts(self, rubric: Rubric, samples: Sequence[Sample]) -> list[Verdict | None]:
        """Say of every sample how well it was judged; None where the answer could not be read or did not come."""
        ...

    async def refine(self, rubric: Rubric, samples: Sequence[Sample], chosen: Sequence[int]) -> list[Refinement | None]:
        """Make the rubric better by each of the chosen samples alone; None where the answer could not be read or did not come."""
        ...

    async def merge(self, rubric: Rubric, refined: Sequence[Rubric]) -> Merged:
        """Make one rubric of several, one or more, that came of one."""
        ...


class Rewritten(NamedTuple):
    """What came of a rewriting.

    Attributes:
        rubric: the new one; None where there is none, or it is the old one.
        verdicts: how many samples were judged how; empty without a prescreen.
        analyses: what was said of each sample that was analysed.
        unread: answers of the meta judge that could not be read or did not come.
    """

    rubric: Rubric | None
    verdicts: dict[str, int]
    analyses: list[str]
    unread: int


async def rewrite(meta: MetaJudge, rubric: Rubric, samples: Sequence[Sample], *, prescreen: bool, analysed: int) -> Rewritten:
    """Rewrite a rubric (Kim et al. 2025, arXiv:2504.20157: analysis and refinement sample by sample, then a merge).

    Args:
        meta: who does.
        rubric: as it is.
        samples: recent episodes.
        prescreen: look at badly judged samples first, and not at all at well judged ones. A sample without a verdict counts as ok.
        analysed: samples that are looked at, at most.
    """
    chosen, verdicts, unread = list(range(len(samples))), Counter[str](), 0
    if prescreen:
        said = await meta.verdicts(rubric, samples)
        unread += said.count(None)
        verdicts.update(verdict for verdict in said if verdict is not None)
        ranks = [VERDICTS.index(verdict or "ok") for verdict in said]
        chosen = sorted((number for number in chosen if said[number] != "good"), key=ranks.__getitem__)
    found = await meta.refine(rubric, samples, chosen[:analysed])
    unread += found.count(None)
    refinements = [refinement for refinement in found if refinement is not None]
    merged = await meta.merge(rubric, [refinement.rubric for refinement in refinements]) if refinements else Merged(None, 0)
    new = None if merged.rubric == rubric else merged.rubric
    return Rewritten(new, dict(verdicts), [refinement.analysis for refinement in refinements], unread + merged.unread)
