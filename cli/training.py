"""``ludens train``: the command that improves players."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import join
from typing import Any

from ..errors import LudensError, ParameterError
from .playing import digest
from .words import console

__all__ = ["train"]


def train(words: list[str]) -> int:
    """Train, and say what came of it."""
    from ..conf.application import run_application

    return run_application("train", words, lambda config, searched: _train(config, searched, join(["ludens", "train", *words])))


def _train(config: Mapping[str, Any], searched: Sequence[str], command: str) -> int:
    from ..conf.resolve import games_of, model_of
    from ..trainers import Task, trainer

    out = console()
    given = _parameters(config["trainer"])
    kind = trainer(given.pop("kind"))
    games = games_of(config, searched) if kind.needs_game or config["game"] is not None or config["games"] else []
    model = None if config["model"] is None else model_of(config["model"], searched)
    if model is not None and not (kind.needs_model or kind.takes_model):
        raise ParameterError(f"the trainer {kind.name!r} trains no language model; leave model=... out")
    identity = {
        "command": "train",
        "games": [{"id": game.made_as, **game.params} for game in games],
        "model": model.plain if model else None,
        "trainer": {"kind": kind.name, **given},
        "seed": config["seed"],
    }
    place = Path(config["runs"]) / (config["name"] or _run_name(kind.name, identity))
    made = kind.make(Task(tuple(games), model, place, config["seed"], command, config["progress"]), given)
    _own(place, identity)

    def say(line: str) -> None:
        out.print(line, markup=False, highlight=False)

    result = made.run(say)
    say(f"checkpoint: {result['checkpoint']}")
    return 0


def _parameters(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or "kind" not in entry:
        raise ParameterError(f"trainer={entry!r} should be a name of the group trainer, or a mapping with a kind")
    return {str(key): value for key, value in entry.items()}


def _run_name(kind: str, identity: Mapping[str, Any]) -> str:
    return f"{kind}-{digest(identity)}"


def _own(place: Path, identity: Mapping[str, Any]) -> None:
    """Make the run's folder and write down whose it is; another training's folder is left alone.

    Raises:
        LudensError: the folder belongs to something else.
    """
    path = place / "config.json"
    plain = json.loads(json.dumps(identity, default=list))
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != plain:
            raise LudensError(f"{place} holds another run; give this one a name of its own: name=...")
        return
    if place.exists() and any(place.iterdir()):
        raise LudensError(f"{place} is no training run; give this one a name of its own: name=...")
    place.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
