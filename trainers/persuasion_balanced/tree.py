"""Trees of dialogues and the pairs of replies that they make: pure functions of what was played.

Each turn of the learner at which several replies were drawn is a node. What a reply is worth is the mean payoff of its subtree, in which later turns count as
the model itself would play them. Where the draws that give in come to more than those that hold out, giving in is preferred, and the other way round
(Stengel-Eskin, Hase and Bansal 2024, arXiv:2410.14596; the game says which is which, :meth:`~ludens.games.core.State.yields`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from ...errors import LudensError

__all__ = ["Balance", "Kind", "Mode", "Pair", "Playout", "Step", "counted", "matched", "pairs"]

Kind = Literal["accept", "resist"]
Mode = Literal["balanced", "accept", "resist"]


class Step(NamedTuple):
    """A turn of the learner in a playout.

    Attributes:
        point: the node: the same for playouts of a deal that went the same way up to here.
        text: its reply.
        yields: whether that gave in (True) or held out (False); None where nothing was in dispute.
        prompt, tokens: token ids of what it was told and of its reply; no tokens where the reply could not be read.
        seen: what it had seen, and what was asked, line by line, where something was in dispute.
    """

    point: str
    text: str
    yields: bool | None
    prompt: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()
    seen: str = ""


class Playout(NamedTuple):
    """One dialogue from its deal to its end.

    Attributes:
        deal: which deal.
        forced: turns of the learner, from the first, that repeat another playout; those after them were drawn.
        steps: the learner's turns.
        worth: what the learner earned, from 0 to 1.
    """

    deal: int
    forced: int
    steps: tuple[Step, ...]
    worth: float

    @property
    def disputed(self) -> bool:
        """Whether anything was in dispute at a turn of the learner."""
        return any(step.yields is not None for step in self.steps)


class Pair(NamedTuple):
    """Two replies at one node.

    Attributes:
        deal: which deal.
        kind: which of giving in and holding out is preferred.
        prompt: token ids of what the learner was told.
        better, worse: token ids of the replies.
        seen: what the learner had seen, and what was asked.
        texts: the two replies in words.
        gap: by how much more the preferred kind came to, from 0 to 1.
        dialogue: token ids of a dialogue with the preferred reply in it, to the end.
        own: where the learner's replies begin and end in the dialogue, the preferred one included.
    """

    deal: int
    kind: Kind
    prompt: tuple[int, ...]
    better: tuple[int, ...]
    worse: tuple[int, ...]
    seen: str
    texts: tuple[str, str]
    gap: float
    dialogue: tuple[int, ...]
    own: tuple[tuple[int, int], ...]


class Balance(NamedTuple):
    """What a collection holds.

    Attributes:
        dialogues: all that were played.
        undisputed: those without disagreement, which are dropped.
        nodes: turns of the learner with something in dispute.
        onesided: those at which all draws gave in, or all held out.
        even: those at which both came to the same.
        unread: those at which no draw of one kind could be read.
        accept, resist: pairs of either kind.
    """

    dialogues: int
    undisputed: int
    nodes: int
    onesided: int
    even: int
    unread: int
    accept: int
    resist: int


class _Draw(NamedTuple):
    """A reply at a node, what it came to, and the dialogue that it is of."""

    step: Step
    worth: float
    steps: tuple[Step, ...]

    @property
    def dialogue(self) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        """The longest stretch of tokens that holds the reply, and where the learner's replies stand in it.

        A conversation that was shortened on the way begins anew: what stands in another stretch is left out.
        """
        rows = [(len(step.prompt), step.prompt + step.tokens) for step in self.steps if step.tokens]
        reply = self.step.prompt + self.step.tokens
        whole = max((row for _, row in rows if row[: len(reply)] == reply), key=len)
        return whole, tuple((begin, len(row)) for begin, row in rows if whole[: len(row)] == row)


def pairs(playouts: Iterable[Playout]) -> list[Pair]:
    """Turn trees into preferences, at most one a node.

    Args:
        playouts: of any number of deals; those without disagreement are dropped.
    """
    return [pair for pair, _ in _judged(playouts) if pair is not None]


def counted(playouts: Sequence[Playout]) -> Balance:
    """Count what trees hold, and why nodes make no pair."""
    judged = _judged(playouts)
    reasons, kinds = Counter(reason for _, reason in judged), Counter(pair.kind for pair, _ in judged if pair is not None)
    return Balance(
        len(playouts),
        sum(not playout.disputed for playout in playouts),
        len(judged),
        reasons["onesided"],
        reasons["even"],
        reasons["unread"],
        kinds["accept"],
        kinds["resist"],
    )


def matched(found: Sequence[Pair], mode: Mode, seed: int) -> list[Pair]:
    """Choose what a mode learns from: as many pairs in every mode as there are of the rarer kind, drawn; in ``balanced`` half of either.

    Args:
        found: all pairs.
        mode: which are wanted.
        seed: of the draw.

    Raises:
        LudensError: of one kind there are none, so that nothing can be balanced.
    """
    by_kind = {kind: [pair for pair in found if pair.kind == kind] for kind in ("accept", "resist")}
    size = min(len(own) for own in by_kind.values())
    if not size:
        counts = ", ".join(f"{len(own)} in which to {kind}" for kind, own in by_kind.items())
        raise LudensError(f"the trainer persuasion_balanced needs pairs of both kinds and found {counts}; try more deals, a larger width or other partners")
    wanted = {"balanced": {"accept": size // 2, "resist": size - size // 2}, "accept": {"accept": size}, "resist": {"resist": size}}[mode]
    rng = np.random.default_rng(seed)
    return [by_kind[kind][index] for kind, count in wanted.items() for index in sorted(rng.permutation(len(by_kind[kind]))[:count].tolist())]


def _judged(playouts: Iterable[Playout]) -> list[tuple[Pair | None, str]]:
    """Judge every disputed node: a pair, or why there is none."""
    by_deal: dict[int, list[Playout]] = {}
    for playout in playouts:
        if playout.disputed:
            by_deal.setdefault(playout.deal, []).append(playout)
    return [verdict for deal, own in by_deal.items() for verdict in _of_deal(deal, own)]


def _of_deal(deal: int, playouts: Sequence[Playout]) -> list[tuple[Pair | None, str]]:
    nodes: dict[str, list[tuple[Playout, int]]] = {}
    for playout in playouts:
        for level, step in enumerate(playout.steps):
            if level >= playout.forced:
                nodes.setdefault(step.point, []).append((playout, level))
    known: dict[str, float] = {}

    def after(playout: Playout, level: int) -> float:
        """Say what a draw came to: the mean of what was drawn after it, or the playout's own end."""
        return playout.worth if level + 1 == len(playout.steps) else value(playout.steps[level + 1].point)

    def value(point: str) -> float:
        if point not in known:
            known[point] = float(np.mean([after(*draw) for draw in nodes[point]]))
        return known[point]

    found = []
    for drawn in nodes.values():
        sides: dict[bool, list[_Draw]] = {True: [], False: []}
        for playout, level in drawn:
            yields = playout.steps[level].yields
            if yields is not None:
                sides[yields].append(_Draw(playout.steps[level], after(playout, level), playout.steps))
        if sides[True] or sides[False]:
            found.append(_verdict(deal, sides[True], sides[False]))
    return found


def _verdict(deal: int, accepts: Sequence[_Draw], resists: Sequence[_Draw]) -> tuple[Pair | None, str]:
    if not accepts or not resists:
        return None, "onesided"
    gap = float(np.mean([draw.worth for draw in accepts]) - np.mean([draw.worth for draw in resists]))
    if abs(gap) < 1e-9:
        return None, "even"
    better, worse = (_usual(side) for side in ((accepts, resists) if gap > 0 else (resists, accepts)))
    if better is None or worse is None:
        return None, "unread"
    kind: Kind = "accept" if gap > 0 else "resist"
    first, second = better.step, worse.step
    return Pair(deal, kind, first.prompt, first.tokens, second.tokens, first.seen, (first.text, second.text), abs(gap), *better.dialogue), ""


def _usual(side: Sequence[_Draw]) -> _Draw | None:
    """Give the reply of a side that was drawn most often, of equals the one drawn first; None where none could be read."""
    readable = [draw for draw in side if draw.step.tokens]
    counts = Counter(draw.step.text for draw in readable)
    return max(readable, key=lambda draw: counts[draw.step.text], default=None)
