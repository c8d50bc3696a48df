"""Evolution: the worse half goes, the best are parents, and what comes in has beaten its parent on the same deals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from ...llm.spec import ModelSpec
from ..registry import Say
from .buffer import Buffer
from .config import Config
from .population import Instruction, Population
from .proposers import ByClauses, ByModel, acceptable
from .verify import Verdict, judged

__all__ = ["evolve"]

_FIRST = 4
"""One in so many deals comes first; who is behind on these plays no more."""


async def evolve(
    population: Population,
    buffer: Buffer,
    earned: Callable[[str, slice], Awaitable[Sequence[float]]],
    config: Config,
    *,
    step: int,
    rng: np.random.Generator,
    say: Say,
) -> None:
    """Drop the worse half, propose from what went wrong, try, let in.

    Args:
        population: is changed in place.
        buffer: where evidence comes from.
        earned: plays an instruction on some of the ``verify`` deals of this trial, the same for all, and gives the rewards.
        config: sizes and levels.
        step: the step's number.
        rng: source of chance.
        say: told of every instruction that comes in.
    """
    # pairs take two
    kept = population.halve(step, least=config.least, keep=2 if config.paired else 1)
    known = [member.text for member in population.members]
    tried: list[tuple[float, str, Instruction]] = []
    # a client of a server lives no longer than the event loop that made it
    model = None if config.proposer is None else ModelSpec.of(config.proposer).build()
    proposer = ByClauses(config.bank) if model is None else ByModel(model)
    try:
        for parent in kept[: max(1, config.candidates // 2)]:
            evidence, trial = buffer.evidence(parent.id, step, config.evidence), _Trial(parent.text, earned, config.verify)
            for text in await proposer.propose(parent, evidence, -(-config.candidates // min(len(kept), 2)), rng):
                if acceptable(text, known, evidence):
                    known.append(text)
                    verdict = await trial.of(text)
                    if verdict is not None and verdict.admits(config.level):
                        tried.append((verdict.ahead, text, parent))
    finally:
        if model is not None:
            await model.close()
    for ahead, text, parent in sorted(tried, key=lambda item: (-item[0], item[1]))[: max(0, config.size - len(population.alive))]:
        # credits of pairs are differences from the pair's mean: half of what one is ahead of the other
        child = population.admit(text, parent, ahead / 2 if config.paired else ahead, step)
        say(f"step {step}: instruction {child.id} comes in, {ahead:+.3f} ahead of {parent.id}: {text}")


class _Trial:
    """Candidates against their parent, which plays each deal once for all of them."""

    def __init__(self, parent: str, earned: Callable[[str, slice], Awaitable[Sequence[float]]], deals: int) -> None:
        self._parent, self._earned = parent, earned
        first = max(1, deals // _FIRST)
        self._parts = [part for part in (slice(0, first), slice(first, deals)) if part.start < part.stop]
        self._known: list[Sequence[float]] = []

    async def of(self, text: str) -> Verdict | None:
        """Try a candidate; None where it is behind on the first deals, or not ahead in the end."""
        child: list[float] = []
        for number, part in enumerate(self._parts):
            if number == len(self._known):
                self._known.append(await self._earned(self._parent, part))
            child += await self._earned(text, part)
            parent = [reward for known in self._known[: number + 1] for reward in known]
            verdict = judged(child, parent)
            if verdict.ahead < 0:
                return None
        return verdict if verdict.ahead > 0 else None
