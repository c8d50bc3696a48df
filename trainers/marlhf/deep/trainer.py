"""The trainer ``marlhf``: experts of a game, preference data by mix, rewards, offline policies, and how far each is from an equilibrium."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ....arena.files import write_file
from ....arena.report.findings import keep_findings
from ....arena.report.summary import Estimate
from ....arena.seeds import child_seed
from ....errors import ParameterError
from ...paired import told
from ...parameters import filled
from ...registry import Say, Task, require_packages
from .config import Config

__all__ = ["Marlhf"]


class Marlhf:
    """Learns policies of a game of several from preferences over recorded games, by every mix of data, and measures their Nash gaps.

    The run's folder holds ``analyses/marlhf.json`` with the tables, ``experts.safetensors``, ``seed-N.jsonl`` with what was measured in each repetition, and
    ``policies/MIX``, what the first one learned with everything (``players=[{kind: neural, path: ...}]``).
    A run that was cut off goes on with the policy at which it stopped.

    Args:
        task: one game with a fast vector environment, in which everything is legal always and episodes have a fixed length; no model.
        **parameters: see :class:`~ludens.trainers.marlhf.deep.config.Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, there is not one game, or it is not of the kind.
        NotSupported: the game has no vector environment.
        LudensError: recorded answers cannot be read.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("marlhf", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer marlhf")
        if len(task.games) != 1:
            raise ParameterError(f"trainer marlhf: one game should be named, got {len(task.games)}")
        from .recorded import recorded
        from .worlds import World

        self.game, config = task.games[0], self.config
        world = World(self.game)
        self._given = recorded(world, Path(config.recorded)) if config.recorded else None

    def run(self, say: Say) -> Mapping[str, Any]:
        from .experts import load_or_train
        from .study import COVERAGE_TITLE, findings, repetition

        config, place = self.config, self.task.place
        place.mkdir(parents=True, exist_ok=True)
        settings = config.practising(self.game.type.horizon, config.expert_steps, shaping=0.5)
        experts = load_or_train(self.game, place, settings, config.demonstrations, child_seed(self.task.seed, "experts"))
        repetitions = list[list[Mapping[str, Any]]]()
        for number in range(config.seeds):
            path = place / f"seed-{number}.jsonl"
            rows = _whole_lines(path)
            known = {(row["mix"], row["variant"]) for row in rows}
            with path.open("a", encoding="utf-8") as file:
                seed = child_seed(self.task.seed, "repetition", number)
                for row in repetition(experts, config, seed, known=known, given=self._given, place=None if number else place / "policies"):
                    file.write(json.dumps(row) + "\n")
                    file.flush()
                    rows.append(row)
                    say(f"{number}: {row['mix'] or 'expert'}, {row['variant']}: gap {row['gap']:.2f}, return {row['return']:.2f}")
            repetitions.append(rows)
        found = findings(self.game, config, repetitions)
        keep_findings(place, found)
        for table in found.tables:
            if table.title == COVERAGE_TITLE:
                for name, *saved in table.rows:
                    cells = ((column, cell) for column, cell in zip(table.columns[1:], saved, strict=True) if isinstance(cell, Estimate))
                    say(f"{name}: {', '.join(f'{column} {told(cell)}' for column, cell in cells)}")
        return {"checkpoint": str(place / "policies")}


def _whole_lines(path: Path) -> list[Mapping[str, Any]]:
    """Read what is measured already; half a line, where a run was cut off, goes."""
    if not path.exists():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    write_file(path, "".join(lines).encode())
    return [json.loads(line) for line in lines]
