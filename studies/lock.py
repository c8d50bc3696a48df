"""The lock of a study: what was decided before the first episode was played, and every departure from it.

``study.lock.json`` in the run's folder holds the study, its design, games, players, models, seeds, one entry a trial, the versions of the software and a digest
of the code that analyses it. Running again with anything else is refused in a line that says what differs; with a reason it is a deviation, which
``deviations.jsonl`` keeps (when, why, what was and what is) and the report shows. Another version of the software is no reason to refuse, but is recorded in
the same way. The run's store holds both once more, with a digest; files that say something else were edited by hand, which is told whenever they are read.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from .. import __version__
from ..arena.files import StoreError, difference, write_file
from ..arena.store import Run
from ..llm.spec import ModelSpec
from .loading import load_study, to_plain
from .plan import Planned, Trial
from .spec import Study

__all__ = ["DEVIATIONS", "FILE", "Deviation", "Lock", "lock_run", "other_software", "read_lock", "record"]

FILE = "study.lock.json"
DEVIATIONS = "deviations.jsonl"
_FORMAT = 1
_DECIDED = ("study", "design", "games", "players", "models", "trials")
"""What may not change; the rest of a manifest says with what it was made."""
_PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "pyDOE3", "pyarrow", "patsy")


@dataclass(frozen=True)
class Deviation:
    """A departure from the lock.

    Attributes:
        when: UTC, ISO 8601.
        why: the reason that was given.
        what: the first thing that differs, in a line.
        before, after: the parts of the manifest that differ.
    """

    when: str
    why: str
    what: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class Lock:
    """A locked study, as read from a run's folder.

    Attributes:
        study: as it was decided.
        trials: by the ids of their matches.
        manifest: the file's content.
        deviations: in the order in which they were made.
    """

    study: Study
    trials: dict[str, Trial]
    manifest: dict[str, Any]
    deviations: tuple[Deviation, ...]


def lock_run(run: Run, planned: Planned, models: Mapping[str, ModelSpec], reason: str | None = None) -> Lock:
    """Lock a study in the run that is to play it, or check that it is the one that was locked.

    Args:
        run: open for writing.
        planned: what is to be played.
        models: those that it asks, by name.
        reason: why the study may differ from the one that was locked; None where it may not.

    Raises:
        StoreError: it differs and no reason is given, or the lock was edited by hand.
    """
    now = _manifest(planned, models)
    if "study_lock" not in run.meta:
        _write(run, now, [])
        return read_lock(run)
    before, told = _checked(run)
    # what was asked comes first: the rest follows from it
    differs = next((found for key in _DECIDED if (found := difference({key: before[key]}, {key: now[key]}, ()))), None)
    if differs and not reason:
        raise StoreError(f"{run.path} holds a locked study, and {differs}; choose another name, or give the reason: deviation='...'")
    software = difference(before["software"], now["software"], (), "software.")
    if differs or software:
        shown = [key for key in (*_DECIDED, "software") if before[key] != now[key] and key != "trials"]
        told.append(
            {
                "when": now["locked"],
                "why": reason if differs and reason else "other software",
                "what": differs or software,
                "before": {key: before[key] for key in shown},
                "after": {key: now[key] for key in shown},
            }
        )
        _write(run, now, told)
    else:
        # files that are gone, or were not written because the process died, come back
        _write_files(run, before, told)
    return read_lock(run)


def read_lock(run: Run) -> Lock:
    """Read the lock of a run, and check that nobody has changed it.

    Raises:
        StoreError: the run holds no locked study, or its lock or the list of deviations was edited by hand.
    """
    manifest, told = _checked(run)
    trials = {row["episode"]: Trial(**{**row, "seats": tuple(row["seats"])}) for row in manifest["trials"]}
    return Lock(load_study(manifest["study"]), trials, manifest, tuple(Deviation(**one) for one in told))


def other_software(lock: Lock) -> str | None:
    """Say in what the software, or the code that analyses, differs from what the study was locked with; None where it does not."""
    return difference(lock.manifest["software"], _software(), (), "software.")


def record(run: Run, why: str, what: str) -> Lock:
    """Record a deviation that changes nothing of the manifest, such as an analysis before the end.

    Raises:
        StoreError: see :func:`read_lock`; or the run was opened for reading.
    """
    manifest, told = _checked(run)
    told.append({"when": datetime.now(UTC).isoformat(timespec="seconds"), "why": why, "what": what, "before": {}, "after": {}})
    _write(run, manifest, told)
    return read_lock(run)


def _checked(run: Run) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if "study_lock" not in run.meta:
        raise StoreError(f"{run.path} holds no locked study")
    manifest, told = run.meta["study_lock"], run.meta["study_deviations"]
    if manifest["digest"] != _digest(manifest):
        raise StoreError(f"the lock in {run.where} is not the one that was made; restore the store from a copy")
    if manifest["format"] != _FORMAT:
        raise StoreError(f"the lock in {run.where} has format {manifest['format']}; this ludens reads format {_FORMAT}")
    for file, content in _contents(run, manifest, told).items():
        if file.exists() and file.read_bytes() != content:
            raise StoreError(f"{file} was edited by hand: it is not what the run's store holds; remove it, and run the study again to have it written anew")
    return manifest, told


def _contents(run: Run, manifest: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> dict[Path, bytes]:
    lines = b"".join(json.dumps(one, sort_keys=True, ensure_ascii=False).encode() + b"\n" for one in told)
    return {run.path / FILE: json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n", run.path / DEVIATIONS: lines}


def _write(run: Run, manifest: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> None:
    for file in _contents(run, manifest, told):
        # the store is changed in one step; a file that is there must never contradict it
        file.unlink(missing_ok=True)
    run.note(study_lock=manifest, study_deviations=list(told))
    _write_files(run, manifest, told)


def _write_files(run: Run, manifest: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> None:
    for file, content in _contents(run, manifest, told).items():
        if content and not file.exists():
            write_file(file, content)


def _digest(manifest: Mapping[str, Any]) -> str:
    told = {key: value for key, value in manifest.items() if key != "digest"}
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16).hexdigest()


def _manifest(planned: Planned, models: Mapping[str, ModelSpec]) -> dict[str, Any]:
    matches, design = planned.plan.matches, planned.design
    games = {match.game.hash: {"id": match.game.made_as, **match.game.params} for match in matches}
    players = {player.hash: {"name": player.name, **player.plain} for match in matches for player in match.players}
    told: dict[str, Any] = {
        "format": _FORMAT,
        "study": to_plain(planned.study),
        "design": {
            "cells": [cell.label for cell in design.cells],
            "replicates": [replicate.levels for replicate in design.replicates],
            "notes": list(design.notes),
            "aliases": list(design.aliases),
        },
        "games": games,
        "players": players,
        "models": {name: spec.identity for name, spec in sorted(models.items())},
        "trials": [{**trial._asdict(), "seats": list(trial.seats)} for trial in planned.trials],
        "software": _software(),
        "locked": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    plain: dict[str, Any] = json.loads(json.dumps(told))
    return {**plain, "digest": _digest(plain)}


def _software() -> dict[str, str]:
    found = {"ludens": __version__, "python": platform.python_version(), "analysis": _code(("studies", "analysis"))}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _code(rooms: Iterable[str]) -> str:
    """Digest the source of what makes tables and statistics."""
    digest = hashlib.blake2b(digest_size=8)
    for room in rooms:
        root = Path(str(files("ludens").joinpath(room)))
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
