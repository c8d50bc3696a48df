"""All steps by name: what an agenda is made of."""

from __future__ import annotations

from . import aftermath, discussion, night, voting
from .step import Step

__all__ = ["STEPS"]

STEPS: dict[str, Step] = {**night.STEPS, **discussion.STEPS, **voting.STEPS, **aftermath.STEPS}
