"""The trainer ``deep_cfr``: a policy for one game, saved as a player."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from ...agents.neural import NeuralPolicy, save_policy
from ...errors import ParameterError
from ...games.core import NotSupported
from ..parameters import filled
from ..registry import Say, Task, require_packages
from .config import Config
from .solver import DeepSolver

__all__ = ["DeepCFR"]


class DeepCFR:
    """Trains the average policy of Deep CFR.

    The run's folder holds ``policy`` (a player's folder: ``players=[{kind: neural, path: ...}]``), ``log.jsonl`` and what a cut-off run goes on from.

    Args:
        task: one game; no model.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, there is more than one game, or its choices cannot be listed.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("deep_cfr", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer deep_cfr")
        if len(task.games) != 1:
            raise ParameterError(f"trainer deep_cfr: one game should be named, got {len(task.games)}")
        self.solver = DeepSolver(task.games[0], self.config, task.seed)

    def run(self, say: Say) -> Mapping[str, Any]:
        task, config, solver = self.task, self.config, self.solver
        task.place.mkdir(parents=True, exist_ok=True)
        kept, log = task.place / "state.npz", task.place / "log.jsonl"
        solver.load(kept)
        say(f"walks are made {solver.walks}")
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if json.loads(line)["iteration"] <= solver.iterations] if log.exists() else []
        began = time.perf_counter() - (json.loads(lines[-1])["seconds"] if lines else 0.0)

        def done(iteration: int) -> None:
            seconds, rows = time.perf_counter() - began, len(solver.policies)
            lines.append(json.dumps({"iteration": iteration, "losses": solver.losses, "policies": rows, "seconds": round(seconds, 1)}))
            if iteration % config.save_every == 0 or iteration == config.iterations:
                solver.save(kept)
                log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
                if task.progress:
                    say(f"iteration {iteration:>5}: {sum(len(memory) for memory in solver.memories.values()):,} samples of regrets, {seconds:.0f} s")

        solver.run(done)
        policy = solver.average()
        place = save_policy(task.place / "policy", policy)
        return {"checkpoint": str(place), "seconds": round(time.perf_counter() - began, 1), **self._measured(policy, say)}

    def _measured(self, policy: NeuralPolicy, say: Say) -> dict[str, float]:
        """Measure the policy in the game's tree, where it has one that fits."""
        from ...analysis.exploitability import nash_conv
        from ...analysis.trees import tree_of
        from .exact import policy_in, sights

        if not self.config.exact:
            return {}
        game = self.task.games[0]
        try:
            tree = tree_of(game, self.config.exact)
        except (NotSupported, ParameterError) as problem:
            say(f"not measured exactly: {problem}")
            return {}
        seen = sights(tree, lambda state, seat: self.solver.sight(state, seat).features)
        own, uniform = nash_conv(tree, policy_in(tree, policy, seen)), nash_conv(tree, tree.uniform())
        say(f"NashConv {own:.4f} {game.type.unit} of the average policy, {uniform:.4f} of uniform play")
        return {"nash_conv": own, "nash_conv_uniform": uniform}
