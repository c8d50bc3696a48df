"""The trainer ``preference``: a language model learns from its own games."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...arena.seeds import child_seed
from ...llm.chat import Sampling
from ..parameters import filled
from ..registry import Say, Task, require_packages
from .config import GameConfig
from .methods import METHODS

__all__ = ["PreferenceTrainer"]


class PreferenceTrainer:
    """Trains a language model by comparisons of what it does with the same deal.

    The run's folder holds ``log.jsonl`` (a line a step: loss, norm of the gradient, entropy, KL to the start, repeats, returns, illegal replies), what a run
    that was cut off goes on from, ``checkpoint``, ``iterates`` (each a checkpoint), ``average.json``, the player who draws one of them for every episode, and
    ``result.json``, the comparison with the start.

    Args:
        task: games, and a model of the engine nano or transformers.
        **parameters: see :class:`GameConfig`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range.
        LudensError: the model cannot be trained here.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("preference", "torch")
        from .played import Played
        from .weights import policy_of

        self.task, self.config = task, filled(GameConfig, parameters, "trainer preference")
        self.model = task.language_model("preference")
        self.policy = policy_of(self.model, lora=self.config.lora, seed=task.seed)
        self.field = Played(task.games, self.model, self.policy, self.config, seed=task.seed, place=task.place / "playing")

    def run(self, say: Say) -> Mapping[str, Any]:
        from .running import Step, run

        config, place, method = self.config, self.task.place, METHODS[self.config.method]
        iterates = place / "iterates"

        def done(step: Step) -> Mapping[str, float]:
            facts = step.facts
            say(
                f"step {step.number}/{config.steps}: return {facts['return']:.3f}, loss {facts['loss']:.4f}, entropy {facts['entropy']:.2f}, "
                f"KL {facts['kl']:.3f}, repeats {facts['repeats']:.0%}, illegal {facts['illegal']:.1%}"
            )
            if step.number % config.publish_every == 0 or step.number == config.steps:
                self.field.wrapped(step.policies.policy).save(iterates / f"{step.number:05}")
            return {}

        end = run(self.field, self.policy.model, config, seed=self.task.seed, place=place, done=done)
        final = self.field.wrapped(end.policies.policy).save(place / "checkpoint")
        self._average(sorted(path.name for path in iterates.iterdir()))
        say(f"{method.name} comes to the {method.target} by its {method.iterate} iterate")
        compared = [] if not config.matches else asyncio.run(self._compared(final))
        for item in compared:
            say(item.line)
        facts = {
            "checkpoint": str(final),
            "average": str(place / "average.json"),
            "seconds": round(end.seconds, 1),
            "compared": [item.plain for item in compared],
        }
        (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        return facts

    def _average(self, names: list[str]) -> None:
        """Write the player who draws one of the iterates for every episode."""
        shared = {"kind": "language", "window_tokens": self.config.window_tokens, "beyond": "forget"}
        places = [str((self.task.place / "iterates" / name).resolve()) for name in names]
        models = [self.policy.playing(self.model, place) for place in places]
        seated = [
            {**shared, "name": f"iterate {Path(place).name}", "model": {"engine": model.engine, "model": model.model, "options": dict(model.options)}}
            for place, model in zip(places, models, strict=True)
        ]
        (self.task.place / "average.json").write_text(json.dumps({"players": seated, "weights": [1.0] * len(seated)}, indent=1) + "\n", encoding="utf-8")

    async def _compared(self, final: Path) -> list[Any]:
        from .compared import compare
        from .played import players

        config, sampling = self.config, Sampling(temperature=self.config.measured_at, max_tokens=None)
        specs = {"trained": replace(self.policy.playing(self.model, final), name="trained"), "start": replace(self.model, name="start")}
        models = {name: replace(spec, sampling=sampling).build() for name, spec in specs.items()}
        trained, start = (players(name, config.window_tokens, 0, 1)[0] for name in ("trained", "start"))
        # who learned against scripted players is measured against them, who learned against itself beside its start
        field = () if config.opponents == "styles" else players("start", config.window_tokens, 10**6, 1)
        seed = child_seed(self.task.seed, "compared")
        try:
            return list(await compare(self.task.games, trained, start, models, deals=config.matches, seed=seed, field=field, at=config.seat))
        finally:
            for model in models.values():
                await model.close()
