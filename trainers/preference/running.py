"""A run from its last save to its end: learning rate, log, saves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..rates import set_rate, to_zero
from ..saves import open_log, read_state, write_state
from .learning import Field, Policies, learn

if TYPE_CHECKING:
    from torch import nn

    from .config import Config

__all__ = ["Step", "run"]


class Step(NamedTuple):
    """What came of a step.

    Attributes:
        number: steps so far.
        seconds: of computing so far, earlier sittings included.
        policies: as they stand.
        facts: what was written down.
    """

    number: int
    seconds: float
    policies: Policies
    facts: Mapping[str, float]


def run(
    field: Field, start: nn.Module, config: Config, *, seed: int, place: Path, done: Callable[[Step], Mapping[str, float]], more: nn.Module | None = None
) -> Step:
    """Train a policy to the end, from the last save where there is one.

    Args:
        field: where answers come from.
        start: is trained in place; its copy is the reference.
        config: how.
        seed: of labels and the order of prompts; a step's draws follow from it and the step's number, so that a run that was cut off goes on as it would have.
        place: where saves and ``log.jsonl`` go.
        done: called after every step; what it gives is written down too.
        more: what else is saved and read back.

    Returns:
        The last step.
    """
    import torch

    policies = Policies.of(start)
    kept = torch.nn.ModuleDict({name: policies.learned(name) for name in ("policy", "previous", "rival", "reference")})
    optimizer = torch.optim.Adam(kept["policy"], lr=config.learning_rate)
    if more is not None:
        kept["more"] = more
    place.mkdir(parents=True, exist_ok=True)
    first, seconds = read_state(place, kept, optimizer) or (0, 0.0)
    began = time.perf_counter() - seconds
    step = Step(first, seconds, policies, {})
    with open_log(place, first) as log:
        for number in range(first, config.steps):
            set_rate(optimizer, config.learning_rate * to_zero(number / config.steps))
            facts = learn(field, policies, optimizer, config, number=number, rng=np.random.default_rng([seed, number, 1]))
            step = Step(number + 1, time.perf_counter() - began, policies, facts)
            facts |= done(step)
            log.write(json.dumps({"step": number + 1, **{name: round(value, 6) for name, value in facts.items()}}) + "\n")
            if (number + 1) % config.save_every == 0 or number + 1 == config.steps:
                log.flush()
                write_state(place, kept, optimizer, [number + 1, step.seconds])
    return step
